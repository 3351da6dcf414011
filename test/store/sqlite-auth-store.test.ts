/** Why a write did not happen, of which the host's own writer says nothing. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { CodexAuthError } from "../../src/errors.ts";
import { createSqliteAuthStore } from "../../src/store/sqlite-auth-store.ts";
import { makeTempDir } from "../support/temp-dir.ts";
import { MemoryHostAuthStore } from "./memory-host-auth-store.ts";

let folder: string;
let host: MemoryHostAuthStore;
beforeEach(() => {
  folder = makeTempDir("sqlite");
  host = new MemoryHostAuthStore();
  // Main's lies in the folder; no other agent has one.
  host.legacyFileOf = (agentDir) => join(folder, agentDir === host.agentDirOf("main") ? "." : "none", "older.json");
});

const update = (agentId?: string) =>
  createSqliteAuthStore(host).update({
    agentDir: agentId === undefined ? undefined : host.agentDirOf(agentId),
    keepInOrder: [],
    edit: () => true,
  });

describe("a write that did not happen", () => {
  it("is reported as locked if the store can still be read", async () => {
    host.trouble("locked", 1);
    await expect(update("main")).rejects.toThrow(new CodexAuthError("store-locked"));
    await update("main");
  });

  it("was stopped by rows that cannot be read", async () => {
    host.trouble("unreadable");
    await expect(update("main")).rejects.toThrow(new CodexAuthError("store-unreadable"));
  });

  it.each([
    { name: "of that agent", agentId: "main", code: "store-migration-required" },
    { name: "of main, for the store of all agents", agentId: undefined, code: "store-migration-required" },
    { name: "of another agent, which stops nobody else's", agentId: "second", code: "store-locked" },
  ] as const)("is explained by an older host's file $name: $code", async ({ agentId, code }) => {
    writeFileSync(join(folder, "older.json"), "{}");
    host.trouble("locked");
    await expect(update(agentId)).rejects.toThrow(new CodexAuthError(code));
  });
});

it.each([
  { record: null, kind: "unreadable" },
  { record: "text", kind: "unreadable" },
  { record: { provider: "openai", access: "canary" }, kind: "unreadable" },
  { record: { type: "oauth", provider: "openai", email: null }, kind: "credential" },
  { record: { mode: "oauth", provider: " OpenAI" }, kind: "credential" },
])("reads a stored record as the host does: $record is $kind", async ({ record, kind }) => {
  host.persisted = () => record as never;
  expect(await createSqliteAuthStore(host).persisted("main", "openai:work")).toMatchObject({ kind, raw: record });
});
