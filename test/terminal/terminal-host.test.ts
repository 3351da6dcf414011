import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { join, resolve } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { CodexAuthError, SILENT_LOG, type ErrorCode } from "../../src/errors.ts";
import { openTerminalHost, type TerminalHost, type TerminalHostRequest } from "../../src/terminal/terminal-host.ts";
import type { HostAuthStore } from "../../src/store/profiles-document.ts";
import type { StoredCredential } from "../../src/store/host-records.ts";
import { freePort } from "../support/loopback.ts";
import { installHost, makeMachine, put, type Machine } from "./machine.ts";

let machine: Machine;
beforeEach(() => {
  machine = makeMachine();
});

const inState = (...parts: string[]) => join(machine.stateDir, ...parts);
const mainDir = (agentId = "main") => inState("agents", agentId, "agent");
const stored = (path: string) => JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;

function open(request: Partial<TerminalHostRequest> = {}): Promise<TerminalHost> {
  const { environment, stateDir } = machine;
  return openTerminalHost({
    log: SILENT_LOG,
    environment,
    stateDir,
    host: undefined,
    authPath: undefined,
    mayRestart: false,
    assertOwn: async () => undefined,
    ...request,
  });
}

async function codeOf(request: Partial<TerminalHostRequest>): Promise<ErrorCode | undefined> {
  try {
    await open(request);
    return undefined;
  } catch (error) {
    if (error instanceof CodexAuthError) return error.code;
    throw error;
  }
}

const credentialOf = (store: HostAuthStore): StoredCredential => ({
  type: "oauth",
  provider: store.provider,
  access: "access",
  refresh: "refresh",
});

/** Writes one profile, and says what became of it. */
async function write(store: HostAuthStore, agentId = "main", name = "work") {
  const profileId = `${store.provider}:${name}`;
  const credential = credentialOf(store);
  const agentDir = await store.ownerOf(store.agentDirOf(agentId), profileId);
  await store.update({
    agentDir,
    keepInOrder: [profileId],
    edit(document) {
      document.profiles[profileId] = credential;
      return true;
    },
  });
  return store.activate({ agentDir, profileId, record: store.readRecord(credential) });
}

const FILE_HOSTS = [
  "2026.1.29",
  "2026.2.2-3",
  "2026.2.17",
  "2026.3.13",
  "2026.3.31",
  "2026.4.15",
  "2026.5.28",
  "2026.6.1",
];

