/** The plugin's own files. Callers give pure edits and never hold a path open themselves. */
import { constants } from "node:fs";
import { chmod, lstat, open, type FileHandle } from "node:fs/promises";
import { dirname } from "node:path";
import { CodexAuthError } from "../errors.ts";
import type { HeldLock } from "./lock.ts";
import { isErrno, isMine, loadLocks, makeFolder, PRIVATE_DIR, replaceFiles } from "./file-system.ts";

const OTHERS = 0o077;

/** What an edit of a file answers; `next` is the new content, absent when nothing is to be written. */
export interface FileEdit<Result> {
  readonly result: Result;
  readonly next?: string;
}

/** Makes the folder, or takes away other people's access to one of ours; refuses a link or somebody else's folder. */
async function securePrivateFolder(folder: string): Promise<void> {
  await makeFolder(folder);
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
    return await textOf(handle, stats.size);
  } finally {
    // Whoever shows a page waits for what was read, and not for the file to be put away.
    void handle.close().catch(() => undefined);
  }
}

/** In one read, where Node's own would ask for the size again and read once more to see the end. */
async function textOf(handle: FileHandle, size: number): Promise<string> {
  const bytes = Buffer.alloc(size);
  let length = 0;
  while (length < size) {
    const { bytesRead } = await handle.read(bytes, length, size - length, length);
    if (bytesRead === 0) break;
    length += bytesRead;
  }
  return bytes.toString("utf8", 0, length);
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
  const held = await acquirePrivate(path);
  try {
    const { result, next } = edit(await readPrivateFile(path, maxBytes));
    if (next === undefined) return result;
    if (Buffer.byteLength(next) > maxBytes) throw new CodexAuthError("pending-unwritable");
    const replaced = await replaceFiles([{ path, content: next }], "", held.isStillOurs).catch(() => "failed" as const);
    if (replaced === "failed") throw new CodexAuthError("pending-unwritable");
    if (!replaced) throw new CodexAuthError("pending-locked");
    return result;
  } finally {
    await held.release();
  }
}

async function acquirePrivate(path: string): Promise<HeldLock> {
  try {
    await securePrivateFolder(dirname(path));
    const { acquireLock, OWN_LOCK } = await loadLocks();
    const held = await acquireLock(path, OWN_LOCK);
    if (held === "busy") throw new CodexAuthError("pending-locked");
    if (held === "foreign") throw new CodexAuthError("pending-insecure");
    return held;
  } catch (error) {
    throw error instanceof CodexAuthError ? error : new CodexAuthError("pending-unwritable");
  }
}
