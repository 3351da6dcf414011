/**
 * Our own store over one host as another process: `<task> <root> <version> <stateDir> …`. Nobody is told to reload
 * anything, so that many writes are quick.
 * `write <prefix> <count>` saves so many profiles and says the codes of those that were refused.
 * `hold` says `held` inside an update of ours, and never ends.
 */
import { writeSync } from "node:fs";
import { join } from "node:path";
import { SILENT_LOG } from "../../src/errors.ts";
import { hostTraitsOf } from "../../src/rules/host-versions.ts";
import { openTerminalHost } from "../../src/terminal/terminal-host.ts";
import type { ProfileId } from "../../src/rules/profile-id.ts";
import { Secret } from "../../src/secret.ts";
import { createFileAuthStore } from "../../src/store/file-auth-store.ts";
import { type HostAuthStore } from "../../src/store/profiles-document.ts";
import { createProfileStore, RecentLists } from "../../src/store/profile-store.ts";
import { readIdentity } from "../../src/oauth/identity.ts";
import { createUndoRecords } from "../../src/store/undo.ts";
import { systemClock } from "../../src/system.ts";
import { systemEntropy } from "../../src/system.ts";

const [task, root = "", version = "", stateDir = "", first = "", second = ""] = process.argv.slice(2);

async function openStore(): Promise<HostAuthStore> {
  const traits = hostTraitsOf(version);
  if (traits?.medium === "sqlite") return openSqlite();
  if (traits === undefined) throw new Error(`no traits of ${version}`);
  const mainDir = join(stateDir, "agents/main/agent");
  return createFileAuthStore({
    ...traits,
    log: SILENT_LOG,
    agentDirOf: () => mainDir,
    mainAgentDir: () => mainDir,
    configured: () => ({ order: [], profiles: [] }),
    publish: async () => "live",
  });
}

function openSqlite(): Promise<HostAuthStore> {
  const nowhere = { home: stateDir, stateDir, configPath: undefined, agentDir: undefined, tempFolder: stateDir };
  const environment = {
    ...nowhere,
    program: "",
    pathFolders: [],
    gatewayPort: undefined,
    uid: process.getuid?.(),
    platform: process.platform,
  };
  const at = { log: SILENT_LOG, environment, stateDir, host: { root, version } };
  return openTerminalHost({ ...at, authPath: undefined, mayRestart: false, assertOwn: async () => undefined });
}

async function write(host: HostAuthStore): Promise<string> {
  const undo = createUndoRecords(stateDir);
  const store = createProfileStore({
    host,
    log: SILENT_LOG,
    recent: new RecentLists(systemClock),
    undo,
    clock: systemClock,
    entropy: systemEntropy,
    readIdentity,
  });
  const refused: string[] = [];
  for (let index = 0; index < Number(second); index += 1) {
    const profileId = `${first}-${index}` as ProfileId;
    const result = await store.save({
      profileId,
      agentId: "main",
      isAllowed: () => true,
      credential: draftOf(profileId),
    });
    if (result.kind === "refused") refused.push(`${profileId} ${result.code}`);
  }
  return JSON.stringify({ refused });
}

function draftOf(profileId: string) {
  return {
    type: "oauth" as const,
    provider: profileId.split(":")[0] ?? "",
    access: new Secret(`access-${profileId}`),
    refresh: new Secret(`refresh-${profileId}`),
    expires: 1_900_000_000_000,
    accountId: "account-of-ours",
  };
}

async function hold(host: HostAuthStore): Promise<string> {
  await host.update({
    agentDir: undefined,
    keepInOrder: [],
    edit(): never {
      writeSync(1, "held\n");
      for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    },
  });
  return "{}";
}

const host = await openStore();
writeSync(1, `${await (task === "write" ? write(host) : hold(host))}\n`);
process.exit(0);
