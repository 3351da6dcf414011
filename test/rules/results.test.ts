import { describe, expect, it } from "vitest";
import {
  actorOf,
  isFailing,
  isUsable,
  needsSignIn,
  repairOf,
  withoutEmail,
  type ListedProfile,
  type ProfileHealth,
} from "../../src/rules/results.ts";
import type { ProfileId, ProfileName } from "../../src/rules/profile-id.ts";
import { DANA, usageNumbers } from "../fakes/fake-ports.ts";

const MEANINGS: Readonly<Record<ProfileHealth, readonly string[]>> = {
  "signed-in": ["is usable"],
  refreshing: ["is usable"],
  "needs-sign-in": ["needs a sign-in", "is failing"],
  "cooling-down": [],
  disabled: ["is failing"],
  unreadable: ["is failing"],
};

it.each(Object.entries(MEANINGS))("a profile that is %s has the meaning: %j", (name, expected) => {
  const profile = { health: name as ProfileHealth };
  const meanings = [
    isUsable(profile) ? "is usable" : "",
    needsSignIn(profile) ? "needs a sign-in" : "",
    isFailing(profile) ? "is failing" : "",
  ];
  expect(meanings.filter((meaning) => meaning !== "")).toEqual(expected);
});

const NOW_MS = 1_795_000_000_000;
const ROOM = usageNumbers(NOW_MS - 59_000, [1, 1]);
const HELD = { health: "cooling-down", reason: "subscription_limit" } as const;

describe("the repair of a profile", () => {
  it.each<{ name: string; profile: Partial<ListedProfile>; repair: string | undefined }>([
    { name: "a cooldown, and OpenAI says that there is room", profile: { ...HELD, usage: ROOM }, repair: "retry" },
    {
      name: "a disablement because of a limit, and OpenAI says that there is room",
      profile: { health: "disabled", reason: "billing", usage: ROOM },
      repair: "retry",
    },
    { name: "a cooldown after one refused look", profile: { ...HELD, reason: "refused" }, repair: "retry" },
    { name: "a cooldown, and no numbers are known", profile: HELD, repair: undefined },
    {
      name: "a cooldown, and the numbers are a minute old",
      profile: { ...HELD, usage: { ...ROOM, askedAtMs: NOW_MS - 60_000 } },
      repair: undefined,
    },
    {
      name: "a cooldown, and OpenAI says that the limit is reached",
      profile: { ...HELD, usage: { ...ROOM, limit: { ...ROOM.limit, isReached: true } } },
      repair: undefined,
    },
    {
      name: "a disablement for good, and OpenAI says that there is room",
      profile: { health: "disabled", reason: "auth_permanent", usage: ROOM },
      repair: undefined,
    },
    { name: "no cooldown, and OpenAI says that there is room", profile: { usage: ROOM }, repair: undefined },
    {
      name: "a failed renewal whose old sign-in is remembered",
      profile: { health: "needs-sign-in", reason: "renewal-failed", canRevive: true },
      repair: "revive",
    },
    {
      name: "a failed renewal whose old sign-in is not remembered",
      profile: { health: "needs-sign-in", reason: "renewal-failed" },
      repair: undefined,
    },
  ])("after $name is $repair", ({ profile, repair }) => {
    const work = { profileId: "openai:work" as ProfileId, name: "work" as ProfileName, health: "signed-in" as const };
    expect(repairOf({ ...work, ...profile }, NOW_MS)).toBe(repair);
  });
});

describe("an entry of the audit log", () => {
  it("names a user by number, and the operator of the web chat by the channel", () => {
    expect(actorOf(DANA)).toBe("telegram:4242");
    expect(actorOf({ ...DANA, channel: "webchat", senderId: "" })).toBe("webchat");
  });

  it.each([
    ["work", "work"],
    ["dana@example.com", "d…@example.com"],
    ["openai:dana@example.com-2", "o…@example.com-2"],
    ["me+codex@x", "m…@x"],
    ["me@x@y.z", "m…@y.z"],
  ])("has no e-mail address for a profile called %s", (text, expected) => {
    expect(withoutEmail(text)).toBe(expected);
  });
});
