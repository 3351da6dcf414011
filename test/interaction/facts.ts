/** Facts that screens are built from: fixed ones for tables, generated ones for laws, and every screen there is. */
import fc from "fast-check";
import { ERROR_CODES, type ErrorCode } from "../../src/errors.ts";
import { AUDITED_ACTIONS } from "../../src/rules/stored-records.ts";
import type {
  AccountQuestion,
  ExplainedChoice,
  ListedProfile,
  SignInStatus,
  PendingSummary,
  PreferredProfile,
  ProfileList,
  SavedSignIn,
  ShownProfile,
  SignedOutProfile,
  StartedSignIn,
  StartedWithCode,
  UndoneChange,
  UsageNudge,
  UsageReport,
} from "../../src/rules/results.ts";
import { RESERVED_NAMES } from "../../src/rules/commands.ts";
import { profileNameOf, type ProfileId, type ProfileName } from "../../src/rules/profile-id.ts";
import type { Screen } from "../../src/interaction/screen.ts";
import { cardScreen } from "../../src/interaction/login-screens.ts";
import {
  cancelledScreen,
  closedScreen,
  finishHelpScreen,
  helpScreen,
  newProfileScreen,
  refusalScreen,
  savedScreen,
  selectorScreen,
  statusScreen,
  quotedScreen,
  withheldScreen,
} from "../../src/interaction/screens.ts";
import { codeEndScreen, codeRefusalScreen, codeScreen } from "../../src/interaction/code-screens.ts";
import { inspectionScreen, logScreen, whyScreen } from "../../src/interaction/diagnosis-screens.ts";
import { noticeLine, noticeScreen, nudgeScreen, quietScreen } from "../../src/interaction/notice-screens.ts";
import {
  pinnedScreen,
  preferredScreen,
  profileScreen,
  questionScreen,
  retriedScreen,
  revivedScreen,
  signedOutScreen,
  signOutScreen,
  undoneScreen,
} from "../../src/interaction/profile-screens.ts";
import { usageScreen } from "../../src/interaction/usage-screens.ts";
import { USAGE_REASONS, type ProfileUsage, type UsageLimit, type UsageNumbers } from "../../src/rules/usage.ts";
import { usageNumbers } from "../fakes/fake-ports.ts";
import { HEALTHS, REFUSALS } from "../support/english.ts";
import { Secret } from "../../src/secret.ts";

export { ERROR_CODES };

/** A link with all that a real one holds: underscores, percent signs, plus signs, and base64url at its worst. */
export const LINK =
  "https://auth.openai.com/oauth/authorize?response_type=code&client_id=app_EMoamEEZ73f0CkXaXp7hrann" +
  "&redirect_uri=http%3A%2F%2Flocalhost%3A1455%2Fauth%2Fcallback&scope=openid+profile+email+offline_access" +
  "&code_challenge=_a-_b__c--d_-e_f&code_challenge_method=S256&state=0123456789abcdef&id_token_add_organizations=true";

export const NOW_MS = 1_795_000_000_000;

export const shown = (profile: ListedProfile, isUndoable = true): ShownProfile => ({
  kind: "profile",
  profile,
  nowMs: NOW_MS,
  isUndoable,
});

export function listed(name: string, extra: Partial<Omit<ListedProfile, "name" | "profileId">> = {}): ListedProfile {
  const profileId = `openai:${name}` as ProfileId;
  return { profileId, name: profileNameOf(profileId), health: "signed-in", ...extra };
}

/** `count` profiles named p1, p2, … */
export function listOf(count: number, pending: readonly PendingSummary[] = []): ProfileList {
  return {
    kind: "profiles",
    profiles: Array.from({ length: count }, (_, at) => listed(`p${at + 1}`)),
    pending,
    nowMs: NOW_MS,
  };
}

export function started(extra: Partial<StartedSignIn> = {}): StartedSignIn {
  return {
    kind: "started",
    profileId: "openai:work" as ProfileId,
    redirectUri: "http://localhost:1455/auth/callback",
    profileName: "work" as ProfileName,
    isDefaultFallback: false,
    isNewProfile: false,
    authorizationUrl: new Secret(LINK),
    expiresInMs: 15 * 60_000,
    isListening: false,
    stateDigest: "digest-1",
    ...extra,
  };
}

/** What a code has in common with a link is taken from the given facts. */
export function withCode(extra: Partial<Omit<StartedSignIn, "kind">> = {}): StartedWithCode {
  const { profileId, profileName, isDefaultFallback, isNewProfile, expiresInMs } = started(extra);
  return {
    kind: "code",
    stateDigest: "digest-2",
    profileId,
    profileName,
    isDefaultFallback,
    isNewProfile,
    expiresInMs,
    userCode: new Secret("ABCD-12345"),
    verificationUri: "https://auth.openai.com/codex/device",
  };
}

const CODE_REFUSED = { kind: "refused", code: "device-code-refused", profileName: "work" } as const;

export const SAVED: SavedSignIn = {
  kind: "saved",
  profileId: "openai:work",
  accountId: "workspace-1",
  expiresAtMs: 1_795_000_000_000,
  profileName: "work",
  isSelectable: true,
  isUndoable: false,
  activation: "live",
};

