/** The one lock and the one writer, on a real file system and between real processes. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CodexAuthError } from "../../src/errors.ts";
import { acquireLock } from "../../src/store/lock.ts";
import { OWN_LOCK } from "../../src/store/lock.ts";
import { fileExists } from "../../src/store/private-file.ts";
import { createPrivateReader, readPrivateFile, updatePrivateFile } from "../../src/store/private-file.ts";
import { NODE } from "../support/host.ts";
import { spawnOwned } from "../support/owned-process.ts";

const repository = new URL("../../", import.meta.url).pathname;
const CHILD = join(repository, "test/store/private-file-child.ts");
const SLOW_LOCKS = join(repository, "test/store/slow-locks.ts");
const MAX_BYTES = 64 * 1024;
const IS_ROOT = process.getuid?.() === 0;
/** Anybody but us. */
const NOBODY = 65_534;

let base: string;
let folder: string;
let path: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "codex-auth-file-"));
  folder = join(base, "private");
  path = join(folder, "file.json");
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

const write = (content: string) => updatePrivateFile(path, MAX_BYTES, () => ({ result: undefined, next: content }));
const read = () => readPrivateFile(path, MAX_BYTES);
const refusal = (code: "pending-insecure" | "pending-locked" | "pending-unwritable") => new CodexAuthError(code);
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

