/** Installs published packages into a cache outside the repository, once. */
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { NODE } from "./host.ts";

/** The folder of this project in the user's cache. */
export const CACHE = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "codex-auth");

const FLAGS = ["--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev", "--loglevel=error"];
const LIMIT_MS = 10 * 60_000;

/** Installs what `manifest`, a package.json, depends on into `folder`, if that folder is not there. Throws npm's own words. */
export async function installOnce(folder: string, manifest: object): Promise<void> {
  if (existsSync(folder)) return;
  mkdirSync(dirname(folder), { recursive: true });
  // Only a whole installation ever gets the name: one that was cut off would fail in ways of its own for ever.
  const half = mkdtempSync(join(dirname(folder), ".half-"));
  try {
    writeFileSync(join(half, "package.json"), JSON.stringify(manifest));
    await runNpm(half);
    renameSync(half, folder);
  } catch (error) {
    rmSync(half, { recursive: true, force: true });
    // Another run was faster.
    if (!existsSync(folder)) throw error;
  }
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
