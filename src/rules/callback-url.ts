/**
 * Reads the callback URL in a pasted text. It does not know the pending sign-ins: the action that finishes a sign-in
 * compares the state.
 */
import { Secret } from "../secret.ts";
import {
  cleanText,
  decodeAscii,
  findQueries,
  findUrls,
  joinLines,
  plainTextsOf,
  visibleText,
  withoutDisguise,
  withoutPercent,
  withoutSentenceEnd,
  withoutUrls,
  type Readings,
} from "./pasted-text.ts";

/** The longest text that is read, in UTF-16 units (OpenClaw's own `CALLBACK_MAX_URL_BYTES`). */
export const PASTE_LIMIT = 8192;

export type PasteRefusal =
  | "callback-empty"
  | "callback-too-long"
  | "callback-not-found"
  | "callback-is-sign-in-link"
  | "callback-is-error-page"
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
/** A state of this plugin that lost its end or got more characters. It can match no pending sign-in. */
const DAMAGED_STATE = /^(?:[0-9a-f]{8,64}|[0-9a-f]{32}.*)$/i;
const CODE = /^[\w.~-]{1,2048}$/;
const SHORTENED = /\.\.|\*/;

const URL_PARTS = /^(?:(?:h?t?tps?)?:?\/{1,2})?([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#([^]*))?$/i;
const CALLBACK_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])?:1455$/i;
/** The Codex CLI listens on 1457 if 1455 is taken. */
const LISTENER_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])?:145[57]$/i;
const LOOPBACK_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;
const CALLBACK_PATH = /^\/auth\/callback\/?$/;
const TOKEN_PARAMETER = /(?:^|[\s?&#])id_token=[\w-]{8,}/;

/** A callback URL with one parameter, and nothing behind it. */
const CUT_URL = /^\S*\/auth\/callback\/?[?#](?:code|state|error|scope|iss)=[^\s&]+$/i;
/**
 * The text of OpenAI's error page, which does not name the callback. The page is in the language of the browser: the
 * word for authentication, then the error's code in brackets.
 */
const ERROR_PAGE_TEXT = new RegExp(
  [
    String.raw`\bauthentication (?:error )?\(\W?[a-z]+(?:_[a-z]+)+\W?\)`,
    "(?:authentifi[ckz]|authenticatie|autentica|autenticaz|autentifi[ck]|autenti[sk]|uwierzytelni|godkend|todenn|ověř|overov|hitelesít|" +
      "аутентифик|автентифік|подлинност|удостоверя|ταυτότητα|ταυτοποί|doğrula|xác thực|مصادقة|אימות|प्रमाणीकरण|ตรวจสอบสิทธิ์|认证|驗證|验证|認証|인증)" +
      String.raw`[^()（）]{0,80}[(（]\W?[a-z]+(?:_[a-z]+)+\W?[)）]`,
    String.raw`\berror[_ ]code: ?[a-z_]+\W{1,8}request[_ ]id:`,
    String.raw`\bRoute Error \(\d{3}[ )]`,
  ].join("|"),
  "i",
);

const refused = (code: PasteRefusal): PastedText => ({ kind: "refused", code });

interface Response {
  readonly kind: "response";
  readonly state: string;
  readonly parameters: URLSearchParams;
  /**
   * True if the URL was joined from pieces or decoded. Only a code of the known shape counts then, because a stray word
   * could become part of the code.
   */
  readonly isPatched: boolean;
}

type Judged = Response | { readonly kind: "refused"; readonly code: PasteRefusal };

/** All that one reading of a text gives. `refusal` says why it has no response, if so. */
interface Reading {
  readonly responses: readonly Response[];
  readonly refusal: PasteRefusal;
}

/**
 * A pasted text, cleaned and parsed at most once: a handler classifies it and passes the same object to the action
 * that finishes the sign-in.
 */
export class Paste {
  readonly text: Secret;
  #visibleMemo: string | undefined;
  #plainMemo: readonly string[] | undefined;
  #decodingsMemo: readonly string[] | undefined;
  #readingsMemo: readonly Reading[] | undefined;
  #likelihoodMemo: PasteLikelihood | undefined;
  #parsedMemo: PastedText | undefined;

  constructor(text: string) {
    this.text = new Secret(text);
  }

  /** Linear in the text, which may be of any length: padding must not carry a secret past this check to the model. */
  get likelihood(): PasteLikelihood {
    return (this.#likelihoodMemo ??= this.#classify());
  }

  /** What the text says if nothing is known of the pending sign-ins. Never throws, and keeps nothing of a refused text. */
  get parsed(): PastedText {
    return (this.#parsedMemo ??= this.#parse());
  }

  /** True for a callback URL that ends before its first `&`, at which a shell cuts an argument without quotes. */
  get endsAtAmpersand(): boolean {
    const { parsed } = this;
    const isCut = parsed.kind === "refused" ? parsed.code === "state-missing" : parsed.outcome.kind === "refused";
    return isCut && CUT_URL.test(this.#decodings[0] ?? "");
  }

  /**
   * What the text says to the pending sign-ins. If it has several callback URLs, such as an old one and a new one, the
   * one of a pending sign-in is taken.
   */
  parsedFor(isPending: (state: Secret) => boolean): PastedText {
    if (this.parsed.kind === "refused" && this.parsed.code !== "callback-ambiguous") return this.parsed;
    const responses = this.#readings.flatMap((reading) => reading.responses);
    const states = new Set(responses.map(({ state }) => state));
    const pending = new Set([...states].filter((state) => isPending(new Secret(state))));
    return pending.size === 0 ? this.parsed : toPastedText(responses.filter(({ state }) => pending.has(state)));
  }

  get #visible(): string {
    return (this.#visibleMemo ??= visibleText(this.text.reveal()));
  }

  get #plain(): readonly string[] {
    return (this.#plainMemo ??= plainTextsOf(this.#visible));
  }

  /** The texts that are read: the cleaned text first, then its other possible meanings. */
  get #decodings(): readonly string[] {
    return (this.#decodingsMemo ??= [...new Set([cleanText(this.#visible), ...this.#plain.map(withoutPercent)])]);
  }

  get #readings(): readonly Reading[] {
    return (this.#readingsMemo ??= readAll(this.#decodings, this.#plain));
  }

  #parse(): PastedText {
    if (this.text.reveal().trim().length > PASTE_LIMIT) return refused("callback-too-long");
    if (this.#visible === "") return refused("callback-empty");
    const all = this.#readings;
    const responses = all.flatMap((reading) => reading.responses);
    const strong = responses.filter(isStrong);
    if (strong.length > 0) return toPastedText(strong);
    const first = all.find((reading) => reading.responses.length > 0);
    return first === undefined ? refused(refusalOf(all)) : toPastedText(first.responses);
  }

  #classify(): PasteLikelihood {
    if (ENCODED_HOST.test(this.#visible)) return "possible";
    if (!HINT.test(this.text.reveal()) && !HINT.test(this.#visible)) return "none";
    const decodings = this.#decodings;
    if (decodings.some(isCertainText)) return "certain";
    const hasUrl = decodings.some((decoded) => SIGN_IN_URL.test(decoded) || SIGN_IN_URL.test(joinLines(decoded)));
    if (this.#visible.length > PASTE_LIMIT) return hasUrl ? "possible" : "none";
    // What can be read in full can be redeemed, whatever broke its lines.
    const responses = this.#readings.flatMap((reading) => reading.responses);
    if (responses.some((response) => isStrong(response) && !response.parameters.has("error"))) return "certain";
    return hasUrl || responses.some(isOwnResponse) || this.#isRefusedAsSignIn() ? "possible" : "none";
  }

  #isRefusedAsSignIn(): boolean {
    const { parsed } = this;
    if (parsed.kind !== "refused") return false;
    if (parsed.code === "callback-wrong-redirect") return this.#decodings.some((text) => /:1455\b/.test(text));
    return SIGN_IN_REFUSALS.has(parsed.code);
  }
}

const SIGN_IN_REFUSALS: ReadonlySet<PasteRefusal> = new Set([
  "callback-is-sign-in-link",
  "callback-is-error-page",
  "callback-taken",
]);

/** Reads each decoding, and joins lines and words only if none has a part in its known shape. */
function readAll(decodings: readonly string[], plain: readonly string[]): readonly Reading[] {
  const readings = decodings.map((text, at) => readText(text, at > 0));
  if (readings.some(hasStrong)) return readings;
  const joined = new Set(plain.flatMap(rejoin));
  return [...readings, ...[...joined].map((text) => readText(text, true)).filter(hasStrong)];
}

const hasStrong = ({ responses }: Reading) => responses.some(isStrong);

function refusalOf(readings: readonly Reading[]): PasteRefusal {
  const refusals = readings.map(({ refusal }) => refusal);
  return refusals.find((code) => code !== "callback-not-found") ?? "callback-not-found";
}

/** Two codes of one sign-in are refused: one of them is not the server's, and the sign-in can be finished only once. */
function toPastedText(responses: readonly Response[]): PastedText {
  const outcomes = responses.map(readOutcome);
  const [first, ...others] = responses;
  if (first === undefined || others.some(({ state }) => state !== first.state)) return refused("callback-ambiguous");
  const foreign = outcomes.find((outcome) => outcome.kind === "refused" && outcome.code === "callback-wrong-issuer");
  const whole = outcomes.filter(({ kind }) => kind !== "refused");
  if (foreign === undefined && new Set(whole.map(answerOf)).size > 1) return refused("callback-ambiguous");
  const outcome = foreign ?? whole[0] ?? outcomes[0];
  if (outcome === undefined) return refused("callback-ambiguous");
  return { kind: "response", state: new Secret(first.state), outcome };
}

function answerOf(outcome: CallbackOutcome): string {
  return outcome.kind === "code" ? `code ${outcome.code.reveal()}` : outcome.kind;
}

function squeeze(text: string): string {
  return joinLines(text).replace(/\s+/g, "");
}

/**
 * The text with its lines joined, then with all its words joined, each with and without the last line, which may be a
 * remark.
 */
function rejoin(text: string): readonly string[] {
  const whole = /\s/.test(text) ? decode(squeeze(text)) : "";
  if (!/state=[0-9a-f]{32}/.test(whole) || !/ac_|error=/.test(whole)) return [];
  const rest = text.slice(0, Math.max(0, text.lastIndexOf("\n")));
  return [joinLines(text), joinLines(rest), squeeze(text), squeeze(rest)].map(decode);
}

/** An escape that a line break split can be read only in the joined text. */
const decode = (joined: string) => withoutPercent(withoutDisguise(joined));

function isStrong({ parameters }: Response): boolean {
  return rankOf(parameters) === BEST_RANK;
}

function readText(text: string, isDecoded: boolean): Reading {
  const urls = findUrls(text);
  const judged = urls.flatMap(judgeUrl);
  const found = judged.length > 0 ? [...judged, ...strongIn(withoutUrls(text))] : judgeRest(text, urls);
  const responses = found
    .filter((one) => one.kind === "response")
    .map((one) => ({ ...one, isPatched: one.isPatched || isDecoded }));
  if (TOKEN_PARAMETER.test(text)) return { responses, refusal: "callback-taken" };
  const refusal = found.find((one) => one.kind === "refused")?.code ?? "callback-not-found";
  return { responses, refusal };
}

const CODE_AND_STATE = /(?<![\w.-])(ac_[\w-]{43}\.[\w-]{43})#([0-9a-f]{32})(?![0-9A-Za-z])/g;

/**
 * The parameters beside a callback URL, whole and in their known shapes. They may be those of the pending sign-in, or give
 * it another code.
 */
function strongIn(rest: string): readonly Judged[] {
  return [...queriesIn(rest), ...pairsIn(rest)]
    .map(judgeReadings)
    .filter((one) => one.kind === "response" && isStrong(one));
}

const queriesIn = (text: string) =>
  findQueries(text).map((query) => query.map((reading) => new URLSearchParams(reading)));

const pairsIn = (text: string) =>
  [...text.matchAll(CODE_AND_STATE)].map(([, code = "", state = ""]) => [new URLSearchParams({ code, state })]);

/** Judges a text in which no URL has to do with a sign-in. */
function judgeRest(text: string, urls: readonly Readings[]): readonly Judged[] {
  if (ERROR_PAGE_TEXT.test(text)) return [{ kind: "refused", code: "callback-is-error-page" }];
  const isElsewhere = urls.some((readings) => /^https?:/i.test(readings[0] ?? ""));
  return isElsewhere ? [{ kind: "refused", code: "callback-not-found" }] : judgeFragments(text);
}

/**
 * Returns nothing for a URL that has nothing to do with a sign-in, and two answers if the fragment also has a code or an
 * error.
 */
function judgeUrl(readings: Readings): readonly Judged[] {
  const targets = readings.filter(isCallback);
  if (targets.length > 0) {
    const fragments = targets.map(fragmentOf).filter(hasAnswer);
    return [targets.map(parametersOf), ...(fragments.length === 0 ? [] : [fragments])].map(judgeReadings);
  }
  const [url = ""] = readings;
  const code = pageOf(url) ?? (isAnswerElsewhere(url) ? "callback-wrong-redirect" : undefined);
  return code === undefined ? [] : [{ kind: "refused", code }];
}

/** The pages of a sign-in that people send instead of the callback URL. */
function pageOf(url: string): PasteRefusal | undefined {
  const [, host = "", path = ""] = URL_PARTS.exec(url) ?? [];
  const isServer = host.toLowerCase() === "auth.openai.com";
  if (path === "/oauth/authorize" && (isServer || LOOPBACK_HOST.test(host))) return "callback-is-sign-in-link";
  if (isServer && (/\/error\b/i.test(path) || /[?&#](?:error|payload)=/i.test(url))) return "callback-is-error-page";
  return LISTENER_HOST.test(host) && /success/i.test(path) ? "callback-taken" : undefined;
}

function isAnswerElsewhere(url: string): boolean {
  if (!/[?#]/.test(url)) return false;
  const parameters = parametersOf(url);
  return parameters.has("state") && hasAnswer(parameters);
}

const hasAnswer = (parameters: URLSearchParams) => parameters.has("code") || parameters.has("error");

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

/** The parameters of the fragment. If it has no state, that of the query is added. */
function fragmentOf(url: string): URLSearchParams {
  const [, , , query = "", fragment = ""] = URL_PARTS.exec(url) ?? [];
  const parameters = new URLSearchParams(fragment);
  const state = new URLSearchParams(query).get("state");
  if (state !== null && !parameters.has("state")) parameters.set("state", state);
  return parameters;
}

function judgeFragments(text: string): readonly Judged[] {
  const queries = queriesIn(text);
  return queries.length > 0 ? [...queries, ...pairsIn(text)].map(judgeReadings) : [judgeWord(text)];
}

function judgeWord(text: string): Judged {
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
function judgeReadings(queries: readonly URLSearchParams[]): Judged {
  const ranks = queries.map(rankOf);
  const at = ranks.indexOf(Math.max(...ranks));
  const parameters = queries[at] ?? new URLSearchParams();
  if (SINGLE_PARAMETERS.some((name) => parameters.getAll(name).length > 1)) {
    return { kind: "refused", code: "callback-duplicate-parameter" };
  }
  const state = stateOf(parameters);
  const isWhole = STATE.test(state) && (OWN_STATE.test(state) || !DAMAGED_STATE.test(state));
  if (!isWhole) return { kind: "refused", code: "state-missing" };
  return { kind: "response", state, parameters, isPatched: at > 0 };
}

const BEST_RANK = 4;

function rankOf(parameters: URLSearchParams): number {
  const state = stateOf(parameters);
  if (!STATE.test(state)) return 0;
  if (!hasAnswer(parameters)) return 1;
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
const HINT =
  /[\0\uFFFD\u2400]|\^@|145[57]|\\u\{?00|\\x[2-7]|id_token|request[_ ]id|Route Error|[a-z]_[a-z]+\W?[)）]|[=＝#]|ac(?:_|%(?:25)?5f)|%(?:25)*3d|openai\.com/i;
/** A URL of the sign-in page or of the port to which it leads. A redirect URI is in the sign-in links of others too. */
const SIGN_IN_URL =
  /(?<!redirect_uri=)https?:\/\/(?:(?:localhost|127\.0\.0\.1|\[::1\]):145[57](?!\d)|auth\.openai\.com(?![\w.-]))|(?<![\w.@%/:\]-])(?:(?:localhost|127\.0\.0\.1|\[::1\]):145[57]|auth\.openai\.com)\//i;
/** `localhost:145` in base64, at each of its three places. It is not read, because nobody sees what it says. */
const ENCODED_HOST = /bG9jYWxob3N0OjE0N|xvY2FsaG9zdDoxND|sb2NhbGhvc3Q6MTQ1/;
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
function isOwnResponse({ state, parameters }: Response): boolean {
  return OWN_STATE.test(state) && hasAnswer(parameters);
}

function isCertainText(text: string): boolean {
  if (LONE_CODE.test(text)) return true;
  return decodeAscii(decodeAscii(joinLines(text)))
    .split(/\s+/)
    .some(isCertainWord);
}
