/**
 * Parses and edits the JSON files of hosts that keep profiles in files. Fields and records that are not understood
 * stay unchanged.
 */
import type { RecordRules } from "../rules/host-versions.ts";
import { isObject, parseJson, type JsonObject } from "../rules/parse.ts";
import { normalProvider, readRecord, textOf, type StoredRecord } from "./host-records.ts";
import type { ProfilesDocument } from "./profiles-document.ts";

/** The contents of an agent's two files, undefined for a file that does not exist. */
export interface HostFiles {
  readonly profiles: JsonObject | undefined;
  readonly state: JsonObject | undefined;
}

/** A host also reads an empty store if `profiles` is missing, null or an empty list. Nothing can be lost then. */
function isStoreOrEmpty({ profiles }: JsonObject): boolean {
  return isObject(profiles) || (profiles ?? null) === null || (Array.isArray(profiles) && profiles.length === 0);
}

/** The version is not looked at, because no host looks at it. */
export const parseProfilesFile = (bytes: Uint8Array) => parseFile(bytes, isStoreOrEmpty);

const NO_STATE = /^\s*(?:null|\[\s*\])?\s*$/;
const NO_STATE_BYTES = 64;

/** A host also reads no order and no statistics if the file is empty, null or an empty list. Nothing can be lost then. */
export function parseStateFile(bytes: Uint8Array): JsonObject | undefined {
  if (bytes.length <= NO_STATE_BYTES && NO_STATE.test(new TextDecoder().decode(bytes))) return {};
  return parseFile(bytes, () => true);
}

/** Parses a file that is never written, in the host's way. */
export function parseOlderFile(bytes: Uint8Array): JsonObject | undefined {
  const content = parseJson(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes));
  return isObject(content) ? content : undefined;
}

/** Returns undefined for bytes that could not be written back without loss, such as invalid UTF-8. */
function parseFile(bytes: Uint8Array, isReadable: (content: JsonObject) => boolean): JsonObject | undefined {
  try {
    const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
    const content: unknown = JSON.parse(text, rememberDigits);
    return isObject(content) && isRepeatable(content) && isReadable(content) ? content : undefined;
  } catch {
    return undefined;
  }
}

declare global {
  interface JSON {
    /** Node 20 lacks it, and passes no source to a reviver. */
    rawJSON?(text: string): unknown;
  }
}

/** The numbers of each parsed object or list that `JSON.stringify` would write differently, as they were written. */
const digitsIn = new WeakMap<object, Map<string, string>>();

function rememberDigits(this: object, key: string, value: unknown, context?: { readonly source?: string }): unknown {
  const digits = typeof value === "number" ? context?.source : undefined;
  if (digits === undefined || digits === JSON.stringify(value)) return value;
  const known = digitsIn.get(this) ?? new Map<string, string>();
  digitsIn.set(this, known.set(key, digits));
  return value;
}

function restoreDigits(this: object, key: string, value: unknown): unknown {
  const digits = typeof value === "number" ? digitsIn.get(this)?.get(key) : undefined;
  return digits !== undefined && Number(digits) === value ? (JSON.rawJSON?.(digits) ?? value) : value;
}

function withDigitsOf<Copy extends object>(original: unknown, copy: Copy): Copy {
  const digits = isObject(original) ? digitsIn.get(original) : undefined;
  if (digits !== undefined) digitsIn.set(copy, digits);
  return copy;
}

/** Far deeper than any host's file. JSON that is nested deeper can be parsed but not written again. */
const MAX_DEPTH = 200;

/** A number such as `1e999` is read as infinite and would be written as null. */
function isRepeatable(value: unknown, depth = 0): boolean {
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || value === null) return true;
  return depth < MAX_DEPTH && Object.values(value).every((one) => isRepeatable(one, depth + 1));
}

/**
 * The providers of the sign-ins that the host would import from its older files: from `auth.json`, which has one record for
 * each provider, and from `oauth.json`, of which it takes any record (OpenClaw's docs/concepts/oauth.md).
 */
