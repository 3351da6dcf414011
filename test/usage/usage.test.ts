/** The usage port over a clock that stands still and a server whose answers a test sets. */
import { beforeEach, describe, expect, it } from "vitest";
import type { StoredToken } from "../../src/actions/ports.ts";
import type { ProfileId } from "../../src/rules/profile-id.ts";
import type { UsageOutcome } from "../../src/rules/usage.ts";
import { Secret } from "../../src/secret.ts";
import { createUsage, UsageMemory } from "../../src/usage/usage.ts";
import { CountingEntropy, FakeClock, FakeUsageServer, usageNumbers } from "../fakes/fake-ports.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const EXPIRES_MS = 1_800_000_000_000;

let clock: FakeClock;
let server: FakeUsageServer;
let memory: UsageMemory;
let usage: ReturnType<typeof createUsage>;

const proxyFacts = () => ({});
const build = () =>
  createUsage({ memory, clock, timers: clock, entropy: new CountingEntropy(), ask: server.ask, proxyFacts });

beforeEach(() => {
  clock = new FakeClock();
  server = new FakeUsageServer(clock);
  memory = new UsageMemory();
  usage = build();
});

function token(name: string, extra: Partial<StoredToken> = {}): StoredToken {
  const profileId = `openai:${name}` as ProfileId;
  return { profileId, access: new Secret(`token of ${name}`), expiresAtMs: EXPIRES_MS, ...extra };
}

const tokens = (count: number) => Array.from({ length: count }, (_, at) => token(`p${at}`));

async function ask(...asked: readonly StoredToken[]) {
  const inquiry = usage.ask(asked);
  await inquiry.settled;
  return asked.map(({ profileId }) => inquiry.usageOf(profileId));
}

