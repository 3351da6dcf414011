import { describe, expect, it } from "vitest";
import type { ProfileHealth } from "../../src/rules/results.ts";
import { isFailing, isUsable, needsSignIn } from "../../src/rules/results.ts";

interface Meaning {
  readonly isUsable: boolean;
  readonly needsSignIn: boolean;
  readonly isFailing: boolean;
}

const MEANINGS: Readonly<Record<ProfileHealth, Meaning>> = {
  "signed-in": { isUsable: true, needsSignIn: false, isFailing: false },
  refreshing: { isUsable: true, needsSignIn: false, isFailing: false },
  "needs-sign-in": { isUsable: false, needsSignIn: true, isFailing: true },
  "cooling-down": { isUsable: false, needsSignIn: false, isFailing: false },
  disabled: { isUsable: false, needsSignIn: false, isFailing: true },
};

describe("what a health means", () => {
  it.each(Object.entries(MEANINGS))("%s", (name, expected) => {
    const profile = { health: name as ProfileHealth };
    const meaning = { isUsable: isUsable(profile), needsSignIn: needsSignIn(profile), isFailing: isFailing(profile) };
    expect(meaning).toEqual(expected);
  });
});
