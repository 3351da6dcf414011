import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, lstatSync, mkdirSync, rmdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { resolvePreferredOpenClawTmpDir } from "openclaw/plugin-sdk/temp-path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import { CodexAuthError } from "../../src/errors.ts";
import { configuredIdsOf, configuredIn } from "../../src/store/profiles-document.ts";
import {
  agentFoldersOf,
  assertOwnStore,
  assertReadsStateDir,
  findStateDir,
  findTempFolder,
  type HostConfig,
  readHostConfig,
  storePlacesIn,
} from "../../src/terminal/folders.ts";
import { type Machine, makeMachine, put } from "./machine.ts";

const STORE = "agents/main/agent/auth-profiles.json";

let machine: Machine;
beforeEach(() => {
  machine = makeMachine();
});

describe("findStateDir", () => {
  const STATES: readonly { readonly name: string; readonly there: readonly string[]; readonly expected: string }[] = [
    { name: "the one to come, where there is none", there: [], expected: ".openclaw" },
    { name: "the one of today", there: [".openclaw"], expected: ".openclaw" },
    { name: "an older one, where there is no newer", there: [".clawdbot"], expected: ".clawdbot" },
    { name: "the next older one", there: [".moldbot", ".moltbot"], expected: ".moltbot" },
    {
      name: "the one of today beside older ones",
      there: [".clawdbot", ".moltbot", ".openclaw"],
      expected: ".openclaw",
    },
  ];
  it.each(STATES)("gives $name", async ({ there, expected }) => {
    for (const name of there) mkdirSync(join(machine.home, name));
    expect(await findStateDir(machine.environment)).toBe(join(machine.home, expected));
  });

  it("does not accept a file as a folder", async () => {
    put(join(machine.home, ".openclaw"), "");
    mkdirSync(join(machine.home, ".clawdbot"));
    expect(await findStateDir(machine.environment)).toBe(join(machine.home, ".clawdbot"));
  });

  it("follows a link to a folder, and names the link", async () => {
    mkdirSync(join(machine.root, "elsewhere"));
    symlinkSync(join(machine.root, "elsewhere"), join(machine.home, ".openclaw"));
    expect(await findStateDir(machine.environment)).toBe(join(machine.home, ".openclaw"));
  });

  it("uses the folder of the environment, even if it does not exist", async () => {
    mkdirSync(join(machine.home, ".openclaw"));
    expect(await findStateDir({ ...machine.environment, stateDir: "/named" })).toBe("/named");
  });
});

describe("a state folder that was found by an older name", () => {
  const VARIABLE = { stateDir: "/older", hasOlderStateVariable: true } as const;
  it.each([
    { name: "the variable CLAWDBOT_STATE_DIR", found: VARIABLE, dir: "/older", last: "2026.3.13", first: "2026.3.22" },
    { name: ".moltbot", found: {}, dir: "/home/.moltbot", last: "2026.3.13", first: "2026.3.22" },
    { name: ".moldbot", found: {}, dir: "/home/.moldbot", last: "2026.3.28", first: "2026.3.31" },
  ])("is refused for a host that does not read $name", ({ found, dir, last, first }) => {
    const read = (version: string) => () => assertReadsStateDir({ ...machine.environment, ...found }, dir, version);
    for (const version of ["2026.2.2-3", last]) expect(read(version)).not.toThrow();
    for (const version of [first, "2026.9.6"]) expect(read(version)).toThrow(new CodexAuthError("host-state-folder"));
  });

  it("is right if OPENCLAW_STATE_DIR names it, and if its name is one that every host reads", () => {
    const named = { ...machine.environment, stateDir: "/home/.moltbot" };
    expect(() => assertReadsStateDir(named, "/home/.moltbot", "2026.9.6")).not.toThrow();
    expect(() => assertReadsStateDir(machine.environment, "/home/.clawdbot", "2026.9.6")).not.toThrow();
  });
});

