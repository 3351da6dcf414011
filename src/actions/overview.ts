/**
 * Reads what the screens show: profiles, pending sign-ins, problems, changes, and the reason for the next profile.
 * Also cancels pending sign-ins.
 */
import { codeOf, ERROR_CODES, logFailure, type ErrorCode, withFallback } from "../errors.ts";
import type { Binding } from "../rules/binding.ts";
import {
  cancelSignIn,
  cancelSignIns,
  isNamed,
  lastEndedOf,
  lastReceiptOf,
  lastUntoldOf,
  pendingSignInsOf,
  sweep,
} from "../rules/pending-sign-ins.ts";
import type { PendingDocument, PendingSignIn, Receipt } from "../rules/stored-records.ts";
import { type ProfileName, profileNameOf, storedIdOf } from "../rules/profile-id.ts";
import {
  type CancelledSignIns,
  type FinishRefusal,
  type ListedProfile,
  type NextStep,
  type SignInStatus,
  type ProfileList,
  type Refusal,
  type ChangeLog,
  type Finding,
  type Inspection,
  isFailing,
  needsSignIn,
  type ExplainedChoice,
  isUsable,
} from "../rules/results.ts";
import { refusalOf, refusing } from "./outcome.ts";
import type { ChatPin, Log, PendingPorts, Ports, ProfileChoice } from "./ports.ts";

async function pendingOf(ports: PendingPorts, binding: Binding, profileName?: ProfileName) {
  const document = await ports.pending.read();
  const nowMs = ports.clock.nowMs();
  const isMeant = (login: PendingSignIn) => profileName === undefined || isNamed(login, profileName);
  const logins = pendingSignInsOf(document, binding, nowMs);
  const asked = ports.parked.list(binding, nowMs);
  const questions = asked.filter(({ login }) => isMeant(login));
  const pending = logins.filter(isMeant).map(({ profileName: name, expiresAtMs, device }) => ({
    profileName: name,
    expiresInMs: expiresAtMs - nowMs,
    ...(device === undefined ? {} : { hasCode: true as const }),
  }));
  const parked = questions.map(({ login, expiresAtMs }) => ({
    profileName: login.profileName,
    expiresInMs: expiresAtMs - nowMs,
  }));
  const others = [...logins, ...asked.map(({ login }) => login)].filter((login) => !isMeant(login));
  const waiting = { pending, ...(parked.length === 0 ? {} : { parked }) };
  return { document, nowMs, pending, questions, waiting, others: new Set(others.map((login) => login.profileName)) };
}

