/** The only module that reads `process.env`, `process.argv` and the machine's folders. */
import { realpathSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { CodexAuthError } from "./errors.ts";

/**
 * Names a loopback sign-in server for demos and tests. Nothing else can change the server of a sign-in, so that no
 * message or config can redirect a code.
 */
export const SANDBOX_VARIABLE = "CODEX_AUTH_SANDBOX";

const LOOPBACK_ORIGIN = /^http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost):([1-9]\d{0,4})$/;

/**
 * Returns undefined if no sandbox is set. Throws `config-invalid` for any origin that is not loopback: the user asked
 * neither for the real server nor for that one.
 */
export function readSandboxOrigin(): string | undefined {
  const origin = process.env[SANDBOX_VARIABLE];
  if (origin === undefined || origin === "") return undefined;
  const port = LOOPBACK_ORIGIN.exec(origin)?.[1];
  if (port === undefined || Number(port) > 65_535) throw new CodexAuthError("config-invalid");
  return origin;
}

/** Returns false for an invalid value, with which no sign-in can start. */
export function isSandbox(): boolean {
  try {
    return readSandboxOrigin() !== undefined;
  } catch {
    return false;
  }
}

/** Names the port of the listener in the sandbox, so that tests on one machine do not share one. */
export const SANDBOX_PORT_VARIABLE = "CODEX_AUTH_SANDBOX_PORT";

/** Undefined for the port that is registered with OpenAI, as always outside the sandbox. */
export function readCallbackPort(): number | undefined {
  return isSandbox() ? portIn(process.env[SANDBOX_PORT_VARIABLE]) : undefined;
}

/** Names the OpenClaw to use, as the option `--openclaw` does. */
const OPENCLAW_VARIABLE = "CODEX_AUTH_OPENCLAW";

export interface TerminalEnvironment {
  readonly program: string;
  readonly pathFolders: readonly string[];
  readonly home: string;
  /** Undefined if no variable names it: then it is under `home`. */
  readonly stateDir: string | undefined;
  /** Only `CLAWDBOT_STATE_DIR` names it. Current hosts do not read that variable. */
  readonly hasOlderStateVariable?: true | undefined;
  readonly configPath: string | undefined;
  readonly agentDir: string | undefined;
  readonly gatewayPort: number | undefined;
  /** A variable of the host names a gateway by its URL or its container. */
  readonly hasGatewayElsewhere?: true | undefined;
  /** The file or the folder of the host, from `CODEX_AUTH_OPENCLAW`. */
  readonly openclaw?: string | undefined;
  readonly tempFolder: string;
  /** Undefined on Windows. */
  readonly uid: number | undefined;
  readonly platform: NodeJS.Platform;
}

const GATEWAY_VARIABLES = ["OPENCLAW_GATEWAY_URL", "OPENCLAW_CONTAINER"];

export function readTerminalEnvironment(): TerminalEnvironment {
  const { env } = process;
  const user = homeOfUser();
  const home = named(env["OPENCLAW_HOME"], user) ?? user;
  const stateDir = named(env["OPENCLAW_STATE_DIR"], home);
  const olderStateDir = named(env["CLAWDBOT_STATE_DIR"], home);
  return {
    program: process.argv[1] ?? "",
    pathFolders: (env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== ""),
    home,
    stateDir: stateDir ?? olderStateDir,
    hasOlderStateVariable: (stateDir === undefined && olderStateDir !== undefined) || undefined,
    configPath: named(env["OPENCLAW_CONFIG_PATH"], home),
    agentDir: named(env["OPENCLAW_AGENT_DIR"], home) ?? named(env["PI_CODING_AGENT_DIR"], home),
    gatewayPort: portIn(env["OPENCLAW_GATEWAY_PORT"]),
    hasGatewayElsewhere: GATEWAY_VARIABLES.some((name) => (env[name] ?? "").trim() !== "") || undefined,
    openclaw: typedPath(env[OPENCLAW_VARIABLE]),
    tempFolder: tmpdir(),
    uid: process.getuid?.(),
    platform: process.platform,
  };
}