export function importsIn(
  auth: JsonObject | undefined,
  oauth: JsonObject | undefined,
  rules: RecordRules,
): readonly string[] {
  const isOlder = auth !== undefined && !Object.hasOwn(auth, "profiles");
  const records = entriesOf(isOlder ? auth : undefined).flatMap(([key, raw]) =>
    isObject(raw) ? [readRecord({ ...raw, provider: raw["provider"] ?? key }, rules)] : [],
  );
  return [
    ...records.flatMap((record) => (record.kind === "credential" ? [record.credential.provider] : [])),
    ...entriesOf(oauth).flatMap(([key, raw]) =>
      typeof raw === "object" && raw !== null ? [normalProvider(textOf((raw as JsonObject)["provider"]) ?? key)] : [],
    ),
  ];
}

/** Numbers of entries that did not change keep their digits. Node 20 rounds long ones, as the hosts do. */
export const renderFile = (content: JsonObject) => `${JSON.stringify(content, restoreDigits, 2)}\n`;

/**
 * Reads the files as the host does: `auth-state.json` has precedence over the older fields in the other file, and what is
 * odd in an order or in the records is left out.
 */
export function viewOf({ profiles, state }: HostFiles, rules: RecordRules): ProfilesDocument {
  const records = entriesOf(profiles?.["profiles"]).map(([id, raw]) => [id, readRecord(raw, rules)] as const);
  const used = records.flatMap(([id, record]): Entry[] =>
    record.kind === "credential" ? [[id, record.credential]] : [],
  );
  const unused = records.flatMap(([id, record]): Entry[] => (record.kind === "unreadable" ? [[id, record.raw]] : []));
  const withOrder = ordersIn([...entriesOf(profiles?.["order"]), ...entriesOf(state?.["order"])]);
  const withStats = [...entriesOf(profiles?.["usageStats"]), ...entriesOf(state?.["usageStats"])];
  return {
    profiles: recordFrom(used) as ProfilesDocument["profiles"],
    ...(unused.length === 0 ? {} : { unreadable: recordFrom(unused) }),
    ...(withOrder.length === 0 ? {} : { order: recordFrom(withOrder) as Record<string, string[]> }),
    ...(withStats.length === 0 ? {} : { usageStats: recordFrom(withStats) as Record<string, JsonObject> }),
  };
}

const idOf = (value: unknown) => (typeof value === "string" ? value.trim() : "");
const isId = (value: unknown) => idOf(value) !== "";

const idsIn = (list: unknown): readonly string[] => (Array.isArray(list) ? list.filter(isId).map(idOf) : []);

/** Each provider in its normal spelling with the ids in its list. A list without an id is no order. */
function ordersIn(entries: readonly Entry[]): readonly Entry[] {
  return entries.flatMap(([provider, list]): Entry[] => {
    const ids = idsIn(list);
    return ids.length === 0 ? [] : [[normalProvider(provider), ids]];
  });
}

export function recordInFiles(
  { profiles: file }: HostFiles,
  profileId: string,
  rules: RecordRules,
): StoredRecord | undefined {
  const profiles = file?.["profiles"];
  if (!isObject(profiles) || !Object.hasOwn(profiles, profileId)) return undefined;
  return readRecord(profiles[profileId], rules);
}

interface Edited {
  readonly before: ProfilesDocument;
  readonly after: ProfilesDocument;
}

/** The copy is shallow, because an edit adds and removes whole records only. */
export function copyOf(document: ProfilesDocument): ProfilesDocument {
  const fields = Object.entries(document).map(([name, field]) => [name, recordFrom(entriesOf(field))]);
  return Object.fromEntries(fields) as ProfilesDocument;
}

/**
 * Merges as the host does: an agent's own profiles and orders have precedence over those of main. A record that the host
 * leaves out does not hide a good one.
 */
