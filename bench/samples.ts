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

/** Who goes first changes with every round: the second may find the disk or the caches as the first left them. */
export async function alternate({ rounds, warmUps }: Rounds, ours: Measure, base: Measure): Promise<Samples> {
  const samples = { ours: [] as number[], base: [] as number[] };
  for (let round = -warmUps; round < rounds; round += 1) {
    const isOursFirst = round % 2 === 0;
    const first = await (isOursFirst ? ours : base)();
    const second = await (isOursFirst ? base : ours)();
    if (round < 0) continue;
    samples.ours.push(isOursFirst ? first : second);
    samples.base.push(isOursFirst ? second : first);
  }
  return samples;
}

/** How many milliseconds the work takes. */
export async function stopwatch(work: () => unknown): Promise<number> {
  const since = performance.now();
  await work();
  return performance.now() - since;
}
