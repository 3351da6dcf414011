/** One finish that is killed, and everything that must hold afterwards. */
import { expect } from "vitest";
import type { FaultBench, Reached } from "./bench.ts";
import type { Random } from "./random.ts";

export interface KillPoint {
  readonly env?: Readonly<Record<string, string>>;
  readonly killAfterMs?: number;
}

export interface Killed {
  readonly reached: Reached;
  readonly wasKilled: boolean;
  readonly newSignInMs: number;
}

export async function killOnce(bench: FaultBench, point: KillPoint): Promise<Killed> {
  const old = bench.credential();
  const others = bench.others();
  const address = await bench.begin();
  const { signal } = await bench.finishUntil(address, point);
  const reached = bench.reached(old, address);
  bench.expectWhole(old, others);
  const between = bench.credential();

  const wasWaiting = reached === "before the claim";
  const sentBefore = bench.codesSent().length;
  const again = await bench.finish(address);
  expect([again.ok, again.error]).toEqual(wasWaiting ? [true, undefined] : [false, "login_already_used"]);
  expect(bench.codesSent().length - sentBefore).toBe(wasWaiting ? 1 : 0);
  if (!wasWaiting) expect(bench.credential()).toEqual(between);
  bench.expectWhole(old, others);

  const beforeNew = bench.credential().access;
  const startedMs = performance.now();
  await bench.signIn();
  const newSignInMs = performance.now() - startedMs;
  bench.expectAtOnce(newSignInMs);
  expect(bench.credential().access).not.toBe(beforeNew);
  bench.expectWhole(bench.credential(), others);
  bench.expectNoReplay();
  expect(bench.leftovers()).toEqual([]);
  return { reached, wasKilled: signal === "SIGKILL", newSignInMs };
}

/** How many points fell where, for whoever reads the log. */
export function tally(killed: readonly Killed[]): string {
  const counts = new Map<string, number>();
  for (const { reached, wasKilled } of killed) {
    const where = wasKilled ? reached : "ended by itself";
    counts.set(where, (counts.get(where) ?? 0) + 1);
  }
  const slowest = Math.round(Math.max(...killed.map(({ newSignInMs }) => newSignInMs)));
  const parts = [...counts].map(([where, count]) => `${count} ${where}`);
  return `${killed.length} points: ${parts.join(", ")}; slowest new sign-in ${slowest} ms`;
}

/** How long a finish takes here and now, from its process's start to its end. */
export async function measureFinish(bench: FaultBench): Promise<number> {
  const took: number[] = [];
  for (let count = 0; count < 3; count += 1) took.push((await bench.finish(await bench.begin())).tookMs);
  return took.toSorted((a, b) => a - b)[1] ?? 0;
}

/**
 * A random time to kill at. Two of three in the part of the run where something is done: before that Node only loads,
 * and every point there is the same one.
 */
export function randomPoint(random: Random, wholeMs: number): number {
  const fromMs = random.below(3) === 0 ? 0 : wholeMs * 0.6;
  return fromMs + random.next() * (wholeMs * 1.05 - fromMs);
}
