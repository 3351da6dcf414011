/**
 * Locks between processes: taken in a bounded time, renewed while they are held, given back, and taken over from dead holders.
 * proper-lockfile renews the lock and removes it when the process ends. Its folder and its takeover are not used as documented,
 * because two waiters may both remove one stale folder and then both hold the lock: a claim could be lost, and its code sent
 * twice (RISK.md, promise 3).
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
  linkSync,
  openSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { lock } from "proper-lockfile";
import { isErrno } from "../errors.ts";
import * as z from "zod/mini";
import { systemClock } from "../system.ts";

/** How long a caller waits for others: twice the time after which our own lock is stale. */
export const MAX_WAIT_MS = 12_000;
const WAIT_STEP_MS = 20;
/** Never reached: `removeDeadLock` removes the lock of a dead holder. */
const NEVER_STALE_MS = Number.MAX_SAFE_INTEGER;

export interface HeldLock {
  /** Returns false once another process has taken the lock away. */
  isStillOurs(): boolean;
  /** Never throws, and never removes the lock of another holder. */
  release(): Promise<void>;
}

/**
 * Takes `<path>.lock`. Waits up to `waitMs` for other holders, also those of this process. Throws the file system's error if
 * the lock cannot be made.
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
      // ENOENT: the lock was removed between its making and its first use. Nothing has been done under it.
      if (!isErrno(error, "ELOCKED") && !isErrno(error, "ENOENT")) throw error;
      if (waitedMs >= waitMs && isErrno(error, "ENOENT")) throw error;
      if (waitedMs >= waitMs) return "busy";
    }
    await new Promise((resolve) => setTimeout(resolve, WAIT_STEP_MS));
  }
}

async function lockOnce(path: string, lockPath: string, format: LockFormat): Promise<HeldLock> {
  // The identity of what was made. What is there once proper-lockfile is done could be the lock of another process.
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
    // The default throws from a timer and would end the gateway. A lost lock is recognised by its identity instead.
    onCompromised: () => undefined,
    fs: fileSystemOf(make, removeOurs),
  });
  return {
    isStillOurs,
    async release() {
      await release().catch(() => undefined);
      // proper-lockfile leaves a lock whose time something else has changed. It would outlive this process.
      quietly(removeOurs);
    },
  };
}

function identityIn(lockPath: string, format: LockFormat): string | undefined {
  try {
    return format.identityOf(lockPath);
  } catch {
    return undefined;
  }
}

/** What proper-lockfile needs of `fs`, with the making and removing of the format in place of folders. */
function fileSystemOf(make: () => void, removeOurs: () => void) {
  return {
    mkdir: (_lockPath: string, done: Done) => settle(make, done),
    rmdir: (_lockPath: string, done: Done) => settle(removeOurs, done),
    rmdirSync: removeOurs,
    // Not `stat` and `utimes`: a link in the place of the lock would lead to another file (RISK.md, promise 22).
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
 * Removes the lock of a dead holder, one process at a time: the process that removes it must hold the guard and judge the lock
 * again. Judgement and removal are one step, because the host does not respect the guard and could put its own lock there in
 * between. A guard is a lock itself; a guard whose holder has died is removed in the same way.
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
    // Another process was faster. The next look shows what is there.
  }
}

/* What a lock is on the disk. */

/** The host's own age limit for its lock. */
const HOST_STALE_MS = 30_000;
/** A host writes its process number right after it has made the file. A file that is still empty after this is stale. */
const NAMELESS_STALE_MS = 10_000;
const MAX_LOCK_BYTES = 64 * 1024;
const MAX_PID = 2 ** 31 - 1;

/** `foreign`: a link or the like, which no holder of a lock makes. */
export type Judgement = "free" | "live" | "dead" | "foreign";

export interface LockFormat {
  readonly renewalMs: number;
  /** Returns the identity of what it made. Throws EEXIST if there is a lock, dead or alive. */
  make(lockPath: string): string;
  remove(lockPath: string): void;
  judge(lockPath: string): Judgement;
  /** Differs for a lock that was removed and made again, even if the disk gives it the same number. */
  identityOf(lockPath: string): string | undefined;
}

function statsOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** A lock from the future counts as old: its holder died before the clock was set back. */
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

/** What a host writes into its lock. `starttime` (from 2026.5.28) tells a process number that is used again. */
const holder = z.looseObject({
  pid: z.int().check(z.positive(), z.maximum(MAX_PID)),
  starttime: z.optional(z.number()),
});

/** A file that names its holder: the lock of hosts from 2026.2.17. A folder in its place would stop every write of theirs. */
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
  remove: (lockPath) => (statsOf(lockPath)?.isDirectory() ? rmdirSync(lockPath) : unlinkSync(lockPath)),
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

/** A folder that an older skill left there. One that has become a file between the two looks is a new lock. */
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

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whether no process has that number, or another one has it now. A process that we may not signal is alive. */
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

/** From Linux's `/proc` (proc(5): fields 3 and 22, after a name that may hold anything); elsewhere undefined. */
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
/** The answers of a file system that has no hard links. */
const NO_LINKS: ReadonlySet<unknown> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EXDEV"]);

/** The ending of a lock and of its guards. */
const LOCK_ENDING = /\.lock(?:\.takeover)*$/;

const codeOf = (error: unknown) => (error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined);

export interface MadeLock {
  readonly ino: number;
  readonly content: string;
}

/**
 * Throws EEXIST if there is something of that name. The file is written beside its place and put there by a hard link, because
 * a process that is killed while it writes would leave a lock that names no holder, and others would wait until it is stale.
 * `contentAt` gets the time of the file, by the clock of the disk.
 */
export function makeLockFile(lockPath: string, pid: number, contentAt: (made: Date) => string): MadeLock {
  // A waiter asks every few milliseconds: nothing is written while the lock is held.
  if (lstatSync(lockPath, { throwIfNoEntry: false })) throw Object.assign(new Error("EEXIST"), { code: "EEXIST" });
  // The next write of the locked file removes files of such names as leftovers.
  const beside = `${lockPath.replace(LOCK_ENDING, "")}.codex-auth-lock-${pid}.tmp`;
  rmSync(beside, { force: true });
  try {
    const made = writeNew(beside, contentAt);
    linkSync(beside, lockPath);
    return made;
  } catch (error) {
    if (!NO_LINKS.has(codeOf(error))) throw error;
    return writeNew(lockPath, contentAt);
  } finally {
    rmSync(beside, { force: true });
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
    // The disk is full. Some hosts would wait for a lock without a holder forever.
    unlinkSync(path);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/* The lock of our own files. */

/** A living holder renews its lock well within this time, so an older lock has no holder, whichever process it names. */
const OWN_STALE_MS = 6_000;

/**
 * A file that names its holder, so that the lock of a killed process is taken over immediately. A folder, the documented form
 * of proper-lockfile, is respected and goes stale after the same time.
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

/* The lock of a host's file: the host's own format, so that the host and this plugin exclude each other. */

/** A folder up to 2026.2.12, a file from 2026.2.17. */
export const HOST_LOCKS = { folder: folderLock(HOST_STALE_MS, 10_000), file: FILE_LOCK } as const;
