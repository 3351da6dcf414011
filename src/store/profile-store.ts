/** Profiles of one host, whatever keeps them: what is replaced is kept for an undo, and one profile alone changes. */
import { holds } from "../attempt.ts";
import { CodexAuthError } from "../errors.ts";
import type { CredentialDraft } from "../flow/credential.ts";
import type { Activation } from "../flow/answers.ts";
import type {
  Clock,
  Entropy,
  ProfileStore,
  ProfileTarget,
  SaveRefusal,
  SaveResult,
  UndoResult,
} from "../login/ports.ts";
import {
  hasTokens,
  listCodexProfiles,
  replaceProfile,
  type ProfilesDocument,
  type StoredCredential,
} from "./profiles-document.ts";
import type { UndoRecords } from "./undo-records.ts";

/** What this store needs of the host, in the host's own names: its SDK, or its file where it keeps one. */
export interface HostAuthStore {
  readonly provider: string;
  agentDirOf(agentId: string): string;
  /** Ids that the config's `auth.order` or, failing that, `auth.profiles` names for the provider. */
  configuredIds(): readonly string[];
  /** The effective document of an agent. Throws `CodexAuthError` (`store-*`). */
  read(agentDir: string): Promise<ProfilesDocument>;
  /** The agent directory whose row or file holds the profile; undefined for the shared store. */
  ownerOf(agentDir: string, profileId: string): Promise<string | undefined>;
  /** One locked transaction; the edit must not be async. Throws `CodexAuthError` (`store-*`) when it did not happen. */
  update(request: HostUpdate): Promise<void>;
  persisted(agentDir: string, profileId: string): Promise<StoredCredential | undefined>;
  selectableIds(agentDir: string): Promise<readonly string[]>;
  /** Makes a change known to the running gateway, as far as it needs telling. Never throws. */
  activate(change: HostChange): Promise<Activation>;
}

export interface HostUpdate {
  readonly agentDir: string | undefined;
  readonly keepInOrder: readonly string[];
  /** False to write nothing. */
  readonly edit: (document: ProfilesDocument) => boolean;
}

export interface HostChange {
  readonly agentDir: string | undefined;
  readonly profileId: string;
  readonly credential: StoredCredential;
}

/** Other writers hold the store for milliseconds; a second try after this is enough for all but a stuck one. */
const RETRY_DELAY_MS = 250;
/** A record that somebody else changes between its backup and its replacement is read again this often. */
const MAX_ATTEMPTS = 4;

export interface ProfileStoreParts {
  readonly host: HostAuthStore;
  readonly undo: UndoRecords;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

interface Change extends ProfileTarget {
  readonly next: StoredCredential;
  /** Why the record of now must not be replaced; undefined where it may. */
  readonly refuses?: (current: StoredCredential | undefined) => "undo-changed" | undefined;
}

export function createProfileStore(parts: ProfileStoreParts): ProfileStore {
  const { host, undo, clock } = parts;
  return {
    provider: host.provider,
    async list(agentId) {
      const document = await host.read(host.agentDirOf(agentId));
      return listCodexProfiles(document, host.provider, clock.nowMs());
    },
    save: (request) => change(parts, { ...request, next: revealCredential(request.credential) }) as Promise<SaveResult>,
    async undo(request) {
      try {
        const place = await placeOf(host, request);
        const kept = await undo.find(place, request.profileId, clock.nowMs());
        if (kept === undefined) return { kind: "refused", code: "undo-missing" };
        const refuses = (current: StoredCredential | undefined) =>
          current !== undefined && markOf(parts, current) === kept.replacedBy ? undefined : "undo-changed";
        return await change(parts, { ...request, next: kept.record, refuses });
      } catch (error) {
        return { kind: "refused", code: refusalOf(error) };
      }
    },
  };
}

async function change(parts: ProfileStoreParts, wanted: Change): Promise<UndoResult> {
  let hasWaited = false;
  for (let attempt = 1; ; attempt += 1) {
    try {
      const result = await changeOnce(parts, wanted);
      if (result !== "moved") return result;
      if (attempt >= MAX_ATTEMPTS) return { kind: "refused", code: "store-locked" };
    } catch (error) {
      const code = refusalOf(error);
      if (code !== "store-locked" || hasWaited) return { kind: "refused", code };
      hasWaited = true;
      await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS));
    }
  }
}

