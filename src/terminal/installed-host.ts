/** Finds the OpenClaw that is installed on this machine, and loads parts of its SDK from where it lies. */
import { readFile, realpath, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { readHostCommandEnvironment } from "../environment.ts";
import { CodexAuthError, failingAs } from "../errors.ts";

export interface InstalledHost {
  /** The folder of its package. */
  readonly root: string;
  readonly version: string;
}

export interface HostHints {
  /** The program that runs now: inside `openclaw codex-auth …` it is the host itself. */
  readonly program: string;
  /** The folders of `PATH`, in its order. */
  readonly pathFolders: readonly string[];
  /** Where this package lies: beside a host, perhaps. */
  readonly ownFolder: string;
}

const MAX_DEPTH = 12;

/**
 * The host that runs this, else the one `openclaw` starts, else the one beside this package. Reads, and runs nothing.
 * The first `openclaw` on the PATH decides: throws `host-unknown` where it cannot be told what that one starts, because
 * any other host keeps its profiles somewhere else.
 */
export async function findInstalledHost(hints: HostHints): Promise<InstalledHost | undefined> {
  const running = await hostAbove(hints.program);
  if (running !== undefined) return running;
  for (const folder of hints.pathFolders) {
    const command = join(folder, "openclaw");
    if ((await stat(command).catch(() => undefined))?.isFile() !== true) continue;
    const host = (await hostAbove(command)) ?? (await hostOfScript(command));
    if (host === undefined) throw new CodexAuthError("host-unknown");
    return host;
  }
  return hostBeside(hints.ownFolder);
}

const MAX_SCRIPT = 16 * 1024;
/** The program that a launcher of a package manager hands over to, its folder written out or as `$basedir`. */
const LAUNCHED = /["'\s]((?:\$basedir|\$\{basedir\}|\/)[^"'\s]*openclaw(?:\.mjs|\/[^"'\s]*\.m?js))["'\s]/;

/** The host that a small script starts, as pnpm and others put one onto the PATH. */
async function hostOfScript(command: string): Promise<InstalledHost | undefined> {
  const real = await realpath(command);
  if ((await stat(real)).size > MAX_SCRIPT) return undefined;
  const named = LAUNCHED.exec(await readFile(real, "utf8"))?.[1];
  return named === undefined ? undefined : hostAbove(named.replace(/^\$\{?basedir\}?/, dirname(real)));
}

/** The package that a file, its links resolved, belongs to. */
async function hostAbove(file: string): Promise<InstalledHost | undefined> {
  const real = await realpath(file).catch(() => undefined);
  if (real === undefined) return undefined;
  let folder = dirname(real);
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
  readonly exports?: Readonly<Record<string, string | { readonly default?: string }>>;
}

async function hostAt(folder: string): Promise<InstalledHost | undefined> {
  const { name, version } = await readPackage(folder);
  return name === "openclaw" && typeof version === "string" ? { root: await realpath(folder), version } : undefined;
}

async function readPackage(folder: string): Promise<HostPackage> {
  try {
    return (JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as HostPackage | null) ?? {};
  } catch {
    return {};
  }
}

/**
 * A part of that host's SDK such as `provider-auth`; undefined where that version has none of the name. Throws
 * `host-needs-other-node` where it does not load: newer hosts need what an older Node has not.
 */
export async function loadSdkPart(host: InstalledHost, part: string): Promise<Record<string, unknown> | undefined> {
  const entry = (await readPackage(host.root)).exports?.[`./plugin-sdk/${part}`];
  const file = typeof entry === "string" ? entry : entry?.default;
  if (file === undefined) return undefined;
  const { href } = pathToFileURL(join(host.root, file));
  return failingAs("host-needs-other-node", async () => (await import(href)) as Record<string, unknown>);
}

/** The JSON5 reader that the host itself reads its config with. */
export function hostJson5(host: InstalledHost): (text: string) => unknown {
  return (text) => {
    const json5 = createRequire(join(host.root, "package.json"))("json5") as { parse(text: string): unknown };
    return json5.parse(text);
  };
}

/** Runs one of the host's own commands in a thread of this process: no shell, and no other program. */

/** True when it ended well in time. Never throws; what the host prints is dropped, it may name more than it should. */
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
