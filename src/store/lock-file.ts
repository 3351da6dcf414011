/** Makes the file of a lock, whole from its first moment on. */
import { closeSync, fstatSync, linkSync, lstatSync, openSync, rmSync, unlinkSync, writeFileSync } from "node:fs";

const PRIVATE_FILE = 0o600;
/** What a file system answers that has no second names for a file. */
const NO_LINKS: ReadonlySet<unknown> = new Set(["EPERM", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EMLINK", "EXDEV"]);

const codeOf = (error: unknown) => (error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined);

/**
 * Throws EEXIST where there is something of that name. Written beside its place and put there by a second name: a
 * process that is killed in between would leave a lock that names nobody, and everybody would wait for its age.
 * `contentAt` is given the time of the file, of the disk's own clock.
 */
export function makeLockFile(lockPath: string, pid: number, contentAt: (made: Date) => string): void {
  // Not even begun while somebody holds it, for this is asked again every few milliseconds.
  if (lstatSync(lockPath, { throwIfNoEntry: false })) throw Object.assign(new Error("EEXIST"), { code: "EEXIST" });
  // A name that the next write of the locked file takes away as a leftover, of a host's file too.
  const beside = `${lockPath.replace(/\.lock$/, "")}.codex-auth-lock-${pid}.tmp`;
  rmSync(beside, { force: true });
  try {
    writeNew(beside, contentAt);
    linkSync(beside, lockPath);
  } catch (error) {
    if (!NO_LINKS.has(codeOf(error))) throw error;
    writeNew(lockPath, contentAt);
  } finally {
    rmSync(beside, { force: true });
  }
}

function writeNew(path: string, contentAt: (made: Date) => string): void {
  const descriptor = openSync(path, "wx", PRIVATE_FILE);
  try {
    writeFileSync(descriptor, contentAt(fstatSync(descriptor).mtime));
  } catch (error) {
    // On a full disk. A lock that names nobody would be waited for, by some hosts for ever.
    unlinkSync(path);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}
