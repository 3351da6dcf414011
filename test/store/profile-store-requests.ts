/** What the tests of the host store save, and what lies there before; shared with their child processes. */
import type { ProfileId } from "../../src/flow/profile-id.ts";
import { readIdentity } from "../../src/oauth/identity.ts";
import { systemEntropy } from "../../src/system.ts";
import type { HostAuthStore } from "../../src/store/host-auth-store.ts";
import type { ProfileStoreParts } from "../../src/store/profile-store.ts";
import type { UndoRecord, UndoRecords } from "../../src/store/undo-records.ts";
import type { SaveRequest } from "../../src/login/ports.ts";
import { Secret } from "../../src/secret.ts";
import type { StoredCredential } from "../../src/store/profiles-document.ts";

export const NOW_MS = 1_795_000_000_000;

export function credential(name: string, change: Partial<StoredCredential> = {}): StoredCredential {
  const known = { type: "oauth", provider: "openai", access: `access-${name}`, refresh: `refresh-${name}` };
  return { ...known, expires: NOW_MS + 1, email: `${name}@example.com`, ...change } as StoredCredential;
}

export function saveRequest(profileId: string, token: string, change: Partial<SaveRequest> = {}): SaveRequest {
  return {
    profileId: profileId as ProfileId,
    agentId: "main",
    credential: {
      type: "oauth",
      provider: "openai",
      access: new Secret(`access-${token}`),
      refresh: new Secret(`refresh-${token}`),
      expires: NOW_MS + 864_000_000,
      email: "new@example.com",
      accountId: "workspace-1",
      chatgptPlanType: "plus",
    },
    assertAllowed: () => undefined,
    ...change,
  };
}

/** Undo records in memory: the last of each profile, for ever. */
export class MemoryUndoRecords implements UndoRecords {
  readonly kept = new Map<string, UndoRecord>();

  async keep(record: UndoRecord): Promise<void> {
    this.kept.set(`${record.place} ${record.profileId}`, structuredClone(record));
  }

  async find(place: string, profileId: string): Promise<UndoRecord | undefined> {
    return this.kept.get(`${place} ${profileId}`);
  }
}

export function partsOver(host: HostAuthStore, undo: UndoRecords = new MemoryUndoRecords()): ProfileStoreParts {
  return { host, undo, clock: { nowMs: () => NOW_MS }, entropy: systemEntropy, readIdentity };
}
