/** The actions on one stored profile: show, prefer, pin, sign out, undo, and repair without a new sign-in. */
import { logFailure, withFallback } from "../errors.ts";
import type { Binding } from "../rules/binding.ts";
import { profileNameOf, storedIdOf, type ProfileId, type ProfileName, formerIdsOf } from "../rules/profile-id.ts";
import {
  hasFailedRenewal,
  isHeld,
  isUnreadable,
  type ListedProfile,
  type PinnedProfile,
  type PreferredProfile,
  type Refusal,
  type RetriedProfile,
  type RevivedProfile,
  type ShownProfile,
  type SignedOutProfile,
  type AuditedAction,
  type UndoneChange,
} from "../rules/results.ts";
import { hasRoom } from "../rules/usage.ts";
import { audited, refusalOf, refusing } from "./outcome.ts";
import { listWithPin, readPin, recentListWithPin, withUsage } from "./overview.ts";
import type { Ports, ProfileTarget } from "./ports.ts";
import { askNumbers } from "./usage.ts";

export interface ProfileRequest {
  readonly binding: Binding;
  readonly askedName: ProfileName;
  /** The profile of a tapped button: another one of that name is not changed in its place. */
  readonly profileId?: string | undefined;
  /** Asked again right before the write. Never throws. */
  readonly isAllowed: () => boolean;
}

