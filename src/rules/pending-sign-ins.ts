/**
 * The life of a started sign-in, as pure edits of one document. It is pending until it is claimed, cancelled, replaced
 * or expired. A receipt without any secret is left, so that a late paste gets the true answer.
 */
import type { ErrorCode } from "../errors.ts";
import { isTerminal, mayFinish, maySee, sameBinding, type Sender } from "./binding.ts";
import type { Binding, PendingDocument, PendingSignIn, Receipt, ReceiptOutcome } from "./stored-records.ts";

export type { PendingDocument, PendingSignIn, Receipt, ReceiptOutcome };

export const SIGN_IN_TTL_MS = 15 * 60_000;
const RECEIPT_TTL_MS = 24 * 60 * 60_000;
/** After so many callback URLs of other sign-ins a sign-in ends, because a user who is stuck should start again. */
export const MAX_ATTEMPTS = 5;
/** How far a clock may be set back while a sign-in is pending. Time services and waking machines do that. */
export const CLOCK_STEP_MS = 60_000;
/** Longer than an exchange and a write can last: an older claimed receipt belongs to a process that died. */
const REDEEMING_MS = 2 * 60_000;
const MAX_PENDING = 200;
const MAX_PENDING_PER_PERSON = 5;
const MAX_RECEIPTS = 200;

export const EMPTY_DOCUMENT: PendingDocument = { version: 1, logins: [], receipts: [] };

/** `next` is absent if nothing has to be written. */
export interface Edit<Result> {
  readonly result: Result;
  readonly next?: PendingDocument;
}

export type ClaimRefusal =
  | "no-pending-login"
  | "state-mismatch"
  | "login-expired"
  | "login-cancelled"
  | "login-replaced"
  | "login-already-used"
  | "login-of-other-profile"
  | "too-many-attempts";

export type FoundSignIn =
  | { readonly kind: "found"; readonly login: PendingSignIn }
  | { readonly kind: "refused"; readonly code: ClaimRefusal; readonly profileName?: string };

const RECEIPT_CODES = {
  claimed: "login-already-used",
  saved: "login-already-used",
  failed: "login-already-used",
  cancelled: "login-cancelled",
  replaced: "login-replaced",
  expired: "login-expired",
  "given-up": "too-many-attempts",
} as const satisfies Record<ReceiptOutcome, ClaimRefusal>;

function receiptOf(login: PendingSignIn, outcome: ReceiptOutcome, nowMs: number, code?: ErrorCode): Receipt {
  const { binding, profileId, profileName, askedName, stateDigest } = login;
  const asked = askedName === profileName ? {} : { askedName };
  const receipt = { binding, profileId, profileName, ...asked, stateDigest, outcome, atMs: nowMs };
  return code === undefined ? receipt : { ...receipt, code };
}

/** Nobody may have been there to be told that the code of a sign-in ended. */
function expiredReceiptOf(login: PendingSignIn, nowMs: number): Receipt {
  return receiptOf(login, "expired", nowMs, login.device && "device-code-expired");
}

/** A sign-in from the future was made before the clock was set back. Its age is unknown, so it is dead. */
function isAlive(login: PendingSignIn, nowMs: number): boolean {
  return nowMs < login.expiresAtMs && nowMs >= login.createdAtMs - CLOCK_STEP_MS;
}

/** Accepts the name of the profile, and the name that the user asked for, such as `default`. */
export function isNamed(signIn: Pick<Receipt, "askedName" | "profileName">, name: string): boolean {
  return signIn.profileName === name || signIn.askedName === name;
}

/** Turns expired sign-ins into receipts, drops old receipts and bounds both lists. */
export function sweep(document: PendingDocument, nowMs: number): PendingDocument {
  const dead = document.logins.filter((login) => !isAlive(login, nowMs));
  const receipts = document.receipts.filter((receipt) => nowMs - receipt.atMs < RECEIPT_TTL_MS);
  return {
    version: 1,
    logins: document.logins.filter((login) => isAlive(login, nowMs)).slice(-MAX_PENDING),
    receipts: [...receipts, ...dead.map((login) => expiredReceiptOf(login, nowMs))].slice(-MAX_RECEIPTS),
  };
}

