/** The registered handlers over a host of which nothing works: each answers, and logs the failure without a secret. */
import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { OpenClawPluginApi } from "../src/host/sdk.ts";
import { readManifest } from "../src/manifest.ts";
import { registerPlugin } from "../src/plugin.ts";
import { sharedBell, sharedEndings } from "../src/system.ts";
import { REFUSALS, SENTENCES } from "./support/english.ts";

const INTERNAL = `${REFUSALS.internal}\n\n${SENTENCES["next.log"]}`;

const STATE = "0123456789abcdef0123456789abcdef";
const CODE = `ac_${"Q0FOQVJZ".repeat(5)}abc.${"c2Vjb25k".repeat(5)}abc`;
const TOKEN = "canary-refresh-token";
const CALLBACK_URL = `http://localhost:1455/auth/callback?code=${CODE}&state=${STATE}`;
const SECRETS = [CALLBACK_URL, CODE, STATE, TOKEN];

/** What a host may throw: every part of it that can hold text holds a secret. */
function failure(): Error {
  const error = new TypeError(`${CALLBACK_URL} ${TOKEN}`, { cause: new Error(TOKEN) });
  return Object.assign(error, { code: "EACCES", body: TOKEN });
}

const fail = () => {
  throw failure();
};

type Handler = (...values: unknown[]) => unknown;

/** A gateway that takes registrations and fails at everything else that it is asked for. */
function brokenGateway(config: unknown = {}) {
  const lines: string[] = [];
  const handlers = new Map<string, Handler>();
  const service: { start?: () => void; stop?: () => void } = {};
  const state = { config };
  const api = {
    logger: { info: (line: string) => lines.push(line), warn: (line: string) => lines.push(line) },
    runtime: {
      config: { current: () => state.config ?? fail() },
      state: { resolveStateDir: fail },
      channel: { outbound: { loadAdapter: async () => fail() }, routing: { resolveAgentRoute: fail } },
    },
    registerCommand: ({ name, handler }: { name: string; handler: Handler }) => handlers.set(name, handler),
    registerInteractiveHandler: ({ handler }: { handler: Handler }) => handlers.set("tap", handler),
    registerCli: () => undefined,
    registerService: (one: object) => Object.assign(service, one),
    on: (hook: string, handler: Handler) => handlers.set(hook, handler),
  };
  registerPlugin(api as unknown as OpenClawPluginApi, readManifest());
  const call = async (name: string, ...values: unknown[]) => handlers.get(name)?.(...values);
  return { call, lines, service, state };
}

const MESSAGE = { content: CALLBACK_URL, isGroup: false };
const PLACE = {
  channelId: "telegram",
  accountId: "default",
  conversationId: "4242",
  senderId: "4242",
  sessionKey: "agent:main:main",
  messageId: "17",
};

function expectLog(lines: readonly string[], line: string): void {
  expect(lines).toContain(`codex-auth: ${line}`);
  expect(SECRETS.filter((secret) => lines.join("\n").includes(secret))).toEqual([]);
}

describe("a handler that fails", () => {
  it("answers a command with a sentence, and logs the name and the code", async () => {
    const { call, lines } = brokenGateway();
    const command = { channel: "telegram", senderId: "4242", from: "telegram:4242", args: CALLBACK_URL };
    expect(await call("codex_auth", command)).toEqual({ text: INTERNAL });
    expectLog(lines, "answering failed (TypeError EACCES)");
  });

  it("answers a tap with a sentence, and logs that an answer did not arrive", async () => {
    const { call, lines } = brokenGateway();
    const reply = vi.fn(async () => {
      throw failure();
    });
    const tap = { ...PLACE, isGroup: false, callback: { payload: "S0.0" }, respond: { editMessage: reply, reply } };
    expect(await call("tap", tap)).toEqual({ handled: true });
    expect(reply).toHaveBeenCalledWith({ text: INTERNAL, buttons: [] });
    expectLog(lines, "answering failed (TypeError EACCES)");
    expectLog(lines, "answering a tap failed (TypeError EACCES)");
  });

  it("claims a pasted message with a sentence", async () => {
    const { call, lines } = brokenGateway();
    expect(await call("before_dispatch", MESSAGE, PLACE)).toEqual({ handled: true, text: INTERNAL });
    expectLog(lines, "answering failed (TypeError EACCES)");
  });

  it("claims a pasted message while the config cannot be read", async () => {
    const { call, lines, state } = brokenGateway();
    state.config = undefined;
    const command = { ...MESSAGE, content: `/codex_auth_finish ${CALLBACK_URL}` };
    expect(await call("before_dispatch", command, PLACE)).toEqual({ handled: true, text: REFUSALS.internal });
    expectLog(lines, "reading a pasted message failed (TypeError EACCES)");
    expectLog(lines, "reading the settings failed (TypeError EACCES)");
  });

  it("keeps a callback URL out of a transcript while the config cannot be read", async () => {
    const { call, lines, state } = brokenGateway();
    state.config = undefined;
    const written = await call("before_message_write", { message: { role: "user", content: CALLBACK_URL } });
    expect(JSON.stringify(written)).toContain("message");
    expect(SECRETS.filter((secret) => JSON.stringify(written).includes(secret))).toEqual([]);
    expectLog(lines, "reading the settings failed (TypeError EACCES)");
  });

  it("leaves the host's message as it is", async () => {
    const { call, lines, state } = brokenGateway();
    state.config = undefined;
    const content = "⚠️ Model login expired on the gateway.";
    expect(
      await call("message_sending", { content }, { ...PLACE, channelId: "telegram", conversationId: "telegram:4242" }),
    ).toBeUndefined();
    expectLog(lines, "explaining a failed turn failed (TypeError EACCES)");
  });
});

