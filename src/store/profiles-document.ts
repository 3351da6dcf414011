/** The host's document of profiles: reads its profiles, and edits one of them. */
import type { StoredToken } from "../actions/ports.ts";
import { accountOf, type ProfileAccount, type Identity } from "../rules/account.ts";
import { DEFAULT_PROFILE_NAME, profileNameOf, type ProfileId, type ProfileName } from "../rules/profile-id.ts";
import { isUnreadable, USAGE_REASONS_OF_HOST, type ListedProfile, type Activation } from "../rules/results.ts";
import { Secret } from "../secret.ts";
import { isObject } from "../rules/parse.ts";
import { isCredential, textOf, useOf, type StoredCredential, type StoredRecord } from "./host-records.ts";

/** The part of the host's store that is read or edited here. All other fields stay unchanged. */
export interface ProfilesDocument {
  /** The credentials as the host reads them. A host's own document may contain other values. */
  profiles: Record<string, StoredCredential>;
  /** The JSON of the records that the host leaves out. */
  unreadable?: Record<string, unknown>;
  order?: Record<string, readonly string[]>;
  /** The values are not checked. */
  usageStats?: Record<string, UsageStats>;
}

/** Returns undefined if the document has no record under this id. */
export function recordIn(document: ProfilesDocument, profileId: string): StoredRecord | undefined {
  const { profiles, unreadable = {} } = document;
  if (Object.hasOwn(profiles, profileId)) {
    const raw: unknown = profiles[profileId];
    return isCredential(raw) ? { kind: "credential", credential: raw, raw } : { kind: "unreadable", raw };
  }
  return Object.hasOwn(unreadable, profileId) ? { kind: "unreadable", raw: unreadable[profileId] } : undefined;
}

function recordsOf(document: ProfilesDocument): readonly (readonly [string, StoredRecord])[] {
  const ids = [...Object.keys(document.profiles), ...Object.keys(document.unreadable ?? {})];
  return ids.map((id) => [id, recordIn(document, id) as StoredRecord]);
}

interface UsageStats {
  readonly lastUsed?: number;
  readonly lastFailureAt?: number;
  readonly lastProbeAt?: number;
  readonly errorCount?: number;
  readonly cooldownUntil?: number;
  readonly cooldownReason?: string;
  /** `wham_token_expired` or `wham_account_dead`: OpenAI refused one request of the host for the usage (401 or 403). */
  readonly cooldownClassification?: string;
  readonly blockedUntil?: number;
  readonly blockedReason?: string;
  readonly disabledUntil?: number;
  readonly disabledReason?: string;
}

/** The host's placeholder for both tokens during a refresh. `failed` is final. */
const FENCE = "openclaw-oauth-refresh-fence:v1:";
const FAILED_FENCE = /^openclaw-oauth-refresh-fence:v1:[0-9a-f]+:failed:/;

const FENCE_PARTS = /^openclaw-oauth-refresh-fence:v1:[0-9a-f]+:(?:failed:)?(?:access|refresh):([0-9a-f]{64})$/;

/** The digests of both tokens that the host replaced by this placeholder. Returns undefined for other tokens. */
export function fencedDigestsIn({ access = "", refresh = "" }: StoredCredential): string | undefined {
  const digests = [access, refresh].map((token) => FENCE_PARTS.exec(token)?.[1]);
  return digests.includes(undefined) ? undefined : digests.join(" ");
}

export function hasFailedFence({ access = "", refresh = "" }: StoredCredential): boolean {
  return FAILED_FENCE.test(access) || FAILED_FENCE.test(refresh);
}

/** Returns true for the placeholder of a refresh, which could not be used after an undo. */
export function isFenced(record: StoredRecord): boolean {
  if (record.kind === "unreadable") return false;
  const { access = "", refresh = "" } = record.credential;
  return access.startsWith(FENCE) || refresh.startsWith(FENCE);
}