/** Lets everything happen that needs no time. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe("an inquiry", () => {
  it("asks once for each token, and gives the numbers", async () => {
    expect(await ask(...tokens(3))).toMatchObject([{ kind: "numbers" }, { kind: "numbers" }, { kind: "numbers" }]);
    expect(server.asked).toEqual(["openai:p0", "openai:p1", "openai:p2"]);
  });

  it("settles immediately without a token", async () => {
    await usage.ask([]).settled;
    expect(server.asked).toEqual([]);
  });

  it("asks for twenty accounts two at a time", async () => {
    const gate = server.hold();
    const inquiry = usage.ask(tokens(20));
    await settle();
    expect(server.asked).toHaveLength(2);
    gate.open();
    await inquiry.settled;
    expect(server.asked).toHaveLength(20);
  });

  it("shares the two places with every other inquiry", async () => {
    const gate = server.hold();
    const inquiries = [usage.ask(tokens(2)), build().ask([token("other")])];
    await settle();
    expect(server.asked).toHaveLength(2);
    gate.open();
    await Promise.all(inquiries.map(({ settled }) => settled));
    expect(server.asked).toHaveLength(3);
  });

  it("tells what is awaited until it is answered", async () => {
    const gate = server.hold();
    const [one] = tokens(1) as [StoredToken];
    const inquiry = usage.ask([one]);
    await gate.entered;
    expect(inquiry.usageOf(one.profileId)).toEqual({ kind: "awaited" });
    gate.open();
    await inquiry.settled;
    expect(inquiry.usageOf(one.profileId)).toMatchObject({ kind: "numbers" });
  });

  it("ends after twelve seconds with what there is, and asks for nothing more", async () => {
    const gate = server.hold();
    const all = tokens(5);
    const inquiry = usage.ask(all);
    await gate.entered;
    clock.move(11 * SECOND_MS);
    await settle();
    expect(inquiry.usageOf(all[0]?.profileId as ProfileId)).toEqual({ kind: "awaited" });
    clock.move(SECOND_MS);
    await inquiry.settled;
    expect(all.map(({ profileId }) => inquiry.usageOf(profileId))).toEqual(all.map(() => LATE));
    await settle();
    expect(server.asked).toHaveLength(2);
  });

  it("ends its requests with it, so that the terminal can end", async () => {
    const gate = server.hold();
    const inquiry = usage.ask([token("slow")]);
    await gate.entered;
    clock.move(12 * SECOND_MS);
    await inquiry.settled;
    await settle();
    expect(memory.flights.size).toBe(0);
  });

  it("lets a request go on while a later inquiry waits for it", async () => {
    const gate = server.hold();
    const first = usage.ask([token("slow")]);
    await gate.entered;
    clock.move(6 * SECOND_MS);
    const second = usage.ask([token("slow")]);
    clock.move(6 * SECOND_MS);
    await first.settled;
    gate.open();
    await second.settled;
    expect(second.usageOf("openai:slow" as ProfileId)).toMatchObject({ kind: "numbers" });
    expect(server.asked).toHaveLength(1);
  });
});

const LATE = { kind: "untold", reason: "late" };

describe("the memory", () => {
  it("answers for a minute, and is asked again after it", async () => {
    await ask(token("work"));
    clock.move(MINUTE_MS - 1);
    expect(await ask(token("work"))).toMatchObject([{ numbers: { askedAtMs: clock.nowMs() - MINUTE_MS + 1 } }]);
    expect(server.asked).toHaveLength(1);
    clock.move(1);
    await ask(token("work"));
    expect(server.asked).toHaveLength(2);
  });

  it("gives two looks at the same time one request", async () => {
    const gate = server.hold();
    const inquiries = [usage.ask([token("work")]), build().ask([token("work")])];
    await gate.entered;
    gate.open();
    await Promise.all(inquiries.map(({ settled }) => settled));
    expect(server.asked).toHaveLength(1);
  });

  it("is void after another sign-in to the profile", async () => {
    await ask(token("work"));
    await ask(token("work", { access: new Secret("another token") }));
    expect(server.asked).toHaveLength(2);
  });

  it.each<UsageOutcome>([
    { kind: "untold", reason: "unauthorized", status: 401 },
    // A redirect, or an answer that is too long.
    { kind: "untold", reason: "unreadable" },
  ])("keeps an answer without numbers for a minute too: $reason", async (outcome) => {
    server.answers.set("openai:work", outcome);
    expect(await ask(token("work"))).toEqual([outcome]);
    expect(await ask(token("work"))).toEqual([outcome]);
    expect(server.asked).toHaveLength(1);
  });

  it.each(["late", "unreachable"] as const)("keeps no failure of the network: %s", async (reason) => {
    server.answers.set("openai:work", { kind: "untold", reason });
    await ask(token("work"));
    await ask(token("work"));
    expect(server.asked).toHaveLength(2);
  });

  it.each<UsageOutcome>([
    { kind: "untold", reason: "failed", status: 500 },
    { kind: "untold", reason: "unreachable" },
  ])("adds the last numbers to a reason: $reason", async (outcome) => {
    const [first] = await ask(token("work"));
    clock.move(MINUTE_MS);
    server.answers.set("openai:work", outcome);
    const last = first?.kind === "numbers" ? first.numbers : undefined;
    expect(await ask(token("work"))).toEqual([{ ...outcome, last }]);
    clock.move(MINUTE_MS);
    expect(await ask(token("work"))).toEqual([{ ...outcome, last }]);
  });

  it("does not add the numbers of another sign-in", async () => {
    await ask(token("work"));
    server.answers.set("openai:work", { kind: "untold", reason: "failed", status: 500 });
    expect(await ask(token("work", { access: new Secret("another token") }))).toEqual([
      { kind: "untold", reason: "failed", status: 500 },
    ]);
  });

  it("shows its numbers for the profile's present token only, and asks for none", async () => {
    const { profileId } = token("work");
    expect(usage.remembered({ profileId, expiresAtMs: EXPIRES_MS })).toBeUndefined();
    await ask(token("work"));
    clock.move(60 * MINUTE_MS);
    expect(usage.remembered({ profileId, expiresAtMs: EXPIRES_MS })).toEqual(
      usageNumbers(clock.nowMs() - 60 * MINUTE_MS),
    );
    expect(usage.remembered({ profileId, expiresAtMs: EXPIRES_MS + 1 })).toBeUndefined();
    expect(server.asked).toHaveLength(1);
  });

  it("contains no token", async () => {
    await ask(token("work", { access: new Secret("canary") }));
    expect(
      JSON.stringify(memory, (_key, value) => (value instanceof Map ? [...value] : (value as unknown))),
    ).not.toContain("canary");
  });
});

const LIMITED: UsageOutcome = {
  kind: "untold",
  reason: "rate-limited",
  status: 429,
  rest: { ms: 5 * MINUTE_MS, forAll: false },
};
const CHALLENGE: UsageOutcome = {
  kind: "untold",
  reason: "challenge",
  status: 403,
  rest: { ms: 15 * MINUTE_MS, forAll: true },
};

describe("a rest", () => {
  it("of one account leaves the others alone", async () => {
    server.answers.set("openai:p0", LIMITED);
    await ask(...tokens(2));
    clock.move(2 * MINUTE_MS);
    expect(await ask(...tokens(2))).toMatchObject([{ kind: "untold", reason: "rate-limited" }, { kind: "numbers" }]);
    expect(server.asked).toEqual(["openai:p0", "openai:p1", "openai:p1"]);
  });

  it("ends when its time has passed", async () => {
    server.answers.set("openai:p0", LIMITED);
    await ask(token("p0"));
    clock.move(5 * MINUTE_MS - 1);
    await ask(token("p0"));
    expect(server.asked).toHaveLength(1);
    clock.move(1);
    await ask(token("p0"));
    expect(server.asked).toHaveLength(2);
  });

  it("ends when the clock is set back", async () => {
    server.answers.set("openai:p0", LIMITED);
    await ask(token("p0"));
    clock.move(-10 * MINUTE_MS);
    await ask(token("p0"));
    expect(server.asked).toHaveLength(2);
  });

  it("after a challenge is one of all accounts, of those that wait already too", async () => {
    for (const { profileId } of tokens(6)) server.answers.set(profileId, CHALLENGE);
    const usages = await ask(...tokens(6));
    expect(usages.map((one) => (one.kind === "untold" ? one.reason : one.kind))).toEqual(Array(6).fill("challenge"));
    expect(server.asked).toHaveLength(2);
    clock.move(14 * MINUTE_MS);
    await ask(...tokens(6));
    expect(server.asked).toHaveLength(2);
    clock.move(MINUTE_MS);
    server.answers.clear();
    await ask(...tokens(6));
    expect(server.asked).toHaveLength(8);
  });

  it("shows the last numbers", async () => {
    const [first] = await ask(token("work"));
    clock.move(MINUTE_MS);
    server.answers.set("openai:work", LIMITED);
    await ask(token("work"));
    clock.move(2 * MINUTE_MS);
    expect(await ask(token("work"))).toMatchObject([
      { reason: "rate-limited", last: first?.kind === "numbers" && first.numbers },
    ]);
  });
});
