import { describe, expect, it } from "vitest";
import { logOf, settingsOf } from "../../src/host/sdk.ts";
import type { OpenClawPluginApi } from "../../src/host/sdk.ts";

const gateway = (config: unknown = {}) => {
  const lines: string[] = [];
  const logger = { info: (line: string) => lines.push(line), warn: (line: string) => lines.push(line) };
  return { api: { logger, runtime: { config: { current: () => config } } } as unknown as OpenClawPluginApi, lines };
};

const withConfig = (config: unknown) => gateway({ plugins: { entries: { "codex-auth": { config } } } }).api;

describe("the settings", () => {
  it.each([
    { config: undefined, expected: { notify: true, loopback: true, nudge: false } },
    { config: { language: "zh-CN" }, expected: { language: "zh-CN", notify: true, loopback: true, nudge: false } },
    { config: { notify: false }, expected: { notify: false, loopback: true, nudge: false } },
    { config: { nudge: true }, expected: { notify: true, loopback: true, nudge: true } },
    { config: { nudge: "yes" }, expected: { notify: true, loopback: true, nudge: false } },
    { config: { loopback: "off" }, expected: { notify: true, loopback: false, nudge: false } },
    { config: { loopback: "auto" }, expected: { notify: true, loopback: true, nudge: false } },
    { config: { loopback: false, nudge: false }, expected: { notify: true, loopback: true, nudge: false } },
    { config: { language: 1, notify: "no" }, expected: { notify: true, loopback: true, nudge: false } },
  ])("are what the config says: $config", ({ config, expected }) => {
    expect(settingsOf(withConfig(config))).toEqual(expected);
  });

  it.each([
    {
      userTimezone: "Europe/Berlin",
      expected: { timeZone: "Europe/Berlin", notify: true, loopback: true, nudge: false },
    },
    { userTimezone: 1, expected: { notify: true, loopback: true, nudge: false } },
    { userTimezone: null, expected: { notify: true, loopback: true, nudge: false } },
  ])("have the zone of the config's agents: $userTimezone", ({ userTimezone, expected }) => {
    expect(settingsOf(gateway({ agents: { defaults: { userTimezone } } }).api)).toEqual(expected);
  });

  it("are the defaults if the config has no plugins", () => {
    expect(settingsOf(gateway().api)).toEqual({ notify: true, loopback: true, nudge: false });
  });

  it.each([undefined, null])("are the defaults if the host has no config: %s", (config) => {
    const { api } = gateway();
    Object.assign(api.runtime, { config: { current: () => config } });
    expect(settingsOf(api)).toEqual({ notify: true, loopback: true, nudge: false });
  });

  it("are the defaults while the host's config cannot be read", () => {
    const { api, lines } = gateway();
    Object.defineProperty(api.runtime, "config", {
      get: () => {
        throw new Error("the config is being reloaded");
      },
    });
    expect(settingsOf(api)).toEqual({ notify: true, loopback: true, nudge: false });
    expect(lines).toEqual(["codex-auth: reading the settings failed (Error)"]);
  });
});

function fail(): never {
  throw new Error("the disk is full");
}

it("a log that fails stops nothing", () => {
  const { api } = gateway();
  Object.assign(api, { logger: { info: fail, warn: fail } });
  expect(() => logOf(api).info("a sign-in")).not.toThrow();
  expect(() => logOf(api).warn("a failure")).not.toThrow();
});
