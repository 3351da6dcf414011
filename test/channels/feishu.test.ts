/** The fake of Feishu, driven by the real channel package. */
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { startFeishu, type FakeFeishu } from "../fakes/feishu.ts";
import { waitUntil } from "../support/wait.ts";
import { createChatWorld, type ChatWorld } from "./chat-world.ts";
import { ask, nextMessage } from "./network.ts";

let network: FakeFeishu;
let world: ChatWorld;

beforeAll(async () => {
  network = await startFeishu();
  world = await createChatWorld(inject("pluginDir"), network);
});

afterAll(async () => {
  await world.close();
});

test("gives the owner the model's words in a direct chat, a group and a thread", async () => {
  const { owner, allowed } = network.people;

  const answer = await ask(network, owner, "hello agent");
  const inGroup = await ask(network, allowed, "hello agent", { where: "group" });
  const inThread = await ask(network, owner, "hello agent", { where: "thread" });

  for (const message of [answer, inGroup, inThread])
    expect(message).toMatchObject({ text: world.model.answer, isByBot: true });
});

test("answers a command of the plugin, and leaves a stranger without an answer", async () => {
  const { owner, stranger } = network.people;

  await network.say(stranger, "hello agent, this is a stranger");
  const help = await ask(network, owner, "/codex_auth help");
  await waitUntil("the stranger to be refused", () =>
    world.gateway.logText().includes(`blocked unauthorized sender ${stranger.id}`),
  );

  expect(help.text).toContain("/codex_auth");
  expect(network.messages(stranger)).toHaveLength(1);
  expect(world.model.saw("this is a stranger")).toEqual([]);
});

test("runs the command of a tapped button as the person who tapped", async () => {
  const { owner } = network.people;

  const board = await ask(network, owner, "/codex_auth");

  expect(board.text).not.toBe("");
});

test("fails the sends that a test wants to fail", async () => {
  const { owner } = network.people;
  const before = network.now();

  network.failNext("send");
  await network.say(owner, "/codex_auth help");
  await waitUntil("the failed send", () => world.gateway.logText().includes("Internal Error"));
  await network.say(owner, "/codex_auth help");

  expect((await nextMessage(network, owner, before)).text).toContain("/codex_auth");
});
