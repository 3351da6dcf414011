/**
 * Parses and edits the JSON files of hosts that keep profiles in files. Fields and records that are not understood
 * stay unchanged.
 */
import * as z from "zod/mini";
import {
  storedCredential,
  type ProfilesDocument,
  type StoredCredential,
  type StoredRecord,
} from "./profiles-document.ts";

export type JsonObject = Record<string, unknown>;

/** The contents of an agent's two files, undefined for a file that does not exist. */
export interface HostFiles {
  readonly profiles: JsonObject | undefined;
  readonly state: JsonObject | undefined;
}

const isObject = (value: unknown): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * zod's own record drops a key named `__proto__`, which is a profile like any other to a host. So zod only checks
 * here, and the parsed JSON itself is used.
 */
function recordOf(value: z.ZodMiniType): z.ZodMiniType {
  return z.custom((input) => isObject(input) && Object.values(input).every((one) => value.safeParse(one).success));
}

/** A later host may give the fields of a higher version another meaning, so such a file is not read. */
const version = z.optional(z.unknown().check(z.refine((value) => typeof value !== "number" || value <= 1)));
const order = z.nullish(recordOf(z.array(z.string())));
const usageStats = z.nullish(recordOf(z.looseObject({ disabledReason: z.optional(z.string()) })));

const profilesFile = z.looseObject({ version, profiles: recordOf(z.unknown()), order, usageStats });
const stateFile = z.looseObject({ version, order, usageStats });

const isReadable = (record: unknown) => storedCredential.safeParse(record).success;

export const parseProfilesFile = (bytes: Uint8Array) => parseFile(bytes, profilesFile);
export const parseStateFile = (bytes: Uint8Array) => parseFile(bytes, stateFile);

/** Returns undefined for bytes that could not be written back without loss, such as invalid UTF-8. */
function parseFile(bytes: Uint8Array, schema: z.ZodMiniType): JsonObject | undefined {
  try {
    const content: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes));
    return isObject(content) && isRepeatable(content) && schema.safeParse(content).success ? content : undefined;
  } catch {
    return undefined;
  }
}

/** Far deeper than any host's file. JSON that is nested deeper can be parsed but not written again. */
const MAX_DEPTH = 200;

/** A number such as `1e999` is read as infinite and would be written as null. */
function isRepeatable(value: unknown, depth = 0): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  return depth < MAX_DEPTH && Object.values(value).every((one) => isRepeatable(one, depth + 1));
}

export const renderFile = (content: JsonObject) => `${JSON.stringify(content, null, 2)}\n`;

/** Reads the files as the host does: `auth-state.json` has precedence over the older fields in the other file. */
export function viewOf({ profiles, state }: HostFiles): ProfilesDocument {
  const stored = entriesOf(profiles?.["profiles"]).filter(([, record]) => isReadable(record));
  const withOrder = [...entriesOf(profiles?.["order"]), ...entriesOf(state?.["order"])];
  const withStats = [...entriesOf(profiles?.["usageStats"]), ...entriesOf(state?.["usageStats"])];
  return {
    profiles: recordFrom(stored) as Record<string, StoredCredential>,
    ...(withOrder.length === 0 ? {} : { order: recordFrom(withOrder) as Record<string, string[]> }),
    ...(withStats.length === 0 ? {} : { usageStats: recordFrom(withStats) as Record<string, JsonObject> }),
  };
}

export function recordIn({ profiles: file }: HostFiles, profileId: string): StoredRecord {
  const profiles = file?.["profiles"];
  if (!isObject(profiles) || !Object.hasOwn(profiles, profileId)) return undefined;
  const record = profiles[profileId];
  return isReadable(record) ? (record as StoredCredential) : "unreadable";
}

interface Edited {
  readonly before: ProfilesDocument;
  readonly after: ProfilesDocument;
}

/** Returns true if the edit adds a profile under the id of an unreadable record, which `viewOf` had left out. */
export function replacesUnreadable(files: HostFiles, { before, after }: Edited): boolean {
  const added = Object.keys(after.profiles).filter((id) => !Object.hasOwn(before.profiles, id));
  return added.some((id) => recordIn(files, id) === "unreadable");
}

/** The copy is shallow, because an edit adds and removes whole records only. */
export function copyOf(document: ProfilesDocument): ProfilesDocument {
  const fields = Object.entries(document).map(([name, field]) => [name, recordFrom(entriesOf(field))]);
  return Object.fromEntries(fields) as ProfilesDocument;
}

/** Merges as the host does: an agent's own profiles and orders have precedence over those of main. */
export function mergeDocuments(shared: ProfilesDocument, own: ProfilesDocument): ProfilesDocument {
  return viewOf({
    profiles: { profiles: recordFrom([...entriesOf(shared.profiles), ...entriesOf(own.profiles)]) },
    state: {
      order: recordFrom([...entriesOf(shared.order), ...entriesOf(own.order)]),
      usageStats: recordFrom([...entriesOf(shared.usageStats), ...entriesOf(own.usageStats)]),
    },
  });
}

/**
 * Returns the files that change. With `keepsStateApart` the order and the statistics are written to the second file,
 * which the host reads first; removed entries are removed from both.
 */
export function applyEdit(files: HostFiles, edit: Edited, keepsStateApart: boolean): HostFiles {
  const profiles: JsonObject = { ...(files.profiles ?? { version: 1, profiles: {} }) };
  const state: JsonObject = { ...(files.state ?? { version: 1 }) };
  let [profilesChanged, stateChanged] = [false, false];
  for (const field of ["profiles", "order", "usageStats"] as const) {
    const changes = changesBetween(edit.before[field], edit.after[field]);
    const isApart = keepsStateApart && field !== "profiles";
    if (isApart) stateChanged = write(state, field, changes) || stateChanged;
    profilesChanged = write(profiles, field, isApart ? changes.filter(isRemoval) : changes) || profilesChanged;
  }
  return { profiles: profilesChanged ? profiles : undefined, state: stateChanged ? state : undefined };
}

type Change = readonly [key: string, value: unknown];

const isRemoval = ([, value]: Change) => value === undefined;

function changesBetween(before: object | undefined, after: object | undefined): readonly Change[] {
  const [was, is] = [new Map(entriesOf(before)), new Map(entriesOf(after))];
  const keys = [...new Set([...was.keys(), ...is.keys()])];
  const isChanged = (key: string) => {
    const [one, other] = [was.get(key), is.get(key)];
    return one !== other && JSON.stringify(one) !== JSON.stringify(other);
  };
  return keys.filter(isChanged).map((key) => [key, is.get(key)]);
}

function write(file: JsonObject, field: string, changes: readonly Change[]): boolean {
  const entries = new Map(entriesOf(file[field]));
  const due = changes.filter((change) => !isRemoval(change) || entries.has(change[0]));
  for (const [key, value] of due) {
    if (value === undefined) entries.delete(key);
    else entries.set(key, value);
  }
  if (due.length > 0) file[field] = recordFrom([...entries]);
  return due.length > 0;
}

function entriesOf(record: unknown): [string, unknown][] {
  return isObject(record) ? Object.entries(record) : [];
}

/** Has no prototype, so that `__proto__` is a key like any other. */
function recordFrom(entries: readonly Change[]): JsonObject {
  const record = Object.create(null) as JsonObject;
  for (const [key, value] of entries) record[key] = value;
  return record;
}
