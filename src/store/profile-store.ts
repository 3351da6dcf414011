/** Profiles of one host, whatever keeps them: what is replaced is kept for an undo, and one profile alone changes. */
import type {
  ChangeResult,
  Clock,
  ObstacleRequest,
  PreferResult,
  ProfileStore,
  ProfileTarget,
  SaveRefusal,
  SaveResult,
} from "../actions/ports.ts";
import { CodexAuthError } from "../errors.ts";
import type { CredentialDraft } from "../rules/account.ts";
import type { ListedProfile } from "../rules/results.ts";
import {
  configuredIdsOf,
  type HostAuthStore,
  orderPrefixOf,
  hasTokens,
  accountsInDocument,
  listCodexProfiles,
  moveInOrder,
  preferProfile,
  removeProfile,
  replaceProfile,
  type ProfilesDocument,
  type ReadIdentity,
  type StoredCredential,
} from "./profiles-document.ts";
import { undoRecordFor, tokenDigestOf, SHARED, undoRecordOf, type UndoParts } from "./undo.ts";

export interface ProfileStoreParts extends UndoParts {
  readonly readIdentity: ReadIdentity;
}

/** Nothing replaces a record that cannot be read: it may be a sign-in that the host uses, and no undo could keep it. */
const UNREADABLE = { kind: "refused", code: "store-unreadable" } as const;

interface Change extends ProfileTarget {
  /** What the profile is to hold; undefined to take it out. */
  readonly next: StoredCredential | undefined;
  /** Where it lies, where that is known already: the host gives an id that nobody has to whoever asks. */
  readonly ownedBy?: { readonly owner: string | undefined };
  /** Where in the stored order it goes, where that is not the end. */
  readonly orderIndex?: number;
  /** Why the record of now must not be replaced; undefined where it may. */
  readonly refuses?: (current: StoredCredential | undefined) => "profile-unknown" | "undo-changed" | undefined;
}

export function createProfileStore(parts: ProfileStoreParts): ProfileStore {
  const { host, clock } = parts;
  const recent = new RecentLists(clock);
  const list = (agentId: string) =>
    recent.renew(agentId, async () => {
      const agentDir = host.agentDirOf(agentId);
      const document = await host.read(agentDir);
      const profiles = listCodexProfiles(document, host.provider, clock.nowMs());
      const first = await firstOf(parts, agentDir, document);
      return profiles.map((profile) => (profile.profileId === first ? { ...profile, isDefault: true } : profile));
    });
  return {
    provider: host.provider,
    storeId: `${host.provider} ${host.namedPath ?? ""}`.trimEnd(),
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
      return accountsInDocument(await host.read(host.agentDirOf(agentId)), host.provider, parts.readIdentity);
    },
    save: (request) =>
      recent.around(() =>
        change(parts, { ...request, next: revealCredential(request.credential) }),
      ) as Promise<SaveResult>,
    remove: (target) => recent.around(() => change(parts, { ...target, next: undefined, refuses: refusalOfNothing })),
    prefer: (target) => recent.around(() => prefer(parts, target)),
    undo: (target) => recent.around(() => putBack(parts, target)),
  };
}

async function putBack(parts: ProfileStoreParts, target: ProfileTarget): Promise<ChangeResult> {
  try {
    const kept = await undoRecordFor(parts, target);
    if (kept === undefined) return { kind: "refused", code: "undo-missing" };
    const refuses = (current: StoredCredential | undefined) =>
      tokenDigestOf(parts, current) === kept.replacedBy ? undefined : "undo-changed";
    const owner = kept.place === SHARED ? undefined : kept.place;
    const place = kept.orderIndex === undefined ? {} : { orderIndex: kept.orderIndex };
    return await change(parts, { ...target, ...place, next: kept.record, refuses, ownedBy: { owner } });
  } catch (error) {
    return { kind: "refused", code: refusalOf(error) };
  }
}

function refusalOfNothing(current: StoredCredential | undefined) {
  return current === undefined ? ("profile-unknown" as const) : undefined;
}

function change(parts: ProfileStoreParts, wanted: Change): Promise<ChangeResult> {
  return withRetries(parts.host, () => changeOnce(parts, wanted));
}

/**
 * Puts a profile first in the order that its store holds. Where that has none, one is begun with what is tried now, so
 * that nothing falls out of use.
 */
