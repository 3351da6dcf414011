/** The plugin's own files. Callers give pure edits and never hold a path open themselves. */
import { constants, type BigIntStats } from "node:fs";
import { chmod, lstat, open } from "node:fs/promises";
import { dirname } from "node:path";
import { CodexAuthError } from "../errors.ts";
import { systemClock } from "../clock.ts";
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

/** A plain file of ours that nobody else may open, by one name only: anything else could hold somebody else's word. */
function isPrivate(stats: BigIntStats, maxBytes: number): boolean {
  const isOurs = stats.isFile() && isMine(Number(stats.uid)) && (Number(stats.mode) & OTHERS) === 0;
  return isOurs && stats.nlink <= 1n && stats.size <= maxBytes;
}

interface ReadFile {
  readonly content: string;
  /** As the file was when it was opened. */
  readonly stats: BigIntStats;
}

/**
 * The checks are made on the opened handle, so that nothing can be swapped between check and read; a file that has
 * just been replaced has no name left, but is whole.
 */
async function openPrivateFile(path: string, maxBytes: number): Promise<ReadFile | undefined> {
  let handle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw new CodexAuthError("pending-insecure");
  }
  try {
    const stats = await handle.stat({ bigint: true });
    if (!isPrivate(stats, maxBytes)) throw new CodexAuthError("pending-insecure");
    return { content: await handle.readFile("utf8"), stats };
  } finally {
    await handle.close();
  }
}

/**
 * The content of a private file, undefined when there is none. Refuses (`pending-insecure`) a link, anything but a
 * plain file, another owner's file, and one that others may open.
 */
export async function readPrivateFile(path: string, maxBytes: number): Promise<string | undefined> {
  return (await openPrivateFile(path, maxBytes))?.content;
}

/** Two changes that follow each other faster may bear the same time: some file systems count in steps of two seconds. */
const SETTLED_MS = 2_000;

/**
 * Reads as `readPrivateFile` does, and gives what `parse` made of it last while the name leads to the same, unchanged
 * file: one look, where a read is four steps that each wait their turn in a busy gateway.
 */
export function createPrivateReader<Content>(
  path: string,
  maxBytes: number,
  parse: (content: string | undefined) => Content,
): () => Promise<Content> {
  let last: { readonly stats: BigIntStats; readonly content: Content } | undefined;
  return async () => {
    const known = last;
    const found = known && (await lstat(path, { bigint: true }).catch(() => undefined));
    if (known !== undefined && found !== undefined && isUnchanged(known.stats, found)) return known.content;
    last = undefined;
    const read = await openPrivateFile(path, maxBytes);
    const content = parse(read?.content);
    const isSettled = read !== undefined && systemClock.nowMs() - Number(read.stats.ctimeMs) > SETTLED_MS;
    if (isSettled) last = { stats: read.stats, content };
    return content;
  };
}

/** Whoever writes to a file, gives it away or lets others in changes its ctime. */
function isUnchanged(before: BigIntStats, now: BigIntStats): boolean {
  return before.dev === now.dev && before.ino === now.ino && before.ctimeNs === now.ctimeNs && before.size === now.size;
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
    await syncFolder(dirname(path));
    return result;
  } finally {
    await held.release();
  }
}

/** A claim must outlive a power cut, where the file system can: what it has erased would be back otherwise. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY).catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
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
