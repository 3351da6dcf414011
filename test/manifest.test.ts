/** `skill.json` is the one source: everything else that says the same must say it alike. */
import fs, { existsSync, readFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { inspect } from "node:util";
import { afterEach, describe, expect, it, vi } from "vitest";
import { CodexAuthError } from "../src/errors.ts";
import { OLDEST_PLUGIN_HOST } from "../src/rules/host-versions.ts";
import { renderHostManifest } from "../scripts/manifest.ts";
import { manifestSchema } from "../scripts/manifest-schema.ts";
import { RESERVED_NAMES } from "../src/rules/commands.ts";
import entry from "../src/index.ts";
import { helpScreen } from "../src/interaction/screens.ts";
import { toPlainText } from "./support/english.ts";
import { HANDLER_IDS, readManifest } from "../src/manifest.ts";

const ROOT = new URL("../", import.meta.url);
const readText = (path: string) => readFileSync(new URL(path, ROOT), "utf8");
const readJson = (path: string) => JSON.parse(readText(path)) as Record<string, unknown>;
const exists = (path: string) => existsSync(new URL(path, ROOT));

const skill = manifestSchema.parse(readJson("skill.json"));
const packageJson = readJson("package.json");
const HOST_VERSION = "2026.9.6";

describe("skill.json", () => {
  it("is what the plugin reads when it registers", () => {
    expect(readManifest()).toEqual(readJson("skill.json"));
  });

  it("binds exactly the handlers of the code", () => {
    expect(new Set(skill.commands.map(({ handler }) => handler))).toEqual(new Set(HANDLER_IDS));
  });

  it("names each command once", () => {
    expect(new Set(skill.commands.map(({ name }) => name)).size).toBe(skill.commands.length);
  });

  it("names only commands that Telegram and the host can register", () => {
    for (const { name, description } of skill.commands) {
      expect(name).toMatch(/^[a-z0-9_]{1,32}$/);
      expect(description.length).toBeLessThanOrEqual(100);
    }
  });

  it("names files that exist", () => {
    expect([skill.skill, skill.risk].filter((path) => !exists(path))).toEqual([]);
  });
});

function missing(): never {
  throw Object.assign(new Error("ENOENT: no such file, open '/canary/skill.json'"), { code: "ENOENT" });
}

/** What reading the manifest throws where the package's file is read like this. */
function refusalOf(read: () => string): unknown {
  vi.spyOn(fs, "readFileSync").mockImplementation(read);
  syncBuiltinESMExports();
  try {
    return readManifest();
  } catch (error) {
    return error;
  }
}

describe("a skill.json that cannot be read", () => {
  afterEach(() => {
    vi.restoreAllMocks();
    syncBuiltinESMExports();
  });

  it.each([
    { name: "that is missing", read: missing },
    { name: "that is empty", read: () => "" },
    { name: "that was cut short", read: () => '{"canary":' },
    { name: "that is no JSON", read: () => "canary" },
  ])("is refused without repeating it: one $name", ({ read }) => {
    const refusal = refusalOf(read);
    expect(refusal).toEqual(new CodexAuthError("manifest-invalid"));
    expect(inspect(refusal, { depth: null, showHidden: true })).not.toContain("canary");
  });
});

/** `skill.json` with one part changed. */
function changed(change: (manifest: typeof skill) => object): unknown {
  return { ...skill, ...change(structuredClone(skill)) };
}

const command = (extra: object) => ({ ...skill.commands[0], ...extra });

const BAD: readonly { readonly name: string; readonly manifest: unknown }[] = [
  { name: "nothing", manifest: undefined },
  { name: "a list", manifest: [] },
  { name: "an empty object", manifest: {} },
  { name: "an unknown key", manifest: changed(() => ({ comands: [] })) },
  { name: "another schema version", manifest: changed(() => ({ schemaVersion: 2 })) },
  { name: "another id", manifest: changed(() => ({ id: "codex-auth-2" })) },
  { name: "no name", manifest: changed(() => ({ name: "" })) },
  { name: "no description", manifest: changed(() => ({ description: "" })) },
  { name: "a description that ClawHub cuts", manifest: changed(() => ({ description: "x".repeat(161) })) },
  { name: "half a version", manifest: changed(() => ({ version: "1.0" })) },
  { name: "a version with a word", manifest: changed(() => ({ version: "v1.0.0" })) },
  { name: "another skill file", manifest: changed(() => ({ skill: "../SKILL.md" })) },
  { name: "another risk file", manifest: changed(() => ({ risk: "RISK.md" })) },
  { name: "a prefix of another plugin", manifest: changed(() => ({ interaction: { callbackPrefix: "codex_" } })) },
  { name: "a prefix with a colon", manifest: changed(() => ({ interaction: { callbackPrefix: "codex_auth_a:" } })) },
  { name: "a prefix in capitals", manifest: changed(() => ({ interaction: { callbackPrefix: "codex_auth_A" } })) },
  {
    name: "a prefix too long for a button",
    manifest: changed(() => ({ interaction: { callbackPrefix: "codex_auth_abcdefghi" } })),
  },
  {
    name: "an unknown key of the interaction",
    manifest: changed(() => ({ interaction: { ...skill.interaction, style: "x" } })),
  },
  { name: "no commands", manifest: changed(() => ({ commands: [] })) },
  { name: "a command of the host", manifest: changed(() => ({ commands: [command({ name: "status" })] })) },
  {
    name: "a command the host cannot register",
    manifest: changed(() => ({ commands: [command({ name: "codex-auth" })] })),
  },
  {
    name: "a command too long for Telegram",
    manifest: changed(() => ({ commands: [command({ name: `codex_auth${"x".repeat(23)}` })] })),
  },
  { name: "a command without a description", manifest: changed(() => ({ commands: [command({ description: "" })] })) },
  {
    name: "a command without arguments, which the model would get",
    manifest: changed(() => ({ commands: [command({ acceptsArgs: false })] })),
  },
  { name: "a command without a handler", manifest: changed(() => ({ commands: [command({ handler: undefined })] })) },
  { name: "an unknown handler", manifest: changed(() => ({ commands: [command({ handler: "begin" })] })) },
  {
    name: "a handler that every object has",
    manifest: changed(() => ({ commands: [command({ handler: "toString" })] })),
  },
  { name: "an unknown key of a command", manifest: changed(() => ({ commands: [command({ requireAuth: false })] })) },
  { name: "a command twice", manifest: changed((same) => ({ commands: [...same.commands, ...same.commands] })) },
  { name: "no command line", manifest: changed(() => ({ cli: undefined })) },
  {
    name: "a command line name with a space",
    manifest: changed(() => ({ cli: { ...skill.cli, name: "codex auth" } })),
  },
];

describe("a manifest is refused", () => {
  it.each(BAD)("with $name", ({ manifest }) => {
    expect(manifestSchema.safeParse(manifest).success).toBe(false);
  });
});

const written = () => readText("openclaw.plugin.json");

describe("openclaw.plugin.json", () => {
  it("is what skill.json makes of it", () => {
    expect(written()).toBe(renderHostManifest());
  });

  it("keeps every command from the model even when the plugin cannot load", () => {
    const { commandAliases } = JSON.parse(written()) as { commandAliases: unknown };
    expect(commandAliases).toEqual(skill.commands.map(({ name }) => ({ name, kind: "runtime-slash" })));
  });

  it("loads the plugin when the gateway starts", () => {
    expect(JSON.parse(written())).toMatchObject({
      id: skill.id,
      version: skill.version,
      activation: { onStartup: true },
    });
  });
});

describe("package.json", () => {
  it.each([
    { key: "name", value: skill.id },
    { key: "version", value: skill.version },
    { key: "description", value: skill.description },
    { key: "license", value: "MIT-0" },
    { key: "type", value: "module" },
    { key: "main", value: "./dist/index.js" },
  ])("agrees with skill.json about its $key", ({ key, value }) => {
    expect(packageJson[key]).toBe(value);
  });

  it("ships what the plugin needs, and only what there is", () => {
    const files = packageJson["files"] as string[];
    expect(files).toEqual(
      expect.arrayContaining([
        "dist/",
        "skill.json",
        "openclaw.plugin.json",
        "SKILL.md",
        "RISK.md",
        "README.md",
        "LICENSE",
      ]),
    );
    expect(files.filter((file) => file !== "dist/" && !exists(file))).toEqual([]);
  });

  it("gives the host the built entry and the version it is built for", () => {
    expect(packageJson["openclaw"]).toEqual({
      extensions: ["./dist/index.js"],
      compat: { pluginApi: `>=${OLDEST_PLUGIN_HOST}`, minGatewayVersion: OLDEST_PLUGIN_HOST },
      build: { openclawVersion: HOST_VERSION },
      install: { minHostVersion: `>=${OLDEST_PLUGIN_HOST}` },
    });
  });

  it("is developed against the host version that it names", () => {
    expect(packageJson["devDependencies"]).toMatchObject({ "@openclaw/plugin-sdk": `npm:openclaw@${HOST_VERSION}` });
    expect(packageJson["peerDependencies"]).toEqual({ openclaw: `>=${OLDEST_PLUGIN_HOST}` });
    expect(readJson("node_modules/@openclaw/plugin-sdk/package.json")["version"]).toBe(HOST_VERSION);
  });

  it("brings the terminal program that the manifest names", () => {
    const { name } = (readJson("skill.json") as { cli: { name: string } }).cli;
    expect(packageJson["bin"]).toEqual({ [name]: "dist/cli.js" });
    expect(readText("src/cli.ts").startsWith("#!/usr/bin/env node\n")).toBe(true);
  });

  it("depends on no package at run time and builds three in, each at one exact version", () => {
    expect(packageJson["dependencies"]).toBeUndefined();
    const { oauth4webapi, zod, ...others } = packageJson["devDependencies"] as Record<string, string>;
    for (const version of [oauth4webapi, zod, others["proper-lockfile"]]) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it("is licensed as its LICENSE says", () => {
    expect(readText("LICENSE").startsWith("MIT No Attribution")).toBe(true);
  });
});

describe("the entry", () => {
  it.each(["id", "name", "description"] as const)("agrees with skill.json about its %s", (key) => {
    expect(entry[key]).toBe(skill[key]);
  });
});

/** The lines between the two `---` of a skill, as `key: value`. */
function frontmatter(): Readonly<Record<string, string>> {
  const [, block = ""] = /^---\n([^]*?)\n---\n/.exec(readText("SKILL.md")) ?? [];
  return Object.fromEntries(
    block.split("\n").map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]),
  );
}

describe("SKILL.md", () => {
  it("has the plugin's name", () => {
    expect(frontmatter()["name"]).toBe(skill.id);
  });

  it("has a description that fits", () => {
    const { description = "" } = frontmatter();
    expect(description.length).toBeGreaterThan(20);
    expect(description.length).toBeLessThanOrEqual(160);
  });

  it("is not user-invocable, because it would replace the command and give callback URLs to the model", () => {
    expect(frontmatter()["user-invocable"]).toBe("false");
  });

  it("asks for this plugin to be enabled", () => {
    expect(JSON.parse(frontmatter()["metadata"] ?? "")).toMatchObject({
      openclaw: { requires: { config: [`plugins.entries.${skill.id}.enabled`] } },
    });
  });

  it("names commands that exist", () => {
    const commands = new Set(skill.commands.map(({ name }) => name));
    const told = [...readText("SKILL.md").matchAll(/`\/(\w+)(?: (\w+))?/g)];
    expect(told.filter(([, name = ""]) => !commands.has(name))).toEqual([]);
    const words = told.flatMap(([, , word]) => (word === undefined ? [] : [word]));
    expect(words.filter((word) => !RESERVED_NAMES.includes(word))).toEqual([]);
  });
});

describe("the help screen", () => {
  it("names every command", () => {
    const text = toPlainText(helpScreen());
    expect(skill.commands.filter(({ name }) => !text.includes(`/${name}`))).toEqual([]);
  });
});

const risk = exists("RISK.md") ? readText("RISK.md") : "";

/** The numbered promises of RISK.md, each with its lines. */
function promises(): readonly { readonly promise: string; readonly lines: string }[] {
  const [, section = ""] = /^## 2\.[^\n]*\n([^]*?)^## /m.exec(risk) ?? [];
  const parts = section.split(/^(?=\d+\. )/m).filter((part) => /^\d/.test(part));
  return parts.map((lines) => ({ promise: lines.split("\n")[0] ?? "", lines }));
}

describe("RISK.md", () => {
  it("has five parts", () => {
    expect(risk.match(/^## \d/gm)).toEqual(["## 1", "## 2", "## 3", "## 4", "## 5"]);
  });

  it("makes promises", () => {
    expect(promises().length).toBeGreaterThan(5);
  });

  it.each(promises())("names one test file that exists for each promise: $promise", ({ lines }) => {
    const held = [...lines.matchAll(/^\s*Tested by: (test\/\S+\.test\.ts)$/gm)].map(([, path]) => path ?? "");
    expect(held.length).toBe(1);
    expect(held.filter((path) => !exists(path))).toEqual([]);
  });
});
