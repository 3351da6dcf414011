import { describe, expect, it } from "vitest";
import {
  actorOf,
  isFailing,
  isUsable,
  needsSignIn,
  withoutEmail,
  type ProfileHealth,
} from "../../src/rules/results.ts";
import { DANA } from "../fakes/fake-ports.ts";

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
