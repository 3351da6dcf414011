/**
 * Writes the answers of the terminal: one JSON object with the field names of the original skill, or the screens of
 * the chat as text.
 */
import { ERROR_CODES, type ErrorCode } from "../errors.ts";
import { findingLine, inspectionScreen, logScreen } from "../interaction/diagnosis-screens.ts";
import { loginScreen, loginStepsScreen } from "../interaction/login-screens.ts";
import { undoneScreen } from "../interaction/profile-screens.ts";
import { toText } from "../interaction/render.ts";
import { effectLines, say, verbatim, type Line, type Screen } from "../interaction/screen.ts";
import {
  cancelledScreen,
  cardScreen,
  helpScreen,
  refusalScreen,
  savedScreen,
  selectorScreen,
  statusScreen,
  stepsScreen,
  withSandboxNotice,
} from "../interaction/screens.ts";
import { TERMINAL_OPTIONS, type TerminalOption } from "../rules/commands.ts";
import type {
  Finding,
  SignInStatus,
  ProfileList,
  SavedSignIn,
  StartedSignIn,
  StartedWithCode,
  UndoneChange,
  AuditEntry,
} from "../rules/results.ts";
import type { TerminalRequest } from "./arguments.ts";
import type { TerminalAnswer } from "./context.ts";
import { flagsOf, terminalSurface, toJson, typed, type OutputContext } from "./words.ts";

export interface Printed {
  readonly text: string;
  /** 2 for every refusal, as in the original. Another number only if the user stopped the program. */
  readonly exitCode: number;
}

type Fields = Readonly<Record<string, unknown>>;
type QueueRequest = Pick<TerminalRequest, "queueApply">;

export function print(
  answer: TerminalAnswer,
  request: QueueRequest & Pick<TerminalRequest, "json">,
  context: OutputContext,
): Printed {
  const text = request.json ? toJson(fieldsOf(answer, request, context)) : textOf(answer, request, context);
  return { text, exitCode: answer.kind === "refused" ? 2 : 0 };
}

function textOf(answer: TerminalAnswer, request: QueueRequest, context: OutputContext): string {
  const { lines } = screenOf(answer, context);
  const notes = [...queueNote(answer, request), ...warningLines(context)];
  const screen = withSandboxNotice({ lines: [...lines, ...notes], rows: [] }, context.isSandbox === true);
  return toText(screen, context.locale, terminalSurface(context));
}

function screenOf(answer: TerminalAnswer, context: OutputContext): Screen {
  const { hostVersion, hostNode, failure, program, storeOwner } = context;
  switch (answer.kind) {
    case "started":
      return cardScreen(answer);
    case "login":
      return loginScreen(answer.started);
    case "saved":
      return savedScreen(answer, false);
    case "undone":
      return undoneScreen(answer);
    case "status":
      return statusScreen(answer);
    case "cancelled":
      return cancelledScreen(answer.profileNames);
    case "profiles":
      return selectorScreen(answer, 1, answer.profiles.length);
    case "log":
      return logScreen(answer);
    case "inspection":
      return inspectionScreen(answer);
    case "help":
      return { lines: [...helpScreen().lines, ...optionLines(program)], rows: [] };
    case "version":
      return { lines: [[verbatim(`codex-auth ${answer.version}`)]], rows: [] };
    case "refused":
      return refusalScreen({ next: "none", ...answer, hostVersion, hostNode, failure, storeOwner, sender: "" });
  }
}

const optionLine = (flags: string, about: Line) => say("help.line", { command: verbatim(flags), about });

function optionLines({ profileOption }: OutputContext["program"]): Line[] {
  const names = Object.keys(TERMINAL_OPTIONS) as TerminalOption[];
  return [
    optionLine(`${profileOption} <name>`, say("option.profile")),
    ...names.map((name) => optionLine(flagsOf(name), say(`option.${name}`))),
  ];
}

function queueNote(answer: TerminalAnswer, { queueApply }: QueueRequest): Line[] {
  const isChange = answer.kind === "saved" || answer.kind === "undone";
  const isInForce = isChange && answer.isSelectable && answer.activation === "live";
  return queueApply && isInForce ? [say("saved.not-queued")] : [];
}

const warningLines = ({ warning }: OutputContext): Line[] => (warning === undefined ? [] : [say(`warning.${warning}`)]);

function messageOf(lines: Screen["lines"], context: OutputContext): string {
  return toText({ lines, rows: [] }, context.locale, terminalSurface(context, " "));
}

function fieldsOf(answer: TerminalAnswer, request: QueueRequest, context: OutputContext): Fields {
  const warning = context.warning === undefined ? {} : { warning: messageOf(warningLines(context), context) };
  const sandbox = context.isSandbox === true ? { sandbox: true } : {};
  return { ...toFields(answer, request, context), ...warning, ...sandbox };
}

const ORIGINAL_CODES: Partial<Record<ErrorCode, string>> = {
  "no-pending-login": "no_pending_flow",
  "code-missing": "missing_code",
  "identity-missing": "missing_account_id",
};

function codeOf(code: ErrorCode): string {
  return ORIGINAL_CODES[code] ?? code.replaceAll("-", "_");
}

export const TERMINAL_CODES: readonly string[] = ERROR_CODES.map(codeOf);

