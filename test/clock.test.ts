import { expect, it, vi } from "vitest";
import { systemClock } from "../src/system.ts";

it("reads the wall clock in milliseconds", () => {
  vi.useFakeTimers({ now: 1_795_000_000_123, toFake: ["Date"] });
  expect(systemClock.nowMs()).toBe(1_795_000_000_123);
  vi.useRealTimers();
});
