/** The host's document of profiles: reads its profiles, and edits one of them. */
import { accountOf, type ProfileAccount, type Identity } from "../rules/account.ts";
import { DEFAULT_PROFILE_NAME, profileNameOf, type ProfileId, type ProfileName } from "../rules/profile-id.ts";
import type { ListedProfile, Activation } from "../rules/results.ts";
import * as z from "zod/mini";

/** The part of the host's store that is read or edited here. All other fields stay unchanged. */
export interface ProfilesDocument {
  profiles: Record<string, StoredCredential>;
  order?: Record<string, readonly string[]>;
  usageStats?: Record<string, UsageStats>;
}

/** A record of any other form is not shown and never replaced, because the host may use it. */
export const storedCredential = z.readonly(
  z.looseObject({
    type: z.string(),
    provider: z.string(),
    access: z.optional(z.string()),
    refresh: z.optional(z.string()),
    email: z.optional(z.string()),
    chatgptPlanType: z.optional(z.string()),
    /** Not checked, because the host accepts any value. */
    accountId: z.optional(z.unknown()),
  }),
);
export type StoredCredential = z.infer<typeof storedCredential>;

export type StoredRecord = StoredCredential | "unreadable" | undefined;

interface UsageStats {
  readonly lastUsed?: number;
  readonly lastFailureAt?: number;
  readonly lastProbeAt?: number;
  readonly errorCount?: number;
  readonly cooldownUntil?: number;
  readonly cooldownReason?: string;
  /** `wham_token_expired` or `wham_account_dead`: OpenAI has refused the login. */
  readonly cooldownClassification?: string;
  readonly blockedUntil?: number;
  readonly blockedReason?: string;
  readonly disabledUntil?: number;
  readonly disabledReason?: string;
}

/** The host's placeholder for both tokens during a refresh. `failed` is final. */
const FENCE = "openclaw-oauth-refresh-fence:v1:";
const FAILED_FENCE = /^openclaw-oauth-refresh-fence:v1:[0-9a-f]+:failed:/;

/** Returns false for the placeholder of a refresh, and for a record whose tokens are stored elsewhere. */
export function hasTokens({ access = "", refresh = "" }: StoredCredential): boolean {
  return access !== "" && refresh !== "" && !access.startsWith(FENCE) && !refresh.startsWith(FENCE);
}

type Condition = Pick<ListedProfile, "health" | "unusableUntilMs" | "reason">;

/** An expired access token is no problem, because the host renews it. */
export function conditionOf(credential: StoredCredential, stats: UsageStats = {}, nowMs: number): Condition {
  const { access = "", refresh = "" } = credential;
  if (FAILED_FENCE.test(access) || FAILED_FENCE.test(refresh))
    return { health: "needs-sign-in", reason: "renewal-failed" };
  if (access.startsWith(FENCE) || refresh.startsWith(FENCE)) return { health: "refreshing" };
  if (refresh === "") return { health: "needs-sign-in", reason: "no-token" };
  const [disabledUntil, cooldownUntil] = [timeOf(stats.disabledUntil), timeOf(stats.cooldownUntil)];
  const blockedUntil = timeOf(stats.blockedUntil);
  if (disabledUntil > nowMs) {
    const reason = textOf(stats.disabledReason);
    return { health: reason?.startsWith("auth") ? "needs-sign-in" : "disabled", ...paused(disabledUntil, reason) };
  }
  if (cooldownUntil > nowMs && textOf(stats.cooldownClassification)?.startsWith("wham_")) {
    return { health: "needs-sign-in", reason: "refused" };
  }
  const unusableUntilMs = Math.max(cooldownUntil, blockedUntil);
  if (unusableUntilMs <= nowMs) return { health: "signed-in" };
  const reason = textOf(blockedUntil > nowMs ? stats.blockedReason : stats.cooldownReason);
  return { health: "cooling-down", ...paused(unusableUntilMs, reason) };
}

/** The host does not check its statistics, and a wrong value must not hide the whole list. */
function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function timeOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

/** The last time that a `Date` holds. A later one has no text, and means for ever. */
const LAST_TIME_MS = 8.64e15;

function paused(unusableUntilMs: number, reason: string | undefined) {
  return {
    ...(unusableUntilMs > LAST_TIME_MS ? {} : { unusableUntilMs }),
    ...(reason === undefined ? {} : { reason }),
  };
}

