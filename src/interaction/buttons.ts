/**
 * What a button carries: `codex_auth_<verb>:<screen>.<index>`. It names a place on a screen that was shown, never a
 * profile, so it fits the wire limit for any name and means nothing to anyone the screen was not shown to.
 */
import { sameBinding, type Binding } from "../rules/binding.ts";
import { BUTTON_VERBS, type ButtonVerb } from "../rules/commands.ts";
import { ExpiringMap } from "../rules/expiring-map.ts";
import type { Action, Screen } from "./screen.ts";

/** The most the host's portable presentation can put on Telegram's wire (64 bytes less its own prefix). */
export const CALLBACK_DATA_LIMIT = 52;

const PAYLOAD = /^([A-Za-z0-9_-]{1,16})\.(0|[1-9]\d?)$/;

export interface ButtonPlace {
  readonly screenId: string;
  readonly index: number;
}

/** The namespaces to register with the host, one per verb: it knows no wildcards. */
export function namespacesOf(prefix: string): readonly { readonly verb: ButtonVerb; readonly namespace: string }[] {
  return BUTTON_VERBS.map((verb) => ({ verb, namespace: `${prefix}${verb}` }));
}

export function encodeCallbackData(prefix: string, verb: ButtonVerb, place: ButtonPlace): string {
  return `${prefix}${verb}:${place.screenId}.${place.index}`;
}

/** Reads the part after the first `:`; undefined for anything this program did not write. */
export function decodePayload(payload: string): ButtonPlace | undefined {
  const [, screenId, index] = PAYLOAD.exec(payload) ?? [];
  if (screenId === undefined || index === undefined) return undefined;
  return { screenId, index: Number(index) };
}

interface ShownScreen {
  readonly binding: Binding;
  readonly actions: readonly Action[];
  isUsed: boolean;
}

export type TappedButton =
  | { readonly kind: "action"; readonly action: Action; readonly binding: Binding }
  /** A second tap on a screen that was already answered: the answer is on its way or there. */
  | { readonly kind: "used" }
  | { readonly kind: "stale" };

/** The person who taps, as far as a tap tells: it names no agent. */
export type TapBinding = Omit<Binding, "agentId">;

/** Which screens with buttons were shown to whom, in memory only: after a restart a button is stale. */
export class ShownScreens {
  readonly #screens = new ExpiringMap<ShownScreen>({ ttlMs: 60 * 60_000, size: 200 });
  readonly #newId: () => string;

  constructor(newId: () => string) {
    this.#newId = newId;
  }

  /** Remembers a screen's actions, in the order of its buttons; answers the id its buttons carry. */
  remember(binding: Binding, screen: Screen, nowMs: number): string {
    const id = this.#newId();
    const actions = screen.rows.flat().flatMap((button) => ("action" in button ? [button.action] : []));
    this.#screens.set(id, { binding, actions, isUsed: false }, nowMs);
    return id;
  }

  /** What a tapped button asks for. A screen works once, and only for the person and chat it was shown to. */
  use(place: ButtonPlace | undefined, tapper: TapBinding, nowMs: number): TappedButton {
    const screen = place && this.#screens.get(place.screenId, nowMs);
    const action = place && screen?.actions[place.index];
    if (screen === undefined || action === undefined) return { kind: "stale" };
    const isTheirs = sameBinding(screen.binding, { ...tapper, agentId: screen.binding.agentId });
    if (!isTheirs) return { kind: "stale" };
    if (screen.isUsed) return { kind: "used" };
    screen.isUsed = true;
    return { kind: "action", action, binding: screen.binding };
  }
}
