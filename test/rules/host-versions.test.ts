import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOST_TRAITS, hostTraitsOf, OLDEST_PLUGIN_HOST } from "../../src/rules/host-versions.ts";

const WITH_MODE = { kindFields: "type-or-mode", mayProviderBeBlank: false, hasSidecars: false } as const;
const FILE = {
  medium: "file",
  provider: "openai-codex",
  lock: "file",
  state: "same-file",
  shared: "main",
  records: WITH_MODE,
} as const;
const TYPE_ONLY = { ...FILE, records: { ...WITH_MODE, kindFields: "type", mayProviderBeBlank: true } } as const;
const TWO_FILES = { ...FILE, state: "auth-state.json", apply: "reload" } as const;

/** Of each kind of host the first version, some between, and the last one known. */
const KNOWN: readonly (readonly [versions: string, expected: object])[] = [
  ["2026.1.29 2026.1.30 2026.2.2-3 2026.2.12 2026.2.16", { ...TYPE_ONLY, lock: "folder", apply: "none" }],
  ["2026.2.17 2026.2.25", { ...TYPE_ONLY, apply: "none" }],
  ["2026.2.26 2026.3.2 2026.3.13 2026.3.28", { ...FILE, apply: "reload-under-lock" }],
  ["2026.3.31 2026.4.2", { ...FILE, apply: "reload" }],
  ["2026.4.7 2026.4.15", TWO_FILES],
  ["2026.5.12 2026.5.28", { ...TWO_FILES, shared: "default-agent", records: { ...WITH_MODE, hasSidecars: true } }],
  ["2026.6.1", { ...TWO_FILES, provider: "openai", shared: "default-agent" }],
  ["2026.6.5 2026.7.1 2026.8.2 2026.9.6 2026.10.1 2027.1.1 2026.9.6-beta.1", { medium: "sqlite", provider: "openai" }],
];

const rankOf = (parts: readonly number[]) =>
  HOST_TRAITS.findIndex(({ traits }) => traits === hostTraitsOf(parts.join(".")));

const order = (a: readonly number[], b: readonly number[]) => {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
};

describe("hostTraitsOf", () => {
  it.each(KNOWN.flatMap(([versions, expected]) => versions.split(" ").map((version) => ({ version, expected }))))(
    "knows how $version keeps its profiles",
    ({ version, expected }) => {
      expect(hostTraitsOf(version)).toEqual(expected);
    },
  );

  it.each(["2026.1.28", "2026.1.5", "2025.12.31", "2025.9.6", "0000.0.0"])(
    "has no traits for %s, which is too old",
    (version) => {
      expect(hostTraitsOf(version)).toBeUndefined();
    },
  );

  it.each([
    "",
    " ",
    "latest",
    "2026",
    "2026.9",
    "2026.9.",
    "2026.9.6.1",
    "1.2.3",
    "26.9.6",
    "2026.9.6-",
    "2026.9.6 or so",
    "2026.9.6+build",
    "vv2026.9.6",
    "2026.-9.6",
    "2026.9.1e1",
    "２０２６.9.6",
    "2026.9.6\n2026.3.13",
    "constructor",
  ])("does not accept %j as a version", (version) => {
    expect(hostTraitsOf(version)).toBeUndefined();
  });

  it.each(["v2026.3.13", " 2026.3.13\n", "2026.03.13", "2026.3.13-1"])("reads %j as 2026.3.13", (version) => {
    expect(hostTraitsOf(version)).toEqual(hostTraitsOf("2026.3.13"));
  });

  it("compares versions as numbers", () => {
    expect(hostTraitsOf("2026.10.1")).toEqual(hostTraitsOf("2026.9.6"));
    expect(hostTraitsOf("2026.2.9")).toEqual(hostTraitsOf("2026.2.2"));
  });

  it("never gives a newer version older traits", () => {
    const version = fc.tuple(
      fc.integer({ min: 2025, max: 2028 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 99 }),
    );
    fc.assert(
      fc.property(version, version, (a, b) => {
        const [older, newer] = order(a, b) <= 0 ? [a, b] : [b, a];
        expect(rankOf(older)).toBeLessThanOrEqual(rankOf(newer));
      }),
    );
  });
});

describe("HOST_TRAITS", () => {
  it("begin with the version that is named", () => {
    for (const { from, traits } of HOST_TRAITS) expect(hostTraitsOf(from)).toBe(traits);
  });

  it("let the plugin run on hosts whose Codex profiles are called openai", () => {
    expect(hostTraitsOf(OLDEST_PLUGIN_HOST)?.provider).toBe("openai");
  });
});
