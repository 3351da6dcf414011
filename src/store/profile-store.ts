/**
 * The profile store port over any host's store. A change concerns one profile, keeps the replaced record for an undo,
 * and is checked again under the lock.
 */
import type {
  ChangeResult,
  Clock,
  Log,
  ObstacleRequest,
  PreferResult,
  ProfileStore,
  ProfileTarget,
  SaveRefusal,
  SaveResult,
} from "../actions/ports.ts";
import { logFailure, withFallback } from "../errors.ts";
import type { CredentialDraft } from "../rules/account.ts";
import { ExpiringMap } from "../rules/expiring-map.ts";
import type { ListedProfile } from "../rules/results.ts";
import {
  configuredIdsOf,
  type HostAuthStore,
  orderPrefixOf,
  isFenced,
  accountsInDocument,
  listCodexProfiles,
  moveInOrder,
  preferProfile,
  removeProfile,
  replaceProfile,
  tokensInDocument,
  type ProfilesDocument,
  recordIn,
  type ReadAccount,
} from "./profiles-document.ts";
import { saveRefusalOf, withRetries } from "./attempts.ts";
import { isSamePlace } from "./private-file.ts";
import { endCooldownOf, revivableIn, reviveSignIn, type RepairParts } from "./repair.ts";
import { useOf, type StoredRecord } from "./host-records.ts";
import { undoRecordFor, digestOf, SHARED, undoRecordOf, type UndoParts } from "./undo.ts";

export interface ProfileStoreParts extends UndoParts, RepairParts {
  readonly log: Log;
  /** One for all copies of the plugin in a process, because a change by one must end the lists of the others. */
  readonly recent: RecentLists;
  readonly readAccount: ReadAccount;
}

interface Change extends ProfileTarget {
  /** The new record, or undefined to remove the profile. */
  readonly next: StoredRecord | undefined;
  /**
   * The profile's store, if it is known. For a removed profile the host would name the store of the agent that asks.
   */
  readonly ownedBy?: { readonly owner: string | undefined };
  /** Its place in the stored order. Absent for the end. */
  readonly orderIndex?: number;
  /** Digest of the unreadable record that may be replaced. Absent for none. */
  readonly mayReplace?: string | undefined;
  readonly refuses?: (current: StoredRecord | undefined) => "profile-unknown" | "undo-changed" | undefined;
}

export function createProfileStore(parts: ProfileStoreParts): ProfileStore {
  const { host, recent } = parts;
  const storeId = `${host.provider} ${host.namedPath ?? ""}`.trimEnd();
  const list = (agentId: string) =>
    recent.renew(agentId, async () => {
      const agentDir = host.agentDirOf(agentId);
      return listIn(parts, agentDir, await host.read(agentDir));
    });
  return {
    provider: host.provider,
    storeId,
    isStore: (id) => id === storeId || isSameNamed(host, id),
    obstacle: (target) => obstacleTo(parts, target),
    list,
    recentList: async (agentId) => recent.get(agentId) ?? (await list(agentId)),
    async choice(agentId) {
      const agentDir = host.agentDirOf(agentId);
      const { order, profiles } = host.configured();
      const document = await host.read(agentDir);
      const tried = await host.selectableIds(agentDir, document);
      const [first] = tried;
      return {
        storedOrder: orderIn(document, host),
        configOrder: order,
        allowList: profiles,
        tried,
        isOwnCopy: first !== undefined && (await host.ownerOf(agentDir, first)) !== host.sharedDir(),
      };
    },
    async accounts(agentId) {
      const readers = { readAccount: parts.readAccount, digestOf: (record: StoredRecord) => digestOf(parts, record) };
      return accountsInDocument(await host.read(host.agentDirOf(agentId)), host.provider, readers);
    },
    async listWithTokens(agentId) {
      const agentDir = host.agentDirOf(agentId);
      const document = await host.read(agentDir);
      const profiles = await listIn(parts, agentDir, document);
      return { profiles, tokens: tokensInDocument(document, host.provider) };
    },
    save: (request) =>
      recent.duringChange(() =>
        change(parts, { ...request, next: recordFor(request.credential) }),
      ) as Promise<SaveResult>,
    remove: (target) =>
      recent.duringChange(() => change(parts, { ...target, next: undefined, refuses: refusalOfNothing })),
    prefer: (target) => recent.duringChange(() => prefer(parts, target)),
    endCooldown: (target) => recent.duringChange(() => endCooldownOf(parts, target)),
    revive: (target) => recent.duringChange(() => reviveSignIn(parts, target)),
    undo: (target) => recent.duringChange(() => putBack(parts, target)),
    hasUndo: (profileId) => parts.undo.has(profileId, parts.clock.nowMs()),
  };
}

