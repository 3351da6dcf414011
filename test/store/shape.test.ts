/** The quick checks judge as a validator with the same rules would. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { finiteNumber, integer, listOf, oneOf, optional, record, text } from "../../src/store/shape.ts";

const isShape = record({
  version: oneOf(1),
  name: text(3),
  note: optional(text(5)),
  items: listOf(record({ atMs: finiteNumber, attempts: integer, outcome: oneOf("saved", "failed") })),
});
const item = z.strictObject({ atMs: z.number(), attempts: z.int(), outcome: z.enum(["saved", "failed"]) });
const oracle = z.strictObject({
  version: z.literal(1),
  name: z.string().max(3),
  note: z.string().max(5).optional(),
  items: z.array(item),
});

const ITEM = { atMs: 1.5, attempts: 2, outcome: "saved" };
const GOOD = { version: 1, name: "abc", items: [ITEM] };

/** What may stand anywhere, the right thing among it. */
const value = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, "", "abc", "abcd", "saved", "other", true, [], {}, [[]], "constructor"),
  fc.constantFrom<unknown>(0, 1, 1.5, 2, -0, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, 1n, Symbol.iterator),
);
const key = fc.constantFrom("version", "name", "note", "items", "atMs", "attempts", "outcome", "extra", "toString");
const changes = fc.dictionary(key, value, { maxKeys: 3 });

describe("a shape", () => {
  it("is that of a document that fits", () => {
    expect(isShape(GOOD)).toBe(true);
    expect(isShape({ ...GOOD, note: undefined })).toBe(true);
  });

  it.each([null, undefined, 1, "x", [], [GOOD], new Map()])("is not that of %s", (other) => {
    expect(isShape(other)).toBe(false);
  });

  it("knows no field by a name that every object has", () => {
    expect(isShape(JSON.parse(`{"__proto__": ${JSON.stringify(GOOD)}}`))).toBe(false);
    expect(isShape({ ...GOOD, toString: "abc" })).toBe(false);
    expect(isShape(Object.create(GOOD))).toBe(false);
  });

  it("judges every change of a document as the validator does", () => {
    fc.assert(
      fc.property(changes, changes, fc.nat(2), (outer, inner, count) => {
        const items = Array.from({ length: count }, () => ({ ...ITEM, ...inner }));
        const document = { ...GOOD, items, ...outer };
        expect(isShape(document)).toBe(oracle.safeParse(document).success);
      }),
      { numRuns: 2000 },
    );
  });
});
