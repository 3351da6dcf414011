/**
 * Locks between processes: taken in a bounded time, renewed while they are held, and taken over from dead holders.
 * proper-lockfile renews a lock and removes it when the process ends. Its folder and its takeover are not used as
 * documented, because two waiters may both remove one stale folder and then both hold the lock: a claim could be
 * lost, and its code sent twice (RISK.md, promise 3).
 */
import {
  lstat,
  lutimes,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  unlinkSync,
  type Stats,
  closeSync,
  fstatSync,
  openSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { lock } from "proper-lockfile";
import { isErrno } from "../errors.ts";
import { parseJson } from "../rules/parse.ts";
import * as z from "zod/mini";
import { systemClock } from "../system.ts";
import { isHeldOpen, machine } from "./machine.ts";

/** Twice the time after which our own lock is stale. */
export const MAX_WAIT_MS = 12_000;
const WAIT_STEP_MS = 20;
/** For a lock that another program has open. */
const RELEASE_MS = 2_000;
/** proper-lockfile must never take over a lock, because `removeDeadLock` does. */
const NEVER_STALE_MS = Number.MAX_SAFE_INTEGER;

export interface HeldLock {
  /** Returns false once another process has taken the lock away. */
  isStillOurs(): boolean;
  /** Never throws, and never removes the lock of another holder. */
  release(): Promise<void>;
}

/**
 * Takes `<path>.lock`, waiting up to `waitMs` for other holders, including those of this process. Throws the file
 * system's error if the lock cannot be made.
 */
export async function acquireLock(
  path: string,
  format: LockFormat,
  waitMs: number = MAX_WAIT_MS,
): Promise<HeldLock | "busy" | "foreign"> {
  const lockPath = `${path}.lock`;
  for (let waitedMs = 0; ; waitedMs += WAIT_STEP_MS) {
    try {
      if (removeDeadLock(lockPath, format) === "foreign") return "foreign";
      return await lockOnce(path, lockPath, format);
    } catch (error) {
      if (isErrno(error, "ELOCKED")) {
        if (waitedMs >= waitMs) return "busy";
      } else if (!isMomentary(error) || waitedMs >= waitMs) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, WAIT_STEP_MS));
  }
}

/** ENOENT means that the lock was removed before its first use. Nothing was done under it. */
const isMomentary = (error: unknown) => isErrno(error, "ENOENT") || isHeldOpen(error);

async function lockOnce(path: string, lockPath: string, format: LockFormat): Promise<HeldLock> {
  // Identifies the lock that this process made. The lock on disk could be another process's by the time
  // proper-lockfile returns.
  let made: string | undefined;
  const isStillOurs = () => made !== undefined && identityIn(lockPath, format) === made;
  const make = () => void (made = format.make(lockPath));
  const removeOurs = () => {
    if (isStillOurs()) format.remove(lockPath);
  };
  const release = await lock(path, {
    realpath: false,
    stale: NEVER_STALE_MS,
    update: format.renewalMs,
    // The default throws from a timer and would end the gateway. `isStillOurs` detects a lost lock instead.
    onCompromised: () => undefined,
    fs: fileSystemOf(make, removeOurs),
  });
  return {
    isStillOurs,
    async release() {
      await release().catch(() => undefined);
      // proper-lockfile does not remove a lock whose time was changed, and it would outlive this process. On Windows the
      // lock of a living process may stay because a waiter has it open, and nobody would take it over.
      for (let waitedMs = 0; waitedMs <= RELEASE_MS; waitedMs += WAIT_STEP_MS) {
        if (wasRemoved(removeOurs)) return;
        await new Promise((resolve) => setTimeout(resolve, WAIT_STEP_MS));
      }
    },
  };
}

/** Returns false only if the removal may succeed a moment later. */
function wasRemoved(remove: () => void): boolean {
  try {
    remove();
    return true;
  } catch (error) {
    return !isHeldOpen(error);
  }
}

function identityIn(lockPath: string, format: LockFormat): string | undefined {
  try {
    return format.identityOf(lockPath);
  } catch {
    return undefined;
  }
}

/** The file system that proper-lockfile uses, in which a lock of our format takes the place of its folder. */
function fileSystemOf(make: () => void, removeOurs: () => void) {
  return {
    mkdir: (_lockPath: string, done: Done) => settle(make, done),
    rmdir: (_lockPath: string, done: Done) => settle(removeOurs, done),
    rmdirSync: removeOurs,
    // `stat` and `utimes` would follow a link in the place of the lock to another file (RISK.md, promise 22).
    stat: lstat,
    utimes: lutimes,
  };
}