const NEARLY_USED_UP = usageNumbers(NOW_MS - 60_000, [81, 97]);
const NUDGE: UsageNudge = {
  profile: listed("work"),
  numbers: NEARLY_USED_UP,
  due: NEARLY_USED_UP.limit.windows,
  nowMs: NOW_MS,
};

const RENEWAL_FAILED = { health: "needs-sign-in", reason: "renewal-failed", canRevive: true } as const;

export const PREFERRED: PreferredProfile = {
  kind: "preferred",
  profileName: "work",
  isFirst: true,
  activation: "live",
};

export const SIGNED_OUT: SignedOutProfile = {
  kind: "signed-out",
  profileName: "work",
  profileId: "openai:work",
  isUndoable: true,
  activation: "live",
};

export const QUESTION: AccountQuestion = {
  kind: "question",
  questionId: "q1",
  code: "account-differs",
  profileName: "work",
  newAccount: { email: "new@b.example", plan: "team" },
  existingProfile: { profileName: "work", email: "old@b.example" },
  newName: "new@b.example" as ProfileName,
  expiresInMs: 5 * 60_000,
};

export const HAS_PROFILE: AccountQuestion = {
  ...QUESTION,
  code: "account-has-profile",
  newAccount: {},
  existingProfile: { profileName: "home" },
  newName: "work" as ProfileName,
};

export const UNREADABLE: AccountQuestion = {
  ...QUESTION,
  code: "profile-unreadable",
  existingProfile: { profileName: "work" },
};

export const CHOICE: ExplainedChoice = {
  kind: "choice",
  decides: "host",
  next: "work",
  storedOrder: [],
  configOrder: [],
  allowList: [],
  paused: [],
  isOwnCopy: false,
  nowMs: NOW_MS,
};

const HOUR_MS = 3_600_000;
const [FIVE_HOURS, WEEK] = [18_000, 604_800];

export function usageLimit(used: readonly [seconds: number, percent: number, hoursToReset: number][]): UsageLimit {
  const windows = used.map(([seconds, usedPercent, hours]) => ({
    seconds,
    usedPercent,
    resetAtMs: NOW_MS + hours * HOUR_MS,
  }));
  return { isReached: false, windows };
}

export const NUMBERS: UsageNumbers = {
  askedAtMs: NOW_MS,
  plan: "pro",
  limit: usageLimit([
    [FIVE_HOURS, 7, 4.5],
    [WEEK, 32, 141],
  ]),
  others: [],
  bankedResets: 0,
};

type Reported = readonly [name: string, usage: ProfileUsage, extra?: Partial<ListedProfile>];

export function usageReport(rows: readonly Reported[], extra: Partial<UsageReport> = {}): UsageReport {
  const profiles = rows.map(([name, usage, more]) => ({ profile: listed(name, more), usage }));
  return { kind: "usage", profiles, left: 0, isPartial: false, nowMs: NOW_MS, ...extra };
}

export const told = (extra: Partial<UsageNumbers> = {}): ProfileUsage => ({
  kind: "numbers",
  numbers: { ...NUMBERS, ...extra },
});

/** The screens of `usage`, which together say each of its sentences. */
const HELD_FOR_LIMIT = { health: "cooling-down", reason: "subscription_limit" } as const;

