/**
 * Signs in with a device code (RFC 8628): asks for a code, polls it, and finishes the sign-in once it is approved. The
 * sign-in also has a link. Whichever comes first claims it.
 */
import type { Binding } from "../rules/binding.ts";
import {
  addSignIn,
  claimSignIn,
  endPolled,
  pendingSignInsOf,
  polledSignIn,
  SIGN_IN_TTL_MS,
  slowDown,
  sweep,
  type DeviceSignIn,
  type PendingSignIn,
} from "../rules/pending-sign-ins.ts";
import type { ProfileName } from "../rules/profile-id.ts";
import type {
  AccountQuestion,
  CodeRefusal,
  FinishRefusal,
  Refusal,
  SavedSignIn,
  StartedSignIn,
  StartedWithCode,
} from "../rules/results.ts";
import { logFailure, type ErrorCode } from "../errors.ts";
import { Secret } from "../secret.ts";
import { needsAnswer, redeemClaimed, refusalBefore, refusedAt, settle } from "./finish.ts";
import { lineOf, refusalOf } from "./outcome.ts";
import type { ClaimedGrant, DeviceCodeResult, PollingPace, Ports } from "./ports.ts";
import { findTarget, signInTo, startedOf, type StartRequest, type StartTarget } from "./start.ts";

/**
 * Asks for a code and starts a sign-in that has it. An earlier sign-in to the same profile is replaced once the code
 * was issued, and not before. Never throws.
 */
export async function startWithCode(ports: Ports, request: StartRequest): Promise<StartedWithCode | CodeRefusal> {
  try {
    const target = await findTarget(ports, request);
    if (target.kind === "refused") return target;
    const issued = await requestCode(ports);
    if (issued.kind === "issued") return await addWithCode(ports, request, target, issued);
    const { because, ...refusal } = issued;
    ports.log.warn(lineOf(refusal.code, because));
    const { profileName } = target;
    const link = await linkOf(ports, request.binding, target);
    return { ...refusal, profileName, link };
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}

type IssuedCode = Extract<DeviceCodeResult, { kind: "issued" }>;

const MAX_TRIES = 3;
/** No new try begins later, because a user waits for the answer. */
const TRYING_MS = 20_000;
const BETWEEN_TRIES_MS = 2_000;
const WORTH_A_RETRY: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "provider-rate-limited",
  "provider-failed",
  "provider-timeout",
  "provider-unreachable",
]);

/** A code that is never used costs nothing, so a failed request may be repeated. */
async function requestCode({ oauth, clock, timers }: Ports): Promise<DeviceCodeResult> {
  const startedAtMs = clock.nowMs();
  for (let tries = 1; ; tries += 1) {
    const result = await oauth.requestDeviceCode();
    if (result.kind === "issued" || tries === MAX_TRIES || !WORTH_A_RETRY.has(result.code)) return result;
    const waitMs = Math.max((result.retryAfterSeconds ?? 0) * 1000, BETWEEN_TRIES_MS);
    if (Math.abs(clock.nowMs() - startedAtMs) + waitMs > TRYING_MS) return result;
    await timers.wait(waitMs);
  }
}

async function addWithCode(
  ports: Ports,
  request: StartRequest,
  target: StartTarget,
  { deviceAuthId, userCode, verificationUri, intervalMs, expiresAtMs: statedMs }: IssuedCode,
): Promise<StartedWithCode> {
  const link = await ports.oauth.buildAuthorizationRequest();
  const nowMs = ports.clock.nowMs();
  const expiresAtMs = expiryOf(nowMs, statedMs);
  const login = {
    ...signInTo(ports, request, { target, link, nowMs, expiresAtMs }),
    device: { deviceAuthId: deviceAuthId.reveal(), userCode: userCode.reveal(), intervalMs },
  };
  await ports.pending.update((document) => addSignIn(document, login, nowMs));
  ports.wakePoller();
  await ports.listener.open();
  const { profileId, profileName, isDefaultFallback, isNewProfile } = target;
  const expiresInMs = expiresAtMs - nowMs;
  return {
    kind: "code",
    stateDigest: login.stateDigest,
    profileId,
    profileName,
    isDefaultFallback,
    isNewProfile,
    userCode,
    verificationUri,
    expiresInMs,
  };
}

const SHORTEST_MS = 60_000;

/** The server's clock may be wrong, so a time that is too near or too far is not believed. */
function expiryOf(nowMs: number, statedMs: number | undefined): number {
  const statedInMs = (statedMs ?? Infinity) - nowMs;
  return nowMs + (statedInMs >= SHORTEST_MS && statedInMs <= SIGN_IN_TTL_MS ? statedInMs : SIGN_IN_TTL_MS);
}

