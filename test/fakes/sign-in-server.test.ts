import { createHash, randomBytes } from "node:crypto";
import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  CLIENT_ID,
  DEFAULT_ACCOUNTS,
  fakeAccount,
  REDIRECT_URI,
  SCOPE,
  SignInServer,
  type Misbehaviour,
} from "./sign-in-server.ts";

const server = new SignInServer();
let origin = "";
beforeAll(async () => {
  origin = await server.listen();
});
afterAll(() => server.close());

interface Started {
  readonly url: string;
  readonly verifier: string;
  readonly state: string;
}

function start(change: Record<string, string | undefined> = {}): Started {
  const verifier = randomBytes(32).toString("base64url");
  const state = randomBytes(16).toString("hex");
  const fields: Record<string, string | undefined> = {
    response_type: "code",
    client_id: CLIENT_ID,
    redirect_uri: REDIRECT_URI,
    scope: SCOPE,
    code_challenge: createHash("sha256").update(verifier).digest("base64url"),
    code_challenge_method: "S256",
    state,
    id_token_add_organizations: "true",
    codex_cli_simplified_flow: "true",
    originator: "openclaw",
    ...change,
  };
  const query = new URLSearchParams(
    Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as [string, string]])),
  );
  return { url: `${origin}/oauth/authorize?${query}`, verifier, state };
}

function exchangeBody(code: string, verifier: string): Record<string, string> {
  return {
    grant_type: "authorization_code",
    client_id: CLIENT_ID,
    code,
    code_verifier: verifier,
    redirect_uri: REDIRECT_URI,
  };
}

async function post(
  body: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<{ status: number; json: any; response: Response }> {
  const response = await fetch(`${origin}/oauth/token`, {
    method: "POST",
    body: new URLSearchParams(body),
    redirect: "manual",
    headers,
    signal: AbortSignal.timeout(3000),
  });
  const text = await response.text();
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    json = text;
  }
  return { status: response.status, json, response };
}

function codeOf(callbackUrl: string): string {
  return new URL(callbackUrl).searchParams.get("code") ?? "";
}

async function signIn(): Promise<any> {
  const started = start();
  return (await post(exchangeBody(codeOf(server.approve(started.url)), started.verifier))).json;
}

const claimsOf = (jwt: string): any => JSON.parse(Buffer.from(jwt.split(".")[1] ?? "", "base64url").toString());

describe("authorization", () => {
  it("sends the browser back with code, scope and state in that order", () => {
    const { url, state } = start();
    expect(server.approve(url)).toMatch(
      /^http:\/\/localhost:1455\/auth\/callback\?code=ac_[\w-]{43}\.[\w-]{43}&scope=openid\+profile\+email\+offline_access&state=/u,
    );
    expect(new URL(server.approve(url)).searchParams.get("state")).toBe(state);
  });

  it("sends the browser back with an error when the person declines", () => {
    const { url, state } = start();
    const query = new URL(server.deny(url)).searchParams;
    expect([query.get("error"), query.get("state"), query.get("code")]).toEqual(["access_denied", state, null]);
  });

  it.each([
    ["another client", { client_id: "app_other" }, "invalid_client"],
    ["another redirect", { redirect_uri: "http://127.0.0.1:1455/auth/callback" }, "authorize_hydra_invalid_request"],
    ["an unknown originator", { originator: "codex-auth" }, "missing_required_parameter"],
  ])("shows an error page for %s", async (_name, change, code) => {
    expect(() => server.approve(start(change).url)).toThrow(code);
    const response = await fetch(start(change).url, { redirect: "manual" });
    expect([response.status, await response.text()]).toEqual([400, expect.stringContaining(code)]);
  });

  it.each([
    ["a short state", { state: "1234567" }, "invalid_state"],
    ["another scope", { scope: "openid" }, "invalid_scope"],
    ["a plain challenge", { code_challenge_method: "plain" }, "invalid_request"],
    ["no challenge", { code_challenge: undefined }, "invalid_request"],
    ["an implicit flow", { response_type: "token" }, "unsupported_response_type"],
  ])("redirects with an error for %s", async (_name, change, error) => {
    const response = await fetch(start(change).url, { redirect: "manual" });
    expect(response.status).toBe(302);
    expect(new URL(response.headers.get("location") ?? "").searchParams.get("error")).toBe(error);
  });

  it("lets a person choose an account on the page", async () => {
    const { url, verifier } = start();
    const html = await (await fetch(url)).text();
    const requestId = /name="request" value="([^"]+)"/u.exec(html)?.[1] ?? "";
    expect(html).toContain("dana@example.com");
    const response = await fetch(`${origin}/oauth/consent`, {
      method: "POST",
      body: new URLSearchParams({ request: requestId, account: "1" }),
      redirect: "manual",
    });
    expect(response.status).toBe(302);
    const answer = await post(exchangeBody(codeOf(response.headers.get("location") ?? ""), verifier));
    expect(claimsOf(answer.json.access_token)["https://api.openai.com/profile"].email).toBe(DEFAULT_ACCOUNTS[1]?.email);
  });
});

