import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { manifestSchema } from "../../scripts/manifest-schema.ts";
import {
  CALLBACK_DATA_LIMIT,
  decodePayload,
  encodeCallbackData,
  namespacesOf,
  ShownScreens,
  type TapBinding,
} from "../../src/interaction/buttons.ts";
import type { Screen } from "../../src/interaction/screen.ts";
import { closedScreen, selectorScreen } from "../../src/interaction/screens.ts";
import type { Binding } from "../../src/rules/binding.ts";
import { BUTTON_VERBS } from "../../src/rules/commands.ts";
import type { ProfileName } from "../../src/rules/profile-id.ts";
import { toWireButtons } from "../support/english.ts";
import { anyScreen, listOf } from "./facts.ts";

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
  it("keeps the names that buttons in people's chats and other people's scripts carry", () => {
    const names = [
      "pick",
      "show",
      "use",
      "unuse",
      "prefer",
      "keep",
      "undo",
      "signout",
      "page",
      "new",
      "cancel",
      "close",
    ];
    expect(BUTTON_VERBS).toEqual(expect.arrayContaining(names));
  });

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

const BINDING: Binding = {
  gateway: "gateway-1",
  channel: "telegram",
  channelAccountId: "default",
  conversationId: "4242001",
  senderId: "4242001",
  agentId: "work",
};
const { agentId: _, ...TAPPER } = BINDING;
const SHOWN_AT_MS = 1_000_000;
const HOUR_MS = 60 * 60_000;
const SHOW_P1 = { verb: "show", name: "p1" as ProfileName };

function createScreens(): ShownScreens {
  let count = 0;
  return new ShownScreens(() => `S${count++}`);
}

/** One selector, shown to the person of `BINDING`. */
function shown(): { screens: ShownScreens; screenId: string } {
  const screens = createScreens();
  return { screens, screenId: screens.remember(BINDING, selectorScreen(listOf(2), 1), SHOWN_AT_MS) };
}

