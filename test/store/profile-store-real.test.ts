/**
 * The contract over the real SDK of the host, each test in its own state directory. The SDK loads once and makes a
 * database for each test, so the file takes more than 10 seconds.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import type { SdkConfig } from "../../src/host/sdk.ts";
import type { HostAuthStore } from "../../src/store/profiles-document.ts";
import { createSqliteAuthStore, type AuthStoreSdk } from "../../src/store/sqlite-auth-store.ts";
import { createProfileStore } from "../../src/store/profile-store.ts";
import type { ProfilesDocument } from "../../src/store/profiles-document.ts";
import { NODE } from "../support/host.ts";
import { killTree, spawnOwned } from "../support/owned-process.ts";
import { findInFolders } from "../support/state-search.ts";
import { describeProfileStore, type HostBench } from "./profile-store-contract.ts";
import { credential, partsOver, saveRequest } from "./profile-store-requests.ts";
import type { AuthConfig, StoreTrouble } from "./memory-host-auth-store.ts";
import { makeTempDir } from "../support/temp-dir.ts";

const repository = new URL("../../", import.meta.url).pathname;
const CHILD = [
  "--import",
  join(repository, "test/host/sdk-alias.ts"),
  join(repository, "test/store/profile-store-child.ts"),
];
const LEGACY_FILE = "agents/main/agent/auth-profiles.json";

/** The SDK, loaded once and only after nothing in the environment points at a real home. */
let loadAuthStoreSdk: (config: () => SdkConfig) => Promise<AuthStoreSdk>;

const nowhere = makeTempDir("home");
afterAll(() => rmSync(nowhere, { recursive: true, force: true }));

/** Before each test, because vitest restores the environment after each. */
function leaveHome(): void {
  for (const name of Object.keys(process.env)) {
    if (/^(?:OPENCLAW|CLAWDBOT|OPENAI|CODEX|VITEST|NODE_ENV$)/.test(name)) vi.stubEnv(name, undefined);
  }
  vi.stubEnv("HOME", nowhere);
  vi.stubEnv("OPENCLAW_HOME", nowhere);
  vi.stubEnv("OPENCLAW_STATE_DIR", join(nowhere, "state"));
}

beforeEach(leaveHome);

beforeAll(async () => {
  leaveHome();
  const { bindAuthStoreSdk, loadRunningAuthSdk } = await import("../../src/host/auth-store.ts");
  loadAuthStoreSdk = async (config) => bindAuthStoreSdk(await loadRunningAuthSdk(), config);
});

interface RealBench extends HostBench {
  readonly stateDir: string;
}

async function openRealHost(): Promise<RealBench> {
  const stateDir = makeTempDir("state");
  vi.stubEnv("OPENCLAW_STATE_DIR", stateDir);
  const config: { agents: unknown; auth: AuthConfig } = {
    agents: { list: [{ id: "main", default: true }, { id: "second" }] },
    auth: {},
  };
  const host = createSqliteAuthStore(await loadAuthStoreSdk(() => config as SdkConfig));
  const children: ReturnType<typeof startChild>[] = [];
  let hasLegacyFile = false;
  return {
    host,
    stateDir,
    configure: (auth) => void (config.auth = auth),
    async seed(document, agentId = "main") {
      const keepInOrder = Object.values(document.order ?? {}).flat();
      const edit = (empty: ProfilesDocument) => Object.assign(empty, structuredClone(document)) !== null;
      const agentDir = agentId === "main" ? undefined : host.agentDirOf(agentId);
      await host.update({ agentDir, keepInOrder, edit });
    },
    stored: (agentId = "main") => readRows(stateDir, agentId),
    async trouble(kind, tries) {
      if (kind === "migration-required") hasLegacyFile = true;
      const child = await spoil(stateDir, kind, tries, host);
      if (child !== undefined) children.push(child);
    },
    files: () =>
      readdirSync(stateDir, { recursive: true, encoding: "utf8" }).map((file) =>
        hasLegacyFile && file === LEGACY_FILE ? `legacy:${file}` : file,
      ),
    async close() {
      for (const child of children) killTree(child);
      rmSync(stateDir, { recursive: true, force: true });
    },
  };
}

const machine = (key: string) => `SELECT value_json AS text FROM config_machine_state WHERE state_key = '${key}'`;

/** The host's rows as they lie in SQLite, read without any of its code. */
function readRows(stateDir: string, agentId: string): ProfilesDocument {
  const isShared = agentId === "main";
  const file = isShared ? "state/openclaw.sqlite" : `agents/${agentId}/agent/openclaw-agent.sqlite`;
  if (!existsSync(join(stateDir, file))) return { profiles: {} };
  const database = new DatabaseSync(join(stateDir, file), { readOnly: true });
  const textOf = (sql: string) => (database.prepare(sql).get() as { text?: string } | undefined)?.text ?? "{}";
  const [profiles, state] = isShared
    ? [textOf(machine("authProfiles.store")), textOf(machine("authProfiles.state"))]
    : [
        textOf("SELECT store_json AS text FROM auth_profile_store WHERE store_key = 'primary'"),
        textOf("SELECT state_json AS text FROM auth_profile_state WHERE state_key = 'primary'"),
      ];
  database.close();
  return { profiles: {}, ...(JSON.parse(profiles) as object), ...(JSON.parse(state) as object) };
}