/** `isFresh` reads the store again, in place of a list that may be some seconds old. Never throws. */
export async function listProfiles(
  ports: Ports,
  binding: Binding,
  { isFresh }: { readonly isFresh?: true | undefined } = {},
): Promise<ProfileList | Refusal> {
  try {
    // Read the file first, because the host reads its store without yielding.
    const waits = pendingOf(ports, binding);
    const listed = isFresh === true ? listWithPin(ports, binding) : recentListWithPin(ports, binding);
    const [{ nowMs, waiting }, profiles] = await Promise.all([waits, listed]);
    return { kind: "profiles", profiles: profiles.map((profile) => withUsage(ports, profile)), ...waiting, nowMs };
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}

/** Adds the numbers in memory, and asks for none. */
export function withUsage({ usage }: Ports, profile: ListedProfile): ListedProfile {
  const numbers = usage.remembered(profile);
  return numbers === undefined ? profile : { ...profile, usage: numbers };
}

export function listWithPin(ports: Ports, binding: Binding): Promise<readonly ListedProfile[]> {
  return withPin(ports, binding, ports.profiles.list(binding.agentId));
}

export function recentListWithPin(ports: Ports, binding: Binding): Promise<readonly ListedProfile[]> {
  return withPin(ports, binding, ports.profiles.recentList(binding.agentId));
}

/** Returns undefined, and logs it, if the host does not answer. */
export function readPin({ pins, log }: Pick<Ports, "log" | "pins">, chat: Binding): Promise<ChatPin | undefined> {
  return withFallback({ log, what: "reading a pin", fallback: undefined }, () => pins.read(chat));
}

async function withPin(
  ports: Ports,
  binding: Binding,
  listed: Promise<readonly ListedProfile[]>,
): Promise<readonly ListedProfile[]> {
  const [profiles, pin] = await Promise.all([listed, readPin(ports, binding)]);
  const pinned = pin?.by === "person" ? pin.profileId : undefined;
  return profiles.map((profile) => (profile.profileId === pinned ? { ...profile, isPinned: true } : profile));
}

export async function readStatus(
  ports: PendingPorts,
  binding: Binding,
  profileName?: ProfileName,
): Promise<SignInStatus | Refusal> {
  try {
    const { document, nowMs, questions, waiting, others } = await pendingOf(ports, binding, profileName);
    const saved = lastReceiptOf(document, binding, "saved", profileName);
    const failed = lastUntoldOf(sweep(document, nowMs), binding, nowMs, profileName);
    const question = questions.at(-1);
    const isAsked = questions.some(({ login }) => login.stateDigest === failed?.stateDigest);
    const isNewer = failed !== undefined && !isAsked && failed.atMs > (saved?.atMs ?? 0);
    const isNonePending = waiting.pending.length === 0 && waiting.parked === undefined;
    return {
      kind: "status",
      ...waiting,
      ...(profileName === undefined ? {} : { askedName: profileName }),
      ...(isNonePending && others.size > 0 ? { others: [...others] } : {}),
      ...(saved === undefined ? {} : { lastSaved: lastSavedOf(saved, nowMs) }),
      ...(isNewer ? { lastFailed: lastFailedOf(failed, nowMs) } : {}),
      ...(question && { question: { ...question.question, expiresInMs: question.expiresAtMs - nowMs } }),
    };
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}

/** Returns true if no sign-in is pending, waits for an answer, was saved or has failed. */
export function isEmptyStatus({ pending, parked, lastSaved, lastFailed }: SignInStatus): boolean {
  return pending.length === 0 && parked === undefined && lastSaved === undefined && lastFailed === undefined;
}

function lastSavedOf({ profileId, profileName, atMs, activation = "live" }: Receipt, nowMs: number) {
  return { profileName, profileId, agoMs: nowMs - atMs, activation };
}

/** A later version may have written a code that is not known here. */
function lastFailedOf({ profileName, atMs, code }: Receipt, nowMs: number) {
  return { profileName, agoMs: nowMs - atMs, code: ERROR_CODES.find((known) => known === code) ?? "internal" };
}

/** Cancels all pending sign-ins of the user in this chat, or those of one profile. Never throws. */
export async function cancelPending(
  ports: PendingPorts,
  binding: Binding,
  profileName?: ProfileName,
): Promise<CancelledSignIns | Refusal> {
  try {
    const nowMs = ports.clock.nowMs();
    const dropped = ports.parked
      .list(binding, nowMs)
      .filter(({ login }) => profileName === undefined || isNamed(login, profileName))
      .flatMap(({ questionId }) => ports.parked.take(binding, nowMs, questionId)?.login ?? []);
    const ended = await ports.pending.update((document) => {
      const end = (current: PendingDocument, { stateDigest }: PendingSignIn) =>
        cancelSignIn(current, stateDigest, nowMs).next ?? current;
      const next = dropped.reduce(end, document);
      return { ...(dropped.length > 0 ? { next } : {}), ...cancelSignIns(next, binding, nowMs, profileName) };
    });
    const profileNames = [...new Set([...dropped.map((login) => login.profileName), ...ended])];
    const isNoneOf = profileName !== undefined && profileNames.length === 0;
    return { kind: "cancelled", profileNames, ...(isNoneOf ? { askedName: profileName } : {}) };
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}

export interface NameQuestion {
  readonly askedName: ProfileName | undefined;
  readonly log: Log;
  /** Called only for a name. */
  readonly openPorts: () => Promise<Ports>;
  /** Asked once the ports are open: only they know the agent of a terminal. */
  readonly agentId: () => string;
}

/**
 * Returns the refusal of a name that no profile has. It is for a name that no sign-in has, because it reads the store.
 * Returns undefined if the store cannot be read: the profile may exist. Never throws.
 */
export async function refuseUnknownName(question: NameQuestion): Promise<Refusal | undefined> {
  const { askedName, log, openPorts, agentId } = question;
  if (askedName === undefined) return undefined;
  try {
    const { profiles } = await openPorts();
    const ids = (await profiles.list(agentId())).map(({ profileId }) => profileId);
    const isKnown = storedIdOf(askedName, profiles.provider, ids) !== undefined;
    return isKnown ? undefined : refusing(askedName)("profile-unknown");
  } catch (error) {
    logFailure(log, "looking for a profile", error);
    return undefined;
  }
}

/** Never throws. */
export async function nextAfter(ports: PendingPorts, binding: Binding, refusal: FinishRefusal): Promise<NextStep> {
  if (refusal.isOver) return "again";
  try {
    const { document, pending } = await pendingOf(ports, binding);
    if (pending.length > 0) return "still-waiting";
    const wasUsed = refusal.code === "login-already-used";
    return wasUsed && lastEndedOf(document, binding, refusal.profileName)?.outcome === "saved" ? "saved" : "again";
  } catch (error) {
    logFailure(ports.log, "reading the pending sign-ins", error);
    return "again";
  }
}

const LOG_SHOWN = 10;

/** Looks for problems and changes nothing. Never throws. */
export async function inspect(ports: Ports, agentId: string): Promise<Inspection> {
  const [pendingCode, logCode, { profiles, code: storeCode }, folders, hasOwner, isOnOpenDisk] = await Promise.all([
    failureOf(ports, ports.pending.read()),
    failureOf(ports, ports.audit.last(1)),
    profilesOf(ports, agentId),
    ports.installation.oldSkills(),
    ports.installation.hasOwner(),
    ports.installation.isOnOpenDisk(),
  ]);
  const findings: readonly (Finding | false)[] = [
    (pendingCode === "pending-insecure" || pendingCode === "pending-of-other-user") && { code: pendingCode },
    (logCode === "log-insecure" || logCode === "state-of-other-user") && { code: logCode },
    isOnOpenDisk && { code: "open-disk" },
    storeCode === "store-migration-required" && { code: "legacy-file" },
    storeCode === "store-import-required" && { code: "import-required" },
    storeCode === "store-unreadable" && { code: "store-unreadable" },
    hasOwner === false && { code: "no-owner" },
    ...folders.map((folder) => ({ code: "old-skill", folder }) as const),
    ...profiles.filter(isFailing).map((profile) => ({ code: "profile-failing", profile }) as const),
  ];
  return { kind: "inspection", findings: findings.filter((one) => one !== false), nowMs: ports.clock.nowMs() };
}

export async function readChangeLog(ports: Ports): Promise<ChangeLog | Refusal> {
  try {
    return { kind: "log", entries: (await ports.audit.last(LOG_SHOWN)).toReversed(), nowMs: ports.clock.nowMs() };
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}

async function profilesOf(ports: Ports, agentId: string) {
  const listed = ports.profiles.list(agentId);
  const code = await failureOf(ports, listed);
  return { code, profiles: code === undefined ? await listed : [] };
}

async function failureOf({ log }: Ports, work: Promise<unknown>): Promise<ErrorCode | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    logFailure(log, "looking for problems", error);
    return codeOf(error);
  }
}

/** Returns the expired logins to report to the owners, each once a day at most. Throws what the store's ports throw. */
export async function claimExpiredLogins(ports: Ports, agentId: string): Promise<readonly ListedProfile[]> {
  const dead = (await ports.profiles.list(agentId)).filter(needsSignIn);
  if (dead.length === 0) return [];
  const ids = dead.map(({ profileId }) => profileId);
  const due = await ports.notices.claim(ids, ports.clock.nowMs());
  return dead.filter(({ profileId }) => due.includes(profileId));
}

export interface WhyRequest {
  readonly binding: Binding;
  readonly askedName?: ProfileName | undefined;
}

export async function explainChoice(
  ports: Ports,
  { binding, askedName }: WhyRequest,
): Promise<ExplainedChoice | Refusal> {
  try {
    const profiles = (await ports.profiles.list(binding.agentId)).map((profile) => withUsage(ports, profile));
    const choice = await ports.profiles.choice(binding.agentId);
    const [pin, isCodexModel] = await Promise.all([readPin(ports, binding), hasCodexModel(ports, binding)]);
    const ids = profiles.map(({ profileId }) => profileId);
    const askedId = askedName && storedIdOf(askedName, ports.profiles.provider, ids);
    if (askedName !== undefined && askedId === undefined) {
      return refusing(askedName)("profile-unknown");
    }
    const explained = explain({ profiles, choice, pin, askedId, nowMs: ports.clock.nowMs() });
    return isCodexModel ? explained : { ...explained, isOtherModel: true };
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}

/** Returns true, and logs it, if the host does not answer. */
function hasCodexModel({ pins, log }: Ports, chat: Binding): Promise<boolean> {
  return withFallback({ log, what: "asking for the model of a chat", fallback: true }, () => pins.hasCodexModel(chat));
}

interface Facts {
  readonly profiles: readonly ListedProfile[];
  readonly choice: ProfileChoice;
  readonly pin: ChatPin | undefined;
  readonly askedId: string | undefined;
  readonly nowMs: number;
}

function explain({ profiles, choice, pin, askedId, nowMs }: Facts): ExplainedChoice {
  const nameOf = (id: string) => profiles.find(({ profileId }) => profileId === id)?.name ?? profileNameOf(id);
  const { tried } = choice;
  const pinned = profiles.find(({ profileId }) => profileId === pin?.profileId);
  const isPinUsable = pinned !== undefined && isUsable(pinned);
  const nextId = isPinUsable ? pinned.profileId : tried[0];
  const place = askedId === undefined ? -1 : tried.indexOf(askedId);
  return {
    kind: "choice",
    decides: isPinUsable ? (pin?.by === "person" ? "pin" : "kept") : decidingList(choice),
    ...(nextId === undefined ? {} : { next: nameOf(nextId) }),
    ...(pin === undefined ? {} : { pin: { profileName: nameOf(pin.profileId), by: pin.by, isUsable: isPinUsable } }),
    storedOrder: choice.storedOrder.map(nameOf),
    configOrder: choice.configOrder.map(nameOf),
    allowList: choice.allowList.map(nameOf),
    paused: profiles.filter((profile) => !isUsable(profile)),
    isOwnCopy: choice.isOwnCopy,
    ...(askedId === undefined
      ? {}
      : { asked: { profileName: nameOf(askedId), ...(place === -1 ? {} : { place: place + 1 }) } }),
    nowMs,
  };
}

/** The host's own precedence: the stored order, the config's order, the config's profiles, its own rule. */
function decidingList({ storedOrder, configOrder, allowList }: ProfileChoice): ExplainedChoice["decides"] {
  if (storedOrder.length > 0) return "stored-order";
  if (configOrder.length > 0) return "config-order";
  return allowList.length > 0 ? "allow-list" : "host";
}