export function listCodexProfiles(document: ProfilesDocument, provider: string, nowMs: number): ListedProfile[] {
  return Object.entries(document.profiles)
    .filter(([, credential]) => credential.type === "oauth" && credential.provider === provider)
    .map(([id, credential]) => ({
      profileId: id as ProfileId,
      name: nameIn(document, id, provider),
      ...(credential.email === undefined ? {} : { email: credential.email }),
      ...(credential.chatgptPlanType === undefined ? {} : { plan: credential.chatgptPlanType }),
      ...conditionOf(credential, document.usageStats?.[id], nowMs),
    }));
}

export type ReadIdentity = (accessToken: string) => Identity | undefined;

/** The claims of the token have precedence over the fields beside it, which an import may have left out. */
export function accountsInDocument(
  document: ProfilesDocument,
  provider: string,
  readIdentity: ReadIdentity,
): ProfileAccount[] {
  return Object.entries(document.profiles)
    .filter(([, { type, provider: of }]) => type === "oauth" && of === provider)
    .map(([profileId, credential]) => {
      const { access, accountId, email } = credential;
      const account = accountOf({ chatgptAccountId: textOf(accountId), email, ...readIdentity(access ?? "") });
      return { profileId, profileName: nameIn(document, profileId, provider), account };
    });
}

/** Returns the whole id for a profile of an older host if a current profile has the same name. */
function nameIn(document: ProfilesDocument, id: string, provider: string): ProfileName {
  const name = profileNameOf(id);
  const canonical = `${provider}:${name}`;
  return id !== canonical && Object.hasOwn(document.profiles, canonical) ? (id as ProfileName) : name;
}

export interface ProfileReplacement {
  readonly profileId: string;
  readonly credential: StoredCredential;
  readonly configuredIds: readonly string[];
}

/**
 * Replaces the whole record and clears the profile's failures, as the host's own login does, because a cooldown would
 * outlive the sign-in that fixes it. An existing order is extended. Otherwise a new one begins with the config's list, if
 * there is one: without an order the host tries every profile, and with one only those that it names.
 */
export function replaceProfile(document: ProfilesDocument, replacement: ProfileReplacement): void {
  const { profileId, credential, configuredIds } = replacement;
  // An assignment to `__proto__` would store nothing and change the inherited fields of the record.
  document.profiles = { ...document.profiles, [profileId]: credential };
  if (document.usageStats !== undefined && Object.hasOwn(document.usageStats, profileId)) {
    const stats = document.usageStats[profileId] ?? {};
    document.usageStats = { ...document.usageStats, [profileId]: withoutFailures(stats) };
  }
  const order = document.order?.[credential.provider];
  const base = order !== undefined && order.length > 0 ? order : configuredIds;
  if (base.length > 0 && !base.includes(profileId)) {
    document.order = { ...document.order, [credential.provider]: [...base, profileId] };
  }
}

export function removeProfile(document: ProfilesDocument, profileId: string): void {
  const withoutIt = <T>(record: Record<string, T>) =>
    Object.fromEntries(Object.entries(record).filter(([id]) => id !== profileId));
  document.profiles = withoutIt(document.profiles);
  if (document.usageStats !== undefined) document.usageStats = withoutIt(document.usageStats);
  if (document.order === undefined) return;
  const orders = Object.entries(document.order).map(([provider, ids]) => [
    provider,
    ids.filter((id) => id !== profileId),
  ]);
  document.order = Object.fromEntries(orders) as Record<string, string[]>;
}

export interface Preference {
  readonly profileId: string;
  readonly provider: string;
  /** The rest of a new order. A shorter order would stop the use of the others. */
  readonly othersInOrder: readonly string[];
}

export function preferProfile(document: ProfilesDocument, preference: Preference): void {
  const { profileId, provider, othersInOrder } = preference;
  const order = document.order?.[provider] ?? [];
  const base = order.length > 0 ? order : othersInOrder;
  document.order = { ...document.order, [provider]: [profileId, ...base.filter((id) => id !== profileId)] };
}

export function moveInOrder(
  document: ProfilesDocument,
  provider: string,
  { profileId, index }: { readonly profileId: string; readonly index: number },
): void {
  const order = document.order?.[provider] ?? [];
  if (!order.includes(profileId)) return;
  const others = order.filter((id) => id !== profileId);
  document.order = { ...document.order, [provider]: others.toSpliced(index, 0, profileId) };
}

