/**
 * Makes one temporary folder for a whole test run, and removes it at the end. The processes of a run that hold the tests
 * are killed, so they could not remove their own.
 */
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const folder = mkdtempSync(join(tmpdir(), "codex-auth-run-"));
// Some tests run a program as another user.
chmodSync(folder, 0o711);
process.env["TMPDIR"] = folder;
process.on("exit", () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
