/** What is tried first and why, what the host is asked and told for it, and whose the profiles are. */
import { describe, expect, it } from "vitest";
import { MemoryLog } from "../fakes/fake-ports.ts";
import { CodexAuthError } from "../../src/errors.ts";
import type { HostAuthStore, HostChange, HostUpdate } from "../../src/store/profiles-document.ts";
import { createProfileStore } from "../../src/store/profile-store.ts";
import { createSqliteAuthStore } from "../../src/store/sqlite-auth-store.ts";
import { MemoryHostAuthStore, type AuthConfig } from "./memory-host-auth-store.ts";
import { credential, MemoryUndoRecords, NOW_MS, partsOver, saveRequest } from "./profile-store-requests.ts";

const IDS = Array.from({ length: 12 }, (_, index) => `openai:p${index}`);
const PROFILES = Object.fromEntries(IDS.map((id) => [id, credential(id)]));

interface World {
  readonly order?: readonly string[];
  readonly config?: AuthConfig;
  readonly host?: Partial<HostAuthStore>;
}

/** A store whose host notes what it is asked and told. */
function world({ order, config = {}, host: change = {} }: World = {}) {
  const memory = new MemoryHostAuthStore();
  memory.seed({ profiles: PROFILES, ...(order === undefined ? {} : { order: { openai: order } }) });
  memory.config = config;
  const weighed: (readonly string[])[] = [];
  const updates: HostUpdate[] = [];
  const written: boolean[] = [];
  const activated: HostChange[] = [];
  const inner = createSqliteAuthStore(memory);
  const host: HostAuthStore = {
    ...inner,
    async selectableIds(agentDir, document) {
      if (document !== undefined) weighed.push(Object.keys(document.profiles));
      return inner.selectableIds(agentDir, document);
    },
    async update(request) {
      updates.push(request);
      const edit: HostUpdate["edit"] = (document) => {
        const isWritten = request.edit(document);
        written.push(isWritten);
        return isWritten;
      };
      await inner.update({ ...request, edit });
    },
    async activate(activation) {
      activated.push(activation);
      return inner.activate(activation);
    },
    ...change,
  };
  const [undo, log] = [new MemoryUndoRecords(), new MemoryLog()];
  const store = createProfileStore({ ...partsOver(host, undo), log });
  return { memory, undo, log, store, weighed, updates, written, activated };
}

const defaultsIn = async ({ store }: ReturnType<typeof world>) =>
  (await store.list("main")).filter((profile) => "isDefault" in profile);

describe("the mark of the profile that is tried first", () => {
  it.each([
    { name: "of the stored order", order: ["openai:p3", "openai:p1"], config: {}, first: "openai:p3" },
    {
      name: "of the stored order before the config's",
      order: ["openai:p3"],
      config: { order: { openai: ["openai:p5"] } },
      first: "openai:p3",
    },
    { name: "of the config's order", config: { order: { openai: ["openai:p5", "openai:p1"] } }, first: "openai:p5" },
    { name: "of all", first: "openai:p0" },
  ])("is on one alone: the first $name", async ({ first, ...given }) => {
    expect(await defaultsIn(world(given))).toEqual([expect.objectContaining({ profileId: first, isDefault: true })]);
  });

  it("is on none if the host's resolver fails, and the list is there", async () => {
    const failing = world({ host: { selectableIds: () => Promise.reject(new Error("canary")) } });
    expect(await defaultsIn(failing)).toEqual([]);
    expect(await failing.store.list("main")).toHaveLength(IDS.length);
    expect(failing.log.lines).toContain("warn: asking the host for its first profile failed (Error)");
  });

  it.each([
    { name: "the stored one", given: { order: IDS } },
    { name: "the config's", given: { config: { order: { openai: IDS } } } },
  ])("costs the host a look at the beginning of an order alone: $name", async ({ given }) => {
    const asked = world(given);
    await asked.store.list("main");
    expect(asked.weighed).toEqual([IDS.slice(0, 8)]);
  });

  it("needs a look at all profiles if there is no order", async () => {
    const asked = world();
    await asked.store.list("main");
    expect(asked.weighed).toEqual([IDS]);
  });
});

