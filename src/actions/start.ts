/** Starts a sign-in: finds the profile, builds the sign-in link and stores the pending sign-in. */
import type { Binding } from "../rules/binding.ts";
import { SIGN_IN_TTL_MS, addSignIn, type PendingSignIn } from "../rules/pending-sign-ins.ts";
import { resolveSelector, type ProfileId, type ProfileName } from "../rules/profile-id.ts";
import { isUnreadable, type Refusal, type StartedSignIn } from "../rules/results.ts";
import { refusalOf } from "./outcome.ts";
import type { AuthorizationRequest, Ports } from "./ports.ts";

export interface StartRequest {
  readonly binding: Binding;
  readonly askedName: ProfileName;
  /** The sender as the network spells it, so that they can be told later how the sign-in ended. */
  readonly senderId?: string | undefined;
}

/** Never throws. A store that cannot be read stops the sign-in before it starts. */
export async function startSignIn(ports: Ports, request: StartRequest): Promise<StartedSignIn | Refusal> {
  try {
    const target = await findTarget(ports, request);
    if (target.kind === "refused") return target;
    const link = await ports.oauth.buildAuthorizationRequest();
    const nowMs = ports.clock.nowMs();
    const login = signInTo(ports, request, { target, link, nowMs, expiresAtMs: nowMs + SIGN_IN_TTL_MS });
    await ports.pending.update((document) => addSignIn(document, login, nowMs));
    const isListening = await ports.listener.open();
    const lastMethod = await ports.methods.last(request.binding, target.profileId);
    const { stateDigest } = login;
    return { ...startedOf(target, link, { stateDigest, expiresInMs: SIGN_IN_TTL_MS, isListening }), lastMethod };
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}

export interface StartTarget {
  readonly kind: "target";
  readonly profileId: ProfileId;
  readonly profileName: ProfileName;
  readonly isDefaultFallback: boolean;
  readonly isNewProfile: boolean;
}

/** Throws what the store's ports throw. */
export async function findTarget(ports: Ports, { binding, askedName }: StartRequest): Promise<StartTarget | Refusal> {
  const discovered = await ports.profiles.list(binding.agentId);
  const unreadableIds = discovered.filter(isUnreadable).map(({ profileId }) => profileId);
  const readable = discovered.filter((one) => !isUnreadable(one));
  // The default profile is used in place of a profile named `default` that does not exist.
  const first = readable.filter(({ isDefault }) => isDefault === true);
  const ids = [...new Set([...first, ...readable])].map(({ profileId }) => profileId);
  const profile = resolveSelector(askedName, ports.profiles.provider, ids, unreadableIds);
  if (profile.kind === "refused") return profile;
  const { profileId, name: profileName, isDefaultFallback } = profile;
  const obstacle = await ports.profiles.obstacle({ profileId, agentId: binding.agentId, isAboutToSave: false });
  // The finish asks before it replaces an unreadable record.
  if (obstacle !== undefined && obstacle !== "profile-unreadable")
    return { kind: "refused", code: obstacle, profileName };
  const unreachable = ports.oauth.obstacle();
  if (unreachable !== undefined) return { kind: "refused", ...unreachable, profileName };
  const isNewProfile = ![...ids, ...unreadableIds].includes(profileId);
  return { kind: "target", profileId, profileName, isDefaultFallback, isNewProfile };
}

export interface SignInParts {
  readonly target: StartTarget;
  readonly link: AuthorizationRequest;
  readonly nowMs: number;
  readonly expiresAtMs: number;
}

export function signInTo(
  ports: Ports,
  { binding, askedName, senderId }: StartRequest,
  { target, link, nowMs, expiresAtMs }: SignInParts,
): PendingSignIn {
  const state = link.state.reveal();
  return {
    binding,
    profileId: target.profileId,
    profileName: target.profileName,
    storeId: ports.profiles.storeId,
    askedName,
    stateDigest: ports.entropy.digest(state),
    state,
    codeVerifier: link.codeVerifier.reveal(),
    redirectUri: link.redirectUri,
    createdAtMs: nowMs,
    expiresAtMs,
    attempts: 0,
    ...(senderId === undefined || senderId === binding.senderId ? {} : { senderId }),
  };
}

export function startedOf(
  { profileId, profileName, isDefaultFallback, isNewProfile }: StartTarget,
  { authorizationUrl, redirectUri }: Pick<AuthorizationRequest, "authorizationUrl" | "redirectUri">,
  own: Pick<StartedSignIn, "expiresInMs" | "isListening" | "stateDigest">,
): StartedSignIn {
  const target = { profileId, profileName, isDefaultFallback, isNewProfile };
  return { kind: "started", ...target, authorizationUrl, redirectUri, ...own };
}
