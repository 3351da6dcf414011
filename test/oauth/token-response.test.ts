/** Answers that no well-meaning server would give, judged without a network. */
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CLIENT_ID, OPENAI } from "../../src/oauth/endpoints.ts";
import { judgeTokenResponse } from "../../src/oauth/token.ts";
import { accessTokenClaims, fakeAccount, idTokenClaims, jwtOf } from "../fakes/sign-in-accounts.ts";

const NOW_S = 1_795_000_000;
const DANA = fakeAccount("dana@example.com");
const RIGHT = {
  access_token: jwtOf(accessTokenClaims(DANA, NOW_S, 864_000)),
  refresh_token: "rt_canary.of-a-refresh-token",
  expires_in: 864_000,
  token_type: "Bearer",
  id_token: jwtOf(idTokenClaims(DANA, NOW_S)),
  scope: "openid profile email offline_access",
};

const judge = (body: string, init: ResponseInit = {}) =>
  judgeTokenResponse(
    { issuer: OPENAI.issuer, token_endpoint: OPENAI.token },
    { client_id: CLIENT_ID },
    new Response(body, { headers: { "content-type": "application/json" }, ...init }),
  );

const refused = (code: string) => ({ kind: "refused", code });
const INVALID = refused("token-response-invalid");

interface Change {
  readonly name: string;
  readonly change: Readonly<Record<string, unknown>>;
}

describe("an answer with 200", () => {
  it.each([
    { name: "malformed", id_token: "not-a-jwt" },
    { name: "empty", id_token: "" },
    { name: "not text", id_token: 7 },
    { name: "null", id_token: null },
    { name: "expired", id_token: jwtOf(idTokenClaims(DANA, 1)) },
    { name: "from the future", id_token: jwtOf(idTokenClaims(DANA, 4_000_000_000)) },
    { name: "of another issuer", id_token: jwtOf({ ...idTokenClaims(DANA, NOW_S), iss: "https://evil.example" }) },
    { name: "for another audience", id_token: jwtOf({ ...idTokenClaims(DANA, NOW_S), aud: ["someone-else"] }) },
    { name: "of another person", id_token: jwtOf(idTokenClaims(fakeAccount("mallory@example.com"), NOW_S)) },
    { name: "missing", id_token: undefined },
  ])("is taken whatever the id_token is: $name", async ({ id_token }) => {
    expect(await judge(JSON.stringify({ ...RIGHT, id_token }))).toMatchObject({
      kind: "exchanged",
      identity: { email: "dana@example.com" },
    });
  });

  it.each<Change>([
    {
      name: "an expired access token, since this host's clock may be wrong",
      change: { access_token: jwtOf(accessTokenClaims(DANA, 1, 10)) },
    },
    { name: "fields nobody asked for", change: { earliest_refresh_at: NOW_S, oai_is: "x", constructor: 1 } },
    { name: "another spelling of the token type", change: { token_type: "BEARER" } },
    { name: "fewer scopes", change: { scope: "openid" } },
    { name: "no scope", change: { scope: undefined } },
  ])("is taken with $name", async ({ change }) => {
    expect(await judge(JSON.stringify({ ...RIGHT, ...change }))).toMatchObject({ kind: "exchanged" });
  });

  it.each<Change>([
    { name: "an access token that is a number", change: { access_token: 1 } },
    { name: "an access token that is null", change: { access_token: null } },
    { name: "an empty access token", change: { access_token: "" } },
    { name: "an access token with a space", change: { access_token: `${RIGHT.access_token} x` } },
    { name: "an access token with a line break", change: { access_token: `${RIGHT.access_token}\n` } },
    { name: "an access token with a letter past ASCII", change: { access_token: `${RIGHT.access_token}é` } },
    { name: "an access token of more than 64 KB", change: { access_token: `e30.${"A".repeat(65 * 1024)}.x` } },
    { name: "a refresh token that is a number", change: { refresh_token: 1 } },
    { name: "a refresh token that is null", change: { refresh_token: null } },
    { name: "an empty refresh token", change: { refresh_token: "" } },
    { name: "a refresh token that is a list", change: { refresh_token: ["rt_x"] } },
    { name: "a refresh token with a space", change: { refresh_token: "rt_x y" } },
    { name: "a refresh token of more than 64 KB", change: { refresh_token: "r".repeat(64 * 1024 + 1) } },
    { name: "a token type of another kind", change: { token_type: "mac" } },
    { name: "a token type that is a number", change: { token_type: 1 } },
    { name: "a scope that is a list", change: { scope: ["openid"] } },
    { name: "a lifetime that is not a number", change: { expires_in: "NaN" } },
    { name: "a lifetime with a space before it", change: { expires_in: " 3600" } },
    { name: "a lifetime with a space behind it", change: { expires_in: "3600 " } },
    { name: "a lifetime in another notation", change: { expires_in: "1e5" } },
    { name: "a lifetime of base 16", change: { expires_in: "0x10" } },
  ])("is refused with $name", async ({ change }) => {
    expect(await judge(JSON.stringify({ ...RIGHT, ...change }))).toEqual(INVALID);
  });

  it.each([
    { name: "nothing", body: "" },
    { name: "white space", body: " \n" },
    { name: "null", body: "null" },
    { name: "a number", body: "1" },
    { name: "text", body: '"access_token"' },
    { name: "an empty object", body: "{}" },
    { name: "an empty list", body: "[]" },
    { name: "an error with 200", body: '{"error":"invalid_grant"}' },
    { name: "form data", body: "access_token=a&refresh_token=b" },
    { name: "two objects", body: "{}{}" },
    { name: "tokens behind a prototype key", body: `{"__proto__":${JSON.stringify(RIGHT)}}` },
  ])("is refused where the body is $name", async ({ body }) => {
    expect(await judge(body)).toEqual(INVALID);
  });

  it("is taken whatever its content type says, since only the body counts and the code is spent", async () => {
    expect(await judge(JSON.stringify(RIGHT), { headers: { "content-type": "text/plain" } })).toMatchObject({
      kind: "exchanged",
    });
  });

  it("is never taken for a status that is not exactly 200", async () => {
    const statuses = [201, 202, 206, 300, 302, 307, 308, 400, 401, 403, 404, 418, 429, 500, 503, 599];
    const results = await Promise.all(statuses.map((status) => judge(JSON.stringify(RIGHT), { status })));
    expect(results.map((result) => result.kind)).toEqual(statuses.map(() => "refused"));
  });
});

