/** Which chats are private, and the binding of each. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerCommand } from "../../src/handlers/command.ts";
import {
  placeOfCommand,
  placeOfMessage,
  placeOfTap,
  addressOf,
  CHANNELS,
  recipientOf,
  type Channel,
  type CommandPlace,
  type MessagePlace,
  type Names,
  type SentPlace,
} from "../../src/handlers/channels.ts";
import type { Binding } from "../../src/rules/binding.ts";
import { REFUSALS } from "../support/english.ts";
import { CANARY, claimMessage, createDoor, OWNER_CALL, ownerMessage, UNTOUCHABLE } from "./fake-handler.ts";
import { FEISHU, groupKey, MAIN, ROWS, SLACK, TELEGRAM, TWITCH, type Row } from "./chat-strings.ts";

const GATEWAY = "gateway-1";

function isPrivateNow(row: Row): boolean {
  switch (row.via) {
    case "command":
      return placeOfCommand(GATEWAY, row.place).privacy === "private";
    case "tap":
      return placeOfTap(GATEWAY, row.place).privacy === "private";
    case "message":
      return placeOfMessage(GATEWAY, row.place).privacy === "private";
    default:
      return row satisfies never;
  }
}

/** A user's id with letters in both cases, which no network gives to a room. */
const anyPerson = fc.nat({ max: 2 ** 31 - 1 }).map((number) => `Ux${number.toString(36)}Y`);
const anyCase = (text: string) => fc.constantFrom(text, text.toLowerCase(), text.toUpperCase());
const anyFiller = fc.constantFrom("a1", "777", "room9", "19x");

/** A name as the template has it, for this user in any case. */
function named(template: string, person: string): fc.Arbitrary<string> {
  return fc
    .tuple(anyCase(person), anyFiller)
    .map(([spelled, any]) => template.replaceAll("*", any).replace("{person}", () => spelled));
}

const oneOf = (templates: readonly string[] | undefined, person: string): fc.Arbitrary<string | undefined> =>
  templates === undefined ? fc.constant(undefined) : fc.constantFrom(...templates).chain((one) => named(one, person));

const rows = [...CHANNELS].map(([channel, row]) => ({ channel, row })).filter(({ row }) => row.hasNoSignIn !== true);
const anyRow = fc.constantFrom(...rows);
const anyWord = fc.constantFrom("default", "studio", "main", "research", "b2");
const anyUser = fc.record({ entry: anyRow, person: anyPerson, accountId: anyWord, agentId: anyWord });
type User = { entry: (typeof rows)[number]; person: string; accountId: string; agentId: string };

/** One way in of a user, through the names of one kind of room. */
function wayIn(user: User, direct: Names, room: Names = direct): fc.Arbitrary<Row> {
  const { entry, person, accountId, agentId } = user;
  const { channel } = entry;
  const sessionKey = `agent:${agentId}:main`;
  const senderId = anyCase(person);
  const name = (kind: keyof Names) => oneOf(room[kind] ?? direct[kind], person);
  const command = fc.record({ senderId, from: name("from"), to: name("to") }).map(({ from = "", ...rest }): Row => ({
    chat: "",
    is: "private",
    via: "command",
    place: { channel, accountId, agentId, sessionKey, from: `${channel}:${from}`, ...rest },
  }));
  const message = fc.record({ senderId, conversationId: name("message") }).map((rest): Row => ({
    chat: "",
    is: "private",
    via: "message",
    place: { channelId: channel, accountId, sessionKey, isGroup: false, ...rest },
  }));
  const tap = fc
    .record({ senderId, conversationId: name("tap") })
    .map(({ conversationId = "", senderId: by }): Row => ({
      chat: "",
      is: "private",
      via: "tap",
      place: { channel, accountId, senderId: by, conversationId },
    }));
  const kinds: readonly (keyof Names)[] = Object.keys(room) as (keyof Names)[];
  return fc.oneof(
    ...(kinds.includes("from") || kinds.includes("to") ? [command] : []),
    ...(kinds.includes("message") ? [message] : []),
    ...(kinds.includes("tap") ? [tap] : []),
  );
}

function placeOf(row: Row, agentId: string) {
  if (row.via === "command") return placeOfCommand(GATEWAY, row.place);
  if (row.via === "message") return placeOfMessage(GATEWAY, row.place);
  const { who, ...place } = placeOfTap(GATEWAY, row.place);
  return { ...place, who: { ...who, agentId } };
}

const keyOf = ({ entry, person, accountId, agentId }: User) =>
  [entry.channel, person.toLowerCase(), accountId, agentId].join(" ");

const roomsOf = ({ group, thread }: Channel) => (thread === undefined ? [group] : [group, thread]);

