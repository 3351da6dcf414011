/** What an installation of the package brings along, counted where npm has put it. */
import { globSync, lstatSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { output } from "../run.ts";

/** Each one is read by whoever judges the plugin, so a new one is added here knowingly or not at all. */
const BROUGHT_ALONG = ["graceful-fs", "oauth4webapi", "proper-lockfile", "retry", "signal-exit"];

export interface Installed {
  /** The package itself, with what it needs beside it. */
  readonly folder: string;
  readonly bytes: number;
  readonly dependencies: readonly string[];
  readonly wrong: readonly string[];
}

/** Installs as the host does: no scripts, no peers. */
export function installInto(project: string, tarball: string): Installed {
  writeFileSync(join(project, "package.json"), JSON.stringify({ private: true }));
  const flags = ["--omit=dev", "--omit=peer", "--legacy-peer-deps", "--ignore-scripts", "--prefer-offline"];
  output("npm", ["install", tarball, ...flags], project);
  const modules = join(project, "node_modules");
  const lock = JSON.parse(readFileSync(join(project, "package-lock.json"), "utf8")) as {
    readonly packages: Readonly<Record<string, { readonly version?: string }>>;
  };
  const found = Object.entries(lock.packages)
    .map(([path, { version = "" }]) => ({ name: path.replace(/^(?:.*\/)?node_modules\//, ""), version }))
    .filter(({ name }) => name !== "" && name !== "codex-auth");
  const names = found.map(({ name }) => name).toSorted();
  return {
    folder: join(modules, "codex-auth"),
    bytes: sizeOf(modules),
    dependencies: found.map(({ name, version }) => `${name} ${version}`),
    wrong: names.join() === BROUGHT_ALONG.join() ? [] : [`brings ${names.join(", ")}`],
  };
}

function sizeOf(folder: string): number {
  return globSync("**/*", { cwd: folder, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + lstatSync(join(entry.parentPath, entry.name)).size, 0);
}
