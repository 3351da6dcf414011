/**
 * Reads the variables that name a proxy. Only the names of the variables leave this file in a
 * refusal, because their values may contain a password.
 */

/** In the order of precedence, which is the one of OpenClaw's own requests. The last two are curl's. */
export const PROXY_VARIABLES = [
  "https_proxy",
  "HTTPS_PROXY",
  "http_proxy",
  "HTTP_PROXY",
  "all_proxy",
  "ALL_PROXY",
] as const;

export type ProxyVariable = (typeof PROXY_VARIABLES)[number];

/** The one to set if none is set. */
export const DEFAULT_PROXY_VARIABLE: ProxyVariable = "HTTPS_PROXY";

/** Returns a variable of the environment. */
export type Variables = (name: string) => string | undefined;

export type Proxy =
  | { readonly kind: "none" }
  /** `url` has the form that every reader understands. `isPlain`: the variable already has a form that Node reads. */
  | { readonly kind: "proxy"; readonly variable: ProxyVariable; readonly url: string; readonly isPlain: boolean }
  | { readonly kind: "refused"; readonly variable: ProxyVariable; readonly code: "proxy-malformed" | "proxy-socks" };

/** The proxy for a request to `hostname` over HTTPS. */
export function proxyFor(hostname: string, variables: Variables): Proxy {
  const variable = PROXY_VARIABLES.find((name) => unquoted(variables(name)) !== "");
  if (variable === undefined || isExempt(hostname, variables)) return { kind: "none" };
  const value = variables(variable) ?? "";
  const read = readProxy(unquoted(value));
  if (read.kind === "refused") return { ...read, variable };
  const isPlain = !variable.toLowerCase().startsWith("all") && isReadByNode(value);
  return { kind: "proxy", variable, url: read.url, isPlain };
}

/** What the environment says of the proxy of a request, for the refusals that another proxy may resolve. */
export interface ProxyFacts {
  /** The one in force. */
  readonly variable?: ProxyVariable;
  /** The variable whose names are separated by semicolons, which nothing reads so. */
  readonly noProxy?: "NO_PROXY" | "no_proxy";
}

/** Returns nothing for a request without a proxy. */
export function proxyFactsFor(hostname: string, variables: Variables): ProxyFacts {
  const proxy = proxyFor(hostname, variables);
  if (proxy.kind === "none") return {};
  const name = variables("no_proxy") === undefined ? "NO_PROXY" : "no_proxy";
  return { variable: proxy.variable, ...(variables(name)?.includes(";") === true ? { noProxy: name } : {}) };
}

/** Drops the quotes and the spaces that a settings file or `set` on Windows leaves in the value. */
function unquoted(value = ""): string {
  const text = value.trim();
  return (
    /^"(.*)"$|^'(.*)'$/s
      .exec(text)
      ?.slice(1)
      .find((inner) => inner !== undefined) ?? text
  ).trim();
}

type Read = { readonly kind: "url"; readonly url: string } | Omit<Extract<Proxy, { kind: "refused" }>, "variable">;

const MALFORMED = { kind: "refused", code: "proxy-malformed" } as const;
/** Credentials up to the last `@`, and the host with its port. A path is dropped, as curl does. */
const PLACE = /^(?:([^/?#\s]*)@)?([^@/?#\s"']+)(?:\/(?!\/)[^@?#\s"']*)?$/;
/** A host that is not a bare number, and a port. The words and names that people write instead have no port. */
const HOST_AND_PORT = /^(?:\[[\da-f:.]+\]|(?!\d+(?::|$))[\p{L}\p{N}][\p{L}\p{M}\p{N}_.-]*)(:0*[1-9]\d*)?:?$/iu;
const SOCKS = /^socks(?:\d?[a-z]?:\/\/|[45][ah]?[:\s])/i;

function readProxy(text: string): Read {
  const [scheme, rest] = text.includes("://") ? splitAt(text, "://") : ["http", text];
  if (SOCKS.test(text)) return { kind: "refused", code: "proxy-socks" };
  const [, credentials, place = ""] = PLACE.exec(rest) ?? [];
  const [host, port] = HOST_AND_PORT.exec(place) ?? [];
  // Without a scheme and a port it is mostly no proxy: `none`, `direct`, `false`, `8080`, `$PROXY`.
  if (host === undefined || (rest === text && port === undefined) || !/^https?$/i.test(scheme)) return MALFORMED;
  const url = parse(`${scheme.toLowerCase()}://${place}`);
  if (url === undefined) return MALFORMED;
  if (credentials === undefined) return { kind: "url", url: url.origin };
  const login = credentials.includes(":") ? splitAt(credentials, ":") : [credentials];
  return { kind: "url", url: `${url.protocol}//${login.map(encoded).join(":")}@${url.host}` };
}

function splitAt(text: string, mark: string): readonly [before: string, after: string] {
  const at = text.indexOf(mark);
  return [text.slice(0, at), text.slice(at + mark.length)];
}

function parse(text: string): URL | undefined {
  try {
    return new URL(text);
  } catch {
    return undefined;
  }
}

/** Keeps a `%` that encodes nothing, as curl does: people write passwords as they are. */
function encoded(text: string): string {
  return encodeURIComponent(text.toWellFormed().replace(/(?:%[0-9a-f]{2})+/gi, decoded));
}

function decoded(run: string): string {
  try {
    return decodeURIComponent(run);
  } catch {
    return run;
  }
}

/** Whether Node and OpenClaw, which repair nothing, read the same from the value. */
function isReadByNode(value: string): boolean {
  const url = parse(value);
  if (url === undefined || !/^https?:\/\//i.test(value.trim())) return false;
  if (url.pathname !== "/" || url.search !== "" || url.hash !== "") return false;
  return [url.username, url.password].every((text) => !/%(?![0-9a-f]{2})/i.test(text) && isDecodable(text));
}

function isDecodable(text: string): boolean {
  try {
    return decodeURIComponent(text) !== undefined;
  } catch {
    return false;
  }
}

/** `NO_PROXY` has names, separated by commas or spaces. Each exempts itself and its subdomains. */
function isExempt(hostname: string, variables: Variables): boolean {
  const text = unquoted(variables("no_proxy") ?? variables("NO_PROXY")).toLowerCase();
  if (text === "*") return true;
  return text
    .split(/[,\s]+/)
    .map((entry) =>
      unquoted(entry)
        .replace(/:443$/, "")
        .replace(/^\*?\./, "")
        .replace(/\.$/, ""),
    )
    .some((name) => name !== "" && `.${hostname}`.endsWith(`.${name}`));
}
