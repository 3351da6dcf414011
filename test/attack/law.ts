/** The laws of a surface as properties: fast-check makes inputs of its own, and smaller ones of what breaks a law. */
import fc from "fast-check";
import { seedFrom } from "../faults/random.ts";
import { inputOf } from "./mutations.ts";
import type { Surface } from "./surface.ts";

/** Set to come again to what a run has printed. */
const SEED = seedFrom("CODEX_AUTH_SEED");

/** Anything at all, and what is nearly right; `near` are inputs of the surface's own making. */
export async function assertLaws(surface: Surface, near: fc.Arbitrary<string>, numRuns = 100): Promise<void> {
  const attack = await surface.open();
  try {
    const anything = fc.oneof(
      { weight: 6, arbitrary: near },
      { weight: 2, arbitrary: fc.nat().map((iteration) => inputOf(surface, SEED, iteration)) },
      fc.string({ unit: "binary", maxLength: 400 }),
      fc.json({ maxDepth: 6 }),
    );
    await fc.assert(
      fc.asyncProperty(anything, (input) => attack.feed(input)),
      { numRuns, seed: SEED },
    );
  } finally {
    attack.close();
  }
}

/** A JSON object of which each field is right, absent, or anything. */
export function nearly(fields: Readonly<Record<string, unknown>>): fc.Arbitrary<Record<string, unknown>> {
  const arbitraries = Object.entries(fields).map(([name, value]) => [name, orAnything(value)] as const);
  return fc.record(Object.fromEntries(arbitraries), { requiredKeys: [] });
}

function orAnything(value: unknown): fc.Arbitrary<unknown> {
  const isRecord = typeof value === "object" && value !== null && !Array.isArray(value);
  const right = isRecord ? nearly(value as Record<string, unknown>) : fc.constant(value);
  return fc.oneof({ weight: 8, arbitrary: right }, oddJson);
}

/** Values that JSON can hold and nobody expects. */
export const oddJson = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(null, true, -1, 0, 1e308, -0, "", "__proto__", "\u202E", "\uD800", "x".repeat(5000)),
  fc.dictionary(fc.constantFrom("__proto__", "constructor", "toString", "then", "a"), fc.jsonValue()),
);

export const asText = (value: unknown): string => JSON.stringify(value) ?? "null";
