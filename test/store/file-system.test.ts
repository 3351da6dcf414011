import { existsSync, lstatSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { makeFolder } from "../../src/store/private-file.ts";
import { makeTempDir } from "../support/temp-dir.ts";

let base: string;
beforeEach(() => {
  base = makeTempDir("file-system");
});

describe("makeFolder", () => {
  it("makes those above too, and lets nobody else enter any of them", async () => {
    await makeFolder(join(base, "a/b/c"));
    const modes = ["a", "a/b", "a/b/c"].map((path) => lstatSync(join(base, path)).mode & 0o777);
    expect(modes).toEqual([0o700, 0o700, 0o700]);
  });

  it("leaves one that is there as it is", async () => {
    await makeFolder(join(base, "a"));
    writeFileSync(join(base, "a/file"), "theirs");
    await makeFolder(join(base, "a"));
    expect(readFileSync(join(base, "a/file"), "utf8")).toBe("theirs");
  });

  it("makes one folder for all who ask at once", async () => {
    await Promise.all(Array.from({ length: 8 }, () => makeFolder(join(base, "a/b/c"))));
    expect(lstatSync(join(base, "a/b/c")).isDirectory()).toBe(true);
  });

  it("makes nothing under a file, and says why", async () => {
    writeFileSync(join(base, "file"), "theirs");
    await expect(makeFolder(join(base, "file/a"))).rejects.toMatchObject({ code: "ENOTDIR" });
    expect(readFileSync(join(base, "file"), "utf8")).toBe("theirs");
  });

  // Node's own recursive one never comes back from there.
  it.runIf(existsSync("/proc/self"))("ends where no folder can be made, though all above are there", async () => {
    await expect(makeFolder("/proc/nothing/a")).rejects.toMatchObject({ code: "ENOENT" });
  });
});
