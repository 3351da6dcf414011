/** Maps between the name that a user types, the short name on a screen and the id that the host stores. */
import { RESERVED_NAMES } from "./commands.ts";

declare const profileIdBrand: unique symbol;
/** The id the host stores, such as `openai:work`. Only `resolveSelector` and the stores make one. */
export type ProfileId = string & { readonly [profileIdBrand]: true };

declare const profileNameBrand: unique symbol;
/** The part after the provider, such as `work`: checked against the grammar, or found in the host's store. */
export type ProfileName = string & { readonly [profileNameBrand]: true };

export const DEFAULT_PROFILE_NAME = "default";

/**
 * The grammar of a new name. It may contain `@` but no `/` or space, because the host splits `/model m@<profile>` at
 * the last `/` and then at the first `@`.
 */
const SELECTOR = /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/;
const KNOWN_PREFIX = /^(?:openai-codex|openai):/i;

export type ParsedSelector =
  | { readonly kind: "selector"; readonly name: ProfileName }
  | { readonly kind: "refused"; readonly code: "bad-selector" | "reserved-word" };

function refusalOfName(name: string): "bad-selector" | "reserved-word" | undefined {
  if (RESERVED_NAMES.includes(name.toLowerCase())) return "reserved-word";
  return SELECTOR.test(name) ? undefined : "bad-selector";
}

/** A name in quotes, which may be curly because phones type them. */
const QUOTED = /^["“”„](.+)["“”„]$/;
/** A name outside this pattern can be chosen with a button but not typed. */
const TYPEABLE = /^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,128}$/u;

/**
 * Reads a typed name without its `openai:` or `openai-codex:` prefix. With a prefix or in quotes any printable name
 * is read, because the host's own tools store names that the grammar does not allow.
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
 * Reads the name of a stored profile. The older prefix is kept because it distinguishes an older host's profile from
 * a current one of the same name, and the wrong one must not be signed out.
 */
export function parseStoredSelector(text: string): ParsedSelector {
  const parsed = parseSelector(text);
  const isOlderId = parsed.kind === "selector" && /^openai-codex:/i.test(text);
  return isOlderId ? { kind: "selector", name: `openai-codex:${parsed.name}` as ProfileName } : parsed;
}

/**
 * Returns the shortest text that `isRead` reads as exactly this name: the name itself, with its prefix, or in quotes.
 * Returns undefined for a name that cannot be typed.
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

/** Removes the provider from an id. An id stays whole if the rest would be read as an id again. */
export function profileNameOf(profileId: string): ProfileName {
  const name = profileId.replace(KNOWN_PREFIX, "");
  return (KNOWN_PREFIX.test(name) ? profileId : name) as ProfileName;
}

export interface ResolvedProfile {
  readonly kind: "resolved";
  readonly profileId: ProfileId;
  readonly name: ProfileName;
  /** True if `default` does not exist and the first profile is used in its place. */
  readonly isDefaultFallback: boolean;
}

/**
 * Finds a stored profile by its name or its whole id, without the fallback of `resolveSelector`. An unreadable one is found
 * only by its exact id, because a name may also mean a new profile.
 */
export function storedIdOf(
  name: ProfileName,
  provider: string,
  discoveredIds: readonly string[],
  unreadableIds: readonly string[] = [],
): ProfileId | undefined {
  const canonical = KNOWN_PREFIX.test(name) ? name : `${provider}:${name}`;
  const exact = [canonical, name].find((id) => discoveredIds.includes(id) || unreadableIds.includes(id));
  return (exact ?? discoveredIds.find((id) => profileNameOf(id) === name)) as ProfileId | undefined;
}

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

export function formerIdsOf(name: ProfileName, provider: string): readonly ProfileId[] {
  const ids = KNOWN_PREFIX.test(name)
    ? [name]
    : [`${provider}:${name}`, `openai-codex:${name}`, `openai:${name}`, name];
  return [...new Set(ids)] as ProfileId[];
}

/**
 * Finds the stored profile of a name, including one of an older host, or makes the id of a new one. `default` falls
 * back to the first profile.
 */
export function resolveSelector(
  name: ProfileName,
  provider: string,
  discoveredIds: readonly string[],
  unreadableIds: readonly string[] = [],
): ResolvedProfile | { readonly kind: "refused"; readonly code: "bad-selector" | "reserved-word" } {
  const stored = storedIdOf(name, provider, discoveredIds, unreadableIds);
  if (stored !== undefined) return { kind: "resolved", profileId: stored, name, isDefaultFallback: false };
  const first = discoveredIds[0];
  if (name === DEFAULT_PROFILE_NAME && first !== undefined) {
    return { kind: "resolved", profileId: first as ProfileId, name: profileNameOf(first), isDefaultFallback: true };
  }
  const made = newIdOf(name, provider);
  if (made.kind === "refused") return made;
  return { kind: "resolved", profileId: made.profileId, name, isDefaultFallback: false };
}
