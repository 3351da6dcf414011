/** The host's own OpenAI provider uses what was saved, from the next message on, in the same gateway process. */
import { beforeAll, describe, expect, it } from "vitest";
import { accountOf, linkIn, linkOf, listedProfiles, OWNER, PERSONAL, STUDIO, type World } from "../support/world.ts";

/** Needs an empty store, and leaves one. */
export function turnsOnSavedProfiles(worldOf: () => World): void {
  describe("a turn after a sign-in", () => {
    let world: World;
    beforeAll(() => {
      world = worldOf();
    });

    async function say(message: string, agent = "main"): Promise<string> {
      const client = await world.gateway.client();
      return (await client.chat(message, { sessionKey: `agent:${agent}:live` })).text;
    }
    const approve = (card: string, account = PERSONAL) => world.signIn.approve(linkIn(card), account);

    it("runs on the account that has just signed in, and on another one after that has signed in", async () => {
      const { pid } = world.gateway;
      await say(approve(await say("/codex_auth live")));
      expect(await say("who am I?")).toContain("dana@example.com");
      expect(await listedProfiles(world.gateway)).toMatchObject([
        { id: "openai:live", provider: "openai", type: "oauth" },
      ]);
      expect(await say(approve(await say("/codex_auth live"), STUDIO))).toContain("Not saved yet");
      expect(await say("still me?")).toContain("dana@example.com");
      expect(await say("/codex_auth keep live")).toContain("now uses");
      expect(await say("and now?")).toContain("dana@studio.example");
      expect(world.gateway.pid).toBe(pid);
      expect(await say("/codex_auth signout live yes")).toContain("Signed out");
    });

    it("of another agent is served by that agent's own sign-in, through command, paste and list", async () => {
      const address = approve(await say("/codex_auth live-work", "work"), accountOf("live-work"));
      expect(await say(address, "main")).toContain("You have no pending sign-in");
      expect(await say(address, "work")).toContain("profile `live-work` now uses `live-work@example.com`");
      expect(await say("/codex_auth", "work")).toMatch(
        /• `live-work`(?: \(used by default\))?: `live-work@example\.com`/,
      );
      expect(await say("/codex_auth signout live-work yes", "work")).toContain("Signed out");
    });
  });
}

/** Needs an empty store, and leaves one. */
export function afterRestart(worldOf: () => World): void {
  describe("over a restart of the gateway", () => {
    it("a sign-in that was started before is finished, and an old button gets a fresh list", async () => {
      const { telegram, signIn, gateway } = worldOf();
      const selector = await telegram.ask(OWNER, "/codex_auth");
      const card = await telegram.ask(OWNER, "/codex_auth restarted");
      const address = signIn.approve(linkOf(card), accountOf("restarted"));
      await gateway.restart();
      const saved = await telegram.ask(OWNER, address);
      expect(saved.text).toContain("profile restarted now uses restarted@example.com");
      const fresh = await telegram.press(OWNER, selector, "New profile");
      expect(fresh.text).toContain("Codex profiles on this gateway");
      expect((await telegram.ask(OWNER, "/codex_auth signout restarted yes")).text).toContain("Signed out: restarted");
    });
  });
}
