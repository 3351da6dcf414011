/** The host names the same chat differently at each door; here the three names become one binding. Pure. */
import { DEFAULT_ACCOUNT, WEBCHAT, type LoginBinding } from "../flow/binding.ts";
import type { Tapper } from "../interaction/shown-screens.ts";

const DEFAULT_AGENT = "main";

export interface Place<Who> {
  readonly who: Who;
  readonly isPrivate: boolean;
}

export interface CommandPlace {
  readonly channel: string;
  readonly accountId?: string | undefined;
  readonly senderId?: string | undefined;
  readonly from?: string | undefined;
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

/** Where a message of the host goes to. The conversation is as the host names it: it may bear its channel in front. */
export interface ReplyPlace {
  readonly channel: string;
  readonly channelAccountId: string;
  readonly conversationId: string;
}

/** What the chat itself keeps of an address that was sent in it. */
export function keptBy(channel: string): "address" | "nothing" {
  return channel === WEBCHAT ? "nothing" : "address";
}

function agentOf(sessionKey: string | undefined): string {
  return /^agent:([^:]+):/.exec(sessionKey ?? "")?.[1] ?? DEFAULT_AGENT;
}

function webchatBinding(gateway: string, sessionKey: string | undefined, agentId: string): LoginBinding {
  const conversationId = sessionKey ?? "";
  return { gateway, channel: WEBCHAT, channelAccountId: DEFAULT_ACCOUNT, conversationId, senderId: "", agentId };
}

/** A chat is private only where it bears its one sender's own name; whatever else it is called counts as a group. */
function isPrivateChat(conversationId: string, senderId: string): boolean {
  return senderId !== "" && conversationId === senderId;
}

/** A topic inside a person's own chat with the bot is still that chat. */
const PRIVATE_TOPIC = /^(\d+):topic:\d+$/;

/** The chat's own name: without the channel, and without the word some channels put before a person. */
function conversationOf(channel: string, address: string): string {
  const name = address.startsWith(`${channel}:`) ? address.slice(channel.length + 1) : address;
  return name.replace(/^(?:direct|dm|user):/, "").replace(PRIVATE_TOPIC, "$1");
}

/** A command names the chat in `from`: `telegram:4242001`, `telegram:group:-100…`, `telegram:group:-100…:topic:77`. */
export function placeOfCommand(gateway: string, command: CommandPlace): Place<LoginBinding> {
  const agentId = command.agentId ?? agentOf(command.sessionKey);
  if (command.channel === WEBCHAT) {
    return { who: webchatBinding(gateway, command.sessionKey, agentId), isPrivate: true };
  }
  const senderId = command.senderId ?? "";
  const conversationId = conversationOf(command.channel, command.from ?? "");
  const channelAccountId = command.accountId ?? DEFAULT_ACCOUNT;
  return {
    who: { gateway, channel: command.channel, channelAccountId, conversationId, senderId, agentId },
    isPrivate: isPrivateChat(conversationId, senderId),
  };
}

export function placeOfTap(gateway: string, tap: TapPlace): Place<Tapper> {
  const senderId = tap.senderId ?? "";
  const { channel, accountId: channelAccountId } = tap;
  const conversationId = conversationOf(channel, tap.conversationId);
  return {
    who: { gateway, channel, channelAccountId, conversationId, senderId },
    isPrivate: tap.isGroup !== true && isPrivateChat(conversationId, senderId),
  };
}

export function placeOfMessage(gateway: string, message: MessagePlace): Place<LoginBinding> {
  const agentId = agentOf(message.sessionKey);
  const channel = message.channelId ?? "";
  if (channel === WEBCHAT) return { who: webchatBinding(gateway, message.sessionKey, agentId), isPrivate: true };
  const senderId = message.senderId ?? "";
  const conversationId = conversationOf(channel, message.conversationId ?? "");
  const channelAccountId = message.accountId ?? DEFAULT_ACCOUNT;
  return {
    who: { gateway, channel, channelAccountId, conversationId, senderId, agentId },
    isPrivate: message.isGroup !== true && isPrivateChat(conversationId, senderId),
  };
}

export function placeOfReply({ channelId, accountId, conversationId = "" }: SentPlace): ReplyPlace {
  return { channel: channelId, channelAccountId: accountId ?? DEFAULT_ACCOUNT, conversationId };
}
