/** The contract over hosts that keep profiles in files, and what only files can suffer. */
import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { CodexAuthError } from "../../src/errors.ts";
import { createFileAuthStore } from "../../src/store/file-auth-store.ts";
import { createProfileStore } from "../../src/store/profile-store.ts";
import type { StoredCredential } from "../../src/store/host-records.ts";
import type { ProfilesDocument } from "../../src/store/profiles-document.ts";
import { NODE } from "../support/host.ts";
import { killTree, spawnOwned } from "../support/owned-process.ts";
import {
  agentDirIn,
  fileHost,
  FLAVOURS,
  lockIn,
  namesIn,
  newRoot,
  plant,
  profilesIn,
  readJson,
  seedFiles,
  stateIn,
  storedIn,
  type Flavour,
} from "./file-host.ts";
import type { AuthConfig } from "./memory-host-auth-store.ts";
import { describeProfileStore, type HostBench } from "./profile-store-contract.ts";
import { credential as credentialOf, partsOver, saveRequest } from "./profile-store-requests.ts";

const repository = new URL("../../", import.meta.url).pathname;
const CHILD = join(repository, "test/store/file-auth-store-child.ts");
const IS_ROOT = process.getuid?.() === 0;
/** Anybody but us. */
const NOBODY = 65_534;
/** Long enough for whoever really works, short enough for a lock that a test never lets go. */
const WAIT_MS = 400;
const HOLDS = /(?:^|\/)(?:auth-profiles|auth-state)\.json(?:\.codex-auth-corrupt-\d+)?$/;
const [FOLDER_HOST, FILE_HOST, TWO_FILES_HOST] = FLAVOURS;

function openFiles(flavour: Flavour): HostBench {
  const root = newRoot();
  let config: AuthConfig = {};
  const planted = new Set<string>();
  const store = createFileAuthStore(
    fileHost(root, flavour, () => config),
    WAIT_MS,
  );
  const letGo = () => {
    rmSync(lockIn(root), { recursive: true, force: true });
    planted.clear();
  };
  return {
    host: store,
    configure: (auth) => void (config = auth),
    seed: async (document, agentId) => seedFiles(root, flavour, document, agentId),
    stored: (agentId) => storedIn(root, agentId),
    async trouble(kind, tries) {
      if (kind === "unreadable") plant(profilesIn(root), '{"profiles": {"canary');
      else leaveLock(root, flavour, planted);
      // This store waits for others by itself, and tries no second time.
      if (tries !== undefined) setTimeout(letGo, WAIT_MS / 2);
    },
    files: () => namesIn(root).filter((name) => !planted.has(name)),
    close: async () => rmSync(root, { recursive: true, force: true }),
  };
}

/** A lock that is held by a living process: this one, as the host's own writer in our process would. */
function leaveLock(root: string, flavour: Flavour, planted?: Set<string>): void {
  if (flavour.lock === "folder") mkdirSync(lockIn(root), { recursive: true });
  else plant(lockIn(root), JSON.stringify({ pid: process.pid, createdAt: new Date().toISOString() }));
  planted?.add(lockIn(root).slice(root.length + 1));
}

for (const flavour of FLAVOURS) {
  describeProfileStore(`files of ${flavour.name}`, async () => openFiles(flavour), {
    provider: flavour.provider,
    troubles: ["locked", "unreadable"],
    mayHold: (file) => HOLDS.test(file),
  });
}

let root: string;