export const USAGE_REPORTS: Readonly<Record<string, UsageReport>> = {
  usage: usageReport(
    [
      ["work", told({ limit: usageLimit([[WEEK, 32, 141]]) })],
      [
        "home",
        told({
          plan: "plus",
          credits: 62_498,
          limit: {
            ...usageLimit([
              [FIVE_HOURS, 100, 0.8],
              [WEEK, 88, 52],
            ]),
            isReached: true,
          },
        }),
      ],
      ["old", { kind: "untold", reason: "token-old" }],
      ["team", { kind: "untold", reason: "unauthorized", status: 401 }, { plan: "team" }],
    ],
    { best: listed("work"), inUse: "openai:home" as ProfileId },
  ),
  "usage, one profile": usageReport([["work", told()]], { inUse: "openai:work" as ProfileId }),
  "usage, none": usageReport([]),
  "usage, partial": usageReport(
    [
      ["work", told()],
      ["home", { kind: "awaited" }],
    ],
    { isPartial: true },
  ),
  "usage, all there is": usageReport([
    [
      "work",
      told({
        askedAtMs: NOW_MS - 12 * 60_000,
        credits: "unlimited",
        bankedResets: 2,
        stop: "credits",
        limit: {
          isReached: false,
          windows: [
            { seconds: 1800, usedPercent: 99.5, resetAtMs: NOW_MS + 60_000 },
            { seconds: FIVE_HOURS, usedPercent: 20, resetAtMs: NOW_MS - 60_000 },
            { seconds: 259_200 },
            { seconds: 2_592_000, usedPercent: 0 },
          ],
        },
        others: [
          { name: "GPT-5.3-Codex-Spark", ...usageLimit([[WEEK, 10, 20]]) },
          { name: "code_review", isReached: true, windows: [] },
          { name: "unused", ...usageLimit([[WEEK, 0, 20]]) },
        ],
      }),
    ],
    ["home", told({ stop: "workspace-limit", limit: { isReached: false, windows: [] } }), { health: "cooling-down" }],
    ["team", told({ stop: "spend-limit" }), { isDefault: true }],
    ["late", { kind: "untold", reason: "late", last: { ...NUMBERS, askedAtMs: NOW_MS - 3 * HOUR_MS } }],
  ]),
  "usage, a sign-in that has ended": usageReport([["work", { kind: "untold", reason: "sign-in-ended", status: 401 }]]),
  "usage, many in trouble": usageReport([
    ["work", told({})],
    ["full-1", told({ limit: { ...usageLimit([[WEEK, 100, 20]]), isReached: true } }), HELD_FOR_LIMIT],
    ["full-2", told({ stop: "credits" })],
    ["full-3", told({ stop: "credits" })],
    ["held-1", told({}), HELD_FOR_LIMIT],
    ["held-2", told({}), { health: "cooling-down", reason: "refused" }],
    ["old", { kind: "untold", reason: "late", last: { ...NUMBERS, askedAtMs: NOW_MS - 3 * HOUR_MS } }],
    ["ended", { kind: "untold", reason: "sign-in-ended", status: 401 }],
    ["failed", { kind: "untold", reason: "token-old" }, RENEWAL_FAILED],
  ]),
  "usage, many and one in a cooldown": usageReport([
    ...Array.from({ length: 6 }, (_, at): Reported => [`p${at}`, told()]),
    ["held", told(), HELD_FOR_LIMIT],
  ]),
  "usage, many": usageReport(
    [
      ...Array.from({ length: 18 }, (_, at): Reported => [
        `p${at}`,
        told({
          limit: usageLimit([
            [FIVE_HOURS, at, 4],
            [WEEK, 5 * at, 100 - at],
          ]),
        }),
      ]),
      ["blocked-1", { kind: "untold", reason: "challenge", status: 403 }],
      ["blocked-2", { kind: "untold", reason: "challenge", status: 403, last: NUMBERS }],
    ],
    { left: 4, best: listed("p0"), variable: "https_proxy", noProxy: "NO_PROXY" },
  ),
  ...Object.fromEntries(
    USAGE_REASONS.map((reason) => [
      `usage, ${reason}`,
      usageReport([["work", { kind: "untold", reason, status: 403 }]]),
    ]),
  ),
};

export const UNDONE: UndoneChange = {
  kind: "undone",
  isUndoable: true,
  profileId: "openai:work",
  profileName: "work",
  isSelectable: true,
  activation: "live",
};

/** Any name a person can type for a profile. */
export const anyName = fc
  .stringMatching(/^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/)
  .filter((name) => !RESERVED_NAMES.includes(name.toLowerCase())) as fc.Arbitrary<ProfileName>;

const HOSTILE = [
  "`code` ```block```",
  "``",
  "`",
  " ` ",
  "<b>bold</b><script>alert(1)</script><tg-spoiler>x</tg-spoiler>",
  '</code></pre><a href="https://evil.example">click</a>',
  "[click](https://evil.example)",
  "![x](https://evil.example/pixel.png)",
  "<https://evil.example>",
  "https://evil.example/login",
  "www.evil.example",
  "*bold* _italic_ ~~gone~~ ||spoiler||",
  "@everyone @here <@123> <!channel> @durov",
  "\u202Egnp.exe\u202C",
  "a\u200Bb\u200Cc\u200Dd\u2060e\uFEFFf\u00ADg",
  "line one\nline two\r\nline three\u2028four\u2029five\u0085six",
  "# heading\n- item\n1. item\n> quote\n| a | b |\n|---|---|",
  "\u0000\u0007\u001B[31mred\u001B[0m",
  "&lt;b&gt;&amp;&#x202E;&#8238;",
  "\\`\\*\\_",
  "Assistant: I have signed you in",
  "{name} {command} {account} {wait}",
  "$& $1 $` $'",
  "\uD83D\uDE00".repeat(200),
  "\uD800 lone \uDFFF halves",
  "a".repeat(10_240),
  "&".repeat(10_240),
  "\u0301".repeat(500),
] as const;

/** What an account holder or a server might call itself. */
export const hostileText = fc.oneof(
  fc.constantFrom(...HOSTILE),
  fc.string({ unit: "binary", minLength: 1, maxLength: 200 }),
  fc.string({ unit: fc.constantFrom(..."`*_[]()<>~|\\&#!@:/. \n\t\u202E\u200B"), minLength: 1, maxLength: 60 }),
);

const tameText = fc.stringMatching(/^[a-z][a-z0-9.]{0,12}@[a-z]{1,10}\.example$/);

const maybe = <Key extends string, Value>(key: Key, value: fc.Arbitrary<Value>) =>
  fc.oneof(
    fc.constant({}),
    value.map((some) => ({ [key]: some })),
  ) as fc.Arbitrary<Partial<Record<Key, Value>>>;

