/** The host's own files: whose they must be, and what stops a write. */
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { CodexAuthError, SILENT_LOG } from "../../src/errors.ts";
import { keepCorruptCopy, readHostFile, underHostLock } from "../../src/store/host-file.ts";
import { makeTempDir } from "../support/temp-dir.ts";

const MAX_BYTES = 64 * 1024;

let base: string;
let folder: string;
let path: string;

beforeEach(() => {
  base = makeTempDir("host-file");
  folder = join(base, "agent");
  path = join(folder, "auth-profiles.json");
});

const hosts = () => ({ path, lock: "file", waitMs: 0 }) as const;

describe("a host's file", () => {
  it("has its folder made for us alone", async () => {
    await underHostLock(hosts(), async () => undefined);
    expect([statSync(folder).mode & 0o777, readdirSync(folder)]).toEqual([0o700, []]);
  });

  it("is locked for us if the lock is a link, which stays", async () => {
    mkdirSync(folder);
    symlinkSync(join(base, "nothing"), `${path}.lock`);
    const locked = underHostLock(hosts(), async () => undefined);
    await expect(locked).rejects.toThrow(new CodexAuthError("store-locked"));
  });

  it("is reported as not writable if no file can be created beside it", async () => {
    mkdirSync(`${path}.codex-auth-${process.pid}.tmp`, { recursive: true });
    const replaced = underHostLock(hosts(), (replace) => replace([{ path: path, content: "{}" }]));
    await expect(replaced).rejects.toThrow(new CodexAuthError("store-write-failed"));
    expect(existsSync(path)).toBe(false);
  });

  it("is not changed if two of them are one file", async () => {
    mkdirSync(folder);
    writeFileSync(path, "before");
    symlinkSync(path, join(folder, "auth-state.json"));
    const two = [
      { path: join(folder, "auth-state.json"), content: "state" },
      { path, content: "profiles" },
    ];
    const replaced = underHostLock(hosts(), (replace) => replace(two));
    await expect(replaced).rejects.toThrow(new CodexAuthError("store-write-failed"));
    expect([readFileSync(path, "utf8"), readdirSync(folder).toSorted()]).toEqual([
      "before",
      ["auth-profiles.json", "auth-state.json"],
    ]);
  });

  it("is copied beside one that is longer", async () => {
    mkdirSync(folder);
    writeFileSync(path, "{");
    writeFileSync(`${path}.codex-auth-corrupt-1`, "longer");
    await keepCorruptCopy(path, Buffer.from("{"), SILENT_LOG);
    expect(readdirSync(folder)).toHaveLength(3);
  });

  it.runIf(existsSync("/proc/self/fd"))("needs a folder that can be made", async () => {
    const nowhere = { ...hosts(), path: "/proc/nothing/here/auth-profiles.json" };
    await expect(underHostLock(nowhere, async () => 1)).rejects.toThrow(new CodexAuthError("store-write-failed"));
  });

  it.runIf(existsSync("/proc/self/fd"))("is not left open", async () => {
    await underHostLock(hosts(), (replace) => replace([{ path, content: "{}" }]));
    const before = readdirSync("/proc/self/fd").length;
    for (let times = 0; times < 3; times += 1) await readHostFile(path, MAX_BYTES);
    expect(readdirSync("/proc/self/fd").length).toBe(before);
  });
});
