/** Mattermost: proves the fake with the real channel package. */
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { startMattermost } from "../fakes/mattermost.ts";
import { waitUntil } from "../support/wait.ts";
import { createChatWorld, type ChatWorld } from "./chat-world.ts";
import { ask, nextMessage } from "./network.ts";

const MODEL = "This is the model.";

let world: ChatWorld;
beforeAll(async () => {
  world = await createChatWorld(inject("pluginDir"), await startMattermost());
});
afterAll(() => world?.close());

test("the owner gets the model's words", async () => {
  const { network } = world;
  expect((await ask(network, network.people.owner, "hello agent")).text).toBe(MODEL);
});

test("a person gets an answer in the room, and in its thread", async () => {
  const { network } = world;
  const { allowed } = network.people;
  expect((await ask(network, allowed, "hello room", { where: "group" })).text).toBe(MODEL);
  expect((await ask(network, allowed, "hello thread", { where: "thread" })).text).toBe(MODEL);
});

test("a stranger gets no answer", async () => {
  const { network, model } = world;
  await network.say(network.people.stranger, "let me in");
  await ask(network, network.people.owner, "hello after the stranger");
  expect(network.messages(network.people.stranger).filter(({ isByBot }) => isByBot)).toEqual([]);
  expect(model.saw("let me in")).toEqual([]);
});

test("a command with a space in front gets an answer of the plugin", async () => {
  const { network } = world;
  expect((await ask(network, network.people.owner, " /codex_auth help")).text).toContain("codex_auth");
  await expect(network.say(network.people.owner, "/codex_auth help")).rejects.toThrow("not found");
});

test("a send fails when asked to", async () => {
  const { network } = world;
  const { owner } = network.people;
  const sends = () => network.record().filter((request) => request.startsWith("POST /api/v4/posts\n")).length;
  const [sent, after] = [sends(), network.now()];
  network.failNext("send");
  await network.say(owner, "hello into the void");
  await waitUntil("the send that fails", () => sends() > sent);
  expect(network.messages(owner).filter((message) => message.isByBot && message.changedAt > after)).toEqual([]);
  // The host may first say that it does not know whether its reply arrived.
  await network.say(owner, "hello again");
  await nextMessage(network, owner, after, "direct", ({ text }) => text === MODEL);
});
