import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { judgeAccess, type Caller } from "../../src/commands/answer.ts";

const judge = (isOwner: unknown, isPrivate: unknown) =>
  judgeAccess({ isOwner, isPrivate } as Pick<Caller, "isOwner" | "isPrivate">);

describe("access", () => {
  it.each([
    { name: "an owner in a private chat", isOwner: true, isPrivate: true, code: undefined },
    { name: "an owner in a group", isOwner: true, isPrivate: false, code: "not-private" },
    { name: "a stranger in a private chat", isOwner: false, isPrivate: true, code: "not-allowed" },
    { name: "a stranger in a group", isOwner: false, isPrivate: false, code: "not-allowed" },
  ])("is decided by ownership first, then by the chat: $name", ({ isOwner, isPrivate, code }) => {
    expect(judge(isOwner, isPrivate)).toBe(code);
  });

  it.each([undefined, null, "true", 1, {}, [true], "yes"])("fails closed for an owner mark of %j", (isOwner) => {
    expect(judge(isOwner, true)).toBe("not-allowed");
  });

  it.each([undefined, null, "true", 1, {}, [true], "yes"])("fails closed for a private mark of %j", (isPrivate) => {
    expect(judge(true, isPrivate)).toBe("not-private");
  });

  it("opens for nothing but true and true", () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (isOwner, isPrivate) => {
        fc.pre(!(isOwner === true && isPrivate === true));
        expect(judge(isOwner, isPrivate)).toMatch(/^not-/);
      }),
    );
  });
});
