/** One listener for many sign-ins: when it opens, and when it lets the port go. */
import { afterEach, describe, expect, it } from "vitest";
import { ListenerKeeper, type KeeperParts } from "../../src/loopback/keeper.ts";
import { ENGLISH } from "../support/english.ts";
import { closeServer, freePort } from "../support/loopback.ts";
import { waitUntil } from "../support/wait.ts";
import { occupy, send } from "./http.ts";

const PATH = "/auth/callback?code=ac_canary&state=0123456789abcdef0123456789abcdef";
const keepers: ListenerKeeper[] = [];
afterEach(() => {
  for (const keeper of keepers.splice(0)) keeper.stop();
});

async function createKeeper(change: Partial<KeeperParts> = {}) {
  const port = await freePort();
  const state = { isNeeded: true, runs: false };
  const looks: (() => Promise<void>)[] = [];
  const keeper = new ListenerKeeper((task) => {
    looks.push(task);
    return { start: () => (state.runs = true), stop: () => (state.runs = false) };
  });
  keepers.push(keeper);
  const parts: KeeperParts = {
    port,
    locale: () => ENGLISH,
    statusCommand: "/codex_auth status",
    answer: async () => "saved",
    isNeeded: async () => state.isNeeded,
    ...change,
  };
  const isOpen = async () => (await send(port, "/done")).status === 200;
  return { keeper, parts, port, state, isOpen, look: async () => looks[0]?.() };
}

describe("the keeper of the listener", () => {
  it("opens one listener for several sign-ins, and closes it after the last", async () => {
    const { keeper, parts, state, isOpen, look } = await createKeeper();
    expect(await Promise.all([keeper.open(parts), keeper.open(parts)])).toEqual([true, true]);
    expect(await keeper.open(parts)).toBe(true);
    expect([await isOpen(), state.runs]).toEqual([true, true]);
    await look();
    expect(await isOpen()).toBe(true);
    state.isNeeded = false;
    await look();
    expect([await isOpen(), state.runs]).toEqual([false, false]);
  });

  it("serves all sign-ins by the parts of the newest, because an older copy of the plugin may be gone", async () => {
    const { keeper, parts, port } = await createKeeper();
    await keeper.open(parts);
    await keeper.open({ ...parts, answer: async () => "question" });
    expect((await send(port, PATH)).headers["location"]).toBe("/done#question");
  });

  it("stays open for the browser that is being answered, and for a while after it", async () => {
    const held: (() => void)[] = [];
    const { keeper, parts, port, state, isOpen, look } = await createKeeper({
      answer: () => new Promise((resolve) => held.push(() => resolve("saved"))),
    });
    await keeper.open(parts);
    const page = send(port, PATH);
    await waitUntil("the request", () => held.length === 1);
    state.isNeeded = false;
    for (let looks = 0; looks < 100; looks += 1) await look();
    held[0]?.();
    expect((await page).headers["location"]).toBe("/done#saved");
    for (let looks = 0; looks < 30; looks += 1) await look();
    expect(await isOpen()).toBe(true);
    await look();
    expect(await isOpen()).toBe(false);
  });

  it("says so if another program has the port, and tries again for the next sign-in", async () => {
    const { keeper, parts, port } = await createKeeper();
    const other = await occupy(port, "127.0.0.1");
    expect(await keeper.open(parts)).toBe(false);
    await closeServer(other);
    expect(await keeper.open(parts)).toBe(true);
  });

  it("leaves the port to the Codex CLI until the next sign-in starts", async () => {
    const { keeper, parts, port, state, isOpen, look } = await createKeeper();
    await keeper.open(parts);
    expect((await send(port, "/cancel")).status).toBe(200);
    await look();
    expect([await isOpen(), state.runs]).toEqual([false, false]);
    expect(await keeper.open(parts)).toBe(true);
    expect(await isOpen()).toBe(true);
  });

  it("frees the port when the plugin stops, also while it is being opened", async () => {
    const { keeper, parts, isOpen } = await createKeeper();
    await keeper.open(parts);
    keeper.stop();
    expect(await isOpen()).toBe(false);
    const opening = keeper.open(parts);
    keeper.stop();
    expect([await opening, await isOpen()]).toEqual([false, false]);
    expect(await keeper.open(parts)).toBe(true);
  });
});
