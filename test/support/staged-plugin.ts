/** Stages the plugin once for a whole test run; the folder is handed to the tests that start a gateway. */
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { stage } from "../../scripts/stage.ts";
import { NODE, OPENCLAW } from "./host.ts";
import { HANG_MS } from "./wait.ts";
import { makeTempDir } from "./temp-dir.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly pluginDir: string;
  }
}

export default function stagePlugin(project: TestProject): () => void {
  const folder = makeTempDir("staged");
  const pluginDir = join(folder, "codex-auth");
  stage(pluginDir);
  // The host settles its own installation at its first call; two gateways at once would get in each other's way there.
  spawnSync(NODE, [OPENCLAW, "--version"], {
    env: { HOME: folder, PATH: process.env["PATH"] ?? "" },
    timeout: HANG_MS,
  });
  project.provide("pluginDir", pluginDir);
  return () => rmSync(folder, { recursive: true, force: true });
}
