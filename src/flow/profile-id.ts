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
export const SUBCOMMANDS = ["finish", "status", "cancel", "help", "page"] as const;
export type Subcommand = (typeof SUBCOMMANDS)[number];

export type ParsedSelector =
  | { readonly kind: "selector"; readonly name: ProfileName }
  | { readonly kind: "refused"; readonly code: "bad-selector" | "reserved-word" };

/** The subcommand a word is, whatever its case; undefined for any other word. */
export function subcommandOf(word: string): Subcommand | undefined {
  const lower = word.toLowerCase();
  return SUBCOMMANDS.find((subcommand) => subcommand === lower);
}

/** Reads a typed selector; an `openai:` or `openai-codex:` prefix is understood and dropped. */
export function parseSelector(text: string): ParsedSelector {
  const name = text.replace(KNOWN_PREFIX, "");
  if (subcommandOf(name) !== undefined) return { kind: "refused", code: "reserved-word" };
  if (!SELECTOR.test(name)) return { kind: "refused", code: "bad-selector" };
  return { kind: "selector", name: name as ProfileName };
}

/** How a stored id is shown: without its provider. */
export function profileNameOf(profileId: string): ProfileName {
  return profileId.replace(KNOWN_PREFIX, "") as ProfileName;
}

export interface ResolvedProfile {
  readonly profileId: ProfileId;
  readonly name: ProfileName;
  /** Set when `default` was asked for, does not exist, and the first discovered profile stands in for it. */
  readonly standsInForDefault: boolean;
}

/**
 * The profile a name means on this host: the stored id of that name if there is one (ids of an older host
 * included), else a new `<provider>:<name>`; `default` falls back to the first discovered profile.
 */
export function resolveSelector(
  name: ProfileName,
  provider: string,
  discoveredIds: readonly string[],
): ResolvedProfile {
  const canonical = `${provider}:${name}`;
  const stored = discoveredIds.includes(canonical) ? canonical : discoveredIds.find((id) => profileNameOf(id) === name);
  if (stored !== undefined) return { profileId: stored as ProfileId, name, standsInForDefault: false };
  const first = discoveredIds[0];
  if (name === DEFAULT_PROFILE_NAME && first !== undefined) {
    return { profileId: first as ProfileId, name: profileNameOf(first), standsInForDefault: true };
  }
  return { profileId: canonical as ProfileId, name, standsInForDefault: false };
}
