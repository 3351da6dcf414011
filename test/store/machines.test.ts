/** Signing in, renewing, undo and log on machines and disks that are not a plain Linux account. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { CodexAuthError, type ErrorCode } from "../../src/errors.ts";
import { addSignIn } from "../../src/rules/pending-sign-ins.ts";
import { createFileAuthStore } from "../../src/store/file-auth-store.ts";
import { createPendingStore, PENDING_FILE } from "../../src/store/pending-sign-ins.ts";
import { isOnOpenDisk, isSamePlace, readPrivateFile, updatePrivateFile } from "../../src/store/private-file.ts";
import { createProfileStore } from "../../src/store/profile-store.ts";
import { createAuditLog } from "../../src/store/records.ts";
import { createSqliteAuthStore } from "../../src/store/sqlite-auth-store.ts";
import { createUndoRecords, UNDO_FILE } from "../../src/store/undo.ts";
import { machine, type Machine } from "../../src/store/machine.ts";
import { diskOfMode, heldOpen, pretend, WINDOWS, withoutLinks, type Chmod } from "../support/machines.ts";
import { makeTempDir } from "../support/temp-dir.ts";
import { loginOf } from "../rules/sign-ins.ts";
import { fileHost, FLAVOURS, profilesIn, seedFiles, storedIn, type Flavour } from "./file-host.ts";
import { MemoryHostAuthStore } from "./memory-host-auth-store.ts";
import { NOW_MS, partsOver, saveRequest } from "./profile-store-requests.ts";

const IS_ROOT = process.getuid?.() === 0;
const MAX_BYTES = 64 * 1024;
const FLAVOUR: Flavour = FLAVOURS[2];

let root: string;
beforeEach(() => {
  root = makeTempDir("machines");
});

const profilesOver = (at: string, flavour: Flavour = FLAVOUR) =>
  createProfileStore(partsOver(createFileAuthStore(fileHost(at, flavour)), createUndoRecords(at)));

const entry = { atMs: NOW_MS, who: "terminal", action: "sign-in", profileName: "work", outcome: "done" } as const;

/** Three sign-ins to one profile, an undo of the last, and everything read back. */
async function useEverything(at: string, flavour: Flavour = FLAVOUR): Promise<unknown> {
  const profiles = profilesOver(at, flavour);
  const pending = createPendingStore(join(at, "tmp"), at);
  const log = createAuditLog(at);
  const id = `${flavour.provider}:work`;
  const answers: unknown[] = [];
  for (const tokens of ["1", "2", "3"]) {
    await pending.update((document) => addSignIn(document, loginOf("a"), NOW_MS));
    answers.push(await profiles.obstacle({ ...saveRequest(id, tokens), isAboutToSave: true }));
    answers.push((await profiles.save(saveRequest(id, tokens))).kind);
    await log.note(entry);
  }
  answers.push((await profiles.undo(saveRequest(id, "3"))).kind);
  return [
    answers,
    (await pending.read()).logins.length,
    (await log.last(9)).length,
    storedIn(at).profiles[id]?.refresh,
  ];
}

const WORKS = [[undefined, "saved", undefined, "saved", undefined, "saved", "saved"], 1, 3, "refresh-2"];

const MACHINES: readonly { readonly name: string; readonly members: Partial<Machine> }[] = [
  { name: "a plain Linux account", members: {} },
  { name: "NTFS: every file is 0777, chmod changes nothing", members: diskOfMode(0o777) },
  { name: "SMB: every file is 0755, chmod is refused", members: diskOfMode(0o755, "EPERM") },
  { name: "Azure Files: every file is 0777, chmod is refused", members: diskOfMode(0o777, "EPERM") },
  { name: "a disk that calls chmod read-only", members: diskOfMode(0o777, "EROFS") },
  { name: "a disk that does not know chmod", members: diskOfMode(0o644, "ENOTSUP") },
  { name: "a disk whose files are 0700 at least", members: diskOfMode(0o700) },
  { name: "Android, where link() is refused", members: { platform: "android", ...withoutLinks("EACCES") } },
  { name: "a disk without hard links", members: withoutLinks("EPERM") },
  { name: "a disk with another word for that", members: withoutLinks("EINVAL") },
  { name: "Windows", members: WINDOWS },
  { name: "Windows with a virus scanner", members: { ...WINDOWS, ...heldOpen(3, "EPERM") } },
  { name: "Windows with a file that is open", members: { ...WINDOWS, ...heldOpen(2, "EBUSY") } },
  { name: "Windows with a file that is being deleted", members: { ...WINDOWS, ...heldOpen(1, "EACCES") } },
  { name: "Windows on a disk without hard links", members: { ...WINDOWS, ...withoutLinks("EISDIR") } },
];

