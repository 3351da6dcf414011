import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isTerminal, mayFinish, maySee, sameBinding, terminalBinding, type Binding } from "../../src/rules/binding.ts";
import { DANA, OTHERS } from "../fakes/fake-ports.ts";

const TERMINAL = terminalBinding(DANA.gateway, "main");
const TERMINAL_OF_OPS = terminalBinding(DANA.gateway, "ops");
const TERMINAL_ELSEWHERE = terminalBinding("gateway-2", "main");
const OTHER_GATEWAY: Binding = { ...DANA, gateway: "gateway-2" };

describe("sameBinding", () => {
  it("accepts the same user in the same chat", () => {
    expect(sameBinding(DANA, { ...DANA })).toBe(true);
  });

  it.each(OTHERS)("rejects $name", ({ binding }) => {
    expect([sameBinding(DANA, binding), sameBinding(binding, DANA)]).toEqual([false, false]);
  });
});

describe("the terminal", () => {
  it("has one operator and no conversation", () => {
    const nobody = { channelAccountId: "", conversationId: "", senderId: "" };
    expect(TERMINAL).toEqual({ gateway: DANA.gateway, channel: "terminal", ...nobody, agentId: "main" });
  });

  it("differs from every chat", () => {
    expect([TERMINAL, TERMINAL_ELSEWHERE, DANA, OTHER_GATEWAY].map(isTerminal)).toEqual([true, true, false, false]);
  });
});

type Rule = readonly [owner: Binding, viewer: Binding, rights: "sees and finishes" | "finishes" | "neither"];

const RULES: Readonly<Record<string, Rule>> = {
  "a chat and its own": [DANA, DANA, "sees and finishes"],
  "the terminal and its own": [TERMINAL, TERMINAL, "sees and finishes"],
  "the terminal and a chat of its gateway": [DANA, TERMINAL, "sees and finishes"],
  "the terminal and a chat of another agent": [DANA, TERMINAL_OF_OPS, "sees and finishes"],
  "the terminal and its own for another agent": [TERMINAL, TERMINAL_OF_OPS, "sees and finishes"],
  "a chat and its gateway's terminal": [TERMINAL, DANA, "finishes"],
  "a chat and its gateway's terminal for another agent": [TERMINAL_OF_OPS, DANA, "finishes"],
  "the terminal and another gateway's chat": [OTHER_GATEWAY, TERMINAL, "neither"],
  "the terminal and another gateway's terminal": [TERMINAL_ELSEWHERE, TERMINAL, "neither"],
  "a chat and another gateway's terminal": [TERMINAL_ELSEWHERE, DANA, "neither"],
  ...Object.fromEntries(OTHERS.map(({ name, binding }): [string, Rule] => [name, [DANA, binding, "neither"]])),
};

describe("the rights to another's sign-in", () => {
  it.each(Object.entries(RULES))("are right for %s", (_, [owner, viewer, rights]) => {
    expect([maySee(owner, viewer), mayFinish(owner, viewer)]).toEqual([
      rights === "sees and finishes",
      rights !== "neither",
    ]);
  });
});

describe("any viewer", () => {
  const part = fc.constantFrom("", "a", "b", "terminal");
  const chat: fc.Arbitrary<Binding> = fc.record({
    gateway: part,
    channel: part,
    channelAccountId: part,
    conversationId: part,
    senderId: part,
    agentId: part,
  });
  const anybody = fc.oneof(
    chat,
    fc.tuple(part, part).map(([gateway, agentId]) => terminalBinding(gateway, agentId)),
  );

  it("of another gateway neither sees nor finishes a sign-in", () => {
    fc.assert(
      fc.property(anybody, anybody, (owner, other) => {
        fc.pre(owner.gateway !== other.gateway);
        expect([maySee(owner, other), mayFinish(owner, other)]).toEqual([false, false]);
      }),
    );
  });

  it("sees its own sign-ins and may finish all that it sees", () => {
    fc.assert(
      fc.property(anybody, anybody, (owner, other) => {
        expect(maySee(owner, owner)).toBe(true);
        if (maySee(owner, other)) expect(mayFinish(owner, other)).toBe(true);
      }),
    );
  });

  it("in a chat sees only that chat's sign-ins", () => {
    fc.assert(
      fc.property(anybody, chat, (owner, other) => {
        fc.pre(other.channel !== "terminal");
        expect(maySee(owner, other)).toBe(sameBinding(owner, other));
      }),
    );
  });
});