/** The function of the host itself, in a world whose shared folder is this one. */
const hostTempFolder = (shared: string) =>
  resolvePreferredOpenClawTmpDir({
    preferredDir: shared,
    tmpdir: () => machine.environment.tempFolder,
    warn: () => undefined,
  } as Parameters<typeof resolvePreferredOpenClawTmpDir>[0]);

const NOBODY = 65_534;

interface SharedRow {
  readonly name: string;
  /** Returns false if this machine cannot do it. */
  readonly make: (shared: string, parent: string) => unknown;
  readonly onlyAsRoot?: true;
}

const isDone = (...words: readonly string[]) => spawnSync(words[0] ?? "", words.slice(1)).status === 0;

function undone(...words: readonly string[]): void {
  onTestFinished(() => void spawnSync(words[0] ?? "", words.slice(1)));
}

const SHARED: readonly SharedRow[] = [
  { name: "missing, and can be made", make: () => undefined },
  { name: "there", make: (shared) => mkdirSync(shared, { mode: 0o700 }) },
  { name: "open to others", make: (shared) => (mkdirSync(shared), chmodSync(shared, 0o777)) },
  { name: "readable for others", make: (shared) => (mkdirSync(shared), chmodSync(shared, 0o755)) },
  { name: "a file", make: (shared) => put(shared, "") },
  { name: "a link", make: (shared, parent) => symlinkSync(parent, shared) },
  { name: "a link to nothing", make: (shared) => symlinkSync("/nonexistent", shared) },
  { name: "missing below a folder that is missing", make: (_, parent) => rmdirSync(parent) },
  { name: "below a file", make: (_, parent) => (rmdirSync(parent), put(parent, "")) },
  {
    name: "another user's",
    make: (shared) => (mkdirSync(shared), chownSync(shared, NOBODY, NOBODY)),
    onlyAsRoot: true,
  },
  {
    name: "missing on a read-only disk",
    make: (_, parent) => {
      if (!isDone("mount", "--bind", parent, parent)) return false;
      undone("umount", "-l", parent);
      return isDone("mount", "-o", "remount,bind,ro", parent);
    },
    onlyAsRoot: true,
  },
  {
    name: "there on a read-only disk",
    make: (shared, parent) => {
      mkdirSync(shared, { mode: 0o700 });
      if (!isDone("mount", "--bind", parent, parent)) return false;
      undone("umount", "-l", parent);
      return isDone("mount", "-o", "remount,bind,ro", parent);
    },
    onlyAsRoot: true,
  },
  {
    name: "missing in an immutable folder",
    make: (_, parent) => (undone("chattr", "-i", parent), isDone("chattr", "+i", parent)),
    onlyAsRoot: true,
  },
];

const OWNERS: readonly { readonly name: string; readonly theirs: readonly string[]; readonly refused: boolean }[] = [
  { name: "everything is theirs", theirs: ["", "agents/main/agent", STORE], refused: true },
  { name: "the profiles are theirs", theirs: [STORE], refused: true },
  { name: "only the state folder is theirs", theirs: [""], refused: false },
  { name: "only the folder of the plugin is theirs", theirs: ["codex-auth"], refused: false },
];

const ownershipFor = async (uid: number | undefined, folder = machine.stateDir) => {
  const names: string[] = [];
  const checked = assertOwnStore(storePlacesIn(folder), { uid }, (name) => names.push(name));
  return [
    await checked.then(
      () => "own",
      (error: CodexAuthError) => error.code,
    ),
    names,
  ];
};
const OWN = ["own", []];
const give = (uid: number, ...paths: readonly string[]) => {
  for (const path of paths) chownSync(join(machine.stateDir, path), uid, uid);
};

