/** Starts a sign-in: finds the profile, builds the sign-in link and stores the pending sign-in. */
import type { Binding } from "../rules/binding.ts";
import { SIGN_IN_TTL_MS, addSignIn } from "../rules/pending-sign-ins.ts";
import { resolveSelector, type ProfileName } from "../rules/profile-id.ts";
import { isUnreadable, type Refusal, type StartedSignIn } from "../rules/results.ts";
import { refusalOf } from "./outcome.ts";
import type { Ports } from "./ports.ts";

/** Never throws. A store that cannot be read stops the sign-in before it starts. */
export async function startSignIn(
  ports: Ports,
  binding: Binding,
  askedName: ProfileName,
  /** The sender as the network spells it, so that they can be told later how the sign-in ended. */
  senderId?: string,
): Promise<StartedSignIn | Refusal> {
  try {
    const discovered = await ports.profiles.list(binding.agentId);
    const unreadableIds = discovered.filter(isUnreadable).map(({ profileId }) => profileId);
    const readable = discovered.filter((one) => !isUnreadable(one));
    // The default profile is used in place of a profile named `default` that does not exist.
    const first = readable.filter(({ isDefault }) => isDefault === true);
    const ids = [...new Set([...first, ...readable])].map(({ profileId }) => profileId);
    const profile = resolveSelector(askedName, ports.profiles.provider, ids, unreadableIds);
    if (profile.kind === "refused") return profile;
    const obstacle = await ports.profiles.obstacle({
      profileId: profile.profileId,
      agentId: binding.agentId,
      isAboutToSave: false,
    });
    // The finish asks before it replaces an unreadable record.
    if (obstacle !== undefined && obstacle !== "profile-unreadable")
      return { kind: "refused", code: obstacle, profileName: profile.name };
    const unreachable = ports.oauth.obstacle();
    if (unreachable !== undefined) return { kind: "refused", ...unreachable, profileName: profile.name };
    const request = await ports.oauth.buildAuthorizationRequest();
    const state = request.state.reveal();
    const nowMs = ports.clock.nowMs();
    const login = {
      binding,
      profileId: profile.profileId,
      profileName: profile.name,
      storeId: ports.profiles.storeId,
      askedName,
      stateDigest: ports.entropy.digest(state),
      state,
      codeVerifier: request.codeVerifier.reveal(),
      redirectUri: request.redirectUri,
      createdAtMs: nowMs,
      expiresAtMs: nowMs + SIGN_IN_TTL_MS,
      attempts: 0,
      ...(senderId === undefined || senderId === binding.senderId ? {} : { senderId }),
    };
    await ports.pending.update((document) => addSignIn(document, login, nowMs));
    const isListening = await ports.listener.open();
    return {
      kind: "started",
      profileId: profile.profileId,
      profileName: profile.name,
      isDefaultFallback: profile.isDefaultFallback,
      isNewProfile: ![...ids, ...unreadableIds].includes(profile.profileId),
      authorizationUrl: request.authorizationUrl,
      redirectUri: request.redirectUri,
      expiresInMs: SIGN_IN_TTL_MS,
      isListening,
    };
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}
