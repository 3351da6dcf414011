/** What the token endpoint answers, as the guarded fetch hands it on: any status, any body, or none at all. */
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, it } from "vitest";
import { createGuardedFetch, type Send } from "../../src/host/fetch.ts";
import { buildCredential } from "../../src/rules/account.ts";
import { createOAuthClient } from "../../src/oauth/client.ts";
import { CLIENT_ID, OPENAI, REDIRECT_URI, TOKEN_LIMITS } from "../../src/oauth/endpoints.ts";
import { savedScreen } from "../../src/interaction/screens.ts";
import { Secret } from "../../src/secret.ts";
import { systemEntropy } from "../../src/system.ts";
import { SAVED } from "../interaction/facts.ts";
import { toMarkdown, toPlainText } from "../support/english.ts";
import { asText, assertLaws, bytesOf, canary, must, nearly, requireSilence, variantOf } from "./law.ts";

const NOW_MS = 1_795_000_000_000;
const SECRETS = ["signature", "refresh", "id token", "code", "state", "verifier"].map((name) => canary(name, 48));
const [SIGNATURE = "", REFRESH = "", ID_TOKEN = "", CODE = "", STATE = "", VERIFIER = ""] = SECRETS;

const part = (claims: object) => Buffer.from(JSON.stringify(claims)).toString("base64url");
const jwt = (claims: object) => `${part({ alg: "RS256" })}.${part(claims)}.${SIGNATURE}`;
const ACCESS = jwt({
  iss: OPENAI.issuer,
  sub: "auth0|user-1",
  aud: ["https://api.openai.com/v1"],
  exp: NOW_MS / 1000 + 864_000,
  "https://api.openai.com/auth": { chatgpt_account_id: "workspace-1", chatgpt_plan_type: "plus", user_id: "user-1" },
  "https://api.openai.com/profile": { email: "dana@example.com", email_verified: true },
});
const RIGHT = {
  access_token: ACCESS,
  refresh_token: REFRESH,
  id_token: `${jwt({ aud: [CLIENT_ID], iss: OPENAI.issuer })}${ID_TOKEN}`,
  expires_in: 864_000,
  token_type: "Bearer",
  scope: "openid profile email offline_access",
};
const refusalOf = (code: string) => ({
  error: { code, message: `code ${CODE} is spent`, type: "invalid_request_error" },
});

/** Mostly the good ones: what is refused for its head tells nothing of its body. */
const STATUSES = [...Array.from({ length: 20 }, () => 200), 201, 204, 302, 400, 401, 403, 418, 429, 500, 503];
const RETRY_AFTER = ["5", "0", "-1", "99999", "1e9", "Wed, 21 Oct 2026 07:28:00 GMT", "５", ""];
const JSON_TYPE = "application/json";
const TYPES = [JSON_TYPE, JSON_TYPE, JSON_TYPE, `${JSON_TYPE}; charset=utf-16`, "text/html", "application/jwt", ""];

/** One answer for each body: its status and headers come from the body itself. */
function answerOf(input: string): Response {
  const status = STATUSES[variantOf(input, STATUSES.length)] ?? 200;
  const headers = new Headers();
  headers.set("retry-after", (RETRY_AFTER[variantOf(`${input}r`, RETRY_AFTER.length)] ?? "").replace(/[^ -~]/g, ""));
  headers.set("content-type", TYPES[variantOf(`${input}t`, TYPES.length)] ?? "");
  return new Response(status === 204 ? null : bodyOf(input), { status, headers });
}

/** Whole; in pieces that cut letters apart; or cut off by an error that quotes it. */
function bodyOf(input: string): ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(bytesOf(input));
  const half = bytes.length >> 1;
  switch (variantOf(`${input}b`, 8)) {
    case 0:
      return new ReadableStream({
        start(controller) {
          controller.enqueue(bytes.subarray(0, half));
          controller.enqueue(bytes.subarray(half));
          controller.close();
        },
      });
    case 1:
      return new ReadableStream({
        start(controller) {
          controller.enqueue(bytes.subarray(0, half));
          controller.error(new Error(`socket hang up after ${input}`));
        },
      });
    default:
      return bytes;
  }
}

async function feed(input: string): Promise<void> {
  let sent = 0;
  const send: Send = async () => {
    sent += 1;
    return { response: answerOf(input), release: async () => undefined };
  };
  const client = createOAuthClient(OPENAI, systemEntropy, createGuardedFetch(send, TOKEN_LIMITS));
  const grant = {
    code: new Secret(CODE),
    state: new Secret(STATE),
    codeVerifier: new Secret(VERIFIER),
    redirectUri: REDIRECT_URI,
  };
  const result = await client.exchange(grant);
  must(sent === 1, "sends a code once");
  if (result.kind === "refused") {
    must(/^[a-z-]+$/.test(result.code), "refuses with one of our codes", result.code);
    return requireSilence(SECRETS, result);
  }
  // What an account is called is shown, whatever it is called.
  const known = inspect(result.identity, { maxStringLength: null });
  requireSilence(SECRETS, result, known);
  const { email, plan } = result.identity;
  const facts = { ...(email === undefined ? {} : { email }), ...(plan === undefined ? {} : { plan }) };
  const screen = savedScreen({ ...SAVED, ...facts }, true);
  const credential = buildCredential(result.tokens, result.identity, "openai", NOW_MS);
  requireSilence(SECRETS, [toMarkdown(screen), toPlainText(screen), credential], known);
  must(Number.isSafeInteger(credential.expires) && credential.expires > NOW_MS, "ends at a time that there is");
}

const SEEDS = [
  JSON.stringify(RIGHT),
  JSON.stringify({ ...RIGHT, expires_in: "864000" }),
  JSON.stringify(refusalOf("token_exchange_user_error")),
  JSON.stringify(refusalOf("unsupported_country_region_territory")),
  JSON.stringify({ error: "invalid_grant", error_description: `for ${CODE}` }),
  "[]",
];
const WORDS = [
  "access_token",
  "refresh_token",
  "expires_in",
  "error",
  "code",
  "Bearer",
  "DPoP",
  "mac",
  ACCESS,
  REFRESH,
];
const near = fc
  .oneof(...SEEDS.slice(0, 5).map((seed) => nearly(JSON.parse(seed) as Record<string, unknown>)))
  .map(asText);

describe("any answer of the token endpoint", () => {
  it("is tokens or one of our refusals, and neither prints a secret", async () => {
    await assertLaws({ seeds: SEEDS, words: WORDS, near }, 400, feed);
  });
});
