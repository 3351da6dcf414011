/** The screens of `why`, `log` and `audit`. */
import {
  repairOf,
  type ChangeLog,
  type ExplainedChoice,
  type Finding,
  type Inspection,
  type ListedProfile,
} from "../rules/results.ts";
import { repairButton, repairLines } from "./profile-screens.ts";
import { refusalLine } from "./screens.ts";
import {
  command,
  conditionOf,
  firstSentenceOf,
  namesOf,
  say,
  verbatim,
  type Button,
  type Line,
  type Screen,
  type ScreenLine,
} from "./screen.ts";

const PAUSED_SHOWN = 6;

export function whyScreen(choice: ExplainedChoice): Screen {
  const { next, pin, asked, nowMs, isOtherModel } = choice;
  const lines: ScreenLine[] = isOtherModel === true ? [say("why.other-model")] : [];
  if (next === undefined) lines.push(say("why.nothing", { command: command("page") }));
  else {
    const name = verbatim(next);
    lines.push(isOtherModel === true ? say("why.next-then", { name }) : say("why.next", { name }));
    lines.push(say(`why.decides.${choice.decides}`));
  }
  if (pin !== undefined) lines.push(pinLine(pin));
  if (choice.storedOrder.length > 0) lines.push(say("why.stored-order", { names: namesOf(choice.storedOrder) }));
  if (choice.configOrder.length > 0) lines.push(say("why.config-order", { names: namesOf(choice.configOrder) }));
  if (choice.allowList.length > 0) lines.push(say("why.allow-list", { names: namesOf(choice.allowList) }));
  for (const profile of choice.paused.slice(0, PAUSED_SHOWN)) {
    lines.push(
      say("selector.profile", { name: verbatim(profile.name), facts: conditionOf(profile, nowMs) }),
      ...repairLines(profile, nowMs),
    );
  }
  const more = choice.paused.length - PAUSED_SHOWN;
  if (more > 0) lines.push(say("pending.more", { count: more }));
  if (choice.isOwnCopy) lines.push(say("why.own-copy"));
  if (asked !== undefined) lines.push(placeLine(asked));
  return { lines, rows: repairRows(choice.paused, nowMs) };
}

/** The label of the button names no profile, so there is none if two profiles can be repaired. */
function repairRows(paused: readonly ListedProfile[], nowMs: number): Button[][] {
  const [one, ...others] = paused.flatMap((profile) => {
    const repair = repairOf(profile, nowMs);
    return repair === undefined ? [] : [repairButton(profile, repair)];
  });
  return one === undefined || others.length > 0 ? [] : [[one]];
}

function pinLine({ profileName, by, isUsable }: NonNullable<ExplainedChoice["pin"]>): Line {
  const name = verbatim(profileName);
  if (by === "host") return say("why.kept", { name });
  return isUsable ? say("why.pin", { name }) : say("why.pin-unusable", { name, command: command("unuse") });
}

function placeLine({ profileName, place }: NonNullable<ExplainedChoice["asked"]>): Line {
  const name = verbatim(profileName);
  if (place === undefined) return say("why.no-place", { name, command: command("show", profileName) });
  return say("why.place", { name, place });
}

export function logScreen({ entries, nowMs }: ChangeLog): Screen {
  const lines = entries.map(({ atMs, who, action, profileName, outcome }) => {
    const values = {
      ago: { agoMs: nowMs - atMs },
      who: verbatim(who),
      action: say(`action.${action}`),
      name: verbatim(profileName),
    };
    if (outcome === "done") return say("log.done", values);
    return say("log.refused", { ...values, why: firstSentenceOf(refusalLine({ code: outcome, profileName })) });
  });
  return { lines: lines.length === 0 ? [say("log.none")] : [say("log.title"), ...lines], rows: [] };
}

const FINDINGS_SHOWN = 10;

export function inspectionScreen({ findings, nowMs }: Inspection): Screen {
  if (findings.length === 0) return { lines: [say("audit.none")], rows: [] };
  const lines = findings.slice(0, FINDINGS_SHOWN).map((finding) => findingLine(finding, nowMs));
  const more = findings.length - FINDINGS_SHOWN;
  if (more > 0) lines.push(say("pending.more", { count: more }));
  return { lines: [say("audit.title"), ...lines], rows: [] };
}

export function fileOf(code: Finding["code"]): string {
  if (code === "log-insecure") return "codex-auth/audit.jsonl";
  return code === "state-of-other-user" ? "codex-auth" : "codex-auth-pending.json";
}

export function findingLine(finding: Finding, nowMs: number): Line {
  switch (finding.code) {
    case "old-skill":
      return say("finding.old-skill", { folder: verbatim(finding.folder) });
    case "profile-failing":
      return say("finding.profile-failing", {
        name: verbatim(finding.profile.name),
        facts: conditionOf(finding.profile, nowMs),
        command: command("pick", finding.profile.name),
      });
    case "pending-insecure":
    case "pending-of-other-user":
    case "log-insecure":
    case "state-of-other-user":
    case "open-disk":
    case "legacy-file":
    case "import-required":
    case "store-unreadable":
    case "no-owner":
      return say(`finding.${finding.code}`, { file: verbatim(fileOf(finding.code)) });
  }
}
