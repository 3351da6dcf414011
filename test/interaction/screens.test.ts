import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { profileNameOf, resolveSelector, type ProfileId, type ProfileName } from "../../src/rules/profile-id.ts";
import { spelled, toPlainText } from "../support/english.ts";
import type { Action, Screen } from "../../src/interaction/screen.ts";
import {
  cancelledScreen,
  cardScreen,
  newProfileScreen,
  PAGE_SIZE,
  savedScreen,
  selectorScreen,
  statusScreen,
  withSandboxNotice,
} from "../../src/interaction/screens.ts";
import { HEALTHS, SENTENCES } from "../support/english.ts";
import { anyName, anyProfileList, anyScreen, LINK, listed, listOf, SAVED, sampleScreens, started } from "./facts.ts";

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
/** How often the link itself is in a screen, in lines and in buttons. */
const linksIn = ({ lines, rows }: Screen) => [
  ...lines.flat().flatMap((segment) => (typeof segment === "object" && "link" in segment ? [segment.link] : [])),
  ...rows.flat().flatMap((button) => ("link" in button ? [button.link] : [])),
];

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

  it.each([
    { page: 1, line: "Page 1 of 3. Another page: /codex_auth page 2" },
    { page: 2, line: "Page 2 of 3. Another page: /codex_auth page 3" },
    { page: 3, line: "Page 3 of 3. Another page: /codex_auth page 1" },
  ])("says where page $page is, and the words for another", ({ page, line }) => {
    expect(linesOf(selectorScreen(listOf(17), page))).toContain(line);
  });

  it("says nothing of pages when there is one", () => {
    expect(toPlainText(selectorScreen(listOf(8), 1))).not.toContain("Page");
  });

  it.each([
    { name: "name alone", profile: listed("work"), line: "• work: signed in, renews itself" },
    { name: "e-mail", profile: listed("work", { email: "a@b.c" }), line: "• work: a@b.c, signed in, renews itself" },
    { name: "plan", profile: listed("work", { plan: "plus" }), line: "• work: plus, signed in, renews itself" },
    {
      name: "all of it",
      profile: listed("work", { email: "a@b.c", plan: "team", health: "needs-sign-in" }),
      line: "• work: a@b.c, team, needs sign-in",
    },
  ])("shows what is known of a profile: $name", ({ profile, line }) => {
    expect(linesOf(selectorScreen({ ...listOf(0), profiles: [profile] }, 1))).toContain(line);
  });

  it.each(HEALTHS)("puts health in words: %s", (health) => {
    const screen = selectorScreen({ ...listOf(0), profiles: [listed("work", { health })] }, 1);
    expect(linesOf(screen)).toContain(`• work: ${SENTENCES[`health.${health}`]}`);
  });

  it("says the words to type, with a profile of this page as the example", () => {
    expect(toPlainText(selectorScreen(listOf(9), 2))).toContain(
      "type /codex_auth <profile>, the name being default | <profile>; for example /codex_auth p9.",
    );
  });

  it("offers default, and how to name another, when there is no profile", () => {
    const screen = selectorScreen(listOf(0), 1);
    expect(pickedNames(screen)).toEqual(["default"]);
    expect(linesOf(screen)).toEqual([
      "There is no Codex profile on this gateway yet.",
      "To sign in, type /codex_auth default. To name the profile, type /codex_auth <profile> with a name of yours.",
    ]);
  });

  it.each([0, 1, 17])("says which sign-ins wait, newest first, and how to stop them, beside %i profiles", (count) => {
    const pending = [
      { profileName: "work", expiresInMs: 14 * 60_000 },
      { profileName: "team", expiresInMs: 20_000 },
    ];
    expect(linesOf(selectorScreen(listOf(count, pending), 1)).slice(-2)).toEqual([
      "Waiting for the address of: team (less than a minute left). To stop: /codex_auth cancel team",
      "Waiting for the address of: work (14 min left). To stop: /codex_auth cancel work",
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
      "…and 4 more.",
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
          line.replace(/(?: \((?:tried first|this chat|this chat, tried first)\))?: .*$/, ""),
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

  it("marks the default and the one of this chat, and no other", () => {
    const profiles = [
      listed("work"),
      listed("team", { isDefault: true }),
      listed("play", { isDefault: false, isPinned: true }),
      listed("home", { isDefault: true, isPinned: true }),
    ];
    expect(linesOf(selectorScreen({ ...listOf(0), profiles }, 1)).filter((line) => line.startsWith("• "))).toEqual([
      "• work: signed in, renews itself",
      "• team (tried first): signed in, renews itself",
      "• play (this chat): signed in, renews itself",
      "• home (this chat, tried first): signed in, renews itself",
    ]);
  });

  it("says the words for one profile, with one of this page as the example", () => {
    expect(linesOf(selectorScreen(listOf(9), 2))).toContain(
      "For one profile, with what can be done with it: /codex_auth show p9",
    );
  });

  it("has no more buttons than one page needs", () => {
    const { rows } = selectorScreen(listOf(1000), 60);
    expect(rows.flat().length).toBe(PAGE_SIZE + 5);
  });
});

describe("the new-profile screen", () => {
  it("says the grammar of a name and the words to type", () => {
    expect(toPlainText(newProfileScreen([]))).toMatch(/type \/codex_auth <profile>[^]*64 at most/);
  });

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
    expect(toPlainText(screen)).not.toContain("tap one of these");
  });
});

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
        expect(linksIn(screen).length).toBe(kind === "card" ? 2 : 0);
      }),
    );
  });

  it("says the whole way in order: link, dead page, quiet way, time and end", () => {
    expect(linesOf(cardScreen(started({ isNewProfile: true })))).toEqual([
      "Sign in to the new profile work",
      "1. Open this link on any device and approve. Approve only because you asked for it here yourself:",
      LINK,
      "2. Your browser will end on a localhost page that cannot load: that is right. Copy its address and send it here.",
      "More private: sent as /codex_auth_finish <callback URL> it leaves the least behind in this chat.",
      "Time left: 15 min. To stop: /codex_auth cancel work",
    ]);
  });

  it("says when the profile is signed in again", () => {
    expect(linesOf(cardScreen(started({ isNewProfile: false })))[0]).toBe("Sign in again to profile work");
  });

  it("says which profile stands in for default, and only then", () => {
    const standIn = "There is no profile named default, so this is your first Codex profile, work.";
    expect(linesOf(cardScreen(started({ isDefaultFallback: true })))[1]).toBe(standIn);
    expect(linesOf(cardScreen(started()))).not.toContain(standIn);
  });

  it.each([
    { expiresInMs: 0, words: "less than a minute" },
    { expiresInMs: 59_999, words: "less than a minute" },
    { expiresInMs: 60_000, words: "1 min" },
    { expiresInMs: 60_001, words: "2 min" },
    { expiresInMs: 14 * 60_000 + 59_000, words: "15 min" },
    { expiresInMs: 119 * 60_000, words: "119 min" },
    { expiresInMs: 120 * 60_000, words: "2 h" },
  ])("says how long $expiresInMs ms are", ({ expiresInMs, words }) => {
    expect(linesOf(cardScreen(started({ expiresInMs }))).at(-1)).toContain(`Time left: ${words}.`);
  });
});

