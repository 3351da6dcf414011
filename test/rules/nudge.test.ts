import { describe, expect, it } from "vitest";
import { decideNudge, silence, type Nudged } from "../../src/rules/nudge.ts";
import type { UsageNumbers, UsageWindow } from "../../src/rules/usage.ts";

const NOW_MS = 1_795_000_000_000;
const HOUR_MS = 3_600_000;
const [SHORT, WEEK] = [18_000, 604_800];
const ID = "openai:work";

function numbersWith(...windows: readonly UsageWindow[]): UsageNumbers {
  return { askedAtMs: NOW_MS, limit: { isReached: false, windows }, others: [], bankedResets: 0 };
}
const window = (left: number | undefined, seconds = SHORT, resetAtMs = NOW_MS + HOUR_MS): UsageWindow => ({
  seconds,
  resetAtMs,
  ...(left === undefined ? {} : { usedPercent: 100 - left }),
});
const note = (below: number, change: Partial<Nudged> = {}): Nudged => ({
  profileId: ID,
  seconds: SHORT,
  below,
  atMs: NOW_MS - HOUR_MS,
  resetAtMs: NOW_MS + HOUR_MS,
  ...change,
});

interface Row {
  readonly name: string;
  readonly left: number | undefined;
  readonly said?: readonly Nudged[];
  readonly isDue: boolean;
  /** What is noted of the window afterwards. */
  readonly below?: number;
}

const PAST = { resetAtMs: NOW_MS - 1 };
const ROWS: readonly Row[] = [
  { name: "is not told of at 20 %", left: 20, isDue: false },
  { name: "is told of below 20 %", left: 19.9, isDue: true, below: 20 },
  { name: "is told of below 5 %", left: 4, isDue: true, below: 5 },
  { name: "is told of when it is used up", left: 0, isDue: true, below: 5 },
  { name: "is told of once below 20 %", left: 12, said: [note(20)], isDue: false, below: 20 },
  { name: "is told of again below 5 %", left: 4, said: [note(20)], isDue: true, below: 5 },
  { name: "is told of once below 5 %", left: 1, said: [note(5)], isDue: false, below: 5 },
  { name: "is not told of below 20 % after 5 %", left: 15, said: [note(5)], isDue: false, below: 5 },
  { name: "is not told of while it is quiet", left: 0, said: [note(0)], isDue: false, below: 0 },
  { name: "stays told of if its number jumps before its reset", left: 90, said: [note(20)], isDue: false, below: 20 },
  {
    name: "stays told of if little is left after its reset",
    left: 45,
    said: [note(20, PAST)],
    isDue: false,
    below: 20,
  },
  { name: "is forgotten after its reset above 50 %", left: 51, said: [note(0, PAST)], isDue: false },
  { name: "is left alone if its number is not told", left: undefined, said: [note(20)], isDue: false, below: 20 },
  {
    name: "is told of in spite of another profile",
    left: 3,
    said: [note(5, { profileId: "openai:team" })],
    isDue: true,
    below: 5,
  },
  { name: "is told of in spite of another window", left: 3, said: [note(5, { seconds: WEEK })], isDue: true, below: 5 },
  {
    name: "is told of again after 40 days",
    left: 3,
    said: [note(5, { atMs: NOW_MS - 960 * HOUR_MS })],
    isDue: true,
    below: 5,
  },
];

describe("a window of the account in use", () => {
  it.each(ROWS)("$name", ({ left, said = [], isDue, below }) => {
    const decided = decideNudge({ profileId: ID, numbers: numbersWith(window(left)) }, said, NOW_MS);
    expect(decided.due).toEqual(isDue ? [window(left)] : []);
    const own = decided.said.find(({ profileId, seconds }) => profileId === ID && seconds === SHORT);
    expect(own?.below).toBe(below);
  });

  it("without a time of its reset counts as reset after its length", () => {
    const { resetAtMs: _reset, ...timeless } = note(5, { atMs: NOW_MS - 4 * HOUR_MS });
    const watched = { profileId: ID, numbers: numbersWith({ seconds: SHORT, usedPercent: 10 }) };
    expect(decideNudge(watched, [timeless], NOW_MS).said).toEqual([timeless]);
    expect(decideNudge(watched, [{ ...timeless, atMs: NOW_MS - 5 * HOUR_MS }], NOW_MS).said).toEqual([]);
  });

  it("is one of several, and all that are due are told of together", () => {
    const numbers = numbersWith(window(18), window(60, 86_400), window(4, WEEK));
    const { due, said } = decideNudge({ profileId: ID, numbers }, [], NOW_MS);
    expect(due.map(({ seconds }) => seconds)).toEqual([SHORT, WEEK]);
    expect(said.map(({ below }) => below)).toEqual([20, 5]);
  });

  it("leaves the notes bounded", () => {
    const many = Array.from({ length: 300 }, (_, at) => note(5, { profileId: `openai:p${at}` }));
    expect(decideNudge({ profileId: ID, numbers: numbersWith(window(1)) }, many, NOW_MS).said).toHaveLength(200);
  });
});

describe("a profile that is to be quiet", () => {
  it("is not told of in any of its windows, and others still are", () => {
    const numbers = numbersWith(window(18), window(4, WEEK));
    const other = note(20, { profileId: "openai:team" });
    const said = silence({ profileId: ID, numbers }, [note(20), other], NOW_MS);
    expect(said).toEqual([other, note(0, { atMs: NOW_MS }), note(0, { seconds: WEEK, atMs: NOW_MS })]);
    expect(decideNudge({ profileId: ID, numbers }, said, NOW_MS).due).toEqual([]);
  });

  it("without numbers is quiet in the windows that were told of, until their reset", () => {
    const [other, month] = [note(20, { profileId: "openai:team" }), note(20, { seconds: 2_592_000 })];
    expect(silence({ profileId: ID }, [note(5), other, month], NOW_MS)).toEqual([
      other,
      note(0),
      { ...month, below: 0 },
    ]);
  });

  it("is also quiet in a window that was told of and that OpenAI does not name now", () => {
    const said = silence({ profileId: ID, numbers: numbersWith(window(18)) }, [note(5, { seconds: WEEK })], NOW_MS);
    expect(said).toEqual([note(0, { seconds: WEEK }), note(0, { atMs: NOW_MS })]);
  });

  it("without numbers and without a message changes nothing", () => {
    const other = note(20, { profileId: "openai:team" });
    expect(silence({ profileId: ID }, [other], NOW_MS)).toEqual([other]);
  });
});
