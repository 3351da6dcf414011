/** Slack: typed commands, slash commands, and taps. */
import { expect, it } from "vitest";
import { startSlack } from "../fakes/slack.ts";
import { waitUntil } from "../support/wait.ts";
import { driveChannel } from "./drive.ts";
import { answerTo, nextMessage, press } from "./network.ts";
import { answersSlash } from "./story.ts";

driveChannel("Slack", {
  start: startSlack,
  story: { prefix: " ", buttons: "taps", explainsRefusal: true, hasThreads: true },
  more(worldOf, networkOf) {
    answersSlash(networkOf, (words, where) =>
      networkOf().slash(networkOf().people.owner, "/openclaw", `/codex_auth ${words}`, where),
    );

    it("shows the answer to a slash command only to its sender", async () => {
      const slack = networkOf();
      const { owner } = slack.people;
      const board = await answerTo(slack, owner, "direct", () => slack.slash(owner, "/openclaw", "/codex_auth"));
      expect(board).toMatchObject({ isEphemeral: true });
    });

    it("answers a second tap on a message that Slack does not edit with a fresh board", async () => {
      const slack = networkOf();
      const { owner } = slack.people;
      const board = await answerTo(slack, owner, "direct", () => slack.slash(owner, "/openclaw", "/codex_auth"));
      expect((await press(slack, owner, board, "work")).text).toContain("dana@example.com");
      const fresh = await press(slack, owner, board, "studio");
      expect(fresh.text).toContain("Codex profiles");
      expect((await press(slack, owner, fresh, "studio")).text).toContain("dana@studio.example");
    });

    it("shows the board of a native slash command, and answers a tap on it", async () => {
      const slack = networkOf();
      const { owner } = slack.people;
      worldOf().gateway.changeConfig({
        channels: { slack: { slashCommand: { enabled: false }, commands: { native: true } } },
      });
      await waitUntil("the channel to stop for its new config", () => !slack.isConnected());
      await worldOf().untilConnected();
      const board = await answerTo(slack, owner, "direct", () => slack.slash(owner, "/codex_auth", ""));
      expect((await press(slack, owner, board, "work")).text).toContain("dana@example.com");
    });

    it("answers commands after the socket was refreshed", async () => {
      const slack = networkOf();
      slack.refreshConnection();
      await worldOf().untilConnected();
      await slack.say(slack.people.owner, " /codex_auth help");
      await nextMessage(slack, slack.people.owner, 0, "direct", ({ text }) => text.includes("/codex_auth why"));
    });
  },
});
