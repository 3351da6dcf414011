/** The fake of iMessage: the real gateway talks to it through the real package. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { startIMessage } from "../fakes/imessage.ts";
import { waitUntil } from "../support/wait.ts";
import { createChatWorld, type ChatWorld } from "./chat-world.ts";
import { ask, nextMessage, type ChatNetwork } from "./network.ts";

const sendsIn = (record: readonly string[]) => record.filter((line) => /"method":"send"/.test(line)).length;

describe("iMessage", () => {
  let world: ChatWorld;
  let network: ChatNetwork;

  beforeAll(async () => {
    network = await startIMessage();
    world = await createChatWorld(inject("pluginDir"), network);
  });
  afterAll(() => world?.close());

  it("the owner gets the model's words in a direct chat", async () => {
    expect((await ask(network, network.people.owner, "hello agent")).text).toBe(world.model.answer);
  });

  it("a person gets them in the group", async () => {
    const answer = await ask(network, network.people.allowed, "hello from the group", { where: "group" });
    expect(answer.text).toBe(world.model.answer);
    expect(network.messages(network.people.owner, "group").at(-1)).toEqual(answer);
  });

  it("a stranger gets none", async () => {
    const { stranger, owner } = network.people;
    await network.say(stranger, "hello from a stranger");
    await ask(network, owner, "hello again");
    expect(world.model.saw("hello from a stranger")).toEqual([]);
    expect(network.messages(stranger).filter(({ isByBot }) => isByBot)).toEqual([]);
  });

  it("the plugin answers its command in each kind of direct chat", async () => {
    for (const person of [network.people.owner, network.people.secondOwner])
      expect((await ask(network, person, "/codex_auth help")).text).toMatch(/codex_auth|sign-in/i);
  });

  it("gets the next answer through after one whose send failed", async () => {
    const { owner } = network.people;
    const [after, sends] = [network.now(), sendsIn(network.record())];
    network.failNext("send");
    await network.say(owner, "this answer fails");
    await waitUntil("the failed send", () => sendsIn(network.record()) > sends);
    await network.say(owner, "this one does not");
    const { answer } = world.model;
    await nextMessage(network, owner, after, "direct", ({ text }) => text === answer);
  });
});