/** `moved` where the record changed between its backup and the write: nothing was written then. */
async function changeOnce(parts: ProfileStoreParts, wanted: Change): Promise<UndoResult | "moved"> {
  const { host } = parts;
  const { profileId, next } = wanted;
  const agentDir = host.agentDirOf(wanted.agentId);
  const owner = await host.ownerOf(agentDir, profileId);
  const before = await host.persisted(agentDir, profileId);
  const refusal = wanted.refuses?.(before);
  if (refusal !== undefined) return { kind: "refused", code: refusal };
  if (!holds(wanted.assertAllowed)) return { kind: "refused", code: "not-allowed" };
  const isUndoable = await keepForUndo(parts, wanted, before);
  const configuredIds = await orderToBegin(host, agentDir);
  let outcome: "written" | "moved" | "not-allowed" = "moved";
  await host.update({
    agentDir: owner,
    keepInOrder: [profileId, ...configuredIds],
    edit(document) {
      const current = Object.hasOwn(document.profiles, profileId) ? document.profiles[profileId] : undefined;
      if (markOf(parts, current) !== markOf(parts, before)) outcome = "moved";
      else outcome = holds(wanted.assertAllowed) ? "written" : "not-allowed";
      if (outcome === "written") replaceProfile(document, { profileId, credential: next, configuredIds });
      return outcome === "written";
    },
  });
  if (outcome === "moved") return "moved";
  if (outcome === "not-allowed") return { kind: "refused", code: "not-allowed" };
  const activation = await host.activate({ agentDir: owner, profileId, credential: next });
  // Read back: the host's writer can answer a document and still have kept another process's newer one.
  if ((await host.persisted(agentDir, profileId))?.refresh !== next.refresh) {
    return { kind: "refused", code: "store-write-failed" };
  }
  return { kind: "saved", isSelectable: await isSelectable(host, agentDir, profileId), isUndoable, activation };
}

/** Keeps what is about to be replaced; false where there is nothing that could be put back. */
async function keepForUndo(
  parts: ProfileStoreParts,
  { next, ...target }: Change,
  before: StoredCredential | undefined,
): Promise<boolean> {
  if (before === undefined || !hasTokens(before)) return false;
  const { host, undo, clock } = parts;
  const place = await placeOf(host, target);
  const replacedBy = markOf(parts, next);
  await undo.keep({ place, profileId: target.profileId, record: before, replacedBy, atMs: clock.nowMs() });
  return true;
}

/** Where the profile lies: two agents may each have one of the same id. */
async function placeOf(host: HostAuthStore, { agentId, profileId }: ProfileTarget): Promise<string> {
  return (await host.ownerOf(host.agentDirOf(agentId), profileId)) ?? "shared";
}

/** Tells one generation of a profile's tokens from another without holding them. */
function markOf({ entropy }: ProfileStoreParts, record: StoredCredential | undefined): string {
  return record === undefined ? "" : entropy.digest(`${record.access ?? ""}\n${record.refresh ?? ""}`);
}

/**
 * What a new order would have to begin with. Nothing where one is in force already: the store extends its own, and one
 * that an agent has from the shared store would stop following it if it were copied.
 */
async function orderToBegin(host: HostAuthStore, agentDir: string): Promise<readonly string[]> {
  const order = (await host.read(agentDir)).order?.[host.provider] ?? [];
  return order.length > 0 ? [] : host.configuredIds();
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

const SAVE_REFUSALS: ReadonlySet<string> = new Set([
  "store-locked",
  "store-unreadable",
  "store-migration-required",
  "store-write-failed",
  "undo-unwritable",
] satisfies SaveRefusal[]);

function refusalOf(error: unknown): SaveRefusal {
  const code = error instanceof CodexAuthError ? error.code : "store-write-failed";
  return SAVE_REFUSALS.has(code) ? (code as SaveRefusal) : "store-write-failed";
}
