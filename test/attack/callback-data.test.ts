import fc from "fast-check";
import { describe, it } from "vitest";
import { BUTTON_VERBS } from "../../src/rules/commands.ts";
import { assertLaws } from "./law.ts";
import { callbackData } from "./surfaces/callback-data.ts";
import { pastedText } from "./surfaces/pasted-text.ts";

const near = fc
  .tuple(
    fc.constantFrom(...BUTTON_VERBS, "", "admin"),
    fc.oneof(fc.constantFrom("S0", "S1", "S2"), fc.string({ maxLength: 20 })),
    fc.oneof(fc.nat(120).map(String), fc.constantFrom("-1", "00", "1e1", "0x1", "١", " 1", "1\n")),
  )
  .map(([verb, screen, index]) => `codex_auth_${verb}:${screen}.${index}`);

describe("what a tapped button carries, whatever it is", () => {
  it("does what was shown to whoever taps, once, or nothing", { timeout: 60_000 }, async () => {
    await assertLaws(callbackData, near, 400);
  });
});

/** Pieces of the address that waits, in any order, with words and signs between. */
const pieces = fc
  .array(
    fc.oneof(fc.constantFrom(...pastedText.seeds, ...pastedText.words), fc.string({ unit: "binary", maxLength: 20 })),
    {
      maxLength: 6,
    },
  )
  .chain((parts) => fc.constantFrom("", " ", "\n", "\u200B").map((separator) => parts.join(separator)));

describe("what is pasted while a sign-in waits, whatever it is", () => {
  it("saves by the right code alone, and says back nothing of itself", { timeout: 60_000 }, async () => {
    await assertLaws(pastedText, pieces, 150);
  });
});
