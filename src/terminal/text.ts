/** The terminal's answers in words: the same facts as its JSON, in the person's language. Pure. */
import { fileOf } from "../interaction/diagnosis-screens.ts";
import { toPlainText } from "../interaction/render.ts";
import { conditionOf } from "../interaction/screen.ts";
import { TERMINAL_OPTIONS, TERMINAL_VERBS, type TerminalOption } from "../rules/commands.ts";
import type {
  Activation,
  FinishRefusal,
  Finding,
  ListedProfile,
  SignInStatus,
  ProfileList,
  Refusal,
  SavedSignIn,
  UndoneChange,
  AuditEntry,
} from "../rules/results.ts";
import type { TerminalRequest } from "./arguments.ts";
import type { TerminalAnswer } from "./run.ts";
import { fill, flagsOf, shown, spellForTerminal, typed, type Surroundings } from "./words.ts";

export function finishCommand(profileName: string, around: Surroundings): string {
  return `${typed(around, "finish", profileName)} --callback-url -`;
}

function minutes(ms: number, around: Surroundings): string {
  const count = Math.max(1, Math.ceil(ms / 60_000));
  if (count >= 120) return fill(around.words.chat["time.hours"], { count: String(Math.floor(count / 60)) });
  return fill(around.words.terminal["time.minutes"], { count: String(count) });
}

export function toText(
  answer: TerminalAnswer,
  { queueApply }: Pick<TerminalRequest, "queueApply">,
  around: Surroundings,
): string {
  const lines = textLines(answer, queueApply, around);
  const notice = around.isSandbox === true ? [around.words.chat.sandbox] : [];
  const warning = around.warning === undefined ? [] : [around.words.terminal[`warning.${around.warning}`]];
  return [...notice, ...lines, ...warning].join("\n");
}

function textLines(answer: TerminalAnswer, queueApply: boolean, around: Surroundings): readonly string[] {
  switch (answer.kind) {
    case "started":
      return [
        ...(answer.isDefaultFallback
          ? [fill(around.words.chat["card.stand-in"], { name: shown(answer.profileName) })]
          : []),
        fill(around.words.terminal["start.title"], {
          name: shown(answer.profileName),
          time: minutes(answer.expiresInMs, around),
        }),
        "",
        answer.authorizationUrl.reveal(),
        "",
        fill(around.words.terminal["start.instructions"], { command: finishCommand(answer.profileName, around) }),
      ];
    case "saved": {
      const undo = typed(around, "undo", answer.profileName);
      const kept = answer.isUndoable ? [fill(around.words.terminal["saved.undo"], { command: undo })] : [];
      const { sameAccountAs } = answer;
      const same =
        sameAccountAs === undefined
          ? []
          : [fill(around.words.chat["saved.same-account"], { name: shown(sameAccountAs) })];
      return [accountText(answer, around), changedText(answer, queueApply, around), ...same, ...kept];
    }
    case "undone":
      return [changedText(answer, queueApply, around)];
    case "status":
      return statusLines(answer, around);
    case "cancelled":
      return [cancelledText(answer.profileNames, around)];
    case "profiles":
      return listLines(answer, around);
    case "log":
      return answer.entries.length === 0
        ? [around.words.chat["log.none"]]
        : answer.entries.map((entry) => changeText(entry, answer.nowMs, around));
    case "inspection":
      return answer.findings.length === 0
        ? [around.words.chat["audit.none"]]
        : answer.findings.map((finding) => findingText(finding, answer.nowMs, around));
    case "help":
      return [helpText(around)];
    case "version":
      return [`codex-auth ${answer.version}`];
    case "refused":
      return [refusalText(answer, around)];
  }
}

function accountText({ profileName, email, plan }: SavedSignIn, around: Surroundings): string {
  const who = email ?? around.words.terminal["account.unknown"];
  const account = plan === undefined ? shown(who) : `${shown(who)} (${shown(plan)})`;
  return fill(around.words.terminal["saved.title"], { name: shown(profileName), account });
}

export function changedText(
  {
    kind,
    activation,
    isSelectable,
    profileName,
  }: Pick<SavedSignIn | UndoneChange, "activation" | "isSelectable" | "kind" | "profileName">,
  queueApply: boolean,
  around: Surroundings,
): string {
  const done = kind === "undone" ? [fill(around.words.terminal["undo.done"], { name: shown(profileName) })] : [];
  const effect = isSelectable ? effectText(activation, queueApply, around) : around.words.terminal["saved.left-out"];
  return [...done, effect].join(" ");
}

function effectText(activation: Activation, queueApply: boolean, { words }: Surroundings): string {
  if (activation === "restart") return words.terminal["saved.restart"];
  if (activation === "restarted") return words.terminal["saved.restarted"];
  return queueApply ? words.terminal["saved.not-queued"] : words.terminal["saved.live"];
}

