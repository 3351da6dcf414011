/** Runs a request of the terminal with the same actions as the chat. */
import { finishSignIn } from "../actions/finish.ts";
import {
  cancelPending,
  inspect,
  isEmptyStatus,
  listProfiles,
  nextAfter,
  readChangeLog,
  readStatus,
  refuseUnknownName,
} from "../actions/overview.ts";
import { refusing } from "../actions/outcome.ts";
import type { PendingPorts } from "../actions/ports.ts";
import { retryProfile, undoChange } from "../actions/profiles.ts";
import { startSignIn } from "../actions/start.ts";
import { askUsage } from "../actions/usage.ts";
import { readManifest } from "../manifest.ts";
import type { TerminalWord } from "../rules/commands.ts";
import { Paste } from "../rules/callback-url.ts";
import { DEFAULT_PROFILE_NAME, type ProfileName } from "../rules/profile-id.ts";
import type { TerminalRequest } from "./arguments.ts";
import type { TerminalAnswer, TerminalContext } from "./context.ts";

/** The user of the terminal owns the files, so the operating system has checked access already. */
const isAllowed = () => true;

/** Throws only what `ports` and `pendingPorts` throw. */
export function runRequest(context: TerminalContext, request: TerminalRequest): Promise<TerminalAnswer> {
  return RUNS[request.verb](context, request);
}

type Run = (context: TerminalContext, request: TerminalRequest) => Promise<TerminalAnswer>;

/** What each command runs. */
const RUNS = {
  list: async (context) => listProfiles(await context.ports(), context.binding),
  start: async (context, request) =>
    startSignIn(await context.ports(), { binding: context.binding, askedName: nameOf(request) }),
  // Loaded only here: `status` and the others neither listen nor poll.
  login: async (context, request) => (await import("./login.ts")).runLogin(context, request),
  finish,
  status,
  cancel,
  retry: async (context, request) =>
    retryProfile(await context.ports(), { binding: context.binding, askedName: nameOf(request), isAllowed }),
  undo,
  usage,
  log: async (context) => readChangeLog(await context.ports()),
  audit: async (context) => inspect(await context.ports(), context.binding.agentId),
  help: async () => ({ kind: "help" }),
  version: async () => ({ kind: "version", version: readManifest().version }),
} as const satisfies Record<TerminalWord, Run>;

async function cancel(context: TerminalContext, { profileName }: TerminalRequest): Promise<TerminalAnswer> {
  const ports = await context.pendingPorts();
  const cancelled = await cancelPending(ports, context.binding, profileName);
  const isEmpty = cancelled.kind === "cancelled" && cancelled.profileNames.length === 0;
  return (isEmpty ? await refuseUnknown(context, ports, profileName) : undefined) ?? cancelled;
}

async function status(context: TerminalContext, { profileName }: TerminalRequest): Promise<TerminalAnswer> {
  const ports = await context.pendingPorts();
  const found = await readStatus(ports, context.binding, profileName);
  if (found.kind === "refused" || !isEmptyStatus(found)) return found;
  if (profileName === undefined) return { kind: "refused", code: "no-status" };
  const refusal = (await refuseUnknown(context, ports, profileName)) ?? refusing(profileName)("no-status");
  return found.others === undefined ? refusal : { ...refusal, others: found.others };
}

function refuseUnknown(context: TerminalContext, { log }: PendingPorts, askedName: ProfileName | undefined) {
  const agentId = () => context.binding.agentId;
  return refuseUnknownName({ askedName, log, openPorts: () => context.ports(), agentId });
}

async function usage(context: TerminalContext, { profileName }: TerminalRequest): Promise<TerminalAnswer> {
  const ports = await context.ports();
  const inquiry = await askUsage(ports, { binding: context.binding, askedName: profileName });
  if (inquiry.kind === "refused") return inquiry;
  await inquiry.settled;
  return inquiry.report();
}

async function undo(context: TerminalContext, { profileName }: TerminalRequest): Promise<TerminalAnswer> {
  const ports = await context.ports();
  const found = await readStatus(ports, context.binding);
  const lastSaved = found.kind === "status" ? found.lastSaved?.profileName : undefined;
  const askedName = profileName ?? ((lastSaved ?? DEFAULT_PROFILE_NAME) as ProfileName);
  return undoChange(ports, { binding: context.binding, askedName, isAllowed });
}

async function finish(context: TerminalContext, request: TerminalRequest): Promise<TerminalAnswer> {
  const { callbackUrl = "", profileName } = request;
  const isArgument = callbackUrl !== "-";
  const pasted = new Paste(isArgument ? callbackUrl : await context.readStandardInput());
  if (isArgument && pasted.endsAtAmpersand) return { kind: "refused", code: "usage-address-cut" };
  const ports = await context.ports();
  const ifOtherAccount = request.replace === true ? "replace" : "refuse";
  const completed = await finishSignIn(ports, {
    binding: context.binding,
    pasted,
    profileName,
    isAllowed,
    ifOtherAccount,
  });
  // A terminal cannot be asked: its request says beforehand what to do.
  if (completed.kind === "question") return { kind: "refused", code: completed.code };
  if (completed.kind === "saved") return completed;
  return { ...completed, next: await nextAfter(ports, context.binding, completed) };
}

function nameOf({ profileName }: TerminalRequest): ProfileName {
  return profileName ?? (DEFAULT_PROFILE_NAME as ProfileName);
}
