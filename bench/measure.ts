/** What all figures share: builds to compare, samples taken in turns, and results with their limits. */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { NODE } from "../test/support/host.ts";
import { makeTempDir } from "../test/support/temp-dir.ts";

/** A checkout with its packages: this one, or with `--before` an older one beside it. */
export interface Build {
  readonly name: "now" | "before";
  readonly root: string;
  /** The plugin as it is installed; staged by that checkout's own script, once for all figures. */
  readonly pluginDir: string;
}

export interface Result {
  /** With the build's name where there are two. */
  readonly name: string;
  readonly value: number;
  /** None for a number that is only reported. */
  readonly limit?: number;
  readonly note: string;
  readonly samples: Readonly<Record<string, readonly number[]>>;
}

export type MeasureFigure = (builds: readonly Build[]) => Promise<readonly Result[]>;

export function stageBuild(name: Build["name"], root: string): Build {
  const pluginDir = join(makeTempDir("bench"), "codex-auth");
  const env = { ...process.env, PATH: `${join(root, "node_modules/.bin")}:${process.env["PATH"] ?? ""}` };
  const { status } = spawnSync(NODE, ["scripts/stage.ts", pluginDir], { cwd: root, env, stdio: "inherit" });
  if (status !== 0) throw new Error(`${root} cannot be staged`);
  return { name, root, pluginDir };
}

/** Measures once, in whatever unit all share. */
export type Measure = () => number | Promise<number>;

/**
 * One of each in every round, so that other work of the machine slows all alike. The first of a round changes: the next
 * may find the disk or the caches as the one before left them. The first rounds are not counted.
 */
export async function takeTurns(
  rounds: { readonly rounds: number; readonly warmUps: number },
  sides: readonly Measure[],
): Promise<readonly (readonly number[])[]> {
  const samples = sides.map((): number[] => []);
  for (let round = 0; round < rounds.warmUps + rounds.rounds; round += 1) {
    for (let turn = 0; turn < sides.length; turn += 1) {
      const at = (round + turn) % sides.length;
      const value = (await sides[at]?.()) ?? Number.NaN;
      if (round >= rounds.warmUps) samples[at]?.push(value);
    }
  }
  return samples;
}

/** How many milliseconds the work takes. */
export async function stopwatch(work: () => unknown): Promise<number> {
  const since = performance.now();
  await work();
  return performance.now() - since;
}

/** The median of our samples divided by the median of the baseline. */
export function ratio(name: string, limit: number, ours: readonly number[] = [], base: readonly number[] = []): Result {
  const note = `${spread(ours)} by ${spread(base)} ms, ${ours.length} rounds`;
  return { name, value: quantile(ours, 0.5) / quantile(base, 0.5), limit, note, samples: { ours, base } };
}

/** Between two neighbours in proportion; NaN of nothing. */
function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((one, other) => one - other);
  const at = (sorted.length - 1) * part;
  const [below = Number.NaN, above = below] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  return below + (above - below) * (at - Math.floor(at));
}

/** The median, and between which values the middle half is. */
function spread(values: readonly number[]): string {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((part) => quantile(values, part).toFixed(1));
  return `${middle} (${low}-${high})`;
}

export const isOver = ({ value, limit }: Result) => limit !== undefined && !(value <= limit);

export function lineOf(result: Result): string {
  const { name, value, limit, note } = result;
  if (limit === undefined) return `        ${name}: ${value.toLocaleString("en")} ${note}`.trimEnd();
  return `${isOver(result) ? "OVER  " : "ok    "}  ${name}: ${value.toFixed(3)}, limit ${limit} (${note})`;
}
