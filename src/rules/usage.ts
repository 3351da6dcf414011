/**
 * Reads OpenAI's answer about the usage of one account. Each field is read by itself, because any of them may be missing,
 * null or odd. Such a field counts as not reported, and the others are still used. Nothing here throws.
 */
import { isObject, isPage, parseDate, parseJson, type HttpAnswer } from "./parse.ts";

export interface UsageWindow {
  /** The length, such as 18,000 for five hours. OpenAI changes which of its fields holds which window. */
  readonly seconds: number;
  /** 0 to 100. Absent if it is not reported. */
  readonly usedPercent?: number;
  /** Unix time in milliseconds, by our clock. */
  readonly resetAtMs?: number;
}

export interface UsageLimit {
  /** Absent for the limit of the plan itself. Untrusted text. */
  readonly name?: string;
  /** OpenAI accepts no more use, whatever the percentages say. */
  readonly isReached: boolean;
  /** The shortest first. */
  readonly windows: readonly UsageWindow[];
}

/** Why the account cannot be used although its windows have room. */
export type UsageStop = "credits" | "workspace-limit" | "spend-limit";

export interface UsageNumbers {
  /** Unix time in milliseconds at which the answer came. */
  readonly askedAtMs: number;
  /** Untrusted text. */
  readonly plan?: string;
  readonly limit: UsageLimit;
  /** Limits of single models and features. */
  readonly others: readonly UsageLimit[];
  readonly credits?: number | "unlimited";
  readonly stop?: UsageStop;
  /** Resets that the account may spend. This plugin never spends one. */
  readonly bankedResets: number;
}

/** Why there are no numbers: OpenAI's answer, a failure of the network, or a reason not to ask. */
export const USAGE_REASONS = [
  "unauthorized",
  "sign-in-ended",
  "workspace-gone",
  "no-access",
  "forbidden",
  "challenge",
  "region",
  "rate-limited",
  "failed",
  "unreadable",
  "other-account",
  "unreachable",
  "late",
  "token-old",
  "renewing",
  "no-token",
] as const;
export type UsageReason = (typeof USAGE_REASONS)[number];

/** The reasons that another proxy may remove. */
const PROXY_MAY_HELP: ReadonlySet<UsageReason> = new Set<UsageReason>(["challenge", "region", "unreachable"]);

export function mayProxyHelp(told: ProfileUsage): boolean {
  return told.kind === "untold" && PROXY_MAY_HELP.has(told.reason);
}

/** `forAll`: the next request of any account, and not only of this one, waits for that time. */
export interface Rest {
  readonly ms: number;
  readonly forAll: boolean;
}

export interface Untold {
  readonly kind: "untold";
  readonly reason: UsageReason;
  /** The HTTP status, if there was an answer. */
  readonly status?: number;
  readonly rest?: Rest;
}

export type UsageOutcome = { readonly kind: "numbers"; readonly numbers: UsageNumbers } | Untold;

/** The usage of one profile: numbers, or a reason why there are none and perhaps older numbers, or an awaited answer. */
export type ProfileUsage =
  | { readonly kind: "numbers"; readonly numbers: UsageNumbers }
  | (Omit<Untold, "rest"> & { readonly last?: UsageNumbers })
  | { readonly kind: "awaited" };

/** The owner of the token that was sent, as far as its claims and the store name it. */
export interface AskedAccount {
  readonly userId?: string | undefined;
  readonly chatgptAccountId?: string | undefined;
}

const MINUTE_MS = 60_000;
/** How long a number counts as what OpenAI says now, and how long it is not asked again. */
export const FRESH_MS = MINUTE_MS;
const RATE_LIMIT_REST_MS = 5 * MINUTE_MS;
const MAX_REST_MS = 60 * MINUTE_MS;
const CHALLENGE_REST_MS = 15 * MINUTE_MS;

/** The host's own margin. */
const TOKEN_MARGIN_MS = 5 * MINUTE_MS;

/** Returns false for a token that expires so soon that the host may be renewing it. A time that is missing is past. */
export function canBeSent({ expiresAtMs = 0 }: { readonly expiresAtMs?: number | undefined }, nowMs: number): boolean {
  return expiresAtMs > nowMs + TOKEN_MARGIN_MS;
}

