import { createHash } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { Entropy, GuardedFetch, OutgoingRequest } from "../../src/actions/ports.ts";
import { CodexAuthError } from "../../src/errors.ts";
import { buildAuthorizationRequest, createOAuthClient } from "../../src/oauth/client.ts";
import { LOOK_LIMITS, lookAt, OPENAI, sandboxEndpoints } from "../../src/oauth/endpoints.ts";
import { Secret } from "../../src/secret.ts";
import { systemEntropy } from "../../src/system.ts";

/** Bytes of one value, so that every text made of them is known beforehand; notes how many were drawn. */
function fixedEntropy(drawn: number[] = []): Entropy {
  return {
    bytes(length) {
      drawn.push(length);
      const bytes = Buffer.alloc(length, drawn.length);
      return { toBase64Url: () => bytes.toString("base64url"), toHex: () => bytes.toString("hex") };
    },
    digest: systemEntropy.digest,
  };
}

/** RFC 7636 section 4.2 by hand, apart from the library that the code under test uses. */
const s256 = (verifier: string) => createHash("sha256").update(verifier, "ascii").digest("base64url");

const build = (entropy: Entropy = systemEntropy) => buildAuthorizationRequest(OPENAI, entropy);

const clientOver = (look: GuardedFetch) =>
  createOAuthClient(OPENAI, systemEntropy, () => Promise.reject(new Error("a token request")), { look });

describe("the look at the sign-in server", () => {
  it.each([
    { name: "a page", status: 200, isReachable: true },
    { name: "a refusal", status: 403, isReachable: true },
    { name: "a limit of requests", status: 429, isReachable: true },
    { name: "a failure", status: 503, isReachable: false },
  ])("takes $name for an answer: $isReachable", async ({ status, isReachable }) => {
    const asked: OutgoingRequest[] = [];
    const client = clientOver(async (request) => {
      asked.push(request);
      return { status, headers: new Headers(), body: "" };
    });
    expect(await client.isReachable()).toBe(isReachable);
    expect(asked).toEqual([{ url: "https://auth.openai.com/oauth/authorize", method: "GET", headers: {} }]);
  });

  it.each([
    { name: "a redirect or a long page", error: new CodexAuthError("token-response-invalid"), isReachable: true },
    { name: "no answer", error: new CodexAuthError("provider-timeout"), isReachable: false },
    { name: "no network", error: new CodexAuthError("provider-unreachable"), isReachable: false },
    { name: "any other error", error: new Error("canary"), isReachable: false },
  ])("takes $name for an answer: $isReachable", async ({ error, isReachable }) => {
    expect(await clientOver(() => Promise.reject(error)).isReachable()).toBe(isReachable);
  });

  it("waits five seconds, and may ask for no other page", () => {
    expect(LOOK_LIMITS.timeoutMs).toBe(5_000);
    expect(lookAt(OPENAI)).toEqual({
      hostname: "auth.openai.com",
      isSandbox: false,
      urls: ["https://auth.openai.com/oauth/authorize"],
    });
  });
});

const status = (code: number, body: string) => async () => ({ status: code, headers: new Headers(), body });

describe("a refusal that another proxy may resolve", () => {
  const facts = { variable: "https_proxy", noProxy: "NO_PROXY" } as const;
  const refusals = async (answer: GuardedFetch) => {
    const client = createOAuthClient(OPENAI, systemEntropy, answer, { proxyFacts: () => facts });
    const { redirectUri, state, codeVerifier } = await build();
    return [
      await client.exchange({ code: new Secret("ac_1"), state, codeVerifier, redirectUri }),
      await client.requestDeviceCode(),
    ];
  };
  const region = JSON.stringify({ error: { code: "unsupported_country_region_territory" } });

  it.each([
    { name: "a country", answer: status(403, region) },
    { name: "a page", answer: status(403, "<html>") },
    { name: "no network", answer: () => Promise.reject(new CodexAuthError("provider-unreachable")) },
  ])("names the proxy in force: $name", async ({ answer }) => {
    expect(await refusals(answer)).toMatchObject([facts, facts]);
  });

  it("is not any other one", async () => {
    for (const refusal of await refusals(status(500, ""))) {
      expect(refusal).toEqual({ kind: "refused", code: "provider-failed" });
    }
  });
});