/** True if the host can sign in with it: it needs one of the tokens, which may be in an encrypted file. */
export function hasTokens({ access = "", refresh = "", hasSidecar }: StoredCredential): boolean {
  return access !== "" || refresh !== "" || hasSidecar === true;
}

/** Until when the host uses other profiles first. 0 if nothing is stored about it. */
export function heldUntilMs(found: UsageStats | undefined): number {
  const stats: UsageStats = isObject(found) ? found : {};
  return Math.max(timeOf(stats.disabledUntil), timeOf(stats.cooldownUntil), timeOf(stats.blockedUntil));
}

type Condition = Pick<ListedProfile, "health" | "refusedAtMs" | "unusableUntilMs" | "reason">;

/** An expired access token does not count, because the host renews it. */
export function conditionOf(credential: StoredCredential, found: UsageStats | undefined, nowMs: number): Condition {
  const { access = "", refresh = "", hasSidecar } = credential;
  const stats: UsageStats = isObject(found) ? found : {};
  if (hasFailedFence(credential)) return { health: "needs-sign-in", reason: "renewal-failed" };
  if (access.startsWith(FENCE) || refresh.startsWith(FENCE)) return { health: "refreshing" };
  if (refresh === "" && hasSidecar !== true) return { health: "needs-sign-in", reason: "no-token" };
  const [disabledUntil, cooldownUntil] = [timeOf(stats.disabledUntil), timeOf(stats.cooldownUntil)];
  const blockedUntil = timeOf(stats.blockedUntil);
  if (disabledUntil > nowMs) {
    const reason = textOf(stats.disabledReason);
    return { health: reason?.startsWith("auth") ? "needs-sign-in" : "disabled", ...paused(disabledUntil, reason) };
  }
  const unusableUntilMs = Math.max(cooldownUntil, blockedUntil);
  if (unusableUntilMs <= nowMs) return { health: "signed-in" };
  // This does not prove that the login has ended: Cloudflare refuses such requests too, and the host sends the next one
  // half a day later.
  if (cooldownUntil > nowMs && textOf(stats.cooldownClassification)?.startsWith("wham_")) {
    return { health: "cooling-down", ...paused(unusableUntilMs, "refused"), ...refusalIn(stats) };
  }
  const reason = textOf(blockedUntil > nowMs ? stats.blockedReason : stats.cooldownReason);
  return { health: "cooling-down", ...paused(unusableUntilMs, reason) };
}

/** The host notes the time of its look since 2026.6, and before only that of the failure that caused it. */
function refusalIn({ lastProbeAt, lastFailureAt }: UsageStats): Pick<Condition, "refusedAtMs"> {
  const refusedAtMs = timeOf(lastProbeAt) > 0 ? timeOf(lastProbeAt) : timeOf(lastFailureAt);
  return refusedAtMs > 0 && refusedAtMs <= LAST_TIME_MS ? { refusedAtMs } : {};
}

/** Returns 0 for anything but a number. */
export function timeOf(value: unknown): number {
  return typeof value === "number" ? value : 0;
}

/** The last time that a `Date` can have. A later one has no text, and means that it never ends. */
const LAST_TIME_MS = 8.64e15;

function paused(unusableUntilMs: number, reason: string | undefined) {
  return {
    ...(unusableUntilMs > LAST_TIME_MS ? {} : { unusableUntilMs }),
    ...(reason === undefined ? {} : { reason }),
  };
}

/** Lists the profiles that the host uses, then the records that it should use and does not. */
export function listCodexProfiles(document: ProfilesDocument, provider: string, nowMs: number): ListedProfile[] {
  const listed = recordsOf(document).flatMap(([id, record]): ListedProfile[] => {
    const use = useOf(id, record, provider);
    if (use === "other") return [];
    const { email, chatgptPlanType } = record.kind === "credential" ? record.credential : ownTextOf(record.raw);
    return [
      {
        profileId: id as ProfileId,
        name: use === "unreadable" ? unreadableNameOf(id, provider) : nameIn(document, id, provider),
        ...(email === undefined ? {} : { email }),
        ...(chatgptPlanType === undefined ? {} : { plan: chatgptPlanType }),
        ...expiryOf(record),
        ...lastUseOf(document, id),
        ...(use === "codex" && record.kind === "credential"
          ? conditionOf(record.credential, document.usageStats?.[id], nowMs)
          : { health: "unreadable" as const }),
      },
    ];
  });
  return [...listed.filter((profile) => !isUnreadable(profile)), ...listed.filter(isUnreadable)];
}

