/**
 * The web chat writes a message into its transcript, masks parts of it, and only then asks the message hook. So the
 * address is kept out of the transcript here, and its full text waits in memory for the hook that follows.
 */
import { WEBCHAT } from "../rules/binding.ts";
import { classifyPastedText } from "../rules/callback-url.ts";
import { Secret } from "../secret.ts";
import type { HandlerContext } from "./context.ts";
import type { ChatMessage, Claim } from "./message.ts";

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
  context: Pick<HandlerContext, "nowMs" | "originals" | "words">,
  entry: Entry,
): Entry | undefined {
  if (entry.role !== "user") return undefined;
  const text = textOf(entry.content);
  const likelihood = text === undefined ? "none" : classifyPastedText(text);
  if (text === undefined || likelihood === "none") return undefined;
  const command = OWN_COMMAND.exec(text)?.[0];
  const { idempotencyKey } = entry;
  const messageId = typeof idempotencyKey === "string" ? /^(.+):user$/.exec(idempotencyKey)?.[1] : undefined;
  if (command === undefined && messageId !== undefined) {
    const isOwner = entry.__openclaw?.senderIsOwner === true;
    context.originals.keep(messageId, { text: new Secret(text), isOwner }, context.nowMs());
  }
  if (command === undefined && likelihood !== "certain") return undefined;
  const note = `${command === undefined ? "" : `${command} `}${context.words().chat["transcript.withheld"]}`;
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
 * The third door: an ordinary message that holds the address. It sees every message of every chat, so it lets all
 * through that is not plainly its own, and never lets an error out: the host would hand the message to the model.
 */

/** A claim, or undefined for a message that is none of ours: for those, nothing more is loaded. Never throws. */
export async function claimPastedMessage(context: HandlerContext, message: ChatMessage): Promise<Claim | undefined> {
  try {
    // Other channels mask nothing, and number their messages as they like: theirs could bear the same number.
    const original = message.channelId === WEBCHAT ? context.originals.take(message.messageId) : undefined;
    const text = original?.text ?? new Secret(textIn(message.content));
    const quoted = new Secret(textIn(message.replyToBody));
    const weights = { own: classifyPastedText(text.reveal()), quoted: classifyPastedText(quoted.reveal()) };
    if (weights.own === "none" && weights.quoted === "none") return undefined;
    // The host shows a command, and the message that it answers, to no model.
    if (OWN_COMMAND.test(text.reveal()) && context.areTextCommandsOn()) return undefined;
    const { answerPaste } = await import("./message.ts");
    return await answerPaste(context, message, { text, quoted, weights, original });
  } catch {
    // What would say so could not even be loaded: silence is better than the address before the model.
    return { handled: true };
  }
}

/** Whatever a host may call a message. */
const textIn = (content: unknown) => (typeof content === "string" ? content : "");

/**
 * A command of ours on the host's text path: the host runs it next, with the owner checked. Not with a bot's name
 * behind it: the web chat knows no bots, and would hand such a message to the model.
 */
export const OWN_COMMAND = /^\/codex[_-]auth(?:[_-]finish)?(?=[\s:]|$)/i;

/** Full texts of pasted addresses that a chat masks before it asks the message hook. In memory, for seconds. */

/** The hook follows within milliseconds; what nobody came for by then was no message of ours. */
const KEPT_MS = 60_000;
const MAX_KEPT = 50;

export interface OriginalMessage {
  readonly text: Secret;
  /** The host's own mark of who sent it. */
  readonly isOwner: boolean;
}

/** Full texts of pasted addresses, by message id, until the hook takes them. */
export class OriginalMessages {
  readonly #kept = new Map<string, OriginalMessage & { readonly atMs: number }>();

  keep(messageId: string, original: OriginalMessage, nowMs: number): void {
    for (const [id, { atMs }] of this.#kept) {
      const isOld = Math.abs(nowMs - atMs) >= KEPT_MS;
      if (isOld || this.#kept.size >= MAX_KEPT) this.#kept.delete(id);
    }
    this.#kept.set(messageId, { ...original, atMs: nowMs });
  }

  /** Gives a text out once. */
  take(messageId: string | undefined): OriginalMessage | undefined {
    if (messageId === undefined) return undefined;
    const original = this.#kept.get(messageId);
    this.#kept.delete(messageId);
    return original;
  }
}
