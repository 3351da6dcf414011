import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  bestOf,
  hasRoom,
  isStillReached,
  judgeUsageAnswer,
  leftIn,
  USAGE_REASONS,
  type AskedAccount,
  type UsageNumbers,
  type UsageOutcome,
} from "../../src/rules/usage.ts";

const NOW_MS = 1_795_000_000_000;
const NOW_S = NOW_MS / 1000;
const MINUTE_MS = 60_000;
const [FIVE_HOURS, WEEK, MONTH] = [18_000, 604_800, 2_592_000];

const window = (seconds: number, used: unknown, extra: object = {}) => ({
  used_percent: used,
  limit_window_seconds: seconds,
  reset_after_seconds: 3_600,
  reset_at: NOW_S + 3_600,
  ...extra,
});

/** As OpenAI answers for a Plus account, by the shapes of openai/codex. */
const ANSWER = {
  user_id: "user-1",
  account_id: "user-1",
  email: "canary@example.com",
  plan_type: "plus",
  rate_limit: {
    allowed: true,
    limit_reached: false,
    primary_window: window(FIVE_HOURS, 7),
    secondary_window: window(WEEK, 32),
  },
  code_review_rate_limit: null,
  additional_rate_limits: null,
  credits: { has_credits: false, unlimited: false, balance: "0", approx_local_messages: null },
  spend_control: null,
  rate_limit_reached_type: null,
  rate_limit_reset_credits: { available_count: 0 },
};

interface Http {
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly body?: unknown;
}

const NOBODY: AskedAccount = {};

function judge({ status = 200, headers = {}, body = ANSWER }: Http, asked = NOBODY): UsageOutcome {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return judgeUsageAnswer({ status, headers: new Headers(headers), body: text }, asked, NOW_MS);
}

function numbersOf(changes: object): UsageNumbers {
  const outcome = judge({ body: { ...ANSWER, ...changes } });
  if (outcome.kind !== "numbers") throw new Error(outcome.reason);
  return outcome.numbers;
}

const limitOf = (rate_limit: unknown) => numbersOf({ rate_limit }).limit;
const short = (changes: object) => limitOf({ primary_window: { ...window(FIVE_HOURS, 7), ...changes } }).windows[0];

