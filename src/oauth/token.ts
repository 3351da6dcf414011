/** Sends the token request: one for each code (RFC 6749 section 4.1.3, RFC 7636 section 4.5). */
import {
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  customFetch,
  None,
  validateAuthResponse,
  type AuthorizationServer,
  type Client,
  processAuthorizationCodeResponse,
} from "oauth4webapi";
import type { AuthorizationGrant, ExchangeRefusal, ExchangeResult, GuardedFetch } from "../actions/ports.ts";
import { CodexAuthError, reasonOf } from "../errors.ts";
import type { TokenSet } from "../rules/account.ts";
import { isObject, isPage, parseJson, type HttpAnswer } from "../rules/parse.ts";
import * as z from "zod/mini";
import { Secret } from "../secret.ts";
import { CLIENT_ID, type Endpoints } from "./endpoints.ts";
import { readIdentity } from "./identity.ts";

const EXCHANGE_REFUSALS: ReadonlySet<string> = new Set<ExchangeRefusal>([
  "provider-timeout",
  "provider-unreachable",
  "provider-certificate",
  "token-response-invalid",
]);

/**
 * Redeems a code. Never retries: once bytes were sent the code may be spent, and a second use lets the server revoke
 * the tokens of the first (RFC 6749 section 4.1.2).
 */
export async function exchangeCode(
  endpoints: Endpoints,
  fetch: GuardedFetch,
  grant: AuthorizationGrant,
): Promise<ExchangeResult> {
  const server: AuthorizationServer = { issuer: endpoints.issuer, token_endpoint: endpoints.token };
  const client: Client = { client_id: CLIENT_ID };
  try {
    const response = await requestTokens(server, client, endpoints, fetch, grant);
    return await judgeTokenResponse(server, client, response);
  } catch (error) {
    const because = reasonOf(error);
    return { kind: "refused", code: refusalOf(error), ...(because === undefined ? {} : { because }) };
  }
}

async function requestTokens(
  server: AuthorizationServer,
  client: Client,
  endpoints: Endpoints,
  fetch: GuardedFetch,
  grant: AuthorizationGrant,
): Promise<Response> {
  const state = grant.state.reveal();
  const answer = new URLSearchParams({ code: grant.code.reveal(), state });
  const judged = validateAuthResponse(server, client, answer, state);
  return authorizationCodeGrantRequest(server, client, None(), judged, grant.redirectUri, grant.codeVerifier.reveal(), {
    [allowInsecureRequests]: endpoints.isSandbox,
    [customFetch]: async (url, init) =>
      responseOf(await fetch({ url, method: "POST", headers: init.headers, body: String(init.body) })),
  });
}

/** The Fetch standard forbids a body, even an empty one, with the statuses 204, 205 and 304. */
function responseOf({ status, headers, body }: HttpAnswer): Response {
  return new Response(body === "" ? null : body, { status, headers });
}

/** The library's errors contain codes and tokens, so only our own codes leave this file. */
function refusalOf(error: unknown): ExchangeRefusal {
  if (error instanceof CodexAuthError && EXCHANGE_REFUSALS.has(error.code)) return error.code as ExchangeRefusal;
  return "token-response-invalid";
}

type Refused = Extract<ExchangeResult, { kind: "refused" }>;

const MAX_LIFETIME_SECONDS = 366 * 24 * 3600;
const token = z.string().check(z.minLength(1), z.maxLength(64 * 1024), z.regex(/^[\x21-\x7e]+$/));
const seconds = z.union([z.number(), z.pipe(z.string().check(z.regex(/^\d{1,9}$/)), z.transform(Number))]);
const tokenFields = z.object({
  access_token: token,
  refresh_token: token,
  expires_in: z.pipe(seconds, z.number().check(z.minimum(1), z.maximum(MAX_LIFETIME_SECONDS))),
});

const codeHolder = z.object({ code: z.nullish(z.string()) });
/**
 * The server's errors differ from RFC 6749: the code is nested or beside the text, and the message is the same for an
 * expired, a used and a foreign code. Only the code is read, and the text is never shown.
 */
