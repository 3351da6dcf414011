/**
 * Undoes the changes that chats, keyboards, terminals, shells and mail make to a URL. Repairs are safe because the state
 * must match a pending sign-in afterwards. The code is never guessed. Every pattern is linear in its input, so that a
 * long message cannot stop the gateway.
 */
const INVISIBLE = /\p{Cf}|\p{Default_Ignorable_Code_Point}/gu;
const LINE_BREAK = /[\u0085\u2028\u2029]/g;
const FULL_WIDTH = /[\uFF01-\uFF5E]/g;
const NAMED_ENTITIES: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  colon: ":",
  sol: "/",
  quest: "?",
  equals: "=",
  num: "#",
  lowbar: "_",
  period: ".",
  plus: "+",
  percnt: "%",
  shy: "",
  zwj: "",
  zwnj: "",
  zerowidthspace: "",
};
const ENTITY = new RegExp(
  String.raw`&(?:${Object.keys(NAMED_ENTITIES).join("|")}|#0{0,6}\d{2,6}|#x0{0,6}[0-9a-f]{2,5});`,
  "gi",
);
const MARKDOWN_ESCAPE = /\\([!-/:-@[-`{-~])/g;
/** A percent-encoded URL or query at the start of a word. A parameter of another link is not decoded. */
const ENCODED_START =
  /(?<![^\s<>"'`()[\]{}|])(?:https?%3A(?:%2F|\/){2}|(?:localhost|127\.0\.0\.1)%3A1455|(?:%3F)?(?:code|state|error)%3D)/i;
const ENCODED_ASCII = /%([2-7][0-9a-f])/gi;
const GLUED_URL = /(?<=\w)(?=https?:\/{1,2}(?:(?:localhost|127\.0\.0\.1|\[::1\]):145[57]|auth\.openai\.com)\/)/gi;
const LINE_START = /^[\s>|]+/;
/** A word in italics. A URL, or a piece of one, may end in an underscore of its own. */
const ITALIC = /(?<!\S)_\S+_(?!\S)/g;
const SENTENCE_END = ".,;:!?*";

/** Longer than bytes of UTF-16 are by chance all printable ASCII. */
const PLAIN_BYTES = /[!-~]{40}/;

/**
 * Windows PowerShell 5.1 writes UTF-16 into files. The text begins with a byte order mark or with ASCII. Another program
 * may have added a line of UTF-8: then the NULs between the other characters stay, which a reader drops.
 */
export function textOfBytes(bytes: Uint8Array): string {
  const [first, second] = bytes;
  if (PLAIN_BYTES.test(new TextDecoder("latin1").decode(bytes))) return new TextDecoder().decode(bytes);
  const isLittle = (first === 0xff && second === 0xfe) || second === 0;
  const isBig = (first === 0xfe && second === 0xff) || first === 0;
  return new TextDecoder(isLittle ? "utf-16le" : isBig ? "utf-16be" : "utf-8").decode(bytes);
}

const toSign = (_: string, digits: string) => String.fromCharCode(Number.parseInt(digits, 16));
const toOctalSign = (_: string, digits: string) => String.fromCharCode(Number.parseInt(digits, 8));

function decodeEntity(entity: string): string {
  const name = entity.slice(1, -1).toLowerCase();
  if (!name.startsWith("#")) return NAMED_ENTITIES[name] ?? entity;
  const unit = name.startsWith("#x") ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1));
  const sign = String.fromCodePoint(unit);
  return sign.replace(INVISIBLE, "") === "" ? "" : unit < 256 ? sign : entity;
}

/** Twice, because a program may escape what another one has escaped. */
function withoutEntities(text: string): string {
  return text.includes("&") ? text.replace(ENTITY, decodeEntity).replace(ENTITY, decodeEntity) : text;
}

