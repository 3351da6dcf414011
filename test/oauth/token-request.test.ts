/** One exchange over plain HTTP with the fake sign-in server, in all the ways it can go. */
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CodexAuthError, ERROR_CODES, type ErrorCode, failureName } from "../../src/errors.ts";
import type { AuthorizationGrant, ExchangeResult, OAuthClient } from "../../src/actions/ports.ts";
import { createOAuthClient } from "../../src/oauth/client.ts";
import { OPENAI, sandboxEndpoints } from "../../src/oauth/endpoints.ts";
import { exchangeCode } from "../../src/oauth/token.ts";
import type { GuardedFetch, OutgoingRequest } from "../../src/actions/ports.ts";
import { Secret } from "../../src/secret.ts";
import { systemEntropy } from "../../src/system.ts";
import { fakeAccount, SignInServer, type Misbehaviour } from "../fakes/sign-in-server.ts";

const DANA = fakeAccount("dana@example.com", "plus");
const REDIRECT_URI = "http://localhost:1455/auth/callback";

/** Keeps the promise of `GuardedFetch` as far as loopback needs it: one request, no redirect, our own errors. */
const loopbackFetch: GuardedFetch = async ({ url, body = null, signal: _none, ...init }) => {
  try {
    const response = await fetch(url, { ...init, body, redirect: "manual" });
    return { status: response.status, headers: response.headers, body: await response.text() };
  } catch {
    throw new CodexAuthError("provider-unreachable");
  }
};

let server: SignInServer;
let client: OAuthClient;

beforeEach(async () => {
  server = new SignInServer([DANA]);
  client = createOAuthClient(sandboxEndpoints(await server.listen()), systemEntropy, loopbackFetch);
});

afterEach(() => server.close());

/** A person signs in: what is left is the exchange. */
async function approved(): Promise<AuthorizationGrant> {
  const { authorizationUrl, state, codeVerifier, redirectUri } = await client.buildAuthorizationRequest();
  const callback = new URL(server.approve(authorizationUrl.reveal()));
  return { code: new Secret(callback.searchParams.get("code") ?? ""), state, codeVerifier, redirectUri };
}

const unseal = (result: ExchangeResult) =>
  result.kind === "refused"
    ? result
    : {
        ...result,
        tokens: {
          ...result.tokens,
          accessToken: result.tokens.accessToken.reveal(),
          refreshToken: result.tokens.refreshToken.reveal(),
        },
      };

describe("a right exchange", () => {
  it("gives the token set and who signed in", async () => {
    const result = unseal(await client.exchange(await approved()));
    expect(result).toEqual({
      kind: "exchanged",
      tokens: {
        accessToken: expect.stringMatching(/^eyJ[\w-]+\.[\w-]+\.[\w-]+$/),
        refreshToken: expect.stringMatching(/^rt_/),
        expiresInSeconds: 864_000,
      },
      identity: {
        chatgptAccountId: DANA.accountId,
        personId: DANA.accountUserId,
        email: "dana@example.com",
        plan: "plus",
      },
    });
  });

  it("sends exactly the five fields of the grant, since the server refuses any sixth", async () => {
    const grant = await approved();
    await client.exchange(grant);
    expect(Object.fromEntries(server.tokenRequests()[0]?.body ?? [])).toEqual({
      grant_type: "authorization_code",
      client_id: "app_EMoamEEZ73f0CkXaXp7hrann",
      code: grant.code.reveal(),
      code_verifier: grant.codeVerifier.reveal(),
      redirect_uri: REDIRECT_URI,
    });
  });

  it("sends no field twice", async () => {
    await client.exchange(await approved());
    expect(server.tokenRequests()[0]?.body).toHaveLength(5);
  });

  it("sends one form-encoded POST to the token endpoint and nothing else", async () => {
    await client.exchange(await approved());
    expect(server.requests).toMatchObject([{ method: "POST", path: "/oauth/token", query: {} }]);
    expect(server.requests[0]?.contentType).toMatch(/^application\/x-www-form-urlencoded/);
  });

  it("sends no authorization header: the client has no secret", async () => {
    const seen: OutgoingRequest[] = [];
    const spying: GuardedFetch = (request) => {
      seen.push(request);
      return loopbackFetch(request);
    };
    await exchangeCode(sandboxEndpoints(await server.listen()), spying, await approved());
    expect(Object.keys(seen[0]?.headers ?? {}).toSorted()).toEqual(["accept", "content-type", "user-agent"]);
  });

  it("posts to auth.openai.com over TLS with the real endpoints", async () => {
    const urls: string[] = [];
    const dead: GuardedFetch = ({ url }) => {
      urls.push(url);
      throw new CodexAuthError("provider-unreachable");
    };
    await exchangeCode(OPENAI, dead, await approved());
    expect(urls).toEqual(["https://auth.openai.com/oauth/token"]);
  });

  it("survives a code that ends in the marks of base64url", async () => {
    const grant = await approved();
    const odd = { ...grant, code: new Secret("ac_a-_.b-_") };
    await client.exchange(odd);
    expect(Object.fromEntries(server.tokenRequests()[0]?.body ?? []).code).toBe("ac_a-_.b-_");
  });
});

