import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ErrorCode } from "../../src/errors.ts";
import type { ProfileHealth } from "../../src/rules/results.ts";
import { toPlainText } from "../support/english.ts";
import { ownersLine, refusalScreen, withSandboxNotice, type RefusalFacts } from "../../src/interaction/screens.ts";
import { ENGLISH, HEALTHS, REFUSALS, SENTENCES, TERMINAL, spelled } from "../support/english.ts";
import { print } from "../../src/terminal/output.ts";
import type { TerminalAnswer } from "../../src/terminal/run.ts";
import {
  anyScreen,
  ERROR_CODES,
  listed,
  listOf,
  SAVED,
  sampleScreens,
  started,
  type NamedScreen,
  UNDONE,
} from "./facts.ts";

const ALL: Readonly<Record<string, string>> = { ...SENTENCES, ...REFUSALS };
/** Those that fill a line of a screen; the others are words inside one, or on a button. */
const LINES = Object.entries(ALL).filter(([key]) => !/^(?:time|account|button|health|transcript|help)\./.test(key));
/** The help says each command first: nothing else may pass for such a line. */
const HELP_LINE = `/codex_auth[^:]*: (?:${Object.entries(SENTENCES)
  .filter(([key]) => key.startsWith("help."))
  .map(([, sentence]) => escaped(sentence))
  .join("|")})`;
const HELP_FRAME = [SENTENCES["help.title"], SENTENCES["help.paste"]].map(escaped);

/** Said where there is no screen, or to nobody in particular. */
const ELSEWHERE = [
  SENTENCES["transcript.withheld"],
  SENTENCES["help.version"],
  toPlainText({ lines: [ownersLine("")], rows: [] }),
];

/** The keys of the sentences that break a rule: none, in a table as it should be. */
const keysWhere = (breaks: (sentence: string) => boolean) =>
  Object.entries(ALL).flatMap(([key, sentence]) => (breaks(sentence) ? [key] : []));

