import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import type { ProfileName } from "../../src/rules/profile-id.ts";
import { linkRows, toMarkdown, toPlainText, toWireButtons } from "../support/english.ts";
import { linkButton, type Screen, type ScreenLine, type Segment } from "../../src/interaction/screen.ts";
import { profileScreen, signedOutScreen, signOutScreen } from "../../src/interaction/profile-screens.ts";
import { cardScreen } from "../../src/interaction/login-screens.ts";
import { refusalScreen, savedScreen, selectorScreen, statusScreen } from "../../src/interaction/screens.ts";
import { Secret } from "../../src/secret.ts";
import {
  anyHostileScreen,
  anyName,
  hostileText,
  LINK,
  listed,
  shown,
  listOf,
  NOW_MS,
  SAVED,
  SIGNED_OUT,
  started,
} from "./facts.ts";
import { loadTelegramFormat, type TelegramMessage } from "./telegram-format.ts";

let toTelegram: (markdown: string) => readonly TelegramMessage[];

beforeAll(async () => {
  toTelegram = await loadTelegramFormat();
});

/** The host's renderer trims code spans; nothing here is told apart by white space. */
const squeezed = (text: string) => text.replaceAll(/\s/g, "");

/** A value without anything that came from outside. */
function ownPart(segment: Segment): Segment {
  if (typeof segment === "number") return segment;
  if ("verbatim" in segment || "command" in segment) return NOTHING;
  if ("full" in segment) return { full: segment.full.map(ownPart) };
  if ("items" in segment) return { ...segment, items: segment.items.map((item) => item.map(ownPart)) };
  if (!("values" in segment)) return segment;
  const values = Object.entries(segment.values).map(([name, value]) => [name, [value].flat().map(ownPart)]);
  return { ...segment, values: Object.fromEntries(values) };
}

const NOTHING = { verbatim: "" };

const isSaid = (line: ScreenLine) => toPlainText({ lines: [line], rows: [] }) !== "";

/** The screen's own words and link. */
function ownWords({ lines }: Screen): string {
  const said = lines.filter(isSaid).map((line) => ("only" in line ? line.line : line));
  return toPlainText({ lines: said.map((line) => line.map(ownPart)), rows: [] });
}

function savedAs(text: string): Screen {
  return savedScreen({ ...SAVED, email: text, plan: text }, true);
}

