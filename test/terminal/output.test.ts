import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ERROR_CODES, type ErrorCode } from "../../src/errors.ts";
import type { Finding, SavedSignIn, UndoneChange } from "../../src/rules/results.ts";
import type { AuditEntry } from "../../src/rules/stored-records.ts";
import { parseSelector, type ProfileId, type ProfileName } from "../../src/rules/profile-id.ts";
import { ENGLISH, REFUSALS, SENTENCES } from "../support/english.ts";
import { parseArguments } from "../../src/terminal/arguments.ts";
import { HOST_PROGRAM } from "../../src/terminal/host-program.ts";
import { print, TERMINAL_CODES } from "../../src/terminal/output.ts";
import type { Program, OutputContext } from "../../src/terminal/words.ts";
import type { TerminalAnswer } from "../../src/terminal/context.ts";
import {
  anyName,
  hostileText,
  LINK,
  listed,
  listOf,
  NOW_MS,
  NUMBERS,
  SAVED,
  started,
  told,
  usageReport,
  withCode,
} from "../interaction/facts.ts";
import { terminalAnswers } from "../interaction/terminal-facts.ts";

const OWN: Program = { name: "codex-auth", profileOption: "--profile" };
const PLAIN: OutputContext = { program: OWN, locale: ENGLISH };
const MINUTE_MS = 60_000;

const printed = (answer: TerminalAnswer, around: OutputContext = PLAIN, queueApply = false) => ({
  json: print(answer, { json: true, queueApply }, around),
  text: print(answer, { json: false, queueApply }, around),
});
const textOf = (answer: TerminalAnswer, around?: OutputContext, queueApply?: boolean) =>
  printed(answer, around, queueApply).text.text;
const fieldsOf = (answer: TerminalAnswer, around?: OutputContext, queueApply?: boolean) =>
  JSON.parse(printed(answer, around, queueApply).json.text) as Record<string, unknown>;

const UNDONE: UndoneChange = {
  kind: "undone",
  profileId: "openai:work",
  profileName: "work",
  isSelectable: true,
  isUndoable: true,
  activation: "live",
};
const FULL: SavedSignIn = { ...SAVED, email: "dana@example.com", plan: "plus", isUndoable: true };
const WAITING = { profileName: "home", expiresInMs: 14 * MINUTE_MS };
const LAST_SAVED = { profileName: "work", profileId: "openai:work", agoMs: 90_400, activation: "live" } as const;

const CHANGE: AuditEntry = {
  atMs: NOW_MS - 5 * MINUTE_MS,
  who: "telegram:4242",
  action: "sign-in",
  profileName: "work",
  outcome: "done",
};
const REFUSED_CHANGE: AuditEntry = {
  atMs: NOW_MS - 200 * MINUTE_MS,
  who: "terminal",
  action: "undo",
  profileName: "home",
  outcome: "identity-missing",
};

const inspection = (...findings: readonly Finding[]): TerminalAnswer => ({
  kind: "inspection",
  findings,
  nowMs: NOW_MS,
});

