/**
 * auth.openai.com as far as a sign-in sees it. One instance answers plain HTTP on loopback (`listen`) or stands
 * behind TLS (`handle`, see tls-proxy.ts). It keeps real rules: single-use codes, PKCE, exact redirect, rotation.
 */
import { createHash, randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { closeServer, listenOnLoopback, readBody, sendJson } from "../support/loopback.ts";
import {
  accessTokenClaims,
  CLIENT_ID,
  DEFAULT_ACCOUNTS,
  fakeAccount,
  idTokenClaims,
  jwtOf,
  REDIRECT_URI,
  SCOPE,
  type FakeAccount,
} from "./sign-in-accounts.ts";
import {
  kindOf,
  NAMED_MODES,
  sendMisbehaviour,
  sendOpenAiError,
  spoil,
  type Misbehaviour,
} from "./sign-in-misbehaviour.ts";
import { DeviceCodes } from "./sign-in-devices.ts";
import { USAGE_PATH, UsageEndpoint } from "./usage-endpoint.ts";
import { consentPage, errorPage, sandboxPage } from "./sign-in-pages.ts";

export { CLIENT_ID, DEFAULT_ACCOUNTS, fakeAccount, REDIRECT_URI, SCOPE, type FakeAccount } from "./sign-in-accounts.ts";
export type { Misbehaviour } from "./sign-in-misbehaviour.ts";

export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly contentType: string;
  /** Form fields in the order sent, duplicates kept. */
  readonly body: readonly (readonly [name: string, value: string])[];
  readonly userAgent: string;
  readonly atMs: number;
}

interface AuthorizationRequest {
  readonly state: string;
  readonly codeChallenge: string;
  readonly originator: string;
}

interface Grant {
  readonly account: FakeAccount;
  readonly codeChallenge: string;
  readonly redirectUri: string;
  readonly expiresAtMs: number;
  spent: boolean;
  readonly refreshTokens: string[];
}

interface RefreshToken {
  readonly account: FakeAccount;
  state: "live" | "used" | "revoked";
}

/** What the authorization endpoint thinks of a link. */
type JudgedLink =
  | { readonly kind: "request"; readonly request: AuthorizationRequest }
  | { readonly kind: "error-page"; readonly code: string }
  | { readonly kind: "redirect-error"; readonly error: string; readonly description: string; readonly state: string };

/** The endpoints that can go wrong: the token endpoint, and those that issue and poll a device code. */
type Endpoint = "token" | "code" | "poll";

const DEVICE_REDIRECT_URI = "https://auth.openai.com/deviceauth/callback";
const CODE_LIFETIME_MS = 10 * 60_000;
const TOKEN_LIFETIME_S = 864_000;
const EXCHANGE_FIELDS = ["grant_type", "client_id", "code", "code_verifier", "redirect_uri"];
const REFRESH_FIELDS = ["grant_type", "refresh_token", "client_id", "scope"];

export class SignInServer {
  readonly requests: RecordedRequest[] = [];
  readonly accounts: readonly FakeAccount[];
  readonly devices = new DeviceCodes((account, codeChallenge) =>
    this.#grantFor(account, codeChallenge, DEVICE_REDIRECT_URI),
  );
  /** A sandbox has one server, so this one also answers for chatgpt.com. */
  readonly usage = new UsageEndpoint((token) => this.accountOf(token));
  /** Bytes written by the `huge-body` mode: how far a reader let it come. */
  hugeBytes = 0;
  readonly #grants = new Map<string, Grant>();
  readonly #refreshTokens = new Map<string, RefreshToken>();
  readonly #consents = new Map<string, AuthorizationRequest>();
  readonly #accessTokens = new Map<string, FakeAccount>();
  readonly #secrets = new Set<string>();
  readonly #states = new Set<string>();
  readonly #server = createServer((request, response) => void this.handle(request, response));
  readonly #misbehaviours = new Map<Endpoint, { mode: Misbehaviour; times: number }>();
  #port: number | undefined;

  constructor(accounts: readonly FakeAccount[] = DEFAULT_ACCOUNTS) {
    this.accounts = accounts;
  }

