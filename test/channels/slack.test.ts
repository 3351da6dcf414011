/** Slack: typed commands, slash commands, and taps. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { startSlack, type SlackNetwork } from "../fakes/slack.ts";
import { createChatWorld, type ChatWorld } from "./chat-world.ts";
import { scanForLeaks } from "./leak-scan.ts";
import { answerTo, nextMessage, press, type Where } from "./network.ts";
import { waitUntil } from "../support/wait.ts";
import { tellStory } from "./story.ts";

let slack: SlackNetwork;
let world: ChatWorld;
const worldOf = () => world;

beforeAll(async () => {
  slack = await startSlack();
  world = await createChatWorld(inject("pluginDir"), slack);
});
afterAll(() => world?.close());

function slash(words: string, where: Where = "direct") {
  const { owner } = slack.people;
  return answerTo(slack, owner, where, () => slack.slash(owner, "/openclaw", `/codex_auth ${words}`, where));
}

describe("Slack", () => {
  tellStory({ worldOf, prefix: " ", buttons: "taps", explainsRefusal: true, hasThreads: true });

  describe("a slash command", () => {
    it("is answered for its sender alone, and a tap on that answer gets a new message", async () => {
      const board = await slash("");
      expect(board).toMatchObject({ isEphemeral: true });
      const card = await press(slack, slack.people.owner, board, "work");
      expect(card.text).toContain("dana@example.com");
    });

    it("in a channel gets one sentence", async () => {
      const answer = await slash("work", "group");
      expect(answer.text).toContain("in a private chat");
      expect(answer.buttons.flat()).toEqual([]);
    });
  });

  it("shows the board of a native slash command, and answers a tap on it", async () => {
    const { owner } = slack.people;
    world.gateway.changeConfig({
      channels: { slack: { slashCommand: { enabled: false }, commands: { native: true } } },
    });
    // The channel restarts, and until then Slack's command finds nobody.
    const board = await waitUntil("a native command", async () => {
      const after = slack.now();
      await slack.slash(owner, "/codex_auth", "").catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 2000));
      return slack.messages(owner).find((one) => one.isByBot && one.changedAt > after && one.buttons.length > 0);
    });
    expect((await press(slack, owner, board, "work")).text).toContain("dana@example.com");
  });

  it("answers commands after the socket was refreshed", async () => {
    slack.refreshConnection();
    await world.untilConnected();
    await slack.say(slack.people.owner, " /codex_auth help");
    await nextMessage(slack, slack.people.owner, 0, "direct", ({ text }) => text.includes("/codex_auth why"));
  });

  scanForLeaks(worldOf);
});
