/** The lock formats, between real processes: ten takeovers by four processes each take the file more than 10 seconds. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from "vitest";
import {
  acquireLock,
  HOST_LOCKS,
  makeLockFile,
  OWN_LOCK,
  type HeldLock,
  type LockFormat,
} from "../../src/store/lock.ts";
import { NODE } from "../support/host.ts";
import { spawnOwned } from "../support/owned-process.ts";
import { agentDirIn, FLAVOURS, lockIn, newRoot, profilesIn, seedFiles, storedIn, type Flavour } from "./file-host.ts";

const repository = new URL("../../", import.meta.url).pathname;
const CHILD = join(repository, "test/store/file-auth-store-child.ts");
const SLOW_LOCKS = join(repository, "test/store/slow-locks.ts");
const [FOLDER_HOST, FILE_HOST] = FLAVOURS;
const HOUR_MS = 60 * 60_000;
const WAIT_MS = 200;

let root: string;
let lockPath: string;

beforeEach(() => {
  root = newRoot();
  lockPath = lockIn(root);
  mkdirSync(agentDirIn(root), { recursive: true });
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const acquire = (format: LockFormat, waitMs = WAIT_MS) => acquireLock(profilesIn(root), format, waitMs);

async function held(format: LockFormat): Promise<HeldLock> {
  const lock = await acquire(format);
  if (typeof lock === "string") throw new Error(lock);
  return lock;
}

const outcomeOf = async (format: LockFormat) => {
  const lock = await acquire(format);
  if (typeof lock === "string") return lock;
  await lock.release();
  return "taken";
};

const names = () => readdirSync(agentDirIn(root));

function age(ms: number): void {
  const then = new Date(Date.now() - ms);
  utimesSync(lockPath, then, then);
}

function leave(content: unknown, ageMs = 0): void {
  writeFileSync(lockPath, typeof content === "string" ? content : JSON.stringify(content));
  age(ageMs);
}

const createdAt = (ageMs: number) => new Date(Date.now() - ageMs).toISOString();
const deadPid = () => spawnSync("/bin/true").pid;
const starttime = (pid: number) => Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[19]);

const dead = () => ({ pid: deadPid(), createdAt: createdAt(0) });
const makeContent = () => "content";

function failing(): never {
  throw new Error("full");
}

const pause = () => new Promise((done) => setTimeout(done, 5));

/** A process that has ended and that nobody has asked about: its number is still in use. */
async function zombie(): Promise<number> {
  const parent = spawn("/bin/sh", ["-c", "sleep 60 & echo $!; exec sleep 60"]);
  onTestFinished(() => void parent.kill("SIGKILL"));
  let pid = 0;
  for await (const line of createInterface({ input: parent.stdout })) {
    pid = Number(line);
    break;
  }
  // Once the shell has become a sleep, nobody asks after the child it had.
  while (!readFileSync(`/proc/${parent.pid}/stat`, "utf8").includes("(sleep)")) await pause();
  process.kill(pid, "SIGKILL");
  while (!readFileSync(`/proc/${pid}/stat`, "utf8").includes(") Z ")) await pause();
  return pid;
}

