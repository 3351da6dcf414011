/**
 * Keeps the last replaced record of each profile for a day, in a private file of the plugin's state folder. The
 * records contain tokens, as the host's own store does.
 */
import { isAbsolute, join } from "node:path";
import type { Clock, Entropy, ProfileTarget } from "../actions/ports.ts";
import * as z from "zod/mini";
import { parseOwnDocument } from "./own-document.ts";
import {
  createPrivateReader,
  failingInState,
  isSamePlace,
  readPrivateFile,
  updatePrivateFile,
} from "./private-file.ts";
import type { StoredRecord } from "./host-records.ts";
import { isFenced, type HostAuthStore } from "./profiles-document.ts";

export const UNDO_FILE = "codex-auth/undo.json";
const MAX_BYTES = 4 * 1024 * 1024;
const KEPT_MS = 24 * 60 * 60_000;
const MAX_RECORDS = 200;

const undoRecord = z.readonly(
  z.object({
    place: z.string(),
    profileId: z.string(),
    /** The JSON as it was stored, because an unreadable record can be put back too. */
    record: z.unknown().check(z.refine((record) => record !== undefined)),
    orderIndex: z.optional(z.int().check(z.nonnegative())),
    /** Digest of the record that replaced it. A newer one is not undone. */
    replacedBy: z.string(),
    atMs: z.number(),
  }),
);
export type UndoRecord = z.infer<typeof undoRecord>;

export interface UndoRecords {
  /**
   * Call it before a write. The record that was kept for `current`, the digest of the store's record, stays, because an
   * undo needs it if the write fails. Throws `undo-unwritable`, so that a record is not replaced if it cannot be
   * kept.
   */
  keep(record: UndoRecord, current: string): Promise<void>;
  /** Call it after the write. The new record becomes the only one of its profile. Throws `undo-unwritable`. */
  settle(record: UndoRecord): Promise<void>;
  /** Changes nothing. Throws `undo-unwritable` if no record could be kept. */
  tryOut(): Promise<void>;
  /**
   * Returns the record that the current one replaced, else the last one that was kept. Throws `undo-unwritable` if
   * the file cannot be trusted.
   */
  find(target: UndoTarget): Promise<UndoRecord | undefined>;
  /** Returns whether a record of that profile is kept in any store. Throws as `find`. */
  has(profileId: string, nowMs: number): Promise<boolean>;
}

export interface UndoTarget extends Pick<UndoRecord, "place" | "profileId"> {
  /** Digest of the record in the store now. */
  readonly current: string;
  readonly nowMs: number;
}

const documentIn = (content: string | undefined) => parseOwnDocument(content, { records: undoRecord });

const isSameProfile = (one: UndoRecord, other: Pick<UndoRecord, "place" | "profileId">) =>
  one.profileId === other.profileId && isSameStore(one.place, other.place);

/** `SHARED` is not a path. */
const isSameStore = (one: string, other: string) =>
  one === other || (isAbsolute(one) && isAbsolute(other) && isSamePlace(one, other));

const isFresh = (record: Pick<UndoRecord, "atMs">, nowMs: number) => Math.abs(nowMs - record.atMs) < KEPT_MS;

const inUndoFile = <Result>(work: () => Promise<Result>) => failingInState("undo-unwritable", work);

export function createUndoRecords(stateDir: string): UndoRecords {
  const path = join(stateDir, UNDO_FILE);
  const put = (record: UndoRecord, staysBeside: (other: UndoRecord) => boolean) =>
    inUndoFile(() =>
      updatePrivateFile(path, MAX_BYTES, (content) => {
        const isKept = (other: UndoRecord) =>
          isFresh(other, record.atMs) && (!isSameProfile(other, record) || staysBeside(other));
        const own = documentIn(content);
        const records = [...own.records.records.filter(isKept), record].slice(-MAX_RECORDS);
        return { result: undefined, next: own.render({ records }, { maxBytes: MAX_BYTES, nowMs: record.atMs }) };
      }),
    );
  // Without the records, because they contain tokens and the reader remembers what it read.
  const readKept = createPrivateReader(path, MAX_BYTES, (content) =>
    documentIn(content).records.records.map(({ profileId, atMs }) => ({ profileId, atMs })),
  );
  return {
    has: (profileId, nowMs) =>
      inUndoFile(async () => {
        const kept = await readKept();
        return kept.some((record) => record.profileId === profileId && isFresh(record, nowMs));
      }),
    keep: (record, current) => put(record, ({ replacedBy }) => replacedBy === current && current !== record.replacedBy),
    settle: (record) => put(record, () => false),
    tryOut: () =>
      inUndoFile(() => updatePrivateFile(path, MAX_BYTES, (content) => ({ result: void documentIn(content) }))),
    find: ({ current, nowMs, ...profile }) =>
      inUndoFile(async () => {
        const { records } = documentIn(await readPrivateFile(path, MAX_BYTES)).records;
        const kept = records.filter((record) => isSameProfile(record, profile) && isFresh(record, nowMs));
        return kept.findLast(({ replacedBy }) => replacedBy === current) ?? kept.at(-1);
      }),
  };
}

export const SHARED = "shared";

export interface UndoParts {
  readonly host: HostAuthStore;
  readonly undo: UndoRecords;
  readonly clock: Pick<Clock, "nowMs">;
  readonly entropy: Entropy;
}

/** Identifies a record without keeping it: by its tokens, which the host renews, or an unreadable one by all of it. */
export function digestOf({ entropy }: Pick<UndoParts, "entropy">, record: StoredRecord | undefined): string {
  if (record === undefined) return "";
  if (record.kind === "unreadable") return entropy.digest(`unreadable\n${JSON.stringify(record.raw)}`);
  const { access = "", refresh = "", hasSidecar, oauthRef } = record.credential;
  const sidecar = hasSidecar === true ? `\n${JSON.stringify(oauthRef)}` : "";
  return entropy.digest(`${access}\n${refresh}${sidecar}`);
}

interface Before {
  readonly owner: string | undefined;
  readonly before: StoredRecord | undefined;
  readonly orderIndex: number;
}

/** Returns undefined if there is nothing that could be used after an undo. */
export function undoRecordOf(
  parts: Pick<UndoParts, "clock" | "entropy">,
  { profileId, next }: { readonly profileId: string; readonly next: StoredRecord | undefined },
  { owner, before, orderIndex }: Before,
): UndoRecord | undefined {
  if (before === undefined || isFenced(before)) return undefined;
  const replacedBy = digestOf(parts, next);
  const index = next === undefined && orderIndex >= 0 ? { orderIndex } : {};
  return { place: owner ?? SHARED, profileId, record: before.raw, ...index, replacedBy, atMs: parts.clock.nowMs() };
}

export async function undoRecordFor(parts: UndoParts, { agentId, profileId }: ProfileTarget) {
  const { host, undo, clock } = parts;
  const agentDir = host.agentDirOf(agentId);
  const owner = await host.ownerOf(agentDir, profileId);
  const current = digestOf(parts, await host.persisted(agentDir, profileId));
  const target = { profileId, current, nowMs: clock.nowMs() };
  return (
    (await undo.find({ ...target, place: owner ?? SHARED })) ??
    (await undo.find({ ...target, place: host.sharedDir() ?? SHARED }))
  );
}
