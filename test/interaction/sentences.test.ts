import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ErrorCode } from "../../src/errors.ts";
import type { ProfileHealth } from "../../src/flow/answers.ts";
import { toPlainText } from "../../src/interaction/render.ts";
import { ownersLine, refusalScreen, withSandboxNotice, type RefusalFacts } from "../../src/interaction/screens.ts";
import { HEALTH, REFUSALS, SENTENCES } from "../../src/interaction/sentences.ts";
import { anyScreen, ERROR_CODES, sampleScreens, type NamedScreen } from "./facts.ts";

const ALL: Readonly<Record<string, string>> = { ...SENTENCES, ...HEALTH, ...REFUSALS };
/** Those that fill a line of a screen; the others are words inside one, or on a button. */
const LINES = Object.entries(ALL).filter(
  ([key]) => !/^(?:time|account|button|transcript)\./.test(key) && !(key in HEALTH),
);

/** Said where there is no screen, or to nobody in particular. */
const ELSEWHERE = [SENTENCES["transcript.withheld"], toPlainText({ lines: [ownersLine("")], rows: [] })];

/** The keys of the sentences that break a rule: none, in a table as it should be. */
const keysWhere = (breaks: (sentence: string) => boolean) =>
  Object.entries(ALL).flatMap(([key, sentence]) => (breaks(sentence) ? [key] : []));

/** Words that hold a markup character and have to: names of variables, and the grammar of a profile name. */
const UNAVOIDABLE = ["HTTPS_PROXY", "CODEX_AUTH_SANDBOX", " . _ @ + - ("];
const MARKUP = /[*_[\]<>`~|\\]/;
const STRUCTURE = /^\s*(?:[#>+-]|={3,}|-{3,})/;

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

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

  it("exist for every error code, and tell them apart", () => {
    const sentences = ERROR_CODES.map((code) => REFUSALS[code]).filter((sentence) => sentence.length > 20);
    expect(new Set(sentences).size).toBe(ERROR_CODES.length);
  });

  it("exist for every health, and tell them apart", () => {
    const healths: readonly ProfileHealth[] = ["signed-in", "refreshing", "needs-sign-in", "cooling-down", "disabled"];
    expect(new Set(healths.map((health) => HEALTH[health])).size).toBe(healths.length);
  });

  it("are all in use", () => {
    const screens = sampleScreens().map(({ kind, screen }) => ({ kind, screen: withSandboxNotice(screen, true) }));
    const labels = screens.flatMap(({ screen }) => screen.rows.flat().map((button) => button.label));
    const texts = [...screens.flatMap(spokenLines), ...labels, ...ELSEWHERE];
    expect(keysWhere((sentence) => !texts.some((text) => new RegExp(patternOf(sentence)).test(text)))).toEqual([]);
  });

  it("have every one of their places filled, on every screen", () => {
    const known = new RegExp(`^(?:${LINES.map(([, sentence]) => patternOf(sentence)).join("|")})$`);
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

/** Codes that can be answered with no more than their own sentence: nothing waits, and nothing was begun. */
const ALONE = [
  "not-allowed",
  "not-private",
  "bad-selector",
  "reserved-word",
  "store-locked",
  "store-unreadable",
  "store-migration-required",
  "pending-locked",
  "pending-insecure",
  "pending-unwritable",
  "config-invalid",
  "host-unsupported",
  "manifest-invalid",
  "internal",
] as const satisfies readonly ErrorCode[];

/** A verb that tells somebody to do something, or an example of what to type. */
const NEXT_STEP =
  /\b(?:add|ask|check|choose|close|copy|correct|example|install|look|open|remove|run|send|start|stop|try|type|unset|update|use|wait|listed under)\b/i;

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