/** Words that hold a markup character and have to: names of variables, and the grammar of a profile name. */
const UNAVOIDABLE = ["HTTPS_PROXY", "CODEX_AUTH_SANDBOX", " . _ @ + - ("];
const MARKUP = /[*_[\]<>`~|\\]/;
const STRUCTURE = /^\s*(?:[#>+-]|={3,}|-{3,})/;

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

/** A sentence without its places and without the words that may hold markup. */
function bare(sentence: string): string {
  return UNAVOIDABLE.reduce((text, word) => text.replaceAll(word, ""), sentence.replaceAll(/\{\w+\}/g, ""));
}

/** A sentence as a pattern in which every place holds at least one character. */
function patternOf(sentence: string): string {
  return sentence
    .split(/\{\w+\}/)
    .map(escaped)
    .join(".+");
}

/** Lines of a screen as a person reads them, without the bare link. */
function spokenLines({ screen }: NamedScreen): readonly string[] {
  return screen.lines
    .filter((line) => !line.some((segment) => typeof segment === "object" && "link" in segment))
    .map((line) => toPlainText({ lines: [line], rows: [] }));
}

describe("the sentences", () => {
  it("hold no markup", () => {
    expect(keysWhere((sentence) => MARKUP.test(bare(sentence)))).toEqual([]);
  });

  it("begin with nothing that Markdown takes for a heading, a quote or a bullet", () => {
    expect(keysWhere((sentence) => STRUCTURE.test(sentence))).toEqual([]);
  });

  it("are each one line without spare white space", () => {
    expect(keysWhere((sentence) => sentence !== sentence.replaceAll(/\s+/g, " ").trim())).toEqual([]);
  });

  it("say something themselves: a line of nothing but places would pass for any", () => {
    expect(keysWhere((sentence) => sentence.replaceAll(/\{\w+\}/g, "").trim() === "")).toEqual([]);
  });

  it("exist for every error code, and tell them apart", () => {
    const sentences = ERROR_CODES.map((code) => REFUSALS[code]).filter((sentence) => sentence.length > 20);
    expect(new Set(sentences).size).toBe(ERROR_CODES.length);
  });

  it("exist for every health, and tell them apart", () => {
    const healths: readonly ProfileHealth[] = ["signed-in", "refreshing", "needs-sign-in", "cooling-down", "disabled"];
    expect(new Set(healths.map((health) => SENTENCES[`health.${health}`])).size).toBe(healths.length);
  });

  it("are all in use", () => {
    const screens = sampleScreens().map(({ kind, screen }) => ({ kind, screen: withSandboxNotice(screen, true) }));
    const labels = screens.flatMap(({ screen }) => screen.rows.flat().map((button) => spelled([button.label])));
    const texts = [...screens.flatMap(spokenLines), ...labels, ...ELSEWHERE];
    expect(keysWhere((sentence) => !texts.some((text) => new RegExp(patternOf(sentence)).test(text)))).toEqual([]);
  });

  it("have every one of their places filled, on every screen", () => {
    const patterns = [...LINES.map(([, sentence]) => patternOf(sentence)), HELP_LINE, ...HELP_FRAME];
    const known = new RegExp(`^(?:${patterns.join("|")})$`);
    fc.assert(
      fc.property(anyScreen, (sample) => {
        for (const line of spokenLines(sample)) {
          expect(line).toMatch(known);
          expect(line).not.toMatch(/\{\w+\}/);
        }
      }),
    );
  });
});

const WAITING = { profileName: "work", expiresInMs: 1 };
const LAST_SAVED = { profileName: "work", profileId: "openai:work", agoMs: 1, activation: "restart" } as const;

/** Each answer of the terminal once, in each of its shapes. */
const TERMINAL_ANSWERS: readonly TerminalAnswer[] = [
  started(),
  { ...SAVED, isUndoable: true },
  { ...SAVED, isSelectable: false },
  { ...SAVED, activation: "restart" },
  { ...SAVED, activation: "restarted" },
  UNDONE,
  { kind: "status", pending: [WAITING], lastSaved: LAST_SAVED },
  { kind: "cancelled", profileNames: ["work"] },
  { kind: "cancelled", profileNames: [] },
  listOf(0),
  { ...listOf(0), profiles: HEALTHS.map((health) => listed("work", { health })) },
  { kind: "help" },
  ...ERROR_CODES.map((code) => ({ kind: "refused", code, profileName: "work" }) as const),
];

const TERMINAL_TEXTS = TERMINAL_ANSWERS.flatMap((answer) =>
  [true, false].map((queueApply) => {
    const program = { name: "codex-auth", profileOption: "--profile" } as const;
    const around = { program, words: ENGLISH, warning: "no-host", hostVersion: "2026.3.13", isSandbox: true } as const;
    return print(answer, { json: false, queueApply }, around).text;
  }),
);

const isUsed = (sentence: string) => TERMINAL_TEXTS.some((text) => new RegExp(patternOf(sentence)).test(text));

describe("the terminal's sentences", () => {
  const all = Object.entries(TERMINAL);
  const keysOf = (breaks: (sentence: string) => boolean) =>
    all.flatMap(([key, sentence]) => (breaks(sentence) ? [key] : []));

  it("are each one line without spare white space", () => {
    expect(keysOf((sentence) => sentence !== sentence.replaceAll(/\s+/g, " ").trim())).toEqual([]);
  });

  it("hold nothing that could steer a terminal", () => {
    expect(keysOf((sentence) => /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(sentence))).toEqual([]);
  });

  it("are all in use", () => {
    expect(all.flatMap(([key, sentence]) => (isUsed(sentence) ? [] : [key]))).toEqual([]);
  });

  it("have every one of their places filled, and so have those of the chat that are said there", () => {
    expect(TERMINAL_TEXTS.filter((text) => /\{\w*\}/.test(text))).toEqual([]);
    // For the others it has words of its own, which are all in use.
    const saidAsInChat = ERROR_CODES.filter((code) => !(`refusal.${code}` in TERMINAL));
    const unsaid = saidAsInChat.filter(
      (code) => !TERMINAL_TEXTS.some((text) => new RegExp(patternOf(REFUSALS[code])).test(text)),
    );
    expect(unsaid).toEqual([]);
  });
});

/** Codes that can be answered with no more than their own sentence: nothing waits, and nothing was begun. */
const ALONE = [
  "not-allowed",
  "not-private",
  "bad-selector",
  "reserved-word",
  "profile-unknown",
  "undo-missing",
  "undo-changed",
  "undo-unwritable",
  "store-locked",
  "store-unreadable",
  "store-migration-required",
  "pending-locked",
  "pending-insecure",
  "pending-unwritable",
  "config-invalid",
  "host-unsupported",
  "manifest-invalid",
  "no-status",
  "usage-verb",
  "usage-option",
  "usage-address",
  "host-not-found",
  "host-unknown",
  "host-needs-other-node",
  "host-config-unreadable",
  "host-uses-sqlite",
  "auth-path-invalid",
  "internal",
] as const satisfies readonly ErrorCode[];

/** A verb that tells somebody to do something, or an example of what to type. */
const NEXT_STEP =
  /\b(?:add|ask|begin|check|choose|close|copy|correct|example|install|look|open|remove|run|send|start|stop|try|type|unset|update|use|wait|listed under)\b/i;

function refusalText(code: ErrorCode, next: RefusalFacts["next"]): string {
  return toPlainText(refusalScreen({ code, next, sender: "telegram:4242001", profileName: "work" }));
}

describe("a refusal", () => {
  it.each(ALONE)("names the next step: %s", (code) => {
    expect(refusalText(code, "none")).toMatch(NEXT_STEP);
  });

  it("that ended a sign-in says how to start again, whatever the code", () => {
    expect(
      ERROR_CODES.filter((code) => !refusalText(code, "again").includes("To start again: /codex_auth work")),
    ).toEqual([]);
  });

  it("that ended no sign-in says that it still waits, whatever the code", () => {
    expect(
      ERROR_CODES.filter((code) => !refusalText(code, "still-waiting").includes(SENTENCES["next.still-waiting"])),
    ).toEqual([]);
  });

  it("tells a person who is no owner the entry that would make one", () => {
    const screen = refusalScreen({ code: "not-allowed", next: "none", sender: "telegram:4242001" });
    expect(toPlainText(screen)).toMatch(/commands\.ownerAllowFrom.*telegram:4242001/);
  });

  it("names the proxy where the region is not supported", () => {
    expect(REFUSALS["region-unsupported"]).toContain("HTTPS_PROXY");
  });

  it.each([
    { name: "as the server said", retryAfterSeconds: 120, expected: "Wait 2 min," },
    { name: "at once", retryAfterSeconds: 0, expected: "Wait less than a minute," },
    { name: "hours", retryAfterSeconds: 4 * 3600, expected: "Wait 4 h," },
    { name: "unknown", retryAfterSeconds: undefined, expected: "Wait a few minutes," },
  ])("for a rate limit says how long to wait: $name", ({ retryAfterSeconds, expected }) => {
    const wait = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
    const screen = refusalScreen({ code: "provider-rate-limited", next: "none", sender: "telegram:1", ...wait });
    expect(toPlainText(screen)).toContain(expected);
  });
});
