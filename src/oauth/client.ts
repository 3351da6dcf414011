/** The adapter of the sign-in server: it builds sign-in links and redeems codes. */
import { calculatePKCECodeChallenge } from "oauth4webapi";
import type {
  AuthorizationRequest,
  DeviceCodeResult,
  Entropy,
  ExchangeRefusal,
  ExchangeResult,
  GuardedFetch,
  NetworkObstacle,
  OAuthClient,
} from "../actions/ports.ts";
import { CodexAuthError } from "../errors.ts";
import type { ProxyFacts } from "../rules/proxy.ts";
import { Secret } from "../secret.ts";
import { CLIENT_ID, ORIGINATOR, REDIRECT_URI, SCOPE, type Endpoints } from "./endpoints.ts";
import { exchangeCode } from "./token.ts";

/** 256 bits for the verifier and 128 bits for the state. Both are fresh for each sign-in. */
const VERIFIER_BYTES = 32;
const STATE_BYTES = 16;

const PROXY_MAY_HELP: ReadonlySet<string> = new Set<ExchangeRefusal>([
  "region-unsupported",
  "provider-blocked",
  "provider-unreachable",
]);

export interface OAuthConnection {
  /** For looks at the first page of the sign-in. */
  readonly look?: GuardedFetch;
  /** What the sender of both fetches knows before it sends. */
  readonly obstacle?: () => NetworkObstacle | undefined;
  /** Asked for the refusals that another proxy may resolve. */
  readonly proxyFacts?: () => ProxyFacts;
}

export function createOAuthClient(
  endpoints: Endpoints,
  entropy: Entropy,
  fetch: GuardedFetch,
  { look = fetch, obstacle = () => undefined, proxyFacts = () => ({}) }: OAuthConnection = {},
): OAuthClient {
  const withProxy = <Result extends DeviceCodeResult | ExchangeResult>(result: Result): Result =>
    result.kind === "refused" && PROXY_MAY_HELP.has(result.code) ? { ...result, ...proxyFacts() } : result;
  return {
    obstacle,
    isReachable: () => isReachable(endpoints, look),
    buildAuthorizationRequest: () => buildAuthorizationRequest(endpoints, entropy),
    authorizationUrlOf: ({ state, codeVerifier }) =>
      authorizationUrlOf(endpoints, state.reveal(), codeVerifier.reveal()),
    requestDeviceCode: async () => withProxy(await (await import("./device.ts")).requestDeviceCode(endpoints, fetch)),
    pollDevice: async (device, pace) => (await import("./device.ts")).pollDevice(endpoints, fetch, device, pace),
    exchange: async (grant) => withProxy(await exchangeCode(endpoints, fetch, grant)),
  };
}

/** A redirect, a refusal and a page that is too long are answers too. A server that fails could not renew anything. */
async function isReachable({ authorization }: Endpoints, look: GuardedFetch): Promise<boolean> {
  try {
    return (await look({ url: authorization, method: "GET", headers: {} })).status < 500;
  } catch (error) {
    return error instanceof CodexAuthError && error.code === "token-response-invalid";
  }
}

export async function buildAuthorizationRequest(endpoints: Endpoints, entropy: Entropy): Promise<AuthorizationRequest> {
  const codeVerifier = entropy.bytes(VERIFIER_BYTES).toBase64Url();
  const state = entropy.bytes(STATE_BYTES).toHex();
  return {
    authorizationUrl: await authorizationUrlOf(endpoints, state, codeVerifier),
    state: new Secret(state),
    codeVerifier: new Secret(codeVerifier),
    redirectUri: REDIRECT_URI,
  };
}

/** Builds the sign-in link (RFC 6749 section 4.1.1, RFC 7636 section 4.3) exactly as OpenClaw's own login does. */
async function authorizationUrlOf(endpoints: Endpoints, state: string, codeVerifier: string): Promise<Secret> {
  const url = new URL(endpoints.authorization);
  url.search = new URLSearchParams([
    ["response_type", "code"],
    ["client_id", CLIENT_ID],
    ["redirect_uri", REDIRECT_URI],
    ["scope", SCOPE],
    ["code_challenge", await calculatePKCECodeChallenge(codeVerifier)],
    ["code_challenge_method", "S256"],
    ["state", state],
    ["id_token_add_organizations", "true"],
    ["codex_cli_simplified_flow", "true"],
    ["originator", ORIGINATOR],
  ]).toString();
  return new Secret(url.toString());
}
