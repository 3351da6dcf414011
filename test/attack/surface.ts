/** What an attacked surface is: where it starts from, and what must hold of every input that it is fed. */
import { inspect } from "node:util";

/** One way in for text that others choose: real-looking inputs to change, and the laws that each must keep. */
export interface Surface {
  readonly name: string;
  readonly kind: "json" | "text";
  readonly seeds: readonly string[];
  /** What its readers look for: worth putting in anywhere. */
  readonly words: readonly string[];
  open(): Promise<Attack>;
}

export interface Attack {
  /** Throws a `Violation` where a law is broken. The same input is judged alike at any time. */
  feed(input: string): Promise<void>;
  close(): void;
}

/** A law that was broken. `rule` names it: a smaller input counts as the same failure where it breaks the same rule. */
export class Violation extends Error {
  override readonly name = "Violation";
  readonly rule: string;

  constructor(rule: string, detail = "") {
    super(`${rule}${detail && `: ${detail}`}`);
    this.rule = rule;
  }
}

export function must(holds: boolean, rule: string, detail = ""): void {
  if (!holds) throw new Violation(rule, detail);
}

/** Does what may be refused: undefined where it was, with an error of ours that tells nothing. */
export async function refusable<Result>(
  secrets: readonly string[],
  work: () => Result | Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Violation) throw error;
    requireSilence(secrets, error);
    // By its name: a copy of the class, loaded beside it, is no less ours.
    must(error instanceof Error && error.name === "CodexAuthError", "throws nothing but our own error", inspect(error));
    return undefined;
  }
}

/** The shortest piece of a secret that counts as told. */
const PIECE = 12;

/** That no piece of a secret is in anything an output prints as. `known`: text that is shown by right. */
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

/** Letters and digits by turns, of which no piece could be a word of ours. The same at every call, for seeds. */
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
