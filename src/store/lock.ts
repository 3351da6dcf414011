/** Locks between processes, through proper-lockfile: taken in a bounded time, given back, and taken from the dead. */
import { lstat, lutimes } from "node:fs";
import { lock } from "proper-lockfile";
import { FILE_LOCK, isErrno, type Judgement, type LockFormat } from "./lock-format.ts";

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
