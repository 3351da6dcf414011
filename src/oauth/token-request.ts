/** The one place that talks to the token endpoint: one request for one code (RFC 6749 section 4.1.3, RFC 7636 section 4.5). */
import {
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  customFetch,
  None,
  validateAuthResponse,
  type AuthorizationServer,
  type Client,
} from "oauth4webapi";
import { CodexAuthError } from "../errors.ts";
import type { AuthorizationGrant, ExchangeRefusal, ExchangeResult } from "../login/ports.ts";
import { CLIENT_ID, type Endpoints } from "./endpoints.ts";
import { judgeTokenResponse } from "./token-response.ts";

/**
 * Sends one POST and returns the whole, bounded answer. Follows no redirect, reaches no other host, and throws
 * `CodexAuthError` (`provider-*`, `token-response-invalid`) and nothing else.
 */
export type TokenFetch = (url: string, init: TokenRequestInit) => Promise<Response>;

export interface TokenRequestInit {
  readonly method: "POST";
  readonly headers: Record<string, string>;
  readonly body: string;
}

const EXCHANGE_REFUSALS: ReadonlySet<string> = new Set<ExchangeRefusal>([
  "provider-timeout",
  "provider-unreachable",
  "provider-certificate",
  "token-response-invalid",
]);

/**
 * Redeems a code. Never retried, on any failure: once bytes were sent the code may be spent, and a second use lets
 * the server revoke what the first one gave (RFC 6749 section 4.1.2).
 */
export async function exchangeCode(
  endpoints: Endpoints,
  fetch: TokenFetch,
  grant: AuthorizationGrant,
): Promise<ExchangeResult> {
  const server: AuthorizationServer = { issuer: endpoints.issuer, token_endpoint: endpoints.token };
  const client: Client = { client_id: CLIENT_ID };
  try {
    const response = await requestTokens(server, client, endpoints, fetch, grant);
    return await judgeTokenResponse(server, client, response);
  } catch (error) {
    return { kind: "refused", code: refusalOf(error) };
  }
}

async function requestTokens(
  server: AuthorizationServer,
  client: Client,
  endpoints: Endpoints,
  fetch: TokenFetch,
  grant: AuthorizationGrant,
): Promise<Response> {
  const state = grant.state.reveal();
  const answer = new URLSearchParams({ code: grant.code.reveal(), state });
  const judged = validateAuthResponse(server, client, answer, state);
  return authorizationCodeGrantRequest(server, client, None(), judged, grant.redirectUri, grant.codeVerifier.reveal(), {
    [allowInsecureRequests]: endpoints.isSandbox,
    [customFetch]: (url, init) => fetch(url, { method: "POST", headers: init.headers, body: String(init.body) }),
  });
}

/** The library's own errors print codes and tokens when inspected, so only our own codes leave this file. */
function refusalOf(error: unknown): ExchangeRefusal {
  if (error instanceof CodexAuthError && EXCHANGE_REFUSALS.has(error.code)) return error.code as ExchangeRefusal;
  return "token-response-invalid";
}
