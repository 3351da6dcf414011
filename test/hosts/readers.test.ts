/** For random stores of good and odd entries: we list what the host's own reader lists, and change nothing else. */
import { existsSync, readFileSync, rmSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { plant, type HostBench } from "./bench.ts";
import { describeHosts } from "./describe-hosts.ts";
import { anyStore, Reader, type RandomStore, type ReaderAnswer } from "./readers.ts";

/** A run takes up to a second on slow cores. Attempts to make a failure smaller would take hundreds, so they are left out. */
const RUNS = 30;

/** An id or a provider of OpenAI, in a record that the host does not use as a Codex profile. */
function isOfOpenAi(id: string, record: unknown): boolean {
  const provider = (record as { readonly provider?: unknown } | null)?.provider;
  const named = typeof provider === "string" ? provider.trim().toLowerCase() : "";
  return /^openai(?:-codex)?(?::|$)/.test(id) || named === "openai" || named === "openai-codex";
}

describeHosts((_version, open) => {
  describe("readers", () => {
    it("list the same profiles, and a sign-in and its undo change nothing else", async () => {
      const bench = await open();
      const isFile = bench.traits.medium === "file";
      if (!isFile) await bench.seed(bench.idOf("before"));
      const reader = new Reader(bench.readerChild());
      onTestFinished(() => reader.close());
      let saved = 0;
      await fc.assert(
        fc.asyncProperty(anyStore(bench.traits.provider), async (store) => {
          if (isFile) plantFiles(bench, store);
          else plantRow(bench, store);
          const agentId = isFile ? store.agentId : "main";
          const request = { agentId, profileId: store.target };
          const filesBefore = filesOf(bench);
          const before = await reader.ask({ task: "list", ...request });
          expectSameList(before, isFile ? recordsFor(store) : {});
          const after = await reader.ask({ task: "sign-in", ...request });
          expectOnlyChange(before, after, store.target);
          const { provider } = bench.traits;
          const rest = withoutTarget(filesOf(bench), store.target, provider);
          expect(rest).toEqual(withoutTarget(filesBefore, store.target, provider));
          if (after.result?.kind !== "saved") return;
          saved += 1;
          expect(after.host.listed).toContain(store.target);
          if (!isFile || !after.result.isUndoable) return;
          expect((await reader.ask({ task: "undo", ...request })).result).toMatchObject({ kind: "saved" });
          expect(recordsIn(filesOf(bench), store.target)).toEqual(recordsIn(filesBefore, store.target));
        }),
        { numRuns: RUNS, endOnFailure: true },
      );
      expect(saved).toBeGreaterThan(RUNS / 3);
    });
  });
});

function expectSameList(answer: ReaderAnswer, records: Readonly<Record<string, unknown>>): void {
  const listed = answer.ours.filter(({ health }) => health !== "unreadable").map(({ id }) => id);
  expect(listed.toSorted()).toEqual([...answer.host.listed].toSorted());
  const isKey = (id: string) => isKeyOfSomebody(answer.host.profiles[id]);
  // An agent's own record that the host leaves out does not hide the shared one.
  const isOurs = (id: string) => isOfOpenAi(id, answer.host.profiles[id] ?? records[id]);
  const left = Object.keys(records).filter(
    (id) => isOurs(id) && !listed.includes(id) && !isKey(id) && !isOtherProvider(answer, id),
  );
  const unreadable = answer.ours.filter(({ health }) => health === "unreadable").map(({ id }) => id);
  if (Object.keys(records).length > 0) expect(unreadable.toSorted()).toEqual(left.toSorted());
}

/** The oldest hosts also read a key whose provider is blank, which no provider can use. */
function isKeyOfSomebody(credential: unknown): boolean {
  const { type, provider = "" } = (credential ?? {}) as { readonly type?: unknown; readonly provider?: string };
  return (type === "api_key" || type === "token") && provider.trim() !== "";
}

/** A sign-in of another provider under one of our ids. */
const isOtherProvider = ({ host }: ReaderAnswer, id: string) =>
  (host.profiles[id] as { readonly provider?: unknown } | undefined)?.provider === "anthropic";

function expectOnlyChange(before: ReaderAnswer, after: ReaderAnswer, target: string): void {
  const others = ({ host }: ReaderAnswer) => Object.entries(host.profiles).filter(([id]) => id !== target);
  expect(others(after)).toEqual(others(before));
}

/** What an agent's store consists of: main's records, and its own before them. */
function recordsFor({ main, second, agentId }: RandomStore): Readonly<Record<string, unknown>> {
  const own = agentId === "second" ? second : undefined;
  const [shared, mine] = [main, own].map((file) => file?.["profiles"] as Record<string, unknown> | undefined);
  return { ...shared, ...mine };
}

// ---- files

const fileOf = ({ folders }: HostBench, agentId: string, name: string) =>
  join(folders.state, "agents", agentId, "agent", name);

function put(path: string, content: unknown): void {
  rmSync(path, { force: true });
  if (content !== undefined) plant(path, JSON.stringify(content));
}

function plantFiles(bench: HostBench, { main, mainState, second }: RandomStore): void {
  // The reader of the oldest host copies all of main's file into the folder of an agent that has none.
  const copies = bench.version < "2026.3";
  put(fileOf(bench, "main", "auth-profiles.json"), main);
  put(fileOf(bench, "main", "auth-state.json"), mainState);
  put(fileOf(bench, "second", "auth-profiles.json"), second ?? (copies ? { version: 1, profiles: {} } : undefined));
  put(fileOf(bench, "second", "auth-state.json"), undefined);
}

type Json = Readonly<Record<string, unknown>>;

function filesOf(bench: HostBench): readonly Json[] {
  if (bench.traits.medium !== "file") return [];
  const paths = ["main", "second"].flatMap((agentId) =>
    ["auth-profiles.json", "auth-state.json"].map((name) => fileOf(bench, agentId, name)),
  );
  return paths.map((path) => (existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Json) : {}));
}

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

