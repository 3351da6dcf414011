import { beforeEach, describe, expect, it } from "vitest";
import { startWithCode, type DeviceOutcome } from "../../src/actions/device.ts";
import { DevicePoller, type PollerHost } from "../../src/actions/device-poller.ts";
import { cancelPending } from "../../src/actions/overview.ts";
import type { Ports } from "../../src/actions/ports.ts";
import { terminalBinding, type Binding } from "../../src/rules/binding.ts";
import type { ProfileName } from "../../src/rules/profile-id.ts";
import { createFakePorts, DANA, type FakePorts } from "../fakes/fake-ports.ts";

const SECOND_MS = 1000;
const MINUTE_MS = 60_000;

let ports: FakePorts;
let poller: DevicePoller;
let owners: Set<string>;
let told: { readonly to: string; readonly kind: string; readonly code?: string }[];
beforeEach(() => {
  ports = createFakePorts();
  poller = new DevicePoller();
  owners = new Set([DANA.senderId, "4243"]);
  told = [];
});

function hostOf(change: Partial<PollerHost> = {}): PollerHost {
  return {
    gateway: DANA.gateway,
    log: ports.log,
    ports: () => Promise.resolve(ports),
    ownerQuestion: ({ binding }) => Promise.resolve(() => owners.has(binding.senderId)),
    tell: async ({ binding }, result: DeviceOutcome) => {
      told.push({ to: binding.senderId, kind: result.kind, ...("code" in result ? { code: result.code } : {}) });
    },
    ...change,
  };
}

const ask = (name = "work", binding: Binding = DANA, over: Ports = ports) =>
  startWithCode(over, { binding, askedName: name as ProfileName });

/** All that can happen without time has happened. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

/** Time passes in steps that no interval is shorter than. */
async function pass(ms: number): Promise<void> {
  for (let left = ms; left > 0; left -= SECOND_MS) {
    ports.clock.move(Math.min(left, SECOND_MS));
    await settle();
  }
}

async function startPolling(host: PollerHost = hostOf()): Promise<PollerHost> {
  poller.start(host);
  await poller.look();
  await settle();
  return host;
}

/** The seconds at which the next polls were sent. */
async function pollTimes(count: number): Promise<readonly number[]> {
  const times: number[] = [];
  for (let second = 1; times.length < count && second < 300; second += 1) {
    const before = polls();
    await pass(SECOND_MS);
    if (polls() > before) times.push(second);
  }
  return times;
}

const polls = () => ports.oauth.polls.length;
const waiting = (waitMs: number, intervalMs = 5000) => ({ kind: "waiting", waitMs, pace: { intervalMs } }) as const;

