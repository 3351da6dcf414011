/** What screens hold beyond the words that the gallery shows: pages, actions, links. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { profileNameOf, resolveSelector, type ProfileId, type ProfileName } from "../../src/rules/profile-id.ts";
import { ENGLISH, spelled, toPlainText } from "../support/english.ts";
import { inChat } from "../../src/commands/arguments.ts";
import { capabilitiesOf } from "../../src/interaction/capabilities.ts";
import { toText } from "../../src/interaction/render.ts";
import { logScreen, whyScreen } from "../../src/interaction/diagnosis-screens.ts";
import { profileScreen, signOutScreen } from "../../src/interaction/profile-screens.ts";
import type { Action, Screen } from "../../src/interaction/screen.ts";
import { codeEndScreen } from "../../src/interaction/code-screens.ts";
import { cardScreen } from "../../src/interaction/login-screens.ts";
import {
  cancelledScreen,
  newProfileScreen,
  PAGE_SIZE,
  refusalScreen,
  savedScreen,
  selectorScreen,
  statusScreen,
} from "../../src/interaction/screens.ts";
import { ERROR_CODES } from "../../src/errors.ts";
import { REFUSALS, SENTENCES } from "../support/english.ts";
import {
  anyName,
  anyProfileList,
  anyScreen,
  CHOICE,
  LINK,
  listed,
  listOf,
  NOW_MS,
  SAVED,
  shown as shownProfile,
  started,
} from "./facts.ts";
function actionsOf(screen: Screen): readonly Action[] {
  return screen.rows.flat().flatMap((button) => ("action" in button ? [button.action] : []));
}

const pickedNames = (screen: Screen) =>
  actionsOf(screen).flatMap((action) => (action.verb === "pick" ? [action.name] : []));
const shownNames = (screen: Screen) =>
  actionsOf(screen).flatMap((action) => (action.verb === "show" ? [action.name] : []));
const turnedPages = (screen: Screen) =>
  actionsOf(screen).flatMap((action) => (action.verb === "page" ? [action.page] : []));
const linesOf = (screen: Screen) => toPlainText(screen).split("\n\n");
/** The link itself, in lines and in buttons. */
const linksIn = ({ lines, rows }: Screen) =>
  [...lines.flatMap((line) => ("only" in line ? line.line : line)), ...rows.flat()].flatMap((one) =>
    typeof one === "object" && "link" in one ? [one.link] : [],
  );

