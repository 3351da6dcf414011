import { configuredIdsOf, configuredIn } from "../../src/store/profiles-document.ts";
import { describe, expect, it } from "vitest";
import { agentFoldersOf } from "../../src/terminal/folders.ts";
import type { HostConfig } from "../../src/terminal/folders.ts";

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
  { name: "of the default agent where the environment says", agentDir: "/env", agentId: "main", expected: "/env" },
  {
    name: "of another agent not where the environment says",
    list: [{ id: "main" }, { id: "ops" }],
    agentDir: "/env",
    agentId: "ops",
    expected: "/state/agents/ops/agent",
  },
];

describe("an agent's folder", () => {
  it.each(FOLDERS)("lies $name", ({ list, agentDir, agentId, expected }) => {
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