export function mergeDocuments(shared: ProfilesDocument, own: ProfilesDocument): ProfilesDocument {
  const merged = (field: keyof ProfilesDocument) => [...entriesOf(shared[field]), ...entriesOf(own[field])];
  const profiles = recordFrom(merged("profiles"));
  const unreadable = merged("unreadable").filter(([id]) => !Object.hasOwn(profiles, id));
  const [order, usageStats] = [merged("order"), merged("usageStats")];
  return {
    profiles: profiles as ProfilesDocument["profiles"],
    ...(unreadable.length === 0 ? {} : { unreadable: recordFrom(unreadable) }),
    ...(order.length === 0 ? {} : { order: recordFrom(order) as Record<string, string[]> }),
    ...(usageStats.length === 0 ? {} : { usageStats: recordFrom(usageStats) as Record<string, JsonObject> }),
  };
}

/**
 * Returns the files that change. With `keepsStateApart` the order and the statistics are written to the second file,
 * which the host reads first; removed entries are removed from both.
 */
export function applyEdit(files: HostFiles, { before, after }: Edited, keepsStateApart: boolean): HostFiles {
  const profiles = withDigitsOf(files.profiles, { ...(files.profiles ?? { version: 1, profiles: {} }) });
  const state = withDigitsOf(files.state, { ...(files.state ?? { version: 1 }) });
  const orders = [profiles, state].flatMap((file) => entriesOf(file["order"]));
  const spellings = orders.filter(([, list]) => idsIn(list).length > 0).map(([key]) => key);
  let [profilesChanged, stateChanged] = [false, false];
  for (const field of ["profiles", "order", "usageStats"] as const) {
    const changes = changesBetween(before[field], after[field]);
    const isApart = keepsStateApart && field !== "profiles";
    const write = (file: JsonObject, due: readonly Entry[]) =>
      writeEntries(file, field, field === "order" ? spelledOrders(file, due, spellings) : due);
    if (isApart) stateChanged = write(state, changes) || stateChanged;
    profilesChanged = write(profiles, isApart ? changes.filter(isRemoval) : changes) || profilesChanged;
  }
  return { profiles: profilesChanged ? profiles : undefined, state: stateChanged ? state : undefined };
}

type Entry = readonly [key: string, value: unknown];

const isRemoval = ([, value]: Entry) => value === undefined;

function changesBetween(before: object | undefined, after: object | undefined): readonly Entry[] {
  const [was, is] = [new Map(entriesOf(before)), new Map(entriesOf(after))];
  const keys = [...new Set([...was.keys(), ...is.keys()])];
  const isChanged = (key: string) => {
    const [one, other] = [was.get(key), is.get(key)];
    return one !== other && JSON.stringify(one) !== JSON.stringify(other);
  };
  return keys.filter(isChanged).map((key) => [key, is.get(key)]);
}

function writeEntries(
  file: JsonObject,
  field: "profiles" | "order" | "usageStats",
  changes: readonly Entry[],
): boolean {
  const entries = new Map(entriesOf(file[field]));
  const due = changes.filter((change) => !isRemoval(change) || entries.has(change[0]));
  for (const [key, value] of due) {
    if (value === undefined) entries.delete(key);
    else entries.set(key, value);
  }
  if (due.length > 0) file[field] = withDigitsOf(file[field], recordFrom([...entries]));
  return due.length > 0;
}

/** Keeps the spelling of the provider under which the host reads the list, and the odd members of this file's list. */
function spelledOrders(file: JsonObject, changes: readonly Entry[], spellings: readonly string[]): readonly Entry[] {
  const stored = new Map(entriesOf(file["order"]));
  return changes.map(([provider, ids]) => {
    const found = spellings.filter((key) => normalProvider(key) === provider);
    const key = found.findLast((one) => stored.has(one)) ?? found.at(-1) ?? provider;
    return [key, ids === undefined ? undefined : withOddMembers(ids, stored.get(key))];
  });
}

function withOddMembers(ids: unknown, list: unknown): unknown {
  const odd = Array.isArray(list) ? list.filter((member) => !isId(member)) : [];
  return [...(ids as readonly string[]), ...odd];
}

function entriesOf(record: unknown): [string, unknown][] {
  return isObject(record) ? Object.entries(record) : [];
}

/** Has no prototype, so that `__proto__` is a key like any other. */
function recordFrom(entries: readonly Entry[]): JsonObject {
  const record = Object.create(null) as JsonObject;
  for (const [key, value] of entries) record[key] = value;
  return record;
}
