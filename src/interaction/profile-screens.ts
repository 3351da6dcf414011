/** The screens of one profile: its card, and what came of acting on it. Pure. */
import type { ListedProfile, PreferredProfile, SignedOutProfile, UndoneLogin } from "../flow/answers.ts";
import { selectorOf, type ProfileName } from "../flow/profile-id.ts";
import { button, command, effectLine, factsOf, say, verbatim } from "./phrases.ts";
import type { Screen } from "./screen.ts";

const BACK = button("button.back", { verb: "page", page: 1 });
const BACK_LINE = say("profile.list", { command: command("") });

/** One profile, and what can be done with it. */
export function profileScreen(profile: ListedProfile): Screen {
  const { name } = profile;
  const typed = selectorOf(name);
  const isDefault = profile.isDefault === true;
  return {
    lines: [
      say("profile.title", { name: verbatim(name), facts: factsOf(profile) }),
      ...(isDefault ? [say("profile.default")] : []),
      say("profile.pick", { command: command(typed) }),
      ...(isDefault ? [] : [say("profile.prefer", { command: command(`prefer ${typed}`) })]),
      say("profile.signout", { command: command(`signout ${typed}`) }),
      say("profile.undo", { command: command(`undo ${typed}`) }),
      BACK_LINE,
    ],
    rows: [
      [
        button("button.sign-in", { verb: "pick", name }),
        ...(isDefault ? [] : [button("button.prefer", { verb: "prefer", name })]),
      ],
      [
        button("button.sign-out", { verb: "signout", name, isSure: false }),
        button("button.undo", { verb: "undo", name }),
      ],
      [BACK],
    ],
  };
}

export function preferredScreen({ profileName, isFirst, activation }: PreferredProfile): Screen {
  const name = verbatim(profileName);
  const lines = [say(isFirst ? "prefer.done" : "prefer.defeated", { name })];
  if (activation === "restart") lines.push(say("saved.restart"));
  return { lines: [...lines, BACK_LINE], rows: [[BACK]] };
}

/** Asks before a profile is taken out. */
export function signOutScreen({ name }: ListedProfile): Screen {
  return {
    lines: [
      say("signout.ask", { name: verbatim(name) }),
      say("signout.confirm", { command: command(`signout ${selectorOf(name)} yes`) }),
      say("signout.leave", { command: command(`show ${selectorOf(name)}`) }),
    ],
    rows: [
      [
        button("button.sign-out", { verb: "signout", name, isSure: true }),
        button("button.back", { verb: "show", name }),
      ],
    ],
  };
}

export function signedOutScreen({ profileName, isUndoable, activation }: SignedOutProfile): Screen {
  const name = profileName as ProfileName;
  const lines = [say("signout.done", { name: verbatim(name) })];
  if (activation === "restart") lines.push(say("saved.restart"));
  if (!isUndoable) return { lines: [...lines, BACK_LINE], rows: [[BACK]] };
  lines.push(say("saved.undo", { command: command(`undo ${selectorOf(name)}`) }), BACK_LINE);
  return { lines, rows: [[button("button.undo", { verb: "undo", name }), BACK]] };
}

export function undoneScreen(undone: UndoneLogin): Screen {
  return { lines: [say("undo.done", { name: verbatim(undone.profileName) }), effectLine(undone)], rows: [] };
}
