/** Finds the OpenClaw that is installed on this machine, loads parts of its SDK and runs its commands. */
import { access, constants, readFile, realpath, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { readHostCommandEnvironment, readVariable } from "../environment.ts";
import { CodexAuthError, failingAs, isErrno } from "../errors.ts";
import { pathsIn } from "./launchers.ts";

export interface InstalledHost {
  readonly root: string;
  readonly version: string;
  /** The versions of Node that its package names. */
  readonly node?: string | undefined;
}

export interface HostHints {
  readonly program: string;
  readonly pathFolders: readonly string[];
  readonly ownFolder: string;
  readonly home?: string;
  readonly platform?: NodeJS.Platform;
  /** The host's file or folder, as the user names it. It has precedence. */
  readonly named?: string | undefined;
}

const MAX_DEPTH = 12;

/**
 * Finds the host that the user names, else the one that runs this process, else the one that `openclaw` starts, else
 * the one beside this package. Runs nothing. Throws `host-launcher` if the first `openclaw` on the PATH cannot be
 * followed, because another host may keep its profiles elsewhere, `host-path-invalid` if the named path leads to none,
 * and `host-path-denied` if this user cannot read that path.
 */
export async function findInstalledHost(hints: HostHints): Promise<InstalledHost | undefined> {
  if (hints.named !== undefined) return hostNamed(hints.named, hints);
  const running = await hostAbove(hints.program);
  if (running !== undefined) return running;
  const command = await commandOnPath(hints);
  if (command === undefined) return hostBeside(hints.ownFolder);
  const host = await hostOf(command, hints);
  if (host === undefined) throw new CodexAuthError("host-launcher");
  return host;
}

/** The ones of npm and pnpm on Windows are beside each other, and start the same file. */
const COMMANDS = ["openclaw", "openclaw.cmd", "openclaw.ps1", "openclaw.exe"];

/** Skips what a shell skips: folders, and files that are not executable. */
async function commandOnPath({ pathFolders, platform }: HostHints): Promise<string | undefined> {
  const names = platform === "win32" ? COMMANDS : COMMANDS.slice(0, 1);
  for (const command of pathFolders.flatMap((folder) => names.map((name) => join(folder, name)))) {
    const isFile = (await stat(command).catch(() => undefined))?.isFile() === true;
    if (
      isFile &&
      (await access(command, constants.X_OK)
        .then(() => true)
        .catch(() => false))
    )
      return command;
  }
  return undefined;
}

/** Where the host is below a path that a person names: what `npm root -g` or `npm prefix -g` prints, or a folder of programs. */
const BELOW = ["", "openclaw", "lib/node_modules/openclaw", "node_modules/openclaw"];

/** A file of the host, a launcher of it, its folder, or a folder with it. */
async function hostNamed(path: string, hints: HostHints): Promise<InstalledHost> {
  for (const below of path === "" ? [] : BELOW) {
    const host = await hostOf(join(path, below), hints);
    if (host !== undefined) return host;
  }
  throw new CodexAuthError((await isDenied(path)) ? "host-path-denied" : "host-path-invalid");
}

async function isDenied(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => false,
    (error: unknown) => isErrno(error, "EACCES") || isErrno(error, "EPERM"),
  );
}

const MAX_SCRIPT = 16 * 1024;
const MAX_LAUNCHERS = 8;
/** The host's program or a launcher of it, such as `openclaw.cmd` and Nix's `.openclaw-wrapped`. */
const LAUNCHER_NAME = /^\.*openclaw/;

/** Returns undefined if a launcher names no host, or more than one. `followed`: the launchers that led here. */
async function hostOf(
  file: string,
  hints: HostHints,
  followed = new Set<string>(),
): Promise<InstalledHost | undefined> {
  const above = await hostAbove(file);
  const isFollowed = followed.has(file) || followed.size >= MAX_LAUNCHERS;
  if (above !== undefined || isFollowed) return above;
  followed.add(file);
  const hosts = new Map<string, InstalledHost>();
  for (const path of await pathsInScript(file, hints)) {
    // Only another launcher of the same name is followed: an interpreter or a version manager is not the host's.
    const host = LAUNCHER_NAME.test(basename(path)) ? await hostOf(path, hints, followed) : await hostAbove(path);
    if (host !== undefined) hosts.set(host.root, host);
  }
  return hosts.size === 1 ? [...hosts.values()][0] : undefined;
}

