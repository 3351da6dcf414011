/** Numbers that look random and come again from the same seed: FAULT_SEED, or a new one that is printed. */
export interface Random {
  readonly seed: number;
  /** From 0 to less than 1. */
  next(): number;
  below(limit: number): number;
}

export function createRandom(name: string): Random {
  const seed = seedFrom("FAULT_SEED");
  console.log(`${name}: FAULT_SEED=${seed}`);
  return randomOf(seed);
}

/** What the environment asks for, else a new one. */
export function seedFrom(variable: string): number {
  return Number(process.env[variable] ?? Math.floor(Math.random() * 2 ** 31));
}

export function randomOf(seed: number): Random {
  let state = seed >>> 0;
  // mulberry32
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return { seed, next, below: (limit) => Math.floor(next() * limit) };
}