/** Reads one answer. `nowMs` is the time of its arrival. */
export function judgeUsageAnswer(answer: HttpAnswer, asked: AskedAccount, nowMs: number): UsageOutcome {
  const { status, headers, body } = answer;
  const json = recordIn(parseJson(body));
  if (status !== 200) return untold(reasonOfStatus(answer, json), status, headers);
  if (json === undefined) return untold("failed", status, headers);
  if (isOfAnother(json, asked)) return untold("other-account", status, headers);
  return { kind: "numbers", numbers: readNumbers(json, nowMs) };
}

function untold(reason: UsageReason, status: number, headers: HttpAnswer["headers"]): Untold {
  const rest = restAfter(reason, headers);
  return { kind: "untold", reason, status, ...(rest === undefined ? {} : { rest }) };
}

function restAfter(reason: UsageReason, headers: HttpAnswer["headers"]): Rest | undefined {
  if (reason === "challenge") return { ms: CHALLENGE_REST_MS, forAll: true };
  if (reason !== "rate-limited") return undefined;
  const seconds = numberIn(headers.get("retry-after"));
  const ms = seconds === undefined ? RATE_LIMIT_REST_MS : Math.min(Math.max(seconds * 1000, MINUTE_MS), MAX_REST_MS);
  return { ms, forAll: false };
}

/** OpenAI has ended the token. Without one of these codes a 401 says nothing: it often passes. */
const ENDED: ReadonlySet<string> = new Set(["token_invalidated", "token_revoked", "token_expired"]);
const NO_ACCESS: ReadonlySet<string> = new Set(["invalid_workspace_selected", "codex_workspace_access_denied"]);

/** Only codes are read. The text of an answer is never shown. */
function reasonOfStatus({ status, headers, body }: HttpAnswer, json: Fields | undefined): UsageReason {
  const codes = [
    ...codesIn(json),
    ...codesIn(recordIn(parseJson(fromBase64(headers.get("x-error-json"))))),
    headers.get("x-openai-authorization-error") ?? "",
  ];
  const has = (known: ReadonlySet<string>) => codes.some((code) => known.has(code));
  if (/challenge/i.test(headers.get("cf-mitigated") ?? "")) return "challenge";
  if (status === 401) return has(ENDED) ? "sign-in-ended" : "unauthorized";
  if (status === 402) return "workspace-gone";
  if (status === 403) {
    if (codes.includes("unsupported_country_region_territory")) return "region";
    if (has(NO_ACCESS)) return "no-access";
    return isPage({ headers, body }) ? "challenge" : "forbidden";
  }
  if (status === 429) return "rate-limited";
  return status >= 500 ? "failed" : "unreadable";
}

