/**
 * Classifies every message and keeps callback URLs out of transcripts. It is loaded when the plugin starts and loads
 * nothing itself; the answer to a pasted message is behind `AnswerPaste`. The web chat writes a message into its
 * transcript, masks parts of it, and only then calls the message hook, so its full text is kept in memory until the
 * hook takes it.
 */
import type { Log } from "../actions/ports.ts";
import { logFailure } from "../errors.ts";
import type { Locale } from "../languages/catalogue.ts";
import { WEBCHAT } from "../rules/binding.ts";
import { Paste } from "../rules/callback-url.ts";
import { ExpiringMap } from "../rules/expiring-map.ts";
import type { MessagePlace } from "./channels.ts";

/** The context that exists from the plugin's start. Only `areTextCommandsOn` may throw, if the host's config does. */
export interface EarlyContext {
  readonly log: Log;
  readonly originals: OriginalMessages;
  nowMs(): number;
  locale(): Locale;
  areTextCommandsOn(): boolean;
}

export interface ChatMessage extends MessagePlace {
  readonly messageId?: string | undefined;
  /** The text that the host shows to hooks, already masked in the web chat. Absent for a picture or a voice message. */
  readonly content: string | undefined;
  readonly replyToBody?: string | undefined;
}

/** Keeps the message from the model. `text` is absent if the answer was already sent. */
export interface Claim {
  readonly handled: true;
  readonly text?: string;
}

export interface PastedMessage {
  readonly own: Paste;
  readonly quoted: Paste;
  readonly original: OriginalMessage | undefined;
}

export type AnswerPaste = (message: ChatMessage, pasted: PastedMessage) => Promise<Claim | undefined>;

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
 * Returns the entry without its callback URL, or undefined to leave it unchanged. Synchronous, and never throws,
 * because the host would then write the original.
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

function withNote(content: readonly unknown[], note: string): unknown[] {
  return [{ type: "text", text: note }, ...content.filter((part) => !isTextPart(part))];
}

function isTextPart(part: unknown): part is TextPart {
  if (typeof part !== "object" || part === null) return false;
  const { type, text } = part as Partial<Record<keyof TextPart, unknown>>;
  return type === "text" && typeof text === "string";
}

/**
 * Returns undefined for a message that has nothing to do with a sign-in. Never throws, because the host would hand
 * the message to the model.
 */
export async function claimPastedMessage(
  context: EarlyContext,
  message: ChatMessage,
  answerPaste: AnswerPaste,
): Promise<Claim | undefined> {
  try {
    // Only the web chat masks messages. On another channel an unrelated message may have the same number.
    const { channelId, messageId = "" } = message;
    const original = channelId === WEBCHAT ? context.originals.take(messageId, context.nowMs()) : undefined;
    const own = original?.paste ?? new Paste(textIn(message.content));
    const quoted = new Paste(textIn(message.replyToBody));
    if (own.likelihood === "none" && quoted.likelihood === "none") return undefined;
    // The host never shows a command, or the message that it answers, to the model.
    if (OWN_COMMAND.test(own.text.reveal()) && context.areTextCommandsOn()) return undefined;
    return await answerPaste(message, { own, quoted, original });
  } catch (error) {
    logFailure(context.log, "reading a pasted message", error);
    // Claimed even if nothing could be loaded, because it may contain a callback URL.
    return { handled: true, text: context.locale().sentence("refusal.internal") };
  }
}

const textIn = (content: unknown) => (typeof content === "string" ? content : "");

/**
 * Matches our commands on the host's text path, which runs them after its owner check. A command with a bot's name is
 * not matched: the web chat knows no bots and would hand it to the model.
 */
export const OWN_COMMAND = /^\/codex[_-](?:auth(?:[_-]finish)?|usage)(?=[\s:]|$)/i;

export interface OriginalMessage {
  readonly paste: Paste;
  readonly isOwner: boolean;
}

/** Full texts of pasted callback URLs by message id. The hook takes each within milliseconds. */
export class OriginalMessages extends ExpiringMap<OriginalMessage> {
  constructor() {
    super({ ttlMs: 60_000, size: 50 });
  }
}

const REFUSED_COMMANDS: ReadonlySet<string> = new Set([
  "⚠️ This command requires gateway scope: operator.admin.",
  "⚠️ This command requires authorization.",
]);
/** The replies of supported hosts to a turn that failed because a sign-in is needed. */
const FAILED_TURN =
  /^⚠️ .*(?:authentication failed|needs a new login|model login (?:failed|expired)|something went wrong while processing your request)/i;

export function hostNoticeIn(content: string): "failed-turn" | "refused-command" | undefined {
  if (REFUSED_COMMANDS.has(content)) return "refused-command";
  return FAILED_TURN.test(content) ? "failed-turn" : undefined;
}
