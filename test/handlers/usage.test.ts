/** `/codex_usage` and its button through the handlers: what is answered at once, and what completes it. */
import { beforeEach, describe, expect, it } from "vitest";
import { answerCommand, type CommandCall } from "../../src/handlers/command.ts";
import type { Message } from "../../src/handlers/context.ts";
import { answerTap, type Tap } from "../../src/handlers/tap.ts";
import type { WireButton } from "../../src/interaction/render.ts";
import { REFUSALS, SENTENCES } from "../support/english.ts";
import { localeOf } from "../../src/languages/catalogue.ts";
import type { ListedProfile } from "../../src/rules/results.ts";
import type { UsageNumbers, UsageOutcome } from "../../src/rules/usage.ts";
import { usageNumbers } from "../fakes/fake-ports.ts";
import { createDoor, notAllowed, OWNER, OWNER_CALL, STRANGER, WEBCHAT_CALL, type Door } from "./fake-handler.ts";

const SECOND_MS = 1000;

let door: Door;
beforeEach(() => {
  door = createDoor({ inBackground: async (task) => void background.push(task()) });
  background.length = 0;
});
const background: Promise<void>[] = [];

const ask = (call: CommandCall = OWNER_CALL, args = "") => answerCommand(door.context, "usage", { ...call, args });

/** Lets everything happen that needs no time. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

/** Asks, and lets three seconds pass in which OpenAI does not answer. */
async function askForThreeSeconds(call?: CommandCall) {
  const gate = door.ports.usageServer.hold();
  const answer = ask(call);
  await gate.entered;
  await settle();
  door.ports.clock.move(3 * SECOND_MS);
  await settle();
  return { gate, answer };
}

function usedUp(): UsageNumbers {
  const numbers = usageNumbers(door.ports.clock.nowMs(), [100, 100]);
  return { ...numbers, limit: { ...numbers.limit, isReached: true } };
}

