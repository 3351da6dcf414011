/**
 * What differs between machines and their disks: the platform, the user, and the calls that some of them refuse. Nothing
 * else in `src` asks for them, so that a test can set single members (`test/support/machines.ts`).
 */
import { linkSync, renameSync, unlinkSync } from "node:fs";
import { chmod } from "node:fs/promises";

export interface Machine {
  platform: NodeJS.Platform;
  /** Returns undefined on Windows, where a file has neither an owner nor a mode. */
  userId(): number | undefined;
  modeOf(stats: { readonly mode: number | bigint }): number;
  chmod(path: string, mode: number): Promise<void>;
  link(existing: string, path: string): void;
  rename(from: string, to: string): void;
  unlink(path: string): void;
}

export const machine: Machine = {
  platform: process.platform,
  userId: () => process.getuid?.(),
  modeOf: ({ mode }) => Number(mode) & 0o777,
  chmod: (path, mode) => chmod(path, mode),
  link: (existing, path) => linkSync(existing, path),
  rename: (from, to) => renameSync(from, to),
  unlink: (path) => unlinkSync(path),
};

const HELD_CODES: ReadonlySet<unknown> = new Set(["EPERM", "EACCES", "EBUSY"]);

/**
 * Windows refuses to replace, remove or make a file while another program, such as a virus scanner, has that name open.
 * The same call succeeds a moment later.
 */
export function isHeldOpen(error: unknown): boolean {
  return (
    machine.platform === "win32" && error instanceof Error && HELD_CODES.has((error as NodeJS.ErrnoException).code)
  );
}
