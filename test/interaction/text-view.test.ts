/** The law of the two views: whatever a button does can be done by words that the text itself tells. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ListedProfile } from "../../src/rules/results.ts";
import { profileNameOf, type ProfileId, type ProfileName } from "../../src/rules/profile-id.ts";
import { intentOfTyped } from "../support/typed.ts";
import { spelled, toMarkdown, toPlainText } from "../support/english.ts";
import type { Action, Button, Screen } from "../../src/interaction/screen.ts";
import { profileScreen, signedOutScreen, signOutScreen } from "../../src/interaction/profile-screens.ts";
import { selectorScreen } from "../../src/interaction/screens.ts";
import { anyScreen, listed, shown, listOf, sampleScreens, SIGNED_OUT } from "./facts.ts";

/** The commands a text tells, as typed: what its code spans hold. */
function toldCommands(screen: Screen): readonly string[] {
  return [...toMarkdown(screen).matchAll(/`(\/codex_(?:auth|usage)[^`]*)`/g)].map(([, command]) => command ?? "");
}

const doing = intentOfTyped;

const MARKS = ["", " (used by default)", " (used in this chat)", " (used in this chat and by default)"];

/** How the text says to type a profile's name: as it is listed, in a command, or however the person likes. */
function spellingOf(name: string, screen: Screen): string | undefined {
  const text = toPlainText(screen);
  if (text.includes("with a name of your choice")) return name;
  const spellings = [name, `openai:${name}`, `openai-codex:${name}`];
  const isListed = (spelling: string) =>
    text.split("\n\n").some((line) => MARKS.some((mark) => line.startsWith(`• ${spelling}${mark}: `)));
  const isGrammarTold = toldCommands(screen).some((command) => command.includes("<profile>"));
  return spellings.find(
    (spelling) => toldCommands(screen).includes(`/codex_auth ${spelling}`) || (isGrammarTold && isListed(spelling)),
  );
}

/**
 * A typed command means the newest question and whichever profile has the name, a button those of its screen. Only Refresh
 * asks for the list of this moment.
 */
function comparable(action: unknown): string {
  const { questionId: _question, profileId: _profile, isFresh: _fresh, ...typed } = action as Record<string, unknown>;
  return JSON.stringify(Object.entries(typed).toSorted());
}
const isSame = (one: unknown, other: unknown) => comparable(one) === comparable(other);

/** A told command that does just this. */
const toldFor = (action: Action, screen: Screen) =>
  toldCommands(screen).find((command) => isSame(doing(command), action));

/** The link of a sign-in that has a code is shown again by a button only: the words begin a sign-in with a link. */
const typedAction = (action: Action): Exclude<Action, { verb: "link" }> =>
  action.verb === "link" ? { verb: "pick", name: action.name } : action;

/** The words for an action, if the text tells them; undefined if it does not. */
function wordsFor(action: ReturnType<typeof typedAction>, screen: Screen): string | undefined {
  const told = toldCommands(screen);
  const text = toPlainText(screen);
  switch (action.verb) {
    case "pick": {
      const spelling = spellingOf(action.name, screen);
      return spelling === undefined ? undefined : `/codex_auth ${spelling}`;
    }
    case "show": {
      // The selector tells it of one profile, for all that it lists.
      const isTold = told.some((command) => doing(command).verb === "show");
      const spelling = isTold ? spellingOf(action.name, screen) : undefined;
      return toldFor(action, screen) ?? (spelling === undefined ? undefined : `/codex_auth show ${spelling}`);
    }
    case "page":
      return told.some((command) => /^\/codex_auth page \d+$/.test(command))
        ? `/codex_auth page ${action.page}`
        : toldFor(action, screen);
    case "use":
    case "usage":
    case "unuse":
    case "prefer":
    case "keep":
    case "signout":
    case "undo":
    case "code":
    case "retry":
    case "revive":
    case "quiet":
    case "cancel":
      return toldFor(action, screen);
    case "new":
      return /new name creates a new profile|To name the profile yourself/.test(text) ? "" : undefined;
    case "close":
      return "";
  }
}

/** The labels of buttons that do something no told words do. */
function labelsWithoutWords(screen: Screen): readonly string[] {
  const canBeTyped = (button: Button): boolean => {
    if ("link" in button) return toPlainText(screen).split("\n\n").includes(button.link.reveal());
    const action = typedAction(button.action);
    const words = wordsFor(action, screen);
    if (words === undefined) return false;
    return words === "" || isSame(doing(words), action);
  };
  return screen.rows.flat().flatMap((button) => (canBeTyped(button) ? [] : [spelled([button.label])]));
}

// The host's own `models auth login --profile-id` stores any id it is given.
const STORED = [
  { name: "a subcommand", profileId: "openai:status" },
  { name: "two words", profileId: "openai:my team" },
  { name: "a letter of another script", profileId: "openai:büro" },
  { name: "a slash", profileId: "openai:team/one" },
  { name: "a colon", profileId: "openai:team:one" },
  { name: "an older prefix", profileId: "openai-codex:my team" },
  { name: "no prefix", profileId: "team" },
  { name: "no prefix and two words", profileId: "my team" },
  { name: "another prefix", profileId: "acme:team" },
];

function storedAs(profileId: string): ListedProfile {
  return { profileId: profileId as ProfileId, name: profileNameOf(profileId), health: "signed-in" };
}

describe("the text of a screen offers all that its buttons do", () => {
  it.each(sampleScreens().filter(({ screen }) => screen.rows.length > 0))("$kind", ({ screen }) => {
    expect(labelsWithoutWords(screen)).toEqual([]);
  });

  it("whatever the facts", () => {
    fc.assert(
      fc.property(anyScreen, ({ screen }) => {
        expect(labelsWithoutWords(screen)).toEqual([]);
      }),
    );
  });

  it.each(STORED)("for a profile that the host stored with $name", ({ profileId }) => {
    const screen = selectorScreen({ ...listOf(0), profiles: [listed("work"), storedAs(profileId)] }, 1);
    expect(labelsWithoutWords(screen)).toEqual([]);
  });

  it.each(STORED)("on the card of a profile that the host stored with $name", ({ profileId }) => {
    const profile = storedAs(profileId);
    const screens = [
      profileScreen(shown(profile)),
      profileScreen(shown({ ...profile, isDefault: true })),
      signOutScreen(shown(profile)),
      signedOutScreen({ ...SIGNED_OUT, profileName: profile.name }),
    ];
    expect(screens.flatMap(labelsWithoutWords)).toEqual([]);
  });

  // Typed for a sign-in, the older prefix means the profile of today.
  it("on all but the sign-in of an older profile that has a namesake of today", () => {
    const older: ListedProfile = { ...storedAs("openai-codex:work"), name: "openai-codex:work" as ProfileName };
    const screens = [
      profileScreen(shown(older)),
      signOutScreen(shown(older)),
      signedOutScreen({ ...SIGNED_OUT, profileName: older.name }),
    ];
    expect(screens.flatMap(labelsWithoutWords)).toEqual(["Sign in again"]);
  });
});

describe("the words that a text tells", () => {
  it("mean something, wherever they are told", () => {
    for (const { screen } of sampleScreens()) {
      const typed = toldCommands(screen).filter((command) => !/[<|[]/.test(command));
      for (const command of typed) expect(doing(command).verb).not.toBe("refuse");
    }
  });
});
