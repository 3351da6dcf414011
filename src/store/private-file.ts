/** Reads and writes the plugin's own files. Callers pass pure edits and never hold a path open themselves. */
import { constants, statSync, type BigIntStats } from "node:fs";
import { lstat, open, mkdir, readdir, rm, stat } from "node:fs/promises";
import { dirname, basename, join } from "node:path";
import { CodexAuthError, type ErrorCode, failingAs, isErrno } from "../errors.ts";
import { systemClock } from "../system.ts";
import type { HeldLock } from "./lock.ts";
import { isHeldOpen, machine } from "./machine.ts";

const OTHERS = 0o077;

/** `next` is the new content, absent if nothing has to be written. */
export interface FileEdit<Result> {
  readonly result: Result;
  readonly next?: string;
}

/**
 * Makes the folder of the file, or removes other users' access to it. Refuses a link and a folder of another user, who
 * could replace the file in it.
 */
async function securePrivateFolder(path: string): Promise<void> {
  const folder = dirname(path);
  await makeFolder(folder);
  const stats = await lstat(folder);
  if (!stats.isDirectory()) throw new CodexAuthError("pending-insecure");
  if (!(await isTrusted(stats.uid, folder))) throw new CodexAuthError("pending-of-other-user");
  if (!isOpenToOthers(stats)) return;
  // Some disks refuse it, others accept it and change nothing.
  await machine.chmod(folder, PRIVATE_DIR).catch(() => undefined);
  if (isOpenToOthers(await lstat(folder)) && (await keepsModes(path))) throw new CodexAuthError("pending-insecure");
}

const isOpenToOthers = (stats: { readonly mode: number | bigint }) =>
  machine.platform !== "win32" && (machine.modeOf(stats) & OTHERS) !== 0;

/**
 * Trusts this user, and the user who owns the folder and the folder above it: a gateway often runs as root in a folder
 * that is mounted from another user's. That user could replace everything in it anyway.
 */
async function isTrusted(uid: number, folder: string): Promise<boolean> {
  if (isMine(uid)) return true;
  const [own, above] = await Promise.all([stat(folder), stat(dirname(folder))]);
  return own.uid === uid && above.uid === uid;
}

/**
 * Accepts only a plain file of a trusted user with one name that no other user may open. Any other file could contain
 * another user's text.
 */
async function assertPrivate(path: string, stats: BigIntStats, maxBytes: number): Promise<void> {
  if (!(await isTrusted(Number(stats.uid), dirname(path)))) throw new CodexAuthError("pending-of-other-user");
  const isPlain = stats.isFile() && stats.nlink <= 1n && stats.size <= maxBytes;
  if (!isPlain || (isOpenToOthers(stats) && (await keepsModes(path)))) throw new CodexAuthError("pending-insecure");
}

let tries = 0;

/**
 * Returns false if the disk of the file keeps no modes (NTFS, SMB, Azure Files): a new file that is made private there
 * is open to others all the same. Nothing but a try can tell. Returns true if none can be made.
 */
async function keepsModes(path: string): Promise<boolean> {
  // The next write of the file removes leftovers with such names.
  const tried = `${path}.${process.pid}-${(tries += 1)}.tmp`;
  const handle = await open(tried, "wx", PRIVATE_FILE).catch(() => undefined);
  if (handle === undefined) return true;
  try {
    await machine.chmod(tried, PRIVATE_FILE).catch(() => undefined);
    return !isOpenToOthers(await handle.stat());
  } finally {
    await handle.close();
    await rm(tried, { force: true }).catch(() => undefined);
  }
}

/** Returns true if the folder of the file is there and open to others, and its disk keeps no modes. */
export async function isOnOpenDisk(path: string): Promise<boolean> {
  const stats = await lstat(dirname(path)).catch(() => undefined);
  return stats !== undefined && isOpenToOthers(stats) && !(await keepsModes(path));
}

interface ReadFile {
  readonly content: string;
  readonly stats: BigIntStats;
}

