/**
 * The store of a host that keeps profiles in SQLite, through its own SDK. No file is written here, because an
 * `auth-profiles.json` beside the database would stop the gateway's sign-ins.
 */
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { dirname } from "node:path";
import { CodexAuthError } from "../errors.ts";
import { PLUGIN_HOST_RECORDS } from "../rules/host-versions.ts";
import { readRecord } from "./host-records.ts";
import { fileExists, refusalAt } from "./private-file.ts";
import type { ConfiguredIds, HostAuthStore, HostUpdate, ProfilesDocument } from "./profiles-document.ts";

/** The host's own functions, which throw errors with a `code`. */
export interface AuthStoreSdk {
  readonly provider: string;
  agentDirOf(agentId: string): string;
  configured(): ConfiguredIds;
  read(agentDir: string): ProfilesDocument;
  ownerOf(agentDir: string, profileId: string): string | undefined;
  /** Returns null for every failure. */
  update(request: HostUpdate): Promise<ProfilesDocument | null>;
  /** The host's own check of a record differs from version to version. */
  persisted(agentDir: string, profileId: string): unknown;
  selectableIds(agentDir: string, document?: ProfilesDocument): readonly string[];
  /** As in `HostAuthStore`. */
  renew?(agentDir: string, profileId: string): Promise<boolean>;
  /** The file of the database. Undefined if the host does not name it. */
  storePathOf(agentDir: string | undefined): string | undefined;
  /** The older file that stops the host's sign-ins if it is beside the database. */
  legacyFileOf(agentDir: string): string;
}

export function createSqliteAuthStore(sdk: AuthStoreSdk): HostAuthStore {
  const read = (agentDir: string) => reading(() => sdk.read(agentDir));
  return {
    provider: sdk.provider,
    waitsForOthers: false,
    agentDirOf: (agentId) => sdk.agentDirOf(agentId),
    sharedDir: () => undefined,
    configured: () => sdk.configured(),
    assertWritable: async (agentDir) => assertDatabase(sdk.storePathOf(agentDir)),
    async read(agentDir) {
      // Both reads run at the same time, because a user waits for them.
      const isLegacy = fileExists(sdk.legacyFileOf(agentDir));
      try {
        const document = read(agentDir);
        if (!(await isLegacy)) return document;
      } catch (error) {
        if (!(await isLegacy)) throw error;
      }
      throw new CodexAuthError("store-migration-required");
    },
    ownerOf: async (agentDir, profileId) => reading(() => sdk.ownerOf(agentDir, profileId)),
    async persisted(agentDir, profileId) {
      const raw = reading(() => sdk.persisted(agentDir, profileId));
      return raw === undefined ? undefined : readRecord(raw, PLUGIN_HOST_RECORDS);
    },
    readRecord: (raw) => readRecord(raw, PLUGIN_HOST_RECORDS),
    selectableIds: async (agentDir, document) => sdk.selectableIds(agentDir, document),
    ...(sdk.renew === undefined ? {} : { renew: sdk.renew.bind(sdk) }),
    async update(request) {
      if ((await sdk.update(request)) !== null) return;
      // The host's writer gives no reason. Its reader throws one, unless the database was only busy.
      const agentDir = request.agentDir ?? sdk.agentDirOf("main");
      if (await fileExists(sdk.legacyFileOf(agentDir))) throw new CodexAuthError("store-migration-required");
      read(agentDir);
      throw new CodexAuthError("store-locked");
    },
    // The gateway reads its database for each turn, so no notification is needed.
    activate: async () => "live",
  };
}

/** SQLite writes in place, and makes its journal beside the database. */
async function assertDatabase(path: string | undefined): Promise<void> {
  if (path === undefined || !(await fileExists(path))) return;
  try {
    await access(path, constants.W_OK);
    await access(dirname(path), constants.W_OK);
  } catch (error) {
    throw await refusalAt(path, error, { code: "store-read-only", ofOther: "store-of-other-user" });
  }
}

function reading<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    const code: unknown = error instanceof Error ? (error as { code?: unknown }).code : undefined;
    const isMigrating = code === "AUTH_PROFILE_MIGRATION_REQUIRED";
    throw CodexAuthError.replacing(error, isMigrating ? "store-migration-required" : "store-unreadable");
  }
}