describe("the saved screen", () => {
  it.each([
    { name: "nothing", known: {}, line: "Signed in: profile work now holds the account you approved." },
    {
      name: "plan",
      known: { plan: "plus" },
      line: "Signed in: profile work now holds the account you approved, plan plus.",
    },
    { name: "e-mail", known: { email: "a@b.c" }, line: "Signed in: profile work now holds a@b.c." },
    {
      name: "both",
      known: { email: "a@b.c", plan: "plus" },
      line: "Signed in: profile work now holds a@b.c, plan plus.",
    },
    {
      name: "an e-mail that looks like a place",
      known: { email: "{account}", plan: "{plan}" },
      line: "Signed in: profile work now holds {account}, plan {plan}.",
    },
  ])("names profile and account; known: $name", ({ known, line }) => {
    const [first] = linesOf(savedScreen({ ...SAVED, ...known }, "address"));
    expect(first).toBe(line);
  });

  it.each([
    { isSelectable: true, sentence: SENTENCES["saved.live"] },
    { isSelectable: false, sentence: SENTENCES["saved.left-out"] },
  ])("says whether the gateway finds it: $isSelectable", ({ isSelectable, sentence }) => {
    expect(linesOf(savedScreen({ ...SAVED, isSelectable }, "address"))[1]).toBe(sentence);
  });

  it("asks for the pasted message to be deleted, where the chat keeps it", () => {
    expect(linesOf(savedScreen(SAVED, "address")).at(-1)).toBe(SENTENCES["saved.delete"]);
    expect(linesOf(savedScreen(SAVED, "nothing"))).not.toContain(SENTENCES["saved.delete"]);
  });
});

describe("the status screen", () => {
  const waiting = { profileName: "work", expiresInMs: 5 * 60_000 };

  it.each([
    { name: "nothing", status: {}, line: "No sign-in is waiting." },
    { name: "a sign-in", status: { pending: [waiting] }, line: "• work: waiting for its address, 5 min left" },
    {
      name: "what was saved",
      status: {
        lastSaved: { profileName: "team", profileId: "openai:team", agoMs: 3 * 60_000, activation: "live" as const },
      },
      line: "Last saved here: team, 3 min ago",
    },
  ])("says what waits and what was saved: $name", ({ status, line }) => {
    expect(linesOf(statusScreen({ kind: "status", pending: [], ...status }))).toContain(line);
  });

  it("offers to cancel only where something waits", () => {
    expect(actionsOf(statusScreen({ kind: "status", pending: [] }))).toEqual([]);
    expect(actionsOf(statusScreen({ kind: "status", pending: [waiting] }))).toEqual([{ verb: "cancel" }]);
  });
});

describe("the cancelled screen", () => {
  it.each([
    { names: [], line: SENTENCES["cancel.none"] },
    { names: ["work"], line: "Cancelled: work. Nothing was changed." },
    { names: ["work", "team"], line: "Cancelled: work, team. Nothing was changed." },
  ])("names what ended: $names", ({ names, line }) => {
    expect(linesOf(cancelledScreen(names))).toEqual([line]);
  });

  it("names all of what ended, however many", () => {
    const names = Array.from({ length: 12 }, (_, at) => `a-long-profile-name-${at + 1}` as ProfileName);
    const text = toPlainText(cancelledScreen(names));
    expect(names.filter((name) => !new RegExp(`\\b${name}\\b`).test(text))).toEqual([]);
  });
});

describe("the sandbox notice", () => {
  it("comes first on every screen of a sandbox, and on none other", () => {
    for (const { screen } of sampleScreens()) {
      expect(linesOf(withSandboxNotice(screen, true))[0]).toBe(SENTENCES.sandbox);
      expect(linesOf(withSandboxNotice(screen, false))).not.toContain(SENTENCES.sandbox);
    }
  });

  it("changes nothing else", () => {
    for (const { screen } of sampleScreens()) {
      expect(linesOf(withSandboxNotice(screen, true)).slice(1)).toEqual(linesOf(screen));
      expect(withSandboxNotice(screen, true).rows).toEqual(screen.rows);
    }
  });
});
