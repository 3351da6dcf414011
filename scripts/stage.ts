/** Writes a loadable plugin folder: what the package ships plus its production dependencies, and nothing else. */
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { build } from "./build.ts";
import { ROOT } from "./run.ts";

interface LockedPackage {
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly peer?: boolean;
}

/** Folders of `node_modules` that the lock file counts as production. */
function productionFolders(): string[] {
  const lock = JSON.parse(readFileSync(`${ROOT}package-lock.json`, "utf8")) as {
    packages: Record<string, LockedPackage>;
  };
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path !== "" && !entry.dev && !entry.peer && !entry.optional)
    .map(([path]) => path);
}

/** Builds, then stages into an emptied `folder`. */
export function stage(folder: string): void {
  build();
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const {
    devDependencies: _dev,
    scripts: _scripts,
    allowScripts: _allow,
    ...shipped
  } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as Record<string, unknown>;
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(shipped, null, 2)}\n`);
  const files = (shipped["files"] as string[]).map((file) => file.replace(/\/$/, ""));
  for (const path of [...files, ...productionFolders()]) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  }
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
