/** Finds the OpenClaw that is installed on this machine, loads parts of its SDK and runs its commands. */
import { readFile, realpath, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import { readHostCommandEnvironment } from "../environment.ts";
import { CodexAuthError, failingAs } from "../errors.ts";

export interface InstalledHost {
  readonly root: string;
  readonly version: string;
}

export interface HostHints {
  readonly program: string;
  readonly pathFolders: readonly string[];
  readonly ownFolder: string;
}

const MAX_DEPTH = 12;

/**
 * Finds the host that runs this process, else the one that `openclaw` starts, else the one beside this package. Runs
 * nothing. Throws `host-unknown` if the first `openclaw` on the PATH cannot be resolved, because another host may
 * keep its profiles elsewhere.
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
const LAUNCHED = /["'\s]((?:\$basedir|\$\{basedir\}|\/)[^"'\s]*openclaw(?:\.mjs|\/[^"'\s]*\.m?js))["'\s]/;

async function hostOfScript(command: string): Promise<InstalledHost | undefined> {
  const real = await realpath(command);
  if ((await stat(real)).size > MAX_SCRIPT) return undefined;
  const named = LAUNCHED.exec(await readFile(real, "utf8"))?.[1];
  return named === undefined ? undefined : hostAbove(named.replace(/^\$\{?basedir\}?/, dirname(real)));
}

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
