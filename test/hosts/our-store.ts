/** Our own store over one host, in child processes. Nothing is told to reload, so that many writes are quick. */
import { join } from "node:path";
import { SILENT_LOG } from "../../src/errors.ts";
import { readAccount } from "../../src/oauth/identity.ts";
import { hostTraitsOf } from "../../src/rules/host-versions.ts";
import { createFileAuthStore } from "../../src/store/file-auth-store.ts";
import type { HostAuthStore } from "../../src/store/profiles-document.ts";
import { createProfileStore, RecentLists } from "../../src/store/profile-store.ts";
import { createUndoRecords } from "../../src/store/undo.ts";
import { systemClock, systemEntropy } from "../../src/system.ts";
import { openTerminalHost } from "../../src/terminal/terminal-host.ts";
import type { ProfileStore } from "../../src/actions/ports.ts";

export async function openStore(root: string, version: string, stateDir: string): Promise<HostAuthStore> {
  const traits = hostTraitsOf(version);
  if (traits?.medium === "sqlite") return openSqlite(root, version, stateDir);
  if (traits === undefined) throw new Error(`no traits of ${version}`);
  const agentDirOf = (agentId: string) => join(stateDir, "agents", agentId, "agent");
  return createFileAuthStore({
    ...traits,
    log: SILENT_LOG,
    agentDirOf,
    mainAgentDir: () => agentDirOf("main"),
    oauthFile: join(stateDir, "credentials/oauth.json"),
    configured: () => ({ order: [], profiles: [] }),
    publish: async () => "live",
  });
}

function openSqlite(root: string, version: string, stateDir: string): Promise<HostAuthStore> {
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

export async function openProfileStore(root: string, version: string, stateDir: string): Promise<ProfileStore> {
  return createProfileStore({
    host: await openStore(root, version, stateDir),
    log: SILENT_LOG,
    recent: new RecentLists(systemClock),
    undo: createUndoRecords(stateDir),
    clock: systemClock,
    entropy: systemEntropy,
    readAccount,
  });
}
