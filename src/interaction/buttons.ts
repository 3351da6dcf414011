/**
 * The callback data of buttons, `codex_auth_<verb>:<screen>.<index>`. It names a button of a screen that was shown,
 * never a profile, so it fits the wire limit for any name and is useless to everyone the screen was not shown to.
 */
import { sameBinding, type Binding } from "../rules/binding.ts";
import { BUTTON_VERBS, type ButtonVerb } from "../rules/commands.ts";
import { ExpiringMap } from "../rules/expiring-map.ts";
import type { Action, Screen } from "./screen.ts";

/**
 * The longest callback data that the host's portable presentation can send on Telegram (64 bytes less its own
 * prefix).
 */
export const CALLBACK_DATA_LIMIT = 52;

const PAYLOAD = /^([A-Za-z0-9_-]{1,16})\.(0|[1-9]\d?)$/;

export interface ButtonPlace {
  readonly screenId: string;
  readonly index: number;
}

/** One namespace for each verb, because the host knows no wildcards. */
export function namespacesOf(prefix: string): readonly { readonly verb: ButtonVerb; readonly namespace: string }[] {
  return BUTTON_VERBS.map((verb) => ({ verb, namespace: `${prefix}${verb}` }));
}

export function encodeCallbackData(prefix: string, verb: ButtonVerb, place: ButtonPlace): string {
  return `${prefix}${verb}:${place.screenId}.${place.index}`;
}

/** Reads the part after the first `:`. Returns undefined for text that this plugin did not write. */
export function decodePayload(payload: string): ButtonPlace | undefined {
  const [, screenId, index] = PAYLOAD.exec(payload) ?? [];
  if (screenId === undefined || index === undefined) return undefined;
  return { screenId, index: Number(index) };
}

interface ShownScreen {
  readonly binding: Binding;
  readonly screen: Screen;
  isUsed: boolean;
}

export type TappedButton =
  | { readonly kind: "action"; readonly action: Action; readonly binding: Binding; readonly screen: Screen }
  /** A second tap on the same screen. It gets no answer of its own. */
  | { readonly kind: "used" }
  | { readonly kind: "stale" };

export type TapBinding = Omit<Binding, "agentId">;

/** In the order in which the buttons are numbered. */
function actionsOf({ rows }: Screen): readonly Action[] {
  return rows.flat().flatMap((button) => ("action" in button ? [button.action] : []));
}

/** Remembers which screens with buttons were shown to whom, in memory only: after a restart a button is stale. */
export class ShownScreens {
  readonly #screens = new ExpiringMap<ShownScreen>({ ttlMs: 60 * 60_000, size: 200 });
  readonly #newId: () => string;

  constructor(newId: () => string) {
    this.#newId = newId;
  }

  remember(binding: Binding, screen: Screen, nowMs: number): string {
    const id = this.#newId();
    this.#screens.set(id, { binding, screen, isUsed: false }, nowMs);
    return id;
  }

  /**
   * A screen works once, and only for the user and the chat it was shown to, so that nobody can replay or guess
   * callback data.
   */
  use(place: ButtonPlace | undefined, tapper: TapBinding, nowMs: number): TappedButton {
    const shown = place && this.#screens.get(place.screenId, nowMs);
    const action = place && shown && actionsOf(shown.screen)[place.index];
    if (shown === undefined || action === undefined) return { kind: "stale" };
    const { binding, screen } = shown;
    const isTheirs = sameBinding(binding, { ...tapper, agentId: binding.agentId });
    if (!isTheirs) return { kind: "stale" };
    if (shown.isUsed) return { kind: "used" };
    shown.isUsed = true;
    return { kind: "action", action, binding, screen };
  }

  /** Makes the buttons of a screen stale. The caller must have used the screen: anyone can name one. */
  forget(place: ButtonPlace | undefined): void {
    if (place !== undefined) this.#screens.delete(place.screenId);
  }
}