describe("buildAuthorizationRequest", () => {
  it("sends OpenClaw's own parameters, in its order, and no others", async () => {
    const request = await build(fixedEntropy());
    const verifier = Buffer.alloc(32, 1).toString("base64url");
    expect([...new URL(request.authorizationUrl.reveal()).searchParams]).toEqual([
      ["response_type", "code"],
      ["client_id", "app_EMoamEEZ73f0CkXaXp7hrann"],
      ["redirect_uri", "http://localhost:1455/auth/callback"],
      ["scope", "openid profile email offline_access"],
      ["code_challenge", s256(verifier)],
      ["code_challenge_method", "S256"],
      ["state", "02".repeat(16)],
      ["id_token_add_organizations", "true"],
      ["codex_cli_simplified_flow", "true"],
      ["originator", "openclaw"],
    ]);
  });

  it("is spelled on the wire as OpenClaw's own login spells it", async () => {
    const { authorizationUrl } = await build(fixedEntropy());
    expect(authorizationUrl.reveal()).toBe(
      `https://auth.openai.com/oauth/authorize?response_type=code&client_id=app_EMoamEEZ73f0CkXaXp7hrann&redirect_uri=http%3A%2F%2Flocalhost%3A1455%2Fauth%2Fcallback&scope=openid+profile+email+offline_access&code_challenge=${s256(Buffer.alloc(32, 1).toString("base64url"))}&code_challenge_method=S256&state=${"02".repeat(16)}&id_token_add_organizations=true&codex_cli_simplified_flow=true&originator=openclaw`,
    );
  });

  it("challenges with the S256 of its own verifier, never with the verifier itself", async () => {
    const { authorizationUrl, codeVerifier } = await build();
    const challenge = new URL(authorizationUrl.reveal()).searchParams.get("code_challenge");
    expect(challenge).toBe(s256(codeVerifier.reveal()));
    expect(authorizationUrl.reveal()).not.toContain(codeVerifier.reveal());
  });

  it("agrees with the example of RFC 7636, appendix B", async () => {
    const bytes = Buffer.from("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk", "base64url");
    const request = await build({
      ...fixedEntropy(),
      bytes: () => ({ toBase64Url: () => bytes.toString("base64url"), toHex: () => "00" }),
    });
    expect(new URL(request.authorizationUrl.reveal()).searchParams.get("code_challenge")).toBe(
      "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    );
  });

  it("draws 256 bits for the verifier and 128 for the state", async () => {
    const drawn: number[] = [];
    await build(fixedEntropy(drawn));
    expect(drawn).toEqual([32, 16]);
  });

  it("gives a verifier in the grammar of RFC 7636 and a state of 32 hex characters", async () => {
    const { codeVerifier, state } = await build();
    expect(codeVerifier.reveal()).toMatch(/^[A-Za-z0-9_-]{43}$/);
    expect(state.reveal()).toMatch(/^[0-9a-f]{32}$/);
  });

  it("puts the state that it answers into the link", async () => {
    const { authorizationUrl, state } = await build();
    expect(new URL(authorizationUrl.reveal()).searchParams.getAll("state")).toEqual([state.reveal()]);
  });

  it("is fresh each time in state, verifier and challenge", async () => {
    const requests = await Promise.all(Array.from({ length: 200 }, () => build()));
    const distinct = (pick: (request: Awaited<ReturnType<typeof build>>) => string) => new Set(requests.map(pick)).size;
    expect([
      distinct((request) => request.state.reveal()),
      distinct((request) => request.codeVerifier.reveal()),
      distinct((request) => new URL(request.authorizationUrl.reveal()).searchParams.get("code_challenge") ?? ""),
    ]).toEqual([200, 200, 200]);
  });

  it("answers the registered redirect URI as a constant", async () => {
    expect((await build()).redirectUri).toBe("http://localhost:1455/auth/callback");
  });

  it("changes nothing but the origin in the sandbox", async () => {
    const [real, sandbox] = await Promise.all([
      build(fixedEntropy()),
      buildAuthorizationRequest(sandboxEndpoints("http://127.0.0.1:4000"), fixedEntropy()),
    ]);
    expect(sandbox.authorizationUrl.reveal()).toBe(
      real.authorizationUrl.reveal().replace("https://auth.openai.com/", "http://127.0.0.1:4000/"),
    );
  });

  it("keeps link, state and verifier sealed", async () => {
    const request = await build();
    const text = inspect(request, { depth: null, showHidden: true }) + JSON.stringify(request);
    const secrets = [request.state, request.codeVerifier, request.authorizationUrl].map((secret) => secret.reveal());
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  });
});

describe("the endpoints", () => {
  it("are OpenAI's own, over TLS", () => {
    expect(OPENAI).toEqual({
      issuer: "https://auth.openai.com",
      authorization: "https://auth.openai.com/oauth/authorize",
      token: "https://auth.openai.com/oauth/token",
      deviceCode: "https://auth.openai.com/api/accounts/deviceauth/usercode",
      devicePoll: "https://auth.openai.com/api/accounts/deviceauth/token",
      devicePage: "https://auth.openai.com/codex/device",
      hostname: "auth.openai.com",
      urls: [
        "https://auth.openai.com/oauth/token",
        "https://auth.openai.com/api/accounts/deviceauth/usercode",
        "https://auth.openai.com/api/accounts/deviceauth/token",
      ],
      isSandbox: false,
    });
  });

  it.each([
    { origin: "http://127.0.0.1:4000", hostname: "127.0.0.1" },
    { origin: "http://localhost:4000", hostname: "localhost" },
    { origin: "http://[::1]:4000", hostname: "[::1]" },
  ])("stay on $origin in the sandbox, and say so", ({ origin, hostname }) => {
    expect(sandboxEndpoints(origin)).toMatchObject({
      authorization: `${origin}/oauth/authorize`,
      token: `${origin}/oauth/token`,
      deviceCode: `${origin}/api/accounts/deviceauth/usercode`,
      devicePoll: `${origin}/api/accounts/deviceauth/token`,
      devicePage: `${origin}/codex/device`,
      hostname,
      isSandbox: true,
    });
  });
});
