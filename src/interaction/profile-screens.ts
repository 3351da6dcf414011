/** The screens of one profile: its card, and the results of the actions on it. */
import type { ProfileName } from "../rules/profile-id.ts";
import {
  type AccountQuestion,
  type ListedProfile,
  type PinnedProfile,
  type PreferredProfile,
  type RetriedProfile,
  type RevivedProfile,
  type ShownProfile,
  type SignedOutProfile,
  type UndoneChange,
  type Repair,
  hasFailedRenewal,
  isUnreadable,
  isUsable,
  repairOf,
} from "../rules/results.ts";
import { hasRoom } from "../rules/usage.ts";
import {
  button,
  command,
  conditionOf,
  effectLines,
  factsOf,
  inChats,
  restartLines,
  say,
  verbatim,
  type Button,
  type Line,
  type Screen,
  type ScreenLine,
} from "./screen.ts";

const BACK = button("button.back", { verb: "page", page: 1 });
const BACK_LINE = say("profile.list", { command: command("page") });

export function profileScreen(card: Omit<ShownProfile, "kind">): Screen {
  const { profile, nowMs } = card;
  const { name, profileId } = profile;
  const shown = { name, profileId };
  const isDefault = profile.isDefault === true;
  const isPinned = profile.isPinned === true;
  if (isUnreadable(profile)) return unreadableScreen(card);
  return {
    lines: [
      say("profile.title", { name: verbatim(name), facts: factsOf(profile, nowMs) }),
      ...(isPinned ? [say("profile.pinned")] : []),
      ...(isDefault ? [say("profile.default")] : []),
      ...repairLines(profile, nowMs),
      say("profile.pick", { command: command("pick", name) }),
      isPinned
        ? say("profile.unuse", { command: command("unuse", name) })
        : say("profile.use", { command: command("use", name) }),
      ...(isDefault ? [] : [say("profile.prefer", { command: command("prefer", name) })]),
      say("profile.signout", { command: command("signout", name) }),
      ...undoLines(card),
      BACK_LINE,
    ],
    rows: [
      ...repairRows(profile, nowMs),
      [
        ...(repairOf(profile, nowMs) === undefined ? [button("button.sign-in", { verb: "pick", name })] : []),
        isPinned
          ? button("button.unuse", { verb: "unuse", ...shown })
          : button("button.use", { verb: "use", ...shown }),
      ],
      [
        ...(isDefault ? [] : [button("button.prefer", { verb: "prefer", ...shown })]),
        button("button.sign-out", { verb: "signout", ...shown, isSure: false }),
      ],
      [...undoButtons(card), BACK],
    ],
  };
}

function undoLines({ profile, isUndoable }: Omit<ShownProfile, "kind">): Line[] {
  return isUndoable ? [say("profile.undo", { command: command("undo", profile.name) })] : [];
}

function undoButtons({ profile: { name, profileId }, isUndoable }: Omit<ShownProfile, "kind">): Button[] {
  return isUndoable ? [button("button.undo", { verb: "undo", name, profileId })] : [];
}

/** What can be done without a new sign-in. */
export function repairLines(profile: ListedProfile, nowMs: number): ScreenLine[] {
  const { name } = profile;
  const repair = repairOf(profile, nowMs);
  if (repair === undefined) return hasFailedRenewal(profile) ? [inChats(say("revive.forgotten"))] : [];
  return [
    ...(hasRoom(profile.usage, nowMs) && repair === "retry" ? [say("retry.has-room")] : []),
    say(`profile.${repair}`, { command: command(repair, name) }),
  ];
}

export function repairButton({ name, profileId }: ListedProfile, repair: Repair): Button {
  return button(`button.${repair}`, { verb: repair, name, profileId });
}

function repairRows(profile: ListedProfile, nowMs: number): Button[][] {
  const repair = repairOf(profile, nowMs);
  if (repair === undefined) return [];
  return [[button("button.sign-in", { verb: "pick", name: profile.name }), repairButton(profile, repair)]];
}

export function retriedScreen({ profileName, activation }: RetriedProfile): Screen {
  const lines = [say("retry.done", { name: verbatim(profileName) })];
  return { lines: [...lines, ...(activation === "restart" ? restartLines() : []), BACK_LINE], rows: [[BACK]] };
}

export function revivedScreen({ profileName }: RevivedProfile): Screen {
  return { lines: [say("revive.done", { name: verbatim(profileName) }), BACK_LINE], rows: [[BACK]] };
}

