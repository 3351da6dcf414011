/** `/codex_usage` with three accounts, on Telegram, in the web chat and in the terminal beside the gateway. */
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, beforeEach, describe, expect, inject, it } from "vitest";
import { FIVE_HOURS, WEEK, type UsageScript } from "../fakes/usage-endpoint.ts";
import { OPENCLAW } from "../support/host.ts";
import { storedText } from "../support/stored-profiles.ts";
import { waitUntil } from "../support/wait.ts";
import { accountOf, ALLOWED, GROUP_ID, linkOf, OWNER, SECOND_OWNER, type World } from "../support/world.ts";

const NAMES = ["usage-a", "usage-b", "usage-c"] as const;
const [A, B, C] = NAMES.map((name) => accountOf(name)) as [
  ReturnType<typeof accountOf>,
  ReturnType<typeof accountOf>,
  ReturnType<typeof accountOf>,
];

function used(fiveHours: number, week: number): UsageScript {
  return {
    kind: "used",
    windows: [
      { seconds: FIVE_HOURS, usedPercent: fiveHours, resetAfterSeconds: 7_200 },
      { seconds: WEEK, usedPercent: week, resetAfterSeconds: 300_000 },
    ],
  };
}

const slow = (until: Promise<void>): UsageScript => ({ kind: "held", until, next: used(1, 2) });

