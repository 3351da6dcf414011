/**
 * Undoes the changes that chats, keyboards and terminals make to a URL. Repairs are safe because the state must match
 * a pending sign-in afterwards; the code is never guessed. Every pattern is linear in its input, so that a long
 * message cannot stop the gateway.
 */
const INVISIBLE = /\p{Cf}|\p{Variation_Selector}/gu;
const LINE_BREAK = /[\u0085\u2028\u2029]/g;
const FULL_WIDTH = /[\uFF01-\uFF5E]/g;
const ENTITY = /&(?:amp|lt|gt|quot|apos|#\d{2,3}|#x[0-9a-f]{2});/gi;
const NAMED_ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
const MARKDOWN_ESCAPE = /\\([!-/:-@[-`{-~])/g;
/** A percent-encoded URL or query at the start of a word. A parameter of another link is not decoded. */
const ENCODED_START =
  /(?<![^\s<>"'`()[\]{}|])(?:https?%3A(?:%2F|\/){2}|(?:localhost|127\.0\.0\.1)%3A1455|(?:%3F)?(?:code|state|error)%3D)/i;
const ENCODED_ASCII = /%[2-7][0-9a-f]/gi;
const GLUED_URL = /(?<=\w)(?=https?:\/\/(?:localhost|127\.0\.0\.1|\[::1\]):1455\/auth\/)/gi;
const LINE_START = /^[\s>|]+/;
/** A word in italics. A URL, or a piece of one, may end in an underscore of its own. */
const ITALIC = /(?<!\S)_\S+_(?!\S)/g;
const SENTENCE_END = ".,;:!?*";

function decodeEntity(entity: string): string {
  const name = entity.slice(1, -1).toLowerCase();
  if (!name.startsWith("#")) return NAMED_ENTITIES[name] ?? entity;
  return String.fromCharCode(name.startsWith("#x") ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1)));
}

export function decodeAscii(text: string): string {
  return text.replace(ENCODED_ASCII, (encoded) => String.fromCharCode(Number.parseInt(encoded.slice(1), 16)));
}

function decodeFrom(text: string, start: number): string {
  return start === -1 ? text : text.slice(0, start) + decodeAscii(text.slice(start));
}

export function joinLines(text: string): string {
  const [first = "", ...others] = text.split("\n");
  return first.trimEnd() + others.map((line) => line.trimEnd().replace(LINE_START, "")).join("");
}

/** Does not use a pattern, which would take quadratic time in a text of many marks. */
export function withoutSentenceEnd(text: string): string {
  let end = text.length;
  while (end > 0 && SENTENCE_END.includes(text.charAt(end - 1))) end -= 1;
  return text.slice(0, end);
}

export function cleanPastedText(text: string): string {
  const plain = text
    .replace(INVISIBLE, "")
    .replace(LINE_BREAK, "\n")
    .replace(FULL_WIDTH, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0))
    .replace(ENTITY, decodeEntity)
    .replace(ENTITY, decodeEntity)
    .replace(MARKDOWN_ESCAPE, "$1")
    .replace(ITALIC, (word) => (/:\/\/|#/.test(word) ? word.slice(1, -1) : word));
  return decodeFrom(plain, plain.search(ENCODED_START)).replace(GLUED_URL, " ").trim();
}

/**
 * The characters that end a URL in running text. The ellipsis and the dash do not, because they mean that the URL was
 * shortened.
 */
const STOP = "\\s<>\"'`()[\\]{}|«»“”„‘’‹›「」『』【】、。，！";
/** The start of a URL. Users may leave out the first characters of a loopback URL or of the sign-in page's. */
const URL_START =
  /https?:\/\/|(?<![\w.@%/:\]-])(?:(?:t?tps?)?:?\/\/)?(?:(?:localhost|127\.0\.0\.1|\[::1\])(?=:\d)|(?<!\S)(?=:1455\/auth\/callback)|auth\.openai\.com(?=\/oauth\/authorize))/gi;
const QUERY_START = /(?<![\w])(?:code|state|error|iss|scope)=/gi;
const IPV6_LOOPBACK = /(?:(?:h?t?tps?)?:?\/\/)?\[::1\]/iy;
const WORD = new RegExp(`[^${STOP}]*`, "y");
const NEXT_WORD = new RegExp(`(\\s+)(?:[>|]\\s*)*([^${STOP}]+)`, "y");
/** A word that may continue a broken URL. Another URL does not continue it, but has readings of its own. */
const CONTINUATION = /^[\w.~%&=+#?/-]+$/;
const OTHER_URL = /auth\.openai\.com\/oauth\/authorize|^(?:https?:\/\/|localhost:|127\.0\.0\.1:)/i;
const MAX_PIECES = 24;
/** No word is added to a longer URL, because a callback URL with an error description is shorter. */
const MAX_PATCHED = 1536;

/** The readings of one URL: as it is, and then with each following word that may continue it. */
export type Readings = readonly string[];

function wordAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

function isContinuation(word: string): boolean {
  return CONTINUATION.test(withoutSentenceEnd(word)) && !OTHER_URL.test(word);
}

function readUrl(text: string, start: number): { readonly readings: Readings; readonly end: number } {
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
    const { readings, end } = readUrl(text, match.index);
    found.push(readings);
    at = Math.max(end, match.index + match[0].length);
  }
  return found;
}

export function findUrls(text: string): readonly Readings[] {
  return readAll(text, URL_START);
}

/** The text that may precede bare parameters: the end of the callback URL, or no URL at all. */
const BEFORE_QUERY =
  /^(?:(?:[^/.]*[^/.:?&#\]\p{L}\p{N}])?(?:(?:1455)?\/?auth\/)?callback\/?[?&#]?|(?:[^/.]*[^/.:?&#\]\p{L}\p{N}])?[?&#]?|[^/.?]*:)$/u;

/** The characters since the last space, matched backwards so that each is read once. */
const WORD_BEFORE = /(?<=(\S*))/y;

/** Returns the parameters of a URL whose start is missing, or undefined if they belong to some other URL. */
export function findQuery(text: string): Readings | undefined {
  QUERY_START.lastIndex = 0;
  const start = QUERY_START.exec(text)?.index;
  if (start === undefined) return undefined;
  const before = wordAt(WORD_BEFORE, text, start)?.[1] ?? "";
  return BEFORE_QUERY.test(before) ? readUrl(text, start).readings : undefined;
}
