/**
 * The web chat writes a message into its transcript, masks parts of it, and only then asks the message hook. So the
 * address is kept out of the transcript here, and its full text waits in memory for the hook that follows.
 */
import { weighPastedText } from "../flow/callback-url.ts";
import { Secret } from "../secret.ts";
import type { DoorContext } from "./context.ts";
import { OWN_COMMAND } from "./own-command.ts";

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
  context: Pick<DoorContext, "nowMs" | "originals" | "words">,
  entry: Entry,
): Entry | undefined {
  if (entry.role !== "user") return undefined;
  const text = textOf(entry.content);
  const likelihood = text === undefined ? "none" : weighPastedText(text);
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
