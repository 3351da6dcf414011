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
/** A whole address or query that was percent-encoded, at the start of a word: a parameter of another link is left alone. */
const ENCODED_START =
  /(?<![^\s<>"'`()[\]{}|])(?:https?%3A(?:%2F|\/){2}|(?:localhost|127\.0\.0\.1)%3A1455|(?:%3F)?(?:code|state|error)%3D)/i;
const ENCODED_ASCII = /%[2-7][0-9a-f]/gi;
/** An address that another one runs into. */
const GLUED_ADDRESS = /(?<=\w)(?=https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\]):1455\/auth\/)/gi;
/** What a quoted or indented line begins with. */
const LINE_START = /^[\s>|]+/;
/** A word in italics. An address can end in an underscore of its own, and so can a piece of one. */
const ITALIC = /(?<!\S)_\S+_(?!\S)/g;
const SENTENCE_END = ".,;:!?*";

function decodeEntity(entity: string): string {
  const name = entity.slice(1, -1).toLowerCase();
  if (!name.startsWith("#")) return NAMED_ENTITIES[name] ?? entity;
  return String.fromCharCode(name.startsWith("#x") ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1)));
}

/** Undoes percent-encoding of printable ASCII; whatever else is encoded stays as it is. */
export function decodeAscii(text: string): string {
  return text.replace(ENCODED_ASCII, (encoded) => String.fromCharCode(Number.parseInt(encoded.slice(1), 16)));
}

function decodeFrom(text: string, start: number): string {
  return start === -1 ? text : text.slice(0, start) + decodeAscii(text.slice(start));
}

/** The text with its lines made one, as it was before a terminal or a mail program broke it. */
export function joinLines(text: string): string {
  const [first = "", ...others] = text.split("\n");
  return first.trimEnd() + others.map((line) => line.trimEnd().replace(LINE_START, "")).join("");
}

/** The text without the marks that end a sentence. A pattern would look at each mark again from every mark before it. */
export function withoutSentenceEnd(text: string): string {
  let end = text.length;
  while (end > 0 && SENTENCE_END.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

/** The text with every harmless disguise taken off. */
export function cleanPastedText(text: string): string {
  const plain = text
    .replace(INVISIBLE, "")
    .replace(LINE_BREAK, "\n")
    .replace(FULL_WIDTH, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
    .replace(ENTITY, decodeEntity)
    .replace(ENTITY, decodeEntity)
    .replace(MARKDOWN_ESCAPE, "$1")
    .replace(ITALIC, (word) => (/:\/\/|#/.test(word) ? word.slice(1, -1) : word));
  return decodeFrom(plain, plain.search(ENCODED_START)).replace(GLUED_ADDRESS, " ").trim();
}

/** What ends an address in running text. Not the ellipsis or the dash: those mean that somebody shortened it. */
const STOP = "\\s<>\"'`()[\\]{}|«»“”„‘’‹›「」『』【】、。，！";
/** Whole addresses; those of loopback and of the sign-in page also without what people leave out at the front. */
const ADDRESS_START =
  /https?:\/\/|(?<![\w.@%/:\]-])(?:(?:t?tps?)?:?\/\/)?(?:(?:localhost|127\.0\.0\.1|\[::1\])(?=:\d)|(?<!\S)(?=:1455\/auth\/callback)|auth\.openai\.com(?=\/oauth\/authorize))/gi;
const QUERY_START = /(?<![\w])(?:code|state|error|iss|scope)=/gi;
const IPV6_LOOPBACK = /(?:(?:h?t?tps?)?:?\/\/)?\[::1\]/iy;
const WORD = new RegExp(`[^${STOP}]*`, "y");
const NEXT_WORD = new RegExp(`(\\s+)(?:[>|]\\s*)*([^${STOP}]+)`, "y");
/** A word that can be the rest of an address that was cut. No other address: that one has readings of its own. */
const CONTINUATION = /^[\w.~%&=+#?/-]+$/;
const OTHER_ADDRESS = /auth\.openai\.com\/oauth\/authorize|^(?:https?:\/\/|localhost:|127\.0\.0\.1:)/i;
const MAX_PIECES = 24;
/** Past this nothing is put to an address: what the sign-in page sends, its error descriptions included, is shorter. */
const MAX_PATCHED = 1536;

/** The readings of one address: as it stands, then with each following word that may be its continuation. */
export type Readings = readonly string[];

function wordAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function isContinuation(word: string): boolean {
  return CONTINUATION.test(withoutSentenceEnd(word)) && !OTHER_ADDRESS.test(word);
}

/** Reads one address from `start`; `end` is where its first word ends. */
function readAddress(text: string, start: number): { readonly readings: Readings; readonly end: number } {
  const bracketed = wordAt(IPV6_LOOPBACK, text, start)?.[0] ?? "";
  const rest = wordAt(WORD, text, start + bracketed.length)?.[0] ?? "";
  let reading = bracketed + rest;
  const readings = [reading];
  const end = start + reading.length;
  for (let at = end; readings.length < MAX_PIECES && reading.length < MAX_PATCHED;) {
    const next = wordAt(NEXT_WORD, text, at);
    const word = next?.[2];
    if (next === null || word === undefined || !isContinuation(word)) break;
    reading += word;
    readings.push(reading);
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

/** What may stand before parameters: the end of our own address, or no address at all. */
const BEFORE_QUERY =
  /^(?:(?:[^/.]*[^/.:?&#\]\p{L}\p{N}])?(?:(?:1455)?\/?auth\/)?callback\/?[?&#]?|(?:[^/.]*[^/.:?&#\]\p{L}\p{N}])?[?&#]?|[^/.?]*:)$/u;

/** What stands between the last space and a position; matched from there backwards, so that no letter is met twice. */
const WORD_BEFORE = /(?<=(\S*))/y;

/** The parameters of an address whose front part is missing; undefined where they belong to some other address. */
export function findQuery(text: string): Readings | undefined {
  QUERY_START.lastIndex = 0;
  const start = QUERY_START.exec(text)?.index;
  if (start === undefined) return undefined;
  const before = wordAt(WORD_BEFORE, text, start)?.[1] ?? "";
  return BEFORE_QUERY.test(before) ? readAddress(text, start).readings : undefined;
}
