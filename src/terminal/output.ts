/** What the terminal prints: one JSON object with the field names of the original skill, or the same facts as text. */
import { ERRORS, type ErrorCode } from "../errors.ts";
import type {
  Activation,
  CompletionRefusal,
  LoginStatus,
  ProfileList,
  Refusal,
  SavedLogin,
  StartedLogin,
  UndoneLogin,
} from "../flow/answers.ts";
import { HEALTH, REFUSALS, SENTENCES, TERMINAL } from "../interaction/sentences.ts";
import type { TerminalRequest } from "./arguments.ts";
import { fill, shown, toJson, typed, type Program } from "./words.ts";
import type { TerminalAnswer } from "./run.ts";

export interface Printed {
  readonly text: string;
  /** 2 for every refusal, as in the original. */
  readonly exitCode: 0 | 2;
}

/** Facts beside the answer that a person has to know: where no host was asked, and what was seen of one. */
export interface Surroundings {
  readonly program: Program;
  readonly warning?: "no-host";
  /** What the person typed to name a store: every command that is printed names it again. */
  readonly storeOptions?: readonly string[];
  /** The sign-in server is a stand-in: everything printed says so. */
  readonly isSandbox?: boolean;
  readonly hostVersion?: string;
}

type Fields = Readonly<Record<string, unknown>>;

export function print(
  answer: TerminalAnswer,
  request: Pick<TerminalRequest, "json" | "queueApply">,
  around: Surroundings,
): Printed {
  const exitCode = answer.kind === "refused" ? 2 : 0;
  if (!request.json) return { text: toText(answer, request, around), exitCode };
  const warning = around.warning === undefined ? {} : { warning: TERMINAL[`warning.${around.warning}`] };
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
export const TERMINAL_CODES: readonly string[] = (Object.keys(ERRORS) as ErrorCode[]).map(codeOf);

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
        revert_command: revertOf(answer, around),
      };
    case "undone":
      return { ...changedFields(answer, request, around), revert_command: revertOf(answer, around) };
    case "status":
      return statusFields(answer);
    case "cancelled":
      return { ok: true, cancelled: answer.profileNames, message: cancelledText(answer.profileNames) };
    case "profiles":
      return { ok: true, profiles: answer.profiles.map(profileFields), pending: answer.pending.map(pendingFields) };
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

function revertOf({ isUndoable, profileName }: SavedLogin | UndoneLogin, around: Surroundings): string | null {
  return isUndoable ? typed(around, "undo", profileName) : null;
}

function startedFields(started: StartedLogin, around: Surroundings): Fields {
  return {
    ok: true,
    profile: started.profileName,
    profile_id: started.profileId,
    new_profile: started.isNewProfile,
    login_url: started.authorizationUrl.reveal(),
    redirect_uri: started.redirectUri,
    expires_in: Math.round(started.expiresInMs / 1000),
    instructions: fill(TERMINAL["start.instructions"], { command: finishCommand(started.profileName, around) }),
    status_command: typed(around, "status", started.profileName),
  };
}

function changedFields(
  changed: Pick<SavedLogin | UndoneLogin, "activation" | "isSelectable" | "kind" | "profileId" | "profileName">,
  { queueApply }: Pick<TerminalRequest, "queueApply">,
  around: Surroundings,
): Fields {
  return {
    ok: true,
    profile: changed.profileName,
    profile_id: changed.profileId,
    message: changedText(changed, queueApply),
    restart_required: changed.activation === "restart",
    queued: changed.activation === "restarted",
    status_command: typed(around, "status", changed.profileName),
  };
}

