/** Full texts of pasted addresses that a chat masks before it asks the message hook. In memory, for seconds. */
import type { Secret } from "../secret.ts";

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
