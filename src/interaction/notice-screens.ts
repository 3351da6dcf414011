/** The notices that owners get without asking: of an expired login, and of an account that is nearly used up. */
import type { ListedProfile, QuietProfile, UsageNudge } from "../rules/results.ts";
import { repairButton } from "./profile-screens.ts";
import { briefOf, useButton } from "./usage-screens.ts";
import { button, command, say, verbatim, type Line, type Screen } from "./screen.ts";

export interface NoticeFacts {
  readonly profile: ListedProfile;
  readonly isPinned: boolean;
}

export function noticeScreen({ profile, isPinned }: NoticeFacts): Screen {
  const { name, canRevive } = profile;
  return {
    lines: [
      say("notice.title", { name: verbatim(name) }),
      ...(isPinned ? [say("notice.pinned", { command: command("unuse") })] : []),
      ...(canRevive === true ? [say("profile.revive", { command: command("revive", name) })] : []),
      say("profile.pick", { command: command("pick", name) }),
      say("notice.details", { command: command("show", name) }),
      say("notice.off"),
    ],
    rows: [
      ...(canRevive === true ? [[repairButton(profile, "revive")]] : []),
      [button("button.again-as", { verb: "pick", name }, { name: verbatim(name) })],
      [button("button.details", { verb: "show", name })],
    ],
  };
}

export function noticeLine({ name }: ListedProfile): Line {
  return say("notice.line", { name: verbatim(name), command: command("show", name) });
}

export function nudgeScreen({ profile, numbers, due, best, nowMs }: UsageNudge): Screen {
  const { name, profileId } = profile;
  const items = due.map((window) => briefOf(window, numbers.limit, nowMs));
  return {
    lines: [
      say("nudge.title", { name: verbatim(name), facts: { items, isWhole: false } }),
      ...(best === undefined
        ? [say("nudge.others", { command: command("usage") })]
        : [
            say("usage.use", { name: verbatim(best.name), command: command("use", best.name) }),
            say("nudge.prefer", { name: verbatim(best.name), command: command("prefer", best.name) }),
          ]),
      say("nudge.quiet", { command: command("quiet", name) }),
      say("nudge.off"),
    ],
    rows: [
      ...(best === undefined
        ? []
        : [
            [useButton(best)],
            [
              button(
                "button.prefer-named",
                { verb: "prefer", name: best.name, profileId: best.profileId },
                { name: verbatim(best.name) },
              ),
            ],
          ]),
      [button("button.quiet", { verb: "quiet", name, profileId })],
    ],
  };
}

export function quietScreen({ profileName, isOff }: QuietProfile): Screen {
  return { lines: [say(isOff === true ? "quiet.off" : "quiet.done", { name: verbatim(profileName) })], rows: [] };
}