beforeEach(() => {
  root = newRoot();
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

const idOf = (flavour: Flavour, name: string) => `${flavour.provider}:${name}`;
const recordOf = (flavour: Flavour, name: string) => credentialOf(name, { provider: flavour.provider });
const hostOf = (flavour: Flavour) => createFileAuthStore(fileHost(root, flavour), WAIT_MS);

function save(flavour: Flavour, name: string, agentId = "main") {
  const { credential: draft, ...request } = saveRequest(idOf(flavour, name), name, { agentId });
  const store = createProfileStore(partsOver(hostOf(flavour)));
  return store.save({ ...request, credential: { ...draft, provider: flavour.provider } });
}

const SAVED = expect.objectContaining({ kind: "saved", isSelectable: true });
const refused = (code: string) => ({ kind: "refused", code });
const modeOf = (path: string) => (lstatSync(path).mode & 0o777).toString(8);
const copiesOf = (path: string) =>
  readdirSync(dirname(path))
    .filter((name) => name.startsWith(`${basename(path)}.codex-auth-corrupt-`))
    .map((name) => join(dirname(path), name));

function startChild(task: string, flavour: Flavour, ...args: string[]) {
  const env = { PATH: "/usr/bin:/bin" };
  return spawnOwned(NODE, [CHILD, task, root, flavour.name, ...args], { env, cwd: repository });
}

async function lastLineOf(child: ReturnType<typeof startChild>): Promise<string> {
  let last = "nothing";
  for await (const line of createInterface({ input: child.stdout })) last = line;
  return last;
}

async function startHolder(flavour: Flavour) {
  const child = startChild("hold", flavour);
  for await (const line of createInterface({ input: child.stdout })) if (line === "held") return child;
  throw new Error("the holder ended");
}

// One host of each lock: other differences do not matter here.
describe.each([FLAVOURS[0], FLAVOURS[2]])("several writers of $name", (flavour) => {
  beforeEach(() => seedFiles(root, flavour, { profiles: { [idOf(flavour, "a")]: recordOf(flavour, "a") } }));

  it("lose nothing between two of our processes and two of the host's that save 10 profiles each", async () => {
    const children = ["save", "host", "save", "host"].map((task, at) => startChild(task, flavour, `p${at}`, "10"));
    expect(await Promise.all(children.map(lastLineOf))).toEqual(["done", "done", "done", "done"]);
    expect(Object.keys(storedIn(root).profiles)).toHaveLength(41);
    expect(namesIn(root).filter((name) => !HOLDS.test(name))).toEqual([]);
  });

  it("lose nothing within one process", async () => {
    const names = Array.from({ length: 10 }, (_, index) => `n${index}`);
    const patient = createProfileStore(partsOver(createFileAuthStore(fileHost(root, flavour))));
    const saves = names.map((name) => {
      const { credential: draft, ...request } = saveRequest(idOf(flavour, name), name);
      return patient.save({ ...request, credential: { ...draft, provider: flavour.provider } });
    });
    expect(await Promise.all(saves)).toEqual(names.map(() => SAVED));
    expect(Object.keys(storedIn(root).profiles)).toHaveLength(11);
  });

  it("go on after one was killed under the lock, with nothing of what it had not written", async () => {
    const before = readFileSync(profilesIn(root));
    killTree(await startHolder(flavour));
    expect(existsSync(lockIn(root))).toBe(true);
    expect(readFileSync(profilesIn(root))).toEqual(before);
    // Half a minute later: only its age tells that a folder's holder is dead.
    if (flavour.lock === "folder") utimesSync(lockIn(root), new Date(0), new Date(0));
    expect(await save(flavour, "work")).toEqual(SAVED);
    expect(namesIn(root).filter((name) => !HOLDS.test(name))).toEqual([]);
  });

  it("wait for one that lives, and say so after a while", async () => {
    const holder = await startHolder(flavour);
    const before = readFileSync(profilesIn(root));
    expect(await save(flavour, "work")).toEqual(refused("store-locked"));
    expect(readFileSync(profilesIn(root))).toEqual(before);
    killTree(holder);
  });
});

interface BrokenRow {
  readonly name: string;
  readonly content: string | Uint8Array;
}

const nested = (depth: number) =>
  `{"version":1,"profiles":{"openai:b":{"type":"oauth","foo":${"[".repeat(depth)}${"]".repeat(depth)}}}}`;

/** What the host itself would silently put an empty store in the place of. */
const BROKEN: readonly BrokenRow[] = [
  { name: "empty", content: "" },
  { name: "cut off", content: '{"version":1,"profiles":{"openai:a":{"type":"oauth","ref' },
  { name: "no JSON", content: "profiles: {}" },
  { name: "no object", content: "[]" },
  { name: "null", content: "null" },
  { name: "with a list of profiles", content: '{"version":1,"profiles":[{}]}' },
  { name: "with text in place of profiles", content: '{"version":1,"profiles":"x"}' },
  // The next write would make it null, in a profile that nobody named.
  { name: "with a number past all numbers", content: '{"version":1,"profiles":{"openai:b":{"expires":1e999}}}' },
  { name: "nested deeper than can be written again", content: nested(20_000) },
  { name: "no UTF-8", content: Buffer.from('{"profiles":{"\xff":{}}}', "latin1") },
  { name: "marked as UTF-8 by its first bytes, which the host cannot read", content: '\uFEFF{"profiles":{}}' },
];

// One flavour: what is read does not depend on the lock, and each case waits for a writer that might be half-way.
describe.each(FLAVOURS.slice(-1))("a file of $name that cannot be read", (flavour) => {
  it.each(BROKEN)("stops the work and stays as it is: $name", async ({ content }) => {
    plant(profilesIn(root), content, 0o640);
    expect(await save(flavour, "work")).toEqual(refused("store-unreadable"));
    await expect(hostOf(flavour).read(agentDirIn(root))).rejects.toThrow(new CodexAuthError("store-unreadable"));
    expect(readFileSync(profilesIn(root))).toEqual(Buffer.from(content));
    expect(modeOf(profilesIn(root))).toBe("640");
  });
});

const updating = (flavour: Flavour, edit: (document: ProfilesDocument) => boolean = () => true) =>
  hostOf(flavour).update({ agentDir: undefined, keepInOrder: [], edit });

describe("what cannot be read under the lock", () => {
  it.each(BROKEN)("is kept beside the file, once: $name", async ({ content }) => {
    plant(profilesIn(root), content, 0o644);
    for (let round = 0; round < 2; round += 1) {
      await expect(updating(FILE_HOST)).rejects.toThrow(new CodexAuthError("store-unreadable"));
    }
    const copies = copiesOf(profilesIn(root));
    expect(copies.map((copy) => readFileSync(copy))).toEqual([Buffer.from(content)]);
    expect(copies.map(modeOf)).toEqual(["600"]);
    expect(namesIn(root)).toHaveLength(2);
  });

  it("is kept again if it has changed", async () => {
    for (const content of ["one", "two", "one"]) {
      plant(profilesIn(root), content);
      await expect(updating(FILE_HOST)).rejects.toThrow(new CodexAuthError("store-unreadable"));
    }
    expect(
      copiesOf(profilesIn(root))
        .map((copy) => readFileSync(copy, "utf8"))
        .toSorted(),
    ).toEqual(["one", "two"]);
  });

  it("is kept of the second file too, and the first one stays as it was", async () => {
    seedFiles(root, TWO_FILES_HOST, { profiles: {} });
    plant(stateIn(root), '{"order":');
    const before = readFileSync(profilesIn(root));
    await expect(updating(TWO_FILES_HOST)).rejects.toThrow(new CodexAuthError("store-unreadable"));
    expect(copiesOf(stateIn(root)).map((copy) => readFileSync(copy, "utf8"))).toEqual(['{"order":']);
    expect(readFileSync(profilesIn(root))).toEqual(before);
  });

  it("is not handed to the edit", async () => {
    plant(profilesIn(root), "{");
    let asked = 0;
    await expect(updating(FILE_HOST, () => (asked += 1) > 0)).rejects.toThrow(CodexAuthError);
    expect(asked).toBe(0);
  });
});

interface UntrustedRow {
  readonly name: string;
  readonly spoil: () => void;
}

/** What is in the place of a file of ours; none of it is copied. */
const UNTRUSTED: readonly UntrustedRow[] = [
  { name: "a folder", spoil: () => mkdirSync(profilesIn(root), { recursive: true }) },
  {
    name: "a pipe, which would keep a reader for ever",
    spoil: () => (mkdirSync(agentDirIn(root), { recursive: true }), execFileSync("mkfifo", [profilesIn(root)])),
  },
  { name: "more than 16 MiB", spoil: () => plant(profilesIn(root), " ".repeat(16 * 1024 * 1024 + 1)) },
  {
    name: "a link that leads to itself",
    spoil: () => (mkdirSync(agentDirIn(root), { recursive: true }), symlinkSync(profilesIn(root), profilesIn(root))),
  },
  {
    name: "a link to a folder",
    spoil: () => (mkdirSync(agentDirIn(root), { recursive: true }), symlinkSync(root, profilesIn(root))),
  },
];

// One host: reading does not depend on the lock.
describe.each(FLAVOURS.slice(1, 2))("a path that is not our file, for $name", (flavour) => {
  it.each(UNTRUSTED)("stops the work and stays as it is: $name", async ({ spoil }) => {
    spoil();
    const before = namesIn(root);
    expect(await save(flavour, "work")).toEqual(refused("store-unreadable"));
    await expect(updating(flavour)).rejects.toThrow(new CodexAuthError("store-unreadable"));
    expect(namesIn(root)).toEqual(before);
  });
});

/** As a gateway of root meets it in a folder that is mounted from another user's. */
const OF_NOBODY = [
  { name: "the file", paths: () => [profilesIn(root)] },
  { name: "the folder", paths: () => [agentDirIn(root)] },
  { name: "everything", paths: () => [profilesIn(root), agentDirIn(root), root] },
] as const;

describe.runIf(IS_ROOT).each(FLAVOURS)("a store of another user, for $name", (flavour) => {
  it.each(OF_NOBODY)("is changed as the process's own user, and given to nobody: $name", async ({ paths }) => {
    seedFiles(root, flavour, { profiles: { other: recordOf(flavour, "other") } });
    for (const path of paths()) chownSync(path, NOBODY, NOBODY);
    const owners = () => [root, agentDirIn(root)].map((folder) => lstatSync(folder).uid);
    const before = owners();
    expect(await save(flavour, "work")).toMatchObject({ kind: "saved" });
    expect([owners(), Object.keys(storedIn(root).profiles).length]).toEqual([before, 2]);
  });
});

describe("a host that writes in place", () => {
  const whole = JSON.stringify({ version: 1, profiles: { "openai-codex:a": recordOf(FILE_HOST, "a") } });

  it.each([
    { name: "nothing yet", half: "" },
    { name: "half of it", half: whole.slice(0, 40) },
  ])("is read once it is done: $name", async ({ half }) => {
    plant(profilesIn(root), half);
    const reading = hostOf(FILE_HOST).read(agentDirIn(root));
    setTimeout(() => writeFileSync(profilesIn(root), whole), 80);
    expect(Object.keys((await reading).profiles)).toEqual(["openai-codex:a"]);
  });

  it("is waited for under the lock too, and no copy is kept", async () => {
    plant(profilesIn(root), whole.slice(0, 40));
    const updated = updating(FILE_HOST, (document) => {
      document.profiles["openai-codex:b"] = recordOf(FILE_HOST, "b");
      return true;
    });
    setTimeout(() => writeFileSync(profilesIn(root), whole), 80);
    await updated;
    expect(Object.keys(storedIn(root).profiles)).toEqual(["openai-codex:a", "openai-codex:b"]);
    expect(namesIn(root)).toEqual([profilesIn(root).slice(root.length + 1)]);
  });
});

describe.each(FLAVOURS)("what is written for $name", (flavour) => {
  it("makes the agent's folder, and a file that only we can open", async () => {
    expect(await save(flavour, "work")).toEqual(SAVED);
    expect([modeOf(agentDirIn(root)), modeOf(profilesIn(root))]).toEqual(["700", "600"]);
    expect(readJson(profilesIn(root))).toMatchObject({ version: 1 });
    expect(namesIn(root)).toEqual([profilesIn(root).slice(root.length + 1)]);
  });

  it("takes other people's access to the file away, as the host does", async () => {
    plant(profilesIn(root), '{"version":1,"profiles":{}}');
    chmodSync(profilesIn(root), 0o644);
    await save(flavour, "work");
    expect(modeOf(profilesIn(root))).toBe("600");
  });

  it("changes nothing if the edit wants no write, not even spaces", async () => {
    plant(profilesIn(root), ' {"profiles":{ } , "version":1}\n\n');
    const before = readFileSync(profilesIn(root));
    await updating(flavour, () => false);
    await updating(flavour, () => true);
    await updating(flavour, (async () => true) as never);
    expect(readFileSync(profilesIn(root))).toEqual(before);
    expect(namesIn(root)).toHaveLength(1);
  });

  it("changes nothing if the edit throws, and releases the lock", async () => {
    seedFiles(root, flavour, { profiles: {} });
    const before = readFileSync(profilesIn(root));
    const failing = updating(flavour, () => {
      throw new CodexAuthError("internal");
    });
    await expect(failing).rejects.toThrow(new CodexAuthError("internal"));
    expect([readFileSync(profilesIn(root)), namesIn(root).length]).toEqual([before, 1]);
  });

  it("changes nothing if the lock was lost", async () => {
    seedFiles(root, flavour, { profiles: {} });
    const before = readFileSync(profilesIn(root));
    const robbed = updating(flavour, (document) => {
      document.profiles["x"] = recordOf(flavour, "x");
      rmSync(lockIn(root), { recursive: true });
      return true;
    });
    await expect(robbed).rejects.toThrow(new CodexAuthError("store-locked"));
    expect([readFileSync(profilesIn(root)), namesIn(root).length]).toEqual([before, 1]);
  });

  it("changes nothing if the lock was held so long that an old host may take it over", async () => {
    seedFiles(root, flavour, { profiles: {} });
    const before = readFileSync(profilesIn(root));
    vi.useFakeTimers({ toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    const slow = updating(flavour, (document) => {
      document.profiles["x"] = recordOf(flavour, "x");
      vi.setSystemTime(Date.now() + 20_000);
      return true;
    });
    await expect(slow).rejects.toThrow(new CodexAuthError("store-locked"));
    expect([readFileSync(profilesIn(root)), namesIn(root).length]).toEqual([before, 1]);
  });

  it("removes what a killed process of ours left half-written, and nobody else's", async () => {
    plant(`${profilesIn(root)}.codex-auth-999999.tmp`, '{"refresh":"canary"}');
    plant(`${profilesIn(root)}.1b4e28ba-2fa1-11d2-883f-0016d3cca427.tmp`, "the host's");
    await save(flavour, "work");
    expect(namesIn(root).map((name) => basename(name))).toEqual([
      "auth-profiles.json",
      "auth-profiles.json.1b4e28ba-2fa1-11d2-883f-0016d3cca427.tmp",
    ]);
  });

  it("replaces a record whole, so that no reference to a sidecar wins over the new tokens", async () => {
    const old = { ...recordOf(flavour, "work"), oauthRef: { id: "sidecar" } };
    seedFiles(root, flavour, { profiles: { [idOf(flavour, "work")]: old } });
    expect(await save(flavour, "work")).toEqual(SAVED);
    expect(storedIn(root).profiles[idOf(flavour, "work")]).not.toHaveProperty("oauthRef");
  });

  it("is reported to the gateway without holding our lock", async () => {
    let names: readonly string[] = ["untold"];
    const told = fileHost(root, flavour);
    const host = createFileAuthStore({ ...told, publish: async () => ((names = namesIn(root)), "restart") });
    const { credential: draft, ...request } = saveRequest(idOf(flavour, "work"), "1");
    const result = await createProfileStore(partsOver(host)).save({
      ...request,
      credential: { ...draft, provider: flavour.provider },
    });
    expect(result).toMatchObject({ kind: "saved", activation: "restart" });
    expect(names.filter((name) => !HOLDS.test(name))).toEqual([]);
  });
});

const elsewhere = () => join(root, "elsewhere/profiles.json");

function link(): void {
  mkdirSync(agentDirIn(root), { recursive: true });
  mkdirSync(join(root, "elsewhere"));
  symlinkSync("../../../elsewhere/profiles.json", profilesIn(root));
}

describe("a link in the place of the file", () => {
  it.each(FLAVOURS)("stays, and what it leads to is written: $name", async (flavour) => {
    link();
    writeFileSync(elsewhere(), JSON.stringify({ version: 1, profiles: { x: recordOf(flavour, "x") }, foo: 1 }));
    const before = lstatSync(elsewhere()).ino;
    expect(await save(flavour, "work")).toEqual(SAVED);
    expect(readlinkSync(profilesIn(root))).toBe("../../../elsewhere/profiles.json");
    expect(Object.keys(storedIn(root).profiles)).toEqual(["x", idOf(flavour, "work")]);
    expect([modeOf(elsewhere()), lstatSync(elsewhere()).ino === before]).toEqual(["600", false]);
    expect(readdirSync(join(root, "elsewhere"))).toEqual(["profiles.json"]);
  });

  it.each(FLAVOURS)("that leads to nothing yet is an empty store, as it is for the host: $name", async (flavour) => {
    link();
    expect(await save(flavour, "work")).toEqual(SAVED);
    expect(Object.keys(readJson(elsewhere())["profiles"] ?? {})).toEqual([idOf(flavour, "work")]);
    expect(lstatSync(profilesIn(root)).isSymbolicLink()).toBe(true);
  });

  it.each([
    { flavour: FOLDER_HOST, place: () => `${elsewhere()}.lock` },
    { flavour: FILE_HOST, place: () => lockIn(root) },
  ])("has its lock where the host looks for it: $flavour.name", async ({ flavour, place }) => {
    link();
    writeFileSync(elsewhere(), '{"version":1,"profiles":{}}');
    let isThere = false;
    await updating(flavour, () => !(isThere = existsSync(place())));
    expect(isThere).toBe(true);
  });

  it("that is the agent's whole folder has its lock in the real one", async () => {
    mkdirSync(join(root, "real"));
    mkdirSync(dirname(agentDirIn(root)), { recursive: true });
    symlinkSync(join(root, "real"), agentDirIn(root));
    let isThere = false;
    await updating(FILE_HOST, () => !(isThere = existsSync(join(root, "real/auth-profiles.json.lock"))));
    expect(isThere).toBe(true);
    expect(await save(FILE_HOST, "work")).toEqual(SAVED);
    expect(readdirSync(join(root, "real"))).toEqual(["auth-profiles.json"]);
  });
});

describe("order and statistics of a host that keeps them apart", () => {
  const a = "openai:a";
  const profiles = { [a]: recordOf(TWO_FILES_HOST, "a") };

  it("make no second file if there is nothing to keep", async () => {
    seedFiles(root, TWO_FILES_HOST, { profiles });
    await save(TWO_FILES_HOST, "work");
    expect(existsSync(stateIn(root))).toBe(false);
  });

  it("go to the second file, and the rest of it stays", async () => {
    seedFiles(root, TWO_FILES_HOST, { profiles });
    plant(
      stateIn(root),
      JSON.stringify({ version: 1, order: { openai: [a], x: ["x:1"] }, lastGood: { openai: a }, foo: [1] }),
    );
    await save(TWO_FILES_HOST, "work");
    expect(readJson(stateIn(root))).toEqual({
      version: 1,
      order: { openai: [a, "openai:work"], x: ["x:1"] },
      lastGood: { openai: a },
      foo: [1],
    });
    expect(Object.keys(readJson(profilesIn(root)))).toEqual(["version", "profiles"]);
    expect(modeOf(stateIn(root))).toBe("600");
  });

  it("stay unchanged in the second file if they do not change", async () => {
    seedFiles(root, TWO_FILES_HOST, { profiles, order: { openai: [a] } });
    const before = readFileSync(stateIn(root));
    await save(TWO_FILES_HOST, "a");
    expect(readFileSync(stateIn(root))).toEqual(before);
  });

  it("of an older host are still in the first file: they count until the second has its own", async () => {
    plant(
      profilesIn(root),
      JSON.stringify({ version: 1, profiles, order: { openai: [a] }, usageStats: { [a]: { errorCount: 3 } } }),
    );
    expect(await save(TWO_FILES_HOST, "work")).toEqual(SAVED);
    expect(readJson(stateIn(root))).toEqual({ version: 1, order: { openai: [a, "openai:work"] } });
    expect(readJson(profilesIn(root))).toMatchObject({ order: { openai: [a] } });
    expect(await hostOf(TWO_FILES_HOST).selectableIds(agentDirIn(root))).toEqual([a, "openai:work"]);
  });

  it("go to the second file wherever there is one", async () => {
    seedFiles(root, FILE_HOST, { profiles: {}, order: { "openai-codex": ["openai-codex:a"] } });
    plant(stateIn(root), '{"version":1}');
    expect(await save(FILE_HOST, "work")).toEqual(SAVED);
    expect(readJson(stateIn(root))).toEqual({
      version: 1,
      order: { "openai-codex": ["openai-codex:a", "openai-codex:work"] },
    });
  });
});

describe("an agent of its own", () => {
  const own = recordOf(FILE_HOST, "own");

  it("puts its own statistics, order and records before main's", async () => {
    const shared = { a: recordOf(FILE_HOST, "main-a"), b: recordOf(FILE_HOST, "main-b") };
    seedFiles(root, FILE_HOST, {
      profiles: shared,
      order: { x: ["a"], y: ["b"] },
      usageStats: { a: { errorCount: 1 } },
    });
    seedFiles(
      root,
      FILE_HOST,
      { profiles: { a: own }, order: { x: ["own"] }, usageStats: { a: { errorCount: 2 } } },
      "second",
    );
    expect(await hostOf(FILE_HOST).read(agentDirIn(root, "second"))).toEqual({
      profiles: { a: own, b: shared.b },
      order: { x: ["own"], y: ["b"] },
      usageStats: { a: { errorCount: 2 } },
    });
  });
});

describe("a record that cannot be read", () => {
  const odd = { type: 7, provider: "openai-codex", key: "canary" };

  it("is not shown, and stays as it is while others are saved", async () => {
    plant(profilesIn(root), JSON.stringify({ profiles: { "openai-codex:odd": odd } }));
    expect(Object.keys((await hostOf(FILE_HOST).read(agentDirIn(root))).profiles)).toEqual([]);
    await save(FILE_HOST, "work");
    expect(storedIn(root).profiles["openai-codex:odd"]).toEqual(odd);
  });
});

const auth = (content: unknown) => plant(join(agentDirIn(root), "auth.json"), JSON.stringify(content));
const oauth = (content: unknown) => plant(join(root, "credentials/oauth.json"), JSON.stringify(content));

const latin1 = (content: unknown) => Buffer.from(JSON.stringify(content), "latin1");

describe.each(FLAVOURS)("sign-ins that $name has not imported", (flavour) => {
  const login = { type: "oauth", access: "canary", refresh: "canary", expires: 1 };
  it.each([
    { name: "auth.json", lay: () => auth({ [flavour.provider]: login }) },
    { name: "auth.json with a key of another provider", lay: () => auth({ anthropic: { type: "api_key", key: "x" } }) },
    { name: "auth.json with an odd neighbour", lay: () => auth({ odd: null, [flavour.provider]: login }) },
    { name: "oauth.json", lay: () => oauth({ [flavour.provider]: { access: "canary", refresh: "canary" } }) },
    { name: "oauth.json of another provider", lay: () => oauth({ anthropic: {} }) },
    { name: "oauth.json with a list", lay: () => oauth({ [flavour.provider]: [{ access: "canary" }] }) },
    { name: "auth.json without a provider", lay: () => auth({ [flavour.provider]: { ...login, provider: null } }) },
    {
      name: "auth.json in Latin-1",
      lay: () => plant(join(agentDirIn(root), "auth.json"), latin1({ [flavour.provider]: { ...login, note: "é" } })),
    },
    {
      name: "oauth.json in Latin-1",
      lay: () => plant(join(root, "credentials/oauth.json"), latin1({ [flavour.provider]: { note: "é" } })),
    },
    {
      name: "oauth.json with a number that cannot be written again",
      lay: () => plant(join(root, "credentials/oauth.json"), `{"${flavour.provider}":{"expires":1e999}}`),
    },
    ...["{}", '{"version":1}', '{"profiles":null}'].map((store) => ({
      name: `oauth.json beside ${store}`,
      lay: () => [plant(profilesIn(root), store), oauth({ [flavour.provider]: login })],
    })),
  ])("stop a list and a sign-in: $name", async ({ lay }) => {
    lay();
    const names = namesIn(root);
    await expect(hostOf(flavour).read(agentDirIn(root))).rejects.toThrow("store-import-required");
    expect(await save(flavour, "work")).toMatchObject(refused("store-import-required"));
    expect(namesIn(root)).toEqual(names);
  });

  it.each([
    { name: "nothing", lay: () => undefined },
    { name: "no record that the host reads", lay: () => [auth({ odd: null, other: { type: 7 } }), oauth({ odd: 1 })] },
    { name: "text", lay: () => [auth("canary"), oauth([])] },
    { name: "half a file", lay: () => plant(join(agentDirIn(root), "auth.json"), '{"openai"') },
    { name: "a store in the place of auth.json", lay: () => auth({ profiles: {}, [flavour.provider]: login }) },
  ])("are not seen in $name", async ({ lay }) => {
    lay();
    expect(await save(flavour, "work")).toEqual(SAVED);
  });

  it.each([
    {
      name: "its auth.json",
      lay: () => plant(join(agentDirIn(root, "other"), "auth.json"), JSON.stringify({ [flavour.provider]: login })),
    },
    { name: "oauth.json", lay: () => oauth({ [flavour.provider.toUpperCase()]: login }) },
  ])("stop a list for an agent that would import $name over the shared profiles", async ({ lay }) => {
    seedFiles(root, flavour, { profiles: {} });
    lay();
    await expect(hostOf(flavour).read(agentDirIn(root, "other"))).rejects.toThrow("store-import-required");
    expect(await save(flavour, "work")).toEqual(SAVED);
  });

  it("do not stop a list for another agent if they hide no Codex profile", async () => {
    seedFiles(root, flavour, { profiles: {} });
    oauth({ anthropic: login });
    expect((await hostOf(flavour).read(agentDirIn(root, "other"))).profiles).toEqual({});
  });

  it("are ignored beside a store, as the host ignores them", async () => {
    seedFiles(root, flavour, { profiles: {} });
    auth({ [flavour.provider]: login });
    oauth({ [flavour.provider]: login });
    expect(await save(flavour, "work")).toEqual(SAVED);
  });
});

/** A limit on file size stands in for a full disk: the write fails half-way. 4 blocks of 512 bytes. */
const LIMITED = `trap '' XFSZ; ulimit -f 4; exec "$0" "$@"`;

/** Root may write anywhere, so somebody else tries. */
function saveAsNobody(flavour: Flavour, length: number, command = 'exec "$0" "$@"'): string {
  const who = IS_ROOT ? { uid: NOBODY, gid: NOBODY } : {};
  const args = ["-c", command, NODE, CHILD, "once", root, flavour.name, idOf(flavour, "work"), String(length)];
  const { stdout, stderr } = spawnSync("/bin/sh", args, { encoding: "utf8", ...who });
  return stdout.trim() || stderr;
}

function giveToNobody(mode: number): void {
  chmodSync(root, 0o755);
  for (const folder of ["agents", "agents/main"]) chmodSync(join(root, folder), 0o755);
  for (const path of [agentDirIn(root), profilesIn(root), stateIn(root)].filter(existsSync)) {
    if (IS_ROOT) chownSync(path, NOBODY, NOBODY);
  }
  chmodSync(agentDirIn(root), mode);
}

const bytes = () => [profilesIn(root), stateIn(root)].filter(existsSync).map((path) => readFileSync(path, "utf8"));

describe.each(FLAVOURS.slice(1))("a place that cannot be written, for $name", (flavour) => {
  beforeEach(() => {
    const id = idOf(flavour, "a");
    seedFiles(root, flavour, { profiles: { [id]: recordOf(flavour, "a") }, order: { [flavour.provider]: [id] } });
  });

  it.each([
    { name: "a full disk", mode: 0o700, length: 10_000, command: LIMITED },
    { name: "a read-only folder", mode: 0o500, length: 1, command: undefined },
  ])("is reported, nothing changes, and a full disk can be written again later: $name", ({ mode, length, command }) => {
    giveToNobody(mode);
    const [before, names] = [bytes(), namesIn(root)];
    expect(saveAsNobody(flavour, length, command)).toBe("store-write-failed");
    expect([bytes(), namesIn(root)]).toEqual([before, names]);
    if (command !== undefined) expect(saveAsNobody(flavour, length)).toBe("saved");
  });
});

const ids = fc.constantFrom("openai:work", "openai:a", "__proto__", "constructor", "anthropic:x", "openai-codex:work");
/** Now and then any JSON in place of a value. */
const orOdd = <Value>(good: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 4, arbitrary: good as fc.Arbitrary<unknown> }, { weight: 1, arbitrary: fc.jsonValue() });
const anyRecord = orOdd(
  fc.record({ type: orOdd(fc.constant("oauth")), provider: orOdd(fc.constant("openai")), foo: fc.jsonValue() }),
);
const anyOrder = fc.dictionary(fc.constantFrom("openai", "anthropic", "__proto__"), orOdd(fc.uniqueArray(orOdd(ids))));
const anyStats = fc.dictionary(ids, orOdd(fc.record({ errorCount: fc.nat(), foo: fc.jsonValue() })));
const anyFile = fc.record(
  {
    profiles: fc.dictionary(ids, anyRecord),
    order: anyOrder,
    usageStats: anyStats,
    lastGood: fc.jsonValue(),
    foo: fc.jsonValue(),
  },
  { requiredKeys: ["profiles"] },
);

/** A file's text, entry by entry, so that `__proto__` is compared like any other key. */
const entriesIn = (path: string, field: string, without: string) =>
  Object.entries((existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : {})[field] ?? {}).filter(
    ([key]) => key !== without,
  );

describe("the law of an update", () => {
  it.each(FLAVOURS)("changes nothing but the target, its statistics and its place: $name", async (flavour) => {
    await fc.assert(
      fc.asyncProperty(anyFile, anyFile, ids, async (first, second, target) => {
        const { profiles: _none, ...state } = second;
        plant(profilesIn(root), JSON.stringify(first));
        rmSync(stateIn(root), { force: true });
        if (flavour.state === "auth-state.json") plant(stateIn(root), JSON.stringify(state));
        const look = () =>
          [profilesIn(root), stateIn(root)].map((path) => ({
            profiles: entriesIn(path, "profiles", target),
            order: entriesIn(path, "order", flavour.provider),
            usageStats: entriesIn(path, "usageStats", target),
            rest: [readJson(path)["lastGood"], readJson(path)["foo"]],
          }));
        const before = look();
        const record = recordOf(flavour, "new");
        await updating(flavour, (document) => {
          document.profiles[target] = record;
          document.usageStats = { ...document.usageStats, [target]: { errorCount: 0 } };
          document.order = { ...document.order, [flavour.provider]: [target] };
          return true;
        });
        expect(look()).toEqual(before);
        const stored = new Map(Object.entries((await hostOf(flavour).read(agentDirIn(root))).profiles));
        expect(stored.get(target)).toEqual(record as StoredCredential);
      }),
      { numRuns: 25 },
    );
  });
});
