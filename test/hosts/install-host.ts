/** Installs a published OpenClaw into a cache outside the repository, once. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { NODE, OPENCLAW } from "../support/host.ts";
import { PINNED_VERSION } from "./versions.ts";

const CACHE = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "codex-auth/hosts");
const FLAGS = ["--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev", "--loglevel=error"];
const LIMIT_MS = 10 * 60_000;

/** The folder of the host's package. Throws with npm's own words where it cannot be installed. */
export async function installHost(version: string, cache: string = CACHE): Promise<string> {
  if (version === PINNED_VERSION) return dirname(OPENCLAW);
  const folder = join(cache, version);
  const root = join(folder, "node_modules/openclaw");
  if (existsSync(folder)) return root;
  mkdirSync(cache, { recursive: true });
  // Only a whole installation ever gets the name: one that was cut off would fail in ways of its own for ever.
  const half = mkdtempSync(join(cache, `.${version}-`));
  try {
    writeFileSync(join(half, "package.json"), JSON.stringify(packageFor(version)));
    await runNpm(half);
    renameSync(half, folder);
  } catch (error) {
    rmSync(half, { recursive: true, force: true });
    // Another run was faster.
    if (!existsSync(folder)) throw error;
  }
  return root;
}

/** libsignal: hosts up to 2026.5 ask for it by a git address, which not every machine can reach; nothing here uses it. */
function packageFor(version: string): object {
  return { name: "host", private: true, dependencies: { openclaw: version }, overrides: { libsignal: "6.0.0" } };
}

async function runNpm(cwd: string): Promise<void> {
  const env = { ...process.env, PATH: `${dirname(NODE)}:${process.env["PATH"] ?? ""}` };
  const child = spawn("npm", ["install", ...FLAGS], { cwd, env, stdio: ["ignore", "pipe", "pipe"], timeout: LIMIT_MS });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += String(chunk)));
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.once("close", resolve);
  if ((await promise) !== 0) throw new Error(`npm install failed in ${cwd}:\n${said.slice(-2000)}`);
}
