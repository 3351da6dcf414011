/** What was typed, the short name a person sees, and the id the host stores: one place for the mapping. */
import { RESERVED_NAMES } from "./commands.ts";

declare const profileIdBrand: unique symbol;
/** The id the host stores, such as `openai:work`. Only `resolveSelector` and the stores make one. */
export type ProfileId = string & { readonly [profileIdBrand]: true };

declare const profileNameBrand: unique symbol;
/** The part after the provider, such as `work`: checked against the grammar, or found in the host's store. */
export type ProfileName = string & { readonly [profileNameBrand]: true };

/** The profile a person means when they name none, and the word they can type for it. */
export const DEFAULT_PROFILE_NAME = "default";

/**
 * The grammar of a typed name. No `/`, space or second `@`-free restriction beyond it is needed: the host splits
 * `/model m@<profile>` at the last `/` and then the first `@`, so names may hold `@` but never `/` or white space.
 */
const SELECTOR = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/;
const KNOWN_PREFIX = /^(?:openai-codex|openai):/i;

export type ParsedSelector =
  | { readonly kind: "selector"; readonly name: ProfileName }
  | { readonly kind: "refused"; readonly code: "bad-selector" | "reserved-word" };

/** Why a new profile cannot have a name; undefined when it can. */
function refusalOfName(name: string): "bad-selector" | "reserved-word" | undefined {
  if (RESERVED_NAMES.includes(name.toLowerCase())) return "reserved-word";
  return SELECTOR.test(name) ? undefined : "bad-selector";
}

/** A name as it is shown, whole ids included: phones type the curly quotes for the straight ones. */
const QUOTED = /^["“”„](.+)["“”„]$/;
/** A longer name, or one with characters that no screen can show, can be tapped but not typed. */
const TYPEABLE = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,128}$/u;

/**
 * Reads a typed selector; an `openai:` or `openai-codex:` prefix is understood and dropped. With the prefix any
 * printable name is read: the host's own tools store names that the grammar would not create. In quotes a name means
 * just what it says.
 */
export function parseSelector(text: string): ParsedSelector {
  const quoted = QUOTED.exec(text)?.[1];
  const name = quoted ?? text.replace(KNOWN_PREFIX, "");
  const isWhole = quoted !== undefined || (name !== text && !KNOWN_PREFIX.test(name));
  const code = isWhole ? wholeNameRefusal(name) : refusalOfName(name);
  return code === undefined ? { kind: "selector", name: name as ProfileName } : { kind: "refused", code };
}

const wholeNameRefusal = (name: string) => (TYPEABLE.test(name) ? undefined : "bad-selector");

/**
 * Reads the name of a profile that is to be shown or changed. Here the older prefix is kept: it tells an older host's
 * profile from its namesake of today, and the wrong one of the two must not be signed out.
 */
export function parseStoredSelector(text: string): ParsedSelector {
  const parsed = parseSelector(text);
  const isOlderId = parsed.kind === "selector" && /^openai-codex:/i.test(text);
  return isOlderId ? { kind: "selector", name: `openai-codex:${parsed.name}` as ProfileName } : parsed;
}

/**
 * The first way to type a name that `isRead` takes for just that name: the name, the name behind its prefix, the name
 * in quotes. Returns undefined for a name that cannot be typed.
 */
export function selectorOf(
  name: string,
  isRead: (text: string) => boolean = (text) => {
    const parsed = parseSelector(text);
    return parsed.kind === "selector" && parsed.name === name;
  },
): string | undefined {
  return [name, `openai:${name}`, `"${name}"`].find(isRead);
}

/** How a stored id is shown: without its provider. What would still read as an id then stays a whole one. */
export function profileNameOf(profileId: string): ProfileName {
  const name = profileId.replace(KNOWN_PREFIX, "");
  return (KNOWN_PREFIX.test(name) ? profileId : name) as ProfileName;
}

export interface ResolvedProfile {
  readonly kind: "resolved";
  readonly profileId: ProfileId;
  readonly name: ProfileName;
  /** Set when `default` was asked for, does not exist, and the first discovered profile stands in for it. */
  readonly isDefaultFallback: boolean;
}

/** The stored id that a name or a whole id means; undefined where there is none. Nothing stands in for it. */
export function storedIdOf(
  name: ProfileName,
  provider: string,
  discoveredIds: readonly string[],
): ProfileId | undefined {
  const canonical = KNOWN_PREFIX.test(name) ? name : `${provider}:${name}`;
  const exact = [canonical, name].find((id) => discoveredIds.includes(id));
  return (exact ?? discoveredIds.find((id) => profileNameOf(id) === name)) as ProfileId | undefined;
}

/** The id of a profile that is to be made under a name; nothing that is there already is looked at. */
export function newIdOf(
  name: ProfileName,
  provider: string,
):
  | { readonly kind: "target"; readonly profileId: ProfileId }
  | { readonly kind: "refused"; readonly code: "bad-selector" | "reserved-word" } {
  const code = refusalOfName(name);
  return code === undefined
    ? { kind: "target", profileId: `${provider}:${name}` as ProfileId }
    : { kind: "refused", code };
}

/** The ids that a profile of that name may have had when it was taken out, the likeliest first. */
export function formerIdsOf(name: ProfileName, provider: string): readonly ProfileId[] {
  const ids = KNOWN_PREFIX.test(name)
    ? [name]
    : [`${provider}:${name}`, `openai-codex:${name}`, `openai:${name}`, name];
  return [...new Set(ids)] as ProfileId[];
}

/**
 * The profile a name means on this host: the stored id of that name if there is one (ids of an older host
 * included), else a new `<provider>:<name>`; `default` falls back to the first discovered profile.
 */
export function resolveSelector(
  name: ProfileName,
  provider: string,
  discoveredIds: readonly string[],
): ResolvedProfile | { readonly kind: "refused"; readonly code: "bad-selector" | "reserved-word" } {
  const stored = storedIdOf(name, provider, discoveredIds);
  if (stored !== undefined) return { kind: "resolved", profileId: stored, name, isDefaultFallback: false };
  const first = discoveredIds[0];
  if (name === DEFAULT_PROFILE_NAME && first !== undefined) {
    return { kind: "resolved", profileId: first as ProfileId, name: profileNameOf(first), isDefaultFallback: true };
  }
  const made = newIdOf(name, provider);
  if (made.kind === "refused") return made;
  return { kind: "resolved", profileId: made.profileId, name, isDefaultFallback: false };
}
