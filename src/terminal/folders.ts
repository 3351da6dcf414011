/** Finds the folders and the config of an OpenClaw on this machine, from outside its gateway. */
import { lstat, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { TerminalEnvironment } from "../environment.ts";
import { DEFAULT_AGENT } from "../rules/binding.ts";
import type { AuthConfig } from "../store/profiles-document.ts";

/** The state folder and its older names. The first one that exists is used. */
const STATE_FOLDERS = [".openclaw", ".clawdbot", ".moltbot", ".moldbot"];
const CONFIG_FILE = "openclaw.json";
const SHARED_TEMP = "/tmp/openclaw";

export async function findStateDir({ stateDir, home }: TerminalEnvironment): Promise<string> {
  if (stateDir !== undefined) return stateDir;
  for (const name of STATE_FOLDERS) {
    if (await isFolder(join(home, name))) return join(home, name);
  }
  return join(home, ".openclaw");
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

/**
 * OpenClaw's preferred temporary folder: the shared one if it belongs to this user, else one of the user's own. It
 * need not exist, and is made private when it is first written to.
 */
export async function findTempFolder({ tempFolder, uid }: TerminalEnvironment): Promise<string> {
  const shared = await lstat(SHARED_TEMP).catch(() => undefined);
  if (shared === undefined) return SHARED_TEMP;
  return shared.isDirectory() && shared.uid === uid ? SHARED_TEMP : join(tempFolder, `openclaw-${uid}`);
}

export interface HostConfig {
  readonly gateway?: {
    readonly mode?: string;
    readonly port?: unknown;
    readonly bind?: unknown;
    readonly customBindHost?: unknown;
    readonly $include?: unknown;
  };
  readonly commands?: { readonly ownerAllowFrom?: readonly unknown[] };
  readonly agents?: {
    readonly defaults?: { readonly userTimezone?: unknown } | undefined;
    readonly list?: readonly { readonly id?: string; readonly agentDir?: string; readonly default?: boolean }[];
  };
  readonly auth?: AuthConfig;
}

/**
 * Returns an empty config if there is no file, and undefined if it cannot be read. `parse`: the host's own JSON5
 * reader if a host was found, because users write comments in that file.
 */
export async function readHostConfig(
  { configPath }: TerminalEnvironment,
  stateDir: string,
  parse: (text: string) => unknown = JSON.parse,
): Promise<HostConfig | undefined> {
  const text = await readFile(configPath ?? join(stateDir, CONFIG_FILE), "utf8").catch((error: unknown) =>
    (error as NodeJS.ErrnoException).code === "ENOENT" ? "{}" : "",
  );
  try {
    const config = parse(text);
    return isHostConfig(config) && !isPieced(config) ? config : undefined;
  } catch {
    return undefined;
  }
}

/** A variable in the host's form. Other text, such as `${yyyy-mm-dd}`, is text to the host too. */
const VARIABLE = /\$\{[A-Z_][A-Z0-9_]*\}/;

/**
 * Returns true if what decides about the profiles comes from other files or from the environment, which only the host
 * can join. Other parts of the config are not looked at.
 */
function isPieced(config: HostConfig): boolean {
  const { agents = {}, auth = {} } = config;
  const { list = [] } = agents;
  const { order = {}, profiles = {} } = auth;
  const records = Object.values(profiles);
  if ([config, agents, auth, order, profiles, ...list, ...records].some((part) => "$include" in part)) return true;
  const deciding = [
    ...list.flatMap(({ id, agentDir }) => [id, agentDir]),
    ...Object.values(order).flat(),
    ...records.map(({ provider }) => provider),
  ];
  return deciding.some((text) => typeof text === "string" && VARIABLE.test(text));
}

function isHostConfig(value: unknown): value is HostConfig {
  if (!isRecord(value)) return false;
  const { agents = {}, auth = {}, gateway = {} } = value;
  if (!isRecord(agents) || !isRecord(auth) || !isRecord(gateway)) return false;
  const { list = [] } = agents;
  const { order = {}, profiles = {} } = auth;
  return (
    isListOf(list, (agent) => isRecord(agent) && isTextOrNone(agent["id"]) && isTextOrNone(agent["agentDir"])) &&
    isRecord(order) &&
    Object.values(order).every((ids) => isListOf(ids, (id) => typeof id === "string")) &&
    isRecord(profiles) &&
    Object.values(profiles).every(isRecord)
  );
}

const isTextOrNone = (value: unknown) => value === undefined || typeof value === "string";
const isListOf = (value: unknown, isItem: (item: unknown) => boolean) => Array.isArray(value) && value.every(isItem);
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

export interface AgentFolders {
  readonly defaultAgentId: string;
  /** The id must be in the host's own form, as `defaultAgentId` is. */
  folderOf(agentId: string): string;
}

/**
 * The folders of agents on hosts whose SDK does not name them. `agentDir`: an older host's variable for the default
 * agent's folder.
 */
export function agentFoldersOf(
  config: HostConfig,
  stateDir: string,
  { agentDir, home }: Pick<TerminalEnvironment, "agentDir" | "home">,
): AgentFolders {
  const list = config.agents?.list ?? [];
  const defaultAgentId = hostIdOf((list.find((agent) => agent.default === true) ?? list[0])?.id);
  return {
    defaultAgentId,
    folderOf(agentId) {
      const named = list.find((agent) => hostIdOf(agent.id) === agentId)?.agentDir?.trim() ?? "";
      const own =
        named === "" ? join(stateDir, "agents", agentId, "agent") : resolve(named.replace(/^~(?=$|\/)/, home));
      return agentId === defaultAgentId ? (agentDir ?? own) : own;
    },
  };
}

/** Turns an id of the config into the form that the host gives it, from which folders are named. */
function hostIdOf(id = ""): string {
  const plain = id.trim().toLowerCase();
  if (/^[a-z0-9][a-z0-9_-]{0,63}$/.test(plain)) return plain;
  return (
    plain
      .replaceAll(/[^a-z0-9_-]+/g, "-")
      .replaceAll(/^-+|-+$/g, "")
      .slice(0, 64) || DEFAULT_AGENT
  );
}
