/**
 * What chats, keyboards and terminals do to an address on its way, undone. Repairs are allowed because the state has to
 * match a waiting sign-in afterwards; the code itself is never guessed. Every pattern here is linear in its input.
 */

/** Zero-width, direction, soft-hyphen and emoji-variant characters: invisible, and never part of an address. */
const INVISIBLE = /\p{Cf}|\p{Variation_Selector}/gu;
const LINE_BREAK = /[\u0085\u2028\u2029]/g;
/** The full-width forms that a Chinese or Japanese keyboard types for ASCII. */
const FULL_WIDTH = /[\uFF01-\uFF5E]/g;
const ENTITY = /&(?:amp|lt|gt|quot|apos|#\d{2,3}|#x[0-9a-f]{2});/gi;
const NAMED_ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const MARKDOWN_ESCAPE = /\\([!-/:-@[-`{-~])/g;
/** A whole address that was percent-encoded: at the start of a word, so that a parameter of another link is left alone. */
const ENCODED_ADDRESS =
  /(?<![^\s<>"'`()[\]{}|])(?:https?%3A%2F%2F|(?:localhost|127\.0\.0\.1)%3A1455)[^\s<>"'`()[\]{}|]+/gi;

function decodeEntity(entity: string): string {
  const name = entity.slice(1, -1).toLowerCase();
  if (!name.startsWith("#")) return NAMED_ENTITIES[name] ?? entity;
  return String.fromCharCode(name.startsWith("#x") ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1)));
}

function decodeAddress(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The text with every harmless disguise taken off. */
export function cleanPastedText(text: string): string {
  return text
    .replace(INVISIBLE, "")
    .replace(LINE_BREAK, "\n")
    .replace(FULL_WIDTH, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
    .replace(ENTITY, decodeEntity)
    .replace(ENTITY, decodeEntity)
    .replace(MARKDOWN_ESCAPE, "$1")
    .replace(ENCODED_ADDRESS, decodeAddress)
    .trim();
}

/** What ends an address in running text. Not the ellipsis or the dash: those mean that somebody shortened it. */
const STOP = "\\s<>\"'`()[\\]{}|«»“”„‘’「」『』【】、。，！";
const ADDRESS_START = /https?:\/\/|(?<![\w.@/%=-])(?:localhost|127\.0\.0\.1|\[::1\])(?=:\d)/gi;
const QUERY_START = /(?<![\w])(?:code|state|error|iss|scope)=/gi;
const IPV6_LOOPBACK = /(?:https?:\/\/)?\[::1\]/iy;
const WORD = new RegExp(`[^${STOP}]*`, "y");
const NEXT_WORD = new RegExp(`(\\s+)(?:[>|]\\s*)?([^${STOP}]+)`, "y");
/** A word that can be the rest of an address that was cut. */
const CONTINUATION = /^[\w.~%&=+#?/-]+[.,;:!]*$/;
const MAX_PIECES = 24;

/** The readings of one address: as it stands, then with each following word that may be its continuation. */
export type Readings = readonly string[];

function wordAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function isContinuation(word: string): boolean {
  return CONTINUATION.test(word) && !/^(?:https?:\/\/|localhost:|127\.0\.0\.1:)/i.test(word);
}

/** Reads one address from `start`; `end` is where its first word ends. */
function readAddress(text: string, start: number): { readonly readings: Readings; readonly end: number } {
  const bracketed = wordAt(IPV6_LOOPBACK, text, start)?.[0] ?? "";
  const rest = wordAt(WORD, text, start + bracketed.length)?.[0] ?? "";
  const readings = [bracketed + rest];
  const end = start + bracketed.length + rest.length;
  for (let at = end; readings.length < MAX_PIECES;) {
    const next = wordAt(NEXT_WORD, text, at);
    const word = next?.[2];
    if (next === null || word === undefined || !isContinuation(word)) break;
    readings.push(`${readings.at(-1)}${word}`);
    at += next[0].length;
  }
  return { readings, end };
}

function readAll(text: string, start: RegExp): Readings[] {
  const found: Readings[] = [];
  for (let at = 0; at < text.length;) {
    start.lastIndex = at;
    const match = start.exec(text);
    if (match === null) break;
    const { readings, end } = readAddress(text, match.index);
    found.push(readings);
    at = Math.max(end, match.index + match[0].length);
  }
  return found;
}

/** Every address in a cleaned text, in order. */
export function findAddresses(text: string): readonly Readings[] {
  return readAll(text, ADDRESS_START);
}

/** The parameters of an address whose front part is missing; none where they belong to some other address. */
export function findQuery(text: string): Readings | undefined {
  QUERY_START.lastIndex = 0;
  const start = QUERY_START.exec(text)?.index;
  if (start === undefined) return undefined;
  const before = /\S*$/.exec(text.slice(Math.max(0, start - 200), start))?.[0] ?? "";
  if (/[\w-]\.[a-z]{2,}[:/]|:\d+\//i.test(before)) return undefined;
  return readAddress(text, start).readings;
}