describe("a poller", () => {
  it("polls after one interval, and at most a fifth later", async () => {
    await ask();
    await startPolling();
    await pass(4 * SECOND_MS);
    expect(polls()).toBe(0);
    await pass(2 * SECOND_MS);
    expect(polls()).toBe(1);
    await pass(60 * SECOND_MS);
    expect(polls()).toBeGreaterThanOrEqual(10);
    expect(polls()).toBeLessThanOrEqual(14);
  });

  it("tells the user that the profile is saved, and polls no more", async () => {
    await ask();
    await startPolling();
    ports.oauth.approveCode("CODE-1");
    await pass(6 * SECOND_MS);
    expect(told).toEqual([{ to: DANA.senderId, kind: "saved" }]);
    await pass(MINUTE_MS);
    expect(polls()).toBe(1);
    expect(ports.clock.waitsMs).toEqual([]);
  });

  it("begins with a sign-in that was started before the restart", async () => {
    await ask();
    const host = await startPolling();
    await pass(20 * SECOND_MS);
    poller.stop(host);
    poller = new DevicePoller();
    ports.oauth.approveCode("CODE-1");
    await startPolling();
    await pass(6 * SECOND_MS);
    expect(told).toMatchObject([{ kind: "saved" }]);
  });

  it("does nothing without a pending code", async () => {
    await startPolling();
    await pass(MINUTE_MS);
    expect([polls(), ports.clock.waitsMs]).toEqual([0, []]);
  });

  it("leaves the codes of a terminal and of another gateway to their own pollers", async () => {
    await ask("work", terminalBinding(DANA.gateway, "main"));
    await ask("play", { ...DANA, gateway: "gateway-2" });
    await startPolling();
    await pass(MINUTE_MS);
    expect(polls()).toBe(0);
  });

  it("never polls one sign-in twice at once, however often it looks", async () => {
    await ask();
    await startPolling();
    await Promise.all([poller.look(), poller.look(), poller.look()]);
    const { entered, open } = ports.oauth.holdPoll();
    ports.clock.move(6 * SECOND_MS);
    await entered;
    await poller.look();
    await pass(MINUTE_MS);
    expect(polls()).toBe(1);
    open();
    await settle();
  });

  it("polls for two users at once, each for their own", async () => {
    await ask("work");
    await ask("work", { ...DANA, senderId: "4243", conversationId: "4243" });
    await startPolling();
    ports.oauth.approveCode("CODE-2", "robin@example.com");
    await pass(6 * SECOND_MS);
    expect(told).toEqual([{ to: "4243", kind: "saved" }]);
    expect(ports.pending.document.logins).toMatchObject([{ binding: DANA }]);
  });

  it("polls 20 sign-ins at most, and the next one once there is a place", async () => {
    for (let user = 0; user < 22; user += 1) {
      const senderId = `user-${user}`;
      owners.add(senderId);
      await ask("work", { ...DANA, senderId, conversationId: senderId });
    }
    await startPolling();
    await pass(6 * SECOND_MS);
    expect(new Set(ports.oauth.polls).size).toBe(20);
    expect(ports.oauth.polls).not.toContain("CODE-21");
    ports.oauth.pollAnswers.push({ kind: "ended", code: "authorization-denied" });
    await pass(13 * SECOND_MS);
    expect(ports.oauth.polls).toContain("CODE-21");
    expect(ports.oauth.polls).not.toContain("CODE-22");
  });

  it("waits as long as the server says, and then at the longer interval", async () => {
    await ask();
    ports.oauth.pollAnswers.push(waiting(45_000, 10_000));
    await startPolling();
    const [first = 0, second = 0, third = 0] = await pollTimes(3);
    expect(second - first).toBeGreaterThanOrEqual(45);
    expect(second - first).toBeLessThanOrEqual(55);
    expect(third - second).toBeGreaterThanOrEqual(10);
    expect(third - second).toBeLessThanOrEqual(13);
  });

  it("keeps the longer interval over a restart", async () => {
    await ask();
    ports.oauth.pollAnswers.push(waiting(30_000, 30_000));
    const host = await startPolling();
    await pass(6 * SECOND_MS);
    poller.stop(host);
    await settle();
    poller = new DevicePoller();
    await startPolling();
    await pass(29 * SECOND_MS);
    expect(polls()).toBe(1);
    await pass(8 * SECOND_MS);
    expect(polls()).toBe(2);
  });

  it("tells at the end of the time that nobody approved", async () => {
    await ask();
    await startPolling();
    await pass(15 * MINUTE_MS);
    expect(told).toEqual([{ to: DANA.senderId, kind: "refused", code: "device-code-expired" }]);
    expect(ports.pending.document.logins).toEqual([]);
  });

  it("polls once if it wakes late but in time, and finds the approval", async () => {
    await ask();
    await startPolling();
    ports.oauth.approveCode("CODE-1");
    ports.clock.move(14 * MINUTE_MS);
    await settle();
    expect([polls(), told]).toMatchObject([1, [{ kind: "saved" }]]);
  });

  it("polls no more if it wakes after the end", async () => {
    await ask();
    await startPolling();
    ports.oauth.approveCode("CODE-1");
    ports.clock.move(60 * MINUTE_MS);
    await settle();
    expect([polls(), told]).toMatchObject([0, [{ code: "device-code-expired" }]]);
  });

  it("keeps its pace if the clock is set back a little, and ends if it is set back further", async () => {
    await ask();
    await startPolling();
    ports.clock.move(-30 * SECOND_MS);
    await pass(6 * SECOND_MS);
    expect(polls()).toBe(1);
    ports.clock.move(-5 * MINUTE_MS);
    await pass(6 * SECOND_MS);
    expect([polls(), told]).toMatchObject([1, [{ code: "device-code-expired" }]]);
  });

  it("stops for a sign-in that is cancelled, and says nothing", async () => {
    await ask();
    await startPolling();
    await pass(6 * SECOND_MS);
    await cancelPending(ports, DANA);
    ports.oauth.approveCode("CODE-1");
    await pass(MINUTE_MS);
    expect([polls(), told]).toEqual([1, []]);
  });

  it("polls the newer code of a profile only", async () => {
    await ask();
    await startPolling();
    await ask();
    await poller.look();
    await pass(20 * SECOND_MS);
    expect(new Set(ports.oauth.polls)).toEqual(new Set(["CODE-2"]));
  });

  it("stops for a user who is no longer an owner, and says nothing", async () => {
    await ask();
    await startPolling();
    await pass(6 * SECOND_MS);
    owners.clear();
    await pass(MINUTE_MS);
    expect([polls(), told]).toEqual([1, []]);
    expect(ports.pending.document.logins).toEqual([]);
  });

  it("saves nothing for a user who stops being an owner during a poll", async () => {
    await ask();
    await startPolling();
    ports.oauth.approveCode("CODE-1");
    const { entered, open } = ports.oauth.holdPoll();
    ports.clock.move(6 * SECOND_MS);
    await entered;
    owners.clear();
    open();
    await settle();
    expect([ports.profiles.saves, ports.oauth.exchanges, told]).toEqual([[], [], []]);
  });

  it("polls on if the owners or the ports cannot be asked for once", async () => {
    await ask();
    let failures = 2;
    const once = <Value>(value: Value) =>
      failures-- > 0 ? Promise.reject(new Error("canary")) : Promise.resolve(value);
    await startPolling(hostOf({ ownerQuestion: () => once(() => true) }));
    ports.oauth.approveCode("CODE-1");
    await pass(20 * SECOND_MS);
    expect(told).toMatchObject([{ kind: "saved" }]);
    expect(ports.log.lines.join(" ")).not.toContain("canary");
  });

  it("logs what keeps it from looking, and looks again when it is asked", async () => {
    await ask();
    let isBroken = false;
    const host = hostOf({ ports: () => (isBroken ? Promise.reject(new Error("canary")) : Promise.resolve(ports)) });
    await startPolling(host);
    await pass(6 * SECOND_MS);
    isBroken = true;
    await pass(6 * SECOND_MS);
    expect(ports.log.lines).toContain("warn: polling device codes failed (Error)");
    isBroken = false;
    await poller.look();
    ports.oauth.approveCode("CODE-1");
    await pass(6 * SECOND_MS);
    expect(told).toMatchObject([{ kind: "saved" }]);
  });
});

