import { describe, expect, it } from "vitest";
import { createProfileStore, RecentLists } from "../../src/store/profile-store.ts";
import { createSqliteAuthStore } from "../../src/store/sqlite-auth-store.ts";
import { MemoryHostAuthStore } from "./memory-host-auth-store.ts";
import { credential, NOW_MS, partsOver, saveRequest } from "./profile-store-requests.ts";

/** A store of so many profiles, a clock, and whether it shows what another process puts in. */
function board(count: number) {
  const host = new MemoryHostAuthStore();
  const ids = Array.from({ length: count }, (_, index) => `openai:p${index}`);
  host.seed({ profiles: Object.fromEntries(ids.map((id) => [id, credential(id)])) });
  const clock = { now: NOW_MS, nowMs: () => clock.now };
  const store = createProfileStore({ ...partsOver(createSqliteAuthStore(host)), clock });
  const addElsewhere = (id: string) =>
    host.seed({ profiles: { ...host.stored().profiles, [id]: credential("elsewhere") } });
  const keepElsewhere = (kept: number) =>
    host.seed({ profiles: Object.fromEntries(Object.entries(host.stored().profiles).slice(0, kept)) });
  const lengthOf = async (list: "list" | "recentList") => (await store[list]("main")).length;
  return { store, clock, addElsewhere, keepElsewhere, lengthOf };
}

describe("a recent list", () => {
  it("of fifty profiles is what there is now", async () => {
    const { addElsewhere, lengthOf } = board(50);
    expect(await lengthOf("recentList")).toBe(50);
    addElsewhere("openai:new");
    expect(await lengthOf("recentList")).toBe(51);
  });

  it("of more may be ten seconds old, and no older, by a clock that is set back too", async () => {
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

  it("is renewed by every look at what there is now", async () => {
    const { addElsewhere, lengthOf } = board(51);
    await lengthOf("recentList");
    addElsewhere("openai:new");
    expect(await lengthOf("list")).toBe(52);
    expect(await lengthOf("recentList")).toBe(52);
  });

  it("is of no use once there are fewer", async () => {
    const { keepElsewhere, lengthOf } = board(51);
    await lengthOf("recentList");
    keepElsewhere(50);
    expect(await lengthOf("list")).toBe(50);
    keepElsewhere(49);
    expect(await lengthOf("recentList")).toBe(49);
  });

  it("is of one agent alone", async () => {
    const { store, addElsewhere } = board(51);
    await store.recentList("main");
    addElsewhere("openai:new");
    expect((await store.recentList("ops")).length).toBe(52);
  });

  it("is not kept where a change was made while it was read", async () => {
    const { store, clock } = board(51);
    const lists = new RecentLists(clock);
    const profiles = await store.list("main");
    const read = Promise.withResolvers<typeof profiles>();
    const looking = lists.renew("main", () => read.promise);
    await lists.around(() => Promise.resolve());
    read.resolve(profiles);
    expect(await looking).toBe(profiles);
    expect(lists.get("main")).toBeUndefined();
    await lists.renew("main", () => Promise.resolve(profiles));
    expect(lists.get("main")).toBe(profiles);
  });

  it("is not given while a change is made, and what is read meanwhile is not kept", async () => {
    const { store, clock } = board(51);
    const lists = new RecentLists(clock);
    const profiles = await store.list("main");
    const read = () => lists.renew("main", () => Promise.resolve(profiles));
    await read();
    const seen = await lists.around(async () => {
      const before = lists.get("main");
      await read();
      return before;
    });
    expect([seen, lists.get("main")]).toEqual([undefined, undefined]);
  });

  it.each(["save", "remove", "prefer", "undo"] as const)("is forgotten with a change made here: %s", async (act) => {
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
