/** Opens the profile store of the OpenClaw on this machine from outside its gateway. */
import { realpath } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Log } from "../actions/ports.ts";
import { oauthFileIn, type TerminalEnvironment } from "../environment.ts";
import { CodexAuthError, failingAs } from "../errors.ts";
import { bindAuthStoreSdk, defaultAgentOf, type AuthSdkParts } from "../host/auth-store.ts";
import { hostSdk, type SdkConfig } from "../host/sdk.ts";
import { DEFAULT_AGENT } from "../rules/binding.ts";
import { hostTraitsOf, type FileHostTraits } from "../rules/host-versions.ts";
import type { Activation } from "../rules/results.ts";
import { createFileAuthStore } from "../store/file-auth-store.ts";
import { fileExists, isSamePlace } from "../store/private-file.ts";
import { configuredIn, type HostAuthStore } from "../store/profiles-document.ts";
import { createSqliteAuthStore } from "../store/sqlite-auth-store.ts";
import { agentFoldersOf, type AgentFolders, readHostConfig, type HostConfig } from "./folders.ts";
import { runHostCommand, hostJson5, loadSdkPart, type InstalledHost } from "./installed-host.ts";
import { mayGatewayRun } from "./network.ts";

const STORE_FILE = "auth-profiles.json";
/** Shorter than the age at which an older host takes over the lock of a living holder. */
const RELOAD_LIMIT_MS = 25_000;

export { findInstalledHost } from "./installed-host.ts";

export interface TerminalHostRequest {
  readonly log: Log;
  readonly environment: TerminalEnvironment;
  readonly stateDir: string;
  readonly host: InstalledHost | undefined;
  /** This process is that host's own. */
  readonly isInHost?: boolean | undefined;
  readonly authPath: string | undefined;
  readonly agentId?: string | undefined;
  /** True if the gateway may be restarted, which happens only if it cannot be reloaded of a change in another way. */
  readonly mayRestart: boolean;
  /** Throws `store-of-other-user` for a place of another user. */
  readonly assertOwn: (place: string) => Promise<void>;
}

export interface TerminalHost extends HostAuthStore {
  readonly defaultAgentId: string;
  /** An IANA name from the host's config, not checked here. */
  readonly timeZone?: string | undefined;
}

/**
 * Throws `CodexAuthError` (`host-not-found`, `host-unknown`, `host-config-unreadable`, `host-uses-sqlite`,
 * `store-ambiguous`, `auth-path-invalid`, `agent-unknown`). Opens nothing if it is uncertain how the host keeps its
 * profiles.
 */
export async function openTerminalHost(asked: TerminalHostRequest): Promise<TerminalHost> {
  const { host } = asked;
  if (asked.authPath !== undefined && basename(asked.authPath) !== STORE_FILE) {
    throw new CodexAuthError("auth-path-invalid");
  }
  // Undo records are kept under the path of the folder, so it must be absolute: a relative path changes with the
  // current folder.
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
  const [agentRuntime, providerAuth, configRuntime] =
    request.isInHost === true ? await loadOwnParts() : await loadPartsOf(host);
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
  // A running gateway uses the tokens in its memory until it is reloaded of a change.
  const notifier = gatewayNotifierOf(request, { apply: "reload", config: config() as HostConfig });
  return {
    ...store,
    activate: () => notifier.activation(),
    defaultAgentId: defaultAgentOf(parts, config),
    timeZone: timeZoneIn(config() as HostConfig),
  };
}

type SdkPart = Record<string, unknown> | undefined;
type SdkParts = readonly [agentRuntime: SdkPart, providerAuth: SdkPart, configRuntime: SdkPart];

function loadPartsOf(host: InstalledHost): Promise<SdkParts> {
  return Promise.all([
    loadSdkPart(host, "agent-runtime"),
    loadSdkPart(host, "provider-auth"),
    loadSdkPart(host, "config-runtime"),
  ]);
}

/**
 * By name, which leads to what the host has loaded. Of a module that a plugin imports by its path the host makes a copy,
 * and of all that the module imports: here the whole host, which it loads a second time and may take seconds to remove.
 */
function loadOwnParts(): Promise<SdkParts> {
  return failingAs("host-unsupported", () =>
    Promise.all([hostSdk.agentRuntime(), hostSdk.providerAuth(), hostSdk.configRuntime()]),
  );
}