export function decodeAscii(text: string): string {
  return text.replace(ENCODED_ASCII, toSign);
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

/** The text without what chats and keyboards put into it. Percent-encoded parts are left as they are. */
export function visibleText(text: string): string {
  const visible = text
    .replace(INVISIBLE, "")
    .replace(LINE_BREAK, "\n")
    .replace(FULL_WIDTH, (character) => String.fromCharCode(character.charCodeAt(0) - 0xfee0));
  return withoutEntities(visible)
    .replace(MARKDOWN_ESCAPE, "$1")
    .replace(ITALIC, (word) => (/:\/\/|#/.test(word) ? word.slice(1, -1) : word))
    .trim();
}

/** Decodes a visible text that is percent-encoded itself. */
export function cleanText(visible: string): string {
  return decodeFrom(visible, visible.search(ENCODED_START)).replace(GLUED_URL, " ").trim();
}

/** A key that a terminal cannot show, and the ways in which it is written instead. */
const ESCAPE_KEY = String.raw`(?:\x1B|\^\[|\\(?:e|0?33|x1b|u001b)|\u241B|ESC(?=[[\]\\(]))`;
const BELL_KEY = String.raw`(?:\x07|\^G|\\(?:a|0?07|x07|u0007)|\u2407)`;
/** Chats remove the escape key itself, and leave `]8;;`. */
const HYPERLINK_START = new RegExp(String.raw`(?:${ESCAPE_KEY}?\]|\x9D)8;[\w=:.-]{0,99};`, "gi");
const HYPERLINK_END = new RegExp(String.raw`${ESCAPE_KEY}\\|${BELL_KEY}|\x9C|\\`, "gi");
const TERMINAL_STYLE = new RegExp(String.raw`(?:${ESCAPE_KEY}\[|\x9B)[0-?]{0,40}[ -/]{0,4}[@-~]`, "gi");
const LEFT_ESCAPE_KEY = new RegExp(ESCAPE_KEY, "gi");
/** UTF-16 that was read as bytes: each second character is a NUL, or what a program shows for it. */
const BYTES_OF_UTF16 = /(?:[\t-~][\0\uFFFD\u2400]){8}/;
const NULS = /[\0\uFFFD\u2400]/g;
/** JSON writes `\u0026` for `&`, JavaScript `\x26`, Python `\U00000026`. A string inside another doubles the backslash. */
const CODE_UNIT = /(?<!\\)\\+(?:u(?:0{2}|0{6}|\{0{0,4})|x)([2-7][0-9a-f])\}?/gi;
/** Shells and C write `\046` for `&`. */
const OCTAL_UNIT = /(?<!\\)\\+(0[4-7][0-7]|1[0-7]{2})/g;
/** Each string inside another doubles the backslashes before a sign. */
const STRING_ESCAPE = /(?<!\\)\\+(?=[/:?&=#%.+-])/g;
/** A shell's sign that the line goes on (cmd's caret, PowerShell's backtick, a backslash, an arrow), and its prompt. */
const LINE_GOES_ON =
  /[\\^`\u2190-\u21FF\u23CE\u2934-\u2937][ \t]*\r?\n[ \t]*(?:(?:More\?|>{1,2})[ \t]*)?(?!u00[2-7][0-9a-f])/g;
/** A code unit whose backslash ends the line. */
const CUT_CODE_UNIT = /\\[ \t]*\r?\n[ \t]*(?=u00[2-7][0-9a-f])/g;
/** What cmd and PowerShell put before a sign that they would otherwise read. A batch file doubles each percent sign. */
const SHELL_ESCAPE = /\^+|`(?=[^\s\w`])|%(?=%[0-9a-f]{2})/gi;
/** PowerShell users put the sign itself into quotes. */
const QUOTED_AMPERSAND = /(["'])&\1/g;
/** HTML's places at which a line may break. */
const BREAK_TAG = /<w?br ?\/?>\s*/gi;
/** What is left of the marks that a terminal puts around a paste. */
const PASTE_START = /^(\[?20|0?)0~/;
/** Lines and blocks of boxes, and arrows of wrapped lines. */
const BOX = /[\u2500-\u259F\u2190-\u21FF\u23CE\u2934-\u2937]/g;
const RULED_LINE = /^[ \t]*[+|*#=:.'~_-]{3,}[ \t]*$/gm;
const LINE_EDGE = /^[ \t]*(?:[*#;!:%]|\/\/|--)[ \t]+|(?<![ \t])[ \t]+[*#;!:+|][ \t]*$|\|[ \t]*$/gm;

function withoutNuls(text: string): string {
  return BYTES_OF_UTF16.test(text) ? text.replace(NULS, "") : text;
}

function withoutHyperlinks(text: string): string {
  const opened = text.replace(HYPERLINK_START, " ");
  return opened === text ? text : opened.replace(HYPERLINK_END, " ");
}

function withoutPasteMarks(text: string): string {
  const [start, prefix = ""] = PASTE_START.exec(text) ?? [];
  const end = `${prefix}1~`;
  return start !== undefined && text.endsWith(end) ? text.slice(start.length, -end.length) : text;
}

/** Proofpoint's second form: `_` is a slash, and `-3A` a colon. On more lines it goes on to its next parameter. */
const PROOFPOINT_URL = /https?-3A__(?:[^\s&<>|"'`()]*(?:\s+(?:[>|]\s*)*[^\s&<>|"'`()]+){1,8}(?=&d=)|[^\s&<>|"'`()]*)/gi;
const PROOFPOINT_BREAK = /\s+(?:[>|]\s*)*/g;
const PROOFPOINT_SIGN = /-([2-7][0-9a-f])/gi;

function decodeProofpoint(url: string): string {
  return ` ${url.replace(PROOFPOINT_BREAK, "").replaceAll("_", "/").replace(PROOFPOINT_SIGN, toSign)} `;
}

/** The text without what JSON, shells, terminals and boxes put into it. None of these signs is part of a code. */
export function withoutDisguise(text: string): string {
  const lines = withoutNuls(text.replaceAll("^@", "\0")).replace(CUT_CODE_UNIT, "\\").replace(LINE_GOES_ON, "");
  const units = lines.replace(CODE_UNIT, toSign).replace(OCTAL_UNIT, toOctalSign).replace(BREAK_TAG, "");
  return withoutPasteMarks(withoutHyperlinks(withoutEntities(units)))
    .replace(PROOFPOINT_URL, decodeProofpoint)
    .replace(TERMINAL_STYLE, "")
    .replace(LEFT_ESCAPE_KEY, " ")
    .replace(STRING_ESCAPE, "")
    .replace(SHELL_ESCAPE, "")
    .replace(QUOTED_AMPERSAND, "&")
    .replace(BOX, " ")
    .replace(RULED_LINE, "")
    .replace(LINE_EDGE, "")
    .replace(GLUED_URL, " ");
}

/** The URL in a parameter may begin on the next line. */
const SOFT_BREAK = /=[ \t]*\r?\n[ \t>|]*(https?:\/\/)?/g;
const QUOTED_SIGN = /=([2-7][0-9a-f])/gi;

/** Quoted-printable, in which mail is sent: each `=` is `=3D`, and a line that goes on ends in `=`. */
function withoutMailQuoting(text: string): string {
  const whole = text.replace(SOFT_BREAK, (_, url?: string) => (url === undefined ? "" : ` ${url}`));
  return /=3d/i.test(whole) ? whole.replace(QUOTED_SIGN, toSign) : whole;
}

const encoded = (...signs: readonly string[]) => `(?:${signs.map((sign) => `%(?:25)*${sign}`).join("|")})`;
const [COLON, SLASH] = [`(?:${encoded("3A")}|:)`, `(?:${encoded("2F")}|/)`];
const LOOPBACK = String.raw`(?:localhost|127\.0\.0\.1|(?:${encoded("5B")}|\[)${COLON}{2}1(?:${encoded("5D")}|\]))`;
/** A URL of the sign-in that is percent-encoded, however often, up to the `&` of the URL that may be around it. */
const ENCODED_URL = new RegExp(
  `(?:https?(?:${encoded("3A")}${SLASH}{2}|:${encoded("2F")}${SLASH})|(?<==)(?=[\\w.]+${encoded("3A", "2F")}))(?:auth\\.openai\\.com${SLASH}|${LOOPBACK}${COLON}145[57]${SLASH}(?:success|auth${SLASH}callback${SLASH}?(?:${encoded("3F", "23")}|[?#])))[^&]*`,
  "gi",
);
const PLAIN_CALLBACK = /(?:localhost|127\.0\.0\.1|\[::1\]):1455\/auth\/callback\/?[?#]/i;
/** Signs of a URL, letters and digits. A space or a quote stays encoded, because it would end the URL. */
const ENCODED_SIGN = /%(?:25)*(2[356BDEF]|3[ADF\d]|4[1-9A-F]|5[\dABDF]|6[1-9A-F]|7[\dAE])/gi;
const ENCODED_ENTITY = /%(?:25)*26amp(?:;|%(?:25)*3B)/gi;
/** A zero-width space or another invisible character, which Teams and mail programs put into URLs. */
const ENCODED_INVISIBLE =
  /%(?:25)*(?:E2%(?:25)*80%(?:25)*8[B-F]|E2%(?:25)*81%(?:25)*A0|EF%(?:25)*BB%(?:25)*BF|C2%(?:25)*AD)/gi;
const URL_WORD = /[^\s<>"'`()]+/g;

/**
 * Link checkers put the callback URL into a parameter of their own. A host and a path in plain characters are left as
 * they are, and a parameter of a callback URL stays one.
 */
export function withoutPercent(text: string): string {
  return text.includes("%") ? text.replace(URL_WORD, decodeWord).replace(GLUED_URL, " ") : text;
}

function decodeWord(word: string): string {
  const start = PLAIN_CALLBACK.test(word) ? -1 : word.search(ENCODED_URL);
  const split = start === -1 ? word : word.replace(ENCODED_URL, " $& ");
  const places = [start, word.search(/[?#]/)].filter((place) => place !== -1);
  const from = places.length === 0 ? 0 : Math.min(...places);
  const decoded = split
    .slice(from)
    .replace(ENCODED_INVISIBLE, "")
    .replace(ENCODED_ENTITY, "&")
    .replace(ENCODED_SIGN, toSign);
  return split.slice(0, from) + decoded;
}

/**
 * The texts that a visible text may stand for, without the signs that machines put into a URL. Mail may be quoted
 * around the other signs, or they around it. They are at most three, and mostly one.
 */
export function plainTextsOf(visible: string): readonly string[] {
  const plain = withoutDisguise(visible);
  return [...new Set([plain, withoutDisguise(withoutMailQuoting(visible)), withoutMailQuoting(plain)])];
}

/**
 * The characters that end a URL in running text. The ellipsis and the dash do not, because they mean that the URL was
 * shortened.
 */
const STOP = "\\s<>\"'`()[\\]{}|«»“”„‘’‹›「」『』【】、。，！";
/** The start of a URL. Users may leave out the first characters of a loopback URL or of the sign-in page's. */
const URL_START =
  /https?:\/\/|(?<![\w.@%/:\]-])(?:(?:h?t?tps?)?:?\/{1,2})?(?:(?:localhost|127\.0\.0\.1|\[::1\])(?=:\d)|(?<!\S)(?=:1455\/(?:auth\/callback|success))|auth\.openai\.com(?=\/))/gi;
const QUERY_START = /(?<![\w])(?:code|state|error|iss|scope)=/gi;
const IPV6_LOOPBACK = /(?:(?:h?t?tps?)?:?\/{1,2})?\[::1\]/iy;
const WORD = new RegExp(`[^${STOP}]*`, "y");
const NEXT_WORD = new RegExp(`(\\s+)(?:[>|]\\s*)*([^${STOP}]+)`, "y");
/** A word that may continue a broken URL. Another URL does not continue it, but has readings of its own. */
const CONTINUATION = /^[\w.~%&=+#?/-]+$/;
const OTHER_URL = /auth\.openai\.com\/|^(?:https?:\/\/|localhost:|127\.0\.0\.1:)/i;
const MAX_PIECES = 24;
/** For all URLs of a text together. The URLs after this limit are read as they stand. */
const MAX_ALL_PIECES = 48;
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

function readUrl(
  text: string,
  start: number,
  maxPieces = MAX_PIECES,
): { readonly readings: Readings; readonly end: number } {
  const bracketed = wordAt(IPV6_LOOPBACK, text, start)?.[0] ?? "";
  const rest = wordAt(WORD, text, start + bracketed.length)?.[0] ?? "";
  let reading = bracketed + rest;
  const readings = [reading];
  const end = start + reading.length;
  for (let at = end; readings.length < maxPieces && reading.length < MAX_PATCHED;) {
    const next = wordAt(NEXT_WORD, text, at);
    const word = next?.[2];
    if (next === null || word === undefined || !isContinuation(word)) break;
    reading += word;
    readings.push(reading);
    at += next[0].length;
  }
  return { readings, end };
}

function urlStartAt(text: string, at: number): RegExpExecArray | null {
  URL_START.lastIndex = at;
  return URL_START.exec(text);
}

export function findUrls(text: string): readonly Readings[] {
  const found: Readings[] = [];
  let left = MAX_ALL_PIECES;
  for (let at = 0; at < text.length;) {
    const match = urlStartAt(text, at);
    if (match === null) break;
    const { readings, end } = readUrl(text, match.index, Math.min(MAX_PIECES, left));
    found.push(readings);
    left -= readings.length - 1;
    at = Math.max(end, match.index + match[0].length);
  }
  return found;
}

/** The text around its URLs. */
export function withoutUrls(text: string): string {
  let rest = "";
  let from = 0;
  for (let match = urlStartAt(text, 0); match !== null; match = urlStartAt(text, from)) {
    rest += `${text.slice(from, match.index)} `;
    from = Math.max(readUrl(text, match.index, 1).end, match.index + match[0].length);
  }
  return rest + text.slice(from);
}

/** The text that may precede bare parameters: the end of the callback URL, or no URL at all. */
const BEFORE_QUERY =
  /^(?:(?:[^/.]*[^/.:?&#\]\p{L}\p{N}])?(?:(?:1455)?\/?auth\/)?callback\/?[?&#]?|(?:[^/.]*[^/.:?&#\]\p{L}\p{N}])?[?&#]?|[^/.?]*:)$/u;

/** More than anybody pastes. */
const MAX_QUERIES = 24;

/** The characters since the last space, matched backwards so that each is read once. */
const WORD_BEFORE = /(?<=(\S*))/y;

/**
 * Returns the parameters of each URL whose start is missing. Returns none if the first ones belong to another URL.
 */
export function findQueries(text: string): readonly Readings[] {
  const found: Readings[] = [];
  let left = MAX_ALL_PIECES;
  for (let at = 0; found.length < MAX_QUERIES;) {
    QUERY_START.lastIndex = at;
    const start = QUERY_START.exec(text)?.index;
    if (start === undefined) break;
    const before = wordAt(WORD_BEFORE, text, start)?.[1] ?? "";
    if (!BEFORE_QUERY.test(before)) break;
    const { readings, end } = readUrl(text, start, Math.min(MAX_PIECES, left));
    found.push(readings);
    left -= readings.length - 1;
    at = end;
  }
  return found;
}
