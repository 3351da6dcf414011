/** The only clock, the only randomness, and the memory that copies of the plugin share. */
import type { Clock, Entropy, Timers } from "./actions/ports.ts";

export const systemClock: Clock = {
  nowMs: () => Date.now(),
};

export const systemTimers: Timers = {
  wait: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted === true) return resolve();
      const finish = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", finish);
        resolve();
      };
      const timer = setTimeout(finish, ms);
      signal?.addEventListener("abort", finish);
    }),
};

/** Loaded on first use, because loading it takes Node as long as a small program: `status` does not need it. */
const crypto = () => process.getBuiltinModule("node:crypto");

export const systemEntropy: Entropy = {
  bytes(length) {
    const bytes = crypto().randomBytes(length);
    return { toBase64Url: () => bytes.toString("base64url"), toHex: () => bytes.toString("hex") };
  },
  digest: (text) => crypto().createHash("sha256").update(text).digest("base64url"),
};

/**
 * Returns the one value of that name in this process. The host may have two instances of the plugin's modules, and
 * one may show a button whose tap the other gets, so such memory cannot be a variable of a module. The version keeps
 * a reloaded plugin from objects of another shape.
 */
export function remember<T>(name: string, version: string, create: () => T): T {
  const key = Symbol.for(`codex-auth@${version}:${name}`);
  const memory = globalThis as unknown as Record<symbol, T | undefined>;
  return (memory[key] ??= create());
}

/** What a stop of the plugin's service ends, such as a listener, whichever copy of the plugin began it. */
export function sharedEndings(version: string): Set<() => void> {
  return remember("endings", version, () => new Set());
}

/** As `remember`, for what a stop of the plugin's service stops. A reload of one version adds nothing to stop. */
export function rememberUntilStop<T extends { stop(): void }>(name: string, version: string, create: () => T): T {
  return remember(name, version, () => {
    const created = create();
    sharedEndings(version).add(() => created.stop());
    return created;
  });
}

/** Lets one copy of the plugin wake the services of all copies in this process. */
export class Bell {
  readonly #listeners = new Set<() => void>();

  ring(): void {
    for (const listener of this.#listeners) listener();
  }

  /** Returns how to stop listening. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

export const sharedBell = (version: string): Bell => remember("bell", version, () => new Bell());

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

/** Runs a task once, later. It does not keep the process alive. Returns how to prevent it. */
export function after(ms: number, task: () => void): () => void {
  const timer = setTimeout(task, ms);
  timer.unref();
  return () => clearTimeout(timer);
}

/**
 * Runs a task periodically from `start` to `stop`, one run at a time, and first after `firstMs`. It does not keep the
 * process alive, and continues after a failed run.
 */
export function repeat(
  periodMs: number,
  task: () => Promise<void>,
  onFailure: (error: unknown) => void,
  firstMs = periodMs,
) {
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
      clearTimeout(timer);
      timer = setTimeout(() => {
        timer = setInterval(() => void run(), periodMs);
        timer.unref();
        void run();
      }, firstMs);
      timer.unref();
    },
    stop(): void {
      clearTimeout(timer);
    },
  };
}