describe("the numbers of an account", () => {
  it("are those of the answer, and nothing of its e-mail address", () => {
    const numbers = numbersOf({});
    expect(numbers).toEqual({
      askedAtMs: NOW_MS,
      plan: "plus",
      limit: {
        isReached: false,
        windows: [
          { seconds: FIVE_HOURS, usedPercent: 7, resetAtMs: NOW_MS + 3_600_000 },
          { seconds: WEEK, usedPercent: 32, resetAtMs: NOW_MS + 3_600_000 },
        ],
      },
      others: [],
      bankedResets: 0,
    });
    expect(JSON.stringify(numbers)).not.toContain("canary");
  });

  it.each([
    "plan_type",
    "rate_limit",
    "credits",
    "spend_control",
    "additional_rate_limits",
    "rate_limit_reset_credits",
  ])("are the others if %s is missing, null or odd", (field) => {
    for (const value of [undefined, null, 42, "x", [], {}, true, [null, 1, "x", {}]]) {
      const numbers = numbersOf({ [field]: value });
      expect(numbers.askedAtMs).toBe(NOW_MS);
      if (field !== "rate_limit") expect(numbers.limit).toEqual(numbersOf({}).limit);
      else expect(numbers.limit).toEqual({ isReached: false, windows: [] });
    }
  });

  it.each([
    { name: "a weekly window alone", limit: { primary_window: window(WEEK, 5) }, seconds: [WEEK] },
    {
      name: "swapped windows",
      limit: { primary_window: window(WEEK, 5), secondary_window: window(FIVE_HOURS, 5) },
      seconds: [FIVE_HOURS, WEEK],
    },
    {
      name: "three windows",
      limit: {
        primary_window: window(WEEK, 5),
        secondary_window: window(MONTH, 6),
        extra_window: window(FIVE_HOURS, 7),
      },
      seconds: [FIVE_HOURS, WEEK, MONTH],
    },
    { name: "a month", limit: { secondary_window: window(MONTH, 5) }, seconds: [MONTH] },
    { name: "a window that has never begun", limit: { primary_window: window(WEEK, 0, { reset_at: 0 }) }, seconds: [] },
    { name: "no length", limit: { primary_window: window(0, 5) }, seconds: [] },
    {
      name: "a length as text",
      limit: { primary_window: { ...window(0, 5), limit_window_seconds: "18000" } },
      seconds: [FIVE_HOURS],
    },
    { name: "an absurd length", limit: { primary_window: window(1e12, 5) }, seconds: [] },
    { name: "windows of another type", limit: { primary_window: 7, secondary_window: [] }, seconds: [] },
  ])("have the windows of $name by their length", ({ limit, seconds }) => {
    expect(limitOf(limit).windows.map((one) => one.seconds)).toEqual(seconds);
  });

  it("keep the fuller of two windows of one length", () => {
    const [less, more] = [window(WEEK, 10), window(WEEK, 60)];
    for (const [one, other] of [
      [less, more],
      [more, less],
    ]) {
      expect(limitOf({ primary_window: one, secondary_window: other }).windows).toMatchObject([{ usedPercent: 60 }]);
    }
  });

  it.each([
    { value: 12.7, usedPercent: 12.7 },
    { value: "12.7", usedPercent: 12.7 },
    { value: -3, usedPercent: 0 },
    { value: 250, usedPercent: 100 },
    { value: null, usedPercent: undefined },
    { value: "many", usedPercent: undefined },
    { value: {}, usedPercent: undefined },
  ])("have $usedPercent percent used for $value", ({ value, usedPercent }) => {
    expect(short({ used_percent: value })?.usedPercent).toBe(usedPercent);
  });

  it.each([
    { name: "both agree", changes: {}, afterMs: 3_600_000 },
    { name: "the clocks differ", changes: { reset_at: NOW_S + 9_999 }, afterMs: 3_600_000 },
    { name: "the clocks differ by a minute", changes: { reset_at: NOW_S + 3_660 }, afterMs: 3_660_000 },
    { name: "only the time is told", changes: { reset_after_seconds: null }, afterMs: 3_600_000 },
    { name: "only the rest is told", changes: { reset_at: null }, afterMs: 3_600_000 },
    { name: "the rest is text", changes: { reset_at: null, reset_after_seconds: "60" }, afterMs: 60_000 },
    { name: "neither is told", changes: { reset_at: null, reset_after_seconds: null }, afterMs: undefined },
    { name: "both are odd", changes: { reset_at: "soon", reset_after_seconds: -5 }, afterMs: undefined },
    {
      name: "it is in ten years",
      changes: { reset_at: NOW_S + 3.2e8, reset_after_seconds: 3.2e8 },
      afterMs: undefined,
    },
    { name: "it has passed", changes: { reset_at: NOW_S - 60, reset_after_seconds: null }, afterMs: -60_000 },
  ])("have the reset by our clock if $name", ({ changes, afterMs }) => {
    expect(short(changes)?.resetAtMs).toBe(afterMs === undefined ? undefined : NOW_MS + afterMs);
  });

  it.each(["2026-11-18T07:06:40Z", "2026-11-18T08:06:40+01:00", "2026-11-18 01:06:40.5-0600", "2026-11-18T07:06:40"])(
    "have the reset of a date: %s",
    (reset_at) => {
      const read = short({ reset_at, reset_after_seconds: null })?.resetAtMs;
      expect(read).toBe(Date.parse("2026-11-18T07:06:40Z"));
    },
  );

  it.each(["2026-13-18T07:06:40Z", "2026-11-18T25:06:40Z", "2026-11-18", "18 Nov 2026 07:06:40 GMT"])(
    "have no reset of text that is not a date: %s",
    (reset_at) => expect(short({ reset_at, reset_after_seconds: null })?.resetAtMs).toBeUndefined(),
  );

  it("have the reset of every date of a leap year and of the next", () => {
    const first = Date.parse("2026-11-01T00:00:00Z");
    for (let day = 0; day < 366; day += 1) {
      const reset_at = new Date(first + day * 86_400_000).toISOString();
      expect(short({ reset_at, reset_after_seconds: null })?.resetAtMs).toBe(first + day * 86_400_000);
    }
    expect(Date.UTC(2028, 1, 29)).toBe(dayOf("2028-02-29T00:00:00Z"));
    expect(Date.UTC(2028, 11, 31)).toBe(dayOf("2028-12-31T00:00:00Z"));
  });

  /** Asked shortly before, because a reset that is more than a year away is not believed. */
  function dayOf(text: string): number | undefined {
    const askedMs = Date.parse("2028-02-01T00:00:00Z");
    const rate_limit = { primary_window: { limit_window_seconds: WEEK, reset_at: text } };
    const headers = new Headers();
    const outcome = judgeUsageAnswer({ status: 200, headers, body: JSON.stringify({ rate_limit }) }, {}, askedMs);
    return outcome.kind === "numbers" ? outcome.numbers.limit.windows[0]?.resetAtMs : undefined;
  }

  it.each([
    { name: "limit_reached", limit: { limit_reached: true }, isReached: true },
    {
      name: "limit_reached with room",
      limit: { limit_reached: true, primary_window: window(WEEK, 2) },
      isReached: true,
    },
    { name: "allowed false", limit: { allowed: false }, isReached: true },
    { name: "a full window", limit: { primary_window: window(WEEK, 100) }, isReached: true },
    {
      name: "a full window that is not reached",
      limit: { limit_reached: false, primary_window: window(WEEK, 100) },
      isReached: false,
    },
    { name: "an odd value", limit: { limit_reached: "yes" }, isReached: false },
    {
      name: "an odd value and a full window",
      limit: { limit_reached: "yes", primary_window: window(WEEK, 100) },
      isReached: true,
    },
    { name: "null and room", limit: { limit_reached: null, primary_window: window(WEEK, 99) }, isReached: false },
  ])("are used up by $name: $isReached", ({ limit, isReached }) => {
    expect(limitOf(limit).isReached).toBe(isReached);
  });

  it("name the other limits that have a window or are reached", () => {
    const spark = {
      limit_name: "GPT-5.3-Codex-Spark",
      metered_feature: "codex_bengalfox",
      rate_limit: { limit_reached: true },
    };
    const nameless = { metered_feature: "codex_other", rate_limit: { primary_window: window(WEEK, 1) } };
    const empty = { limit_name: "nothing", rate_limit: null };
    const numbers = numbersOf({
      additional_rate_limits: [spark, nameless, empty, null, { rate_limit: { limit_reached: true } }],
      code_review_rate_limit: { primary_window: window(WEEK, 3) },
    });
    expect(numbers.others).toMatchObject([
      { name: "GPT-5.3-Codex-Spark", isReached: true, windows: [] },
      { name: "codex_other", isReached: false },
      { name: "code_review", windows: [{ usedPercent: 3 }] },
    ]);
    expect(numbers.limit.isReached).toBe(false);
  });

  it.each([
    { credits: { unlimited: true, balance: "5" }, expected: "unlimited" },
    { credits: { balance: "62498.725" }, expected: 62_498 },
    { credits: { balance: 12.9 }, expected: 12 },
    { credits: { balance: "0" }, expected: undefined },
    { credits: { balance: null }, expected: undefined },
    { credits: { balance: "lots" }, expected: undefined },
  ])("have the credits $expected of $credits", ({ credits, expected }) => {
    expect(numbersOf({ credits }).credits).toBe(expected);
  });

  it.each([
    { changes: { rate_limit_reached_type: "workspace_member_credits_depleted" }, stop: "credits" },
    { changes: { rate_limit_reached_type: { type: "workspace_owner_credits_depleted" } }, stop: "credits" },
    { changes: { rate_limit_reached_type: { type: "workspace_owner_usage_limit_reached" } }, stop: "workspace-limit" },
    { changes: { rate_limit_reached_type: "rate_limit_reached" }, stop: undefined },
    { changes: { rate_limit_reached_type: ["x"] }, stop: undefined },
    { changes: { spend_control: { reached: true } }, stop: "spend-limit" },
    { changes: { spend_control: { reached: "yes" } }, stop: undefined },
  ])("name why the account is stopped: $stop", ({ changes, stop }) => {
    expect(numbersOf(changes).stop).toBe(stop);
  });

  it("show a new plan as it is, cut to 32 characters", () => {
    expect(numbersOf({ plan_type: "promax" }).plan).toBe("promax");
    expect(numbersOf({ plan_type: "x".repeat(100) }).plan).toBe("x".repeat(32));
    expect(numbersOf({ plan_type: "x".repeat(1000) }).plan).toBeUndefined();
  });

  it("count the resets in stock", () => {
    expect(numbersOf({ rate_limit_reset_credits: { available_count: 2 } }).bankedResets).toBe(2);
    expect(numbersOf({ rate_limit_reset_credits: { available_count: -2 } }).bankedResets).toBe(0);
  });

  it("are told for any JSON, and nothing throws", () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(200, 401, 402, 403, 404, 429, 500), (body, status) => {
        const outcome = judge({ status, body });
        expect(outcome.kind === "numbers" || USAGE_REASONS.includes(outcome.reason)).toBe(true);
      }),
    );
  });

  it("are told for an answer whose fields have any value", () => {
    const anyField = fc.oneof(fc.jsonValue(), fc.constant(null), fc.constant(1e308), fc.constant("9".repeat(400)));
    const anyWindow = fc.dictionary(fc.constantFrom(...Object.keys(window(1, 1))), anyField);
    const anyLimit = fc.record({ limit_reached: anyField, primary_window: anyWindow, secondary_window: anyWindow });
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...Object.keys(ANSWER)), anyField), anyLimit, (fields, limit) => {
        const { windows } = numbersOf({ user_id: undefined, ...fields, rate_limit: limit }).limit;
        for (const { usedPercent = 0, seconds } of windows) {
          expect(usedPercent >= 0 && usedPercent <= 100 && seconds > 0).toBe(true);
        }
      }),
    );
  });
});

