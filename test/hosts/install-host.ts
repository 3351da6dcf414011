/** Installs a published OpenClaw into a cache outside the repository, once. */
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { OPENCLAW } from "../support/host.ts";
import { CACHE, runInstaller } from "../support/npm-cache.ts";
import { PINNED_VERSION } from "./versions.ts";

const FLAGS = ["--ignore-scripts", "--no-audit", "--no-fund", "--omit=dev", "--loglevel=error"];

/** The folder of the host's package. Throws with npm's own words where it cannot be installed. */
export async function installHost(version: string, cache: string = join(CACHE, "hosts")): Promise<string> {
  if (version === PINNED_VERSION) return dirname(OPENCLAW);
  const folder = join(cache, version);
  const root = join(folder, "node_modules/openclaw");
  if (existsSync(folder)) return root;
  mkdirSync(cache, { recursive: true });
  // Only a whole installation ever gets the name: one that was cut off would fail in ways of its own for ever.
  const half = mkdtempSync(join(cache, `.${version}-`));
  try {
    writeFileSync(join(half, "package.json"), JSON.stringify(packageFor(version)));
    await runInstaller("npm", ["install", ...FLAGS], { cwd: half });
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