describe.runIf(process.getuid?.() === 0)("the owner of the profile store", () => {
  it.each(OWNERS)("decides who may use the terminal: $name", async ({ theirs, refused }) => {
    put(join(machine.stateDir, STORE), {});
    mkdirSync(join(machine.stateDir, "codex-auth"));
    give(NOBODY, ...theirs);
    expect(await ownershipFor(0)).toEqual(refused ? ["store-of-other-user", [`nobody (uid ${NOBODY})`]] : OWN);
    // The other way round, and on a machine without users.
    expect(await ownershipFor(NOBODY)).toEqual(refused ? OWN : ["store-of-other-user", ["root (uid 0)"]]);
    expect(await ownershipFor(undefined)).toEqual(OWN);
  });

  it.each(["agents/main/agent/openclaw-agent.sqlite", "state/openclaw.sqlite", "agents/main/agent/any"])(
    "is that of a newer host's database, or of the nearest folder: %s",
    async (path) => {
      put(join(machine.stateDir, path), "");
      give(4242, path, join(path, ".."));
      expect(await ownershipFor(0)).toEqual(["store-of-other-user", ["uid 4242"]]);
    },
  );

  it("is that of the home folder if there is no state folder yet, and nobody's in a folder for everyone", async () => {
    expect(await ownershipFor(0)).toEqual(OWN);
    chownSync(machine.home, NOBODY, NOBODY);
    expect((await ownershipFor(0))[0]).toBe("store-of-other-user");
    chmodSync(machine.home, 0o1777);
    expect([await ownershipFor(0), await ownershipFor(4242)]).toEqual([OWN, OWN]);
  });

  it("does not matter on a disk on which every user may write everything", async () => {
    chmodSync(put(join(machine.stateDir, STORE), {}), 0o777);
    expect(await ownershipFor(NOBODY)).toEqual(OWN);
  });

  it("is looked at without making anything", async () => {
    await ownershipFor(0);
    expect(existsSync(machine.stateDir)).toBe(false);
  });
});

describe("findTempFolder", () => {
  it("agrees with the host's own", async () => {
    expect(await findTempFolder(machine.environment)).toBe(resolvePreferredOpenClawTmpDir());
  });

  it("gives a folder that no other user can write to", async () => {
    const stats = lstatSync(await findTempFolder(machine.environment));
    expect(stats.isDirectory() && (stats.mode & 0o022) === 0).toBe(true);
  });

  it("names a folder of the user if the shared one belongs to another", async () => {
    const { tempFolder, uid = 0 } = machine.environment;
    const other = { ...machine.environment, uid: uid + 1 };
    expect(await findTempFolder(other)).toBe(join(tempFolder, `openclaw-${uid + 1}`));
  });

  it.each(SHARED)("takes the host's own choice if the shared folder is $name", async ({ make, onlyAsRoot }) => {
    if (onlyAsRoot === true && process.getuid?.() !== 0) return;
    const parent = join(machine.root, "shared");
    mkdirSync(parent);
    const shared = join(parent, "openclaw");
    const isMade = make(shared, parent);
    if (isMade === false) return;
    const own = await findTempFolder(machine.environment, shared);
    mkdirSync(machine.environment.tempFolder);
    expect(own).toBe(hostTempFolder(shared));
    expect([shared, join(machine.environment.tempFolder, `openclaw-${process.getuid?.()}`)]).toContain(own);
  });

  it("is found without making anything", async () => {
    const shared = join(machine.root, "nothing/openclaw");
    expect(await findTempFolder(machine.environment, shared)).toContain(machine.environment.tempFolder);
    expect([existsSync(join(machine.root, "nothing")), existsSync(machine.environment.tempFolder)]).toEqual([
      false,
      false,
    ]);
  });

  it("is %TEMP% on Windows, where no user has a number", async () => {
    const tempFolder = String.raw`C:\Users\Dana\AppData\Local\Temp`;
    const windows = { platform: "win32", uid: undefined, tempFolder } as const;
    expect(await findTempFolder(windows)).toBe(String.raw`C:\Users\Dana\AppData\Local\Temp\openclaw`);
  });

  it("is TMPDIR on a phone without /tmp", async () => {
    const tempFolder = "/data/data/com.termux/files/usr/tmp";
    const phone = { platform: "android", uid: 10_234, tempFolder } as const;
    expect(await findTempFolder(phone, join(machine.root, "nothing/openclaw"))).toBe(`${tempFolder}/openclaw-10234`);
  });
});

