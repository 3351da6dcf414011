/** All that waits by a timer waits a tenth as long: a mutation run asks the same tests hundreds of times. */
const { setTimeout: wait } = globalThis;
const SPEED = 10;

globalThis.setTimeout = Object.assign(
  (work: (...values: unknown[]) => void, ms = 0, ...values: unknown[]) => wait(work, ms / SPEED, ...values),
  wait,
) as typeof setTimeout;
