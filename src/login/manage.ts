/** Acting on one profile that is there: showing it, putting it first, taking it out. */
import type { ListedProfile, PreferredProfile, Refusal, ShownProfile, SignedOutProfile } from "../flow/answers.ts";
import type { LoginBinding } from "../flow/binding.ts";
import { profileNameOf, storedIdOf, type ProfileName } from "../flow/profile-id.ts";
import type { LoginPorts, ProfileTarget } from "./ports.ts";
import { refusalOf } from "./refusal.ts";

export interface ProfileRequest {
  readonly binding: LoginBinding;
  readonly askedName: ProfileName;
  /** Throws when the person may no longer do this; asked again right before the write. */
  readonly assertAllowed: () => void;
}

/** An older host's id that is not there may be said of the profile of today. Never throws. */
export async function showProfile(
  ports: LoginPorts,
  { binding, askedName }: Pick<ProfileRequest, "askedName" | "binding">,
): Promise<ShownProfile | Refusal> {
  try {
    const profiles = await ports.profiles.list(binding.agentId);
    const profile = findProfile(ports, profiles, askedName) ?? findProfile(ports, profiles, profileNameOf(askedName));
    return profile === undefined ? unknown(askedName) : { kind: "profile", profile };
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}

/** Never throws. */
export async function preferProfile(ports: LoginPorts, request: ProfileRequest): Promise<PreferredProfile | Refusal> {
  return act(ports, request, async (target, profileName) => {
    const preferred = await ports.profiles.prefer(target);
    if (preferred.kind === "refused") return { ...preferred, profileName };
    ports.log.info("profile preferred");
    return { ...preferred, profileName };
  });
}

/** Never throws. What it held is kept for a day. */
export async function signOut(ports: LoginPorts, request: ProfileRequest): Promise<SignedOutProfile | Refusal> {
  return act(ports, request, async (target, profileName) => {
    const removed = await ports.profiles.remove(target);
    if (removed.kind === "refused") return { ...removed, profileName };
    ports.log.info("profile taken out");
    const { isUndoable, activation } = removed;
    return { kind: "signed-out", profileName, isUndoable, activation };
  });
}

async function act<Done>(
  ports: LoginPorts,
  { binding: { agentId }, askedName, assertAllowed }: ProfileRequest,
  work: (target: ProfileTarget, profileName: string) => Promise<Done | Refusal>,
): Promise<Done | Refusal> {
  try {
    const profile = findProfile(ports, await ports.profiles.list(agentId), askedName);
    if (profile === undefined) return unknown(askedName);
    return await work({ profileId: profile.profileId, agentId, assertAllowed }, profile.name);
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}

/** The stored profile of that very name or id: nothing stands in for it where something is changed. */
function findProfile(
  ports: LoginPorts,
  profiles: readonly ListedProfile[],
  askedName: ProfileName,
): ListedProfile | undefined {
  const ids = profiles.map(({ profileId }) => profileId);
  const id = storedIdOf(askedName, ports.profiles.provider, ids);
  return profiles.find(({ profileId }) => profileId === id);
}

function unknown(profileName: ProfileName): Refusal {
  return { kind: "refused", code: "profile-unknown", profileName };
}
