import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  buildCredential,
  conflictOf,
  isSameAccount,
  nameForAccount,
  type Account,
  type Identity,
  type ProfileAccount,
  type TokenSet,
} from "../../src/rules/account.ts";
import { Secret } from "../../src/secret.ts";

const DANA: Account = { personId: "dana__w1", workspaceId: "w1", email: "dana@example.com" };

const held = (name: string, account: Account): ProfileAccount => ({
  profileId: `openai:${name}`,
  profileName: name,
  account,
});

const anyAccount: fc.Arbitrary<Account> = fc.record(
  {
    personId: fc.constantFrom("p1", "p2"),
    workspaceId: fc.constantFrom("w1", "w2"),
    email: fc.constantFrom("a@x", "b@x"),
  },
  { requiredKeys: [] },
);

describe("isSameAccount", () => {
  const rows: Readonly<Record<string, readonly [Account, boolean | undefined]>> = {
    "two equal accounts": [DANA, true],
    "one user in two workspaces": [{ ...DANA, workspaceId: "w2" }, false],
    "two users in one workspace": [{ ...DANA, personId: "eli__w1", email: "eli@example.com" }, false],
    "one user whose e-mail address has changed": [{ ...DANA, email: "d@new.example" }, true],
    "one e-mail address with two user ids": [{ ...DANA, personId: "x" }, true],
    "one e-mail address in other capitals": [{ workspaceId: "w1", email: "Dana@Example.com" }, true],
    "an account of which only the same workspace is known": [{ workspaceId: "w1" }, true],
    "an account of which only another workspace is known": [{ workspaceId: "w2" }, false],
    "an account of which nothing is known": [{}, undefined],
  };

  it.each(Object.entries(rows))("judges %s, in both directions", (_, [other, expected]) => {
    expect(isSameAccount(DANA, other)).toBe(expected);
    expect(isSameAccount(other, DANA)).toBe(expected);
  });

  it("is symmetric, and no account differs from itself", () => {
    fc.assert(
      fc.property(anyAccount, anyAccount, (one, other) => {
        expect(isSameAccount(one, other)).toBe(isSameAccount(other, one));
        expect(isSameAccount(one, one)).not.toBe(false);
      }),
    );
  });
});

describe("a finished sign-in", () => {
  const work = held("work", DANA);
  const eli: Account = { personId: "eli__w1", workspaceId: "w1", email: "eli@example.com" };

  const rows: Readonly<Record<string, readonly [id: string, came: Account, code?: string]>> = {
    "for its own profile is not asked about": ["openai:work", DANA],
    "for a new profile of a new account is not asked about": ["openai:new", eli],
    "with another account than the profile has is asked about": ["openai:work", eli, "account-differs"],
    "for a new profile of an account that has one is asked about": ["openai:new", DANA, "account-has-profile"],
  };

  it.each(Object.entries(rows))("%s", (_, [id, came, code]) => {
    expect(conflictOf(id, came, [work])?.code).toBe(code);
  });

  it.each(["openai:work", "openai:new"])("for %s is not asked about if the profile's account is unknown", (id) => {
    expect(conflictOf(id, eli, [held("work", {})])).toBeUndefined();
  });
});

const isFree =
  (...taken: string[]) =>
  (name: string) =>
    /^[A-Za-z0-9][\w.@+-]{0,63}$/.test(name) && !taken.includes(name);

describe("nameForAccount", () => {
  it.each<[string, Account, string[], string]>([
    ["the e-mail address", DANA, [], "dana@example.com"],
    ["the address with a number if that is taken", DANA, ["dana@example.com"], "dana@example.com-2"],
    ["the wanted name if the address is no valid name", { email: "dana@büro.example" }, ["work"], "work-2"],
    ["the wanted name if there is no address", {}, ["work", "work-2"], "work-3"],
  ])("is %s", (_, account, taken, expected) => {
    expect(nameForAccount(account, "work", isFree(...taken))).toBe(expected);
  });

  it("is a name of its own if a hundred of each are taken", () => {
    expect(nameForAccount({}, "work", () => false)).toBe("codex-99");
  });
});

const NOW_MS = 1_795_000_000_123;
const TOKENS: TokenSet = {
  accessToken: new Secret("access-canary"),
  refreshToken: new Secret("refresh-canary"),
  expiresInSeconds: 864_000,
};
const IDENTITY: Identity = { chatgptAccountId: "workspace-1", email: "dana@example.com", plan: "team" };

describe("buildCredential", () => {
  it("has the host's fields and no others, because the host drops unknown fields", () => {
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
  ])("leaves out $name that is not known, and does not store undefined", ({ identity, missing }) => {
    expect(Object.keys(buildCredential(TOKENS, identity, "openai", NOW_MS))).not.toContain(missing);
  });

  it("has the provider of its host", () => {
    expect(buildCredential(TOKENS, IDENTITY, "openai-codex", NOW_MS).provider).toBe("openai-codex");
  });

  it("expires in whole milliseconds, not later than the token", () => {
    fc.assert(
      fc.property(fc.double({ min: 1, max: 366 * 24 * 3600, noNaN: true }), fc.nat(2 ** 42), (lifetime, nowMs) => {
        const { expires } = buildCredential({ ...TOKENS, expiresInSeconds: lifetime }, IDENTITY, "openai", nowMs);
        expect(Number.isSafeInteger(expires)).toBe(true);
        expect(expires).toBeGreaterThan(nowMs);
        expect(expires - nowMs).toBeLessThanOrEqual(lifetime * 1000);
      }),
    );
  });

  it("keeps the tokens secret", () => {
    const credential = buildCredential(TOKENS, IDENTITY, "openai", NOW_MS);
    expect(inspect(credential, { depth: null, showHidden: true }) + JSON.stringify(credential)).not.toContain("canary");
  });
});
