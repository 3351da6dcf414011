/** On a real file system and between real processes, which take the file more than 10 seconds. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CodexAuthError, type ErrorCode } from "../../src/errors.ts";
import { acquireLock, OWN_LOCK } from "../../src/store/lock.ts";
import {
  createPrivateReader,
  fileExists,
  makeFolder,
  readPrivateFile,
  updatePrivateFile,
} from "../../src/store/private-file.ts";
import { NODE } from "../support/host.ts";
import { killTree, spawnOwned } from "../support/owned-process.ts";
import { makeTempDir } from "../support/temp-dir.ts";

const repository = new URL("../../", import.meta.url).pathname;
const CHILD = join(repository, "test/store/private-file-child.ts");
const SLOW_LOCKS = join(repository, "test/store/slow-locks.ts");
const MAX_BYTES = 64 * 1024;
const IS_ROOT = process.getuid?.() === 0;
/** Another user. */
const NOBODY = 65_534;

let base: string;
let folder: string;
let path: string;

beforeEach(() => {
  base = makeTempDir("file");
  folder = join(base, "private");
  path = join(folder, "file.json");
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

const write = (content: string) => updatePrivateFile(path, MAX_BYTES, () => ({ result: undefined, next: content }));
const read = () => readPrivateFile(path, MAX_BYTES);
const refusal = (code: ErrorCode) => new CodexAuthError(code);
const modeOf = (place: string) => (lstatSync(place).mode & 0o777).toString(8);

/** A file such as we would have written, for tests that then spoil one thing. */
function plant(content = "planted", mode = 0o600): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(path, content, { mode });
  chmodSync(path, mode);
}

function startChild(task: string, argument = "", options: readonly string[] = []) {
  return spawnOwned(NODE, [...options, CHILD, task, path, argument], {
    env: { PATH: "/usr/bin:/bin" },
    cwd: repository,
  });
}

async function lastLineOf(child: ReturnType<typeof startChild>): Promise<string> {
  let last = "nothing";
  for await (const line of createInterface({ input: child.stdout })) last = line;
  return last;
}

/** Root may write anywhere, so somebody else tries. */
function writeAsNobody(command = 'exec "$0" "$@"', text = "x") {
  const who = IS_ROOT ? { uid: NOBODY, gid: NOBODY } : {};
  const result = spawnSync("/bin/sh", ["-c", command, NODE, CHILD, "write", path, text], { encoding: "utf8", ...who });
  return result.stdout.trim() || result.stderr;
}

function giveToNobody(mode: number): void {
  chmodSync(base, 0o755);
  mkdirSync(folder, { mode: 0o700 });
  if (IS_ROOT) chownSync(folder, NOBODY, NOBODY);
  chmodSync(folder, mode);
}

const ownTemporary = () => `${path}.${process.pid}.tmp`;

const addOne = (content: string | undefined) => ({ result: undefined, next: String(Number(content ?? "0") + 1) });
const addOnes = (times: number) =>
  Promise.all(Array.from({ length: times }, () => updatePrivateFile(path, MAX_BYTES, addOne)));

/** As a process leaves it that was killed: a lock, or a guard, that names nobody who lives. */
function leaveDead(ending: ".lock" | ".lock.takeover"): void {
  const { pid } = spawnSync("/bin/true");
  writeFileSync(path + ending, JSON.stringify({ pid, createdAt: new Date().toISOString() }), { mode: 0o600 });
}

/** Stops us for so long (a suspended machine, a blocked event loop) that another process takes the lock over. */
function letAnotherWrite(): void {
  utimesSync(`${path}.lock`, new Date(0), new Date(0));
  spawnSync(NODE, [CHILD, "write", path, "theirs"]);
}

const overtaken = () =>
  updatePrivateFile(path, MAX_BYTES, () => {
    letAnotherWrite();
    return { result: undefined, next: "ours" };
  });

const WHOLE = /^(?:a{4096}|b{4096})$/;

/** Reads again and again while 40 writes replace the file: the kinds of what was read. */
async function readWhileWriting(): Promise<ReadonlySet<string>> {
  const texts = ["a".repeat(4096), "b".repeat(4096)] as const;
  await write(texts[0]);
  const seen = new Set<string>();
  const writing = { isOver: false };
  const readOn = async (): Promise<void> => {
    while (!writing.isOver) {
      const found = await read().catch((error: CodexAuthError) => error.code);
      seen.add(WHOLE.test(found ?? "") ? "whole" : (found ?? "nothing"));
    }
  };
  const readers = [readOn(), readOn()];
  for (let index = 0; index < 40; index += 1) await write(texts[index % 2] ?? "");
  writing.isOver = true;
  await Promise.all(readers);
  return seen;
}

/** One update by each of 4 slow processes at once, ten times over what `leave` has left there. */
async function updateAfter(
  leave: () => void,
): Promise<readonly [answers: readonly string[], count: string | undefined]> {
  const children = Array.from({ length: 4 }, () => startChild("serve", "", ["--import", SLOW_LOCKS]));
  const answers = children.map((child) => createInterface({ input: child.stdout })[Symbol.asyncIterator]());
  const said = new Set<string>();
  for (let round = 0; round < 10; round += 1) {
    leave();
    for (const child of children) child.stdin.write("go\n");
    for (const answer of await Promise.all(answers.map((lines) => lines.next()))) said.add(String(answer.value));
  }
  for (const child of children) child.stdin.end();
  return [[...said], await read()];
}

/** As a process leaves it that was killed while it took a dead lock over. */
function leaveDeadTakeover(): void {
  leaveDead(".lock");
  leaveDead(".lock.takeover");
}

describe("what is written", () => {
  it("is a private file in a private folder, with nothing beside it", async () => {
    await write("x");
    expect([modeOf(folder), modeOf(path), readdirSync(folder)]).toEqual(["700", "600", ["file.json"]]);
  });

  it("is private under any umask", () => {
    const made = spawnSync("/bin/sh", ["-c", `umask 000; exec "$0" "$@"`, NODE, CHILD, "write", path, "x"], {
      encoding: "utf8",
    });
    expect(made.stdout.trim()).toBe("done");
    expect([modeOf(folder), modeOf(path)]).toEqual(["700", "600"]);
  });

  it("first makes our own folder private", async () => {
    mkdirSync(folder, { mode: 0o777 });
    chmodSync(folder, 0o777);
    await write("x");
    expect(modeOf(folder)).toBe("700");
  });

  it("is read back as it was", async () => {
    await write("a\n\0ü🙂");
    expect(await read()).toBe("a\n\0ü🙂");
  });

  it("is a new file each time, so that a reader of the old one is not disturbed", async () => {
    await write("old");
    const before = lstatSync(path).ino;
    await write("new");
    expect(lstatSync(path).ino).not.toBe(before);
  });

  it("is nothing if the edit returns no content", async () => {
    expect(await updatePrivateFile(path, MAX_BYTES, () => ({ result: 7 }))).toBe(7);
    expect(existsSync(path)).toBe(false);
  });

  it("gives the edit the old content, and the caller the edit's result", async () => {
    await write("before");
    const seen = await updatePrivateFile(path, MAX_BYTES, (content) => ({ result: content, next: "after" }));
    expect([seen, await read()]).toEqual(["before", "after"]);
  });

  it("is unchanged if the edit throws, and the lock is free again", async () => {
    await write("before");
    const failing = updatePrivateFile(path, MAX_BYTES, () => {
      throw new CodexAuthError("internal");
    });
    await expect(failing).rejects.toThrow(new CodexAuthError("internal"));
    await write((await read()) === "before" ? "again" : "lost");
    expect(await read()).toBe("again");
  });
});

interface InsecureRow {
  readonly name: string;
  readonly spoil: () => void;
  readonly onlyAsRoot?: true;
  readonly code?: ErrorCode;
}

/** What could hold somebody else's word, or be somebody else's to read. */
const INSECURE: readonly InsecureRow[] = [
  { name: "a symbolic link to a file of ours", spoil: () => (plant(), replaceByLink("target")) },
  {
    name: "a symbolic link to nothing",
    spoil: () => (plant(), rmSync(path), symlinkSync(join(base, "nothing"), path)),
  },
  { name: "a file with a second name", spoil: () => (plant(), linkSync(path, join(base, "second"))) },
  { name: "a file its group can read", spoil: () => plant("x", 0o640) },
  { name: "a file its group can write", spoil: () => plant("x", 0o620) },
  { name: "a file everybody can read", spoil: () => plant("x", 0o604) },
  { name: "a file everybody can run", spoil: () => plant("x", 0o601) },
  {
    name: "somebody else's file",
    spoil: () => (plant(), chownSync(path, NOBODY, NOBODY)),
    onlyAsRoot: true,
    code: "pending-of-other-user",
  },
  {
    name: "a pipe, which would keep a reader for ever",
    spoil: () => (plant(), rmSync(path), execFileSync("mkfifo", ["-m", "600", path])),
  },
  { name: "a folder", spoil: () => (plant(), rmSync(path), mkdirSync(path, { mode: 0o700 })) },
  { name: "a file past the size limit", spoil: () => plant("x".repeat(MAX_BYTES + 1)) },
];

function replaceByLink(target: string): void {
  const content = readFileSync(path, "utf8");
  rmSync(path);
  writeFileSync(join(base, target), content, { mode: 0o600 });
  symlinkSync(join(base, target), path);
}

describe("a file that cannot be trusted", () => {
  it.each(INSECURE)(
    "is neither read nor given to an edit: $name",
    async ({ spoil, onlyAsRoot, code = "pending-insecure" }) => {
      if (onlyAsRoot && !IS_ROOT) return;
      spoil();
      await expect(read()).rejects.toThrow(refusal(code));
      const edited = updatePrivateFile(path, MAX_BYTES, () => ({ result: "edited", next: "overwritten" }));
      await expect(edited).rejects.toThrow(refusal(code));
    },
  );

  it("stays as it is, behind a link too", async () => {
    plant("theirs");
    replaceByLink("target");
    await write("ours").catch(() => undefined);
    expect([readFileSync(join(base, "target"), "utf8"), lstatSync(path).isSymbolicLink()]).toEqual(["theirs", true]);
  });

  it("does not keep the lock", async () => {
    plant("x", 0o644);
    await write("y").catch(() => undefined);
    chmodSync(path, 0o600);
    await write("z");
    expect(await read()).toBe("z");
  });

  it("is read up to exactly the size limit", async () => {
    plant("x".repeat(MAX_BYTES));
    expect(await read()).toHaveLength(MAX_BYTES);
  });

  it("has no content and gives no error if it is missing", async () => {
    expect(await read()).toBeUndefined();
  });
});

/** Lets the clock say that the file was last changed so long ago. */
function setAge(ageMs: number): void {
  vi.useFakeTimers({ now: Math.ceil(lstatSync(path).ctimeMs) + ageMs, toFake: ["Date"] });
}

describe("createPrivateReader", () => {
  /** Past the steps of any file system's clock. */
  const SETTLED_MS = 2_001;
  let parsed: (string | undefined)[];
  let look: () => Promise<string | undefined>;

  beforeEach(() => {
    parsed = [];
    look = createPrivateReader(path, MAX_BYTES, (content) => {
      parsed.push(content);
      return content;
    });
  });

  afterEach(() => vi.useRealTimers());

  async function rememberPlanted(): Promise<void> {
    plant("planted");
    setAge(SETTLED_MS);
    await look();
    await look();
    expect(parsed).toEqual(["planted"]);
  }

  it("is read once while it stays as it is", rememberPlanted);

  it.each([
    { name: "young, because its next change may have the same time", ageMs: SETTLED_MS - 2 },
    { name: "from the future, because its age is unknown", ageMs: -10 * SETTLED_MS },
  ])("is read again while it is $name", async ({ ageMs }) => {
    plant("planted");
    setAge(ageMs);
    await look();
    await look();
    expect(parsed).toEqual(["planted", "planted"]);
  });

  it.each([
    { name: "replaced", change: () => write("changed") },
    { name: "replaced by as much of something else", change: () => write("PLANTED") },
    { name: "written in place", change: async () => writeFileSync(path, "PLANTED") },
  ])("is read again once it is $name", async ({ change }) => {
    await rememberPlanted();
    await change();
    expect(await look()).toBe(readFileSync(path, "utf8"));
  });

  it("gives no content once the file is gone", async () => {
    await rememberPlanted();
    rmSync(path);
    expect(await look()).toBeUndefined();
  });

  it.each(INSECURE)(
    "refuses a file that becomes insecure: $name",
    async ({ spoil, onlyAsRoot, code = "pending-insecure" }) => {
      if (onlyAsRoot && !IS_ROOT) return;
      await rememberPlanted();
      rmSync(folder, { recursive: true });
      spoil();
      await expect(look()).rejects.toThrow(refusal(code));
    },
  );

  it.each([
    { name: "opened to others", spoil: () => chmodSync(path, 0o604) },
    { name: "given a second name", spoil: () => linkSync(path, join(base, "second")) },
  ])("refuses a file once it was $name in place", async ({ spoil }) => {
    await rememberPlanted();
    spoil();
    await expect(look()).rejects.toThrow(refusal("pending-insecure"));
  });
});

describe("a folder that cannot be trusted", () => {
  it("is refused if it is a symbolic link, and nothing is written behind it", async () => {
    mkdirSync(join(base, "elsewhere"), { mode: 0o700 });
    symlinkSync(join(base, "elsewhere"), folder);
    await expect(write("x")).rejects.toThrow(refusal("pending-insecure"));
    expect(readdirSync(join(base, "elsewhere"))).toEqual([]);
  });

  it.runIf(IS_ROOT)("is refused if another user owns it", async () => {
    mkdirSync(folder, { mode: 0o777 });
    chownSync(folder, NOBODY, NOBODY);
    await expect(write("x")).rejects.toThrow(refusal("pending-of-other-user"));
    expect(readdirSync(folder)).toEqual([]);
  });

  it("gives our own error if it is a file", async () => {
    writeFileSync(folder, "x");
    await expect(write("x")).rejects.toBeInstanceOf(CodexAuthError);
  });
});

describe("a write", () => {
  it("is refused beyond the size limit", async () => {
    await write("x".repeat(MAX_BYTES));
    await expect(write("x".repeat(MAX_BYTES + 1))).rejects.toThrow(refusal("pending-unwritable"));
    expect(await read()).toHaveLength(MAX_BYTES);
  });

  it("is refused if the lock is a link", async () => {
    await write("before");
    symlinkSync(join(base, "nothing"), `${path}.lock`);
    await expect(write("after")).rejects.toThrow(refusal("pending-insecure"));
    expect(await read()).toBe("before");
  });

  it.runIf(existsSync("/proc/self/fd"))("is refused if its folder cannot be made", async () => {
    const nowhere = updatePrivateFile("/proc/nothing/here/file.json", MAX_BYTES, () => ({ result: 1 }));
    await expect(nowhere).rejects.toThrow(refusal("pending-unwritable"));
  });

  it.runIf(existsSync("/proc/self/fd"))("leaves no file open afterwards", async () => {
    await write("x");
    const before = readdirSync("/proc/self/fd").length;
    for (const text of ["a", "b", "c"]) await write(text);
    expect(readdirSync("/proc/self/fd").length).toBe(before);
  });

  it("knows whether a path exists, a link to nothing too", async () => {
    plant();
    symlinkSync(join(base, "nothing"), join(base, "link"));
    const answers = [path, folder, join(base, "link"), join(base, "nothing")].map(fileExists);
    expect(await Promise.all(answers)).toEqual([true, true, true, false]);
  });
});

describe("a place that cannot be written", () => {
  it("is reported if the folder cannot be made, and whose the folder above is", () => {
    chmodSync(base, 0o555);
    expect(writeAsNobody()).toBe(IS_ROOT ? "pending-of-other-user" : "pending-unwritable");
    chmodSync(base, 0o755);
  });

  /** A limit on file size stands in for a full disk: the write fails half-way. 4 blocks of 512 bytes. */
  const LIMITED = `trap '' XFSZ; ulimit -f 4; exec "$0" "$@"`;

  it("on a full disk is reported, keeps the old content and nothing else, and can be written again later", () => {
    giveToNobody(0o700);
    expect(writeAsNobody(LIMITED, "y".repeat(10_000))).toBe("pending-unwritable");
    expect(readdirSync(folder)).toEqual([]);
    expect(writeAsNobody()).toBe("done");
    expect(writeAsNobody(LIMITED, "y".repeat(10_000))).toBe("pending-unwritable");
    expect([readFileSync(path, "utf8"), readdirSync(folder)]).toEqual(["x", ["file.json"]]);
  });

  it("in a read-only folder is reported", () => {
    giveToNobody(0o500);
    expect(writeAsNobody()).toBe("pending-unwritable");
  });
});

describe("leftovers of a process that was killed", () => {
  it("do not stop the next write of a process with the same number", async () => {
    plant();
    writeFileSync(ownTemporary(), "half");
    await write("whole");
    expect([await read(), existsSync(ownTemporary())]).toEqual(["whole", false]);
  });

  it("are removed and not followed if they are a link", async () => {
    plant();
    writeFileSync(join(base, "victim"), "victim");
    symlinkSync(join(base, "victim"), ownTemporary());
    await write("whole");
    expect([await read(), readFileSync(join(base, "victim"), "utf8")]).toEqual(["whole", "victim"]);
  });

  it("give our own error if they are a folder", async () => {
    plant();
    mkdirSync(ownTemporary());
    await expect(write("x")).rejects.toThrow(refusal("pending-unwritable"));
  });

  it("are removed by the next write of any process", async () => {
    plant();
    writeFileSync(`${path}.999999.tmp`, '{"codeVerifier":"canary"}', { mode: 0o600 });
    await write("x");
    expect(readdirSync(folder)).toEqual(["file.json"]);
  });
});

describe("several writers", () => {
  it("lose nothing within one process", async () => {
    await addOnes(20);
    expect(await read()).toBe("20");
  });

  it("lose nothing between 4 processes with 50 updates each", async () => {
    const children = Array.from({ length: 4 }, () => startChild("count", "50"));
    expect(await Promise.all(children.map(lastLineOf))).toEqual(["done", "done", "done", "done"]);
    expect(await read()).toBe("200");
  });

  it("never show a reader a partial file", async () => {
    expect([...(await readWhileWriting())]).toEqual(["whole"]);
  });

  it("do not wait for a holder that was just killed", async () => {
    mkdirSync(folder, { mode: 0o700 });
    leaveDead(".lock");
    const held = await acquireLock(path, OWN_LOCK, 0);
    expect(held).toHaveProperty("release");
    if (typeof held !== "string") await held.release();
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it("wait for a living holder while it renews the lock", async () => {
    await write("x");
    writeFileSync(`${path}.lock`, JSON.stringify({ pid: process.pid }), { mode: 0o600 });
    expect(await acquireLock(path, OWN_LOCK, 0)).toBe("busy");
    utimesSync(`${path}.lock`, new Date(0), new Date(0));
    const held = await acquireLock(path, OWN_LOCK, 0);
    if (typeof held !== "string") await held.release();
    expect(held).not.toBe("busy");
  });

  it("take over a dead holder's lock one at a time within one process", async () => {
    mkdirSync(folder, { mode: 0o700 });
    for (let round = 0; round < 10; round += 1) {
      leaveDead(".lock");
      await addOnes(8);
    }
    expect(await read()).toBe("80");
  });

  it("take over a dead holder's lock one at a time between processes", async () => {
    mkdirSync(folder, { mode: 0o700 });
    expect(await updateAfter(() => leaveDead(".lock"))).toEqual([["ok"], "40"]);
  });

  it("take over from a process that died during a takeover, one at a time", async () => {
    mkdirSync(folder, { mode: 0o700 });
    expect(await updateAfter(leaveDeadTakeover)).toEqual([["ok"], "40"]);
  });
});

describe("a lock that was lost during the edit", () => {
  it("is reported as a busy file, and the other process's content stays", async () => {
    await write("before");
    await expect(overtaken()).rejects.toThrow(refusal("pending-locked"));
    expect(await read()).toBe("theirs");
  });

  it("stops the write if the lock is gone", async () => {
    await write("before");
    const robbed = updatePrivateFile(path, MAX_BYTES, () => {
      rmSync(`${path}.lock`);
      return { result: undefined, next: "ours" };
    });
    await expect(robbed).rejects.toThrow(refusal("pending-locked"));
  });
});

/** A process that is in its edit, and so has the lock. */
async function startHolder() {
  const child = startChild("hold");
  for await (const line of createInterface({ input: child.stdout })) if (line === "held") return child;
  throw new Error("the holder ended");
}

describe("a lock whose holder is in its edit", () => {
  it("is taken within ten seconds after the holder was killed, with nothing of its edit", async () => {
    await write("before");
    killTree(await startHolder());
    const startedAt = performance.now();
    expect(await updatePrivateFile(path, MAX_BYTES, (result) => ({ result, next: "after" }))).toBe("before");
    expect(performance.now() - startedAt).toBeLessThan(10_000);
    expect(await read()).toBe("after");
  });

  // It waits as long as a user has to.
  it("is given up after a bounded time while the holder lives", async () => {
    await write("before");
    const holder = await startHolder();
    // The blocked holder cannot renew its lock, so the test does.
    const renew = setInterval(() => utimesSync(`${path}.lock`, new Date(), new Date()), 500);
    await expect(write("x")).rejects.toThrow(refusal("pending-locked"));
    clearInterval(renew);
    killTree(holder);
  });
});

describe("makeFolder", () => {
  it("makes the folders above too, and all are private, also for callers at the same time", async () => {
    await Promise.all(Array.from({ length: 8 }, () => makeFolder(join(base, "a/b/c"))));
    expect(["a", "a/b", "a/b/c"].map((name) => modeOf(join(base, name)))).toEqual(["700", "700", "700"]);
  });

  it("keeps a folder that is there", async () => {
    await makeFolder(join(base, "a"));
    writeFileSync(join(base, "a/file"), "theirs");
    await makeFolder(join(base, "a"));
    expect(readFileSync(join(base, "a/file"), "utf8")).toBe("theirs");
  });

  it("fails under a file, which stays", async () => {
    writeFileSync(join(base, "file"), "theirs");
    await expect(makeFolder(join(base, "file/a"))).rejects.toMatchObject({ code: "ENOTDIR" });
    expect(readFileSync(join(base, "file"), "utf8")).toBe("theirs");
  });

  // Node's own recursive mkdir never returns from there.
  it.runIf(existsSync("/proc/self"))("fails if no folder can be made although all above are there", async () => {
    await expect(makeFolder("/proc/nothing/a")).rejects.toMatchObject({ code: "ENOENT" });
  });
});
