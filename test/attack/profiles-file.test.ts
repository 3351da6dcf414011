import fc from "fast-check";
import { describe, it } from "vitest";
import { asText, assertLaws, nearly, oddJson } from "./law.ts";
import { profilesFile } from "./surfaces/profiles-file.ts";

const seeds = profilesFile.seeds.slice(0, 2).map((seed) => JSON.parse(seed) as Record<string, unknown>);
const recordNear = fc.oneof(
  ...seeds.flatMap(({ profiles }) =>
    Object.values(profiles as object).map((record) => nearly({ ...(record as object) })),
  ),
);
const ids = fc.constantFrom(
  "openai:work",
  "openai-codex:work",
  "openai:home",
  "__proto__",
  "constructor",
  "openai:\u202E",
  "",
);
const stats = fc.record(
  {
    cooldownUntil: fc.oneof(fc.constant(1_795_000_060_000), oddJson),
    cooldownReason: fc.oneof(fc.string(), oddJson),
    cooldownClassification: fc.oneof(fc.constant("wham_token_expired"), oddJson),
    blockedUntil: oddJson,
    blockedReason: oddJson,
    disabledUntil: fc.oneof(fc.constant(1_795_000_060_000), oddJson),
    disabledReason: fc.string(),
    lastUsed: oddJson,
  },
  { requiredKeys: [] },
);

/** Mostly files that a host could read: what is refused at once tells nothing of what is behind. */
const near = fc
  .record(
    {
      version: fc.constantFrom(1, 0, "1", null),
      profiles: fc.dictionary(ids, recordNear),
      order: fc.dictionary(fc.constantFrom("openai", "openai-codex", "__proto__"), fc.array(ids)),
      usageStats: fc.dictionary(ids, stats),
      lastGood: oddJson,
    },
    { requiredKeys: ["profiles"] },
  )
  .map(asText);

describe("a host's profile file, whatever stands in it", () => {
  it("is read or refused, tells no token, and keeps what nobody named", { timeout: 120_000 }, async () => {
    await assertLaws(profilesFile, near);
  });
});
