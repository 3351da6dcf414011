import { chmodSync, lstatSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { resolvePreferredOpenClawTmpDir } from "openclaw/plugin-sdk/temp-path";
import { beforeEach, describe, expect, it } from "vitest";
import { configuredIdsOf, configuredIn } from "../../src/store/profiles-document.ts";
import {
  agentFoldersOf,
  findStateDir,
  findTempFolder,
  type HostConfig,
  readHostConfig,
} from "../../src/terminal/folders.ts";
import { type Machine, makeMachine, put } from "./machine.ts";

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

describe("findTempFolder", () => {
  it("agrees with the host's own", async () => {
    expect(await findTempFolder(machine.environment)).toBe(resolvePreferredOpenClawTmpDir());
  });

  it("gives a folder that no other user can write to", async () => {
    const stats = lstatSync(await findTempFolder(machine.environment));
    expect(stats.isDirectory() && (stats.mode & 0o022) === 0).toBe(true);
  });

  it("names a folder of the user if the shared one belongs to another", async () => {
    const { tempFolder, uid } = machine.environment;
    const other = { ...machine.environment, uid: uid + 1 };
    expect(await findTempFolder(other)).toBe(join(tempFolder, `openclaw-${uid + 1}`));
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
