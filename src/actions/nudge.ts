/** Looks whether the account in use is nearly used up, with numbers that are known or are asked for now and then. */
import { decideNudge, isNearlyUsedUp, silence } from "../rules/nudge.ts";
import { isUsable, type ListedProfile, type QuietProfile, type Refusal, type UsageNudge } from "../rules/results.ts";
import { mostLeftOf, TOKEN_MARGIN_MS, type UsageNumbers } from "../rules/usage.ts";
import type { Ports } from "./ports.ts";
import { changeProfile, type ProfileRequest } from "./profiles.ts";

/** How old the numbers may be, how often they are asked for, and for how long a turn shows that chats run. */
const EVERY_MS = 15 * 60_000;

/** One for all copies of the plugin in a process. */
export class NudgeMemory {
  askedAtMs = Number.NEGATIVE_INFINITY;
}

/** Returns undefined if there is nothing to tell. What it returns is noted as told. Throws what the ports throw. */
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

/** Returns undefined if no chat ran in the last quarter of an hour. */
function lastUsedOf(profiles: readonly ListedProfile[], nowMs: number): ListedProfile | undefined {
  const [newest] = profiles.toSorted((one, other) => (other.lastUsedMs ?? 0) - (one.lastUsedMs ?? 0));
  return newest?.lastUsedMs !== undefined && Math.abs(nowMs - newest.lastUsedMs) < EVERY_MS ? newest : undefined;
}

async function numbersOf(
  { clock, profiles, usage }: Ports,
  agentId: string,
  profile: ListedProfile,
  memory: NudgeMemory,
): Promise<UsageNumbers | undefined> {
  const nowMs = clock.nowMs();
  const known = usage.remembered(profile);
  const isRecent = (atMs: number) => Math.abs(nowMs - atMs) < EVERY_MS;
  if ((known !== undefined && isRecent(known.askedAtMs)) || isRecent(memory.askedAtMs)) return known;
  const token = (await profiles.tokens(agentId)).find(({ profileId }) => profileId === profile.profileId);
  if (token === undefined || (token.expiresAtMs ?? 0) <= nowMs + TOKEN_MARGIN_MS) return known;
  memory.askedAtMs = nowMs;
  const { settled, usageOf } = usage.ask([token]);
  await settled;
  const told = usageOf(profile.profileId);
  return told.kind === "numbers" ? told.numbers : known;
}

/** No more is told of the windows that are known of the profile, until they are reset. Never throws. */
export function quietProfile(ports: Ports, request: ProfileRequest): Promise<QuietProfile | Refusal> {
  return changeProfile<QuietProfile>(ports, request, "quiet", async ({ profileId }, profile) => {
    const numbers = ports.usage.remembered(profile);
    if (numbers === undefined) return { kind: "refused", code: "usage-unknown", profileName: profile.name };
    const nowMs = ports.clock.nowMs();
    await ports.notices.nudged((said) => ({ due: [], said: silence({ profileId, numbers }, said, nowMs) }), nowMs);
    return { kind: "quiet", profileName: profile.name };
  });
}