describe("token endpoint", () => {
  it("answers a right exchange with the fields of the real one", async () => {
    const answer = await signIn();
    expect(Object.keys(answer).toSorted()).toEqual([
      "access_token",
      "earliest_refresh_at",
      "expires_in",
      "id_token",
      "oai_is",
      "refresh_token",
      "scope",
      "token_type",
    ]);
    const account = DEFAULT_ACCOUNTS[0];
    expect(claimsOf(answer.access_token)["https://api.openai.com/auth"]).toMatchObject({
      chatgpt_account_id: account?.accountId,
      chatgpt_account_user_id: account?.accountUserId,
      chatgpt_plan_type: "plus",
    });
    expect(claimsOf(answer.access_token).exp - claimsOf(answer.access_token).iat).toBe(answer.expires_in);
    expect(server.accountOf(answer.access_token)).toBe(account);
    expect(server.secrets()).toEqual(
      expect.arrayContaining([answer.access_token, answer.refresh_token, answer.id_token]),
    );
  });

  it("takes a code once, and takes back what a replayed code had bought", async () => {
    const { url, verifier } = start();
    const code = codeOf(server.approve(url));
    const first = await post(exchangeBody(code, verifier));
    const second = await post(exchangeBody(code, verifier));
    expect([first.status, second.status, second.json.error.code]).toEqual([200, 400, "token_exchange_user_error"]);
    expect(server.refreshTokenState(first.json.refresh_token)).toBe("revoked");
  });

  it.each([
    ["the verifier is wrong", { code_verifier: "x".repeat(43) }, 400, "token_exchange_user_error"],
    [
      "the redirect is not the one of the link",
      { redirect_uri: "http://127.0.0.1:1455/auth/callback" },
      400,
      "token_exchange_user_error",
    ],
    ["the code is made up", { code: "ac_made-up" }, 400, "token_exchange_user_error"],
    ["the client is another", { client_id: "app_other" }, 401, "invalid_client"],
    ["a field too many is sent", { organization_id: "org" }, 400, "unknown_parameter"],
    ["a field is empty", { code_verifier: "" }, 400, "missing_required_parameter"],
    ["the grant type is unknown", { grant_type: "password" }, 400, "unsupported_grant_type"],
  ])("refuses when %s", async (_name, change, status, code) => {
    const { url, verifier } = start();
    const answer = await post({ ...exchangeBody(codeOf(server.approve(url)), verifier), ...change });
    expect([answer.status, answer.json.error.code]).toEqual([status, code]);
  });

  it("rotates refresh tokens and refuses a used one", async () => {
    const { refresh_token } = await signIn();
    const body = { grant_type: "refresh_token", client_id: CLIENT_ID, refresh_token };
    const first = await post(body);
    const again = await post(body);
    expect([first.status, first.json.refresh_token === refresh_token]).toEqual([200, false]);
    expect([again.status, again.json.error.code]).toEqual([401, "refresh_token_reused"]);
  });

  it("forgets a revoked refresh token", async () => {
    const { refresh_token } = await signIn();
    await fetch(`${origin}/oauth/revoke`, {
      method: "POST",
      body: new URLSearchParams({ token: refresh_token, client_id: CLIENT_ID }),
    });
    expect((await post({ grant_type: "refresh_token", client_id: CLIENT_ID, refresh_token })).json.error.code).toBe(
      "refresh_token_invalidated",
    );
  });

  it("records the fields in the order they came", async () => {
    const { url, verifier } = start();
    await post(exchangeBody(codeOf(server.approve(url)), verifier));
    expect(
      server
        .tokenRequests("authorization_code")
        .at(-1)
        ?.body.map(([name]) => name),
    ).toEqual(["grant_type", "client_id", "code", "code_verifier", "redirect_uri"]);
  });
});

