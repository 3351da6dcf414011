import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import {
  once,
  remember,
  rememberUntilStop,
  repeat,
  sharedEndings,
  systemClock,
  systemEntropy,
  systemTimers,
} from "../src/system.ts";

it("reads the wall clock in milliseconds", () => {
  vi.useFakeTimers({ now: 1_795_000_000_123, toFake: ["Date"] });
  expect(systemClock.nowMs()).toBe(1_795_000_000_123);
  vi.useRealTimers();
});

describe("systemEntropy", () => {
  it.each([16, 32])("gives %i bytes in both spellings", (length) => {
    const bytes = systemEntropy.bytes(length);
    expect(bytes.toHex()).toMatch(new RegExp(`^[0-9a-f]{${length * 2}}$`));
    expect(Buffer.from(bytes.toBase64Url(), "base64url").toString("hex")).toBe(bytes.toHex());
  });

  it("writes base64url without padding", () => {
    expect(systemEntropy.bytes(32).toBase64Url()).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });

  it("gives other bytes each time", () => {
    const drawn = Array.from({ length: 1000 }, () => systemEntropy.bytes(16).toHex());
    expect(new Set(drawn).size).toBe(1000);
  });

  /** NIST's own vectors (FIPS 180-2, appendix B), in base64url. */
  it.each([
    { text: "", hex: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855" },
    { text: "abc", hex: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" },
    {
      text: "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      hex: "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
    },
  ])("digests $text as SHA-256", ({ text, hex }) => {
    expect(Buffer.from(systemEntropy.digest(text), "base64url").toString("hex")).toBe(hex);
  });

  it("digests the same text to the same 43 characters", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (text) => {
        expect(systemEntropy.digest(text)).toBe(systemEntropy.digest(text));
        expect(systemEntropy.digest(text)).toMatch(/^[A-Za-z0-9_-]{43}$/);
      }),
    );
  });
});

describe("remember", () => {
  it("gives one object for one name and version, and another for the next version", () => {
    const first = remember("test", "1", () => ({}));
    expect(remember("test", "1", () => ({}))).toBe(first);
    expect(remember("test", "2", () => ({}))).not.toBe(first);
  });
});

describe("rememberUntilStop", () => {
  it("stops one object once, however often the plugin is reloaded", () => {
    let stops = 0;
    const load = () => rememberUntilStop("stoppable", "1", () => ({ stop: () => void (stops += 1) }));
    expect(load()).toBe(load());
    expect(sharedEndings("1").size).toBe(1);
    for (const end of sharedEndings("1")) end();
    expect(stops).toBe(1);
  });
});

describe("once", () => {
  it("keeps the first result, and calls again only after a failure", async () => {
    let calls = 0;
    const load = once(async () => {
      calls += 1;
      if (calls === 1) throw new Error("canary");
      return calls;
    });
    await expect(load()).rejects.toThrow("canary");
    expect([await load(), await load()]).toEqual([2, 2]);
  });
});

function running() {
  const runs: PromiseWithResolvers<void>[] = [];
  const failures: unknown[] = [];
  const task = () => {
    const run = Promise.withResolvers<void>();
    runs.push(run);
    return run.promise;
  };
  return { runs, failures, timer: repeat(60_000, task, (error) => failures.push(error)) };
}

describe("repeat", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("runs the task from start to stop", async () => {
    const { runs, timer } = running();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(runs.length).toBe(0);
    timer.start();
    await vi.advanceTimersByTimeAsync(59_999);
    expect(runs.length).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(runs.length).toBe(1);
    timer.stop();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(runs.length).toBe(1);
  });

  it("can run the task for the first time sooner", async () => {
    const runs: number[] = [];
    const timer = repeat(
      60_000,
      async () => void runs.push(Date.now()),
      () => undefined,
      5_000,
    );
    timer.start();
    await vi.advanceTimersByTimeAsync(65_000);
    expect(runs.length).toBe(2);
    timer.stop();
    timer.start();
    timer.stop();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(runs.length).toBe(2);
  });

  it("runs one at a time with one timer, and again after a run that failed", async () => {
    const { runs, failures, timer } = running();
    timer.start();
    timer.start();
    await vi.advanceTimersByTimeAsync(300_000);
    expect(runs.length).toBe(1);
    const error = new Error("canary");
    runs[0]?.reject(error);
    await vi.advanceTimersByTimeAsync(60_000);
    expect([runs.length, failures]).toEqual([2, [error]]);
    timer.stop();
  });
});

const isOver = async (wait: Promise<void>) => Promise.race([wait.then(() => true), Promise.resolve(false)]);

describe("systemTimers", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());
  it("waits for its time", async () => {
    const wait = systemTimers.wait(1000);
    await vi.advanceTimersByTimeAsync(999);
    expect(await isOver(wait)).toBe(false);
    await vi.advanceTimersByTimeAsync(1);
    await wait;
  });

  it("ends early with its signal, and leaves no timer", async () => {
    const stopped = new AbortController();
    const wait = systemTimers.wait(1000, stopped.signal);
    stopped.abort();
    await wait;
    await systemTimers.wait(1000, stopped.signal);
    expect(vi.getTimerCount()).toBe(0);
  });
});