const trimmed = (id: unknown) => (typeof id === "string" ? id.trim() : "");
const entriesOf = (value: unknown) => (isObject(value) ? Object.entries(value) : []);
const withIds = ([, list]: readonly [string, unknown]) => Array.isArray(list) && list.some((id) => trimmed(id) !== "");

/**
 * The files without the target, its statistics and its place in an order. A list of our provider may move to the second
 * file, so the one that counts is compared. A field that is not an object counts as empty, because a write replaces it.
 */
function withoutTarget(files: readonly Json[], target: string, provider: string): readonly unknown[] {
  const without = (value: unknown) => Object.fromEntries(entriesOf(value).filter(([id]) => id !== target));
  const isOurs = ([key]: readonly [string, unknown]) => key.trim().toLowerCase() === provider;
  const listOf = (pair: readonly Json[]) => {
    const lists = pair.flatMap(({ order }) => entriesOf(order)).filter((one) => isOurs(one) && withIds(one));
    const list = (lists.at(-1)?.[1] ?? []) as readonly unknown[];
    return list.map(trimmed).filter((id) => id !== "" && id !== target);
  };
  const rest = files.map(({ profiles, usageStats, order, version: _version, ...others }) => ({
    ...others,
    profiles: without(profiles),
    usageStats: without(usageStats),
    order: entriesOf(order).filter((one) => !isOurs(one)),
  }));
  return [...rest, listOf(files.slice(0, 2)), listOf(files.slice(2))];
}

const recordsIn = (files: readonly Json[], target: string) =>
  files.map(({ profiles }) =>
    isObject(profiles) && target in profiles ? JSON.stringify(profiles[target]) : undefined,
  );

// ---- SQLite

function plantRow({ version, folders, agentDir }: HostBench, { main }: RandomStore): void {
  const isShared = version >= "2026.8";
  const path = isShared ? join(folders.state, "state/openclaw.sqlite") : join(agentDir, "openclaw-agent.sqlite");
  const database = new DatabaseSync(path);
  const [table, column, where] = isShared
    ? ["config_machine_state", "value_json", "state_key = 'authProfiles.store'"]
    : ["auth_profile_store", "store_json", "store_key = 'primary'"];
  const { version: _version, profiles } = main;
  database.prepare(`UPDATE ${table} SET ${column} = ? WHERE ${where}`).run(JSON.stringify({ version: 1, profiles }));
  database.close();
}