function expiryOf(record: StoredRecord): Pick<ListedProfile, "expiresAtMs"> {
  const expires = record.kind === "credential" ? record.credential["expires"] : undefined;
  return typeof expires === "number" ? { expiresAtMs: expires } : {};
}

/**
 * OpenClaw 2026.9.6 notes a turn on a profile of the shared store only in `lastProbeAt`. Its look at a held
 * profile is noted there too, but the turn that follows the look is newer.
 */
function lastUseOf({ usageStats }: ProfilesDocument, id: string): Pick<ListedProfile, "lastUsedMs"> {
  const stats: unknown = usageStats?.[id];
  const { lastUsed, lastProbeAt } = isObject(stats) ? stats : {};
  const lastUsedMs = Math.max(timeOf(lastUsed), timeOf(lastProbeAt));
  return lastUsedMs > 0 ? { lastUsedMs } : {};
}

/** Returns the credentials of the Codex profiles, with the host's placeholders. */
export function credentialsInDocument(document: ProfilesDocument, provider: string): [string, StoredCredential][] {
  return recordsOf(document).flatMap(([id, record]): [string, StoredCredential][] =>
    record.kind === "credential" && useOf(id, record, provider) === "codex" ? [[id, record.credential]] : [],
  );
}

/** Returns the access tokens of the Codex profiles, without the host's placeholders and without tokens that are stored elsewhere. */
export function tokensInDocument(document: ProfilesDocument, provider: string): StoredToken[] {
  return recordsOf(document).flatMap(([id, record]): StoredToken[] => {
    if (record.kind === "unreadable" || useOf(id, record, provider) !== "codex" || isFenced(record)) return [];
    const { access, accountId } = record.credential;
    if (access === undefined) return [];
    return [
      {
        profileId: id as ProfileId,
        access: new Secret(access),
        ...(accountId === undefined ? {} : { chatgptAccountId: accountId }),
        ...expiryOf(record),
      },
    ];
  });
}

function ownTextOf(raw: unknown) {
  const { email, chatgptPlanType } = isObject(raw) ? raw : {};
  return { email: textOf(email), chatgptPlanType: textOf(chatgptPlanType) };
}

export interface AccountReaders {
  readonly readAccount: ReadAccount;
  readonly digestOf: (record: StoredRecord) => string;
}

/** A stored token may name only a part of its account. */
export type ReadAccount = (accessToken: string) => Partial<Identity>;

/** The claims of the token have precedence over the fields beside it, which an import may have left out. */
export function accountsInDocument(
  document: ProfilesDocument,
  provider: string,
  { readAccount, digestOf }: AccountReaders,
): ProfileAccount[] {
  return recordsOf(document).flatMap(([profileId, record]): ProfileAccount[] => {
    const use = useOf(profileId, record, provider);
    if (use === "other") return [];
    if (use === "unreadable" || record.kind === "unreadable") {
      const profileName = unreadableNameOf(profileId, provider);
      return [{ profileId, profileName, account: {}, unreadable: digestOf(record) }];
    }
    const { access, accountId, email } = record.credential;
    const account = accountOf({ chatgptAccountId: textOf(accountId), email, ...readAccount(access ?? "") });
    return [{ profileId, profileName: nameIn(document, profileId, provider), account }];
  });
}

/** An unreadable record has a short name only under the id that a new profile of that name would get. */
function unreadableNameOf(id: string, provider: string): ProfileName {
  const name = profileNameOf(id);
  return id === `${provider}:${name}` ? name : (id as ProfileName);
}

