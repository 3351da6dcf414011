/** Discord: slash commands, typed ones, and taps. */
import { expect, it } from "vitest";
import { startDiscord, type DiscordNetwork, type DmPolicy } from "../fakes/discord.ts";
import { fakeAccount } from "../fakes/sign-in-server.ts";
import { waitUntil } from "../support/wait.ts";
import { linkIn } from "../support/world.ts";
import type { ChatWorld } from "./chat-world.ts";
import { driveChannel } from "./drive.ts";
import { ask, nextMessage, press } from "./network.ts";
import { answersSlash } from "./story.ts";

driveChannel("Discord", {
  start: () => startDiscord(),
  story: { buttons: "taps", explainsRefusal: false, hasThreads: true },
  more(worldOf, networkOf) {
    answersSlash(networkOf, (words, where) => networkOf().slash(networkOf().people.owner, "codex_auth", words, where));

    it("keeps the words of a tapped message, without its buttons", async () => {
      const discord = networkOf();
      const { owner } = discord.people;
      const board = await ask(discord, owner, "/codex_auth");
      const after = discord.now();
      await press(discord, owner, board, "work");
      const isBoard = ({ id, buttons }: { id: string; buttons: readonly unknown[] }) =>
        id === board.id && buttons.length === 0;
      const left = await nextMessage(discord, owner, after, "direct", isBoard);
      expect(left.text).toContain("Codex profiles");
    });

    it.each<DmPolicy>(["open", "pairing"])("answers a pasted callback URL under the policy %s", async (policy) => {
      const [world, discord] = [worldOf(), networkOf()];
      const { owner } = discord.people;
      const allowFrom = policy === "open" ? ["*"] : [];
      world.gateway.changeConfig({ channels: { discord: { dmPolicy: policy, allowFrom } } });
      if (policy === "pairing") await pair(world, discord);
      const name = `under-${policy}`;
      const address = world.signIn.approve(
        linkIn((await ask(discord, owner, `/codex_auth ${name}`)).text),
        fakeAccount(`${name}@example.com`),
      );
      expect((await ask(discord, owner, address)).text).toContain(`${name}@example.com`);
    });
  },
});

/** The owner is then known from the pairing alone. */
async function pair({ gateway }: ChatWorld, discord: DiscordNetwork): Promise<void> {
  const { owner } = discord.people;
  const code = await waitUntil("a pairing code", async () => {
    const { text } = await ask(discord, owner, "/codex_auth status");
    return /Pairing code:\s*`*\s*([A-Z0-9]{6,})/.exec(text)?.[1];
  });
  const { code: exit, stderr } = await gateway.openclaw(["pairing", "approve", "discord", code]);
  if (exit !== 0) throw new Error(stderr);
}
