/**
 * Sign-ins that are done at the server and wait for the person's word before they are saved, because another account
 * came back than was there. In memory alone, for five minutes at most, one for each profile of a person in a chat.
 */
import { sameBinding, type LoginBinding } from "../flow/binding.ts";
import type { ParkedLogin, ParkedLogins } from "./ports.ts";

export const PARKED_TTL_MS = 5 * 60_000;
const MAX_PARKED = 50;

interface Slot {
  readonly binding: LoginBinding;
  readonly parked: ParkedLogin;
  readonly timer: NodeJS.Timeout;
}

export class ParkedInMemory implements ParkedLogins {
  #slots: readonly Slot[] = [];

  park(binding: LoginBinding, parked: ParkedLogin, nowMs: number): void {
    const isReplaced = ({ parked: { login } }: Slot) => login.profileId === parked.login.profileId;
    for (const slot of this.#slotsOf(binding).filter(isReplaced)) this.#drop(slot);
    const slot: Slot = { binding, parked, timer: setTimeout(() => this.#drop(slot), parked.expiresAtMs - nowMs) };
    slot.timer.unref();
    this.#slots = [...this.#slots, slot];
    const oldest = this.#slots[0];
    if (this.#slots.length > MAX_PARKED && oldest !== undefined) this.#drop(oldest);
  }

  list(binding: LoginBinding, nowMs: number): readonly ParkedLogin[] {
    return this.#slotsOf(binding).flatMap(({ parked }) => (nowMs < parked.expiresAtMs ? [parked] : []));
  }

  take(binding: LoginBinding, nowMs: number, questionId?: string): ParkedLogin | undefined {
    const isMeant = ({ parked }: Slot) => questionId === undefined || parked.questionId === questionId;
    const slot = this.#slotsOf(binding).findLast(isMeant);
    if (slot === undefined) return undefined;
    this.#drop(slot);
    return nowMs < slot.parked.expiresAtMs ? slot.parked : undefined;
  }

  #slotsOf(binding: LoginBinding): readonly Slot[] {
    return this.#slots.filter((slot) => sameBinding(slot.binding, binding));
  }

  #drop(slot: Slot): void {
    clearTimeout(slot.timer);
    this.#slots = this.#slots.filter((one) => one !== slot);
  }
}
