/** Ends a fuzzer that has come to an input without an end, and says which. */
import { writeSync } from "node:fs";
import { workerData } from "node:worker_threads";

interface Watched {
  /** The surface's place in `names`, and the number of the iteration, from 1. */
  readonly progress: Int32Array;
  readonly seed: number;
  readonly names: readonly string[];
}

const { progress, seed, names } = workerData as Watched;
/** Longer than an input, and the making small of one that broke a law, may take. */
const MAX_STILL = 30;

let [last, still] = [0, 0];
setInterval(() => {
  const iteration = Atomics.load(progress, 1);
  still = iteration === last ? still + 1 : 0;
  last = iteration;
  if (still < MAX_STILL) return;
  const name = names[Atomics.load(progress, 0)];
  // Not by the console, which the thread that hangs would have to print.
  writeSync(1, `${name}: never ends\n  again: npm run fuzz -- --seed ${seed} --only ${name} --at ${iteration - 1}\n`);
  process.kill(process.pid, "SIGKILL");
}, 1000);
