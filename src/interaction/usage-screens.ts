/** The screen of `usage`, and the numbers on the list of profiles. */
import { repairOf, type ListedProfile, type UsageReport } from "../rules/results.ts";
import {
  isPastReset,
  leftIn,
  type ProfileUsage,
  type UsageLimit,
  type UsageNumbers,
  type UsageReason,
  type UsageWindow,
} from "../rules/usage.ts";
import { repairButton, repairLines } from "./profile-screens.ts";
import {
  button,
  command,
  conditionOf,
  inChats,
  say,
  usage,
  verbatim,
  type Button,
  type Fact,
  type Line,
  type Screen,
  type ScreenLine,
} from "./screen.ts";

/** Of more profiles each has one line, because an answer must fit one message. */
const DETAILED = 6;
const OTHERS_SHOWN = 3;

type Row = UsageReport["profiles"][number];

export function usageScreen(report: UsageReport): Screen {
  const { profiles, isPartial, nowMs } = report;
  if (profiles.length === 0) return { lines: [say("selector.empty")], rows: [] };
  const isBrief = profiles.length > DETAILED;
  const lines = profiles.flatMap((row) => [
    profileLine(report, row, isBrief),
    ...stopLines(row),
    ...(isBrief ? [] : detailLines(row, nowMs)),
    ...reasonLines(row),
    ...repairLinesOf(row, nowMs),
  ]);
  const isBlocked = profiles.some((one) => reasonIn(one) === "challenge");
  return {
    lines: [
      say("usage.title"),
      ...lines,
      ...(isBlocked ? [say("untold.challenge")] : []),
      ...(report.left > 0 ? [say("pending.more", { count: report.left })] : []),
      ...(isPartial ? [say("usage.partial")] : nextLines(report, isBrief)),
      say("usage.zone", { zone: { zone: true } }),
    ],
    // A tap on a screen that is about to be completed would be lost.
    rows: isPartial ? [] : rowsOf(report),
  };
}

function profileLine({ inUse, best, nowMs }: UsageReport, { profile, usage: told }: Row, isBrief: boolean): Line {
  const numbers = numbersIn(told);
  const plan = numbers?.plan ?? profile.plan;
  const items: Line[] = [
    ...(plan === undefined ? [] : [[verbatim(plan)]]),
    ...(profile.profileId === inUse ? [say("usage.in-use")] : []),
    ...(inUse === undefined && profile.isDefault === true ? [say("usage.default")] : []),
    ...(profile.profileId === best?.profileId ? [say("usage.best")] : []),
    ...(profile.health === "signed-in" ? [] : [conditionOf(profile, nowMs)]),
    ...(isBrief && numbers !== undefined ? numbers.limit.windows.map((one) => briefOf(one, numbers.limit, nowMs)) : []),
    ...(told.kind === "awaited" ? [say("usage.awaited")] : []),
    ...(numbers === undefined ? [] : [say("usage.asked", { ago: { agoMs: nowMs - numbers.askedAtMs } })]),
  ];
  const name = verbatim(profile.name);
  return items.length === 0 ? say("usage.name", { name }) : say("selector.profile", { name, facts: listOf(items) });
}

const listOf = (items: readonly Line[]): Fact => ({ items, isWhole: false });

function numbersIn(told: ProfileUsage): UsageNumbers | undefined {
  if (told.kind === "numbers") return told.numbers;
  return told.kind === "untold" ? told.last : undefined;
}

/** What stops the account, whatever its windows say. */
function stopLines({ usage: told }: Row): readonly Line[] {
  const { limit, stop } = numbersIn(told) ?? {};
  return [
    ...(limit?.isReached === true ? [say("usage.reached")] : []),
    ...(stop === undefined ? [] : [say(`usage.stop.${stop}`)]),
  ];
}

