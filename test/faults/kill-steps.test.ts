/** SIGKILL at each step of a finish: every file that is made, written, renamed or removed, the request, its answer. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FaultBench } from "./bench.ts";
import { killOnce, tally, type Killed } from "./kill.ts";

describe("a finish beside a host that keeps files", () => {
  const bench = new FaultBench("2026.3.13");
  beforeAll(() => bench.open());
  afterAll(() => bench.close());

  it("may be killed at each of its steps", async () => {
    const shown = await bench.finishUntil(await bench.begin(), { env: { FAULT_SHOW_STEPS: "1" } });
    const steps = shown.stderr.trim().split("\n");
    expect(steps.filter((name) => name === "fetch" || name === "response")).toEqual(["fetch", "response"]);
    const killed: Killed[] = [];
    for (const [index, name] of steps.entries()) {
      const one = await killOnce(bench, { env: { FAULT_KILL_AT: String(index) } }).catch((error: unknown) => {
        throw new Error(`killed at step ${index} of ${steps.length}, ${name}`, { cause: error });
      });
      expect(one.wasKilled).toBe(true);
      killed.push(one);
    }
    console.log(`file host, each step: ${tally(killed)}`);
    expect(new Set(killed.map(({ reached }) => reached)).size).toBe(4);
  });
});
