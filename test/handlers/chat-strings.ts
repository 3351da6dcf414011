/** The strings that OpenClaw 2026.9.6 gives for the chats of each channel, and which of these chats are private. */
import type { CommandPlace, MessagePlace, TapPlace } from "../../src/handlers/channels.ts";

export const MAIN = "agent:main:main";

export const TELEGRAM = "4242001";
export const SLACK = "U0OWNER";
const DISCORD = "80351110224678912";
const MATTERMOST = "9qd1xk7r3tfx8m5e6y4n2c1b0a";
export const FEISHU = "ou_7d8a6e6df7621556ce0d21922b676706";
const TEAMS = "4f1c0a4e-1f0e-4b8e-9a53-3f2f0f6a7c11";
const GOOGLE = "1122334455";
const LINE = "U4af4980629f1e3b3";
const PHONE = "+4915112345678";
const SIGNAL_UUID = "0d4b5a0e-8f5e-4a3e-bb8b-9a1d2c3e4f50";
const MATRIX = "@owner:example.org";
export const TWITCH = "44322889";
const PLUGIN = "p-17";

/** How the host tells one chat. `is` is the verdict now. */
export type Row = { readonly chat: string; readonly is: "private" | "refused" } & (
  | { readonly via: "command"; readonly place: CommandPlace }
  | { readonly via: "tap"; readonly place: TapPlace }
  | { readonly via: "message"; readonly place: MessagePlace }
);

type Verdict = Row["is"];

const command =
  (channel: string, senderId: string) =>
  (chat: string, is: Verdict, place: Omit<CommandPlace, "channel" | "senderId">): Row => ({
    chat: `${channel}: ${chat}`,
    is,
    via: "command",
    place: { channel, senderId, accountId: "default", sessionKey: MAIN, ...place },
  });

const message =
  (channelId: string, senderId: string) =>
  (chat: string, is: Verdict, place: Omit<MessagePlace, "channelId" | "senderId">): Row => ({
    chat: `${channelId}: ${chat}`,
    is,
    via: "message",
    place: { channelId, senderId, accountId: "default", sessionKey: MAIN, ...place },
  });

const tap =
  (channel: string, senderId: string) =>
  (chat: string, is: Verdict, place: Omit<TapPlace, "channel" | "senderId" | "accountId">): Row => ({
    chat: `${channel}: ${chat}`,
    is,
    via: "tap",
    place: { channel, senderId, accountId: "default", ...place },
  });

const C = {
  telegram: command("telegram", TELEGRAM),
  // The host lowers the sender of a Slack command.
  slack: command("slack", SLACK.toLowerCase()),
  discord: command("discord", DISCORD),
  mattermost: command("mattermost", MATTERMOST),
  feishu: command("feishu", FEISHU),
  teams: command("msteams", TEAMS),
  google: command("googlechat", GOOGLE),
  line: command("line", LINE),
  whatsapp: command("whatsapp", PHONE.slice(1)),
  signal: command("signal", PHONE),
  matrix: command("matrix", MATRIX),
  imessage: command("imessage", PHONE),
  twitch: command("twitch", TWITCH),
  plugin: command("carrier-pigeon", PLUGIN),
};
const T = {
  telegram: tap("telegram", TELEGRAM),
  slack: tap("slack", SLACK),
  discord: tap("discord", DISCORD),
  feishu: tap("feishu", FEISHU),
  twitch: tap("twitch", TWITCH),
  plugin: tap("carrier-pigeon", PLUGIN),
};
const P = {
  telegram: message("telegram", TELEGRAM),
  slack: message("slack", SLACK),
  discord: message("discord", DISCORD),
  mattermost: message("mattermost", MATTERMOST),
  feishu: message("feishu", FEISHU),
  teams: message("msteams", TEAMS),
  google: message("googlechat", GOOGLE),
  line: message("line", LINE),
  whatsapp: message("whatsapp", PHONE),
  signal: message("signal", PHONE),
  matrix: message("matrix", MATRIX),
  imessage: message("imessage", PHONE),
  twitch: message("twitch", TWITCH),
  plugin: message("carrier-pigeon", PLUGIN),
};