describe("the copies of the plugin in one process", () => {
  it("share one poller that is started twice", async () => {
    await ask();
    await startPolling();
    await startPolling();
    await pass(6 * SECOND_MS);
    expect(polls()).toBe(1);
  });

  it("stop only themselves, so that a reload may stop the old one after it starts the new one", async () => {
    await ask();
    const old = await startPolling();
    await startPolling();
    poller.stop(old);
    ports.oauth.approveCode("CODE-1");
    await pass(6 * SECOND_MS);
    expect(told).toMatchObject([{ kind: "saved" }]);
  });

  it("send nothing after the last one has stopped, and leave no timer", async () => {
    await ask();
    const host = await startPolling();
    poller.stop(host);
    await settle();
    expect(ports.clock.waitsMs).toEqual([]);
    await pass(MINUTE_MS);
    await poller.look();
    expect(polls()).toBe(0);
    expect(ports.pending.document.logins).toHaveLength(1);
  });

  it("finish a poll that was sent before the stop", async () => {
    await ask();
    const host = await startPolling();
    ports.oauth.approveCode("CODE-1");
    const { entered, open } = ports.oauth.holdPoll();
    ports.clock.move(6 * SECOND_MS);
    await entered;
    poller.stop(host);
    open();
    await settle();
    expect([ports.profiles.saves.length, told]).toMatchObject([1, [{ kind: "saved" }]]);
  });
});