describe("the lock that is a file", () => {
  const format = HOST_LOCKS.file;

  it("names its holder as the host's own does, and is gone after its release", async () => {
    const lock = await held(format);
    const stats = lstatSync(lockPath);
    expect([stats.isFile(), (stats.mode & 0o777).toString(8)]).toEqual([true, "600"]);
    expect(JSON.parse(readFileSync(lockPath, "utf8"))).toEqual({
      pid: process.pid,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      starttime: starttime(process.pid),
    });
    // Old hosts judge it by its times.
    const { createdAt: made } = JSON.parse(readFileSync(lockPath, "utf8")) as { createdAt: string };
    expect(Math.abs(Date.now() - Date.parse(made))).toBeLessThan(2000);
    expect(Math.abs(Date.now() - stats.mtimeMs)).toBeLessThan(3000);
    await lock.release();
    expect(names()).toEqual([]);
  });

  const [living, livingSince] = [process.ppid, () => starttime(process.ppid)];
  const long = (length: number) => JSON.stringify({ pid: living }).padEnd(length);
  type LockRow = readonly [expected: "taken" | "busy" | "foreign", leave: () => unknown];

  const ROWS: Readonly<Record<string, LockRow>> = {
    "not there": ["taken", () => undefined],
    "of a process that has ended": ["taken", () => leave(dead())],
    "of an ended process whose number is in use again": [
      "taken",
      () => leave({ pid: living, createdAt: createdAt(0), starttime: livingSince() - 1 }),
    ],
    "of an ended process that its parent did not wait for": [
      "taken",
      async () => leave({ pid: await zombie(), createdAt: createdAt(0) }),
    ],
    "of a living process with its start time": [
      "busy",
      () => leave({ pid: living, createdAt: createdAt(0), starttime: livingSince() }),
    ],
    "of a living process and old": ["busy", () => leave({ pid: living, createdAt: createdAt(HOUR_MS) }, HOUR_MS)],
    "of the host in this process": ["busy", () => leave({ pid: process.pid, createdAt: createdAt(0) })],
    "of a process that we may not signal": ["busy", () => leave({ pid: 1 })],
    "empty, as just after it was made": ["busy", () => leave("")],
    "empty for 11 seconds": ["taken", () => leave("", 11_000)],
    "half-written": ["busy", () => leave('{"pid":')],
    "half-written for 11 seconds": ["taken", () => leave('{"pid":', 11_000)],
    "without a process": ["busy", () => leave({ createdAt: createdAt(0) })],
    "of an invalid process number for 11 seconds": ["taken", () => leave({ pid: -1 }, 11_000)],
    "of a too large process number for 11 seconds": ["taken", () => leave({ pid: 2 ** 31 }, 11_000)],
    "a folder, as another program with proper-lockfile makes it": ["busy", () => mkdirSync(lockPath)],
    "a folder that was not renewed for 31 seconds": ["taken", () => (mkdirSync(lockPath), age(31_000))],
    "an old folder that is not empty": [
      "busy",
      () => (mkdirSync(lockPath), writeFileSync(join(lockPath, "x"), ""), age(HOUR_MS)),
    ],
    "of a living process and 64 KB long": ["busy", () => leave(long(64 * 1024), 11_000)],
    "longer than 64 KB for 11 seconds": ["taken", () => leave(long(64 * 1024 + 1), 11_000)],
    "a link": ["foreign", () => symlinkSync("/etc/hostname", lockPath)],
    "a link to nothing": ["foreign", () => symlinkSync(join(root, "nothing"), lockPath)],
    "a pipe": ["foreign", () => void execFileSync("mkfifo", [lockPath])],
  };

  it.each(Object.entries(ROWS))("that is %s has its outcome", async (_, [expected, put]) => {
    await put();
    expect(await outcomeOf(format)).toBe(expected);
    expect(names()).toEqual(expected === "taken" ? [] : [basename(lockPath)]);
  });

  it("is judged without an error while it changes from an old folder into a file", async () => {
    const swap = `import { mkdirSync, rmdirSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
      for (const path = process.argv[1]; ; ) {
        mkdirSync(path);
        utimesSync(path, 0, 0);
        rmdirSync(path);
        writeFileSync(path, "{}");
        unlinkSync(path);
      }`;
    const child = spawnOwned(NODE, ["--input-type=module", "-e", swap, lockPath], { env: {}, cwd: root });
    const ended = once(child, "exit");
    const seen = new Set<string>();
    try {
      for (let looks = 0; looks < 50_000 || seen.size < 3; looks += 1) seen.add(format.judge(lockPath));
    } finally {
      // Before the folder is taken away: while the other still writes, that fails.
      child.kill("SIGKILL");
      await ended;
    }
    expect([...seen].toSorted()).toEqual(["dead", "free", "live"]);
  });

  it("leaves no lock without a process behind on a full disk", () => {
    const script = `import { acquireLock, HOST_LOCKS } from "./src/store/lock.ts";
      process.on("SIGXFSZ", () => undefined);
      await acquireLock(${JSON.stringify(profilesIn(root))}, HOST_LOCKS.file, 0).catch((error) => console.log(error.code));`;
    const args = ["-c", `trap '' XFSZ; ulimit -f 0; exec "$0" "$@"`, NODE, "--input-type=module", "-e", script];
    // A pipe is no file, so what it says is not limited.
    const { stdout } = spawnSync("/bin/sh", args, { encoding: "utf8", cwd: repository });
    expect([stdout.trim(), names()]).toEqual(["EFBIG", []]);
  });
});

