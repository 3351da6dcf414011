/** Signal: proves the fake with the real channel package. */
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { startSignal, type SignalNetwork } from "../fakes/signal.ts";
import { waitUntil } from "../support/wait.ts";
import { createChatWorld, type ChatWorld } from "./chat-world.ts";
import { ask } from "./network.ts";

const MODEL = "This is the model.";

let world: ChatWorld;
let network: SignalNetwork;
beforeAll(async () => {
  network = await startSignal();
  world = await createChatWorld(inject("pluginDir"), network);
});
afterAll(() => world?.close());

test("the owner gets the model's words", async () => {
  expect((await ask(network, network.people.owner, "hello agent")).text).toBe(MODEL);
});

test("an owner who hides the number gets the model's words", async () => {
  expect((await ask(network, network.hiddenOwner, "hello from nowhere")).text).toBe(MODEL);
});

test("a person gets an answer in the group", async () => {
  expect((await ask(network, network.people.allowed, "hello group", { where: "group" })).text).toBe(MODEL);
});

test("a stranger gets no answer", async () => {
  const { owner, stranger } = network.people;
  await network.say(stranger, "let me in");
  await ask(network, owner, "hello after the stranger");
  expect(network.messages(stranger).filter(({ isByBot }) => isByBot)).toEqual([]);
  expect(world.model.saw("let me in")).toEqual([]);
});

test("a command gets an answer of the plugin", async () => {
  expect((await ask(network, network.people.owner, "/codex_auth help")).text).toContain("codex_auth");
});

test("a send fails when asked to", async () => {
  const { owner } = network.people;
  const sends = () => network.record().filter((request) => request.includes('"method":"send"')).length;
  const [sent, after] = [sends(), network.now()];
  network.failNext("send");
  await network.say(owner, "hello into the void");
  await waitUntil("the send that fails", () => sends() > sent);
  expect(network.messages(owner).filter((message) => message.isByBot && message.changedAt > after)).toEqual([]);
  expect((await ask(network, owner, "hello again")).text).toBe(MODEL);
});
