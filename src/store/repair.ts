/**
 * The two repairs of one profile that need no new sign-in: ending the host's cooldown, and putting back the sign-in that
 * the host could not renew. Both check under the lock that nothing has changed. A *fence* is the host's placeholder for
 * both tokens (`remembered-sign-ins.ts`).
 */
import type {
  Clock,
  CooldownResult,
  Log,
  ProfileTarget,
  ReviveRefusal,
  ReviveResult,
  SaveRefusal,
} from "../actions/ports.ts";
import { logFailure } from "../errors.ts";
import { hasFailedRenewal, isHeld, type ListedProfile } from "../rules/results.ts";
import { saveRefusalOf, withRetries } from "./attempts.ts";
import { useOf, type StoredCredential } from "./host-records.ts";
import {
  endCooldown,
  fencedDigestsIn,
  hasFailedFence,
  isFenced,
  listCodexProfiles,
  recordIn,
  replaceProfile,
  type HostAuthStore,
  type ProfilesDocument,
} from "./profiles-document.ts";
import type { RememberedSignIns } from "./remembered-sign-ins.ts";

export interface RepairParts {
  readonly host: HostAuthStore;
  readonly clock: Pick<Clock, "nowMs">;
  readonly log: Log;
  /** Absent outside of a gateway. */
  readonly remembered?: RememberedSignIns;
}

const refused = <Code extends string>(code: Code) => ({ kind: "refused", code }) as const;

/** Changes the store of the profile, and the agent's own if a file host keeps the failures there. */
export function endCooldownOf(parts: RepairParts, target: ProfileTarget): Promise<CooldownResult> {
  const { host } = parts;
  const { agentId, profileId } = target;
  return withRetries(parts, async () => {
    const agentDir = host.agentDirOf(agentId);
    const stored = await host.persisted(agentDir, profileId);
    if (stored === undefined) return refused("profile-unknown");
    if (useOf(profileId, stored, host.provider) === "unreadable") return refused("profile-unreadable");
    if (!isHeldIn(parts, await host.read(agentDir), profileId)) return refused("retry-not-held");
    const owner = await host.ownerOf(agentDir, profileId);
    if (!(await endCooldownIn(parts, target, owner))) return refused("not-allowed");
    if (owner !== agentDir && isHeldIn(parts, await host.read(agentDir), profileId)) {
      await endCooldownIn(parts, target, agentDir);
    }
    const activation = await host.activate({ agentDir: owner, profileId, record: stored });
    if (isHeldIn(parts, await host.read(agentDir), profileId)) return refused("store-write-failed");
    return { kind: "ended", activation } as const;
  });
}

function isHeldIn({ host, clock }: RepairParts, document: ProfilesDocument, profileId: string): boolean {
  const profiles = listCodexProfiles(document, host.provider, clock.nowMs());
  return profiles.some((profile) => profile.profileId === profileId && isHeld(profile));
}

/** Returns false if the user may not do it any more. */
async function endCooldownIn(
  { host }: RepairParts,
  { agentId, profileId, isAllowed }: ProfileTarget,
  agentDir: string | undefined,
): Promise<boolean> {
  const { order } = await host.read(host.agentDirOf(agentId));
  let isStillAllowed = false;
  await host.update({
    agentDir,
    keepInOrder: order?.[host.provider] ?? [],
    edit(document) {
      isStillAllowed = isAllowed();
      return isStillAllowed && endCooldown(document, profileId);
    },
  });
  return isStillAllowed;
}

/** Marks a profile whose renewal failed, if its old sign-in is remembered and this host can renew it. */
export function revivableIn(
  { host, remembered }: RepairParts,
  document: ProfilesDocument,
  profile: ListedProfile,
): Pick<ListedProfile, "canRevive"> {
  const record = recordIn(document, profile.profileId);
  if (!hasFailedRenewal(profile) || host.renew === undefined || record?.kind !== "credential") return {};
  return remembered?.get(record.credential) === undefined ? {} : { canRevive: true };
}