  /** Serves plain HTTP on a free loopback port (the sandbox); gives the origin. */
  async listen(): Promise<string> {
    this.#port ??= await listenOnLoopback(this.#server);
    return `http://127.0.0.1:${this.#port}`;
  }

  async close(): Promise<void> {
    if (this.#port !== undefined) await closeServer(this.#server);
  }

  // ---- what tests do

  /** An endpoint goes wrong `times` times, or until `behave("well")`. */
  behave(mode: Misbehaviour | "well", times: number | "always" = 1, at: Endpoint = "token"): void {
    this.#misbehaviours.delete(at);
    if (mode !== "well")
      this.#misbehaviours.set(at, { mode, times: times === "always" ? Number.POSITIVE_INFINITY : times });
  }

  /** The person signs in and agrees: gives the address their browser ends at. Throws where a real person would see an error page. */
  approve(authorizationUrl: string, account: FakeAccount = this.accounts[0] as FakeAccount): string {
    const { searchParams } = new URL(authorizationUrl);
    this.#states.add(searchParams.get("state") ?? "");
    const judged = this.#judgeLink(searchParams);
    if (judged.kind === "error-page") throw new Error(`the sign-in page says: ${judged.code}`);
    if (judged.kind === "redirect-error") return errorRedirect(judged);
    return this.#issueCode(judged.request, account);
  }

  /** The person declines. */
  deny(
    authorizationUrl: string,
    description = "The resource owner or authorization server denied the request.",
  ): string {
    const state = new URL(authorizationUrl).searchParams.get("state") ?? "";
    this.#states.add(state);
    return errorRedirect({ error: "access_denied", description, state });
  }

  /** Every code and token ever issued, for searching places they must not be. */
  secrets(): string[] {
    return [...this.#secrets];
  }

  /** Polls for a device code that were sent. */
  polls(): RecordedRequest[] {
    return this.requests.filter(({ path }) => path === "/api/accounts/deviceauth/token");
  }

  /** The state of every link that a person followed. */
  states(): string[] {
    return [...this.#states];
  }

  /** Requests to the token endpoint, of one grant type if given. */
  tokenRequests(grantType?: "authorization_code" | "refresh_token"): RecordedRequest[] {
    return this.requests.filter(
      (request) =>
        request.path === "/oauth/token" && (grantType === undefined || field(request, "grant_type") === grantType),
    );
  }

  /** Whose access token this is; `undefined` if it was never issued. */
  accountOf(accessToken: string): FakeAccount | undefined {
    return this.#accessTokens.get(accessToken);
  }

  /** Takes a token that it did not issue for one of this account. */
  adopt(accessToken: string, account: FakeAccount): void {
    this.#accessTokens.set(accessToken, account);
  }

  /** What a refresh token is worth now; `undefined` if it was never issued. */
  refreshTokenState(token: string): "live" | "used" | "revoked" | undefined {
    return this.#refreshTokens.get(token)?.state;
  }

  // ---- the wire

  /** The request listener, for use behind any server. */
  readonly handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "https://auth.openai.com");
    if (url.pathname === USAGE_PATH) return this.usage.handle(request, response);
    const contentType = request.headers["content-type"] ?? "";
    let body: [string, string][];
    try {
      body = readFields(contentType, await readBody(request, 1024 * 1024));
    } catch {
      response.destroy();
      return;
    }
    this.requests.push({
      method: request.method ?? "",
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      contentType,
      body,
      userAgent: request.headers["user-agent"] ?? "",
      atMs: Date.now(),
    });
    const route = `${request.method} ${url.pathname}`;
    if (route === "GET /oauth/authorize") return this.#authorize(url.searchParams, response);
    if (route === "POST /oauth/consent") return this.#consent(new Map(body), response);
    if (route === "POST /oauth/token") return this.#token(contentType, body, response);
    if (route === "POST /api/accounts/deviceauth/usercode")
      return this.#device("code", response, () => this.devices.issue(new Map(body), response));
    if (route === "POST /api/accounts/deviceauth/token")
      return this.#device("poll", response, () => this.devices.poll(new Map(body), response));
    if (url.pathname === "/codex/device") {
      const sent = request.method === "POST" ? new Map(body) : undefined;
      return sendHtml(response, 200, this.devices.page(sent, this.accounts));
    }
    if (url.pathname === "/sandbox")
      return this.#sandbox(request.method === "POST" ? new Map(body) : undefined, response);
    if (route === "POST /oauth/revoke") return this.#revoke(new Map(body), response);
    sendOpenAiError(response, 404, "not_found", "Not found.");
  };

  #sandbox(chosen: ReadonlyMap<string, string> | undefined, response: ServerResponse): void {
    const mode = NAMED_MODES.find((named) => named === chosen?.get("mode"));
    if (chosen !== undefined) this.behave(mode ?? "well");
    const { mode: next, times = 0 } = this.#misbehaviours.get("token") ?? {};
    const waiting = times > 0 ? next : undefined;
    sendHtml(response, 200, sandboxPage(NAMED_MODES, waiting === undefined ? undefined : kindOf(waiting)));
  }

