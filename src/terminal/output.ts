/** What the terminal prints: one JSON object with the field names of the original skill, or the same facts as text. */
import { ERROR_CODES, type ErrorCode } from "../errors.ts";
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
import { cancelledText, changedText, findingText, finishCommand, helpText, refusalText, toText } from "./text.ts";
import { fill, toJson, typed, type Surroundings } from "./words.ts";

export interface Printed {
  readonly text: string;
  /** 2 for every refusal, as in the original. */
  readonly exitCode: 0 | 2;
}

type Fields = Readonly<Record<string, unknown>>;

export function print(
  answer: TerminalAnswer,
  request: Pick<TerminalRequest, "json" | "queueApply">,
  around: Surroundings,
): Printed {
  const exitCode = answer.kind === "refused" ? 2 : 0;
  if (!request.json) return { text: toText(answer, request, around), exitCode };
  const warning = around.warning === undefined ? {} : { warning: around.words.terminal[`warning.${around.warning}`] };
  const sandbox = around.isSandbox === true ? { sandbox: true } : {};
  return { text: toJson({ ...toFields(answer, request, around), ...warning, ...sandbox }), exitCode };
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

function toFields(answer: TerminalAnswer, request: Pick<TerminalRequest, "queueApply">, around: Surroundings): Fields {
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
      return { ok: true, cancelled: answer.profileNames, message: cancelledText(answer.profileNames, around) };
    case "profiles":
      return { ok: true, profiles: answer.profiles.map(profileFields), pending: answer.pending.map(pendingFields) };
    case "log":
      return { ok: true, changes: answer.entries.map(changeFields) };
    case "inspection":
      return { ok: true, findings: answer.findings.map((finding) => findingFields(finding, answer.nowMs, around)) };
    case "help":
      return { ok: true, message: helpText(around) };
    case "version":
      return { ok: true, version: answer.version };
    case "refused":
      return {
        ok: false,
        error: codeOf(answer.code),
        message: refusalText(answer, around),
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
    instructions: fill(around.words.terminal["start.instructions"], {
      command: finishCommand(started.profileName, around),
    }),
    status_command: typed(around, "status", started.profileName),
  };
}

function changedFields(
  changed: Pick<SavedSignIn | UndoneChange, "activation" | "isSelectable" | "kind" | "profileId" | "profileName">,
  { queueApply }: Pick<TerminalRequest, "queueApply">,
  around: Surroundings,
): Fields {
  return {
    ok: true,
    profile: changed.profileName,
    profile_id: changed.profileId,
    message: changedText(changed, queueApply, around),
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
  message: findingText(finding, nowMs, around),
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