describe("signing in, renewing, undo and log", () => {
  it.each(MACHINES)("work on $name, and leave nothing behind", async ({ members }) => {
    pretend(members);
    expect(await useEverything(root)).toEqual(WORKS);
    const names = ["tmp", "codex-auth", "agents/main/agent"].flatMap((folder) => readdirSync(join(root, folder)));
    expect(names.toSorted()).toEqual(["audit.jsonl", "auth-profiles.json", PENDING_FILE, "undo.json"]);
  });

  it("work on any machine that keeps modes or does not, with links or without", async () => {
    const machines = fc.record({
      platform: fc.constantFrom<NodeJS.Platform>("linux", "android", "win32", "darwin"),
      mode: fc.option(fc.nat(0o777), { nil: undefined }),
      chmod: fc.constantFrom<Chmod>("works", "does nothing", "EPERM", "EROFS", "ENOTSUP"),
      link: fc.option(fc.constantFrom("EACCES", "EPERM", "ENOTSUP", "ENOSYS", "EISDIR", "EMLINK"), { nil: undefined }),
      held: fc.nat(3),
      heldCode: fc.constantFrom("EPERM", "EBUSY", "EACCES"),
    });
    const before = { ...machine };
    onTestFinished(() => void Object.assign(machine, before));
    const property = fc.asyncProperty(machines, async ({ platform, mode, chmod, link, held, heldCode }) => {
      Object.assign(machine, before, { platform });
      if (mode !== undefined) Object.assign(machine, diskOfMode(mode, chmod));
      if (platform === "win32") Object.assign(machine, { userId: () => undefined }, heldOpen(held, heldCode));
      if (link !== undefined) Object.assign(machine, withoutLinks(link));
      expect(await useEverything(makeTempDir("machines-any"))).toEqual(WORKS);
    });
    await fc.assert(property, { numRuns: 15 });
  });
});

const refused = (work: Promise<unknown>): Promise<ErrorCode | undefined> =>
  work.then(
    () => undefined,
    (error: CodexAuthError) => error.code,
  );

/** A private file as another program could have left it. */
function plant(mode: number): string {
  const path = join(root, "private/file.json");
  mkdirSync(join(root, "private"), { mode: 0o700 });
  writeFileSync(path, "planted");
  chmodSync(path, mode);
  return path;
}

describe("a file that others may open", () => {
  it.each([0o640, 0o604, 0o666, 0o777])(
    "is refused on a disk that keeps modes, whatever the platform (%o)",
    async (mode) => {
      const path = plant(mode);
      for (const platform of ["linux", "android", "darwin"] as const) {
        pretend({ platform });
        expect(await refused(readPrivateFile(path, MAX_BYTES))).toBe("pending-insecure");
      }
      expect(readdirSync(join(root, "private"))).toEqual(["file.json"]);
    },
  );

  it("is refused if chmod is refused on a disk that keeps modes", async () => {
    pretend({ chmod: diskOfMode(0, "EPERM").chmod as Machine["chmod"] });
    expect(await refused(readPrivateFile(plant(0o644), MAX_BYTES))).toBe("pending-insecure");
  });

  it("is refused if nothing can be made beside it, so that the disk cannot be tried", async () => {
    const path = plant(0o644);
    const asNobody = `
      import { readPrivateFile } from ${JSON.stringify(new URL("../../src/store/private-file.ts", import.meta.url).href)};
      import { machine } from ${JSON.stringify(new URL("../../src/store/machine.ts", import.meta.url).href)};
      Object.assign(machine, { userId: () => ${process.getuid?.()}, modeOf: () => 0o777 });
      await readPrivateFile(process.argv[1], 1024).catch((error) => console.log(error.code));
    `;
    const who = IS_ROOT ? { uid: 65_534, gid: 65_534 } : {};
    chmodSync(root, 0o755);
    chmodSync(join(root, "private"), 0o555);
    const options = ["--no-warnings", "--input-type=module", "-e", asNobody, path];
    const result = spawnSync(process.execPath, options, { encoding: "utf8", ...who });
    chmodSync(join(root, "private"), 0o700);
    expect(result.stdout.trim()).toBe("pending-insecure");
  });

  it("is still refused on a disk without modes if it is a link or has two names", async () => {
    const path = plant(0o600);
    pretend(diskOfMode(0o777));
    expect(await refused(readPrivateFile(path, MAX_BYTES))).toBeUndefined();
    symlinkSync(path, join(root, "private/link"));
    execFileSync("ln", [path, join(root, "private/second")]);
    expect(await refused(readPrivateFile(join(root, "private/link"), MAX_BYTES))).toBe("pending-insecure");
    expect(await refused(readPrivateFile(path, MAX_BYTES))).toBe("pending-insecure");
  });

  it("is still refused on Windows if it is a link", async () => {
    pretend(WINDOWS);
    symlinkSync(plant(0o600), join(root, "private/link"));
    expect(await refused(readPrivateFile(join(root, "private/link"), MAX_BYTES))).toBe("pending-insecure");
  });

  it("is found by the audit on a disk without modes, and not on Windows", async () => {
    const path = plant(0o600);
    chmodSync(join(root, "private"), 0o755);
    expect(await isOnOpenDisk(path)).toBe(false);
    pretend(diskOfMode(0o777));
    expect([await isOnOpenDisk(path), await isOnOpenDisk(join(root, "nothing/file.json"))]).toEqual([true, false]);
    pretend(WINDOWS);
    expect(await isOnOpenDisk(path)).toBe(false);
  });
});