function toFields(answer: TerminalAnswer, request: QueueRequest, context: OutputContext): Fields {
  switch (answer.kind) {
    case "started":
      return startedFields(answer, stepsScreen(answer), context);
    case "login":
      return loginFields(answer.started, context);
    case "saved":
      return {
        ...changedFields(answer, request, context),
        accountId: answer.accountId,
        expires: answer.expiresAtMs,
        ...(answer.email === undefined ? {} : { email: answer.email }),
        ...(answer.plan === undefined ? {} : { plan: answer.plan }),
        ...(answer.sameAccountAs === undefined ? {} : { same_account_as: answer.sameAccountAs }),
        revert_command: revertOf(answer, context),
      };
    case "undone":
      return { ...changedFields(answer, request, context), revert_command: revertOf(answer, context) };
    case "status":
      return statusFields(answer);
    case "cancelled":
      return { ok: true, cancelled: answer.profileNames, message: messageOf(screenOf(answer, context).lines, context) };
    case "profiles":
      return { ok: true, profiles: answer.profiles.map(profileFields), pending: answer.pending.map(pendingFields) };
    case "log":
      return { ok: true, changes: answer.entries.map(changeFields) };
    case "inspection":
      return { ok: true, findings: answer.findings.map((finding) => findingFields(finding, answer.nowMs, context)) };
    case "help":
      return { ok: true, message: toText(screenOf(answer, context), context.locale, terminalSurface(context)) };
    case "version":
      return { ok: true, version: answer.version };
    case "refused":
      return {
        ok: false,
        error: codeOf(answer.code),
        message: messageOf(screenOf(answer, context).lines, context),
        ...(answer.profileName === undefined ? {} : { profile: answer.profileName }),
        ...(answer.variable === undefined ? {} : { variable: answer.variable }),
        ...("retryAfterSeconds" in answer ? { retry_after: answer.retryAfterSeconds } : {}),
        ...(context.hostVersion === undefined ? {} : { host_version: context.hostVersion }),
        ...(context.storeOwner === undefined ? {} : { store_owner: context.storeOwner }),
      };
  }
}

function revertOf({ isUndoable, profileName }: SavedSignIn | UndoneChange, context: OutputContext): string | null {
  return isUndoable ? typed(context, "undo", profileName) : null;
}

function loginFields(started: StartedSignIn | StartedWithCode, context: OutputContext): Fields {
  const steps = loginStepsScreen(started);
  if (started.kind === "started")
    return { event: "started", ...startedFields(started, steps, context), listening: started.isListening };
  return {
    event: "started",
    ...targetFields(started, steps, context),
    verification_url: started.verificationUri,
    user_code: started.userCode.reveal(),
  };
}

function startedFields(started: StartedSignIn, steps: Screen, context: OutputContext): Fields {
  return {
    ...targetFields(started, steps, context),
    login_url: started.authorizationUrl.reveal(),
    redirect_uri: started.redirectUri,
  };
}

function targetFields(started: StartedSignIn | StartedWithCode, steps: Screen, context: OutputContext): Fields {
  return {
    ok: true,
    profile: started.profileName,
    profile_id: started.profileId,
    new_profile: started.isNewProfile,
    ...(started.isDefaultFallback ? { stands_in_for_default: true } : {}),
    expires_in: Math.round(started.expiresInMs / 1000),
    instructions: messageOf(steps.lines, context),
    status_command: typed(context, "status", started.profileName),
  };
}

function changedFields(changed: SavedSignIn | UndoneChange, request: QueueRequest, context: OutputContext): Fields {
  const lines = changed.kind === "undone" ? undoneScreen(changed).lines : effectLines(changed);
  return {
    ok: true,
    profile: changed.profileName,
    profile_id: changed.profileId,
    message: messageOf([...lines, ...queueNote(changed, request)], context),
    restart_required: changed.activation === "restart",
    queued: changed.activation === "restarted",
    status_command: typed(context, "status", changed.profileName),
  };
}

function statusFields({ pending, lastSaved, lastFailed }: SignInStatus): Fields {
  const saved = lastSaved && {
    last_saved: {
      profile: lastSaved.profileName,
      profile_id: lastSaved.profileId,
      seconds_ago: secondsOf(lastSaved.agoMs),
    },
    restart_required: lastSaved.activation === "restart",
  };
  const failed = lastFailed && {
    last_failed: {
      profile: lastFailed.profileName,
      error: codeOf(lastFailed.code),
      seconds_ago: secondsOf(lastFailed.agoMs),
    },
  };
  return { ok: true, pending: pending.map(pendingFields), ...saved, ...failed };
}

const secondsOf = (ms: number) => Math.max(0, Math.round(ms / 1000));

const changeFields = ({ atMs, who, action, profileName, outcome }: AuditEntry): Fields => ({
  at: atMs,
  who,
  action: action.replaceAll("-", "_"),
  profile: profileName,
  outcome: outcome === "done" ? outcome : codeOf(outcome),
});

const findingFields = (finding: Finding, nowMs: number, context: OutputContext): Fields => ({
  finding: finding.code.replaceAll("-", "_"),
  message: messageOf([findingLine(finding, nowMs)], context),
  ...(finding.code === "profile-failing" ? { profile: finding.profile.name } : {}),
  ...(finding.code === "old-skill" ? { folder: finding.folder } : {}),
});

const pendingFields = ({ profileName, expiresInMs }: SignInStatus["pending"][number]): Fields => ({
  profile: profileName,
  expires_in: secondsOf(expiresInMs),
});

const profileFields = ({
  name,
  profileId,
  email,
  plan,
  health,
  isDefault,
}: ProfileList["profiles"][number]): Fields => ({
  profile: name,
  profile_id: profileId,
  ...(email === undefined ? {} : { email }),
  ...(plan === undefined ? {} : { plan }),
  state: health,
  ...(isDefault === true ? { default: true } : {}),
});