/** The file from which hosts before 2026.6.5 import sign-ins if they have no `auth-profiles.json`. */
export function oauthFileIn(stateDir: string): string {
  const { env } = process;
  const user = homeOfUser();
  const folder = named(env["OPENCLAW_OAUTH_DIR"], named(env["OPENCLAW_HOME"], user) ?? user);
  return join(folder ?? join(stateDir, "credentials"), "oauth.json");
}

/** For variables whose names a launcher or `rules/proxy.ts` knows. */
export function readVariable(name: string): string | undefined {
  return process.env[name];
}

/** Returns text such as `zh_CN.UTF-8` (POSIX: LC_ALL before LC_MESSAGES before LANG), or empty text. */
export function readLocale(): string {
  const { env } = process;
  return env["LC_ALL"] || env["LC_MESSAGES"] || env["LANG"] || "";
}

/**
 * As the host: HOME decides on Windows too. A user that the machine does not know has no home folder, and nothing exists
 * at this path.
 */
function homeOfUser(): string {
  const { env } = process;
  const set = [env["HOME"], env["USERPROFILE"]].map((value) => value?.trim() ?? "");
  const home = set.find((value) => !UNSET.has(value));
  if (home !== undefined) return resolve(home);
  try {
    return homedir();
  } catch {
    return "/nonexistent";
  }
}

/** Scripts write the last two for a variable that they could not fill. */
const UNSET: ReadonlySet<string> = new Set(["", "undefined", "null"]);

/** Reads a folder as the host does: trimmed, with `~` for the home folder. Empty text means none. */
function named(value: string | undefined, home: string): string | undefined {
  const text = value?.trim() ?? "";
  if (text === "") return undefined;
  return resolve(text.replace(/^~(?=$|[\\/])/, home));
}

/**
 * Reads a path as a person types it. A shell leaves `~` alone behind the `=` of an option, a line that was copied ends in a
 * line break, and the `set` of Windows keeps quotes. Undefined for empty text.
 */
export function typedPath(text: string | undefined): string | undefined {
  return named(text?.trim().replace(/^(["'])(.*)\1$/, "$2"), homeOfUser());
}

function portIn(value: string | undefined): number | undefined {
  const port = Number(value?.trim() ?? "");
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

const USE_ENV_PROXY = "--use-env-proxy";

/** Node itself uses the variables that name a proxy, as it can from 22.21 and 24.0 on if it is asked to. */
export function isNodeProxying(): boolean {
  const { env, execArgv, versions } = process;
  const isAsked =
    env["NODE_USE_ENV_PROXY"] === "1" || `${env["NODE_OPTIONS"]} ${execArgv.join(" ")}`.includes(USE_ENV_PROXY);
  // The variable is older than the option.
  return (
    isAsked && (process.allowedNodeEnvironmentFlags.has(USE_ENV_PROXY) || Number.parseInt(versions.node, 10) >= 24)
  );
}

/**
 * The variables that keep the host from starting a second process, such as with `NODE_COMPILE_CACHE`: this program could
 * not discard its output.
 */
const NO_SECOND_PROCESS = [
  "OPENCLAW_NO_RESPAWN",
  "OPENCLAW_NODE_OPTIONS_READY",
  "OPENCLAW_PACKAGED_COMPILE_CACHE_RESPAWNED",
  "OPENCLAW_SOURCE_COMPILE_CACHE_RESPAWNED",
  "OPENCLAW_COMPILE_CACHE_DISABLED_RESPAWNED",
];

export function readHostCommandEnvironment(): Record<string, string | undefined> {
  return { ...process.env, ...Object.fromEntries(NO_SECOND_PROCESS.map((name) => [name, "1"])), NO_COLOR: "1" };
}

export function readArguments(): readonly string[] {
  return process.argv.slice(2);
}

export function isProgram(file: string): boolean {
  try {
    return realpathSync(process.argv[1] ?? "") === file;
  } catch {
    return false;
  }
}