export function usageOfAccounts(worldOf: () => World): void {
  describe("the usage of three accounts", () => {
    let world: World;
    let stored: string;
    let signIns: number;

    const ask = (text: string) => world.telegram.ask(OWNER, text);
    /** The answer with these words: a busy host may send the answer before it a second time. */
    function askFor(command: string, words: string) {
      const { changedAt } = world.telegram.sendText(OWNER, command);
      return world.telegram.waitForMessage(
        ({ chatId, text }) => chatId === OWNER.id && text.includes(words),
        changedAt,
      );
    }
    const board = () => askFor("/codex_auth", "Codex profiles on this gateway");
    const askedFor = (email: string) => world.signIn.usage.requests.filter(({ account }) => account?.email === email);

    beforeAll(async () => {
      world = worldOf();
      for (const name of NAMES) {
        const card = await ask(`/codex_auth ${name}`);
        await ask(`/codex_auth_finish ${world.signIn.approve(linkOf(card), accountOf(name))}`);
      }
      world.signIn.usage.script(A, used(100, 88));
      world.signIn.usage.script(B, used(7, 32));
      world.signIn.usage.script(C, { kind: "status", status: 401, body: '{"detail":"Unauthorized"}' });
    });

    beforeEach(() => {
      stored = storedText(world.gateway);
      signIns = world.signIn.requests.length;
    });

    /** What must be so after each look: no request to the sign-in server, and the same bytes in the store. */
    function nothingElseHappened(): void {
      expect(storedText(world.gateway)).toBe(stored);
      expect(world.signIn.requests.slice(signIns)).toEqual([]);
      expect(world.proxy.refused).toEqual([]);
    }

    it("is told in Telegram, and asked for once", async () => {
      const { text } = await askFor("/codex_usage", "Use usage-b in this chat");
      expect(text).toContain("• usage-a: plus");
      expect(text).toMatch(/usage-b: plus, most left/);
      expect(text).toContain("93% left █████████░");
      expect(text).toContain("OpenAI did not report its usage (401).");
      expect(text).toContain("Use usage-b in this chat: /codex_auth use usage-b");
      expect((await askFor("/codex_usage usage-a", "Look again: /codex_usage usage-a")).text).toContain(
        "5 h: used up ░░░░░░░░░░, full again in 1h 5",
      );
      for (const { email, accountId } of [A, B, C]) {
        expect(askedFor(email)).toMatchObject([{ method: "GET", accountId }]);
      }
      expect(world.signIn.usage.requests[0]?.userAgent).toMatch(/^openclaw\/\d{4}\./);
      nothingElseHappened();
    });

    it("is on the board afterwards, with its age", async () => {
      const before = world.signIn.usage.requests.length;
      expect((await board()).text).toMatch(/usage-b: usage-b@example\.com, plus, [^•]*5 h 93% left, week 68% left/);
      expect(world.signIn.usage.requests).toHaveLength(before);
      nothingElseHappened();
    });

    it("is behind the Usage button, with the profile that has the most left", async () => {
      const shown = await world.telegram.press(OWNER, await board(), "Usage");
      expect(shown.text).toContain("Codex usage");
      const whole = await waitUntil("the whole answer", () => {
        const now = world.telegram.message(shown.chatId, shown.id);
        return now !== undefined && world.telegram.keyboard(now).length > 0 && now;
      });
      expect(world.telegram.keyboard(whole)).toEqual([["Use usage-b here"], ["Look again", "Accounts"]]);
      const accounts = await world.telegram.press(OWNER, whole, "Accounts");
      expect(accounts.id).toBe(shown.id);
      nothingElseHappened();
    });

    it("is told in the web chat", async () => {
      const { text } = await (await world.gateway.client()).chat("/codex_usage usage-b");
      expect(text).toContain("5 h: 93% left `█████████░`, full again in 1h 5");
      expect(text).toMatch(/Time zone: \S+/);
      nothingElseHappened();
    });

    it("is told in the terminal, in the fields of the original", async () => {
      const bin = join(world.gateway.folders.root, "usage-bin");
      mkdirSync(bin);
      symlinkSync(OPENCLAW, join(bin, "openclaw"));
      const program = join(inject("pluginDir"), "dist/cli.js");
      const env = { PATH: `${bin}:${process.env["PATH"] ?? ""}` };
      const run = (...args: string[]) => world.gateway.run(program, ["usage", ...args], { env });
      const { code, stdout, stderr } = await run("--profile", "usage-a", "--json");
      expect(stderr).toBe("");
      expect([code, JSON.parse(stdout)]).toMatchObject([
        0,
        {
          ok: true,
          profiles: [
            {
              profile: "usage-a",
              remote_usage_ok: true,
              remote_usage: {
                plan: "plus",
                limit_reached: true,
                windows: [
                  { label: "5h", used_percent: 100, remaining_percent: 0, limit_window_seconds: FIVE_HOURS },
                  { label: "7d", used_percent: 88, remaining_percent: 12, limit_window_seconds: WEEK },
                ],
              },
            },
          ],
        },
      ]);
      nothingElseHappened();
    });

    it("that comes late completes the answer to a command, and edits the answer to a tap", async () => {
      const gate = Promise.withResolvers<void>();
      const renewed = await freshSignIn("usage-c");
      world.signIn.usage.script(C, slow(gate.promise));
      const partial = await askFor("/codex_usage usage-c", "OpenAI has not answered yet");
      gate.resolve();
      const whole = await world.telegram.waitForMessage(({ text }) => text.includes("99% left"), partial.changedAt);
      expect(whole.id).not.toBe(partial.id);
      expect(renewed).toContain("usage-c");

      const second = Promise.withResolvers<void>();
      await freshSignIn("usage-c");
      world.signIn.usage.script(C, slow(second.promise));
      const edited = await world.telegram.press(OWNER, whole, "Look again");
      expect(edited.text).toContain("OpenAI has not answered yet");
      second.resolve();
      await waitUntil("the completed edit", () => {
        const now = world.telegram.message(edited.chatId, edited.id);
        return now !== undefined && now.text.includes("99% left") && world.telegram.keyboard(now).length > 0;
      });
    });

    /** Another token, so that OpenAI is asked again within the minute. */
    async function freshSignIn(name: string): Promise<string> {
      const card = await ask(`/codex_auth ${name}`);
      return (await ask(`/codex_auth_finish ${world.signIn.approve(linkOf(card), accountOf(name))}`)).text;
    }

    it("is not asked for with a token that ends within five minutes, and the token is not renewed", async () => {
      world.signIn.behave({ kind: "expires-in", value: 240 });
      await freshSignIn("usage-a");
      [stored, signIns] = [storedText(world.gateway), world.signIn.requests.length];
      const before = askedFor(A.email).length;
      await askFor("/codex_usage usage-a", "its access token must be renewed first");
      expect(askedFor(A.email)).toHaveLength(before);
      nothingElseHappened();
    });

    it("is for owners in private chats only", async () => {
      expect((await world.telegram.ask(SECOND_OWNER, "/codex_usage")).text).toContain("Codex usage");
      const before = world.signIn.usage.requests.length;
      const refused = await world.telegram.ask(ALLOWED, "/codex_usage");
      expect(refused.text).toContain(`telegram:${ALLOWED.id}`);
      const { changedAt } = world.telegram.sendText(OWNER, "/codex_usage", {
        chatId: GROUP_ID,
        chatType: "supergroup",
      });
      const inGroup = await world.telegram.waitForMessage(
        ({ chatId, from }) => chatId === GROUP_ID && from === undefined,
        changedAt,
      );
      expect(inGroup.text).toContain("private chat");
      for (const { text, keyboard } of [refused, inGroup]) {
        expect(text).not.toContain("usage-a");
        expect(keyboard).toEqual([]);
      }
      expect(world.signIn.usage.requests).toHaveLength(before);
    });
  });
}