describe("a chat is", () => {
  it.each(ROWS)("$is: $chat, by $via", (row) => {
    expect(isPrivateNow(row)).toBe(row.is === "private");
  });

  it("private by every name that its channel's row has for a private chat, with one binding for all three ways in", () => {
    const any = anyUser.chain((user) => fc.tuple(fc.constant(user), wayIn(user, user.entry.row.direct)));
    fc.assert(
      fc.property(any, ([user, row]) => {
        const { privacy, who } = placeOf(row, user.agentId);
        const person = user.person.toLowerCase();
        expect({ privacy, who }).toEqual({
          privacy: "private",
          who: {
            gateway: GATEWAY,
            channel: user.entry.channel,
            channelAccountId: user.accountId,
            conversationId: person,
            senderId: person,
            agentId: user.agentId,
          },
        });
      }),
      { numRuns: 1000 },
    );
  });

  it("refused by every name that its channel's row has for a group or a thread", () => {
    const any = anyUser.chain((user) =>
      fc.constantFrom(...roomsOf(user.entry.row)).chain((room) => wayIn(user, user.entry.row.direct, room)),
    );
    fc.assert(
      fc.property(any, (row) => !isPrivateNow(row)),
      { numRuns: 1000 },
    );
  });

  it("refused if the host marks it as a group, names a room's session, or names no sender", () => {
    const any = anyUser.chain((user) => fc.tuple(fc.constant(user.entry.row), wayIn(user, user.entry.row.direct)));
    fc.assert(
      fc.property(any, fc.constantFrom("group", "channel", "room"), ([row, way], kind) => {
        const changed = (change: object) => ({ ...way, place: { ...way.place, ...change } }) as Row;
        expect(isPrivateNow(changed({ senderId: undefined }))).toBe(false);
        if (way.via !== "tap") expect(isPrivateNow(changed({ sessionKey: groupKey("x", "7", kind) }))).toBe(false);
        if (way.via !== "command" && row.hasWrongGroupMark !== true)
          expect(isPrivateNow(changed({ isGroup: true }))).toBe(false);
      }),
      { numRuns: 1000 },
    );
  });

  it("given another binding if the user, the channel, the bot or the agent differs", () => {
    const pair = fc
      .tuple(anyUser, anyUser)
      .chain(([a, b]) =>
        fc.tuple(fc.constant([a, b] as const), wayIn(a, a.entry.row.direct), wayIn(b, b.entry.row.direct)),
      );
    fc.assert(
      fc.property(pair, ([[a, b], first, second]) => {
        fc.pre(keyOf(a) !== keyOf(b));
        expect(placeOf(first, a.agentId).who).not.toEqual(placeOf(second, b.agentId).who);
      }),
      { numRuns: 500 },
    );
  });

  it("refused if it is another user's, or a channel has no row", () => {
    const any = anyUser.chain((user) => fc.tuple(wayIn(user, user.entry.row.direct), anyPerson, fc.constant(user)));
    fc.assert(
      fc.property(any, ([way, other, { entry, person }]) => {
        fc.pre(other.toLowerCase() !== person.toLowerCase());
        const place = { ...way.place, senderId: other };
        const kinds = way.via === "command" ? entry.row.direct.from : entry.row.direct[way.via];
        if (kinds?.every((template) => template.includes("{person}")) === true)
          expect(isPrivateNow({ ...way, place } as Row)).toBe(false);
        const unknown = way.via === "message" ? { channelId: "constructor" } : { channel: "constructor" };
        expect(placeOf({ ...way, place: { ...way.place, ...unknown } } as Row, "main").privacy).toBe("elsewhere");
      }),
      { numRuns: 500 },
    );
  });
});

/** A private chat as the host gives it to a command and to a message: what differs from Telegram's. */
interface PrivateChat {
  readonly name: string;
  readonly command?: Partial<CommandPlace>;
  readonly message?: MessagePlace;
  readonly binding?: Partial<Binding>;
}

const COMMAND: CommandPlace = {
  channel: "telegram",
  accountId: "default",
  senderId: TELEGRAM,
  from: `telegram:${TELEGRAM}`,
  agentId: "main",
  sessionKey: MAIN,
};
const MESSAGE: MessagePlace = {
  channelId: "telegram",
  accountId: "default",
  conversationId: TELEGRAM,
  senderId: TELEGRAM,
  sessionKey: MAIN,
  isGroup: false,
};
const BINDING: Binding = {
  gateway: GATEWAY,
  channel: "telegram",
  channelAccountId: "default",
  conversationId: TELEGRAM,
  senderId: TELEGRAM,
  agentId: "main",
};
const RESEARCH = "agent:research:telegram:direct:4242001";

