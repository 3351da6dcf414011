/** SIGKILL in the middle of a finish beside the real host, whose own writer keeps profiles in SQLite. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FaultBench } from "./bench.ts";
import { killOnce, measureFinish, randomPoint, tally, type Killed } from "./kill.ts";
import { createRandom } from "./random.ts";

const STEPS = 14;
const POINTS = 12;

describe("a finish beside the real host", () => {
  const bench = new FaultBench("pinned");
  beforeAll(() => bench.open(), 120_000);
  afterAll(() => bench.close());

  it(`may be killed at ${STEPS} steps from its claim to its end`, async () => {
    const random = createRandom("steps of the real host");
    const shown = await bench.finishUntil(await bench.begin(), { env: { FAULT_SHOW_STEPS: "1" } });
    const steps = shown.stderr.trim().split("\n");
    const claim = steps.indexOf("renameSync");
    const save = steps.indexOf("run", claim);
    // Those around the host's own transaction, and as many others.
    const chosen = new Set([save - 1, save, save + 1, save + 2]);
    while (chosen.size < STEPS) chosen.add(claim + random.below(steps.length - claim));
    const killed: Killed[] = [];
    for (const index of chosen) killed.push(await killOnce(bench, { env: { FAULT_KILL_AT: String(index) } }));
    console.log(`real host, steps: ${tally(killed)}`);
    expect(killed.some(({ reached }) => reached === "between claim and save")).toBe(true);
    expect(killed.some(({ reached }) => reached === "saved, not yet noted")).toBe(true);
  });

  it(`may be killed at any time: ${POINTS} of them`, async () => {
    const random = createRandom("random kills of the real host");
    const wholeMs = await measureFinish(bench);
    const killed: Killed[] = [];
    while (killed.length < POINTS) {
      killed.push(await killOnce(bench, { killAfterMs: randomPoint(random, wholeMs) }));
    }
    console.log(`real host, random, whole finish ${Math.round(wholeMs)} ms: ${tally(killed)}`);
  });
});
