import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import type { DevicePoll, GuardedFetch, PollingPace } from "../../src/actions/ports.ts";
import { CodexAuthError, type ErrorCode } from "../../src/errors.ts";
import { judgeDeviceCode, judgePoll, pollDevice, requestDeviceCode } from "../../src/oauth/device.ts";
import { OPENAI } from "../../src/oauth/endpoints.ts";
import { Secret } from "../../src/secret.ts";

const PAGE = "https://auth.openai.com/codex/device";
const HTML = "<!doctype html><title>Just a moment...</title>";

interface Sent {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Record<string, string>;
}

/** A body that is not text is sent as JSON. */
function answerOf({ status, body = "", headers = {} }: Sent) {
  return { status, headers: new Headers(headers), body: typeof body === "string" ? body : JSON.stringify(body) };
}

/** As the real server nests its errors. */
const errorOf = (code: string) => ({ error: { message: "canary", type: "invalid_request_error", code } });

const ISSUED = {
  device_auth_id: "deviceauth_6840f",
  user_code: "DSJZ-RD351",
  interval: "5",
  expires_at: "2026-06-22T17:12:47.105853+00:00",
};

describe("judgeDeviceCode", () => {
  const judge = (sent: Sent) => judgeDeviceCode(answerOf(sent), PAGE);
  const issue = (fields: object) => judge({ status: 200, body: { ...ISSUED, ...fields } });

  it("reads the code, the interval and the end", () => {
    const issued = issue({});
    expect(issued).toMatchObject({
      kind: "issued",
      verificationUri: PAGE,
      intervalMs: 5000,
      expiresAtMs: Date.parse("2026-06-22T17:12:47.105Z"),
    });
    const { deviceAuthId, userCode } = issued as { deviceAuthId: Secret; userCode: Secret };
    expect([deviceAuthId.reveal(), userCode.reveal()]).toEqual(["deviceauth_6840f", "DSJZ-RD351"]);
    expect(inspect(issued)).not.toMatch(/6840f|DSJZ/);
  });

  it("accepts the other spelling of the code", () => {
    const issued = judge({ status: 200, body: { device_auth_id: "a", usercode: "ABCD-12345" } });
    expect(issued.kind === "issued" && issued.userCode.reveal()).toBe("ABCD-12345");
  });

  it.each<{ name: string; interval: unknown; expect: number }>([
    { name: "a number", interval: 7, expect: 7000 },
    { name: "text", interval: "12", expect: 12_000 },
    { name: "less than five seconds", interval: 1, expect: 5000 },
    { name: "more than a minute", interval: 3600, expect: 60_000 },
    { name: "none", interval: undefined, expect: 5000 },
    { name: "words", interval: "soon", expect: 5000 },
  ])("keeps the interval between five seconds and a minute if the server sends $name", (row) => {
    expect(issue({ interval: row.interval })).toMatchObject({ kind: "issued", intervalMs: row.expect });
  });

  it.each([undefined, null, "soon", 17])("issues without an end if the server sends %s", (expires_at) => {
    expect(issue({ expires_at })).toMatchObject({ kind: "issued", expiresAtMs: undefined });
  });

  it.each<{ name: string; sent: Sent; code: ErrorCode; retryAfterSeconds?: number }>([
    { name: "404", sent: { status: 404, body: {} }, code: "device-code-refused" },
    {
      name: "403 with a code",
      sent: { status: 403, body: errorOf("device_code_disabled") },
      code: "device-code-refused",
    },
    { name: "400", sent: { status: 400, body: errorOf("unknown_parameter") }, code: "device-code-refused" },
    {
      name: "403 for the region",
      sent: { status: 403, body: errorOf("unsupported_country_region_territory") },
      code: "region-unsupported",
    },
    { name: "403 with a page", sent: { status: 403, body: HTML }, code: "provider-blocked" },
    {
      name: "403 with Cloudflare's header",
      sent: { status: 403, headers: { "cf-mitigated": "challenge" } },
      code: "provider-blocked",
    },
    { name: "429", sent: { status: 429, body: {} }, code: "provider-rate-limited" },
    {
      name: "429 with a time",
      sent: { status: 429, body: {}, headers: { "retry-after": "120" } },
      code: "provider-rate-limited",
      retryAfterSeconds: 120,
    },
    { name: "500", sent: { status: 500 }, code: "provider-failed" },
    { name: "530 without a page", sent: { status: 530 }, code: "provider-failed" },
    {
      name: "200 without a code",
      sent: { status: 200, body: { device_auth_id: "a" } },
      code: "token-response-invalid",
    },
    { name: "200 without an id", sent: { status: 200, body: { user_code: "A" } }, code: "token-response-invalid" },
    {
      name: "200 with a code that has a space",
      sent: { status: 200, body: { device_auth_id: "a", user_code: "A B" } },
      code: "token-response-invalid",
    },
    {
      name: "200 with a code that would end a code span",
      sent: { status: 200, body: { device_auth_id: "a", user_code: "A`B" } },
      code: "token-response-invalid",
    },
    {
      name: "200 with a long code",
      sent: { status: 200, body: { device_auth_id: "a", user_code: "A".repeat(65) } },
      code: "token-response-invalid",
    },
    { name: "200 with other text", sent: { status: 200, body: "ok" }, code: "token-response-invalid" },
  ])("refuses $name as $code", ({ sent, code, retryAfterSeconds }) => {
    expect(judge(sent)).toEqual({ kind: "refused", code, retryAfterSeconds });
  });
});

