/**
 * Turns the host's description of a chat into a binding. The host names a chat differently for a command, a tap and a
 * message.
 */
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

export interface ReplyPlace {
  readonly channel: string;
  readonly channelAccountId: string;
  readonly conversationId: string;
}

/** Whether a used callback URL stays readable in the chat. The web chat's transcript keeps nothing of it. */
export function keepsCallbackUrl(channel: string): boolean {
  return channel !== WEBCHAT;
}

function agentOf(sessionKey: string | undefined): string {
  return /^agent:([^:]+):/.exec(sessionKey ?? "")?.[1] ?? DEFAULT_AGENT;
}

function webchatBinding(gateway: string, sessionKey: string | undefined, agentId: string): Binding {
  const conversationId = sessionKey ?? "";
  return { gateway, channel: WEBCHAT, channelAccountId: DEFAULT_ACCOUNT, conversationId, senderId: "", agentId };
}

interface Chat {
  readonly channel: string;
  readonly conversationId: string;
  readonly senderId: string;
  readonly to?: string | undefined;
  readonly sessionKey?: string | undefined;
  readonly isGroup?: boolean | undefined;
}

/** How to distinguish a direct chat of a channel from a group if the conversation has the sender's name. */
interface ChannelRule {
  /** If false, `to` must name the sender too, and the session must be known. */
  readonly isNameEnough: boolean;
  /** True if `to` or the session key can name a room in a direct chat too, and so proves nothing. */
  readonly hasRoomAddress?: boolean;
  readonly hasRoomSession?: boolean;
}

const BY_NAME: ChannelRule = { isNameEnough: true };

/**
 * On these channels a group never has the sender's name. Read what a channel sends before you add it: a wrong entry
 * would show sign-in links to a group.
 */
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

/** Feishu and Twitch give a group the sender's name, and a channel that is not in the table may do so too. */
const BY_EVIDENCE: ChannelRule = { isNameEnough: false };

/**
 * Returns true only if nothing names a room and, on a channel that is not in the table, everything names the sender.
 */
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

/** Reads only the part between the agent and the user, because an agent, a bot or a user may be called `group`. */
function isRoomSession(sessionKey: string): boolean {
  const [place = ""] = sessionKey.replace(/^agent:[^:]*/, "").split(/:(?:direct|dm):/);
  return /(?:^|:)(?:group|channel|room):/.test(place);
}

/** A topic in a user's private chat with the bot belongs to that chat. */
const PRIVATE_TOPIC = /^(\d+):topic:\d+$/;

function withoutChannel(channel: string, address: string): string {
  return address.startsWith(`${channel}:`) ? address.slice(channel.length + 1) : address;
}

function conversationOf(channel: string, address: string): string {
  const name = withoutChannel(channel, address);
  return name.replace(/^(?:direct|dm|user):/, "").replace(PRIVATE_TOPIC, "$1");
}

/** A command names its chat in `from`: `telegram:4242001`, `telegram:group:-100…`, `telegram:group:-100…:topic:77`. */
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

/** A tap names no session, so a channel that is not in the table never counts as private here. */
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