/**
 * Checks the opened file, so that nobody can swap it between the check and the read. A file that was just replaced
 * has no name left but is whole. Windows cannot refuse a link at the open, so it is looked for before.
 */
async function openPrivateFile(path: string, maxBytes: number): Promise<ReadFile | undefined> {
  let handle;
  try {
    const isLink = machine.platform === "win32" && (await lstat(path)).isSymbolicLink();
    if (isLink) throw new CodexAuthError("pending-insecure");
    handle = await patiently(() => open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
    const stats = await handle.stat({ bigint: true });
    await assertPrivate(path, stats, maxBytes);
    return { content: await handle.readFile("utf8"), stats };
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw await refusalAt(path, error, READ_REFUSALS);
  } finally {
    await handle?.close();
  }
}

const READ_REFUSALS = { code: "pending-insecure", ofOther: "pending-of-other-user" } as const;
const WRITE_REFUSALS = { code: "pending-unwritable", ofOther: "pending-of-other-user" } as const;

interface Refusals {
  readonly code: ErrorCode;
  /** The code if this user may not do it because the place belongs to another user. */
  readonly ofOther: ErrorCode;
}

/** Turns an error of the file system at that path into a refusal. */
export async function refusalAt(path: string, error: unknown, { code, ofOther }: Refusals): Promise<CodexAuthError> {
  if (error instanceof CodexAuthError) return error;
  const isDenied = isErrno(error, "EACCES") || isErrno(error, "EPERM");
  const owner = isDenied ? await ownerOf(path) : undefined;
  return CodexAuthError.replacing(error, owner === undefined || isMine(owner) ? code : ofOther);
}

/** Returns the owner of the file, or else of the nearest folder above it that exists. Undefined if none can be seen. */
export async function ownerOf(path: string): Promise<number | undefined> {
  const stats = await stat(path).catch(() => undefined);
  if (stats !== undefined) return stats.uid;
  return dirname(path) === path ? undefined : ownerOf(dirname(path));
}

const HELD_STEP_MS = 20;
/** Virus scanners and readers have a small file open for milliseconds. */
const HELD_MS = 2_000;

/** Tries again while Windows says that another program has the file open. */
export async function patiently<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let waitedMs = 0; ; waitedMs += HELD_STEP_MS) {
    try {
      return await work();
    } catch (error) {
      if (!isHeldOpen(error) || waitedMs >= HELD_MS) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, HELD_STEP_MS));
  }
}

/**
 * Returns undefined if there is no file. Throws `pending-insecure` for a link, for anything but a plain file, and for
 * a file that another user may open, and `pending-of-other-user` for a file that another user owns.
 */
export async function readPrivateFile(path: string, maxBytes: number): Promise<string | undefined> {
  return (await openPrivateFile(path, maxBytes))?.content;
}

/** Two changes within this time may have one timestamp, because some file systems count in steps of two seconds. */
const SETTLED_MS = 2_000;

/**
 * Reads as `readPrivateFile` does, and parses again only if the file has changed: one call of the file system in
 * place of four, each of which waits its turn in a busy gateway.
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

/** Writing to a file, changing its owner and changing its mode all change its ctime. */
function isUnchanged(before: BigIntStats, now: BigIntStats): boolean {
  return before.dev === now.dev && before.ino === now.ino && before.ctimeNs === now.ctimeNs && before.size === now.size;
}