function withoutFailures(stats: UsageStats): UsageStats {
  const { lastUsed, lastFailureAt, lastProbeAt } = stats;
  return {
    ...(lastUsed === undefined ? {} : { lastUsed }),
    ...(lastFailureAt === undefined ? {} : { lastFailureAt }),
    ...(lastProbeAt === undefined ? {} : { lastProbeAt }),
    errorCount: 0,
  };
}

const WEIGHED_FIRST = 8;

export interface Ordered {
  readonly provider: string;
  readonly order: readonly string[];
  readonly nowMs: number;
}

/**
 * Shortens an order to its start, if that decides which profile is tried first. Returns undefined if it might not: no
 * profile of it is usable, or it names `default`, for which the host may use another profile of that account.
 */
export function orderPrefixOf(
  document: ProfilesDocument,
  { provider, order, nowMs }: Ordered,
): ProfilesDocument | undefined {
  const ids = order.slice(0, WEIGHED_FIRST).filter((id) => Object.hasOwn(document.profiles, id));
  const profiles = Object.fromEntries(ids.map((id) => [id, document.profiles[id] as StoredCredential]));
  const isUsable = (id: string) =>
    conditionOf(profiles[id] as StoredCredential, document.usageStats?.[id], nowMs).health === "signed-in";
  if (!ids.some(isUsable) || ids.some((id) => profileNameOf(id) === DEFAULT_PROFILE_NAME)) return undefined;
  return { ...document, profiles, order: { ...document.order, [provider]: ids } };
}

/** The port of a host's store, in the host's own terms. Its adapters use the host's SDK or its files. */
export interface HostAuthStore {
  readonly provider: string;
  /** The file that the user named. Absent for the host's own store. */
  readonly namedPath?: string;
  /** True if `update` waits for other holders before it throws `store-locked`. */
  readonly waitsForOthers: boolean;
  agentDirOf(agentId: string): string;
  /** The directory of the store that all agents share. Returns undefined if it is not an agent's directory. */
  sharedDir(): string | undefined;
  configured(): ConfiguredIds;
  /**
   * Changes nothing and takes no lock. Throws `store-read-only` or `store-of-other-user` if a change of that store could
   * not be written, as far as that is known beforehand. Undefined names the shared store.
   */
  assertWritable(agentDir: string | undefined): Promise<void>;
  /** Returns the merged document of an agent. Throws `CodexAuthError` (`store-*`). */
  read(agentDir: string): Promise<ProfilesDocument>;
  /** Returns the agent directory of the profile's store, or undefined for the shared store. */
  ownerOf(agentDir: string, profileId: string): Promise<string | undefined>;
  /**
   * Runs one locked transaction. The edit must not be async. Throws `CodexAuthError` (`store-*`) if nothing was
   * written, and `store-unreadable` if the edit would replace a record that its document leaves out.
   */
  update(request: HostUpdate): Promise<void>;
  /**
   * Returns the record that the agent would use. An unreadable record in its own store hides a good one in the shared
   * store.
   */
  persisted(agentDir: string, profileId: string): Promise<StoredRecord>;
  /** Returns the profiles that the host would try, in its order, of `document` or else of the agent's store. */
  selectableIds(agentDir: string, document?: ProfilesDocument): Promise<readonly string[]>;
  /** Tells the running gateway of a change. Never throws. */
  activate(change: HostChange): Promise<Activation>;
}

export interface ConfiguredIds {
  readonly order: readonly string[];
  readonly profiles: readonly string[];
}

export interface AuthConfig {
  readonly order?: Readonly<Record<string, readonly string[]>>;
  readonly profiles?: Readonly<Record<string, { readonly provider?: string }>>;
}

export function configuredIn(auth: AuthConfig | undefined, provider: string): ConfiguredIds {
  const profiles = Object.entries(auth?.profiles ?? {}).filter(([, profile]) => profile.provider === provider);
  return { order: auth?.order?.[provider] ?? [], profiles: profiles.map(([id]) => id) };
}

export function configuredIdsOf({ order, profiles }: ConfiguredIds): readonly string[] {
  return order.length > 0 ? order : profiles;
}

export interface HostUpdate {
  readonly agentDir: string | undefined;
  readonly keepInOrder: readonly string[];
  /** Adds and removes whole records only. Returns false to write nothing. */
  readonly edit: (document: ProfilesDocument) => boolean;
}

export interface HostChange {
  readonly agentDir: string | undefined;
  readonly profileId: string;
  readonly credential: StoredCredential | undefined;
}