type Done = (error: unknown) => void;

function settle(work: () => void, done: Done): void {
  try {
    work();
  } catch (error) {
    done(error);
    return;
  }
  done(null);
}

/**
 * Removes the lock of a dead holder, one process at a time: a process must hold the guard and judge the lock again.
 * Judgement and removal are one synchronous step, because the host does not respect the guard and could put its own
 * lock there in between. A guard is a lock itself, and is removed in the same way if its holder has died.
 */
function removeDeadLock(lockPath: string, format: LockFormat): Judgement {
  const judgement = format.judge(lockPath);
  if (judgement !== "dead") return judgement;
  const guard = `${lockPath}.takeover`;
  try {
    FILE_LOCK.make(guard);
  } catch (error) {
    if (!isErrno(error, "EEXIST")) throw error;
    removeDeadLock(guard, FILE_LOCK);
    return judgement;
  }
  quietly(() => format.judge(lockPath) === "dead" && format.remove(lockPath));
  quietly(() => FILE_LOCK.remove(guard));
  return judgement;
}

function quietly(work: () => unknown): void {
  try {
    work();
  } catch {
    // Another process was faster. The next attempt sees the result.
  }
}

/** The host's own age limit for its lock. */
const HOST_STALE_MS = 30_000;
/** A host writes its process number right after it has made the file, so a file that stays empty this long is stale. */
const NAMELESS_STALE_MS = 10_000;
const MAX_LOCK_BYTES = 64 * 1024;
const MAX_PID = 2 ** 31 - 1;

/** `foreign`: a link or another thing that is not a lock. */
export type Judgement = "free" | "live" | "dead" | "foreign";

export interface LockFormat {
  readonly renewalMs: number;
  /** Returns the identity of the new lock. Throws EEXIST if there is a lock, dead or alive. */
  make(lockPath: string): string;
  remove(lockPath: string): void;
  judge(lockPath: string): Judgement;
  /** Differs for a lock that was removed and made again, even if the disk reuses its inode. */
  identityOf(lockPath: string): string | undefined;
}

function statsOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** A lock from the future counts as old, because its holder died before the clock was set back. */
function isOlderThan(stats: Stats, ageMs: number): boolean {
  return Math.abs(systemClock.nowMs() - stats.mtimeMs) > ageMs;
}

/** The format of proper-lockfile: a folder whose holder renews its time. */
function folderLock(staleMs: number, renewalMs: number): LockFormat {
  return {
    renewalMs,
    make(lockPath) {
      mkdirSync(lockPath);
      return String(identityOfFolder(lockPath));
    },
    remove: (lockPath) => rmdirSync(lockPath),
    judge(lockPath) {
      const stats = statsOf(lockPath);
      if (stats === undefined) return "free";
      if (!stats.isDirectory()) return "foreign";
      return isOlderThan(stats, staleMs) ? "dead" : "live";
    },
    identityOf: identityOfFolder,
  };
}

function identityOfFolder(lockPath: string): string | undefined {
  const stats = lstatSync(lockPath, { bigint: true, throwIfNoEntry: false });
  return stats && `${stats.ino}:${stats.birthtimeNs}`;
}

/** The content of a host's lock. `starttime` (from 2026.5.28) distinguishes processes that have had the same number. */
const holder = z.looseObject({
  pid: z.int().check(z.positive(), z.maximum(MAX_PID)),
  starttime: z.optional(z.number()),
});

/**
 * The lock of hosts from 2026.2.17: a file that names its holder. A folder in its place would stop every write of
 * theirs.
 */
export const FILE_LOCK: LockFormat = {
  renewalMs: 10_000,
  make(lockPath) {
    const { pid } = process;
    const starttime = processOf(pid)?.starttime;
    const { ino, content } = makeLockFile(
      lockPath,
      pid,
      (made) => `${JSON.stringify({ pid, createdAt: made.toISOString(), starttime }, null, 2)}\n`,
    );
    return `${ino}:${content}`;
  },
  remove: (lockPath) => (statsOf(lockPath)?.isDirectory() ? rmdirSync(lockPath) : machine.unlink(lockPath)),
  judge(lockPath) {
    const stats = statsOf(lockPath);
    if (stats === undefined) return "free";
    if (stats.isDirectory()) return isAbandonedFolder(lockPath, stats) ? "dead" : "live";
    if (!stats.isFile()) return "foreign";
    const named = holder.safeParse(parseJson(contentOf(lockPath, stats)));
    const isDead = named.success ? isDeadProcess(named.data) : isOlderThan(stats, NAMELESS_STALE_MS);
    return isDead ? "dead" : "live";
  },
  identityOf(lockPath) {
    const stats = statsOf(lockPath);
    return stats?.isFile() ? `${stats.ino}:${contentOf(lockPath, stats)}` : undefined;
  },
};