describe("if the kind of store is not certain", () => {
  it("opens nothing without a host and without a file that was named", async () => {
    expect(await codeOf({})).toBe("host-not-found");
  });

  it.each(["2025.12.1", "2026.1.28", "9.9.9", "next", ""])("opens nothing of a host of version %j", async (version) => {
    expect(await codeOf({ host: installHost(machine, version) })).toBe("host-unknown");
    expect(await codeOf({ host: installHost(makeMachine(), version), authPath: inState("auth-profiles.json") })).toBe(
      "host-unknown",
    );
  });

  it.each([
    { name: "another name", authPath: "/x/profiles.json" },
    { name: "the database", authPath: "/x/openclaw-agent.sqlite" },
    { name: "a folder", authPath: "/x/agent/" },
    { name: "a backup", authPath: "/x/auth-profiles.json.bak" },
    { name: "the name in capitals", authPath: "/x/AUTH-PROFILES.JSON" },
    { name: "nothing", authPath: "" },
    { name: "a name that ends like it", authPath: "/x/my-auth-profiles.json" },
  ])("opens no file with another name: $name", async ({ authPath }) => {
    expect(await codeOf({ authPath })).toBe("auth-path-invalid");
    expect(await codeOf({ authPath, host: installHost(machine, "2026.3.13") })).toBe("auth-path-invalid");
  });

  it("opens no file beside a database of a newer host, named or not", async () => {
    put(join(mainDir(), "openclaw-agent.sqlite"), "");
    const authPath = join(mainDir(), "auth-profiles.json");
    expect(await codeOf({ authPath })).toBe("store-ambiguous");
    const host = installHost(machine, "2026.3.13");
    expect(await codeOf({ host })).toBe("store-ambiguous");
    expect(await codeOf({ host, authPath })).toBe("store-ambiguous");
    expect(existsSync(authPath)).toBe(false);
  });

  it("opens no file of an older host beside a newer one's shared database", async () => {
    put(inState("state/openclaw.sqlite"), "");
    const authPath = join(mainDir(), "auth-profiles.json");
    const host = installHost(machine, "2026.3.13");
    expect([await codeOf({ host }), await codeOf({ host, authPath }), await codeOf({ authPath })]).toEqual([
      "store-ambiguous",
      "store-ambiguous",
      "store-ambiguous",
    ]);
  });

  it.each([
    { name: "a link to the state folder", link: () => machine.stateDir, below: "agents/main/agent" },
    { name: "a link to the agent's folder", link: mainDir, below: "." },
  ])("judges a named file by its real place: $name", async ({ link, below }) => {
    mkdirSync(mainDir(), { recursive: true });
    symlinkSync(link(), join(machine.root, "link"));
    const authPath = join(machine.root, "link", below, "auth-profiles.json");
    const oauthFile = put(inState("credentials/oauth.json"), { "openai-codex": { refresh: "canary" } });
    expect(await codeOf({ authPath })).toBe("store-import-required");
    rmSync(oauthFile);
    expect(await codeOf({ authPath })).toBeUndefined();
    put(inState("state/openclaw.sqlite"), "");
    expect(await codeOf({ authPath, stateDir: join(machine.root, "other") })).toBe("store-ambiguous");
  });

  it("judges a named file by the state folder that has a link to it", async () => {
    const folder = join(machine.root, "data");
    mkdirSync(folder);
    mkdirSync(join(mainDir(), ".."), { recursive: true });
    symlinkSync(folder, mainDir());
    put(inState("credentials/oauth.json"), { "openai-codex": { refresh: "canary" } });
    expect(await codeOf({ authPath: join(folder, "auth-profiles.json") })).toBe("store-import-required");
  });

  it("knows no agent that is neither in the config nor has a folder", async () => {
    const host = installHost(machine, "2026.6.1");
    put(inState("openclaw.json"), { agents: { list: [{ id: "main" }, { id: "ops" }] } });
    put(inState("agents/left/agent/auth-profiles.json"), { version: 1, profiles: {} });
    expect(await codeOf({ host, agentId: "wrok" })).toBe("agent-unknown");
    for (const agentId of ["main", "ops", "left"]) expect(await open({ host, agentId })).toBeDefined();
  });

  it.each([
    { userTimezone: "Europe/Berlin", expected: "Europe/Berlin" },
    { userTimezone: 1, expected: undefined },
    { userTimezone: undefined, expected: undefined },
  ])("gives the time zone of the config: $userTimezone", async ({ userTimezone, expected }) => {
    put(inState("openclaw.json"), { agents: { defaults: { userTimezone } } });
    expect((await open({ host: installHost(machine, "2026.6.1") })).timeZone).toBe(expected);
  });

  const AGENT = { agentDir: "/srv/main" };
  it.each([
    { name: "everything from another file", config: { $include: "./all.json" } },
    { name: "agents from another file", config: { agents: { $include: "./agents.json" } } },
    { name: "an agent from another file", config: { agents: { list: [{ $include: "./main.json" }] } } },
    {
      name: "an agent's folder from a variable",
      config: { agents: { list: [{ id: "main", agentDir: "${DIR}/main" }] } },
    },
    { name: "an agent's id from a variable", config: { agents: { list: [{ id: "${AGENT}" }] } } },
    { name: "auth from another file", config: { auth: { $include: "./auth.json" } } },
    { name: "the order from another file", config: { auth: { order: { $include: "./order.json" } } } },
    { name: "the order from a variable", config: { auth: { order: { openai: ["${PROFILE}"] } } } },
    { name: "a profile from another file", config: { auth: { profiles: { "openai:a": { $include: "./a.json" } } } } },
    {
      name: "a profile's provider from a variable",
      config: { auth: { profiles: { "openai:a": { provider: "${P}" } } } },
    },
  ])("opens nothing if the config takes $name", async ({ config }) => {
    put(inState("openclaw.json"), config);
    const host = installHost(machine, "2026.6.1");
    expect(await codeOf({ host })).toBe("host-config-unreadable");
    expect(await codeOf({ host, authPath: inState("auth-profiles.json") })).toBeUndefined();
  });

  it.each([
    {
      name: "a key of the memory search",
      config: { agents: { defaults: { memorySearch: { remote: { apiKey: "${OPENAI_API_KEY}" } } } } },
    },
    { name: "defaults from another file", config: { agents: { defaults: { $include: "./defaults.json" } } } },
    { name: "a prompt with an escaped variable", config: { agents: { list: [{ ...AGENT, prompt: "see $${HOME}" }] } } },
    { name: "an agent's own key", config: { agents: { list: [{ ...AGENT, tools: { key: "${KEY}" } }] } } },
    { name: "text that is no variable", config: { agents: { list: [{ ...AGENT, name: "${yyyy-mm-dd}" }] } } },
    {
      name: "a folder with text that is no variable",
      config: { agents: { list: [{ agentDir: "/srv/${yyyy-mm-dd}" }] } },
    },
    { name: "a channel's token", config: { channels: { telegram: { botToken: "${TELEGRAM_BOT_TOKEN}" } } } },
    {
      name: "a variable of the environment",
      config: { env: { vars: { KEY: "${OTHER}" } }, plugins: { $include: "./p.json" } },
    },
    {
      name: "a profile's e-mail address",
      config: { auth: { profiles: { "openai:a": { provider: "openai", email: "${MAIL}" } } } },
    },
    { name: "the times of a cooldown", config: { auth: { cooldowns: { $include: "./c.json", billing: "${HOURS}" } } } },
    { name: "the gateway's port", config: { gateway: { port: "${PORT}", auth: { token: "${TOKEN}" } } } },
    { name: "the order of another provider", config: { auth: { order: { anthropic: ["${PROFILE}"] } } } },
    { name: "the time zone", config: { agents: { defaults: { userTimezone: "${TZ}" } } } },
  ])("opens the store if the config takes something else from there: $name", async ({ config }) => {
    put(inState("openclaw.json"), config);
    expect(await codeOf({ host: installHost(machine, "2026.6.1") })).toBeUndefined();
  });

  it("reads the same agents and profiles, whatever variables the other parts have", async () => {
    const text = fc.constantFrom("${KEY}", "$${HOME}", "${yyyy-mm-dd}", "plain", "$include");
    const part = fc.object({ values: [text], key: fc.constantFrom("a", "b", "prompt", "$include"), maxDepth: 3 });
    const host = installHost(machine, "2026.6.1");
    const list = [{ id: "ops", agentDir: "/srv/ops" }];
    const read = async (config: object) => {
      put(inState("openclaw.json"), config);
      const store = await open({ host });
      return [store.defaultAgentId, store.agentDirOf("ops"), store.configured()];
    };
    const auth = { order: { openai: ["openai:work"] } };
    const plain = await read({ agents: { list }, auth });
    await fc.assert(
      fc.asyncProperty(part, part, part, async (defaults, tools, cooldowns) => {
        const agents = { defaults, list: list.map((agent) => ({ ...agent, tools })) };
        expect(await read({ agents, auth: { ...auth, cooldowns }, channels: tools, models: defaults })).toEqual(plain);
      }),
      { numRuns: 30 },
    );
  });

  it("opens no file of a host that keeps profiles in a database", async () => {
    const host = installHost(machine, "2026.9.6");
    expect(await codeOf({ host, authPath: join(machine.root, "auth-profiles.json") })).toBe("host-uses-sqlite");
  });

  it("opens nothing of such a host that has no SDK", async () => {
    expect(await codeOf({ host: installHost(machine, "2026.9.6") })).toBe("host-unknown");
  });

  it.each([
    { name: "keeps a file after all", path: "/state/agents/main/agent/auth-profiles.json" },
    { name: "keeps something else", path: "/state/openclaw.lmdb" },
  ])("opens nothing of such a host whose own SDK says that it $name", async ({ path }) => {
    const parts = { "agent-runtime": `export const resolveAuthStorePathForDisplay = () => ${JSON.stringify(path)};` };
    expect(await codeOf({ host: installHost(machine, "2026.9.6", sdkOf(parts)) })).toBe("host-unknown");
  });

  it("opens no host's file whose config cannot be read: the profiles may lie elsewhere", async () => {
    put(inState("openclaw.json"), "{ agents: broken");
    const host = installHost(machine, "2026.3.13");
    expect(await codeOf({ host })).toBe("host-config-unreadable");
    const named = await open({ host, authPath: inState("auth-profiles.json") });
    expect(named.configured()).toEqual({ order: [], profiles: [] });
  });
});