const [UUID_A, UUID_B] = ["11111111-2222-3333-4444-555555555555", "11111111-2222-3333-4444-666666666666"];

describe("an answer of another account", () => {
  it.each([
    { name: "the same user", asked: { userId: "user-1" }, changes: {}, kind: "numbers" },
    { name: "another user", asked: { userId: "user-2" }, changes: {}, kind: "untold" },
    { name: "a token without a user", asked: {}, changes: {}, kind: "numbers" },
    { name: "an answer without a user", asked: { userId: "user-2" }, changes: { user_id: null }, kind: "numbers" },
    { name: "a personal account", asked: { chatgptAccountId: UUID_A }, changes: {}, kind: "numbers" },
    {
      name: "the same workspace",
      asked: { chatgptAccountId: UUID_A },
      changes: { account_id: UUID_A },
      kind: "numbers",
    },
    { name: "another workspace", asked: { chatgptAccountId: UUID_A }, changes: { account_id: UUID_B }, kind: "untold" },
    {
      name: "an id in another form",
      asked: { chatgptAccountId: "ws-1" },
      changes: { account_id: UUID_B },
      kind: "numbers",
    },
  ])("is recognised, and not shown: $name", ({ asked, changes, kind }) => {
    const outcome = judge({ body: { ...ANSWER, ...changes } }, asked);
    expect(outcome.kind).toBe(kind);
    if (outcome.kind === "untold") expect(outcome.reason).toBe("other-account");
  });
});

