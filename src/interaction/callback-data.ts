/**
 * What a button carries: `codex_auth_<verb>:<screen>.<index>`. It names a place on a screen that was shown, never a
 * profile, so it fits the wire limit for any name and means nothing to anyone the screen was not shown to.
 */
import { VERBS, type Verb } from "./screen.ts";

/** The most the host's portable presentation can put on Telegram's wire (64 bytes less its own prefix). */
export const CALLBACK_DATA_LIMIT = 52;

const PAYLOAD = /^([A-Za-z0-9_-]{1,16})\.(0|[1-9]\d?)$/;

export interface ButtonPlace {
  readonly screenId: string;
  readonly index: number;
}

/** The namespaces to register with the host, one per verb: it knows no wildcards. */
export function namespacesOf(prefix: string): readonly { readonly verb: Verb; readonly namespace: string }[] {
  return VERBS.map((verb) => ({ verb, namespace: `${prefix}${verb}` }));
}

export function encodeCallbackData(prefix: string, verb: Verb, place: ButtonPlace): string {
  return `${prefix}${verb}:${place.screenId}.${place.index}`;
}

/** Reads the part after the first `:`; undefined for anything this program did not write. */
export function decodePayload(payload: string): ButtonPlace | undefined {
  const [, screenId, index] = PAYLOAD.exec(payload) ?? [];
  if (screenId === undefined || index === undefined) return undefined;
  return { screenId, index: Number(index) };
}