interface Row {
  readonly name: string;
  readonly mode: Misbehaviour;
  readonly expect: object;
}

const refused = (code: string, more: object = {}) => ({ kind: "refused", code, ...more });
const exchanged = (seconds: number) => ({ kind: "exchanged", tokens: { expiresInSeconds: seconds } });
const INVALID = refused("token-response-invalid");

/** OAUTH.md 1.4, and what else can go wrong. */
const ROWS: readonly Row[] = [
  {
    name: "a made-up, expired, used or foreign code",
    mode: "token-exchange-user-error",
    expect: refused("token-rejected"),
  },
  { name: "the same with 401", mode: "token-exchange-user-error-401", expect: refused("token-rejected") },
  { name: "invalid_grant", mode: "invalid-grant", expect: refused("token-rejected") },
  { name: "an unknown parameter", mode: "unknown-parameter", expect: refused("client-rejected") },
  { name: "an unknown client", mode: "invalid-client", expect: refused("client-rejected") },
  { name: "a country that is not supported", mode: "unsupported-country", expect: refused("region-unsupported") },
  { name: "a Cloudflare page", mode: "cloudflare-403", expect: refused("provider-blocked") },
  { name: "401 with an emptied error", mode: "empty-error-401", expect: refused("token-rejected") },
  {
    name: "too many requests, with a time",
    mode: { kind: "rate-limited", retryAfter: "17" },
    expect: refused("provider-rate-limited", { retryAfterSeconds: 17 }),
  },
  {
    name: "too many requests, with a date",
    mode: { kind: "rate-limited", retryAfter: "Sun, 22 Nov 2026 09:00:00 GMT" },
    expect: refused("provider-rate-limited"),
  },
  {
    name: "too many requests, with an absurd time",
    mode: { kind: "rate-limited", retryAfter: "99999999" },
    expect: refused("provider-rate-limited"),
  },
  {
    name: "too many requests, with a negative time",
    mode: { kind: "rate-limited", retryAfter: "-5" },
    expect: refused("provider-rate-limited"),
  },
  {
    name: "too many requests, with no seconds to wait",
    mode: { kind: "rate-limited", retryAfter: "0" },
    expect: refused("provider-rate-limited"),
  },
  { name: "500", mode: "server-error-500", expect: refused("provider-failed") },
  { name: "503 with a page", mode: "unavailable-503-html", expect: refused("provider-failed") },
  { name: "a redirect", mode: { kind: "redirect" }, expect: INVALID },
  { name: "a redirect that asks for a GET", mode: { kind: "redirect", status: 303 }, expect: INVALID },
  { name: "a connection that breaks", mode: "reset", expect: refused("provider-unreachable") },
  { name: "a page with 200", mode: "html-200", expect: INVALID },
  { name: "JSON cut off", mode: "malformed-json", expect: INVALID },
  { name: "a JSON list", mode: "json-array", expect: INVALID },
  {
    name: "the right answer as text/plain, of which only the body counts",
    mode: "wrong-content-type",
    expect: exchanged(864_000),
  },
  { name: "no access token", mode: "no-access-token", expect: INVALID },
  { name: "no refresh token", mode: "no-refresh-token", expect: INVALID },
  { name: "no token type", mode: "no-token-type", expect: INVALID },
  { name: "no lifetime", mode: "no-expires-in", expect: INVALID },
  { name: "a lifetime of 0", mode: { kind: "expires-in", value: 0 }, expect: INVALID },
  { name: "a negative lifetime", mode: { kind: "expires-in", value: -1 }, expect: INVALID },
  { name: "an absurd lifetime", mode: { kind: "expires-in", value: 1e12 }, expect: INVALID },
  { name: "a lifetime just over a year", mode: { kind: "expires-in", value: 366 * 86_400 + 1 }, expect: INVALID },
  { name: "an infinite lifetime", mode: { kind: "expires-in", value: "1e999" }, expect: INVALID },
  { name: "a lifetime of null", mode: { kind: "expires-in", value: null }, expect: INVALID },
  { name: "a lifetime of true", mode: { kind: "expires-in", value: true }, expect: INVALID },
  { name: "a lifetime in words", mode: { kind: "expires-in", value: "soon" }, expect: INVALID },
  { name: "an empty lifetime", mode: { kind: "expires-in", value: "" }, expect: INVALID },
  { name: "a lifetime in an object", mode: { kind: "expires-in", value: {} }, expect: INVALID },
  { name: "a lifetime with text behind it", mode: { kind: "expires-in", value: "864000 seconds" }, expect: INVALID },
  { name: "a lifetime in a list", mode: { kind: "expires-in", value: [864_000] }, expect: INVALID },
  {
    name: "a lifetime as numeric text, which OpenClaw takes too",
    mode: { kind: "expires-in", value: "3600" },
    expect: exchanged(3600),
  },
  { name: "a lifetime of a year", mode: { kind: "expires-in", value: 366 * 86_400 }, expect: exchanged(366 * 86_400) },
  { name: "an opaque access token", mode: "opaque-access-token", expect: refused("identity-missing") },
  { name: "an access token without an account", mode: "no-account-id", expect: refused("identity-missing") },
  { name: "no id_token, which nothing here needs", mode: "no-id-token", expect: exchanged(864_000) },
  { name: "a slow answer", mode: { kind: "slow", ms: 50 }, expect: exchanged(864_000) },
];

