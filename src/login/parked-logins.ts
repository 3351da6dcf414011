/**
 * Sign-ins that are done at the server and wait for the person's word before they are saved, because another account
 * came back than was there. In memory alone, for five minutes at most, one for each person in a chat.
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
    this.take(binding, nowMs);
    const slot: Slot = { binding, parked, timer: setTimeout(() => this.#drop(slot), parked.expiresAtMs - nowMs) };
    slot.timer.unref();
    this.#slots = [...this.#slots, slot];
    const oldest = this.#slots[0];
    if (this.#slots.length > MAX_PARKED && oldest !== undefined) this.#drop(oldest);
  }

  take(binding: LoginBinding, nowMs: number): ParkedLogin | undefined {
    const slot = this.#slots.find((one) => sameBinding(one.binding, binding));
    if (slot === undefined) return undefined;
    this.#drop(slot);
    return nowMs < slot.parked.expiresAtMs ? slot.parked : undefined;
  }

  #drop(slot: Slot): void {
    clearTimeout(slot.timer);
    this.#slots = this.#slots.filter((one) => one !== slot);
  }
}
