/** Puts the ports together. The gateway (`runtime.ts`) and the terminal (`cli.ts`) pass the adapters that differ. */
import { join } from "node:path";
import type { ChatPins, Log, Ports, InstallationCheck } from "./actions/ports.ts";
import { logFailure } from "./errors.ts";
import { createGuardedFetch, type Send } from "./host/fetch.ts";
import { createOAuthClient } from "./oauth/client.ts";
import { type Endpoints, OPENAI, sandboxEndpoints } from "./oauth/endpoints.ts";
import { readIdentity } from "./oauth/identity.ts";
import { createPendingPorts, PENDING_FILE, type PendingParts } from "./store/pending-sign-ins.ts";
import { fileExists, isOnOpenDisk } from "./store/private-file.ts";
import { createProfileStore, RecentLists } from "./store/profile-store.ts";
import type { HostAuthStore } from "./store/profiles-document.ts";
import { createAuditLog, createNotices } from "./store/records.ts";
import { createUndoRecords, UNDO_FILE } from "./store/undo.ts";
import { remember, systemClock, systemEntropy } from "./system.ts";

export interface Parts extends PendingParts, InstallationFolders {
  readonly host: HostAuthStore;
  readonly pins: ChatPins;
  /** In a gateway the `sharedRecentLists`. */
  readonly recent?: RecentLists;
  /** The loopback sign-in server of demos and tests. */
  readonly sandboxOrigin: string | undefined;
  readonly createSend: (endpoints: Endpoints) => Send;
}

export function sharedRecentLists(version: string): RecentLists {
  return remember("recent", version, () => new RecentLists(systemClock));
}

export function createPorts(parts: Parts): Ports {
  const { host, log, pins, recent = new RecentLists(systemClock), stateDir, sandboxOrigin } = parts;
  const endpoints = sandboxOrigin === undefined ? OPENAI : sandboxEndpoints(sandboxOrigin);
  const undo = createUndoRecords(stateDir);
  return {
    ...createPendingPorts(parts),
    audit: createAuditLog(stateDir),
    notices: createNotices(stateDir),
    entropy: systemEntropy,
    pins,
    installation: createInstallationCheck(parts),
    oauth: createOAuthClient(endpoints, systemEntropy, createGuardedFetch(parts.createSend(endpoints))),
    profiles: createProfileStore({ host, log, recent, undo, clock: systemClock, entropy: systemEntropy, readIdentity }),
  };
}

export interface InstallationFolders {
  readonly log: Log;
  readonly stateDir: string;
  readonly tempFolder: string;
  readonly workspace: string | undefined;
  /** `commands.ownerAllowFrom` of the config; undefined if it cannot be read from here. */
  readonly owners: () => Promise<readonly unknown[] | undefined>;
}

/** The folder of the skill that this plugin replaces, below the folders in which the host looks for skills. */
const OLD_SKILL = "skills/codex-auth";

export function createInstallationCheck(parts: InstallationFolders): InstallationCheck {
  const { log, stateDir, tempFolder, workspace, owners } = parts;
  const folders = [stateDir, workspace ?? join(stateDir, "workspace")].map((folder) => join(folder, OLD_SKILL));
  return {
    async oldSkills() {
      const found = await Promise.all(folders.map((folder) => fileExists(join(folder, "SKILL.md"))));
      return folders.filter((_folder, at) => found[at] === true);
    },
    async isOnOpenDisk() {
      const files = [join(stateDir, UNDO_FILE), join(tempFolder, PENDING_FILE)];
      return (await Promise.all(files.map(isOnOpenDisk))).includes(true);
    },
    async hasOwner() {
      try {
        const list = await owners();
        return list === undefined ? undefined : list.length > 0;
      } catch (error) {
        logFailure(log, "reading the owners", error);
        return undefined;
      }
    },
  };
}
