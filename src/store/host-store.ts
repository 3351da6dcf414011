/**
 * Profiles on a host that keeps them in SQLite, through the host's own writer. No file is written here: on such a
 * host an `auth-profiles.json` would break the gateway's sign-ins at once.
 */
import { holds } from "../attempt.ts";
import { CodexAuthError } from "../errors.ts";
import type { CredentialDraft } from "../flow/credential.ts";
import type { Clock, ProfileStore, SaveRefusal, SaveRequest, SaveResult } from "../login/ports.ts";
import { fileExists } from "./locked-file.ts";
import {
  listCodexProfiles,
  replaceProfile,
  type ProfilesDocument,
  type StoredCredential,
} from "./profiles-document.ts";

/** What this store needs of the host, in the host's own names. */
export interface HostAuthStore {
  readonly provider: string;
  agentDirOf(agentId: string): string;
  /** Ids that the config's `auth.order` or, failing that, `auth.profiles` names for the provider. */
  configuredIds(): readonly string[];
  /** The effective document of an agent. Throws the host's own errors, which carry a `code`. */
  read(agentDir: string): ProfilesDocument;
  /** The agent directory whose row holds the profile; undefined for the shared store. */
  ownerOf(agentDir: string, profileId: string): string | undefined;
  /** One locked transaction. Null for every failure, whatever its cause; the edit must not be async. */
  update(request: HostUpdate): Promise<ProfilesDocument | null>;
  persisted(agentDir: string, profileId: string): StoredCredential | undefined;
  selectableIds(agentDir: string): readonly string[];
  /** The older file that stops this host's sign-ins wherever it lies beside its database. */
  legacyFileOf(agentDir: string): string;
}

export interface HostUpdate {
  readonly agentDir: string | undefined;
  readonly keepInOrder: readonly string[];
  readonly edit: (document: ProfilesDocument) => boolean;
}

/** Other writers hold the database for milliseconds; a second try after this is enough for all but a stuck one. */
const RETRY_DELAY_MS = 250;

export function createHostStore(host: HostAuthStore, clock: Clock): ProfileStore {
  return {
    provider: host.provider,
    async list(agentId) {
      const agentDir = host.agentDirOf(agentId);
      if (await fileExists(host.legacyFileOf(agentDir))) throw new CodexAuthError("store-migration-required");
      try {
        return listCodexProfiles(host.read(agentDir), host.provider, clock.nowMs());
      } catch (error) {
        throw new CodexAuthError(readRefusalOf(error));
      }
    },
    async save(request) {
      const first = await saveOnce(host, request);
      if (first.kind === "saved" || first.code !== "store-locked") return first;
      await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS));
      return saveOnce(host, request);
    },
  };
}

async function saveOnce(host: HostAuthStore, request: SaveRequest): Promise<SaveResult> {
  const agentDir = host.agentDirOf(request.agentId);
  const { profileId } = request;
  let isAllowed = true;
  const stored = revealCredential(request.credential);
  const configuredIds = orderToBegin(host, agentDir);
  const written = await host.update({
    agentDir: host.ownerOf(agentDir, profileId),
    keepInOrder: [profileId, ...configuredIds],
    edit(document) {
      isAllowed = holds(request.assertAllowed);
      if (isAllowed) replaceProfile(document, { profileId, credential: stored, configuredIds });
      return isAllowed;
    },
  });
  if (!isAllowed) return { kind: "refused", code: "not-allowed" };
  if (written === null) return { kind: "refused", code: await causeOfNull(host, agentDir) };
  // Read back: the host's writer can answer a document and still have kept another process's newer one.
  if (host.persisted(agentDir, profileId)?.refresh !== stored.refresh) {
    return { kind: "refused", code: "store-write-failed" };
  }
  return { kind: "saved", isSelectable: isSelectable(host, agentDir, profileId) };
}

/**
 * What a new order would have to begin with. Nothing where one is in force already: the store extends its own, and one
 * that an agent has from the shared store would stop following it if it were copied.
 */
function orderToBegin(host: HostAuthStore, agentDir: string): readonly string[] {
  try {
    const order = host.read(agentDir).order?.[host.provider] ?? [];
    return order.length > 0 ? [] : host.configuredIds();
  } catch {
    return host.configuredIds();
  }
}

/** The profile is stored by now, so a resolver that fails must not make the sign-in look failed. */
function isSelectable(host: HostAuthStore, agentDir: string, profileId: string): boolean {
  try {
    return host.selectableIds(agentDir).includes(profileId);
  } catch {
    return true;
  }
}

/** The one place where tokens leave their seal: the value goes straight into the host's transaction. */
function revealCredential(draft: CredentialDraft): StoredCredential {
  return { ...draft, access: draft.access.reveal(), refresh: draft.refresh.reveal() };
}

/** The host's writer answers null for everything; its reader names the cause, and is silent when it was only busy. */
async function causeOfNull(host: HostAuthStore, agentDir: string): Promise<SaveRefusal> {
  if (await fileExists(host.legacyFileOf(agentDir))) return "store-migration-required";
  try {
    host.read(agentDir);
    return "store-locked";
  } catch (error) {
    return readRefusalOf(error);
  }
}

function readRefusalOf(error: unknown): "store-migration-required" | "store-unreadable" {
  const code: unknown = error instanceof Error ? (error as { code?: unknown }).code : undefined;
  return code === "AUTH_PROFILE_MIGRATION_REQUIRED" ? "store-migration-required" : "store-unreadable";
}
