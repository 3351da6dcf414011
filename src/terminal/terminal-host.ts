/** The profile store of the OpenClaw on this machine, told and opened from outside its gateway. */
import { basename, dirname, join, resolve } from "node:path";
import type { TerminalEnvironment } from "../environment.ts";
import { CodexAuthError } from "../errors.ts";
import { bindAuthStoreSdk, defaultAgentOf, type AuthSdkParts } from "../host/auth-store.ts";
import type { SdkConfig } from "../host/sdk.ts";
import { DEFAULT_AGENT } from "../rules/binding.ts";
import { hostTraitsOf, type FileHostTraits } from "../rules/host-versions.ts";
import type { Activation } from "../rules/results.ts";
import { createFileAuthStore } from "../store/file-auth-store.ts";
import { fileExists } from "../store/private-file.ts";
import { configuredIn, type HostAuthStore } from "../store/profiles-document.ts";
import { createSqliteAuthStore } from "../store/sqlite-auth-store.ts";
import { agentFoldersOf, type AgentFolders, readHostConfig, type HostConfig } from "./folders.ts";
import { runHostCommand, hostJson5, loadSdkPart, type InstalledHost } from "./installed-host.ts";
import { gatewayPortOf, isListening } from "./network.ts";

const STORE_FILE = "auth-profiles.json";
/** Shorter than the age at which an older host takes a lock away from a living holder. */
const RELOAD_LIMIT_MS = 25_000;

export { findInstalledHost } from "./installed-host.ts";

export interface TerminalHostRequest {
  readonly environment: TerminalEnvironment;
  readonly stateDir: string;
  readonly host: InstalledHost | undefined;
  /** An `auth-profiles.json` that the person named. */
  readonly authPath: string | undefined;
  /** The agent that the person named. */
  readonly agentId?: string | undefined;
  /** Whether the gateway may be restarted where nothing less lets it see a change. */
  readonly mayRestart: boolean;
}

export interface TerminalHost extends HostAuthStore {
  /** The agent that is meant where none was named. */
  readonly defaultAgentId: string;
  /** The zone that times are shown in, as the host's config names it. */
  readonly timeZone?: string | undefined;
}

/**
 * Throws `CodexAuthError` (`host-not-found`, `host-unknown`, `host-config-unreadable`, `host-uses-sqlite`, `store-ambiguous`, `auth-path-invalid`).
 * Where it is not certain how that host keeps its profiles, nothing is opened.
 */
export async function openTerminalHost(asked: TerminalHostRequest): Promise<TerminalHost> {
  const { host } = asked;
  if (asked.authPath !== undefined && basename(asked.authPath) !== STORE_FILE) {
    throw new CodexAuthError("auth-path-invalid");
  }
  // What an undo puts back is kept under the folder's name, which must be one wherever the person stands.
  const authPath = asked.authPath === undefined ? undefined : resolve(asked.authPath);
  const request = { ...asked, authPath };
  if (host === undefined) {
    if (authPath === undefined) throw new CodexAuthError("host-not-found");
    return openNamedFile(request, authPath);
  }
  const traits = hostTraitsOf(host.version);
  if (traits === undefined) throw new CodexAuthError("host-unknown");
  switch (traits.medium) {
    case "file":
      return openFile(request, traits);
    case "sqlite":
      if (authPath !== undefined) throw new CodexAuthError("host-uses-sqlite");
      return openSqlite(request, host);
  }
}

async function openSqlite(request: TerminalHostRequest, host: InstalledHost): Promise<TerminalHost> {
  const [agentRuntime, providerAuth, configRuntime] = await Promise.all([
    loadSdkPart(host, "agent-runtime"),
    loadSdkPart(host, "provider-auth"),
    loadSdkPart(host, "config-runtime"),
  ]);
  const loadConfig = configRuntime?.["loadConfig"];
  const path = storePathOf(agentRuntime);
  const isBindable = typeof loadConfig === "function" && typeof providerAuth?.["CODEX_CLI_PROFILE_ID"] === "string";
  const isKnown = path?.endsWith(".sqlite") === true && isBindable;
  if (!isKnown) throw new CodexAuthError("host-unknown");
  const parts = { agentRuntime, providerAuth } as unknown as AuthSdkParts;
  const config = loadConfig as () => SdkConfig;
  const { agentId } = request;
  if (agentId !== undefined && !parts.agentRuntime.listAgentIds(config()).includes(agentId)) {
    throw new CodexAuthError("agent-unknown");
  }
  const store = createSqliteAuthStore(bindAuthStoreSdk(parts, config));
  // A running gateway works with what it has in memory until it writes itself: the next turn would use the old tokens.
  const tell = gatewayNotifierOf(request, { apply: "reload", config: config() as HostConfig });
  return {
    ...store,
    activate: () => tell.activation(),
    defaultAgentId: defaultAgentOf(parts, config),
    timeZone: timeZoneIn(config() as HostConfig),
  };
}

/** Some hosts open the database to tell where it is. Throws `store-unreadable` where they cannot. */
function storePathOf(agentRuntime: Partial<AuthSdkParts["agentRuntime"]> | undefined): string | undefined {
  try {
    return agentRuntime?.resolveAuthStorePathForDisplay?.();
  } catch {
    throw new CodexAuthError("store-unreadable");
  }
}

