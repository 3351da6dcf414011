/** What a lock is on the disk: that of our own files, and the two formats of hosts that keep profiles in a file. */
import { lstatSync, mkdirSync, readdirSync, readFileSync, rmdirSync, unlinkSync, type Stats } from "node:fs";
import { systemClock } from "../clock.ts";
import * as z from "../schema.ts";
import { makeLockFile } from "./lock-file.ts";

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