describe("a list that is not kept", () => {
  it("is read immediately", async () => {
    expect(await world().store.recentList("main")).toHaveLength(IDS.length);
  });
});

describe("the name of a store", () => {
  it("is the provider's, and the file's if one was named", () => {
    expect(world().store.storeId).toBe("openai");
    expect(world({ host: { namedPath: "/some/auth-profiles.json" } }).store.storeId).toBe(
      "openai /some/auth-profiles.json",
    );
  });
});

describe("why a profile is chosen", () => {
  it("names the stored order, the config and the profiles that are tried", async () => {
    const config: AuthConfig = {
      order: { openai: ["openai:p5"] },
      profiles: { "openai:p6": { provider: "openai", mode: "oauth" } },
    };
    expect(await world({ order: ["openai:p3", "openai:p1"], config }).store.choice("ops")).toEqual({
      storedOrder: ["openai:p3", "openai:p1"],
      configOrder: ["openai:p5"],
      allowList: ["openai:p6"],
      tried: ["openai:p3", "openai:p1"],
      isOwnCopy: false,
    });
  });

  it("tells an agent's own copy from what all share, and none from none", async () => {
    const { memory, store } = world();
    expect((await store.choice("ops")).isOwnCopy).toBe(false);
    memory.seed({ profiles: { "openai:p0": credential("own") } }, "ops");
    expect((await store.choice("ops")).isOwnCopy).toBe(true);
    const empty = createProfileStore(partsOver(createSqliteAuthStore(new MemoryHostAuthStore())));
    expect(await empty.choice("main")).toMatchObject({ tried: [], isOwnCopy: false });
  });
});

describe("whose the profiles are", () => {
  it("is reported for each", async () => {
    const accounts = await world().store.accounts("main");
    expect(accounts.map(({ profileId }) => profileId)).toEqual(IDS);
    expect(accounts[3]).toMatchObject({ profileName: "p3", account: { email: "openai:p3@example.com" } });
  });
});

/** By an agent that has nothing of its own: what it changes is what all share. */
const shared = (profileId: string) => ({ ...saveRequest(profileId, "1"), agentId: "ops" });

describe("a preferred profile", () => {
  it("is put first, the others stay in the order, and the gateway is notified", async () => {
    const { store, memory, updates, activated } = world({ order: ["openai:p1", "openai:p3"] });
    expect(await store.prefer(shared("openai:p3"))).toEqual({ kind: "preferred", isFirst: true, activation: "live" });
    expect(memory.stored().order).toEqual({ openai: ["openai:p3", "openai:p1"] });
    expect(updates.map(({ keepInOrder }) => keepInOrder)).toEqual([["openai:p3", "openai:p1"]]);
    const record = expect.objectContaining({ raw: credential("openai:p3") });
    expect(activated).toEqual([{ agentDir: undefined, profileId: "openai:p3", record }]);
  });

  it("is not, by one who may no more, and nothing changes", async () => {
    const { store, memory } = world({ order: ["openai:p1", "openai:p3"] });
    expect(await store.prefer({ ...shared("openai:p3"), isAllowed: () => false })).toEqual({
      kind: "refused",
      code: "not-allowed",
    });
    expect(memory.stored().order).toEqual({ openai: ["openai:p1", "openai:p3"] });
  });
});

