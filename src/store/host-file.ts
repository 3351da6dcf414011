/** Reads a host's profile files as the host does, and writes them under the host's own lock. */
import { constants } from "node:fs";
import { lstat, open, readdir, readlink, realpath, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Log } from "../actions/ports.ts";
import { CodexAuthError, failingAs, isErrno, logFailure } from "../errors.ts";
import { systemClock } from "../system.ts";
import type { HeldLock, HOST_LOCKS } from "./lock.ts";
import { isMine, loadLocks, makeFolder, replaceFiles, writeNewFile, type Replacement } from "./private-file.ts";

/** Some hosts take over a lock after 30 seconds even if its holder is alive. */
const MAX_HOLD_MS = 20_000;
const MAX_LINKS = 40;
const OUR_MARK = "codex-auth-";

/**
 * Returns undefined if there is no file. Follows links as the host does. Throws `store-unreadable` for anything but a
 * plain file of this user in a folder of this user, and for a file longer than `maxBytes`.
 */
export async function readHostFile(path: string, maxBytes: number): Promise<Buffer | undefined> {
  try {
    if (!isMine((await stat(dirname(path))).uid)) throw new CodexAuthError("store-unreadable");
    // Without O_NONBLOCK a pipe of that name would block this process forever.
    const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      const stats = await handle.stat();
      if (!stats.isFile() || !isMine(stats.uid) || stats.size > maxBytes) throw new CodexAuthError("store-unreadable");
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw error instanceof CodexAuthError ? error : CodexAuthError.replacing(error, "store-unreadable");
  }
}

export interface HostFile {
  readonly path: string;
  readonly lock: keyof typeof HOST_LOCKS;
  readonly waitMs: number;
}

/** Replaces files while the lock is held. If it throws `store-*`, no profile has changed. */
export type ReplaceHostFiles = (replacements: readonly Replacement[]) => Promise<void>;

/**
 * Runs `work` under the host's own lock and always releases it. Throws `store-locked` if others hold it too long,
 * `store-unreadable` for a folder of another user, `store-write-failed` if the lock cannot be made, and any error of
 * `work`.
 */
export async function underHostLock<Result>(
  file: HostFile,
  work: (replace: ReplaceHostFiles) => Promise<Result>,
): Promise<Result> {
  const held = await acquireHost(file);
  const sinceMs = systemClock.nowMs();
  const mayReplace = () => held.isStillOurs() && Math.abs(systemClock.nowMs() - sinceMs) < MAX_HOLD_MS;
  try {
    return await work((replacements) => replaceHostFiles(replacements, mayReplace));
  } finally {
    await held.release();
  }
}

async function acquireHost({ path, lock, waitMs }: HostFile): Promise<HeldLock> {
  try {
    await makeFolder(dirname(path));
    if (!isMine((await stat(dirname(path))).uid)) throw new CodexAuthError("store-unreadable");
    // Follows each host: the folder is beside the target of a link, the file beside the link.
    const lockedPath = lock === "folder" ? await targetOf(path) : join(await realpath(dirname(path)), basename(path));
    const { acquireLock, HOST_LOCKS } = await loadLocks();
    const held = await acquireLock(lockedPath, HOST_LOCKS[lock], waitMs);
    if (held === "busy" || held === "foreign") throw new CodexAuthError("store-locked");
    return held;
  } catch (error) {
    throw error instanceof CodexAuthError ? error : CodexAuthError.replacing(error, "store-write-failed");
  }
}

async function replaceHostFiles(replacements: readonly Replacement[], mayReplace: () => boolean): Promise<void> {
  const replaced = await failingAs("store-write-failed", async () => {
    const targets = await Promise.all(replacements.map(async (one) => ({ ...one, path: await targetOf(one.path) })));
    return replaceFiles(targets, OUR_MARK, mayReplace);
  });
  if (!replaced) throw new CodexAuthError("store-locked");
}

/** Resolves links even if their target does not exist. Throws the file system's errors. */
async function targetOf(path: string): Promise<string> {
  let target = path;
  for (let links = 0; links < MAX_LINKS; links += 1) {
    const folder = await realpath(dirname(target));
    const place = join(folder, basename(target));
    if (!(await lstat(place).catch(() => undefined))?.isSymbolicLink()) return place;
    target = resolve(folder, await readlink(place));
  }
  throw new CodexAuthError("store-unreadable");
}

/**
 * Copies the file beside itself, because the host's next write would replace it by an empty store. Equal contents are
 * copied once. Call it under the host's lock. Never throws.
 */
export async function keepCorruptCopy(path: string, bytes: Uint8Array, log: Log): Promise<void> {
  const prefix = `${path}.${OUR_MARK}corrupt-`;
  const names = (await readdir(dirname(path)).catch(() => [])).filter((name) => name.startsWith(basename(prefix)));
  for (const name of names) {
    const copy = await readHostFile(join(dirname(path), name), bytes.length).catch(() => undefined);
    if (copy?.equals(bytes)) return;
  }
  await writeNewFile(prefix + systemClock.nowMs(), bytes).catch((error: unknown) =>
    logFailure(log, "copying a file that cannot be read", error),
  );
}