describe("a tapped button", () => {
  it("asks for its action, with the binding that it was shown to", () => {
    const { screens, screenId } = shown();
    expect(screens.use({ screenId, index: 0 }, TAPPER, SHOWN_AT_MS)).toMatchObject({
      kind: "action",
      action: SHOW_P1,
      binding: BINDING,
    });
  });

  it.each<{ name: string; tapper: TapBinding }>([
    { name: "another person", tapper: { ...TAPPER, senderId: "4242002" } },
    { name: "nobody", tapper: { ...TAPPER, senderId: "" } },
    { name: "another chat", tapper: { ...TAPPER, conversationId: "-1001" } },
    { name: "another bot", tapper: { ...TAPPER, channelAccountId: "second" } },
    { name: "another channel", tapper: { ...TAPPER, channel: "discord" } },
    { name: "another gateway", tapper: { ...TAPPER, gateway: "gateway-2" } },
  ])("is stale for $name, and still works for its owner", ({ tapper }) => {
    const { screens, screenId } = shown();
    expect(screens.use({ screenId, index: 0 }, tapper, SHOWN_AT_MS)).toEqual({ kind: "stale" });
    expect(screens.use({ screenId, index: 0 }, TAPPER, SHOWN_AT_MS).kind).toBe("action");
  });

  it("of a screen that was answered tells others nothing: stale, not used", () => {
    const { screens, screenId } = shown();
    screens.use({ screenId, index: 0 }, TAPPER, SHOWN_AT_MS);
    const stranger = { ...TAPPER, senderId: "4242666", conversationId: "4242666" };
    expect(screens.use({ screenId, index: 0 }, stranger, SHOWN_AT_MS)).toEqual({ kind: "stale" });
  });

  it.each([
    { name: "no place", place: undefined },
    { name: "unknown screen", place: { screenId: "nope", index: 0 } },
    { name: "a word of every object", place: { screenId: "constructor", index: 0 } },
    { name: "an index past the last button", place: { screenId: "S0", index: 5 } },
    { name: "a negative index", place: { screenId: "S0", index: -1 } },
  ])("is stale if nothing is known of it: $name", ({ place }) => {
    expect(shown().screens.use(place, TAPPER, SHOWN_AT_MS)).toEqual({ kind: "stale" });
  });

  it.each([
    { name: "at once", afterMs: 0, kind: "action" },
    { name: "just before the hour", afterMs: HOUR_MS - 1, kind: "action" },
    { name: "at the hour", afterMs: HOUR_MS, kind: "stale" },
    { name: "the next day", afterMs: 24 * HOUR_MS, kind: "stale" },
  ])("works for an hour: $name", ({ afterMs, kind }) => {
    const { screens, screenId } = shown();
    expect(screens.use({ screenId, index: 0 }, TAPPER, SHOWN_AT_MS + afterMs).kind).toBe(kind);
  });

  it.each([
    { name: "the same button", second: 0 },
    { name: "another button of the screen", second: 1 },
  ])("makes a second tap used: $name", ({ second }) => {
    const { screens, screenId } = shown();
    screens.use({ screenId, index: 0 }, TAPPER, SHOWN_AT_MS);
    expect(screens.use({ screenId, index: second }, TAPPER, SHOWN_AT_MS)).toEqual({ kind: "used" });
  });

  it.each([
    { name: "its own", of: (screenId: string) => ({ screenId, index: 0 }), kind: "stale" },
    { name: "no place", of: () => undefined, kind: "used" },
  ])("is stale once its screen is forgotten: $name", ({ of, kind }) => {
    const { screens, screenId } = shown();
    screens.use({ screenId, index: 0 }, TAPPER, SHOWN_AT_MS);
    screens.forget(of(screenId));
    expect(screens.use({ screenId, index: 1 }, TAPPER, SHOWN_AT_MS).kind).toBe(kind);
  });

  it("leaves the other screens of the chat as they are", () => {
    const { screens, screenId } = shown();
    const other = screens.remember(BINDING, selectorScreen(listOf(2), 1), SHOWN_AT_MS);
    screens.use({ screenId, index: 0 }, TAPPER, SHOWN_AT_MS);
    expect(screens.use({ screenId: other, index: 0 }, TAPPER, SHOWN_AT_MS).kind).toBe("action");
  });
});

describe("the remembered screens", () => {
  it("agree with what is on the wire: each button leads to its own action", () => {
    fc.assert(
      fc.property(anyScreen, ({ screen }) => {
        for (const [at, button] of screen.rows.flat().entries()) {
          if (!("action" in button)) continue;
          const screens = createScreens();
          const wire = toWireButtons(screen, "codex_auth_", screens.remember(BINDING, screen, 0)).flat()[at];
          const data = wire !== undefined && "callbackData" in wire ? wire.callbackData : "";
          expect(data.startsWith(`codex_auth_${button.action.verb}:`)).toBe(true);
          const tapped = screens.use(decodePayload(data.slice(data.indexOf(":") + 1)), TAPPER, 0);
          expect(tapped).toMatchObject({ kind: "action", action: button.action });
        }
      }),
    );
  });

  it("are few: the oldest is forgotten, and its buttons are stale", () => {
    const screens = createScreens();
    const selector: Screen = selectorScreen(listOf(1), 1);
    const ids = Array.from({ length: 3000 }, (_unused, at) => screens.remember(BINDING, selector, at));
    const alive = ids.filter((screenId) => screens.use({ screenId, index: 0 }, TAPPER, 3000).kind === "action");
    expect(alive.length).toBeLessThanOrEqual(200);
    expect(alive).toEqual(ids.slice(-alive.length));
    expect(alive.length).toBeGreaterThan(0);
  });

  it("hold nothing to tap for a screen without buttons", () => {
    const screens = createScreens();
    const screenId = screens.remember(BINDING, closedScreen(), 0);
    expect(screens.use({ screenId, index: 0 }, TAPPER, 0)).toEqual({ kind: "stale" });
  });
});
