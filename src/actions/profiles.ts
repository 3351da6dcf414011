/** Acting on one profile that is there: showing it, putting it first, taking it out. */
import { logFailure, type ErrorCode } from "../errors.ts";
import type { Binding } from "../rules/binding.ts";
import { profileNameOf, storedIdOf, type ProfileName, formerIdsOf } from "../rules/profile-id.ts";
import type {
  ListedProfile,
  PinnedProfile,
  PreferredProfile,
  Refusal,
  ShownProfile,
  SignedOutProfile,
  AuditedAction,
  UndoneChange,
} from "../rules/results.ts";
import { audited, refusalOf } from "./outcome.ts";
import { listWithPin, readPin } from "./overview.ts";
import type { Ports, ProfileTarget } from "./ports.ts";

export interface ProfileRequest {
  readonly binding: Binding;
  readonly askedName: ProfileName;
  /** Whether the sender may do this now; asked again right before the write. Never throws. */
  readonly isAllowed: () => boolean;
}

/** An older host's id that is not there may be said of the profile of today. Never throws. */
export async function showProfile(
  ports: Ports,
  { binding, askedName }: Pick<ProfileRequest, "askedName" | "binding">,
): Promise<ShownProfile | Refusal> {
  try {
    const profiles = await listWithPin(ports, binding);
    const profile = findProfile(ports, profiles, askedName) ?? findProfile(ports, profiles, profileNameOf(askedName));
    return profile === undefined ? unknown(askedName) : { kind: "profile", profile, nowMs: ports.clock.nowMs() };
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}

/** Never throws. */
export async function preferProfile(ports: Ports, request: ProfileRequest): Promise<PreferredProfile | Refusal> {
  return act(ports, request, "prefer", async (target, { name: profileName }) => {
    const preferred = await ports.profiles.prefer(target);
    if (preferred.kind === "refused") return { ...preferred, profileName };
    ports.log.info("profile preferred");
    const kept = await keptInstead(ports, request.binding, target.profileId);
    return { ...preferred, profileName, ...(kept === undefined ? {} : { kept }) };
  });
}

/** The gateway stays with what it once chose for a chat, whatever the order says since. */
async function keptInstead(ports: Ports, chat: Binding, profileId: string): Promise<string | undefined> {
  const kept = await readPin(ports, chat);
  return kept?.by === "host" && kept.profileId !== profileId ? profileNameOf(kept.profileId) : undefined;
}

/** Never throws. What it held is kept for a day. */
export async function signOut(ports: Ports, request: ProfileRequest): Promise<SignedOutProfile | Refusal> {
  return act(ports, request, "sign-out", async (target, { name: profileName }) => {
    const removed = await ports.profiles.remove(target);
    if (removed.kind === "refused") return { ...removed, profileName };
    // Chats that ask for it would be answered with another one anyway: the host lets such a pin go at their next turn.
    await ports.pins
      .release(target.profileId)
      .catch((error: unknown) => logFailure(ports.log, "removing the pins of a profile", error));
    ports.log.info("profile taken out");
    const { isUndoable, activation } = removed;
    return { kind: "signed-out", profileName, isUndoable, activation };
  });
}

/** Pins this chat to the profile, and proves it: the host's own session store is read back. Never throws. */
export async function useProfile(ports: Ports, request: ProfileRequest): Promise<PinnedProfile | Refusal> {
  return pin(ports, request, "use");
}

/** Lets this chat go from the profile that it asks for, if that is the one meant. Never throws. */
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

/** `pinnedId`: the only profile that this chat can be let go from. */
function pin(
  ports: Ports,
  request: ProfileRequest,
  action: "use" | "unuse",
  pinnedId?: string,
): Promise<PinnedProfile | Refusal> {
  const { binding } = request;
  return act<PinnedProfile>(ports, request, action, async ({ profileId, isAllowed }, profile) => {
    const { name } = profile;
    const refused = (code: ErrorCode) => ({ kind: "refused", code, profileName: name }) as const;
    if (!isAllowed()) return refused("not-allowed");
    if (action === "unuse" && profileId !== pinnedId) return refused("pin-missing");
    const outcome = action === "use" ? ports.pins.pin(binding, profileId) : ports.pins.unpin(binding);
    const code = PIN_REFUSALS[await outcome];
    if (code !== undefined) return refused(code);
    return { kind: action === "use" ? "pinned" : "unpinned", profile, nowMs: ports.clock.nowMs() };
  });
}

async function act<Done extends { readonly kind: string }>(
  ports: Ports,
  { binding, askedName, isAllowed }: ProfileRequest,
  action: AuditedAction,
  work: (target: ProfileTarget, profile: ListedProfile) => Promise<Done | Refusal>,
): Promise<Done | Refusal> {
  const { agentId } = binding;
  try {
    const profile = findProfile(ports, await ports.profiles.list(agentId), askedName);
    if (profile === undefined) return unknown(askedName);
    const done = await work({ profileId: profile.profileId, agentId, isAllowed }, profile);
    const outcome = done.kind === "refused" ? (done as Refusal).code : "done";
    await audited(ports, { binding, action, profileName: profile.name, outcome });
    return done;
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}

/** The stored profile of that very name or id: nothing stands in for it where something is changed. */
function findProfile(
  ports: Ports,
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

/** Puts back what a profile held before it was last replaced or taken out. */

/** Never throws. */
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
      const { isSelectable, isUndoable, activation } = undone;
      return { kind: "undone", profileId, profileName: askedName, isSelectable, isUndoable, activation };
    }
    return { kind: "refused", code: "undo-missing", profileName: askedName };
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}

/** The stored id of that name; every id it can have had where none is: the profile may be the one that was taken out. */
async function idsOf(ports: Ports, { binding, askedName }: ProfileRequest) {
  const { provider } = ports.profiles;
  const ids = (await ports.profiles.list(binding.agentId)).map((profile) => profile.profileId);
  const stored = storedIdOf(askedName, provider, ids);
  return stored === undefined ? formerIdsOf(askedName, provider) : [stored];
}
