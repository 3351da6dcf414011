/**
 * Finishes a sign-in: read the callback URL, claim the pending sign-in, exchange the code, save the profile; in that
 * order.
 */
import { logFailure, type ErrorCode } from "../errors.ts";
import {
  accountOf,
  conflictOf,
  nameForAccount,
  type AccountConflict,
  type ProfileAccount,
  buildCredential,
} from "../rules/account.ts";
import type { Binding } from "../rules/binding.ts";
import type { CallbackOutcome, Paste } from "../rules/callback-url.ts";
import {
  claimSignIn,
  findSignIn,
  recallOf,
  type PendingDocument,
  pendingSignInsOf,
  type PendingSignIn,
  type Presented,
  settleSignIn,
} from "../rules/pending-sign-ins.ts";
import { newIdOf, type ProfileId, type ProfileName } from "../rules/profile-id.ts";
import type { AccountQuestion, FinishRefusal, SavedSignIn, SignInMethod } from "../rules/results.ts";
import { Secret } from "../secret.ts";
import { audited, lineOf, refusalOf } from "./outcome.ts";
import type { ClaimedGrant, ExchangeResult, Ports } from "./ports.ts";

export interface FinishRequest {
  readonly binding: Binding;
  readonly pasted: Paste;
  readonly profileName?: ProfileName | undefined;
  /** Asked again right before the write, because the sender may have lost their ownership. Never throws. */
  readonly isAllowed: () => boolean;
  /** The pending sign-ins, if the caller has read them for this message already. */
  readonly pending?: PendingDocument | undefined;
  /**
   * What to do if the user approved with another account than the profile's, or if the profile's record is unreadable.
   * Only "replace" overwrites it.
   */
  readonly ifOtherAccount: IfOtherAccount;
}

/** `ask-later`: nobody is waiting for the answer, so the question lives longer. */
export type IfOtherAccount = "ask" | "ask-later" | "refuse" | "replace";

export const PARKED_TTL_MS = 5 * 60_000;
export const LATER_PARKED_TTL_MS = 15 * 60_000;

/** How a claimed sign-in is saved. */
export type SaveChoice = Pick<FinishRequest, "ifOtherAccount" | "isAllowed"> & {
  /** The user who is asked about another account. */
  readonly binding: Binding;
  readonly method: SignInMethod;
};

/** Never throws. */
export async function finishSignIn(
  ports: Ports,
  request: FinishRequest,
): Promise<SavedSignIn | AccountQuestion | FinishRefusal> {
  try {
    const { parsed } = request.pasted;
    // Which of several callback URLs is meant, only the pending sign-ins say.
    if (parsed.kind === "refused" && parsed.code !== "callback-ambiguous") return { ...parsed, isOver: false };
    return await finishPending(ports, request, request.pending ?? (await ports.pending.read()));
  } catch (error) {
    return { ...refusalOf(error, ports.log), isOver: false };
  }
}

async function finishPending(
  ports: Ports,
  request: FinishRequest,
  pending: PendingDocument,
): Promise<SavedSignIn | AccountQuestion | FinishRefusal> {
  const { binding, profileName } = request;
  const nowMs = ports.clock.nowMs();
  const presentedOf = (state: Secret): Presented => ({
    binding,
    stateDigest: ports.entropy.digest(state.reveal()),
    ...(profileName === undefined ? {} : { profileName }),
  });
  const pasted = request.pasted.parsedFor((state) => findSignIn(pending, presentedOf(state), nowMs).kind === "found");
  if (pasted.kind === "refused") return { ...pasted, isOver: false };
  const { state, outcome } = pasted;
  const presented = presentedOf(state);
  const found = findSignIn(pending, presented, nowMs);
  if (found.kind === "found") {
    // A damaged callback URL of the right sign-in does not claim it, so that the whole URL can still be sent.
    if (outcome.kind === "refused") return { ...outcome, isOver: false };
    // Refused before the code is spent, so that the same callback URL works once the obstacle is gone.
    const refusal = await refusalBefore(ports, found.login, request);
    if (refusal !== undefined) return refusal;
  }
  // Also if none was found: the locked update decides, and counts the attempt.
  const claimed = await ports.pending.update((document) => claimSignIn(document, presented, nowMs));
  if (claimed.kind === "refused") return { ...claimed, isOver: false };
  return finishClaimed(ports, { ...request, method: "link" }, claimed.login, outcome);
}

