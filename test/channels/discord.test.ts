/** Discord: slash commands, typed ones, and taps. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { startDiscord, type DiscordNetwork, type DmPolicy } from "../fakes/discord.ts";
import { fakeAccount } from "../fakes/sign-in-server.ts";
import { waitUntil } from "../support/wait.ts";
import { linkIn } from "../support/world.ts";
import { createChatWorld, type ChatWorld } from "./chat-world.ts";
import { scanForLeaks } from "./leak-scan.ts";
import { ask, nextMessage, press, type Where } from "./network.ts";
import { tellStory } from "./story.ts";

let discord: DiscordNetwork;
let world: ChatWorld;
const worldOf = () => world;

beforeAll(async () => {
  discord = await startDiscord();
  world = await createChatWorld(inject("pluginDir"), discord);
});
afterAll(() => world?.close());

async function slash(words: string, where: Where = "direct") {
  const after = discord.now();
  await discord.slash(discord.people.owner, "codex_auth", words, where);
  return nextMessage(discord, discord.people.owner, after, where);
}

/** The owner is then known from the pairing alone. */
async function pair(): Promise<void> {
  const { owner } = discord.people;
  const code = await waitUntil("a pairing code", async () => {
    const { text } = await ask(discord, owner, "/codex_auth status");
    return /Pairing code:\s*`*\s*([A-Z0-9]{6,})/.exec(text)?.[1];
  });
  const { code: exit, stderr } = await world.gateway.openclaw(["pairing", "approve", "discord", code]);
  if (exit !== 0) throw new Error(stderr);
}

describe("Discord", () => {
  tellStory({ worldOf, buttons: "taps", explainsRefusal: false });

  describe("a slash command", () => {
    it("shows the board, and a tap on it gets a new message", async () => {
      const board = await slash("");
      const card = await press(discord, discord.people.owner, board, "work");
      expect(card.text).toContain("dana@example.com");
    });

    it("in a channel gets one sentence", async () => {
      const answer = await slash("work", "group");
      expect(answer.text).toContain("in a private chat");
      expect(answer.buttons.flat()).toEqual([]);
    });
  });

  it("keeps the words of a tapped message, without its buttons", async () => {
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
    const { owner } = discord.people;
    const allowFrom = policy === "open" ? ["*"] : [];
    world.gateway.changeConfig({ channels: { discord: { dmPolicy: policy, allowFrom } } });
    if (policy === "pairing") await pair();
    const name = `under-${policy}`;
    const address = world.signIn.approve(
      linkIn((await ask(discord, owner, `/codex_auth ${name}`)).text),
      fakeAccount(`${name}@example.com`),
    );
    expect((await ask(discord, owner, address)).text).toContain(`${name}@example.com`);
  });

  scanForLeaks(worldOf);
});
