/** What the tests of the host store save, and what lies there before; shared with their child processes. */
import { SILENT_LOG } from "../../src/errors.ts";
import type { ProfileId } from "../../src/rules/profile-id.ts";
import { readAccount } from "../../src/oauth/identity.ts";
import { systemEntropy } from "../../src/system.ts";
import type { HostAuthStore } from "../../src/store/profiles-document.ts";
import { RecentLists, type ProfileStoreParts } from "../../src/store/profile-store.ts";
import type { UndoRecord, UndoRecords, UndoTarget } from "../../src/store/undo.ts";
import type { SaveRequest } from "../../src/actions/ports.ts";
import { Secret } from "../../src/secret.ts";
import type { StoredCredential } from "../../src/store/host-records.ts";

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
    isAllowed: () => true,
    ...change,
  };
}

/** Undo records in memory: of each profile the last one that took effect and the last one at all, for ever. */
export class MemoryUndoRecords implements UndoRecords {
  tryOut = (): Promise<void> => Promise.resolve();
  kept: readonly UndoRecord[] = [];

  async keep(record: UndoRecord, current: string): Promise<void> {
    const isLeft = (other: UndoRecord) => !isOf(record)(other) || other.replacedBy === current;
    this.kept = [...this.kept.filter(isLeft), structuredClone(record)];
  }

  async settle(record: UndoRecord): Promise<void> {
    this.kept = [...this.kept.filter((other) => !isOf(record)(other)), record];
  }

  async has(profileId: string): Promise<boolean> {
    return this.kept.some((record) => record.profileId === profileId);
  }

  async find({ current, ...target }: UndoTarget): Promise<UndoRecord | undefined> {
    const kept = this.kept.filter(isOf(target));
    return kept.findLast(({ replacedBy }) => replacedBy === current) ?? kept.at(-1);
  }
}

const isOf = (target: Pick<UndoRecord, "place" | "profileId">) => (record: UndoRecord) =>
  record.place === target.place && record.profileId === target.profileId;

export function partsOver(host: HostAuthStore, undo: UndoRecords = new MemoryUndoRecords()): ProfileStoreParts {
  const clock = { nowMs: () => NOW_MS };
  const recent = new RecentLists(clock);
  return { host, log: SILENT_LOG, recent, undo, clock, entropy: systemEntropy, readAccount };
}
