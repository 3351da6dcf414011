/**
 * Listens on this machine's loopback addresses for the callback URL that a browser is sent to (RFC 8252 section 7.3).
 * It judges requests and knows no sign-ins: `answer` says which page a callback URL gets. Everything that can connect
 * is a stranger: another user of this machine, or a page of another site in the same browser. The pages are at the end.
 */
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from "node:http";
import type { Locale } from "../languages/catalogue.ts";
import type { SentenceKey } from "../languages/en.ts";
import { DONE_PAGES, type CallbackPage } from "../rules/results.ts";
import { Secret } from "../secret.ts";

/** Registered with OpenAI: a browser is sent to no other port. */
export const CALLBACK_PORT = 1455;

export interface ListenerParts {
  /** Another one than `CALLBACK_PORT`, in the sandbox only. */
  readonly port: number | undefined;
  locale(): Locale;
  /** The command that shows the result, as it is typed. */
  readonly statusCommand: string;
  /** Never rejects. The browser waits for it for 30 seconds at most. */
  answer(callbackUrl: Secret): Promise<CallbackPage>;
  /** The listener has closed itself, for the Codex CLI or after too many requests. */
  onReleased(): void;
  /** The page after a sign-in has been shown. */
  onShown?(): void;
  readonly limits?: Partial<Limits>;
}

export interface Listener {
  /** Frees the port. Requests that are being answered still get their page, unless `isAbrupt`. */
  close(isAbrupt?: boolean): void;
}

interface Limits {
  readonly holdMs: number;
  readonly headersMs: number;
  readonly requestMs: number;
  readonly checkEveryMs: number;
  /** For each of the two addresses. */
  readonly connections: number;
  readonly requests: number;
}

const LIMITS: Limits = {
  holdMs: 30_000,
  headersMs: 5_000,
  requestMs: 10_000,
  checkEveryMs: 1_000,
  connections: 8,
  requests: 200,
};

const MAX_URL = 8 * 1024;
const MAX_HEADERS = 16 * 1024;
const [IPV4, IPV6] = ["127.0.0.1", "::1"];

/**
 * Returns undefined if another program has the port on either address: it could then receive the browser's request in
 * place of this listener. A machine without IPv6 has one address.
 */
export async function openListener(parts: ListenerParts): Promise<Listener | undefined> {
  const { port = CALLBACK_PORT } = parts;
  const limits = { ...LIMITS, ...parts.limits };
  const servers: Server[] = [];
  const close = (isAbrupt = false): void => {
    for (const server of servers) {
      server.close();
      if (isAbrupt) server.closeAllConnections();
    }
  };
  const serve = requestListener(parts, port, limits, close);
  for (const address of [IPV4, IPV6]) {
    const server = createBoundedServer(limits, serve);
    const failure = await listenOn(server, address, port);
    if (failure === undefined) servers.push(server);
    else if (address === IPV4 || !HAS_NO_IPV6.has(failure)) {
      close();
      return undefined;
    }
  }
  return { close };
}

const HAS_NO_IPV6: ReadonlySet<string | undefined> = new Set(["EADDRNOTAVAIL", "EAFNOSUPPORT"]);

function createBoundedServer(limits: Limits, serve: RequestListener): Server {
  const server = createServer(
    {
      maxHeaderSize: MAX_HEADERS,
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      connectionsCheckingInterval: limits.checkEveryMs,
    },
    serve,
  );
  server.maxConnections = limits.connections;
  server.maxRequestsPerSocket = 1;
  return server.unref();
}

/** Returns the code of the failure. */
function listenOn(server: Server, host: string | undefined, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    // Also for what fails later, such as a process without a free file descriptor: an error without a listener would
    // end the gateway.
    server.on("error", ({ code = "unknown" }: NodeJS.ErrnoException) => resolve(code));
    server.listen({ host, port, exclusive: true, ipv6Only: true }, () => resolve(undefined));
  });
}

function requestListener(parts: ListenerParts, port: number, limits: Limits, close: () => void): RequestListener {
  const hosts = hostsOf(port);
  let served = 0;
  const release = (): void => {
    close();
    parts.onReleased();
  };
  return (request, response) => {
    served += 1;
    if (served === limits.requests) release();
    const refusal = refusalOf(request, hosts);
    if (refusal !== undefined) return sendEmpty(response, refusal);
    const { url = "" } = request;
    switch (url.split("?", 1)[0]) {
      case "/auth/callback":
        return answerCallback(parts, limits, url, response);
      case "/done":
        response.on("close", () => parts.onShown?.());
        return sendPage(response, 200, donePage(parts.locale(), parts.statusCommand));
      case "/cancel":
        return cancel(request, response, release);
      default:
        return sendEmpty(response, 404);
    }
  };
}

