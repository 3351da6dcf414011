/**
 * Classifies every message and keeps callback URLs out of transcripts. Everything here is there from the plugin's start and
 * loads nothing; what a pasted message needs beyond that is behind `AnswerPaste`.
 *
 * The web chat writes a message into its transcript, masks parts of it, and only then calls the message hook. So its
 * full text is kept in memory until the hook takes it.
 */
import type { Log } from "../actions/ports.ts";
import { logFailure } from "../errors.ts";
import type { Locale } from "../languages/catalogue.ts";
import { WEBCHAT } from "../rules/binding.ts";
import { Paste } from "../rules/callback-url.ts";
import { ExpiringMap } from "../rules/expiring-map.ts";
import type { MessagePlace } from "./channels.ts";

/** What a handler has from the plugin's start. None of it throws, except what the host's config itself throws. */
export interface EarlyContext {
  /** The gateway's log. */
  readonly log: Log;
  readonly originals: OriginalMessages;
  nowMs(): number;
  /** The language and the time zone that this gateway's config asks for, as it is now. */
  locale(): Locale;
  /** False if the host's config has switched text commands off. */
  areTextCommandsOn(): boolean;
}

export interface ChatMessage extends MessagePlace {
  readonly messageId?: string | undefined;
  /** As the host shows it to hooks: the web chat has masked it by now. A picture or a voice may come without. */
  readonly content: string | undefined;
  /** The message this one answers or quotes: the host shows it to the model too. */
  readonly replyToBody?: string | undefined;
}

/** Keeps the message from the model; `text` is the answer, absent if it was already sent. */
export interface Claim {
  readonly handled: true;
  readonly text?: string;
}

/** A message that holds a callback URL, may hold one, or quotes one. */
export interface PastedMessage {
  readonly own: Paste;
  /** The message that this one answers or quotes. */
  readonly quoted: Paste;
  readonly original: OriginalMessage | undefined;
}

/** Answers such a message. It is loaded only then, and may reject. */
export type AnswerPaste = (message: ChatMessage, pasted: PastedMessage) => Promise<Claim | undefined>;

/** The part of a transcript entry that is used here. */
export interface TranscriptEntry {
  readonly role?: unknown;
  readonly content?: unknown;
  readonly idempotencyKey?: unknown;
  readonly __openclaw?: { readonly senderIsOwner?: unknown } | undefined;
}

interface TextPart {
  readonly type: "text";
  readonly text: string;
}

/**
 * The entry as it may be written, or undefined to leave it as it is. Synchronous, and never throws: the host would
 * write the original then.
 */
export function withholdFromTranscript<Entry extends TranscriptEntry>(
  context: Pick<EarlyContext, "locale" | "nowMs" | "originals">,
  entry: Entry,
): Entry | undefined {
  if (entry.role !== "user") return undefined;
  const text = textOf(entry.content);
  if (text === undefined) return undefined;
  const paste = new Paste(text);
  const { likelihood } = paste;
  if (likelihood === "none") return undefined;
  const command = OWN_COMMAND.exec(text)?.[0];
  const { idempotencyKey } = entry;
  const messageId = typeof idempotencyKey === "string" ? /^(.+):user$/.exec(idempotencyKey)?.[1] : undefined;
  if (command === undefined && messageId !== undefined) {
    const isOwner = entry.__openclaw?.senderIsOwner === true;
    context.originals.set(messageId, { paste, isOwner }, context.nowMs());
  }
  if (command === undefined && likelihood !== "certain") return undefined;
  const note = `${command === undefined ? "" : `${command} `}${context.locale().sentence("transcript.withheld")}`;
  return { ...entry, content: Array.isArray(entry.content) ? withNote(entry.content, note) : note };
}

function textOf(content: unknown): string | undefined {
  if (typeof content === "string") return content;
  const texts = Array.isArray(content) ? content.filter(isTextPart) : [];
  return texts.length === 0 ? undefined : texts.map(({ text }) => text).join("\n");
}

/** In place of all its text; a picture beside it stays. */
function withNote(content: readonly unknown[], note: string): unknown[] {
  return [{ type: "text", text: note }, ...content.filter((part) => !isTextPart(part))];
}

function isTextPart(part: unknown): part is TextPart {
  if (typeof part !== "object" || part === null) return false;
  const { type, text } = part as Partial<Record<keyof TextPart, unknown>>;
  return type === "text" && typeof text === "string";
}

/**
 * Returns a claim, or undefined for a message that has nothing to do with a sign-in: for those, nothing is loaded. Never
 * throws, because the host would hand the message to the model.
 */
export async function claimPastedMessage(
  context: EarlyContext,
  message: ChatMessage,
  answerPaste: AnswerPaste,
): Promise<Claim | undefined> {
  try {
    // Other channels mask nothing, and number their messages as they like: theirs could have the same number.
    const { channelId, messageId = "" } = message;
    const original = channelId === WEBCHAT ? context.originals.take(messageId, context.nowMs()) : undefined;
    const own = original?.paste ?? new Paste(textIn(message.content));
    const quoted = new Paste(textIn(message.replyToBody));
    if (own.likelihood === "none" && quoted.likelihood === "none") return undefined;
    // The host shows a command, and the message that it answers, to no model.
    if (OWN_COMMAND.test(own.text.reveal()) && context.areTextCommandsOn()) return undefined;
    return await answerPaste(message, { own, quoted, original });
  } catch (error) {
    logFailure(context.log, "reading a pasted message", error);
    // The message is claimed even if nothing could be loaded: it may hold a callback URL.
    return { handled: true, text: context.locale().sentence("refusal.internal") };
  }
}

/** Whatever a host may call a message. */
const textIn = (content: unknown) => (typeof content === "string" ? content : "");

/**
 * A command of ours on the host's text path: the host runs it next, with the owner checked. Not with a bot's name
 * behind it: the web chat knows no bots, and would hand such a message to the model.
 */
export const OWN_COMMAND = /^\/codex[_-]auth(?:[_-]finish)?(?=[\s:]|$)/i;

export interface OriginalMessage {
  readonly paste: Paste;
  /** The host's own mark of who sent it. */
  readonly isOwner: boolean;
}

/** Full texts of pasted callback URLs by message id, until the hook takes them, which follows within milliseconds. */
export class OriginalMessages extends ExpiringMap<OriginalMessage> {
  constructor() {
    super({ ttlMs: 60_000, size: 50 });
  }
}

/** The host's refusal of a command to a sender who is not an owner. It does not say what to configure. */
const REFUSED_COMMANDS: ReadonlySet<string> = new Set([
  "⚠️ This command requires gateway scope: operator.admin.",
  "⚠️ This command requires authorization.",
]);
/** How the supported hosts word a turn that failed because a sign-in is needed. */
const FAILED_TURN =
  /^⚠️ .*(?:authentication failed|needs a new login|model login (?:failed|expired)|something went wrong while processing your request)/i;

/** What a message of the host is about, if this plugin has something to add to it. */
export function hostNoticeIn(content: string): "failed-turn" | "refused-command" | undefined {
  if (REFUSED_COMMANDS.has(content)) return "refused-command";
  return FAILED_TURN.test(content) ? "failed-turn" : undefined;
}
