/** The screen of `usage`, and the numbers on the list of profiles. */
import { DEFAULT_PROXY_VARIABLE } from "../rules/proxy.ts";
import { repairOf, type ListedProfile, type Repair, type UsageReport } from "../rules/results.ts";
import {
  isFresh,
  isPastReset,
  isStillReached,
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
  type Optional,
  type Screen,
  type ScreenLine,
} from "./screen.ts";

/**
 * An answer must fit one message. Beyond these limits each profile gets one line, and what several have in common is told
 * once. A line has up to 140 characters.
 */
const DETAILED = { profiles: 6, lines: 40 } as const;
const OTHERS_SHOWN = 3;

type Row = UsageReport["profiles"][number];

export function usageScreen(report: UsageReport): Screen {
  const { profiles, isPartial } = report;
  if (profiles.length === 0) return { lines: [say("selector.empty")], rows: [] };
  const details = detailsOf(report);
  const zone = say("usage.zone", { zone: { zone: true } });
  const isBlocked = profiles.some((one) => reasonIn(one) === "challenge");
  return {
    lines: [
      say("usage.title"),
      ...(details ?? briefLines(report)),
      ...(isBlocked ? [say("untold.challenge", { variable: proxyVariableOf(report) })] : []),
      ...(report.noProxy === undefined ? [] : [say("next.semicolon", { variable: verbatim(report.noProxy) })]),
      ...(report.left > 0 ? [say("usage.more", { count: report.left, command: usage("usage") })] : []),
      ...(isPartial ? [say("usage.partial")] : nextLines(report, details === undefined)),
      details === undefined ? [{ full: zone }] : zone,
    ],
    // A tap on a screen that is about to be completed would be lost.
    rows: isPartial ? [] : rowsOf(report),
  };
}

/** Returns undefined if they would not fit. */
function detailsOf(report: UsageReport): readonly ScreenLine[] | undefined {
  if (report.profiles.length > DETAILED.profiles) return undefined;
  const lines = report.profiles.flatMap((row) => detailLines(report, row));
  return lines.length > DETAILED.lines ? undefined : lines;
}

function detailLines(report: UsageReport, row: Row): readonly ScreenLine[] {
  const { nowMs } = report;
  const { profile, usage: told } = row;
  const numbers = numbersIn(told);
  return [
    profileLine(report, row, [
      ...(profile.health === "signed-in" ? [] : [conditionOf(profile, nowMs)]),
      ...awaitedIn(told),
      ...(numbers === undefined ? [] : [askedLine(numbers, nowMs)]),
    ]),
    ...(isReachedIn(numbers, nowMs) ? [say("usage.reached")] : []),
    ...stopLines(row),
    ...(numbers === undefined ? [] : numberLines(numbers, nowMs)),
    ...reasonLines(report, row),
    ...againLines(row),
    ...repairLinesOf(row, nowMs),
  ];
}

function briefLines(report: UsageReport): readonly Line[] {
  const { profiles, nowMs } = report;
  const isAnyFresh = profiles.some(({ usage: told }) => isFreshIn(told, nowMs));
  return [
    ...profiles.map((row) => profileLine(report, row, briefItems(row, nowMs))),
    ...noteLines(report),
    ...(isAnyFresh ? [say("usage.fresh")] : []),
  ];
}

function isFreshIn(told: ProfileUsage, nowMs: number): boolean {
  const numbers = numbersIn(told);
  return numbers !== undefined && isFresh(numbers, nowMs);
}

function briefItems({ profile: { health }, usage: told }: Row, nowMs: number): readonly Line[] {
  const numbers = numbersIn(told);
  const { limit } = numbers ?? {};
  return [
    ...(health === "signed-in" ? [] : [say(`health.${health}`)]),
    ...(limit === undefined ? [] : limit.windows.map((one) => timedOf(one, limit, nowMs))),
    ...(isReachedIn(numbers, nowMs) ? [say("usage.limit-reached")] : []),
    ...awaitedIn(told),
    ...(numbers === undefined || isFresh(numbers, nowMs) ? [] : [askedLine(numbers, nowMs)]),
  ];
}