const write = () => updatePrivateFile(join(root, "private/file.json"), MAX_BYTES, () => ({ result: 1, next: "new" }));

describe("a rename that Windows refuses", () => {
  it("is given up after a bounded time, with the old file as it was and nothing beside it", async () => {
    const path = plant(0o600);
    pretend({ ...WINDOWS, rename: heldOpen(1e9, "EBUSY").rename });
    expect(await refused(write())).toBe("pending-unwritable");
    expect([readFileSync(path, "utf8"), readdirSync(join(root, "private"))]).toEqual(["planted", ["file.json"]]);
  });

  it("is not tried again once the lock is lost", async () => {
    const path = plant(0o600);
    const rename = () => {
      execFileSync("rm", [`${path}.lock`]);
      throw Object.assign(new Error("held"), { code: "EPERM" });
    };
    pretend({ ...WINDOWS, rename });
    expect(await refused(write())).toBe("pending-locked");
    expect(readFileSync(path, "utf8")).toBe("planted");
  });

  it("is not tried again on Linux", async () => {
    plant(0o600);
    let calls = 0;
    const { rename } = heldOpen(1e9, "EBUSY");
    pretend({ rename: (from, to) => ((calls += 1), rename(from, to)) });
    expect([await refused(write()), calls]).toEqual(["pending-unwritable", 1]);
  });
});

const state = () => join(root, "state");
const named = (folder: string) => join(folder, "agent/auth-profiles.json");

/** Two paths of one folder. */
const SPELLINGS = [
  { name: "a link", alias: () => (symlinkSync(join(root, "state"), join(root, "alias")), join(root, "alias")) },
  { name: "dots", alias: () => `${root}/./state/../state` },
  {
    name: "a link above it",
    alias: () => (symlinkSync(root, join(root, "above")), join(root, "above/state")),
  },
] as const;

describe.each(SPELLINGS)("a store behind $name", ({ alias }) => {
  let other: string;
  beforeEach(() => {
    mkdirSync(join(root, "state"));
    other = alias();
  });
  it("has the pending sign-ins of the other spelling", async () => {
    const { binding, ...login } = loginOf("a");
    const ofState = { ...login, binding: { ...binding, gateway: state() } };
    await createPendingStore(root, state()).update((document) => addSignIn(document, ofState, NOW_MS));
    const [seen] = (await createPendingStore(root, other).read()).logins;
    expect(seen?.binding.gateway).toBe(other);
    const [elsewhere] = (await createPendingStore(root, root).read()).logins;
    expect(elsewhere?.binding.gateway).toBe(state());
  });

  it("has the undo records of the other spelling", async () => {
    const profiles = profilesOver(state());
    const id = `${FLAVOUR.provider}:work`;
    for (const tokens of ["1", "2"]) await profiles.save(saveRequest(id, tokens));
    expect(await profilesOver(other).undo(saveRequest(id, "2"))).toMatchObject({ kind: "saved" });
    expect(storedIn(state()).profiles[id]?.refresh).toBe("refresh-1");
  });

  it("is the store that a sign-in was started for, before its file exists too", () => {
    const over = (folder: string) => {
      const host = { ...createFileAuthStore(fileHost(folder, FLAVOUR)), namedPath: named(folder) };
      return createProfileStore(partsOver(host, createUndoRecords(folder)));
    };
    expect(over(other).isStore(over(state()).storeId)).toBe(true);
    seedFiles(state(), FLAVOUR, { profiles: {} });
    expect(over(other).isStore(over(state()).storeId)).toBe(true);
    expect(over(other).isStore(over(root).storeId)).toBe(false);
    expect(over(other).isStore(FLAVOUR.provider)).toBe(false);
  });
});

