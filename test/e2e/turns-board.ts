/** The board in a gateway whose turns run on the profiles themselves: what a chat uses, why, and when that ends. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { FakeMessage } from "../fakes/telegram-bot-api.ts";
import { expireProfile, storedProfiles } from "../support/stored-profiles.ts";
import { waitUntil } from "../support/wait.ts";
import { accountOf, linkOf, OWNER, SECOND_OWNER, untilAllAnswered, type World } from "../support/world.ts";

const WORK = accountOf("work");

/** Needs an empty store. */
export function boardWithTurns(worldOf: () => World): void {
  let world: World;
  beforeAll(() => {
    world = worldOf();
  });

  const ask = (text: string, who = OWNER) => world.telegram.ask(who, text);
  const say = async (text: string) => (await (await world.gateway.client()).chat(text)).text;
  const press = (message: FakeMessage, label: string) => world.telegram.press(OWNER, message, label);
  const cardOf = async (name: string) => press(await ask("/codex_auth"), name);
  const stored = () => storedProfiles(world.gateway);
  const hostIds = () => Object.keys(stored().profiles);

  async function signInTo(name: string, account = accountOf(name)): Promise<string> {
    const card = await ask(`/codex_auth ${name}`);
    return (await ask(`/codex_auth_finish ${world.signIn.approve(linkOf(card), account)}`)).text;
  }

  describe("what a chat uses", () => {
    it("is the first profile at first, and why says what decides it", async () => {
      expect(await signInTo("work")).toContain("profile work now uses work@example.com");
      expect(await signInTo("team")).toContain("profile team now uses team@example.com");
      expect((await ask("who am I?")).text).toContain("work@example.com");
      const why = (await ask("/codex_auth why")).text;
      expect(why).toContain("The next message in this chat uses work.");
      expect(why).toContain("the gateway chose it for this chat before");
      expect((await ask("/codex_auth why team")).text).toContain(
        "team is number 2 of the profiles that the gateway tries.",
      );
    });

    it("is another profile from the next message on after a tap, and no profile changes", async () => {
      const before = stored();
      const pinned = await press(await cardOf("team"), "Use in this chat");
      expect(pinned.text).toContain("This chat uses team from the next message on.");
      expect(world.telegram.keyboard(pinned)).toEqual([["Stop using", "Back"]]);
      expect(stored()).toEqual(before);
      expect((await ask("and now?")).text).toContain("team@example.com");
      expect((await ask("/codex_auth why")).text).toContain("Reason: it was chosen for this chat.");
      expect((await ask("/codex_auth")).text).toContain("• team (used in this chat): team@example.com");
      expect(world.telegram.keyboard(await cardOf("team"))[0]).toEqual(["Sign in again", "Stop using"]);
    });

    it("is the default profile again after a word", async () => {
      expect((await ask("/codex_auth unuse work")).text).toContain("This profile is not set for this chat.");
      expect((await ask("/codex_auth unuse")).text).toContain("This chat no longer prefers team");
      expect((await ask("once more?")).text).toContain("work@example.com");
    });

    it("stays the profile that the gateway chose if another becomes the default, and the answer says so", async () => {
      const preferred = await press(await cardOf("team"), "Make default");
      expect(preferred.text).toContain("team is now the default profile.");
      expect(preferred.text).toContain("This chat still uses work");
      expect((await ask("still?")).text).toContain("work@example.com");
      expect((await ask("/codex_auth use team")).text).toContain("This chat uses team");
      expect((await ask("moved?")).text).toContain("team@example.com");
    });

    it("changes with the sign-out of that profile, and the store loses only that one", async () => {
      const before = hostIds();
      expect((await ask("/codex_auth signout team yes")).text).toContain("Signed out: team");
      expect(hostIds()).toEqual(before.filter((id) => id !== "openai:team"));
      expect((await ask("who now?")).text).toContain("work@example.com");
      expect((await ask("/codex_auth why")).text).not.toContain("Used in this chat: team");
      expect((await ask("/codex_auth undo team")).text).toContain("Undone");
      expect(hostIds().toSorted()).toEqual(before.toSorted());
    });
  });

  describe("the same board by words in the web chat", () => {
    it("pins, explains and lists", async () => {
      const before = stored();
      expect(await say("/codex_auth use team")).toContain("This chat uses `team` from the next message on.");
      expect(await say("who am I here?")).toContain("team@example.com");
      expect(await say("/codex_auth why work")).toContain("`work` is number 2 of the profiles that the gateway tries.");
      expect(await say("/codex_auth")).toContain("• `team` (used in this chat and by default): `team@example.com`");
      expect(await say("/codex_auth unuse team")).toContain("This chat no longer prefers `team`");
      expect(await say("/codex_auth log")).toContain("webchat`: use in a chat: `team` (done)");
      expect(await say("/codex_auth audit")).toContain("This check found no problem.");
      expect(stored()).toEqual(before);
    });
  });

  describe("another account than the profile holds", () => {
    it("is not saved before the user says where, and then only there", async () => {
      const before = stored();
      const card = await ask("/codex_auth work");
      const question = await ask(world.signIn.approve(linkOf(card), accountOf("third")));
      expect(question.text).toContain(
        "Not saved yet. You approved third@example.com (plan: plus), but profile work uses work@example.com.",
      );
      expect(world.telegram.keyboard(question)).toEqual([["Save as third@example.com"], ["Replace work"], ["Cancel"]]);
      expect(stored()).toEqual(before);
      expect((await press(question, "Save as third@example.com")).text).toContain("profile third@example.com now uses");
      const { "openai:third@example.com": third, ...others } = stored().profiles;
      expect(third).toMatchObject({ email: "third@example.com" });
      expect(others).toEqual(before.profiles);
      expect((await ask("/codex_auth keep work")).text).toContain("No sign-in waits for this choice");
      await ask("/codex_auth signout third@example.com yes");
    });

    it("is dropped with Cancel, and another owner cannot choose for it", async () => {
      const before = stored();
      const question = await ask(world.signIn.approve(linkOf(await ask("/codex_auth work")), accountOf("third")));
      expect((await ask("/codex_auth keep work", SECOND_OWNER)).text).not.toContain("now uses");
      expect((await press(question, "Cancel")).text).toContain("Cancelled: work");
      expect((await ask("/codex_auth keep work")).text).toContain("No sign-in waits for this choice");
      expect(stored()).toEqual(before);
    });
  });

  describe("an expired login", () => {
    it("is reported to its owner once, with a button for a new sign-in; a failed turn names the card", async () => {
      await ask("/codex_auth use work");
      world.signIn.behave("invalid-grant", "always");
      const since = world.telegram.now();
      expireProfile(world.gateway, "openai:work");
      // A gateway works with what it has in memory until it writes itself: this makes it see what was done beside it.
      await ask("/codex_auth prefer work");
      // The turn that needs the token finds out; the host may answer it with another profile.
      await ask("hello?");
      const notice = await world.telegram.waitForMessage(
        (m) => m.text.includes("cannot be used: OpenClaw could not"),
        since,
      );
      expect(notice.chatId).toBe(OWNER.id);
      expect(notice.text).toContain("Codex profile work cannot be used");
      expect(world.telegram.keyboard(notice)).toEqual([
        ["Try the old sign-in again"],
        ["Sign in to work again"],
        ["Details"],
      ]);
      const list = (await ask("/codex_auth")).text;
      expect(list).toMatch(
        /• work \(used in this chat[^)]*\): work@example\.com, plus, needs a new sign-in \(renewal failed\)/,
      );
      expect(list).not.toContain("1970");
      const failed = await ask("are you there?");
      expect(failed.text).toContain("Codex profile work cannot be used. To repair it: /codex_auth show work");
      expect((await ask("/codex_auth audit")).text).toContain("• work: needs a new sign-in (renewal failed).");
      const told = world.telegram
        .messages(OWNER.id)
        .filter((m) => m.text.includes("cannot be used: OpenClaw could not"));
      expect(told.length).toBe(1);
    });

    it("is replaced by a sign-in from that message", async () => {
      world.signIn.behave("well");
      const notice = world.telegram
        .messages(OWNER.id)
        .findLast((m) => m.text.includes("cannot be used: OpenClaw could not"));
      if (notice === undefined) throw new Error("there is no notice");
      const card = await press(notice, "Sign in to work again");
      expect((await ask(world.signIn.approve(linkOf(card), WORK))).text).toContain(
        "profile work now uses work@example.com",
      );
      expect((await ask("back again?")).text).toContain("work@example.com");
      expect((await ask("/codex_auth audit")).text).toContain("This check found no problem.");
    });
  });

  describe("the log of what was done", () => {
    it("has the newest first, and neither an e-mail address nor a token", async () => {
      const log = (await ask("/codex_auth log")).text;
      expect(log).toContain(`telegram:${OWNER.id}: sign in to work (done)`);
      expect(log).toContain("use in a chat: work (done)");
      expect(log).not.toContain("third@example.com");
      const file = readFileSync(join(world.gateway.stateDir, "codex-auth/audit.jsonl"), "utf8");
      expect(file).not.toContain("third@example.com");
      expect(world.signIn.secrets().filter((secret) => file.includes(secret))).toEqual([]);
    });

    it("and everything else is in the language of the config as soon as that changes", async () => {
      world.gateway.changeConfig({ plugins: { entries: { "codex-auth": { config: { language: "zh-CN" } } } } });
      await waitUntil("the gateway to speak Chinese", async () => /配置/.test((await ask("/codex_auth")).text));
      await untilAllAnswered(world, OWNER);
      const card = await cardOf("team");
      expect(card.text).toMatch(/Codex 配置文件/);
      expect(world.telegram.keyboard(card).flat().join()).toMatch(/^[^a-z]*$/);
    });
  });
}