const PACE: PollingPace = { intervalMs: 5000 };
const waiting = (waitMs: number, pace: Partial<PollingPace> = {}): DevicePoll => ({
  kind: "waiting",
  waitMs,
  pace: { ...PACE, ...pace },
});
const ended = (code: Extract<DevicePoll, { kind: "ended" }>["code"]): DevicePoll => ({ kind: "ended", code });

const decide = (sent: Sent, pace: Partial<PollingPace> = {}) => judgePoll(answerOf(sent), { ...PACE, ...pace });

const row = (name: string, sent: Sent, expected: DevicePoll, pace: Partial<PollingPace> = {}) => ({
  name,
  sent,
  expected,
  pace,
});

describe("judgePoll", () => {
  it("reads the code and the server's own verifier from a 200", () => {
    const body = { status: "success", authorization_code: "ac_1", code_verifier: "v1", code_challenge: "c1" };
    const poll = decide({ status: 200, body });
    expect(poll.kind === "approved" && [poll.grant.code.reveal(), poll.grant.codeVerifier.reveal()]).toEqual([
      "ac_1",
      "v1",
    ]);
    expect(poll).toMatchObject({ grant: { redirectUri: "https://auth.openai.com/deviceauth/callback" } });
    expect(inspect(poll)).not.toMatch(/ac_1|v1/);
  });

  const PENDING = "deviceauth_authorization_pending";
  const CHALLENGE = { "cf-mitigated": "challenge" };
  it.each([
    row("200 without a code", { status: 200, body: { code_verifier: "v" } }, ended("token-response-invalid")),
    row("200 without a verifier", { status: 200, body: { authorization_code: "a" } }, ended("token-response-invalid")),
    row("200 with other text", { status: 200, body: "ok" }, ended("token-response-invalid")),
    row("202", { status: 202 }, waiting(5000)),
    row("204", { status: 204 }, waiting(5000)),
    row("403 without a body", { status: 403 }, waiting(5000)),
    row("404 without a body", { status: 404 }, waiting(5000)),
    row("403, pending", { status: 403, body: errorOf(PENDING) }, waiting(5000)),
    row("400, pending", { status: 400, body: errorOf(PENDING) }, waiting(5000)),
    row("400, unknown", { status: 400, body: errorOf("deviceauth_authorization_unknown") }, waiting(5000)),
    row("404, unknown", { status: 404, body: errorOf("deviceauth_authorization_unknown") }, waiting(5000)),
    row("400, pending as in the RFC", { status: 400, body: { error: "authorization_pending" } }, waiting(5000)),
    row("403 with a code of the future", { status: 403, body: errorOf("something_new") }, waiting(5000)),
    row("403 with a flat code", { status: 403, body: { code: "something_new" } }, waiting(5000)),
    row(
      "403 for the region",
      { status: 403, body: errorOf("unsupported_country_region_territory") },
      ended("region-unsupported"),
    ),
    row("403, disabled", { status: 403, body: errorOf("device_code_disabled") }, ended("device-code-off")),
    row("404, not enabled", { status: 404, body: errorOf("deviceauth_not_enabled") }, ended("device-code-off")),
    row("the first page", { status: 403, body: HTML }, waiting(60_000, { blocked: 1 })),
    row("a page with status 200", { status: 200, body: HTML }, waiting(60_000, { blocked: 1 })),
    row("Cloudflare's header", { status: 403, headers: CHALLENGE }, waiting(60_000, { blocked: 1 })),
    row("the second page", { status: 403, body: HTML }, waiting(60_000, { blocked: 2 }), { blocked: 1 }),
    row("the third page", { status: 503, body: HTML }, ended("provider-blocked"), { blocked: 2 }),
    row("429", { status: 429 }, waiting(10_000, { intervalMs: 10_000 })),
    row("429 with a time", { status: 429, headers: { "retry-after": "45" } }, waiting(45_000, { intervalMs: 10_000 })),
    row(
      "429 with a time that is too long",
      { status: 429, headers: { "retry-after": "86400" } },
      waiting(300_000, { intervalMs: 10_000 }),
    ),
    row(
      "429 with a time that is too short",
      { status: 429, headers: { "retry-after": "1" } },
      waiting(10_000, { intervalMs: 10_000 }),
    ),
    row("slow_down", { status: 400, body: { error: "slow_down" } }, waiting(10_000, { intervalMs: 10_000 })),
    row("slow_down again", { status: 400, body: errorOf("slow_down") }, waiting(15_000, { intervalMs: 15_000 }), {
      intervalMs: 10_000,
    }),
    row("the first 500", { status: 500 }, waiting(5000, { unanswered: 1 })),
    row("the second 502", { status: 502 }, waiting(10_000, { unanswered: 2 }), { unanswered: 1 }),
    row("the fifth 503", { status: 503 }, waiting(60_000, { unanswered: 5 }), { unanswered: 4 }),
    row("the hundredth 500", { status: 500 }, waiting(60_000, { unanswered: 100 }), { unanswered: 99 }),
    row("500 with a long interval", { status: 500 }, waiting(20_000, { intervalMs: 20_000, unanswered: 1 }), {
      intervalMs: 20_000,
    }),
    row("an answer after failures", { status: 403, body: errorOf(PENDING) }, waiting(5000), {
      unanswered: 4,
      blocked: 2,
      rejected: 2,
    }),
    row("access_denied", { status: 403, body: { error: "access_denied" } }, ended("authorization-denied")),
    row(
      "authorization_declined",
      { status: 400, body: errorOf("authorization_declined") },
      ended("authorization-denied"),
    ),
    row("expired_token", { status: 400, body: { error: "expired_token" } }, ended("device-code-expired")),
    row("deviceauth_expired", { status: 403, body: errorOf("deviceauth_expired") }, ended("device-code-expired")),
    row("the first 400", { status: 400, body: errorOf("invalid_request") }, waiting(5000, { rejected: 1 })),
    row("the second 401", { status: 401 }, waiting(5000, { rejected: 2 }), { rejected: 1 }),
    row("account_deactivated", { status: 403, body: errorOf("account_deactivated") }, ended("account-refused")),
    row("another account code", { status: 403, body: errorOf("account_selection_required") }, waiting(5000)),
    row("account_disabled", { status: 401, body: errorOf("account_disabled") }, ended("account-refused")),
    row(
      "a workspace that was deactivated",
      { status: 402, body: { detail: { code: "deactivated_workspace" } } },
      ended("account-refused"),
    ),
    row(
      "the third 402 with an unknown code",
      { status: 402, body: errorOf("something_new") },
      ended("account-refused"),
      {
        rejected: 2,
      },
    ),
    row("the third 401 without a code", { status: 401 }, ended("client-rejected"), { rejected: 2 }),
    row("the third 400", { status: 400, body: {} }, ended("client-rejected"), { rejected: 2 }),
  ])("decides on $name", ({ sent, expected, pace }) => {
    expect(decide(sent, pace)).toEqual(expected);
  });
});

