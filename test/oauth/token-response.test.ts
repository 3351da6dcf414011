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
  ])("is refused if the body is $name", async ({ body }) => {
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

const nested = (code: unknown, type = "invalid_request_error") =>
  JSON.stringify({ error: { message: "canary of a server's sentence", type, param: null, code } });

const FAILURES: readonly (readonly [name: string, status: number, body: string, code: string])[] = [
  ["the flat error of RFC 6749", 400, '{"error":"invalid_grant","error_description":"canary"}', "token-rejected"],
  ["a flat error of the client", 401, '{"error":"invalid_client"}', "client-rejected"],
  ["a flat error of an unauthorized client", 400, '{"error":"unauthorized_client"}', "client-rejected"],
  ["a reused refresh token's code", 401, nested("refresh_token_reused"), "token-rejected"],
  ["a dead token's code", 401, nested("token_expired"), "token-rejected"],
  ["the flat error of RFC 6749 for a request", 400, '{"error":"invalid_request"}', "token-rejected"],
  ["an unknown code with 400", 400, nested("something_new"), "account-refused"],
  ["an account that was suspended, with 400", 400, nested("account_suspended"), "account-refused"],
  ["an unknown code with 401", 401, nested("something_new"), "account-refused"],
  ["an unknown code with 402", 402, nested("something_new"), "account-refused"],
  ["an unknown code with 403", 403, nested("something_new"), "account-refused"],
  ["an account that was deactivated, with 401", 401, nested("account_deactivated"), "account-refused"],
  ["an account that was deactivated, with 403", 403, nested("account_deactivated"), "account-refused"],
  ["an account that was deactivated, with 400", 400, nested("account_deactivated"), "account-refused"],
  ["a code in the detail, with 401", 401, '{"detail":{"code":"account_deactivated"}}', "account-refused"],
  ["an unknown code in the detail, with 401", 401, '{"detail":{"code":"sso_required"}}', "account-refused"],
  ["a known code in the detail, with 400", 400, '{"detail":{"code":"deactivated_workspace"}}', "account-refused"],
  [
    "the country's code in the detail",
    403,
    '{"detail":{"code":"unsupported_country_region_territory"}}',
    "region-unsupported",
  ],
  ["a detail that is a list", 403, '{"detail":[{"code":"x"}]}', "account-refused"],
  ["the text of Cloudflare's page", 403, "error code: 1020\n", "provider-blocked"],
  ["a text that only begins so", 403, "error code: 1020 canary", "account-refused"],
  ["a workspace that was deactivated", 402, '{"detail":{"code":"deactivated_workspace"}}', "account-refused"],
  ["access that was denied, flat", 403, '{"error":"access_denied","error_description":"canary"}', "account-refused"],
  ["access that was denied, at the top level", 403, '{"code":"access_denied"}', "account-refused"],
  ["a sentence beside no code", 403, '{"detail":"canary"}', "account-refused"],
  ["401 with a page", 401, "<!DOCTYPE html><title>canary</title>", "provider-blocked"],
  ["403 with a page", 403, "\n<html>canary</html>", "provider-blocked"],
  ["403 with text", 403, "canary", "account-refused"],
  ["402 without a body", 402, "", "account-refused"],
  ["401 without a body", 401, "", "token-rejected"],
  ["401 with an error without a code", 401, '{"error":{}}', "token-rejected"],
  ["a code of an expired token", 401, nested("refresh_token_expired"), "token-rejected"],
  ["the country's code with another status", 400, nested("unsupported_country_region_territory"), "region-unsupported"],
  ["a code that is null", 400, nested(null), "token-rejected"],
  ["a code that is a number", 400, nested(17), "token-rejected"],
  ["an error that is null", 400, '{"error":null}', "token-rejected"],
  ["an error that is a list", 400, '{"error":["invalid_client"]}', "token-rejected"],
  ["an error at the top level only", 401, '{"code":"x"}', "account-refused"],
  ["no body", 400, "", "token-rejected"],
  ["400 with a page", 400, "<html>canary</html>", "token-response-invalid"],
  ["403 without a body", 403, "", "account-refused"],
  ["404", 404, "<html>canary</html>", "token-response-invalid"],
  ["405", 405, "{}", "token-response-invalid"],
  ["301", 301, "{}", "token-response-invalid"],
  ["429 without a time to wait", 429, nested("rate_limit_exceeded"), "provider-rate-limited"],
  ["500 without a body", 500, "", "provider-failed"],
  ["502 with a page", 502, "<html>canary</html>", "provider-failed"],
  ["the login page of a network", 511, "<html>canary</html>", "token-response-invalid"],
  ["a status past 500", 599, "{}", "provider-failed"],
  ["a code that is a key of every object", 400, nested("constructor"), "account-refused"],
  ["a flat error that is a key of every object", 500, '{"error":"toString"}', "provider-failed"],
  ["a code that is the prototype's key", 403, nested("__proto__"), "account-refused"],
];

describe("an answer with another status", () => {
  it.each(FAILURES)("maps %s", async (_, status, body, code) => {
    expect(await judge(body, { status })).toEqual(refused(code));
  });

  it("is a page by its type or by its content, and never if it is JSON", async () => {
    const page = { headers: { "content-type": "text/html; charset=UTF-8" }, status: 403 };
    expect(await judge("canary", page)).toEqual(refused("provider-blocked"));
    expect(await judge(nested("something_new"), page)).toEqual(refused("account-refused"));
    const challenge = { headers: { "cf-mitigated": "challenge" }, status: 403 };
    expect(await judge("", challenge)).toEqual(refused("provider-blocked"));
  });

  it("is never called a block of the network if it has a code in JSON", async () => {
    const KNOWN = /^(?:account-refused|token-rejected|client-rejected|region-unsupported)$/;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(401, 402, 403), fc.string({ minLength: 1 }), async (status, code) => {
        for (const body of [nested(code), JSON.stringify({ error: code }), JSON.stringify({ code })]) {
          expect(await judge(body, { status })).toMatchObject({ code: expect.stringMatching(KNOWN) });
        }
      }),
    );
  });

  it("always answers one of our codes and nothing of the server's text", async () => {
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
    const results = await Promise.all(FAILURES.map(([, status, body]) => judge(body, { status })));
    expect(inspect(results, { depth: null, showHidden: true })).not.toContain("canary");
  });
});