const HTML = "<!DOCTYPE html><title>Just a moment...</title>";
const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64");

describe("the reason why the usage is not told", () => {
  it.each<Http & { readonly reason: string; readonly name: string }>([
    { name: "a bare 401", status: 401, body: "", reason: "unauthorized" },
    { name: "401 with a text", status: 401, body: { detail: "Unauthorized" }, reason: "unauthorized" },
    { name: "401 with another code", status: 401, body: { error: { code: "odd" } }, reason: "unauthorized" },
    {
      name: "an invalidated token",
      status: 401,
      body: { error: { code: "token_invalidated" } },
      reason: "sign-in-ended",
    },
    { name: "a revoked token", status: 401, body: { detail: { code: "token_revoked" } }, reason: "sign-in-ended" },
    { name: "an expired token", status: 401, body: { code: "token_expired" }, reason: "sign-in-ended" },
    {
      name: "the code in a header",
      status: 401,
      body: "",
      headers: { "x-openai-authorization-error": "token_revoked" },
      reason: "sign-in-ended",
    },
    {
      name: "the code in an encoded header",
      status: 401,
      body: "",
      headers: { "x-error-json": base64({ error: { code: "token_invalidated" } }) },
      reason: "sign-in-ended",
    },
    { name: "a broken header", status: 401, body: "", headers: { "x-error-json": "%%%" }, reason: "unauthorized" },
    {
      name: "a workspace that is gone",
      status: 402,
      body: { detail: { code: "deactivated_workspace" } },
      reason: "workspace-gone",
    },
    { name: "a bare 402", status: 402, body: "", reason: "workspace-gone" },
    {
      name: "a former member",
      status: 403,
      body: { detail: { code: "invalid_workspace_selected" } },
      reason: "no-access",
    },
    {
      name: "Codex switched off",
      status: 403,
      body: { error: { code: "codex_workspace_access_denied" } },
      reason: "no-access",
    },
    {
      name: "a region",
      status: 403,
      body: { error: { code: "unsupported_country_region_territory" } },
      reason: "region",
    },
    { name: "a bare 403", status: 403, body: "", reason: "forbidden" },
    { name: "a 403 of the API", status: 403, body: { detail: "Forbidden" }, reason: "forbidden" },
    {
      name: "a page of Cloudflare",
      status: 403,
      body: HTML,
      headers: { "cf-mitigated": "challenge" },
      reason: "challenge",
    },
    { name: "a page without its header", status: 403, body: HTML, reason: "challenge" },
    {
      name: "a page by its type",
      status: 403,
      body: "x",
      headers: { "content-type": "text/html" },
      reason: "challenge",
    },
    { name: "the text of Cloudflare's page", status: 403, body: "error code: 1020", reason: "challenge" },
    {
      name: "JSON with the type of a page",
      status: 403,
      body: { detail: "Forbidden" },
      headers: { "content-type": "text/html" },
      reason: "forbidden",
    },
    {
      name: "a challenge with 429",
      status: 429,
      body: HTML,
      headers: { "cf-mitigated": "challenge" },
      reason: "challenge",
    },
    { name: "404", status: 404, body: "", reason: "unreadable" },
    { name: "a redirect", status: 302, body: "", reason: "unreadable" },
    { name: "429", status: 429, body: "", reason: "rate-limited" },
    { name: "500", status: 500, body: { error: { code: "token_revoked" } }, reason: "failed" },
    { name: "503", status: 503, body: HTML, reason: "failed" },
    { name: "a page with 200", status: 200, body: HTML, reason: "failed" },
    { name: "a list with 200", status: 200, body: [], reason: "failed" },
    { name: "null with 200", status: 200, body: "null", reason: "failed" },
  ])("is $reason for $name", ({ reason, ...http }) => {
    expect(judge(http)).toMatchObject({ kind: "untold", reason, status: http.status });
  });

  it("repeats nothing of the body", () => {
    const outcome = judge({ status: 401, body: { detail: "canary", error: { code: "canary", message: "canary" } } });
    expect(JSON.stringify(outcome)).not.toContain("canary");
  });

  it.each([
    { name: "429", status: 429, headers: {}, rest: { ms: 5 * MINUTE_MS, forAll: false } },
    { name: "429 with its time", status: 429, headers: { "retry-after": "120" }, rest: { ms: 120_000, forAll: false } },
    { name: "429 with a moment", status: 429, headers: { "retry-after": "1" }, rest: { ms: MINUTE_MS, forAll: false } },
    {
      name: "429 with a day",
      status: 429,
      headers: { "retry-after": "86400" },
      rest: { ms: 60 * MINUTE_MS, forAll: false },
    },
    {
      name: "429 with a date",
      status: 429,
      headers: { "retry-after": "Sun, 06 Nov 1994 08:49:37 GMT" },
      rest: { ms: 5 * MINUTE_MS, forAll: false },
    },
    {
      name: "a challenge",
      status: 403,
      headers: { "cf-mitigated": "challenge" },
      rest: { ms: 15 * MINUTE_MS, forAll: true },
    },
    { name: "a 401", status: 401, headers: { "retry-after": "120" }, rest: undefined },
  ])("rests after $name", ({ status, headers, rest }) => {
    const outcome = judge({ status, headers: headers as Record<string, string>, body: "" });
    expect(outcome).toMatchObject({ kind: "untold" });
    expect((outcome as { readonly rest?: unknown }).rest).toEqual(rest);
  });
});