function detailLines({ usage: told }: Row, nowMs: number): readonly Line[] {
  const numbers = numbersIn(told);
  if (numbers === undefined) return [];
  const { limit, others, credits, bankedResets } = numbers;
  return [
    ...limit.windows.map((one) => windowLine(one, limit, nowMs)),
    ...(limit.windows.length === 0 && !limit.isReached ? [say("usage.no-limit")] : []),
    ...others
      .filter(isTouched)
      .slice(0, OTHERS_SHOWN)
      .map((other) => otherLine(other, nowMs)),
    ...(credits === undefined ? [] : [creditsLine(credits)]),
    ...(bankedResets > 0 ? [say("usage.resets", { count: bankedResets })] : []),
  ];
}

const isTouched = ({ isReached, windows }: UsageLimit) =>
  isReached || windows.some(({ usedPercent = 0 }) => usedPercent > 0);

function windowLine(one: UsageWindow, limit: UsageLimit, nowMs: number): Line {
  const window = lengthOf(one);
  const state = stateOf(one, limit, nowMs);
  const { resetAtMs } = one;
  if (resetAtMs === undefined || resetAtMs <= nowMs) return say("usage.window", { window, state });
  const time = { spanMs: resetAtMs - nowMs };
  return say("usage.window-until", { window, state, time, at: { atMs: resetAtMs, nowMs } });
}

/** The state of one window in one line. */
export function briefOf(one: UsageWindow, limit: UsageLimit, nowMs: number): Line {
  const [window, state] = [lengthOf(one), stateOf(one, limit, nowMs)];
  const { resetAtMs } = one;
  if (resetAtMs === undefined || resetAtMs <= nowMs) return say("usage.brief", { window, state });
  return say("usage.brief-until", { window, state, time: { spanMs: resetAtMs - nowMs } });
}

/** The number first, and then the bar. */
function stateOf(one: UsageWindow, limit: UsageLimit, nowMs: number): Line {
  if (isPastReset(one, nowMs)) return say("usage.was-reset");
  const left = leftIn(one, limit, nowMs);
  if (left === undefined) return say("usage.not-told");
  return say("usage.state", { left: leftLine(left, limit), bar: verbatim(barOf(left)) });
}

function leftLine(left: number, { isReached }: UsageLimit): Line {
  if (left >= 1) return say("usage.left", { count: Math.floor(left) });
  return isReached ? say("usage.used-up") : say("usage.left-little");
}

const CELLS = 10;

/** Full only if nothing is used, and empty only below one percent. */
function barOf(left: number): string {
  const some = Math.min(Math.max(Math.round(left / CELLS), 1), CELLS - 1);
  const full = left >= 100 ? CELLS : left < 1 ? 0 : some;
  return "█".repeat(full) + "░".repeat(CELLS - full);
}

const [MINUTE_S, HOUR_S, DAY_S] = [60, 3600, 86_400];

/** Named by its length, because OpenAI changes which of its fields holds which window. */
function lengthOf({ seconds }: UsageWindow): Line {
  const days = Math.round(seconds / DAY_S);
  if (days === 7) return say("usage.week");
  if (days >= 28 && days <= 31) return say("usage.month");
  if (days > 2) return say("usage.days", { count: days });
  if (seconds >= HOUR_S) return say("usage.hours", { count: Math.round(seconds / HOUR_S) });
  return say("usage.minutes", { count: Math.max(1, Math.round(seconds / MINUTE_S)) });
}

function otherLine(limit: UsageLimit, nowMs: number): Line {
  const { name = "", windows, isReached } = limit;
  const items = windows.map((one) => briefOf(one, limit, nowMs));
  return say("usage.other", {
    name: verbatim(name),
    facts: items.length === 0 && isReached ? say("usage.used-up") : listOf(items),
  });
}

function creditsLine(credits: NonNullable<UsageNumbers["credits"]>): Line {
  return credits === "unlimited" ? say("usage.credits-unlimited") : say("usage.credits", { count: credits });
}