describe("the selector", () => {
  it.each([
    { count: 1, pages: [1] },
    { count: 8, pages: [8] },
    { count: 9, pages: [8, 1] },
    { count: 16, pages: [8, 8] },
    { count: 17, pages: [8, 8, 1] },
    { count: 1000, pages: Array.from({ length: 125 }, () => 8) },
  ])("shows $count profiles on pages of at most eight", ({ count, pages }) => {
    const list = listOf(count);
    const shown = pages.map((_, at) => shownNames(selectorScreen(list, at + 1)));
    expect(shown.map((names) => names.length)).toEqual(pages);
    expect(shown.flat()).toEqual(list.profiles.map(({ name }) => name));
  });

  it.each([
    { count: 8, page: 1, turns: [] },
    { count: 9, page: 1, turns: [2] },
    { count: 9, page: 2, turns: [1] },
    { count: 17, page: 1, turns: [2] },
    { count: 17, page: 2, turns: [1, 3] },
    { count: 17, page: 3, turns: [2] },
  ])("turns from page $page of $count profiles to $turns", ({ count, page, turns }) => {
    // The last of them looks at the same page again.
    expect(turnedPages(selectorScreen(listOf(count), page))).toEqual([...turns, page]);
  });

  it.each([
    { page: 0, shown: 1 },
    { page: -3, shown: 1 },
    { page: 4, shown: 3 },
    { page: 999_999, shown: 3 },
  ])("brings page $page into range", ({ page, shown }) => {
    expect(selectorScreen(listOf(17), page)).toEqual(selectorScreen(listOf(17), shown));
  });

  it.each([0, 1, 17])("says which sign-ins wait, newest first, and how to stop them, beside %i profiles", (count) => {
    const pending = [
      { profileName: "work", expiresInMs: 14 * 60_000 },
      { profileName: "team", expiresInMs: 20_000 },
    ];
    expect(linesOf(selectorScreen(listOf(count, pending), 1)).slice(-2)).toEqual([
      "Pending sign-in: team, less than a minute left. Cancel: /codex_auth cancel team",
      "Pending sign-in: work, 14 min left. Cancel: /codex_auth cancel work",
    ]);
  });

  it("says of no more than five waiting sign-ins which they are, and how many more there are", () => {
    const pending = Array.from({ length: 9 }, (_, at) => ({ profileName: `w${at + 1}`, expiresInMs: 60_000 }));
    const lines = linesOf(selectorScreen(listOf(1, pending), 1)).slice(-6);
    expect(lines.map((line) => /\bw\d\b|…and.*/.exec(line)?.[0])).toEqual([
      "w9",
      "w8",
      "w7",
      "w6",
      "w5",
      "…and 4 more",
    ]);
  });

  it("always ends with a way to a new profile and a way out", () => {
    fc.assert(
      fc.property(anyProfileList, fc.integer(), (list, page) => {
        expect(actionsOf(selectorScreen(list, page)).slice(-2)).toEqual([{ verb: "new" }, { verb: "close" }]);
      }),
    );
  });

  it("labels each button with the profile that it opens, and shows that profile in the text", () => {
    fc.assert(
      fc.property(anyProfileList, fc.integer({ min: 1, max: 5 }), (list, page) => {
        const screen = selectorScreen(list, page);
        const opening = screen.rows.flat().filter((button) => "action" in button && button.action.verb === "show");
        expect(opening.map((button) => spelled([button.label]))).toEqual(shownNames(screen));
        const firstWords = linesOf(screen).map((line) =>
          line.replace(/(?: \((?:used by default|used in this chat|used in this chat and by default)\))?: .*$/, ""),
        );
        expect(firstWords).toEqual(expect.arrayContaining(shownNames(screen).map((name) => `• ${name}`)));
      }),
    );
  });

  it.each([
    { name: "one provider", ids: ["openai:work", "openai:team"] },
    { name: "an older host's ids", ids: ["openai-codex:work", "openai:team"] },
    { name: "ids without a prefix", ids: ["work", "my team"] },
  ])("leads from each button to the profile it stands for: $name", ({ ids }) => {
    const profiles = ids.map((id) => ({ ...listed("x"), profileId: id as ProfileId, name: profileNameOf(id) }));
    const opened = shownNames(selectorScreen({ ...listOf(0), profiles }, 1)).map((name) => {
      const resolved = resolveSelector(name, "openai", ids);
      return resolved.kind === "resolved" ? resolved.profileId : undefined;
    });
    expect(opened).toEqual(ids);
  });

  it("starts no sign-in with one tap on a profile that is there", () => {
    fc.assert(
      fc.property(anyProfileList, fc.integer(), (list, page) => {
        fc.pre(list.profiles.length > 0);
        expect(pickedNames(selectorScreen(list, page))).toEqual([]);
      }),
    );
  });

  it("has no more buttons than one page needs", () => {
    const { rows } = selectorScreen(listOf(1000), 60);
    expect(rows.flat().length).toBe(PAGE_SIZE + 6);
  });
});

describe("the new-profile screen", () => {
  it("offers no name that is taken", () => {
    expect(pickedNames(newProfileScreen(["default", "work"]))).toEqual(["personal", "team"]);
  });

  it.each([
    { name: "none", taken: [] },
    { name: "default", taken: ["default"] },
    { name: "another", taken: ["main"] },
    { name: "several others", taken: ["main", "work"] },
  ])("offers only names that make a new profile; taken: $name", ({ taken }) => {
    const ids = taken.map((name) => `openai:${name}`);
    const replaced = pickedNames(newProfileScreen(taken)).filter((name) => {
      const resolved = resolveSelector(name, "openai", ids);
      return resolved.kind === "refused" || ids.includes(resolved.profileId);
    });
    expect(replaced).toEqual([]);
  });

  it("promises no names to tap when there are none", () => {
    const screen = newProfileScreen(["default", "work", "personal", "team"]);
    expect(pickedNames(screen)).toEqual([]);
    expect(toPlainText(screen)).not.toContain("tap a name below");
  });
});

/** The refusal of a code shows the card of the link that still works. The card of a code has the page for codes. */
const HAS_LINK: ReadonlySet<string> = new Set(["card", "code", "code refusal"]);

describe("the sign-in card", () => {
  it("puts the link alone on a line of its own", () => {
    fc.assert(
      fc.property(anyName, fc.boolean(), fc.boolean(), (profileName, isDefaultFallback, isNewProfile) => {
        const card = cardScreen(started({ profileName, isDefaultFallback, isNewProfile }));
        expect(linesOf(card).filter((line) => line.includes("https://"))).toEqual([LINK]);
      }),
    );
  });

  it("also puts the link behind a button", () => {
    const [first] = cardScreen(started()).rows.flat();
    expect(first && "link" in first && first.link.reveal()).toBe(LINK);
  });

  it("is the only screen that holds a link", () => {
    fc.assert(
      fc.property(anyScreen, ({ kind, screen }) => {
        expect(linksIn(screen).length).toBe(HAS_LINK.has(kind) ? 2 : 0);
      }),
    );
  });

  // A terminal chat writes the URL of a named link too, and the web chat makes a link of a bare one.
  it.each(["webchat", "telegram", "slack"])("has the link once in its text on %s", (channel) => {
    const text = toText(cardScreen(started()), ENGLISH, inChat(capabilitiesOf(channel).style));
    expect(text.split("https://")).toHaveLength(2);
    expect(text).not.toContain("](");
  });
});