async function finishClaimed(ports: Ports, request: SaveChoice, login: PendingSignIn, outcome: CallbackOutcome) {
  const over = (code: ErrorCode) => refusedAt(login, code);
  if (outcome.kind === "error")
    return settle(ports, login, over(deniedCodeOf(outcome.error, outcome.description)), keepingOf(request));
  if (outcome.kind === "refused") return settle(ports, login, over(outcome.code), keepingOf(request));
  return redeemClaimed(ports, request, login, {
    code: outcome.code,
    codeVerifier: new Secret(login.codeVerifier),
    redirectUri: login.redirectUri,
  });
}

/** The refusal that ends a sign-in. */
export const refusedAt = ({ profileName }: PendingSignIn, code: ErrorCode): FinishRefusal => ({
  kind: "refused",
  code,
  profileName,
  isOver: true,
});

/**
 * Returns whether the result is sent to a user who waits for no answer. A user who ended the sign-in knows it already, and
 * one who is no longer an owner gets nothing.
 */
export function needsAnswer(result: SavedSignIn | AccountQuestion | FinishRefusal): boolean {
  return result.kind !== "refused" || !NEEDS_NO_ANSWER.has(result.code);
}

const NEEDS_NO_ANSWER: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "login-cancelled",
  "login-replaced",
  "not-allowed",
]);

/** Exchanges the code of a claimed sign-in, once, and saves it. Never throws. */
export async function redeemClaimed(
  ports: Ports,
  choice: SaveChoice,
  login: PendingSignIn,
  grant: ClaimedGrant,
): Promise<SavedSignIn | AccountQuestion | FinishRefusal> {
  const result = await redeem(ports, choice, login, grant);
  if (result.kind === "question") return result;
  return settle(ports, login, result, keepingOf(choice));
}

const keepingOf = ({ ifOtherAccount }: SaveChoice) => (ifOtherAccount === "ask-later" ? "keep-code" : undefined);

/** Returns why the sign-in could not be saved, as far as that is known before its code is spent. */
export async function refusalBefore(
  ports: Ports,
  login: PendingSignIn,
  { ifOtherAccount }: Pick<FinishRequest, "ifOtherAccount">,
): Promise<FinishRefusal | undefined> {
  const { profileId, profileName, storeId } = login;
  const unreachable = ports.oauth.obstacle();
  if (unreachable !== undefined) return { kind: "refused", ...unreachable, profileName, isOver: false };
  const { agentId } = login.binding;
  const code =
    storeId === undefined || ports.profiles.isStore(storeId)
      ? await ports.profiles.obstacle({ profileId: profileId as ProfileId, agentId, isAboutToSave: true })
      : "login-of-other-store";
  const isAgreed = code === "profile-unreadable" && ifOtherAccount !== "refuse";
  return code === undefined || isAgreed ? undefined : { kind: "refused", code, profileName, isOver: false };
}

async function redeem(
  ports: Ports,
  request: SaveChoice,
  login: PendingSignIn,
  grant: ClaimedGrant,
): Promise<SavedSignIn | AccountQuestion | FinishRefusal> {
  try {
    if (!request.isAllowed()) return refusedAt(login, "not-allowed");
    const exchanged = await ports.oauth.exchange({ ...grant, state: new Secret(login.state) });
    if (exchanged.kind === "refused") {
      const { because, ...refusal } = exchanged;
      ports.log.warn(lineOf(refusal.code, because));
      return { ...refusal, profileName: login.profileName, isOver: true };
    }
    // The user may have cancelled or restarted it during the exchange: an older account must not overwrite a newer
    // one.
    const recalled = recallOf(await ports.pending.read(), login.stateDigest);
    if (recalled !== undefined) return refusedAt(login, recalled);
    return await save(ports, request, login, exchanged);
  } catch (error) {
    return { ...refusalOf(error, ports.log), profileName: login.profileName, isOver: true };
  }
}

