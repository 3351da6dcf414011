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
