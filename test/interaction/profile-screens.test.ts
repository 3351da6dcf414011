import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ProfileId, type ProfileName } from "../../src/rules/profile-id.ts";
import {
  preferredScreen,
  profileScreen,
  signedOutScreen,
  signOutScreen,
  undoneScreen,
} from "../../src/interaction/profile-screens.ts";
import { spelled, toPlainText } from "../support/english.ts";
import type { Screen } from "../../src/interaction/screen.ts";
import { SENTENCES } from "../support/english.ts";
import { anyScreen, listed, NOW_MS, shown, PREFERRED, SIGNED_OUT, UNDONE } from "./facts.ts";

const linesOf = (screen: Screen) => toPlainText(screen).split("\n\n");

/** The buttons row by row, each with what it asks for. */
const buttonsOf = ({ rows }: Screen) =>
  rows.map((row) => row.map((button) => ("action" in button ? [spelled([button.label]), button.action] : [])));

const SIGN_IN = ["Sign in again", { verb: "pick", name: "work" }];
const USE = ["Use in this chat", { verb: "use", name: "work" }];
const PREFER = ["Make default", { verb: "prefer", name: "work" }];
const ASK_SIGN_OUT = ["Sign out", { verb: "signout", name: "work", isSure: false }];
const UNDO = ["Undo", { verb: "undo", name: "work" }];
const BACK = ["Back", { verb: "page", page: 1 }];

describe("a profile's card", () => {
  it("says what is known of it, and the words for all that can be done", () => {
    expect(
      linesOf(
        profileScreen(
          shown(
            listed("work", {
              email: "a@b.c",
              plan: "team",
              health: "cooling-down",
              reason: "subscription_limit",
              unusableUntilMs: NOW_MS + 20 * 60_000,
            }),
          ),
        ),
      ),
    ).toEqual([
      "Codex profile work: a@b.c, team, cooling down: the plan's usage limit until 11:26 UTC, 20 min from now",
      "To sign in again: /codex_auth work",
      "To use it in this chat: /codex_auth use work",
      "To make it the default: /codex_auth prefer work",
      "To sign it out: /codex_auth signout work",
      "To put back what the last change to it replaced: /codex_auth undo work",
      "For the list of profiles: /codex_auth",
    ]);
  });

  it("has a button for each of them", () => {
    expect(buttonsOf(profileScreen(shown(listed("work"))))).toEqual([
      [SIGN_IN, USE],
      [PREFER, ASK_SIGN_OUT],
      [UNDO, BACK],
    ]);
  });

  it("of the default says so, and offers no way to make it what it is", () => {
    const screen = profileScreen(shown(listed("work", { isDefault: true })));
    expect(linesOf(screen)[1]).toBe("It is the default: tried first where nothing else is asked for.");
    expect(toPlainText(screen)).not.toContain("To make it the default");
    expect(buttonsOf(screen)).toEqual([[SIGN_IN, USE], [ASK_SIGN_OUT], [UNDO, BACK]]);
  });

  it.each([
    { name: "a reserved word", id: "openai:status", called: "status", typed: "openai:status" },
    { name: "several words", id: "openai-codex:my team", called: "my team", typed: "openai:my team" },
    {
      name: "an older host's, beside its namesake",
      id: "openai-codex:work",
      called: "openai-codex:work",
      typed: "openai-codex:work",
    },
  ])("tells words that mean it, whatever it is called: $name", ({ id, called, typed }) => {
    const name = called as ProfileName;
    const text = linesOf(profileScreen(shown({ ...listed("x"), profileId: id as ProfileId, name })));
    expect(text).toContain(`To sign it out: /codex_auth signout ${typed}`);
    expect(text).toContain(`To make it the default: /codex_auth prefer ${typed}`);
  });

  it("takes nothing out with one tap", () => {
    fc.assert(
      fc.property(anyScreen, ({ kind, screen }) => {
        const actions = screen.rows.flat().flatMap((button) => ("action" in button ? [button.action] : []));
        expect(actions.some((action) => action.verb === "signout" && action.isSure)).toBe(kind === "sign out");
      }),
    );
  });
});

describe("the question before a sign-out", () => {
  it("names the profile, and the words for yes and for no", () => {
    expect(linesOf(signOutScreen(shown(listed("work"))))).toEqual([
      "Sign out work? The gateway will no longer use it. Other profiles stay as they are.",
      "To do it: /codex_auth signout work yes",
      "To leave it as it is: /codex_auth show work",
    ]);
  });

  it("has a button for yes and one back to the card", () => {
    expect(buttonsOf(signOutScreen(shown(listed("work"))))).toEqual([
      [
        ["Yes, sign out", { verb: "signout", name: "work", isSure: true }],
        ["Back", { verb: "show", name: "work" }],
      ],
    ]);
  });
});

describe("what came of acting on a profile", () => {
  const RESTART = SENTENCES["saved.restart"];
  const LIST = "For the list of profiles: /codex_auth";
  const SIGNED_OUT_LINE =
    "Signed out: work is no longer on this gateway. At OpenAI the sign-in itself stays until it ends there.";
  const KEPT = "What the profile held before is kept for 24 hours: /codex_auth undo work puts it back.";
  const FIRST = "Done: work is tried first now. The others stay in their order behind it.";
  const DEFEATED = SENTENCES["prefer.defeated"].replace("{name}", "work");
  const PUT_BACK = "Put back: profile work holds what it held before.";

  it.each([
    { name: "preferred", screen: preferredScreen(PREFERRED), lines: [FIRST, LIST], rows: [[BACK]] },
    {
      name: "preferred, in force after a restart",
      screen: preferredScreen({ ...PREFERRED, activation: "restart" }),
      lines: [FIRST, RESTART, LIST],
      rows: [[BACK]],
    },
    {
      name: "preferred in vain",
      screen: preferredScreen({ ...PREFERRED, isFirst: false }),
      lines: [DEFEATED, LIST],
      rows: [[BACK]],
    },
    {
      name: "signed out",
      screen: signedOutScreen(SIGNED_OUT),
      lines: [SIGNED_OUT_LINE, KEPT, LIST],
      rows: [[UNDO, BACK]],
    },
    {
      name: "signed out, in force after a restart",
      screen: signedOutScreen({ ...SIGNED_OUT, activation: "restart" }),
      lines: [SIGNED_OUT_LINE, RESTART, KEPT, LIST],
      rows: [[UNDO, BACK]],
    },
    {
      name: "signed out, with nothing that could be put back",
      screen: signedOutScreen({ ...SIGNED_OUT, isUndoable: false }),
      lines: [SIGNED_OUT_LINE, LIST],
      rows: [[BACK]],
    },
    { name: "put back", screen: undoneScreen(UNDONE), lines: [PUT_BACK, SENTENCES["saved.live"]], rows: [] },
    {
      name: "put back, but left out",
      screen: undoneScreen({ ...UNDONE, isSelectable: false }),
      lines: [PUT_BACK, SENTENCES["saved.left-out"]],
      rows: [],
    },
    {
      name: "put back, in force after a restart",
      screen: undoneScreen({ ...UNDONE, activation: "restart" }),
      lines: [PUT_BACK, RESTART],
      rows: [],
    },
  ])("is said, with the next steps: $name", ({ screen, lines, rows }) => {
    expect(linesOf(screen)).toEqual(lines);
    expect(buttonsOf(screen)).toEqual(rows);
  });
});