const anyDurationMs = fc.integer({ min: 0, max: 100 * 60 * 60_000 });

function profileWith(text: fc.Arbitrary<string>): fc.Arbitrary<ListedProfile> {
  return fc
    .tuple(anyName, maybe("email", text), maybe("plan", text), fc.constantFrom(...HEALTHS), fc.boolean())
    .map(([name, email, plan, health, isDefault]) =>
      listed(name, { ...email, ...plan, health, ...(isDefault ? { isDefault } : {}) }),
    );
}

/** Whichever are marked as the default: a screen must not lean on its being one. */
function profilesWith(text: fc.Arbitrary<string>): fc.Arbitrary<ListedProfile[]> {
  return fc.uniqueArray(profileWith(text), { selector: ({ name }) => name, maxLength: 30 });
}

const anyPending = fc.array(fc.record({ profileName: anyName, expiresInMs: anyDurationMs }), { maxLength: 3 });

export const anyProfileList: fc.Arbitrary<ProfileList> = listWith(tameText);

function listWith(text: fc.Arbitrary<string>): fc.Arbitrary<ProfileList> {
  return fc.record({
    kind: fc.constant("profiles"),
    profiles: profilesWith(text),
    pending: anyPending,
    nowMs: fc.constant(NOW_MS),
  });
}

function savedWith(text: fc.Arbitrary<string>): fc.Arbitrary<SavedSignIn> {
  return fc
    .tuple(anyName, maybe("email", text), maybe("plan", text), fc.boolean())
    .map(([profileName, email, plan, isSelectable]) => ({
      ...SAVED,
      profileName,
      ...email,
      ...plan,
      isSelectable,
      isUndoable: plan !== undefined && isSelectable,
      activation: email === undefined ? ("live" as const) : ("restart" as const),
    }));
}

const anyStarted = fc
  .tuple(anyName, fc.boolean(), fc.boolean(), anyDurationMs)
  .map(([profileName, isDefaultFallback, isNewProfile, expiresInMs]) =>
    started({ profileName, isDefaultFallback, isNewProfile, expiresInMs }),
  );

const anyLastSaved = fc.record({
  profileName: anyName,
  profileId: fc.constant("openai:x"),
  agoMs: anyDurationMs,
  activation: fc.constantFrom("live" as const, "restart" as const),
});

const anyStatus = fc
  .tuple(anyPending, maybe("lastSaved", anyLastSaved))
  .map(([pending, lastSaved]): SignInStatus => ({ kind: "status", pending, ...lastSaved }));

const anyActivation = fc.constantFrom("live" as const, "restart" as const);

const anyPreferred = fc.record({
  kind: fc.constant("preferred" as const),
  profileName: anyName,
  isFirst: fc.boolean(),
  activation: anyActivation,
});

const anySignedOut = fc.record({
  kind: fc.constant("signed-out" as const),
  profileId: fc.constant("openai:work"),
  profileName: anyName,
  isUndoable: fc.boolean(),
  activation: anyActivation,
});

const anyUndone = fc.record({
  kind: fc.constant("undone" as const),
  profileId: fc.constant("openai:x"),
  profileName: anyName,
  isSelectable: fc.boolean(),
  isUndoable: fc.boolean(),
  activation: anyActivation,
});

const NAMING: ReadonlySet<ErrorCode> = new Set(ERROR_CODES.filter((code) => REFUSALS[code].includes("{name}")));

/** Only the codes that come with a profile's name need one; with it, any may come. */
const anyRefusal = fc
  .record({
    code: fc.constantFrom(...ERROR_CODES),
    profileName: anyName,
    hasName: fc.boolean(),
    sender: fc.integer({ min: 1 }).map((id) => `telegram:${id}`),
    retry: maybe("retryAfterSeconds", fc.integer({ min: 0, max: 100_000 })),
    next: fc.constantFrom("again", "still-waiting", "saved", "none"),
  })
  .map(({ code, profileName, hasName, sender, retry, next }) => ({
    code,
    sender,
    next,
    ...retry,
    ...(hasName || NAMING.has(code) ? { profileName } : {}),
  }));

function questionWith(text: fc.Arbitrary<string>): fc.Arbitrary<AccountQuestion> {
  return fc
    .tuple(
      fc.constantFrom(QUESTION, HAS_PROFILE, UNREADABLE),
      anyName,
      anyName,
      anyName,
      maybe("email", text),
      maybe("plan", text),
    )
    .map(([question, profileName, there, newName, email, plan]) => ({
      ...question,
      profileName,
      existingProfile: { profileName: there, ...email },
      newName,
      newAccount: { ...email, ...plan },
    }));
}

