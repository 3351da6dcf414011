/**
 * Reads the callback URL in a pasted text. It does not know the pending sign-ins: the action that finishes a sign-in
 * compares the state.
 */
import { Secret } from "../secret.ts";
import {
  cleanPastedText,
  decodeAscii,
  findUrls,
  findQuery,
  joinLines,
  withoutSentenceEnd,
  type Readings,
} from "./pasted-text.ts";

/** The longest text that is read, in UTF-16 units (OpenClaw's own `CALLBACK_MAX_URL_BYTES`). */
export const PASTE_LIMIT = 8192;

export type PasteRefusal =
  | "callback-empty"
  | "callback-too-long"
  | "callback-not-found"
  | "callback-is-sign-in-link"
  | "callback-taken"
  | "callback-ambiguous"
  | "callback-wrong-redirect"
  | "callback-duplicate-parameter"
  | "state-missing";

/**
 * The server's answer. Use it only after its state was found among the pending sign-ins, because anyone can paste a
 * URL with any answer.
 */
export type CallbackOutcome =
  | { readonly kind: "code"; readonly code: Secret }
  | { readonly kind: "error"; readonly error: string; readonly description: Secret }
  | { readonly kind: "refused"; readonly code: "callback-wrong-issuer" | "code-missing" | "code-malformed" };

export type PastedText =
  | { readonly kind: "response"; readonly state: Secret; readonly outcome: CallbackOutcome }
  | { readonly kind: "refused"; readonly code: PasteRefusal };

/**
 * How likely a message is a callback URL, before the pending sign-ins are known. `certain`: it is always kept from
 * the model. `possible`: only while its sender has a pending sign-in.
 */
export type PasteLikelihood = "certain" | "possible" | "none";

const ISSUER = "https://auth.openai.com";
const SINGLE_PARAMETERS = ["code", "state", "error", "error_description", "iss"] as const;
/**
 * The shapes that this plugin and the server use. They choose between readings of a broken URL, and remove
 * punctuation that markup or a sentence left behind the last part.
 */
const OWN_STATE = /^([0-9a-f]{32})(?![0-9A-Za-z])/;
const OWN_CODE = /^(ac_[\w-]{43}\.[\w-]{43})(?:[.*~,;:!?]|\P{ASCII})*$/u;
const STATE = /^[\w.~-]{1,512}$/;
const CODE = /^[\w.~-]{1,2048}$/;
const SHORTENED = /\.\.|\*/;