function end(
  document: PendingDocument,
  ends: (login: PendingSignIn) => boolean,
  outcome: ReceiptOutcome,
  nowMs: number,
  code?: ErrorCode,
): PendingDocument {
  const ended = document.logins.filter(ends).map((login) => receiptOf(login, outcome, nowMs, code));
  return {
    version: 1,
    logins: document.logins.filter((login) => !ends(login)),
    receipts: [...document.receipts, ...ended].slice(-MAX_RECEIPTS),
  };
}

/** Marks claimed sign-ins whose exchange is still running, so that they are not saved. */
function recall(
  document: PendingDocument,
  isMeant: (receipt: Receipt) => boolean,
  outcome: "cancelled" | "replaced",
): PendingDocument {
  const receipts = document.receipts.map((receipt) =>
    receipt.outcome === "claimed" && isMeant(receipt) ? { ...receipt, outcome } : receipt,
  );
  return { ...document, receipts };
}

/** Returns why a claimed sign-in must not be saved, if so. Call it between the exchange and the write. */
export function recallOf(
  document: PendingDocument,
  stateDigest: string,
): "login-cancelled" | "login-replaced" | undefined {
  const receipt = document.receipts.findLast((candidate) => candidate.stateDigest === stateDigest);
  if (receipt?.outcome === "cancelled") return "login-cancelled";
  return receipt?.outcome === "replaced" ? "login-replaced" : undefined;
}

/**
 * Adds a sign-in. It replaces an older one of the same user in the same chat for the same profile, and their oldest if
 * they have too many, so that no user's starts push out those of another.
 */
export function addSignIn(document: PendingDocument, login: PendingSignIn, nowMs: number): Edit<void> {
  const sameTarget = (other: PendingSignIn | Receipt) =>
    other.profileId === login.profileId && sameBinding(other.binding, login.binding);
  const isMine = (other: PendingSignIn) => sameBinding(other.binding, login.binding) && isAlive(other, nowMs);
  const mine = document.logins.filter((other) => isMine(other) && !sameTarget(other));
  const tooOld = new Set(mine.slice(0, Math.max(0, mine.length - MAX_PENDING_PER_PERSON + 1)));
  const gone = (other: PendingSignIn) => sameTarget(other) || tooOld.has(other);
  const cleared = recall(end(sweep(document, nowMs), gone, "replaced", nowMs), sameTarget, "replaced");
  return { result: undefined, next: { ...cleared, logins: [...cleared.logins, login].slice(-MAX_PENDING) } };
}

/**
 * Returns the sign-ins that a user may see, oldest first: their own of this chat, or in the terminal all of its
 * gateway.
 */
export function pendingSignInsOf(document: PendingDocument, binding: Binding, nowMs: number): readonly PendingSignIn[] {
  return document.logins.filter((login) => maySee(login.binding, binding) && isAlive(login, nowMs));
}

const isShownTo = (binding: Binding, profileName: string | undefined) => (receipt: Receipt) =>
  (profileName === undefined || receipt.profileName === profileName) && maySee(receipt.binding, binding);

export function lastReceiptOf(
  document: PendingDocument,
  binding: Binding,
  outcome: ReceiptOutcome,
  profileName?: string,
): Receipt | undefined {
  const isShown = isShownTo(binding, profileName);
  return document.receipts.findLast((receipt) => receipt.outcome === outcome && isShown(receipt));
}

/** Returns the sign-in that ended last, whatever came of it. */
export function lastEndedOf(document: PendingDocument, binding: Binding, profileName?: string): Receipt | undefined {
  return document.receipts.findLast(isShownTo(binding, profileName));
}

/**
 * The sign-in that ended last, if it failed while nobody waited for an answer, or if it was claimed so long ago that its
 * process has died.
 */
export function lastUntoldOf(
  document: PendingDocument,
  binding: Binding,
  nowMs: number,
  profileName?: string,
): Receipt | undefined {
  const last = lastEndedOf(document, binding, profileName);
  if (last === undefined) return undefined;
  // Only the process of the chat knows whether the sign-in still waits for the user's choice of an account.
  const isLost = last.outcome === "claimed" && sameBinding(last.binding, binding) && nowMs - last.atMs >= REDEEMING_MS;
  if (isLost) return { ...last, code: "login-interrupted" };
  return last.code === undefined ? undefined : last;
}

export interface Presented {
  readonly binding: Binding;
  readonly stateDigest: string;
  readonly profileName?: string;
}

/**
 * The pending sign-in to which a presented state belongs. One of another user or chat is answered as if there were
 * none, so that a stranger learns nothing and can end nothing.
 */
