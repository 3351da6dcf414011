#!/usr/bin/env node
/**
 * The `codex-auth` program. It reads the arguments, builds only the ports that the request needs, and prints the
 * answer.
 */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { createPendingPorts } from "./store/pending-sign-ins.ts";
import { InMemoryParkedSignIns } from "./actions/account-question.ts";
import { refusalOf } from "./actions/outcome.ts";
import type { ChatPins, Log } from "./actions/ports.ts";
import { SILENT_LOG } from "./errors.ts";
import {
  isProgram,
  isSandbox,
  readArguments,
  readCallbackPort,
  readLocale,
  readSandboxOrigin,
  readTerminalEnvironment,
  typedPath,
  type TerminalEnvironment,
} from "./environment.ts";
import { toText } from "./interaction/render.ts";
import { timeLeftScreen } from "./interaction/login-screens.ts";
import { localeOf } from "./languages/catalogue.ts";
import { textOfBytes } from "./rules/pasted-text.ts";
import { terminalBinding } from "./rules/binding.ts";
import {
  parseArguments,
  toRequest,
  type ParsedArguments,
  type TerminalOptions,
  type TerminalRequest,
} from "./terminal/arguments.ts";
import {
  assertOwnStore,
  assertReadsStateDir,
  findStateDir,
  findTempFolder,
  readHostConfig,
  storePlacesIn,
} from "./terminal/folders.ts";
import { HOST_PROGRAM } from "./terminal/host-program.ts";
import { Live, type LiveParts } from "./terminal/live.ts";
import { print, type Printed } from "./terminal/output.ts";
import type { LiveTerminal, TerminalAnswer, TerminalContext } from "./terminal/context.ts";
import { runRequest } from "./terminal/run.ts";
import type { TerminalHost } from "./terminal/terminal-host.ts";
import { systemTimers } from "./system.ts";
import { terminalSurface, typed, type Program, type OutputContext } from "./terminal/words.ts";

const OWN_PROGRAM: Program = { name: "codex-auth", profileOption: "--profile" };
/**
 * A terminal is not a chat and has no pins. The host itself removes the pins of a missing profile at the next turn of
 * each chat.
 */
const NO_PINS: ChatPins = {
  read: async () => undefined,
  hasCodexModel: async () => true,
  pin: async () => "failed",
  unpin: async () => "failed",
  release: async () => undefined,
};
const MAX_INPUT = 64 * 1024;

/** Never throws, and prints nothing of the input. `log` receives the lines that a gateway would log. */
export async function runTerminal(
  parsed: ParsedArguments,
  program: Program = OWN_PROGRAM,
  log: Log = SILENT_LOG,
): Promise<Printed> {
  if (parsed.kind === "refused") {
    const output = { json: parsed.json, queueApply: false };
    return print(parsed, output, {
      program,
      locale: localeOf(readLocale()),
      isSandbox: isSandbox(),
    });
  }
  const { request } = parsed;
  const facts: MachineFacts = {};
  const contextNow = () => outputContextOf(facts, request, program);
  const live = new Live(livePartsOf(request, contextNow));
  const isInHost = program === HOST_PROGRAM;
  const answer = await answerOf(facts, request, { log: keepingFailure(facts, log), live, isInHost });
  live.clear();
  const printed = print(answer, request, contextNow());
  return live.stopCode === undefined ? printed : { ...printed, exitCode: live.stopCode };
}

function outputContextOf(facts: MachineFacts, request: TerminalRequest, program: Program): OutputContext {
  return {
    program,
    locale: localeOf(readLocale(), facts.timeZone),
    hostVersion: facts.hostVersion,
    hostNode: facts.hostNode,
    failure: facts.failure,
    storeOwner: facts.storeOwner,
    ...(facts.isHostless === true ? { warning: "no-host" as const } : {}),
    isSandbox: isSandbox(),
    storeOptions: storeOptionsOf(request),
  };
}

/** What a command that stays writes before it ends. */
function livePartsOf(request: TerminalRequest, contextNow: () => OutputContext): LiveParts {
  const inWords = { json: false, queueApply: false };
  return {
    timers: systemTimers,
    isJson: request.json,
    print: (answer) => print(answer, request, contextNow()),
    inWords: (refusal) => print(refusal, inWords, contextNow()).text,
    timeLeft: (ms) => toText(timeLeftScreen(ms), contextNow().locale, terminalSurface(contextNow())),
    listener: () => ({
      port: readCallbackPort(),
      locale: () => contextNow().locale,
      statusCommand: typed(contextNow(), "status"),
    }),
  };
}

/** A terminal has no log to point to, so its answer names the last failure itself. */
function keepingFailure(facts: MachineFacts, log: Log): Log {
  return {
    info: (event) => log.info(event),
    warn(event) {
      facts.failure = event;
      log.warn(event);
    },
  };
}

interface MachineFacts {
  timeZone?: string | undefined;
  hostVersion?: string | undefined;
  hostNode?: string | undefined;
  /** What an error without a code was, by name and code. */
  failure?: string;
  isHostless?: boolean;
  storeOwner?: string;
}

