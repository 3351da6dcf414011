/** Finishes a sign-in: judge the paste, claim the login, exchange the code, save the profile; in that order. */
import { holds } from "../attempt.ts";
import type { CompletionRefusal, SavedLogin } from "../flow/answers.ts";
import { parsePastedText, type CallbackOutcome, type PastedText } from "../flow/callback-url.ts";
import type { LoginBinding } from "../flow/binding.ts";
import { buildCredential } from "../flow/credential.ts";
import {
  claimLogin,
  findLogin,
  recallOf,
  settleLogin,
  type PendingLogin,
  type Presented,
} from "../flow/pending-login.ts";
import type { ProfileId, ProfileName } from "../flow/profile-id.ts";
import type { ErrorCode } from "../errors.ts";
import { Secret } from "../secret.ts";
import type { ExchangeResult, LoginPorts } from "./ports.ts";
import { refusalOf } from "./refusal.ts";

export interface CompletionRequest {
  readonly binding: LoginBinding;
  readonly pastedText: Secret;
  /** The profile the person named beside the address, where they did. */
  readonly profileName?: ProfileName;
  /** Throws when the person may no longer do this; asked again right before the write. */
  readonly assertAllowed: () => void;
}

type Response = Extract<PastedText, { kind: "response" }>;

/** Never throws. */
export async function completeLogin(
  ports: LoginPorts,
  request: CompletionRequest,
): Promise<SavedLogin | CompletionRefusal> {
  try {
    const pasted = parsePastedText(request.pastedText.reveal());
    if (pasted.kind === "refused") return { ...pasted, isOver: false };
    return await completeResponse(ports, request, pasted);
  } catch (error) {
    return { ...refusalOf(error, ports.log), isOver: false };
  }
}

async function completeResponse(
  ports: LoginPorts,
  request: CompletionRequest,
  { state, outcome }: Response,
): Promise<SavedLogin | CompletionRefusal> {
  const presented: Presented = {
    binding: request.binding,
    stateDigest: ports.entropy.digest(state.reveal()),
    ...(request.profileName === undefined ? {} : { profileName: request.profileName }),
  };
  const nowMs = ports.clock.nowMs();
  // A damaged address of the right sign-in costs nothing: the login stays, and the whole address can still come.
  if (outcome.kind === "refused" && findLogin(await ports.pending.read(), presented, nowMs).kind === "found") {
    return { ...outcome, isOver: false };
  }
  // Told before the code is spent: the address stays good, and can be sent again once the way is clear.
  const refusal = await refusalBefore(ports, presented, nowMs);
  if (refusal !== undefined) return refusal;
  const claimed = await ports.pending.update((document) => claimLogin(document, presented, nowMs));
  if (claimed.kind === "refused") return { ...claimed, isOver: false };
  return settle(ports, claimed.login, await redeem(ports, request, claimed.login, outcome));
}

/** Why the login that would be claimed could not be saved here; undefined where nothing is known to be in the way. */
async function refusalBefore(
  ports: LoginPorts,
  presented: Presented,
  nowMs: number,
): Promise<CompletionRefusal | undefined> {
  const found = findLogin(await ports.pending.read(), presented, nowMs);
  if (found.kind === "refused") return undefined;
  const { profileId, profileName, storeId, binding } = found.login;
  const { agentId } = binding;
  const code =
    (storeId ?? ports.profiles.storeId) === ports.profiles.storeId
      ? await ports.profiles.obstacle({ profileId: profileId as ProfileId, agentId })
      : "login-of-other-store";
  return code === undefined ? undefined : { kind: "refused", code, profileName, isOver: false };
}

/** What became of a claimed login goes onto its receipt. A failure to note it changes nothing that was saved. */
async function settle(
  ports: LoginPorts,
  login: PendingLogin,
  result: SavedLogin | CompletionRefusal,
): Promise<SavedLogin | CompletionRefusal> {
  const settled =
    result.kind === "saved"
      ? ({ outcome: "saved", activation: result.activation } as const)
      : ({ outcome: "failed" } as const);
  const nowMs = ports.clock.nowMs();
  try {
    await ports.pending.update((document) => settleLogin(document, login.stateDigest, settled, nowMs));
  } catch (error) {
    refusalOf(error, ports.log);
  }
  return result;
}

async function redeem(
  ports: LoginPorts,
  request: CompletionRequest,
  login: PendingLogin,
  outcome: CallbackOutcome,
): Promise<SavedLogin | CompletionRefusal> {
  const over = (code: ErrorCode) => ({ kind: "refused", code, profileName: login.profileName, isOver: true }) as const;
  try {
    if (outcome.kind === "error") return over(deniedCodeOf(outcome.error, outcome.description));
    if (outcome.kind === "refused") return over(outcome.code);
    if (!holds(request.assertAllowed)) return over("not-allowed");
    const exchanged = await ports.oauth.exchange({
      code: outcome.code,
      state: new Secret(login.state),
      codeVerifier: new Secret(login.codeVerifier),
      redirectUri: login.redirectUri,
    });
    if (exchanged.kind === "refused") return { ...exchanged, profileName: login.profileName, isOver: true };
    // Cancelled, or started anew, while the server was answering: an older account must not overwrite a newer one.
    const recalled = recallOf(await ports.pending.read(), login.stateDigest);
    if (recalled !== undefined) return over(recalled);
    return await save(ports, request, login, exchanged);
  } catch (error) {
    return { ...refusalOf(error, ports.log), profileName: login.profileName, isOver: true };
  }
}

async function save(
  ports: LoginPorts,
  request: CompletionRequest,
  login: PendingLogin,
  { tokens, identity }: Extract<ExchangeResult, { kind: "exchanged" }>,
): Promise<SavedLogin | CompletionRefusal> {
  const credential = buildCredential(tokens, identity, ports.profiles.provider, ports.clock.nowMs());
  const saved = await ports.profiles.save({
    profileId: login.profileId as ProfileId,
    agentId: login.binding.agentId,
    credential,
    assertAllowed: request.assertAllowed,
  });
  if (saved.kind === "refused") return { ...saved, profileName: login.profileName, isOver: true };
  ports.log.info("profile saved");
  return {
    kind: "saved",
    profileId: login.profileId,
    profileName: login.profileName,
    accountId: credential.accountId,
    expiresAtMs: credential.expires,
    ...(identity.email === undefined ? {} : { email: identity.email }),
    ...(identity.plan === undefined ? {} : { plan: identity.plan }),
    isSelectable: saved.isSelectable,
    isUndoable: saved.isUndoable,
    activation: saved.activation,
  };
}

function deniedCodeOf(error: string, description: Secret): ErrorCode {
  if (error !== "access_denied") return "authorization-failed";
  return description.reveal().includes("missing_codex_entitlement") ? "workspace-not-entitled" : "authorization-denied";
}
