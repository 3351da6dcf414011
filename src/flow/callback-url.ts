/** Pasted text to a judged authorization response. Pure; knows nothing of pending logins. */
import { Secret } from "../secret.ts";
import { cleanPastedText, findAddresses, findQuery, type Readings } from "./pasted-text.ts";

/** The longest text that is read, in UTF-16 units (OpenClaw's own `CALLBACK_MAX_URL_BYTES`). */
export const PASTE_LIMIT = 8192;

/** Why no authorization response could be read out of the text at all. */
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

/** What the response says. To be looked at only once the state is known to be that of a pending login. */
export type CallbackOutcome =
  | { readonly kind: "code"; readonly code: Secret }
  | { readonly kind: "error"; readonly error: string; readonly description: string }
  | { readonly kind: "refused"; readonly code: "callback-wrong-issuer" | "code-missing" | "code-malformed" };

export type PastedText =
  | { readonly kind: "response"; readonly state: Secret; readonly outcome: CallbackOutcome }
  | { readonly kind: "refused"; readonly code: PasteRefusal };

/**
 * How sure one can be, before knowing of any pending login, that a chat message is a paste for us.
 * `certain`: keep it from the model whoever sent it. `possible`: only while its sender has a login pending.
 */
export type PasteLikelihood = "certain" | "possible" | "none";

const ISSUER = "https://auth.openai.com";
const SINGLE_PARAMETERS = ["code", "state", "error", "error_description", "iss"] as const;
/** The shapes this program and the server really use: they decide between readings of a broken address. */
const OWN_STATE = /^([0-9a-f]{32})(?![0-9A-Za-z])/;
const OWN_CODE = /^ac_[\w-]{43}\.[\w-]{43}$/;
const STATE = /^[\w.~-]{1,512}$/;
const CODE = /^[\w.~-]{1,2048}$/;
const SENTENCE_END = /[.,;:!?*]+$/;

const ADDRESS = /^(?:https?:\/\/)?([^/?#]*)([^?#]*)(?:\?([^#]*))?(?:#([^]*))?$/i;
const CALLBACK_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\]):1455$/i;
const LOOPBACK_HOST = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?$/i;
const CALLBACK_PATH = /^\/auth\/callback\/?$/;

const refused = (code: PasteRefusal): PastedText => ({ kind: "refused", code });

interface Response {
  readonly kind: "response";
  readonly state: string;
  readonly parameters: URLSearchParams;
}

type Judged = Response | { readonly kind: "refused"; readonly code: PasteRefusal };

/** Reads the authorization response out of whatever was pasted. Never throws, and keeps nothing of a refused text. */
export function parsePastedText(pasted: string): PastedText {
  const trimmed = pasted.trim();
  if (trimmed.length > PASTE_LIMIT) return refused("callback-too-long");
  const text = cleanPastedText(trimmed);
  if (text === "") return refused("callback-empty");
  const judged = judgeText(text);
  if (judged.kind === "refused") return refused(judged.code);
  return { kind: "response", state: new Secret(judged.state), outcome: readOutcome(judged.parameters) };
}

function judgeText(text: string): Judged {
  const judged = findAddresses(text).map(judgeAddress);
  const responses = judged.filter((one) => one !== undefined && one.kind === "response");
  const [first, ...others] = responses;
  if (first !== undefined) {
    const isSame = others.every((other) => other.state === first.state && sameCode(other, first));
    return isSame ? first : { kind: "refused", code: "callback-ambiguous" };
  }
  if (text.includes("id_token=") && /\/success\/?\?/.test(text)) return { kind: "refused", code: "callback-taken" };
  return judged.find((one) => one !== undefined) ?? judgeFragment(text);
}

function sameCode(one: Response, other: Response): boolean {
  return one.parameters.get("code") === other.parameters.get("code");
}

/** One address; undefined when it has nothing to do with a sign-in. */
function judgeAddress(readings: Readings): Judged | undefined {
  const targets = readings.filter(isCallback);
  if (targets.length > 0) return judgeReadings(targets.map(parametersOf));
  const [address = ""] = readings;
  const [, host = "", path = ""] = ADDRESS.exec(address) ?? [];
  if (path === "/oauth/authorize" && (host.toLowerCase() === "auth.openai.com" || LOOPBACK_HOST.test(host))) {
    return { kind: "refused", code: "callback-is-sign-in-link" };
  }
  const parameters = parametersOf(address);
  const isOAuth = parameters.has("state") && (parameters.has("code") || parameters.has("error"));
  return isOAuth ? { kind: "refused", code: "callback-wrong-redirect" } : undefined;
}

/** The registered redirect, in any spelling of loopback: a browser shows what its own settings make of it. */
function isCallback(address: string): boolean {
  const [, host = "", path = ""] = ADDRESS.exec(address) ?? [];
  return CALLBACK_HOST.test(host) && CALLBACK_PATH.test(path);
}

/** The query's parameters; the fragment's where the query has none of ours. */
function parametersOf(address: string): URLSearchParams {
  const [, , , query = "", fragment = ""] = ADDRESS.exec(address) ?? [];
  const parameters = new URLSearchParams(query);
  return SINGLE_PARAMETERS.some((name) => parameters.has(name)) ? parameters : new URLSearchParams(fragment);
}