/** An empty folder that an older skill has left. If reading it fails, it has become a new lock. */
function isAbandonedFolder(lockPath: string, stats: Stats): boolean {
  if (!isOlderThan(stats, HOST_STALE_MS)) return false;
  try {
    return readdirSync(lockPath).length === 0;
  } catch {
    return false;
  }
}

function contentOf(lockPath: string, stats: Stats): string {
  try {
    return stats.size > MAX_LOCK_BYTES ? "" : readFileSync(lockPath, "utf8");
  } catch {
    return "";
  }
}

/** A process that this user may not signal is alive. */
function isDeadProcess({ pid, starttime }: z.infer<typeof holder>): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (isErrno(error, "ESRCH")) return true;
  }
  const running = processOf(pid);
  if (running === undefined) return false;
  return running.state === "Z" || (starttime !== undefined && running.starttime !== starttime);
}

/**
 * Reads Linux's `/proc` (proc(5), fields 3 and 22, after a name that may contain anything). Returns undefined on
 * other systems.
 */
function processOf(pid: number): { readonly state: string; readonly starttime: number } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    return { state: fields[0] ?? "", starttime: Number(fields[19]) };
  } catch {
    return undefined;
  }
}

const PRIVATE_FILE = 0o600;
const LOCK_ENDING = /\.lock(?:\.takeover)*$/;

export interface MadeLock {
  readonly ino: number;
  readonly content: string;
}

/**
 * Throws EEXIST if the name is taken. The file is written beside its place and moved there by a hard link, because a
 * process that is killed during the write would leave a lock without a holder, for which others would wait.
 * `contentAt` gets the file's time by the clock of the disk.
 */
export function makeLockFile(lockPath: string, pid: number, contentAt: (made: Date) => string): MadeLock {
  // A waiter tries every few milliseconds, so nothing is written while the lock is held.
  if (lstatSync(lockPath, { throwIfNoEntry: false })) throw Object.assign(new Error("EEXIST"), { code: "EEXIST" });
  // The next write of the locked file removes leftovers with such names.
  const beside = `${lockPath.replace(LOCK_ENDING, "")}.codex-auth-lock-${pid}.tmp`;
  rmSync(beside, { force: true });
  try {
    const made = writeNew(beside, contentAt);
    return wasLinked(beside, lockPath) ? made : writeNew(lockPath, contentAt);
  } finally {
    // The lock is made, so a leftover that cannot be removed yet must not make it look failed.
    quietly(() => rmSync(beside, { force: true }));
  }
}

/**
 * Returns false if the disk or the system has no hard links, which each says with another code (Android: EACCES). Any
 * other reason also stops the write that follows. Throws EEXIST if the name is taken, and ENOENT if the file is gone.
 */
function wasLinked(existing: string, path: string): boolean {
  try {
    machine.link(existing, path);
    return true;
  } catch (error) {
    if (isErrno(error, "EEXIST") || isErrno(error, "ENOENT")) throw error;
    return false;
  }
}

function writeNew(path: string, contentAt: (made: Date) => string): MadeLock {
  const descriptor = openSync(path, "wx", PRIVATE_FILE);
  try {
    const { ino, mtime } = fstatSync(descriptor);
    const content = contentAt(mtime);
    writeFileSync(descriptor, content);
    return { ino, content };
  } catch (error) {
    // The disk is full. Without this removal some hosts would wait forever for a lock that names no holder.
    unlinkSync(path);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/** A living holder renews its lock well within this time, so an older lock is dead, whichever process it names. */
const OWN_STALE_MS = 6_000;

/**
 * The lock of our own files names its holder, so that the lock of a killed process is taken over immediately. A
 * folder, the documented form of proper-lockfile, is respected and goes stale after the same time.
 */
export const OWN_LOCK: LockFormat = {
  ...FILE_LOCK,
  renewalMs: 1_500,
  judge(lockPath) {
    const stats = statsOf(lockPath);
    const judgement = FILE_LOCK.judge(lockPath);
    const isForgotten = judgement === "live" && stats !== undefined && isOlderThan(stats, OWN_STALE_MS);
    return isForgotten ? "dead" : judgement;
  },
};

/**
 * A host's file is locked in the host's own format, so that the host and this plugin exclude each other: a folder up
 * to 2026.2.12, a file from 2026.2.17.
 */
export const HOST_LOCKS = { folder: folderLock(HOST_STALE_MS, 10_000), file: FILE_LOCK } as const;