const NOBODY = 65_534;
const ownersIn = () =>
  ["", "state", "state/codex-auth", "state/codex-auth/undo.json"].map((path) => lstatSync(join(root, path)).uid);

interface OwnerRow {
  readonly name: string;
  /** The paths that belong to another user. */
  readonly theirs: readonly string[];
  readonly code?: ErrorCode;
}

const OWNERS: readonly OwnerRow[] = [
  { name: "all of it", theirs: ["", "codex-auth", "codex-auth/undo.json", "codex-auth/audit.jsonl"] },
  { name: "all but the files", theirs: ["", "codex-auth"] },
  { name: "only the state folder", theirs: [""] },
  { name: "only the folder of the plugin", theirs: ["codex-auth"], code: "state-of-other-user" },
  { name: "only the files", theirs: ["codex-auth/undo.json", "codex-auth/audit.jsonl"], code: "state-of-other-user" },
  {
    name: "the folder of the plugin and its files",
    theirs: ["codex-auth", "codex-auth/undo.json", "codex-auth/audit.jsonl"],
    code: "state-of-other-user",
  },
];

describe.runIf(IS_ROOT)("a gateway of root in a state folder of which another user owns", () => {
  it.each(OWNERS)("$name: answers in those words, and changes no owner", async ({ theirs, code }) => {
    mkdirSync(state());
    await useEverything(state());
    for (const path of theirs) chownSync(join(state(), path), NOBODY, NOBODY);
    const before = ownersIn();
    const profiles = profilesOver(state());
    const request = saveRequest(`${FLAVOUR.provider}:work`, "4");
    expect(await profiles.obstacle({ ...request, isAboutToSave: true })).toBe(code);
    expect(await profiles.save(request)).toMatchObject(code === undefined ? { kind: "saved" } : { code });
    expect(await refused(createAuditLog(state()).note(entry))).toBe(code);
    expect(ownersIn().slice(0, 3)).toEqual(before.slice(0, 3));
  });

  it("does not use a temporary folder that another user made there first", async () => {
    const theirs = join(root, "openclaw-0");
    mkdirSync(theirs, { mode: 0o700 });
    await createPendingStore(theirs).update((document) => addSignIn(document, loginOf("a"), NOW_MS));
    for (const path of [theirs, join(theirs, PENDING_FILE)]) chownSync(path, NOBODY, NOBODY);
    expect(await refused(createPendingStore(theirs).read())).toBe("pending-of-other-user");
    const added = createPendingStore(theirs).update((document) => addSignIn(document, loginOf("b"), NOW_MS));
    expect(await refused(added)).toBe("pending-of-other-user");
  });
});

/** Mounts need root, and some machines refuse them all the same. */
function mounted(words: readonly string[], at: string): boolean {
  const isMounted = IS_ROOT && spawnSync(words[0] ?? "", words.slice(1)).status === 0;
  if (isMounted) onTestFinished(() => void spawnSync("umount", ["-l", at]));
  return isMounted;
}

/** A new NTFS disk in a file, at `root/disk`. Undefined if this machine cannot mount one. */
function mountNtfs(program: string, options: string): string | undefined {
  const [image, at] = [join(root, "image"), join(root, "disk")];
  mkdirSync(at);
  writeFileSync(image, "");
  spawnSync("truncate", ["-s", "16M", image]);
  if (spawnSync("mkntfs", ["-Fq", image]).status !== 0) return undefined;
  return mounted([program, "-o", options, image, at], at) ? at : undefined;
}

