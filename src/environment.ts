/** The only reader of `process.env`, `process.argv` and the machine's folders. */
import { realpathSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, resolve } from "node:path";
import { CodexAuthError } from "./errors.ts";

/** Names a loopback stand-in for the sign-in server, for demos and tests. Nothing else can change where a sign-in goes. */
export const SANDBOX_VARIABLE = "CODEX_AUTH_SANDBOX";

const LOOPBACK_ORIGIN = /^http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost):([1-9]\d{0,4})$/;

/**
 * The sandbox origin, or undefined when none is asked for. Throws `config-invalid` for any other address: to go on
 * with the real server, or with that address, would both be something nobody asked for.
 */
export function readSandboxOrigin(): string | undefined {
  const origin = process.env[SANDBOX_VARIABLE];
  if (origin === undefined || origin === "") return undefined;
  const port = LOOPBACK_ORIGIN.exec(origin)?.[1];
  if (port === undefined || Number(port) > 65_535) throw new CodexAuthError("config-invalid");
  return origin;
}

/** Whether a sandbox is asked for. False for a wrong value, with which no sign-in can begin. */
export function isSandbox(): boolean {
  try {
    return readSandboxOrigin() !== undefined;
  } catch {
    return false;
  }
}

/** Where OpenClaw looks for its things when it is started from this terminal. */
export interface TerminalEnvironment {
  /** The program that runs now, as a path. */
  readonly program: string;
  readonly pathFolders: readonly string[];
  readonly home: string;
  /** Named outright, or undefined to look under `home`. */
  readonly stateDir: string | undefined;
  readonly configPath: string | undefined;
  /** An older host's word for the default agent's folder. */
  readonly agentDir: string | undefined;
  /** Where the gateway listens, if the environment says so. */
  readonly gatewayPort: number | undefined;
  readonly tempFolder: string;
  readonly uid: number;
}

export function readTerminalEnvironment(): TerminalEnvironment {
  const { env } = process;
  const user = homeOfUser();
  const home = named(env["OPENCLAW_HOME"], user) ?? user;
  return {
    program: process.argv[1] ?? "",
    pathFolders: (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== ""),
    home,
    stateDir: named(env["OPENCLAW_STATE_DIR"], home) ?? named(env["CLAWDBOT_STATE_DIR"], home),
    configPath: named(env["OPENCLAW_CONFIG_PATH"], home),
    agentDir: named(env["OPENCLAW_AGENT_DIR"], home) ?? named(env["PI_CODING_AGENT_DIR"], home),
    gatewayPort: portIn(env["OPENCLAW_GATEWAY_PORT"]),
    tempFolder: tmpdir(),
    uid: process.getuid?.() ?? 0,
  };
}

/** What the terminal is set to, such as `zh_CN.UTF-8` (POSIX: LC_ALL before LC_MESSAGES before LANG); empty for none. */
export function readLocale(): string {
  const { env } = process;
  return env["LC_ALL"] || env["LC_MESSAGES"] || env["LANG"] || "";
}

/** A user that the machine does not know has no home; nothing lies there then. */
function homeOfUser(): string {
  try {
    return homedir();
  } catch {
    return "/nonexistent";
  }
}

/** A variable that names a folder, as the host reads it: trimmed, `~` for the home folder, empty for none. */
function named(value: string | undefined, home: string): string | undefined {
  const text = value?.trim() ?? "";
  if (text === "") return undefined;
  return resolve(text.replace(/^~(?=$|\/)/, home));
}

function portIn(value: string | undefined): number | undefined {
  const port = Number(value?.trim() ?? "");
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

/** What a command of the host gets: everything, and the word that keeps it from starting a second process of itself. */
export function readHostCommandEnvironment(): Record<string, string | undefined> {
  return { ...process.env, OPENCLAW_NO_RESPAWN: "1", OPENCLAW_NODE_OPTIONS_READY: "1", NO_COLOR: "1" };
}

/** The words after the program. */
export function readArguments(): readonly string[] {
  return process.argv.slice(2);
}

/** Whether a file is the program that runs now, and not one that something else has loaded. */
export function isProgram(file: string): boolean {
  try {
    return realpathSync(process.argv[1] ?? "") === file;
  } catch {
    return false;
  }
}