interface Row {
  readonly name: string;
  readonly answer: TerminalAnswer;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Every kind of answer with every field it can have. */
/** What the JSON has of NUMBERS. */
const TOLD = {
  plan: "pro",
  credits_balance: null,
  limit_reached: false,
  windows: [
    {
      label: "5h",
      used_percent: 7,
      remaining_percent: 93,
      reset_at: (NOW_MS + 4.5 * 3_600_000) / 1000,
      reset_after_seconds: 16_200,
      limit_window_seconds: 18_000,
    },
    {
      label: "7d",
      used_percent: 32,
      remaining_percent: 68,
      reset_at: (NOW_MS + 141 * 3_600_000) / 1000,
      reset_after_seconds: 507_600,
      limit_window_seconds: 604_800,
    },
  ],
  additional: [],
  reset_credits: 0,
  asked_at: NOW_MS,
};
const UNTOLD = { state: "signed-in", token_expiry: null, cooldown_until: null, remote_usage_ok: false };

const SUCCEEDED: readonly Row[] = [
  {
    name: "a start",
    answer: started({ isNewProfile: true }),
    fields: {
      ok: true,
      profile: "work",
      profile_id: "openai:work",
      new_profile: true,
      login_url: LINK,
      redirect_uri: "http://localhost:1455/auth/callback",
      expires_in: 900,
      instructions: expect.stringContaining("codex-auth finish --profile work --callback-url -"),
      status_command: "codex-auth status --profile work",
    },
  },
  {
    name: "a start of the profile that stands in for default",
    answer: started({ isDefaultFallback: true }),
    fields: {
      ok: true,
      profile: "work",
      profile_id: "openai:work",
      new_profile: false,
      stands_in_for_default: true,
      login_url: LINK,
      redirect_uri: "http://localhost:1455/auth/callback",
      expires_in: 900,
      instructions: expect.stringContaining("codex-auth finish --profile work --callback-url -"),
      status_command: "codex-auth status --profile work",
    },
  },
  {
    name: "a login with a link",
    answer: { kind: "login", started: started({ isListening: true }) },
    fields: {
      event: "started",
      ok: true,
      profile: "work",
      profile_id: "openai:work",
      new_profile: false,
      login_url: LINK,
      redirect_uri: "http://localhost:1455/auth/callback",
      listening: true,
      expires_in: 900,
      instructions: expect.stringContaining(SENTENCES["login.paste"]),
      status_command: "codex-auth status --profile work",
    },
  },
  {
    name: "a login with a code",
    answer: { kind: "login", started: withCode() },
    fields: {
      event: "started",
      ok: true,
      profile: "work",
      profile_id: "openai:work",
      new_profile: false,
      verification_url: "https://auth.openai.com/codex/device",
      user_code: withCode().userCode.reveal(),
      expires_in: 900,
      instructions: expect.stringContaining(SENTENCES["code.warning"]),
      status_command: "codex-auth status --profile work",
    },
  },
  {
    name: "a saved sign-in",
    answer: { ...FULL, sameAccountAs: "home" },
    fields: {
      ok: true,
      profile: "work",
      profile_id: "openai:work",
      message: SENTENCES["saved.live"],
      accountId: "workspace-1",
      expires: 1_795_000_000_000,
      email: "dana@example.com",
      plan: "plus",
      same_account_as: "home",
      restart_required: false,
      queued: false,
      revert_command: "codex-auth undo --profile work",
      status_command: "codex-auth status --profile work",
    },
  },
  {
    name: "a saved sign-in of which little is known",
    answer: { ...SAVED, isSelectable: false, activation: "restart" },
    fields: {
      ok: true,
      profile: "work",
      profile_id: "openai:work",
      message: SENTENCES["saved.left-out"],
      accountId: "workspace-1",
      expires: 1_795_000_000_000,
      restart_required: true,
      queued: false,
      revert_command: null,
      status_command: "codex-auth status --profile work",
    },
  },
  {
    name: "an undo",
    answer: UNDONE,
    fields: {
      ok: true,
      profile: "work",
      profile_id: "openai:work",
      message: `Undone: profile work is as it was before. ${SENTENCES["saved.live"]}`,
      restart_required: false,
      queued: false,
      revert_command: "codex-auth undo --profile work",
      status_command: "codex-auth status --profile work",
    },
  },
  {
    name: "an undo that cannot be undone",
    answer: { ...UNDONE, isUndoable: false, activation: "restarted" },
    fields: {
      ok: true,
      profile: "work",
      profile_id: "openai:work",
      message: `Undone: profile work is as it was before. ${SENTENCES["saved.restarted"]}`,
      restart_required: false,
      queued: true,
      revert_command: null,
      status_command: "codex-auth status --profile work",
    },
  },
  {
    name: "a status of what waits",
    answer: { kind: "status", pending: [WAITING] },
    fields: { ok: true, pending: [{ profile: "home", expires_in: 840 }] },
  },
  {
    name: "a status of what was saved",
    answer: { kind: "status", pending: [], lastSaved: { ...LAST_SAVED, activation: "restart" } },
    fields: {
      ok: true,
      pending: [],
      last_saved: { profile: "work", profile_id: "openai:work", seconds_ago: 90 },
      restart_required: true,
    },
  },
  {
    name: "a status of a code that ended in a chat",
    answer: {
      kind: "status",
      pending: [],
      lastFailed: { profileName: "work", agoMs: 90_000, code: "device-code-expired" },
    },
    fields: {
      ok: true,
      pending: [],
      last_failed: { profile: "work", error: "device_code_expired", seconds_ago: 90 },
    },
  },
  {
    name: "a status after the clock was set back",
    answer: { kind: "status", pending: [{ ...WAITING, expiresInMs: -5 }], lastSaved: { ...LAST_SAVED, agoMs: -5 } },
    fields: {
      ok: true,
      pending: [{ profile: "home", expires_in: 0 }],
      last_saved: { profile: "work", profile_id: "openai:work", seconds_ago: 0 },
      restart_required: false,
    },
  },
  {
    name: "what was cancelled",
    answer: { kind: "cancelled", profileNames: ["work", "home"] },
    fields: { ok: true, cancelled: ["work", "home"], message: "Cancelled: work and home. Nothing was changed." },
  },
  {
    name: "that nothing was cancelled",
    answer: { kind: "cancelled", profileNames: [] },
    fields: { ok: true, cancelled: [], message: SENTENCES["cancel.none"] },
  },
  {
    name: "a list",
    answer: {
      kind: "profiles",
      profiles: [
        listed("work", { email: "dana@example.com", plan: "plus", isDefault: true }),
        listed("home", { health: "disabled" }),
      ],
      pending: [WAITING],
      nowMs: NOW_MS,
    },
    fields: {
      ok: true,
      profiles: [
        {
          profile: "work",
          profile_id: "openai:work",
          email: "dana@example.com",
          plan: "plus",
          state: "signed-in",
          default: true,
        },
        { profile: "home", profile_id: "openai:home", state: "disabled" },
      ],
      pending: [{ profile: "home", expires_in: 840 }],
    },
  },
  {
    name: "the usage",
    answer: usageReport(
      [
        [
          "work",
          told({ credits: 12, others: [{ name: "spark", isReached: true, windows: [{ seconds: 86_400 }] }] }),
          { isDefault: true, expiresAtMs: NOW_MS },
        ],
        [
          "team",
          told({ credits: "unlimited", stop: "workspace-limit", bankedResets: 1 }),
          { unusableUntilMs: NOW_MS + 5 },
        ],
        ["old", { kind: "untold", reason: "token-old" }],
        [
          "dead",
          { kind: "untold", reason: "unauthorized", status: 401, last: { ...NUMBERS, plan: undefined as never } },
        ],
        ["slow", { kind: "awaited" }],
      ],
      { left: 3, best: listed("work"), inUse: "openai:team" as ProfileId },
    ),
    fields: {
      ok: true,
      profiles: [
        {
          profile: "work",
          profile_id: "openai:work",
          state: "signed-in",
          default: true,
          most_left: true,
          token_expiry: NOW_MS,
          cooldown_until: null,
          remote_usage_ok: true,
          remote_usage: {
            ...TOLD,
            credits_balance: 12,
            additional: [
              {
                name: "spark",
                limit_reached: true,
                windows: [
                  {
                    label: "24h",
                    used_percent: null,
                    remaining_percent: 0,
                    reset_at: null,
                    reset_after_seconds: null,
                    limit_window_seconds: 86_400,
                  },
                ],
              },
            ],
          },
        },
        {
          profile: "team",
          profile_id: "openai:team",
          state: "signed-in",
          in_use: true,
          token_expiry: null,
          cooldown_until: NOW_MS + 5,
          remote_usage_ok: true,
          remote_usage: { ...TOLD, credits_unlimited: true, stopped_by: "workspace_limit", reset_credits: 1 },
        },
        { ...UNTOLD, profile: "old", profile_id: "openai:old", remote_usage: null, remote_error: "token_old" },
        {
          ...UNTOLD,
          profile: "dead",
          profile_id: "openai:dead",
          remote_usage: { ...TOLD, plan: null },
          remote_error: "auth_not_accepted_by_usage_endpoint",
          remote_status: 401,
        },
        { ...UNTOLD, profile: "slow", profile_id: "openai:slow", remote_usage: null },
      ],
      summary: { checked: 5, remote_ok: 2, remote_failed: 3, not_checked: 3 },
    },
  },
  {
    name: "a log",
    answer: { kind: "log", entries: [CHANGE, REFUSED_CHANGE], nowMs: NOW_MS },
    fields: {
      ok: true,
      changes: [
        { at: CHANGE.atMs, who: "telegram:4242", action: "sign_in", profile: "work", outcome: "done" },
        { at: REFUSED_CHANGE.atMs, who: "terminal", action: "undo", profile: "home", outcome: "missing_account_id" },
      ],
    },
  },
  { name: "a log of nothing", answer: { kind: "log", entries: [], nowMs: NOW_MS }, fields: { ok: true, changes: [] } },
  {
    name: "what is wrong",
    answer: inspection(
      { code: "no-owner" },
      { code: "old-skill", folder: "/skills/codex-auth" },
      { code: "profile-failing", profile: listed("work", { health: "needs-sign-in" }) },
    ),
    fields: {
      ok: true,
      findings: [
        { finding: "no_owner", message: SENTENCES["finding.no-owner"] },
        { finding: "old_skill", folder: "/skills/codex-auth", message: expect.stringContaining("/skills/codex-auth") },
        {
          finding: "profile_failing",
          profile: "work",
          message: "• work: needs a new sign-in. Sign in again: codex-auth start --profile work",
        },
      ],
    },
  },
  { name: "that nothing is wrong", answer: inspection(), fields: { ok: true, findings: [] } },
  { name: "the version", answer: { kind: "version", version: "1.2.3" }, fields: { ok: true, version: "1.2.3" } },
  { name: "the help", answer: { kind: "help" }, fields: { ok: true, message: expect.stringContaining("--json") } },
];

/** A refusal of the sign-in server, which may have said when it will listen again. */
const limited = (retryAfterSeconds?: number): TerminalAnswer => ({
  kind: "refused",
  code: "provider-rate-limited",
  isOver: true,
  ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
});

describe("the JSON", () => {
  it.each(SUCCEEDED)("is one line with these fields, and a success: $name", ({ answer, fields }) => {
    const { text, exitCode } = printed(answer).json;
    expect(text).toMatch(/^\{.*\}$/);
    expect([JSON.parse(text), exitCode]).toEqual([fields, 0]);
  });

  it.each(SUCCEEDED)("marks a sandbox and a missing host: $name", ({ answer, fields }) => {
    const around = { ...PLAIN, isSandbox: true, warning: "no-host" as const };
    expect(fieldsOf(answer, around)).toEqual({ ...fields, sandbox: true, warning: SENTENCES["warning.no-host"] });
    expect(textOf(answer, { ...PLAIN, isSandbox: true })).toBe(`${SENTENCES.sandbox}\n${textOf(answer)}`);
  });

  it("of a refusal holds the code, its sentence and no more", () => {
    expect(fieldsOf({ kind: "refused", code: "store-locked" })).toEqual({
      ok: false,
      error: "store_locked",
      message: REFUSALS["store-locked"],
    });
  });

  it("of a refusal names the profile and the host version if they are known", () => {
    const around = { ...PLAIN, hostVersion: "2026.3.13" };
    expect(fieldsOf({ kind: "refused", code: "undo-missing", profileName: "work", isOver: true }, around)).toEqual({
      ok: false,
      error: "undo_missing",
      message: expect.stringContaining("nothing to undo for work"),
      profile: "work",
      host_version: "2026.3.13",
    });
  });

  it("of a refusal has the time to wait if the server gave it", () => {
    expect(fieldsOf(limited(90))).toMatchObject({ error: "provider_rate_limited", retry_after: 90 });
    expect(fieldsOf(limited())).not.toHaveProperty("retry_after");
  });

  it("of a refusal warns of a missing host", () => {
    expect(fieldsOf({ kind: "refused", code: "internal" }, { ...PLAIN, warning: "no-host" })).toMatchObject({
      ok: false,
      warning: SENTENCES["warning.no-host"],
    });
  });
});

describe("a sandbox", () => {
  it("is not mentioned if there is none", () => {
    const answer = { kind: "help" } as const;
    expect(fieldsOf(answer, { ...PLAIN, isSandbox: false })).not.toHaveProperty("sandbox");
    expect(textOf(answer, { ...PLAIN, isSandbox: false })).toBe(textOf(answer));
  });
});

describe("the codes", () => {
  it("are in snake_case", () => {
    expect(TERMINAL_CODES.filter((code) => !/^[a-z]+(?:_[a-z]+)*$/.test(code))).toEqual([]);
  });

  it("are one for each error", () => {
    expect(new Set(TERMINAL_CODES).size).toBe(ERROR_CODES.length);
  });

  const ORIGINAL: readonly { readonly code: ErrorCode; readonly expected: string }[] = [
    { code: "no-pending-login", expected: "no_pending_flow" },
    { code: "code-missing", expected: "missing_code" },
    { code: "state-mismatch", expected: "state_mismatch" },
    { code: "identity-missing", expected: "missing_account_id" },
    { code: "no-status", expected: "no_status" },
  ];
  it.each(ORIGINAL)("keep the original's: $expected", ({ code, expected }) => {
    expect(fieldsOf({ kind: "refused", code })).toMatchObject({ ok: false, error: expected });
  });

  it.each(ERROR_CODES)("are printed as they are listed, with exit code 2: %s", (code) => {
    const { json, text } = printed({ kind: "refused", code, profileName: "work" });
    expect(TERMINAL_CODES).toContain((JSON.parse(json.text) as { error: string }).error);
    expect([json.exitCode, text.exitCode]).toEqual([2, 2]);
  });
});

describe("when a change takes effect", () => {
  const { "saved.live": LIVE, "saved.not-queued": NOT_QUEUED } = SENTENCES;
  const RESTART = `${SENTENCES["saved.restart"]} ${SENTENCES["saved.none-running"]}`;
  const EFFECTS: readonly {
    readonly name: string;
    readonly changed: Partial<SavedSignIn>;
    readonly queueApply?: boolean;
    readonly message: string;
    readonly queued?: boolean;
  }[] = [
    { name: "now", changed: {}, message: LIVE },
    { name: "now, though a restart was allowed", changed: {}, queueApply: true, message: `${LIVE} ${NOT_QUEUED}` },
    { name: "after a restart by hand", changed: { activation: "restart" }, message: RESTART },
    { name: "after a restart that failed", changed: { activation: "restart" }, queueApply: true, message: RESTART },
    {
      name: "after the restart that was asked for",
      changed: { activation: "restarted" },
      queueApply: true,
      message: SENTENCES["saved.restarted"],
      queued: true,
    },
    {
      name: "not before the gateway's settings are changed",
      changed: { isSelectable: false },
      queueApply: true,
      message: SENTENCES["saved.left-out"],
    },
  ];
  it.each(EFFECTS)("is said in the message: $name", ({ changed, queueApply, message, queued = false }) => {
    const fields = fieldsOf({ ...SAVED, ...changed }, PLAIN, queueApply);
    expect(fields).toMatchObject({ message, queued, restart_required: changed.activation === "restart" });
  });
});

describe("the text", () => {
  it.each(terminalAnswers())("names no command of the chat: $kind", ({ answer, queueApply }) => {
    expect(textOf(answer, PLAIN, queueApply)).not.toMatch(/\/codex_auth|send it here|the link I sent/);
  });

  it("has the sign-in link alone on a line", () => {
    expect(textOf(started()).split("\n")).toContain(LINK);
  });

  it("of a list is all of it, however many profiles there are", () => {
    const lines = textOf(listOf(1000)).split("\n");
    expect(lines.filter((line) => line.startsWith("• p"))).toHaveLength(1000);
  });

  it("of a refusal names the host that was seen, if it is the host's", () => {
    const around = { ...PLAIN, hostVersion: "2031.1.1" };
    const unknown = { kind: "refused", code: "host-unknown" } as const;
    expect(textOf(unknown, around)).toBe(`${REFUSALS["host-unknown"]}\nThe version found is 2031.1.1.`);
    expect(textOf(unknown)).toBe(REFUSALS["host-unknown"]);
    expect(textOf({ kind: "refused", code: "store-locked" }, around)).toBe(REFUSALS["store-locked"]);
  });

  it("of a refusal names the user that owns the profile store", () => {
    const around = { ...PLAIN, storeOwner: "dana (uid 1000)" };
    const others = { kind: "refused", code: "store-of-other-user" } as const;
    expect(textOf(others, around)).toBe(`${REFUSALS["store-of-other-user"]}\nThat user is dana (uid 1000).`);
    expect(fieldsOf(others, around)).toMatchObject({ error: "store_of_other_user", store_owner: "dana (uid 1000)" });
    expect(textOf({ kind: "refused", code: "store-locked" }, around)).toBe(REFUSALS["store-locked"]);
  });

  it("ends with a warning if no host was asked", () => {
    expect(textOf(FULL, { ...PLAIN, warning: "no-host" }).endsWith(`\n${SENTENCES["warning.no-host"]}`)).toBe(true);
  });
});

describe("inside the host's own program", () => {
  const around = { ...PLAIN, program: HOST_PROGRAM };
  const all = [
    ...SUCCEEDED.map(({ answer }) => answer),
    ...ERROR_CODES.map((code) => ({ kind: "refused", code }) as const),
  ];

  it("no command has an option --profile, which is the host's own", () => {
    const texts = all.flatMap((answer) => [textOf(answer, around), printed(answer, around).json.text]);
    expect(texts.filter((text) => /--profile(?!-id)\b/.test(text))).toEqual([]);
  });

  it("every command begins with the host's name", () => {
    expect(fieldsOf(FULL, around)).toMatchObject({
      revert_command: "openclaw codex-auth undo --profile-id work",
      status_command: "openclaw codex-auth status --profile-id work",
    });
  });
});

/** Names that the host's own tools may have stored: anything printable. */
const storedName = fc
  .oneof(
    fc.string({ unit: "binary", minLength: 1, maxLength: 24 }),
    fc.string({ unit: fc.constantFrom(..."'\"\\$`!*?~#&|;<>(){}[] =-"), minLength: 1, maxLength: 12 }),
    fc.constantFrom("--json", "-", "'", "''", "'; rm -rf /; '", "$(id)", "a b", "finish", "~", "ünï", "😀"),
    anyName,
  )
  .filter((name) => {
    const selector = parseSelector(`openai:${name}`);
    return selector.kind === "selector" && selector.name === name;
  });

/** What a POSIX shell makes of commands: the words of each. */
function wordsOf(commands: readonly string[]): readonly (readonly string[])[] {
  const script = ["words() { printf '%s\\0' \"$@\"; printf '\\n\\0'; }", ...commands].join("\n");
  const out = execFileSync("/bin/sh", { input: script, encoding: "utf8" });
  return out
    .split("\n\0")
    .slice(0, -1)
    .map((line) => line.split("\0").slice(0, -1));
}

describe("a command to type", () => {
  it("means the same profile after a shell has read it, for any stored name", () => {
    const names = fc.sample(storedName, 400);
    const around: OutputContext = { ...PLAIN, program: { ...OWN, name: "words" } };
    const commands = names.map((name) => fieldsOf({ ...FULL, profileName: name }, around)["revert_command"] as string);
    const meant = wordsOf(commands).map((words) => {
      const parsed = parseArguments(words);
      return parsed.kind === "request" ? [parsed.request.verb, parsed.request.profileName] : parsed.code;
    });
    expect(meant).toEqual(names.map((name) => ["undo", name]));
  });

  it.each([
    { name: "work", expected: "work" },
    { name: "me+codex@example.com", expected: "me+codex@example.com" },
    { name: "status", expected: "openai:status" },
    { name: "my team", expected: "'openai:my team'" },
    { name: "it's", expected: `'openai:it'\\''s'` },
    { name: "-x", expected: "openai:-x" },
    { name: "$HOME", expected: "'openai:$HOME'" },
  ])("is quoted only if a shell needs it: $name", ({ name, expected }) => {
    expect(fieldsOf({ ...FULL, profileName: name })["status_command"]).toBe(`codex-auth status --profile ${expected}`);
  });
});

/** All that could move the cursor, colour the text or turn its direction. */
const UNSHOWABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const isShowable = (text: string) => text.split("\n").every((line) => !UNSHOWABLE.test(line) && line.isWellFormed());

/** Answers that hold text of strangers, and the most lines that each has. */
const anyStrange: fc.Arbitrary<{ readonly answer: TerminalAnswer; readonly lines: number }> = fc
  .tuple(hostileText, hostileText, hostileText)
  .chain(([email, plan, name]) =>
    fc.constantFrom(
      { answer: { ...FULL, email, plan, profileName: name }, lines: 3 },
      { answer: started({ profileName: name as ProfileName }), lines: 6 },
      { answer: { ...UNDONE, profileName: name }, lines: 2 },
      {
        answer: {
          kind: "profiles" as const,
          profiles: [
            { profileId: name as ProfileId, name: name as ProfileName, email, plan, health: "signed-in" as const },
          ],
          pending: [],
          nowMs: NOW_MS,
        },
        lines: 4,
      },
      { answer: { kind: "status" as const, pending: [{ ...WAITING, profileName: name }] }, lines: 3 },
      { answer: { kind: "cancelled" as const, profileNames: [name, plan] }, lines: 1 },
      { answer: { kind: "refused" as const, code: "undo-missing" as const, profileName: name }, lines: 1 },
    ),
  );

describe("text from outside", () => {
  it("neither controls the terminal nor adds a line", () => {
    fc.assert(
      fc.property(anyStrange, ({ answer, lines }) => {
        const text = textOf(answer);
        expect(isShowable(text)).toBe(true);
        expect(text.split("\n").length).toBeLessThanOrEqual(lines);
      }),
    );
  });

  it("does neither in JSON, and is complete there", () => {
    fc.assert(
      fc.property(anyStrange, ({ answer }) => {
        const { text } = printed(answer).json;
        expect(isShowable(text)).toBe(true);
        expect(text).not.toContain("\n");
      }),
    );
    const email = "\u001B[31m\u009B2J\u202Egnp\u2028\u{E0041}\u007F";
    expect(fieldsOf({ ...FULL, email })).toMatchObject({ email });
  });

  it("does not fill a placeholder", () => {
    expect(textOf({ ...FULL, email: "{name} {command}" })).toContain("now uses {name} {command} (plan: plus).");
  });
});

describe("a secret", () => {
  const state = new URL(LINK).searchParams.get("state") ?? "";

  it("is printed once, in the link of a start", () => {
    const { json, text } = printed(started());
    for (const { text: all } of [json, text]) expect(all.split(state)).toHaveLength(2);
    expect(fieldsOf(started())["login_url"]).toContain(state);
  });

  it("is in no other answer, even if the answer has extra fields", () => {
    const extra = {
      access: "canary",
      refresh: "canary",
      codeVerifier: "canary",
      stateDigest: "canary",
      cause: "canary",
    };
    for (const { answer } of SUCCEEDED) {
      const { json, text } = printed({ ...answer, ...extra } as TerminalAnswer, { ...PLAIN, ...extra });
      expect(json.text + text.text).not.toContain("canary");
    }
  });
});
