/** Which chats are private, and the binding of each. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerCommand } from "../../src/handlers/command.ts";
import {
  placeOfCommand,
  placeOfMessage,
  placeOfReply,
  placeOfTap,
  type CommandPlace,
  type MessagePlace,
  type ReplyPlace,
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
      return placeOfCommand(GATEWAY, row.place).isPrivate;
    case "tap":
      return placeOfTap(GATEWAY, row.place).isPrivate;
    case "message":
      return placeOfMessage(GATEWAY, row.place).isPrivate;
    default:
      return row satisfies never;
  }
}

/** Returns whether the names that the host gives are those of the sender's own chat. */
function isOfSender(row: Row): boolean {
  const { senderId = "" } = row.place;
  const channel = row.via === "message" ? row.place.channelId : row.place.channel;
  if (channel === "webchat" && row.via !== "tap") return true;
  const address = (row.via === "command" ? row.place.from : row.place.conversationId) ?? "";
  const name = address.startsWith(`${channel}:`) ? address.slice((channel?.length ?? 0) + 1) : address;
  const conversationId = name.replace(/^(?:direct|dm|user):/, "").replace(/^(\d+):topic:\d+$/, "$1");
  const isMarked = row.via !== "command" && row.place.isGroup === true;
  return !isMarked && senderId !== "" && conversationId === senderId;
}

const rowOf = <Via extends Row["via"]>(via: Via, place: fc.Arbitrary<Extract<Row, { via: Via }>["place"]>) =>
  place.map((given) => ({ chat: "", is: "refused", via, place: given }) as unknown as Row);

/** Any mixture of the strings that hosts use. */
const anyRow: fc.Arbitrary<Row> = (() => {
  const channel = fc.constantFrom("telegram", "discord", "matrix", "feishu", "twitch", "webchat", "x", "constructor");
  const id = fc.constantFrom("", "7", "8", "room", "group:7");
  const [prefix, kind] = [
    fc.constantFrom("", "telegram:", "feishu:", "x:"),
    fc.constantFrom("", "user:", "group:", "chat:", "slash:"),
  ];
  const address = fc.tuple(prefix, kind, id, fc.constantFrom("", ":topic:5")).map((parts) => parts.join(""));
  const shared = {
    accountId: fc.constant("default"),
    senderId: fc.option(id, { nil: undefined }),
    sessionKey: fc.constantFrom(undefined, MAIN, groupKey("x", "7"), "agent:main:x:direct:7"),
  };
  const isGroup = fc.constantFrom(undefined, false, true);
  const optional = fc.option(address, { nil: undefined });
  return fc.oneof(
    rowOf("command", fc.record({ ...shared, channel, from: optional, to: optional })),
    rowOf("tap", fc.record({ ...shared, channel, conversationId: address, isGroup })),
    rowOf("message", fc.record({ ...shared, channelId: channel, conversationId: optional, isGroup })),
  );
})();

describe("a chat is", () => {
  it.each(ROWS)("$is: $chat, by $via", (row) => {
    expect(isPrivateNow(row)).toBe(row.is === "private");
  });

  it("private only if its name is the sender's, for any strings of the host", () => {
    fc.assert(
      fc.property(anyRow, (row) => !isPrivateNow(row) || isOfSender(row)),
      { numRuns: 2000 },
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
    command: { channel: "discord", from: `discord:user:${TELEGRAM}` },
    message: { channelId: "discord", conversationId: `user:${TELEGRAM}` },
    binding: { channel: "discord" },
  },
  {
    name: "Slack, the bare sender",
    command: { channel: "slack", senderId: SLACK, from: `slack:${SLACK}` },
    message: { channelId: "slack", conversationId: SLACK, senderId: SLACK },
    binding: { channel: "slack", conversationId: SLACK, senderId: SLACK },
  },
];

describe("the binding of a private chat", () => {
  it.each(PRIVATE_CHATS)("is the same by a command and by a message: $name", ({ command, message: place, binding }) => {
    const expected = { who: { ...BINDING, ...binding }, isPrivate: true };
    expect(placeOfCommand(GATEWAY, { ...COMMAND, ...command })).toEqual(expected);
    expect(placeOfMessage(GATEWAY, { ...MESSAGE, ...place })).toEqual(expected);
  });

  it.each([
    { name: "with a session", sessionKey: MAIN, conversationId: MAIN },
    { name: "without a session", sessionKey: undefined, conversationId: "" },
  ])("is the operator's session in the web chat: $name", ({ sessionKey, conversationId }) => {
    const expected = { who: { ...BINDING, channel: "webchat", conversationId, senderId: "" }, isPrivate: true };
    expect(placeOfCommand(GATEWAY, { channel: "webchat", sessionKey })).toEqual(expected);
    expect(placeOfMessage(GATEWAY, { channelId: "webchat", conversationId: sessionKey, sessionKey })).toEqual(expected);
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

describe("a message of the host goes", () => {
  it.each<{ name: string; sent: SentPlace; expected: ReplyPlace }>([
    {
      name: "to the bot and the chat that it names",
      sent: { channelId: "telegram", accountId: "studio", conversationId: `telegram:${TELEGRAM}` },
      expected: { channel: "telegram", channelAccountId: "studio", conversationId: `telegram:${TELEGRAM}` },
    },
    {
      name: "to the channel's only bot if it names none",
      sent: { channelId: "telegram", conversationId: TELEGRAM },
      expected: { channel: "telegram", channelAccountId: "default", conversationId: TELEGRAM },
    },
    {
      name: "to a chat without a name if it names none",
      sent: { channelId: "telegram", accountId: "studio" },
      expected: { channel: "telegram", channelAccountId: "studio", conversationId: "" },
    },
  ])("$name", ({ sent, expected }) => {
    expect(placeOfReply(sent)).toEqual(expected);
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
    { name: "a sign-in on Feishu", call: FEISHU_GROUP, args: "work" },
    { name: "the board on Feishu", call: FEISHU_GROUP, args: "" },
    { name: "a profile on Feishu", call: FEISHU_GROUP, args: "show work" },
    { name: "a sign-in on Twitch", call: TWITCH_CHAT, args: "work" },
    { name: "the board on Twitch", call: TWITCH_CHAT, args: "" },
  ])("a command shows one sentence: $name", async ({ call, args }) => {
    const { context } = createDoor({ ports: () => Promise.resolve(UNTOUCHABLE) });
    const answer = await answerCommand(context, "select", { ...call, args });
    expect(answer.plainText).toBe(REFUSALS["not-private"].replace("{command}", "/codex_auth"));
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