const read = (parse?: (text: string) => unknown) => readHostConfig(machine.environment, machine.stateDir, parse);

const write = (content: string | object) => put(join(machine.stateDir, "openclaw.json"), content);

describe("readHostConfig", () => {
  it("is empty without a file", async () => {
    expect(await read()).toEqual({});
  });

  it("gives what the file in the state folder holds", async () => {
    write({ agents: { list: [{ id: "ops" }] }, gateway: { port: 1 } });
    expect(await read()).toMatchObject({ agents: { list: [{ id: "ops" }] } });
  });

  it("reads the file that the environment names", async () => {
    write({ auth: {} });
    const configPath = put(join(machine.root, "other.json"), { agents: { list: [{ id: "named" }] } });
    expect(await readHostConfig({ ...machine.environment, configPath }, machine.stateDir)).toMatchObject({
      agents: { list: [{ id: "named" }] },
    });
  });

  it("reads with the reader that is handed in", async () => {
    write("// why\n{}");
    expect(await read(() => ({ auth: {} }))).toEqual({ auth: {} });
  });

  it("cannot read comments without that reader", async () => {
    write("// why\n{}");
    expect(await read()).toBeUndefined();
  });

  it.each([
    { name: "no JSON", content: "{" },
    { name: "nothing at all", content: "" },
    { name: "null", content: "null" },
    { name: "a list", content: "[]" },
    { name: "text", content: '"agents"' },
    { name: "agents that are a list", content: { agents: [] } },
    { name: "agents that are null", content: { agents: null } },
    { name: "a list of agents that is none", content: { agents: { list: "main" } } },
    { name: "an agent that is none", content: { agents: { list: [null] } } },
    { name: "an agent's id that is no text", content: { agents: { list: [{ id: 1 }] } } },
    { name: "an agent's folder that is no text", content: { agents: { list: [{ id: "a", agentDir: {} }] } } },
    { name: "auth that is a list", content: { auth: [] } },
    { name: "an order that is none", content: { auth: { order: { openai: "openai:work" } } } },
    { name: "an order of other things", content: { auth: { order: { openai: [1] } } } },
    { name: "profiles that are a list", content: { auth: { profiles: [] } } },
    { name: "a profile that is none", content: { auth: { profiles: { "openai:work": null } } } },
  ])("is unreadable if the file has $name", async ({ content }) => {
    write(content);
    expect(await read()).toBeUndefined();
  });

  it("is unreadable if a folder has the file's name", async () => {
    mkdirSync(join(machine.stateDir, "openclaw.json"), { recursive: true });
    expect(await read()).toBeUndefined();
  });

  it.skipIf(process.getuid?.() === 0)("is unreadable without permission", async () => {
    chmodSync(write({}), 0);
    expect(await read()).toBeUndefined();
  });

  it("is unreadable if the reader throws", async () => {
    write("{}");
    expect(await read((text) => JSON.parse(`${text}broken`))).toBeUndefined();
  });
});

type Agents = NonNullable<NonNullable<HostConfig["agents"]>["list"]>;

const STATE = "/state";
const HOME = "/srv/dana";
const foldersOf = (list?: Agents, agentDir?: string) =>
  agentFoldersOf(list === undefined ? {} : { agents: { list } }, STATE, { agentDir, home: HOME });

