/**
 * Failed renewals with the real host's own resolver, against a sign-in server behind a proxy. The host's SDK loads once in
 * a process of its own, so the file takes more than 10 seconds.
 */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createGuardedFetch } from "../../src/host/fetch.ts";
import { createOAuthClient } from "../../src/oauth/client.ts";
import { sandboxEndpoints, TOKEN_LIMITS } from "../../src/oauth/endpoints.ts";
import type { StoredCredential } from "../../src/store/host-records.ts";
import { Secret } from "../../src/secret.ts";
import { systemEntropy } from "../../src/system.ts";
import { createPlainSend } from "../../src/terminal/network.ts";
import { SignInServer } from "../fakes/sign-in-server.ts";
import { startTlsProxy, type TlsProxy } from "../fakes/tls-proxy.ts";
import { NODE } from "../support/host.ts";
import { killTree, spawnOwned } from "../support/owned-process.ts";
import type { Order } from "./repair-child.ts";
import { makeTempDir } from "../support/temp-dir.ts";

const repository = new URL("../../", import.meta.url).pathname;
const CHILD = ["--import", join(repository, "test/host/sdk-alias.ts"), join(repository, "test/store/repair-child.ts")];

let server: SignInServer;
let proxy: TlsProxy;
let stateDir: string;
let child: ReturnType<typeof spawnOwned>;
let lines: AsyncIterator<string>;

beforeAll(async () => {
  server = new SignInServer();
  proxy = await startTlsProxy({ "auth.openai.com": server.handle });
  stateDir = makeTempDir("repair");
  const env = { ...proxy.env, PATH: "/usr/bin:/bin", HOME: stateDir, OPENCLAW_HOME: stateDir };
  child = spawnOwned(NODE, CHILD, { env: { ...env, OPENCLAW_STATE_DIR: stateDir }, cwd: repository });
  child.stderr.resume();
  lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
});

afterAll(async () => {
  killTree(child);
  await Promise.all([proxy.close(), server.close()]);
  rmSync(stateDir, { recursive: true, force: true });
});

async function ask(order: Order): Promise<unknown> {
  child.stdin.write(`${JSON.stringify(order)}\n`);
  for (;;) {
    const { value, done } = await lines.next();
    if (done === true) throw new Error("the child ended");
    const answer = /^answer (.*)$/.exec(value)?.[1];
    if (answer !== undefined) return JSON.parse(answer);
  }
}

/** A sign-in whose access token has expired. */
async function signedIn(): Promise<StoredCredential> {
  const endpoints = sandboxEndpoints(await server.listen());
  const fetch = createGuardedFetch(createPlainSend(endpoints), TOKEN_LIMITS);
  const client = createOAuthClient(endpoints, systemEntropy, fetch);
  const request = await client.buildAuthorizationRequest();
  const callbackUrl = new URL(server.approve(request.authorizationUrl.reveal()));
  const { redirectUri, state, codeVerifier } = request;
  const code = new Secret(callbackUrl.searchParams.get("code") ?? "");
  const exchanged = await client.exchange({ code, state, codeVerifier, redirectUri });
  if (exchanged.kind !== "exchanged") throw new Error(exchanged.code);
  const { accessToken, refreshToken } = exchanged.tokens;
  return {
    type: "oauth",
    provider: "openai",
    access: accessToken.reveal(),
    refresh: refreshToken.reveal(),
    expires: Date.now() - 60_000,
    accountId: exchanged.identity.chatgptAccountId,
  } as StoredCredential;
}

const renewals = () =>
  server.requests.filter(({ body }) => body.some((field) => field.join("=") === "grant_type=refresh_token")).length;

/** The host finds out that it cannot renew the sign-in that was seen before. */
async function failRenewal(trouble: () => void, change: Partial<StoredCredential> = {}): Promise<void> {
  await ask({ do: "put", credential: { ...(await signedIn()), ...change } as StoredCredential });
  await ask({ do: "look" });
  trouble();
  expect(await ask({ do: "renew" })).not.toBe(true);
  await ask({ do: "look" });
}

describe("a renewal of the real host that failed", () => {
  it("while the network was down is made up for", async () => {
    await failRenewal(() => proxy.setMode("down"));
    expect(await ask({ do: "list" })).toEqual([{ health: "needs-sign-in", canRevive: true }]);
    expect(await ask({ do: "revive", times: 1 })).toEqual([{ kind: "refused", code: "revive-failed" }]);
    proxy.setMode("up");
    const before = renewals();
    expect(await ask({ do: "revive", times: 2 })).toEqual([{ kind: "revived" }, { kind: "revived" }]);
    expect(renewals()).toBe(before + 1);
    expect(await ask({ do: "list" })).toEqual([{ health: "signed-in" }]);
  });

  it("for a server that failed is made up for too", async () => {
    await failRenewal(() => server.behave("server-error-500", "always"));
    server.behave("well");
    expect(await ask({ do: "revive", times: 1 })).toEqual([{ kind: "revived" }]);
  });

  it.each(["server-error-500", "cloudflare-403", "html-200", { kind: "rate-limited" }] as const)(
    "can be tried again if the server fails again: %j",
    async (trouble) => {
      await failRenewal(() => server.behave("server-error-500", "always"));
      server.behave(trouble, "always");
      expect(await ask({ do: "revive", times: 1 })).toEqual([{ kind: "refused", code: "revive-failed" }]);
      server.behave("well");
      expect(await ask({ do: "list" })).toEqual([{ health: "needs-sign-in", canRevive: true }]);
      expect(await ask({ do: "revive", times: 1 })).toEqual([{ kind: "revived" }]);
    },
  );

  it("while its access token was still valid is made up for by a renewal, not by that token", async () => {
    const expires = Date.now() + 864_000_000;
    await failRenewal(() => server.behave("server-error-500", "always"), { expires });
    server.behave("well");
    const before = renewals();
    expect(await ask({ do: "revive", times: 1 })).toEqual([{ kind: "revived" }]);
    expect(renewals()).toBe(before + 1);
  });

  it("for a spent refresh token stays, with the host's mark", async () => {
    await failRenewal(() => server.behave("invalid-grant", "always"));
    expect(await ask({ do: "revive", times: 1 })).toEqual([{ kind: "refused", code: "revive-rejected" }]);
    server.behave("well");
    expect(await ask({ do: "list" })).toEqual([{ health: "needs-sign-in" }]);
    expect(await ask({ do: "revive", times: 1 })).toEqual([{ kind: "refused", code: "revive-forgotten" }]);
  });

  it("before another sign-in came stays behind it", async () => {
    await failRenewal(() => server.behave("server-error-500", "always"));
    server.behave("well");
    await ask({ do: "put", credential: { ...(await signedIn()), expires: Date.now() + 864_000_000 } });
    expect(await ask({ do: "revive", times: 1 })).toEqual([{ kind: "refused", code: "revive-forgotten" }]);
    expect(await ask({ do: "list" })).toEqual([{ health: "signed-in" }]);
  });
});