describe("the lock that is a folder", () => {
  it("is foreign if it is a file", async () => {
    leave("", HOUR_MS);
    expect(await outcomeOf(HOST_LOCKS.folder)).toBe("foreign");
    expect(names()).toEqual([basename(lockPath)]);
  });
});

describe("our own lock", () => {
  it("is busy while its holder renews it, and taken after that", async () => {
    leave({ pid: process.ppid }, 5000);
    expect(await outcomeOf(OWN_LOCK)).toBe("busy");
    leave({ pid: process.ppid }, 7000);
    expect(await outcomeOf(OWN_LOCK)).toBe("taken");
  });

  it("respects a folder, the other form of a lock, and takes it over if it is not renewed", async () => {
    mkdirSync(lockPath);
    expect(await outcomeOf(OWN_LOCK)).toBe("busy");
    age(7000);
    expect(await outcomeOf(OWN_LOCK)).toBe("taken");
    expect(names()).toEqual([]);
  });

  it("is foreign if it is a link of any age", async () => {
    symlinkSync(join(root, "nothing"), lockPath);
    lutimesSync(lockPath, new Date(0), new Date(0));
    expect(await outcomeOf(OWN_LOCK)).toBe("foreign");
    expect(names()).toEqual([basename(lockPath)]);
  });
});

