/**
 * Laws that hold for every input, as fast-check properties: an input is anything at all, nearly right, or a right one
 * with a few pieces changed. CODEX_AUTH_SEED repeats a run that failed; CODEX_AUTH_RUNS=20 makes it 20 times as long.
 */
import { inspect } from "node:util";
import fc from "fast-check";
import { CodexAuthError } from "../../src/errors.ts";

const SEED = Number(process.env["CODEX_AUTH_SEED"] ?? Math.floor(Math.random() * 2 ** 31));
const TIMES = Number(process.env["CODEX_AUTH_RUNS"] ?? 1);

export interface Inputs {
  /** Right ones, to change. */
  readonly seeds: readonly string[];
  /** What a reader looks for: worth putting in anywhere. */
  readonly words: readonly string[];
  readonly near: fc.Arbitrary<string>;
}

/** `feed` throws if a law is broken. */
export async function assertLaws(
  { seeds, words, near }: Inputs,
  runs: number,
  feed: (input: string) => Promise<void>,
): Promise<void> {
  const inputs = fc.oneof(
    { weight: 5, arbitrary: near },
    { weight: 4, arbitrary: changed(seeds, words) },
    fc.string({ unit: "binary", maxLength: 400 }),
    fc.json({ maxDepth: 6 }),
  );
  const examples = seeds.map((seed): [string] => [seed]);
  await fc.assert(fc.asyncProperty(inputs, feed), { numRuns: runs * TIMES, seed: SEED, examples });
}

const SIGNS = [
  ..."\u0000\u0007\u001B\u00AD\u200B\u202E\u2028\uFEFF\u0301\uFF05\u3000\"'`\\<>&%#?=:;,{}[]()*_~|@/.",
  // Halves of pairs, and (see `bytesOf`) bytes that are not UTF-8.
  ..."\uD800\uDFFF\uDCFF\uDCC0",
  "\r\n",
  "%00",
  "%ff",
  "&amp;amp;",
  "1e999",
  "-0",
  "null",
  '{"__proto__":{"type":"oauth","email":"x"}}',
  '"__proto__":1,',
  "constructor",
  "toString",
  "[".repeat(5000),
];

/** A seed with pieces replaced, put in, left out or repeated. */
function changed(seeds: readonly string[], words: readonly string[]): fc.Arbitrary<string> {
  const change = fc.record({
    at: fc.nat(5000),
    length: fc.oneof(fc.constant(0), fc.nat(12)),
    piece: fc.oneof(fc.constantFrom(...SIGNS, ...words), fc.string({ unit: "binary", maxLength: 8 }), fc.constant("")),
    times: fc.oneof({ weight: 9, arbitrary: fc.constant(1) }, fc.constantFrom(2, 700)),
  });
  return fc.tuple(fc.constantFrom(...seeds), fc.array(change, { minLength: 1, maxLength: 4 })).map(([seed, changes]) =>
    changes.reduce((text, { at, length, piece, times }) => {
      const start = at % (text.length + 1);
      return text.slice(0, start) + piece.repeat(times) + text.slice(start + length);
    }, seed),
  );
}

/** A JSON object of which each field is right, absent, or anything. */
export function nearly(fields: Readonly<Record<string, unknown>>): fc.Arbitrary<Record<string, unknown>> {
  const arbitraries = Object.entries(fields).map(([name, value]) => [name, orAnything(value)] as const);
  return fc.record(Object.fromEntries(arbitraries), { requiredKeys: [] });
}

function orAnything(value: unknown): fc.Arbitrary<unknown> {
  const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
  const right = isRecord ? nearly(value as Record<string, unknown>) : fc.constant(value);
  return fc.oneof({ weight: 8, arbitrary: right }, oddJson);
}

/** Values that JSON can hold and that a reader may not expect. */
export const oddJson = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(null, true, -1, 0, 1e308, -0, "", "__proto__", "\u202E", "\uD800", "x".repeat(5000)),
  fc.dictionary(fc.constantFrom("__proto__", "constructor", "toString", "then", "a"), fc.jsonValue()),
);

