import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  placeOfCommand,
  placeOfMessage,
  placeOfReply,
  placeOfTap,
  type CommandPlace,
  type MessagePlace,
  type ReplyPlace,
  type SentPlace,
  type TapPlace,
} from "../../src/handlers/channels.ts";

const GATEWAY = "gateway-1";
const SENDER = "4242001";
const GROUP = "-1001234567890";

/** One private chat as the host tells it at each door (HOST.md sections 2, 4 and 5). */
interface PrivateChat {
  readonly name: string;
  readonly command: CommandPlace;
  readonly message: MessagePlace;
  readonly tap?: TapPlace;
  readonly binding: object;
}

const telegram = {
  gateway: GATEWAY,
  channel: "telegram",
  channelAccountId: "default",
  conversationId: SENDER,
  senderId: SENDER,
  agentId: "main",
};

const PRIVATE_CHATS: readonly PrivateChat[] = [
  {
    name: "Telegram",
    command: {
      channel: "telegram",
      accountId: "default",
      senderId: SENDER,
      from: `telegram:${SENDER}`,
      agentId: "main",
      sessionKey: "agent:main:main",
    },
    message: {
      channelId: "telegram",
      accountId: "default",
      conversationId: SENDER,
      senderId: SENDER,
      sessionKey: "agent:main:main",
      isGroup: false,
    },
    tap: { channel: "telegram", accountId: "default", conversationId: SENDER, senderId: SENDER, isGroup: false },
    binding: telegram,
  },
  {
    name: "Telegram, second bot, other agent",
    command: {
      channel: "telegram",
      accountId: "studio",
      senderId: SENDER,
      from: `telegram:${SENDER}`,
      agentId: "research",
      sessionKey: "agent:research:main",
    },
    message: {
      channelId: "telegram",
      accountId: "studio",
      conversationId: SENDER,
      senderId: SENDER,
      sessionKey: "agent:research:main",
      isGroup: false,
    },
    tap: { channel: "telegram", accountId: "studio", conversationId: SENDER, senderId: SENDER, isGroup: false },
    binding: { ...telegram, channelAccountId: "studio", agentId: "research" },
  },
  {
    name: "Telegram, the command names no agent but its session",
    command: {
      channel: "telegram",
      accountId: "default",
      senderId: SENDER,
      from: `telegram:${SENDER}`,
      sessionKey: "agent:research:telegram:direct:4242001",
    },
    message: {
      channelId: "telegram",
      accountId: "default",
      conversationId: SENDER,
      senderId: SENDER,
      sessionKey: "agent:research:telegram:direct:4242001",
      isGroup: false,
    },
    binding: { ...telegram, agentId: "research" },
  },
  {
    // The host's message hook, and it alone, adds the topic to the name of a bot's private chat.
    name: "Telegram, a topic of the private chat",
    command: {
      channel: "telegram",
      accountId: "default",
      senderId: SENDER,
      from: `telegram:${SENDER}`,
      agentId: "main",
      sessionKey: "agent:main:main",
      messageThreadId: 5,
    },
    message: {
      channelId: "telegram",
      accountId: "default",
      conversationId: `${SENDER}:topic:5`,
      senderId: SENDER,
      sessionKey: "agent:main:main",
      isGroup: false,
    },
    tap: { channel: "telegram", accountId: "default", conversationId: SENDER, senderId: SENDER, isGroup: false },
    binding: telegram,
  },
  {
    name: "Telegram, the host names no bot",
    command: { channel: "telegram", senderId: SENDER, from: `telegram:${SENDER}` },
    message: { channelId: "telegram", conversationId: SENDER, senderId: SENDER },
    binding: telegram,
  },
  {
    name: "web chat",
    command: { channel: "webchat", agentId: "main", sessionKey: "agent:main:main" },
    message: { channelId: "webchat", conversationId: "agent:main:main", sessionKey: "agent:main:main", isGroup: false },
    binding: {
      gateway: GATEWAY,
      channel: "webchat",
      channelAccountId: "default",
      conversationId: "agent:main:main",
      senderId: "",
      agentId: "main",
    },
  },
  {
    name: "web chat, the host names no session",
    command: { channel: "webchat" },
    message: { channelId: "webchat" },
    binding: { ...telegram, channel: "webchat", conversationId: "", senderId: "" },
  },
  {
    // The Discord plugin's `resolveInboundConversation` gives `user:<id>` for a direct chat.
    name: "Discord",
    command: {
      channel: "discord",
      accountId: "default",
      senderId: SENDER,
      from: `discord:user:${SENDER}`,
      agentId: "main",
      sessionKey: "agent:main:main",
    },
    message: {
      channelId: "discord",
      accountId: "default",
      conversationId: `user:${SENDER}`,
      senderId: SENDER,
      sessionKey: "agent:main:main",
      isGroup: false,
    },
    binding: { ...telegram, channel: "discord" },
  },
  {
    name: "Slack-like, the bare sender",
    command: {
      channel: "slack",
      accountId: "default",
      senderId: "U12345",
      from: "slack:U12345",
      agentId: "main",
      sessionKey: "agent:main:main",
    },
    message: {
      channelId: "slack",
      accountId: "default",
      conversationId: "U12345",
      senderId: "U12345",
      sessionKey: "agent:main:main",
      isGroup: false,
    },
    binding: { ...telegram, channel: "slack", conversationId: "U12345", senderId: "U12345" },
  },
];