describe("/codex_usage", () => {
  it("is the screen of all profiles", async () => {
    const { markdown } = await ask();
    expect(markdown).toContain("• `work`: `pro`, used in this chat, asked now");
    expect(markdown).toContain("5 h: 100% left `██████████`, full again in 2h");
    expect(door.sent).toEqual([]);
  });

  it.each(["", "all", "ALL", " work", "work", "openai:work"])("reads '%s'", async (args) => {
    expect((await ask(OWNER_CALL, args)).markdown).toContain("`work`");
  });

  it("of a name that cannot be one says so", async () => {
    expect((await ask(OWNER_CALL, "nope")).plainText).toContain("There is no profile named nope");
    expect(
      (await ask(OWNER_CALL, "http://localhost:1455/auth/callback?code=ac_canary&state=x")).plainText,
    ).not.toContain("canary");
  });

  it("is for owners only, and loads nothing for others", async () => {
    const { plainText } = await ask({
      ...OWNER_CALL,
      senderId: STRANGER,
      from: `telegram:${STRANGER}`,
      senderIsOwner: false,
    });
    expect(plainText).toBe(notAllowed(`telegram:${STRANGER}`));
    expect(door.loads()).toBe(0);
  });

  it("is for private chats only, and loads nothing elsewhere", async () => {
    const { plainText } = await ask({ ...OWNER_CALL, from: "telegram:group:-100123" });
    expect(plainText).toBe(REFUSALS["not-private"].replace("{command}", "/codex_auth"));
    expect(plainText).toContain("usage");
    expect(door.loads()).toBe(0);
  });

  describe.each(["en", "zh-CN"])("of twenty accounts, in %s", (language) => {
    const ids = ["openai:work", ...Array.from({ length: 19 }, (_, at) => `openai:account-${at}@example.com`)];
    const held = { health: "cooling-down", reason: "subscription_limit" } as const;

    beforeEach(() => {
      const locale = localeOf(language, "Europe/Berlin");
      door = createDoor({ inBackground: async (task) => void background.push(task()), locale: () => locale });
      door.ports.profiles.has(...ids);
    });

    it.each<{ name: string; become?: Partial<ListedProfile>; told?: () => UsageOutcome; later?: UsageOutcome }>([
      { name: "that all have room" },
      { name: "whose limits are all reached", told: () => ({ kind: "numbers", numbers: usedUp() }), become: held },
      { name: "that are all held although there is room", become: held },
      { name: "after one refused look at each", become: { ...held, reason: "refused" } },
      {
        name: "whose renewals have all failed",
        become: { health: "needs-sign-in", reason: "renewal-failed", canRevive: true },
      },
      { name: "that are all untold", told: () => ({ kind: "untold", reason: "no-access", status: 403 }) },
      {
        name: "whose older numbers are all that is known",
        later: { kind: "untold", reason: "rate-limited", status: 429 },
      },
      {
        name: "that their workspace stops",
        told: () => ({ kind: "numbers", numbers: { ...usedUp(), stop: "workspace-limit" } }),
        become: held,
      },
    ])("$name fits one message, with every account and its buttons", async ({ become = {}, told, later }) => {
      const { profiles, usageServer, clock } = door.ports;
      const expiresAtMs = clock.nowMs() + 864_000_000;
      for (const id of ids) {
        profiles.becomes(id, { expiresAtMs, unusableUntilMs: clock.nowMs() + 3 * 86_400_000, ...become });
        if (told !== undefined) usageServer.answers.set(id, told());
      }
      let { markdown, rows } = await ask();
      if (later !== undefined) {
        clock.move(5 * 60_000);
        for (const id of ids) usageServer.answers.set(id, later);
        ({ markdown, rows } = await ask());
      }
      const lines = markdown.split("\n").filter((line) => line.startsWith("• "));
      expect(lines.map((line) => /`([^`]+)`/.exec(line)?.[1])).toEqual(ids.map((id) => id.replace("openai:", "")));
      expect(markdown.length).toBeLessThanOrEqual(4000);
      expect(rows.flat().length).toBeGreaterThanOrEqual(2);
    });
  });

  it.each([2, 3, 4, 5, 6])(
    "of %i accounts with all that OpenAI can name fits one message, with its buttons",
    async (count) => {
      const { profiles, usageServer, clock } = door.ports;
      const more = Array.from({ length: count - 1 }, (_, at) => `openai:account-${at}-of-our-team@example.com`);
      const ids = ["openai:work", ...more];
      const numbers = usageNumbers(clock.nowMs(), [50, 50]);
      const others = Array.from({ length: 4 }, (_, at) => ({
        ...numbers.limit,
        name: `GPT-5.3-Codex-Spark with a name ${at}`,
      }));
      const told: UsageOutcome = { kind: "numbers", numbers: { ...numbers, others, credits: 62_498, bankedResets: 3 } };
      const [refusedAtMs, unusableUntilMs] = [clock.nowMs() - 86_400_000, clock.nowMs() + 3 * 86_400_000];
      profiles.has(...ids);
      for (const id of ids) {
        profiles.becomes(id, { health: "cooling-down", reason: "refused", refusedAtMs, unusableUntilMs });
        usageServer.answers.set(id, told);
      }
      const { markdown, rows } = await ask();
      for (const id of ids) expect(markdown).toContain(`• \`${id.replace("openai:", "")}\``);
      expect(markdown.length).toBeLessThanOrEqual(4000);
      expect(rows.flat().length).toBeGreaterThanOrEqual(2);
    },
  );

  it("of more than twenty accounts says how many are not shown, and how to see one of them", async () => {
    const names = Array.from({ length: 24 }, (_, at) => `account-${at}`);
    door.ports.profiles.has(...names.map((name) => `openai:${name}`));
    const { plainText, rows } = await ask();
    expect(plainText).toContain(
      "5 more profiles are not shown. See one of them, or any other in detail: /codex_usage [profile]",
    );
    expect(rows.flat().map(({ label }) => label)).toEqual(["Look again", "Accounts"]);
    expect(plainText).not.toContain("account-23");
    expect((await ask(OWNER_CALL, "account-23")).plainText).toContain("• account-23: pro");
  });

  it.each([
    { count: 7, has: true },
    { count: 10, has: true },
    { count: 14, has: false },
  ])("of $count accounts with long names has the times of the resets and their zone: $has", async ({ count, has }) => {
    const names = Array.from({ length: count - 1 }, (_, at) => `${at}`.padEnd(64, "x"));
    door.ports.profiles.has(...names.map((name) => `openai:${name}`));
    for (const name of names) {
      door.ports.profiles.becomes(`openai:${name}`, { health: "cooling-down", reason: "refused" });
    }
    const { markdown, rows } = await ask();
    expect(markdown).toContain("week 100% left `██████████` (full again in 3d");
    expect(markdown.includes("(full again in 3d, Nov 21, 11:06 UTC)")).toBe(has);
    expect(markdown.includes("Time zone: UTC")).toBe(has);
    expect(markdown.length).toBeLessThanOrEqual(4000);
    expect(rows.flat().length).toBeGreaterThanOrEqual(2);
  });

  it("of twenty accounts has all times in one message if there is room for them", async () => {
    door.ports.profiles.has(...Array.from({ length: 19 }, (_, at) => `openai:account-${at}`));
    const { markdown, plainText, rows } = await ask();
    expect(
      markdown.match(/\(full again in \d+h, [^()]*UTC\), week [^()]*\(full again in 3d, Nov 21, 11:06 UTC\)/g),
    ).toHaveLength(20);
    expect(markdown).toContain("Time zone: UTC");
    expect(plainText).toContain("Time zone: UTC");
    expect(markdown.length).toBeLessThanOrEqual(4000);
    expect(rows.flat().length).toBeGreaterThanOrEqual(2);
  });

  it("of twenty accounts that would be too long is short in both of its forms", async () => {
    const names = Array.from({ length: 19 }, (_, at) => `${at}`.padEnd(64, "x"));
    door.ports.profiles.has(...names.map((name) => `openai:${name}`));
    const { markdown, plainText } = await ask();
    for (const text of [markdown, plainText]) {
      expect(text).not.toContain("Time zone");
      expect(text).not.toContain("x".repeat(41));
    }
  });

  it("of seven accounts or more tells a reason and a repair once, with the names", async () => {
    const { profiles, usageServer } = door.ports;
    profiles.has(...["a", "b", "c", "d", "e", "f"].map((name) => `openai:${name}`));
    for (const name of ["a", "b"]) profiles.becomes(`openai:${name}`, { health: "cooling-down", reason: "refused" });
    for (const name of ["c", "d"]) {
      usageServer.answers.set(`openai:${name}`, { kind: "untold", reason: "unauthorized", status: 401 });
    }
    const { plainText } = await ask();
    expect(plainText).toContain("• a: pro, in cooldown, 5 h 100% left");
    expect(plainText).toContain("a, b: Let OpenClaw try it again: /codex_auth retry <profile>");
    expect(plainText).toContain("c, d: OpenAI did not report its usage (401). The sign-in is not affected.");
    expect(plainText).toContain("Asked within the last minute, unless another time is named.");
  });

  it("of a limit that was reached does not say so after its windows were reset", async () => {
    const { usageServer, clock } = door.ports;
    const numbers = usageNumbers(clock.nowMs(), [100, 30]);
    const reached = { ...numbers, limit: { ...numbers.limit, isReached: true } };
    usageServer.answers.set("openai:work", { kind: "numbers", numbers: reached });
    expect((await ask()).plainText).toContain(SENTENCES["usage.reached"]);
    clock.move(3 * 3_600_000);
    usageServer.answers.set("openai:work", { kind: "untold", reason: "failed", status: 500 });
    const { plainText } = await ask();
    expect(plainText).toContain(SENTENCES["usage.was-reset"]);
    expect(plainText).not.toContain(SENTENCES["usage.reached"]);
  });

  it("contains no token and no id of an account", async () => {
    const messages = [await ask(), await ask(WEBCHAT_CALL)];
    const text = messages.map(({ markdown, plainText, rows }) => JSON.stringify([markdown, plainText, rows])).join();
    expect(text).not.toContain("canary");
    expect(door.ports.log.lines.join()).not.toContain("canary");
  });
});

describe("a slow answer", () => {
  it("of twenty accounts fits one message while one is awaited", async () => {
    const names = Array.from({ length: 19 }, (_, at) => `${at}`.padEnd(64, "x"));
    door.ports.profiles.has(...names.map((name) => `openai:${name}`));
    await ask();
    door.ports.usageServer.answers.delete("openai:work");
    door.ports.profiles.becomes("openai:work", { expiresAtMs: door.ports.clock.nowMs() + 999_000_000 });
    const { gate, answer } = await askForThreeSeconds();
    const { markdown, plainText } = await answer;
    expect(markdown).toContain(SENTENCES["usage.partial"]);
    expect([markdown.length <= 4000, plainText.length <= 4000]).toEqual([true, true]);
    gate.open();
    await Promise.all(background);
  });

  it("to a command is sent after three seconds, and completed by a second message", async () => {
    const { gate, answer: first } = await askForThreeSeconds();
    const { markdown, rows } = await first;
    expect(markdown).toContain(SENTENCES["usage.awaited"]);
    expect(markdown).toContain(SENTENCES["usage.partial"]);
    expect(rows).toEqual([]);
    gate.open();
    await Promise.all(background);
    expect(door.sent).toHaveLength(1);
    expect(door.sent[0]?.message.markdown).toContain("5 h: 100% left");
    expect(door.sent[0]?.message.rows.flat().map(({ label }) => label)).toEqual(["Look again", "Accounts"]);
  });

  it("that is complete before the host says that a second message can be sent is one message", async () => {
    const asked = Promise.withResolvers<boolean>();
    door = createDoor({ inBackground: async (task) => void background.push(task()), canSendNow: () => asked.promise });
    const { gate, answer } = await askForThreeSeconds();
    gate.open();
    await settle();
    asked.resolve(true);
    expect((await answer).markdown).toContain("5 h: 100% left");
    await Promise.all(background);
    expect(door.sent).toEqual([]);
  });

  it("in the web chat waits, for twelve seconds at most", async () => {
    const { answer } = await askForThreeSeconds(WEBCHAT_CALL);
    expect(door.sent).toEqual([]);
    door.ports.clock.move(9 * SECOND_MS);
    expect((await answer).markdown).toContain(SENTENCES["untold.late"]);
    expect(door.sent).toEqual([]);
  });

  it("waits if the host cannot say whether a second message can be sent", async () => {
    door = createDoor({ canSendNow: () => Promise.reject(new Error("canary")) });
    const { gate, answer: first } = await askForThreeSeconds();
    gate.open();
    expect((await first).markdown).toContain("5 h: 100% left");
    expect(door.sent).toEqual([]);
    expect(door.ports.log.lines.join()).toContain("asking whether a message can be sent failed (Error)");
  });

  it.each([
    { name: "is not taken", sendNow: () => Promise.resolve(false), line: "warn: sending an answer failed twice" },
    {
      name: "fails",
      sendNow: () => Promise.reject(new Error("canary")),
      line: "warn: sending an answer failed (Error)",
    },
  ])("whose second message $name is logged", async ({ sendNow, line }) => {
    door = createDoor({ inBackground: async (task) => void background.push(task()), sendNow });
    const { gate, answer: first } = await askForThreeSeconds();
    await first;
    gate.open();
    await Promise.all(background);
    expect(door.ports.log.lines).toContain(line);
  });
});

/** Taps a button of the message that was answered, and gives the edits. */
async function tap(
  message: Message,
  label: string,
): Promise<{ readonly edits: Message[]; readonly handled: Promise<void> }> {
  const button = message.rows.flat().find((one) => one.label === label) as WireButton & {
    readonly callbackData: string;
  };
  const edits: Message[] = [];
  const tapped: Tap = {
    channel: "telegram",
    accountId: "default",
    conversationId: OWNER,
    senderId: OWNER,
    payload: button.callbackData.replace(/^[^:]*:/, ""),
    edit: async (next) => void edits.push(next),
    reply: async () => undefined,
  };
  return { edits, handled: answerTap(door.context, tapped) };
}

const board = () => answerCommand(door.context, "select", { ...OWNER_CALL, args: "" });

describe("the Usage button", () => {
  it("is on the board, and shows the screen of the command", async () => {
    const { edits, handled } = await tap(await board(), "Usage");
    await handled;
    expect(edits.map(({ plainText }) => plainText)).toEqual([(await ask()).plainText]);
    expect(door.ports.usageServer.asked).toHaveLength(1);
  });

  it("edits its message again when a slow answer is complete", async () => {
    const gate = door.ports.usageServer.hold();
    const { edits, handled } = await tap(await board(), "Usage");
    await gate.entered;
    await settle();
    door.ports.clock.move(3 * SECOND_MS);
    await handled;
    expect(edits.map(({ plainText, rows }) => [plainText.includes(SENTENCES["usage.partial"]), rows.length])).toEqual([
      [true, 0],
    ]);
    gate.open();
    await Promise.all(background);
    expect(edits).toHaveLength(2);
    expect(edits[1]?.plainText).toContain("5 h: 100% left");
    expect(edits[1]?.rows.length).toBeGreaterThan(0);
  });

  it("leads to the profile with the most left", async () => {
    const { ports, context } = door;
    ports.profiles.has("openai:home");
    const used = usageNumbers(ports.clock.nowMs(), [0, 50]);
    ports.usageServer.answers.set("openai:work", { kind: "numbers", numbers: used });
    const message = await ask();
    expect(message.plainText).toContain("Use home in this chat: /codex_auth use home");
    const { edits, handled } = await tap(message, "Use home here");
    await handled;
    expect(edits[0]?.plainText).toContain("This chat uses home");
    expect(Object.values(ports.pins.all)).toEqual([{ profileId: "openai:home", by: "person" }]);
    expect((await answerCommand(context, "usage", OWNER_CALL)).plainText).toContain(
      "• home: pro, used in this chat, most left",
    );
  });

  it("leads back to the accounts, which have the numbers in memory", async () => {
    door.ports.profiles.becomes("openai:work", { expiresAtMs: door.ports.clock.nowMs() + 86_400_000 });
    const { edits, handled } = await tap(await ask(), "Accounts");
    await handled;
    expect(edits[0]?.plainText).toContain("signed in, renewed automatically, 5 h 100% left, week 100% left (now)");
  });
});