function prefer(parts: ProfileStoreParts, target: ProfileTarget): Promise<PreferResult> {
  const { host } = parts;
  const { profileId } = target;
  return withRetries(host, async () => {
    const agentDir = host.agentDirOf(target.agentId);
    const before = await host.read(agentDir);
    if ((await host.persisted(agentDir, profileId)) === "unreadable") return UNREADABLE;
    if (!Object.hasOwn(before.profiles, profileId)) return { kind: "refused", code: "profile-unknown" } as const;
    const known = await host.selectableIds(agentDir, before);
    const othersInOrder = known.filter((id) => id !== profileId);
    let outcome: "written" | "moved" | "not-allowed" = "moved";
    await host.update({
      agentDir: await host.ownerOf(agentDir, profileId),
      keepInOrder: [profileId, ...othersInOrder],
      edit(document) {
        // Its record may have gone, or have become unreadable, since it was looked at.
        if (!Object.hasOwn(document.profiles, profileId)) outcome = "moved";
        else outcome = target.isAllowed() ? "written" : "not-allowed";
        if (outcome !== "written") return false;
        preferProfile(document, { profileId, provider: host.provider, othersInOrder });
        return true;
      },
    });
    if (outcome === "moved") return "moved";
    if (outcome === "not-allowed") return { kind: "refused", code: "not-allowed" } as const;
    const credential = await host.persisted(agentDir, profileId);
    // A host is told by writing the record once more, which would replace one that has become unreadable by now.
    if (credential === "unreadable") return UNREADABLE;
    const activation = await host.activate({
      agentDir: await host.ownerOf(agentDir, profileId),
      profileId,
      credential,
    });
    return { kind: "preferred", isFirst: (await host.selectableIds(agentDir))[0] === profileId, activation } as const;
  });
}

/** `moved` where the record changed between its backup and the write: nothing was written then. */
async function changeOnce(parts: ProfileStoreParts, wanted: Change): Promise<ChangeResult | "moved"> {
  const { host } = parts;
  const { profileId, next } = wanted;
  const agentDir = host.agentDirOf(wanted.agentId);
  const { owner } = wanted.ownedBy ?? { owner: await host.ownerOf(agentDir, profileId) };
  const before = await host.persisted(agentDir, profileId);
  if (before === "unreadable") return UNREADABLE;
  if (!isCodex(host, before)) return { kind: "refused", code: "profile-not-codex" };
  const refusal = wanted.refuses?.(before);
  if (refusal !== undefined) return { kind: "refused", code: refusal };
  if (!wanted.isAllowed()) return { kind: "refused", code: "not-allowed" };
  const order = orderIn(await host.read(agentDir), host);
  const kept = undoRecordOf(parts, wanted, { owner, before, orderIndex: order.indexOf(profileId) });
  if (kept !== undefined) await parts.undo.keep(kept, tokenDigestOf(parts, before));
  // What a new order would begin with. None where one is in force: the store extends its own, and one that an agent has
  // from the shared store would stop following it if it were copied.
  const configuredIds = order.length > 0 ? [] : configuredIdsOf(host.configured());
  let outcome: "written" | "moved" | "not-allowed" = "moved";
  await host.update({
    agentDir: owner,
    keepInOrder: [profileId, ...configuredIds],
    edit(document) {
      const current = Object.hasOwn(document.profiles, profileId) ? document.profiles[profileId] : undefined;
      if (tokenDigestOf(parts, current) !== tokenDigestOf(parts, before)) outcome = "moved";
      else outcome = wanted.isAllowed() ? "written" : "not-allowed";
      if (outcome !== "written") return false;
      if (next === undefined) removeProfile(document, profileId);
      else replaceProfile(document, { profileId, credential: next, configuredIds });
      if (wanted.orderIndex !== undefined)
        moveInOrder(document, host.provider, { profileId, index: wanted.orderIndex });
      return true;
    },
  });
  if (outcome === "moved") return "moved";
  if (outcome === "not-allowed") return { kind: "refused", code: "not-allowed" };
  // The profile is written by now: a file of ours that fails must not make it look otherwise.
  if (kept !== undefined) await parts.undo.settle(kept).catch(() => undefined);
  const activation = await host.activate({ agentDir: owner, profileId, credential: next });
  // Read back: the host's writer can answer a document and still have kept another process's newer one.
  const stored = await host.persisted(agentDir, profileId);
  if (stored === "unreadable" || stored?.refresh !== next?.refresh) {
    return { kind: "refused", code: "store-write-failed" };
  }
  return {
    kind: "saved",
    isSelectable: await isSelectable(host, agentDir, profileId),
    isUndoable: kept !== undefined,
    activation,
  };
}

/** An id may already be somebody's API key, or another provider's: that is not this plugin's to replace. */
function isCodex({ provider }: HostAuthStore, record: StoredCredential | undefined): boolean {
  return record === undefined || (record.type === "oauth" && record.provider === provider);
}

/** Changes nothing: what is found now need not hold at the write, which judges again. */
async function obstacleTo(
  { host, undo }: ProfileStoreParts,
  { agentId, profileId, isAboutToSave }: ObstacleRequest,
): Promise<SaveRefusal | undefined> {
  try {
    const agentDir = host.agentDirOf(agentId);
    await host.read(agentDir);
    const current = await host.persisted(agentDir, profileId);
    if (current === "unreadable") return "store-unreadable";
    if (!isCodex(host, current)) return "profile-not-codex";
    // The locks are taken and let go again: what keeps us from them would keep us from them at the write.
    if (current !== undefined && hasTokens(current)) await undo.tryOut();
    const owner = await host.ownerOf(agentDir, profileId);
    if (isAboutToSave) await host.update({ agentDir: owner, keepInOrder: [], edit: () => false });
    return undefined;
  } catch (error) {
    return refusalOf(error);
  }
}