describe("a saved profile", () => {
  it("is reported to the gateway with its record, and the undo record is settled", async () => {
    const { store, undo, activated } = world();
    const settled: string[] = [];
    undo.settle = async ({ profileId }) => void settled.push(profileId);
    await store.save(saveRequest("openai:p3", "1"));
    await store.save(saveRequest("openai:new", "2"));
    expect(settled).toEqual(["openai:p3"]);
    expect(activated.map(({ profileId, record }) => [profileId, record])).toEqual([
      ["openai:p3", expect.objectContaining({ raw: expect.objectContaining({ refresh: "refresh-1" }) })],
      ["openai:new", expect.objectContaining({ raw: expect.objectContaining({ refresh: "refresh-2" }) })],
    ]);
  });

  it("is not written if the user is no longer an owner at the write", async () => {
    const { store, memory, written, activated } = world();
    let asked = 0;
    const isAllowed = () => {
      asked += 1;
      return asked === 1;
    };
    const request = { ...saveRequest("openai:p3", "1"), isAllowed };
    expect(await store.save(request)).toEqual({ kind: "refused", code: "not-allowed" });
    expect([written, activated]).toEqual([[false], []]);
    expect(memory.stored().profiles).toEqual(PROFILES);
  });

  it("is none of another provider's of that name", async () => {
    const { store, memory } = world();
    memory.seed({ profiles: { "openai:p3": credential("x", { provider: "anthropic" }) } });
    expect(await store.save(saveRequest("openai:p3", "1"))).toEqual({ kind: "refused", code: "profile-not-codex" });
  });

  it("is shown as usable if the host's resolver fails afterwards", async () => {
    const { store, log } = world({ host: { selectableIds: () => Promise.reject(new Error("canary")) } });
    expect(await store.save(saveRequest("openai:p3", "1"))).toMatchObject({ kind: "saved", isSelectable: true });
    expect(log.lines).toEqual(["warn: asking the host whether it uses a profile failed (Error)"]);
  });
});

describe("what is in the way of a save", () => {
  it("is found by a write that changes nothing, right before it alone", async () => {
    const { store, updates, memory } = world();
    const before = memory.stored();
    await store.obstacle({ ...saveRequest("openai:p3", "1"), isAboutToSave: false });
    expect(updates).toEqual([]);
    await store.obstacle({ ...saveRequest("openai:p3", "1"), isAboutToSave: true });
    expect(updates.map(({ keepInOrder, edit }) => [keepInOrder, edit(before)])).toEqual([[[], false]]);
    expect(memory.stored()).toEqual(before);
  });
});

describe("an undo", () => {
  it("that cannot read what was kept is refused as what it is", async () => {
    const { store, undo } = world();
    undo.find = () => Promise.reject(new CodexAuthError("undo-unwritable"));
    expect(await store.undo(saveRequest("openai:p3", "1"))).toEqual({ kind: "refused", code: "undo-unwritable" });
  });

  it("puts a profile that was taken out back at its place, and one that was replaced back where it stands", async () => {
    const order = ["openai:p1", "openai:p3", "openai:p5"];
    const { store, memory, undo } = world({ order });
    const target = shared("openai:p3");
    await store.remove(target);
    expect(undo.kept).toEqual([
      expect.objectContaining({ place: "shared", profileId: "openai:p3", orderIndex: 1, replacedBy: "", atMs: NOW_MS }),
    ]);
    await store.undo(target);
    expect(memory.stored().order).toEqual({ openai: order });
    await store.save(target);
    expect(Object.keys(undo.kept.at(-1) ?? {})).not.toContain("orderIndex");
    await store.remove(shared("openai:p7"));
    expect(Object.keys(undo.kept.at(-1) ?? {})).not.toContain("orderIndex");
  });

  it.each(["access", "refresh"] as const)(
    "is refused where another process has renewed the %s token since",
    async (token) => {
      const { store, memory } = world();
      const target = saveRequest("openai:p3", "1");
      await store.save(target);
      const { profiles } = memory.stored();
      const saved = profiles["openai:p3"] ?? credential("nobody");
      memory.seed({ profiles: { ...profiles, "openai:p3": { ...saved, [token]: "renewed" } } });
      expect(await store.undo(target)).toEqual({ kind: "refused", code: "undo-changed" });
    },
  );

  it("of an agent's own profile puts it back there", async () => {
    const { store, memory } = world();
    memory.seed({ profiles: { "openai:p0": credential("own") } }, "ops");
    const target = { ...saveRequest("openai:p0", "1"), agentId: "ops" };
    await store.save(target);
    expect(await store.undo(target)).toMatchObject({ kind: "saved" });
    expect(memory.stored("ops").profiles["openai:p0"]).toEqual(credential("own"));
    expect(memory.stored().profiles["openai:p0"]).toEqual(credential("openai:p0"));
  });
});
