/** Sends a request to one host, without redirects, within limits of time and size. */
import type { Destination, GuardedFetch, NetworkObstacle, OutgoingRequest } from "../actions/ports.ts";
import { CodexAuthError, type ErrorCode } from "../errors.ts";
import { proxyFactsFor, proxyFor, type ProxyFacts, type Variables } from "../rules/proxy.ts";
import { hostSdk } from "./sdk.ts";

export interface FetchLimits {
  /** From the start of the request to the end of its answer. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
}

/**
 * Sends one request and returns the start of its response. Follows no redirect and reaches no other host. May throw
 * any error.
 */
export type Send = (
  request: OutgoingRequest,
  signal: AbortSignal,
) => Promise<{ readonly response: Response; readonly release: () => Promise<void> }>;

/** Uses the host's own guard, and the gateway's proxy variables as OpenClaw's own login does. */
export function createHostSend(destination: Destination): Send {
  return async ({ url, method, headers, body }, signal) => {
    const { fetchWithSsrFGuard } = await hostSdk.ssrfRuntime();
    return fetchWithSsrFGuard({
      url,
      init: { method, headers: { ...headers }, ...(body === undefined ? {} : { body }) },
      signal,
      maxRedirects: 0,
      // With the debug proxy on, a capture would store the code, the verifier and access tokens.
      capture: false,
      auditContext: "codex-auth",
      ...transportOf(destination),
    });
  };
}

/**
 * The host repairs nothing in a variable: a value in another form than a URL fails, after the code is claimed. It
 * goes without a proxy if only ALL_PROXY is set.
 */
export function hostObstacle({ isSandbox, hostname }: Destination, variables: Variables): NetworkObstacle | undefined {
  if (isSandbox) return undefined;
  const proxy = proxyFor(hostname, readByHost(variables));
  if (proxy.kind === "none" || (proxy.kind === "proxy" && proxy.isPlain)) return undefined;
  const { variable } = proxy;
  // The host's own fetch speaks SOCKS 5, but knows no other name of it.
  if (/^socks5?:\/\//i.test(variables(variable)?.trim() ?? "")) return undefined;
  return { code: proxy.kind === "refused" ? proxy.code : "proxy-malformed", variable };
}

export function hostProxyFacts({ isSandbox, hostname }: Destination, variables: Variables): ProxyFacts {
  return isSandbox ? {} : proxyFactsFor(hostname, readByHost(variables));
}

const readByHost =
  (variables: Variables): Variables =>
  (name) =>
    /^all_proxy$/i.test(name) ? undefined : variables(name);

/** Adds the limits of time and size, and replaces every error by one without the text that was sent. */
export function createGuardedFetch(send: Send, { timeoutMs, maxBytes }: FetchLimits): GuardedFetch {
  return async (request) => {
    const limit = AbortSignal.timeout(timeoutMs);
    const signal = request.signal === undefined ? limit : AbortSignal.any([limit, request.signal]);
    try {
      const { response, release } = await send(request, signal);
      try {
        const { status, headers } = response;
        return { status, headers, body: await readBounded(response, maxBytes) };
      } finally {
        // The answer is read or refused by now. A connection that closes slowly or badly does not change it.
        void release().catch(() => undefined);
      }
    } catch (error) {
      if (error instanceof CodexAuthError) throw error;
      throw CodexAuthError.replacing(rootOf(error), signal.aborted ? "provider-timeout" : transportCodeOf(error));
    }
  };
}

/**
 * The host's own token request allows them too: a local proxy (Clash, Surge) may resolve every name to an address of
 * these ranges. TLS still proves the server.
 */
const FAKE_ADDRESSES = { allowRfc2544BenchmarkRange: true, allowIpv6UniqueLocalRange: true };

function transportOf({ hostname, isSandbox }: Destination) {
  const policy = { ...FAKE_ADDRESSES, hostnameAllowlist: [hostname] };
  if (isSandbox) return { policy: { ...policy, allowPrivateNetwork: true } } as const;
  return { policy, mode: "trusted_env_proxy", requireHttps: true } as const;
}

async function readBounded(response: Response, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw new CodexAuthError("token-response-invalid");
    chunks.push(chunk);
  }
  return new TextDecoder().decode(Buffer.concat(chunks));
}

/** Reads only names and codes of the error chain, because its messages and URLs may contain the text that was sent. */
function transportCodeOf(error: unknown): ErrorCode {
  const marks = marksOf(error);
  if (marks.some((mark) => mark === "GuardedFetchRedirectError")) return "token-response-invalid";
  if (marks.some((mark) => /timeout/i.test(mark))) return "provider-timeout";
  if (marks.some((mark) => /CERT|SELF_SIGNED|UNABLE_TO_VERIFY|^ERR_TLS|^ERR_SSL|^EPROTO/.test(mark)))
    return "provider-certificate";
  return "provider-unreachable";
}

function marksOf(error: unknown): readonly string[] {
  return chainOf(error).flatMap(({ name, code }) => (typeof code === "string" ? [name, code] : [name]));
}

/** Names what went wrong, such as ENOTFOUND, where the outer errors only say that a request failed. */
const rootOf = (error: unknown) => chainOf(error).at(-1) ?? error;

function chainOf(error: unknown): readonly (Error & { readonly code?: unknown })[] {
  const chain: Error[] = [];
  for (let current = error; current instanceof Error && chain.length < 8; current = current.cause) chain.push(current);
  return chain;
}
