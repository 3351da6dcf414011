/**
 * Saves a parked sign-in as the user decides, and keeps the parked sign-ins: those that were approved with another
 * account than the profile has.
 */
import type { ErrorCode } from "../errors.ts";
import { accountOf, isSameAccount, type ProfileAccount } from "../rules/account.ts";
import { sameBinding, type Binding } from "../rules/binding.ts";
import { recallOf } from "../rules/pending-sign-ins.ts";
import { newIdOf, storedIdOf, type ProfileId, type ProfileName } from "../rules/profile-id.ts";
import type { FinishRefusal, SavedSignIn } from "../rules/results.ts";
import { saveSignIn, settle } from "./finish.ts";
import { refusalOf } from "./outcome.ts";
import type { Ports, ParkedSignIn, ParkedSignIns } from "./ports.ts";
import type { ProfileRequest } from "./profiles.ts";

export interface KeepRequest extends ProfileRequest {
  /** The question of the tapped button. Absent for a typed command, which answers the newest question. */
  readonly questionId?: string | undefined;
}

/** Never throws. If the sign-in cannot be saved as asked, it stays parked until it expires. */
export async function keepSignIn(ports: Ports, request: KeepRequest): Promise<SavedSignIn | FinishRefusal> {
  const nowMs = ports.clock.nowMs();
  const parked = ports.parked.take(request.binding, nowMs, request.questionId);
  if (parked === undefined) return { kind: "refused", code: "nothing-parked", isOver: false };
  try {
    const result = await keep(ports, request, parked);
    if (result.kind === "refused" && !result.isOver) parkAgain(ports, request.binding, parked);
    return result;
  } catch (error) {
    parkAgain(ports, request.binding, parked);
    return { ...refusalOf(error, ports.log), profileName: parked.login.profileName, isOver: false };
  }
}

/** Drops it if the user was asked about the same profile again, because that question is the newer one. */
function parkAgain({ clock, parked: slots }: Ports, binding: Binding, parked: ParkedSignIn): void {
  const isSameProfile = ({ login }: ParkedSignIn) => login.profileId === parked.login.profileId;
  if (!slots.list(binding, clock.nowMs()).some(isSameProfile)) slots.park(binding, parked, clock.nowMs());
}

async function keep(
  ports: Ports,
  { askedName, isAllowed }: ProfileRequest,
  parked: ParkedSignIn,
): Promise<SavedSignIn | FinishRefusal> {
  const { login, exchanged, method } = parked;
  const recalled = recallOf(await ports.pending.read(), login.stateDigest);
  if (recalled !== undefined) return { kind: "refused", code: recalled, profileName: login.profileName, isOver: true };
  const target = await targetOf(ports, parked, askedName);
  if (target.kind === "refused") return { ...target, profileName: askedName, isOver: false };
  const saved = await saveSignIn(ports, {
    login,
    exchanged,
    method,
    profileId: target.profileId,
    profileName: askedName,
    mayReplace: target.mayReplace,
    isAllowed,
  });
  return saved.kind === "refused" ? { ...saved, isOver: false } : settle(ports, login, saved);
}

type Target =
  | { readonly kind: "target"; readonly profileId: ProfileId; readonly mayReplace?: string | undefined }
  | { readonly kind: "refused"; readonly code: ErrorCode };

/**
 * Accepts a new profile, one of the same account, or the one that the question named, if its account or its unreadable
 * record has not changed since: the user agreed to replace that one only.
 */
async function targetOf(ports: Ports, parked: ParkedSignIn, name: ProfileName): Promise<Target> {
  const { login, exchanged, conflict } = parked;
  const accounts = await ports.profiles.accounts(login.binding.agentId);
  const { provider } = ports.profiles;
  const readable = accounts.filter(isReadable).map(({ profileId }) => profileId);
  const unreadableIds = accounts.filter((one) => !isReadable(one)).map(({ profileId }) => profileId);
  const profileId = storedIdOf(name, provider, readable, unreadableIds);
  if (profileId === undefined) return newIdOf(name, provider);
  const { account, unreadable } = accounts.find((profile) => profile.profileId === profileId) ?? {};
  if (unreadable !== undefined) {
    const isSameRecord = conflict.profile.profileId === profileId && conflict.profile.unreadable === unreadable;
    if (!isSameRecord) return { kind: "refused", code: "profile-unreadable" };
    return { kind: "target", profileId, mayReplace: unreadable };
  }
  const isTheirs = account !== undefined && isSameAccount(account, accountOf(exchanged.identity)) === true;
  const wasAsked = conflict.code === "account-differs" && conflict.profile.profileId === profileId;
  const isUnchanged = JSON.stringify(account) === JSON.stringify(conflict.profile.account);
  const mayReplace = isTheirs || (wasAsked && isUnchanged);
  return mayReplace ? { kind: "target", profileId } : { kind: "refused", code: "profile-of-other-account" };
}

const isReadable = ({ unreadable }: ProfileAccount) => unreadable === undefined;

const MAX_PARKED = 50;

interface Slot {
  readonly binding: Binding;
  readonly parked: ParkedSignIn;
  readonly timer: NodeJS.Timeout;
}

/**
 * Keeps parked sign-ins in memory only, because they contain tokens, and at most one for each profile of a user in a
 * chat.
 */
export class InMemoryParkedSignIns implements ParkedSignIns {
  #slots: readonly Slot[] = [];

  park(binding: Binding, parked: ParkedSignIn, nowMs: number): void {
    const isReplaced = ({ parked: { login } }: Slot) => login.profileId === parked.login.profileId;
    for (const slot of this.#slotsOf(binding).filter(isReplaced)) this.#drop(slot);
    const slot: Slot = { binding, parked, timer: setTimeout(() => this.#drop(slot), parked.expiresAtMs - nowMs) };
    slot.timer.unref();
    this.#slots = [...this.#slots, slot];
    const oldest = this.#slots[0];
    if (this.#slots.length > MAX_PARKED && oldest !== undefined) this.#drop(oldest);
  }

  list(binding: Binding, nowMs: number): readonly ParkedSignIn[] {
    return this.#slotsOf(binding).flatMap(({ parked }) => (nowMs < parked.expiresAtMs ? [parked] : []));
  }

  take(binding: Binding, nowMs: number, questionId?: string): ParkedSignIn | undefined {
    const isMeant = ({ parked }: Slot) => questionId === undefined || parked.questionId === questionId;
    const slot = this.#slotsOf(binding).findLast(isMeant);
    if (slot === undefined) return undefined;
    this.#drop(slot);
    return nowMs < slot.parked.expiresAtMs ? slot.parked : undefined;
  }

  #slotsOf(binding: Binding): readonly Slot[] {
    return this.#slots.filter((slot) => sameBinding(slot.binding, binding));
  }

  #drop(slot: Slot): void {
    clearTimeout(slot.timer);
    this.#slots = this.#slots.filter((one) => one !== slot);
  }
}