describe("what is left of a window", () => {
  it.each([
    { name: "room", limit: { primary_window: window(WEEK, 30) }, left: 70 },
    { name: "a part of a percent", limit: { primary_window: window(WEEK, 99.5) }, left: 0.5 },
    { name: "a percent that is not told", limit: { primary_window: window(WEEK, null) }, left: undefined },
    { name: "a limit that is reached", limit: { limit_reached: true, primary_window: window(WEEK, 98) }, left: 0 },
    {
      name: "a reached limit without a percent",
      limit: { limit_reached: true, primary_window: window(WEEK, null) },
      left: 0,
    },
    {
      name: "one of two windows of a reached limit",
      limit: { limit_reached: true, primary_window: window(FIVE_HOURS, 98), secondary_window: window(WEEK, 100) },
      left: 2,
    },
    {
      name: "a window of a reached limit that is not told",
      limit: { limit_reached: true, primary_window: window(FIVE_HOURS, null), secondary_window: window(WEEK, 100) },
      left: 0,
    },
  ])("is $left for $name", ({ limit: rate_limit, left }) => {
    const limit = limitOf(rate_limit);
    const [first] = limit.windows;
    expect(first && leftIn(first, limit, NOW_MS)).toBe(left);
  });

  it("is not known after its reset", () => {
    const limit = limitOf({ primary_window: window(WEEK, 30) });
    const [first] = limit.windows;
    expect(first && leftIn(first, limit, NOW_MS + 3_600_000)).toBeUndefined();
  });
});

