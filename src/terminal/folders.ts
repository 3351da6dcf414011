/** Where an OpenClaw of this machine keeps its state, its config and what waits, told from outside the gateway. */
import { lstat, readFile, stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { TerminalEnvironment } from "../environment.ts";
import { DEFAULT_AGENT } from "../rules/binding.ts";
import type { AuthConfig } from "../store/profiles-document.ts";

/** Names the state folder had in older versions; the first that exists is still used where the new one does not. */
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
 * OpenClaw's preferred temporary folder: the shared one where it is ours, else one of the person's own. It need not
 * exist, and is made private when it is first written to, as the host does too.
 */
export async function findTempFolder({ tempFolder, uid }: TerminalEnvironment): Promise<string> {
  const shared = await lstat(SHARED_TEMP).catch(() => undefined);
  if (shared === undefined) return SHARED_TEMP;
  return shared.isDirectory() && shared.uid === uid ? SHARED_TEMP : join(tempFolder, `openclaw-${uid}`);
}

/** The part of the host's config that decides where profiles lie and which are used. */
export interface HostConfig {
  readonly gateway?: { readonly port?: unknown };
  readonly commands?: { readonly ownerAllowFrom?: readonly unknown[] };
  readonly agents?: {
    readonly defaults?: { readonly userTimezone?: unknown } | undefined;
    readonly list?: readonly { readonly id?: string; readonly agentDir?: string; readonly default?: boolean }[];
  };
  readonly auth?: AuthConfig;
}

/**
 * The config; an empty one where there is none, undefined where it cannot be read. `parse`: the host's own JSON5, where
 * a host is at hand; people keep comments in that file.
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

/** Parts from other files or from the environment, which the host alone can put together. */
function isPieced(config: HostConfig): boolean {
  const read = JSON.stringify({ ...config.agents, ...config.auth, port: config.gateway?.port });
  return "$include" in config || read.includes('"$include"') || read.includes("${");
}

/** A host starts with no other: what is of another shape was not written for it. */
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

/** The folder of an agent's profiles, on hosts whose SDK does not say. */
export interface AgentFolders {
  readonly defaultAgentId: string;
  /** For an id as `defaultAgentId` is one. */
  folderOf(agentId: string): string;
}

/** `agentDir`: an older host's word for the default agent's folder, from its environment. */
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

/** What the host makes of an id in its config: folders are named by that. */
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