/** Throws `store-unreadable` if the host must open its database for this and cannot. */
function storePathOf(agentRuntime: Partial<AuthSdkParts["agentRuntime"]> | undefined): string | undefined {
  try {
    return agentRuntime?.resolveAuthStorePathForDisplay?.();
  } catch (error) {
    throw CodexAuthError.replacing(error, "store-unreadable");
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
  await request.assertOwn(join(mainDir, STORE_FILE));
  const namedStateDir = await stateDirOfNamed(authPath, request, config);
  for (const database of databasesBeside(mainDir, [stateDir, namedStateDir], traits)) {
    if (await fileExists(database)) throw new CodexAuthError("store-ambiguous");
  }
  const notifier = gatewayNotifierOf(request, { apply: traits.apply, config: config ?? {} });
  const store = createFileAuthStore({
    log: request.log,
    provider: traits.provider,
    lock: traits.lock,
    state: traits.state,
    records: traits.records,
    agentDirOf: (agentId) => folders.folderOf(agentId),
    mainAgentDir: () => mainDir,
    oauthFile: oauthFileIn(namedStateDir),
    configured: () => configuredIn(config?.auth, traits.provider),
    ...(traits.apply === "reload-under-lock" ? { whileLocked: notifier.reload } : {}),
    publish: async () => notifier.activation(),
  });
  await assertAgent(request, config ?? {}, folders);
  if (request.agentId !== undefined) await request.assertOwn(join(folders.folderOf(request.agentId), STORE_FILE));
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

/**
 * Throws `agent-unknown` for an agent without an entry in the config and without a folder, because a misspelt name
 * would create a store that no agent reads.
 */
async function assertAgent({ agentId }: TerminalHostRequest, config: HostConfig, folders: AgentFolders): Promise<void> {
  if (agentId === undefined || agentId === DEFAULT_AGENT || agentId === folders.defaultAgentId) return;
  const isConfigured = config.agents?.list?.some(({ id }) => id?.toLowerCase() === agentId) === true;
  if (!isConfigured && !(await fileExists(folders.folderOf(agentId)))) throw new CodexAuthError("agent-unknown");
}

/**
 * The databases of a newer host. If one exists beside the file, the host that was found is not the one that runs. The
 * database of the state folder proves nothing on 2026.6.1, which keeps other data in it.
 */
function databasesBeside(
  folder: string,
  stateDirs: readonly string[],
  { provider }: FileHostTraits,
): readonly string[] {
  const own = `${folder}/openclaw-agent.sqlite`;
  if (provider === "openai") return [own];
  return [own, ...new Set(stateDirs.map((stateDir) => `${stateDir}/state/openclaw.sqlite`))];
}

/**
 * Returns the state folder of a named file: this gateway's if the file is in its agent's folder, also through a link, else
 * the folder three levels above.
 */
async function stateDirOfNamed(
  authPath: string | undefined,
  { environment, stateDir }: TerminalHostRequest,
  config: HostConfig = {},
): Promise<string> {
  if (authPath === undefined) return stateDir;
  const folder = dirname(authPath);
  if (isSamePlace(folder, agentFoldersOf(config, stateDir, environment).folderOf(DEFAULT_AGENT))) return stateDir;
  const isInPlace = basename(join(folder, "../..")) === "agents";
  return join(isInPlace ? folder : await realpath(folder).catch(() => folder), "../../..");
}

interface GatewayNotifier {
  reload(): Promise<void>;
  activation(): Promise<Activation>;
}

interface ReloadRule {
  readonly apply: FileHostTraits["apply"];
  readonly config: HostConfig;
}

function gatewayNotifierOf(
  { host, environment, mayRestart }: TerminalHostRequest,
  { apply, config }: ReloadRule,
): GatewayNotifier {
  const run = (...words: string[]) =>
    host === undefined ? Promise.resolve(false) : runHostCommand(host, words, RELOAD_LIMIT_MS);
  const reloadGateway = async () => {
    if (apply === "none") return true;
    // If nothing listens here, a gateway may still run in a container. Only a reload that it answers counts as success.
    return (await mayGatewayRun(environment, config)) && run("secrets", "reload");
  };
  let reloaded: Promise<boolean> | undefined;
  const reload = () => (reloaded ??= reloadGateway());
  return {
    reload: async () => void (await reload()),
    async activation() {
      if (await reload()) return "live";
      if (!mayRestart || !(await run("gateway", "restart"))) return "restart";
      return (await run("secrets", "reload")) ? "restarted" : "restart";
    },
  };
}

/** Infers the form of the file from its neighbours and its records. The lock is that of all but the oldest hosts. */
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
