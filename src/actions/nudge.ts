/** Checks whether the account in use is nearly used up. It asks OpenAI only if the numbers in memory are old. */
import { decideNudge, isNearlyUsedUp, silence } from "../rules/nudge.ts";
import { isUsable, type ListedProfile, type QuietProfile, type Refusal, type UsageNudge } from "../rules/results.ts";
import { mostLeftOf, type UsageNumbers } from "../rules/usage.ts";
import { refusing } from "./outcome.ts";
import type { Ports } from "./ports.ts";
import { changeProfile, type ProfileRequest } from "./profiles.ts";
import { askNumbers, numbersBy, tokenOf } from "./usage.ts";

/** Numbers, a request for them and a chat's last turn count as recent for this time. */
const RECENT_MS = 15 * 60_000;

/** One for all copies of the plugin in a process. */
export class NudgeMemory {
  askedAtMs = Number.NEGATIVE_INFINITY;
}

/** Returns undefined if no message is due. Records the one that it returns as sent. Throws what the ports throw. */
export async function claimNudge(ports: Ports, agentId: string, memory: NudgeMemory): Promise<UsageNudge | undefined> {
  const { clock, notices, profiles, usage } = ports;
  const listed = await profiles.list(agentId);
  const profile = lastUsedOf(listed, clock.nowMs());
  const numbers = profile && (await numbersOf(ports, agentId, profile, memory));
  if (profile === undefined || numbers === undefined) return undefined;
  const nowMs = clock.nowMs();
  const due = await notices.nudged(
    (said) => decideNudge({ profileId: profile.profileId, numbers }, said, nowMs),
    nowMs,
  );
  if (due.length === 0) return undefined;
  const others = listed
    .filter((one) => one !== profile && isUsable(one))
    .flatMap((one) => {
      const remembered = usage.remembered(one);
      return remembered === undefined ? [] : [{ profile: one, numbers: remembered }];
    });
  const best = mostLeftOf(
    others.filter((other) => !isNearlyUsedUp(other.numbers, nowMs)),
    nowMs,
  );
  return { profile, numbers, due, ...(best === undefined ? {} : { best }), nowMs };
}

/** Returns undefined if no chat used a profile recently. */
function lastUsedOf(profiles: readonly ListedProfile[], nowMs: number): ListedProfile | undefined {
  const [newest] = profiles.toSorted((one, other) => (other.lastUsedMs ?? 0) - (one.lastUsedMs ?? 0));
  return newest?.lastUsedMs !== undefined && Math.abs(nowMs - newest.lastUsedMs) < RECENT_MS ? newest : undefined;
}

async function numbersOf(
  ports: Ports,
  agentId: string,
  profile: ListedProfile,
  memory: NudgeMemory,
): Promise<UsageNumbers | undefined> {
  const nowMs = ports.clock.nowMs();
  const known = ports.usage.remembered(profile);
  const isRecent = (atMs: number) => Math.abs(nowMs - atMs) < RECENT_MS;
  if ((known !== undefined && isRecent(known.askedAtMs)) || isRecent(memory.askedAtMs)) return known;
  const token = await tokenOf(ports, { agentId, profileId: profile.profileId });
  if (token === undefined) return known;
  memory.askedAtMs = nowMs;
  return (await numbersBy(ports, token)) ?? known;
}

/**
 * Stops messages about the known windows of the profile until each window is reset. If no numbers are in memory, such as
 * after a restart, it asks OpenAI, and without an answer it stops those about the windows that were told of. Never throws.
 */
export function quietProfile(ports: Ports, request: ProfileRequest): Promise<QuietProfile | Refusal> {
  return changeProfile<QuietProfile>(ports, request, "quiet", async (target, profile) => {
    const { profileId, isAllowed } = target;
    const refused = refusing(profile.name);
    if (!isAllowed()) return refused("not-allowed");
    const numbers = ports.usage.remembered(profile) ?? (await askNumbers(ports, target));
    const nowMs = ports.clock.nowMs();
    let isQuiet = false;
    await ports.notices.nudged((said) => {
      const silenced = silence({ profileId, numbers }, said, nowMs);
      isQuiet = silenced.some((one) => one.profileId === profileId);
      return { due: [], said: silenced };
    }, nowMs);
    if (!isQuiet) return refused("usage-unknown");
    return { kind: "quiet", profileName: profile.name, ...(ports.isNudgeOn() ? {} : { isOff: true }) };
  });
}
