import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CALLBACK_DATA_LIMIT, decodePayload, encodeCallbackData, namespacesOf } from "../../src/interaction/buttons.ts";
import { BUTTON_VERBS } from "../../src/rules/commands.ts";
import { manifestSchema } from "../../scripts/manifest-schema.ts";

const PREFIX = "codex_auth_";
/** The longest that the manifest's own schema lets through. */
const LONGEST_PREFIX = "codex_auth_abcdefgh";
/** The longest screen id that is read back, and the largest index. */
const LONGEST_PLACE = { screenId: "A".repeat(16), index: 99 };
/** What the host puts before the value on Telegram's wire, and what Telegram takes. */
const HOST_PREFIX = "tgcb1:xxxxx:";
const TELEGRAM_LIMIT = 64;

const anyVerb = fc.constantFrom(...BUTTON_VERBS);
const anyPlace = fc.record({
  screenId: fc.stringMatching(/^[A-Za-z0-9_-]{1,16}$/),
  index: fc.integer({ min: 0, max: 99 }),
});

/** As the host splits a tapped button's data: at the first colon. */
function split(data: string): { namespace: string; payload: string } {
  const at = data.indexOf(":");
  return { namespace: data.slice(0, at), payload: data.slice(at + 1) };
}

describe("callback data", () => {
  it("reads back what was written", () => {
    fc.assert(
      fc.property(anyVerb, anyPlace, (verb, place) => {
        expect(decodePayload(split(encodeCallbackData(PREFIX, verb, place)).payload)).toEqual(place);
      }),
    );
  });

  it("comes back under the namespace that was registered for its verb", () => {
    fc.assert(
      fc.property(anyVerb, anyPlace, (verb, place) => {
        const { namespace } = split(encodeCallbackData(PREFIX, verb, place));
        expect(namespacesOf(PREFIX)).toContainEqual({ verb, namespace });
      }),
    );
  });

  it("registers one namespace for each verb, as the host spells namespaces", () => {
    const namespaces = namespacesOf(LONGEST_PREFIX).map(({ namespace }) => namespace);
    expect(new Set(namespaces).size).toBe(BUTTON_VERBS.length);
    for (const namespace of namespaces) expect(namespace).toMatch(/^[A-Za-z0-9._-]+$/);
  });

  it.each(BUTTON_VERBS)("fits the wire at its longest: %s", (verb) => {
    const data = encodeCallbackData(LONGEST_PREFIX, verb, LONGEST_PLACE);
    expect(Buffer.byteLength(data)).toBeLessThanOrEqual(CALLBACK_DATA_LIMIT);
    expect(Buffer.byteLength(HOST_PREFIX + data)).toBeLessThanOrEqual(TELEGRAM_LIMIT);
  });

  it("is held to that length by the manifest's schema", () => {
    const { callbackPrefix } = manifestSchema.shape.interaction.shape;
    expect(callbackPrefix.safeParse(LONGEST_PREFIX).success).toBe(true);
    expect(callbackPrefix.safeParse(`${LONGEST_PREFIX}i`).success).toBe(false);
  });

  it.each([
    { name: "empty", payload: "" },
    { name: "no index", payload: "abc" },
    { name: "no screen", payload: ".3" },
    { name: "negative index", payload: "abc.-1" },
    { name: "fraction", payload: "abc.1.5" },
    { name: "exponent", payload: "abc.1e1" },
    { name: "three digits", payload: "abc.100" },
    { name: "a leading zero", payload: "abc.00" },
    { name: "long screen id", payload: `${"a".repeat(17)}.1` },
    { name: "a profile name of an older version", payload: "work" },
    { name: "a profile id", payload: "openai:work" },
    { name: "trailing line break", payload: "abc.1\n" },
    { name: "leading space", payload: " abc.1" },
    { name: "digits of another script", payload: "abc.١" },
    { name: "letters of another script", payload: "äbc.1" },
    { name: "the namespace along", payload: "codex_auth_pick:abc.1" },
  ])("refuses what this program did not write: $name", ({ payload }) => {
    expect(decodePayload(payload)).toBeUndefined();
  });

  it("never throws, and reads nothing that it could not have written", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: "binary" }), fc.stringMatching(/^.{0,20}\.\d*$/)), (payload) => {
        const place = decodePayload(payload);
        if (place !== undefined) expect(`x:${payload}`).toBe(encodeCallbackData("x", "" as never, place));
      }),
    );
  });
});
