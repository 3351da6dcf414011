/** The two lock formats of hosts that keep profiles in a file, between real processes. */
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
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
import { acquireLock, type HeldLock } from "../../src/store/lock.ts";
import { HOST_LOCKS, OWN_LOCK, type LockFormat } from "../../src/store/lock.ts";
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

  it("says who holds it, as the host's own does, and is gone afterwards", async () => {
    const lock = await held(format);
    const stats = lstatSync(lockPath);
    expect([stats.isFile(), (stats.mode & 0o777).toString(8)]).toEqual([true, "600"]);
    expect(JSON.parse(readFileSync(lockPath, "utf8"))).toEqual({
      pid: process.pid,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      starttime: starttime(process.pid),
    });
    await lock.release();
    expect(names()).toEqual([]);
  });

  it("tells the time of its making, by which old hosts judge it", async () => {
    const lock = await held(format);
    const { createdAt: made } = JSON.parse(readFileSync(lockPath, "utf8")) as { createdAt: string };
    expect(Math.abs(Date.now() - Date.parse(made))).toBeLessThan(2000);
    expect(Math.abs(Date.now() - lstatSync(lockPath).mtimeMs)).toBeLessThan(3000);
    await lock.release();
  });

  interface LockRow {
    readonly name: string;
    readonly leave: () => void | Promise<void>;
    readonly expect: "taken" | "busy" | "foreign";
  }

  const ROWS: readonly LockRow[] = [
    { name: "nothing", leave: () => undefined, expect: "taken" },
    {
      name: "of a process that has ended",
      leave: () => leave({ pid: deadPid(), createdAt: createdAt(0) }),
      expect: "taken",
    },
    {
      name: "of a process that has ended and whose number somebody has again",
      leave: () => leave({ pid: process.ppid, createdAt: createdAt(0), starttime: starttime(process.ppid) - 1 }),
      expect: "taken",
    },
    {
      name: "of a process that has ended and was not asked about",
      leave: async () => leave({ pid: await zombie(), createdAt: createdAt(0) }),
      expect: "taken",
    },
    {
      name: "of a living process, with its starting time",
      leave: () => leave({ pid: process.ppid, createdAt: createdAt(0), starttime: starttime(process.ppid) }),
      expect: "busy",
    },
    {
      name: "of a living process, however old",
      leave: () => leave({ pid: process.ppid, createdAt: createdAt(HOUR_MS) }, HOUR_MS),
      expect: "busy",
    },
    {
      name: "of the host in this process",
      leave: () => leave({ pid: process.pid, createdAt: createdAt(0) }),
      expect: "busy",
    },
    { name: "of a process that is not ours to signal", leave: () => leave({ pid: 1 }), expect: "busy" },
    { name: "empty, as between its making and its first word", leave: () => leave(""), expect: "busy" },
    { name: "empty since 11 seconds", leave: () => leave("", 11_000), expect: "taken" },
    { name: "half-written", leave: () => leave('{"pid":'), expect: "busy" },
    { name: "half-written since 11 seconds", leave: () => leave('{"pid":', 11_000), expect: "taken" },
    { name: "of nobody", leave: () => leave({ createdAt: createdAt(0) }), expect: "busy" },
    { name: "of a number that is none, since 11 seconds", leave: () => leave({ pid: -1 }, 11_000), expect: "taken" },
    {
      name: "a folder, as a skill that works by proper-lockfile makes it",
      leave: () => mkdirSync(lockPath),
      expect: "busy",
    },
    {
      name: "a folder that nobody has renewed for 31 seconds",
      leave: () => (mkdirSync(lockPath), age(31_000)),
      expect: "taken",
    },
    {
      name: "an old folder with something in it",
      leave: () => (mkdirSync(lockPath), writeFileSync(join(lockPath, "x"), ""), age(HOUR_MS)),
      expect: "busy",
    },
    { name: "of a number past all, since 11 seconds", leave: () => leave({ pid: 2 ** 31 }, 11_000), expect: "taken" },
    {
      name: "of a living process and exactly 64 KB long",
      leave: () => leave(JSON.stringify({ pid: process.ppid }).padEnd(64 * 1024), 11_000),
      expect: "busy",
    },
    {
      name: "longer than anybody reads, since 11 seconds",
      leave: () => leave(JSON.stringify({ pid: process.ppid }).padEnd(64 * 1024 + 1), 11_000),
      expect: "taken",
    },
    { name: "a link", leave: () => symlinkSync("/etc/hostname", lockPath), expect: "foreign" },
    { name: "a link to nothing", leave: () => symlinkSync(join(root, "nothing"), lockPath), expect: "foreign" },
    { name: "a pipe", leave: () => void execFileSync("mkfifo", [lockPath]), expect: "foreign" },
  ];

  it.each(ROWS)("is $expect where there is one that is $name", async ({ leave: put, expect: expected }) => {
    await put();
    expect(await outcomeOf(format)).toBe(expected);
    expect(names()).toEqual(expected === "taken" ? [] : [basename(lockPath)]);
  });

  it("is judged without a stumble while it turns from an old folder into somebody's file", async () => {
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

  it("leaves no lock of nobody behind where the disk is full", () => {
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
  it("is foreign where there is a file", async () => {
    leave("", HOUR_MS);
    expect(await outcomeOf(HOST_LOCKS.folder)).toBe("foreign");
    expect(names()).toEqual([basename(lockPath)]);
  });
});

describe("our own lock", () => {
  it("is busy while its holder lives and renews it, and taken once it does not", async () => {
    leave({ pid: process.ppid }, 5000);
    expect(await outcomeOf(OWN_LOCK)).toBe("busy");
    leave({ pid: process.ppid }, 7000);
    expect(await outcomeOf(OWN_LOCK)).toBe("taken");
  });

  it("respects a folder, the other form of a lock, and takes it over once its holder does not renew it", async () => {
    mkdirSync(lockPath);
    expect(await outcomeOf(OWN_LOCK)).toBe("busy");
    age(7000);
    expect(await outcomeOf(OWN_LOCK)).toBe("taken");
    expect(names()).toEqual([]);
  });

  it("is foreign where there is a link, however old", async () => {
    symlinkSync(join(root, "nothing"), lockPath);
    lutimesSync(lockPath, new Date(0), new Date(0));
    expect(await outcomeOf(OWN_LOCK)).toBe("foreign");
    expect(names()).toEqual([basename(lockPath)]);
  });
});

describe.each(Object.entries({ ...HOST_LOCKS, own: OWN_LOCK }))("a place for the lock (%s)", (_, format) => {
  it("that is in no folder is an error of the file system", async () => {
    writeFileSync(join(root, "file"), "");
    await expect(acquireLock(join(root, "file/x"), format, 0)).rejects.toMatchObject({ code: "ENOTDIR" });
    await expect(acquireLock(join(root, "nothing/x"), format, 0)).rejects.toMatchObject({ code: "ENOENT" });
  });

  it("that has no room for the guard's name is an error of the file system, and the dead one's lock stays", async () => {
    const path = join(root, "x".repeat(244));
    if (format === HOST_LOCKS.folder) mkdirSync(`${path}.lock`);
    else writeFileSync(`${path}.lock`, JSON.stringify({ pid: deadPid() }));
    utimesSync(`${path}.lock`, new Date(0), new Date(0));
    await expect(acquireLock(path, format, 0)).rejects.toMatchObject({ code: "ENAMETOOLONG" });
    expect(format.judge(`${path}.lock`)).toBe("dead");
  });

  it("that is there a moment later is waited for", async () => {
    const lock = acquireLock(join(root, "later/x"), format, 2000);
    setTimeout(() => mkdirSync(join(root, "later")), 50);
    expect(await lock).toHaveProperty("release");
    await ((await lock) as HeldLock).release();
  });

  it("is left by somebody dead to whoever holds the guard, and by a dead guard too", async () => {
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
  it("excludes others of this process, and is theirs once it is let go", async () => {
    const first = await held(format);
    const second = acquire(format, 10_000);
    expect(await Promise.race([second, new Promise((done) => setTimeout(done, 200, "waits"))])).toBe("waits");
    expect(first.isStillOurs()).toBe(true);
    await first.release();
    const lock = await second;
    expect(typeof lock === "string" ? lock : lock.isStillOurs()).toBe(true);
    if (typeof lock !== "string") await lock.release();
  });

  it("is lost, and no error, where its folder has become a file", async () => {
    const lock = await held(format);
    rmSync(agentDirIn(root), { recursive: true });
    writeFileSync(agentDirIn(root), "a file");
    expect(lock.isStillOurs()).toBe(false);
    await lock.release();
  });

  it("is known to be lost where it is gone", async () => {
    const lock = await held(format);
    steal();
    expect(lock.isStillOurs()).toBe(false);
    await lock.release();
  });

  it("is known to be lost where another took it before we were done, and the other's stays", async () => {
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

  it("is told by its making which one it is", () => {
    const made = format.make(lockPath);
    expect(format.identityOf(lockPath)).toBe(made);
    format.remove(lockPath);
    expect(format.identityOf(lockPath)).toBeUndefined();
  });

  it("is known to be lost where it is another's, which stays the other's", async () => {
    const lock = await held(format);
    const theirs = takeOver(format);
    expect(lock.isStillOurs()).toBe(false);
    await lock.release();
    expect(format.identityOf(lockPath)).toBe(theirs);
  });

  it("is given back though somebody has changed its time, after which proper-lockfile gives it up", async () => {
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

  it("is given back where the process ends under it", () => {
    const script = `import { acquireLock, HOST_LOCKS } from "./src/store/lock.ts";
      await acquireLock(${JSON.stringify(profilesIn(root))}, HOST_LOCKS.${flavour.lock}, 0); process.exit(0);`;
    spawnSync(NODE, ["--input-type=module", "-e", script], { cwd: repository });
    expect(names()).toEqual([]);
  });

  it("is taken over from the dead by one at a time within one process", async () => {
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

  it("is taken over from the dead by one at a time between 4 processes", async () => {
    expect(await saveAfter(flavour, () => leaveDead(flavour))).toEqual({ refusals: [], lost: [], left: [] });
  });

  it("is taken over from one that died while it took over, too", async () => {
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

/** One save by each of 4 slow processes at once, twenty-five times over what `put` has left there. */
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
  for (let round = 0; round < 25; round += 1) {
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