/** A record that the host does not use can only be replaced, or put back after that. */
function unreadableScreen(card: Omit<ShownProfile, "kind">): Screen {
  const { profile, nowMs } = card;
  const { name, profileId, isPinned } = profile;
  const unuse = { verb: "unuse", name, profileId } as const;
  return {
    lines: [
      say("profile.title", { name: verbatim(name), facts: factsOf(profile, nowMs) }),
      say("profile.unreadable"),
      say("profile.pick", { command: command("pick", name) }),
      ...(isPinned === true ? [say("profile.unuse", { command: command("unuse", name) })] : []),
      ...undoLines(card),
      BACK_LINE,
    ],
    rows: [
      [button("button.sign-in", { verb: "pick", name }), ...(isPinned === true ? [button("button.unuse", unuse)] : [])],
      [...undoButtons(card), BACK],
    ],
  };
}

export function preferredScreen({ profileName, isFirst, activation, kept }: PreferredProfile): Screen {
  const name = verbatim(profileName);
  const lines = [say(isFirst ? "prefer.done" : "prefer.defeated", { name })];
  if (kept !== undefined) {
    lines.push(say("prefer.kept", { other: verbatim(kept), command: command("use", profileName) }));
  }
  if (activation === "restart") lines.push(say("saved.restart"));
  return { lines: [...lines, BACK_LINE], rows: [[BACK]] };
}

export function signOutScreen({ profile: { name, profileId } }: Pick<ShownProfile, "profile">): Screen {
  return {
    lines: [
      say("signout.ask", { name: verbatim(name) }),
      say("signout.confirm", { command: { command: "signout", profile: name, isSure: true } }),
      say("signout.leave", { command: command("show", name) }),
    ],
    rows: [
      [
        button("button.sign-out-sure", { verb: "signout", name, profileId, isSure: true }),
        button("button.back", { verb: "show", name }),
      ],
    ],
  };
}

export function signedOutScreen({ profileName, profileId, isUndoable, activation }: SignedOutProfile): Screen {
  const name = profileName as ProfileName;
  const lines = [say("signout.done", { name: verbatim(name) })];
  if (activation === "restart") lines.push(say("saved.restart"));
  if (!isUndoable) return { lines: [...lines, BACK_LINE], rows: [[BACK]] };
  lines.push(say("saved.undo", { command: command("undo", name) }), BACK_LINE);
  return { lines, rows: [[button("button.undo", { verb: "undo", name, profileId }), BACK]] };
}

export function undoneScreen(undone: UndoneChange): Screen {
  const done = say("undo.done", { name: verbatim(undone.profileName) });
  return {
    lines: [done, ...(undone.isUnreadable === true ? [say("undo.unreadable")] : effectLines(undone))],
    rows: [],
  };
}

export function pinnedScreen({ kind, profile, nowMs }: PinnedProfile): Screen {
  const name = verbatim(profile.name);
  if (kind === "unpinned") return { lines: [say("unpin.done", { name }), BACK_LINE], rows: [[BACK]] };
  return {
    lines: [
      say("pin.done", { name }),
      ...(isUsable(profile) ? [] : [say("pin.paused", { facts: conditionOf(profile, nowMs) })]),
      say("profile.unuse", { command: command("unuse", profile.name) }),
      BACK_LINE,
    ],
    rows: [[button("button.unuse", { verb: "unuse", name: profile.name, profileId: profile.profileId }), BACK]],
  };
}

/** What each question says, what it offers for the stored profile, and on which button. */
const QUESTIONS = {
  "account-differs": ["question.differs", "question.replace", "button.keep-over"],
  "account-has-profile": ["question.has-profile", "question.update", "button.keep-update"],
  "profile-unreadable": ["question.unreadable", "question.over", "button.keep-over"],
} as const;

/**
 * Offers three choices before anything is saved, because another account came back than the profile has, the account has
 * a profile already, or the host cannot use the record that would be replaced.
 */
export function questionScreen(question: AccountQuestion): Screen {
  const { questionId, profileName, newAccount, existingProfile, newName, expiresInMs } = question;
  const email = newAccount.email === undefined ? say("question.unknown") : verbatim(newAccount.email);
  const account =
    newAccount.plan === undefined ? email : say("account.plan", { account: email, plan: verbatim(newAccount.plan) });
  const held = verbatim(
    question.code === "account-differs"
      ? (existingProfile.email ?? existingProfile.profileName)
      : existingProfile.profileName,
  );
  const [asked, over, overButton] = QUESTIONS[question.code];
  const existingName = existingProfile.profileName as ProfileName;
  const overName = verbatim(existingName);
  return {
    lines: [
      say(asked, { account, held, name: verbatim(profileName) }),
      say("question.new", { command: command("keep", newName) }),
      say(over, { name: overName, command: command("keep", existingName) }),
      say("question.leave", { command: command("cancel", profileName) }),
      say("question.time", { time: { durationMs: expiresInMs } }),
    ],
    rows: [
      [button("button.keep-new", { verb: "keep", name: newName, questionId }, { name: verbatim(newName) })],
      [button(overButton, { verb: "keep", name: existingName, questionId }, { name: overName })],
      [button("button.cancel", { verb: "cancel", name: profileName as ProfileName })],
    ],
  };
}
