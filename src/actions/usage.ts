/**
 * Asks for the usage of the profiles. It reads the store and never changes it, and no token is renewed: a renewal that
 * fails ends the login on current hosts.
 */
import { isTerminal, type Binding } from "../rules/binding.ts";
import { type ProfileName, storedIdOf } from "../rules/profile-id.ts";
import { isUsable, type ListedProfile, type Refusal, type UsageReport } from "../rules/results.ts";
import {
  bestOf,
  canBeSent,
  mayProxyHelp,
  type ProfileUsage,
  type UsageNumbers,
  type UsageReason,
} from "../rules/usage.ts";
import { refusalOf, refusing } from "./outcome.ts";
import { readPin } from "./overview.ts";
import type { ChatPin, Ports, ProfileTarget, StoredToken } from "./ports.ts";

export interface UsageRequest {
  readonly binding: Binding;
  /** Absent for all profiles. */
  readonly askedName?: ProfileName | undefined;
}

export interface OpenInquiry {
  readonly kind: "inquiry";
  /** What is known now. */
  report(): UsageReport;
  /** Resolves after 12 seconds at most. Never rejects. */
  readonly settled: Promise<void>;
  /** Resolves as soon as it is known whether all is answered within that time. */
  settlesWithin(ms: number): Promise<boolean>;
}

/** The report has only the number of the profiles beyond this limit. */
const ASKED_AT_MOST = 20;

/** Sends the requests, and does not wait for them. Never throws. */
export async function askUsage(ports: Ports, { binding, askedName }: UsageRequest): Promise<OpenInquiry | Refusal> {
  try {
    const { profiles: store, clock } = ports;
    const [{ profiles, tokens }, pin] = await Promise.all([
      store.listWithTokens(binding.agentId),
      readPin(ports, binding),
    ]);
    const ids = profiles.map(({ profileId }) => profileId);
    const askedId = askedName && storedIdOf(askedName, store.provider, ids);
    if (askedName !== undefined && askedId === undefined) {
      return refusing(askedName)("profile-unknown");
    }
    const wanted = askedName === undefined ? profiles : profiles.filter(({ profileId }) => profileId === askedId);
    return inquire(ports, {
      shown: wanted.slice(0, ASKED_AT_MOST),
      left: Math.max(0, wanted.length - ASKED_AT_MOST),
      tokens,
      inUse: isTerminal(binding) ? undefined : inUseOf(profiles, pin),
      nowMs: clock.nowMs(),
    });
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}

interface Facts {
  readonly left: number;
  readonly inUse: UsageReport["inUse"] | undefined;
  readonly shown: readonly ListedProfile[];
  readonly tokens: readonly StoredToken[];
  readonly nowMs: number;
}

function inquire({ clock, timers, usage }: Ports, { shown, left, tokens, inUse, nowMs }: Facts): OpenInquiry {
  const reasons = new Map(shown.map((profile) => [profile.profileId, whyNotAsked(profile, tokens, nowMs)]));
  const asked = tokens.filter(({ profileId }) => reasons.has(profileId) && reasons.get(profileId) === undefined);
  const { settled, usageOf } = usage.ask(asked);
  const usageOfProfile = (profile: ListedProfile): ProfileUsage => {
    const reason = reasons.get(profile.profileId);
    if (reason === undefined) return usageOf(profile.profileId);
    const last = usage.remembered(profile);
    return { kind: "untold", reason, ...(last === undefined ? {} : { last }) };
  };
  return {
    kind: "inquiry",
    settled,
    report() {
      const profiles = shown.map((profile) => ({ profile, usage: usageOfProfile(profile) }));
      const best = bestOf(
        profiles.filter(({ profile }) => isUsable(profile)),
        clock.nowMs(),
      );
      return {
        kind: "usage",
        profiles,
        left,
        ...(inUse === undefined ? {} : { inUse }),
        ...(best === undefined ? {} : { best }),
        ...(profiles.some((one) => mayProxyHelp(one.usage)) ? usage.proxyFacts() : {}),
        isPartial: profiles.some((one) => one.usage.kind === "awaited"),
        nowMs: clock.nowMs(),
      };
    },
    async settlesWithin(ms) {
      const timer = new AbortController();
      const isSettled = await Promise.race([settled.then(() => true), timers.wait(ms, timer.signal).then(() => false)]);
      timer.abort();
      return isSettled;
    },
  };
}

/** Returns undefined for a profile whose token can be sent. */
function whyNotAsked(
  { profileId, health }: ListedProfile,
  tokens: readonly StoredToken[],
  nowMs: number,
): UsageReason | undefined {
  if (health === "refreshing") return "renewing";
  const token = tokens.find((one) => one.profileId === profileId);
  if (token === undefined) return "no-token";
  return canBeSent(token, nowMs) ? undefined : "token-old";
}

/** Returns undefined if the profile has no token that can be sent. Throws `CodexAuthError` (`store-*`). */
export async function tokenOf(
  { profiles, clock }: Ports,
  { agentId, profileId }: Pick<ProfileTarget, "agentId" | "profileId">,
): Promise<StoredToken | undefined> {
  const { tokens } = await profiles.listWithTokens(agentId);
  const token = tokens.find((one) => one.profileId === profileId);
  return token !== undefined && canBeSent(token, clock.nowMs()) ? token : undefined;
}

/**
 * Asks for the numbers of one profile and waits for the answer, 12 seconds at most. Returns undefined if OpenAI does not
 * tell them now.
 */
export async function numbersBy({ usage }: Ports, token: StoredToken): Promise<UsageNumbers | undefined> {
  const { settled, usageOf } = usage.ask([token]);
  await settled;
  const told = usageOf(token.profileId);
  return told.kind === "numbers" ? told.numbers : undefined;
}

/** As `numbersBy`. Returns undefined also for a profile whose token cannot be sent. Throws `CodexAuthError` (`store-*`). */
export async function askNumbers(
  ports: Ports,
  target: Pick<ProfileTarget, "agentId" | "profileId">,
): Promise<UsageNumbers | undefined> {
  const token = await tokenOf(ports, target);
  return token && (await numbersBy(ports, token));
}

/** The profile of this chat's next turn: its pin if the host can use it, else the default. */
function inUseOf(profiles: readonly ListedProfile[], pin: ChatPin | undefined): UsageReport["inUse"] {
  const pinned = profiles.find((profile) => profile.profileId === pin?.profileId && isUsable(profile));
  return (pinned ?? profiles.find(({ isDefault }) => isDefault === true))?.profileId;
}
