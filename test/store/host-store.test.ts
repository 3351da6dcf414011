/** The contract over the fake, and what only a fake can be made to do. */
import { describe, expect, it } from "vitest";
import { CodexAuthError } from "../../src/errors.ts";
import { createHostStore, type HostAuthStore } from "../../src/store/host-store.ts";
import { describeHostStore } from "./host-store-contract.ts";
import { credential, NOW_MS, saveRequest } from "./host-store-requests.ts";
import { MemoryHostAuthStore } from "./memory-host-auth-store.ts";

describeHostStore("a fake", async () => {
  const host = new MemoryHostAuthStore();
  return {
    host,
    configure: (auth) => void (host.config = auth),
    seed: async (document, agentId) => host.seed(document, agentId),
    stored: (agentId) => host.stored(agentId),
    trouble: async (kind, tries) => host.trouble(kind, tries),
    files: () => [],
    close: async () => undefined,
  };
});

const clock = { nowMs: () => NOW_MS };

/** A host that does one thing in its own way. */
function hostWith(change: Partial<HostAuthStore>): MemoryHostAuthStore {
  return Object.assign(new MemoryHostAuthStore(), change);
}

describe("the host store", () => {
  it("tries a locked database twice and no more", async () => {
    const host = new MemoryHostAuthStore();
    host.trouble("locked");
    await createHostStore(host, clock).save(saveRequest("openai:a", "1"));
    expect(host.updates).toBe(2);
  });

  it.each(["unreadable", "migration-required"] as const)("tries once where the store is %s", async (kind) => {
    const host = new MemoryHostAuthStore();
    host.trouble(kind);
    await createHostStore(host, clock).save(saveRequest("openai:a", "1"));
    expect(host.updates).toBe(1);
  });

  it("does not call a profile saved that is not there when it is read back", async () => {
    const host = hostWith({ persisted: () => credential("of-another-process") });
    expect(await createHostStore(host, clock).save(saveRequest("openai:a", "1"))).toEqual({
      kind: "refused",
      code: "store-write-failed",
    });
  });

  it("says where the host's resolver still leaves the profile out", async () => {
    const host = hostWith({ selectableIds: () => ["openai:other"] });
    expect(await createHostStore(host, clock).save(saveRequest("openai:a", "1"))).toEqual({
      kind: "saved",
      isSelectable: false,
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
    await expect(createHostStore(host, clock).list("main")).rejects.toThrow(new CodexAuthError("store-unreadable"));
  });

  it("says that a profile is saved although the host's resolver fails afterwards", async () => {
    const host = hostWith({
      selectableIds: () => {
        throw new Error("canary");
      },
    });
    expect(await createHostStore(host, clock).save(saveRequest("openai:a", "1"))).toMatchObject({ kind: "saved" });
  });

  it("keeps its tokens sealed until they are in the host's transaction", async () => {
    const host = new MemoryHostAuthStore();
    const request = saveRequest("openai:a", "1");
    await createHostStore(host, clock).save(request);
    expect(JSON.stringify(request)).not.toMatch(/access-1|refresh-1/);
  });
});
