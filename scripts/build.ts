/** Compiles `src/` to `dist/` file by file, puts zod into the one that is its door, and the skill where the host looks for it. */
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { readValidManifest } from "./manifest.ts";
import { output, ROOT, run } from "./run.ts";

export function build(): void {
  // The plugin reads its manifest unasked: what is built must have a valid one.
  readValidManifest();
  rmSync(`${ROOT}dist`, { recursive: true, force: true });
  run("tsc", ["-p", "tsconfig.build.json"]);
  // Nothing but the entry is anybody's to import.
  for (const types of globSync(`${ROOT}dist/**/*.d.ts`)) if (types !== `${ROOT}dist/index.d.ts`) rmSync(types);
  bundleZod(`${ROOT}dist/schema.js`);
  mkdirSync(`${ROOT}dist/skills/codex-auth`, { recursive: true });
  for (const file of ["SKILL.md", "RISK.md"]) cpSync(`${ROOT}${file}`, `${ROOT}dist/skills/codex-auth/${file}`);
}

/**
 * Puts what `src/schema.ts` takes of zod into its built file, with the licence. As a dependency its 840 files would be copied,
 * read and hashed by the host at each start of a gateway, and its sentences in fifty languages be loaded by the first command.
 */
function bundleZod(door: string): void {
  output("rolldown", [door, "--file", door, "--format", "esm", "--platform", "node", "--no-comments"]);
  const folder = `${ROOT}node_modules/zod`;
  const { version } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8")) as { readonly version: string };
  const licence = readFileSync(`${folder}/LICENSE`, "utf8").trim();
  writeFileSync(door, `/*\nParts of zod ${version}:\n\n${licence}\n*/\n${readFileSync(door, "utf8")}`);
}

if (import.meta.main) build();
