/**
 * `npm run fuzz`: feeds every surface for a minute. `-- --seconds 5 --seed 123 --only pasted-text`; `--at 17` feeds
 * one iteration alone. Exits with 1 where a law was broken or an input never came to its end.
 */
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { seedFrom } from "../faults/random.ts";
import { describeFailure, fuzz, writeFailure, type Plan } from "./fuzz-run.ts";
import { SURFACES } from "./surfaces.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string" },
    only: { type: "string" },
    at: { type: "string" },
  },
});

const seed = values.seed === undefined ? seedFrom("CODEX_AUTH_SEED") : Number(values.seed);
const surfaces = SURFACES.filter(({ name }) => values.only === undefined || name === values.only);
if (surfaces.length === 0) {
  console.error(`no surface ${values.only}; there are: ${SURFACES.map(({ name }) => name).join(", ")}`);
  process.exit(1);
}
const secondsEach = Number(values.seconds) / surfaces.length;
console.log(`seed ${seed}`);

// What loops for ever in this thread can only be seen from another one.
const progress = new Int32Array(new SharedArrayBuffer(8));
const watchdog = new Worker(new URL("./fuzz-watchdog.ts", import.meta.url), {
  workerData: { progress, seed, names: surfaces.map(({ name }) => name) },
});

let isBroken = false;
for (const [index, surface] of surfaces.entries()) {
  const startedMs = performance.now();
  const from = values.at === undefined ? 0 : Number(values.at);
  const plan: Plan = {
    seed,
    from,
    isDue: (iteration) =>
      values.at === undefined ? performance.now() - startedMs < secondsEach * 1000 : iteration === from,
    onIteration(iteration) {
      Atomics.store(progress, 0, index);
      Atomics.store(progress, 1, iteration + 1);
    },
  };
  const { iterations, failure } = await fuzz(surface, plan);
  const perSecond = Math.round(iterations / ((performance.now() - startedMs) / 1000));
  console.log(`${surface.name.padEnd(14)} ${iterations} iterations, ${perSecond} a second`);
  if (failure === undefined) continue;
  isBroken = true;
  console.log(describeFailure(failure, writeFailure(failure)));
}
await watchdog.terminate();
process.exitCode = isBroken ? 1 : 0;