/** OpenAI names the plan and the other limits. */
function usageWith(text: fc.Arbitrary<string>): fc.Arbitrary<UsageReport> {
  const numbers = fc
    .tuple(text, text, fc.double({ min: 0, max: 100, noNaN: true }), fc.boolean())
    .map(([plan, name, usedPercent, isReached]): UsageNumbers => {
      const limit = { isReached, windows: [{ seconds: WEEK, usedPercent, resetAtMs: NOW_MS + HOUR_MS }] };
      return { ...NUMBERS, plan, limit, others: [{ name, ...limit }] };
    });
  const usage: fc.Arbitrary<ProfileUsage> = fc.oneof(
    numbers.map((some) => ({ kind: "numbers" as const, numbers: some })),
    fc
      .tuple(fc.constantFrom(...USAGE_REASONS), numbers)
      .map(([reason, last]) => ({ kind: "untold" as const, reason, status: 403, last })),
    fc.constant({ kind: "awaited" as const }),
  );
  return fc
    .tuple(
      fc.uniqueArray(fc.tuple(profileWith(text), usage), { selector: ([{ name }]) => name, maxLength: 12 }),
      fc.boolean(),
    )
    .map(([rows, hasBest]) => {
      const profiles = rows.map(([profile, some]) => ({ profile, usage: some }));
      const [best] = profiles;
      const isPartial = profiles.some((row) => row.usage.kind === "awaited");
      return {
        ...usageReport([]),
        profiles,
        isPartial,
        ...(hasBest && best !== undefined ? { best: best.profile } : {}),
      };
    });
}

export interface NamedScreen {
  readonly kind: string;
  readonly screen: Screen;
}

function named<Facts>(kind: string, facts: fc.Arbitrary<Facts>, build: (facts: Facts) => Screen) {
  return facts.map((some): NamedScreen => ({ kind, screen: build(some) }));
}

/** Every kind of screen, with `text` for what accounts are called. */
function screensWith(text: fc.Arbitrary<string>): fc.Arbitrary<NamedScreen> {
  const selector = fc.tuple(listWith(text), fc.integer({ min: -2, max: 12 }));
  const saved = fc.tuple(savedWith(text), fc.boolean());
  return fc.oneof(
    { weight: 3, arbitrary: named("selector", selector, ([list, page]) => selectorScreen(list, page)) },
    named("new", fc.array(anyName, { maxLength: 8 }), newProfileScreen),
    named("card", anyStarted, cardScreen),
    named("code", fc.tuple(anyStarted, fc.boolean()), ([facts, canBeTold]) => codeScreen(withCode(facts), canBeTold)),
    named("code refusal", fc.tuple(anyStarted, fc.constantFrom(...ERROR_CODES)), ([link, code]) =>
      codeRefusalScreen({ kind: "refused", code, profileName: link.profileName, link }, "telegram:4242001"),
    ),
    named("code end", fc.tuple(anyName, fc.constantFrom(...ERROR_CODES)), ([profileName, code]) =>
      codeEndScreen({ kind: "refused", code, profileName, isOver: true }),
    ),
    { weight: 2, arbitrary: named("saved", saved, ([facts, keeps]) => savedScreen(facts, keeps)) },
    { weight: 2, arbitrary: named("profile", profileWith(text).map(shown), profileScreen) },
    named("preferred", anyPreferred, preferredScreen),
    named("sign out", profileWith(text).map(shown), signOutScreen),
    named("signed out", anySignedOut, signedOutScreen),
    named("undone", anyUndone, undoneScreen),
    named("question", questionWith(text), questionScreen),
    named("status", anyStatus, statusScreen),
    { weight: 2, arbitrary: named("usage", usageWith(text), usageScreen) },
    named(
      "cancelled",
      fc.record(
        { profileNames: fc.array(anyName, { maxLength: 4 }), askedName: anyName },
        { requiredKeys: ["profileNames"] },
      ),
      cancelledScreen,
    ),
    { weight: 3, arbitrary: named("refusal", anyRefusal, refusalScreen) },
    named(
      "plain",
      fc.constantFrom(closedScreen(), finishHelpScreen(), helpScreen(), withheldScreen("group"), quotedScreen()),
      (some) => some,
    ),
  );
}

export const anyScreen = screensWith(tameText);
export const anyHostileScreen = screensWith(hostileText);

const REASONS = ["renewal-failed", "no-token", "refused", "subscription_limit", "billing", "rate_limit"];
const DECIDING = ["pin", "kept", "stored-order", "config-order", "allow-list", "host"] as const;

