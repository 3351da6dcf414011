#!/usr/bin/env node
/** The terminal's wiring: reads the arguments, builds the ports that the request needs and no more, prints the answer. */
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { InMemoryParkedSignIns } from "./actions/account-question.ts";
import type { PendingPorts } from "./actions/overview.ts";
import type { ChatPins, Ports } from "./actions/ports.ts";
import {
  isProgram,
  readArguments,
  readLocale,
  readSandboxOrigin,
  readTerminalEnvironment,
  type TerminalEnvironment,
} from "./environment.ts";
import { CodexAuthError } from "./errors.ts";
import { languageOf, loadCatalogue } from "./languages/catalogue.ts";
import { terminalBinding } from "./rules/binding.ts";
import { systemClock } from "./system.ts";
import { parseArguments, type ParsedArguments, type TerminalRequest } from "./terminal/arguments.ts";
import { print, type Printed } from "./terminal/output.ts";
import { runRequest, type TerminalAnswer, type TerminalContext } from "./terminal/run.ts";
import type { Program, Surroundings } from "./terminal/words.ts";

const OWN_PROGRAM: Program = { name: "codex-auth", profileOption: "--profile" };
const SILENT_LOG = { info: () => undefined, warn: () => undefined };
/** A terminal is no chat; those that ask for a profile that is gone are let go by the host at their next turn. */
const NO_PINS: ChatPins = {
  read: async () => undefined,
  pin: async () => "failed",
  unpin: async () => "failed",
  release: async () => undefined,
};
/** Whoever sits at the terminal sees for themselves. */
const NO_NOTICES = { claim: async () => [] };
const MAX_INPUT = 64 * 1024;

/** Answers what was typed. Never throws, and prints no word of what was sent. */
export async function runTerminal(parsed: ParsedArguments, program: Program = OWN_PROGRAM): Promise<Printed> {
  const words = await loadCatalogue(languageOf(readLocale()));
  if (parsed.kind === "refused") {
    const asked = { json: parsed.json, queueApply: false };
    return print({ kind: "refused", code: parsed.code }, asked, { program, words, isSandbox: isSandbox() });
  }
  const { request } = parsed;
  const seen: Seen = {};
  const answer = await answerOf(seen, request);
  const around: Surroundings = {
    program,
    words,
    ...(seen.hostVersion === undefined ? {} : { hostVersion: seen.hostVersion }),
    ...(seen.isHostless === true ? { warning: "no-host" as const } : {}),
    isSandbox: isSandbox(),
    storeOptions: storeOptionsOf(request),
  };
  return print(answer, request, around);
}

/** What was found of the machine on the way to an answer. */
interface Seen {
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

/** A wrong value is no sandbox: the ports then refuse to be built. */
function isSandbox(): boolean {
  try {
    return readSandboxOrigin() !== undefined;
  } catch {
    return false;
  }
}

async function answerOf(seen: Seen, request: TerminalRequest): Promise<TerminalAnswer> {
  try {
    return await runRequest(await openMachine(seen, request), request);
  } catch (error) {
    return { kind: "refused", code: error instanceof CodexAuthError ? error.code : "internal" };
  }
}

/** What the terminal knows of this machine. What costs time is found when it is first asked for. */
async function openMachine(seen: Seen, request: TerminalRequest): Promise<TerminalContext> {
  const environment = readTerminalEnvironment();
  const { findStateDir, findTempFolder } = await import("./terminal/folders.ts");
  const stateDir = await findStateDir(environment);
  let { agentId = "" } = request;
  const pendingPorts = async (): Promise<PendingPorts> => {
    const { createPendingStore } = await import("./store/pending-sign-ins.ts");
    const pending = createPendingStore(await findTempFolder(environment));
    return { clock: systemClock, log: SILENT_LOG, pending, parked: new InMemoryParkedSignIns() };
  };
  const ports = async (): Promise<Ports> => {
    const [{ findInstalledHost }, { openTerminalHost }] = await Promise.all([
      import("./terminal/installed-host.ts"),
      import("./terminal/terminal-host.ts"),
    ]);
    const ownFolder = dirname(fileURLToPath(import.meta.url));
    const host = await findInstalledHost({ ...environment, ownFolder });
    if (host !== undefined) seen.hostVersion = host.version;
    const { authPath, queueApply: mayRestart } = request;
    const store = await openTerminalHost({
      environment,
      stateDir,
      host,
      authPath,
      mayRestart,
      agentId: request.agentId,
    });
    seen.isHostless = host === undefined;
    agentId = request.agentId ?? store.defaultAgentId;
    return { ...(await pendingPorts()), ...(await loginPorts(store, environment, stateDir)) };
  };
  return {
    get binding() {
      return terminalBinding(stateDir, agentId);
    },
    pendingPorts,
    ports,
    readStandardInput,
  };
}

async function loginPorts(
  host: Parameters<typeof import("./store/profile-store.ts").createProfileStore>[0]["host"],
  environment: TerminalEnvironment,
  stateDir: string,
): Promise<Pick<Ports, "audit" | "entropy" | "notices" | "oauth" | "pins" | "profiles" | "surroundings">> {
  const [{ createProfileStore }, { createUndoRecords }, { OPENAI, sandboxEndpoints }, { createOAuthClient }] =
    await Promise.all([
      import("./store/profile-store.ts"),
      import("./store/undo.ts"),
      import("./oauth/endpoints.ts"),
      import("./oauth/client.ts"),
    ]);
  const [{ createGuardedFetch }, { createPlainSend }] = await Promise.all([
    import("./host/fetch.ts"),
    import("./terminal/network.ts"),
  ]);
  const [{ createAuditLog }, { systemEntropy }, { readIdentity }, { createInstallationCheck }, { readHostConfig }] =
    await Promise.all([
      import("./store/records.ts"),
      import("./system.ts"),
      import("./oauth/identity.ts"),
      import("./host/surroundings.ts"),
      import("./terminal/folders.ts"),
    ]);
  /** Undefined where the config cannot be read from here: what it does not say is no owner, what is not known is no finding. */
  const owners = async () => {
    const config = await readHostConfig(environment, stateDir);
    return config && (config.commands?.ownerAllowFrom ?? []);
  };
  const sandbox = readSandboxOrigin();
  const endpoints = sandbox === undefined ? OPENAI : sandboxEndpoints(sandbox);
  const undo = createUndoRecords(stateDir);
  return {
    audit: createAuditLog(stateDir),
    notices: NO_NOTICES,
    pins: NO_PINS,
    surroundings: createInstallationCheck({ stateDir, workspace: undefined, owners }),
    entropy: systemEntropy,
    oauth: createOAuthClient(endpoints, systemEntropy, createGuardedFetch(createPlainSend(endpoints))),
    profiles: createProfileStore({ host, undo, clock: systemClock, entropy: systemEntropy, readIdentity }),
  };
}

/** The first part of standard input: an address is never longer. */
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

if (isProgram(fileURLToPath(import.meta.url))) await runAndPrint(parseArguments(readArguments()));