/** Parameters without their address, `code#state`, or a code alone. */
function judgeFragment(text: string): Judged {
  const query = findQuery(text);
  if (query !== undefined) return judgeReadings(query.map((reading) => new URLSearchParams(reading)));
  const [, code, state] = /^([\w.~-]{10,2048})#([\w.~-]{8,512})$/.exec(text) ?? [];
  if (code !== undefined && state !== undefined) return judgeReadings([new URLSearchParams({ code, state })]);
  return { kind: "refused", code: isLoneCode(text) ? "state-missing" : "callback-not-found" };
}

/** A bare code is refused however good it looks: without the state nobody knows whose sign-in it is. */
function isLoneCode(text: string): boolean {
  return /^[\w.~-]{20,512}$/.test(text) && text.includes(".") && /\d/.test(text) && /[A-Za-z]/.test(text);
}

/** The best reading: one whose parts have the shapes really used, before one that merely has all its parts. */
function judgeReadings(readings: readonly URLSearchParams[]): Judged {
  const ranks = readings.map(rankOf);
  const best = readings[ranks.indexOf(Math.max(...ranks))] ?? new URLSearchParams();
  if (SINGLE_PARAMETERS.some((name) => best.getAll(name).length > 1)) {
    return { kind: "refused", code: "callback-duplicate-parameter" };
  }
  const state = stateOf(best);
  return STATE.test(state) ? { kind: "response", state, parameters: best } : { kind: "refused", code: "state-missing" };
}

function rankOf(parameters: URLSearchParams): number {
  const state = stateOf(parameters);
  if (!STATE.test(state)) return 0;
  const hasOutcome = parameters.has("code") || parameters.has("error");
  if (!hasOutcome) return 1;
  if (!OWN_STATE.test(state)) return 2;
  return parameters.has("error") || OWN_CODE.test(codeOf(parameters)) ? 4 : 3;
}

/** The state without what a sentence or markup left behind it. */
function stateOf(parameters: URLSearchParams): string {
  const state = parameters.get("state") ?? "";
  return OWN_STATE.exec(state)?.[1] ?? state.replace(SENTENCE_END, "");
}

function codeOf(parameters: URLSearchParams): string {
  return (parameters.get("code") ?? "").replace(SENTENCE_END, "");
}

/** In the order of RFC 9207 and RFC 6749 section 4.1.2: issuer, error, code. */
function readOutcome(parameters: URLSearchParams): CallbackOutcome {
  const issuer = parameters.get("iss");
  if (issuer !== null && issuer !== ISSUER) return { kind: "refused", code: "callback-wrong-issuer" };
  const error = parameters.get("error");
  if (error !== null) return readError(error, parameters.get("error_description") ?? "");
  const code = codeOf(parameters);
  if (code === "") return { kind: "refused", code: "code-missing" };
  return CODE.test(code) ? { kind: "code", code: new Secret(code) } : { kind: "refused", code: "code-malformed" };
}

/** The server's words, bounded and bare: they are compared with known ones and never shown. */
function readError(error: string, description: string): CallbackOutcome {
  return {
    kind: "error",
    error: error.replace(/[^\w.-]/g, "").slice(0, 64),
    description: description.replace(/[\p{Cc}\p{Cf}]/gu, "").slice(0, 500),
  };
}

/** Cheap, because it sees every message: nothing without one of these can be ours. */
const HINT = /145[57]|id_token|[=＝#]|ac_|%3d/i;
const CALLBACK_TARGET = /(?:localhost|127\.0\.0\.1|\[::1\]):145[57]\/auth\/callback\/?[?#]/i;
const CALLBACK_PARAMETER = /[?&#](?:code|state|error)=/i;
const TOKEN_PAGE = /(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?\/success\/?[?#]/i;
const LONE_CODE = /(?<![\w.-])ac_[\w-]{20,}\.[\w-]{20,}/;

/** See `PasteLikelihood`. Linear in the text, whatever its length: padding must not carry a secret to the model. */
export function weighPastedText(pasted: string): PasteLikelihood {
  if (!HINT.test(pasted)) return "none";
  const text = cleanPastedText(pasted);
  const joined = text.replace(/\s+(?:[>|]\s+)?/g, "");
  const target = joined.search(CALLBACK_TARGET);
  if (target !== -1 && CALLBACK_PARAMETER.test(joined.slice(target))) return "certain";
  if (TOKEN_PAGE.test(joined) && joined.includes("id_token=")) return "certain";
  if (LONE_CODE.test(text)) return "certain";
  if (text.length > PASTE_LIMIT) return "none";
  return isPossible(text) ? "possible" : "none";
}

function isPossible(text: string): boolean {
  const judged = judgeText(text);
  if (judged.kind === "refused") {
    if (judged.code === "callback-is-sign-in-link" || judged.code === "callback-taken") return true;
    if (judged.code === "callback-wrong-redirect") return /:1455\b/.test(text);
    return judged.code === "state-missing" && isLoneCode(text);
  }
  const { state, parameters } = judged;
  return state.length >= 8 && (parameters.has("code") || parameters.has("error"));
}
