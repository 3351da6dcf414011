/** The only place that locks and writes files. Callers give pure edits and never hold a path open themselves. */
import { constants } from "node:fs";
import { chmod, lstat, mkdir, open, readdir, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { lock } from "proper-lockfile";
import { CodexAuthError } from "../errors.ts";
import { systemClock } from "../system.ts";

/** A crashed holder's lock is taken away after this long; a living one renews it several times in it. */
const STALE_MS = 6_000;
const RENEWAL_MS = 1_500;
/** How long a caller waits for others: twice what a dead holder can cost, in small steps. */
const MAX_WAIT_MS = 12_000;
const WAIT_STEP_MS = 20;
/** Never reached: `removeDeadLock` is what takes a dead holder's lock away. */
const NEVER_STALE_MS = Number.MAX_SAFE_INTEGER;
const PRIVATE_FILE = 0o600;
const PRIVATE_DIR = 0o700;
const OTHERS = 0o077;

/** What an edit of a file answers; `next` is the new content, absent when nothing is to be written. */
export interface FileEdit<Result> {
  readonly result: Result;
  readonly next?: string;
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}

function isMine(uid: number): boolean {
  return process.getuid === undefined || uid === process.getuid();
}

/** Whether there is anything of that name; no more is ever asked of a file that is not ours. */
export async function fileExists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

/** Makes the folder, or takes away other people's access to one of ours; refuses a link or somebody else's folder. */
async function securePrivateFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: PRIVATE_DIR });
  const stats = await lstat(folder);
  if (!stats.isDirectory() || !isMine(stats.uid)) throw new CodexAuthError("pending-insecure");
  if ((stats.mode & OTHERS) !== 0) await chmod(folder, PRIVATE_DIR);
}

/**
 * The content of a private file, undefined when there is none. Refuses (`pending-insecure`) a link, anything but a
 * plain file, another owner's file, and one that others may open: its content would be somebody else's word.
 * The checks are made on the opened handle, so that nothing can be swapped between check and read; a file that
 * has just been replaced has no name left, but is whole.
 */
export async function readPrivateFile(path: string, maxBytes: number): Promise<string | undefined> {
  let handle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw new CodexAuthError("pending-insecure");
  }
  try {
    const stats = await handle.stat();
    const isPrivate = stats.isFile() && isMine(stats.uid) && (stats.mode & OTHERS) === 0 && stats.nlink <= 1;
    if (!isPrivate || stats.size > maxBytes) throw new CodexAuthError("pending-insecure");
    return await handle.readFile("utf8");
  } finally {
    await handle.close();
  }
}

/** Writes a new file beside the old one and renames it over: a reader sees the old or the new, never a part. */
async function replacePrivateFile(path: string, content: string): Promise<void> {
  await removeLeftovers(path);
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    const handle = await open(temporary, "wx", PRIVATE_FILE);
    try {
      await handle.writeFile(content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Half-written files of killed processes. The lock is ours, so nobody is using one; they may hold verifiers. */
async function removeLeftovers(path: string): Promise<void> {
  const folder = dirname(path);
  const isLeftover = (name: string) => name.startsWith(`${basename(path)}.`) && name.endsWith(".tmp");
  const leftovers = (await readdir(folder)).filter(isLeftover);
  await Promise.all(leftovers.map((name) => rm(join(folder, name), { force: true }).catch(() => undefined)));
}

/**
 * Locks the file, hands its content to `edit`, writes what that returned. Safe between processes; waits a bounded
 * time. Throws `pending-locked`, `pending-insecure` or `pending-unwritable`, and whatever `edit` throws.
 */
export async function updatePrivateFile<Result>(
  path: string,
  maxBytes: number,
  edit: (content: string | undefined) => FileEdit<Result>,
): Promise<Result> {
  const held = await acquire(path);
  try {
    const { result, next } = edit(await readPrivateFile(path, maxBytes));
    if (next === undefined) return result;
    if (Buffer.byteLength(next) > maxBytes) throw new CodexAuthError("pending-unwritable");
    if (!(await held.isStillOurs())) throw new CodexAuthError("pending-locked");
    await replacePrivateFile(path, next).catch(() => {
      throw new CodexAuthError("pending-unwritable");
    });
    return result;
  } finally {
    await held.release();
  }
}

interface HeldLock {
  /** False once somebody else took the lock away, however that came about. */
  isStillOurs(): Promise<boolean>;
  release(): Promise<void>;
}

async function acquire(path: string): Promise<HeldLock> {
  const lockPath = `${path}.lock`;
  try {
    await securePrivateFolder(dirname(path));
    const release = await lockWithin(path, lockPath, MAX_WAIT_MS);
    const identity = await identityOf(lockPath);
    return {
      isStillOurs: async () => identity !== undefined && (await identityOf(lockPath)) === identity,
      // Whoever took over a lock we lost has released or will release it; there is nothing of ours to give back.
      release: () => release().catch(() => undefined),
    };
  } catch (error) {
    if (error instanceof CodexAuthError) throw error;
    throw new CodexAuthError(isErrno(error, "ELOCKED") ? "pending-locked" : "pending-unwritable");
  }
}

async function lockWithin(path: string, lockPath: string, waitMs: number): Promise<() => Promise<void>> {
  for (let waitedMs = 0; ;) {
    try {
      await removeDeadLock(lockPath);
      // The default of `onCompromised` throws from a timer and would take the gateway down; a lost lock is seen by
      // its identity instead.
      const options = { realpath: false, stale: NEVER_STALE_MS, update: RENEWAL_MS, onCompromised: () => undefined };
      return await lock(path, options);
    } catch (error) {
      // ENOENT: the lock was taken away between its making and its first use. Whoever lost it had nothing yet.
      const isLost = isErrno(error, "ELOCKED") || isErrno(error, "ENOENT");
      if (!isLost || waitedMs >= waitMs) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, WAIT_STEP_MS));
    waitedMs += WAIT_STEP_MS;
  }
}

/**
 * Takes a dead holder's lock away, one process at a time. proper-lockfile would let two waiters judge the same lock
 * dead, and the second remove what the first has just taken; so whoever removes must hold the guard, and look again.
 */
async function removeDeadLock(lockPath: string): Promise<void> {
  if (!(await isDead(lockPath))) return;
  const guard = `${lockPath}.takeover`;
  try {
    await mkdir(guard);
  } catch (error) {
    if (isErrno(error, "EEXIST") && (await isDead(guard))) await rmdir(guard).catch(() => undefined);
    return;
  }
  try {
    if (await isDead(lockPath)) await rmdir(lockPath).catch(() => undefined);
  } finally {
    await rmdir(guard).catch(() => undefined);
  }
}

/** A lock from the future is as dead: its holder died before the clock was set back. */
async function isDead(lockPath: string): Promise<boolean> {
  const stats = await lstat(lockPath).catch(() => undefined);
  // Anything but a folder can never be given back by whoever is thought to hold it.
  if (stats !== undefined && !stats.isDirectory()) throw new CodexAuthError("pending-insecure");
  return stats !== undefined && Math.abs(systemClock.nowMs() - stats.mtimeMs) > STALE_MS;
}

/** A lock folder that was removed and made again differs in these, even where the disk gives it the same number. */
async function identityOf(lockPath: string): Promise<string | undefined> {
  const stats = await lstat(lockPath, { bigint: true }).catch(() => undefined);
  return stats && `${stats.ino}:${stats.birthtimeNs}`;
}
