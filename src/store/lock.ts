/** Locks between processes, through proper-lockfile: taken in a bounded time, given back, and taken from the dead. */
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
import * as z from "../schema.ts";
import { systemClock } from "../system.ts";

/** How long a caller waits for others: twice what a dead holder of our own can cost, in small steps. */
export const MAX_WAIT_MS = 12_000;
const WAIT_STEP_MS = 20;
/** Never reached: `removeDeadLock` is what takes a dead holder's lock away. */
const NEVER_STALE_MS = Number.MAX_SAFE_INTEGER;

export interface HeldLock {
  /** False once somebody else took the lock away, however that came about. */
  isStillOurs(): boolean;
  /** Never throws, and takes nobody else's lock away. */
  release(): Promise<void>;
}

/**
 * Takes `<path>.lock`, waiting a bounded time for others, those of this process included. Throws the file system's
 * errors where the lock cannot be made.
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
      // ENOENT: the lock was taken away between its making and its first use. Whoever lost it had nothing yet.
      if (!isErrno(error, "ELOCKED") && !isErrno(error, "ENOENT")) throw error;
      if (waitedMs >= waitMs && isErrno(error, "ENOENT")) throw error;
      if (waitedMs >= waitMs) return "busy";
    }
    await new Promise((resolve) => setTimeout(resolve, WAIT_STEP_MS));
  }
}

async function lockOnce(path: string, lockPath: string, format: LockFormat): Promise<HeldLock> {
  // Of what was made, not of what is there once proper-lockfile is done: that could be the lock of whoever robbed us.
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
    // The default throws from a timer and would take the gateway down; a lost lock is seen by its identity instead.
    onCompromised: () => undefined,
    fs: fileSystemOf(make, removeOurs),
  });
  return {
    isStillOurs,
    async release() {
      await release().catch(() => undefined);
      // proper-lockfile gives up, and leaves, a lock whose time anybody else has changed. Ours would outlive us.
      quietly(removeOurs);
    },
  };
}

/** What cannot even be looked at, such as one whose folder has become a file, is not ours any more. */
function identityIn(lockPath: string, format: LockFormat): string | undefined {
  try {
    return format.identityOf(lockPath);
  } catch {
    return undefined;
  }
}

/** What proper-lockfile needs of `fs`, with the format's own making and removing in place of folders. */
function fileSystemOf(make: () => void, removeOurs: () => void) {
  return {
    mkdir: (_lockPath: string, done: Done) => settle(make, done),
    rmdir: (_lockPath: string, done: Done) => settle(removeOurs, done),
    rmdirSync: removeOurs,
    // Of the lock alone: a link that has taken its place meanwhile leads to somebody's file.
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
 * Takes a dead holder's lock away, one process at a time. proper-lockfile would let two waiters judge the same lock
 * dead, and the second remove what the first has just taken; so whoever removes must hold the guard, and look again.
 * Look and removal are one step: the host heeds no guard, and could put its own lock there between the two.
 * A guard is a lock itself, of a process that may have died as well, and is taken away in no other way.
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
    // Somebody else was faster; the next look tells.
  }
}

/** What a lock is on the disk: that of our own files, and the two formats of hosts that keep profiles in a file. */

/** A folder of an old proper-lockfile where the host wants a file, and the host's own age limit for one. */
const HOST_STALE_MS = 30_000;
/** A host writes its number right after it has made the file; one that is still empty after this never will. */
const NAMELESS_STALE_MS = 10_000;
const MAX_LOCK_BYTES = 64 * 1024;
const MAX_PID = 2 ** 31 - 1;

/** `foreign`: nothing that could ever be given back by whoever is thought to hold it. */
export type Judgement = "free" | "live" | "dead" | "foreign";

export interface LockFormat {
  readonly renewalMs: number;
  /** Gives the identity of what it made. Throws EEXIST where there is a lock, dead or alive. */
  make(lockPath: string): string;
  remove(lockPath: string): void;
  judge(lockPath: string): Judgement;
  /** Differs for a lock that was removed and made again, even where the disk gives it the same number. */
  identityOf(lockPath: string): string | undefined;
}

export function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}

function statsOf(path: string): Stats | undefined {
  return lstatSync(path, { throwIfNoEntry: false });
}

/** A lock from the future is as old: its holder died before the clock was set back. */
function isOlderThan(stats: Stats, ageMs: number): boolean {
  return Math.abs(systemClock.nowMs() - stats.mtimeMs) > ageMs;
}

/** proper-lockfile's own format: a folder whose holder renews its time. */
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

/** What such a host writes into its lock; `starttime` by 2026.5.28, to tell a number that is used again. */
const holder = z.looseObject({
  pid: z.int().check(z.positive(), z.maximum(MAX_PID)),
  starttime: z.optional(z.number()),
});

/** A file that names its holder: the lock of hosts from 2026.2.17 on. A folder there would stop their every write. */
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

/**
 * What a skill of old left behind that locked such a host's file in proper-lockfile's way. One that has become a file
 * between the two looks is somebody's new lock.
 */
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

/** Whether nobody of that number runs, or somebody else by now. A process we may not signal is alive. */
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

/** After this long a lock of our own is nobody's, whoever it names; a living holder renews it before. */
const OWN_STALE_MS = 6_000;

/** The lock of our own files: a crashed holder's is taken away at once, by the number it names. */
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

/** The host's own lock, so that it and we exclude each other: a folder up to 2026.2.12, a file from 2026.2.17. */
export const HOST_LOCKS = { folder: folderLock(HOST_STALE_MS, 10_000), file: FILE_LOCK } as const;

/** Makes the file of a lock, whole from its first moment on. */

const PRIVATE_FILE = 0o600;
/** What a file system answers that has no second names for a file. */
const NO_LINKS: ReadonlySet<unknown> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EXDEV"]);

/** Of a lock, and of the guards of one. */
const LOCK_ENDING = /\.lock(?:\.takeover)*$/;

const codeOf = (error: unknown) => (error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined);

/** The file's number on the disk, and what was written into it. */
export interface MadeLock {
  readonly ino: number;
  readonly content: string;
}

/**
 * Throws EEXIST where there is something of that name. Written beside its place and put there by a second name: a
 * process that is killed in between would leave a lock that names nobody, and everybody would wait for its age.
 * `contentAt` is given the time of the file, of the disk's own clock.
 */
export function makeLockFile(lockPath: string, pid: number, contentAt: (made: Date) => string): MadeLock {
  // Not even begun while somebody holds it, for this is asked again every few milliseconds.
  if (lstatSync(lockPath, { throwIfNoEntry: false })) throw Object.assign(new Error("EEXIST"), { code: "EEXIST" });
  // A name that the next write of the locked file takes away as a leftover, of a host's file too.
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
    // On a full disk. A lock that names nobody would be waited for, by some hosts for ever.
    unlinkSync(path);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}