/**
 * Compares the accounts before anything is written. A terminal cannot be asked in between, so its request says what
 * to do.
 */
async function save(
  ports: Ports,
  request: SaveChoice,
  login: PendingSignIn,
  exchanged: Extract<ExchangeResult, { kind: "exchanged" }>,
): Promise<SavedSignIn | AccountQuestion | FinishRefusal> {
  const { isAllowed, ifOtherAccount, method } = request;
  const profileId = login.profileId as ProfileId;
  const { profileName } = login;
  const accounts = await ports.profiles.accounts(login.binding.agentId);
  const conflict = conflictOf(profileId, accountOf(exchanged.identity), accounts);
  if (conflict !== undefined && (ifOtherAccount === "ask" || ifOtherAccount === "ask-later"))
    return ask(ports, request, { login, exchanged, conflict, accounts });
  const isInUse = conflict?.code === "account-has-profile";
  if (conflict !== undefined && !isInUse && ifOtherAccount === "refuse") {
    return { kind: "refused", code: conflict.code, profileName, isOver: true };
  }
  const sameAccountAs = isInUse ? { sameAccountAs: conflict.profile.profileName } : {};
  const mayReplace = conflict?.profile.unreadable;
  const target = { profileId, profileName, mayReplace, ...sameAccountAs };
  return saveSignIn(ports, { login, exchanged, method, isAllowed, ...target });
}

interface Conflicting {
  readonly login: PendingSignIn;
  readonly exchanged: Extract<ExchangeResult, { kind: "exchanged" }>;
  readonly conflict: AccountConflict;
  readonly accounts: readonly ProfileAccount[];
}

function ask(
  ports: Ports,
  { binding, ifOtherAccount, method }: SaveChoice,
  { login, exchanged, conflict, accounts }: Conflicting,
): AccountQuestion {
  const nowMs = ports.clock.nowMs();
  const questionId = login.stateDigest.slice(0, 12);
  const expiresInMs = ifOtherAccount === "ask-later" ? LATER_PARKED_TTL_MS : PARKED_TTL_MS;
  const { email, plan } = exchanged.identity;
  const { profileName, account } = conflict.profile;
  const question: AccountQuestion = {
    kind: "question",
    questionId,
    code: conflict.code,
    profileName: login.profileName,
    newAccount: { ...(email === undefined ? {} : { email }), ...(plan === undefined ? {} : { plan }) },
    existingProfile: { profileName, ...(account.email === undefined ? {} : { email: account.email }) },
    newName: newNameFor(ports, { login, exchanged, conflict, accounts }) as ProfileName,
    expiresInMs,
  };
  const expiresAtMs = nowMs + expiresInMs;
  ports.parked.park(binding, { questionId, login, exchanged, method, conflict, question, expiresAtMs }, nowMs);
  return question;
}

function newNameFor({ profiles }: Ports, { login, exchanged, conflict, accounts }: Conflicting): string {
  if (conflict.code === "account-has-profile") return login.profileName;
  const takenIds = new Set(accounts.map(({ profileId }) => profileId));
  const isFree = (name: string) => {
    const target = newIdOf(name as ProfileName, profiles.provider);
    return target.kind === "target" && !takenIds.has(target.profileId);
  };
  return nameForAccount(accountOf(exchanged.identity), login.profileName, isFree);
}

function deniedCodeOf(error: string, description: Secret): ErrorCode {
  if (error !== "access_denied") return "authorization-failed";
  return description.reveal().includes("missing_codex_entitlement") ? "workspace-not-entitled" : "authorization-denied";
}

