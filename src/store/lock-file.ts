/** Makes the file of a lock, whole from its first moment on. */
import { closeSync, fstatSync, linkSync, lstatSync, openSync, rmSync, unlinkSync, writeFileSync } from "node:fs";

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