describe("a reached limit", () => {
  const full = window(FIVE_HOURS, 100);
  const week = window(WEEK, 30, { reset_after_seconds: 500_000, reset_at: NOW_S + 500_000 });

  it.each([
    { name: "now", limit: { primary_window: full, secondary_window: week }, laterMs: 0, is: true },
    { name: "whose full window was reset", limit: { primary_window: full, secondary_window: week }, is: false },
    {
      name: "whose week is full",
      limit: { primary_window: full, secondary_window: { ...week, used_percent: 100 } },
      is: true,
    },
    {
      name: "whose windows all had room, and one was reset",
      limit: { primary_window: window(FIVE_HOURS, 98), secondary_window: week },
      is: true,
    },
    { name: "whose only window was reset", limit: { primary_window: window(WEEK, 98) }, is: false },
    { name: "without windows", limit: {}, is: true },
    { name: "that is not reached", limit: { limit_reached: false, primary_window: full }, laterMs: 0, is: false },
  ])("$name is still reached: $is", ({ limit, laterMs = 3_600_000, is }) => {
    const numbers = numbersOf({ rate_limit: { limit_reached: true, ...limit } });
    expect(isStillReached(numbers.limit, NOW_MS + laterMs)).toBe(is);
  });
});

describe("hasRoom", () => {
  it.each([
    { name: "numbers of now", numbers: numbersOf({}), laterMs: 0, has: true },
    { name: "numbers of a minute ago", numbers: numbersOf({}), laterMs: MINUTE_MS, has: false },
    { name: "numbers of a clock that was set back", numbers: numbersOf({}), laterMs: -MINUTE_MS, has: false },
    { name: "a reached limit", numbers: numbersOf({ rate_limit: { limit_reached: true } }), laterMs: 0, has: false },
    { name: "a spending limit", numbers: numbersOf({ spend_control: { reached: true } }), laterMs: 0, has: false },
    { name: "no limit", numbers: numbersOf({ rate_limit: null }), laterMs: 0, has: false },
    {
      name: "a window without a number",
      numbers: numbersOf({ rate_limit: { primary_window: { limit_window_seconds: WEEK, used_percent: null } } }),
      laterMs: 0,
      has: false,
    },
    { name: "nothing", numbers: undefined, laterMs: 0, has: false },
  ])("is $has for $name", ({ numbers, laterMs, has }) => {
    expect(hasRoom(numbers, NOW_MS + laterMs)).toBe(has);
  });
});