export const asText = (value: unknown): string => JSON.stringify(value) ?? "null";

/** A law that was broken. */
class Violation extends Error {
  override readonly name = "Violation";
}

export function must(holds: boolean, law: string, detail = ""): void {
  if (!holds) throw new Violation(`${law}: ${detail}`);
}

/** Returns undefined if the work was refused with our own error, in which no secret may be. */
export async function refusable<Result>(
  secrets: readonly string[],
  work: () => Result | Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Violation) throw error;
    requireSilence(secrets, error);
    must(error instanceof CodexAuthError, "throws nothing but our own error", inspect(error));
    return undefined;
  }
}

/** The shortest piece of a secret that counts as told. */
const PIECE = 12;

/** Throws if a piece of a secret is in anything that an output prints as. `known` is text that may be shown. */
export function requireSilence(secrets: readonly string[], output: unknown, known = ""): void {
  const printed = printsOf(output);
  for (const secret of secrets) {
    for (let at = 0; at + PIECE <= secret.length; at += PIECE / 2) {
      const piece = secret.slice(at, at + PIECE);
      const isTold = printed.some((text) => text.includes(piece)) && !known.includes(piece);
      must(!isTold, "tells no secret", `${piece}… in ${printed.find((text) => text.includes(piece))}`);
    }
  }
}

function printsOf(output: unknown): readonly string[] {
  if (typeof output === "string") return [output];
  const all = { depth: null, showHidden: true, maxStringLength: null, maxArrayLength: null } as const;
  const error = output instanceof Error ? [output.message, output.stack ?? ""] : [];
  return [inspect(output, all), jsonOf(output), ...error];
}

function jsonOf(output: unknown): string {
  try {
    return JSON.stringify(output) ?? "";
  } catch {
    return "";
  }
}

/** Letters and digits in turns, so that no piece is a word of a sentence. The same name gives the same text. */
export function canary(name: string, length: number): string {
  let state = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
  const next = (limit: number) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
  return Array.from({ length }, (_, at) =>
    at % 2 === 0 ? "ABCDEFGHIJKLMNOPQRSTUVWXYZ".charAt(next(26)) : `${next(10)}`,
  ).join("");
}

/** Chooses between ways to present an input, by the input alone. */
export function variantOf(input: string, count: number): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < input.length; at += 1) hash = Math.imul(hash ^ input.charCodeAt(at), 0x01000193) >>> 0;
  return (hash >>> 8) % count;
}

/**
 * An input as the bytes of a file. A lone surrogate from U+DC80 to U+DCFF is one byte that is no UTF-8, any other one
 * the three bytes that a careless writer makes of it.
 */
export function bytesOf(input: string): Buffer {
  const parts = input.split(/([\uD800-\uDFFF])/u).filter((part) => part !== "");
  return Buffer.concat(
    parts.map((part) => {
      const unit = part.length === 1 ? part.charCodeAt(0) : 0;
      if (unit >= 0xdc80 && unit <= 0xdcff) return Buffer.from([unit & 0xff]);
      if (unit >= 0xd800 && unit <= 0xdfff)
        return Buffer.from([0xed, 0x80 | ((unit >> 6) & 0x3f), 0x80 | (unit & 0x3f)]);
      return Buffer.from(part, "utf8");
    }),
  );
}

/** Keys and the texts under them, at any depth. Without recursion: inputs nest deeper than a call stack. */
export function textsIn(value: unknown): readonly { readonly key: string; readonly text: string }[] {
  const found: { key: string; text: string }[] = [];
  const left: [key: string, value: unknown][] = [["", value]];
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [key, one] = next;
    found.push({ key, text: typeof one === "string" ? one : "" });
    if (typeof one === "object" && one !== null) left.push(...Object.entries(one));
  }
  return found;
}
