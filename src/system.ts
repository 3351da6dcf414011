/** The only clock. */
import type { Clock, Entropy } from "./actions/ports.ts";

export const systemClock: Clock = { nowMs: () => Date.now() };

/** Loaded by its first use, because loading it takes Node as long as running a small program: `status` needs none. */
const crypto = () => process.getBuiltinModule("node:crypto");

/** The only source of randomness, and of digests. */
export const systemEntropy: Entropy = {
  bytes(length) {
    const bytes = crypto().randomBytes(length);
    return { toBase64Url: () => bytes.toString("base64url"), toHex: () => bytes.toString("hex") };
  },
  digest: (text) => crypto().createHash("sha256").update(text).digest("base64url"),
};

/**
 * Memory of the process. The host keeps two instances of a plugin's modules alive at once and lets one show a button
 * that the other is asked about, so what must be remembered between two calls cannot live in a module.
 */

/** The one value of that name in this process, made on first use. The version keeps a reloaded plugin from old objects. */
export function remember<T>(name: string, version: string, create: () => T): T {
  const key = Symbol.for(`codex-auth@${version}:${name}`);
  const memory = globalThis as unknown as Record<symbol, T | undefined>;
  return (memory[key] ??= create());
}

/** Keeps the result of the first call. A call that failed is made again the next time. */
export function once<T>(load: () => Promise<T>): () => Promise<T> {
  let loaded: Promise<T> | undefined;
  return () => {
    loaded ??= load().catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  };
}

/**
 * A timer that runs a task every so often from `start` to `stop`, one run at a time. It does not keep the process alive,
 * and goes on after a run that failed.
 */
export function repeat(periodMs: number, task: () => Promise<void>, onFailure: (error: unknown) => void) {
  let timer: NodeJS.Timeout | undefined;
  let isRunning = false;
  const run = async (): Promise<void> => {
    if (isRunning) return;
    isRunning = true;
    await task().catch(onFailure);
    isRunning = false;
  };
  return {
    start(): void {
      clearInterval(timer);
      timer = setInterval(() => void run(), periodMs);
      timer.unref();
    },
    stop(): void {
      clearInterval(timer);
    },
  };
}