/** Returns the whole id for a profile of an older host if a current profile has the same name. */
function nameIn(document: ProfilesDocument, id: string, provider: string): ProfileName {
  const name = profileNameOf(id);
  const canonical = `${provider}:${name}`;
  return id !== canonical && Object.hasOwn(document.profiles, canonical) ? (id as ProfileName) : name;
}

export interface ProfileReplacement {
  readonly profileId: string;
  readonly record: StoredRecord;
  readonly configuredIds: readonly string[];
}

/**
 * Replaces the whole record and clears the profile's failures, as the host's own login does, because a cooldown would
 * outlive the sign-in that fixes it. An existing order is extended. Otherwise a new one begins with the config's list, if
 * there is one: without an order the host tries every profile, and with one only those that it names.
 */
export function replaceProfile(document: ProfilesDocument, replacement: ProfileReplacement): void {
  const { profileId, record, configuredIds } = replacement;
  // An assignment to `__proto__` would store nothing and change the inherited fields of the record.
  document.profiles = { ...document.profiles, [profileId]: record.raw as StoredCredential };
  if (document.unreadable !== undefined) document.unreadable = without(document.unreadable, profileId);
  if (document.usageStats !== undefined && Object.hasOwn(document.usageStats, profileId)) {
    const stats: unknown = document.usageStats[profileId];
    document.usageStats = { ...document.usageStats, [profileId]: withoutFailures(isObject(stats) ? stats : {}) };
  }
  if (record.kind === "unreadable") return;
  const { provider } = record.credential;
  const order = document.order?.[provider];
  const base = order !== undefined && order.length > 0 ? order : configuredIds;
  if (base.length > 0 && !base.includes(profileId)) {
    document.order = { ...document.order, [provider]: [...base, profileId] };
  }
}

const without = <T>(record: Record<string, T>, profileId: string) =>
  Object.fromEntries(Object.entries(record).filter(([id]) => id !== profileId));

export function removeProfile(document: ProfilesDocument, profileId: string): void {
  document.profiles = without(document.profiles, profileId);
  if (document.usageStats !== undefined) document.usageStats = without(document.usageStats, profileId);
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

/**
 * Removes the cooldown and the block of a profile, and a disablement that has to do with its usage. The count of its
 * failures stays. Returns false if there is none of these.
 */
export function endCooldown(document: ProfilesDocument, profileId: string): boolean {
  const all = document.usageStats ?? {};
  const stats: unknown = Object.hasOwn(all, profileId) ? all[profileId] : undefined;
  if (!isObject(stats)) return false;
  const isUsage = USAGE_REASONS_OF_HOST.has(textOf(stats["disabledReason"]) ?? "");
  const held = isUsage ? /^(?:blocked|cooldown|disabled)[A-Z]/ : /^(?:blocked|cooldown)[A-Z]/;
  const kept = Object.entries(stats).filter(([field]) => !held.test(field));
  if (kept.length === Object.keys(stats).length) return false;
  document.usageStats = { ...all, [profileId]: Object.fromEntries(kept) };
  return true;
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
  /** Runs one locked transaction. The edit must not be async. Throws `CodexAuthError` (`store-*`) if nothing was written. */
  update(request: HostUpdate): Promise<void>;
  /** Returns the record that the agent would use, or else one that its host leaves out. */
  persisted(agentDir: string, profileId: string): Promise<StoredRecord | undefined>;
  /** Reads a record that was kept for an undo. */
  readRecord(raw: unknown): StoredRecord;
  /** Returns the profiles that the host would try, in its order, of `document` or else of the agent's store. */
  selectableIds(agentDir: string, document?: ProfilesDocument): Promise<readonly string[]>;
  /**
   * Lets the host renew one login under its own lock. Absent if the host cannot do it here. Throws any error; one with a
   * `reason` means that the sign-in server refused.
   */
  renew?(agentDir: string, profileId: string): Promise<boolean>;
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
  /** Undefined for a profile that was removed. */
  readonly record: StoredRecord | undefined;
}
