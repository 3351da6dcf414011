import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RESERVED_NAMES } from "../../src/rules/commands.ts";
import {
  formerIdsOf,
  newIdOf,
  parseSelector,
  parseStoredSelector,
  profileNameOf,
  resolveSelector,
  selectorOf,
  storedIdOf,
  type ParsedSelector,
  type ProfileName,
} from "../../src/rules/profile-id.ts";

const name = (text: string) => text as ProfileName;
const selector = (text: string): ParsedSelector => ({ kind: "selector", name: name(text) });
const BAD: ParsedSelector = { kind: "refused", code: "bad-selector" };
const RESERVED: ParsedSelector = { kind: "refused", code: "reserved-word" };

const SELECTORS: readonly { readonly name: string; readonly input: string; readonly expect: ParsedSelector }[] = [
  { name: "a word", input: "work", expect: selector("work") },
  { name: "the default", input: "default", expect: selector("default") },
  { name: "capitals, as they are", input: "Work", expect: selector("Work") },
  { name: "one letter", input: "a", expect: selector("a") },
  { name: "one digit", input: "7", expect: selector("7") },
  { name: "an e-mail address", input: "dana+codex@studio.example", expect: selector("dana+codex@studio.example") },
  { name: "every mark of the grammar", input: "a._@+-", expect: selector("a._@+-") },
  { name: "64 characters", input: "a".repeat(64), expect: selector("a".repeat(64)) },
  { name: "a key of every object", input: "constructor", expect: selector("constructor") },
  { name: "a word that only starts like a command", input: "finish2", expect: selector("finish2") },
  { name: "a prefix of today", input: "openai:work", expect: selector("work") },
  { name: "a prefix of an older host", input: "openai-codex:work", expect: selector("work") },
  { name: "a prefix in capitals", input: "OpenAI:work", expect: selector("work") },
  { name: "a name equal to a prefix word", input: "openai:openai", expect: selector("openai") },
  { name: "64 characters after a prefix", input: `openai:${"a".repeat(64)}`, expect: selector("a".repeat(64)) },

  { name: "nothing", input: "", expect: BAD },
  { name: "a prefix alone", input: "openai:", expect: BAD },
  { name: "two prefixes", input: "openai:openai:work", expect: BAD },
  { name: "two different prefixes", input: "openai-codex:openai:work", expect: BAD },
  { name: "a foreign prefix", input: "anthropic:work", expect: BAD },
  { name: "a prefix in the middle", input: "team-openai:work", expect: BAD },
  { name: "65 characters", input: "a".repeat(65), expect: BAD },
  { name: "10 KB", input: "a".repeat(10_240), expect: BAD },
  { name: "a first dot", input: ".work", expect: BAD },
  { name: "a first hyphen", input: "-work", expect: BAD },
  { name: "a first at sign", input: "@work", expect: BAD },
  { name: "a first underscore", input: "__proto__", expect: BAD },
  { name: "a slash, where the host splits a model", input: "a/b", expect: BAD },
  { name: "a space", input: "a b", expect: BAD },
  { name: "a space before", input: " work", expect: BAD },
  { name: "a space after", input: "work ", expect: BAD },
  { name: "a tab", input: "a\tb", expect: BAD },
  { name: "a line break at the end", input: "work\n", expect: BAD },
  { name: "a second line", input: "work\nplay", expect: BAD },
  { name: "a NUL", input: "wo\0rk", expect: BAD },
  { name: "an umlaut", input: "büro", expect: BAD },
  { name: "a look-alike letter", input: "wоrk", expect: BAD },
  { name: "an invisible character", input: "wo\u200brk", expect: BAD },
  { name: "a bidi override", input: "\u202ework", expect: BAD },
  { name: "a digit of another script", input: "work٤", expect: BAD },
  { name: "a full-width letter", input: "ｗork", expect: BAD },
  { name: "a smile", input: "work🙂", expect: BAD },
  { name: "markup", input: "<b>work</b>", expect: BAD },
  { name: "a pasted address", input: "http://localhost:1455/auth/callback?code=x&state=y", expect: BAD },

  { name: "a reserved word", input: "finish", expect: RESERVED },
  { name: "a reserved word in capitals", input: "CANCEL", expect: RESERVED },

  {
    name: "a stored name that is a reserved word, behind its prefix",
    input: "openai:status",
    expect: selector("status"),
  },
  { name: "a stored name with a space, behind its prefix", input: "openai:my work", expect: selector("my work") },
  {
    name: "a stored name with a prefix in its middle, behind its own",
    input: "openai:my openai-codex:work",
    expect: selector("my openai-codex:work"),
  },
  { name: "a stored name with a slash, behind its prefix", input: "openai:a/b", expect: selector("a/b") },
  { name: "a stored name of another script, behind its prefix", input: "openai-codex:büro", expect: selector("büro") },
  {
    name: "a stored name of 128 characters, behind its prefix",
    input: `openai:${"ü".repeat(128)}`,
    expect: selector("ü".repeat(128)),
  },
  { name: "129 characters behind a prefix", input: `openai:${"ü".repeat(129)}`, expect: BAD },
  { name: "a stored name in quotes", input: '"my work"', expect: selector("my work") },
  { name: "a whole id in quotes", input: '"openai-codex:work"', expect: selector("openai-codex:work") },
  { name: "the quotes that a phone types", input: "“status”", expect: selector("status") },
  { name: "a quote within quotes", input: '"a" yes"', expect: selector('a" yes') },
  { name: "quotes around nothing", input: '""', expect: BAD },
  { name: "an opening quote alone", input: '"work', expect: BAD },
  { name: "a line break in quotes", input: '"a\nb"', expect: BAD },
  { name: "half a character behind a prefix", input: "openai:\uD83D", expect: BAD },
  { name: "a line break behind a prefix", input: "openai:work\n", expect: BAD },
  { name: "an invisible character behind a prefix", input: "openai:wo\u200brk", expect: BAD },
  { name: "a bidi override behind a prefix", input: "openai:\u202ework", expect: BAD },
];