/** What stops several accounts, or what can be done about it, is one line with their names. */
function noteLines(report: UsageReport): readonly Line[] {
  const { profiles, nowMs } = report;
  const notes = new Map<string, { readonly note: Line; readonly names: Line[] }>();
  const isOneToRepair = repairButtons(report).length === 1;
  for (const row of profiles) {
    const repair = repairOf(withNumbers(row), nowMs);
    const typed = (verb: Repair) => (isOneToRepair ? command(verb, row.profile.name) : usage(verb));
    const repairs = repair === undefined ? [] : [say(`profile.${repair}`, { command: typed(repair) })];
    for (const note of [...stopLines(row), ...reasonLines(report, row), ...repairs]) {
      const key = JSON.stringify(note);
      const { names } = notes.get(key) ?? { names: [] };
      notes.set(key, { note, names: [...names, [verbatim(row.profile.name)]] });
    }
  }
  return [...notes.values()].map(({ note, names }) => say("usage.note", { names: listOf(names), note }));
}

const awaitedIn = (told: ProfileUsage): readonly Line[] => (told.kind === "awaited" ? [say("usage.awaited")] : []);

const askedLine = ({ askedAtMs }: UsageNumbers, nowMs: number): Line =>
  say("usage.asked", { ago: { agoMs: nowMs - askedAtMs } });

function profileLine({ inUse, best }: UsageReport, { profile, usage: told }: Row, more: readonly Line[]): Line {
  const plan = numbersIn(told)?.plan ?? profile.plan;
  const items: Line[] = [
    ...(plan === undefined ? [] : [[verbatim(plan)]]),
    ...(profile.profileId === inUse ? [say("usage.in-use")] : []),
    ...(inUse === undefined && profile.isDefault === true ? [say("usage.default")] : []),
    ...(profile.profileId === best?.profileId ? [say("usage.best")] : []),
    ...more,
  ];
  const name = verbatim(profile.name);
  return items.length === 0 ? say("usage.name", { name }) : say("selector.profile", { name, facts: listOf(items) });
}

const listOf = (items: readonly Line[]): Fact => ({ items, isWhole: false });

function numbersIn(told: ProfileUsage): UsageNumbers | undefined {
  if (told.kind === "numbers") return told.numbers;
  return told.kind === "untold" ? told.last : undefined;
}

const isReachedIn = (numbers: UsageNumbers | undefined, nowMs: number) =>
  numbers !== undefined && isStillReached(numbers.limit, nowMs);

/** What stops the account, whatever its windows say. */
function stopLines({ usage: told }: Row): readonly Line[] {
  const { stop } = numbersIn(told) ?? {};
  return stop === undefined ? [] : [say(`usage.stop.${stop}`)];
}

function numberLines({ limit, others, credits, bankedResets }: UsageNumbers, nowMs: number): readonly Line[] {
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
  return briefFormsOf(one, limit, nowMs).short;
}

/** As `briefOf`, with the time of the reset if there is room. */
function timedOf(one: UsageWindow, limit: UsageLimit, nowMs: number): Line {
  return [briefFormsOf(one, limit, nowMs)];
}

function briefFormsOf(one: UsageWindow, limit: UsageLimit, nowMs: number): Required<Optional> {
  const [window, state] = [lengthOf(one), stateOf(one, limit, nowMs)];
  const { resetAtMs } = one;
  if (resetAtMs === undefined || resetAtMs <= nowMs) {
    const line = say("usage.brief", { window, state });
    return { full: line, short: line };
  }
  const [time, at] = [{ spanMs: resetAtMs - nowMs }, { atMs: resetAtMs, nowMs }];
  return {
    full: say("usage.brief-at", { window, state, time, at }),
    short: say("usage.brief-until", { window, state, time }),
  };
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
  const between = Math.min(Math.max(Math.round(left / CELLS), 1), CELLS - 1);
  const full = left >= 100 ? CELLS : left < 1 ? 0 : between;
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

/** A challenge concerns all accounts, so `usageScreen` shows it once. */
function reasonLines(report: UsageReport, { usage: told }: Row): readonly Line[] {
  if (told.kind !== "untold" || told.reason === "challenge") return [];
  const { reason, status = 0 } = told;
  const key = reason === "forbidden" ? "unauthorized" : reason;
  return [say(`untold.${key}`, { status: verbatim(String(status)), variable: proxyVariableOf(report) })];
}

const proxyVariableOf = ({ variable }: UsageReport) => verbatim(variable ?? DEFAULT_PROXY_VARIABLE);

const againLines = (row: Row): readonly Line[] =>
  ENDED.has(reasonIn(row)) ? [say("profile.pick", { command: command("pick", row.profile.name) })] : [];

/** Returns the profile of a report that has only one. */
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
    ...(isBrief && report.left === 0 ? [say("usage.one", { command: usage("usage") })] : []),
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
