/**
 * Writes the answers of the terminal: one JSON object with the field names of the original skill, or the screens of
 * the chat as text.
 */
import { ERROR_CODES, type ErrorCode } from "../errors.ts";
import { findingLine, inspectionScreen, logScreen } from "../interaction/diagnosis-screens.ts";
import { cardScreen, loginScreen, loginStepsScreen, stepsScreen } from "../interaction/login-screens.ts";
import { retriedScreen, undoneScreen } from "../interaction/profile-screens.ts";
import { toText } from "../interaction/render.ts";
import { effectLines, say, verbatim, type Line, type Screen } from "../interaction/screen.ts";
import {
  cancelledScreen,
  helpScreen,
  refusalScreen,
  savedScreen,
  selectorScreen,
  statusScreen,
  withSandboxNotice,
} from "../interaction/screens.ts";
import { usageScreen } from "../interaction/usage-screens.ts";
import { TERMINAL_OPTIONS, type TerminalOption } from "../rules/commands.ts";
import type {
  Finding,
  SignInStatus,
  ProfileList,
  SavedSignIn,
  StartedSignIn,
  StartedWithCode,
  UndoneChange,
  UsageReport,
  AuditEntry,
} from "../rules/results.ts";
import { leftIn, type UsageLimit, type UsageNumbers, type UsageReason } from "../rules/usage.ts";
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
    case "retried":
      return retriedScreen(answer);
    case "status":
      return statusScreen(answer);
    case "cancelled":
      return cancelledScreen(answer);
    case "profiles":
      return selectorScreen(answer, 1, answer.profiles.length);
    case "usage":
      return usageScreen(answer);
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
    case "retried":
      return {
        ok: true,
        profile: answer.profileName,
        message: messageOf(screenOf(answer, context).lines, context),
        restart_required: answer.activation === "restart",
      };
    case "status":
      return statusFields(answer);
    case "cancelled":
      return { ok: true, cancelled: answer.profileNames, message: messageOf(screenOf(answer, context).lines, context) };
    case "profiles":
      return { ok: true, profiles: answer.profiles.map(profileFields), pending: answer.pending.map(pendingFields) };
    case "usage":
      return usageFields(answer);
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
type ReportRow = UsageReport["profiles"][number];

/** Named as in the original's script where it has a field for it. */
function usageFields({ profiles, left, inUse, best, nowMs }: UsageReport): Fields {
  const told = profiles.filter(({ usage }) => usage.kind === "numbers").length;
  return {
    ok: true,
    profiles: profiles.map((row) => ({
      profile: row.profile.name,
      profile_id: row.profile.profileId,
      state: row.profile.health,
      ...(row.profile.isDefault === true ? { default: true } : {}),
      ...(row.profile.profileId === inUse ? { in_use: true } : {}),
      ...(row.profile.profileId === best?.profileId ? { most_left: true } : {}),
      token_expiry: row.profile.expiresAtMs ?? null,
      cooldown_until: row.profile.unusableUntilMs ?? null,
      ...remoteFields(row, nowMs),
    })),
    summary: { checked: profiles.length, remote_ok: told, remote_failed: profiles.length - told, not_checked: left },
  };
}

function remoteFields({ profile, usage }: ReportRow, nowMs: number): Fields {
  if (usage.kind === "awaited") return { remote_usage_ok: false, remote_usage: null };
  const numbers = usage.kind === "numbers" ? usage.numbers : usage.last;
  const remote = numbers === undefined ? null : numberFields(profile, numbers, nowMs);
  if (usage.kind === "numbers") return { remote_usage_ok: true, remote_usage: remote };
  const { reason, status } = usage;
  return {
    remote_usage_ok: false,
    remote_usage: remote,
    remote_error: ORIGINAL_REASONS[reason] ?? reason.replaceAll("-", "_"),
    ...(status === undefined ? {} : { remote_status: status }),
  };
}

const ORIGINAL_REASONS: Partial<Record<UsageReason, string>> = {
  unauthorized: "auth_not_accepted_by_usage_endpoint",
  forbidden: "forbidden_by_usage_endpoint",
  failed: "server_error",
  late: "timeout",
  unreachable: "request_exception",
  "no-token": "missing_access_token",
};

function numberFields({ plan }: ReportRow["profile"], numbers: UsageNumbers, nowMs: number): Fields {
  const { limit, others, credits, stop } = numbers;
  return {
    plan: numbers.plan ?? plan ?? null,
    credits_balance: typeof credits === "number" ? credits : null,
    ...(credits === "unlimited" ? { credits_unlimited: true } : {}),
    ...limitFields(limit, nowMs),
    additional: others.map((other) => ({ name: other.name, ...limitFields(other, nowMs) })),
    ...(stop === undefined ? {} : { stopped_by: stop.replaceAll("-", "_") }),
    reset_credits: numbers.bankedResets,
    asked_at: numbers.askedAtMs,
  };
}

const limitFields = (limit: UsageLimit, nowMs: number): Fields => ({
  limit_reached: limit.isReached,
  windows: limit.windows.map((one) => ({
    label: labelOf(one.seconds),
    used_percent: one.usedPercent ?? null,
    remaining_percent: leftIn(one, limit, nowMs) ?? null,
    reset_at: one.resetAtMs === undefined ? null : Math.round(one.resetAtMs / 1000),
    reset_after_seconds: one.resetAtMs === undefined ? null : Math.max(0, Math.round((one.resetAtMs - nowMs) / 1000)),
    limit_window_seconds: one.seconds,
  })),
});

/** Such as `5h`, `24h` and `7d`. */
function labelOf(seconds: number): string {
  const hours = Math.round(seconds / 3600);
  return hours > 48 ? `${Math.round(hours / 24)}d` : `${hours}h`;
}

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