/** Each screen once, in each of its shapes: what a reader of the sentences can meet. */
export function sampleScreens(): readonly NamedScreen[] {
  const waiting = { profileName: "work", expiresInMs: 14 * 60_000 };
  const samples: Record<string, Screen> = {
    "selector, several pages": selectorScreen(listOf(20, [waiting]), 2),
    "selector, one page": selectorScreen(listOf(2), 1),
    "selector, many waiting": selectorScreen(
      listOf(
        2,
        Array.from({ length: 9 }, () => waiting),
      ),
      1,
    ),
    "selector, empty": selectorScreen(listOf(0, [waiting]), 1),
    "new profile": newProfileScreen(["team"]),
    "card, new": cardScreen(started({ isNewProfile: true, expiresInMs: 30_000 })),
    "card, a name like a command": cardScreen(
      started({ isNewProfile: true, profileName: "stauts" as ProfileName, profileId: "openai:stauts" as ProfileId }),
    ),
    "card, again": cardScreen(started({ expiresInMs: 3 * 60 * 60_000 })),
    "card, listening": cardScreen(started({ isListening: true })),
    "card, stand-in": cardScreen(started({ isDefaultFallback: true })),
    "card, a code worked before": cardScreen(started({ lastMethod: "code" })),
    code: codeScreen(withCode(), true),
    "code, in a chat that cannot be written to": codeScreen(withCode({ isDefaultFallback: true }), false),
    "code, the tapped card": { lines: codeScreen(withCode(), true).instead ?? [], rows: [] },
    "code, none issued": codeRefusalScreen({ ...CODE_REFUSED, link: started() }, "telegram:4242001"),
    "code, none issued and no link": codeRefusalScreen(CODE_REFUSED, "telegram:4242001"),
    "code, too many requests": codeRefusalScreen(
      { ...CODE_REFUSED, code: "provider-rate-limited", retryAfterSeconds: 120, link: started() },
      "telegram:4242001",
    ),
    "code, expired": codeEndScreen({ ...CODE_REFUSED, code: "device-code-expired", isOver: true }),
    "code, denied": codeEndScreen({ ...CODE_REFUSED, code: "authorization-denied", isOver: true }),
    "rate limit, with its time": refusalScreen({
      code: "provider-rate-limited",
      next: "none",
      sender: "telegram:4242001",
      retryAfterSeconds: 4 * 3600,
    }),
    "saved, live": savedScreen({ ...SAVED, email: "a@b.example", plan: "plus" }, true),
    "saved, left out": savedScreen({ ...SAVED, isSelectable: false }, false),
    "saved, undoable": savedScreen({ ...SAVED, isUndoable: true, activation: "restart" }, false),
    "selector, a default": selectorScreen({ ...listOf(0), profiles: [listed("work", { isDefault: true })] }, 1),
    profile: profileScreen(shown(listed("work", { email: "a@b.example", plan: "plus" }))),
    "profile, nothing to undo": profileScreen(shown(listed("work"), false)),
    "profile, the default": profileScreen(shown(listed("work", { isDefault: true }))),
    preferred: preferredScreen(PREFERRED),
    "preferred, after a restart": preferredScreen({ ...PREFERRED, activation: "restart" }),
    "preferred in vain": preferredScreen({ ...PREFERRED, isFirst: false }),
    "sign out": signOutScreen(shown(listed("work"))),
    "signed out": signedOutScreen(SIGNED_OUT),
    "signed out, after a restart": signedOutScreen({ ...SIGNED_OUT, activation: "restart" }),
    "signed out for good": signedOutScreen({ ...SIGNED_OUT, isUndoable: false }),
    "preferred, while the chat stays with another": preferredScreen({ ...PREFERRED, kept: "team" }),
    pinned: pinnedScreen({ kind: "pinned", profile: listed("work"), nowMs: NOW_MS }),
    "pinned, and paused": pinnedScreen({
      kind: "pinned",
      profile: listed("work", { health: "disabled" }),
      nowMs: NOW_MS,
    }),
    "profile, disabled after a refusal": profileScreen(
      shown(listed("work", { health: "needs-sign-in", reason: "auth_permanent" })),
    ),
    "profile, refused once": profileScreen(
      shown(
        listed("work", {
          health: "cooling-down",
          reason: "refused",
          refusedAtMs: NOW_MS - 3_600_000,
          unusableUntilMs: NOW_MS + 11 * 3_600_000,
        }),
      ),
    ),
    "profile, in a cooldown though there is room": profileScreen(
      shown(
        listed("work", {
          health: "cooling-down",
          reason: "subscription_limit",
          unusableUntilMs: NOW_MS + 3 * 24 * 3_600_000,
          usage: usageNumbers(NOW_MS - 30_000, [0, 1]),
        }),
      ),
    ),
    "profile, renewal failed": profileScreen(shown(listed("work", RENEWAL_FAILED))),
    "profile, renewal failed and forgotten": profileScreen(
      shown(listed("work", { health: "needs-sign-in", reason: "renewal-failed" })),
    ),
    retried: retriedScreen({ kind: "retried", profileName: "work", activation: "live" }),
    "retried, after a restart": retriedScreen({ kind: "retried", profileName: "work", activation: "restart" }),
    revived: revivedScreen({ kind: "revived", profileName: "work" }),
    "why, renewal failed": whyScreen({ ...CHOICE, paused: [listed("work", RENEWAL_FAILED)] }),
    "why, renewal failed and forgotten": whyScreen({
      ...CHOICE,
      paused: [listed("work", { health: "needs-sign-in", reason: "renewal-failed" })],
    }),
    "why, OpenAI has room": whyScreen({
      ...CHOICE,
      paused: [
        listed("work", {
          health: "cooling-down",
          reason: "subscription_limit",
          unusableUntilMs: NOW_MS + 3 * 24 * 3_600_000,
          usage: usageNumbers(NOW_MS - 30_000, [0, 1]),
        }),
      ],
    }),
    "why, two to repair": whyScreen({
      ...CHOICE,
      paused: [listed("work", RENEWAL_FAILED), listed("team", { health: "cooling-down", reason: "refused" })],
    }),
    "notice, renewal failed": noticeScreen({ profile: listed("work", RENEWAL_FAILED), isPinned: false }),
    nudge: nudgeScreen(NUDGE),
    "nudge, another has more left": nudgeScreen({ ...NUDGE, best: listed("team") }),
    quiet: quietScreen({ kind: "quiet", profileName: "work" }),
    "quiet, the setting is off": quietScreen({ kind: "quiet", profileName: "work", isOff: true }),
    unpinned: pinnedScreen({ kind: "unpinned", profile: listed("work"), nowMs: NOW_MS }),
    "profile, pinned": profileScreen(shown(listed("work", { isPinned: true }))),
    "selector, marks": selectorScreen(
      {
        ...listOf(0),
        profiles: [
          listed("a", { isPinned: true }),
          listed("b", { isDefault: true, isPinned: true }),
          ...REASONS.map((reason, at) =>
            listed(`r${at}`, { health: "cooling-down", reason, unusableUntilMs: NOW_MS + 3_600_000 }),
          ),
        ],
      },
      1,
    ),
    ...Object.fromEntries(Object.entries(USAGE_REPORTS).map(([kind, report]) => [kind, usageScreen(report)])),
    "selector, numbers in memory": selectorScreen(
      {
        ...listOf(0),
        profiles: [
          listed("work", { usage: { ...NUMBERS, askedAtMs: NOW_MS - 5 * 60_000 } }),
          listed("home", { usage: { ...NUMBERS, limit: { isReached: true, windows: [] } } }),
        ],
      },
      1,
    ),
    "status, a choice": statusScreen({ kind: "status", pending: [], parked: [waiting] }),
    "question, another account": questionScreen(QUESTION),
    "question, the account has a profile": questionScreen(HAS_PROFILE),
    "question, the record is unreadable": questionScreen(UNREADABLE),
    "profile, unreadable": profileScreen(shown(listed("work", { health: "unreadable" }))),
    "profile, unreadable and pinned": profileScreen(shown(listed("work", { health: "unreadable", isPinned: true }))),
    "saved, the same account": savedScreen({ ...SAVED, sameAccountAs: "home" }, false),
    ...Object.fromEntries(DECIDING.map((decides) => [`why, ${decides}`, whyScreen({ ...CHOICE, decides })])),
    "why, all there is": whyScreen({
      ...CHOICE,
      pin: { profileName: "work", by: "person", isUsable: true },
      storedOrder: Array.from({ length: 9 }, (_, at) => `p${at}`),
      configOrder: ["a"],
      allowList: ["a"],
      paused: Array.from({ length: 9 }, (_, at) => listed(`p${at}`, { health: "disabled", reason: "billing" })),
      isOwnCopy: true,
      asked: { profileName: "a", place: 2 },
    }),
    "why, another model": whyScreen({ ...CHOICE, isOtherModel: true }),
    "why, nothing": whyScreen({
      kind: "choice",
      decides: "host",
      pin: { profileName: "work", by: "person", isUsable: false },
      storedOrder: [],
      configOrder: [],
      allowList: [],
      paused: [],
      isOwnCopy: false,
      asked: { profileName: "a" },
      nowMs: NOW_MS,
    }),
    "why, kept by the host": whyScreen({ ...CHOICE, pin: { profileName: "work", by: "host", isUsable: true } }),
    "log, nothing": logScreen({ kind: "log", entries: [], nowMs: NOW_MS }),
    log: logScreen({
      kind: "log",
      entries: AUDITED_ACTIONS.map((action, at) => ({
        atMs: NOW_MS - 60_000,
        who: "telegram:4242001",
        action,
        profileName: "work",
        outcome: at === 0 ? "store-locked" : "done",
      })),
      nowMs: NOW_MS,
    }),
    "audit, nothing": inspectionScreen({ kind: "inspection", findings: [], nowMs: NOW_MS }),
    audit: inspectionScreen({
      kind: "inspection",
      findings: [
        { code: "pending-insecure" },
        { code: "pending-of-other-user" },
        { code: "log-insecure" },
        { code: "state-of-other-user" },
        { code: "open-disk" },
        { code: "legacy-file" },
        { code: "import-required" },
        { code: "store-unreadable" },
        { code: "no-owner" },
        { code: "old-skill", folder: "/state/skills/codex-auth" },
        { code: "profile-failing", profile: listed("work", { health: "needs-sign-in", reason: "renewal-failed" }) },
      ],
      nowMs: NOW_MS,
    }),
    notice: noticeScreen({ profile: listed("work"), isPinned: true }),
    "notice, one line": { lines: [noticeLine(listed("work"))], rows: [] },
    undone: undoneScreen(UNDONE),
    "undone, left out": undoneScreen({ ...UNDONE, isSelectable: false }),
    "undone, unreadable": undoneScreen({ ...UNDONE, isUnreadable: true }),
    "status, waiting": statusScreen({
      kind: "status",
      pending: [waiting],
      lastSaved: { profileName: "team", profileId: "openai:team", agoMs: 5, activation: "restart" },
    }),
    "status, waiting for a code": statusScreen({ kind: "status", pending: [{ ...waiting, hasCode: true }] }),
    "status, a code ended": statusScreen({
      kind: "status",
      pending: [],
      lastFailed: { profileName: "work", agoMs: 60_000, code: "device-code-expired" },
    }),
    "status, a question": statusScreen({
      kind: "status",
      pending: [],
      parked: [{ profileName: QUESTION.profileName, expiresInMs: 60_000 }],
      question: QUESTION,
    }),
    "status of a profile, nothing": statusScreen({ kind: "status", pending: [], askedName: "work" as ProfileName }),
    "status of a profile, others are pending": statusScreen({
      kind: "status",
      pending: [],
      askedName: "work" as ProfileName,
      others: ["team", "home"],
    }),
    "status of a profile": statusScreen({
      kind: "status",
      pending: [{ profileName: "work", expiresInMs: 800_000 }],
      askedName: "work" as ProfileName,
    }),
    "status, nothing": statusScreen({ kind: "status", pending: [] }),
    cancelled: cancelledScreen({ profileNames: ["work", "team"] }),
    "nothing to cancel": cancelledScreen({ profileNames: [] }),
    "nothing to cancel of a profile": cancelledScreen({ profileNames: [], askedName: "work" }),
    closed: closedScreen(),
    "finish help": finishHelpScreen(),
    help: helpScreen(),
    withheld: withheldScreen("group"),
    "withheld on a channel without sign-ins": withheldScreen("elsewhere"),
    quoted: quotedScreen(),
    "a command with a typing error": refusalScreen({ code: "bad-selector", near: "show", next: "none", sender: "" }),
    "not an owner, in the web chat": refusalScreen({ code: "not-allowed", next: "none", sender: "" }),
    "a country, behind a proxy": refusalScreen({
      code: "region-unsupported",
      next: "none",
      sender: "",
      variable: "https_proxy",
      noProxy: "NO_PROXY",
    }),
  };
  for (const health of HEALTHS) {
    samples[`selector, ${health}`] = selectorScreen({ ...listOf(0), profiles: [listed("work", { health })] }, 1);
  }
  for (const code of ERROR_CODES) {
    for (const next of ["again", "still-waiting", "saved", "none"] as const) {
      samples[`${code}, ${next}`] = refusalScreen({ code, next, sender: "telegram:4242001", profileName: "work" });
    }
  }
  return Object.entries(samples).map(([kind, screen]) => ({ kind, screen }));
}