/** A host's package with parts of an SDK. */
function sdkOf(parts: Readonly<Record<string, string>>): Readonly<Record<string, string | object>> {
  const names = Object.keys(parts);
  return {
    "package.json": {
      name: "openclaw",
      version: "2026.9.6",
      type: "module",
      exports: Object.fromEntries(names.map((name) => [`./plugin-sdk/${name}`, { default: `./dist/${name}.js` }])),
    },
    ...Object.fromEntries(names.map((name) => [`dist/${name}.js`, parts[name] ?? ""])),
  };
}

describe("a host of files", () => {
  it.each(FILE_HOSTS)("of %s has its profiles in the main agent's folder", async (version) => {
    const store = await open({ host: installHost(machine, version) });
    await write(store);
    const { profiles } = stored(join(mainDir(), "auth-profiles.json"));
    expect(profiles).toEqual({ [`${store.provider}:work`]: credentialOf(store) });
    expect(store.provider).toBe(version === "2026.6.1" ? "openai" : "openai-codex");
  });

  it("has them in the folder of its config, which may have comments", async () => {
    const agentDir = join(machine.root, "elsewhere");
    const config = `// mine\n${JSON.stringify({ agents: { list: [{ id: "ops", agentDir }] } })}`;
    put(inState("openclaw.json"), config);
    await write(await open({ host: installHost(machine, "2026.5.28") }), "ops");
    expect(existsSync(join(agentDir, "auth-profiles.json"))).toBe(true);
  });

  it("has them in the folder of the environment", async () => {
    const agentDir = join(machine.root, "env");
    const environment = { ...machine.environment, agentDir };
    await write(await open({ environment, host: installHost(machine, "2026.2.2-3") }));
    expect(existsSync(join(agentDir, "auth-profiles.json"))).toBe(true);
  });

  it("has them in the file that was named", async () => {
    const authPath = join(machine.root, "named/auth-profiles.json");
    await write(await open({ authPath, host: installHost(machine, "2026.3.31") }));
    expect(stored(authPath)["profiles"]).toHaveProperty("openai-codex:work");
    expect(existsSync(mainDir())).toBe(false);
  });

  it("uses the default agent of its config, or main", async () => {
    const host = installHost(machine, "2026.3.31");
    expect((await open({ host })).defaultAgentId).toBe("main");
    put(
      inState("openclaw.json"),
      `// mine\n${JSON.stringify({ agents: { list: [{ id: "a" }, { id: "Ops", default: true }] } })}`,
    );
    expect((await open({ host })).defaultAgentId).toBe("ops");
  });

  it("chooses by its config's order", async () => {
    put(inState("openclaw.json"), { auth: { order: { "openai-codex": ["openai-codex:home"], openai: ["openai:x"] } } });
    expect((await open({ host: installHost(machine, "2026.3.31") })).configured().order).toEqual(["openai-codex:home"]);
  });
});

