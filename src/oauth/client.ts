/** The sign-in server as the login shell sees it. */
import type { Entropy, OAuthClient } from "../actions/ports.ts";
import { buildAuthorizationRequest } from "./authorization-request.ts";
import type { Endpoints } from "./endpoints.ts";
import { exchangeCode, type TokenFetch } from "./token.ts";

export function createOAuthClient(endpoints: Endpoints, entropy: Entropy, fetch: TokenFetch): OAuthClient {
  return {
    isSandbox: endpoints.isSandbox,
    buildAuthorizationRequest: () => buildAuthorizationRequest(endpoints, entropy),
    exchange: (grant) => exchangeCode(endpoints, fetch, grant),
  };
}
