import { describe, expect, it } from "vitest";
import { manifestSchema } from "../../scripts/manifest-schema.ts";
import { asText, assertLaws, nearly } from "./law.ts";
import { skillJson } from "./surfaces/skill-json.ts";

const [real = "{}"] = skillJson.seeds;
const manifest = JSON.parse(real) as Record<string, unknown>;

describe("skill.json, whatever stands in it", () => {
  it("is read or refused by a code, and no package is built of one that cannot run", { timeout: 60_000 }, async () => {
    await assertLaws(skillJson, nearly(manifest).map(asText), 400);
  });

  it.each(["constructor", "toString", "hasOwnProperty", "unknown"])("is refused with a key %s of its own", (key) => {
    expect(manifestSchema.safeParse(JSON.parse(JSON.stringify({ ...manifest, [key]: 1 }))).success).toBe(false);
  });
});