describe("telling a running gateway", () => {
  const RELOAD = ["secrets", "reload"];
  const RESTART = ["gateway", "restart"];

  it.each(["2026.2.2-3", "2026.2.17"])("needs nothing with %s", async (version) => {
    const host = installHost(machine, version);
    expect(await write(await open({ host, mayRestart: true }))).toBe("live");
    expect(host.calls()).toEqual([]);
  });

  it.each(["2026.3.31", "2026.4.15", "2026.6.1"])("needs a reload with %s", async (version) => {
    const host = installHost(machine, version);
    expect(await write(await open({ host, mayRestart: true }))).toBe("live");
    expect(host.calls()).toEqual([RELOAD]);
  });

  it.each(["2026.2.26", "2026.3.31", "2026.6.1"])(
    "is no success with %s if nobody listens on loopback, and starts no command",
    async (version) => {
      const host = installHost(machine, version);
      const environment = { ...machine.environment, gatewayPort: await freePort() };
      expect(await write(await open({ host, environment }))).toBe("restart");
      expect(host.calls()).toEqual([]);
    },
  );

  it.each(["2026.2.2-3", "2026.2.17"])("needs nothing with %s, whether a gateway listens or not", async (version) => {
    const environment = { ...machine.environment, gatewayPort: await freePort() };
    expect(await write(await open({ host: installHost(machine, version), environment }))).toBe("live");
  });

  const ELSEWHERE = [
    { name: "another address", gateway: { bind: "custom", customBindHost: "127.0.0.9" } },
    { name: "another port", gateway: { port: 28_789 } },
    { name: "another machine", gateway: { mode: "remote", remote: { url: "ws://127.0.0.9:1" } } },
  ];
  it.each(ELSEWHERE.flatMap((row) => [0, 1].map((exitCode) => ({ ...row, exitCode }))))(
    "is decided by the host's own reload if the config names $name: exit code $exitCode",
    async ({ gateway, exitCode }) => {
      put(inState("openclaw.json"), { gateway });
      const host = installHost(machine, "2026.6.1");
      host.exitWith(exitCode);
      const environment = { ...machine.environment, gatewayPort: await freePort() };
      expect(await write(await open({ host, environment }))).toBe(exitCode === 0 ? "live" : "restart");
      expect(host.calls()).toEqual([RELOAD]);
    },
  );

  it("is never live without evidence, for any config, version and answer", async () => {
    const gateway = fc.record(
      {
        port: fc.constantFrom<unknown>(1, 28_789, "${PORT}"),
        bind: fc.constantFrom<unknown>("loopback", "lan", "auto", "custom", "tailnet", 7),
        customBindHost: fc.constant("127.0.0.9"),
        mode: fc.constantFrom("local", "remote"),
      },
      { requiredKeys: [] },
    );
    const gatewayPort = await freePort();
    await fc.assert(
      fc.asyncProperty(gateway, fc.constantFrom("2026.2.17", "2026.6.1"), async (config, version) => {
        const one = makeMachine();
        put(join(one.stateDir, "openclaw.json"), { gateway: config });
        const host = installHost(one, version);
        host.exitWith(1);
        const store = await open({ host, stateDir: one.stateDir, environment: { ...one.environment, gatewayPort } });
        expect(await write(store)).toBe(version === "2026.2.17" ? "live" : "restart");
      }),
      { numRuns: 15 },
    );
  });

  it.each(["2026.2.26", "2026.3.13"])("needs a reload with %s, under the lock and after the write", async (version) => {
    const file = JSON.stringify(join(mainDir(), "auth-profiles.json"));
    const command = `
      import { appendFileSync, existsSync, readFileSync } from "node:fs";
      const seen = [existsSync(${file} + ".lock"), readFileSync(${file}, "utf8").includes("openai-codex:work")];
      appendFileSync(new URL("calls.jsonl", import.meta.url), JSON.stringify([...process.argv.slice(2), ...seen]) + "\\n");`;
    const host = installHost(machine, version, { "openclaw.mjs": command });
    expect(await write(await open({ host, mayRestart: true }))).toBe("live");
    expect(host.calls()).toEqual([[...RELOAD, true, true]]);
  });

  it("releases the lock if the reload fails", async () => {
    const host = installHost(machine, "2026.3.13");
    host.exitWith(1);
    expect(await write(await open({ host }))).toBe("restart");
    expect(readdirSync(mainDir())).toEqual(["auth-profiles.json"]);
    expect(host.calls()).toEqual([RELOAD]);
  });

  it("does not restart without permission if the reload fails", async () => {
    const host = installHost(machine, "2026.3.31");
    host.exitWith(1);
    expect(await write(await open({ host }))).toBe("restart");
    expect(host.calls()).toEqual([RELOAD]);
  });

  it("asks for a restart if its own restart fails too", async () => {
    const host = installHost(machine, "2026.3.31");
    host.exitWith(1);
    expect(await write(await open({ host, mayRestart: true }))).toBe("restart");
    expect(host.calls()).toEqual([RELOAD, RESTART]);
  });

  it("asks for a restart if the gateway cannot reload after its restart", async () => {
    const command = `
      import { appendFileSync } from "node:fs";
      const words = process.argv.slice(2);
      appendFileSync(new URL("calls.jsonl", import.meta.url), JSON.stringify(words) + "\\n");
      process.exit(words[0] === "gateway" ? 0 : 1);`;
    const host = installHost(machine, "2026.3.31", { "openclaw.mjs": command });
    expect(await write(await open({ host, mayRestart: true }))).toBe("restart");
    expect(host.calls()).toEqual([RELOAD, RESTART, RELOAD]);
  });

  it("says that it was restarted once the gateway answers again", async () => {
    // Fails until somebody has restarted it.
    const command = `
      import { appendFileSync, existsSync, writeFileSync } from "node:fs";
      const beside = (name) => new URL(name, import.meta.url);
      const words = process.argv.slice(2);
      appendFileSync(beside("calls.jsonl"), JSON.stringify(words) + "\\n");
      if (words[0] === "gateway") writeFileSync(beside("restarted"), "");
      process.exit(existsSync(beside("restarted")) ? 0 : 1);`;
    const host = installHost(machine, "2026.3.31", { "openclaw.mjs": command });
    expect(await write(await open({ host, mayRestart: true }))).toBe("restarted");
    expect(host.calls()).toEqual([RELOAD, RESTART, RELOAD]);
  });
});

