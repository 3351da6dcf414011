import fc from "fast-check";
import { describe, it } from "vitest";
import { asText, assertLaws, nearly } from "./law.ts";
import { jwtClaims } from "./surfaces/jwt-claims.ts";
import { tokenAnswer } from "./surfaces/token-answer.ts";

const nearOf = (seeds: readonly string[]) =>
  fc.oneof(...seeds.map((seed) => nearly(JSON.parse(seed) as Record<string, unknown>))).map(asText);

describe("an answer of the token endpoint, whatever it is", () => {
  it("is tokens or a refusal of ours, and prints as neither", { timeout: 60_000 }, async () => {
    await assertLaws(tokenAnswer, nearOf(tokenAnswer.seeds.slice(0, 5)), 400);
  });
});

describe("the claims of an access token, whatever they are", () => {
  it("give an account and lines that can be shown, or nobody", { timeout: 60_000 }, async () => {
    await assertLaws(jwtClaims, nearOf(jwtClaims.seeds), 400);
  });
});
