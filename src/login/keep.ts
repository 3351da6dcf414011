/** The person's word on a sign-in whose account is another than was there: where it is saved, if it is. */
import { accountOf, isSameAccount } from "../flow/account.ts";
import type { CompletionRefusal, SavedLogin } from "../flow/answers.ts";
import { recallOf } from "../flow/pending-login.ts";
import { newIdOf, storedIdOf, type ProfileId, type ProfileName } from "../flow/profile-id.ts";
import type { ErrorCode } from "../errors.ts";
import type { ProfileRequest } from "./manage.ts";
import type { LoginPorts, ParkedLogin } from "./ports.ts";
import { refusalOf } from "./refusal.ts";
import { saveLogin, settle } from "./save.ts";

export interface KeepRequest extends ProfileRequest {
  /** The question that a button was shown under; the newest where a word was typed. */
  readonly questionId?: string | undefined;
}

/** Never throws. Where it cannot be saved as asked, it waits on for another word, as long as it may. */
export async function keepLogin(ports: LoginPorts, request: KeepRequest): Promise<SavedLogin | CompletionRefusal> {
  const nowMs = ports.clock.nowMs();
  const parked = ports.parked.take(request.binding, nowMs, request.questionId);
  if (parked === undefined) return { kind: "refused", code: "nothing-parked", isOver: true };
  try {
    const result = await keep(ports, request, parked);
    if (result.kind === "refused" && !result.isOver) ports.parked.park(request.binding, parked, nowMs);
    return result;
  } catch (error) {
    return { ...refusalOf(error, ports.log), profileName: parked.login.profileName, isOver: true };
  }
}

async function keep(
  ports: LoginPorts,
  { askedName, assertAllowed }: ProfileRequest,
  parked: ParkedLogin,
): Promise<SavedLogin | CompletionRefusal> {
  const { login, exchanged } = parked;
  const recalled = recallOf(await ports.pending.read(), login.stateDigest);
  if (recalled !== undefined) return { kind: "refused", code: recalled, profileName: login.profileName, isOver: true };
  const target = await targetOf(ports, parked, askedName);
  if (target.kind === "refused") return { ...target, profileName: askedName, isOver: false };
  const saved = await saveLogin(ports, {
    login,
    exchanged,
    profileId: target.profileId,
    profileName: askedName,
    assertAllowed,
  });
  return saved.kind === "refused" ? { ...saved, isOver: false } : settle(ports, login, saved);
}

type Target =
  | { readonly kind: "target"; readonly profileId: ProfileId }
  | { readonly kind: "refused"; readonly code: ErrorCode };

/**
 * A new profile, one of the same account, or the one whose account the question named, if it still holds that: what has
 * changed since was nobody asked about.
 */
async function targetOf(ports: LoginPorts, parked: ParkedLogin, name: ProfileName): Promise<Target> {
  const { login, exchanged, conflict } = parked;
  const held = await ports.profiles.accounts(login.binding.agentId);
  const { provider } = ports.profiles;
  const stored = storedIdOf(
    name,
    provider,
    held.map(({ profileId }) => profileId),
  );
  if (stored === undefined) return newIdOf(name, provider);
  const there = held.find(({ profileId }) => profileId === stored);
  const isTheirs = there !== undefined && isSameAccount(there.account, accountOf(exchanged.identity)) === true;
  const wasAsked = conflict.code === "account-differs" && conflict.held.profileId === stored;
  const mayReplace = isTheirs || (wasAsked && JSON.stringify(there?.account) === JSON.stringify(conflict.held.account));
  return mayReplace ? { kind: "target", profileId: stored } : { kind: "refused", code: "profile-of-other-account" };
}