async function pathsInScript(path: string, { home }: HostHints): Promise<readonly string[]> {
  const realPath = await realpath(path).catch(() => undefined);
  if (realPath === undefined) return [];
  const found = await stat(realPath);
  if (!found.isFile() || found.size > MAX_SCRIPT) return [];
  return pathsIn({
    // A launcher that this user may run but not read leads to no host.
    text: await readFile(realPath, "utf8").catch(() => ""),
    path,
    realPath,
    variable: (name) => readVariable(name) ?? (name === "HOME" ? home : undefined),
  });
}

async function hostAbove(file: string): Promise<InstalledHost | undefined> {
  const real = await realpath(file).catch(() => undefined);
  if (real === undefined) return undefined;
  let folder = (await stat(real)).isDirectory() ? real : dirname(real);
  for (let depth = 0; depth < MAX_DEPTH && folder !== dirname(folder); depth += 1) {
    const host = await hostAt(folder);
    if (host !== undefined) return host;
    folder = dirname(folder);
  }
  return undefined;
}

async function hostBeside(ownFolder: string): Promise<InstalledHost | undefined> {
  let folder = ownFolder;
  for (let depth = 0; depth < MAX_DEPTH && folder !== dirname(folder); depth += 1) {
    const host = await hostAt(join(folder, "node_modules/openclaw"));
    if (host !== undefined) return host;
    folder = dirname(folder);
  }
  return undefined;
}

interface HostPackage {
  readonly name?: unknown;
  readonly version?: unknown;
  readonly engines?: { readonly node?: unknown };
  readonly exports?: Readonly<Record<string, string | { readonly default?: string }>>;
}

async function hostAt(folder: string): Promise<InstalledHost | undefined> {
  const { name, version, engines } = await readPackage(folder);
  if (name !== "openclaw" || typeof version !== "string") return undefined;
  const node = engines?.node;
  return { root: await realpath(folder), version, ...(typeof node === "string" ? { node } : {}) };
}

async function readPackage(folder: string): Promise<HostPackage> {
  try {
    return (JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as HostPackage | null) ?? {};
  } catch {
    return {};
  }
}

/**
 * Loads a part of the host's SDK such as `provider-auth`. Returns undefined if that version does not have it. Throws
 * `host-needs-other-node` if it does not load, because newer hosts need a newer Node.
 */
export async function loadSdkPart(host: InstalledHost, part: string): Promise<Record<string, unknown> | undefined> {
  const entry = (await readPackage(host.root)).exports?.[`./plugin-sdk/${part}`];
  const file = typeof entry === "string" ? entry : entry?.default;
  if (file === undefined) return undefined;
  const { href } = pathToFileURL(join(host.root, file));
  return failingAs("host-needs-other-node", async () => (await import(href)) as Record<string, unknown>);
}

export function hostJson5(host: InstalledHost): (text: string) => unknown {
  return (text) => {
    const json5 = createRequire(join(host.root, "package.json"))("json5") as { parse(text: string): unknown };
    return json5.parse(text);
  };
}

/**
 * Runs one of the host's own commands in a thread of this process, because the plugin starts no other program.
 * Returns true if it succeeded in time. Never throws. Its output is dropped, because it may contain secrets.
 */
export async function runHostCommand(
  host: InstalledHost,
  words: readonly string[],
  timeoutMs: number,
): Promise<boolean> {
  return new Promise((resolve) => {
    const worker = new Worker(join(host.root, "openclaw.mjs"), {
      argv: [...words],
      env: readHostCommandEnvironment(),
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    const finish = (isDone: boolean) => {
      clearTimeout(timer);
      resolve(isDone);
      void worker.terminate();
    };
    const timer = setTimeout(() => finish(false), timeoutMs);
    worker.stdout.resume();
    worker.stderr.resume();
    worker.on("error", () => finish(false));
    worker.on("exit", (code) => finish(code === 0));
  });
}