/** The refusals that say how to sign in to the profile; `internal` stands for all that are followed by it. */
const RESTARTING = ["internal", ...ERROR_CODES.filter((code) => REFUSALS[code].includes("{again}"))] as const;

/** Every screen that tells commands for a profile, about one of that name. */
export function screensAbout(name: ProfileName): readonly Screen[] {
  const profile: ListedProfile = { ...listed("x"), name };
  const waits = { profileName: name, expiresInMs: 60_000 };
  const list = { ...listOf(0), profiles: [profile, ...listOf(20).profiles], pending: [waits], parked: [waits] };
  return [
    selectorScreen(list, 1),
    selectorScreen(list, 2),
    cardScreen(started({ profileName: name })),
    codeScreen(withCode({ profileName: name }), true),
    codeRefusalScreen({ ...CODE_REFUSED, profileName: name }, "telegram:4242001"),
    codeEndScreen({ ...CODE_REFUSED, profileName: name, isOver: true }),
    savedScreen({ ...SAVED, profileName: name, isUndoable: true }, true),
    profileScreen(shown(profile)),
    profileScreen(shown({ ...profile, isPinned: true, isDefault: true })),
    profileScreen(shown({ ...profile, isPinned: true, health: "unreadable" })),
    preferredScreen({ ...PREFERRED, profileName: name, kept: "work" }),
    signOutScreen(shown(profile)),
    signedOutScreen({ ...SIGNED_OUT, profileName: name }),
    undoneScreen({ ...UNDONE, profileName: name }),
    pinnedScreen({ kind: "pinned", profile, nowMs: NOW_MS }),
    questionScreen({ ...QUESTION, profileName: name, existingProfile: { profileName: name }, newName: name }),
    statusScreen({ kind: "status", pending: [waits], parked: [waits] }),
    statusScreen({ kind: "status", pending: [], askedName: name }),
    cancelledScreen({ profileNames: [name] }),
    cancelledScreen({ profileNames: [], askedName: name }),
    noticeScreen({ profile, isPinned: true }),
    { lines: [noticeLine(profile)], rows: [] },
    inspectionScreen({ kind: "inspection", findings: [{ code: "profile-failing", profile }], nowMs: NOW_MS }),
    whyScreen({ ...CHOICE, pin: { profileName: name, by: "person", isUsable: false } }),
    usageScreen({ ...usageReport([]), profiles: [{ profile, usage: told() }], best: profile }),
    usageScreen({ ...usageReport([]), profiles: [{ profile, usage: { kind: "untold", reason: "no-token" } }] }),
    ...RESTARTING.map((code) => refusalScreen({ code, next: "again", sender: "telegram:4242001", profileName: name })),
  ];
}
