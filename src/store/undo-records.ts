/**
 * What profiles held before this plugin replaced them: the last record of each, for a day, in a private file of the
 * plugin's own state directory. It holds tokens, as the host's own store does.
 */
import { join } from "node:path";
import { z } from "zod";
import { CodexAuthError } from "../errors.ts";
import { readPrivateFile, updatePrivateFile } from "./locked-file.ts";
import type { StoredCredential } from "./profiles-document.ts";

const UNDO_FILE = "codex-auth/undo.json";
const MAX_BYTES = 4 * 1024 * 1024;
const KEPT_MS = 24 * 60 * 60_000;
const MAX_RECORDS = 200;

export interface UndoRecord {
  /** The agent directory whose store it is from, or `shared`. */
  readonly place: string;
  readonly profileId: string;
  readonly record: StoredCredential;
  /** Digest of the tokens that took its place: an undo is for those alone. */
  readonly replacedBy: string;
  readonly atMs: number;
}

export interface UndoRecords {
  /** Throws `undo-unwritable`: nothing is replaced that could not be kept. */
  keep(record: UndoRecord): Promise<void>;
  /** Throws `undo-unwritable` where the file cannot be trusted. */
  find(place: string, profileId: string, nowMs: number): Promise<UndoRecord | undefined>;
}

const document = z.strictObject({
  version: z.literal(1),
  records: z.array(
    z.strictObject({
      place: z.string(),
      profileId: z.string(),
      record: z.looseObject({ type: z.string(), provider: z.string() }),
      replacedBy: z.string(),
      atMs: z.number(),
    }),
  ),
});

/** A file that cannot be read back counts as none: it is ours alone, and holds nothing but yesterday's records. */
function recordsIn(content: string | undefined): readonly UndoRecord[] {
  if (content === undefined) return [];
  try {
    return document.parse(JSON.parse(content)).records as readonly UndoRecord[];
  } catch {
    return [];
  }
}

const isFresh = (record: UndoRecord, nowMs: number) => Math.abs(nowMs - record.atMs) < KEPT_MS;

/** Whatever fails with the file: the record cannot be kept, or what is kept cannot be trusted. */
async function trusted<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch {
    throw new CodexAuthError("undo-unwritable");
  }
}

/** `stateDir`: the gateway's own; the plugin's folder in it is made on first use. */
export function createUndoRecords(stateDir: string): UndoRecords {
  const path = join(stateDir, UNDO_FILE);
  return {
    keep: (record) =>
      trusted(() =>
        updatePrivateFile(path, MAX_BYTES, (content) => {
          const isOther = (other: UndoRecord) =>
            isFresh(other, record.atMs) && (other.place !== record.place || other.profileId !== record.profileId);
          const records = [...recordsIn(content).filter(isOther), record].slice(-MAX_RECORDS);
          return { result: undefined, next: JSON.stringify({ version: 1, records }) };
        }),
      ),
    find: (place, profileId, nowMs) =>
      trusted(async () =>
        recordsIn(await readPrivateFile(path, MAX_BYTES)).find(
          (record) => record.place === place && record.profileId === profileId && isFresh(record, nowMs),
        ),
      ),
  };
}
