/** A profile's card in Telegram: what its buttons do, for whom, and once only. */
import { beforeAll, describe, expect, it } from "vitest";
import type { FakeMessage } from "../fakes/telegram-bot-api.ts";
import { storedProfiles } from "../support/stored-profiles.ts";
import { linkOf, OWNER, SECOND_OWNER, STUDIO, type World } from "../support/world.ts";

/** Needs the profiles `default` and `studio`. */
export function profileCards(worldOf: () => World): void {
  describe("a profile's card", () => {
    let world: World;
    beforeAll(() => {
      world = worldOf();
    });

    const ask = (text: string, who = OWNER) => world.telegram.ask(who, text);
    const press = (message: FakeMessage, label: string) => world.telegram.press(OWNER, message, label);
    const cardOf = async (name: string) => press(await ask("/codex_auth"), name);
    const stored = () => storedProfiles(world.gateway);
    const dataOf = (message: FakeMessage, label: string) => ({
      data: world.telegram.button(message, label)?.callback_data ?? "none",
    });

    it("replaces the list, starts nothing, and leads back to the list", async () => {
      const selector = await ask("/codex_auth");
      const card = await press(selector, "studio");
      expect(card.id).toBe(selector.id);
      expect(card.text).toContain("Codex profile studio: dana@studio.example, team, signed in, renewed automatically");
      expect(world.telegram.keyboard(card)).toEqual([
        ["Sign in again", "Use in this chat"],
        ["Make default", "Sign out"],
        ["Undo", "Back"],
      ]);
      expect((await ask("/codex_auth show studio")).text).toBe(card.text);
      expect((await press(card, "Back")).text).toContain("Codex profiles on this gateway");
      expect((await ask("/codex_auth status")).text).toContain("No sign-in is pending");
    });

    it("leads to a sign-in of that profile", async () => {
      const signIn = await press(await cardOf("studio"), "Sign in again");
      expect(signIn.text).toContain("Sign in again to profile studio");
      const saved = await ask(world.signIn.approve(linkOf(signIn), STUDIO));
      expect(saved.text).toContain("profile studio now uses dana@studio.example");
    });

    it("makes the profile the default, and changes nothing but the order", async () => {
      const { profiles, order = [] } = stored();
      const others = order.filter((id) => id !== "openai:studio");
      const done = await press(await cardOf("studio"), "Make default");
      expect(done.text).toContain("studio is now the default profile");
      expect(stored().profiles).toEqual(profiles);
      expect(stored().order?.[0]).toBe("openai:studio");
      expect(stored().order).toEqual(expect.arrayContaining(others));
      const selector = await press(done, "Back");
      expect(selector.text).toContain("• studio (used by default): ");
      const card = await press(selector, "studio");
      expect(card.text).toContain("Used by default");
      expect(world.telegram.keyboard(card).flat()).not.toContain("Make default");
      expect((await ask("/codex_auth prefer default")).text).toContain("default is now the default profile");
      expect(stored().order?.[0]).toBe("openai:default");
    });

    it("asks before it signs out, removes only that profile, and puts it back unchanged", async () => {
      const before = stored();
      const question = await press(await cardOf("studio"), "Sign out");
      expect(question.text).toContain("Sign out studio?");
      expect(world.telegram.keyboard(question)).toEqual([["Yes, sign out", "Back"]]);
      expect(stored()).toEqual(before);

      const done = await press(question, "Yes, sign out");
      expect(done.text).toContain("Signed out: studio is no longer on this gateway");
      expect(world.telegram.keyboard(done)).toEqual([["Undo", "Back"]]);
      const { "openai:studio": studio, ...others } = before.profiles;
      expect(stored().profiles).toEqual(others);
      expect((await ask("/codex_auth show studio")).text).toContain("There is no profile named studio");

      const undone = await press(done, "Undo");
      expect(undone.text).toContain("Undone: profile studio is as it was before");
      expect(stored().profiles).toEqual({ ...others, "openai:studio": studio });
    });

    it("answers a stale button with a fresh list, and does nothing to the profile", async () => {
      const before = stored();
      const card = await cardOf("studio");
      for (const verb of ["pick", "prefer", "signout"]) {
        const fresh = await world.telegram.press(OWNER, card, { data: `codex_auth_${verb}:AAAAAAAA.0` });
        expect(fresh.text).toContain("Codex profiles on this gateway");
      }
      expect(stored()).toEqual(before);
    });

    it("does nothing for another owner, in another chat or in this one", async () => {
      const before = stored();
      const question = await press(await cardOf("studio"), "Sign out");
      const theirs = await ask("/codex_auth", SECOND_OWNER);
      const fresh = await world.telegram.press(SECOND_OWNER, theirs, dataOf(question, "Yes, sign out"));
      expect(fresh.text).toContain("Codex profiles on this gateway");
      const answer = await world.telegram.press(SECOND_OWNER, question, "Yes, sign out");
      expect(answer.text).toContain("private chat");
      expect(stored()).toEqual(before);
    });
  });
}
