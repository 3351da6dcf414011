/** What the private files and a host's files share: folders, whole replacements, the file system's own words, and locks. */
import { renameSync } from "node:fs";
import { lstat, mkdir, open, readdir, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

const PRIVATE_FILE = 0o600;
export const PRIVATE_DIR = 0o700;

/** Loaded with the first lock that is taken: whoever only reads pays for none. */
export async function loadLocks() {
  const [{ acquireLock }, { HOST_LOCKS, OWN_LOCK }] = await Promise.all([
    import("./lock.ts"),
    import("./lock-format.ts"),
  ]);
  return { acquireLock, HOST_LOCKS, OWN_LOCK };
}

export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}

export function isMine(uid: number): boolean {
  return process.getuid === undefined || uid === process.getuid();
}

/** Whether there is anything of that name; no more is ever asked of a file that is not ours. */
export async function fileExists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

/** With those above it. Not Node's own recursive one: that never ends in a folder such as `/proc`. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: PRIVATE_DIR });
  } catch (error) {
    if (isErrno(error, "EEXIST")) return;
    if (!isErrno(error, "ENOENT") || dirname(folder) === folder) throw error;
    await makeFolder(dirname(folder));
    await mkdir(folder, { mode: PRIVATE_DIR }).catch((again: unknown) => {
      if (!isErrno(again, "EEXIST")) throw again;
    });
  }
}

export interface Replacement {
  readonly path: string;
  readonly content: string;
}

/**
 * Writes each new file beside its old one and then renames them over, in the order given: a reader sees the old or
 * the new, never a part, and a disk that is full is so before anything has changed. `mark` tells our half-written
 * files from others'. False, with nothing changed, where `mayReplace` says no at the last moment.
 */
export async function replaceFiles(
  replacements: readonly Replacement[],
  mark: string,
  mayReplace: () => boolean,
): Promise<boolean> {
  const staged = new Map<string, string>();
  try {
    for (const { path, content } of replacements) {
      const temporary = `${path}.${mark}${process.pid}.tmp`;
      if (staged.has(temporary)) throw new Error("one file under two names");
      await removeLeftovers(path, mark);
      await writeNewFile(temporary, content);
      staged.set(temporary, path);
    }
    if (!mayReplace()) return false;
    for (const [temporary, path] of staged) {
      renameSync(temporary, path);
      staged.delete(temporary);
    }
  } finally {
    for (const temporary of staged.keys()) await rm(temporary, { force: true });
  }
  return true;
}

/** Leaves nothing behind where it fails half-way, and never writes to what bears the name already. */
export async function writeNewFile(path: string, content: string | Uint8Array): Promise<void> {
  const handle = await open(path, "wx", PRIVATE_FILE);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } catch (error) {
    await rm(path, { force: true });
    throw error;
  } finally {
    await handle.close();
  }
}

/** Half-written files of killed processes. The lock is ours, so nobody is using one; they may hold secrets. */
async function removeLeftovers(path: string, mark: string): Promise<void> {
  const folder = dirname(path);
  const isLeftover = (name: string) => name.startsWith(`${basename(path)}.${mark}`) && name.endsWith(".tmp");
  const leftovers = (await readdir(folder)).filter(isLeftover);
  await Promise.all(leftovers.map((name) => rm(join(folder, name), { force: true }).catch(() => undefined)));
}
