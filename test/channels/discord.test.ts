/** The fake Discord: the real package takes it for Discord, and it refuses what Discord refuses. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { startDiscord, type DiscordNetwork } from "../fakes/discord.ts";
import { createChatWorld, type ChatWorld } from "./chat-world.ts";
import { ask, nextMessage } from "./network.ts";

const MODEL_WORDS = "This is the model.";

const V2 = 1 << 15;
const text = (content: string) => ({ type: 10, content });
const row = (...components: object[]) => ({ type: 1, components });
const button = (change: object = {}) => ({ type: 2, style: 2, label: "Go", custom_id: "go", ...change });
const link = (url: string) => ({ type: 2, style: 5, label: "Open", url });

let network: DiscordNetwork;
let world: ChatWorld;

beforeAll(async () => {
  network = await startDiscord();
  world = await createChatWorld(inject("pluginDir"), network);
});
afterAll(() => world?.close());

describe("chats", () => {
  it("the owner gets the model's words", async () => {
    expect((await ask(network, network.people.owner, "hello agent")).text).toContain(MODEL_WORDS);
  });

  it.each(["group", "thread"] as const)("a person gets an answer in the %s", async (where) => {
    expect((await ask(network, network.people.allowed, "hello team", { where })).text).toContain(MODEL_WORDS);
  });

  it("a stranger gets no answer of the agent", async () => {
    const { stranger, owner } = network.people;
    await network.say(stranger, "hello from a stranger");
    // The owner's answer comes after the stranger's would have.
    await ask(network, owner, "hello again");
    expect(world.model.saw("hello from a stranger")).toEqual([]);
    expect(network.messages(stranger).filter(({ isByBot }) => isByBot)).toEqual([]);
  });
});

describe("commands", () => {
  it("a typed command is answered by the plugin", async () => {
    const answer = await ask(network, network.people.owner, "/codex_auth help");
    expect(answer.text).toContain("/codex_auth");
  });

  it.each(["direct", "group"] as const)(
    "a slash command is answered in the %s chat, and only its sender sees it",
    async (where) => {
      const { owner, allowed } = network.people;
      const after = network.now();
      await network.slash(owner, "codex_auth", "help", where);
      const answer = await nextMessage(network, owner, after, where);
      expect(answer.text).not.toContain(MODEL_WORDS);
      expect(network.messages(allowed, where).map(({ id }) => id)).not.toContain(answer.id);
    },
  );

  it("an answer that Discord refuses does not come, and the next one does", async () => {
    const { owner } = network.people;
    const after = network.now();
    network.failNext("send");
    await network.slash(owner, "codex_auth", "help");
    await ask(network, owner, "/codex_auth help");
    expect(network.messages(owner).filter(({ isByBot, changedAt }) => isByBot && changedAt > after)).toHaveLength(1);
  });
});

describe("what Discord refuses", () => {
  const cases: readonly { name: string; body: object; expect: string | undefined }[] = [
    { name: "2000 characters", body: { content: "a".repeat(2000) }, expect: undefined },
    { name: "2001 characters", body: { content: "a".repeat(2001) }, expect: "BASE_TYPE_MAX_LENGTH" },
    { name: "nothing", body: { content: " " }, expect: "50006" },
    {
      name: "text beside Components V2",
      body: { flags: V2, content: "a", components: [text("b")] },
      expect: "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
    },
    { name: "Components V2 without its flag", body: { components: [text("a")] }, expect: "BASE_TYPE_CHOICES" },
    { name: "4000 characters shown", body: { flags: V2, components: [text("a".repeat(4000))] }, expect: undefined },
    {
      name: "4001 characters shown",
      body: { flags: V2, components: [text("a".repeat(4000)), text("a")] },
      expect: "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
    },
    {
      name: "six buttons in a row",
      body: { components: [row(...[..."abcdef"].map((id) => button({ custom_id: id })))] },
      expect: "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
    },
    {
      name: "six rows",
      body: { components: [..."abcdef"].map((id) => row(button({ custom_id: id }))) },
      expect: "BASE_TYPE_MAX_LENGTH",
    },
    {
      name: "a label of 81",
      body: { components: [row(button({ label: "a".repeat(81) }))] },
      expect: "BASE_TYPE_MAX_LENGTH",
    },
    {
      name: "a custom id of 101",
      body: { components: [row(button({ custom_id: "a".repeat(101) }))] },
      expect: "BASE_TYPE_MAX_LENGTH",
    },
    {
      name: "one custom id twice",
      body: { components: [row(button(), button())] },
      expect: "COMPONENT_CUSTOM_ID_DUPLICATED",
    },
    {
      name: "a URL of 513",
      body: { components: [row(link(`https://example.com/${"a".repeat(493)}`))] },
      expect: "BASE_TYPE_MAX_LENGTH",
    },
    { name: "a URL of another scheme", body: { components: [row(link("tg://x"))] }, expect: "URL_TYPE_INVALID_SCHEME" },
  ];
  let alone: DiscordNetwork;
  beforeAll(async () => {
    alone = await startDiscord();
  });
  afterAll(() => alone?.close());

  async function call(
    method: string,
    path: string,
    body: object,
  ): Promise<{ status: number; text: string; id: string }> {
    const { token } = (alone.config as { channels: { discord: { token: string } } }).channels.discord;
    const headers = { authorization: `Bot ${token}`, "content-type": "application/json" };
    const url = `${alone.env["DISCORD_API_URL"]}${path}`;
    const response = await fetch(url, { method, headers, body: JSON.stringify(body) });
    const answer = await response.text();
    return { status: response.status, text: answer, id: (JSON.parse(answer) as { id: string }).id };
  }

  async function directChat(): Promise<string> {
    return (await call("POST", "/users/@me/channels", { recipient_id: alone.people.owner.id })).id;
  }

  it.each(cases)("$name", async ({ body, expect: refusal }) => {
    const { status, text: answer } = await call("POST", `/channels/${await directChat()}/messages`, body);
    expect(status).toBe(refusal === undefined ? 200 : 400);
    expect(answer).toContain(refusal ?? "");
  });

  it("the id of a person where one of a channel belongs", async () => {
    const answer = await call("POST", `/channels/${alone.people.owner.id}/messages`, { content: "a" });
    expect(answer).toMatchObject({ status: 404, text: expect.stringContaining("10003") });
  });

  it("a person who takes no direct messages", async () => {
    alone.takeDirect(alone.people.owner, false);
    const answer = await call("POST", `/channels/${await directChat()}/messages`, { content: "a" });
    alone.takeDirect(alone.people.owner, true);
    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining("50007") });
  });

  it("an edit of Components V2 into text", async () => {
    const messages = `/channels/${await directChat()}/messages`;
    const { id } = await call("POST", messages, {
      flags: V2,
      components: [{ type: 17, components: [text("**a**"), row(button())] }],
    });
    expect((await call("PATCH", `${messages}/${id}`, { content: "b", components: [] })).status).toBe(400);
    expect(alone.messages(alone.people.owner).at(-1)).toMatchObject({ text: "a", buttons: [[{ label: "Go" }]] });
    expect((await call("PATCH", `${messages}/${id}`, { components: [text("b")] })).status).toBe(200);
    expect(alone.messages(alone.people.owner).at(-1)).toMatchObject({ text: "b", buttons: [] });
  });
});
