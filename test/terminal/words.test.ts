import { describe, expect, it } from "vitest";
import { HOST_PROGRAM } from "../../src/terminal/host-program.ts";
import { fill, shown, toJson, typed, type Program } from "../../src/terminal/words.ts";

const OWN: Program = { name: "codex-auth", profileOption: "--profile" };

describe("fill", () => {
  it.each([
    { name: "one place", sentence: "Hello {name}.", values: { name: "Dana" }, expected: "Hello Dana." },
    { name: "the same place twice", sentence: "{a} and {a}", values: { a: "x" }, expected: "x and x" },
    { name: "a place that nothing fills", sentence: "Hello {name}.", values: { other: "x" }, expected: "Hello ." },
    { name: "no values at all", sentence: "Hello {name}.", values: undefined, expected: "Hello ." },
    { name: "a value that looks like a place", sentence: "{a}{b}", values: { a: "{b}", b: "x" }, expected: "{b}x" },
    { name: "a value that looks like a pattern", sentence: "{a}", values: { a: "$& $1" }, expected: "$& $1" },
    { name: "braces that are no place", sentence: "{} { a } {a-b}", values: { a: "x" }, expected: "{} { a } {a-b}" },
  ])("writes $name", ({ sentence, values, expected }) => {
    expect(fill(sentence, values)).toBe(expected);
  });
});

describe("what a terminal could obey", () => {
  const ROWS = [
    { name: "an escape", text: "a\u001Bb", harmless: "ab", escape: "\\u001b" },
    { name: "a line break", text: "a\nb", harmless: "ab", escape: "\\n" },
    { name: "a turn of direction", text: "a\u202Eb", harmless: "ab", escape: "\\u202e" },
    { name: "a line separator", text: "a\u2028b", harmless: "ab", escape: "\\u2028" },
    { name: "a tag of two units", text: "a\u{E0041}b", harmless: "ab", escape: "\\udb40\\udc41" },
  ];

  it.each(ROWS)("is not shown: $name", ({ text, harmless }) => {
    expect(shown(text)).toBe(harmless);
  });

  it.each(ROWS)("is escaped in JSON, and read as it was: $name", ({ text, escape }) => {
    expect(toJson({ text })).toBe(`{"text":"a${escape}b"}`);
    expect(JSON.parse(toJson({ text }))).toEqual({ text });
  });

  it("is not made of half a character", () => {
    expect(shown("a\uD83D")).toBe("a\uFFFD");
  });
});

describe("typed", () => {
  it.each([
    { name: "a verb alone", typing: { program: OWN }, profileName: undefined, expected: "codex-auth list" },
    {
      name: "a profile, by the option of the program",
      typing: { program: HOST_PROGRAM },
      profileName: "work",
      expected: "openclaw codex-auth list --profile-id work",
    },
    {
      name: "the store that the person named, quoted where a shell needs it",
      typing: { program: OWN, storeOptions: ["--auth-path", "/a b/it's.json"] },
      profileName: "work",
      expected: "codex-auth list --profile work --auth-path '/a b/it'\\''s.json'",
    },
  ])("names $name", ({ typing, profileName, expected }) => {
    expect(typed(typing, "list", profileName)).toBe(expected);
  });
});
