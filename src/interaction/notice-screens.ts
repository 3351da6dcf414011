/** The notice of an expired login, which is sent to owners without a question. */
import type { ListedProfile } from "../rules/results.ts";
import { button, command, say, verbatim, type Line, type Screen } from "./screen.ts";

export interface NoticeFacts {
  readonly profile: ListedProfile;
  readonly isPinned: boolean;
}

export function noticeScreen({ profile: { name }, isPinned }: NoticeFacts): Screen {
  return {
    lines: [
      say("notice.title", { name: verbatim(name) }),
      ...(isPinned ? [say("notice.pinned", { command: command("unuse") })] : []),
      say("profile.pick", { command: command("pick", name) }),
      say("notice.details", { command: command("show", name) }),
      say("notice.off"),
    ],
    rows: [
      [button("button.again-as", { verb: "pick", name }, { name: verbatim(name) })],
      [button("button.details", { verb: "show", name })],
    ],
  };
}

export function noticeLine({ name }: ListedProfile): Line {
  return say("notice.line", { name: verbatim(name), command: command("show", name) });
}
