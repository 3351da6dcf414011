import { beforeEach, describe, expect, it } from "vitest";
import { listProfiles } from "../../src/actions/overview.ts";
import { askUsage, type OpenInquiry } from "../../src/actions/usage.ts";
import { CodexAuthError } from "../../src/errors.ts";
import { terminalBinding } from "../../src/rules/binding.ts";
import type { ProfileName } from "../../src/rules/profile-id.ts";
import type { ListedProfile, UsageReport } from "../../src/rules/results.ts";
import { createFakePorts, DANA, failing, usageNumbers, type FakePorts } from "../fakes/fake-ports.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

let ports: FakePorts;
beforeEach(() => {
  ports = createFakePorts();
  ports.profiles.has("openai:work", "openai:home");
});

async function open(askedName?: string, binding = DANA): Promise<OpenInquiry> {
  const inquiry = await askUsage(ports, { binding, askedName: askedName as ProfileName | undefined });
  if (inquiry.kind === "refused") throw new Error(inquiry.code);
  return inquiry;
}

async function report(askedName?: string, binding = DANA): Promise<UsageReport> {
  const inquiry = await open(askedName, binding);
  await inquiry.settled;
  return inquiry.report();
}

/** What is reported of each profile: its kind, or its reason. */
const outcomes = ({ profiles }: UsageReport) =>
  Object.fromEntries(
    profiles.map(({ profile, usage }) => [profile.name, usage.kind === "untold" ? usage.reason : usage.kind]),
  );

describe("the usage", () => {
  it("is asked for every profile, in the order of the list", async () => {
    expect(outcomes(await report())).toEqual({ work: "numbers", home: "numbers" });
    expect(ports.usageServer.asked).toEqual(["openai:work", "openai:home"]);
  });

  it("is asked for one profile alone", async () => {
    expect(outcomes(await report("home"))).toEqual({ home: "numbers" });
    expect(ports.usageServer.asked).toEqual(["openai:home"]);
  });

  it("of a profile that does not exist is a refusal, and nothing is asked", async () => {
    expect(await askUsage(ports, { binding: DANA, askedName: "nope" as ProfileName })).toEqual({
      kind: "refused",
      code: "profile-unknown",
      profileName: "nope",
    });
    expect(ports.usageServer.asked).toEqual([]);
  });

  it("of twenty profiles is told, and the number of the others", async () => {
    ports.profiles.has(...Array.from({ length: 23 }, (_, at) => `openai:p${at}`));
    const found = await report();
    expect([found.profiles.length, found.left, ports.usageServer.asked.length]).toEqual([20, 5, 20]);
    expect((await report("p22")).left).toBe(0);
  });

  it.each<{ readonly name: string; readonly condition: Partial<ListedProfile>; readonly reason: string }>([
    { name: "that is renewed now", condition: { health: "refreshing" }, reason: "renewing" },
    { name: "without a token", condition: { health: "needs-sign-in" }, reason: "no-token" },
    {
      name: "with a token that has expired",
      condition: { expiresAtMs: 1_795_000_000_000 - DAY_MS },
      reason: "token-old",
    },
    {
      name: "with a token of five minutes",
      condition: { expiresAtMs: 1_795_000_000_000 + 5 * MINUTE_MS },
      reason: "token-old",
    },
    {
      name: "with a token of a little more",
      condition: { expiresAtMs: 1_795_000_000_001 + 5 * MINUTE_MS },
      reason: "numbers",
    },
    { name: "in a cooldown", condition: { health: "cooling-down" }, reason: "numbers" },
    { name: "that is disabled", condition: { health: "disabled" }, reason: "numbers" },
  ])("of a profile $name: $reason", async ({ condition, reason }) => {
    ports.profiles.becomes("openai:work", condition);
    expect(outcomes(await report())).toEqual({ work: reason, home: "numbers" });
    expect(ports.usageServer.asked.includes("openai:work")).toBe(reason === "numbers");
  });

  it("has the last numbers of a token that has expired since", async () => {
    ports.profiles.becomes("openai:work", { expiresAtMs: ports.clock.nowMs() + 10 * MINUTE_MS });
    await report();
    ports.clock.move(6 * MINUTE_MS);
    const { profiles } = await report("work");
    expect(profiles[0]?.usage).toMatchObject({
      reason: "token-old",
      last: { askedAtMs: ports.clock.nowMs() - 6 * MINUTE_MS },
    });
  });

  it("is a refusal if the store cannot be read", async () => {
    const broken = createFakePorts();
    broken.profiles.listWithTokens = failing(new CodexAuthError("store-unreadable"));
    expect(await askUsage(broken, { binding: DANA })).toEqual({ kind: "refused", code: "store-unreadable" });
  });

  it("names the proxy only if another one may help", async () => {
    const facts = { variable: "https_proxy", noProxy: "NO_PROXY" } as const;
    ports.usage.proxyFacts = () => facts;
    for (const [reason, shown] of [
      ["region", facts],
      ["challenge", facts],
      ["unreachable", facts],
      ["failed", {}],
    ] as const) {
      ports.usageServer.answers.set("openai:work", { kind: "untold", reason });
      const { variable, noProxy } = await report();
      expect({ reason, variable, noProxy }).toEqual({ reason, ...shown });
      ports.clock.move(2 * MINUTE_MS);
    }
  });

  it("changes nothing, whatever OpenAI answers", async () => {
    const before = await ports.profiles.list("main");
    for (const reason of ["unauthorized", "sign-in-ended", "workspace-gone", "challenge", "rate-limited"] as const) {
      ports.usageServer.answers.set("openai:work", { kind: "untold", reason, status: 401 });
      await report();
      ports.clock.move(2 * MINUTE_MS);
    }
    expect(await ports.profiles.list("main")).toEqual(before);
    expect([ports.profiles.saves, ports.audit.entries, ports.oauth.exchanges]).toEqual([[], [], []]);
  });
});