/** What a record of any type may hold. */
const credentialFields = { access: "access", refresh: "refresh", key: "key" };
const authPath = () => join(machine.root, "named/auth-profiles.json");

describe("a file that was named, without a host", () => {
  it("is written as the oldest hosts do, in one file", async () => {
    const store = await open({ authPath: authPath() });
    expect(await write(store)).toBe("restart");
    expect(store.provider).toBe("openai-codex");
    expect(stored(authPath())["profiles"]).toHaveProperty("openai-codex:work");
    expect(existsSync(join(machine.root, "named/auth-state.json"))).toBe(false);
  });

  it("is written as newer hosts do if their second file exists", async () => {
    const state = put(join(machine.root, "named/auth-state.json"), { version: 1, order: { "openai-codex": ["a"] } });
    const store = await open({ authPath: authPath() });
    await write(store);
    expect([store.provider, (await store.read(store.agentDirOf("main"))).order]).toEqual([
      "openai-codex",
      { "openai-codex": ["a"] },
    ]);
    expect(stored(authPath())).not.toHaveProperty("order");
    expect(stored(state)).toHaveProperty("order");
  });

  const HELD: readonly { readonly name: string; readonly held: readonly object[]; readonly expected: string }[] = [
    { name: "sign-ins of today", held: [{ type: "oauth", provider: "openai" }], expected: "openai" },
    { name: "sign-ins of old", held: [{ type: "oauth", provider: "openai-codex" }], expected: "openai-codex" },
    {
      name: "both",
      held: [
        { type: "oauth", provider: "openai" },
        { type: "oauth", provider: "openai-codex" },
      ],
      expected: "openai-codex",
    },
    { name: "a key alone", held: [{ type: "api_key", provider: "openai" }], expected: "openai-codex" },
  ];

  it.each(HELD)("is written under the name $expected if the store has $name", async ({ held, expected }) => {
    const profiles = Object.fromEntries(held.map((record, at) => [`held:${at}`, { ...credentialFields, ...record }]));
    put(authPath(), { version: 1, profiles });
    const store = await open({ authPath: authPath() });
    await write(store);
    expect(Object.keys(stored(authPath())["profiles"] as object)).toEqual([
      ...Object.keys(profiles),
      `${expected}:work`,
    ]);
  });

  it("is the same for every agent", async () => {
    const store = await open({ authPath: authPath() });
    await write(store, "main", "a");
    await write(store, "second", "b");
    expect(Object.keys(stored(authPath())["profiles"] as object)).toEqual(["openai-codex:a", "openai-codex:b"]);
    expect((await store.read(store.agentDirOf("third"))).profiles).toHaveProperty("openai-codex:a");
  });

  it("asks for no restart if there is nothing to restart", async () => {
    expect(await write(await open({ authPath: authPath(), mayRestart: true }))).toBe("restart");
  });

  it("is the same file wherever the person stands", async () => {
    const store = await open({ authPath: "named/auth-profiles.json" });
    expect(store.agentDirOf("main")).toBe(resolve("named"));
  });

  it("is unchanged until a profile is saved", async () => {
    await (await open({ authPath: authPath() })).read(join(machine.root, "named"));
    expect(existsSync(join(machine.root, "named"))).toBe(false);
  });
});

