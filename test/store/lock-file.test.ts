import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { makeLockFile } from "../../src/store/lock.ts";
import { updatePrivateFile } from "../../src/store/private-file.ts";
import { makeTempDir } from "../support/temp-dir.ts";

const PID = 4242;
let folder: string;
let lockPath: string;
beforeEach(() => {
  folder = makeTempDir("lock-file");
  lockPath = join(folder, "file.json.lock");
});

it("takes its place only when it is whole: a kill before leaves no lock that names nobody", () => {
  let wasThere: boolean | undefined;
  makeLockFile(lockPath, PID, () => {
    wasThere = existsSync(lockPath);
    return "content";
  });
  expect(wasThere).toBe(false);
  expect(readFileSync(lockPath, "utf8")).toBe("content");
  expect([lstatSync(lockPath).mode & 0o777, lstatSync(lockPath).nlink]).toEqual([0o600, 1]);
  expect(readdirSync(folder)).toEqual(["file.json.lock"]);
});

it("is refused where there is one, which stays", () => {
  writeFileSync(lockPath, "theirs");
  expect(() => makeLockFile(lockPath, PID, () => "ours")).toThrow(expect.objectContaining({ code: "EEXIST" }));
  expect([readFileSync(lockPath, "utf8"), readdirSync(folder)]).toEqual(["theirs", ["file.json.lock"]]);
});

it("is refused where one was made meanwhile, which stays", () => {
  const making = () =>
    makeLockFile(lockPath, PID, () => {
      writeFileSync(lockPath, "theirs");
      return "ours";
    });
  expect(making).toThrow(expect.objectContaining({ code: "EEXIST" }));
  expect([readFileSync(lockPath, "utf8"), readdirSync(folder)]).toEqual(["theirs", ["file.json.lock"]]);
});

function failing(): never {
  throw new Error("full");
}

it("leaves nothing behind if it cannot be written", () => {
  expect(() => makeLockFile(lockPath, PID, failing)).toThrow("full");
  expect(readdirSync(folder)).toEqual([]);
});

/** A folder can have none, anywhere: `link` answers EPERM for it, as such a file system does for a file. */
const withoutLinks = (contentAt: () => string) => {
  const beside = join(folder, `file.json.codex-auth-lock-${PID}.tmp`);
  let isFirst = true;
  return () => {
    rmSync(beside, { recursive: true, force: true });
    if (isFirst) mkdirSync(beside);
    isFirst = false;
    return contentAt();
  };
};

describe("on a file system without second names", () => {
  it("is written in its place at once", () => {
    makeLockFile(
      lockPath,
      PID,
      withoutLinks(() => "content"),
    );
    expect([readFileSync(lockPath, "utf8"), lstatSync(lockPath).mode & 0o777]).toEqual(["content", 0o600]);
    expect(readdirSync(folder)).toEqual(["file.json.lock"]);
  });

  it("leaves no lock that names nobody where it cannot be written there", () => {
    const contents = ["content"];
    const once = withoutLinks(() => contents.pop() ?? failing());
    expect(() => makeLockFile(lockPath, PID, once)).toThrow("full");
    expect(readdirSync(folder)).toEqual([]);
  });
});

it("is written beside its own place, whatever the folders above are called", () => {
  const inside = join(folder, "a.lock", "file.json.lock");
  mkdirSync(join(folder, "a.lock"));
  let names: readonly string[] = [];
  makeLockFile(inside, PID, () => {
    names = readdirSync(join(folder, "a.lock"));
    return "content";
  });
  expect(names).toEqual([`file.json.codex-auth-lock-${PID}.tmp`]);
});

it("is not stopped by what a killed process of the same number left", () => {
  writeFileSync(join(folder, `file.json.codex-auth-lock-${PID}.tmp`), "half");
  makeLockFile(lockPath, PID, () => "content");
  expect([readFileSync(lockPath, "utf8"), readdirSync(folder)]).toEqual(["content", ["file.json.lock"]]);
});

it("what a killed process left beside goes with the next write", async () => {
  writeFileSync(join(folder, `file.json.codex-auth-lock-${PID}.tmp`), "half");
  await updatePrivateFile(join(folder, "file.json"), 100, () => ({ result: undefined, next: "new" }));
  expect(readdirSync(folder)).toEqual(["file.json"]);
});