export const groupKey = (channel: string, id: string, kind = "group") => `agent:main:${channel}:${kind}:${id}`;

/** One Telegram chat as a command, a tap and a message of it are given. */
const odd = (
  chat: string,
  senderId: string | undefined,
  from: string | undefined,
  conversationId: string,
  isGroup?: true,
): Row[] => [
  { chat, is: "refused", via: "command", place: { channel: "telegram", senderId, from } },
  {
    chat,
    is: "refused",
    via: "tap",
    place: { channel: "telegram", accountId: "default", senderId, conversationId, isGroup },
  },
  { chat, is: "refused", via: "message", place: { channelId: "telegram", senderId, conversationId, isGroup } },
];

const ODD_CHATS: readonly Row[] = [
  // For a channel post the host takes the channel itself for the sender.
  odd("a channel post, whose sender is the channel", "-100123", "telegram:group:-100123", "-100123", true),
  odd("a topic of another user's private chat", TELEGRAM, "telegram:42420012", "42420012:topic:5"),
  odd("a direct chat with another user", TELEGRAM, "telegram:4242002", "4242002"),
  odd("no sender", undefined, "telegram:", ""),
  odd("an empty sender in an empty chat", "", "", ""),
  odd("a chat that the host does not name", TELEGRAM, undefined, ""),
  [{ chat: "a chat without a channel", is: "refused", via: "message", place: { senderId: TELEGRAM } } as const],
  odd("the web chat's words", undefined, "webchat", "webchat"),
  odd("a group with the sender's id", TELEGRAM, `telegram:group:${TELEGRAM}`, TELEGRAM, true),
  odd("a channel with the sender's id", TELEGRAM, `telegram:channel:${TELEGRAM}`, TELEGRAM, true),
].flat();

