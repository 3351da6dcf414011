/** The parts that talk to a running gateway, over a stand-in of what its API gives: the real one is in test/e2e. */
import { describe, expect, it, vi } from "vitest";
import { settingsOf } from "../../src/host/sdk.ts";
import type { OpenClawPluginApi } from "../../src/host/sdk.ts";
import { watch } from "../../src/host/watch.ts";

interface Service {
  readonly id: string;
  start(): void;
  stop(): void;
}

function gateway(config: unknown = {}) {
  const services: Service[] = [];
  const api = {
    runtime: { config: { current: () => config } },
    registerService: (service: Service) => services.push(service),
  } as unknown as OpenClawPluginApi;
  return { api, services };
}

const withConfig = (config: unknown) => gateway({ plugins: { entries: { "codex-auth": { config } } } }).api;

describe("the settings", () => {
  it.each([
    { config: undefined, expected: { notify: true } },
    { config: { language: "zh-CN" }, expected: { language: "zh-CN", notify: true } },
    { config: { notify: false }, expected: { notify: false } },
    { config: { language: 1, notify: "no" }, expected: { notify: true } },
  ])("are what the config says: $config", ({ config, expected }) => {
    expect(settingsOf(withConfig(config))).toEqual(expected);
  });

  it("are none where the config has no plugins", () => {
    expect(settingsOf(gateway().api)).toEqual({ notify: true });
  });

  it("are none while the host's config cannot be read: what withholds an address needs a language all the same", () => {
    const { api } = gateway();
    Object.defineProperty(api.runtime, "config", {
      get: () => {
        throw new Error("the config is being reloaded");
      },
    });
    expect(settingsOf(api)).toEqual({ notify: true });
  });
});

function running({ isOn = true, isSandbox = false } = {}) {
  vi.useFakeTimers();
  const { api, services } = gateway();
  const looks: PromiseWithResolvers<void>[] = [];
  const state = { isOn };
  watch(api, { isOn: () => state.isOn, isSandbox }, () => {
    const look = Promise.withResolvers<void>();
    looks.push(look);
    return look.promise;
  });
  return { service: services[0] as Service, looks, state };
}

describe("the watch", () => {
  it("looks once a minute, from the gateway's start to its stop", async () => {
    const { service, looks } = running();
    await vi.advanceTimersByTimeAsync(120_000);
    expect(looks.length).toBe(0);
    service.start();
    await vi.advanceTimersByTimeAsync(59_999);
    expect(looks.length).toBe(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(looks.length).toBe(1);
    service.stop();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(looks.length).toBe(1);
    vi.useRealTimers();
  });

  it("takes one look at a time, and another after one that failed", async () => {
    const { service, looks } = running();
    service.start();
    await vi.advanceTimersByTimeAsync(300_000);
    expect(looks.length).toBe(1);
    looks[0]?.reject(new Error("canary"));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(looks.length).toBe(2);
    service.stop();
    vi.useRealTimers();
  });

  it("takes none while the config says so, and only one timer after two starts", async () => {
    const { service, looks, state } = running({ isOn: false, isSandbox: true });
    service.start();
    service.start();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(looks.length).toBe(0);
    state.isOn = true;
    await vi.advanceTimersByTimeAsync(2_000);
    expect(looks.length).toBe(1);
    service.stop();
    vi.useRealTimers();
  });
});
