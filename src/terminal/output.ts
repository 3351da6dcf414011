/** What the terminal prints: one JSON object with the field names of the original skill, or the same facts as text. */
import { ERROR_CODES, type ErrorCode } from "../errors.ts";
import { findingLine, inspectionScreen, logScreen } from "../interaction/diagnosis-screens.ts";
import { undoneScreen } from "../interaction/profile-screens.ts";
import { toText } from "../interaction/render.ts";
import { effectLine, say, verbatim, type Line, type Screen } from "../interaction/screen.ts";
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
  UndoneChange,
  AuditEntry,
} from "../rules/results.ts";
import type { TerminalRequest } from "./arguments.ts";
import type { TerminalAnswer } from "./run.ts";
import { flagsOf, terminalSurface, toJson, typed, type Surroundings } from "./words.ts";

export interface Printed {
  readonly text: string;
  /** 2 for every refusal, as in the original. */
  readonly exitCode: 0 | 2;
}

type Fields = Readonly<Record<string, unknown>>;
type Asked = Pick<TerminalRequest, "queueApply">;

export function print(
  answer: TerminalAnswer,
  request: Asked & Pick<TerminalRequest, "json">,
  around: Surroundings,
): Printed {
  const text = request.json ? toJson(fieldsOf(answer, request, around)) : textOf(answer, request, around);
  return { text, exitCode: answer.kind === "refused" ? 2 : 0 };
}

function textOf(answer: TerminalAnswer, request: Asked, around: Surroundings): string {
  const { lines } = screenOf(answer, around);
  const notes = [...queueNote(answer, request), ...warningLines(around)];
  const screen = withSandboxNotice({ lines: [...lines, ...notes], rows: [] }, around.isSandbox === true);
  return toText(screen, around.locale, terminalSurface(around));
}

/** The screen of the chat that says the same. */
function screenOf(answer: TerminalAnswer, { hostVersion, program }: Surroundings): Screen {
  switch (answer.kind) {
    case "started":
      return cardScreen(answer);
    case "saved":
      return savedScreen(answer, "nothing");
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
      return refusalScreen({ next: "none", ...answer, hostVersion, sender: "" });
  }
}

const optionLine = (flags: string, about: Line) => say("help.line", { command: verbatim(flags), about });

function optionLines({ profileOption }: Surroundings["program"]): Line[] {
  const names = Object.keys(TERMINAL_OPTIONS) as TerminalOption[];
  return [
    optionLine(`${profileOption} <name>`, say("option.profile")),
    ...names.map((name) => optionLine(flagsOf(name), say(`option.${name}`))),
  ];
}

/** Said to a person who allowed a restart that was not needed. */
function queueNote(answer: TerminalAnswer, { queueApply }: Asked): Line[] {
  const isChange = answer.kind === "saved" || answer.kind === "undone";
  const isInForce = isChange && answer.isSelectable && answer.activation === "live";
  return queueApply && isInForce ? [say("saved.not-queued")] : [];
}

const warningLines = ({ warning }: Surroundings): Line[] => (warning === undefined ? [] : [say(`warning.${warning}`)]);

/** Lines as one line of text, for a field of the JSON. */
function messageOf(lines: Screen["lines"], around: Surroundings): string {
  return toText({ lines, rows: [] }, around.locale, terminalSurface(around, " "));
}

function fieldsOf(answer: TerminalAnswer, request: Asked, around: Surroundings): Fields {
  const warning = around.warning === undefined ? {} : { warning: messageOf(warningLines(around), around) };
  const sandbox = around.isSandbox === true ? { sandbox: true } : {};
  return { ...toFields(answer, request, around), ...warning, ...sandbox };
}

/** The codes that the original skill had under names of its own. */
const ORIGINAL_CODES: Partial<Record<ErrorCode, string>> = {
  "no-pending-login": "no_pending_flow",
  "code-missing": "missing_code",
  "identity-missing": "missing_account_id",
};

function codeOf(code: ErrorCode): string {
  return ORIGINAL_CODES[code] ?? code.replaceAll("-", "_");
}

/** All codes of this surface, for the documentation and the tests. */
export const TERMINAL_CODES: readonly string[] = ERROR_CODES.map(codeOf);

