/** A short run of the fuzzer on every surface, with another seed each time: `npm run fuzz` is the long one. */
import { describe, expect, it } from "vitest";
import { seedFrom } from "../faults/random.ts";
import { describeFailure, feed, fuzz, writeFailure } from "./fuzz-run.ts";
import { inputOf } from "./mutations.ts";
import { Violation, type Attack, type Surface } from "./surface.ts";
import { SURFACES } from "./surfaces.ts";

const SEED = seedFrom("CODEX_AUTH_SEED");
/** Of each surface; the slowest feeds some hundred a second. */
const ITERATIONS = 240;

describe(`any input keeps the laws, CODEX_AUTH_SEED=${SEED}`, () => {
  it.each(SURFACES)("of $name", { timeout: 60_000 }, async (surface) => {
    const { failure } = await fuzz(surface, { seed: SEED, from: 0, isDue: (iteration) => iteration < ITERATIONS });
    expect(failure && describeFailure(failure, writeFailure(failure))).toBeUndefined();
  });

  it.each(SURFACES)("and so does every seed of $name as it is", async (surface) => {
    const attack = await surface.open();
    const broken: unknown[] = [];
    for (const input of surface.seeds) broken.push(await feed(attack, input));
    attack.close();
    expect(broken.filter((one) => one !== undefined)).toEqual([]);
  });
});

/** A surface whose law is broken by one letter. */
function surfaceOf(feedOne: (input: string) => void): Surface {
  const attack: Attack = { feed: async (input) => feedOne(input), close: () => undefined };
  return { name: "sample", kind: "text", seeds: ["the quick brown fox"], words: [], open: async () => attack };
}

const once = { seed: 1, from: 0, isDue: (iteration: number) => iteration < 1 };

describe("the fuzzer", () => {
  it("makes the same input of the same seed, and another of another", () => {
    for (const surface of SURFACES) {
      const inputs = [1, 1, 2].map((seed) => Array.from({ length: 20 }, (_, at) => inputOf(surface, seed, at)));
      expect(inputs[1]).toEqual(inputs[0]);
      expect(inputs[2]).not.toEqual(inputs[0]);
    }
  });

  it("gives the seed, the law and the smallest input that breaks it", async () => {
    const surface = surfaceOf((input) => {
      if (/[a-z]/.test(input)) throw new Violation("has no letter", input);
    });
    const { failure } = await fuzz(surface, once);
    expect(failure).toMatchObject({ surface: "sample", seed: 1, iteration: 0, rule: "has no letter" });
    expect(failure?.input).toMatch(/^[a-z]$/);
  });

  it("takes any other error for a broken law", async () => {
    const { failure } = await fuzz(
      surfaceOf(() => {
        throw new TypeError("of a bug");
      }),
      once,
    );
    expect(failure?.rule).toBe("throws nothing");
  });
});