const failed = (what: string) => new RegExp(`^codex-auth: ${what} failed \\(\\w*Error[ A-Z_]*\\)$`, "m");

describe("a plugin whose handlers cannot be loaded", () => {
  beforeEach(() => {
    vi.resetModules();
    vi.doMock("../src/runtime.ts", () => {
      throw failure();
    });
    onTestFinished(() => void vi.doUnmock("../src/runtime.ts"));
  });

  it("answers a command and a tap, and claims a pasted message", async () => {
    const { call, lines } = brokenGateway();
    expect(await call("codex_auth", { channel: "telegram" })).toEqual({ text: REFUSALS.internal });
    const reply = vi.fn(async () => undefined);
    expect(await call("tap", { respond: { reply } })).toEqual({ handled: true });
    expect(reply).toHaveBeenCalledWith({ text: REFUSALS.internal, buttons: [] });
    expect(await call("before_dispatch", MESSAGE, PLACE)).toEqual({ handled: true, text: REFUSALS.internal });
    expect(
      await call("message_sending", { content: "⚠️ This command requires authorization." }, PLACE),
    ).toBeUndefined();
    for (const what of ["a command", "a tap", "reading a pasted message", "explaining a message"]) {
      expect(lines.some((line) => line.startsWith(`codex-auth: ${what} failed (`))).toBe(true);
    }
    expect(SECRETS.filter((secret) => lines.join("\n").includes(secret))).toEqual([]);
  });

  it("logs that the watch failed, which looks also while no notices are wanted", async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const off = { plugins: { entries: { "codex-auth": { config: { notify: false, loopback: "off" } } } } };
    const { lines, service } = brokenGateway(off);
    service.start?.();
    await vi.advanceTimersByTimeAsync(60_000);
    service.stop?.();
    vi.useRealTimers();
    await vi.waitFor(() => expect(lines.join("\n")).toMatch(failed("looking at the logins")));
    expect(lines.join("\n")).toMatch(failed("looking for device codes"));
  });
});

const later = async (ms: number) => {
  await vi.advanceTimersByTimeAsync(ms);
  await vi.dynamicImportSettled();
};
const WATCH = { watch: async () => undefined, forgetSignIns: () => undefined };
const silent = { plugins: { entries: { "codex-auth": { config: { notify: false } } } } };
const ring = () => sharedBell(readManifest().version).ring();

describe("the service that polls device codes", () => {
  const started = { looks: 0, stops: 0, isPending: true };
  beforeEach(() => {
    vi.useFakeTimers();
    Object.assign(started, { looks: 0, stops: 0, isPending: true });
    const pollCodes = async () => {
      started.looks += 1;
      return started.isPending ? () => void (started.stops += 1) : undefined;
    };
    vi.resetModules();
    vi.doMock("../src/runtime.ts", () => ({ createRuntime: () => ({ ...WATCH, pollCodes }) }));
    onTestFinished(() => {
      vi.doUnmock("../src/runtime.ts");
      vi.useRealTimers();
    });
  });

  it("looks some seconds after the start, and whenever a code was issued", async () => {
    const { service } = brokenGateway(silent);
    service.start?.();
    await later(9_000);
    expect(started.looks).toBe(0);
    await later(1_000);
    expect(started.looks).toBe(1);
    ring();
    await later(0);
    expect(started.looks).toBe(2);
    service.stop?.();
    expect(started.stops).toBe(1);
  });

  it("hears nothing after it has stopped, and stops what was still being loaded", async () => {
    const { service } = brokenGateway(silent);
    service.start?.();
    ring();
    service.stop?.();
    await later(60_000);
    expect([started.looks, started.stops]).toEqual([1, 1]);
    ring();
    await later(0);
    expect(started.looks).toBe(1);
  });

  it("starts again, and does not listen twice", async () => {
    started.isPending = false;
    const { service } = brokenGateway(silent);
    service.start?.();
    service.start?.();
    ring();
    await later(0);
    expect(started.looks).toBe(1);
    service.stop?.();
    expect(started.stops).toBe(0);
  });
});

describe("the service that frees and opens the listener's port", () => {
  const listened = { looks: 0 };
  beforeEach(() => {
    vi.useFakeTimers();
    listened.looks = 0;
    const listenAgain = async () => {
      listened.looks += 1;
      if (listened.looks > 1) throw failure();
    };
    vi.resetModules();
    vi.doMock("../src/runtime.ts", () => ({
      createRuntime: () => ({ ...WATCH, listenAgain, pollCodes: async () => undefined }),
    }));
    onTestFinished(() => {
      vi.doUnmock("../src/runtime.ts");
      vi.useRealTimers();
    });
  });

  it("looks once, some seconds after each start, and logs a failure", async () => {
    const { service, lines } = brokenGateway(silent);
    service.start?.();
    service.start?.();
    await later(60_000);
    expect([listened.looks, lines]).toEqual([1, []]);
    service.stop?.();
    service.start?.();
    service.stop?.();
    await later(60_000);
    expect(listened.looks).toBe(1);
    service.start?.();
    await later(60_000);
    expectLog(lines, "listening again failed (TypeError EACCES)");
    service.stop?.();
  });

  it("opens nothing if the setting is off", async () => {
    const { service } = brokenGateway({
      plugins: { entries: { "codex-auth": { config: { notify: false, loopback: "off" } } } },
    });
    service.start?.();
    await later(60_000);
    expect(listened.looks).toBe(0);
    service.stop?.();
  });

  it("ends at a stop what any copy of the plugin has begun", () => {
    let ends = 0;
    sharedEndings(readManifest().version).add(() => (ends += 1));
    brokenGateway(silent).service.stop?.();
    expect(ends).toBe(1);
  });
});