/** In the sandbox a test's browser may reach another port under the registered name. */
function hostsOf(port: number): ReadonlySet<string | undefined> {
  const names = ["localhost", IPV4, `[${IPV6}]`];
  return new Set([CALLBACK_PORT, port].flatMap((one) => names.map((name) => `${name}:${one}`)));
}

/** Returns the status of a request that is not a browser's way back from the sign-in page. */
function refusalOf({ method, url = "", headers }: IncomingMessage, hosts: ReturnType<typeof hostsOf>) {
  // A name of a site that resolves to this machine (DNS rebinding) would make the answer readable to that site.
  if (!hosts.has(headers.host?.toLowerCase())) return 421;
  if (method !== "GET") return 405;
  if (url.length > MAX_URL) return 414;
  // Node passes on an absolute URL (RFC 9112 section 3.2.2) as it is.
  if (!url.startsWith("/")) return 400;
  // Sent by every current browser. A script or a picture of a page has another value.
  if ((headers["sec-fetch-mode"] ?? "navigate") !== "navigate") return 403;
  return undefined;
}

function answerCallback(parts: ListenerParts, { holdMs }: Limits, url: string, response: ServerResponse): void {
  const send = (page: CallbackPage): void => {
    if (!response.headersSent) sendCallbackPage(response, page, parts.locale());
  };
  // Nothing is sent or received while the profile is being saved, so this is the time that the browser has waited.
  response.setTimeout(holdMs, () => send("saving"));
  void parts.answer(new Secret(`http://localhost:${CALLBACK_PORT}${url}`)).then(send);
}

/**
 * Leads the browser away from a used callback URL, so that its history keeps no code. One that can still be used stays,
 * because the user may have to reload or copy it.
 */
function sendCallbackPage(response: ServerResponse, page: CallbackPage, locale: Locale): void {
  if (page === "unknown") return sendPage(response, 400, urlPage(locale, page));
  if (page === "later") return sendPage(response, 503, urlPage(locale, page));
  response.setHeader("Location", `/done#${page}`);
  return sendEmpty(response, 302);
}

/** The Codex CLI asks so for the port. A browser would ask only because a page of another site told it to. */
function cancel({ headers }: IncomingMessage, response: ServerResponse, release: () => void): void {
  if (headers["sec-fetch-mode"] !== undefined) return sendEmpty(response, 403);
  release();
  return sendEmpty(response, 200);
}

function sendEmpty(response: ServerResponse, status: number): void {
  if (status === 405) response.setHeader("Allow", "GET");
  sendBody(response, status, "");
}

function sendPage(response: ServerResponse, status: number, html: string): void {
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  response.setHeader("Content-Security-Policy", STYLE_POLICY);
  sendBody(response, status, html);
}

function sendBody(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { ...HEADERS, "Content-Length": Buffer.byteLength(body) }).end(body);
}

/** Keeps every page from caches, from other sites and from the `Referer` of later requests. */
const HEADERS = {
  "Cache-Control": "no-store",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  Connection: "close",
} as const;

const NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const STYLE_POLICY = `${NOTHING}; style-src 'unsafe-inline'`;

/** The fragment, which no request contains, chooses the sentence. Without one the last sentence is shown. */
const STYLE =
  "body{font:16px/1.5 system-ui,sans-serif;max-width:36em;margin:15vh auto;padding:0 1em;color-scheme:light dark}" +
  "[id]{display:none}[id]:target{display:block}:target~.else{display:none}";

/**
 * A page is made of sentences only: no account, no profile and no part of the request is in it, because another user of
 * the machine can ask for it. It loads nothing. It is the same for every sign-in, so that a browser which shows it again
 * learns nothing new.
 */
export function donePage(locale: Locale, statusCommand: string): string {
  const say = (key: SentenceKey) => sentence(locale, key).replace("{command}", () => escaped(statusCommand));
  const results = DONE_PAGES.map((page) => `<p id="${page}">${say(`page.${page}`)}</p>`);
  return document(locale, `${results.join("")}<p class="else">${say("page.done")}</p>`);
}

/** The browser keeps the URL that it brought, because the user may have to reload or copy it. */
export function urlPage(locale: Locale, page: "unknown" | "later"): string {
  return document(locale, `<p>${sentence(locale, `page.${page}`)}</p>`);
}

/** The empty icon keeps the browser from asking for one. */
function document(locale: Locale, body: string): string {
  const title = sentence(locale, "page.title");
  return (
    `<!doctype html><html lang="${locale.language}"><head><meta charset="utf-8"><title>${title}</title>` +
    '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">' +
    `<style>${STYLE}</style></head><body><h1>${title}</h1>${body}</body></html>`
  );
}

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const sentence = (locale: Locale, key: SentenceKey) => escaped(locale.sentence(key));