/** An older host's id also finds the current profile of the same name, because nothing is changed. Never throws. */
export async function showProfile(
  ports: Ports,
  request: Pick<ProfileRequest, "askedName" | "binding" | "profileId">,
): Promise<ShownProfile | Refusal> {
  const { binding, askedName } = request;
  try {
    // The recent list is good enough for this name, because the user opened the card from it.
    const profile =
      findProfile(ports, await recentListWithPin(ports, binding), askedName) ?? (await findInStore(ports, request));
    if (profile === undefined || isAnother(profile, request.profileId)) return refusing(askedName)("profile-unknown");
    const isUndoable = await hasUndo(ports, profile.profileId);
    return { kind: "profile", profile: withUsage(ports, profile), nowMs: ports.clock.nowMs(), isUndoable };
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}

/** Returns true, and logs it, if the file cannot be read: an undo then says what is wrong. */
function hasUndo({ profiles, log }: Ports, profileId: ProfileId): Promise<boolean> {
  return withFallback({ log, what: "looking for something to undo", fallback: true }, () =>
    profiles.hasUndo(profileId),
  );
}

async function findInStore(ports: Ports, { binding, askedName }: Pick<ProfileRequest, "askedName" | "binding">) {
  const profiles = await listWithPin(ports, binding);
  return findProfile(ports, profiles, askedName) ?? findProfile(ports, profiles, profileNameOf(askedName));
}

export async function preferProfile(ports: Ports, request: ProfileRequest): Promise<PreferredProfile | Refusal> {
  return changeProfile(ports, request, "prefer", async (target, { name: profileName }) => {
    const preferred = await ports.profiles.prefer(target);
    if (preferred.kind === "refused") return { ...preferred, profileName };
    ports.log.info("profile preferred");
    const kept = await keptInstead(ports, request.binding, target.profileId);
    return { ...preferred, profileName, ...(kept === undefined ? {} : { kept }) };
  });
}

/** The gateway keeps a chat with the profile that it once chose, even if the order changes. */
async function keptInstead(ports: Ports, chat: Binding, profileId: string): Promise<string | undefined> {
  const kept = await readPin(ports, chat);
  return kept?.by === "host" && kept.profileId !== profileId ? profileNameOf(kept.profileId) : undefined;
}

/** Removes the profile. Its record is kept for a day. Never throws. */
export async function signOut(ports: Ports, request: ProfileRequest): Promise<SignedOutProfile | Refusal> {
  return changeProfile(ports, request, "sign-out", async (target, { name: profileName }) => {
    const removed = await ports.profiles.remove(target);
    if (removed.kind === "refused") return { ...removed, profileName };
    // The host would remove such a pin itself at the chat's next turn, so a failure is only logged.
    await ports.pins
      .release(target.profileId)
      .catch((error: unknown) => logFailure(ports.log, "removing the pins of a profile", error));
    ports.log.info("profile taken out");
    const { isUndoable, activation } = removed;
    return { kind: "signed-out", profileName, profileId: target.profileId, isUndoable, activation };
  });
}

/** Pins this chat to the profile, and reads the host's session store back to prove it. Never throws. */
export async function useProfile(ports: Ports, request: ProfileRequest): Promise<PinnedProfile | Refusal> {
  return pin(ports, request, "use");
}

/** Removes the chat's pin. If a name is given, only if that profile is pinned. Never throws. */
export async function stopUsingProfile(
  ports: Ports,
  request: Omit<ProfileRequest, "askedName"> & { readonly askedName?: ProfileName | undefined },
): Promise<PinnedProfile | Refusal> {
  const { binding, askedName } = request;
  try {
    const pinned = (await listWithPin(ports, binding)).find(({ isPinned }) => isPinned === true);
    if (pinned === undefined) return { kind: "refused", code: "pin-missing" };
    return await pin(ports, { ...request, askedName: askedName ?? pinned.name }, "unuse", pinned.profileId);
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}

const PIN_REFUSALS = { done: undefined, "other-model": "pin-other-model", failed: "pin-unavailable" } as const;

function pin(
  ports: Ports,
  request: ProfileRequest,
  action: "use" | "unuse",
  pinnedId?: string,
): Promise<PinnedProfile | Refusal> {
  const { binding } = request;
  return changeProfile<PinnedProfile>(ports, request, action, async ({ profileId, isAllowed }, profile) => {
    const { name } = profile;
    const refused = refusing(name);
    if (!isAllowed()) return refused("not-allowed");
    if (action === "unuse" && profileId !== pinnedId) return refused("pin-missing");
    const outcome = action === "use" ? ports.pins.pin(binding, profileId) : ports.pins.unpin(binding);
    const code = PIN_REFUSALS[await outcome];
    if (code !== undefined) return refused(code);
    return { kind: action === "use" ? "pinned" : "unpinned", profile, nowMs: ports.clock.nowMs() };
  });
}

/** Finds the profile, does the work and writes the audit log. Never throws. */
export async function changeProfile<Done extends { readonly kind: string }>(
  ports: Ports,
  { binding, askedName, profileId, isAllowed }: ProfileRequest,
  action: AuditedAction,
  work: (target: ProfileTarget, profile: ListedProfile) => Promise<Done | Refusal>,
): Promise<Done | Refusal> {
  const { agentId } = binding;
  try {
    const profile = findProfile(ports, await ports.profiles.list(agentId), askedName);
    if (profile === undefined || isAnother(profile, profileId)) return refusing(askedName)("profile-unknown");
    if (isUnreadable(profile) && action !== "unuse") {
      return { kind: "refused", code: "profile-unreadable", profileName: profile.name };
    }
    const done = await work({ profileId: profile.profileId, agentId, isAllowed }, profile);
    const outcome = done.kind === "refused" ? (done as Refusal).code : "done";
    await audited(ports, { binding, action, profileName: profile.name, outcome });
    return done;
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}

/** Never falls back to another profile, because the profile is about to be changed. */
function findProfile(
  ports: Ports,
  profiles: readonly ListedProfile[],
  askedName: ProfileName,
): ListedProfile | undefined {
  const ids = profiles.map(({ profileId }) => profileId);
  const id = storedIdOf(askedName, ports.profiles.provider, ids);
  return profiles.find(({ profileId }) => profileId === id);
}

const isAnother = (profile: ListedProfile, wantedId: string | undefined) =>
  wantedId !== undefined && profile.profileId !== wantedId;

/** Puts back the record before the last save or sign-out of the profile. Never throws. */
export async function undoChange(ports: Ports, request: ProfileRequest): Promise<UndoneChange | Refusal> {
  const { binding, askedName, isAllowed } = request;
  try {
    for (const profileId of await idsOf(ports, request)) {
      const undone = await ports.profiles.undo({ profileId, agentId: binding.agentId, isAllowed });
      if (undone.kind === "refused" && undone.code === "undo-missing") continue;
      if (undone.kind === "refused") {
        await audited(ports, { binding, action: "undo", profileName: askedName, outcome: undone.code });
        return { ...undone, profileName: askedName };
      }
      ports.log.info("profile put back");
      await audited(ports, { binding, action: "undo", profileName: askedName, outcome: "done" });
      return { ...undone, kind: "undone", profileId, profileName: askedName };
    }
    return { kind: "refused", code: "undo-missing", profileName: askedName };
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}

/**
 * Today's id of the name, then the stored one, else every id that the name can have had: the profile may have been signed
 * out, and a profile of an older host may have the same name.
 */
async function idsOf(ports: Ports, { binding, askedName, profileId }: ProfileRequest): Promise<readonly ProfileId[]> {
  if (profileId !== undefined) return [profileId as ProfileId];
  const { provider } = ports.profiles;
  const ids = (await ports.profiles.list(binding.agentId)).map((profile) => profile.profileId);
  const stored = storedIdOf(askedName, provider, ids);
  const all = formerIdsOf(askedName, provider);
  return stored === undefined ? all : [...new Set([...all.slice(0, 1), stored])];
}

/** Ends the host's cooldown of a profile, only if OpenAI says now that the account has usage left. Never throws. */
export function retryProfile(ports: Ports, request: ProfileRequest): Promise<RetriedProfile | Refusal> {
  return changeProfile<RetriedProfile>(ports, request, "retry", async (target, profile) => {
    const refused = refusing(profile.name);
    if (!isHeld(profile)) return refused("retry-not-held");
    if (!target.isAllowed()) return refused("not-allowed");
    const numbers = await askNumbers(ports, target);
    if (numbers?.limit.isReached === true || numbers?.stop !== undefined) return refused("retry-limit-reached");
    // Without a number for each window, an answer does not say that there is room.
    if (!hasRoom(numbers, ports.clock.nowMs())) return refused("retry-unanswered");
    const ended = await ports.profiles.endCooldown(target);
    if (ended.kind === "refused") return refused(ended.code);
    ports.log.info("cooldown ended");
    return { kind: "retried", profileName: profile.name, activation: ended.activation };
  });
}

/** Lets the host renew an old sign-in once more. Never throws. */
export function reviveProfile(ports: Ports, request: ProfileRequest): Promise<RevivedProfile | Refusal> {
  return changeProfile<RevivedProfile>(ports, request, "revive", async (target, profile) => {
    const refused = refusing(profile.name);
    if (!hasFailedRenewal(profile)) return refused("revive-not-failed");
    if (profile.canRevive !== true) return refused("revive-forgotten");
    if (!target.isAllowed()) return refused("not-allowed");
    // Without a network the renewal would fail, and leave the profile as it is now.
    if (!(await ports.oauth.isReachable())) return refused("revive-offline");
    const revived = await ports.profiles.revive(target);
    if (revived.kind === "refused") return refused(revived.code);
    ports.log.info("old sign-in renewed");
    return { kind: "revived", profileName: profile.name };
  });
}