const DEFAULTS: readonly { readonly name: string; readonly list?: Agents; readonly expected: string }[] = [
  { name: "main, where the config names none", expected: "main" },
  { name: "main, where the list is empty", list: [], expected: "main" },
  { name: "the first", list: [{ id: "ops" }, { id: "main" }], expected: "ops" },
  { name: "the one that says so", list: [{ id: "ops" }, { id: "home", default: true }], expected: "home" },
  {
    name: "the first of several that say so",
    list: [{ id: "a" }, { id: "b", default: true }, { id: "c", default: true }],
    expected: "b",
  },
  { name: "the first, where one says no", list: [{ id: "ops", default: false }, { id: "b" }], expected: "ops" },
  { name: "main, where the first has no id", list: [{ agentDir: "/x" }], expected: "main" },
  { name: "an id in capitals as the host writes it", list: [{ id: " Ops_Team " }], expected: "ops_team" },
  { name: "an id of other characters as the host writes it", list: [{ id: "Dana's Ops!" }], expected: "dana-s-ops" },
  { name: "main, where nothing is left of the id", list: [{ id: "!!!" }], expected: "main" },
];

describe("the default agent", () => {
  it.each(DEFAULTS)("is $name", ({ list, expected }) => {
    expect(foldersOf(list).defaultAgentId).toBe(expected);
  });
});

const FOLDERS: readonly {
  readonly name: string;
  readonly list?: Agents;
  readonly agentDir?: string;
  readonly agentId: string;
  readonly expected: string;
}[] = [
  { name: "under the state folder", agentId: "main", expected: "/state/agents/main/agent" },
  { name: "by its id, though no config names it", agentId: "second", expected: "/state/agents/second/agent" },
  { name: "by its id", list: [{ id: "ops" }], agentId: "ops", expected: "/state/agents/ops/agent" },
  { name: "where the config says", list: [{ id: "ops", agentDir: "/srv/ops" }], agentId: "ops", expected: "/srv/ops" },
  {
    name: "where the config says, whatever the case of the id",
    list: [{ id: "Ops", agentDir: "/srv/ops" }],
    agentId: "ops",
    expected: "/srv/ops",
  },
  {
    name: "under the home folder, where the config says so",
    list: [{ id: "ops", agentDir: " ~/ops/ " }],
    agentId: "ops",
    expected: "/srv/dana/ops",
  },
  {
    name: "under the state folder, where the config says nothing",
    list: [{ id: "ops", agentDir: "  " }],
    agentId: "ops",
    expected: "/state/agents/ops/agent",
  },
  { name: "for the default agent that of the environment", agentDir: "/env", agentId: "main", expected: "/env" },
  {
    name: "for another agent not that of the environment",
    list: [{ id: "main" }, { id: "ops" }],
    agentDir: "/env",
    agentId: "ops",
    expected: "/state/agents/ops/agent",
  },
];

describe("an agent's folder", () => {
  it.each(FOLDERS)("is $name", ({ list, agentDir, agentId, expected }) => {
    expect(foldersOf(list, agentDir).folderOf(agentId)).toBe(expected);
  });
});

const CONFIGURED: readonly { readonly name: string; readonly auth?: HostConfig["auth"]; readonly expected: unknown }[] =
  [
    { name: "none without a config of it", expected: [] },
    { name: "none of an empty one", auth: {}, expected: [] },
    {
      name: "the order's, before the profiles'",
      auth: {
        order: { "openai-codex": ["openai-codex:b", "openai-codex:a"] },
        profiles: { "openai-codex:c": { provider: "openai-codex" } },
      },
      expected: ["openai-codex:b", "openai-codex:a"],
    },
    {
      name: "the profiles' of the provider, where its order is empty or another's",
      auth: {
        order: { "openai-codex": [], anthropic: ["anthropic:x"] },
        profiles: { "openai-codex:c": { provider: "openai-codex" }, "anthropic:x": { provider: "anthropic" }, odd: {} },
      },
      expected: ["openai-codex:c"],
    },
  ];

describe("what the config asks for", () => {
  it.each(CONFIGURED)("gives $name", ({ auth, expected }) => {
    expect(configuredIdsOf(configuredIn(auth, "openai-codex"))).toEqual(expected);
  });
});