export async function reviveSignIn(parts: RepairParts, target: ProfileTarget): Promise<ReviveResult> {
  const { host, remembered, log } = parts;
  try {
    const agentDir = host.agentDirOf(target.agentId);
    const stored = await host.persisted(agentDir, target.profileId);
    if (stored === undefined) return refused("profile-unknown");
    if (stored.kind !== "credential") return refused("profile-unreadable");
    const fence = stored.credential;
    const record = remembered?.get(fence);
    const { renew } = host;
    if (remembered === undefined || record === undefined || renew === undefined) return refused("revive-forgotten");
    if (!target.isAllowed()) return refused("not-allowed");
    return await remembered.once(fence, async () => {
      // A second tap may come right after the first one has put the sign-in back.
      if (!hasFailedFence(fence)) return refused("revive-not-failed");
      const refusal = await putBack(parts, target, { fence, raw: JSON.parse(record.reveal()) });
      if (refusal !== undefined) return refused(refusal);
      const code = await renewOnce(parts, agentDir, target);
      if (code !== "revive-failed") remembered.forget(target.profileId);
      return code === undefined ? ({ kind: "revived" } as const) : refused(code);
    });
  } catch (error) {
    return refused(saveRefusalOf(error, log));
  }
}

/** The placeholder that must still be stored, and the remembered record that replaces it. */
interface Replacement {
  readonly fence: StoredCredential;
  readonly raw: unknown;
}

/** Returns the refusal, if nothing was written. */
async function putBack(
  parts: RepairParts,
  { agentId, profileId, isAllowed }: ProfileTarget,
  { fence, raw }: Replacement,
): Promise<SaveRefusal | "revive-changed" | undefined> {
  const { host } = parts;
  const agentDir = host.agentDirOf(agentId);
  const record = host.readRecord(raw);
  const result = await withRetries(parts, async () => {
    let code: "not-allowed" | "revive-changed" | undefined = "revive-changed";
    const { order } = await host.read(agentDir);
    await host.update({
      agentDir: await host.ownerOf(agentDir, profileId),
      keepInOrder: order?.[host.provider] ?? [],
      edit(document) {
        const current = recordIn(document, profileId);
        const isSame = current?.kind === "credential" && isSameFence(current.credential, fence);
        const refusal = isAllowed() ? undefined : "not-allowed";
        code = isSame ? refusal : "revive-changed";
        if (code === undefined) replaceProfile(document, { profileId, record, configuredIds: [] });
        return code === undefined;
      },
    });
    return { kind: "done", code } as const;
  });
  return result.code;
}

function isSameFence(one: StoredCredential, other: StoredCredential): boolean {
  return fencedDigestsIn(one) !== undefined && one.access === other.access && one.refresh === other.refresh;
}

/** Returns the refusal if the login was not renewed. The host has then put its placeholder there again. */
async function renewOnce(
  { host, log }: RepairParts,
  agentDir: string,
  { profileId }: ProfileTarget,
): Promise<ReviveRefusal | undefined> {
  const isRenewed = await renewedBy({ host, log }, agentDir, profileId);
  const stored = await host.persisted(agentDir, profileId);
  if (isRenewed === true && stored?.kind === "credential" && !isFenced(stored)) return undefined;
  return isRenewed === "rejected" ? "revive-rejected" : "revive-failed";
}

async function renewedBy(
  { host, log }: Pick<RepairParts, "host" | "log">,
  agentDir: string,
  profileId: string,
): Promise<boolean | "rejected"> {
  try {
    return (await host.renew?.(agentDir, profileId)) ?? false;
  } catch (error) {
    logFailure(log, "renewing an old sign-in", error);
    const { reason } = error as { readonly reason?: unknown };
    return typeof reason === "string" ? "rejected" : false;
  }
}