export function findSignIn(document: PendingDocument, presented: Presented, nowMs: number): FoundSignIn {
  const current = sweep(document, nowMs);
  const isPresented = (candidate: PendingSignIn | Receipt) =>
    candidate.stateDigest === presented.stateDigest && mayFinish(candidate.binding, presented.binding);
  const login = current.logins.find(isPresented);
  if (login !== undefined) {
    if (presented.profileName !== undefined && !isNamed(login, presented.profileName)) {
      return { kind: "refused", code: "login-of-other-profile", profileName: login.profileName };
    }
    return { kind: "found", login };
  }
  const receipt = current.receipts.findLast(isPresented);
  if (receipt !== undefined) {
    return { kind: "refused", code: RECEIPT_CODES[receipt.outcome], profileName: receipt.profileName };
  }
  const isWaiting = pendingSignInsOf(current, presented.binding, nowMs).length > 0;
  return { kind: "refused", code: isWaiting ? "state-mismatch" : "no-pending-login" };
}

/** The user who started a sign-in, as their network spells them. */
export function senderOf({ binding, senderId = binding.senderId }: PendingSignIn): Sender {
  const { channel, channelAccountId } = binding;
  return { channel, channelAccountId, senderId };
}

export type SignInOfState =
  | { readonly kind: "pending"; readonly login: PendingSignIn }
  | { readonly kind: "receipt"; readonly receipt: Receipt };

/** The pending or ended sign-in of a gateway to which a state belongs, for a caller that knows no user. */
export function signInOf(
  document: PendingDocument,
  gateway: string,
  stateDigest: string,
  nowMs: number,
): SignInOfState | undefined {
  const current = sweep(document, nowMs);
  const isMeant = (one: PendingSignIn | Receipt) => one.stateDigest === stateDigest && one.binding.gateway === gateway;
  const login = current.logins.find(isMeant);
  if (login !== undefined) return { kind: "pending", login };
  const ended = current.receipts.findLast(isMeant);
  return ended === undefined ? undefined : { kind: "receipt", receipt: ended };
}

export function hasPendingSignIn(document: PendingDocument, gateway: string, nowMs: number): boolean {
  return document.logins.some((login) => login.binding.gateway === gateway && isAlive(login, nowMs));
}

/**
 * Removes the sign-in from the document, with its verifier and state. It comes before the exchange: if the exchange ran
 * first, two pastes of one callback URL could both redeem it, and the server may answer the replay by revoking what it
 * issued (RFC 6749 section 4.1.2).
 */
export function claimSignIn(document: PendingDocument, presented: Presented, nowMs: number): Edit<FoundSignIn> {
  const found = findSignIn(document, presented, nowMs);
  if (found.kind === "refused") {
    return found.code === "state-mismatch" ? countAttempt(document, presented.binding, nowMs) : { result: found };
  }
  const claimed = (login: PendingSignIn) => login.stateDigest === found.login.stateDigest;
  return { result: found, next: end(sweep(document, nowMs), claimed, "claimed", nowMs) };
}

/**
 * Counts a callback URL of another sign-in against every pending sign-in of the user; the last one ends them. Not in
 * the terminal, whose user owns the machine.
 */
function countAttempt(document: PendingDocument, binding: Binding, nowMs: number): Edit<FoundSignIn> {
  const isMine = (login: PendingSignIn) => sameBinding(login.binding, binding);
  const current = sweep(document, nowMs);
  if (isTerminal(binding) || !current.logins.some(isMine))
    return { result: { kind: "refused", code: "state-mismatch" } };
  const counted = {
    ...current,
    logins: current.logins.map((login) => (isMine(login) ? { ...login, attempts: login.attempts + 1 } : login)),
  };
  const isSpent = (login: PendingSignIn) => isMine(login) && login.attempts >= MAX_ATTEMPTS;
  const next = end(counted, isSpent, "given-up", nowMs);
  const someLeft = next.logins.some(isMine);
  return { result: { kind: "refused", code: someLeft ? "state-mismatch" : "too-many-attempts" }, next };
}

/**
 * Ends the user's sign-ins in this chat, including those whose code is being exchanged. Returns their profile names.
 */
