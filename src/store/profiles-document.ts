/** The host's auth-profile document: reading one profile's state out of it, and the one edit this plugin makes. Pure. */
import type { ListedProfile, ProfileHealth } from "../flow/answers.ts";
import { profileNameOf, type ProfileId, type ProfileName } from "../flow/profile-id.ts";

/** The part of the host's store that is read or edited here; everything else passes through untouched. */
export interface ProfilesDocument {
  profiles: Record<string, StoredCredential>;
  order?: Record<string, string[]>;
  usageStats?: Record<string, UsageStats>;
}

export interface StoredCredential {
  readonly type: string;
  readonly provider: string;
  readonly access?: string;
  readonly refresh?: string;
  readonly email?: string;
  readonly chatgptPlanType?: string;
}

interface UsageStats {
  readonly lastUsed?: number;
  readonly lastFailureAt?: number;
  readonly lastProbeAt?: number;
  readonly errorCount?: number;
  readonly cooldownUntil?: number;
  readonly blockedUntil?: number;
  readonly disabledUntil?: number;
  readonly disabledReason?: string;
}

/** While the host refreshes a profile it parks this in place of both tokens; `failed` is final. */
const FENCE = "openclaw-oauth-refresh-fence:v1:";
const FAILED_FENCE = /^openclaw-oauth-refresh-fence:v1:[0-9a-f]+:failed:/;

/** Whether a record holds tokens that can be used again: not a parked one, nor one whose tokens lie elsewhere. */
export function hasTokens({ access = "", refresh = "" }: StoredCredential): boolean {
  return access !== "" && refresh !== "" && !access.startsWith(FENCE) && !refresh.startsWith(FENCE);
}

/** How usable a profile is at `nowMs`. An access token past its expiry is no alarm: the host renews it. */
export function healthOf(credential: StoredCredential, stats: UsageStats | undefined, nowMs: number): ProfileHealth {
  const { access = "", refresh = "" } = credential;
  if (FAILED_FENCE.test(access) || FAILED_FENCE.test(refresh)) return "needs-sign-in";
  if (access.startsWith(FENCE) || refresh.startsWith(FENCE)) return "refreshing";
  if (refresh === "") return "needs-sign-in";
  if ((stats?.disabledUntil ?? 0) > nowMs) {
    return stats?.disabledReason?.startsWith("auth") ? "needs-sign-in" : "disabled";
  }
  if (Math.max(stats?.cooldownUntil ?? 0, stats?.blockedUntil ?? 0) > nowMs) return "cooling-down";
  return "signed-in";
}

/** The OAuth profiles of one provider, in the document's order. */
export function listCodexProfiles(document: ProfilesDocument, provider: string, nowMs: number): ListedProfile[] {
  return Object.entries(document.profiles)
    .filter(([, credential]) => credential.type === "oauth" && credential.provider === provider)
    .map(([id, credential]) => ({
      profileId: id as ProfileId,
      name: nameIn(document, id, provider),
      ...(credential.email === undefined ? {} : { email: credential.email }),
      ...(credential.chatgptPlanType === undefined ? {} : { plan: credential.chatgptPlanType }),
      health: healthOf(credential, document.usageStats?.[id], nowMs),
    }));
}

/** A profile's short name; the whole id of one from an older host that has a namesake of today. */
function nameIn(document: ProfilesDocument, id: string, provider: string): ProfileName {
  const name = profileNameOf(id);
  const canonical = `${provider}:${name}`;
  return id !== canonical && Object.hasOwn(document.profiles, canonical) ? (id as ProfileName) : name;
}

export interface ProfileReplacement {
  readonly profileId: string;
  readonly credential: StoredCredential;
  /** The order the config asks for, used where the store has none of its own. */
  readonly configuredIds: readonly string[];
}

/**
 * Puts the credential in place as a whole and forgets the profile's failures, as the host's own login does: a
 * cooldown would outlive the sign-in that mends it. An order that exists is extended, never reordered; where there
 * is none the host tries every profile, and writing one would shut the others out.
 */
export function replaceProfile(document: ProfilesDocument, replacement: ProfileReplacement): void {
  const { profileId, credential, configuredIds } = replacement;
  document.profiles[profileId] = credential;
  const stats = document.usageStats?.[profileId];
  if (document.usageStats !== undefined && stats !== undefined) {
    document.usageStats[profileId] = withoutFailures(stats);
  }
  const order = document.order?.[credential.provider];
  const base = order !== undefined && order.length > 0 ? order : configuredIds;
  if (base.length > 0 && !base.includes(profileId)) {
    document.order = { ...document.order, [credential.provider]: [...base, profileId] };
  }
}

/** Takes a profile out, with its place in the order and what was noted of its use. */
export function removeProfile(document: ProfilesDocument, profileId: string): void {
  const withoutIt = <T>(record: Record<string, T>) =>
    Object.fromEntries(Object.entries(record).filter(([id]) => id !== profileId));
  document.profiles = withoutIt(document.profiles);
  if (document.usageStats !== undefined) document.usageStats = withoutIt(document.usageStats);
  if (document.order === undefined) return;
  const orders = Object.entries(document.order).map(([provider, ids]) => [
    provider,
    ids.filter((id) => id !== profileId),
  ]);
  document.order = Object.fromEntries(orders) as Record<string, string[]>;
}

export interface Preference {
  readonly profileId: string;
  readonly provider: string;
  /** What the order must hold besides, where the store has none of its own: a shorter one would shut the others out. */
  readonly othersInOrder: readonly string[];
}

/** Puts a profile first in the stored order, and changes nothing else of it. */
export function preferProfile(document: ProfilesDocument, preference: Preference): void {
  const { profileId, provider, othersInOrder } = preference;
  const order = document.order?.[provider] ?? [];
  const base = order.length > 0 ? order : othersInOrder;
  document.order = { ...document.order, [provider]: [profileId, ...base.filter((id) => id !== profileId)] };
}

function withoutFailures(stats: UsageStats): UsageStats {
  const { lastUsed, lastFailureAt, lastProbeAt } = stats;
  return {
    ...(lastUsed === undefined ? {} : { lastUsed }),
    ...(lastFailureAt === undefined ? {} : { lastFailureAt }),
    ...(lastProbeAt === undefined ? {} : { lastProbeAt }),
    errorCount: 0,
  };
}
