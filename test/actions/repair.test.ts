import { beforeEach, describe, expect, it } from "vitest";
import { retryProfile, reviveProfile } from "../../src/actions/repair.ts";
import type { ProfileName } from "../../src/rules/profile-id.ts";
import type { ListedProfile } from "../../src/rules/results.ts";
import type { UsageOutcome } from "../../src/rules/usage.ts";
import { createFakePorts, DANA, type FakePorts, usageNumbers } from "../fakes/fake-ports.ts";

const WORK = "openai:work";
let ports: FakePorts;
beforeEach(() => {
  ports = createFakePorts();
  ports.profiles.has(WORK, "openai:team");
});

const request = { binding: DANA, askedName: "work" as ProfileName, isAllowed: () => true };
const refused = (code: string) => ({ kind: "refused", code, profileName: "work" });
const healthOf = async (id: string) => (await ports.profiles.list("main")).find((one) => one.profileId === id)?.health;
const outcomes = () => ports.audit.entries.map(({ action, outcome }) => `${action} ${outcome}`);

const numbers = (extra: object) =>
  ({ kind: "numbers", numbers: { ...usageNumbers(ports.clock.nowMs()), ...extra } }) as UsageOutcome;

describe("a cooldown that OpenAI does not know of", () => {
  const HELD: Partial<ListedProfile> = { health: "cooling-down", reason: "subscription_limit", unusableUntilMs: 9e15 };
  beforeEach(() => ports.profiles.becomes(WORK, HELD));

  it("ends after OpenAI was asked, is noted, and no other profile is asked about", async () => {
    expect(await retryProfile(ports, request)).toEqual({ kind: "retried", profileName: "work", activation: "live" });
    expect(ports.usageServer.asked).toEqual([WORK]);
    expect(await healthOf(WORK)).toBe("signed-in");
    expect(outcomes()).toEqual(["retry done"]);
  });

  it.each([
    { name: "after one refused look", condition: { health: "cooling-down", reason: "refused" } },
    { name: "of a disablement for its billing", condition: { health: "disabled", reason: "billing" } },
  ] as const)("ends $name too", async ({ condition }) => {
    ports.profiles.becomes(WORK, condition);
    expect(await retryProfile(ports, request)).toMatchObject({ kind: "retried" });
  });

  const reached = { limit: { isReached: true, windows: [{ seconds: 18_000 }] } };
  const REFUSALS: readonly { name: string; answer: () => UsageOutcome; code: string }[] = [
    { name: "the limit is reached", answer: () => numbers(reached), code: "retry-limit-reached" },
    { name: "there are no credits", answer: () => numbers({ stop: "credits" }), code: "retry-limit-reached" },
    {
      name: "it tells of no window",
      answer: () => numbers({ limit: { isReached: false, windows: [] } }),
      code: "retry-limit-reached",
    },
    {
      name: "it refuses the token",
      answer: () => ({ kind: "untold", reason: "unauthorized", status: 401 }),
      code: "retry-unanswered",
    },
    {
      name: "it cannot be reached",
      answer: () => ({ kind: "untold", reason: "unreachable" }),
      code: "retry-unanswered",
    },
  ];
  it.each(REFUSALS)("stays if $name", async ({ answer, code }) => {
    ports.usageServer.answers.set(WORK, answer());
    expect(await retryProfile(ports, request)).toEqual(refused(code));
    expect(await healthOf(WORK)).toBe("cooling-down");
    expect(outcomes()).toEqual([`retry ${code}`]);
  });

  it("stays if the answer in memory is older than a minute and nothing newer comes", async () => {
    await retryProfile(ports, request);
    ports.profiles.becomes(WORK, HELD);
    ports.clock.move(61_000);
    ports.usageServer.answers.set(WORK, { kind: "untold", reason: "rate-limited", status: 429 });
    expect(await retryProfile(ports, request)).toEqual(refused("retry-unanswered"));
  });

  it("stays if its token cannot be sent, and nothing is asked", async () => {
    ports.profiles.becomes(WORK, { expiresAtMs: ports.clock.nowMs() + 5 * 60_000 });
    expect(await retryProfile(ports, request)).toEqual(refused("retry-unanswered"));
    expect(ports.usageServer.asked).toEqual([]);
  });

  it("stays if the user may not do it, and nothing is asked", async () => {
    expect(await retryProfile(ports, { ...request, isAllowed: () => false })).toEqual(refused("not-allowed"));
    expect(ports.usageServer.asked).toEqual([]);
  });

  it("stays if the store refuses", async () => {
    ports.profiles.refuse("store-locked");
    expect(await retryProfile(ports, request)).toEqual(refused("store-locked"));
  });

  it.each([
    { health: "signed-in" },
    { health: "needs-sign-in", reason: "auth_permanent" },
    { health: "disabled", reason: "auth_permanent" },
  ] as const)("is not found in $health ($reason)", async (condition) => {
    ports.profiles.becomes(WORK, { reason: undefined, ...condition } as Partial<ListedProfile>);
    expect(await retryProfile(ports, request)).toEqual(refused("retry-not-held"));
    expect(ports.usageServer.asked).toEqual([]);
  });
});

describe("an old sign-in", () => {
  beforeEach(() =>
    ports.profiles.becomes(WORK, { health: "needs-sign-in", reason: "renewal-failed", canRevive: true }),
  );

  it("is renewed, and that is noted", async () => {
    expect(await reviveProfile(ports, request)).toEqual({ kind: "revived", profileName: "work" });
    expect(await healthOf(WORK)).toBe("signed-in");
    expect(outcomes()).toEqual(["revive done"]);
  });

  it("stays as it is while the sign-in server does not answer", async () => {
    ports.oauth.isReached = false;
    expect(await reviveProfile(ports, request)).toEqual(refused("revive-offline"));
    expect(await healthOf(WORK)).toBe("needs-sign-in");
  });

  it.each(["rejected", "failed", "changed"] as const)("can be %s", async (renewal) => {
    ports.profiles.renewal = renewal;
    expect(await reviveProfile(ports, request)).toEqual(refused(`revive-${renewal}`));
    expect(outcomes()).toEqual([`revive revive-${renewal}`]);
  });

  it("is not tried for somebody who may not", async () => {
    expect(await reviveProfile(ports, { ...request, isAllowed: () => false })).toEqual(refused("not-allowed"));
  });

  it("is not tried if it is not remembered, or if no renewal failed", async () => {
    ports.profiles.becomes(WORK, { canRevive: undefined } as unknown as Partial<ListedProfile>);
    expect(await reviveProfile(ports, request)).toEqual(refused("revive-forgotten"));
    ports.profiles.becomes(WORK, { reason: "no-token" });
    expect(await reviveProfile(ports, request)).toEqual(refused("revive-not-failed"));
  });
});