const errorBody = z.object({
  error: z.catch(z.optional(z.union([z.string(), codeHolder])), undefined),
  detail: z.catch(z.optional(codeHolder), undefined),
  code: z.catch(z.optional(z.string()), undefined),
});

export const REFUSAL_BY_SERVER_CODE: ReadonlyMap<string, ExchangeRefusal> = new Map(
  Object.entries({
    token_exchange_user_error: "token-rejected",
    invalid_grant: "token-rejected",
    invalid_request: "token-rejected",
    token_expired: "token-rejected",
    refresh_token_expired: "token-rejected",
    refresh_token_invalidated: "token-rejected",
    refresh_token_reused: "token-rejected",
    access_denied: "account-refused",
    account_deactivated: "account-refused",
    account_disabled: "account-refused",
    deactivated_workspace: "account-refused",
    unsupported_country_region_territory: "region-unsupported",
    invalid_client: "client-rejected",
    unauthorized_client: "client-rejected",
    unknown_parameter: "client-rejected",
  }),
);

export function serverCodeOf(body: string): string | undefined {
  const parsed = errorBody.safeParse(parseJson(body));
  if (!parsed.success) return undefined;
  const { error, detail, code } = parsed.data;
  return typeof error === "string" ? error : (error?.code ?? detail?.code ?? code);
}

/** Returns seconds. A date and other text are ignored. */
export function retryAfterOf(headers: HttpAnswer["headers"]): number | undefined {
  const text = headers.get("retry-after");
  return text !== null && /^\d{1,5}$/.test(text) ? Number(text) : undefined;
}

function judgeFailure({ status, headers, body }: HttpAnswer): Refused {
  const serverCode = serverCodeOf(body);
  const known = serverCode === undefined ? undefined : REFUSAL_BY_SERVER_CODE.get(serverCode);
  if (known !== undefined) return { kind: "refused", code: known };
  if (status === 429) {
    const retryAfterSeconds = retryAfterOf(headers);
    return { kind: "refused", code: "provider-rate-limited", ...(retryAfterSeconds && { retryAfterSeconds }) };
  }
  // 511 is sent by a network that wants a login, not by the server (RFC 6585 section 6).
  if (status >= 500 && status !== 511) return { kind: "refused", code: "provider-failed" };
  if (status < 400 || status > 403) return { kind: "refused", code: "token-response-invalid" };
  // The account's own 401, 402 and 403 have JSON, so a page with one of them is Cloudflare's. With 400 it is another's.
  if (isPage({ headers, body })) {
    return { kind: "refused", code: status === 400 ? "token-response-invalid" : "provider-blocked" };
  }
  // This code is unknown, so only the status can be judged.
  const isSilent = status <= 401 && serverCode === undefined;
  return { kind: "refused", code: isSilent ? "token-rejected" : "account-refused" };
}

/**
 * Reads a 200 response. The id_token is removed first: nothing uses it, and the library's check of its times would
 * refuse a good sign-in on a machine whose clock is an hour off.
 */
export async function judgeTokenResponse(
  server: AuthorizationServer,
  client: Client,
  response: Response,
): Promise<ExchangeResult> {
  const body = await response.text();
  if (response.status !== 200) return judgeFailure({ status: response.status, headers: response.headers, body });
  const json = parseJson(body);
  if (!isObject(json)) return { kind: "refused", code: "token-response-invalid" };
  const { id_token: _unused, ...rest } = json;
  try {
    await processAuthorizationCodeResponse(server, client, new Response(JSON.stringify(rest)));
    return readTokens(rest);
  } catch {
    return { kind: "refused", code: "token-response-invalid" };
  }
}

function readTokens(answer: unknown): ExchangeResult {
  const fields = tokenFields.safeParse(answer);
  if (!fields.success) return { kind: "refused", code: "token-response-invalid" };
  const identity = readIdentity(fields.data.access_token);
  if (identity === undefined) return { kind: "refused", code: "identity-missing" };
  const tokens: TokenSet = {
    accessToken: new Secret(fields.data.access_token),
    refreshToken: new Secret(fields.data.refresh_token),
    expiresInSeconds: fields.data.expires_in,
  };
  return { kind: "exchanged", tokens, identity };
}