/** Makes a row that can then be spoilt. */
function addOne(document: ProfilesDocument): boolean {
  document.profiles["openai:a"] = credential("a");
  return true;
}

async function spoil(stateDir: string, kind: StoreTrouble, tries: 1 | undefined, host: HostAuthStore) {
  const database = join(stateDir, "state/openclaw.sqlite");
  switch (kind) {
    case "migration-required": {
      const old = { version: 1, profiles: { "openai-codex:default": credential("old", { provider: "openai-codex" }) } };
      mkdirSync(join(stateDir, "agents/main/agent"), { recursive: true });
      writeFileSync(join(stateDir, LEGACY_FILE), JSON.stringify(old), { mode: 0o600 });
      return undefined;
    }
    case "unreadable": {
      await host.update({ agentDir: undefined, keepInOrder: [], edit: addOne });
      const writer = new DatabaseSync(database);
      writer.exec("UPDATE config_machine_state SET value_json = '{' WHERE state_key = 'authProfiles.store'");
      writer.close();
      return undefined;
    }
    case "locked": {
      // The host waits five seconds for a lock, so one try outlives a holder of six; two do not outlive this one.
      const child = startChild(stateDir, "hold", database, String(tries === 1 ? 6000 : 60_000));
      for await (const line of createInterface({ input: child.stdout })) if (line === "held") return child;
      throw new Error("the holder ended");
    }
  }
}

function startChild(stateDir: string, ...args: string[]) {
  const env = { PATH: "/usr/bin:/bin", HOME: stateDir, OPENCLAW_HOME: stateDir, OPENCLAW_STATE_DIR: stateDir };
  return spawnOwned(NODE, [...CHILD, ...args], { env, cwd: repository });
}

describeProfileStore("the real SDK", openRealHost);

async function open(): Promise<RealBench> {
  const bench = await openRealHost();
  onTestFinished(() => bench.close());
  return bench;
}

describe("the real host's store", () => {
  it("loses nothing between 2 processes that save 20 profiles each", async () => {
    const bench = await open();
    await bench.seed({ profiles: { "openai:before": credential("before") }, order: { openai: ["openai:before"] } });
    const children = // Each loads the host's SDK, which takes seconds.
      Array.from({ length: 2 }, (_, index) => startChild(bench.stateDir, "save", "main", `p${index}`, "20"));
    const lastLines = await Promise.all(
      children.map(async (child) => {
        let last = "";
        for await (const line of createInterface({ input: child.stdout })) last = line;
        return last;
      }),
    );
    expect(lastLines).toEqual(["done", "done"]);
    const { profiles, order } = bench.stored();
    expect(Object.keys(profiles)).toHaveLength(41);
    expect(order?.openai?.[0]).toBe("openai:before");
    expect(new Set(order?.openai).size).toBe(41);
    expect(profiles["openai:before"]).toEqual(credential("before"));
  });

  it("leaves the file of an older host exactly as it was", async () => {
    const bench = await open();
    await bench.trouble("migration-required");
    const before = readFileSync(join(bench.stateDir, LEGACY_FILE), "utf8");
    await createProfileStore(partsOver(bench.host)).save(saveRequest("openai:work", "1"));
    expect(readFileSync(join(bench.stateDir, LEGACY_FILE), "utf8")).toBe(before);
  });

  it("keeps the tokens in its database and in no other file", async () => {
    const bench = await open();
    await createProfileStore(partsOver(bench.host)).save(saveRequest("openai:work", "canary-token"));
    const found = await findInFolders([bench.stateDir, nowhere], ["refresh-canary-token"]);
    expect(found.map(({ file }) => file.slice(bench.stateDir.length))).toEqual([
      expect.stringMatching(/^\/state\/openclaw\.sqlite(?:-wal)?$/),
    ]);
  });

  it("is seen by the host's own resolver immediately, without a restart", async () => {
    const bench = await open();
    const { ensureAuthProfileStore } = await import("openclaw/plugin-sdk/provider-auth");
    await createProfileStore(partsOver(bench.host)).save(saveRequest("openai:work", "1"));
    const seen = ensureAuthProfileStore(bench.host.agentDirOf("main"), { readOnly: true, allowKeychainPrompt: false });
    expect(seen.profiles["openai:work"]).toMatchObject({ refresh: "refresh-1" });
  });

  it("names the directory of the agent that is asked for", async () => {
    const { host, stateDir } = await open();
    expect([host.agentDirOf("main"), host.agentDirOf("second")]).toEqual([
      join(stateDir, "agents/main/agent"),
      join(stateDir, "agents/second/agent"),
    ]);
  });
});