const told = (profile: string, rate_limit: object, changes: object = {}) => ({
  profile,
  usage: { kind: "numbers", numbers: numbersOf({ rate_limit, ...changes }) } as const,
});
const both = (fiveHours: unknown, week: unknown, extra: object = {}) => ({
  primary_window: window(FIVE_HOURS, fiveHours),
  secondary_window: window(WEEK, week, extra),
});

describe("the profile with the most left", () => {
  const soon = { reset_at: NOW_S + 60, reset_after_seconds: 60 };

  it.each([
    { name: "more of the week", asked: [told("a", both(0, 50)), told("b", both(90, 20))], best: "b" },
    { name: "the same week, more of five hours", asked: [told("a", both(50, 20)), told("b", both(40, 20))], best: "b" },
    { name: "a sooner reset", asked: [told("a", both(5, 20)), told("b", both(5, 20, soon))], best: "b" },
    { name: "all the same", asked: [told("a", both(5, 20)), told("b", both(5, 20))], best: "a" },
    {
      name: "a reached limit",
      asked: [told("a", { ...both(0, 0), limit_reached: true }), told("b", both(0, 99))],
      best: "b",
    },
    {
      name: "a spending limit",
      asked: [told("a", both(0, 0), { spend_control: { reached: true } }), told("b", both(0, 99))],
      best: "b",
    },
    { name: "a percent that is not told", asked: [told("a", both(null, 0)), told("b", both(0, 99))], best: "b" },
    { name: "no window", asked: [told("a", {}), told("b", both(0, 99))], best: "b" },
    { name: "nobody with numbers", asked: [told("a", {}), told("b", {})], best: undefined },
    { name: "one alone", asked: [told("a", both(0, 0))], best: undefined },
    {
      name: "one and a reason",
      asked: [told("a", both(0, 0)), { profile: "b", usage: { kind: "untold", reason: "failed" } as const }],
      best: undefined,
    },
  ])("is $best for $name", ({ asked, best }) => {
    expect(bestOf(asked, NOW_MS)).toBe(best);
  });
});
