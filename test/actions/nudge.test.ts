import { beforeEach, describe, expect, it } from "vitest";
import { claimNudge, NudgeMemory, quietProfile } from "../../src/actions/nudge.ts";
import type { ProfileName } from "../../src/rules/profile-id.ts";
import { createFakePorts, DANA, type FakePorts, usageNumbers } from "../fakes/fake-ports.ts";

const [WORK, TEAM] = ["openai:work", "openai:team"];
const MINUTE_MS = 60_000;
let ports: FakePorts;
let memory: NudgeMemory;

beforeEach(() => {
  ports = createFakePorts();
  memory = new NudgeMemory();
  ports.profiles.has(WORK, TEAM);
  for (const id of [WORK, TEAM]) ports.profiles.becomes(id, { expiresAtMs: ports.clock.nowMs() + 864_000_000 });
  turn(WORK);
});

/** A chat has just used that profile. */
const turn = (id: string) => ports.profiles.becomes(id, { lastUsedMs: ports.clock.nowMs() });
const use = (id: string, used: readonly [number, number]) =>
  ports.usageServer.answers.set(id, { kind: "numbers", numbers: usageNumbers(ports.clock.nowMs(), used) });
const claim = () => claimNudge(ports, "main", memory);
/** After a restart of the gateway. What is on disk stays. */
function withoutMemory(before: FakePorts): FakePorts {
  const { notices, profiles } = before;
  return { ...createFakePorts(), notices, profiles };
}
const look = async (id: string) => {
  const { tokens } = await ports.profiles.listWithTokens("main");
  await ports.usage.ask(tokens.filter(({ profileId }) => profileId === id)).settled;
};

describe("the account in use", () => {
  it("is asked for, and told of once, with the windows that are nearly used up", async () => {
    use(WORK, [81, 40]);
    expect(await claim()).toMatchObject({ profile: { profileId: WORK }, due: [{ seconds: 18_000 }] });
    expect(await claim()).toBeUndefined();
    expect(ports.usageServer.asked).toEqual([WORK]);
  });

  it("is the one of the newest turn", async () => {
    ports.clock.move(MINUTE_MS);
    turn(TEAM);
    use(WORK, [99, 99]);
    use(TEAM, [96, 0]);
    expect(await claim()).toMatchObject({ profile: { profileId: TEAM } });
  });

  it("is asked for every 15 minutes at most, also if nothing is told", async () => {
    ports.usageServer.answers.set(WORK, { kind: "untold", reason: "unauthorized", status: 401 });
    await claim();
    ports.clock.move(14 * MINUTE_MS);
    turn(WORK);
    await claim();
    expect(ports.usageServer.asked).toHaveLength(1);
    ports.clock.move(MINUTE_MS);
    use(WORK, [99, 0]);
    expect(await claim()).toBeDefined();
    expect(ports.usageServer.asked).toHaveLength(2);
  });

  it("is judged by numbers that are known already", async () => {
    use(WORK, [99, 0]);
    await look(WORK);
    expect(await claim()).toBeDefined();
    expect(ports.usageServer.asked).toEqual([WORK]);
  });

  it("is not asked for while no chat runs", async () => {
    use(WORK, [99, 0]);
    ports.clock.move(15 * MINUTE_MS);
    expect(await claim()).toBeUndefined();
    expect(ports.usageServer.asked).toEqual([]);
  });

  it("is not asked for with a token that is about to expire", async () => {
    ports.profiles.becomes(WORK, { expiresAtMs: ports.clock.nowMs() + 5 * MINUTE_MS });
    expect(await claim()).toBeUndefined();
    expect(ports.usageServer.asked).toEqual([]);
  });

  it("comes with the profile that has the most left of those whose numbers are known", async () => {
    use(WORK, [99, 0]);
    use(TEAM, [1, 1]);
    await look(TEAM);
    expect(await claim()).toMatchObject({ best: { profileId: TEAM } });
  });

  it("comes without another one that is nearly used up itself", async () => {
    use(WORK, [85, 0]);
    use(TEAM, [1, 81]);
    await look(TEAM);
    expect(await claim()).not.toHaveProperty("best");
  });

  it("is nothing to tell of without a profile that was ever used", async () => {
    const fresh = createFakePorts();
    fresh.profiles.has(WORK);
    expect(await claimNudge(fresh, "main", memory)).toBeUndefined();
  });
});

describe("a profile that is to be quiet", () => {
  const request = { binding: DANA, askedName: "work" as ProfileName, isAllowed: () => true };

  it("is not told of any more", async () => {
    use(WORK, [81, 40]);
    await claim();
    expect(await quietProfile(ports, request)).toEqual({ kind: "quiet", profileName: "work" });
    use(WORK, [99, 99]);
    ports.clock.move(15 * MINUTE_MS);
    turn(WORK);
    expect(await claim()).toBeUndefined();
    expect(ports.usageServer.asked).toHaveLength(2);
  });

  it("is quiet also while the setting is off, and the result says that it is", async () => {
    use(WORK, [81, 40]);
    const off = { ...ports, isNudgeOn: () => false };
    expect(await quietProfile(off, request)).toEqual({ kind: "quiet", profileName: "work", isOff: true });
    use(WORK, [99, 99]);
    turn(WORK);
    expect(await claim()).toBeUndefined();
  });

  it("is asked about if no numbers are in memory, and then quiet in all its windows", async () => {
    use(WORK, [81, 40]);
    expect(await quietProfile(ports, request)).toEqual({ kind: "quiet", profileName: "work" });
    expect(ports.usageServer.asked).toEqual([WORK]);
    expect(ports.notices.said.map(({ seconds, below }) => [seconds, below])).toEqual([
      [18_000, 0],
      [604_800, 0],
    ]);
  });

  it("is quiet in the windows that were told of if OpenAI does not answer", async () => {
    use(WORK, [81, 40]);
    await claim();
    const [told] = ports.notices.said;
    const restarted = withoutMemory(ports);
    restarted.usageServer.answers.set(WORK, { kind: "untold", reason: "unreachable" });
    expect(await quietProfile(restarted, request)).toEqual({ kind: "quiet", profileName: "work" });
    expect(ports.notices.said).toEqual([{ ...told, below: 0 }]);
  });

  it("must have numbers, or have been told of", async () => {
    ports.usageServer.answers.set(WORK, { kind: "untold", reason: "unauthorized", status: 401 });
    expect(await quietProfile(ports, request)).toEqual({
      kind: "refused",
      code: "usage-unknown",
      profileName: "work",
    });
  });

  it("is not asked about for a user who is not an owner any more", async () => {
    const result = await quietProfile(ports, { ...request, isAllowed: () => false });
    expect(result).toMatchObject({ code: "not-allowed" });
    expect(ports.usageServer.asked).toEqual([]);
  });
});
