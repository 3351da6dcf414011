/** Decides when an owner is told that the account in use is nearly used up. */
import { leftIn, type UsageNumbers, type UsageWindow } from "./usage.ts";
import type { Nudged } from "./stored-records.ts";

export type { Nudged };

/** Percent left. An owner gets one message for each window and each level. */
const LEVELS = [20, 5] as const;
/** A window counts as full again only above this, because OpenAI's numbers jump between two values at times. */
const FULL_AGAIN = 50;
/** Longer than any window. */
const KEPT_MS = 40 * 24 * 3_600_000;
const MAX_KEPT = 200;

export interface Decided {
  /** The windows that the message is about. */
  readonly due: readonly UsageWindow[];
  readonly said: readonly Nudged[];
}

export interface Watched {
  readonly profileId: string;
  readonly numbers: UsageNumbers;
}

/** `said`: the messages that were sent before, about every profile. */
export function decideNudge({ profileId, numbers }: Watched, said: readonly Nudged[], nowMs: number): Decided {
  const due: UsageWindow[] = [];
  let kept = said.filter(({ atMs }) => Math.abs(nowMs - atMs) < KEPT_MS);
  for (const window of numbers.limit.windows) {
    const isOf = (one: Nudged) => one.profileId === profileId && one.seconds === window.seconds;
    const left = leftIn(window, numbers.limit, nowMs);
    if (left === undefined) continue;
    if (left > FULL_AGAIN) kept = kept.filter((one) => !isOf(one) || !isReset(one, nowMs));
    const level = LEVELS.findLast((one) => left < one);
    const before = kept.find(isOf);
    if (level === undefined || (before !== undefined && before.below <= level)) continue;
    due.push(window);
    kept = [...kept.filter((one) => !isOf(one)), noteOf(profileId, window, { below: level, nowMs })];
  }
  return { due, said: kept.slice(-MAX_KEPT) };
}

/** Returns true if a window is below the first level. */
export function isNearlyUsedUp({ limit }: UsageNumbers, nowMs: number): boolean {
  return limit.windows.some((window) => (leftIn(window, limit, nowMs) ?? LEVELS[0]) < LEVELS[0]);
}

export interface Silenced {
  readonly profileId: string;
  /** Absent if none are known. The windows that were told of are then still quiet. */
  readonly numbers?: UsageNumbers | undefined;
}

/**
 * Records a message for every known window of the profile, so that none is sent until the window is reset. Returns `said` if
 * no window is known.
 */
export function silence({ profileId, numbers }: Silenced, said: readonly Nudged[], nowMs: number): readonly Nudged[] {
  const others = said.filter((one) => one.profileId !== profileId);
  const own = numbers?.limit.windows.map((window) => noteOf(profileId, window, { below: 0, nowMs })) ?? [];
  const told = said.filter((one) => one.profileId === profileId && !own.some(({ seconds }) => seconds === one.seconds));
  return [...others, ...told.map((one) => ({ ...one, below: 0 })), ...own].slice(-MAX_KEPT);
}

function noteOf(
  profileId: string,
  { seconds, resetAtMs }: UsageWindow,
  { below, nowMs }: { readonly below: number; readonly nowMs: number },
): Nudged {
  return { profileId, seconds, below, atMs: nowMs, ...(resetAtMs === undefined ? {} : { resetAtMs }) };
}

function isReset({ atMs, seconds, resetAtMs = atMs + seconds * 1000 }: Nudged, nowMs: number): boolean {
  return resetAtMs <= nowMs;
}