describe("the profile in use", () => {
  it("is the default without a pin", async () => {
    expect((await report()).inUse).toBe("openai:work");
  });

  it.each(["person", "host"] as const)("is the one that the %s has pinned", async (by) => {
    ports.pins.keep(DANA, { profileId: "openai:home", by });
    expect((await report()).inUse).toBe("openai:home");
  });

  it("is the default if the pinned one cannot be used", async () => {
    ports.pins.keep(DANA, { profileId: "openai:home", by: "person" });
    ports.profiles.becomes("openai:home", { health: "cooling-down" });
    expect((await report()).inUse).toBe("openai:work");
  });

  it("is not told in the terminal, which is no chat", async () => {
    expect((await report(undefined, terminalBinding("gateway-1", "main"))).inUse).toBeUndefined();
  });
});

const told = (profileId: string, used: readonly [number, number]) =>
  ports.usageServer.answers.set(profileId, { kind: "numbers", numbers: usageNumbers(ports.clock.nowMs(), used) });

describe("the profile with the most left", () => {
  it("is one that the host can use", async () => {
    ports.profiles.has("openai:team");
    told("openai:work", [0, 80]);
    told("openai:home", [0, 50]);
    told("openai:team", [0, 0]);
    ports.profiles.becomes("openai:team", { health: "cooling-down" });
    expect((await report()).best?.name).toBe("home");
  });
});

describe("an inquiry", () => {
  it("tells whether all is answered within a time", async () => {
    const gate = ports.usageServer.hold();
    const inquiry = await open();
    await gate.entered;
    const isPrompt = inquiry.settlesWithin(3_000);
    ports.clock.move(3_000);
    expect(await isPrompt).toBe(false);
    expect(outcomes(inquiry.report())).toEqual({ work: "awaited", home: "awaited" });
    expect(inquiry.report().isPartial).toBe(true);
    gate.open();
    expect(await inquiry.settlesWithin(3_000)).toBe(true);
    expect(inquiry.report().isPartial).toBe(false);
  });
});

describe("the list of profiles", () => {
  it("has the numbers in memory, and asks for none", async () => {
    const expiresAtMs = ports.clock.nowMs() + DAY_MS;
    ports.profiles.becomes("openai:work", { expiresAtMs });
    await report("work");
    ports.clock.move(5 * MINUTE_MS);
    const list = await listProfiles(ports, DANA);
    expect(list).toMatchObject({
      profiles: [{ name: "work", usage: { askedAtMs: ports.clock.nowMs() - 5 * MINUTE_MS } }, { name: "home" }],
    });
    expect(JSON.stringify(list)).not.toContain("canary");
    expect(ports.usageServer.asked).toHaveLength(1);
    ports.profiles.becomes("openai:work", { expiresAtMs: expiresAtMs + 1 });
    expect((await listProfiles(ports, DANA)) as object).not.toMatchObject({
      profiles: [{ usage: expect.anything() as unknown }, {}],
    });
  });
});
