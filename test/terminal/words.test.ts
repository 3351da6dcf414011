import { describe, expect, it } from "vitest";
import { HOST_PROGRAM } from "../../src/terminal/host-program.ts";
import { toJson, typed, type Program } from "../../src/terminal/words.ts";

const OWN: Program = { name: "codex-auth", profileOption: "--profile" };

describe("what a terminal could obey", () => {
  const ROWS = [
    { name: "an escape", text: "a\u001Bb", escape: "\\u001b" },
    { name: "a line break", text: "a\nb", escape: "\\n" },
    { name: "a turn of direction", text: "a\u202Eb", escape: "\\u202e" },
    { name: "a line separator", text: "a\u2028b", escape: "\\u2028" },
    { name: "a tag of two units", text: "a\u{E0041}b", escape: "\\udb40\\udc41" },
  ];

  it.each(ROWS)("is escaped in JSON, and read as it was: $name", ({ text, escape }) => {
    expect(toJson({ text })).toBe(`{"text":"a${escape}b"}`);
    expect(JSON.parse(toJson({ text }))).toEqual({ text });
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