function toFields(answer: TerminalAnswer, request: Asked, around: Surroundings): Fields {
  switch (answer.kind) {
    case "started":
      return startedFields(answer, around);
    case "saved":
      return {
        ...changedFields(answer, request, around),
        accountId: answer.accountId,
        expires: answer.expiresAtMs,
        ...(answer.email === undefined ? {} : { email: answer.email }),
        ...(answer.plan === undefined ? {} : { plan: answer.plan }),
        ...(answer.sameAccountAs === undefined ? {} : { same_account_as: answer.sameAccountAs }),
        revert_command: revertOf(answer, around),
      };
    case "undone":
      return { ...changedFields(answer, request, around), revert_command: revertOf(answer, around) };
    case "status":
      return statusFields(answer);
    case "cancelled":
      return { ok: true, cancelled: answer.profileNames, message: messageOf(screenOf(answer, around).lines, around) };
    case "profiles":
      return { ok: true, profiles: answer.profiles.map(profileFields), pending: answer.pending.map(pendingFields) };
    case "log":
      return { ok: true, changes: answer.entries.map(changeFields) };
    case "inspection":
      return { ok: true, findings: answer.findings.map((finding) => findingFields(finding, answer.nowMs, around)) };
    case "help":
      return { ok: true, message: toText(screenOf(answer, around), around.locale, terminalSurface(around)) };
    case "version":
      return { ok: true, version: answer.version };
    case "refused":
      return {
        ok: false,
        error: codeOf(answer.code),
        message: messageOf(screenOf(answer, around).lines, around),
        ...(answer.profileName === undefined ? {} : { profile: answer.profileName }),
        ...("retryAfterSeconds" in answer ? { retry_after: answer.retryAfterSeconds } : {}),
        ...(around.hostVersion === undefined ? {} : { host_version: around.hostVersion }),
      };
  }
}

function revertOf({ isUndoable, profileName }: SavedSignIn | UndoneChange, around: Surroundings): string | null {
  return isUndoable ? typed(around, "undo", profileName) : null;
}

function startedFields(started: StartedSignIn, around: Surroundings): Fields {
  return {
    ok: true,
    profile: started.profileName,
    profile_id: started.profileId,
    new_profile: started.isNewProfile,
    ...(started.isDefaultFallback ? { stands_in_for_default: true } : {}),
    login_url: started.authorizationUrl.reveal(),
    redirect_uri: started.redirectUri,
    expires_in: Math.round(started.expiresInMs / 1000),
    instructions: messageOf(stepsScreen(started).lines, around),
    status_command: typed(around, "status", started.profileName),
  };
}

function changedFields(changed: SavedSignIn | UndoneChange, request: Asked, around: Surroundings): Fields {
  const lines = changed.kind === "undone" ? undoneScreen(changed).lines : [effectLine(changed)];
  return {
    ok: true,
    profile: changed.profileName,
    profile_id: changed.profileId,
    message: messageOf([...lines, ...queueNote(changed, request)], around),
    restart_required: changed.activation === "restart",
    queued: changed.activation === "restarted",
    status_command: typed(around, "status", changed.profileName),
  };
}

function statusFields({ pending, lastSaved }: SignInStatus): Fields {
  if (lastSaved === undefined) return { ok: true, pending: pending.map(pendingFields) };
  return {
    ok: true,
    pending: pending.map(pendingFields),
    last_saved: {
      profile: lastSaved.profileName,
      profile_id: lastSaved.profileId,
      seconds_ago: Math.max(0, Math.round(lastSaved.agoMs / 1000)),
    },
    restart_required: lastSaved.activation === "restart",
  };
}

const changeFields = ({ atMs, who, action, profileName, outcome }: AuditEntry): Fields => ({
  at: atMs,
  who,
  action: action.replaceAll("-", "_"),
  profile: profileName,
  outcome: outcome === "done" ? outcome : codeOf(outcome),
});

const findingFields = (finding: Finding, nowMs: number, around: Surroundings): Fields => ({
  finding: finding.code.replaceAll("-", "_"),
  message: messageOf([findingLine(finding, nowMs)], around),
  ...(finding.code === "profile-failing" ? { profile: finding.profile.name } : {}),
  ...(finding.code === "old-skill" ? { folder: finding.folder } : {}),
});

const pendingFields = ({ profileName, expiresInMs }: SignInStatus["pending"][number]): Fields => ({
  profile: profileName,
  expires_in: Math.max(0, Math.round(expiresInMs / 1000)),
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