function statusFields({ pending, lastSaved }: LoginStatus): Fields {
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

const pendingFields = ({ profileName, expiresInMs }: LoginStatus["pending"][number]): Fields => ({
  profile: profileName,
  expires_in: Math.max(0, Math.round(expiresInMs / 1000)),
});

const profileFields = ({ name, profileId, email, plan, health }: ProfileList["profiles"][number]): Fields => ({
  profile: name,
  profile_id: profileId,
  ...(email === undefined ? {} : { email }),
  ...(plan === undefined ? {} : { plan }),
  state: health,
});

// ---- text

function finishCommand(profileName: string, around: Surroundings): string {
  return `${typed(around, "finish", profileName)} --callback-url -`;
}

function minutes(ms: number): string {
  return fill(TERMINAL["time.minutes"], { count: String(Math.max(1, Math.ceil(ms / 60_000))) });
}

function toText(
  answer: TerminalAnswer,
  { queueApply }: Pick<TerminalRequest, "queueApply">,
  around: Surroundings,
): string {
  const lines = textLines(answer, queueApply, around);
  const notice = around.isSandbox === true ? [SENTENCES.sandbox] : [];
  const warning = around.warning === undefined ? [] : [TERMINAL[`warning.${around.warning}`]];
  return [...notice, ...lines, ...warning].join("\n");
}

function textLines(answer: TerminalAnswer, queueApply: boolean, around: Surroundings): readonly string[] {
  switch (answer.kind) {
    case "started":
      return [
        fill(TERMINAL["start.title"], { name: shown(answer.profileName), time: minutes(answer.expiresInMs) }),
        "",
        answer.authorizationUrl.reveal(),
        "",
        fill(TERMINAL["start.instructions"], { command: finishCommand(answer.profileName, around) }),
      ];
    case "saved": {
      const undo = typed(around, "undo", answer.profileName);
      const kept = answer.isUndoable ? [fill(TERMINAL["saved.undo"], { command: undo })] : [];
      return [accountText(answer), changedText(answer, queueApply), ...kept];
    }
    case "undone":
      return [changedText(answer, queueApply)];
    case "status":
      return statusLines(answer, around);
    case "cancelled":
      return [cancelledText(answer.profileNames)];
    case "profiles":
      return listLines(answer, around);
    case "help":
      return [helpText(around)];
    case "version":
      return [`codex-auth ${answer.version}`];
    case "refused":
      return [refusalText(answer, around)];
  }
}

function accountText({ profileName, email = TERMINAL["account.unknown"], plan }: SavedLogin): string {
  const account = plan === undefined ? shown(email) : `${shown(email)} (${shown(plan)})`;
  return fill(TERMINAL["saved.title"], { name: shown(profileName), account });
}

function changedText(
  {
    kind,
    activation,
    isSelectable,
    profileName,
  }: Pick<SavedLogin | UndoneLogin, "activation" | "isSelectable" | "kind" | "profileName">,
  queueApply: boolean,
): string {
  const done = kind === "undone" ? [fill(TERMINAL["undo.done"], { name: shown(profileName) })] : [];
  const effect = isSelectable ? effectText(activation, queueApply) : TERMINAL["saved.left-out"];
  return [...done, effect].join(" ");
}

function effectText(activation: Activation, queueApply: boolean): string {
  if (activation === "restart") return TERMINAL["saved.restart"];
  if (activation === "restarted") return TERMINAL["saved.restarted"];
  return queueApply ? TERMINAL["saved.not-queued"] : TERMINAL["saved.live"];
}

function statusLines({ pending, lastSaved }: LoginStatus, around: Surroundings): readonly string[] {
  const lines = pending.map(({ profileName, expiresInMs }) =>
    fill(TERMINAL["status.pending"], {
      name: shown(profileName),
      time: minutes(expiresInMs),
      command: finishCommand(profileName, around),
    }),
  );
  if (lastSaved === undefined) return lines;
  const { profileName, agoMs, activation } = lastSaved;
  lines.push(fill(TERMINAL["status.saved"], { name: shown(profileName), time: minutes(agoMs) }));
  return activation === "restart" ? [...lines, TERMINAL["saved.restart"]] : lines;
}

function listLines({ profiles }: ProfileList, around: Surroundings): readonly string[] {
  const lines = profiles.map(({ name, email, plan, health }) =>
    [shown(name), email, plan, HEALTH[health]]
      .filter((part) => part !== undefined)
      .map(shown)
      .join(", "),
  );
  const next = fill(TERMINAL["list.next"], { command: typed(around, "start", "work") });
  return lines.length === 0 ? [TERMINAL["list.none"], next] : lines;
}

function cancelledText(profileNames: readonly string[]): string {
  if (profileNames.length === 0) return TERMINAL["cancel.none"];
  return fill(TERMINAL["cancel.done"], { name: profileNames.map(shown).join(", ") });
}

/** The chat's sentences, with this program's words in their places. */
function refusalText(refusal: Refusal | CompletionRefusal, around: Surroundings): string {
  const { code, profileName } = refusal;
  const waitMs = "retryAfterSeconds" in refusal ? (refusal.retryAfterSeconds ?? 0) * 1000 : 0;
  const sentence = fill(code === "no-pending-login" ? TERMINAL["refusal.no-pending-login"] : REFUSALS[code], {
    command: typed(around, "list"),
    example: typed(around, "start", "work"),
    again: typed(around, "start", profileName ?? "work"),
    name: shown(profileName ?? ""),
    file: "codex-auth-pending.json",
    folder: "codex-auth",
    wait: waitMs === 0 ? TERMINAL["time.while"] : minutes(waitMs),
  });
  if (around.hostVersion === undefined || !code.startsWith("host-")) return sentence;
  return `${sentence} ${fill(TERMINAL["host.seen"], { version: shown(around.hostVersion) })}`;
}

function helpText({ program }: Surroundings): string {
  const { name, profileOption } = program;
  return fill(TERMINAL["help"], { program: name, profile: profileOption });
}