describe("parseSelector", () => {
  it.each(SELECTORS)("reads $name", ({ input, expect: expected }) => {
    expect(parseSelector(input)).toEqual(expected);
  });

  it.each(RESERVED_NAMES)("keeps %s for the command of that name", (word) => {
    expect(parseSelector(word)).toEqual(RESERVED);
  });

  it("accepts whatever the grammar makes, with any prefix, to the same name", () => {
    const typed = fc
      .stringMatching(/^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/)
      .filter((word) => !RESERVED_NAMES.includes(word.toLowerCase()));
    fc.assert(
      fc.property(typed, fc.constantFrom("", "openai:", "openai-codex:", "OPENAI:"), (word, prefix) => {
        expect(parseSelector(prefix + word)).toEqual(selector(word));
      }),
    );
  });

  it("never lets a slash or white space through without a prefix, which would end a host's model address early", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "@", "/", " ", "\n", ":", "-", "\u00a0", "é") });
    fc.assert(
      fc.property(text, (input) => {
        const parsed = parseSelector(input);
        if (parsed.kind === "selector") expect(parsed.name).not.toMatch(/[/\s:]/);
      }),
    );
  });

  it("never throws", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (input) => {
        expect(["selector", "refused"]).toContain(parseSelector(input).kind);
      }),
    );
  });
});

describe("parseStoredSelector", () => {
  it.each([
    { input: "openai-codex:work", expected: selector("openai-codex:work") },
    { input: "OpenAI-Codex:Work", expected: selector("openai-codex:Work") },
    { input: "openai-codex:my team", expected: selector("openai-codex:my team") },
    { input: "openai-codex:", expected: BAD },
    { input: "openai-codex:openai:work", expected: BAD },
  ])("keeps the older prefix of $input, which tells it from its namesake", ({ input, expected }) => {
    expect(parseStoredSelector(input)).toEqual(expected);
  });

  it.each(SELECTORS.filter(({ input }) => !input.startsWith("openai-codex:")))(
    "else reads what a selector is: $name",
    ({ input }) => {
      expect(parseStoredSelector(input)).toEqual(parseSelector(input));
    },
  );
});

describe("profileNameOf", () => {
  it.each([
    { id: "openai:work", expected: "work" },
    { id: "openai-codex:work", expected: "work" },
    { id: "OpenAI:work", expected: "work" },
    { id: "openai:constructor", expected: "constructor" },
    { id: "openai:a:b", expected: "a:b" },
    { id: "openai:openai:x", expected: "openai:openai:x" },
    { id: "noprefix", expected: "noprefix" },
    { id: "anthropic:x", expected: "anthropic:x" },
    { id: "", expected: "" },
  ])("shows $id as '$expected'", ({ id, expected }) => {
    expect(profileNameOf(id)).toBe(expected);
  });
});

interface ResolveRow {
  readonly name: string;
  readonly asked: string;
  readonly discovered: readonly string[];
  readonly provider?: string;
  readonly expect: object;
}

const found = (profileId: string, shown: string) => ({
  kind: "resolved",
  profileId,
  name: shown,
  isDefaultFallback: false,
});
const standIn = (profileId: string, shown: string) => ({
  kind: "resolved",
  profileId,
  name: shown,
  isDefaultFallback: true,
});