export function cancelSignIns(
  document: PendingDocument,
  binding: Binding,
  nowMs: number,
  profileName?: string,
): Edit<readonly string[]> {
  const current = sweep(document, nowMs);
  const isMine = (entry: PendingSignIn | Receipt) => maySee(entry.binding, binding);
  const isMeant = (login: PendingSignIn) => isMine(login) && (profileName === undefined || isNamed(login, profileName));
  const isRedeemed = (receipt: Receipt) =>
    receipt.outcome === "claimed" &&
    isMine(receipt) &&
    nowMs - receipt.atMs < REDEEMING_MS &&
    (profileName === undefined || isNamed(receipt, profileName));
  const ended = [...current.receipts.filter(isRedeemed), ...current.logins.filter(isMeant)];
  const names = ended.map((entry) => entry.profileName);
  if (names.length === 0) return { result: names };
  return { result: names, next: end(recall(current, isRedeemed, "cancelled"), isMeant, "cancelled", nowMs) };
}

/** Ends one sign-in, also while its code is being exchanged, for the program that started it and waits for it. */
export function cancelSignIn(document: PendingDocument, stateDigest: string, nowMs: number): Edit<void> {
  const isMeant = (entry: PendingSignIn | Receipt) => entry.stateDigest === stateDigest;
  const recalled = recall(sweep(document, nowMs), isMeant, "cancelled");
  return { result: undefined, next: end(recalled, isMeant, "cancelled", nowMs) };
}

/** Returns why a sign-in that has ended can no longer be finished. */
export const refusalOfReceipt = ({ outcome }: Receipt): ClaimRefusal => RECEIPT_CODES[outcome];

/** Writes the outcome of a claimed sign-in, and the profile that it was saved as, into its receipt. */
export function settleSignIn(
  document: PendingDocument,
  stateDigest: string,
  settled: Pick<Receipt, "outcome"> & Partial<Pick<Receipt, "activation" | "code" | "profileId" | "profileName">>,
  nowMs: number,
): Edit<void> {
  const receipts = document.receipts.map((receipt) =>
    receipt.stateDigest === stateDigest && receipt.outcome === "claimed"
      ? { ...receipt, ...settled, atMs: nowMs }
      : receipt,
  );
  return { result: undefined, next: { ...document, receipts } };
}

/** A pending sign-in that has a device code. */
export type DeviceSignIn = PendingSignIn & { readonly device: NonNullable<PendingSignIn["device"]> };

const MAX_POLLED = 20;

/**
 * Returns the sign-ins whose codes this gateway polls, the oldest first. One of a terminal is polled by the program that
 * started it.
 */
export function polledSignInsOf(document: PendingDocument, gateway: string, nowMs: number): readonly DeviceSignIn[] {
  const isPolled = (login: PendingSignIn): login is DeviceSignIn =>
    login.device !== undefined &&
    login.binding.gateway === gateway &&
    !isTerminal(login.binding) &&
    isAlive(login, nowMs);
  return document.logins.filter(isPolled).slice(0, MAX_POLLED);
}

/** What became of a sign-in whose code is polled. `over` needs no answer: the user ended it, or another way did. */
export type PolledSignIn =
  | { readonly kind: "pending"; readonly login: PendingSignIn }
  | { readonly kind: "expired" }
  | { readonly kind: "over" };

export function polledSignIn(document: PendingDocument, stateDigest: string, nowMs: number): PolledSignIn {
  const isMeant = (candidate: PendingSignIn | Receipt) => candidate.stateDigest === stateDigest;
  const current = sweep(document, nowMs);
  const login = current.logins.find(isMeant);
  if (login !== undefined) return { kind: "pending", login };
  return { kind: current.receipts.findLast(isMeant)?.outcome === "expired" ? "expired" : "over" };
}

/** Ends a sign-in whose code the server ended, or whose user may no longer finish it. False if it had ended already. */
export function endPolled(
  document: PendingDocument,
  stateDigest: string,
  code: ErrorCode,
  nowMs: number,
): Edit<boolean> {
  const isMeant = (login: PendingSignIn) => login.stateDigest === stateDigest;
  const current = sweep(document, nowMs);
  if (!current.logins.some(isMeant)) return { result: false };
  return { result: true, next: end(current, isMeant, "failed", nowMs, code) };
}

/** Keeps a longer interval, because a server that said `slow_down` means all later polls too. */
export function slowDown(document: PendingDocument, stateDigest: string, intervalMs: number): Edit<void> {
  const logins = document.logins.map((login) =>
    login.stateDigest === stateDigest && login.device !== undefined
      ? { ...login, device: { ...login.device, intervalMs } }
      : login,
  );
  return { result: undefined, next: { ...document, logins } };
}
