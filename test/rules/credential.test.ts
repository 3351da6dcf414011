import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { buildCredential, type Identity, type TokenSet } from "../../src/rules/account.ts";
import { Secret } from "../../src/secret.ts";

const NOW_MS = 1_795_000_000_123;
const TOKENS: TokenSet = {
  accessToken: new Secret("access-canary"),
  refreshToken: new Secret("refresh-canary"),
  expiresInSeconds: 864_000,
};
const IDENTITY: Identity = { chatgptAccountId: "workspace-1", email: "dana@example.com", plan: "team" };

describe("buildCredential", () => {
  it("has the host's fields and no others, since the host drops what it does not know", () => {
    expect(buildCredential(TOKENS, IDENTITY, "openai", NOW_MS)).toEqual({
      type: "oauth",
      provider: "openai",
      access: TOKENS.accessToken,
      refresh: TOKENS.refreshToken,
      expires: NOW_MS + 864_000_000,
      email: "dana@example.com",
      accountId: "workspace-1",
      chatgptPlanType: "team",
    });
  });

  it.each([
    { name: "an e-mail", identity: { chatgptAccountId: "w", plan: "plus" }, missing: "email" },
    { name: "a plan", identity: { chatgptAccountId: "w", email: "d@example.com" }, missing: "chatgptPlanType" },
  ])("leaves out $name that is not known, rather than storing undefined", ({ identity, missing }) => {
    expect(Object.keys(buildCredential(TOKENS, identity, "openai", NOW_MS))).not.toContain(missing);
  });

  it("takes the provider of the host it is for", () => {
    expect(buildCredential(TOKENS, IDENTITY, "openai-codex", NOW_MS).provider).toBe("openai-codex");
  });

  it("expires in whole milliseconds, the token's lifetime after now and not a moment later", () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 366 * 24 * 3600, noNaN: true }), fc.nat(2 ** 42), (lifetime, nowMs) => {
        const { expires } = buildCredential({ ...TOKENS, expiresInSeconds: lifetime }, IDENTITY, "openai", nowMs);
        expect(Number.isSafeInteger(expires)).toBe(true);
        expect(expires).toBeGreaterThan(nowMs);
        expect(expires - nowMs).toBeLessThanOrEqual(lifetime * 1000);
      }),
    );
  });

  it("keeps the tokens sealed", () => {
    const credential = buildCredential(TOKENS, IDENTITY, "openai", NOW_MS);
    expect(inspect(credential, { depth: null, showHidden: true }) + JSON.stringify(credential)).not.toContain("canary");
  });
});