const RESOLVED: readonly ResolveRow[] = [
  { name: "a new name to a new id", asked: "work", discovered: [], expect: found("openai:work", "work") },
  { name: "a new name beside others", asked: "b", discovered: ["openai:a"], expect: found("openai:b", "b") },
  { name: "a stored name to its id", asked: "b", discovered: ["openai:a", "openai:b"], expect: found("openai:b", "b") },
  {
    name: "a name stored under an older host's id to that id, so that it is replaced and not doubled",
    asked: "work",
    discovered: ["openai:a", "openai-codex:work"],
    expect: found("openai-codex:work", "work"),
  },
  {
    name: "a name stored under both ids to today's id",
    asked: "work",
    discovered: ["openai-codex:work", "openai:work"],
    expect: found("openai:work", "work"),
  },
  {
    name: "a new name on an older host to that host's id",
    asked: "work",
    discovered: [],
    provider: "openai-codex",
    expect: found("openai-codex:work", "work"),
  },
  {
    name: "default where it exists to itself",
    asked: "default",
    discovered: ["openai:a", "openai:default"],
    expect: found("openai:default", "default"),
  },
  {
    name: "default where an older host's exists to that one",
    asked: "default",
    discovered: ["openai:a", "openai-codex:default"],
    expect: found("openai-codex:default", "default"),
  },
  {
    name: "default where there is none to the first discovered",
    asked: "default",
    discovered: ["openai:a", "openai:b"],
    expect: standIn("openai:a", "a"),
  },
  {
    name: "default where there is none to a first one of an older host",
    asked: "default",
    discovered: ["openai-codex:a"],
    expect: standIn("openai-codex:a", "a"),
  },
  {
    name: "default where there is nothing to a new default",
    asked: "default",
    discovered: [],
    expect: found("openai:default", "default"),
  },
  {
    name: "no other missing name to a stand-in",
    asked: "other",
    discovered: ["openai:a"],
    expect: found("openai:other", "other"),
  },
  {
    name: "another case as another profile",
    asked: "Work",
    discovered: ["openai:work"],
    expect: found("openai:Work", "Work"),
  },
  {
    name: "Default in capitals as a name like any other",
    asked: "Default",
    discovered: ["openai:a"],
    expect: found("openai:Default", "Default"),
  },
  {
    name: "a key of every object to an id of its own",
    asked: "constructor",
    discovered: ["openai:a"],
    expect: found("openai:constructor", "constructor"),
  },
  {
    name: "a name that is only the start of a stored one to a new id",
    asked: "wor",
    discovered: ["openai:work"],
    expect: found("openai:wor", "wor"),
  },
  {
    name: "a stored name that no new profile could have to its id",
    asked: "my work",
    discovered: ["openai:my work"],
    expect: found("openai:my work", "my work"),
  },
  {
    name: "a stored name that is a reserved word to its id",
    asked: "status",
    discovered: ["openai:status"],
    expect: found("openai:status", "status"),
  },
  {
    name: "a whole id to that very profile, though it has a namesake",
    asked: "openai-codex:work",
    discovered: ["openai:work", "openai-codex:work"],
    expect: found("openai-codex:work", "openai-codex:work"),
  },
  { name: "no new name outside the grammar", asked: "my work", discovered: ["openai:a"], expect: BAD },
  { name: "no new name with a slash", asked: "a/b", discovered: [], expect: BAD },
  { name: "no new name that is a reserved word", asked: "status", discovered: [], expect: RESERVED },
];

describe("resolveSelector", () => {
  it.each(RESOLVED)("resolves $name", ({ asked, discovered, provider = "openai", expect: expected }) => {
    expect(resolveSelector(name(asked), provider, discovered)).toEqual(expected);
  });

  const names = fc.stringMatching(/^[a-z0-9]{1,6}$/);
  const ids = fc.uniqueArray(
    fc
      .tuple(fc.constantFrom("openai", "openai-codex"), fc.oneof(names, fc.constant("default")))
      .map((parts) => parts.join(":")),
    { maxLength: 6 },
  );

  it("answers an existing id, or a new one of this host's provider; never one of another name, but for default", () => {
    fc.assert(
      fc.property(fc.oneof(names, fc.constant("default")), ids, (asked, discovered) => {
        const resolved = resolveSelector(name(asked), "openai", discovered);
        if (resolved.kind === "refused") throw new Error("a name of the grammar is never refused");
        expect(discovered.includes(resolved.profileId) || resolved.profileId === `openai:${asked}`).toBe(true);
        expect(resolved.name).toBe(profileNameOf(resolved.profileId));
        if (!resolved.isDefaultFallback) expect(resolved.name).toBe(asked);
      }),
    );
  });

  it("makes no new id outside the grammar, whatever was asked for", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (asked) => {
        const resolved = resolveSelector(name(asked), "openai", []);
        if (resolved.kind === "resolved")
          expect(resolved.profileId).toMatch(/^openai:[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/);
      }),
    );
  });

  it("reaches every discovered profile by the name it is shown under, unless two share that name", () => {
    fc.assert(
      fc.property(ids, (discovered) => {
        const shown = discovered.map(profileNameOf);
        const unique = discovered.filter((id) => shown.filter((other) => other === profileNameOf(id)).length === 1);
        expect(unique.map((id) => resolveSelector(profileNameOf(id), "openai", discovered))).toMatchObject(
          unique.map((profileId) => ({ profileId })),
        );
      }),
    );
  });
});

