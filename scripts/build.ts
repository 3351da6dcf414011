/** Bundles `src/` into `dist/`, with its types, its licences, and the skill at the place that the manifest names. */
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeHostManifest } from "./manifest.ts";
import { output, ROOT } from "./run.ts";

/** Only the entry can be imported, and its type is the host's own. */
const ENTRY_TYPES = `import type { definePluginEntry } from "openclaw/plugin-sdk/plugin-entry";

declare const entry: ReturnType<typeof definePluginEntry>;
export default entry;
`;

/** Builds into an emptied `folder`. */
export function build(folder: string = `${ROOT}dist`): void {
  // Throws for an invalid skill.json. The plugin reads it without checking it, so nothing is built with one.
  writeHostManifest();
  rmSync(folder, { recursive: true, force: true });
  output("rolldown", ["--config", "scripts/rolldown.config.ts", "--dir", folder]);
  writeFileSync(join(folder, "index.d.ts"), ENTRY_TYPES);
  const skill = join(folder, "skills/codex-auth");
  mkdirSync(skill, { recursive: true });
  for (const file of ["SKILL.md", "RISK.md"]) cpSync(join(ROOT, file), join(skill, file));
}

/** Builds, and packs the package into `folder` with its content unpacked beside it, in `package`. Returns the tarball. */
export function packInto(folder: string): string {
  build();
  // npm would build a second time with its scripts, and print that into its answer.
  const printed = output("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder]);
  const [packed] = JSON.parse(printed) as readonly [{ readonly filename: string }];
  const tarball = join(folder, packed.filename);
  output("tar", ["-xzf", tarball, "-C", folder]);
  return tarball;
}

if (import.meta.main) build();