const URL_PARTS = /^(?:(?:h?t?tps?)?:?\/\/)?([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#([^]*))?$/i;
const CALLBACK_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])?:1455$/i;
const LOOPBACK_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;
const CALLBACK_PATH = /^\/auth\/callback\/?$/;
const TOKEN_PARAMETER = /(?:^|[\s?&#])id_token=[\w-]{8,}/;

const refused = (code: PasteRefusal): PastedText => ({ kind: "refused", code });

interface Response {
  readonly kind: "response";
  readonly state: string;
  readonly parameters: URLSearchParams;
  /**
   * True if the URL was joined from pieces. Only a code of the known shape counts then, because a stray word could
   * become part of the code.
   */
  readonly isPatched: boolean;
}

type Judged = Response | { readonly kind: "refused"; readonly code: PasteRefusal };

/**
 * A pasted text, cleaned and parsed at most once: a handler classifies it and passes the same object to the action
 * that finishes the sign-in.
 */
export class Paste {
  readonly text: Secret;
  #cleaned: string | undefined;
  #judged: Judged | undefined;
  #likelihood: PasteLikelihood | undefined;
  #parsed: PastedText | undefined;

  constructor(text: string) {
    this.text = new Secret(text);
  }

  /** Linear in the text, which may be of any length: padding must not carry a secret past this check to the model. */
  get likelihood(): PasteLikelihood {
    return (this.#likelihood ??= this.#classify());
  }

  /** Never throws, and keeps nothing of a refused text. */
  get parsed(): PastedText {
    return (this.#parsed ??= this.#parse());
  }

  get #clean(): string {
    return (this.#cleaned ??= cleanPastedText(this.text.reveal()));
  }

  #judge(): Judged {
    return (this.#judged ??= judgeText(this.#clean));
  }

  #parse(): PastedText {
    if (this.text.reveal().trim().length > PASTE_LIMIT) return refused("callback-too-long");
    if (this.#clean === "") return refused("callback-empty");
    const judged = this.#judge();
    if (judged.kind === "refused") return refused(judged.code);
    return { kind: "response", state: new Secret(judged.state), outcome: readOutcome(judged) };
  }

  #classify(): PasteLikelihood {
    const text = this.#clean;
    if (!HINT.test(this.text.reveal()) && !HINT.test(text)) return "none";
    const words = decodeAscii(decodeAscii(joinLines(text))).split(/\s+/);
    if (LONE_CODE.test(text) || words.some(isCertainWord)) return "certain";
    if (text.length > PASTE_LIMIT) return "none";
    const judged = this.#judge();
    // What can be read in full can be redeemed, whatever broke its lines.
    if (isStrong(judged) && !judged.parameters.has("error")) return "certain";
    return isPossible(text, judged) ? "possible" : "none";
  }
}

/** Joins lines and words only if the text as it is lacks a part in its known shape. */
function judgeText(text: string): Judged {
  const judged = judgeOnce(text);
  if (isStrong(judged) || !isIncomplete(judged)) return judged;
  for (const joined of rejoin(text)) {
    const rejoined = judgeOnce(joined);
    if (isStrong(rejoined)) return { ...rejoined, isPatched: true };
  }
  return judged;
}

function isIncomplete(judged: Judged): boolean {
  return judged.kind === "response" || judged.code === "state-missing" || judged.code === "callback-not-found";
}

function squeeze(text: string): string {
  return joinLines(text).replace(/\s+/g, "");
}

/**
 * The text with its lines joined, then with all its words joined, each with and without the last line, which may be a
 * remark.
 */
function rejoin(text: string): readonly string[] {
  const whole = /\s/.test(text) ? squeeze(text) : "";
  if (!/state=[0-9a-f]{32}/.test(whole) || !/ac_|error=/.test(whole)) return [];
  const rest = text.slice(0, Math.max(0, text.lastIndexOf("\n")));
  return [...new Set([joinLines(text), joinLines(rest), whole, squeeze(rest)])];
}

function isStrong(judged: Judged): judged is Response {
  return judged.kind === "response" && rankOf(judged.parameters) === BEST_RANK;
}

function judgeOnce(text: string): Judged {
  const urls = findUrls(text);
  const judged = urls.map(judgeUrl);
  const [first, ...others] = judged.filter((one) => one !== undefined && one.kind === "response");
  if (first !== undefined) {
    const isSame = others.every((other) => other.state === first.state && sameCode(other, first));
    return isSame ? first : { kind: "refused", code: "callback-ambiguous" };
  }
  if (TOKEN_PARAMETER.test(text)) return { kind: "refused", code: "callback-taken" };
  const found = judged.find((one) => one !== undefined);
  if (found !== undefined) return found;
  const isElsewhere = urls.some((readings) => /^https?:/i.test(readings[0] ?? ""));
  return isElsewhere ? { kind: "refused", code: "callback-not-found" } : judgeFragment(text);
}

function sameCode(one: Response, other: Response): boolean {
  return codeOf(one.parameters) === codeOf(other.parameters);
}

/** Returns undefined for a URL that has nothing to do with a sign-in. */
function judgeUrl(readings: Readings): Judged | undefined {
  const targets = readings.filter(isCallback);
  if (targets.length > 0) return judgeReadings(targets.map(parametersOf));
  const [url = ""] = readings;
  const [, host = "", path = ""] = URL_PARTS.exec(url) ?? [];
  if (path === "/oauth/authorize" && (host.toLowerCase() === "auth.openai.com" || LOOPBACK_HOST.test(host))) {
    return { kind: "refused", code: "callback-is-sign-in-link" };
  }
  if (!/[?#]/.test(url)) return undefined;
  const parameters = parametersOf(url);
  const isOAuth = parameters.has("state") && (parameters.has("code") || parameters.has("error"));
  return isOAuth ? { kind: "refused", code: "callback-wrong-redirect" } : undefined;
}

/** Accepts the redirect URI in each spelling of loopback that a browser may show. */
function isCallback(url: string): boolean {
  const [, host = "", path = ""] = URL_PARTS.exec(url) ?? [];
  return CALLBACK_HOST.test(host) && CALLBACK_PATH.test(path);
}

/** Falls back to the fragment if the query has none of the parameters that are read. */
function parametersOf(url: string): URLSearchParams {
  const [, , , query = "", fragment = ""] = URL_PARTS.exec(url) ?? [];
  const parameters = new URLSearchParams(query);
  return SINGLE_PARAMETERS.some((name) => parameters.has(name)) ? parameters : new URLSearchParams(fragment);
}

function judgeFragment(text: string): Judged {
  const query = findQuery(text);
  if (query !== undefined) return judgeReadings(query.map((reading) => new URLSearchParams(reading)));
  const bare = text.replace(/^[^0-9A-Za-z]+/, "");
  const [, code, state] = /^([\w.~-]{10,2048})#(\S{8,512})$/.exec(bare) ?? [];
  if (code !== undefined && state !== undefined) return judgeReadings([new URLSearchParams({ code, state })]);
  return { kind: "refused", code: isLoneCode(text) ? "state-missing" : "callback-not-found" };
}

/**
 * A code by itself is refused: without a state it could be the code of an attacker's sign-in (RFC 6749 section
 * 10.12).
 */
function isLoneCode(text: string): boolean {
  return /^[\w.~-]{20,512}$/.test(text) && text.includes(".") && /\d/.test(text) && /[A-Za-z]/.test(text);
}

/** Prefers a reading whose parts have the known shapes to one that merely has all parts. */
function judgeReadings(readings: readonly URLSearchParams[]): Judged {
  const ranks = readings.map(rankOf);
  const at = ranks.indexOf(Math.max(...ranks));
  const parameters = readings[at] ?? new URLSearchParams();
  if (SINGLE_PARAMETERS.some((name) => parameters.getAll(name).length > 1)) {
    return { kind: "refused", code: "callback-duplicate-parameter" };
  }
  const state = stateOf(parameters);
  if (!STATE.test(state)) return { kind: "refused", code: "state-missing" };
  return { kind: "response", state, parameters, isPatched: at > 0 };
}

const BEST_RANK = 4;

function rankOf(parameters: URLSearchParams): number {
  const state = stateOf(parameters);
  if (!STATE.test(state)) return 0;
  const hasOutcome = parameters.has("code") || parameters.has("error");
  if (!hasOutcome) return 1;
  if (!OWN_STATE.test(state)) return 2;
  return parameters.has("error") || OWN_CODE.test(parameters.get("code") ?? "") ? BEST_RANK : 3;
}

function stateOf(parameters: URLSearchParams): string {
  const state = parameters.get("state") ?? "";
  return OWN_STATE.exec(state)?.[1] ?? withoutSentenceEnd(state);
}

function codeOf(parameters: URLSearchParams): string {
  const code = parameters.get("code") ?? "";
  return OWN_CODE.exec(code)?.[1] ?? (SHORTENED.test(code) ? code : withoutSentenceEnd(code));
}

/**
 * Checks the issuer first, because a mix-up attack brings another server's code (RFC 9207), then the error and the
 * code (RFC 6749 section 4.1.2).
 */
function readOutcome({ parameters, isPatched }: Response): CallbackOutcome {
  const issuer = parameters.get("iss");
  if (issuer !== null && issuer !== ISSUER) return { kind: "refused", code: "callback-wrong-issuer" };
  const error = parameters.get("error");
  if (error !== null) return readError(error, parameters.get("error_description") ?? "");
  const code = codeOf(parameters);
  if (code === "") return { kind: "refused", code: "code-missing" };
  const isWhole = CODE.test(code) && !SHORTENED.test(code) && (!isPatched || OWN_CODE.test(code));
  return isWhole ? { kind: "code", code: new Secret(code) } : { kind: "refused", code: "code-malformed" };
}

/** The server's text is compared and never shown, because it may contain words that were pasted beside it. */
function readError(error: string, description: string): CallbackOutcome {
  const name = withoutSentenceEnd(error);
  const known = /^[a-z_]{1,64}$/.test(name) ? name : "unrecognised";
  return { kind: "error", error: known, description: new Secret(description.slice(0, 500)) };
}

/** Runs on every message. A text that does not match, as sent or cleaned, contains no callback URL. */
const HINT = /145[57]|id_token|[=＝#]|ac(?:_|%(?:25)?5f)|%3d|openai\.com/i;
const CALLBACK_TARGET = /(?:localhost|127\.0\.0\.1|\[::1\]):145[57]\/auth\/callback\/?[?#]/i;
const CALLBACK_PARAMETER = /[?&#](?:code|state|error)=/i;
const TOKEN_PAGE = /(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?\/success\/?[?#]/i;
/** Searched from the dot in its middle: a text with many `ac_` would otherwise take quadratic time. */
const LONE_CODE = /(?<=(?<![0-9A-Za-z.-])ac_[\w-]{40,64})\.[\w-]{40,64}/;

/** The callback URL may be inside another one, such as another site's redirect. */
function isCertainWord(word: string): boolean {
  const target = word.search(CALLBACK_TARGET);
  if (target !== -1 && CALLBACK_PARAMETER.test(word.slice(target))) return true;
  return LONE_CODE.test(word) || (TOKEN_PAGE.test(word) && word.includes("id_token="));
}

/** Parts without a URL count only with a state of our own shape, because other programs have codes and states too. */
function isPossible(text: string, judged: Judged): boolean {
  if (judged.kind === "refused") {
    if (judged.code === "callback-wrong-redirect") return /:1455\b/.test(text);
    return judged.code === "callback-is-sign-in-link" || judged.code === "callback-taken";
  }
  const { state, parameters } = judged;
  return OWN_STATE.test(state) && (parameters.has("code") || parameters.has("error"));
}
