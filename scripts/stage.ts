/** Writes a loadable plugin folder that holds what the package ships and nothing else. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { build } from "./build.ts";
import { ROOT } from "./run.ts";

/** Builds, then stages into an emptied `folder`. Leaves `dist/` of the repository as it is. */
export function stage(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  build(join(folder, "dist"));
  const {
    devDependencies: _dev,
    scripts: _scripts,
    allowScripts: _allow,
    ...shipped
  } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as Record<string, unknown>;
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(shipped, null, 2)}\n`);
  for (const file of shipped["files"] as readonly string[])
    if (file !== "dist/") cpSync(join(ROOT, file), join(folder, file));
}

if (import.meta.main) {
  const folder = process.argv[2];
  if (folder === undefined) {
    console.error("usage: npm run stage -- <dir>");
    process.exit(2);
  }
  stage(resolve(folder));
  console.log(`Staged in ${resolve(folder)}`);
}
