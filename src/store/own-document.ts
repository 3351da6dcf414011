/**
 * The format of the plugin's own JSON files: a version and lists of records. Records that are not understood are
 * written back, so that a file of the next version survives this one.
 */
import { CodexAuthError } from "../errors.ts";
import { isObject, parseJson, type JsonObject } from "../rules/parse.ts";
import * as z from "zod/mini";

const VERSION = 1;
/** Records that this version does not understand and that have a time are kept for a day, because they may hold tokens. */
const KEPT_MS = 24 * 60 * 60_000;
const MAX_UNKNOWN = 200;

type Schemas = Readonly<Record<string, z.ZodMiniType>>;
export type Records<Known extends Schemas> = { readonly [Name in keyof Known]: readonly z.infer<Known[Name]>[] };

export interface OwnDocument<Known extends Schemas> {
  readonly records: Records<Known>;
  /**
   * Returns the file's text. Unknown records and fields are left out only if they would make it longer than
   * `maxBytes`. Throws `pending-unwritable` for records that could not be read back.
   */
  render(next: Records<Known>, bounds: { readonly maxBytes: number; readonly nowMs: number }): string;
}

/**
 * Treats a damaged file as empty, because it contains only the records of a day at most. Throws `pending-unwritable`
 * for a file of a later version, which must not be replaced.
 */
export function parseOwnDocument<Known extends Schemas>(
  content: string | undefined,
  schemas: Known,
): OwnDocument<Known> {
  const fields = fieldsIn(content, Object.keys(schemas));
  const unknown = new Map<string, readonly unknown[]>();
  const records = mapLists(schemas, (name, schema) => {
    const list = (fields[name] ?? []) as readonly unknown[];
    const isKnown = (record: unknown) => schema.safeParse(record).success;
    unknown.set(
      name,
      list.filter((record) => !isKnown(record)),
    );
    return list.filter(isKnown);
  }) as unknown;
  return {
    records: records as Records<Known>,
    render(next, { maxBytes, nowMs }) {
      const strict = mapLists(schemas, (name, schema) => next[name]?.map((record) => strictOf(schema, record)));
      const lists = mapLists(schemas, (name) => {
        const kept = unknown.get(name)?.filter((record) => isRecent(record, nowMs)) ?? [];
        return [...kept.slice(-MAX_UNKNOWN), ...(next[name] ?? [])];
      });
      const whole = stringify({ ...fields, version: VERSION, ...lists });
      const fits = whole !== undefined && Buffer.byteLength(whole) <= maxBytes;
      return fits ? whole : JSON.stringify({ version: VERSION, ...strict });
    },
  };
}

function mapLists<Result>(schemas: Schemas, work: (name: string, schema: z.ZodMiniType) => Result) {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, work(name, schema)]));
}

function fieldsIn(content: string | undefined, lists: readonly string[]): JsonObject {
  const parsed = parseJson(content ?? "");
  if (!isObject(parsed)) return {};
  const { version } = parsed;
  if (typeof version === "number" && version > VERSION) throw new CodexAuthError("pending-unwritable");
  return version === VERSION && lists.every((name) => Array.isArray(parsed[name] ?? [])) ? parsed : {};
}

/** Returns undefined for a document that is nested too deep: it can be parsed but not written. */
function stringify(document: JsonObject): string | undefined {
  try {
    return JSON.stringify(document);
  } catch {
    return undefined;
  }
}

function strictOf(schema: z.ZodMiniType, record: unknown): unknown {
  const known = schema.safeParse(record);
  if (!known.success) throw new CodexAuthError("pending-unwritable");
  return known.data;
}

function isRecent(record: unknown, nowMs: number): boolean {
  const { expiresAtMs, atMs } = isObject(record) ? record : {};
  const time = typeof expiresAtMs === "number" ? expiresAtMs : atMs;
  return typeof time !== "number" || Math.abs(nowMs - time) < KEPT_MS;
}
