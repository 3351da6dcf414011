/** Two things measured side by side: one of each in every round, so that whatever else the machine does meets both. */

export interface Samples {
  readonly ours: readonly number[];
  readonly base: readonly number[];
}

/** Measures once and answers what it took, in whatever unit both share. */
export type Measure = () => number | Promise<number>;

export interface Rounds {
  readonly rounds: number;
  /** Rounds that are not counted: caches fill, code is compiled. */
  readonly warmUps: number;
}

/** The fewest rounds of which a median is shown. */
export const MIN_ROUNDS = 30;

/** Who goes first changes with every round: the next may find the disk or the caches as the one before left them. */
export async function takeTurns({ rounds, warmUps }: Rounds, sides: readonly Measure[]): Promise<number[][]> {
  const samples = sides.map((): number[] => []);
  for (let round = 0; round < warmUps + rounds; round += 1) {
    for (let turn = 0; turn < sides.length; turn += 1) {
      const at = (round + turn) % sides.length;
      const value = (await sides[at]?.()) ?? Number.NaN;
      if (round >= warmUps) samples[at]?.push(value);
    }
  }
  return samples;
}

export async function alternate(rounds: Rounds, ours: Measure, base: Measure): Promise<Samples> {
  const [one = [], other = []] = await takeTurns(rounds, [ours, base]);
  return { ours: one, base: other };
}

/** How many milliseconds the work takes. */
export async function stopwatch(work: () => unknown): Promise<number> {
  const since = performance.now();
  await work();
  return performance.now() - since;
}