const NAMED_CHANNELS: readonly Row[] = [
  C.telegram("direct", "private", { from: `telegram:${TELEGRAM}`, to: `telegram:${TELEGRAM}` }),
  C.telegram("group", "refused", {
    from: "telegram:group:-100123",
    to: "telegram:-100123",
    sessionKey: groupKey("telegram", "-100123"),
  }),
  C.telegram("topic", "refused", {
    from: "telegram:group:-100123:topic:77",
    to: "telegram:-100123",
    messageThreadId: 77,
    sessionKey: `${groupKey("telegram", "-100123")}:topic:77`,
  }),
  C.telegram("direct, the session is a group's", "refused", {
    from: `telegram:${TELEGRAM}`,
    sessionKey: groupKey("telegram", "-100123"),
  }),
  ...["agent:group:main", "agent:main:telegram:group:direct:4242001", "agent:main:telegram:direct:room:channel:1"].map(
    (sessionKey) =>
      C.telegram(`direct, the session is ${sessionKey}`, "private", { from: `telegram:${TELEGRAM}`, sessionKey }),
  ),
  T.telegram("direct", "private", { conversationId: TELEGRAM, isGroup: false }),
  T.telegram("group", "refused", { conversationId: "-100123", isGroup: true }),
  P.telegram("direct", "private", { conversationId: TELEGRAM, isGroup: false }),
  P.telegram("group", "refused", { conversationId: "-100123", isGroup: true }),

  C.slack("direct, typed", "private", { from: `slack:${SLACK}`, to: `user:${SLACK}` }),
  C.slack("direct, slash", "private", { from: `slack:${SLACK}`, to: `slash:${SLACK}` }),
  C.slack("channel", "refused", { from: "slack:channel:C0TEAM", to: "channel:C0TEAM" }),
  C.slack("group message", "refused", { from: "slack:group:G0TEAM", to: "channel:G0TEAM" }),
  C.slack("thread", "refused", { from: "slack:channel:C0TEAM", to: "channel:C0TEAM", messageThreadId: "171.1" }),
  T.slack("direct", "private", { conversationId: "D0OWNER" }),
  T.slack("channel", "refused", { conversationId: "C0TEAM" }),
  P.slack("direct", "private", { conversationId: SLACK, isGroup: false }),
  P.slack("direct, slash", "private", { conversationId: `slash:${SLACK}`, isGroup: false }),
  P.slack("channel", "refused", { conversationId: "C0TEAM", isGroup: true }),

  C.discord("direct, native", "private", { from: `discord:${DISCORD}`, to: `slash:${DISCORD}` }),
  C.discord("direct, typed", "private", { from: `discord:${DISCORD}`, to: `user:${DISCORD}` }),
  C.discord("direct, typed, older host", "private", { from: `discord:${DISCORD}`, to: "channel:777" }),
  C.discord("channel", "refused", { from: "discord:channel:888", to: `slash:${DISCORD}` }),
  C.discord("group message", "refused", { from: "discord:group:889", to: `slash:${DISCORD}` }),
  C.discord("thread", "refused", { from: "discord:channel:890", to: "channel:890", messageThreadId: "890" }),
  T.discord("direct", "private", { conversationId: `user:${DISCORD}` }),
  T.discord("channel", "refused", { conversationId: "channel:888", guildId: "9" }),
  T.discord("a server with the sender's name", "refused", { conversationId: `user:${DISCORD}`, guildId: "9" }),
  T.discord("group message", "refused", { conversationId: "channel:889" }),
  T.discord("thread", "refused", { conversationId: "channel:890" }),
  P.discord("direct", "private", { conversationId: `user:${DISCORD}`, isGroup: false }),
  P.discord("channel", "refused", { conversationId: "channel:888", isGroup: true }),
  P.discord("thread", "refused", { conversationId: "channel:890", isGroup: true }),

  C.mattermost("direct", "private", { from: `mattermost:${MATTERMOST}`, to: `user:${MATTERMOST}` }),
  C.mattermost("channel", "refused", { from: "mattermost:channel:c1", to: "channel:c1" }),
  C.mattermost("group message", "refused", { from: "mattermost:group:c2", to: "channel:c2" }),
  C.mattermost("thread", "refused", { from: "mattermost:channel:c1", to: "channel:c1", messageThreadId: "p1" }),
  C.mattermost("channel with the sender's name", "refused", { from: `mattermost:${MATTERMOST}`, to: "channel:c1" }),
  P.mattermost("direct, marked as a group", "private", { conversationId: MATTERMOST, isGroup: true }),
  P.mattermost("channel", "refused", { conversationId: "c1", isGroup: true }),

  C.teams("direct", "private", { from: `msteams:${TEAMS}`, to: `user:${TEAMS}` }),
  C.teams("channel", "refused", { from: "msteams:channel:19:a@thread.tacv2", to: "conversation:19:a@thread.tacv2" }),
  C.teams("group", "refused", { from: "msteams:group:19:b@thread.v2", to: "conversation:19:b@thread.v2" }),
  C.teams("thread", "refused", {
    from: "msteams:channel:19:a@thread.tacv2",
    to: "conversation:19:a@thread.tacv2",
    messageThreadId: "1712",
  }),
  P.teams("direct", "private", { conversationId: TEAMS, isGroup: false }),
  P.teams("channel", "refused", { conversationId: "conversation:19:a@thread.tacv2", isGroup: true }),

  C.google("direct", "refused", { from: `googlechat:users/${GOOGLE}`, to: "googlechat:spaces/AAA" }),
  C.google("space", "refused", {
    from: `googlechat:users/${GOOGLE}`,
    to: "googlechat:spaces/BBB",
    sessionKey: groupKey("googlechat", "spaces/BBB"),
  }),
  P.google("direct", "refused", { conversationId: "spaces/AAA", isGroup: false }),
  P.google("space", "refused", { conversationId: "spaces/BBB", isGroup: false }),

  C.line("direct", "private", { from: `line:${LINE}`, to: `line:${LINE}` }),
  C.line("group", "refused", { from: "line:group:C1", to: "line:group:C1" }),
  C.line("room", "refused", { from: "line:room:R1", to: "line:room:R1" }),
  P.line("direct", "private", { conversationId: LINE, isGroup: false }),
  P.line("group", "refused", { conversationId: "group:C1", isGroup: true }),

  C.whatsapp("direct", "private", { from: PHONE, to: "+49301234567" }),
  C.whatsapp("group", "refused", { from: "12036302@g.us", to: "+49301234567" }),
  P.whatsapp("direct, named after the bot", "private", { conversationId: "+49301234567", isGroup: false }),
  P.whatsapp("group without a subject", "refused", { conversationId: "12036302@g.us", isGroup: false }),

  C.signal("direct", "private", { from: `signal:${PHONE}`, to: `signal:${PHONE}` }),
  C.signal("direct with another user", "refused", { from: `signal:${SIGNAL_UUID}`, to: `signal:${SIGNAL_UUID}` }),
  command("signal", `+${SIGNAL_UUID.replaceAll(/\D/g, "")}`)("direct, by uuid", "private", {
    from: `signal:${SIGNAL_UUID}`,
    to: SIGNAL_UUID,
  }),
  message("signal", `uuid:${SIGNAL_UUID}`)("direct, by uuid", "private", {
    conversationId: SIGNAL_UUID,
    isGroup: false,
  }),
  C.signal("group", "refused", { from: "group:abc=", to: "group:abc=" }),
  P.signal("direct", "private", { conversationId: PHONE, isGroup: false }),
  P.signal("group without a name", "refused", { conversationId: "group:abc=", isGroup: false }),

  C.matrix("direct", "private", { from: `matrix:${MATRIX}`, to: "room:!dm:example.org" }),
  C.matrix("direct, a session for each room", "refused", {
    from: `matrix:${MATRIX}`,
    to: "room:!dm:example.org",
    sessionKey: groupKey("matrix", "!dm:example.org", "channel"),
  }),
  C.matrix("room", "refused", { from: "matrix:channel:!team:example.org", to: "room:!team:example.org" }),
  P.matrix("direct, named after the room", "private", { conversationId: "!dm:example.org", isGroup: false }),
  P.matrix("room", "refused", {
    conversationId: "!team:example.org",
    isGroup: false,
    sessionKey: groupKey("matrix", "!team:example.org", "channel"),
  }),
  P.matrix("thread of the direct chat", "private", { conversationId: "$thread", isGroup: false }),

  C.imessage("direct", "private", { from: `imessage:${PHONE}`, to: `imessage:${PHONE}` }),
  C.imessage("direct, macOS 26", "private", { from: `auto:${PHONE}`, to: "chat_id:3" }),
  C.imessage("direct, by SMS", "private", { from: `sms:${PHONE}`, to: `sms:${PHONE}` }),
  C.imessage("group", "refused", { from: "imessage:group:7", to: "chat_id:7" }),
  P.imessage("direct, named after the chat", "private", { conversationId: "chat_id:3", isGroup: false }),
  P.imessage("group without a name", "refused", {
    conversationId: "chat_id:7",
    isGroup: false,
    sessionKey: groupKey("imessage", "7"),
  }),

  { chat: "webchat", is: "private", via: "command", place: { channel: "webchat", sessionKey: MAIN } },
  { chat: "webchat", is: "private", via: "message", place: { channelId: "webchat", sessionKey: MAIN } },
];