/** Shows the link of a pending sign-in again. Never throws. */
export async function showLink(ports: Ports, binding: Binding, name: ProfileName): Promise<StartedSignIn | Refusal> {
  try {
    const target = await findTarget(ports, { binding, askedName: name });
    if (target.kind === "refused") return target;
    const link = await linkOf(ports, binding, target);
    return link ?? { kind: "refused", code: "no-pending-login", profileName: target.profileName };
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}

async function linkOf(ports: Ports, binding: Binding, target: StartTarget): Promise<StartedSignIn | undefined> {
  const nowMs = ports.clock.nowMs();
  const mine = pendingSignInsOf(await ports.pending.read(), binding, nowMs);
  const login = mine.findLast(({ profileId }) => profileId === target.profileId);
  if (login === undefined) return undefined;
  const { redirectUri, expiresAtMs, stateDigest } = login;
  const secrets = { state: new Secret(login.state), codeVerifier: new Secret(login.codeVerifier) };
  const authorizationUrl = await ports.oauth.authorizationUrlOf(secrets);
  const isListening = await ports.listener.open();
  return startedOf(
    target,
    { authorizationUrl, redirectUri },
    { stateDigest, expiresInMs: expiresAtMs - nowMs, isListening },
  );
}

export type DeviceOutcome = SavedSignIn | AccountQuestion | FinishRefusal;

/** `over` without a result needs no answer: the user ended the sign-in, or finished it in another way. */
export type PolledOnce =
  | { readonly kind: "waiting"; readonly waitMs: number; readonly pace: PollingPace }
  | { readonly kind: "over"; readonly result?: DeviceOutcome };

export interface PollRequest {
  readonly login: DeviceSignIn;
  readonly pace: PollingPace;
  /** Asked before the poll and right before the write, because the user may have lost their ownership. Never throws. */
  readonly isAllowed: () => boolean;
  readonly ifOtherAccount: "ask-later" | "refuse" | "replace";
}

/** Polls a sign-in once, and finishes it if its code was approved. Never throws. */
export async function pollSignIn(ports: Ports, request: PollRequest): Promise<PolledOnce> {
  const { login, pace, isAllowed } = request;
  try {
    const found = polledSignIn(await ports.pending.read(), login.stateDigest, ports.clock.nowMs());
    if (found.kind === "expired") return await endExpired(ports, login);
    if (found.kind === "over") return found;
    if (!isAllowed()) return await endSilently(ports, login);
    const { deviceAuthId, userCode } = login.device;
    const device = { deviceAuthId: new Secret(deviceAuthId), userCode: new Secret(userCode) };
    const poll = await ports.oauth.pollDevice(device, pace);
    switch (poll.kind) {
      case "waiting":
        if (poll.pace.intervalMs !== pace.intervalMs) await keepInterval(ports, login, poll.pace);
        return poll;
      case "ended":
        return await endWithAnswer(ports, login, poll.code);
      case "approved":
        return await finishApproved(ports, request, poll.grant);
    }
  } catch (error) {
    logFailure(ports.log, "polling a device code", error);
    // Without this, a file that stays unreadable would keep an expired sign-in waiting.
    if (ports.clock.nowMs() >= login.expiresAtMs)
      return { kind: "over", result: refusedAt(login, "device-code-expired") };
    return { kind: "waiting", waitMs: pace.intervalMs, pace };
  }
}

async function endExpired(ports: Ports, login: PendingSignIn): Promise<PolledOnce> {
  const nowMs = ports.clock.nowMs();
  await ports.pending.update((document) => ({ result: undefined, next: sweep(document, nowMs) }));
  return { kind: "over", result: refusedAt(login, "device-code-expired") };
}

/** A user who is no longer an owner gets no answer. */
async function endSilently(ports: Ports, { stateDigest }: PendingSignIn): Promise<PolledOnce> {
  ports.log.warn(lineOf("not-allowed", undefined));
  await ports.pending.update((document) => endPolled(document, stateDigest, "not-allowed", ports.clock.nowMs()));
  return { kind: "over" };
}

async function endWithAnswer(ports: Ports, login: PendingSignIn, code: ErrorCode): Promise<PolledOnce> {
  ports.log.warn(lineOf(code, undefined));
  const nowMs = ports.clock.nowMs();
  const isEnded = await ports.pending.update((document) => endPolled(document, login.stateDigest, code, nowMs));
  return isEnded ? { kind: "over", result: refusedAt(login, code) } : { kind: "over" };
}

/** A failure is only logged, because the caller keeps the interval in memory. Only a restart would lose it. */
async function keepInterval(ports: Ports, { stateDigest }: PendingSignIn, { intervalMs }: PollingPace): Promise<void> {
  try {
    await ports.pending.update((document) => slowDown(document, stateDigest, intervalMs));
  } catch (error) {
    logFailure(ports.log, "keeping the interval of a device code", error);
  }
}

/**
 * The claim erases the secrets of the code and the link. Nothing is repeated, because the server hands a grant out once.
 * Never throws.
 */
async function finishApproved(ports: Ports, request: PollRequest, grant: ClaimedGrant): Promise<PolledOnce> {
  const { login } = request;
  const result = await claimApproved(ports, request, grant).catch((error: unknown) =>
    refusedAt(login, refusalOf(error, ports.log).code),
  );
  return result === undefined || !needsAnswer(result) ? { kind: "over" } : { kind: "over", result };
}

/** Returns undefined if the sign-in was ended or finished in another way during the poll. */
async function claimApproved(
  ports: Ports,
  { login, isAllowed, ifOtherAccount }: PollRequest,
  grant: ClaimedGrant,
): Promise<DeviceOutcome | undefined> {
  const { binding, stateDigest } = login;
  const presented = { binding, stateDigest };
  const claimed = await ports.pending.update((document) => claimSignIn(document, presented, ports.clock.nowMs()));
  if (claimed.kind === "refused")
    return claimed.code === "login-expired" ? refusedAt(login, "device-code-expired") : undefined;
  const choice = { binding, isAllowed, ifOtherAccount, method: "code" } as const;
  const obstacle = await refusalBefore(ports, login, choice);
  if (obstacle !== undefined) return settle(ports, login, { ...obstacle, isOver: true }, "keep-code");
  return redeemClaimed(ports, choice, claimed.login, grant);
}
