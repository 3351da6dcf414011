/** The contract over the fake, and what only a fake can be made to do. */
import { describe, expect, it } from "vitest";
import { CodexAuthError } from "../../src/errors.ts";
import { createProfileStore } from "../../src/store/profile-store.ts";
import { createSqliteAuthStore, type AuthStoreSdk } from "../../src/store/sqlite-auth-store.ts";
import { describeProfileStore } from "./profile-store-contract.ts";
import { credential, MemoryUndoRecords, partsOver, saveRequest } from "./profile-store-requests.ts";
import { MemoryHostAuthStore } from "./memory-host-auth-store.ts";

describeProfileStore("a fake", async () => {
  const host = new MemoryHostAuthStore();
  return {
    host: createSqliteAuthStore(host),
    configure: (auth) => void (host.config = auth),
    seed: async (document, agentId) => host.seed(document, agentId),
    stored: (agentId) => host.stored(agentId),
    trouble: async (kind, tries) => host.trouble(kind, tries),
    files: () => [],
    close: async () => undefined,
  };
});

const storeOver = (host: MemoryHostAuthStore) => createProfileStore(partsOver(createSqliteAuthStore(host)));

/** A host that does one thing in its own way. */
function hostWith(change: Partial<AuthStoreSdk>): MemoryHostAuthStore {
  return Object.assign(new MemoryHostAuthStore(), change);
}

describe("the host store", () => {
  it("tries a locked database twice and no more", async () => {
    const host = new MemoryHostAuthStore();
    host.trouble("locked");
    await storeOver(host).save(saveRequest("openai:a", "1"));
    expect(host.updates).toBe(2);
  });

  it.each(["unreadable", "migration-required"] as const)("does not even try where the store is %s", async (kind) => {
    const host = new MemoryHostAuthStore();
    host.trouble(kind);
    await storeOver(host).save(saveRequest("openai:a", "1"));
    expect(host.updates).toBe(0);
  });

  it("does not call a profile saved that is not there when it is read back", async () => {
    const host = hostWith({});
    host.persisted = () => (host.updates === 0 ? undefined : credential("of-another-process"));
    expect(await storeOver(host).save(saveRequest("openai:a", "1"))).toEqual({
      kind: "refused",
      code: "store-write-failed",
    });
  });

  it("says where the host's resolver still leaves the profile out", async () => {
    const host = hostWith({ selectableIds: () => ["openai:other"] });
    expect(await storeOver(host).save(saveRequest("openai:a", "1"))).toEqual({
      kind: "saved",
      isSelectable: false,
      isUndoable: false,
      activation: "live",
    });
  });

  it.each([
    { name: "an error with another code", error: Object.assign(new Error("canary"), { code: "EIO" }) },
    { name: "an error without a code", error: new Error("canary") },
    { name: "something that is no error", error: "canary" },
  ])("calls the store unreadable where the host throws $name", async ({ error }) => {
    const host = hostWith({
      read: () => {
        throw error;
      },
    });
    await expect(storeOver(host).list("main")).rejects.toThrow(new CodexAuthError("store-unreadable"));
  });

  it("says that a profile is saved although the host's resolver fails afterwards", async () => {
    const host = hostWith({
      selectableIds: () => {
        throw new Error("canary");
      },
    });
    expect(await storeOver(host).save(saveRequest("openai:a", "1"))).toMatchObject({ kind: "saved" });
  });

  it("keeps its tokens sealed until they are in the host's transaction", async () => {
    const host = new MemoryHostAuthStore();
    const request = saveRequest("openai:a", "1");
    await storeOver(host).save(request);
    expect(JSON.stringify(request)).not.toMatch(/access-1|refresh-1/);
  });

  it("replaces nothing that could not be kept", async () => {
    const host = new MemoryHostAuthStore();
    host.seed({ profiles: { "openai:a": credential("a") } });
    const undo = new MemoryUndoRecords();
    undo.tryOut = undo.keep = () => Promise.reject(new CodexAuthError("undo-unwritable"));
    const store = createProfileStore(partsOver(createSqliteAuthStore(host), undo));
    expect(await store.obstacle({ ...saveRequest("openai:a", "1"), isAboutToSave: true })).toBe("undo-unwritable");
    expect(await store.obstacle({ ...saveRequest("openai:new", "1"), isAboutToSave: false })).toBeUndefined();
    expect(await store.save(saveRequest("openai:a", "1"))).toEqual({ kind: "refused", code: "undo-unwritable" });
    expect({ updates: host.updates, stored: host.stored().profiles }).toEqual({
      updates: 0,
      stored: { "openai:a": credential("a") },
    });
  });

  it("keeps the record that it replaces, though another process changed it in between", async () => {
    const host = new MemoryHostAuthStore();
    host.seed({ profiles: { "openai:a": credential("a") } });
    const undo = new MemoryUndoRecords();
    const keep = undo.keep.bind(undo);
    undo.keep = async (record, current) => {
      if (undo.kept.length === 0) host.seed({ profiles: { "openai:a": credential("refreshed") } });
      await keep(record, current);
    };
    const store = createProfileStore(partsOver(createSqliteAuthStore(host), undo));
    expect(await store.save(saveRequest("openai:a", "1"))).toMatchObject({ kind: "saved", isUndoable: true });
    expect(undo.kept.map(({ record }) => record)).toEqual([credential("refreshed")]);
  });
});
