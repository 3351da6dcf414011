/** Looks for secrets in everything a gateway left on disk. */
import { lstat, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

export interface Found {
  readonly file: string;
  readonly needle: string;
  readonly count: number;
}

/** Every regular file under these folders that contains one of the byte strings; symbolic links are not followed. */
export async function findInFolders(folders: readonly string[], needles: readonly string[]): Promise<Found[]> {
  if (needles.some((needle) => needle.length < 6)) throw new Error("a needle this short is found by chance");
  const found: Found[] = [];
  for (const folder of folders) {
    for await (const file of filesUnder(folder)) {
      const bytes = await readFile(file).catch(() => undefined);
      if (!bytes) continue;
      for (const needle of needles) {
        const count = countOf(bytes, needle);
        if (count > 0) found.push({ file, needle, count });
      }
    }
  }
  return found;
}

async function* filesUnder(folder: string): AsyncGenerator<string> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) yield* filesUnder(path);
    else if (entry.isFile() && (await lstat(path)).size < 512 * 1024 * 1024) yield path;
  }
}

function countOf(bytes: Buffer, needle: string): number {
  let count = 0;
  for (let at = bytes.indexOf(needle); at !== -1; at = bytes.indexOf(needle, at + 1)) count += 1;
  return count;
}
