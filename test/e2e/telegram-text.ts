/** Telegram with inline buttons switched off: everything is there as text. */
import { beforeAll, describe, expect, it } from "vitest";
import { storedProfiles } from "../support/stored-profiles.ts";
import { waitUntil } from "../support/wait.ts";
import { accountOf, linkOf, OWNER, untilAllAnswered, type World } from "../support/world.ts";

/** Changes the gateway's config, so these are the last tests before the scan. */
export function textAlone(worldOf: () => World): void {
  describe("without inline buttons", () => {
    let world: World;
    const ask = (text: string) => world.telegram.ask(OWNER, text);

    beforeAll(async () => {
      world = worldOf();
      world.gateway.changeConfig({ channels: { telegram: { capabilities: { inlineButtons: "off" } } } });
      await waitUntil("a list without buttons", async () => (await ask("/codex_auth")).keyboard.length === 0);
      await untilAllAnswered(world, OWNER);
    });

    it("the list has words to type, and other pages by words", async () => {
      for (const name of ["page1", "page2"]) {
        const card = await ask(`/codex_auth ${name}`);
        await ask(`/codex_auth_finish ${world.signIn.approve(linkOf(card), accountOf(name))}`);
      }
      const first = await ask("/codex_auth");
      expect(first.keyboard).toEqual([]);
      expect(first.text).toContain("type /codex_auth <profile>");
      expect(first.text).toContain("Page 1 of 2. Another page: /codex_auth page 2");
      expect((await ask("/codex_auth page 2")).text).toContain("Page 2 of 2");
    });

    it("the card's link is a line whose visible text is a whole link too", async () => {
      const card = await ask("/codex_auth text");
      expect(card.keyboard).toEqual([]);
      const link = card.links.find(({ url }) => url.includes("/oauth/authorize?"));
      expect(card.text.split("\n")).toContain(link?.text);
      const saved = await ask(`/codex_auth_finish text ${world.signIn.approve(link?.url ?? "", accountOf("text"))}`);
      expect(saved.text).toContain("profile text now uses text@example.com");
    });

    it("a profile's card does everything by words", async () => {
      expect((await ask("/codex_auth show text")).text).toContain("Sign out: /codex_auth signout text");
      const before = storedProfiles(world.gateway);
      expect((await ask("/codex_auth signout text")).text).toContain("Yes, sign out: /codex_auth signout text yes");
      expect(storedProfiles(world.gateway)).toEqual(before);
      expect((await ask("/codex_auth signout text yes")).text).toContain("Undo within 24 hours: /codex_auth undo text");
      expect(Object.keys(storedProfiles(world.gateway).profiles)).not.toContain("openai:text");
      expect((await ask("/codex_auth undo text")).text).toContain("Undone: profile text");
      expect(storedProfiles(world.gateway).profiles).toEqual(before.profiles);
    });
  });
}
