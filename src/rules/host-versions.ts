/** How each version of OpenClaw keeps its profiles, and how its running gateway learns of a change. */
export interface FileHostTraits {
  readonly medium: "file";
  readonly provider: "openai-codex" | "openai";
  readonly lock: "folder" | "file";
  readonly state: "same-file" | "auth-state.json";
  /**
   * How a running gateway gets a change from outside: it reads the file anyway, its secrets are reloaded, or they are
   * reloaded while the lock is held, because the gateway's next write would start from its memory.
   */
  readonly apply: "none" | "reload" | "reload-under-lock";
  /** The agent whose file every agent reads besides its own. */
  readonly shared: "main" | "default-agent";
  readonly records: RecordRules;
}

/** What a host reads in a profile's record. */
export interface RecordRules {
  /** The fields that may name the kind of a credential. `mode` counts only if there is no `type`. */
  readonly kindFields: "type" | "type-or-mode";
  /** True if a provider of spaces counts as one. No host uses such a record, but it hides a shared one of the same id. */
  readonly mayProviderBeBlank: boolean;
  /** True if the tokens may be in an encrypted file that `oauthRef` names. */
  readonly hasSidecars: boolean;
}

export interface SqliteHostTraits {
  readonly medium: "sqlite";
  readonly provider: "openai";
}

export type HostTraits = FileHostTraits | SqliteHostTraits;

interface TraitsSince {
  readonly from: string;
  readonly traits: HostTraits;
}

const WITH_MODE: RecordRules = { kindFields: "type-or-mode", mayProviderBeBlank: false, hasSidecars: false };
const TYPE_ONLY: RecordRules = { ...WITH_MODE, kindFields: "type", mayProviderBeBlank: true };
const WITH_SIDECARS: RecordRules = { ...WITH_MODE, hasSidecars: true };
/** The rules of the hosts that run the plugin. */
export const PLUGIN_HOST_RECORDS = WITH_MODE;

const LEGACY = {
  medium: "file",
  provider: "openai-codex",
  state: "same-file",
  shared: "main",
  records: WITH_MODE,
} as const;

/**
 * Oldest first. Source: the published packages, and runs of 2026.2.2-3, 3.13, 4.15, 5.12, 6.1, 6.5, 7.x, 8.2 and 9.6
 * (`npm run test:hosts`).
 */
export const HOST_TRAITS: readonly TraitsSince[] = [
  { from: "2026.1.29", traits: { ...LEGACY, lock: "folder", apply: "none", records: TYPE_ONLY } },
  { from: "2026.2.17", traits: { ...LEGACY, lock: "file", apply: "none", records: TYPE_ONLY } },
  { from: "2026.2.26", traits: { ...LEGACY, lock: "file", apply: "reload-under-lock" } },
  { from: "2026.3.31", traits: { ...LEGACY, lock: "file", apply: "reload" } },
  { from: "2026.4.7", traits: { ...LEGACY, lock: "file", state: "auth-state.json", apply: "reload" } },
  {
    from: "2026.5.12",
    traits: {
      ...LEGACY,
      lock: "file",
      state: "auth-state.json",
      apply: "reload",
      shared: "default-agent",
      records: WITH_SIDECARS,
    },
  },
  {
    from: "2026.6.1",
    traits: {
      medium: "file",
      provider: "openai",
      lock: "file",
      state: "auth-state.json",
      apply: "reload",
      shared: "default-agent",
      records: WITH_MODE,
    },
  },
  { from: "2026.6.5", traits: { medium: "sqlite", provider: "openai" } },
];

/** The oldest host on which the plugin runs. For older ones there is only the terminal program. */
export const OLDEST_PLUGIN_HOST = "2026.6.1";

/**
 * Reads a version such as `2026.3.13` or `2026.2.2-3`. Returns undefined for other text and for a version that is
 * older than all.
 */
export function hostTraitsOf(version: string): HostTraits | undefined {
  const wanted = rankOf(version);
  return HOST_TRAITS.findLast(({ from }) => rankOf(from) <= wanted)?.traits;
}

/** Returns true for `from` and every newer version, and false for text that is not a version. */
export function isSince(version: string, from: string): boolean {
  return rankOf(version) >= rankOf(from);
}

/**
 * Year, month and day as one number; a newer version has a higher one. A suffix marks a later build or a preview of the
 * same day. NaN, which is not above any version, for other text.
 */
function rankOf(version: string): number {
  const match = /^v?(\d{4})\.(\d{1,2})\.(\d{1,3})(?:-[\w.]+)?$/.exec(version.trim());
  return match === null ? Number.NaN : match.slice(1).reduce((rank, part) => rank * 1000 + Number(part), 0);
}
