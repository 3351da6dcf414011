/** Stages the plugin once for a whole test run; the folder is handed to the tests that start a gateway. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { stage } from "../../scripts/stage.ts";

declare module "vitest" {
  interface ProvidedContext {
    readonly pluginDir: string;
  }
}

export default function stagePlugin(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "codex-auth-staged-"));
  const pluginDir = join(folder, "codex-auth");
  stage(pluginDir);
  project.provide("pluginDir", pluginDir);
  return () => rmSync(folder, { recursive: true, force: true });
}
