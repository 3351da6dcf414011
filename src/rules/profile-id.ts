/** What was typed, the short name a person sees, and the id the host stores: one place for the mapping. */
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

/** Words after `/codex_auth` that mean something else, so that no profile can be created under them. */
export const SUBCOMMANDS = [
  "show",
  "use",
  "unuse",
  "prefer",
  "signout",
  "undo",
  "why",
  "keep",
  "finish",
  "status",
  "cancel",
  "log",
  "audit",
  "help",
  "page",
  "refresh",
] as const;
export type Subcommand = (typeof SUBCOMMANDS)[number];

export type ParsedSelector =
  | { readonly kind: "selector"; readonly name: ProfileName }
  | { readonly kind: "refused"; readonly code: "bad-selector" | "reserved-word" };

/** The subcommand a word is, whatever its case; undefined for any other word. */
export function subcommandOf(word: string): Subcommand | undefined {
  const lower = word.toLowerCase();
  return SUBCOMMANDS.find((subcommand) => subcommand === lower);
}

/** Why a new profile cannot have a name; undefined when it can. */
function refusalOfName(name: string): "bad-selector" | "reserved-word" | undefined {
  if (subcommandOf(name) !== undefined) return "reserved-word";
  return SELECTOR.test(name) ? undefined : "bad-selector";
}

/**
 * Reads a typed selector; an `openai:` or `openai-codex:` prefix is understood and dropped. With the prefix any
 * printable name is read: the host's own tools store names that the grammar would not create.
 */
export function parseSelector(text: string): ParsedSelector {
  const name = text.replace(KNOWN_PREFIX, "");
  const code = refusalOfName(name);
  const isStoredId = name !== text && !KNOWN_PREFIX.test(name) && /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,128}$/u.test(name);
  if (code !== undefined && !isStoredId) return { kind: "refused", code };
  return { kind: "selector", name: name as ProfileName };
}

/**
 * Reads the name of a profile that is to be shown or changed. Here the older prefix is kept: it tells an older host's
 * profile from its namesake of today, and the wrong one of the two must not be signed out.
 */
export function parseStoredSelector(text: string): ParsedSelector {
  const parsed = parseSelector(text);
  const isOlderId = parsed.kind === "selector" && /^openai-codex:/i.test(text);
  return isOlderId ? { kind: "selector", name: `openai-codex:${parsed.name}` as ProfileName } : parsed;
}

/** What to type for a stored profile: its name, behind the prefix where the name alone would not be understood. */
export function selectorOf(name: string): string {
  const isUnderstood = refusalOfName(name) === undefined || KNOWN_PREFIX.test(name);
  return isUnderstood ? name : `openai:${name}`;
}

/** How a stored id is shown: without its provider. */
export function profileNameOf(profileId: string): ProfileName {
  return profileId.replace(KNOWN_PREFIX, "") as ProfileName;
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
  const canonical = `${provider}:${name}`;
  const stored =
    discoveredIds.find((id) => id === canonical || id === name) ??
    discoveredIds.find((id) => profileNameOf(id) === name);
  return stored as ProfileId | undefined;
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
