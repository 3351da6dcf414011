/** The one request to chatgpt.com, over the terminal's transport and a server on loopback. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { StoredToken } from "../../src/actions/ports.ts";
import { CodexAuthError } from "../../src/errors.ts";
import { createGuardedFetch } from "../../src/host/fetch.ts";
import { readUserId } from "../../src/oauth/identity.ts";
import type { ProfileId } from "../../src/rules/profile-id.ts";
import { Secret } from "../../src/secret.ts";
import { createPlainSend } from "../../src/terminal/network.ts";
import { createUsageRequest, sandboxUsageEndpoint, USAGE_ENDPOINT, USAGE_LIMITS } from "../../src/usage/request.ts";
import { FakeClock, MemoryLog } from "../fakes/fake-ports.ts";
import { accessTokenClaims, fakeAccount, jwtOf } from "../fakes/sign-in-accounts.ts";
import { closeServer, listenOnLoopback } from "../support/loopback.ts";

const KIB = 1024;
const DANA = fakeAccount("dana@example.com");
const ACCESS = jwtOf(accessTokenClaims(DANA, 1_795_000_000, 864_000));
const TOKEN: StoredToken = {
  profileId: "openai:work" as ProfileId,
  access: new Secret(ACCESS),
  chatgptAccountId: DANA.accountId,
  expiresAtMs: 1_800_000_000_000,
};

let answer: (request: IncomingMessage, response: ServerResponse) => void;
let requests: IncomingMessage[];
let origin: string;
const server = createServer((request, response) => {
  requests.push(request);
  answer(request, response);
});
const log = new MemoryLog();

beforeEach(async () => {
  requests = [];
  log.lines.length = 0;
  answer = (_request, response) => response.end("{}");
  origin = `http://127.0.0.1:${await listenOnLoopback(server)}`;
});
afterEach(() => closeServer(server));

function connect() {
  const endpoint = sandboxUsageEndpoint(origin);
  return { endpoint, fetch: createGuardedFetch(createPlainSend(endpoint), USAGE_LIMITS) };
}

const parts = { connect, hostVersion: "2026.9.6", clock: new FakeClock(), log, readUserId };
const ask = (token = TOKEN, signal = new AbortController().signal) => createUsageRequest(parts)(token, signal);

describe("the request for the usage of an account", () => {
  it("goes to one URL of chatgpt.com, over TLS", () => {
    expect(USAGE_ENDPOINT).toEqual({
      url: "https://chatgpt.com/backend-api/wham/usage",
      urls: ["https://chatgpt.com/backend-api/wham/usage"],
      hostname: "chatgpt.com",
      isSandbox: false,
    });
  });

  it("is one GET with the headers of the host's own", async () => {
    await ask();
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual(["GET /backend-api/wham/usage"]);
    expect(requests[0]?.headers).toMatchObject({
      authorization: `Bearer ${ACCESS}`,
      accept: "application/json",
      "chatgpt-account-id": DANA.accountId,
      originator: "openclaw",
      "user-agent": "openclaw/2026.9.6",
    });
  });

  it("names no account if none is stored, and no version if none is known", async () => {
    await createUsageRequest({ ...parts, hostVersion: undefined })(
      { ...TOKEN, chatgptAccountId: undefined },
      AbortSignal.any([]),
    );
    expect(requests[0]?.headers["chatgpt-account-id"]).toBeUndefined();
    expect(requests[0]?.headers["user-agent"]).toBe("openclaw/dev");
  });

  it.each([
    { name: "the user of the token", userId: DANA.userId, kind: "numbers" },
    { name: "another user", userId: "user-other", kind: "untold" },
  ])("takes the answer for $name as $kind", async ({ userId, kind }) => {
    answer = (_request, response) => response.end(JSON.stringify({ user_id: userId, account_id: DANA.accountId }));
    expect((await ask()).kind).toBe(kind);
  });

  it.each([
    { length: 256 * KIB, kind: "numbers" },
    { length: 256 * KIB + 1, kind: "untold" },
  ])("takes an answer of $length bytes as $kind", async ({ length, kind }) => {
    answer = (_request, response) => response.end("{}".padEnd(length, " "));
    expect((await ask()).kind).toBe(kind);
  });

  it("follows no redirect", async () => {
    answer = (_request, response) => response.writeHead(302, { location: `${origin}/elsewhere` }).end();
    expect(await ask()).toEqual({ kind: "untold", reason: "unreadable" });
    expect(requests).toHaveLength(1);
  });

  it("has a reason for a connection that breaks, and logs no more than its name", async () => {
    answer = (request) => request.destroy();
    expect(await ask()).toEqual({ kind: "untold", reason: "unreachable" });
    expect(log.lines.join()).toMatch(
      /^warn: asking for the usage of an account failed \(CodexAuthError provider-unreachable/,
    );
  });

  it("ends with its signal", async () => {
    const abort = new AbortController();
    answer = () => abort.abort();
    expect(await ask(TOKEN, abort.signal)).toEqual({ kind: "untold", reason: "late" });
  });

  it("has a reason for a token that no header can have, and repeats nothing of it", async () => {
    const odd = { ...TOKEN, access: new Secret("canary\nx-canary: 1 \u20AC") };
    expect(await ask(odd)).toEqual({ kind: "untold", reason: "unreachable" });
    expect(log.lines.join()).not.toContain("canary");
    expect(requests).toEqual([]);
  });

  it("has a reason if it cannot be sent at all", async () => {
    const broken = createUsageRequest({
      ...parts,
      connect: () => {
        throw new CodexAuthError("config-invalid");
      },
    });
    expect(await broken(TOKEN, AbortSignal.any([]))).toEqual({ kind: "untold", reason: "unreachable" });
  });
});

describe("readUserId", () => {
  const AUTH = "https://api.openai.com/auth";
  it.each([
    { name: "both claims", claims: { chatgpt_user_id: "user-1", user_id: "user-2" }, userId: "user-1" },
    { name: "one claim", claims: { user_id: "user-2" }, userId: "user-2" },
    { name: "neither", claims: {}, userId: undefined },
  ])("reads the user of $name", ({ claims, userId }) => {
    expect(readUserId(jwtOf({ [AUTH]: { chatgpt_account_id: "a", ...claims } }))).toBe(userId);
  });

  it("reads nothing of text that is no token", () => {
    expect(readUserId("canary")).toBeUndefined();
  });
});
