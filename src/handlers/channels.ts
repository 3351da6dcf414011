/** Makes one binding of a chat, which the host names differently for a command, a tap and a message. Pure. */
import type { TapBinding } from "../interaction/buttons.ts";
import { DEFAULT_ACCOUNT, DEFAULT_AGENT, WEBCHAT, type Binding } from "../rules/binding.ts";

export interface Place<Who> {
  readonly who: Who;
  readonly isPrivate: boolean;
}

export interface CommandPlace {
  readonly channel: string;
  readonly accountId?: string | undefined;
  readonly senderId?: string | undefined;
  readonly from?: string | undefined;
  /** The address that the answer goes to. */
  readonly to?: string | undefined;
  readonly agentId?: string | undefined;
  readonly sessionKey?: string | undefined;
  readonly messageThreadId?: string | number | undefined;
}

export interface TapPlace {
  readonly channel: string;
  readonly accountId: string;
  readonly conversationId: string;
  readonly senderId?: string | undefined;
  readonly isGroup?: boolean | undefined;
}

export interface MessagePlace {
  readonly channelId?: string | undefined;
  readonly accountId?: string | undefined;
  readonly conversationId?: string | undefined;
  readonly senderId?: string | undefined;
  readonly sessionKey?: string | undefined;
  readonly isGroup?: boolean | undefined;
}

export interface SentPlace extends Pick<MessagePlace, "accountId" | "conversationId"> {
  readonly channelId: string;
}

/** The place that a message of the host goes to. The conversation may start with the name of its channel. */
export interface ReplyPlace {
  readonly channel: string;
  readonly channelAccountId: string;
  readonly conversationId: string;
}

/** What the chat itself keeps of a callback URL that was sent in it. */
export function keptBy(channel: string): "address" | "nothing" {
  return channel === WEBCHAT ? "nothing" : "address";
}

function agentOf(sessionKey: string | undefined): string {
  return /^agent:([^:]+):/.exec(sessionKey ?? "")?.[1] ?? DEFAULT_AGENT;
}

function webchatBinding(gateway: string, sessionKey: string | undefined, agentId: string): Binding {
  const conversationId = sessionKey ?? "";
  return { gateway, channel: WEBCHAT, channelAccountId: DEFAULT_ACCOUNT, conversationId, senderId: "", agentId };
}

/** What the host says about one chat. A missing part proves nothing. */
interface Chat {
  readonly channel: string;
  readonly conversationId: string;
  readonly senderId: string;
  readonly to?: string | undefined;
  readonly sessionKey?: string | undefined;
  readonly isGroup?: boolean | undefined;
}

/** How a direct chat of one channel is told from a group, when the conversation has the sender's name. */
interface ChannelRule {
  /** Whether the sender's name is enough. If not, `to` must name the sender too, and the session must be known. */
  readonly isNameEnough: boolean;
  /** Whether `to` or the session key can name a room in a direct chat as well. If so, it proves nothing. */
  readonly hasRoomAddress?: boolean;
  readonly hasRoomSession?: boolean;
}

const BY_NAME: ChannelRule = { isNameEnough: true };

/** On these channels a group never has the sender's name. Add a channel only after you have read what it sends. */
const CHANNELS: ReadonlyMap<string, ChannelRule> = new Map<string, ChannelRule>([
  ["telegram", BY_NAME],
  ["slack", BY_NAME],
  // Older supported hosts answer a typed command at `channel:<direct chat>`.
  ["discord", { ...BY_NAME, hasRoomAddress: true }],
  ["mattermost", BY_NAME],
  ["msteams", BY_NAME],
  ["googlechat", { ...BY_NAME, hasRoomAddress: true }],
  ["line", BY_NAME],
  ["whatsapp", BY_NAME],
  ["signal", BY_NAME],
  // A direct chat is a room, and its session is the room's if `dm.sessionScope` is `per-room`.
  ["matrix", { ...BY_NAME, hasRoomAddress: true, hasRoomSession: true }],
  ["imessage", BY_NAME],
]);

/** Feishu and Twitch give a group the sender's name, and so may any channel that is not in the table. */
const BY_EVIDENCE: ChannelRule = { isNameEnough: false };