describe("the Markdown of a screen", () => {
  it("keeps all outside text in code spans", () => {
    fc.assert(
      fc.property(anyHostileScreen, ({ screen }) => {
        expect(toMarkdown(screen).replaceAll(/`[^`\n]*`/g, "")).toBe(ownWords(screen));
      }),
    );
  });

  it("gives the host's Telegram renderer nothing but code and links to make", () => {
    fc.assert(
      fc.property(anyHostileScreen, ({ screen }) => {
        const tags = toTelegram(toMarkdown(screen)).flatMap((message) => message.tags);
        expect(tags.filter((tag) => tag !== "code" && tag !== "a")).toEqual([]);
      }),
    );
  });

  it("makes links of nothing that came from outside", () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        expect(toTelegram(toMarkdown(savedAs(text))).flatMap((message) => message.links)).toEqual([]);
      }),
    );
  });

  it("reads in Telegram as the plain text does", () => {
    fc.assert(
      fc.property(anyHostileScreen, ({ screen }) => {
        const visible = toTelegram(toMarkdown(screen)).map((message) => message.visible);
        expect(squeezed(visible.join(""))).toBe(squeezed(toPlainText(screen)));
      }),
    );
  });

  it("shows every profile name as it is", () => {
    fc.assert(
      fc.property(anyName, (profileName) => {
        const [message] = toTelegram(toMarkdown(cardScreen(started({ profileName }))));
        const visible = /<code>(.*?)<\/code>/.exec(message?.html ?? "")?.[1];
        expect(visible).toBe(profileName);
      }),
    );
  });

  it("keeps the sign-in link whole and clickable, whatever its challenge", () => {
    const challenge = fc.stringMatching(/^[A-Za-z0-9_-]{43}$/);
    const worst = fc.string({ unit: fc.constantFrom("_", "-", "a"), minLength: 43, maxLength: 43 });
    fc.assert(
      fc.property(fc.oneof(challenge, worst), (value) => {
        const link = LINK.replace(/code_challenge=[^&]*/, `code_challenge=${value}`);
        const [message] = toTelegram(toMarkdown(cardScreen(started({ authorizationUrl: new Secret(link) }))));
        expect(message?.links).toEqual([link]);
      }),
    );
  });
});

describe("a name that nobody can type", () => {
  const name = "wo\u200brk" as ProfileName;

  it("leaves out the lines that would tell to type it, and no other", () => {
    const screen = profileScreen(shown({ ...listed("x"), name }));
    expect(toPlainText(screen)).toBe(
      "Codex profile work: signed in, renewed automatically\n\nAll profiles: /codex_auth",
    );
  });

  it("shows every refusal in place of the list of profiles", () => {
    const screen = refusalScreen({ code: "undo-missing", next: "none", sender: "telegram:1", profileName: name });
    expect(toPlainText(screen)).toMatch(/^There is nothing to undo .* \/codex_auth$/);
  });
});

describe("the text of a screen, in both forms", () => {
  const FORMS = [
    { form: "Markdown", render: toMarkdown },
    { form: "plain", render: toPlainText },
  ];

  it.each(FORMS)("has one line for each line of the screen: $form", ({ render }) => {
    fc.assert(
      fc.property(anyHostileScreen, ({ screen }) => {
        const lines = screen.lines.filter((line) => !("only" in line) || line.only === "chat");
        expect(render(screen).split("\n\n").length).toBeLessThanOrEqual(lines.length);
        expect(render(screen).replaceAll("\n\n", "")).not.toContain("\n");
      }),
    );
  });

  it.each(FORMS)("holds no control, direction or zero-width character: $form", ({ render }) => {
    fc.assert(
      fc.property(anyHostileScreen, ({ screen }) => {
        expect(render(screen).replaceAll("\n\n", "")).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
    );
  });

  it.each(FORMS)("cuts outside text that is too long, and shows that it did: $form", ({ render }) => {
    const text = render(savedAs("a".repeat(10_240)));
    expect(text.length).toBeLessThan(600);
    expect(text).toContain(`${"a".repeat(120)}…`);
  });

  // A lone half of a pair makes Telegram refuse the whole message.
  it.each([
    { name: "cut within an emoji", text: `x${"\u{1F600}".repeat(100)}` },
    { name: "half an emoji from outside", text: "a\uD83Db" },
  ])("is well-formed Unicode: $name", ({ text }) => {
    expect(toPlainText(savedAs(text)).isWellFormed()).toBe(true);
    expect(toMarkdown(savedAs(text)).isWellFormed()).toBe(true);
  });
});

/** The longest facts there can be: a name of the grammar, and text that is cut. */
function longestProfile(at: number) {
  const name = String(at).padEnd(64, "x");
  return listed(name, { email: "w".repeat(300), plan: "m".repeat(300), health: "cooling-down" });
}

function waiting(count: number) {
  return Array.from({ length: count }, (_, at) => ({ profileName: `profile-${at}`, expiresInMs: 60_000 }));
}

const TELEGRAM_LIMIT = 4096;

describe("a screen fits one Telegram message", () => {
  const profiles = Array.from({ length: 30 }, (_, at) => longestProfile(at));

  // Over the limit an edit and the reply in its place are refused, and the person sees nothing at all.
  it.each([
    { name: "a full page of the longest facts", screen: selectorScreen({ ...listOf(0), profiles }, 2) },
    {
      name: "the longest facts and a waiting sign-in",
      screen: selectorScreen({ kind: "profiles", profiles, pending: waiting(1), nowMs: NOW_MS }, 2),
    },
    { name: "the selector with all the sign-ins that can wait", screen: selectorScreen(listOf(8, waiting(200)), 1) },
    {
      name: "the status of all the sign-ins that can wait",
      screen: statusScreen({ kind: "status", pending: waiting(200) }),
    },
    { name: "a profile's card", screen: profileScreen(shown(longestProfile(1))) },
    { name: "the question before a sign-out", screen: signOutScreen(shown(longestProfile(1))) },
    {
      name: "the card",
      screen: cardScreen(started({ profileName: "x".repeat(64) as ProfileName, isDefaultFallback: true })),
    },
  ])("$name", ({ screen }) => {
    expect(toPlainText(screen).length).toBeLessThanOrEqual(TELEGRAM_LIMIT);
    expect(toMarkdown(screen).length).toBeLessThanOrEqual(TELEGRAM_LIMIT);
    expect(toTelegram(toMarkdown(screen)).length).toBe(1);
  });
});

describe("the buttons of a screen", () => {
  it("keep their rows and labels, and point into the screen in order", () => {
    expect(toWireButtons(selectorScreen(listOf(9), 1), "codex_auth_", "S1")).toEqual([
      [
        { label: "p1", callbackData: "codex_auth_show:S1.0" },
        { label: "p2", callbackData: "codex_auth_show:S1.1" },
      ],
      [
        { label: "p3", callbackData: "codex_auth_show:S1.2" },
        { label: "p4", callbackData: "codex_auth_show:S1.3" },
      ],
      [
        { label: "p5", callbackData: "codex_auth_show:S1.4" },
        { label: "p6", callbackData: "codex_auth_show:S1.5" },
      ],
      [
        { label: "p7", callbackData: "codex_auth_show:S1.6" },
        { label: "p8", callbackData: "codex_auth_show:S1.7" },
      ],
      [
        { label: "Next", callbackData: "codex_auth_page:S1.8" },
        { label: "Refresh", callbackData: "codex_auth_page:S1.9" },
        { label: "Usage", callbackData: "codex_auth_usage:S1.10" },
      ],
      [
        { label: "New profile", callbackData: "codex_auth_new:S1.11" },
        { label: "Cancel", callbackData: "codex_auth_close:S1.12" },
      ],
    ]);
  });

  it("of a profile's card name its verbs, and point into the card in order", () => {
    expect(toWireButtons(profileScreen(shown(listed("work"))), "codex_auth_", "S1")).toEqual([
      [
        { label: "Sign in again", callbackData: "codex_auth_pick:S1.0" },
        { label: "Use in this chat", callbackData: "codex_auth_use:S1.1" },
      ],
      [
        { label: "Make default", callbackData: "codex_auth_prefer:S1.2" },
        { label: "Sign out", callbackData: "codex_auth_signout:S1.3" },
      ],
      [
        { label: "Undo", callbackData: "codex_auth_undo:S1.4" },
        { label: "Back", callbackData: "codex_auth_page:S1.5" },
      ],
    ]);
  });

  it("give a link no callback data, and count it as no action", () => {
    const [open, , cancel] = toWireButtons(cardScreen(started()), "codex_auth_", "S1").flat();
    expect(open && "link" in open && open.link.reveal()).toBe(LINK);
    expect(cancel).toEqual({ label: "Cancel", callbackData: "codex_auth_cancel:S1.1" });
  });

  it("are only links if the chat returns no taps, and none if there is no link or a too long one", () => {
    const [[open] = [], ...more] = linkRows(cardScreen(started()));
    expect({ open, more }).toMatchObject({ open: { link: expect.any(Secret) }, more: [] });
    expect(linkRows(selectorScreen(listOf(9), 1))).toEqual([]);
    const long = new Secret(`${LINK}&${"x".repeat(512)}`);
    expect(linkRows({ lines: [], rows: [[linkButton("button.open", long)]] })).toEqual([]);
  });

  it("never carry what a profile is called", () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const profile = listed(`${name}-canary`);
        const screens = [
          selectorScreen({ ...listOf(0), profiles: [profile] }, 1),
          profileScreen(shown(profile)),
          signOutScreen(shown(profile)),
          signedOutScreen({ ...SIGNED_OUT, profileName: profile.name }),
        ];
        const data = screens
          .flatMap((screen) => toWireButtons(screen, "codex_auth_", "S1").flat())
          .map((button) => ("callbackData" in button ? button.callbackData : ""));
        expect(data.join(" ")).not.toContain("canary");
      }),
    );
  });

  it.each([
    { name: "direction override", stored: "\u202Ekrow" },
    { name: "line break", stored: "wo\nrk" },
    { name: "nothing", stored: "" },
  ])("have labels that can be shown, whatever the host's store calls a profile: $name", ({ stored }) => {
    const screen = selectorScreen({ ...listOf(0), profiles: [listed(stored)] }, 1);
    const labels = toWireButtons(screen, "codex_auth_", "S1")
      .flat()
      .map(({ label }) => label);
    for (const label of labels) expect(label).toMatch(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u);
  });
});
