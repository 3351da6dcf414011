/** A machine with a home, a PATH and perhaps an OpenClaw on it: folders of the test's own, and a host of few lines. */
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { basename, join } from "node:path";
import type { TerminalEnvironment } from "../../src/environment.ts";
import type { InstalledHost } from "../../src/terminal/installed-host.ts";
import { listenOnLoopback } from "../support/loopback.ts";
import { makeTempDir } from "../support/temp-dir.ts";

/** Somebody listens there, as a running gateway would; nobody answers. */
const listener = createServer();
export const GATEWAY_PORT = await listenOnLoopback(listener);
listener.unref();

/** Notes each of its commands, prints what nobody may see, and ends with the code of the file beside it. */
const COMMAND = `
import { appendFileSync, readFileSync } from "node:fs";
const beside = (name) => new URL(name, import.meta.url);
appendFileSync(beside("calls.jsonl"), JSON.stringify(process.argv.slice(2)) + "\\n");
console.log("canary");
console.error("canary");
process.exit(Number(readFileSync(beside("exit-code"), "utf8")));
`;

/** As far as these tests write it: JSON with lines of comment. */
const JSON5 = `exports.parse = (text) => JSON.parse(text.replace(/^\\s*\\/\\/.*$/gm, ""));`;

export interface Machine {
  readonly root: string;
  readonly home: string;
  /** The one folder of its PATH. */
  readonly bin: string;
  readonly stateDir: string;
  readonly environment: TerminalEnvironment;
}

export function makeMachine(): Machine {
  const root = makeTempDir("machine");
  const [home, bin] = [join(root, "home"), join(root, "bin")];
  for (const folder of [home, bin]) mkdirSync(folder);
  const environment: TerminalEnvironment = {
    program: join(root, "nothing"),
    pathFolders: [bin],
    home,
    stateDir: undefined,
    configPath: undefined,
    agentDir: undefined,
    gatewayPort: GATEWAY_PORT,
    tempFolder: join(root, "tmp"),
    uid: process.getuid?.(),
    platform: process.platform,
  };
  return { root, home, bin, stateDir: join(home, ".openclaw"), environment };
}

/** Writes a file and the folders above it. A program can be run. */
export function put(path: string, content: string | object): string {
  mkdirSync(join(path, ".."), { recursive: true });
  const mode = basename(path).startsWith("openclaw") ? 0o755 : 0o644;
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content), { mode });
  return path;
}

/** A package of a host; `files` come beside what every one has. */
export function putHost(
  root: string,
  version: unknown,
  files: Readonly<Record<string, string | object>> = {},
): InstalledHost & { exitWith(code: number): void; calls(): readonly (readonly string[])[] } {
  const all = {
    "package.json": { name: "openclaw", version, bin: { openclaw: "openclaw.mjs" } },
    "openclaw.mjs": COMMAND,
    "exit-code": "0",
    "calls.jsonl": "",
    "node_modules/json5/index.js": JSON5,
    "node_modules/json5/package.json": { name: "json5", version: "2.2.3" },
    ...files,
  };
  for (const [path, content] of Object.entries(all)) put(join(root, path), content);
  return {
    root,
    version: String(version),
    exitWith: (code) => writeFileSync(join(root, "exit-code"), String(code)),
    calls: () =>
      readFileSync(join(root, "calls.jsonl"), "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as string[]),
  };
}

/** The host as a package manager puts it onto the PATH: a link to its program. */
export function installHost(machine: Machine, version: unknown, files?: Readonly<Record<string, string | object>>) {
  const host = putHost(join(machine.root, "lib/node_modules/openclaw"), version, files);
  symlinkSync("../lib/node_modules/openclaw/openclaw.mjs", join(machine.bin, "openclaw"));
  return host;
}
