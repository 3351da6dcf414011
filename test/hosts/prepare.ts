/** Before the hosts are driven: installs the selected ones, and stages the terminal program in a folder of its own. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { stage } from "../../scripts/stage.ts";
import { installHost } from "./install-host.ts";
import { SELECTED_VERSIONS } from "./versions.ts";
import { makeTempDir } from "../support/temp-dir.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** The package folder of each host, by version. */
    readonly hostRoots: Readonly<Record<string, string>>;
    /** The built `cli.js`. */
    readonly terminal: string;
  }
}

export default async function prepare(project: TestProject): Promise<() => void> {
  const roots: Record<string, string> = {};
  for (const version of SELECTED_VERSIONS) roots[version] = await installHost(version);
  const folder = makeTempDir("terminal");
  project.provide("hostRoots", roots);
  const staged = join(folder, "codex-auth");
  stage(staged);
  project.provide("terminal", join(staged, "dist/cli.js"));
  return () => rmSync(folder, { recursive: true, force: true });
}