function storeOptionsOf({ agentId, authPath, openclaw }: TerminalRequest): readonly string[] {
  return [
    ...(openclaw === undefined ? [] : ["--openclaw", openclaw]),
    ...(agentId === undefined ? [] : ["--agent", agentId]),
    ...(authPath === undefined ? [] : ["--auth-path", authPath]),
  ];
}

interface Surroundings {
  readonly log: Log;
  readonly live: LiveTerminal;
  /** The host runs this as a command of its own. */
  readonly isInHost: boolean;
}

async function answerOf(facts: MachineFacts, request: TerminalRequest, around: Surroundings): Promise<TerminalAnswer> {
  try {
    return await runRequest(await openMachine(facts, request, around), request);
  } catch (error) {
    return refusalOf(error, around.log);
  }
}

/**
 * Loads the host and the network only for commands that need them: `status` and `cancel` do not, and take half the
 * time.
 */
async function openMachine(
  facts: MachineFacts,
  request: TerminalRequest,
  { log, live, isInHost }: Surroundings,
): Promise<TerminalContext> {
  const environment = readTerminalEnvironment();
  const stateDir = await findStateDir(environment);
  const assertOwn = (...places: readonly string[]) =>
    assertOwnStore(places, environment, (name) => void (facts.storeOwner = name));
  if (request.verb !== "help" && request.verb !== "version") await assertOwn(...storePlacesIn(stateDir));
  const pending = { stateDir, tempFolder: await findTempFolder(environment), log, parked: new InMemoryParkedSignIns() };
  let { agentId = "" } = request;
  return {
    get binding() {
      return terminalBinding(stateDir, agentId);
    },
    pendingPorts: async () => createPendingPorts(pending),
    async ports() {
      const [{ createPorts }, { createPlainSend, plainObstacle, plainProxyFacts }, host] = await Promise.all([
        import("./wiring.ts"),
        import("./terminal/network.ts"),
        openHost(facts, request, { environment, stateDir, log, assertOwn, isInHost }),
      ]);
      agentId = request.agentId ?? host.defaultAgentId;
      return createPorts({
        ...pending,
        host,
        hostVersion: facts.hostVersion,
        pins: NO_PINS,
        workspace: undefined,
        owners: () => readOwners(environment, stateDir),
        sandboxOrigin: readSandboxOrigin,
        network: { createSend: createPlainSend, obstacle: plainObstacle, proxyFacts: plainProxyFacts },
      });
    },
    readStandardInput,
    live,
  };
}

interface Machine {
  readonly log: Log;
  readonly environment: TerminalEnvironment;
  readonly stateDir: string;
  readonly assertOwn: (...places: readonly string[]) => Promise<void>;
  readonly isInHost: boolean;
}

async function openHost(facts: MachineFacts, request: TerminalRequest, machine: Machine): Promise<TerminalHost> {
  const ownFolder = dirname(fileURLToPath(import.meta.url));
  const { findInstalledHost, openTerminalHost } = await import("./terminal/terminal-host.ts");
  const { environment } = machine;
  // Empty text stays, and is refused: `"$(asdf which openclaw)"` is empty if that command failed.
  const named = request.openclaw === undefined ? environment.openclaw : (typedPath(request.openclaw) ?? "");
  const host = await findInstalledHost({ ...environment, ownFolder, named });
  facts.hostVersion = host?.version;
  facts.hostNode = host?.node;
  const { agentId, queueApply: mayRestart } = request;
  const authPath = request.authPath && typedPath(request.authPath);
  if (host !== undefined && authPath === undefined) assertReadsStateDir(environment, machine.stateDir, host.version);
  // A host that is named may be another one.
  const isInHost = machine.isInHost && named === undefined;
  const store = await openTerminalHost({ ...machine, host, isInHost, authPath, mayRestart, agentId });
  facts.isHostless = host === undefined;
  facts.timeZone = store.timeZone;
  return store;
}

/** Returns undefined if the config cannot be read, because nothing is then known about owners. */
async function readOwners(environment: TerminalEnvironment, stateDir: string): Promise<readonly unknown[] | undefined> {
  const config = await readHostConfig(environment, stateDir);
  return config && (config.commands?.ownerAllowFrom ?? []);
}

/** Reads at most `MAX_INPUT` bytes and one chunk more: a callback URL is never longer. */
async function readStandardInput(): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    size += chunk.length;
    if (size > MAX_INPUT) break;
  }
  return textOfBytes(Buffer.concat(chunks));
}

/** Prints answers and JSON to standard output, and refusals in words to standard error. */
export async function runAndPrint(parsed: ParsedArguments, program?: Program): Promise<void> {
  // The reader may have closed the pipe, or the disk may be full. The change was made all the same, so the program
  // does not crash.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => undefined);
  const { text, exitCode } = await runTerminal(parsed, program);
  const isJson = parsed.kind === "refused" ? parsed.json : parsed.request.json;
  (exitCode === 0 || isJson ? process.stdout : process.stderr).write(`${text}\n`);
  process.exitCode = exitCode;
}

export async function runInHost(verb: string, options: TerminalOptions): Promise<void> {
  await runAndPrint(toRequest(verb, options), HOST_PROGRAM);
}

if (isProgram(fileURLToPath(import.meta.url))) await runAndPrint(parseArguments(readArguments()));
