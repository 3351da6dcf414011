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

const SELECTORS: readonly (readonly [name: string, input: string, expected: ParsedSelector])[] = [
  ["a word", "work", selector("work")],
  ["the default", "default", selector("default")],
  ["capitals, as they are", "Work", selector("Work")],
  ["one letter", "a", selector("a")],
  ["one digit", "7", selector("7")],
  ["an e-mail address", "dana+codex@studio.example", selector("dana+codex@studio.example")],
  ["every mark of the grammar", "a._@+-", selector("a._@+-")],
  ["64 characters", "a".repeat(64), selector("a".repeat(64))],
  ["a key of every object", "constructor", selector("constructor")],
  ["a word that only starts like a command", "finish2", selector("finish2")],
  ["a prefix of today", "openai:work", selector("work")],
  ["a prefix of an older host", "openai-codex:work", selector("work")],
  ["a prefix in capitals", "OpenAI:work", selector("work")],
  ["a name equal to a prefix word", "openai:openai", selector("openai")],
  ["64 characters after a prefix", `openai:${"a".repeat(64)}`, selector("a".repeat(64))],

  ["nothing", "", BAD],
  ["a prefix alone", "openai:", BAD],
  ["two prefixes", "openai:openai:work", BAD],
  ["two different prefixes", "openai-codex:openai:work", BAD],
  ["a foreign prefix", "anthropic:work", BAD],
  ["a prefix in the middle", "team-openai:work", BAD],
  ["65 characters", "a".repeat(65), BAD],
  ["10 KB", "a".repeat(10_240), BAD],
  ["a first dot", ".work", BAD],
  ["a first hyphen", "-work", BAD],
  ["a first at sign", "@work", BAD],
  ["a first underscore", "__proto__", BAD],
  ["a slash, where the host splits a model", "a/b", BAD],
  ["a space", "a b", BAD],
  ["a space before", " work", BAD],
  ["a space after", "work ", BAD],
  ["a tab", "a\tb", BAD],
  ["a line break at the end", "work\n", BAD],
  ["a second line", "work\nplay", BAD],
  ["a NUL", "wo\0rk", BAD],
  ["an umlaut", "büro", BAD],
  ["a look-alike letter", "wоrk", BAD],
  ["an invisible character", "wo\u200brk", BAD],
  ["a bidi override", "\u202ework", BAD],
  ["a digit of another script", "work٤", BAD],
  ["a full-width letter", "ｗork", BAD],
  ["a smile", "work🙂", BAD],
  ["markup", "<b>work</b>", BAD],
  ["a pasted address", "http://localhost:1455/auth/callback?code=x&state=y", BAD],

  ["a reserved word", "finish", RESERVED],
  ["a reserved word in capitals", "CANCEL", RESERVED],

  ["a stored name that is a reserved word, behind its prefix", "openai:status", selector("status")],
  ["a stored name with a space, behind its prefix", "openai:my work", selector("my work")],
  [
    "a stored name with a prefix in its middle, behind its own",
    "openai:my openai-codex:work",
    selector("my openai-codex:work"),
  ],
  ["a stored name with a slash, behind its prefix", "openai:a/b", selector("a/b")],
  ["a stored name of another script, behind its prefix", "openai-codex:büro", selector("büro")],
  ["a stored name of 128 characters, behind its prefix", `openai:${"ü".repeat(128)}`, selector("ü".repeat(128))],
  ["129 characters behind a prefix", `openai:${"ü".repeat(129)}`, BAD],
  ["a stored name in quotes", '"my work"', selector("my work")],
  ["a whole id in quotes", '"openai-codex:work"', selector("openai-codex:work")],
  ["the quotes that a phone types", "“status”", selector("status")],
  ["a quote within quotes", '"a" yes"', selector('a" yes')],
  ["quotes around nothing", '""', BAD],
  ["an opening quote alone", '"work', BAD],
  ["a line break in quotes", '"a\nb"', BAD],
  ["half a character behind a prefix", "openai:\uD83D", BAD],
  ["a line break behind a prefix", "openai:work\n", BAD],
  ["an invisible character behind a prefix", "openai:wo\u200brk", BAD],
  ["a bidi override behind a prefix", "openai:\u202ework", BAD],
];

