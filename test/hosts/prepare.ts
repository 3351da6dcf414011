/** Before the hosts are driven: installs the selected ones, and builds the terminal in a folder of its own. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestProject } from "vitest/node";
import { installHost } from "./install-host.ts";
import { SELECTED_VERSIONS } from "./versions.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The package folder of each host, by version. */
    readonly hostRoots: Readonly<Record<string, string>>;
    /** The built `cli.js`. */
    readonly terminal: string;
  }
}

const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));

export default async function prepare(project: TestProject): Promise<() => void> {
  const roots: Record<string, string> = {};
  for (const version of SELECTED_VERSIONS) roots[version] = await installHost(version);
  const folder = mkdtempSync(join(tmpdir(), "codex-auth-terminal-"));
  project.provide("hostRoots", roots);
  project.provide("terminal", buildTerminal(folder));
  return () => rmSync(folder, { recursive: true, force: true });
}

/** Not into `dist/`: the e2e tests empty that folder when they begin. */
function buildTerminal(folder: string): string {
  const args = ["-p", "tsconfig.build.json", "--outDir", join(folder, "dist")];
  const { status, stdout } = spawnSync("node_modules/.bin/tsc", args, { cwd: REPOSITORY, encoding: "utf8" });
  if (status !== 0) throw new Error(`tsc: ${stdout}`);
  cpSync(join(REPOSITORY, "package.json"), join(folder, "package.json"));
  symlinkSync(join(REPOSITORY, "node_modules"), join(folder, "node_modules"));
  return join(folder, "dist/cli.js");
}