describe.each(Object.entries({ ...HOST_LOCKS, own: OWN_LOCK }))("the place of the lock (%s)", (_, format) => {
  it("gives an error of the file system if there is no folder", async () => {
    writeFileSync(join(root, "file"), "");
    await expect(acquireLock(join(root, "file/x"), format, 0)).rejects.toMatchObject({ code: "ENOTDIR" });
    await expect(acquireLock(join(root, "nothing/x"), format, 0)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("gives an error of the file system if the guard's name is too long, and the dead lock stays", async () => {
    const path = join(root, "x".repeat(244));
    if (format === HOST_LOCKS.folder) mkdirSync(`${path}.lock`);
    else writeFileSync(`${path}.lock`, JSON.stringify({ pid: deadPid() }));
    utimesSync(`${path}.lock`, new Date(0), new Date(0));
    await expect(acquireLock(path, format, 0)).rejects.toMatchObject({ code: "ENAMETOOLONG" });
    expect(format.judge(`${path}.lock`)).toBe("dead");
  });

  it("is waited for if it is there a moment later", async () => {
    const lock = acquireLock(join(root, "later/x"), format, 2000);
    setTimeout(() => mkdirSync(join(root, "later")), 50);
    expect(await lock).toHaveProperty("release");
    await ((await lock) as HeldLock).release();
  });

  it("of a dead holder is busy while a living process has the guard, and taken from a dead guard", async () => {
    const guard = `${lockPath}.takeover`;
    if (format === HOST_LOCKS.folder) mkdirSync(lockPath);
    else writeFileSync(lockPath, JSON.stringify({ pid: deadPid() }));
    age(HOUR_MS);
    writeFileSync(guard, JSON.stringify({ pid: process.pid }));
    expect(await outcomeOf(format)).toBe("busy");
    expect(names()).toHaveLength(2);
    writeFileSync(guard, JSON.stringify({ pid: deadPid() }));
    writeFileSync(`${guard}.takeover`, JSON.stringify({ pid: deadPid() }));
    expect(await outcomeOf(format)).toBe("taken");
    expect(names()).toEqual([]);
  });
});

describe.each([
  { name: "a folder", format: HOST_LOCKS.folder, flavour: FOLDER_HOST, steal: () => rmdirSync(lockPath) },
  { name: "a file", format: HOST_LOCKS.file, flavour: FILE_HOST, steal: () => unlinkSync(lockPath) },
])("the lock that is $name", ({ format, flavour, steal }) => {
  it("excludes others of this process until its release", async () => {
    const first = await held(format);
    const second = acquire(format, 10_000);
    expect(await Promise.race([second, new Promise((done) => setTimeout(done, 200, "waits"))])).toBe("waits");
    expect(first.isStillOurs()).toBe(true);
    await first.release();
    const lock = await second;
    expect(typeof lock === "string" ? lock : lock.isStillOurs()).toBe(true);
    if (typeof lock !== "string") await lock.release();
  });

  it("is lost without an error if its folder has become a file", async () => {
    const lock = await held(format);
    rmSync(agentDirIn(root), { recursive: true });
    writeFileSync(agentDirIn(root), "a file");
    expect(lock.isStillOurs()).toBe(false);
    await lock.release();
  });

  it("is known to be lost if another took it while it was made, and the other's stays", async () => {
    const lock = await held({
      ...format,
      make(path) {
        const ours = format.make(path);
        takeOver(format);
        return ours;
      },
    });
    expect(lock.isStillOurs()).toBe(false);
    await lock.release();
    expect(names()).toEqual([basename(lockPath)]);
  });

  it("has the identity that its making returned", () => {
    const made = format.make(lockPath);
    expect(format.identityOf(lockPath)).toBe(made);
    format.remove(lockPath);
    expect(format.identityOf(lockPath)).toBeUndefined();
  });

  it("is known to be lost if it is another's, which stays, or gone", async () => {
    const lock = await held(format);
    const theirs = takeOver(format);
    expect(lock.isStillOurs()).toBe(false);
    await lock.release();
    expect(format.identityOf(lockPath)).toBe(theirs);
    const next = await (format.remove(lockPath), held(format));
    steal();
    expect(next.isStillOurs()).toBe(false);
    await next.release();
  });

  it("is released although another program has changed its time", async () => {
    const lock = await acquireLock(profilesIn(root), { ...format, renewalMs: 1000 }, WAIT_MS);
    if (typeof lock === "string") throw new Error(lock);
    utimesSync(lockPath, new Date(), new Date(Date.now() - 5000));
    await new Promise((done) => setTimeout(done, 1500));
    await lock.release();
    expect(names()).toEqual([]);
  });

  it("is released twice without harm", async () => {
    const lock = await held(format);
    await lock.release();
    const next = await held(format);
    await lock.release();
    expect(next.isStillOurs()).toBe(true);
    await next.release();
  });

  it("is released if its process ends", () => {
    const script = `import { acquireLock, HOST_LOCKS } from "./src/store/lock.ts";
      await acquireLock(${JSON.stringify(profilesIn(root))}, HOST_LOCKS.${flavour.lock}, 0); process.exit(0);`;
    spawnSync(NODE, ["--input-type=module", "-e", script], { cwd: repository });
    expect(names()).toEqual([]);
  });

  it("is taken over from a dead holder by one at a time within one process", async () => {
    let inside = 0;
    const worst: number[] = [];
    const work = async () => {
      const lock = await acquire(format, 10_000);
      if (typeof lock === "string") throw new Error(lock);
      inside += 1;
      worst.push(inside);
      await new Promise((done) => setImmediate(done));
      inside -= 1;
      await lock.release();
    };
    for (let round = 0; round < 10; round += 1) {
      leaveDead(flavour);
      await Promise.all(Array.from({ length: 6 }, work));
    }
    expect([worst.length, Math.max(...worst), names()]).toEqual([60, 1, []]);
  });

  it("is taken over from a dead holder by one at a time between 4 processes", async () => {
    expect(await saveAfter(flavour, () => leaveDead(flavour))).toEqual({ refusals: [], lost: [], left: [] });
  });

  it("is taken over from a process that died during a takeover", async () => {
    const leaveBoth = () => {
      leaveDead(flavour);
      writeFileSync(`${lockPath}.takeover`, JSON.stringify({ pid: deadPid() }));
    };
    expect(await saveAfter(flavour, leaveBoth)).toEqual({ refusals: [], lost: [], left: [] });
  });
});

/** The old lock is kept, so that the disk cannot give its number to the new one. */
function takeOver(format: LockFormat): string {
  renameSync(lockPath, join(root, "taken"));
  return format.make(lockPath);
}

/** As a process leaves it that was killed. */
function leaveDead(flavour: Flavour): void {
  if (flavour.lock === "folder") {
    mkdirSync(lockPath);
    age(HOUR_MS);
  } else {
    leave({ pid: deadPid(), createdAt: createdAt(0) });
  }
}

/** One save by each of 4 slow processes at once, ten times over what `put` has left there. */
async function saveAfter(flavour: Flavour, put: () => void) {
  seedFiles(root, flavour, { profiles: {} });
  const children = Array.from({ length: 4 }, (_, index) =>
    spawnOwned(NODE, ["--import", SLOW_LOCKS, CHILD, "serve", root, flavour.name, `p${index}`], {
      env: { PATH: "/usr/bin:/bin" },
      cwd: repository,
    }),
  );
  const answers = children.map((child) => createInterface({ input: child.stdout })[Symbol.asyncIterator]());
  const said: string[] = [];
  for (let round = 0; round < 10; round += 1) {
    put();
    for (const child of children) child.stdin.write("go\n");
    for (const answer of await Promise.all(answers.map((lines) => lines.next()))) said.push(String(answer.value));
  }
  for (const child of children) child.stdin.end();
  const stored = new Set(Object.keys(storedIn(root).profiles));
  const isId = (word: string) => word.startsWith(flavour.provider);
  return {
    refusals: said.filter((word) => !isId(word)),
    lost: said.filter((word) => isId(word) && !stored.has(word)),
    left: names().filter((name) => name !== "auth-profiles.json"),
  };
}

describe("makeLockFile", () => {
  const PID = 4242;
  let folder: string;
  let beside: string;

  beforeEach(() => {
    folder = agentDirIn(root);
    beside = `${profilesIn(root)}.codex-auth-lock-${PID}.tmp`;
  });

  it("puts a whole file in place, so that a kill leaves no lock without a process", () => {
    let wasThere: boolean | undefined;
    const content = () => ((wasThere = existsSync(lockPath)), "content");
    makeLockFile(lockPath, PID, content);
    expect([wasThere, readFileSync(lockPath, "utf8")]).toEqual([false, "content"]);
    expect([lstatSync(lockPath).mode & 0o777, lstatSync(lockPath).nlink]).toEqual([0o600, 1]);
    expect(names()).toEqual([basename(lockPath)]);
  });

  it.each(["before", "while"])("leaves a lock that was made %s it was called", (when) => {
    if (when === "before") leave("theirs");
    const making = () => makeLockFile(lockPath, PID, () => (when === "while" ? leave("theirs") : undefined, "ours"));
    expect(making).toThrow(expect.objectContaining({ code: "EEXIST" }));
    expect([readFileSync(lockPath, "utf8"), names()]).toEqual(["theirs", [basename(lockPath)]]);
  });

  it("leaves nothing behind if it cannot be written", () => {
    expect(() => makeLockFile(lockPath, PID, failing)).toThrow("full");
    expect(names()).toEqual([]);
  });

  /** A folder cannot have a second name: `link` answers EPERM for it, as such a file system does for a file. */
  const withoutLinks = (contentAt: () => string) => {
    let isFirst = true;
    return () => {
      rmSync(beside, { recursive: true, force: true });
      if (isFirst) mkdirSync(beside);
      isFirst = false;
      return contentAt();
    };
  };

  it("writes in place on a file system without hard links, and leaves nothing if that fails", () => {
    makeLockFile(lockPath, PID, withoutLinks(makeContent));
    expect([readFileSync(lockPath, "utf8"), lstatSync(lockPath).mode & 0o777]).toEqual(["content", 0o600]);
    expect(names()).toEqual([basename(lockPath)]);
    rmSync(lockPath);
    const contents = ["content"];
    const first = () => contents.pop() ?? failing();
    expect(() => makeLockFile(lockPath, PID, withoutLinks(first))).toThrow("full");
    expect(names()).toEqual([]);
  });

  it("writes beside the lock although a folder above ends like a lock", () => {
    mkdirSync(join(folder, "a.lock"));
    let seen: readonly string[] = [];
    const content = () => ((seen = readdirSync(join(folder, "a.lock"))), "content");
    makeLockFile(join(folder, "a.lock/file.json.lock"), PID, content);
    expect(seen).toEqual([`file.json.codex-auth-lock-${PID}.tmp`]);
  });

  it("replaces the leftover of a killed process of the same number", () => {
    writeFileSync(beside, "half");
    makeLockFile(lockPath, PID, makeContent);
    expect([readFileSync(lockPath, "utf8"), names()]).toEqual(["content", [basename(lockPath)]]);
  });
});