/** Returns true only if nothing names a room and, on a channel that is not in the table, everything names the sender. */
function isDirectChat(chat: Chat): boolean {
  const { channel, senderId, to, sessionKey } = chat;
  if (chat.isGroup === true || senderId === "" || chat.conversationId !== senderId) return false;
  const rule = CHANNELS.get(channel) ?? BY_EVIDENCE;
  if (rule.hasRoomAddress !== true && isRoomAddress(channel, to ?? "")) return false;
  if (rule.hasRoomSession !== true && isRoomSession(sessionKey ?? "")) return false;
  return rule.isNameEnough || (conversationOf(channel, to ?? "") === senderId && (sessionKey ?? "") !== "");
}

function isRoomAddress(channel: string, address: string): boolean {
  return /^(?:(?:chat|channel|group|conversation|room):|spaces\/)/.test(withoutChannel(channel, address));
}

/** An agent, a bot or a person may be called `group`: only the part between the agent and a person is read. */
function isRoomSession(sessionKey: string): boolean {
  const [place = ""] = sessionKey.replace(/^agent:[^:]*/, "").split(/:(?:direct|dm):/);
  return /(?:^|:)(?:group|channel|room):/.test(place);
}

/** A topic inside a person's own chat with the bot is still that chat. */
const PRIVATE_TOPIC = /^(\d+):topic:\d+$/;

function withoutChannel(channel: string, address: string): string {
  return address.startsWith(`${channel}:`) ? address.slice(channel.length + 1) : address;
}

/** The chat's own name: without the channel, and without the word some channels put before a person. */
function conversationOf(channel: string, address: string): string {
  const name = withoutChannel(channel, address);
  return name.replace(/^(?:direct|dm|user):/, "").replace(PRIVATE_TOPIC, "$1");
}

/** A command names the chat in `from`: `telegram:4242001`, `telegram:group:-100…`, `telegram:group:-100…:topic:77`. */
export function placeOfCommand(gateway: string, command: CommandPlace): Place<Binding> {
  const agentId = command.agentId ?? agentOf(command.sessionKey);
  const { channel, to, sessionKey } = command;
  if (channel === WEBCHAT) return { who: webchatBinding(gateway, sessionKey, agentId), isPrivate: true };
  const senderId = command.senderId ?? "";
  const conversationId = conversationOf(channel, command.from ?? "");
  const channelAccountId = command.accountId ?? DEFAULT_ACCOUNT;
  return {
    who: { gateway, channel, channelAccountId, conversationId, senderId, agentId },
    isPrivate: isDirectChat({ channel, conversationId, senderId, to, sessionKey }),
  };
}

/** The host names no session with a tap, so a channel that asks for evidence never has enough of it here. */
export function placeOfTap(gateway: string, tap: TapPlace): Place<TapBinding> {
  const senderId = tap.senderId ?? "";
  const { channel, isGroup, accountId: channelAccountId } = tap;
  const conversationId = conversationOf(channel, tap.conversationId);
  return {
    who: { gateway, channel, channelAccountId, conversationId, senderId },
    isPrivate: isDirectChat({ channel, conversationId, senderId, isGroup }),
  };
}

export function placeOfMessage(gateway: string, message: MessagePlace): Place<Binding> {
  const { sessionKey, isGroup } = message;
  const channel = message.channelId ?? "";
  const agentId = agentOf(sessionKey);
  if (channel === WEBCHAT) return { who: webchatBinding(gateway, sessionKey, agentId), isPrivate: true };
  const senderId = message.senderId ?? "";
  const conversationId = conversationOf(channel, message.conversationId ?? "");
  const channelAccountId = message.accountId ?? DEFAULT_ACCOUNT;
  // The host makes a message's conversation from its `to`. It is evidence only if the host also says "no group".
  const to = isGroup === false ? message.conversationId : undefined;
  return {
    who: { gateway, channel, channelAccountId, conversationId, senderId, agentId },
    isPrivate: isDirectChat({ channel, conversationId, senderId, to, sessionKey, isGroup }),
  };
}

export function placeOfReply({ channelId, accountId, conversationId = "" }: SentPlace): ReplyPlace {
  return { channel: channelId, channelAccountId: accountId ?? DEFAULT_ACCOUNT, conversationId };
}
