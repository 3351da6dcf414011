/** The package as it would be published: packed, and unpacked again beside the tarball. */
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "../build.ts";
import { output } from "../run.ts";
import type { ScannedFile } from "./static-scan.ts";

/** Names the tarball to the tests in `test/package`. */
export const TARBALL_VARIABLE = "CODEX_AUTH_TARBALL";

export interface Tarball {
  readonly path: string;
  /** Where it is unpacked. */
  readonly folder: string;
  readonly packedBytes: number;
  readonly files: readonly ScannedFile[];
}

export function packInto(folder: string): Tarball {
  build();
  // Built just now; with its scripts npm would build a second time, into the answer's text.
  const said = output("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder]);
  const [packed] = JSON.parse(said) as readonly [{ readonly filename: string; readonly size: number }];
  const path = join(folder, packed.filename);
  output("tar", ["-xzf", path, "-C", folder]);
  const unpacked = join(folder, "package");
  return { path, folder: unpacked, packedBytes: packed.size, files: readFiles(unpacked) };
}

function readFiles(folder: string): readonly ScannedFile[] {
  return globSync("**/*", { cwd: folder, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => ({ path: path.slice(folder.length + 1), text: readFileSync(path, "utf8") }));
}
