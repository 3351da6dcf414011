/** Reads a host's profile files as the host does, and writes them under the host's own lock. */
import { constants } from "node:fs";
import { access, lstat, open, readdir, readFile, readlink, realpath, rmdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import type { Log } from "../actions/ports.ts";
import { CodexAuthError, failingAs, isErrno, logFailure } from "../errors.ts";
import { systemClock } from "../system.ts";
import type { HeldLock, HOST_LOCKS } from "./lock.ts";
import {
  loadLocks,
  makeFolder,
  patiently,
  refusalAt,
  replaceFiles,
  writeNewFile,
  type Replacement,
} from "./private-file.ts";

/** Some hosts take over a lock after 30 seconds even if its holder is alive. */
const MAX_HOLD_MS = 20_000;
const MAX_LINKS = 40;
const OUR_MARK = "codex-auth-";

/** The terminal compares owners before it opens a store. A gateway is right whoever owns its folder. */
const READ_REFUSALS = { code: "store-unreadable", ofOther: "store-of-other-user" } as const;
const WRITE_REFUSALS = { code: "store-write-failed", ofOther: "store-of-other-user" } as const;

/**
 * Returns undefined if there is no file. Follows links as the host does. Throws `store-unreadable` for anything but a
 * plain file, and for a file longer than `maxBytes`, and `store-of-other-user` if another user does not let this one
 * read it.
 */
export async function readHostFile(path: string, maxBytes: number): Promise<Buffer | undefined> {
  try {
    // Without O_NONBLOCK a pipe of that name would block this process forever.
    const handle = await patiently(() => open(path, constants.O_RDONLY | constants.O_NONBLOCK));
    try {
      const stats = await handle.stat();
      if (!stats.isFile() || stats.size > maxBytes) throw new CodexAuthError("store-unreadable");
      return await handle.readFile();
    } finally {
      await handle.close();
    }
  } catch (error) {
    if (isErrno(error, "ENOENT")) return undefined;
    throw await refusalAt(path, error, READ_REFUSALS);
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
 * `store-write-failed` or `store-of-other-user` if the lock cannot be made, and any error of `work`.
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
    // Follows each host: the folder is beside the target of a link, the file beside the link.
    const lockedPath = lock === "folder" ? await targetOf(path) : join(await realpath(dirname(path)), basename(path));
    const { acquireLock, HOST_LOCKS } = await loadLocks();
    const held = await acquireLock(lockedPath, HOST_LOCKS[lock], waitMs);
    if (held === "busy" || held === "foreign") throw new CodexAuthError("store-locked");
    return held;
  } catch (error) {
    throw await refusalAt(path, error, WRITE_REFUSALS);
  }
}

async function replaceHostFiles(replacements: readonly Replacement[], mayReplace: () => boolean): Promise<void> {
  const replaced = await failingAs("store-write-failed", async () => {
    const targets = await Promise.all(replacements.map(async (one) => ({ ...one, path: await targetOf(one.path) })));
    return replaceFiles(targets, OUR_MARK, mayReplace);
  });
  if (!replaced) throw new CodexAuthError("store-locked");
}

/**
 * Throws `store-read-only` or `store-of-other-user` if the file can be read and not replaced, as far as that can be told
 * without a change. A file or a folder that does not exist can be made, unless the folder above says no.
 */
export async function assertReplaceable(path: string): Promise<void> {
  try {
    await access(await nearestFolder(path), constants.W_OK | constants.X_OK);
    const target = await targetOf(path).catch((error: unknown) => {
      if (isErrno(error, "ENOENT")) return undefined;
      throw error;
    });
    if (target === undefined || !(await lstat(target).catch(() => undefined))?.isFile()) return;
    // A link may lead to another folder.
    await access(dirname(target), constants.W_OK | constants.X_OK);
    const isHeld = (await isMountPoint(target)) || REFUSED.has(await errorOfRemoval(target));
    if (isHeld) throw new CodexAuthError("store-read-only");
  } catch (error) {
    throw await refusalAt(path, error, { ...WRITE_REFUSALS, code: "store-read-only" });
  }
}

async function nearestFolder(path: string): Promise<string> {
  const folder = dirname(path);
  const isThere = folder === dirname(folder) || (await lstat(folder).catch(() => undefined)) !== undefined;
  return isThere ? folder : nearestFolder(folder);
}

const REFUSED: ReadonlySet<unknown> = new Set(["EPERM", "EACCES", "EROFS", "EBUSY"]);

/**
 * Returns the code of an attempt to remove a plain file as if it were a folder. It never succeeds, and on Linux it checks
 * first whether the name may be replaced: the attributes of `chattr`, a sticky folder, a read-only disk (rmdir(2)).
 */
async function errorOfRemoval(file: string): Promise<unknown> {
  try {
    await rmdir(file);
    return undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code;
  }
}

/** Mount points are listed byte by byte, with spaces and backslashes as octal numbers. */
const unescaped = (text: string) =>
  text.replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(parseInt(code, 8)));

/**
 * Returns true for a file that is mounted by itself, as containers do it: it can be read and perhaps written, but never
 * replaced. Linux lists the mounts (proc_pid_mountinfo(5), field 5, with octal escapes); other systems have no such files.
 */
async function isMountPoint(file: string): Promise<boolean> {
  const mounts = await readFile("/proc/self/mountinfo", "utf8").catch(() => "");
  return mounts.split("\n").some((line) => unescaped(line.split(" ")[4] ?? "") === file);
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