async function openFile(request: TerminalHostRequest, traits: FileHostTraits): Promise<TerminalHost> {
  const { environment, stateDir, authPath, host } = request;
  const config = await readHostConfig(environment, stateDir, host && hostJson5(host));
  if (config === undefined && authPath === undefined) throw new CodexAuthError("host-config-unreadable");
  const folders: AgentFolders =
    authPath === undefined
      ? agentFoldersOf(config ?? {}, stateDir, environment)
      : { defaultAgentId: DEFAULT_AGENT, folderOf: () => dirname(authPath) };
  const mainDir = folders.folderOf(traits.shared === "main" ? DEFAULT_AGENT : folders.defaultAgentId);
  for (const database of databasesBeside(mainDir, stateDir, traits)) {
    if (await fileExists(database)) throw new CodexAuthError("store-ambiguous");
  }
  const tell = gatewayNotifierOf(request, { apply: traits.apply, config: config ?? {} });
  const store = createFileAuthStore({
    provider: traits.provider,
    lock: traits.lock,
    state: traits.state,
    agentDirOf: (agentId) => folders.folderOf(agentId),
    mainAgentDir: () => mainDir,
    configured: () => configuredIn(config?.auth, traits.provider),
    ...(traits.apply === "reload-under-lock" ? { whileLocked: tell.reload } : {}),
    publish: async () => tell.activation(),
  });
  await assertAgent(request, config ?? {}, folders);
  return {
    ...store,
    ...(authPath === undefined ? {} : { namedPath: authPath }),
    defaultAgentId: folders.defaultAgentId,
    timeZone: timeZoneIn(config ?? {}),
  };
}

function timeZoneIn({ agents }: HostConfig): string | undefined {
  const zone = agents?.defaults?.userTimezone;
  return typeof zone === "string" ? zone : undefined;
}

/** An agent that was named is in the config, or has a folder: a slip of the pen would make a store that nobody reads. */
async function assertAgent({ agentId }: TerminalHostRequest, config: HostConfig, folders: AgentFolders): Promise<void> {
  if (agentId === undefined || agentId === DEFAULT_AGENT || agentId === folders.defaultAgentId) return;
  const isConfigured = config.agents?.list?.some(({ id }) => id?.toLowerCase() === agentId) === true;
  if (!isConfigured && !(await fileExists(folders.folderOf(agentId)))) throw new CodexAuthError("agent-unknown");
}

/**
 * Databases of a newer host: where one lies beside the file, the host that was found is not the one that runs. The one
 * of the state folder tells nothing beside 2026.6.1, which keeps other things in it.
 */
function databasesBeside(folder: string, stateDir: string, { provider }: FileHostTraits): readonly string[] {
  const own = `${folder}/openclaw-agent.sqlite`;
  if (provider === "openai") return [own];
  return [own, `${stateDir}/state/openclaw.sqlite`, join(folder, "../../../state/openclaw.sqlite")];
}

interface GatewayNotifier {
  /** The least that lets a running gateway see a change; asked for again, it does nothing more. */
  reload(): Promise<void>;
  activation(): Promise<Activation>;
}

interface Told {
  readonly apply: FileHostTraits["apply"];
  readonly config: HostConfig;
}

/** Lets a running gateway see a change with the host's own commands, and looks afterwards whether it answers. */
function gatewayNotifierOf(
  { host, environment, mayRestart }: TerminalHostRequest,
  { apply, config }: Told,
): GatewayNotifier {
  const run = (...words: string[]) =>
    host === undefined ? Promise.resolve(false) : runHostCommand(host, words, RELOAD_LIMIT_MS);
  const tell = async () => {
    if (apply === "none") return true;
    // Of a host that was not found, nobody knows where its gateway would listen.
    if (host !== undefined && !(await isListening(gatewayPortOf(environment, config)))) return true;
    return run("secrets", "reload");
  };
  let told: Promise<boolean> | undefined;
  const reload = () => (told ??= tell());
  return {
    reload: async () => void (await reload()),
    async activation() {
      if (await reload()) return "live";
      if (!mayRestart || !(await run("gateway", "restart"))) return "restart";
      return (await run("secrets", "reload")) ? "restarted" : "restart";
    },
  };
}

/** The oldest form of the file, or a newer one where what is there says so; the lock of all but the oldest hosts. */
async function openNamedFile(request: TerminalHostRequest, authPath: string): Promise<TerminalHost> {
  const hasStateFile = await fileExists(join(dirname(authPath), "auth-state.json"));
  const older = await openFile(request, traitsOfFile(hasStateFile ? "2026.5.28" : "2026.3.28"));
  const records = Object.values((await older.read(dirname(authPath))).profiles);
  const has = (provider: string) => records.some((record) => record.type === "oauth" && record.provider === provider);
  return has("openai") && !has("openai-codex") ? openFile(request, traitsOfFile("2026.6.1")) : older;
}

function traitsOfFile(version: string): FileHostTraits {
  return { ...(hostTraitsOf(version) as FileHostTraits), apply: "reload" };
}
