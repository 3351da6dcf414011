/** Slack: typed commands, slash commands, and taps. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { startSlack, type SlackNetwork } from "../fakes/slack.ts";
import { createChatWorld, type ChatWorld } from "./chat-world.ts";
import { scanForLeaks } from "./leak-scan.ts";
import { nextMessage, press, type Where } from "./network.ts";
import { tellStory } from "./story.ts";

let slack: SlackNetwork;
let world: ChatWorld;
const worldOf = () => world;

beforeAll(async () => {
  slack = await startSlack();
  world = await createChatWorld(inject("pluginDir"), slack);
});
afterAll(() => world?.close());

describe("Slack", () => {
  tellStory({ worldOf, prefix: " ", buttons: "taps", explainsRefusal: true });

  describe("a slash command", () => {
    async function slash(words: string, where: Where = "direct") {
      const after = slack.now();
      await slack.slash(slack.people.owner, "/openclaw", `/codex_auth ${words}`, where);
      return nextMessage(slack, slack.people.owner, after, where);
    }

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

  afterAll(async () => {
    await world?.close();
  });

  it.for<{ who: "owner" | "allowed"; where: Where }>([
    { who: "owner", where: "direct" },
    { who: "allowed", where: "group" },
    { who: "allowed", where: "thread" },
  ])("brings the words of $who to the agent and back ($where)", async ({ who, where }) => {
    const person = slack.people[who];
    const after = slack.now();
    await slack.say(person, "hello agent", { where });
    await nextMessage(slack, person, after, where, ({ text }) => text === world.model.answer);
  });

  it("brings nothing of a stranger to the agent", async () => {
    const { stranger, owner } = slack.people;
    await slack.say(stranger, "let me in");
    await ask(slack, owner, "hello again");
    expect(world.model.saw("let me in")).toEqual([]);
    expect(slack.messages(stranger).filter(({ isByBot }) => isByBot)).toEqual([]);
  });

  it("answers a typed command, but takes no message that starts with a slash", async () => {
    const { owner } = slack.people;
    expect(await ask(slack, owner, " /codex_auth help")).toMatchObject({ isEphemeral: false });
    await expect(slack.say(owner, "/codex_auth help")).rejects.toThrow("slash command");
    expect(world.model.saw("codex_auth help")).toEqual([]);
  });

  it.for<Where>(["direct", "group"])("answers a slash command for its sender only (%s)", async (where) => {
    const { owner, allowed } = slack.people;
    const after = slack.now();
    await slack.slash(owner, "/openclaw", "/codex_auth help", where);
    const answer = await nextMessage(slack, owner, after, where);
    expect(answer).toMatchObject({ isEphemeral: true });
    expect(slack.messages(allowed, where)).not.toContainEqual(answer);
  });

  it("fails as it is told", async () => {
    const after = slack.now();
    slack.failNext("send");
    await slack.say(slack.people.owner, "fail once");
    await waitUntil("the failure in the log", () => world.gateway.logText().includes("internal_error"));
    // The host tries the message again, and then says that it does not know whether its answer came.
    await nextMessage(slack, slack.people.owner, after, "direct", ({ text }) => text.startsWith("I couldn’t confirm"));
  });

  it("is connected again after the socket was refreshed", async () => {
    const { owner } = slack.people;
    slack.refreshConnection();
    await waitUntil("the socket to end", () => !slack.isConnected());
    const after = slack.now();
    await slack.say(owner, "hello after the refresh");
    await nextMessage(slack, owner, after, "direct", ({ text }) => text === world.model.answer);
  });

  scanForLeaks(worldOf);
});