async function listIn(
  parts: ProfileStoreParts,
  agentDir: string,
  document: ProfilesDocument,
): Promise<readonly ListedProfile[]> {
  const profiles = listCodexProfiles(document, parts.host.provider, parts.clock.nowMs());
  const first = await firstOf(parts, agentDir, document);
  return profiles.map((profile) => ({
    ...profile,
    ...(profile.profileId === first ? { isDefault: true } : {}),
    ...revivableIn(parts, document, profile),
  }));
}

function isSameNamed({ provider, namedPath }: HostAuthStore, storeId: string): boolean {
  const prefix = `${provider} `;
  return namedPath !== undefined && storeId.startsWith(prefix) && isSamePlace(storeId.slice(prefix.length), namedPath);
}

async function putBack(parts: ProfileStoreParts, target: ProfileTarget): Promise<ChangeResult> {
  try {
    const kept = await undoRecordFor(parts, target);
    if (kept === undefined) return { kind: "refused", code: "undo-missing" };
    const refuses = (current: StoredRecord | undefined) =>
      digestOf(parts, current) === kept.replacedBy ? undefined : "undo-changed";
    const owner = kept.place === SHARED ? undefined : kept.place;
    const place = kept.orderIndex === undefined ? {} : { orderIndex: kept.orderIndex };
    const next = parts.host.readRecord(kept.record);
    return await change(parts, { ...target, ...place, next, refuses, mayReplace: kept.replacedBy, ownedBy: { owner } });
  } catch (error) {
    return { kind: "refused", code: saveRefusalOf(error, parts.log) };
  }
}

function refusalOfNothing(current: StoredRecord | undefined) {
  return current === undefined ? ("profile-unknown" as const) : undefined;
}

/** The host may use the record that cannot be read, so only the user decides that it is replaced. */
const UNREADABLE = { kind: "refused", code: "profile-unreadable" } as const;

async function change(parts: ProfileStoreParts, wanted: Change): Promise<ChangeResult> {
  const changed = await withRetries(parts, () => changeOnce(parts, wanted));
  if (changed.kind === "saved") parts.remembered?.forget(wanted.profileId);
  return changed;
}

/**
 * Puts a profile first in the order of its store. A new order begins with all profiles that the host tries now,
 * because it would stop using the others.
 */
function prefer(parts: ProfileStoreParts, target: ProfileTarget): Promise<PreferResult> {
  const { host } = parts;
  const { profileId } = target;
  return withRetries(parts, async () => {
    const agentDir = host.agentDirOf(target.agentId);
    const before = await host.read(agentDir);
    const stored = await host.persisted(agentDir, profileId);
    if (stored === undefined) return { kind: "refused", code: "profile-unknown" } as const;
    if (useOf(profileId, stored, host.provider) === "unreadable") return UNREADABLE;
    const known = await host.selectableIds(agentDir, before);
    const othersInOrder = known.filter((id) => id !== profileId);
    let outcome: "written" | "moved" | "not-allowed" = "moved";
    await host.update({
      agentDir: await host.ownerOf(agentDir, profileId),
      keepInOrder: [profileId, ...othersInOrder],
      edit(document) {
        // The record may have been removed or become unreadable since it was read.
        if (recordIn(document, profileId)?.kind !== "credential") outcome = "moved";
        else outcome = target.isAllowed() ? "written" : "not-allowed";
        if (outcome !== "written") return false;
        preferProfile(document, { profileId, provider: host.provider, othersInOrder });
        return true;
      },
    });
    if (outcome === "moved") return "moved";
    if (outcome === "not-allowed") return { kind: "refused", code: "not-allowed" } as const;
    const activation = await host.activate({
      agentDir: await host.ownerOf(agentDir, profileId),
      profileId,
      record: await host.persisted(agentDir, profileId),
    });
    const asking = { log: parts.log, what: ASKING_FOR_FIRST, fallback: [profileId] as readonly string[] };
    const [first] = await withFallback(asking, () => host.selectableIds(agentDir));
    return { kind: "preferred", isFirst: first === profileId, activation } as const;
  });
}

