/** Temporary folders that go when the test process ends, unless it is killed. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const made = new Set<string>();
process.on("exit", () => {
  for (const folder of made) removeTempDir(folder);
});

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