function codesIn(json: Fields | undefined): readonly string[] {
  const [detail, error] = [recordIn(json?.["detail"]), recordIn(json?.["error"])];
  const all = [detail?.["code"], error?.["code"], json?.["error"], json?.["detail"], json?.["code"]];
  return all.filter((code) => typeof code === "string");
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The workspace is compared only if both sides name one: for a personal account the answer has the user's id in its
 * place.
 */
function isOfAnother(json: Fields, { userId, chatgptAccountId }: AskedAccount): boolean {
  const user = textIn(json["user_id"]);
  if (user !== undefined && userId !== undefined && user !== userId) return true;
  const workspace = textIn(json["account_id"]) ?? "";
  const isNamed = UUID.test(workspace) && chatgptAccountId !== undefined && UUID.test(chatgptAccountId);
  return isNamed && workspace.toLowerCase() !== chatgptAccountId.toLowerCase();
}

function readNumbers(json: Fields, nowMs: number): UsageNumbers {
  const plan = shortTextIn(json["plan_type"]);
  const credits = creditsIn(recordIn(json["credits"]));
  const stop = stopIn(json);
  return {
    askedAtMs: nowMs,
    ...(plan === undefined ? {} : { plan }),
    limit: limitIn(json["rate_limit"], nowMs),
    others: othersIn(json, nowMs),
    ...(credits === undefined ? {} : { credits }),
    ...(stop === undefined ? {} : { stop }),
    bankedResets: Math.max(
      0,
      Math.floor(numberIn(recordIn(json["rate_limit_reset_credits"])?.["available_count"]) ?? 0),
    ),
  };
}

const CODE_REVIEW = "code_review";
const MAX_OTHERS = 20;

function othersIn(json: Fields, nowMs: number): readonly UsageLimit[] {
  const listed = Array.isArray(json["additional_rate_limits"]) ? json["additional_rate_limits"] : [];
  const named = listed.slice(0, MAX_OTHERS).flatMap((one): UsageLimit[] => {
    const fields = recordIn(one);
    const name = shortTextIn(fields?.["limit_name"]) ?? shortTextIn(fields?.["metered_feature"]);
    return name === undefined ? [] : [{ name, ...limitIn(fields?.["rate_limit"], nowMs) }];
  });
  const review = { name: CODE_REVIEW, ...limitIn(json["code_review_rate_limit"], nowMs) };
  return [...named, review].filter(({ isReached, windows }) => isReached || windows.length > 0);
}

function limitIn(value: unknown, nowMs: number): UsageLimit {
  const fields = recordIn(value);
  if (fields === undefined) return { isReached: false, windows: [] };
  // OpenAI has `primary_window` and `secondary_window`, and may add another one.
  const slots = Object.keys(fields).filter((field) => field.endsWith("_window"));
  const found = slots.slice(0, MAX_WINDOWS).flatMap((slot) => windowIn(fields[slot], nowMs));
  const windows = withoutTwins(found).toSorted((one, other) => one.seconds - other.seconds);
  const isFull = windows.some(({ usedPercent = 0 }) => usedPercent >= 100);
  const stated = fields["limit_reached"];
  const isReached = typeof stated === "boolean" ? stated : isFull;
  return { isReached: isReached || fields["allowed"] === false, windows };
}

/** A window that has never begun is left out: no time of its reset, and nothing used. */
function windowIn(value: unknown, nowMs: number): readonly UsageWindow[] {
  const fields = recordIn(value);
  const seconds = numberIn(fields?.["limit_window_seconds"]);
  if (fields === undefined || seconds === undefined || seconds <= 0 || seconds > MAX_WINDOW_SECONDS) return [];
  const used = numberIn(fields["used_percent"]);
  if (fields["reset_at"] === 0 && (used ?? 0) <= 0) return [];
  const resetAtMs = resetIn(fields, nowMs);
  return [
    {
      seconds,
      ...(used === undefined ? {} : { usedPercent: Math.min(Math.max(used, 0), 100) }),
      ...(resetAtMs === undefined ? {} : { resetAtMs }),
    },
  ];
}

const MAX_WINDOWS = 4;
const MAX_WINDOW_SECONDS = 366 * 24 * 3600;

/** OpenAI has sent one window twice. The one with less left is kept. */
function withoutTwins(windows: readonly UsageWindow[]): readonly UsageWindow[] {
  const fullest = new Map<number, UsageWindow>();
  for (const one of windows) {
    const twin = fullest.get(one.seconds);
    if (twin === undefined || (twin.usedPercent ?? 0) < (one.usedPercent ?? 0)) fullest.set(one.seconds, one);
  }
  return [...fullest.values()];
}

/**
 * The time of the reset by our clock. If OpenAI's clock and ours differ by more than a minute, the time that is left
 * decides, as in the host.
 */
function resetIn(fields: Fields, nowMs: number): number | undefined {
  const afterMs = times(numberIn(fields["reset_after_seconds"]), 1000);
  const byAfter = afterMs === undefined || afterMs < 0 ? undefined : nowMs + afterMs;
  const atMs = times(numberIn(fields["reset_at"]), 1000) ?? parseDate(textIn(fields["reset_at"]) ?? "");
  const byAt = atMs === undefined || atMs <= 0 ? undefined : atMs;
  const isTrusted = byAt !== undefined && (byAfter === undefined || Math.abs(byAt - byAfter) <= MINUTE_MS);
  const resetAtMs = isTrusted ? byAt : byAfter;
  return resetAtMs !== undefined && resetAtMs <= nowMs + MAX_WINDOW_SECONDS * 1000 ? resetAtMs : undefined;
}

const times = (value: number | undefined, by: number) => (value === undefined ? undefined : value * by);

function creditsIn(fields: Fields | undefined): UsageNumbers["credits"] {
  if (fields?.["unlimited"] === true) return "unlimited";
  const balance = numberIn(fields?.["balance"]);
  return balance === undefined || balance <= 0 ? undefined : Math.floor(balance);
}

function stopIn(json: Fields): UsageStop | undefined {
  const reached = json["rate_limit_reached_type"];
  const type = textIn(reached) ?? textIn(recordIn(reached)?.["type"]) ?? "";
  if (type.endsWith("_credits_depleted")) return "credits";
  if (/^workspace_.*_usage_limit_reached$/.test(type)) return "workspace-limit";
  return recordIn(json["spend_control"])?.["reached"] === true ? "spend-limit" : undefined;
}

type Fields = Readonly<Record<string, unknown>>;

const fromBase64 = (text: string | null) => Buffer.from(text ?? "", "base64").toString("utf8");

function recordIn(value: unknown): Fields | undefined {
  return isObject(value) ? value : undefined;
}

const MAX_TEXT = 320;

function textIn(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" && value.length <= MAX_TEXT ? value : undefined;
}

const SHORT_TEXT = 32;

function shortTextIn(value: unknown): string | undefined {
  return textIn(value)?.slice(0, SHORT_TEXT).toWellFormed();
}

/** OpenAI sends some numbers as text. */
function numberIn(value: unknown): number | undefined {
  const number = typeof value === "string" && /^-?\d{1,15}(?:\.\d{1,15})?$/.test(value.trim()) ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : undefined;
}

/**
 * Returns how many percent of a window are left. Returns undefined if OpenAI does not say, or if the window was reset
 * after the request.
 */
export function leftIn(window: UsageWindow, limit: UsageLimit, nowMs: number): number | undefined {
  if (isPastReset(window, nowMs)) return undefined;
  // With two windows OpenAI does not say which of them is used up.
  if (limit.isReached && limit.windows.length === 1) return 0;
  const { usedPercent } = window;
  return usedPercent === undefined ? (limit.isReached ? 0 : undefined) : 100 - usedPercent;
}

/**
 * Returns true if OpenAI said that the limit is reached, and a window that can be the cause was not reset since then.
 * Older numbers would otherwise contradict themselves.
 */
export function isStillReached({ isReached, windows }: UsageLimit, nowMs: number): boolean {
  const full = windows.filter(({ usedPercent = 0 }) => usedPercent >= 100);
  const causes = full.length > 0 ? full : windows;
  return isReached && (causes.length === 0 || causes.some((one) => !isPastReset(one, nowMs)));
}

export function isPastReset({ resetAtMs }: UsageWindow, nowMs: number): boolean {
  return resetAtMs !== undefined && resetAtMs <= nowMs;
}

/** Returns true if OpenAI said within the last minute that the account can be used, with a number for each window. */
export function hasRoom(numbers: UsageNumbers | undefined, nowMs: number): boolean {
  if (numbers === undefined || numbers.stop !== undefined || numbers.limit.isReached) return false;
  const { windows } = numbers.limit;
  const isTold = windows.length > 0 && windows.every(({ usedPercent }) => usedPercent !== undefined);
  return isTold && isFresh(numbers, nowMs);
}

/** Compares in both directions: a clock that was set back must not keep a number fresh. */
export function isFresh({ askedAtMs }: Pick<UsageNumbers, "askedAtMs">, nowMs: number): boolean {
  return Math.abs(nowMs - askedAtMs) < FRESH_MS;
}

/**
 * Returns the profile with the most left: of the longest window, then of the shortest, then the one that is reset
 * first. Returns undefined unless the numbers of at least two are known.
 */
export function bestOf<Profile>(
  asked: readonly { readonly profile: Profile; readonly usage: ProfileUsage }[],
  nowMs: number,
): Profile | undefined {
  const told = asked.flatMap(({ profile, usage }) => (usage.kind === "numbers" ? [{ profile, ...usage }] : []));
  return told.length < 2 ? undefined : mostLeftOf(told, nowMs);
}

/** As `bestOf`, but also for a single profile. */
export function mostLeftOf<Profile>(
  told: readonly { readonly profile: Profile; readonly numbers: UsageNumbers }[],
  nowMs: number,
): Profile | undefined {
  const ranked = told.flatMap(({ profile, numbers }) => {
    const rank = rankOf(numbers, nowMs);
    return rank === undefined ? [] : [{ profile, rank }];
  });
  const [best] = ranked.toSorted((one, other) => compareRanks(one.rank, other.rank));
  return best?.profile;
}

/** The smaller the better, position by position. */
type Rank = readonly number[];

function rankOf({ limit, stop }: UsageNumbers, nowMs: number): Rank | undefined {
  const [shortest, longest] = [limit.windows[0], limit.windows.at(-1)];
  if (limit.isReached || stop !== undefined || shortest === undefined || longest === undefined) return undefined;
  const left = leftIn(longest, limit, nowMs);
  const leftShort = leftIn(shortest, limit, nowMs);
  if (left === undefined || leftShort === undefined) return undefined;
  return [-left, -leftShort, longest.resetAtMs ?? Infinity];
}

function compareRanks(one: Rank, other: Rank): number {
  const differing = one.findIndex((value, at) => value !== other[at]);
  return differing === -1 ? 0 : (one[differing] ?? 0) - (other[differing] ?? 0);
}