export interface SignInToSave {
  readonly login: PendingSignIn;
  readonly exchanged: Extract<ExchangeResult, { kind: "exchanged" }>;
  readonly profileId: ProfileId;
  readonly profileName: string;
  readonly sameAccountAs?: string;
  /** Digest of the unreadable record that the user agreed to replace. */
  readonly mayReplace?: string | undefined;
  readonly method: SignInMethod;
  readonly isAllowed: () => boolean;
}

/** Throws only what the store's ports throw. */
export async function saveSignIn(ports: Ports, signIn: SignInToSave): Promise<SavedSignIn | FinishRefusal> {
  const { login, method, profileId, profileName, sameAccountAs, mayReplace, isAllowed } = signIn;
  const { tokens, identity } = signIn.exchanged;
  const credential = buildCredential(tokens, identity, ports.profiles.provider, ports.clock.nowMs());
  const { agentId } = login.binding;
  const saved = await ports.profiles.save({ profileId, agentId, credential, mayReplace, isAllowed });
  const outcome = saved.kind === "refused" ? saved.code : "done";
  await audited(ports, { binding: login.binding, action: "sign-in", profileName, outcome });
  if (saved.kind === "refused") return { ...saved, profileName, isOver: true };
  ports.log.info("profile saved");
  await ports.methods.note(login.binding, profileId, method);
  return {
    kind: "saved",
    profileId,
    profileName,
    accountId: credential.accountId,
    expiresAtMs: credential.expires,
    ...(identity.email === undefined ? {} : { email: identity.email }),
    ...(identity.plan === undefined ? {} : { plan: identity.plan }),
    ...(sameAccountAs === undefined ? {} : { sameAccountAs }),
    isSelectable: saved.isSelectable,
    isUndoable: saved.isUndoable,
    activation: saved.activation,
  };
}

/**
 * Writes the outcome into the receipt, with `keep-code` also why it failed, for a later `status`. An error is only
 * logged, because the profile is already saved or refused.
 */
export async function settle(
  ports: Ports,
  login: PendingSignIn,
  result: SavedSignIn | FinishRefusal,
  keeping?: "keep-code",
): Promise<SavedSignIn | FinishRefusal> {
  const settled =
    result.kind === "saved"
      ? ({
          outcome: "saved",
          activation: result.activation,
          profileId: result.profileId,
          profileName: result.profileName,
        } as const)
      : ({ outcome: "failed", ...(keeping === undefined ? {} : { code: result.code }) } as const);
  const nowMs = ports.clock.nowMs();
  try {
    await ports.pending.update((document) => settleSignIn(document, login.stateDigest, settled, nowMs));
  } catch (error) {
    logFailure(ports.log, "writing the receipt", error);
  }
  return result;
}

/**
 * Returns whether a text that may be a callback URL belongs to this sender: they have a pending sign-in, or it is the
 * URL of an earlier one. `read` gives the pending sign-ins. Throws `CodexAuthError` (`pending-*`) if the text has a
 * state and the file cannot be read.
 */
export async function concernsSignIn(
  ports: Ports,
  binding: Binding,
  { parsed }: Paste,
  read: () => Promise<PendingDocument> = () => ports.pending.read(),
): Promise<boolean> {
  const nowMs = ports.clock.nowMs();
  let document: PendingDocument;
  try {
    document = await read();
  } catch (error) {
    if (parsed.kind !== "refused") throw error;
    logFailure(ports.log, "reading the pending sign-ins", error);
    return false;
  }
  if (pendingSignInsOf(document, binding, nowMs).length > 0) return true;
  if (parsed.kind === "refused") return false;
  const stateDigest = ports.entropy.digest(parsed.state.reveal());
  const found = findSignIn(document, { binding, stateDigest }, nowMs);
  return found.kind === "found" || found.code !== "no-pending-login";
}