/** Returns `moved`, with nothing written, if the record changed between its backup and the write. */
async function changeOnce(parts: ProfileStoreParts, wanted: Change): Promise<ChangeResult | "moved"> {
  const { host } = parts;
  const { profileId, next } = wanted;
  const agentDir = host.agentDirOf(wanted.agentId);
  const { owner } = wanted.ownedBy ?? { owner: await host.ownerOf(agentDir, profileId) };
  const before = await host.persisted(agentDir, profileId);
  const use = before && useOf(profileId, before, host.provider);
  if (use === "other") return { kind: "refused", code: "profile-not-codex" };
  const refusal = wanted.refuses?.(before);
  if (refusal !== undefined) return { kind: "refused", code: refusal };
  if (use === "unreadable" && wanted.mayReplace !== digestOf(parts, before)) return UNREADABLE;
  if (!wanted.isAllowed()) return { kind: "refused", code: "not-allowed" };
  const order = orderIn(await host.read(agentDir), host);
  const kept = undoRecordOf(parts, wanted, { owner, before, orderIndex: order.indexOf(profileId) });
  if (kept !== undefined) await parts.undo.keep(kept, digestOf(parts, before));
  // Only for a new order. If an order exists, the store extends it: a copy of the shared order would miss its later
  // changes.
  const configuredIds = order.length > 0 ? [] : configuredIdsOf(host.configured());
  let outcome: "written" | "moved" | "not-allowed" = "moved";
  await host.update({
    agentDir: owner,
    keepInOrder: [profileId, ...configuredIds],
    edit(document) {
      if (digestOf(parts, recordIn(document, profileId)) !== digestOf(parts, before)) outcome = "moved";
      else outcome = wanted.isAllowed() ? "written" : "not-allowed";
      if (outcome !== "written") return false;
      if (next === undefined) removeProfile(document, profileId);
      else replaceProfile(document, { profileId, record: next, configuredIds });
      if (wanted.orderIndex !== undefined)
        moveInOrder(document, host.provider, { profileId, index: wanted.orderIndex });
      return true;
    },
  });
  if (outcome === "moved") return "moved";
  if (outcome === "not-allowed") return { kind: "refused", code: "not-allowed" };
  // The profile is already written, so a failure of the undo file must not make the change look failed.
  if (kept !== undefined)
    await parts.undo.settle(kept).catch((error: unknown) => logFailure(parts.log, "settling an undo record", error));
  const activation = await host.activate({ agentDir: owner, profileId, record: next });
  // Reads the record back, because the host's writer can return a document and still have kept a newer one of another
  // process.
  const reading = { log: parts.log, what: "reading a record back", fallback: next };
  const stored = await withFallback(reading, () => host.persisted(agentDir, profileId));
  if (!isSameSignIn(parts, stored, next)) return { kind: "refused", code: "store-write-failed" };
  const isUnreadable = next !== undefined && useOf(profileId, next, host.provider) === "unreadable";
  return {
    kind: "saved",
    ...(isUnreadable ? { isUnreadable } : {}),
    isSelectable: await isSelectable(parts, agentDir, profileId),
    isUndoable: kept !== undefined,
    activation,
  };
}

/** The host may have renewed the access token by now. */
function isSameSignIn(
  parts: ProfileStoreParts,
  one: StoredRecord | undefined,
  other: StoredRecord | undefined,
): boolean {
  if (one?.kind !== "credential" || other?.kind !== "credential")
    return digestOf(parts, one) === digestOf(parts, other);
  return one.credential.refresh === other.credential.refresh;
}

