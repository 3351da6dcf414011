/** Reads and writes the plugin's own files. Callers pass pure edits and never hold a path open themselves. */
import { constants, type BigIntStats, renameSync } from "node:fs";
import { chmod, lstat, open, mkdir, readdir, rm } from "node:fs/promises";
import { dirname, basename, join } from "node:path";
import { CodexAuthError, failingAs, isErrno } from "../errors.ts";
import { systemClock } from "../system.ts";
import type { HeldLock } from "./lock.ts";

const OTHERS = 0o077;

/** `next` is the new content, absent if nothing has to be written. */
export interface FileEdit<Result> {
  readonly result: Result;
  readonly next?: string;
}

/**
 * Makes the folder, or removes other users' access to it. Refuses a link and a folder of another user, who could
 * replace the file in it.
 */
async function securePrivateFolder(folder: string): Promise<void> {
  await makeFolder(folder);
  const stats = await lstat(folder);
  if (!stats.isDirectory() || !isMine(stats.uid)) throw new CodexAuthError("pending-insecure");
  if ((stats.mode & OTHERS) !== 0) await chmod(folder, PRIVATE_DIR);
}

/**
 * Accepts only a plain file of this user with one name that no other user may open. Any other file could contain
 * another user's text.
 */
function isPrivate(stats: BigIntStats, maxBytes: number): boolean {
  const isOurs = stats.isFile() && isMine(Number(stats.uid)) && (Number(stats.mode) & OTHERS) === 0;
  return isOurs && stats.nlink <= 1n && stats.size <= maxBytes;
}

interface ReadFile {
  readonly content: string;
  readonly stats: BigIntStats;
}

/**
 * Checks the opened file, so that nobody can swap it between the check and the read. A file that was just replaced
 * has no name left but is whole.
 */
async function openPrivateFile(path: string, maxBytes: number): Promise<ReadFile | undefined> {
  let handle;
  try {
    handle = await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw CodexAuthError.replacing(error, "pending-insecure");
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
 * Returns undefined if there is no file. Throws `pending-insecure` for a link, for anything but a plain file, and for
 * a file that another user owns or may open.
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
 * Throws `pending-locked`, `pending-insecure` or `pending-unwritable`, and any error of `edit`.
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
    await securePrivateFolder(dirname(path));
    const { acquireLock, OWN_LOCK } = await loadLocks();
    const held = await acquireLock(path, OWN_LOCK);
    if (held === "busy") throw new CodexAuthError("pending-locked");
    if (held === "foreign") throw new CodexAuthError("pending-insecure");
    return held;
  } catch (error) {
    throw error instanceof CodexAuthError ? error : CodexAuthError.replacing(error, "pending-unwritable");
  }
}

const PRIVATE_FILE = 0o600;
export const PRIVATE_DIR = 0o700;

/** Loaded with the first lock, because proper-lockfile takes longer to load than `status` takes to answer. */
export const loadLocks = () => import("./lock.ts");

export function isMine(uid: number): boolean {
  return process.getuid === undefined || uid === process.getuid();
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
 * host's. Returns false, with nothing changed, if `mayReplace` returns false right before the renames.
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

/** Throws EEXIST if the name is taken. Removes the file if the write fails. */
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
