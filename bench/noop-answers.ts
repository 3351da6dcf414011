/**
 * What our plugin answers, for the plugin that does nothing to say: what the host takes to render and to send such a
 * message is its own, and must be on both sides of a ratio.
 */
import type { ListedProfile } from "../src/rules/results.ts";
import { profileScreen } from "../src/interaction/profile-screens.ts";
import type { Screen } from "../src/interaction/screen.ts";
import { usageScreen } from "../src/interaction/usage-screens.ts";
import { selectorScreen, withSandboxNotice } from "../src/interaction/screens.ts";
import { listed, NOW_MS, NUMBERS } from "../test/interaction/facts.ts";
import { spelled, toMarkdown, toPlainText } from "../test/support/english.ts";

/** In both forms, with the labels of its rows of buttons. */
export interface NoopAnswer {
  readonly markdown: string;
  readonly plainText: string;
  readonly labels: readonly (readonly string[])[];
}

function answerOf(screen: Screen): NoopAnswer {
  const noticed = withSandboxNotice(screen, true);
  return {
    markdown: `nothing\n\n${toMarkdown(noticed)}`,
    plainText: `nothing\n\n${toPlainText(noticed)}`,
    labels: screen.rows.map((row) => row.map(({ label }) => spelled([label]))),
  };
}

function person(index: number): ListedProfile {
  return listed(`p${index}`, { email: `person-${index}@example.com`, plan: "plus", isDefault: index === 0 });
}

/** The list of so many profiles, the first one's card, and the usage of all, at the time at which their facts are true. */
export function noopAnswers(count: number) {
  const profiles = Array.from({ length: count }, (_, index) => person(index));
  const first = person(0);
  const nowMs = NOW_MS;
  return {
    list: answerOf(selectorScreen({ kind: "profiles", profiles, pending: [], nowMs }, 1)),
    card: answerOf(profileScreen({ profile: first, nowMs, isUndoable: false })),
    usage: answerOf(
      usageScreen({
        kind: "usage",
        profiles: profiles.map((profile) => ({ profile, usage: { kind: "numbers", numbers: NUMBERS } })),
        left: 0,
        inUse: first.profileId,
        best: first,
        isPartial: false,
        nowMs,
      }),
    ),
  };
}
