/** The contract over the fake, and what only a fake can be made to do. */
import { describe, expect, it, vi } from "vitest";
import { CodexAuthError, type ErrorCode, failureName } from "../../src/errors.ts";
import { withRetries } from "../../src/store/attempts.ts";
import { createProfileStore, RecentLists } from "../../src/store/profile-store.ts";
import { createSqliteAuthStore, type AuthStoreSdk } from "../../src/store/sqlite-auth-store.ts";
import { MemoryLog } from "../fakes/fake-ports.ts";
import { describeProfileStore } from "./profile-store-contract.ts";
import { credential, MemoryUndoRecords, NOW_MS, partsOver, saveRequest } from "./profile-store-requests.ts";
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
  it("tries a locked database twice", async () => {
    const host = new MemoryHostAuthStore();
    host.trouble("locked");
    await storeOver(host).save(saveRequest("openai:a", "1"));
    expect(host.updates).toBe(2);
  });

  it.each(["unreadable", "migration-required"] as const)("does not try a store that is %s", async (kind) => {
    const host = new MemoryHostAuthStore();
    host.trouble(kind);
    await storeOver(host).save(saveRequest("openai:a", "1"));
    expect(host.updates).toBe(0);
  });

  it("does not report a profile as saved that is not there when it is read back", async () => {
    const host = hostWith({});
    host.persisted = () => (host.updates === 0 ? undefined : credential("of-another-process"));
    expect(await storeOver(host).save(saveRequest("openai:a", "1"))).toEqual({
      kind: "refused",
      code: "store-write-failed",
    });
  });

  it("reports a saved profile that the host's resolver leaves out", async () => {
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
  ])("calls the store unreadable if the host throws $name", async ({ error }) => {
    const host = hostWith({
      read: () => {
        throw error;
      },
    });
    await expect(storeOver(host).list("main")).rejects.toThrow(new CodexAuthError("store-unreadable"));
  });

  it("keeps the tokens secret until they are in the host's transaction", async () => {
    const host = new MemoryHostAuthStore();
    const request = saveRequest("openai:a", "1");
    await storeOver(host).save(request);
    expect(JSON.stringify(request)).not.toMatch(/access-1|refresh-1/);
  });

  it("does not replace a record that could not be kept", async () => {
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

  it("names the store first if neither it nor the undo records can be written, as on a read-only disk", async () => {
    const host = new MemoryHostAuthStore();
    host.seed({ profiles: { "openai:a": credential("a") } });
    const undo = new MemoryUndoRecords();
    undo.tryOut = () => Promise.reject(new CodexAuthError("undo-unwritable"));
    const database = createSqliteAuthStore(host);
    database.assertWritable = () => Promise.reject(new CodexAuthError("store-read-only"));
    const store = createProfileStore(partsOver(database, undo));
    expect(await store.obstacle({ ...saveRequest("openai:a", "1"), isAboutToSave: false })).toBe("store-read-only");
  });

  it("keeps the record that it replaces although another process has just changed it", async () => {
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

const OUR_WAIT = { waitsForOthers: false };
const THEIR_WAIT = { waitsForOthers: true };
const refused = (code: ErrorCode) => ({ kind: "refused", code });

/** Answers each attempt with the next of these, and the last one from then on. */
function attempts(...answers: readonly ("moved" | "done" | ErrorCode)[]) {
  let count = 0;
  const attempt = async (): Promise<"moved" | { readonly kind: "done" }> => {
    const answer = answers[Math.min(count, answers.length - 1)] ?? "done";
    count += 1;
    if (answer === "moved") return answer;
    if (answer === "done") return { kind: "done" };
    throw new CodexAuthError(answer);
  };
  return { attempt, count: () => count };
}

/** Without the pause between two attempts. */
async function hurried<Result>(work: () => Promise<Result>): Promise<Result> {
  vi.useFakeTimers({ toFake: ["setTimeout"] });
  try {
    const result = work();
    await vi.runAllTimersAsync();
    return await result;
  } finally {
    vi.useRealTimers();
  }
}

describe("withRetries", () => {
  it.each<[string, { waitsForOthers: boolean }, ("moved" | "done" | ErrorCode)[], result: object, tries: number]>([
    ["reads a record again that another process has changed", OUR_WAIT, ["moved", "done"], { kind: "done" }, 2],
    ["gives up after four changes by other processes", OUR_WAIT, ["moved"], refused("store-locked"), 4],
    ["tries a locked store once more", OUR_WAIT, ["store-locked", "done"], { kind: "done" }, 2],
    ["gives up if it is still locked", OUR_WAIT, ["store-locked"], refused("store-locked"), 2],
    ["does not try again if the host has waited", THEIR_WAIT, ["store-locked"], refused("store-locked"), 1],
    ["does not try an unreadable store again", OUR_WAIT, ["store-unreadable"], refused("store-unreadable"), 1],
    ["does not try a failed write again", OUR_WAIT, ["store-write-failed"], refused("store-write-failed"), 1],
    ["does not try a profile of another kind again", OUR_WAIT, ["profile-not-codex"], refused("profile-not-codex"), 1],
    ["does not try without an undo record again", OUR_WAIT, ["undo-unwritable"], refused("undo-unwritable"), 1],
  ])("%s", async (_, host, answers, result, tries) => {
    const { attempt, count } = attempts(...answers);
    expect([await hurried(() => withRetries({ host, log: new MemoryLog() }, attempt)), count()]).toEqual([
      result,
      tries,
    ]);
  });

  it.each([new Error("EIO"), "canary", new CodexAuthError("internal")])(
    "calls %s a failed write, and logs it",
    async (error) => {
      const log = new MemoryLog();
      const result = await withRetries({ host: OUR_WAIT, log }, () => Promise.reject(error as Error));
      expect(result).toEqual(refused("store-write-failed"));
      expect(log.lines).toEqual([`warn: a change of the profile store failed (${failureName(error)})`]);
      expect(log.lines.join()).not.toContain("canary");
    },
  );
});

/** A store of so many profiles, a clock, and whether it shows what another process puts in. */
function board(count: number) {
  const host = new MemoryHostAuthStore();
  const ids = Array.from({ length: count }, (_, index) => `openai:p${index}`);
  host.seed({ profiles: Object.fromEntries(ids.map((id) => [id, credential(id)])) });
  const clock = { now: NOW_MS, nowMs: () => clock.now };
  const store = createProfileStore({
    ...partsOver(createSqliteAuthStore(host)),
    clock,
    recent: new RecentLists(clock),
  });
  const addElsewhere = (id: string) =>
    host.seed({ profiles: { ...host.stored().profiles, [id]: credential("elsewhere") } });
  const keepElsewhere = (kept: number) =>
    host.seed({ profiles: Object.fromEntries(Object.entries(host.stored().profiles).slice(0, kept)) });
  const lengthOf = async (list: "list" | "recentList") => (await store[list]("main")).length;
  return { store, clock, addElsewhere, keepElsewhere, lengthOf };
}

describe("recentList", () => {
  it("of 50 profiles is always read", async () => {
    const { addElsewhere, lengthOf } = board(50);
    expect(await lengthOf("recentList")).toBe(50);
    addElsewhere("openai:new");
    expect(await lengthOf("recentList")).toBe(51);
  });

  it("of more profiles is at most ten seconds old, also if the clock is set back", async () => {
    const { clock, addElsewhere, lengthOf } = board(51);
    expect(await lengthOf("recentList")).toBe(51);
    addElsewhere("openai:new");
    clock.now += 9_999;
    expect(await lengthOf("recentList")).toBe(51);
    clock.now += 1;
    expect(await lengthOf("recentList")).toBe(52);
    addElsewhere("openai:newer");
    clock.now -= 3_600_000;
    expect(await lengthOf("recentList")).toBe(53);
  });

  it("is renewed by every list", async () => {
    const { addElsewhere, lengthOf } = board(51);
    await lengthOf("recentList");
    addElsewhere("openai:new");
    expect(await lengthOf("list")).toBe(52);
    expect(await lengthOf("recentList")).toBe(52);
  });

  it("is not used if there are fewer profiles by now", async () => {
    const { keepElsewhere, lengthOf } = board(51);
    await lengthOf("recentList");
    keepElsewhere(50);
    expect(await lengthOf("list")).toBe(50);
    keepElsewhere(49);
    expect(await lengthOf("recentList")).toBe(49);
  });

  it("belongs to one agent", async () => {
    const { store, addElsewhere } = board(51);
    await store.recentList("main");
    addElsewhere("openai:new");
    expect((await store.recentList("ops")).length).toBe(52);
  });

  it("is not kept if a change was made while it was read", async () => {
    const { store, clock } = board(51);
    const lists = new RecentLists(clock);
    const profiles = await store.list("main");
    const read = Promise.withResolvers<typeof profiles>();
    const looking = lists.renew("main", () => read.promise);
    await lists.duringChange(() => Promise.resolve());
    read.resolve(profiles);
    expect(await looking).toBe(profiles);
    expect(lists.get("main")).toBeUndefined();
    await lists.renew("main", () => Promise.resolve(profiles));
    expect(lists.get("main")).toBe(profiles);
  });

  it("is not replaced by a read that began earlier", async () => {
    const { store, clock } = board(51);
    const lists = new RecentLists(clock);
    const profiles = await store.list("main");
    const older = Promise.withResolvers<typeof profiles>();
    const looking = lists.renew("main", () => older.promise);
    await lists.renew("main", () => Promise.resolve(profiles));
    older.resolve([...profiles]);
    await looking;
    expect(lists.get("main")).toBe(profiles);
  });

  it.each(["save", "remove", "prefer", "undo"] as const)("is dropped by a change of this process: %s", async (act) => {
    const { store, addElsewhere, lengthOf } = board(51);
    await store.save(saveRequest("openai:p1", "1"));
    await lengthOf("recentList");
    addElsewhere("openai:new");
    const request = saveRequest("openai:p1", "2");
    if (act === "save") await store.save(request);
    else await store[act](request);
    expect(await lengthOf("recentList")).toBe(act === "remove" ? 51 : 52);
  });
});
