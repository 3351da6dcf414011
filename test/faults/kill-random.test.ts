/** SIGKILL at 200 random times of a finish. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FaultBench } from "./bench.ts";
import { killOnce, measureFinish, randomPoint, tally, type Killed } from "./kill.ts";
import { createRandom } from "./random.ts";

const POINTS = 200;

describe("a finish beside a host that keeps files", () => {
  const bench = new FaultBench("2026.3.13");
  beforeAll(() => bench.open());
  afterAll(() => bench.close());

  it(`may be killed at any time: ${POINTS} of them`, async () => {
    const random = createRandom("random kills");
    const wholeMs = await measureFinish(bench);
    const killed: Killed[] = [];
    while (killed.length < POINTS) {
      const killAfterMs = randomPoint(random, wholeMs);
      killed.push(await killOnce(bench, { killAfterMs }));
    }
    console.log(`file host, random, whole finish ${Math.round(wholeMs)} ms: ${tally(killed)}`);
    expect(killed.filter(({ wasKilled }) => wasKilled).length).toBeGreaterThan(POINTS / 2);
  });
});
