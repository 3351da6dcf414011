import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  conflictOf,
  isSameAccount,
  nameForAccount,
  type Account,
  type ProfileAccount,
} from "../../src/rules/account.ts";

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

describe("two accounts", () => {
  it.each([
    { name: "alike in all", other: DANA, expected: true },
    { name: "of one person in two workspaces", other: { ...DANA, workspaceId: "w2" }, expected: false },
    {
      name: "of two people in one workspace",
      other: { ...DANA, personId: "eli__w1", email: "eli@example.com" },
      expected: false,
    },
    { name: "of one person whose address has changed", other: { ...DANA, email: "d@new.example" }, expected: true },
    {
      name: "of one address whose token names the person otherwise",
      other: { ...DANA, personId: "x" },
      expected: true,
    },
    {
      name: "of one address in other letters",
      other: { workspaceId: "w1", email: "Dana@Example.com" },
      expected: true,
    },
    { name: "of which one tells its workspace alone", other: { workspaceId: "w1" }, expected: true },
    { name: "of which one tells another workspace alone", other: { workspaceId: "w2" }, expected: false },
    { name: "of which one tells nothing", other: {}, expected: undefined },
  ])("are the same or not: $name", ({ other, expected }) => {
    expect(isSameAccount(DANA, other)).toBe(expected);
    expect(isSameAccount(other, DANA)).toBe(expected);
  });

  it("are judged alike from either side, and one is never another than itself", () => {
    fc.assert(
      fc.property(anyAccount, anyAccount, (one, other) => {
        expect(isSameAccount(one, other)).toBe(isSameAccount(other, one));
        expect(isSameAccount(one, one)).not.toBe(false);
      }),
    );
  });
});

describe("a sign-in that comes back", () => {
  const work = held("work", DANA);
  const eli: Account = { personId: "eli__w1", workspaceId: "w1", email: "eli@example.com" };

  it.each([
    { name: "to its own profile", id: "openai:work", came: DANA, expected: undefined },
    { name: "to a new profile of its own", id: "openai:new", came: eli, expected: undefined },
    { name: "with another account than the profile holds", id: "openai:work", came: eli, expected: "account-differs" },
    {
      name: "to a new profile, from an account that has one",
      id: "openai:new",
      came: DANA,
      expected: "account-has-profile",
    },
  ])("is asked about or not: $name", ({ id, came, expected }) => {
    expect(conflictOf(id, came, [work])?.code).toBe(expected);
  });

  it("is not asked about where the profile tells nothing of whose it is", () => {
    expect(conflictOf("openai:work", eli, [held("work", {})])).toBeUndefined();
    expect(conflictOf("openai:new", eli, [held("work", {})])).toBeUndefined();
  });

  it("of a shared workspace alone is no other person's", () => {
    expect(conflictOf("openai:new", eli, [work])).toBeUndefined();
  });
});

const isFree =
  (...taken: string[]) =>
  (name: string) =>
    /^[A-Za-z0-9][\w.@+-]{0,63}$/.test(name) && !taken.includes(name);

describe("the name of an account's own profile", () => {
  it.each([
    { name: "its address", taken: [], expected: "dana@example.com" },
    { name: "its address with a number", taken: ["dana@example.com"], expected: "dana@example.com-2" },
  ])("is $name", ({ taken, expected }) => {
    expect(nameForAccount(DANA, "work", isFree(...taken))).toBe(expected);
  });

  it("is made of the wanted one where the address is no name, or is not known", () => {
    expect(nameForAccount({ email: "dana@büro.example" }, "work", isFree("work"))).toBe("work-2");
    expect(nameForAccount({}, "work", isFree("work", "work-2"))).toBe("work-3");
  });

  it("is one of its own where a hundred of each are taken", () => {
    expect(nameForAccount({}, "work", () => false)).toBe("codex-99");
  });
});