const PRIVATE_CHATS: readonly PrivateChat[] = [
  { name: "Telegram" },
  {
    name: "Telegram, second bot and another agent",
    command: { accountId: "studio", agentId: "research", sessionKey: "agent:research:main" },
    message: { accountId: "studio", sessionKey: "agent:research:main" },
    binding: { channelAccountId: "studio", agentId: "research" },
  },
  {
    name: "Telegram, the command names a session and no agent",
    command: { agentId: undefined, sessionKey: RESEARCH },
    message: { sessionKey: RESEARCH },
    binding: { agentId: "research" },
  },
  {
    // Only the host's message hook adds the topic to the name of a bot's private chat.
    name: "Telegram, a topic of the private chat",
    command: { messageThreadId: 5 },
    message: { conversationId: `${TELEGRAM}:topic:5` },
  },
  {
    name: "Telegram, the host names no bot",
    command: { accountId: undefined, agentId: undefined, sessionKey: undefined },
    message: { accountId: undefined, sessionKey: undefined, isGroup: undefined },
  },
  {
    // The Discord plugin's `resolveInboundConversation` gives `user:<id>` for a direct chat.
    name: "Discord",
    command: { channel: "discord", from: `discord:user:${TELEGRAM}`, to: `user:${TELEGRAM}` },
    message: { channelId: "discord", conversationId: `user:${TELEGRAM}` },
    binding: { channel: "discord" },
  },
  {
    name: "Slack, whose commands have the sender in lower case",
    command: { channel: "slack", senderId: SLACK.toLowerCase(), from: `slack:${SLACK}`, to: `slash:${SLACK}` },
    message: { channelId: "slack", conversationId: SLACK, senderId: SLACK },
    binding: { channel: "slack", conversationId: SLACK.toLowerCase(), senderId: SLACK.toLowerCase() },
  },
];

describe("the binding of a private chat", () => {
  it.each(PRIVATE_CHATS)("is the same by a command and by a message: $name", ({ command, message: place, binding }) => {
    const expected = { who: { ...BINDING, ...binding }, privacy: "private" };
    expect(placeOfCommand(GATEWAY, { ...COMMAND, ...command })).toMatchObject(expected);
    expect(placeOfMessage(GATEWAY, { ...MESSAGE, ...place })).toMatchObject(expected);
  });

  it.each([
    { name: "with a session", sessionKey: MAIN, conversationId: MAIN },
    { name: "without a session", sessionKey: undefined, conversationId: "" },
  ])("is the operator's session in the web chat: $name", ({ sessionKey, conversationId }) => {
    const expected = { who: { ...BINDING, channel: "webchat", conversationId, senderId: "" }, privacy: "private" };
    expect(placeOfCommand(GATEWAY, { channel: "webchat", sessionKey })).toMatchObject(expected);
    expect(placeOfMessage(GATEWAY, { channelId: "webchat", conversationId: sessionKey, sessionKey })).toMatchObject(
      expected,
    );
  });

  it("is the same by command, message and tap, for any sender, bot and agent", () => {
    const id = fc.integer({ min: 1, max: 2 ** 52 }).map(String);
    const word = fc.stringMatching(/^[a-z][a-z0-9_-]{0,15}$/);
    fc.assert(
      fc.property(id, word, word, (senderId, accountId, agentId) => {
        const channel = "telegram";
        const sessionKey = `agent:${agentId}:main`;
        const from = `telegram:${senderId}`;
        const commanded = placeOfCommand(GATEWAY, { channel, accountId, senderId, from, agentId, sessionKey });
        const shared = { accountId, senderId, conversationId: senderId, isGroup: false };
        expect(placeOfMessage(GATEWAY, { ...shared, channelId: channel, sessionKey })).toEqual(commanded);
        const tapped = placeOfTap(GATEWAY, { ...shared, channel });
        expect({ ...tapped, who: { ...tapped.who, agentId } }).toEqual(commanded);
      }),
    );
  });

  it("differs if the sender, the chat, the bot or the gateway differs", () => {
    const part = fc.constantFrom("1", "2", "-1");
    const chat = fc.record({ senderId: part, conversationId: part, accountId: part, gateway: part });
    fc.assert(
      fc.property(chat, chat, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        const [first, second] = [a, b].map(({ gateway, ...rest }) =>
          placeOfMessage(gateway, { ...rest, channelId: "telegram", sessionKey: MAIN }),
        );
        expect(first?.who).not.toEqual(second?.who);
      }),
    );
  });

  it.each([
    {
      name: "a group and its topic",
      of: ["-100123", "-100123:topic:77"].map((conversationId) => ({ conversationId })),
    },
    {
      name: "the web chats of two agents",
      of: ["main", "research"].map((agent) => ({ channelId: "webchat", sessionKey: `agent:${agent}:main` })),
    },
  ])("differs between $name", ({ of }) => {
    const [first, second] = of.map((place) => placeOfMessage(GATEWAY, { ...MESSAGE, ...place }).who);
    expect(first).not.toEqual(second);
  });
});

