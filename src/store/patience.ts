/** How a change of a profile store goes on when others are at it too, and what a failure is called in the end. */
import { CodexAuthError } from "../errors.ts";
import type { SaveRefusal } from "../login/ports.ts";
import type { HostAuthStore } from "./host-auth-store.ts";

/** Other writers hold the store for milliseconds; a second try after this is enough for all but a stuck one. */
const RETRY_DELAY_MS = 250;
/** A record that somebody else changes between its backup and its replacement is read again this often. */
const MAX_ATTEMPTS = 4;

/** Tries again where another writer came in between, and once where the store was busy and does not wait by itself. */
export async function patiently<Result>(
  { waitsForOthers }: Pick<HostAuthStore, "waitsForOthers">,
  attempt: () => Promise<Result | "moved">,
): Promise<Result | { readonly kind: "refused"; readonly code: SaveRefusal }> {
  let hasWaited = waitsForOthers;
  for (let count = 1; ; count += 1) {
    try {
      const result = await attempt();
      if (result !== "moved") return result;
      if (count >= MAX_ATTEMPTS) return { kind: "refused", code: "store-locked" };
    } catch (error) {
      const code = refusalOf(error);
      if (code !== "store-locked" || hasWaited) return { kind: "refused", code };
      hasWaited = true;
      await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS));
    }
  }
}

const SAVE_REFUSALS: ReadonlySet<string> = new Set([
  "store-locked",
  "store-unreadable",
  "store-migration-required",
  "store-write-failed",
  "profile-not-codex",
  "undo-unwritable",
] satisfies SaveRefusal[]);

/** Our own codes as they are; anything else is a write that failed. */
export function refusalOf(error: unknown): SaveRefusal {
  const code = error instanceof CodexAuthError ? error.code : "store-write-failed";
  return SAVE_REFUSALS.has(code) ? (code as SaveRefusal) : "store-write-failed";
}