/**
 * Locks the file, passes its content to `edit` and writes `next`. Safe between processes, and waits a bounded time.
 * Throws `pending-locked`, `pending-insecure`, `pending-of-other-user` or `pending-unwritable`, and any error of `edit`.
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
    const written = [{ path, content: next }];
    const replaced = await failingAs("pending-unwritable", () => replaceFiles(written, "", held.isStillOurs));
    if (!replaced) throw new CodexAuthError("pending-locked");
    await syncFolder(dirname(path));
    return result;
  } finally {
    await held.release();
  }
}

/** A claim must survive a power cut if the file system allows it, because the erased verifier would come back. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY).catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

async function acquirePrivate(path: string): Promise<HeldLock> {
  try {
    await securePrivateFolder(path);
    const { acquireLock, OWN_LOCK } = await loadLocks();
    const held = await acquireLock(path, OWN_LOCK);
    if (held === "busy") throw new CodexAuthError("pending-locked");
    if (held === "foreign") throw new CodexAuthError("pending-insecure");
    return held;
  } catch (error) {
    throw await refusalAt(path, error, WRITE_REFUSALS);
  }
}

/** For a private file of the state folder: another owner has a code of its own, and `code` stands for the rest. */
export async function failingInState<Result>(code: ErrorCode, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    const isOthers = error instanceof CodexAuthError && error.code === "pending-of-other-user";
    throw CodexAuthError.replacing(error, isOthers ? "state-of-other-user" : code);
  }
}

const PRIVATE_FILE = 0o600;
export const PRIVATE_DIR = 0o700;

/** Loaded with the first lock, because proper-lockfile takes longer to load than `status` takes to answer. */
export const loadLocks = () => import("./lock.ts");

function isMine(uid: number): boolean {
  const userId = machine.userId();
  return userId === undefined || uid === userId;
}

/** Returns true for two spellings of one file or folder: through links and mounts, or on a disk that ignores case. */
export function isSamePlace(one: string, other: string): boolean {
  if (one === other) return true;
  const [stats, others] = [statsOf(one), statsOf(other)];
  if (stats !== undefined && others !== undefined) return stats.dev === others.dev && stats.ino === others.ino;
  const isMissing = stats === undefined && others === undefined && basename(one) === basename(other);
  return isMissing && dirname(one) !== one && isSamePlace(dirname(one), dirname(other));
}

function statsOf(path: string): BigIntStats | undefined {
  try {
    return statSync(path, { bigint: true, throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

export async function fileExists(path: string): Promise<boolean> {
  return (await lstat(path).catch(() => undefined)) !== undefined;
}

/** Makes parent folders too. Node's recursive `mkdir` never ends in a folder such as `/proc`. */
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
 * Writes each new file beside its old one and then renames them in the given order. A reader sees the old or the new
 * file, and a full disk is noticed before anything has changed. `mark` distinguishes our temporary files from the
 * host's. Returns false if `mayReplace` returns false right before the renames. Nothing has changed then, unless the
 * lock was lost while Windows let the second of two files wait.
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
      if (!(await renameOver(temporary, path, mayReplace))) return false;
      staged.delete(temporary);
    }
  } finally {
    for (const temporary of staged.keys()) await rm(temporary, { force: true }).catch(() => undefined);
  }
  return true;
}

/** Asks `mayReplace` again after each wait, in the same step as the rename: the lock may have been lost by then. */
function renameOver(temporary: string, path: string, mayReplace: () => boolean): Promise<boolean> {
  let hasWaited = false;
  return patiently(async () => {
    if (hasWaited && !mayReplace()) return false;
    hasWaited = true;
    machine.rename(temporary, path);
    return true;
  });
}

/** Throws EEXIST if the name is taken. Removes the file if the write fails. */
export async function writeNewFile(path: string, content: string | Uint8Array): Promise<void> {
  const handle = await patiently(() => open(path, "wx", PRIVATE_FILE));
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

/**
 * Removes half-written files of killed processes, which may contain secrets. The caller has the lock, so none is in
 * use.
 */
async function removeLeftovers(path: string, mark: string): Promise<void> {
  const folder = dirname(path);
  const isLeftover = (name: string) => name.startsWith(`${basename(path)}.${mark}`) && name.endsWith(".tmp");
  const leftovers = (await readdir(folder)).filter(isLeftover);
  await Promise.all(leftovers.map((name) => rm(join(folder, name), { force: true }).catch(() => undefined)));
}