interface FailureRow {
  readonly name: string;
  readonly status: number;
  readonly body?: string;
  readonly expect: object;
}

const nested = (code: unknown, type = "invalid_request_error") =>
  JSON.stringify({ error: { message: "canary of a server's sentence", type, param: null, code } });

const FAILURES: readonly FailureRow[] = [
  {
    name: "the flat error of RFC 6749",
    status: 400,
    body: '{"error":"invalid_grant","error_description":"canary"}',
    expect: refused("token-rejected"),
  },
  {
    name: "a flat error of the client",
    status: 401,
    body: '{"error":"invalid_client"}',
    expect: refused("client-rejected"),
  },
  {
    name: "a flat error of an unauthorized client",
    status: 400,
    body: '{"error":"unauthorized_client"}',
    expect: refused("client-rejected"),
  },
  {
    name: "a reused refresh token's code",
    status: 401,
    body: nested("refresh_token_reused"),
    expect: refused("token-rejected"),
  },
  { name: "a dead token's code", status: 401, body: nested("token_expired"), expect: refused("token-rejected") },
  { name: "an unknown code with 400", status: 400, body: nested("something_new"), expect: refused("token-rejected") },
  { name: "an unknown code with 403", status: 403, body: nested("something_new"), expect: refused("provider-blocked") },
  {
    name: "the country's code with another status",
    status: 400,
    body: nested("unsupported_country_region_territory"),
    expect: refused("region-unsupported"),
  },
  { name: "a code that is null", status: 400, body: nested(null), expect: refused("token-rejected") },
  { name: "a code that is a number", status: 400, body: nested(17), expect: refused("token-rejected") },
  { name: "an error that is null", status: 400, body: '{"error":null}', expect: refused("token-rejected") },
  {
    name: "an error that is a list",
    status: 400,
    body: '{"error":["invalid_client"]}',
    expect: refused("token-rejected"),
  },
  { name: "an error at the top level only", status: 401, body: '{"code":"x"}', expect: refused("token-rejected") },
  { name: "no body", status: 400, body: "", expect: refused("token-rejected") },
  { name: "400 with a page", status: 400, body: "<html>canary</html>", expect: refused("token-rejected") },
  { name: "403 without a body", status: 403, body: "", expect: refused("provider-blocked") },
  { name: "404", status: 404, body: "<html>canary</html>", expect: INVALID },
  { name: "405", status: 405, expect: INVALID },
  { name: "301", status: 301, expect: INVALID },
  {
    name: "429 without a time to wait",
    status: 429,
    body: nested("rate_limit_exceeded"),
    expect: refused("provider-rate-limited"),
  },
  { name: "500 without a body", status: 500, body: "", expect: refused("provider-failed") },
  { name: "502 with a page", status: 502, body: "<html>canary</html>", expect: refused("provider-failed") },
  { name: "a status past 500", status: 599, expect: refused("provider-failed") },
  {
    name: "a code that is a key of every object",
    status: 400,
    body: nested("constructor"),
    expect: refused("token-rejected"),
  },
  {
    name: "a flat error that is a key of every object",
    status: 500,
    body: '{"error":"toString"}',
    expect: refused("provider-failed"),
  },
  {
    name: "a code that is the prototype's key",
    status: 403,
    body: nested("__proto__"),
    expect: refused("provider-blocked"),
  },
];

describe("an answer with another status", () => {
  it.each(FAILURES)("maps $name", async ({ status, body = "{}", expect: expected }) => {
    expect(await judge(body, { status })).toEqual(expected);
  });

  it("always answers a code of ours and nothing of the server's text", async () => {
    const body = fc.oneof(
      fc.json(),
      fc.string(),
      fc
        .record({ error: fc.oneof(fc.jsonValue(), fc.record({ code: fc.string(), type: fc.string() })) })
        .map((error) => JSON.stringify(error)),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 201, max: 599 }).filter((status) => ![204, 205, 304].includes(status)),
        body,
        async (status, text) => {
          const result = await judge(text, { status });
          expect(result).toEqual({ kind: "refused", code: expect.stringMatching(/^[a-z-]+$/) });
        },
      ),
    );
  });

  it("keeps nothing of the server's sentence", async () => {
    const results = await Promise.all(FAILURES.map(({ status, body = "{}" }) => judge(body, { status })));
    expect(inspect(results, { depth: null, showHidden: true })).not.toContain("canary");
  });
});