describe("a private chat has the same binding", () => {
  it.each(PRIVATE_CHATS)("as a command: $name", ({ command, binding }) => {
    expect(placeOfCommand(GATEWAY, command)).toEqual({ who: binding, isPrivate: true });
  });

  it.each(PRIVATE_CHATS)("as a message: $name", ({ message, binding }) => {
    expect(placeOfMessage(GATEWAY, message)).toEqual({ who: binding, isPrivate: true });
  });

  it.each(PRIVATE_CHATS.filter(({ tap }) => tap !== undefined))("as a tap, but for the agent: $name", (chat) => {
    const { who, isPrivate } = placeOfTap(GATEWAY, chat.tap as TapPlace);
    const { agentId: _, ...expected } = placeOfCommand(GATEWAY, chat.command).who;
    expect({ who, isPrivate }).toEqual({ who: expected, isPrivate: true });
  });

  it("at all three doors, whoever the person and whichever the bot", () => {
    const id = fc.integer({ min: 1, max: 2 ** 52 }).map(String);
    const word = fc.stringMatching(/^[a-z][a-z0-9_-]{0,15}$/);
    fc.assert(
      fc.property(id, word, word, (senderId, accountId, agentId) => {
        const channel = "telegram";
        const sessionKey = `agent:${agentId}:main`;
        const from = `telegram:${senderId}`;
        const command = placeOfCommand(GATEWAY, { channel, accountId, senderId, from, agentId, sessionKey });
        const shared = { accountId, senderId, conversationId: senderId, isGroup: false };
        expect(placeOfMessage(GATEWAY, { ...shared, channelId: channel, sessionKey })).toEqual(command);
        const tapped = placeOfTap(GATEWAY, { ...shared, channel });
        expect({ ...tapped, who: { ...tapped.who, agentId } }).toEqual(command);
      }),
    );
  });
});

const SHARED: readonly {
  readonly name: string;
  readonly command: CommandPlace;
  readonly message: MessagePlace;
  readonly tap?: TapPlace;
}[] = [
  {
    name: "Telegram group",
    command: { channel: "telegram", accountId: "default", senderId: SENDER, from: `telegram:group:${GROUP}` },
    message: { channelId: "telegram", conversationId: GROUP, senderId: SENDER, isGroup: true },
    tap: { channel: "telegram", accountId: "default", conversationId: GROUP, senderId: SENDER, isGroup: true },
  },
  {
    name: "Telegram topic",
    command: {
      channel: "telegram",
      accountId: "default",
      senderId: SENDER,
      from: `telegram:group:${GROUP}:topic:77`,
      messageThreadId: 77,
    },
    message: { channelId: "telegram", conversationId: `${GROUP}:topic:77`, senderId: SENDER, isGroup: true },
    tap: {
      channel: "telegram",
      accountId: "default",
      conversationId: `${GROUP}:topic:77`,
      senderId: SENDER,
      isGroup: true,
    },
  },
  {
    // For a channel post the host takes the channel itself for the sender.
    name: "Telegram channel post, whose sender is the channel",
    command: { channel: "telegram", accountId: "default", senderId: GROUP, from: `telegram:group:${GROUP}` },
    message: { channelId: "telegram", conversationId: GROUP, senderId: GROUP, isGroup: true },
    tap: { channel: "telegram", accountId: "default", conversationId: GROUP, senderId: GROUP, isGroup: true },
  },
  {
    name: "Discord channel",
    command: { channel: "discord", accountId: "default", senderId: SENDER, from: "discord:channel:999" },
    message: { channelId: "discord", conversationId: "channel:999", senderId: SENDER, isGroup: true },
  },
  {
    name: "Slack channel",
    command: { channel: "slack", accountId: "default", senderId: "U12345", from: "slack:channel:C999" },
    message: { channelId: "slack", conversationId: "C999", senderId: "U12345", isGroup: true },
  },
  {
    name: "a topic of somebody else's private chat",
    command: { channel: "telegram", accountId: "default", senderId: SENDER, from: "telegram:42420012" },
    message: { channelId: "telegram", conversationId: "42420012:topic:5", senderId: SENDER, isGroup: false },
    tap: { channel: "telegram", accountId: "default", conversationId: "42420012:topic:5", senderId: SENDER },
  },
  {
    name: "no sender",
    command: { channel: "telegram", accountId: "default", from: "telegram:" },
    message: { channelId: "telegram", conversationId: "" },
    tap: { channel: "telegram", accountId: "default", conversationId: "" },
  },
  {
    name: "a sender in a chat that the host does not name",
    command: { channel: "telegram", senderId: SENDER },
    message: { senderId: SENDER },
    tap: { channel: "telegram", accountId: "default", conversationId: "", senderId: SENDER },
  },
  {
    name: "an empty sender in an empty chat",
    command: { channel: "telegram", accountId: "default", senderId: "", from: "" },
    message: { channelId: "telegram", conversationId: "", senderId: "" },
    tap: { channel: "telegram", accountId: "default", conversationId: "", senderId: "" },
  },
  {
    name: "a direct chat with somebody else",
    command: { channel: "telegram", accountId: "default", senderId: SENDER, from: "telegram:4242002" },
    message: { channelId: "telegram", conversationId: "4242002", senderId: SENDER },
    tap: { channel: "telegram", accountId: "default", conversationId: "4242002", senderId: SENDER },
  },
  {
    name: "another channel's web chat words",
    command: { channel: "telegram", accountId: "default", from: "webchat", sessionKey: "agent:main:main" },
    message: { channelId: "telegram", conversationId: "webchat", sessionKey: "agent:main:main" },
    tap: { channel: "telegram", accountId: "default", conversationId: "webchat" },
  },
];

