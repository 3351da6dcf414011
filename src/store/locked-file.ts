/** The only place that reads and writes files. Callers give pure edits and never hold a path open themselves. */
import { constants, renameSync } from "node:fs";
import { chmod, lstat, mkdir, open, readdir, readlink, realpath, rm, stat, type FileHandle } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { CodexAuthError } from "../errors.ts";
import { systemClock } from "../system.ts";
import type { HeldLock, HOST_LOCKS } from "./lock.ts";

const PRIVATE_FILE = 0o600;
const PRIVATE_DIR = 0o700;
const OTHERS = 0o077;
/** Some hosts take a lock away from whoever has held it for 30 seconds, alive or not. */
const MAX_HOLD_MS = 20_000;
/** As many links as a kernel follows. */
const MAX_LINKS = 40;
/** What marks a file beside a host's own as one of ours. */
const OUR_MARK = "codex-auth-";

/** Loaded with the first lock that is taken: whoever only reads pays for none. */
const loadLocks = () => import("./lock.ts");

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

/** With those above it. Not Node's own recursive one: that never ends in a folder such as `/proc`. */
async function makeFolder(folder: string): Promise<void> {
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

export interface Replacement {
  readonly path: string;
  readonly content: string;
}

/**
 * Writes each new file beside its old one and then renames them over, in the order given: a reader sees the old or
 * the new, never a part, and a disk that is full is so before anything has changed. `mark` tells our half-written
 * files from others'. False, with nothing changed, where `mayReplace` says no at the last moment.
 */
async function replaceFiles(
  replacements: readonly Replacement[],
  mark: string,
  mayReplace: () => boolean,
): Promise<boolean> {
  const staged: { readonly temporary: string; readonly path: string }[] = [];
  try {
    for (const { path, content } of replacements) {
      await removeLeftovers(path, mark);
      const temporary = `${path}.${mark}${process.pid}.tmp`;
      await writeNewFile(temporary, content);
      staged.push({ temporary, path });
    }
    if (!mayReplace()) return false;
    for (const { temporary, path } of staged) renameSync(temporary, path);
  } finally {
    for (const { temporary } of staged) await rm(temporary, { force: true });
  }
  for (const { path } of staged) await syncFolder(dirname(path));
  return true;
}

/** Leaves nothing behind where it fails half-way, and never writes to what bears the name already. */
async function writeNewFile(path: string, content: string | Uint8Array): Promise<void> {
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

/** Makes a rename outlive a power cut, where the file system can. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY).catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** Half-written files of killed processes. The lock is ours, so nobody is using one; they may hold secrets. */
async function removeLeftovers(path: string, mark: string): Promise<void> {
  const folder = dirname(path);
  const isLeftover = (name: string) => name.startsWith(`${basename(path)}.${mark}`) && name.endsWith(".tmp");
  const leftovers = (await readdir(folder)).filter(isLeftover);
  await Promise.all(leftovers.map((name) => rm(join(folder, name), { force: true }).catch(() => undefined)));
}

/**
 * The bytes of a file that the host keeps, links followed as the host does; undefined when there is none. Throws
 * `store-unreadable` for anything but a plain file of ours in a folder of ours, and for one past `maxBytes`.
 */
export async function readHostFile(path: string, maxBytes: number): Promise<Buffer | undefined> {
  try {
    if (!isMine((await stat(dirname(path))).uid)) throw new CodexAuthError("store-unreadable");
    // Without O_NONBLOCK a pipe of that name would keep us for ever.
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
    throw new CodexAuthError("store-unreadable");
  }
}

/** Where a host keeps its profiles, and how it locks them. */
export interface HostFile {
  /** In the agent's own folder, which is made if there is none. */
  readonly path: string;
  readonly lock: keyof typeof HOST_LOCKS;
  readonly waitMs: number;
}

/** Replaces files of the host while its lock is held: all or, where it throws `store-*`, as good as none. */
export type ReplaceHostFiles = (replacements: readonly Replacement[]) => Promise<void>;

/**
 * Does `work` under the host's own lock and lets go of it whatever happens. Throws `store-locked` where others hold
 * it for longer than we wait, `store-unreadable` for a folder that is not ours, `store-write-failed` where the lock
 * cannot be made, and whatever `work` throws.
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
    // Each host's own rule: the folder goes beside what a link leads to, the file beside the link.
    const lockedPath = lock === "folder" ? await targetOf(path) : join(await realpath(dirname(path)), basename(path));
    const { acquireLock, HOST_LOCKS } = await loadLocks();
    const held = await acquireLock(lockedPath, HOST_LOCKS[lock], waitMs);
    if (held === "busy" || held === "foreign") throw new CodexAuthError("store-locked");
    return held;
  } catch (error) {
    throw error instanceof CodexAuthError ? error : new CodexAuthError("store-write-failed");
  }
}

async function replaceHostFiles(replacements: readonly Replacement[], mayReplace: () => boolean): Promise<void> {
  const replaced = await Promise.all(replacements.map(async (one) => ({ ...one, path: await targetOf(one.path) })))
    .then((targets) => replaceFiles(targets, OUR_MARK, mayReplace))
    .catch(() => "failed" as const);
  if (replaced === "failed") throw new CodexAuthError("store-write-failed");
  if (!replaced) throw new CodexAuthError("store-locked");
}

/** The real path of what a link leads to in the end, whether or not that exists. Throws ELOOP, ENOENT and the like. */
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
 * Keeps what the host's next write would throw away: a copy beside the file, one of the same content at most. Under
 * the host's lock. Never throws: the copy is a favour, and whoever asks for it stops anyway.
 */
export async function keepCorruptCopy(path: string, bytes: Uint8Array): Promise<void> {
  const prefix = `${path}.${OUR_MARK}corrupt-`;
  const names = (await readdir(dirname(path)).catch(() => [])).filter((name) => name.startsWith(basename(prefix)));
  for (const name of names) {
    const copy = await readHostFile(join(dirname(path), name), bytes.length).catch(() => undefined);
    if (copy?.equals(bytes)) return;
  }
  await writeNewFile(prefix + systemClock.nowMs(), bytes).catch(() => undefined);
}