const reasonIn = ({ usage: told }: Row) => (told.kind === "untold" ? told.reason : undefined);

/** The reasons that a new sign-in removes. */
const ENDED: ReadonlySet<UsageReason | undefined> = new Set(["no-access", "no-token", "sign-in-ended"]);

/** A challenge concerns all accounts, and is told once. */
function reasonLines(row: Row): readonly Line[] {
  const { profile, usage: told } = row;
  if (told.kind !== "untold" || told.reason === "challenge") return [];
  const { reason, status = 0 } = told;
  const key = reason === "forbidden" ? "unauthorized" : reason;
  const again = ENDED.has(reason) ? [say("profile.pick", { command: command("pick", profile.name) })] : [];
  return [say(`untold.${key}`, { status: verbatim(String(status)) }), ...again];
}

/** The profile of a report on one alone. */
function onlyIn({ profiles: [first, ...more] }: UsageReport): Row | undefined {
  return more.length === 0 ? first : undefined;
}

const offeredIn = ({ best, inUse }: UsageReport) => (best?.profileId === inUse ? undefined : best);

function nextLines(report: UsageReport, isBrief: boolean): readonly ScreenLine[] {
  const best = offeredIn(report);
  return [
    ...(best !== undefined
      ? [say("usage.use", { name: verbatim(best.name), command: command("use", best.name) })]
      : []),
    ...(isBrief ? [say("usage.one", { command: usage("usage") })] : []),
    inChats(say("usage.again", { command: command("usage", onlyIn(report)?.profile.name) })),
    inChats(say("profile.list", { command: command("page") })),
  ];
}

/** With the numbers that have just been told, which can refute a cooldown. */
function withNumbers({ profile, usage: told }: Row): ListedProfile {
  const numbers = numbersIn(told);
  return numbers === undefined ? profile : { ...profile, usage: numbers };
}

function repairLinesOf(row: Row, nowMs: number): readonly ScreenLine[] {
  const profile = withNumbers(row);
  return repairOf(profile, nowMs) === undefined ? [] : repairLines(profile, nowMs);
}

/** The label names no profile, so there is no button if two can be repaired. */
function repairButtons({ profiles, nowMs }: UsageReport): Button[] {
  const buttons = profiles.flatMap((row) => {
    const repair = repairOf(withNumbers(row), nowMs);
    return repair === undefined ? [] : [repairButton(row.profile, repair)];
  });
  return buttons.length === 1 ? buttons : [];
}

function rowsOf(report: UsageReport): Button[][] {
  const [best, only] = [offeredIn(report), onlyIn(report)];
  const name = only?.profile.name;
  const signIn =
    name !== undefined && ENDED.has(reasonIn(only as Row)) ? [button("button.sign-in", { verb: "pick", name })] : [];
  return [
    best === undefined ? [] : [useButton(best)],
    [...signIn, ...repairButtons(report)],
    [
      button("button.look-again", name === undefined ? { verb: "usage" } : { verb: "usage", name }),
      button("button.accounts", { verb: "page", page: 1 }),
    ],
  ].filter((row) => row.length > 0);
}

export function useButton({ name, profileId }: ListedProfile): Button {
  return button("button.use-named", { verb: "use", name, profileId }, { name: verbatim(name) });
}

/** The numbers in memory, for the list of profiles. Undefined if none of them is valid any more. */
export function rememberedOf({ usage: numbers }: ListedProfile, nowMs: number): Line | undefined {
  if (numbers === undefined) return undefined;
  const { askedAtMs, limit } = numbers;
  const items = limit.windows.flatMap((one): Line[] => {
    const left = leftIn(one, limit, nowMs);
    return left === undefined ? [] : [say("usage.brief", { window: lengthOf(one), state: leftLine(left, limit) })];
  });
  if (items.length === 0) return undefined;
  return say("usage.remembered", { facts: listOf(items), ago: { agoMs: nowMs - askedAtMs } });
}
