/** Compiles `src/` to `dist/` file by file, and puts the skill where the host looks for it. */
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { readValidManifest } from "./manifest.ts";
import { ROOT, run } from "./run.ts";

export function build(): void {
  // The plugin reads its manifest unasked: what is built must have a valid one.
  readValidManifest();
  rmSync(`${ROOT}dist`, { recursive: true, force: true });
  run("tsc", ["-p", "tsconfig.build.json"]);
  mkdirSync(`${ROOT}dist/skills/codex-auth`, { recursive: true });
  for (const file of ["SKILL.md", "RISK.md"]) cpSync(`${ROOT}${file}`, `${ROOT}dist/skills/codex-auth/${file}`);
}

if (import.meta.main) build();
