/** Repeats a change if the store was busy or another writer changed the record, and turns errors into refusals. */
import type { Log, SaveRefusal } from "../actions/ports.ts";
import { CodexAuthError, logFailure } from "../errors.ts";
import type { HostAuthStore } from "./profiles-document.ts";

/** Other writers hold the store for milliseconds, so one more attempt after this time is enough. */
const RETRY_DELAY_MS = 250;
/** For a record that other writers keep changing. */
const MAX_ATTEMPTS = 4;

/**
 * Tries again if another writer changed the record, and once if the store was busy and its host does not wait itself.
 */
export async function withRetries<Result>(
  { host, log }: { readonly host: Pick<HostAuthStore, "waitsForOthers">; readonly log: Log },
  attempt: () => Promise<Result | "moved">,
): Promise<Result | { readonly kind: "refused"; readonly code: SaveRefusal }> {
  let hasWaited = host.waitsForOthers;
  for (let count = 1; ; count += 1) {
    try {
      const result = await attempt();
      if (result !== "moved") return result;
      if (count >= MAX_ATTEMPTS) return { kind: "refused", code: "store-locked" };
    } catch (error) {
      const code = saveRefusalOf(error, log);
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
  "store-import-required",
  "store-write-failed",
  "store-read-only",
  "store-of-other-user",
  "state-of-other-user",
  "profile-not-codex",
  "profile-unreadable",
  "undo-unwritable",
] satisfies SaveRefusal[]);

export function saveRefusalOf(error: unknown, log: Log): SaveRefusal {
  logFailure(log, "a change of the profile store", error);
  const code = error instanceof CodexAuthError ? error.code : "store-write-failed";
  return SAVE_REFUSALS.has(code) ? (code as SaveRefusal) : "store-write-failed";
}
