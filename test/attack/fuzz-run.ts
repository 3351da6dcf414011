/** Feeds one surface many inputs of one seed, and makes the first that breaks a law as small as it can. */
import { mkdirSync, writeFileSync } from "node:fs";
import { inputOf } from "./mutations.ts";
import { Violation, type Attack, type Surface } from "./surface.ts";

export const REPORTS = new URL("../../reports/", import.meta.url).pathname;
/** Nothing that is read here takes longer, on a slow and busy machine. */
const MAX_FEED_MS = 4000;
const MAX_SHRINK_MS = 10_000;

export interface Plan {
  readonly seed: number;
  /** The number of the first iteration. */
  readonly from: number;
  /** Whether to go on with the iteration of that number. */
  readonly isDue: (iteration: number) => boolean;
  /** Told before each: what never ends can then be named. */
  readonly onIteration?: (iteration: number) => void;
}

export interface Failure {
  readonly surface: string;
  readonly seed: number;
  readonly iteration: number;
  readonly rule: string;
  readonly message: string;
  /** As JSON text, so that no sign of it is lost. */
  readonly input: string;
}

export interface Ran {
  readonly iterations: number;
  readonly failure?: Failure;
}

export async function fuzz(surface: Surface, { seed, from, isDue, onIteration }: Plan): Promise<Ran> {
  const attack = await surface.open();
  try {
    let iteration = from;
    for (; isDue(iteration); iteration += 1) {
      onIteration?.(iteration);
      const input = inputOf(surface, seed, iteration);
      const broken = await feed(attack, input);
      if (broken === undefined) continue;
      const { input: small, broken: last } = await shrink(attack, input, broken);
      const failure = { surface: surface.name, seed, iteration, rule: last.rule, message: last.message, input: small };
      return { iterations: iteration - from + 1, failure };
    }
    return { iterations: iteration - from };
  } finally {
    attack.close();
  }
}

/** The law that an input breaks; undefined where it breaks none. */
export async function feed(attack: Attack, input: string): Promise<Violation | undefined> {
  const startedMs = performance.now();
  try {
    await attack.feed(input);
  } catch (error) {
    if (error instanceof Violation) return error;
    return new Violation("throws nothing", error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
  const tookMs = performance.now() - startedMs;
  return tookMs < MAX_FEED_MS ? undefined : new Violation("takes no longer than a moment", `${Math.round(tookMs)} ms`);
}

/** Leaves out pieces, ever smaller ones, as long as the same law stays broken. */
async function shrink(attack: Attack, input: string, broken: Violation) {
  const deadlineMs = performance.now() + MAX_SHRINK_MS;
  let [smallest, last] = [input, broken];
  for (let length = input.length >> 1; length > 0; length >>= 1) {
    for (let at = 0; at < smallest.length && performance.now() < deadlineMs;) {
      const shorter = smallest.slice(0, at) + smallest.slice(at + length);
      const again = await feed(attack, shorter);
      if (again?.rule === broken.rule) [smallest, last] = [shorter, again];
      else at += length;
    }
  }
  return { input: smallest, broken: last };
}

/** Where it was written. */
export function writeFailure(failure: Failure): string {
  mkdirSync(REPORTS, { recursive: true });
  const path = `${REPORTS}fuzz-${failure.surface}-${failure.seed}-${failure.iteration}.json`;
  writeFileSync(path, `${JSON.stringify(failure, null, 2)}\n`);
  return path;
}

export function describeFailure({ surface, seed, iteration, message }: Failure, path: string): string {
  const again = `npm run fuzz -- --seed ${seed} --only ${surface} --at ${iteration}`;
  return `${surface}: ${message}\n  input: ${path}\n  again: ${again}`;
}