  #judgeLink(query: URLSearchParams): JudgedLink {
    const one = (name: string): string | undefined =>
      query.getAll(name).length === 1 ? (query.get(name) ?? undefined) : undefined;
    const state = one("state") ?? "";
    const redirect = (error: string, description: string): JudgedLink => ({
      kind: "redirect-error",
      error,
      description,
      state,
    });
    if (one("client_id") !== CLIENT_ID) return { kind: "error-page", code: "invalid_client" };
    if (one("redirect_uri") !== REDIRECT_URI) return { kind: "error-page", code: "authorize_hydra_invalid_request" };
    if (state.length < 8)
      return redirect(
        "invalid_state",
        "The state is missing or does not have enough characters and is therefore considered too weak.",
      );
    if (one("response_type") !== "code")
      return redirect(
        "unsupported_response_type",
        "The authorization server does not support obtaining a token using this method.",
      );
    if (one("scope") !== SCOPE)
      return redirect("invalid_scope", "The requested scope is invalid, unknown, or malformed.");
    const codeChallenge = one("code_challenge") ?? "";
    if (one("code_challenge_method") !== "S256" || !/^[A-Za-z0-9_-]{43}$/u.test(codeChallenge)) {
      return redirect("invalid_request", "The code challenge is missing or malformed.");
    }
    const originator = one("originator") ?? "";
    // The real server looks at the originator only after the person signed in.
    if (originator !== "openclaw") return { kind: "error-page", code: "missing_required_parameter" };
    return { kind: "request", request: { state, codeChallenge, originator } };
  }

  #authorize(query: URLSearchParams, response: ServerResponse): void {
    const judged = this.#judgeLink(query);
    if (judged.kind === "error-page") return sendHtml(response, 400, errorPage(judged.code));
    if (judged.kind === "redirect-error") return sendRedirect(response, errorRedirect(judged));
    const requestId = randomBytes(16).toString("hex");
    this.#consents.set(requestId, judged.request);
    sendHtml(response, 200, consentPage(requestId, this.accounts));
  }

  #consent(body: ReadonlyMap<string, string>, response: ServerResponse): void {
    const requestId = body.get("request") ?? "";
    const request = this.#consents.get(requestId);
    const account = this.accounts[Number(body.get("account"))];
    if (!request || (!account && !body.has("deny"))) return sendHtml(response, 400, errorPage("invalid_state"));
    this.#consents.delete(requestId);
    const denied = {
      error: "access_denied",
      description: "The resource owner or authorization server denied the request.",
      state: request.state,
    };
    sendRedirect(response, account && !body.has("deny") ? this.#issueCode(request, account) : errorRedirect(denied));
  }

  /** An endpoint of device codes, which sends JSON and reads JSON. */
  async #device(at: Endpoint, response: ServerResponse, answer: () => void): Promise<void> {
    if (!(await this.#misbehave(this.#takeMisbehaviour(at), response))) answer();
  }

  /** Waits if the mode says so. Returns true if it has answered. */
  async #misbehave(mode: Misbehaviour | undefined, response: ServerResponse): Promise<boolean> {
    if (mode === undefined) return false;
    if (typeof mode === "object" && mode.kind === "slow") {
      await new Promise((resolve) => setTimeout(resolve, mode.ms));
      return false;
    }
    if (typeof mode === "object" && mode.kind === "held") {
      await mode.until;
      return false;
    }
    return sendMisbehaviour(response, mode, (bytes) => (this.hugeBytes += bytes));
  }

  #issueCode(request: AuthorizationRequest, account: FakeAccount): string {
    const code = this.#grantFor(account, request.codeChallenge, REDIRECT_URI);
    return `${REDIRECT_URI}?${new URLSearchParams({ code, scope: SCOPE, state: request.state })}`;
  }

  #grantFor(account: FakeAccount, codeChallenge: string, redirectUri: string): string {
    const code = `ac_${randomBytes(32).toString("base64url")}.${randomBytes(32).toString("base64url")}`;
    this.#secrets.add(code);
    this.#grants.set(code, {
      account,
      codeChallenge,
      redirectUri,
      expiresAtMs: Date.now() + CODE_LIFETIME_MS,
      spent: false,
      refreshTokens: [],
    });
    return code;
  }

  async #token(contentType: string, fields: readonly [string, string][], response: ServerResponse): Promise<void> {
    const mode = this.#takeMisbehaviour("token");
    if (await this.#misbehave(mode, response)) return;
    const body = new Map(fields);
    const grantType = body.get("grant_type");
    if (body.size !== fields.length) return sendOpenAiError(response, 400, "invalid_request", "Duplicate parameter.");
    if (grantType === "authorization_code") {
      if (!contentType.startsWith("application/x-www-form-urlencoded"))
        return sendOpenAiError(response, 400, "invalid_request", "Unsupported content type.");
      return this.#exchange(body, response, mode);
    }
    if (grantType === "refresh_token") return this.#refresh(body, response, mode);
    sendOpenAiError(response, 400, "unsupported_grant_type", "Unsupported grant type.");
  }

  #takeMisbehaviour(at: Endpoint): Misbehaviour | undefined {
    const misbehaviour = this.#misbehaviours.get(at);
    if (misbehaviour === undefined || misbehaviour.times <= 0) return undefined;
    misbehaviour.times -= 1;
    return misbehaviour.mode;
  }

  #exchange(body: ReadonlyMap<string, string>, response: ServerResponse, mode: Misbehaviour | undefined): void {
    if (!this.#rightFields(body, EXCHANGE_FIELDS, EXCHANGE_FIELDS, response)) return;
    const refused = (): void =>
      sendOpenAiError(response, 400, "token_exchange_user_error", "Invalid request. Please try again later.");
    const grant = this.#grants.get(body.get("code") ?? "");
    if (!grant || grant.expiresAtMs < Date.now()) return refused();
    if (grant.spent) {
      // RFC 6749 4.1.2: a replayed code takes down what it had bought.
      for (const token of grant.refreshTokens) this.#kill(token);
      return refused();
    }
    grant.spent = true;
    const challenge = createHash("sha256")
      .update(body.get("code_verifier") ?? "")
      .digest("base64url");
    if (challenge !== grant.codeChallenge || body.get("redirect_uri") !== grant.redirectUri) return refused();
    const account = typeof mode === "object" && mode.kind === "other-account" ? fakeAccount(mode.email) : grant.account;
    this.#sendTokens(account, response, mode, grant);
  }

  #refresh(body: ReadonlyMap<string, string>, response: ServerResponse, mode: Misbehaviour | undefined): void {
    if (!this.#rightFields(body, ["grant_type", "refresh_token", "client_id"], REFRESH_FIELDS, response)) return;
    const token = this.#refreshTokens.get(body.get("refresh_token") ?? "");
    if (!token)
      return sendOpenAiError(
        response,
        401,
        "token_expired",
        "Could not validate your token. Please try signing in again.",
      );
    if (token.state === "used") {
      return sendOpenAiError(
        response,
        401,
        "refresh_token_reused",
        "Your refresh token has already been used to generate a new access token. Please try signing in again.",
      );
    }
    if (token.state === "revoked")
      return sendOpenAiError(
        response,
        401,
        "refresh_token_invalidated",
        "Your session has ended. Please try signing in again.",
      );
    token.state = "used";
    this.#sendTokens(token.account, response, mode);
  }

  /** Checks presence, extras and the client id; answers and gives `false` when something is wrong. */
  #rightFields(
    body: ReadonlyMap<string, string>,
    required: readonly string[],
    allowed: readonly string[],
    response: ServerResponse,
  ): boolean {
    const extra = [...body.keys()].find((name) => !allowed.includes(name));
    const missing = required.find((name) => !body.get(name));
    if (extra !== undefined) sendOpenAiError(response, 400, "unknown_parameter", `Unknown parameter: '${extra}'.`);
    else if (missing !== undefined)
      sendOpenAiError(response, 400, "missing_required_parameter", `Missing required parameter: '${missing}'.`);
    else if (body.get("client_id") !== CLIENT_ID)
      sendOpenAiError(response, 401, "invalid_client", "Invalid client specified.");
    else return true;
    return false;
  }

  #sendTokens(account: FakeAccount, response: ServerResponse, mode: Misbehaviour | undefined, grant?: Grant): void {
    const issuedAtS = Math.floor(Date.now() / 1000);
    const claims = accessTokenClaims(account, issuedAtS, TOKEN_LIFETIME_S);
    const refreshToken = `rt_${randomBytes(32).toString("base64url")}.${randomBytes(32).toString("base64url")}`;
    this.#refreshTokens.set(refreshToken, { account, state: "live" });
    grant?.refreshTokens.push(refreshToken);
    const right = {
      access_token: jwtOf(claims),
      earliest_refresh_at: issuedAtS + TOKEN_LIFETIME_S - 86_400,
      expires_in: TOKEN_LIFETIME_S,
      id_token: jwtOf(idTokenClaims(account, issuedAtS)),
      oai_is: randomBytes(16).toString("base64url"),
      refresh_token: refreshToken,
      scope: SCOPE,
      token_type: "Bearer",
    };
    const answer = mode === undefined ? right : spoil(right, mode, claims, jwtOf);
    if (typeof answer.access_token === "string") this.#accessTokens.set(answer.access_token, account);
    for (const text of [right.access_token, right.id_token, right.refresh_token, answer.access_token])
      if (typeof text === "string") this.#secrets.add(text);
    if (mode !== undefined && kindOf(mode) === "wrong-content-type") {
      response.writeHead(200, { "content-type": "text/plain" });
      response.end(JSON.stringify(answer));
      return;
    }
    sendJson(response, 200, answer, { "cache-control": "no-store" });
  }

  #revoke(body: ReadonlyMap<string, string>, response: ServerResponse): void {
    this.#kill(body.get("token") ?? "");
    // RFC 7009: an unknown token is not an error.
    sendJson(response, 200, {});
  }

  #kill(refreshToken: string): void {
    const token = this.#refreshTokens.get(refreshToken);
    if (token) token.state = "revoked";
  }
}

function field(request: RecordedRequest, name: string): string | undefined {
  return request.body.find(([key]) => key === name)?.[1];
}

function readFields(contentType: string, text: string): [string, string][] {
  if (text === "") return [];
  if (contentType.startsWith("application/json")) return Object.entries(JSON.parse(text) as Record<string, string>);
  return [...new URLSearchParams(text)];
}

function errorRedirect(refusal: { error: string; description: string; state: string }): string {
  return `${REDIRECT_URI}?${new URLSearchParams({ error: refusal.error, error_description: refusal.description, state: refusal.state })}`;
}

function sendRedirect(response: ServerResponse, location: string): void {
  response.writeHead(302, { location, "cache-control": "no-store" });
  response.end();
}

function sendHtml(response: ServerResponse, status: number, html: string): void {
  response.writeHead(status, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" });
  response.end(html);
}
