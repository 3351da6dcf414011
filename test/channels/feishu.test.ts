/** The fake of Feishu, driven by the real channel package. */
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { startFeishu, type FakeFeishu } from "../fakes/feishu.ts";
import { waitUntil } from "../support/wait.ts";
import { createChatWorld, type ChatWorld } from "./chat-world.ts";
import { ask } from "./network.ts";

let network: FakeFeishu;
let world: ChatWorld;

beforeAll(async () => {
  network = await startFeishu();
  world = await createChatWorld(inject("pluginDir"), network);
});

afterAll(() => world?.close());

test.each(["direct", "group", "thread"] as const)("gives the owner the model's words (%s)", async (where) => {
  const answer = await ask(network, network.people.owner, "hello agent", { where });

  expect(answer.text).toContain(world.model.answer);
});

test("answers a command of the plugin, and leaves a stranger without an answer", async () => {
  const { owner, stranger } = network.people;

  await network.say(stranger, "hello from a stranger");
  const help = await ask(network, owner, "/codex_auth help");
  await waitUntil("the stranger to be refused", () =>
    world.gateway.logText().includes(`blocked unauthorized sender ${stranger.id}`),
  );

  expect(help.text).toContain("/codex_auth");
  expect(network.messages(stranger).filter(({ isByBot }) => isByBot)).toEqual([]);
  expect(world.model.saw("hello from a stranger")).toEqual([]);
});

test("shows the link of a sign-in as a button, without the entities of its markdown", async () => {
  const card = await ask(network, network.people.owner, "/codex_auth work");

  const link = card.buttons.flat().find(({ url }) => url !== undefined);
  expect(link?.url).toContain("/oauth/authorize?response_type=code&");
  expect(card.text).not.toContain("&amp;");
});

test("fails the send that a test wants to fail, and the package sends the answer in another way", async () => {
  network.failNext("send");
  const help = await ask(network, network.people.owner, "/codex_auth help");

  expect(help.text).toContain("/codex_auth");
  expect(world.gateway.logText()).toContain("Internal Error");
});