describe("an exchange that goes wrong", () => {
  it.each(ROWS)("maps $name after one request, and answers nothing secret", async ({ mode, expect: expected }) => {
    server.behave(mode, "always");
    const grant = await approved();
    const result = await client.exchange(grant);
    expect(result).toMatchObject(expected);
    if (result.kind === "refused") expect(result).toEqual(expected);
    // The code may be spent, so it is never sent again.
    expect(server.tokenRequests()).toHaveLength(1);
    const text = inspect(result, { depth: null, showHidden: true }) + JSON.stringify(result);
    const secrets = [grant.code, grant.state, grant.codeVerifier].map((secret) => secret.reveal());
    const hidden = [...secrets, ...server.secrets(), "try again later", "Cloudflare", "eyJ"];
    expect(hidden.filter((secret) => text.includes(secret))).toEqual([]);
  });

  it("is refused by the server's own rules for a wrong verifier", async () => {
    const grant = await approved();
    const wrong = { ...grant, codeVerifier: new Secret("A".repeat(43)) };
    expect(await client.exchange(wrong)).toEqual(refused("token-rejected"));
  });

  it("is refused by the server's own rules for a used code", async () => {
    const grant = await approved();
    await client.exchange(grant);
    expect(await client.exchange(grant)).toEqual(refused("token-rejected"));
  });

  it("sends nothing for an empty code", async () => {
    expect(await client.exchange({ ...(await approved()), code: new Secret("") })).toMatchObject({ kind: "refused" });
    expect(server.tokenRequests()).toEqual([]);
  });
});

const exchangeOver = async (fetch: GuardedFetch) => exchangeCode(OPENAI, fetch, await approved());

const throwing =
  (error: unknown): GuardedFetch =>
  () =>
    Promise.reject(error as Error);

const throwingAtOnce: GuardedFetch = () => {
  throw new TypeError("canary");
};

describe("a transport that fails", () => {
  const PASSED_ON = ["provider-timeout", "provider-unreachable", "provider-certificate", "token-response-invalid"];

  it.each(PASSED_ON)("is distinguished as %s", async (code) => {
    expect(await exchangeOver(throwing(new CodexAuthError(code as ErrorCode)))).toEqual(refused(code));
  });

  it.each(ERROR_CODES.filter((code) => !PASSED_ON.includes(code)))(
    "is no reason to answer %s, which a transport cannot know",
    async (code) => {
      expect(await exchangeOver(throwing(new CodexAuthError(code)))).toEqual(INVALID);
    },
  );

  it.each([
    { name: "an error of its own", error: new Error("canary ac_x") },
    { name: "an error with a cause", error: new Error("canary", { cause: { body: "rt_canary" } }) },
    { name: "an error with one of our codes", error: Object.assign(new Error("canary"), { code: "provider-timeout" }) },
    { name: "text", error: "canary" },
    { name: "nothing", error: undefined },
  ])("answers only with our own code if it throws $name", async ({ error }) => {
    const result = await exchangeOver(throwing(error));
    expect(inspect(result, { depth: null, showHidden: true })).not.toContain("canary");
    expect(result).toEqual({ ...INVALID, because: failureName(error) });
  });

  it("is answered if it throws before it promises anything", async () => {
    expect(await exchangeOver(throwingAtOnce)).toEqual({ ...INVALID, because: "TypeError" });
  });
});
