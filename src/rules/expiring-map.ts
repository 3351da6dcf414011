export interface Limits {
  readonly ttlMs: number;
  /** The oldest entry is dropped for one more. */
  readonly size: number;
}

/** What is kept in memory for a while. Secrets among it leave memory with the next entry, so it is never kept for long. */
export class ExpiringMap<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly atMs: number }>();
  readonly #limits: Limits;

  constructor(limits: Limits) {
    this.#limits = limits;
  }

  set(key: string, value: Value, nowMs: number): void {
    for (const [old, { atMs }] of this.#entries) {
      if (this.#isOver(atMs, nowMs) || this.#entries.size >= this.#limits.size) this.#entries.delete(old);
    }
    this.#entries.set(key, { value, atMs: nowMs });
  }

  /** Undefined once its time is over. */
  get(key: string, nowMs: number): Value | undefined {
    const entry = this.#entries.get(key);
    return entry === undefined || this.#isOver(entry.atMs, nowMs) ? undefined : entry.value;
  }

  /** Gives a value out once. */
  take(key: string, nowMs: number): Value | undefined {
    const value = this.get(key, nowMs);
    this.#entries.delete(key);
    return value;
  }

  /** A clock that was set back must not keep an entry alive, so distance counts either way. */
  #isOver(atMs: number, nowMs: number): boolean {
    return Math.abs(nowMs - atMs) >= this.#limits.ttlMs;
  }
}
