/** Finds the folders and the config of an OpenClaw on this machine, from outside its gateway. */
import { access, constants, lstat, readFile, stat } from "node:fs/promises";
import { basename, dirname, join, posix, resolve, win32 } from "node:path";
import type { TerminalEnvironment } from "../environment.ts";
import { CodexAuthError, isErrno } from "../errors.ts";
import { DEFAULT_AGENT } from "../rules/binding.ts";
import { isSince } from "../rules/host-versions.ts";
import { isObject } from "../rules/parse.ts";
import { machine } from "../store/machine.ts";
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

const OLDER_VARIABLE = "CLAWDBOT_STATE_DIR";
/** The first versions that do not read an older name, from the published packages. Every version reads `.clawdbot`. */
const DROPPED_IN: ReadonlyMap<string, string> = new Map([
  [OLDER_VARIABLE, "2026.3.22"],
  [".moltbot", "2026.3.22"],
  [".moldbot", "2026.3.31"],
]);

/** Throws `host-state-folder` if this host does not look in the state folder that was found. */
export function assertReadsStateDir(
  { stateDir: named, hasOlderStateVariable }: TerminalEnvironment,
  stateDir: string,
  version: string,
): void {
  const name = hasOlderStateVariable === true ? OLDER_VARIABLE : named === undefined ? basename(stateDir) : "";
  const droppedIn = DROPPED_IN.get(name);
  if (droppedIn !== undefined && isSince(version, droppedIn)) throw new CodexAuthError("host-state-folder");
}

async function isFolder(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined))?.isDirectory() === true;
}

/**
 * Chooses OpenClaw's temporary folder as the host does, so that the gateway and the terminal see the same pending sign-ins:
 * the shared one if this user may write it or make it, else one of the user's own. It need not exist, and is made private
 * when it is first written to.
 */
export async function findTempFolder(
  { tempFolder, uid, platform }: Pick<TerminalEnvironment, "platform" | "tempFolder" | "uid">,
  shared: string = SHARED_TEMP,
): Promise<string> {
  const { join: joined } = platform === "win32" ? win32 : posix;
  const own = joined(tempFolder, uid === undefined ? "openclaw" : `openclaw-${uid}`);
  if (platform === "win32") return own;
  return (await isUsable(shared, uid)) ? shared : own;
}

const OTHERS_WRITE = 0o022;
const canWrite = (folder: string) =>
  access(folder, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  );

async function isUsable(folder: string, uid: number | undefined): Promise<boolean> {
  const stats = await lstat(folder).catch((error: unknown) => (isErrno(error, "ENOENT") ? "missing" : "refused"));
  if (stats === "missing") return canWrite(dirname(folder));
  if (typeof stats === "string" || !stats.isDirectory() || (uid !== undefined && stats.uid !== uid)) return false;
  if (uid !== undefined && (machine.modeOf(stats) & OTHERS_WRITE) !== 0) {
    // As the host, which then looks again: some disks keep no modes.
    await machine.chmod(folder, 0o700).catch(() => undefined);
    if ((machine.modeOf(await lstat(folder)) & OTHERS_WRITE) !== 0) return false;
  }
  return canWrite(folder);
}

/** Where hosts keep profiles, below the state folder, and the folders above. The first that exists decides who owns them. */
const STORE_PLACES = [
  "agents/main/agent/auth-profiles.json",
  "agents/main/agent/openclaw-agent.sqlite",
  "state/openclaw.sqlite",
  "agents/main/agent",
  ".",
];

export const storePlacesIn = (stateDir: string): readonly string[] =>
  STORE_PLACES.map((place) => join(stateDir, place));

/**
 * Throws `store-of-other-user`, after `onOther` with the user's name, if the profile store belongs to another user: what
 * this user makes there, the gateway could not read. Makes nothing itself. A place that every user may write tells nothing,
 * nor does a disk without owners.
 */
export async function assertOwnStore(
  places: readonly string[],
  { uid }: Pick<TerminalEnvironment, "uid">,
  onOther: (name: string) => void,
): Promise<void> {
  if (uid === undefined) return;
  const owner = await ownerOfFirst(places);
  if (owner === undefined || owner === uid) return;
  onOther(await nameOfUser(owner));
  throw new CodexAuthError("store-of-other-user");
}

const ANYONE_WRITES = 0o002;

async function ownerOfFirst(places: readonly string[]): Promise<number | undefined> {
  for (const place of places) {
    const stats = await stat(place).catch(() => undefined);
    if (stats !== undefined) return (machine.modeOf(stats) & ANYONE_WRITES) === 0 ? stats.uid : undefined;
  }
  const above = dirname(places.at(-1) ?? "/");
  return above === places.at(-1) ? undefined : ownerOfFirst([above]);
}

async function nameOfUser(uid: number): Promise<string> {
  const users = await readFile("/etc/passwd", "utf8").catch(() => "");
  const named = users.split("\n").find((line) => line.split(":")[2] === String(uid));
  return named === undefined ? `uid ${uid}` : `${named.split(":")[0]} (uid ${uid})`;
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

/** The only lists of `auth.order` that are used here. */
const ORDERS = ["openai-codex", "openai"];
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
    ...ORDERS.flatMap((provider) => order[provider] ?? []),
    ...records.map(({ provider }) => provider),
  ];
  return deciding.some((text) => typeof text === "string" && VARIABLE.test(text));
}

function isHostConfig(value: unknown): value is HostConfig {
  if (!isObject(value)) return false;
  const { agents = {}, auth = {}, gateway = {} } = value;
  if (!isObject(agents) || !isObject(auth) || !isObject(gateway)) return false;
  const { list = [] } = agents;
  const { order = {}, profiles = {} } = auth;
  return (
    isListOf(list, (agent) => isObject(agent) && isTextOrNone(agent["id"]) && isTextOrNone(agent["agentDir"])) &&
    isObject(order) &&
    Object.values(order).every((ids) => isListOf(ids, (id) => typeof id === "string")) &&
    isObject(profiles) &&
    Object.values(profiles).every(isObject)
  );
}

const isTextOrNone = (value: unknown) => value === undefined || typeof value === "string";
const isListOf = (value: unknown, isItem: (item: unknown) => boolean) => Array.isArray(value) && value.every(isItem);

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
        named === "" ? join(stateDir, "agents", agentId, "agent") : resolve(named.replace(/^~(?=$|[\\/])/, home));
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