/** The stored order that is in force; empty where there is none. */
function orderIn(document: ProfilesDocument, { provider }: HostAuthStore): readonly string[] {
  return document.order?.[provider] ?? [];
}

/**
 * What the host would try first; unknown where its resolver fails, which must not hide the list. The resolver weighs
 * every profile that it is given, so where an order is set it is asked about the beginning of that alone, if it can be.
 */
async function firstOf(parts: ProfileStoreParts, agentDir: string, document: ProfilesDocument) {
  const { host, clock } = parts;
  try {
    const stored = orderIn(document, host);
    const order = stored.length > 0 ? stored : configuredIdsOf(host.configured());
    const beginning = orderPrefixOf(document, { provider: host.provider, order, nowMs: clock.nowMs() });
    return (await host.selectableIds(agentDir, beginning ?? document))[0];
  } catch {
    return undefined;
  }
}

/** The profile is stored by now, so a resolver that fails must not make the sign-in look failed. */
async function isSelectable(host: HostAuthStore, agentDir: string, profileId: string): Promise<boolean> {
  try {
    return (await host.selectableIds(agentDir)).includes(profileId);
  } catch {
    return true;
  }
}

/** The one place where tokens leave their seal: the value goes straight into the host's transaction. */
function revealCredential(draft: CredentialDraft): StoredCredential {
  return { ...draft, access: draft.access.reveal(), refresh: draft.refresh.reveal() };
}

/** How a change of a profile store goes on when others are at it too, and what a failure is called in the end. */

/** Other writers hold the store for milliseconds; a second try after this is enough for all but a stuck one. */
const RETRY_DELAY_MS = 250;
/** A record that somebody else changes between its backup and its replacement is read again this often. */
const MAX_ATTEMPTS = 4;

/** Tries again where another writer came in between, and once where the store was busy and does not wait by itself. */
export async function withRetries<Result>(
  { waitsForOthers }: Pick<HostAuthStore, "waitsForOthers">,
  attempt: () => Promise<Result | "moved">,
): Promise<Result | { readonly kind: "refused"; readonly code: SaveRefusal }> {
  let hasWaited = waitsForOthers;
  for (let count = 1; ; count += 1) {
    try {
      const result = await attempt();
      if (result !== "moved") return result;
      if (count >= MAX_ATTEMPTS) return { kind: "refused", code: "store-locked" };
    } catch (error) {
      const code = refusalOf(error);
      if (code !== "store-locked" || hasWaited) return { kind: "refused", code };
      hasWaited = true;
      await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS));
    }
  }
}

const SAVE_REFUSALS: ReadonlySet<string> = new Set([
  "store-locked",
  "store-unreadable",
  "store-migration-required",
  "store-write-failed",
  "profile-not-codex",
  "undo-unwritable",
] satisfies SaveRefusal[]);

/** Our own codes as they are; anything else is a write that failed. */
export function refusalOf(error: unknown): SaveRefusal {
  const code = error instanceof CodexAuthError ? error.code : "store-write-failed";
  return SAVE_REFUSALS.has(code) ? (code as SaveRefusal) : "store-write-failed";
}

/**
 * Long lists of profiles are kept for ten seconds, because the host parses its whole store for each list and judges every
 * profile in it: 100 profiles cost 4 ms and, without a stored order, 12 ms more, of a command that takes 28 ms.
 */
/** Up to this length a list is always read from the store. */
const SHORT = 50;
const KEPT_MS = 10_000;

interface Kept {
  readonly profiles: readonly ListedProfile[];
  readonly atMs: number;
}

export class RecentLists {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();
  #changes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** What was kept of the agent, if it is no older than ten seconds. */
  get(agentId: string): readonly ListedProfile[] | undefined {
    const kept = this.#kept.get(agentId);
    const isRecent = kept !== undefined && Math.abs(this.#clock.nowMs() - kept.atMs) < KEPT_MS;
    return isRecent ? kept.profiles : undefined;
  }

  /** Keeps what is read, unless there was a change meanwhile: it may be from before that. */
  async renew(agentId: string, read: () => Promise<readonly ListedProfile[]>): Promise<readonly ListedProfile[]> {
    const changes = this.#changes;
    const profiles = await read();
    if (profiles.length > SHORT && changes === this.#changes) {
      this.#kept.set(agentId, { profiles, atMs: this.#clock.nowMs() });
    } else this.#kept.delete(agentId);
    return profiles;
  }

  /** Forgets all agents' lists, before and after a change: they may share a store. */
  async around<Result>(write: () => Promise<Result>): Promise<Result> {
    this.#forget();
    try {
      return await write();
    } finally {
      this.#forget();
    }
  }

  #forget(): void {
    this.#changes += 1;
    this.#kept.clear();
  }
}