async function sentBy(ask: (fetch: GuardedFetch) => Promise<unknown>) {
  const sent: unknown[] = [];
  await ask(async (request) => {
    sent.push({ ...request, body: JSON.parse(request.body ?? "") as unknown });
    return { status: 404, headers: new Headers(), body: "" };
  });
  return sent;
}

const rejecting =
  (code: ErrorCode): GuardedFetch =>
  () =>
    Promise.reject(new CodexAuthError(code));

describe("the requests for a device code", () => {
  const device = { deviceAuthId: new Secret("deviceauth_1"), userCode: new Secret("ABCD-12345") };

  const headers = { "Content-Type": "application/json", originator: "openclaw", "User-Agent": "openclaw" };

  it("name the client, and nothing else", async () => {
    expect(await sentBy((fetch) => requestDeviceCode(OPENAI, fetch))).toEqual([
      {
        url: "https://auth.openai.com/api/accounts/deviceauth/usercode",
        method: "POST",
        headers,
        body: { client_id: "app_EMoamEEZ73f0CkXaXp7hrann" },
      },
    ]);
  });

  it("poll with both secrets in the body", async () => {
    expect(await sentBy((fetch) => pollDevice(OPENAI, fetch, device, PACE))).toEqual([
      {
        url: "https://auth.openai.com/api/accounts/deviceauth/token",
        method: "POST",
        headers,
        body: { device_auth_id: "deviceauth_1", user_code: "ABCD-12345" },
      },
    ]);
  });

  it.each(["provider-timeout", "provider-unreachable", "provider-certificate"] as const)(
    "report %s, and poll on after it",
    async (code) => {
      const fetch = rejecting(code);
      expect(await requestDeviceCode(OPENAI, fetch)).toMatchObject({ kind: "refused", code });
      expect(await pollDevice(OPENAI, fetch, device, PACE)).toEqual(waiting(5000, { unanswered: 1 }));
    },
  );

  it("count an answer that cannot be trusted, such as a redirect", async () => {
    const fetch = rejecting("token-response-invalid");
    expect(await requestDeviceCode(OPENAI, fetch)).toMatchObject({ code: "token-response-invalid" });
    expect(await pollDevice(OPENAI, fetch, device, PACE)).toEqual(waiting(5000, { rejected: 1 }));
  });
});