/** Changes nothing. The write checks again, because the result may have changed by then. */
async function obstacleTo(
  { host, log, undo }: ProfileStoreParts,
  { agentId, profileId, isAboutToSave }: ObstacleRequest,
): Promise<SaveRefusal | undefined> {
  try {
    const agentDir = host.agentDirOf(agentId);
    await host.read(agentDir);
    const current = await host.persisted(agentDir, profileId);
    const use = current && useOf(profileId, current, host.provider);
    if (use === "other") return "profile-not-codex";
    const owner = await host.ownerOf(agentDir, profileId);
    await host.assertWritable(owner);
    // Takes and releases the locks, because an obstacle to that would stop the write too.
    if (current !== undefined && !isFenced(current)) await undo.tryOut();
    if (isAboutToSave) await host.update({ agentDir: owner, keepInOrder: [], edit: () => false });
    // The last one, because the user may agree to it.
    return use === "unreadable" ? "profile-unreadable" : undefined;
  } catch (error) {
    return saveRefusalOf(error, log);
  }
}

function orderIn(document: ProfilesDocument, { provider }: HostAuthStore): readonly string[] {
  return document.order?.[provider] ?? [];
}

const ASKING_FOR_FIRST = "asking the host for its first profile";

/**
 * Returns the profile that the host would try first. Returns undefined if its resolver fails, which must not hide the
 * list. The resolver judges every profile that it gets, so it gets only the start of an order if that decides.
 */
function firstOf({ host, clock, log }: ProfileStoreParts, agentDir: string, document: ProfilesDocument) {
  return withFallback({ log, what: ASKING_FOR_FIRST, fallback: undefined }, async () => {
    const stored = orderIn(document, host);
    const order = stored.length > 0 ? stored : configuredIdsOf(host.configured());
    const beginning = orderPrefixOf(document, { provider: host.provider, order, nowMs: clock.nowMs() });
    return (await host.selectableIds(agentDir, beginning ?? document))[0];
  });
}

/** The profile is already stored, so a resolver that fails must not make the sign-in look failed. */
function isSelectable({ host, log }: ProfileStoreParts, agentDir: string, profileId: string): Promise<boolean> {
  const asking = { log, what: "asking the host whether it uses a profile", fallback: true };
  return withFallback(asking, async () => (await host.selectableIds(agentDir)).includes(profileId));
}

/** The only place that reveals the tokens, right before the host's transaction. */
function recordFor(draft: CredentialDraft): StoredRecord {
  const credential = { ...draft, access: draft.access.reveal(), refresh: draft.refresh.reveal() };
  return { kind: "credential", credential, raw: credential };
}

/** Shorter lists are not kept. */
const KEPT_LENGTH = 50;
const KEPT = { ttlMs: 10_000, size: 100 };

/**
 * Keeps long lists of profiles for ten seconds, because the host parses its whole store for each list and judges
 * every profile in it: 100 profiles cost 4 ms and, without a stored order, 12 ms more, of a command that takes 28 ms.
 */
export class RecentLists {
  readonly #clock: Pick<Clock, "nowMs">;
  #lists = new ExpiringMap<readonly ListedProfile[]>(KEPT);
  #changes = 0;
  #reads = 0;
  /** The number of the newest read of each agent that has ended. */
  readonly #ended = new Map<string, number>();

  constructor(clock: Pick<Clock, "nowMs">) {
    this.#clock = clock;
  }

  /** Returns undefined if there is no list that is younger than ten seconds. */
  get(agentId: string): readonly ListedProfile[] | undefined {
    return this.#lists.get(agentId, this.#clock.nowMs());
  }

  /** Does not keep a list that may be older than a change, or than the list of a read that began later. */
  async renew(agentId: string, read: () => Promise<readonly ListedProfile[]>): Promise<readonly ListedProfile[]> {
    const changes = this.#changes;
    const number = (this.#reads += 1);
    const profiles = await read();
    if (number < (this.#ended.get(agentId) ?? 0)) return profiles;
    this.#ended.set(agentId, number);
    const isKept = profiles.length > KEPT_LENGTH && changes === this.#changes;
    if (isKept) this.#lists.set(agentId, profiles, this.#clock.nowMs());
    else this.#lists.take(agentId, this.#clock.nowMs());
    return profiles;
  }

  /** Drops the lists of all agents before and after a change, because agents may share a store. */
  async duringChange<Result>(write: () => Promise<Result>): Promise<Result> {
    this.#forget();
    try {
      return await write();
    } finally {
      this.#forget();
    }
  }

  #forget(): void {
    this.#changes += 1;
    this.#lists = new ExpiringMap(KEPT);
  }
}
