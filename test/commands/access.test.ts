import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgeAccess, type Caller } from "../../src/commands/access.ts";

const judge = (isOwner: unknown, privacy: unknown) =>
  judgeAccess({ isOwner, privacy } as Pick<Caller, "isOwner" | "privacy">);

describe("access", () => {
  it.each([
    { name: "an owner in a private chat", isOwner: true, privacy: "private", code: undefined },
    { name: "an owner in a group", isOwner: true, privacy: "group", code: "not-private" },
    { name: "an owner on a channel without sign-ins", isOwner: true, privacy: "elsewhere", code: "chat-unsupported" },
    { name: "a stranger in a private chat", isOwner: false, privacy: "private", code: "not-allowed" },
    { name: "a stranger in a group", isOwner: false, privacy: "group", code: "not-allowed" },
  ])("is decided by ownership first, then by the chat: $name", ({ isOwner, privacy, code }) => {
    expect(judge(isOwner, privacy)).toBe(code);
  });

  it.each([undefined, null, "true", 1, {}, [true], "yes"])("fails closed for an owner mark of %j", (isOwner) => {
    expect(judge(isOwner, true)).toBe("not-allowed");
  });

  it.each([undefined, null, "Private", 1, {}, ["private"], true])(
    "fails closed for a private mark of %j",
    (privacy) => {
      expect(judge(true, privacy)).toBe("not-private");
    },
  );

  it("opens for nothing but true and true", () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (isOwner, privacy) => {
        fc.pre(!(isOwner === true && privacy === "private"));
        expect(judge(isOwner, privacy)).toMatch(/^not-|^chat-unsupported$/);
      }),
    );
  });
});