describe("misbehaviour", () => {
  const answered: readonly (readonly [Misbehaviour, number, (json: any, response: Response) => void])[] = [
    ["token-exchange-user-error-401", 401, (json) => expect(json.error.code).toBe("token_exchange_user_error")],
    ["invalid-grant", 400, (json) => expect(json.error.code).toBe("invalid_grant")],
    [
      "unsupported-country",
      403,
      (json) =>
        expect(json.error).toMatchObject({ code: "unsupported_country_region_territory", type: "request_forbidden" }),
    ],
    ["cloudflare-403", 403, (json) => expect(json).toContain("auth.openai.com | 403 Forbidden")],
    ["empty-error-401", 401, (json) => expect(json).toEqual({ error: {} })],
    ["server-error-500", 500, (json) => expect(json.error.code).toBe("internal_error")],
    ["unavailable-503-html", 503, (json) => expect(json).toContain("<html>")],
    [
      { kind: "rate-limited", retryAfter: "17" },
      429,
      (_json, response) => expect(response.headers.get("retry-after")).toBe("17"),
    ],
    [
      { kind: "redirect" },
      307,
      (_json, response) => expect(response.headers.get("location")).toBe("https://elsewhere.example/oauth/token"),
    ],
    ["html-200", 200, (json) => expect(json).toContain("<html>")],
    ["malformed-json", 200, (json) => expect(json).toBe('{"access_token":"eyJ-cut-off')],
    ["json-array", 200, (json) => expect(Array.isArray(json)).toBe(true)],
    ["wrong-content-type", 200, (_json, response) => expect(response.headers.get("content-type")).toBe("text/plain")],
    ["no-refresh-token", 200, (json) => expect(json).not.toHaveProperty("refresh_token")],
    ["no-access-token", 200, (json) => expect(json).not.toHaveProperty("access_token")],
    ["no-id-token", 200, (json) => expect(json).not.toHaveProperty("id_token")],
    ["no-token-type", 200, (json) => expect(json).not.toHaveProperty("token_type")],
    ["no-expires-in", 200, (json) => expect(json).not.toHaveProperty("expires_in")],
    [{ kind: "expires-in", value: -5 }, 200, (json) => expect(json.expires_in).toBe(-5)],
    ["opaque-access-token", 200, (json) => expect(json.access_token.split(".")).toHaveLength(1)],
    [
      "no-account-id",
      200,
      (json) =>
        expect(claimsOf(json.access_token)["https://api.openai.com/auth"]).not.toHaveProperty("chatgpt_account_id"),
    ],
    [
      { kind: "other-account", email: "eve@example.com" },
      200,
      (json) => expect(claimsOf(json.access_token)["https://api.openai.com/profile"].email).toBe("eve@example.com"),
    ],
  ];
  it.each(answered)("answers as told: %j", async (mode, status, check) => {
    const { url, verifier } = start();
    const code = codeOf(server.approve(url));
    server.behave(mode);
    const answer = await post(exchangeBody(code, verifier));
    expect(answer.status).toBe(status);
    check(answer.json, answer.response);
  });

  it("is over after the given number of times", async () => {
    server.behave("server-error-500", 2);
    const body = { grant_type: "refresh_token", client_id: CLIENT_ID, refresh_token: "rt_none" };
    expect([(await post(body)).status, (await post(body)).status, (await post(body)).status]).toEqual([500, 500, 401]);
  });

  it("waits, then answers rightly, when slow", async () => {
    server.behave({ kind: "slow", ms: 120 });
    const startedAt = performance.now();
    expect((await signIn()).token_type).toBe("Bearer");
    expect(performance.now() - startedAt).toBeGreaterThan(110);
  });

  it("cuts the connection when resetting, and never answers when hanging", async () => {
    server.behave("reset");
    await expect(post(exchangeBody("ac_x", "v"))).rejects.toThrow("fetch failed");
    server.behave("hang");
    await expect(
      fetch(`${origin}/oauth/token`, { method: "POST", body: "", signal: AbortSignal.timeout(150) }),
    ).rejects.toThrow("timeout");
  });

  it("streams without end when huge, and counts how much was taken", async () => {
    server.behave("huge-body");
    await new Promise<void>((resolve) => {
      const call = request(`${origin}/oauth/token`, { method: "POST" }, (response) => {
        let seen = 0;
        response.on("data", (chunk: Buffer) => {
          seen += chunk.length;
          if (seen > 1024 * 1024) call.destroy();
        });
        response.on("close", resolve);
        response.on("error", () => {});
      });
      call.on("error", () => {});
      call.end();
    });
    expect(server.hugeBytes).toBeGreaterThan(1024 * 1024);
    expect(server.hugeBytes).toBeLessThan(16 * 1024 * 1024);
  });

  it("makes the same account from the same words", () => {
    expect(fakeAccount("a@example.com")).toEqual(fakeAccount("a@example.com"));
    expect(fakeAccount("a@example.com", "team", "acme").accountId).toBe(
      fakeAccount("b@example.com", "team", "acme").accountId,
    );
  });
});

const choose = (mode: string) => fetch(`${origin}/sandbox`, { method: "POST", body: new URLSearchParams({ mode }) });
const ask = async () => (await fetch(`${origin}/oauth/token`, { method: "POST", body: new URLSearchParams() })).status;

describe("the sandbox page", () => {
  it("makes the next token answer go wrong, and well again", async () => {
    expect(await (await choose("cloudflare-403")).text()).toContain("will end with: <b>cloudflare-403</b>");
    expect(await ask()).toBe(403);
    await choose("server-error-500");
    await choose("well");
    expect(await ask()).toBe(400);
  });
});