describe("our message", () => {
  it.each([
    ["telegram", TELEGRAM, TELEGRAM],
    ["slack", SLACK, `user:${SLACK}`],
    ["discord", "80351110224678912", "user:80351110224678912"],
    ["feishu", FEISHU, `user:${FEISHU}`],
    ["signal", "+4915112345678", "+4915112345678"],
  ])("is sent to the user in the network's own spelling: %s", (channel, senderId, address) => {
    expect(addressOf({ channel, channelAccountId: "default", senderId })).toBe(address);
  });

  it("on Slack is sent to the capitals that the command's sender has lost", () => {
    const place = placeOfCommand(GATEWAY, { channel: "slack", senderId: SLACK.toLowerCase(), from: `slack:${SLACK}` });
    expect(place.sender.senderId).toBe(SLACK);
  });

  it.each<{ name: string; sent: SentPlace; senderId: string | undefined }>([
    { name: "a user", sent: { channelId: "telegram", conversationId: `telegram:${TELEGRAM}` }, senderId: TELEGRAM },
    { name: "a user by address", sent: { channelId: "slack", conversationId: `user:${SLACK}` }, senderId: SLACK },
    { name: "a group", sent: { channelId: "telegram", conversationId: "-100123" }, senderId: undefined },
    { name: "a channel", sent: { channelId: "discord", conversationId: "channel:8" }, senderId: undefined },
    { name: "nobody", sent: { channelId: "telegram", conversationId: "" }, senderId: undefined },
    {
      name: "a chat that names no user",
      sent: { channelId: "imessage", conversationId: "chat_id:6" },
      senderId: undefined,
    },
    { name: "an unknown channel", sent: { channelId: "x", conversationId: "7" }, senderId: undefined },
  ])("of the host has a user, or none: $name", ({ sent, senderId }) => {
    expect(recipientOf(sent)?.senderId).toBe(senderId);
  });
});

describe("in a group with the owner's name", () => {
  const FEISHU_GROUP = {
    ...OWNER_CALL,
    channel: "feishu",
    senderId: FEISHU,
    from: `feishu:${FEISHU}`,
    to: "chat:oc_1",
    sessionKey: groupKey("feishu", "oc_1"),
  };
  const TWITCH_CHAT = {
    ...OWNER_CALL,
    channel: "twitch",
    senderId: TWITCH,
    from: `twitch:user:${TWITCH}`,
    to: "twitch:channel:owner",
    sessionKey: groupKey("twitch", "owner"),
  };

  it.each([
    { name: "a sign-in on Feishu", call: FEISHU_GROUP, args: "work", code: "not-private" },
    { name: "the board on Feishu", call: FEISHU_GROUP, args: "", code: "not-private" },
    { name: "a profile on Feishu", call: FEISHU_GROUP, args: "show work", code: "not-private" },
    { name: "a sign-in on Twitch", call: TWITCH_CHAT, args: "work", code: "chat-unsupported" },
    { name: "the board on Twitch", call: TWITCH_CHAT, args: "", code: "chat-unsupported" },
  ] as const)("a command shows one sentence: $name", async ({ call, args, code }) => {
    const { context } = createDoor({ ports: () => Promise.resolve(UNTOUCHABLE) });
    const answer = await answerCommand(context, "select", { ...call, args });
    expect(answer.plainText).toBe(REFUSALS[code].replace("{command}", "/codex_auth"));
    expect(answer.rows).toEqual([]);
    expect(answer.markdown).not.toMatch(/https?:|state|@/i);
  });

  it("a pasted callback URL is withheld from the model, and nothing is loaded", async () => {
    const { context, loads } = createDoor();
    const url = `http://localhost:1455/auth/callback?code=${CANARY}.c2Vjb25k&scope=openid&state=${"0".repeat(32)}`;
    const claim = await claimMessage(
      context,
      ownerMessage(url, {
        channelId: "feishu",
        senderId: FEISHU,
        conversationId: FEISHU,
        sessionKey: FEISHU_GROUP.sessionKey,
      }),
    );
    expect(claim?.handled).toBe(true);
    expect(claim?.text).not.toContain(CANARY);
    expect(loads()).toBe(0);
  });
});
