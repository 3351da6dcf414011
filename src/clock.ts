/** The only clock. */
import type { Clock } from "./login/ports.ts";

export const systemClock: Clock = { nowMs: () => Date.now() };
