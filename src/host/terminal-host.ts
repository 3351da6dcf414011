/** The profile store of the OpenClaw on this machine, told and opened from outside its gateway. */
import { basename, dirname } from "node:path";
import type { TerminalEnvironment } from "../environment.ts";
import { CodexAuthError } from "../errors.ts";
import type { Activation } from "../flow/answers.ts";
import { eraOf, type FileEra } from "../flow/host-era.ts";
import { createFileAuthStore } from "../store/file-auth-store.ts";
import { fileExists } from "../store/locked-file.ts";
import type { HostAuthStore } from "../store/profile-store.ts";
import { createSqliteAuthStore } from "../store/sqlite-auth-store.ts";
import { agentFoldersOf, configuredIdsOf, type AgentFolders } from "./agent-folders.ts";
import { bindAuthStoreSdk, type AuthSdkParts } from "./auth-store.ts";
import { runHostCommand } from "./host-command.ts";
import { readHostConfig } from "./host-folders.ts";
import type { SdkConfig } from "./sdk.ts";
import { hostJson5, loadSdkPart, type InstalledHost } from "./installed-host.ts";

const STORE_FILE = "auth-profiles.json";
/** Shorter than the age at which an older host takes a lock away from a living holder. */
const RELOAD_LIMIT_MS = 25_000;

export interface TerminalHostRequest {
  readonly environment: TerminalEnvironment;
  readonly stateDir: string;
  readonly host: InstalledHost | undefined;
  /** An `auth-profiles.json` that the person named. */
  readonly authPath: string | undefined;
  /** Whether the gateway may be restarted where nothing less lets it see a change. */
  readonly mayRestart: boolean;
}

/**
 * Throws `CodexAuthError`: `host-not-found`, `host-unknown`, `host-uses-sqlite` or `auth-path-invalid`. Where it is not
 * certain how that host keeps its profiles, nothing is opened.
 */
export async function openTerminalHost(request: TerminalHostRequest): Promise<HostAuthStore> {
  const { host, authPath } = request;
  if (authPath !== undefined && basename(authPath) !== STORE_FILE) throw new CodexAuthError("auth-path-invalid");
  if (host === undefined) {
    if (authPath === undefined) throw new CodexAuthError("host-not-found");
    return openNamedFile(request, authPath);
  }
  const era = eraOf(host.version);
  if (era === undefined) throw new CodexAuthError("host-unknown");
  if (era.medium === "file") return openFile(request, era);
  if (authPath !== undefined) throw new CodexAuthError("host-uses-sqlite");
  return openSqlite(host);
}

async function openSqlite(host: InstalledHost): Promise<HostAuthStore> {
  const [agentRuntime, providerAuth, configRuntime] = await Promise.all([
    loadSdkPart(host, "agent-runtime"),
    loadSdkPart(host, "provider-auth"),
    loadSdkPart(host, "config-runtime"),
  ]);
  const loadConfig = configRuntime?.["loadConfig"];
  const path = (agentRuntime as Partial<AuthSdkParts["agentRuntime"]> | undefined)?.resolveAuthStorePathForDisplay?.();
  const isKnown = path?.endsWith(".sqlite") === true && typeof loadConfig === "function";
  if (!isKnown) throw new CodexAuthError("host-unknown");
  const parts = { agentRuntime, providerAuth } as unknown as AuthSdkParts;
  return createSqliteAuthStore(bindAuthStoreSdk(parts, loadConfig as () => SdkConfig));
}

async function openFile(request: TerminalHostRequest, era: FileEra): Promise<HostAuthStore> {
  const { environment, stateDir, authPath, host } = request;
  const config = await readHostConfig(environment, stateDir, host && hostJson5(host));
  if (config === undefined && authPath === undefined) throw new CodexAuthError("host-unknown");
  const folders: AgentFolders =
    authPath === undefined
      ? agentFoldersOf(config ?? {}, stateDir, environment)
      : { defaultAgentId: "main", folderOf: () => dirname(authPath) };
  const mainDir = folders.folderOf(folders.defaultAgentId);
  // A database of a newer host beside the file: the host found is not the one that runs.
  if (await fileExists(`${mainDir}/openclaw-agent.sqlite`)) throw new CodexAuthError("host-uses-sqlite");
  const tell = tellerOf(request, era);
  return createFileAuthStore({
    provider: era.provider,
    lock: era.lock,
    state: era.state,
    agentDirOf: (agentId) => folders.folderOf(agentId),
    mainAgentDir: () => mainDir,
    configuredIds: () => configuredIdsOf(config ?? {}, era.provider),
    ...(era.apply === "reload-under-lock" ? { whileLocked: tell.reload } : {}),
    publish: async () => tell.activation(),
  });
}

interface Teller {
  /** The least that lets a running gateway see a change; asked for again, it does nothing more. */
  reload(): Promise<void>;
  activation(): Promise<Activation>;
}

/** Lets a running gateway see a change with the host's own commands, and looks afterwards whether it answers. */
function tellerOf({ host, mayRestart }: TerminalHostRequest, era: FileEra): Teller {
  const run = (...words: string[]) =>
    host === undefined ? Promise.resolve(false) : runHostCommand(host, words, RELOAD_LIMIT_MS);
  let reloaded: Promise<boolean> | undefined;
  const reload = () => (reloaded ??= era.apply === "none" ? Promise.resolve(true) : run("secrets", "reload"));
  return {
    reload: async () => void (await reload()),
    async activation() {
      if (await reload()) return "live";
      if (!mayRestart || !(await run("gateway", "restart"))) return "restart";
      return (await run("secrets", "reload")) ? "restarted" : "restart";
    },
  };
}

/** The oldest form of the file, or the newest where the file that is there says so; the lock of all but the oldest hosts. */
async function openNamedFile(request: TerminalHostRequest, authPath: string): Promise<HostAuthStore> {
  const folder = dirname(authPath);
  if (await fileExists(`${folder}/openclaw-agent.sqlite`)) throw new CodexAuthError("host-uses-sqlite");
  const hasStateFile = await fileExists(`${folder}/auth-state.json`);
  const era = eraOf(hasStateFile ? "2026.5.28" : "2026.3.28") as FileEra;
  return openFile(request, { ...era, apply: "reload" });
}
