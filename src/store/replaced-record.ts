/** What a change replaces, as it is kept for an undo: which record, of which place, and of which generation of tokens. */
import type { ProfileTarget } from "../login/ports.ts";
import type { ProfileStoreParts } from "./profile-store.ts";
import { hasTokens, type StoredCredential } from "./profiles-document.ts";
import type { UndoRecord } from "./undo-records.ts";

/** The place of the store that is in no agent's directory. */
export const SHARED = "shared";

/** Tells one generation of a profile's tokens from another without holding them. */
export function markOf({ entropy }: ProfileStoreParts, record: StoredCredential | undefined): string {
  return record === undefined ? "" : entropy.digest(`${record.access ?? ""}\n${record.refresh ?? ""}`);
}

interface Before {
  readonly owner: string | undefined;
  readonly before: StoredCredential | undefined;
  /** Its place in the stored order; -1 where it has none. */
  readonly orderIndex: number;
}

/** What is about to be replaced; undefined where there is nothing that could be put back. */
export function undoRecordOf(
  parts: ProfileStoreParts,
  { profileId, next }: { readonly profileId: string; readonly next: StoredCredential | undefined },
  { owner, before, orderIndex }: Before,
): UndoRecord | undefined {
  if (before === undefined || !hasTokens(before)) return undefined;
  const replacedBy = markOf(parts, next);
  const index = next === undefined && orderIndex >= 0 ? { orderIndex } : {};
  return { place: owner ?? SHARED, profileId, record: before, ...index, replacedBy, atMs: parts.clock.nowMs() };
}

/** What was kept of the profile: where it lies now, or, once it was taken out, in the store of all agents. */
export async function keptOf(parts: ProfileStoreParts, { agentId, profileId }: ProfileTarget) {
  const { host, undo, clock } = parts;
  const agentDir = host.agentDirOf(agentId);
  const owner = await host.ownerOf(agentDir, profileId);
  // What is kept for an unreadable record is only looked up here. The change that would put it back is refused.
  const record = await host.persisted(agentDir, profileId);
  const current = markOf(parts, record === "unreadable" ? undefined : record);
  const target = { profileId, current, nowMs: clock.nowMs() };
  return (
    (await undo.find({ ...target, place: owner ?? SHARED })) ??
    (await undo.find({ ...target, place: host.sharedDir() ?? SHARED }))
  );
}