describe("selectorOf", () => {
  it.each([
    { shown: "work", expected: "work" },
    { shown: "status", expected: "openai:status" },
    { shown: "my work", expected: "openai:my work" },
    { shown: "büro", expected: "openai:büro" },
    { shown: "openai-codex:work", expected: '"openai-codex:work"' },
    { shown: "work ", expected: "openai:work " },
    { shown: "a\nb", expected: undefined },
    { shown: "a".repeat(129), expected: undefined },
  ])("says $expected for $shown", ({ shown, expected }) => {
    expect(selectorOf(shown)).toBe(expected);
  });

  it("says what is read back as the same name, for every printable name in a store", () => {
    const stored = fc.oneof(
      fc.stringMatching(/^[A-Za-z0-9._@+ /-]{1,20}$/),
      fc
        .string({ unit: "grapheme", minLength: 1, maxLength: 30 })
        .filter((text) => /^[^\p{C}\p{Zl}\p{Zp}]+$/u.test(text)),
      fc.constantFrom(...RESERVED_NAMES, "default", "a:b", '"x"', "openai:x", "openai-codex:x", "OpenAI:x"),
    );
    fc.assert(
      fc.property(stored, (shown) => {
        expect(parseSelector(selectorOf(shown) ?? "")).toEqual(selector(shown));
      }),
    );
  });

  it("leads to an older host's profile that has a namesake of today", () => {
    const ids = ["openai:work", "openai-codex:work"];
    const parsed = parseSelector(selectorOf("openai-codex:work") ?? "");
    expect(parsed).toEqual(selector("openai-codex:work"));
    expect(resolveSelector(name("openai-codex:work"), "openai", ids)).toMatchObject({ profileId: "openai-codex:work" });
  });
});

describe("storedIdOf", () => {
  it.each([
    { name: "today's id", asked: "work", ids: ["openai:a", "openai:work"], expected: "openai:work" },
    { name: "an older host's id", asked: "work", ids: ["openai-codex:work"], expected: "openai-codex:work" },
    { name: "an id without a prefix", asked: "my team", ids: ["my team"], expected: "my team" },
    { name: "today's of two", asked: "work", ids: ["openai-codex:work", "openai:work"], expected: "openai:work" },
    {
      name: "the older of two by its whole id",
      asked: "openai-codex:work",
      ids: ["openai:work", "openai-codex:work"],
      expected: "openai-codex:work",
    },
    {
      name: "nothing for an older id that is not there",
      asked: "openai-codex:work",
      ids: ["openai:work"],
      expected: undefined,
    },
    { name: "nothing for a default that is not there", asked: "default", ids: ["openai:a"], expected: undefined },
    { name: "nothing for another case", asked: "Work", ids: ["openai:work"], expected: undefined },
    { name: "nothing for a word of every object", asked: "constructor", ids: ["openai:a"], expected: undefined },
    { name: "nothing where there is nothing", asked: "work", ids: [], expected: undefined },
  ])("finds $name", ({ asked, ids, expected }) => {
    expect(storedIdOf(name(asked), "openai", ids)).toBe(expected);
  });
});

describe("newIdOf", () => {
  it("makes an id of a name that the grammar allows, and of no other", () => {
    expect(newIdOf(name("work"), "openai-codex")).toEqual({ kind: "target", profileId: "openai-codex:work" });
    expect(newIdOf(name("a/b"), "openai")).toEqual(BAD);
    expect(newIdOf(name("status"), "openai")).toEqual(RESERVED);
  });
});

describe("formerIdsOf", () => {
  it.each([
    { asked: "work", provider: "openai", expected: ["openai:work", "openai-codex:work", "work"] },
    { asked: "work", provider: "openai-codex", expected: ["openai-codex:work", "openai:work", "work"] },
    { asked: "my team", provider: "openai", expected: ["openai:my team", "openai-codex:my team", "my team"] },
    { asked: "openai-codex:work", provider: "openai", expected: ["openai-codex:work"] },
  ])("of $asked with $provider are those that show as that name", ({ asked, provider, expected }) => {
    expect(formerIdsOf(name(asked), provider)).toEqual(expected);
  });
});
