/** Every screen in every language, as chats and the terminal show it. `vitest run -u` writes the files again. */
import { describe, expect, it } from "vitest";
import { inChat } from "../../src/commands/arguments.ts";
import { ERROR_CODES, type ErrorCode } from "../../src/errors.ts";
import { capabilitiesOf } from "../../src/interaction/capabilities.ts";
import { MARKDOWN, PLAIN, toText, toWireButtons } from "../../src/interaction/render.ts";
import { withSandboxNotice } from "../../src/interaction/screens.ts";
import { CATALOGUES, Locale, type Language } from "../../src/languages/catalogue.ts";
import { EN, type SentenceKey } from "../../src/languages/en.ts";
import { donePage, urlPage } from "../../src/loopback/listener.ts";
import { print } from "../../src/terminal/output.ts";
import type { OutputContext } from "../../src/terminal/words.ts";
import { sampleScreens, type NamedScreen } from "./facts.ts";
import { terminalAnswers, type NamedAnswer } from "./terminal-facts.ts";

/** Notes which sentences are said. */
class ListeningLocale extends Locale {
  readonly said = new Set<SentenceKey>();

  override sentence(key: SentenceKey): string {
    this.said.add(key);
    return super.sentence(key);
  }
}

/** Of the three ways on after a refusal the gallery shows one for each code, and the others for one code. */
const SCREENS = sampleScreens().filter(({ kind }) => {
  const [code = "", next = ""] = kind.split(", ");
  return !ERROR_CODES.includes(code as ErrorCode) || next === "none" || code === "provider-failed";
});

function chatText({ kind, screen }: NamedScreen, locale: Locale): string {
  const markdown = toText(screen, locale, inChat(MARKDOWN));
  const wire = toWireButtons(screen, locale, {
    limits: capabilitiesOf("telegram"),
    tap: { prefix: "codex_auth_", screenId: "S" },
  });
  const rows = wire.map((row) => row.map(({ label }) => `[ ${label} ]`).join(" "));
  return [`### ${kind}`, quoted(markdown), ...(rows.length === 0 ? [] : [fenced(rows.join("\n"))])].join("\n\n");
}

function terminalText({ kind, answer, queueApply = false }: NamedAnswer, around: OutputContext): string {
  return `### ${kind}\n\n${fenced(print(answer, { json: false, queueApply }, around).text)}`;
}

/** Each as one reader sees it. */
const sentencesIn = (page: string) => [...page.matchAll(/<p[^>]*>(.*?)<\/p>/g)].map(([, text = ""]) => quoted(text));

const quoted = (text: string) => text.replaceAll(/^/gm, "> ").replaceAll(/ $/gm, "");
const fenced = (text: string) => `\`\`\`text\n${text}\n\`\`\``;

function galleryOf(locale: Locale, language: string): string {
  const program = { name: "codex-auth", profileOption: "--profile" } as const;
  const around = {
    program,
    locale,
    hostVersion: "2026.3.13",
    hostNode: ">=22.12.0",
    failure: "internal error (TypeError)",
    storeOwner: "dana (uid 1000)",
  };
  return [
    `# Every screen (${language})`,
    "A test writes this file and compares it. Do not edit it: change src/languages or src/interaction.",
    "## Chats",
    ...SCREENS.map((named) => chatText(named, locale)),
    "## Terminal",
    ...terminalAnswers().map((named) => terminalText(named, around)),
    terminalText(
      { kind: "a sandbox without a host", answer: { kind: "version", version: "1.2.3" } },
      { ...around, isSandbox: true, warning: "no-host" },
    ),
    "## Pages of the listener",
    ...sentencesIn(donePage(locale, "/codex_auth status")),
    ...sentencesIn(urlPage(locale, "unknown")),
    ...sentencesIn(urlPage(locale, "later")),
    "",
  ]
    .join("\n\n")
    .replace(/\n+$/, "\n");
}

/** Sentences that no screen says: the host writes them, or they stand alone. */
const ELSEWHERE: ReadonlySet<SentenceKey> = new Set(["transcript.withheld", "owners.allow-from"]);

describe.each(Object.keys(CATALOGUES) as Language[])("the gallery of %s", (language) => {
  const locale = new ListeningLocale(language, "Europe/Berlin");
  const gallery = galleryOf(locale, language);

  it("is what the screens say now", async () => {
    await expect(gallery).toMatchFileSnapshot(`../../docs/gallery/${language}.md`);
  });

  it("has every place filled", () => {
    expect(gallery).not.toMatch(/\{\w*\}/);
  });

  it("holds every sentence", () => {
    const keys = Object.keys(EN) as SentenceKey[];
    expect(keys.filter((key) => !locale.said.has(key) && !ELSEWHERE.has(key))).toEqual([]);
  });
});

it("each screen of a sandbox begins by saying so, and says nothing else that is new", () => {
  const locale = new Locale("en", "UTC");
  for (const { screen } of sampleScreens()) {
    const plain = toText(screen, locale, inChat(PLAIN));
    expect(toText(withSandboxNotice(screen, true), locale, inChat(PLAIN))).toBe(`${EN.sandbox}\n\n${plain}`);
    expect(withSandboxNotice(screen, false)).toBe(screen);
  }
});

it.each(ERROR_CODES)("the refusal %s says how to start again, or that the sign-in still waits", (code) => {
  const plainOf = (next: string) => {
    const { screen } = sampleScreens().find(({ kind }) => kind === `${code}, ${next}`) as NamedScreen;
    return toText(screen, new Locale("en", "UTC"), inChat(PLAIN));
  };
  expect(plainOf("again")).toContain("Start again: /codex_auth work");
  expect(plainOf("still-waiting")).toContain("You still have a pending sign-in: /codex_auth status");
});
