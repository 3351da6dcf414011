type Maybe<T> = T | undefined | false | null;

/**
 * How long a test waits for anything. It only ends a hang: a machine that is ten times slower than a developer's must
 * stay below it, so do not tune it, and do not give a wait a shorter one.
 */
export const HANG_MS = 240_000;

/** Polls until `look` returns something, and names `what` was missing if it never does. */
export async function waitUntil<T>(
  what: string | (() => string),
  look: () => Maybe<T> | Promise<Maybe<T>>,
  timeoutMs = HANG_MS,
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false && found !== null) return found;
    if (Date.now() > deadline)
      throw new Error(`waited ${timeoutMs} ms for ${typeof what === "string" ? what : what()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
