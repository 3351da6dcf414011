/** What takes the locked file its time: the tests here wait side by side. */
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { describe, expect, it, type TestContext } from "vitest";
import { CodexAuthError } from "../../src/errors.ts";
import { readPrivateFile, updatePrivateFile } from "../../src/store/private-file.ts";
import { NODE } from "../support/host.ts";
import { killTree, spawnOwned } from "../support/owned-process.ts";

const repository = new URL("../../", import.meta.url).pathname;
const CHILD = join(repository, "test/store/private-file-child.ts");
const MAX_BYTES = 64 * 1024;
const IS_ROOT = process.getuid?.() === 0;
/** Anybody but us. */
const NOBODY = 65_534;

function newFolder({ onTestFinished }: TestContext): string {
  const base = mkdtempSync(join(tmpdir(), "codex-auth-wait-"));
  chmodSync(base, 0o755);
  onTestFinished(() => rmSync(base, { recursive: true, force: true }));
  return join(base, "private");
}

const write = (path: string, content: string) =>
  updatePrivateFile(path, MAX_BYTES, (before) => ({ result: before, next: content }));

/** A process that is in its edit, and so holds the lock. */
async function startHolder(path: string) {
  const child = spawnOwned(NODE, [CHILD, "hold", path], { env: { PATH: "/usr/bin:/bin" }, cwd: repository });
  for await (const line of createInterface({ input: child.stdout })) if (line === "held") return child;
  throw new Error("the holder ended");
}

describe.concurrent("the locked file", () => {
  it("recovers from a killed holder within ten seconds, and has nothing of what that one had not written", async (test) => {
    const path = join(newFolder(test), "file.json");
    await write(path, "before");
    killTree(await startHolder(path));
    const startedAt = performance.now();
    expect(await write(path, "after")).toBe("before");
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(await readPrivateFile(path, MAX_BYTES)).toBe("after");
  });

  it("is given up on after a bounded time while its holder lives", async (test) => {
    const path = join(newFolder(test), "file.json");
    await write(path, "before");
    const holder = await startHolder(path);
    // Blocked as it is it cannot renew its lock, so the test does.
    const renew = setInterval(() => utimesSync(`${path}.lock`, new Date(), new Date()), 500);
    const waiting = write(path, "x");
    await expect(waiting).rejects.toThrow(new CodexAuthError("pending-locked"));
    clearInterval(renew);
    killTree(holder);
  });

  it("says that a read-only folder cannot be written", async (test) => {
    const folder = newFolder(test);
    mkdirSync(folder);
    // Root may write anywhere, so somebody else tries.
    const who = IS_ROOT ? { uid: NOBODY, gid: NOBODY } : {};
    if (IS_ROOT) chownSync(folder, NOBODY, NOBODY);
    chmodSync(folder, 0o500);
    const child = spawn(NODE, [CHILD, "write", join(folder, "file.json"), "x"], who);
    let said = "";
    for await (const line of createInterface({ input: child.stdout })) said = line;
    expect(said).toBe("pending-unwritable");
  });
});
