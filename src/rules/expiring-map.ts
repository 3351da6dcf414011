export interface Limits {
  readonly ttlMs: number;
  /** If the map is full, the oldest entry makes room. */
  readonly size: number;
}

/** A map in memory whose entries expire. An expired entry leaves memory with the next `set`. */
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

  get(key: string, nowMs: number): Value | undefined {
    const entry = this.#entries.get(key);
    return entry === undefined || this.#isOver(entry.atMs, nowMs) ? undefined : entry.value;
  }

  /** Returns the value and removes it, so that only one caller gets it. */
  take(key: string, nowMs: number): Value | undefined {
    const value = this.get(key, nowMs);
    this.#entries.delete(key);
    return value;
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }

  /** Compares in both directions: a clock that was set back must not keep an entry alive. */
  #isOver(atMs: number, nowMs: number): boolean {
    return Math.abs(nowMs - atMs) >= this.#limits.ttlMs;
  }
}
