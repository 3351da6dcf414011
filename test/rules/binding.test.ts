import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isTerminal, mayFinish, maySee, sameBinding, terminalBinding, type Binding } from "../../src/rules/binding.ts";
import { DANA, OTHERS } from "../fakes/fake-ports.ts";

const TERMINAL = terminalBinding(DANA.gateway, "main");
const TERMINAL_OF_OPS = terminalBinding(DANA.gateway, "ops");
const TERMINAL_ELSEWHERE = terminalBinding("gateway-2", "main");
const OTHER_GATEWAY: Binding = { ...DANA, gateway: "gateway-2" };

describe("sameBinding", () => {
  it("knows a person again", () => {
    expect(sameBinding(DANA, { ...DANA })).toBe(true);
  });

  it.each(OTHERS)("tells $name from them", ({ binding }) => {
    expect([sameBinding(DANA, binding), sameBinding(binding, DANA)]).toEqual([false, false]);
  });
});

describe("the terminal", () => {
  it("has one operator and no conversation, so that whoever types there is the same", () => {
    const nobody = { channelAccountId: "", conversationId: "", senderId: "" };
    expect(TERMINAL).toEqual({ gateway: DANA.gateway, channel: "terminal", ...nobody, agentId: "main" });
  });

  it("is told from every chat", () => {
    expect([TERMINAL, TERMINAL_ELSEWHERE, DANA, OTHER_GATEWAY].map(isTerminal)).toEqual([true, true, false, false]);
  });
});

interface Row {
  readonly name: string;
  readonly owner: Binding;
  readonly other: Binding;
  readonly sees: boolean;
  readonly finishes: boolean;
}

const RULES: readonly Row[] = [
  { name: "a chat its own", owner: DANA, other: DANA, sees: true, finishes: true },
  { name: "the terminal its own", owner: TERMINAL, other: TERMINAL, sees: true, finishes: true },
  { name: "the terminal that of a chat of its gateway", owner: DANA, other: TERMINAL, sees: true, finishes: true },
  { name: "the terminal that of another agent", owner: DANA, other: TERMINAL_OF_OPS, sees: true, finishes: true },
  {
    name: "the terminal that of itself for another agent",
    owner: TERMINAL,
    other: TERMINAL_OF_OPS,
    sees: true,
    finishes: true,
  },
  { name: "a chat that of its gateway's terminal", owner: TERMINAL, other: DANA, sees: false, finishes: true },
  {
    name: "a chat that of its gateway's terminal for another agent",
    owner: TERMINAL_OF_OPS,
    other: DANA,
    sees: false,
    finishes: true,
  },
  {
    name: "the terminal that of another gateway's chat",
    owner: OTHER_GATEWAY,
    other: TERMINAL,
    sees: false,
    finishes: false,
  },
  {
    name: "the terminal that of another gateway's terminal",
    owner: TERMINAL_ELSEWHERE,
    other: TERMINAL,
    sees: false,
    finishes: false,
  },
  {
    name: "a chat that of another gateway's terminal",
    owner: TERMINAL_ELSEWHERE,
    other: DANA,
    sees: false,
    finishes: false,
  },
  ...OTHERS.map(({ name, binding }) => ({
    name: `${name} that of somebody's chat`,
    owner: DANA,
    other: binding,
    sees: false,
    finishes: false,
  })),
];

describe("the rules", () => {
  it.each(RULES.filter(({ sees }) => sees))("let see: $name", ({ owner, other }) => {
    expect(maySee(owner, other)).toBe(true);
  });

  it.each(RULES.filter(({ sees }) => !sees))("do not let see: $name", ({ owner, other }) => {
    expect(maySee(owner, other)).toBe(false);
  });

  it.each(RULES.filter(({ finishes }) => finishes))("let finish: $name", ({ owner, other }) => {
    expect(mayFinish(owner, other)).toBe(true);
  });

  it.each(RULES.filter(({ finishes }) => !finishes))("do not let finish: $name", ({ owner, other }) => {
    expect(mayFinish(owner, other)).toBe(false);
  });
});

describe("whoever is asked", () => {
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

  it("of another gateway sees and finishes nothing", () => {
    fc.assert(
      fc.property(anybody, anybody, (owner, other) => {
        fc.pre(owner.gateway !== other.gateway);
        expect([maySee(owner, other), mayFinish(owner, other)]).toEqual([false, false]);
      }),
    );
  });

  it("sees their own, and may finish whatever they see", () => {
    fc.assert(
      fc.property(anybody, anybody, (owner, other) => {
        expect(maySee(owner, owner)).toBe(true);
        if (maySee(owner, other)) expect(mayFinish(owner, other)).toBe(true);
      }),
    );
  });

  it("in a chat sees that chat's alone", () => {
    fc.assert(
      fc.property(anybody, chat, (owner, other) => {
        fc.pre(other.channel !== "terminal");
        expect(maySee(owner, other)).toBe(sameBinding(owner, other));
      }),
    );
  });
});