describe("a real NTFS disk", () => {
  it("works as others do, and is found by the audit", async ({ skip }) => {
    const disk = mountNtfs("ntfs-3g", "umask=000") ?? skip("no NTFS can be mounted here");
    expect(await useEverything(disk)).toEqual(WORKS);
    expect(await isOnOpenDisk(join(disk, UNDO_FILE))).toBe(true);
    symlinkSync(join(disk, UNDO_FILE), join(disk, "link"));
    expect(await refused(readPrivateFile(join(disk, "link"), MAX_BYTES))).toBe("pending-insecure");
  });

  it("that ignores case has one store under two spellings", async ({ skip }) => {
    const disk = mountNtfs("lowntfs-3g", "ignore_case") ?? skip("no NTFS can be mounted here");
    mkdirSync(join(disk, "State"));
    const [one, other] = [join(disk, "State"), join(disk, "STATE")];
    if (!existsSync(other)) skip("this NTFS does not ignore case");
    expect([isSamePlace(one, other), isSamePlace(one, disk)]).toEqual([true, false]);
    await useEverything(one);
    const [answers, pending, , tokens] = (await useEverything(other)) as typeof WORKS;
    expect([answers, pending, tokens]).toEqual([WORKS[0], WORKS[1], WORKS[3]]);
  });
});

interface UnwritableRow {
  readonly name: string;
  /** Returns false if this machine cannot do it. */
  readonly spoil: (path: string) => boolean;
}

function withAttribute(attribute: string, path: string): boolean {
  const isSet = IS_ROOT && spawnSync("chattr", [`+${attribute}`, path]).status === 0;
  if (isSet) onTestFinished(() => void spawnSync("chattr", [`-${attribute}`, path]));
  return isSet;
}

const bind = (path: string, options: string) => mounted(["mount", "--bind", "-o", options, path, path], path);
const remounted = (path: string) =>
  bind(path, "rw") && spawnSync("mount", ["-o", "remount,bind,ro", path]).status === 0;
const folderOf = (path: string) => join(path, "..");

const UNWRITABLE: readonly UnwritableRow[] = [
  { name: "mounted by itself, read-only", spoil: remounted },
  { name: "mounted by itself, though it can be written", spoil: (path) => bind(path, "rw") },
  { name: "in a folder that is mounted read-only", spoil: (path) => remounted(folderOf(path)) },
  { name: "immutable", spoil: (path) => withAttribute("i", path) },
  { name: "append-only", spoil: (path) => withAttribute("a", path) },
  { name: "in an immutable folder", spoil: (path) => withAttribute("i", folderOf(path)) },
  { name: "in an append-only folder", spoil: (path) => withAttribute("a", folderOf(path)) },
];

const database = (path: string | undefined) =>
  createSqliteAuthStore(Object.assign(new MemoryHostAuthStore(), { storePathOf: () => path }));

describe("the database of a host", () => {
  it.for(UNWRITABLE.filter(({ name }) => !name.includes("though") && !name.includes("append")))(
    "is refused if it is $name",
    async ({ spoil }, { skip }) => {
      const path = profilesIn(root);
      seedFiles(root, FLAVOUR, { profiles: {} });
      expect(await refused(database(path).assertWritable("main"))).toBeUndefined();
      if (!spoil(path)) skip("this machine cannot do that");
      expect(await refused(database(path).assertWritable("main"))).toBe("store-read-only");
    },
  );

  it("is not judged if it does not exist or the host does not name it", async () => {
    expect(await refused(database(undefined).assertWritable("main"))).toBeUndefined();
    expect(await refused(database(join(root, "nothing")).assertWritable("main"))).toBeUndefined();
  });
});

describe.each(UNWRITABLE)("a profile file that is $name", ({ spoil }) => {
  it.for(FLAVOURS)("is refused at the start and at the finish, and stays, for $name", async (flavour, { skip }) => {
    seedFiles(root, flavour, { profiles: {} });
    const path = profilesIn(root);
    const before = readFileSync(path, "utf8");
    if (!spoil(path)) skip("this machine cannot do that");
    for (const isAboutToSave of [false, true]) {
      const request = { ...saveRequest(`${flavour.provider}:work`, "1"), isAboutToSave };
      expect(await profilesOver(root, flavour).obstacle(request)).toBe("store-read-only");
    }
    expect(readFileSync(path, "utf8")).toBe(before);
  });
});
