type Maybe<T> = T | undefined | false | null;

/** Polls until `look` gives something, and says `what` was missing when it never does. */
export async function waitUntil<T>(
  what: string | (() => string),
  look: () => Maybe<T> | Promise<Maybe<T>>,
  timeoutMs = 10_000,
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
