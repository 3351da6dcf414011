import { describe, expect, it } from "vitest";
import { actorOf, withoutEmail } from "../../src/rules/results.ts";
import { DANA } from "../fakes/fake-ports.ts";

describe("an entry of the audit log", () => {
  it.each([
    { name: "a person by their number", binding: DANA, expected: "telegram:4242" },
    {
      name: "the web chat's one operator",
      binding: { ...DANA, channel: "webchat", senderId: "" },
      expected: "webchat",
    },
  ])("names $name", ({ binding, expected }) => {
    expect(actorOf(binding)).toBe(expected);
  });

  it.each([
    { text: "work", expected: "work" },
    { text: "dana@example.com", expected: "d…@example.com" },
    { text: "openai:dana@example.com-2", expected: "o…@example.com-2" },
    { text: "me+codex@x", expected: "m…@x" },
    { text: "me@x@y.z", expected: "m…@y.z" },
  ])("holds no e-mail address, whatever a profile is called: $text", ({ text, expected }) => {
    expect(withoutEmail(text)).toBe(expected);
  });
});
