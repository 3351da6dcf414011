import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { HOST_TRAITS, hostTraitsOf, OLDEST_PLUGIN_HOST } from "../../src/rules/host-versions.ts";

/** Era by era: the first version, some within, and the last one known. */
const CODEX = { medium: "file", provider: "openai-codex" } as const;

const KNOWN: readonly { readonly versions: readonly string[]; readonly expected: object }[] = [
  {
    versions: ["2026.1.29", "2026.1.30", "2026.2.2-3", "2026.2.12", "2026.2.16"],
    expected: { ...CODEX, lock: "folder", state: "same-file", apply: "none", shared: "main" },
  },
  {
    versions: ["2026.2.17", "2026.2.25"],
    expected: { ...CODEX, lock: "file", state: "same-file", apply: "none", shared: "main" },
  },
  {
    versions: ["2026.2.26", "2026.3.2", "2026.3.13", "2026.3.28"],
    expected: {
      medium: "file",
      provider: "openai-codex",
      lock: "file",
      state: "same-file",
      apply: "reload-under-lock",
      shared: "main",
    },
  },
  {
    versions: ["2026.3.31", "2026.4.2"],
    expected: { ...CODEX, lock: "file", state: "same-file", apply: "reload", shared: "main" },
  },
  {
    versions: ["2026.4.7", "2026.4.15"],
    expected: { ...CODEX, lock: "file", state: "auth-state.json", apply: "reload", shared: "main" },
  },
  {
    versions: ["2026.5.12", "2026.5.28"],
    expected: { ...CODEX, lock: "file", state: "auth-state.json", apply: "reload", shared: "default-agent" },
  },
  {
    versions: ["2026.6.1"],
    expected: {
      medium: "file",
      provider: "openai",
      lock: "file",
      state: "auth-state.json",
      apply: "reload",
      shared: "default-agent",
    },
  },
  {
    versions: ["2026.6.5", "2026.7.1", "2026.8.2", "2026.9.6", "2026.10.1", "2027.1.1", "2026.9.6-beta.1"],
    expected: { medium: "sqlite", provider: "openai" },
  },
];

const rankOf = (parts: readonly number[]) =>
  HOST_TRAITS.findIndex(({ traits }) => traits === hostTraitsOf(parts.join(".")));

const order = (a: readonly number[], b: readonly number[]) => {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
};

describe("hostTraitsOf", () => {
  it.each(KNOWN.flatMap(({ versions, expected }) => versions.map((version) => ({ version, expected }))))(
    "knows how $version keeps its profiles",
    ({ version, expected }) => {
      expect(hostTraitsOf(version)).toEqual(expected);
    },
  );

  it.each(["2026.1.28", "2026.1.5", "2025.12.31", "2025.9.6", "0000.0.0"])(
    "knows nothing of %s, which is older",
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
  ])("takes %j for no version", (version) => {
    expect(hostTraitsOf(version)).toBeUndefined();
  });

  it.each(["v2026.3.13", " 2026.3.13\n", "2026.03.13", "2026.3.13-1"])("reads %j as 2026.3.13", (version) => {
    expect(hostTraitsOf(version)).toEqual(hostTraitsOf("2026.3.13"));
  });

  it("compares numbers, not text", () => {
    expect(hostTraitsOf("2026.10.1")).toEqual(hostTraitsOf("2026.9.6"));
    expect(hostTraitsOf("2026.2.9")).toEqual(hostTraitsOf("2026.2.2"));
  });

  it("never goes back to an older traits in a newer version", () => {
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

describe("the eras", () => {
  it("each begin with a version that has it", () => {
    for (const { from, traits } of HOST_TRAITS) expect(hostTraitsOf(from)).toBe(traits);
  });

  it("let the plugin begin where Codex profiles are called openai", () => {
    expect(hostTraitsOf(OLDEST_PLUGIN_HOST)?.provider).toBe("openai");
  });
});
