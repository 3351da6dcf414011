/** The host's auth-profile store in memory, with the host's own rules (STORE.md 4, 5 and 8). */
import { configuredIdsOf, type ConfiguredIds, type HostUpdate } from "../../src/store/profiles-document.ts";
import type { AuthStoreSdk } from "../../src/store/sqlite-auth-store.ts";
import type { StoredCredential } from "../../src/store/host-records.ts";
import type { ProfilesDocument } from "../../src/store/profiles-document.ts";

export interface AuthConfig {
  order?: Record<string, readonly string[]>;
  profiles?: Record<string, { provider: string; mode: "oauth" | "api_key" | "token" }>;
}

/** What an update meets: the file lock of another process, rows that cannot be read, a file of an older host. */
export type StoreTrouble = "locked" | "unreadable" | "migration-required";

const SHARED = "main";
/** No folder, so that what is taken for one by mistake is found. */
const SHARED_ROW = "the row of all agents";
const PROVIDER = "openai";
const TROUBLE_CODES = {
  unreadable: "AUTH_PROFILE_STORE_UNREADABLE",
  "migration-required": "AUTH_PROFILE_MIGRATION_REQUIRED",
} as const;

export class MemoryHostAuthStore implements AuthStoreSdk {
  readonly provider = PROVIDER;
  config: AuthConfig = {};
  updates = 0;
  readonly #rows = new Map<string, ProfilesDocument>();
  #trouble: { kind: StoreTrouble; times: number } | undefined;

  agentDirOf(agentId: string): string {
    return `/state/agents/${agentId}/agent`;
  }

  storePathOf(): undefined {
    return undefined;
  }

  configured(): ConfiguredIds {
    const profiles = Object.entries(this.config.profiles ?? {}).filter(([, { provider }]) => provider === PROVIDER);
    return { order: this.config.order?.[PROVIDER] ?? [], profiles: profiles.map(([id]) => id) };
  }

  read(agentDir: string): ProfilesDocument {
    const kind = this.#trouble?.kind;
    if (kind === "unreadable" || kind === "migration-required") {
      throw Object.assign(new Error("canary of the host's own words"), { code: TROUBLE_CODES[kind] });
    }
    const [own, shared] = [this.#row(agentDir), this.#row(undefined)];
    const order = mergedOrder(own, shared.order);
    return {
      profiles: { ...own.profiles, ...withoutKeys(shared.profiles, own.profiles) },
      ...(order === undefined ? {} : { order }),
      usageStats: { ...shared.usageStats, ...own.usageStats },
    };
  }

  /** As the host's: an id that nobody has belongs to the agent that asks. */
  ownerOf(agentDir: string, profileId: string): string | undefined {
    if (Object.hasOwn(this.#row(agentDir).profiles, profileId)) return agentDir;
    return Object.hasOwn(this.#row(undefined).profiles, profileId) ? undefined : agentDir;
  }

  /** One transaction; null for every failure. */
  async update({ agentDir, keepInOrder, edit }: HostUpdate): Promise<ProfilesDocument | null> {
    this.updates += 1;
    if (this.#takeTrouble() !== undefined) return null;
    const document = structuredClone(this.#row(agentDir));
    try {
      const isChanged: unknown = edit(document);
      if (typeof isChanged !== "boolean") throw new TypeError("the edit must not be async");
      if (isChanged) this.#rows.set(keyOf(agentDir), pruned(document, keepInOrder));
    } catch {
      return null;
    }
    return structuredClone(document);
  }

  persisted(agentDir: string, profileId: string): StoredCredential | undefined {
    const stores = [this.#row(agentDir), this.#row(undefined)];
    return stores.find(({ profiles }) => Object.hasOwn(profiles, profileId))?.profiles[profileId];
  }

  /** Stored order, else the config's, else its profiles as an allow-list, else all. */
  legacyFileOf(agentDir: string): string {
    return `/nowhere/${agentDir}/auth-profiles.json`;
  }

  selectableIds(agentDir: string): readonly string[] {
    const { profiles, order } = this.read(agentDir);
    const stored = order?.[PROVIDER] ?? [];
    const wanted = stored.length > 0 ? stored : configuredIdsOf(this.configured());
    const all = Object.keys(profiles).filter((id) => profiles[id]?.provider === PROVIDER);
    return wanted.length > 0 ? wanted.filter((id) => all.includes(id)) : all;
  }

  // ---- what tests do

  seed(document: ProfilesDocument, agentId = SHARED): void {
    this.#rows.set(keyOf(this.agentDirOf(agentId)), structuredClone(document));
  }

  stored(agentId = SHARED): ProfilesDocument {
    return structuredClone(this.#row(this.agentDirOf(agentId)));
  }

  /** The next `times` updates fail like this; reads fail for as long where the rows themselves are the trouble. */
  trouble(kind: StoreTrouble, times = Number.POSITIVE_INFINITY): void {
    this.#trouble = { kind, times };
  }

  #takeTrouble(): StoreTrouble | undefined {
    if (this.#trouble === undefined || this.#trouble.times <= 0) return undefined;
    this.#trouble.times -= 1;
    return this.#trouble.kind;
  }

  #row(agentDir: string | undefined): ProfilesDocument {
    return this.#rows.get(keyOf(agentDir)) ?? { profiles: {} };
  }
}

/** Main's own directory stands for the shared store, as it does for the host's writer. */
function keyOf(agentDir: string | undefined): string {
  return agentDir === undefined || agentDir === `/state/agents/${SHARED}/agent` ? SHARED_ROW : agentDir;
}

/** An agent's own order wins; where it has none, its own profiles come before the shared order. */
function mergedOrder(own: ProfilesDocument, shared: ProfilesDocument["order"]) {
  if (own.order === undefined && shared === undefined) return undefined;
  const inherited = Object.entries(shared ?? {}).map(([provider, ids]): [string, string[]] => {
    const first = Object.keys(own.profiles).filter((id) => own.profiles[id]?.provider === provider);
    return [provider, [...first, ...ids.filter((id) => !first.includes(id))]];
  });
  return { ...Object.fromEntries(inherited), ...own.order };
}

function withoutKeys<T>(record: Record<string, T>, keys: Record<string, unknown>): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !Object.hasOwn(keys, key)));
}

/** The host drops ids from the order that have no profile, but for those it is told to keep. */
function pruned(document: ProfilesDocument, keepInOrder: readonly string[]): ProfilesDocument {
  if (document.order === undefined) return document;
  const kept = new Set([...Object.keys(document.profiles), ...keepInOrder]);
  const order = Object.entries(document.order).map(([provider, ids]) => [provider, ids.filter((id) => kept.has(id))]);
  return { ...document, order: Object.fromEntries(order) as Record<string, string[]> };
}
