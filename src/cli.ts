#!/usr/bin/env node
/** The `codex-auth` program: reads the arguments, builds the ports that the request needs and no more, prints the answer. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { createPendingPorts } from "./store/pending-sign-ins.ts";
import { InMemoryParkedSignIns } from "./actions/account-question.ts";
import { refusalOf } from "./actions/outcome.ts";
import type { ChatPins, Log } from "./actions/ports.ts";
import {
  isProgram,
  isSandbox,
  readArguments,
  readLocale,
  readSandboxOrigin,
  readTerminalEnvironment,
  type TerminalEnvironment,
} from "./environment.ts";
import { localeOf } from "./languages/catalogue.ts";
import { terminalBinding } from "./rules/binding.ts";
import {
  parseArguments,
  toRequest,
  type ParsedArguments,
  type TerminalOptions,
  type TerminalRequest,
} from "./terminal/arguments.ts";
import { findStateDir, findTempFolder, readHostConfig } from "./terminal/folders.ts";
import { HOST_PROGRAM } from "./terminal/host-program.ts";
import { print, type Printed } from "./terminal/output.ts";
import { runRequest, type TerminalAnswer, type TerminalContext } from "./terminal/run.ts";
import type { TerminalHost } from "./terminal/terminal-host.ts";
import type { Program, Surroundings } from "./terminal/words.ts";

const OWN_PROGRAM: Program = { name: "codex-auth", profileOption: "--profile" };
const SILENT_LOG = { info: () => undefined, warn: () => undefined };
/** A terminal is not a chat. The host itself removes the pins of a profile that is gone, at the next turn of each chat. */
const NO_PINS: ChatPins = {
  read: async () => undefined,
  pin: async () => "failed",
  unpin: async () => "failed",
  release: async () => undefined,
};
const MAX_INPUT = 64 * 1024;

/** Answers what was typed. Never throws, and prints nothing of what was sent. `log` takes what a gateway would log. */
export async function runTerminal(
  parsed: ParsedArguments,
  program: Program = OWN_PROGRAM,
  log: Log = SILENT_LOG,
): Promise<Printed> {
  if (parsed.kind === "refused") {
    const asked = { json: parsed.json, queueApply: false };
    return print({ kind: "refused", code: parsed.code }, asked, {
      program,
      locale: localeOf(readLocale()),
      isSandbox: isSandbox(),
    });
  }
  const { request } = parsed;
  const seen: Seen = {};
  const answer = await answerOf(seen, request, log);
  const around: Surroundings = {
    program,
    locale: localeOf(readLocale(), seen.timeZone),
    ...(seen.hostVersion === undefined ? {} : { hostVersion: seen.hostVersion }),
    ...(seen.isHostless === true ? { warning: "no-host" as const } : {}),
    isSandbox: isSandbox(),
    storeOptions: storeOptionsOf(request),
  };
  return print(answer, request, around);
}

/** What was found of the machine on the way to an answer. */
interface Seen {
  timeZone?: string | undefined;
  hostVersion?: string;
  /** True once a file was opened without any host behind it. */
  isHostless?: boolean;
}

function storeOptionsOf({ agentId, authPath }: TerminalRequest): readonly string[] {
  return [
    ...(agentId === undefined ? [] : ["--agent", agentId]),
    ...(authPath === undefined ? [] : ["--auth-path", authPath]),
  ];
}

async function answerOf(seen: Seen, request: TerminalRequest, log: Log): Promise<TerminalAnswer> {
  try {
    return await runRequest(await openMachine(seen, request, log), request);
  } catch (error) {
    return refusalOf(error, log);
  }
}

/**
 * What the terminal knows of this machine. Commands that need a host or the network load what those take; `status` and
 * `cancel` do not, and take half the time.
 */
async function openMachine(seen: Seen, request: TerminalRequest, log: Log): Promise<TerminalContext> {
  const environment = readTerminalEnvironment();
  const stateDir = await findStateDir(environment);
  const pending = { tempFolder: await findTempFolder(environment), log, parked: new InMemoryParkedSignIns() };
  let { agentId = "" } = request;
  return {
    get binding() {
      return terminalBinding(stateDir, agentId);
    },
    pendingPorts: async () => createPendingPorts(pending),
    async ports() {
      const [{ createPorts }, { createPlainSend }, host] = await Promise.all([
        import("./wiring.ts"),
        import("./terminal/network.ts"),
        openHost(seen, request, { environment, stateDir }),
      ]);
      agentId = request.agentId ?? host.defaultAgentId;
      return createPorts({
        ...pending,
        host,
        pins: NO_PINS,
        stateDir,
        workspace: undefined,
        owners: () => readOwners(environment, stateDir),
        sandboxOrigin: readSandboxOrigin(),
        createSend: createPlainSend,
      });
    },
    readStandardInput,
  };
}

interface Machine {
  readonly environment: TerminalEnvironment;
  readonly stateDir: string;
}

async function openHost(seen: Seen, request: TerminalRequest, machine: Machine): Promise<TerminalHost> {
  const ownFolder = dirname(fileURLToPath(import.meta.url));
  const { findInstalledHost, openTerminalHost } = await import("./terminal/terminal-host.ts");
  const host = await findInstalledHost({ ...machine.environment, ownFolder });
  if (host !== undefined) seen.hostVersion = host.version;
  const { agentId, authPath, queueApply: mayRestart } = request;
  const store = await openTerminalHost({ ...machine, host, authPath, mayRestart, agentId });
  seen.isHostless = host === undefined;
  seen.timeZone = store.timeZone;
  return store;
}

/** Undefined if the config cannot be read from here: then nothing is known about owners. */
async function readOwners(environment: TerminalEnvironment, stateDir: string): Promise<readonly unknown[] | undefined> {
  const config = await readHostConfig(environment, stateDir);
  return config && (config.commands?.ownerAllowFrom ?? []);
}

/** The first part of standard input: a callback URL is never longer. */
async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_INPUT) break;
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** Runs and prints: an answer or JSON to standard output, a refusal in words to standard error. */
export async function runAndPrint(parsed: ParsedArguments, program?: Program): Promise<void> {
  // Whoever reads may have gone, or the disk that takes it may be full: the answer was given all the same.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  const { text, exitCode } = await runTerminal(parsed, program);
  const isJson = parsed.kind === "refused" ? parsed.json : parsed.request.json;
  (exitCode === 0 || isJson ? process.stdout : process.stderr).write(`${text}\n`);
  process.exitCode = exitCode;
}

/** The same program inside the host's own: `openclaw codex-auth …`. */
export async function runInHost(verb: string, options: TerminalOptions): Promise<void> {
  await runAndPrint(toRequest(verb, options), HOST_PROGRAM);
}

if (isProgram(fileURLToPath(import.meta.url))) await runAndPrint(parseArguments(readArguments()));