describe("the card of a profile", () => {
  it.each(["signed-in", "unreadable"] as const)("offers an undo only if there is something to undo: %s", (health) => {
    const offers = (isUndoable: boolean) => {
      const screen = profileScreen(shownProfile(listed("work", { health }), isUndoable));
      const isButton = actionsOf(screen).some(({ verb }) => verb === "undo");
      return [isButton, toPlainText(screen).includes("/codex_auth undo work")];
    };
    expect([offers(true), offers(false)]).toEqual([
      [true, true],
      [false, false],
    ]);
  });
});

describe("the saved screen", () => {
  it("asks to delete the pasted message if the chat keeps it", () => {
    expect(linesOf(savedScreen(SAVED, true)).at(-1)).toBe(SENTENCES["saved.delete"]);
    expect(linesOf(savedScreen(SAVED, false))).not.toContain(SENTENCES["saved.delete"]);
  });
});

describe("the status screen", () => {
  const waiting = { profileName: "work", expiresInMs: 5 * 60_000 };
  it("offers to cancel only if a sign-in is pending", () => {
    expect(actionsOf(statusScreen({ kind: "status", pending: [] }))).toEqual([]);
    expect(actionsOf(statusScreen({ kind: "status", pending: [waiting] }))).toEqual([{ verb: "cancel" }]);
  });
});

it("a sign-in with a code that the server did not accept does not end with a callback URL only", () => {
  const screen = codeEndScreen({ kind: "refused", code: "token-rejected", profileName: "work", isOver: true });
  expect(toPlainText(screen)).toContain("Its callback URL or code is probably too old");
});

it("the reason says first that the chat's model uses no profile, and promises none for the next message", () => {
  const lines = linesOf(whyScreen({ ...CHOICE, isOtherModel: true }));
  expect(lines.slice(0, 2)).toEqual([
    SENTENCES["why.other-model"],
    "With an OpenAI model, the next message in this chat uses work.",
  ]);
});

describe("the log of changes", () => {
  it("says in words why a change was refused, without the advice", () => {
    const entry = { atMs: NOW_MS - 120_000, who: "webchat", action: "retry", profileName: "work" } as const;
    const entries = [{ ...entry, outcome: "retry-not-held" } as const, { ...entry, outcome: "done" } as const];
    expect(linesOf(logScreen({ kind: "log", entries, nowMs: NOW_MS })).slice(1)).toEqual([
      "• 2 minutes ago, webchat: let OpenClaw try again: work (refused). work is not in cooldown, so nothing was changed.",
      "• 2 minutes ago, webchat: let OpenClaw try again: work (done)",
    ]);
  });
});

describe("the cancelled screen", () => {
  it("denies only a sign-in to the asked profile", () => {
    const text = toPlainText(cancelledScreen({ profileNames: [], askedName: "work" }));
    expect(text).toBe("No sign-in to work is pending. Nothing was changed.");
  });

  it("names all of what ended, however many", () => {
    const names = Array.from({ length: 12 }, (_, at) => `a-long-profile-name-${at + 1}` as ProfileName);
    const text = toPlainText(cancelledScreen({ profileNames: names }));
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
  });
});

it("no screen but the question before it takes a profile out with one tap", () => {
  fc.assert(
    fc.property(anyScreen, ({ kind, screen }) => {
      const isOut = actionsOf(screen).some((action) => action.verb === "signout" && action.isSure);
      expect(isOut).toBe(kind === "sign out");
    }),
  );
  expect(actionsOf(signOutScreen(shownProfile(listed("work"))))).toContainEqual({ verb: "show", name: "work" });
});

describe("the example of a refusal", () => {
  const EXEMPLARY = ERROR_CODES.filter((code) => REFUSALS[code].includes("{example}"));
  const REFUSED = ["work", "Work", "home", "openai:work", undefined].map((profileName) => ({ profileName }));
  it.each(EXEMPLARY.flatMap((code) => REFUSED.map((row) => ({ ...row, code }))))(
    "names another profile than the refused one: $code, $profileName",
    ({ code, profileName }) => {
      const screen = refusalScreen({ code, next: "none", sender: "", ...(profileName && { profileName }) });
      const [example] = /\/codex_auth \w+/.exec(toPlainText(screen)) ?? [];
      expect(example?.toLowerCase()).toMatch(/^\/codex_auth (?:work|home)$/);
      expect(example?.toLowerCase().endsWith(` ${(profileName ?? "").toLowerCase().replace("openai:", "")}`)).toBe(
        false,
      );
    },
  );
});
