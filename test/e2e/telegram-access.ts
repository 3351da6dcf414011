/** Who may do what in Telegram, where a group is open to strangers. */
import { beforeAll, describe, expect, it } from "vitest";
import { storedProfiles } from "../support/stored-profiles.ts";
import { accountOf, ALLOWED, GROUP_ID, linkOf, OWNER, SECOND_OWNER, STRANGER, type World } from "../support/world.ts";

/** Needs the profile `studio`. */
export function whoMay(worldOf: () => World): void {
  let world: World;
  beforeAll(() => {
    world = worldOf();
  });

  const ask = (text: string, who = OWNER) => world.telegram.ask(who, text);

  async function askInGroup(text: string, who = OWNER, threadId?: number) {
    const since = world.telegram.now();
    const place = {
      chatId: GROUP_ID,
      chatType: "supergroup",
      ...(threadId === undefined ? {} : { threadId }),
    } as const;
    world.telegram.sendText(who, text, place);
    return world.telegram.waitForMessage((m) => m.chatId === GROUP_ID && m.from === undefined, since);
  }

  describe("a person who is not an owner", () => {
    it.each(["", "signout studio yes", "log"])(
      "is refused, and told which entry is missing: /codex_auth %s",
      async (words) => {
        const before = storedProfiles(world.gateway);
        const refused = await ask(`/codex_auth ${words}`.trim(), ALLOWED);
        expect(refused.text).toContain("commands.ownerAllowFrom in openclaw.json");
        expect(refused.text).toContain(`telegram:${ALLOWED.id}`);
        expect(refused.text).not.toMatch(/studio|@/);
        expect(refused.keyboard).toEqual([]);
        expect(storedProfiles(world.gateway)).toEqual(before);
      },
    );

    it("is refused with a pasted callback URL, which stays from the model", async () => {
      const marker = `ac_${"n".repeat(30)}`;
      const refused = await ask(`http://localhost:1455/auth/callback?code=${marker}&state=${"0".repeat(32)}`, ALLOWED);
      expect(refused.text).toContain("commands.ownerAllowFrom");
      expect(world.model.saw(marker)).toEqual([]);
    });

    it("gets no profile in an answer if Telegram's own list does not have them", async () => {
      const before = world.telegram.now();
      world.telegram.sendText(STRANGER, "/codex_auth");
      // The gateway takes messages in their order: once it has answered this one, it is done with the stranger's.
      await ask("/codex_auth help");
      const answers = world.telegram
        .messages(STRANGER.id)
        .filter(({ from, changedAt }) => from === undefined && changedAt > before);
      expect(answers.map(({ text }) => text).join("\n")).not.toMatch(/default|studio|auth\.openai/);
    });

    it("cannot redeem an owner's callback URL, nor can another owner, and the sign-in stays pending", async () => {
      const address = world.signIn.approve(linkOf(await ask("/codex_auth trial")), accountOf("trial"));
      const before = world.signIn.tokenRequests().length;
      expect((await ask(address, SECOND_OWNER)).text).toContain("You have no pending sign-in");
      expect(world.signIn.tokenRequests()).toHaveLength(before);
      expect((await ask(address)).text).toContain("profile trial now uses");
    });
  });

  describe("in a group", () => {
    it.each(["studio", "signout studio yes"])(
      "an owner gets one sentence, and nothing is done: /codex_auth %s",
      async (words) => {
        const before = storedProfiles(world.gateway);
        const answer = await askInGroup(`/codex_auth ${words}`);
        expect(answer.text).toContain("private chat");
        expect(answer.text).not.toMatch(/auth\.openai|studio|@/);
        expect(answer.keyboard).toEqual([]);
        expect(storedProfiles(world.gateway)).toEqual(before);
      },
    );

    it("a stranger's pasted callback URL is kept from the model, with a warning", async () => {
      const marker = `ac_${"g".repeat(40)}`;
      const url = `http://localhost:1455/auth/callback?code=${marker}&state=${"1".repeat(32)}`;
      expect((await askInGroup(url, STRANGER, 7)).text).toContain("Use a private chat to sign in");
      expect(world.model.saw(marker)).toEqual([]);
    });
  });
}
