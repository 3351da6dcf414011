import { chmodSync, lstatSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { resolvePreferredOpenClawTmpDir } from "openclaw/plugin-sdk/temp-path";
import { beforeEach, describe, expect, it } from "vitest";
import { findStateDir, findTempFolder, readHostConfig } from "../../src/terminal/folders.ts";
import { makeMachine, put, type Machine } from "./machine.ts";

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

  it("takes no file for a folder", async () => {
    put(join(machine.home, ".openclaw"), "");
    mkdirSync(join(machine.home, ".clawdbot"));
    expect(await findStateDir(machine.environment)).toBe(join(machine.home, ".clawdbot"));
  });

  it("follows a link to a folder, and names the link", async () => {
    mkdirSync(join(machine.root, "elsewhere"));
    symlinkSync(join(machine.root, "elsewhere"), join(machine.home, ".openclaw"));
    expect(await findStateDir(machine.environment)).toBe(join(machine.home, ".openclaw"));
  });

  it("takes the word of the environment before all, though nothing is there", async () => {
    mkdirSync(join(machine.home, ".openclaw"));
    expect(await findStateDir({ ...machine.environment, stateDir: "/named" })).toBe("/named");
  });
});

describe("findTempFolder", () => {
  it("agrees with the host's own", async () => {
    expect(await findTempFolder(machine.environment)).toBe(resolvePreferredOpenClawTmpDir());
  });

  it("gives a folder that nobody else can write to", async () => {
    const stats = lstatSync(await findTempFolder(machine.environment));
    expect(stats.isDirectory() && (stats.mode & 0o022) === 0).toBe(true);
  });

  it("names one of the person's own, as the host does, where the shared one is somebody else's", async () => {
    const { tempFolder, uid } = machine.environment;
    const other = { ...machine.environment, uid: uid + 1 };
    expect(await findTempFolder(other)).toBe(join(tempFolder, `openclaw-${uid + 1}`));
  });
});

const read = (parse?: (text: string) => unknown) => readHostConfig(machine.environment, machine.stateDir, parse);

const write = (content: string | object) => put(join(machine.stateDir, "openclaw.json"), content);

describe("readHostConfig", () => {
  it("is empty where there is none", async () => {
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
  ])("is not readable where the file holds $name", async ({ content }) => {
    write(content);
    expect(await read()).toBeUndefined();
  });

  it("is not readable, rather than empty, where something else has the file's name", async () => {
    mkdirSync(join(machine.stateDir, "openclaw.json"), { recursive: true });
    expect(await read()).toBeUndefined();
  });

  it.skipIf(process.getuid?.() === 0)("is not readable, rather than empty, where it may not be opened", async () => {
    chmodSync(write({}), 0);
    expect(await read()).toBeUndefined();
  });

  it("is not readable where the reader throws", async () => {
    write("{}");
    expect(await read((text) => JSON.parse(`${text}broken`))).toBeUndefined();
  });
});
