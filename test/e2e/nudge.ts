/** The messages about an account that is nearly used up, in a gateway whose turns run on the profiles. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { FakeMessage } from "../fakes/telegram-bot-api.ts";
import { storedProfiles } from "../support/stored-profiles.ts";
import { waitUntil } from "../support/wait.ts";
import { accountOf, OWNER, SECOND_OWNER, type World } from "../support/world.ts";
import { ownerChatOf, used } from "./owner-chat.ts";

const QUIET = "Quiet until it is full again";
const NUDGE = "is in use and nearly used up";
const UNTOLD = { kind: "status", status: 401, body: '{"detail":"Unauthorized"}' } as const;

/** Runs after other tests of this gateway, in which an account was in use of which little is left: `usedWithout`. */
export function nudges(worldOf: () => World, usedWithout: string): void {
  const { ask, press, signIn, told } = ownerChatOf(worldOf);
  const nudged = (name: string, after: number, who = OWNER) => told(`Codex profile ${name} ${NUDGE}`, after, who);

  /** A new sign-in, whose numbers are not in memory, and then a turn on it. */
  async function useAnew(name: string): Promise<void> {
    await signIn(name);
    await ask(`/codex_auth use ${name}`, `This chat uses ${name}`);
    await ask("who answers?", `You are ${name}@example.com`);
  }

  describe("an account that is nearly used up", () => {
    let world: World;
    const requestsOf = (name: string) =>
      world.signIn.usage.requests.filter(({ account }) => account?.email === accountOf(name).email);
    const nudgesTo = (who: { readonly id: number }, after = 0) =>
      world.telegram.messages(who.id).filter(({ text, changedAt }) => text.includes(NUDGE) && changedAt > after);

    /** What notices.json has of a profile: the length of the window in hours, and the level. */
    function notesOf(name: string): readonly (readonly [hours: number, below: number])[] {
      const file = readFileSync(join(world.gateway.stateDir, "codex-auth/notices.json"), "utf8");
      const { nudges: noted } = JSON.parse(file) as {
        readonly nudges: readonly { readonly profileId: string; readonly seconds: number; readonly below: number }[];
      };
      const own = noted.filter(({ profileId }) => profileId === `openai:${name}`);
      return own
        .map(({ seconds, below }) => [seconds / 3_600, below] as const)
        .toSorted(([one], [other]) => one - other);
    }

    beforeAll(() => {
      world = worldOf();
    });

    it("causes no request and no message without the setting", () => {
      expect(requestsOf(usedWithout)).toEqual([]);
      expect([...nudgesTo(OWNER), ...nudgesTo(SECOND_OWNER)]).toEqual([]);
    });

    it("causes one request while it is in use, and one message to each owner", async () => {
      await signIn("spare");
      world.signIn.usage.script(accountOf("busy"), used(85));
      await useAnew("busy");
      await world.gateway.stop();
      world.gateway.changeConfig({ plugins: { entries: { "codex-auth": { config: { nudge: true } } } } });
      const since = world.telegram.now();
      const before = world.signIn.usage.requests.length;
      await world.gateway.start();
      for (const owner of [OWNER, SECOND_OWNER]) {
        const message = await nudged("busy", since, owner);
        expect(message.text).toContain("5 h 15% left");
        expect(message.text).toContain("See how much the other accounts have left: /codex_usage");
        expect(world.telegram.keyboard(message)).toEqual([[QUIET]]);
      }
      expect(world.signIn.usage.requests.slice(before).map(({ account }) => account?.email)).toEqual([
        accountOf("busy").email,
      ]);
      expect(notesOf("busy")).toEqual([[5, 20]]);
    });

    it("causes a message for each window, with buttons for the account that has the most left", async () => {
      world.signIn.usage.script(accountOf("busy"), used(85, 85));
      world.signIn.usage.script(accountOf("spare"), used(0, 0));
      await useAnew("busy");
      const since = world.telegram.now();
      await ask("/codex_usage", "Codex usage");
      const messages: FakeMessage[] = [];
      for (const owner of [OWNER, SECOND_OWNER]) messages.push(await nudged("busy", since, owner));
      const [mine, theirs] = messages as [FakeMessage, FakeMessage];
      expect(mine.text).toContain("week 15% left");
      expect(mine.text).not.toContain("5 h");
      expect(world.telegram.keyboard(mine)).toEqual([["Use spare here"], ["Make spare default"], [QUIET]]);
      expect((await press(mine, "Use spare here")).text).toContain("This chat uses spare");
      await ask("who is it now?", "You are spare@example.com");
      expect((await press(theirs, "Make spare default", SECOND_OWNER)).text).toContain("spare is now");
      expect(storedProfiles(world.gateway).order?.[0]).toBe("openai:spare");
    });

    it("causes another message below 5 %, and the button stops them", async () => {
      world.signIn.usage.script(accountOf("busy"), used(97, 85));
      await useAnew("busy");
      const since = world.telegram.now();
      await ask("/codex_usage busy", "Look again");
      const message = await nudged("busy", since);
      expect(message.text).toContain("5 h 3% left");
      expect(message.text).not.toContain("week");
      const quiet = "There will be no more messages about the usage of busy until it is full again.";
      expect((await press(message, QUIET)).text).toContain(quiet);
      expect(notesOf("busy")).toEqual([
        [5, 0],
        [168, 0],
      ]);
      await ask("/codex_auth log", "no more usage messages about busy (done)");
    });

    it("causes no message while it is quiet, also after a restart, but another account does", async () => {
      world.signIn.usage.script(accountOf("busy"), used(99, 99));
      const [since, before] = [world.telegram.now(), requestsOf("busy").length];
      await world.gateway.restart();
      await ask("who is it after that?", "You are busy@example.com");
      // This look ends before the next one begins, which tells of the other profile.
      await waitUntil("the gateway to look at the account in use", async () => requestsOf("busy").length > before);
      world.signIn.usage.script(accountOf("spare"), used(90));
      await useAnew("spare");
      await ask("/codex_usage spare", "Look again");
      expect((await nudged("spare", since)).text).toContain("5 h 10% left");
      expect(nudgesTo(OWNER, since).map(({ text }) => text.includes("spare"))).toEqual([true]);
    });

    it("can be made quiet without numbers in memory, if a message was sent before", async () => {
      for (const name of ["spare", usedWithout]) world.signIn.usage.script(accountOf(name), UNTOLD);
      await signIn("spare");
      await ask("/codex_auth quiet spare", "There will be no more messages about the usage of spare");
      expect(notesOf("spare")).toEqual([[5, 0]]);
      const refused = await ask(`/codex_auth quiet ${usedWithout}`, `No message about the usage of ${usedWithout}`);
      expect((await press(refused, "Usage")).text).toContain("OpenAI did not report its usage (401)");
    });
  });
}
