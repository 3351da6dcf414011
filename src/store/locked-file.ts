/** The only place that locks and writes files. Callers give pure edits and never hold a path open themselves. */
import { constants } from "node:fs";
import { chmod, lstat, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname } from "node:path";
import { lock } from "proper-lockfile";
import { CodexAuthError } from "../errors.ts";

/** A crashed holder's lock is taken over after this long; a living one renews it every third of that. */
const STALE_MS = 6_000;
const RETRIES = { retries: 60, factor: 1.3, minTimeout: 15, maxTimeout: 250, randomize: true };
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
 * The checks are made on the opened handle, so that nothing can be swapped between check and read.
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
    const isPrivate = stats.isFile() && isMine(stats.uid) && (stats.mode & OTHERS) === 0 && stats.nlink === 1;
    if (!isPrivate || stats.size > maxBytes) throw new CodexAuthError("pending-insecure");
    return await handle.readFile("utf8");
  } finally {
    await handle.close();
  }
}

/** Writes a new file beside the old one and renames it over: a reader sees the old or the new, never a part. */
async function replacePrivateFile(path: string, content: string): Promise<void> {
  const temporary = `${path}.${process.pid}.tmp`;
  // A leftover of a killed process with our pid; the lock is ours, so nobody is using it.
  await rm(temporary, { force: true });
  const handle = await open(temporary, "wx", PRIVATE_FILE);
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, path);
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
  const { release, isHeld } = await acquire(path);
  try {
    const { result, next } = edit(await readPrivateFile(path, maxBytes));
    if (next === undefined) return result;
    if (!isHeld()) throw new CodexAuthError("pending-locked");
    await replacePrivateFile(path, next).catch(() => {
      throw new CodexAuthError("pending-unwritable");
    });
    return result;
  } finally {
    // Whoever took over a lock we lost has released or will release it; there is nothing of ours to give back.
    await release().catch(() => undefined);
  }
}

async function acquire(path: string) {
  let held = true;
  try {
    await securePrivateFolder(dirname(path));
    const release = await lock(path, {
      realpath: false,
      stale: STALE_MS,
      retries: RETRIES,
      // The default throws from a timer and would take the gateway down.
      onCompromised: () => {
        held = false;
      },
    });
    return { release, isHeld: () => held };
  } catch (error) {
    if (error instanceof CodexAuthError) throw error;
    throw new CodexAuthError(isErrno(error, "ELOCKED") ? "pending-locked" : "pending-unwritable");
  }
}