describe("parseSelector", () => {
  it.each(SELECTORS)("reads %s", (_, input, expected) => {
    expect(parseSelector(input)).toEqual(expected);
  });

  it.each(RESERVED_NAMES)("reserves %s for its command", (word) => {
    expect(parseSelector(word)).toEqual(RESERVED);
  });

  it("accepts every name of the grammar with any prefix", () => {
    const typed = fc
      .stringMatching(/^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/)
      .filter((word) => !RESERVED_NAMES.includes(word.toLowerCase()));
    fc.assert(
      fc.property(typed, fc.constantFrom("", "openai:", "openai-codex:", "OPENAI:"), (word, prefix) => {
        expect(parseSelector(prefix + word)).toEqual(selector(word));
      }),
    );
  });

  it("accepts no slash and no white space without a prefix, because they would end a model name of the host", () => {
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
  ])("keeps the older prefix of $input, by which it differs from its namesake", ({ input, expected }) => {
    expect(parseStoredSelector(input)).toEqual(expected);
  });

  it("reads every other selector as parseSelector does", () => {
    for (const [, input] of SELECTORS.filter(([, text]) => !text.startsWith("openai-codex:"))) {
      expect(parseStoredSelector(input)).toEqual(parseSelector(input));
    }
  });
});

describe("profileNameOf", () => {
  it.each([
    ["openai:work", "work"],
    ["openai-codex:work", "work"],
    ["OpenAI:work", "work"],
    ["openai:constructor", "constructor"],
    ["openai:a:b", "a:b"],
    ["openai:openai:x", "openai:openai:x"],
    ["noprefix", "noprefix"],
    ["anthropic:x", "anthropic:x"],
    ["", ""],
  ])("of %j is %j", (id, expected) => {
    expect(profileNameOf(id)).toBe(expected);
  });
});

const standIn = (profileId: string) => ({ ...resolved(profileId), isDefaultFallback: true });
const resolved = (profileId: string, shown: string = profileNameOf(profileId)) => ({
  kind: "resolved",
  profileId,
  name: shown,
  isDefaultFallback: false,
});

/** An id stands for itself, resolved. */
type ResolveRow = readonly [
  name: string,
  asked: string,
  discovered: string[],
  expected: string | object,
  provider?: "openai-codex",
];

const RESOLVED: readonly ResolveRow[] = [
  ["a new name to a new id", "work", [], "openai:work"],
  ["a new name beside others", "b", ["openai:a"], "openai:b"],
  ["a stored name to its id", "b", ["openai:a", "openai:b"], "openai:b"],
  [
    "a name stored under an older host's id to that id, so that the profile is replaced",
    "work",
    ["openai:a", "openai-codex:work"],
    "openai-codex:work",
  ],
  ["a name stored under both ids to today's id", "work", ["openai-codex:work", "openai:work"], "openai:work"],
  ["a new name on an older host to that host's id", "work", [], "openai-codex:work", "openai-codex"],
  ["default to itself if it exists", "default", ["openai:a", "openai:default"], "openai:default"],
  [
    "default to an older host's default if that exists",
    "default",
    ["openai:a", "openai-codex:default"],
    "openai-codex:default",
  ],
  ["default to the first profile if there is no default", "default", ["openai:a", "openai:b"], standIn("openai:a")],
  [
    "default to the first profile of an older host if there is no default",
    "default",
    ["openai-codex:a"],
    standIn("openai-codex:a"),
  ],
  ["default to a new default in an empty store", "default", [], "openai:default"],
  ["another missing name to a new id", "other", ["openai:a"], "openai:other"],
  ["another case as another profile", "Work", ["openai:work"], "openai:Work"],
  ["Default in capitals as a name like any other", "Default", ["openai:a"], "openai:Default"],
  ["a key of every object to an id of its own", "constructor", ["openai:a"], "openai:constructor"],
  ["a name that is only the start of a stored one to a new id", "wor", ["openai:work"], "openai:wor"],
  ["a stored name that no new profile could have to its id", "my work", ["openai:my work"], "openai:my work"],
  ["a stored name that is a reserved word to its id", "status", ["openai:status"], "openai:status"],
  [
    "a whole id to that profile although it has a namesake",
    "openai-codex:work",
    ["openai:work", "openai-codex:work"],
    resolved("openai-codex:work", "openai-codex:work"),
  ],
  ["no new name outside the grammar", "my work", ["openai:a"], BAD],
  ["no new name with a slash", "a/b", [], BAD],
  ["no new name that is a reserved word", "status", [], RESERVED],
];