/** One update by each of 4 slow processes at once, twenty-five times over what `leave` has left there. */
async function updateAfter(
  leave: () => void,
): Promise<readonly [answers: readonly string[], count: string | undefined]> {
  const children = Array.from({ length: 4 }, () => startChild("serve", "", ["--import", SLOW_LOCKS]));
  const answers = children.map((child) => createInterface({ input: child.stdout })[Symbol.asyncIterator]());
  const said = new Set<string>();
  for (let round = 0; round < 25; round += 1) {
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
  it("is a file that only we can open, in a folder that only we can enter", async () => {
    await write("x");
    expect([modeOf(folder), modeOf(path)]).toEqual(["700", "600"]);
  });

  it("is private under any umask", () => {
    const made = spawnSync("/bin/sh", ["-c", `umask 000; exec "$0" "$@"`, NODE, CHILD, "write", path, "x"], {
      encoding: "utf8",
    });
    expect(made.stdout.trim()).toBe("done");
    expect([modeOf(folder), modeOf(path)]).toEqual(["700", "600"]);
  });

  it("takes other people's access to our own folder away first", async () => {
    mkdirSync(folder, { mode: 0o777 });
    chmodSync(folder, 0o777);
    await write("x");
    expect(modeOf(folder)).toBe("700");
  });

  it("is read back as it was", async () => {
    await write("a\n\0ü🙂");
    expect(await read()).toBe("a\n\0ü🙂");
  });

  it("leaves nothing beside it: no lock, no temporary file", async () => {
    await write("x");
    expect(readdirSync(folder)).toEqual(["file.json"]);
  });

  it("is a new file each time, so that a reader of the old one keeps the old one whole", async () => {
    await write("old");
    const before = lstatSync(path).ino;
    await write("new");
    expect(lstatSync(path).ino).not.toBe(before);
  });

  it("is nothing at all where the edit wants nothing written", async () => {
    expect(await updatePrivateFile(path, MAX_BYTES, () => ({ result: 7 }))).toBe(7);
    expect(existsSync(path)).toBe(false);
  });

  it("gives the edit the content of before, and the caller the edit's result", async () => {
    await write("before");
    const seen = await updatePrivateFile(path, MAX_BYTES, (content) => ({ result: content, next: "after" }));
    expect([seen, await read()]).toEqual(["before", "after"]);
  });

  it("is untouched where the edit throws, and the lock is free again", async () => {
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
  { name: "somebody else's file", spoil: () => (plant(), chownSync(path, NOBODY, NOBODY)), onlyAsRoot: true },
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
  it.each(INSECURE)("is not read: $name", async ({ spoil, onlyAsRoot }) => {
    if (onlyAsRoot && !IS_ROOT) return;
    spoil();
    await expect(read()).rejects.toThrow(refusal("pending-insecure"));
  });

  it.each(INSECURE)("is not given to an edit: $name", async ({ spoil, onlyAsRoot }) => {
    if (onlyAsRoot && !IS_ROOT) return;
    spoil();
    const edited = updatePrivateFile(path, MAX_BYTES, () => ({ result: "edited", next: "overwritten" }));
    await expect(edited).rejects.toThrow(refusal("pending-insecure"));
  });

  it("is left as it is, behind a link too", async () => {
    plant("theirs");
    replaceByLink("target");
    await write("ours").catch(() => undefined);
    expect([readFileSync(join(base, "target"), "utf8"), lstatSync(path).isSymbolicLink()]).toEqual(["theirs", true]);
  });

  it("blocks nothing for ever: the lock is free again", async () => {
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

  it("is no content, and no error, where there is none", async () => {
    expect(await read()).toBeUndefined();
  });
});

/** Lets the clock say that the file was last changed so long ago. */
function setAge(ageMs: number): void {
  vi.useFakeTimers({ now: Math.ceil(lstatSync(path).ctimeMs) + ageMs, toFake: ["Date"] });
}

describe("a file that is looked at often", () => {
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
    { name: "young: its next change may bear the same time", ageMs: SETTLED_MS - 2 },
    { name: "from the future: how old it is cannot be told", ageMs: -10 * SETTLED_MS },
  ])("is read anew as long as it is $name", async ({ ageMs }) => {
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
  ])("is read anew once it is $name", async ({ change }) => {
    await rememberPlanted();
    await change();
    expect(await look()).toBe(readFileSync(path, "utf8"));
  });

  it("is no content once it is gone", async () => {
    await rememberPlanted();
    rmSync(path);
    expect(await look()).toBeUndefined();
  });

  it.each(INSECURE)("is refused once it cannot be trusted: $name", async ({ spoil, onlyAsRoot }) => {
    if (onlyAsRoot && !IS_ROOT) return;
    await rememberPlanted();
    rmSync(folder, { recursive: true });
    spoil();
    await expect(look()).rejects.toThrow(refusal("pending-insecure"));
  });

  it.each([
    { name: "let others in", spoil: () => chmodSync(path, 0o604) },
    { name: "given a second name", spoil: () => linkSync(path, join(base, "second")) },
  ])("is refused once it was $name as it stands", async ({ spoil }) => {
    await rememberPlanted();
    spoil();
    await expect(look()).rejects.toThrow(refusal("pending-insecure"));
  });
});

describe("a folder that cannot be trusted", () => {
  it("is refused where it is a symbolic link, and nothing is written behind it", async () => {
    mkdirSync(join(base, "elsewhere"), { mode: 0o700 });
    symlinkSync(join(base, "elsewhere"), folder);
    await expect(write("x")).rejects.toThrow(refusal("pending-insecure"));
    expect(readdirSync(join(base, "elsewhere"))).toEqual([]);
  });

  it.runIf(IS_ROOT)("is refused where it is somebody else's", async () => {
    mkdirSync(folder, { mode: 0o777 });
    chownSync(folder, NOBODY, NOBODY);
    await expect(write("x")).rejects.toThrow(refusal("pending-insecure"));
    expect(readdirSync(folder)).toEqual([]);
  });

  it("is an error of ours where it is a file", async () => {
    writeFileSync(folder, "x");
    await expect(write("x")).rejects.toBeInstanceOf(CodexAuthError);
  });
});

describe("what is asked in front of a write", () => {
  it("is no more than the file may hold", async () => {
    await write("x".repeat(MAX_BYTES));
    await expect(write("x".repeat(MAX_BYTES + 1))).rejects.toThrow(refusal("pending-unwritable"));
    expect(await read()).toHaveLength(MAX_BYTES);
  });

  it("is no lock that is a link", async () => {
    await write("before");
    symlinkSync(join(base, "nothing"), `${path}.lock`);
    await expect(write("after")).rejects.toThrow(refusal("pending-insecure"));
    expect(await read()).toBe("before");
  });

  it.runIf(existsSync("/proc/self/fd"))("is a folder that can be made", async () => {
    const nowhere = updatePrivateFile("/proc/nothing/here/file.json", MAX_BYTES, () => ({ result: 1 }));
    await expect(nowhere).rejects.toThrow(refusal("pending-unwritable"));
  });

  it.runIf(existsSync("/proc/self/fd"))("leaves no file open afterwards", async () => {
    await write("x");
    const before = readdirSync("/proc/self/fd").length;
    for (const text of ["a", "b", "c"]) await write(text);
    expect(readdirSync("/proc/self/fd").length).toBe(before);
  });

  it("tells whether there is anything of a name, a link to nothing too", async () => {
    plant();
    symlinkSync(join(base, "nothing"), join(base, "link"));
    const answers = [path, folder, join(base, "link"), join(base, "nothing")].map(fileExists);
    expect(await Promise.all(answers)).toEqual([true, true, true, false]);
  });
});

describe("a place that cannot be written", () => {
  it("is said to be so where the folder cannot even be made", () => {
    chmodSync(base, 0o555);
    expect(writeAsNobody()).toBe("pending-unwritable");
    chmodSync(base, 0o755);
  });

  /** A limit on file size stands in for a full disk: the write fails half-way. 4 blocks of 512 bytes. */
  const LIMITED = `trap '' XFSZ; ulimit -f 4; exec "$0" "$@"`;

  it("is said to be so where the disk is full, and the old content stays", () => {
    giveToNobody(0o700);
    expect(writeAsNobody()).toBe("done");
    expect(writeAsNobody(LIMITED, "y".repeat(10_000))).toBe("pending-unwritable");
    expect(readFileSync(path, "utf8")).toBe("x");
  });

  it("leaves no half-written file behind where the disk is full", () => {
    giveToNobody(0o700);
    writeAsNobody(LIMITED, "y".repeat(10_000));
    expect(readdirSync(folder)).toEqual([]);
  });

  it("does not hold the lock afterwards", () => {
    giveToNobody(0o700);
    writeAsNobody(LIMITED, "y".repeat(10_000));
    expect(writeAsNobody()).toBe("done");
  });
});

describe("leftovers of a process that was killed", () => {
  it("do not stop the next write where they bear our own number", async () => {
    plant();
    writeFileSync(ownTemporary(), "half");
    await write("whole");
    expect([await read(), existsSync(ownTemporary())]).toEqual(["whole", false]);
  });

  it("are no way to make us write elsewhere: a link in their place is removed, not followed", async () => {
    plant();
    writeFileSync(join(base, "victim"), "victim");
    symlinkSync(join(base, "victim"), ownTemporary());
    await write("whole");
    expect([await read(), readFileSync(join(base, "victim"), "utf8")]).toEqual(["whole", "victim"]);
  });

  it("are an error of ours where a folder is in their place", async () => {
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

describe("several at once", () => {
  it("lose nothing within one process", async () => {
    await addOnes(20);
    expect(await read()).toBe("20");
  });

  it("lose nothing between 4 processes with 50 updates each", async () => {
    const children = Array.from({ length: 4 }, () => startChild("count", "50"));
    expect(await Promise.all(children.map(lastLineOf))).toEqual(["done", "done", "done", "done"]);
    expect(await read()).toBe("200");
  });

  it("never let a reader see anything but a whole file", async () => {
    expect([...(await readWhileWriting())]).toEqual(["whole"]);
  });

  it("wait for no holder that was killed a moment ago", async () => {
    mkdirSync(folder, { mode: 0o700 });
    leaveDead(".lock");
    const held = await acquireLock(path, OWN_LOCK, 0);
    expect(held).toHaveProperty("release");
    if (typeof held !== "string") await held.release();
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it("wait for one that lives, and that no other lock can be told from by its number alone", async () => {
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
    for (let round = 0; round < 25; round += 1) {
      leaveDead(".lock");
      await addOnes(8);
    }
    expect(await read()).toBe("200");
  });

  it("take over a dead holder's lock one at a time between processes", async () => {
    mkdirSync(folder, { mode: 0o700 });
    expect(await updateAfter(() => leaveDead(".lock"))).toEqual([["ok"], "100"]);
  });

  it("take over from one that died while it took over, one at a time too", async () => {
    mkdirSync(folder, { mode: 0o700 });
    expect(await updateAfter(leaveDeadTakeover)).toEqual([["ok"], "100"]);
  });
});

describe("a lock that was lost during the edit", () => {
  it("does not let us write over what the other wrote", async () => {
    await write("before");
    await overtaken().catch(() => undefined);
    expect(await read()).toBe("theirs");
  });

  it("is reported as a busy file, which a person may try again", async () => {
    await expect(overtaken()).rejects.toThrow(refusal("pending-locked"));
  });

  it("does not let us write where the lock is simply gone", async () => {
    await write("before");
    const robbed = updatePrivateFile(path, MAX_BYTES, () => {
      rmSync(`${path}.lock`);
      return { result: undefined, next: "ours" };
    });
    await expect(robbed).rejects.toThrow(refusal("pending-locked"));
  });
});