describe("a host of a database", () => {
  const PARTS = {
    "agent-runtime": `
      export const resolveAuthStorePathForDisplay = () => "/state/openclaw.sqlite";
      export const resolveAgentDir = (config, agentId) => config.root + "/" + agentId;`,
    "provider-auth": `
      export const CODEX_CLI_PROFILE_ID = "openai:codex-cli";
      export const ensureAuthProfileStore = (agentDir) => ({ profiles: { "openai:work": { type: "oauth", provider: "openai", place: agentDir } } });`,
    "config-runtime": `export const loadConfig = () => ({ root: "/agents", auth: { order: { openai: ["openai:work"] } } });`,
  };

  /** With this in its SDK besides. */
  const withRuntime = (code: string) => sdkOf({ ...PARTS, "agent-runtime": `${PARTS["agent-runtime"]}\n${code}` });

  it("is asked through its own SDK", async () => {
    const store = await open({ host: installHost(machine, "2026.9.6", sdkOf(PARTS)) });
    expect([store.provider, store.agentDirOf("ops"), store.configured().order]).toEqual([
      "openai",
      "/agents/ops",
      ["openai:work"],
    ]);
  });

  it("is asked through the SDK that its process has loaded, if that process runs this", async () => {
    for (const name of ["HOME", "OPENCLAW_HOME"]) vi.stubEnv(name, machine.root);
    vi.stubEnv("OPENCLAW_STATE_DIR", machine.stateDir);
    // Without a part of an SDK that could be loaded by its path.
    const store = await open({ host: installHost(machine, "2026.9.6"), isInHost: true });
    expect([store.provider, store.agentDirOf("ops")]).toEqual(["openai", mainDir("ops")]);
  });

  it.each([
    { name: "what its SDK says", code: '() => "ops"', expected: "ops" },
    { name: "main if its SDK cannot say", code: "() => { throw new Error('several'); }", expected: "main" },
  ])("means by no agent $name", async ({ code, expected }) => {
    const host = installHost(machine, "2026.9.6", withRuntime(`export const resolveDefaultAgentId = ${code};`));
    expect((await open({ host })).defaultAgentId).toBe(expected);
  });

  it("knows no agent that its SDK does not name", async () => {
    const host = installHost(machine, "2026.9.6", withRuntime('export const listAgentIds = () => ["main", "ops"];'));
    expect(await codeOf({ host, agentId: "wrok" })).toBe("agent-unknown");
    expect(await codeOf({ host, agentId: "ops" })).toBeUndefined();
  });

  it("reloads after a change, because a running gateway keeps the old tokens", async () => {
    const host = installHost(machine, "2026.9.6", sdkOf(PARTS));
    const store = await open({ host });
    const change = { agentDir: undefined, profileId: "openai:work", record: undefined };
    expect(await store.activate(change)).toBe("live");
    expect(host.calls()).toEqual([["secrets", "reload"]]);
  });

  it("is unreadable if its own SDK cannot open it", async () => {
    const runtime = "export const resolveAuthStorePathForDisplay = () => { throw new Error('canary'); };";
    const host = installHost(machine, "2026.9.6", sdkOf({ ...PARTS, "agent-runtime": runtime }));
    expect(await codeOf({ host })).toBe("store-unreadable");
  });

  it.each(["agent-runtime", "provider-auth", "config-runtime"] as const)(
    "is not opened if its SDK has no %s",
    async (part) => {
      const { [part]: _left, ...parts } = PARTS;
      expect(await codeOf({ host: installHost(machine, "2026.9.6", sdkOf(parts)) })).toBe("host-unknown");
    },
  );

  it("is not opened if its config cannot be loaded", async () => {
    const parts = { ...PARTS, "config-runtime": "export const readConfig = () => ({});" };
    expect(await codeOf({ host: installHost(machine, "2026.9.6", sdkOf(parts)) })).toBe("host-unknown");
  });
});