describe("resolveSelector", () => {
  it.each(RESOLVED.map(([title, ...row]) => ({ title, row })))("resolves $title", ({ row }) => {
    const [asked, discovered, expected, provider = "openai"] = row;
    const result = resolveSelector(name(asked), provider, discovered);
    expect(result).toEqual(typeof expected === "string" ? resolved(expected) : expected);
  });

  const names = fc.stringMatching(/^[a-z0-9]{1,6}$/);
  const ids = fc.uniqueArray(
    fc
      .tuple(fc.constantFrom("openai", "openai-codex"), fc.oneof(names, fc.constant("default")))
      .map((parts) => parts.join(":")),
    { maxLength: 6 },
  );

  it("gives an existing id or a new one of this provider, and another name only for default", () => {
    fc.assert(
      fc.property(fc.oneof(names, fc.constant("default")), ids, (asked, discovered) => {
        const result = resolveSelector(name(asked), "openai", discovered);
        if (result.kind === "refused") throw new Error("a name of the grammar is never refused");
        expect(discovered.includes(result.profileId) || result.profileId === `openai:${asked}`).toBe(true);
        expect(result.name).toBe(profileNameOf(result.profileId));
        if (!result.isDefaultFallback) expect(result.name).toBe(asked);
      }),
    );
  });

  it("makes no new id outside the grammar", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (asked) => {
        const result = resolveSelector(name(asked), "openai", []);
        if (result.kind === "resolved") expect(result.profileId).toMatch(/^openai:[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/);
      }),
    );
  });

  it("finds every profile by its shown name, unless two share it", () => {
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
    ["work", "work"],
    ["status", "openai:status"],
    ["my work", "openai:my work"],
    ["büro", "openai:büro"],
    ["openai-codex:work", '"openai-codex:work"'],
    ["work ", "openai:work "],
    ["a\nb", undefined],
    ["a".repeat(129), undefined],
  ])("of %j is %j", (shown, expected) => {
    expect(selectorOf(shown)).toBe(expected);
  });

  it("gives a selector that is read back as the same name", () => {
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

  it("leads to an older host's profile that has a namesake", () => {
    const ids = ["openai:work", "openai-codex:work"];
    const parsed = parseSelector(selectorOf("openai-codex:work") ?? "");
    expect(parsed).toEqual(selector("openai-codex:work"));
    expect(resolveSelector(name("openai-codex:work"), "openai", ids)).toMatchObject({ profileId: "openai-codex:work" });
  });
});

describe("storedIdOf", () => {
  it.each<[string, string, string[], string | undefined]>([
    ["today's id", "work", ["openai:a", "openai:work"], "openai:work"],
    ["an older host's id", "work", ["openai-codex:work"], "openai-codex:work"],
    ["an id without a prefix", "my team", ["my team"], "my team"],
    ["today's of two ids", "work", ["openai-codex:work", "openai:work"], "openai:work"],
    ["the older of two by its id", "openai-codex:work", ["openai:work", "openai-codex:work"], "openai-codex:work"],
    ["nothing for a missing older id", "openai-codex:work", ["openai:work"], undefined],
    ["nothing for a missing default", "default", ["openai:a"], undefined],
    ["nothing for another case", "Work", ["openai:work"], undefined],
    ["nothing for a key of every object", "constructor", ["openai:a"], undefined],
    ["nothing in an empty store", "work", [], undefined],
  ])("finds %s", (_, asked, ids, expected) => {
    expect(storedIdOf(name(asked), "openai", ids)).toBe(expected);
  });
});

describe("newIdOf", () => {
  it("makes an id only of a name that the grammar allows", () => {
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
  ])("of $asked with $provider are the ids that are shown by that name", ({ asked, provider, expected }) => {
    expect(formerIdsOf(name(asked), provider)).toEqual(expected);
  });
});
