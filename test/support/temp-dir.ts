/** Temporary folders. All are in the folder of the run, which `run-folder.ts` removes. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made = new Set<string>();

/** A new folder of ours alone (0700). */
export function makeTempDir(name: string): string {
  const folder = mkdtempSync(join(tmpdir(), `codex-auth-${name}-`));
  made.add(folder);
  return folder;
}

/** Removes a folder made here; any other path is left alone. */
export function removeTempDir(folder: string): void {
  if (!made.delete(folder)) return;
  rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
}