function statusLines({ pending, lastSaved }: SignInStatus, around: Surroundings): readonly string[] {
  const lines = pending.map(({ profileName, expiresInMs }) =>
    fill(around.words.terminal["status.pending"], {
      name: shown(profileName),
      time: minutes(expiresInMs, around),
      command: finishCommand(profileName, around),
    }),
  );
  if (lastSaved === undefined) return lines;
  const { profileName, agoMs, activation } = lastSaved;
  lines.push(fill(around.words.terminal["status.saved"], { name: shown(profileName), time: minutes(agoMs, around) }));
  return activation === "restart" ? [...lines, around.words.terminal["saved.restart"]] : lines;
}

function listLines({ profiles, nowMs }: ProfileList, around: Surroundings): readonly string[] {
  const lines = profiles.map((profile) =>
    [profile.name, profile.email, profile.plan, conditionText(profile, nowMs, around)]
      .filter((part) => part !== undefined)
      .map(shown)
      .join(", "),
  );
  const next = fill(around.words.terminal["list.next"], { command: typed(around, "start", "work") });
  return lines.length === 0 ? [around.words.terminal["list.none"], next] : lines;
}

export function cancelledText(profileNames: readonly string[], around: Surroundings): string {
  if (profileNames.length === 0) return around.words.terminal["cancel.none"];
  return fill(around.words.terminal["cancel.done"], { name: profileNames.map(shown).join(", ") });
}

function changeText(
  { atMs, who, action, profileName, outcome }: AuditEntry,
  nowMs: number,
  around: Surroundings,
): string {
  const { chat } = around.words;
  return fill(chat["log.line"], {
    time: minutes(nowMs - atMs, around),
    who: shown(who),
    action: chat[`action.${action}`],
    name: shown(profileName),
    outcome: outcome === "done" ? chat["log.done"] : fill(chat["log.refused"], { code: outcome }),
  });
}

function conditionText(profile: ListedProfile, nowMs: number, { words }: Surroundings): string {
  return toPlainText({ lines: [conditionOf(profile, nowMs)], rows: [] }, { words, spell: () => undefined });
}

export function findingText(finding: Finding, nowMs: number, around: Surroundings): string {
  const { chat } = around.words;
  const profile = finding.code === "profile-failing" ? finding.profile : undefined;
  return fill(chat[`finding.${finding.code}`], {
    file: fileOf(finding.code),
    folder: finding.code === "old-skill" ? shown(finding.folder) : "",
    name: shown(profile?.name ?? ""),
    facts: profile === undefined ? "" : conditionText(profile, nowMs, around),
    command: typed(around, "start", profile?.name),
  });
}

/** The chat's sentences, with this program's words in their places. */
export function refusalText(refusal: Refusal | FinishRefusal, around: Surroundings): string {
  const { code, profileName } = refusal;
  const waitMs = "retryAfterSeconds" in refusal ? (refusal.retryAfterSeconds ?? 0) * 1000 : 0;
  const sentence = fill(
    code === "no-pending-login" ? around.words.terminal["refusal.no-pending-login"] : around.words.refusals[code],
    {
      command: typed(around, "list"),
      example: typed(around, "start", "work"),
      again: typed(around, "start", profileName ?? "work"),
      why: typed(around, "list"),
      name: shown(profileName ?? ""),
      file: "codex-auth-pending.json",
      folder: "codex-auth",
      log: "codex-auth/audit.jsonl",
      wait: waitMs === 0 ? around.words.terminal["time.while"] : minutes(waitMs, around),
    },
  );
  if (around.hostVersion === undefined || !code.startsWith("host-")) return sentence;
  return `${sentence} ${fill(around.words.terminal["host.seen"], { version: shown(around.hostVersion) })}`;
}

export function helpText(around: Surroundings): string {
  const { program, words } = around;
  const spell = spellForTerminal(around);
  const commands = TERMINAL_VERBS.map((verb) => [
    spell({ command: verb, isUsage: true }) ?? "",
    words.chat[`help.${verb}`],
  ]);
  const options = (Object.keys(TERMINAL_OPTIONS) as TerminalOption[]).map((name) => [
    flagsOf(name),
    words.terminal[`option.${name}`],
  ]);
  const profile = [`${program.profileOption} <name>`, words.terminal["option.profile"]];
  return [words.terminal["help.title"], "", ...inColumns(commands), "", ...inColumns([profile, ...options])].join("\n");
}

function inColumns(rows: readonly (readonly string[])[]): readonly string[] {
  const width = Math.max(...rows.map(([first = ""]) => first.length));
  return rows.map(([first = "", second = ""]) => `  ${first.padEnd(width)}  ${second}`);
}