/** Feishu and Twitch give groups the sender's name. The third channel stands for one that a plugin adds. */
const CLOSED_CHANNELS: readonly Row[] = [
  C.feishu("direct", "private", { from: `feishu:${FEISHU}`, to: `user:${FEISHU}` }),
  C.feishu("group", "refused", { from: `feishu:${FEISHU}`, to: "chat:oc_1", sessionKey: groupKey("feishu", "oc_1") }),
  C.feishu("group, the session does not show it", "refused", { from: `feishu:${FEISHU}`, to: "chat:oc_1" }),
  C.feishu("group, only the session shows it", "refused", {
    from: `feishu:${FEISHU}`,
    to: `user:${FEISHU}`,
    sessionKey: groupKey("feishu", "oc_1"),
  }),
  C.feishu("thread", "refused", {
    from: `feishu:${FEISHU}`,
    to: "chat:oc_1",
    messageThreadId: "omt_1",
    sessionKey: `${groupKey("feishu", "oc_1")}:topic:omt_1`,
  }),
  C.feishu("without an address", "refused", { from: `feishu:${FEISHU}` }),
  C.feishu("without a session", "refused", { from: `feishu:${FEISHU}`, to: `user:${FEISHU}`, sessionKey: undefined }),
  T.feishu("direct", "refused", { conversationId: FEISHU, isGroup: false }),
  T.feishu("group", "refused", { conversationId: "oc_1" }),
  P.feishu("direct", "private", { conversationId: FEISHU, isGroup: false }),
  P.feishu("group", "refused", { conversationId: "oc_1", isGroup: true, sessionKey: groupKey("feishu", "oc_1") }),
  P.feishu("without a mark", "private", { conversationId: FEISHU }),
  P.feishu("group, only the session shows it", "refused", {
    conversationId: FEISHU,
    isGroup: false,
    sessionKey: groupKey("feishu", "oc_1"),
  }),
  P.feishu("without a session", "refused", { conversationId: FEISHU, isGroup: false, sessionKey: undefined }),

  C.twitch("public chat", "refused", {
    from: `twitch:user:${TWITCH}`,
    to: "twitch:channel:owner",
    sessionKey: groupKey("twitch", "owner"),
  }),
  C.twitch("public chat, the session does not show it", "refused", {
    from: `twitch:user:${TWITCH}`,
    to: "twitch:channel:owner",
  }),
  C.twitch("without an address", "refused", { from: `twitch:user:${TWITCH}` }),
  C.twitch("with evidence", "refused", { from: `twitch:user:${TWITCH}`, to: `twitch:user:${TWITCH}` }),
  T.twitch("public chat", "refused", { conversationId: `user:${TWITCH}` }),
  P.twitch("public chat", "refused", { conversationId: "channel:owner", isGroup: false }),
  P.twitch("public chat with the sender's name", "refused", {
    conversationId: `user:${TWITCH}`,
    isGroup: false,
    sessionKey: groupKey("twitch", "owner"),
  }),

  C.plugin("with evidence", "refused", { from: `carrier-pigeon:${PLUGIN}`, to: `carrier-pigeon:${PLUGIN}` }),
  C.plugin("without an address", "refused", { from: `carrier-pigeon:${PLUGIN}` }),
  C.plugin("an address of an unknown kind", "refused", { from: `carrier-pigeon:${PLUGIN}`, to: "loft:9" }),
  C.plugin("a slash command's address", "refused", { from: `carrier-pigeon:${PLUGIN}`, to: `slash:${PLUGIN}` }),
  ...["chat:9", "channel:9", "group:9", "conversation:9", "room:9", "spaces/9"].map((to) =>
    C.plugin(`a room's address: ${to}`, "refused", { from: `carrier-pigeon:${PLUGIN}`, to }),
  ),
  ...["group", "channel", "room"].map((kind) =>
    C.plugin(`the session of a ${kind}`, "refused", {
      from: `carrier-pigeon:${PLUGIN}`,
      to: `user:${PLUGIN}`,
      sessionKey: groupKey("carrier-pigeon", "9", kind),
    }),
  ),
  T.plugin("direct", "refused", { conversationId: PLUGIN, isGroup: false }),
  P.plugin("with evidence", "refused", { conversationId: PLUGIN, isGroup: false }),
  C.plugin("an empty session", "refused", { from: PLUGIN, to: PLUGIN, sessionKey: "" }),
  C.plugin("a session of the old form", "refused", { from: PLUGIN, to: PLUGIN, sessionKey: "group:9" }),
  P.plugin("without a mark", "refused", { conversationId: PLUGIN }),
];

export const ROWS = [...NAMED_CHANNELS, ...ODD_CHATS, ...CLOSED_CHANNELS];