describe("a chat that is not one person's own is never private", () => {
  it.each(SHARED)("as a command: $name", ({ command }) => {
    expect(placeOfCommand(GATEWAY, command).isPrivate).toBe(false);
  });

  it.each(SHARED)("as a message: $name", ({ message }) => {
    expect(placeOfMessage(GATEWAY, message).isPrivate).toBe(false);
  });

  it.each(SHARED.filter(({ tap }) => tap !== undefined))("as a tap: $name", ({ tap }) => {
    expect(placeOfTap(GATEWAY, tap as TapPlace).isPrivate).toBe(false);
  });

  it.each(["group", "channel"])("even where its id is the sender's: %s", (kind) => {
    const command = { channel: "telegram", accountId: "default", senderId: SENDER, from: `telegram:${kind}:${SENDER}` };
    expect(placeOfCommand(GATEWAY, command).isPrivate).toBe(false);
  });

  it("even where the host marks a group whose id is the sender's", () => {
    const place = { accountId: "default", conversationId: SENDER, senderId: SENDER, isGroup: true };
    expect(placeOfMessage(GATEWAY, { ...place, channelId: "telegram" }).isPrivate).toBe(false);
    expect(placeOfTap(GATEWAY, { ...place, channel: "telegram" }).isPrivate).toBe(false);
  });
});

describe("two chats never share a binding", () => {
  it("where person, chat, bot or gateway differ", () => {
    const part = fc.constantFrom("1", "2", "-1");
    const chat = fc.record({ senderId: part, conversationId: part, accountId: part, gateway: part });
    fc.assert(
      fc.property(chat, chat, (a, b) => {
        fc.pre(JSON.stringify(a) !== JSON.stringify(b));
        const [first, second] = [a, b].map(({ gateway, ...rest }) =>
          placeOfMessage(gateway, { ...rest, channelId: "telegram", sessionKey: "agent:main:main" }),
        );
        expect(first?.who).not.toEqual(second?.who);
      }),
    );
  });

  it("where a topic and its group differ", () => {
    const [group, topic] = SHARED.map(({ message }) => placeOfMessage(GATEWAY, message).who.conversationId);
    expect(group).not.toBe(topic);
  });

  it("where one agent's web chat and another's differ", () => {
    const [first, second] = ["main", "research"].map((agent) =>
      placeOfMessage(GATEWAY, { channelId: "webchat", sessionKey: `agent:${agent}:main` }),
    );
    expect(first?.who).not.toEqual(second?.who);
  });
});

describe("a message of the host goes", () => {
  it.each<{ name: string; sent: SentPlace; expected: ReplyPlace }>([
    {
      name: "to the bot and the chat that it names, as it names them",
      sent: { channelId: "telegram", accountId: "studio", conversationId: `telegram:${SENDER}` },
      expected: { channel: "telegram", channelAccountId: "studio", conversationId: `telegram:${SENDER}` },
    },
    {
      name: "to the channel's one bot where it names none",
      sent: { channelId: "telegram", conversationId: SENDER },
      expected: { channel: "telegram", channelAccountId: "default", conversationId: SENDER },
    },
    {
      name: "to a chat without a name where it names none, which is nobody's",
      sent: { channelId: "telegram", accountId: "studio" },
      expected: { channel: "telegram", channelAccountId: "studio", conversationId: "" },
    },
  ])("$name", ({ sent, expected }) => {
    expect(placeOfReply(sent)).toEqual(expected);
  });
});
