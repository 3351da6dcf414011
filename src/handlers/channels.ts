/**
 * Turns the host's description of a chat into a binding. The host names a chat differently for a command, a tap and a
 * message, and each channel has names of its own: the table says which of them prove a private chat.
 */
import type { TapBinding } from "../interaction/buttons.ts";
import { DEFAULT_ACCOUNT, DEFAULT_AGENT, WEBCHAT, type Binding, type Privacy, type Sender } from "../rules/binding.ts";

export interface Place<Who> {
  /** In a private chat its sender and its conversation are one name in lower case, whichever way the user came. */
  readonly who: Who;
  readonly sender: Sender;
  readonly privacy: Privacy;
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
  readonly guildId?: string | undefined;
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

/**
 * The names that the host gives, as templates: `{person}` is the sender, `*` any text. Letters match in either case,
 * and the channel's own name in front (`slack:`) is left out.
 */
export interface Names {
  /** Of a command. */
  readonly from?: readonly string[];
  readonly to?: readonly string[];
  /** The conversation of a tap, and that of a message. */
  readonly tap?: readonly string[];
  readonly message?: readonly string[];
}

export interface Channel {
  /** In a private chat each of these is given and matches. Without `tap`, no tap comes from a private chat. */
  readonly direct: Names;
  /** A name that matches one of these does not name a private chat. */
  readonly group: Names;
  readonly thread?: Names;
  /** Nothing in the names can prove a private chat. */
  readonly hasNoSignIn?: true;
  /** The names of a private chat can be those of a group too, so a command and a message must name a session. */
  readonly needsSession?: true;
  /** The host marks the messages of private chats as a group's. */
  readonly hasWrongGroupMark?: true;
  /** A command's sender has only digits. `from` has the full id. */
  readonly keepsDigits?: true;
  /** The host runs a plugin's commands only for senders who are also in `commands.allowFrom`. */
  readonly needsAllowFrom?: true;
  /** The address of our messages. */
  readonly address: string;
}

/** The name is the same in private chats and groups, so it proves nothing. */
const ANY = ["*"];

/**
 * Seen on OpenClaw 2026.9.6 with a fake of the network, or read in the channel's package. On every channel a session
 * key that names a room, and the host's group mark, refuse too. Read what a channel sends before you add a row: a wrong one
 * would show sign-in links to a group.
 */
export const CHANNELS: ReadonlyMap<string, Channel> = new Map<string, Channel>(
  Object.entries({
    // Seen. Only the host's message hook adds the topic of a private chat.
    telegram: {
      direct: {
        from: ["{person}", "{person}:topic:*"],
        tap: ["{person}", "{person}:topic:*"],
        message: ["{person}", "{person}:topic:*"],
      },
      group: { from: ["group:*"], to: ["-*", "@*"], tap: ["-*"], message: ["-*", "group:*", "channel:*"] },
      thread: { from: ["group:*:topic:*"], message: ["-*:topic:*"] },
      address: "{person}",
    },
    // Seen. `slash:` follows a slash command; a tap names the room, and `D…` is the room of bot and user.
    slack: {
      direct: {
        from: ["{person}"],
        to: ["user:{person}", "slash:{person}"],
        tap: ["D*"],
        message: ["{person}", "slash:{person}"],
      },
      group: { from: ["channel:*", "group:*"], to: ["channel:*"], tap: ["C*", "G*"], message: ["C*", "G*"] },
      thread: { from: ["channel:*"], to: ["channel:*"], tap: ["C*"], message: ["C*"] },
      address: "user:{person}",
    },
    // Seen. Older supported hosts answer a typed command at `channel:<direct chat>`.
    discord: {
      direct: {
        from: ["{person}", "user:{person}"],
        to: ["slash:{person}", "user:{person}", "channel:*"],
        tap: ["user:{person}"],
        message: ["user:{person}"],
      },
      group: { from: ["channel:*", "group:*"], tap: ["channel:*"], message: ["channel:*"] },
      thread: { from: ["channel:*"], tap: ["channel:*"], message: ["channel:*"] },
      address: "user:{person}",
    },
    // Seen. A group has the sender in `from`.
    feishu: {
      direct: { from: ["{person}"], to: ["user:{person}"], message: ["{person}"] },
      group: { to: ["chat:*"], message: ["oc_*"] },
      thread: { to: ["chat:*"], message: ["oc_*"] },
      needsSession: true,
      address: "user:{person}",
    },
    // Seen.
    mattermost: {
      direct: { from: ["{person}"], to: ["user:{person}"], message: ["{person}"] },
      group: { from: ["channel:*", "group:*"], to: ["channel:*"] },
      thread: { from: ["channel:*"], to: ["channel:*"] },
      hasWrongGroupMark: true,
      address: "user:{person}",
    },
    // Read in the package.
    msteams: {
      direct: { from: ["{person}"], to: ["user:{person}"], message: ["{person}"] },
      group: { from: ["channel:*", "group:*"], to: ["conversation:*"], message: ["conversation:*"] },
      thread: { from: ["channel:*"], to: ["conversation:*"], message: ["conversation:*"] },
      address: "user:{person}",
    },
    // Read in the package. It has no threads.
    line: {
      direct: { from: ["{person}"], to: ["{person}"], message: ["{person}"] },
      group: { from: ["group:*", "room:*"], to: ["group:*", "room:*"], message: ["group:*", "room:*"] },
      address: "{person}",
    },
    // Read in the package. A command and a message name the bot's own number. It has no threads.
    whatsapp: {
      direct: { from: ["{person}"], message: ANY },
      group: { from: ["*@g.us"], message: ["*@g.us"] },
      needsSession: true,
      keepsDigits: true,
      address: "{person}",
    },
    // Seen. A user is a number, or a uuid without one. It has no threads.
    signal: {
      direct: { from: ["{person}"], to: ["{person}"], message: ["{person}"] },
      group: { from: ["group:*"], to: ["group:*"], message: ["group:*"] },
      keepsDigits: true,
      needsAllowFrom: true,
      address: "{person}",
    },
    // Seen. A message names the room, and a thread's message the thread.
    matrix: {
      direct: { from: ["{person}"], to: ["room:*"], message: ANY },
      group: { from: ["channel:*"] },
      thread: { from: ["channel:*"] },
      needsSession: true,
      address: "user:{person}",
    },
    // Read in the package. A direct chat is a space too: its session alone differs.
    googlechat: {
      hasNoSignIn: true,
      direct: { from: ["users/{person}"], to: ["spaces/*"], message: ["spaces/*"] },
      group: { from: ["users/{person}"], to: ["spaces/*"], message: ["spaces/*"] },
      address: "users/{person}",
    },
    // Read in the package. It has only public chats.
    twitch: {
      hasNoSignIn: true,
      direct: {},
      group: { from: ["user:{person}"], to: ["channel:*"], tap: ["user:{person}"], message: ["channel:*"] },
      address: "user:{person}",
    },
    // Seen. `auto:` is a chat of macOS 26. A message names the room by its number. It has no threads.
    imessage: {
      direct: {
        from: ["{person}", "sms:{person}", "auto:{person}"],
        to: ["{person}", "sms:{person}", "chat_id:*", "chat_guid:*"],
        message: ANY,
      },
      group: { from: ["group:*"] },
      needsSession: true,
      address: "{person}",
    },
  } satisfies Record<string, Channel>),
);

/** Whether a used callback URL stays readable in the chat. The web chat's transcript keeps nothing of it. */
export function keepsCallbackUrl(channel: string): boolean {
  return channel !== WEBCHAT;
}

function agentOf(sessionKey: string | undefined): string {
  return /^agent:([^:]+):/.exec(sessionKey ?? "")?.[1] ?? DEFAULT_AGENT;
}

/** Reads only the part between the agent and the user, because an agent, a bot or a user may be called `group`. */
function isRoomSession(sessionKey: string): boolean {
  const [place = ""] = sessionKey.replace(/^agent:[^:]*/, "").split(/:(?:direct|dm):/);
  return /(?:^|:)(?:group|channel|room):/.test(place);
}

function withoutChannel(channel: string, address: string): string {
  return address.startsWith(`${channel}:`) ? address.slice(channel.length + 1) : address;
}

/** One spelling of a user for all three ways in. Networks do not distinguish users by case. */
function personOf(senderId: string): string {
  return senderId.replace(/^(?:user:|uuid:)/, "").toLowerCase();
}

const patterns = new Map<string, RegExp>();

function patternOf(template: string): RegExp {
  const known = patterns.get(template);
  if (known !== undefined) return known;
  const parts = template.split(/(\{person\}|\*)/).map((part) => {
    if (part === "{person}") return "(?<person>.+?)";
    return part === "*" ? ".*" : part.replaceAll(/[^\w:]/g, "\\$&");
  });
  const pattern = new RegExp(`^${parts.join("")}$`, "is");
  patterns.set(template, pattern);
  return pattern;
}

/** Returns whether one of the templates describes the text, with this user in it. */
function isNamed(templates: readonly string[] | undefined, text: string, person: string): boolean {
  return (templates ?? []).some((template) => {
    const match = patternOf(template).exec(text);
    const named = match?.groups?.["person"];
    return match !== null && (named === undefined || personOf(named) === person);
  });
}

/** The host's description of a command, tap or message. A name that is undefined was not given. */
interface ChatFacts {
  readonly channel: string;
  readonly senderId: string;
  readonly names: { readonly [Kind in keyof Names]: string | undefined };
  readonly sessionKey?: string | undefined;
  readonly isGroup: boolean;
}

/** What a channel calls a sender whom the network did not name. */
const NOBODY: ReadonlySet<string> = new Set(["", "unknown"]);

/** Private if every name in the channel's row is given and matches, and nothing names a group. */
function privacyOf({ channel, senderId, names, sessionKey, isGroup }: ChatFacts): Privacy {
  const row = CHANNELS.get(channel);
  if (row === undefined || row.hasNoSignIn === true) return "elsewhere";
  const person = personOf(senderId);
  const isTap = "tap" in names;
  const isMarked = isGroup && row.hasWrongGroupMark !== true;
  const lacksSession = row.needsSession === true && !isTap && (sessionKey ?? "") === "";
  if (NOBODY.has(person) || isMarked || lacksSession || isRoomSession(sessionKey ?? "")) return "group";
  const isDirect = Object.entries(names).every(([kind, name]) => {
    const text = withoutChannel(channel, name ?? "");
    const [direct, ...rooms] = [row.direct, row.group, row.thread ?? {}].map((all) => all[kind as keyof Names]);
    if (rooms.some((templates) => isNamed(templates, text, person))) return false;
    // A row may omit only `to`.
    return direct === undefined ? kind === "to" : text !== "" && isNamed(direct, text, person);
  });
  return isDirect ? "private" : "group";
}

interface BindingFacts extends ChatFacts {
  readonly gateway: string;
  readonly channelAccountId: string;
  readonly conversationId: string;
}

function placeOf(said: BindingFacts): Place<TapBinding> {
  const { gateway, channel, channelAccountId, senderId } = said;
  const privacy = privacyOf(said);
  const conversationId = privacy === "private" ? personOf(senderId) : withoutChannel(channel, said.conversationId);
  return {
    who: { gateway, channel, channelAccountId, conversationId, senderId: personOf(senderId) },
    sender: { channel, channelAccountId, senderId },
    privacy,
  };
}

/** The operator of the gateway, who has a session and no name. */
function webchatPlace(gateway: string, sessionKey: string | undefined, agentId: string): Place<Binding> {
  const [channel, channelAccountId, senderId] = [WEBCHAT, DEFAULT_ACCOUNT, ""];
  return {
    who: { gateway, channel, channelAccountId, conversationId: sessionKey ?? "", senderId, agentId },
    sender: { channel, channelAccountId, senderId },
    privacy: "private",
  };
}

function withAgent({ who, ...place }: Place<TapBinding>, agentId: string): Place<Binding> {
  return { ...place, who: { ...who, agentId } };
}

/** A command names its chat in `from`: `telegram:4242001`, `telegram:group:-100…`, `slack:U0…`, `discord:channel:…`. */
export function placeOfCommand(gateway: string, command: CommandPlace): Place<Binding> {
  const { channel, from = "", to, sessionKey, accountId: channelAccountId = DEFAULT_ACCOUNT } = command;
  const agentId = command.agentId ?? agentOf(sessionKey);
  if (channel === WEBCHAT) return webchatPlace(gateway, sessionKey, agentId);
  const senderId = spelledAs(withoutChannel(channel, from), command.senderId ?? "", CHANNELS.get(channel));
  const said = { channel, senderId, names: { from, to }, sessionKey, isGroup: false };
  return withAgent(placeOf({ ...said, gateway, channelAccountId, conversationId: from }), agentId);
}

/** The host changes the sender of a command on some networks, and `from` has the network's own spelling. */
function spelledAs(from: string, senderId: string, row: Channel | undefined): string {
  const name = from.replace(/^(?:user:|sms:|auto:)/, "");
  const isSame = personOf(name) === personOf(senderId);
  const isSameInDigits =
    row?.keepsDigits === true && /^\+?\d+$/.test(senderId) && digitsOf(name) === digitsOf(senderId);
  return isSame || isSameInDigits ? name : senderId;
}

const digitsOf = (text: string) => text.replaceAll(/\D/g, "");

/** A tap names no session and no agent. */
export function placeOfTap(gateway: string, tap: TapPlace): Place<TapBinding> {
  const { channel, senderId = "", conversationId, accountId: channelAccountId } = tap;
  const isGroup = tap.isGroup === true || tap.guildId !== undefined;
  return placeOf({
    gateway,
    channel,
    channelAccountId,
    senderId,
    conversationId,
    names: { tap: conversationId },
    isGroup,
  });
}

export function placeOfMessage(gateway: string, message: MessagePlace): Place<Binding> {
  const { channelId: channel = "", senderId = "", conversationId = "", sessionKey } = message;
  const { accountId: channelAccountId = DEFAULT_ACCOUNT } = message;
  const agentId = agentOf(sessionKey);
  if (channel === WEBCHAT) return webchatPlace(gateway, sessionKey, agentId);
  const said = { channel, senderId, names: { message: conversationId }, sessionKey, isGroup: message.isGroup === true };
  return withAgent(placeOf({ ...said, gateway, channelAccountId, conversationId }), agentId);
}

/** The entry in `commands.ownerAllowFrom` that names the user. Empty for the web chat, whose operator has no name. */
export function ownerEntryOf({ channel, senderId }: Pick<Sender, "channel" | "senderId">): string {
  return senderId === "" ? "" : `${channel}:${senderId}`;
}

/** Whether an owner must be added to `commands.allowFrom` too before a command reaches this plugin. */
export function needsAllowFrom(channel: string): boolean {
  return CHANNELS.get(channel)?.needsAllowFrom === true;
}

/** Where a message is sent that is not a reply, in the network's own spelling of the user. */
export function addressOf({ channel, senderId }: Sender): string {
  return (CHANNELS.get(channel)?.address ?? "{person}").replace("{person}", () => senderId);
}

/** Returns the user whose private chat gets the message. Returns undefined for groups and unknown names. */
export function recipientOf({ channelId: channel, accountId, conversationId = "" }: SentPlace): Sender | undefined {
  const row = CHANNELS.get(channel);
  const text = withoutChannel(channel, conversationId);
  if (row === undefined) return undefined;
  const rooms = [row.group, row.thread ?? {}].flatMap(({ to = [], message = [] }) => [...to, ...message]);
  // `chat_id:7` names a chat and no user.
  const isOther = row.address === "{person}" && text.includes(":");
  if (isOther || rooms.some((template) => patternOf(template).test(text))) return undefined;
  const senderId = patternOf(row.address).exec(text)?.groups?.["person"];
  return senderId === undefined ? undefined : { channel, channelAccountId: accountId ?? DEFAULT_ACCOUNT, senderId };
}
