/**
 * Makes one temporary folder for a whole test run, and removes it at the end. The processes that run the tests are killed,
 * so they could not remove their own. vitest loads its configuration, and so this file, once for each project.
 */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

const PREFIX = "codex-auth-run-";

if (!basename(tmpdir()).startsWith(PREFIX)) {
  const folder = mkdtempSync(join(tmpdir(), PREFIX));
  // Some tests run a program as another user.
  chmodSync(folder, 0o711);
  process.env["TMPDIR"] = folder;
  process.on("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
}
