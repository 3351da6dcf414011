import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CodexAuthError } from "../../src/errors.ts";
import { createUndoRecords, type UndoRecord } from "../../src/store/undo.ts";
import { credential, NOW_MS } from "./profile-store-requests.ts";
import { makeTempDir } from "../support/temp-dir.ts";

const DAY_MS = 24 * 60 * 60_000;

let stateDir: string;
let file: string;

beforeEach(() => {
  stateDir = makeTempDir("undo");
  file = join(stateDir, "codex-auth/undo.json");
});
afterEach(() => rmSync(stateDir, { recursive: true, force: true }));

const recordOf = (name: string, change: Partial<UndoRecord> = {}): UndoRecord => ({
  place: "shared",
  profileId: "openai:work",
  record: credential(name),
  replacedBy: `digest-${name}`,
  atMs: NOW_MS,
  ...change,
});

const targetOf = (place: string, nowMs: number, current = "") => ({ place, profileId: "openai:work", current, nowMs });

function plantRecords(content: string): void {
  mkdirSync(join(stateDir, "codex-auth"), { mode: 0o700 });
  writeFileSync(file, content, { mode: 0o600 });
}

const { record: _record, ...WITHOUT_RECORD } = recordOf("a");

describe("the undo records", () => {
  it("give back what was kept, to another process too", async () => {
    await createUndoRecords(stateDir).keep(recordOf("a"), "");
    expect(await createUndoRecords(stateDir).find(targetOf("shared", NOW_MS))).toEqual(recordOf("a"));
  });

  it.each([null, false, 7, "text", [1], {}, { mode: "oauth", provider: "openai", email: null }])(
    "give back the JSON of an unreadable record: %j",
    async (record) => {
      await createUndoRecords(stateDir).keep(recordOf("a", { record }), "");
      const found = await createUndoRecords(stateDir).find(targetOf("shared", NOW_MS));
      expect(JSON.stringify(found?.record)).toBe(JSON.stringify(record));
    },
  );

  it("hold the last record of each profile in each place", async () => {
    const records = createUndoRecords(stateDir);
    for (const record of [recordOf("a"), recordOf("b"), recordOf("c", { place: "/agents/x" })]) {
      await records.keep(record, "");
    }
    expect(await records.find(targetOf("shared", NOW_MS))).toEqual(recordOf("b"));
    expect(await records.find(targetOf("/agents/x", NOW_MS))).toEqual(recordOf("c", { place: "/agents/x" }));
    expect(readFileSync(file, "utf8")).not.toContain("refresh-a");
  });

  it("belong to one profile each, if two are in one place", async () => {
    const records = createUndoRecords(stateDir);
    await records.keep(recordOf("a"), "");
    await records.keep(recordOf("b", { profileId: "openai:other" }), "");
    expect(await records.find(targetOf("shared", NOW_MS))).toEqual(recordOf("a"));
    expect(await records.find({ ...targetOf("shared", NOW_MS), profileId: "openai:third" })).toBeUndefined();
  });

  it("tell of which profiles there are any, for a day, and after each change", async () => {
    const records = createUndoRecords(stateDir);
    expect(await records.has("openai:work", NOW_MS)).toBe(false);
    await records.keep(recordOf("a", { place: "/agents/x" }), "");
    expect(await records.has("openai:work", NOW_MS)).toBe(true);
    expect(await records.has("openai:team", NOW_MS)).toBe(false);
    await createUndoRecords(stateDir).keep(recordOf("b", { profileId: "openai:team" }), "");
    expect(await records.has("openai:team", NOW_MS + DAY_MS - 1)).toBe(true);
    expect(await records.has("openai:team", NOW_MS + DAY_MS)).toBe(false);
  });

  it("last for a day, whichever way the clock is set meanwhile", async () => {
    const records = createUndoRecords(stateDir);
    await records.keep(recordOf("a"), "");
    for (const nowMs of [NOW_MS - DAY_MS + 1, NOW_MS, NOW_MS + DAY_MS - 1]) {
      expect(await records.find(targetOf("shared", nowMs))).toEqual(recordOf("a"));
    }
    expect(await records.find(targetOf("shared", NOW_MS - DAY_MS))).toBeUndefined();
  });

  it("are 200 at most, the newest ones", async () => {
    const many = Array.from({ length: 200 }, (_, index) => recordOf("a", { profileId: `openai:${index}` }));
    plantRecords(JSON.stringify({ version: 1, records: many }));
    await createUndoRecords(stateDir).keep(recordOf("b"), "");
    const { records } = JSON.parse(readFileSync(file, "utf8")) as { records: UndoRecord[] };
    expect([records.length, records[0]?.profileId, records.at(-1)?.profileId]).toEqual([
      200,
      "openai:1",
      "openai:work",
    ]);
  });

  it("keep one of the same tokens over again", async () => {
    const records = createUndoRecords(stateDir);
    await records.keep(recordOf("a", { replacedBy: "same" }), "other");
    await records.keep(recordOf("b", { replacedBy: "same" }), "same");
    expect(readFileSync(file, "utf8")).not.toContain("refresh-a");
  });

  it("forget after a day, and drop the tokens with the next record", async () => {
    const records = createUndoRecords(stateDir);
    await records.keep(recordOf("a"), "");
    expect(await records.find(targetOf("shared", NOW_MS + DAY_MS))).toBeUndefined();
    await records.keep(recordOf("b", { profileId: "openai:other", atMs: NOW_MS + DAY_MS }), "");
    expect(readFileSync(file, "utf8")).not.toContain("refresh-a");
  });

  it("lie in a private file of a private folder, and make none for a question", async () => {
    const records = createUndoRecords(stateDir);
    expect(await records.find(targetOf("shared", NOW_MS))).toBeUndefined();
    expect(existsSync(join(stateDir, "codex-auth"))).toBe(false);
    await records.keep(recordOf("a"), "");
    expect([statSync(file).mode & 0o777, statSync(join(file, "..")).mode & 0o777]).toEqual([0o600, 0o700]);
  });

  it("keep what is in force beside what is about to take its place, until that has", async () => {
    const records = createUndoRecords(stateDir);
    await records.keep(recordOf("a", { replacedBy: "digest-of-b" }), "digest-of-a");
    // B is there; C is about to come, and does not.
    await records.keep(recordOf("b", { replacedBy: "digest-of-c" }), "digest-of-b");
    expect(await records.find(targetOf("shared", NOW_MS, "digest-of-b"))).toMatchObject({ record: credential("a") });
    expect(await records.find(targetOf("shared", NOW_MS, "digest-of-c"))).toMatchObject({ record: credential("b") });
    // Nor does D.
    await records.keep(recordOf("b", { replacedBy: "digest-of-d" }), "digest-of-b");
    expect(await records.find(targetOf("shared", NOW_MS, "digest-of-b"))).toMatchObject({ record: credential("a") });
    await records.settle(recordOf("b", { replacedBy: "digest-of-d" }));
    expect(await records.find(targetOf("shared", NOW_MS, "digest-of-b"))).toMatchObject({ record: credential("b") });
    expect(readFileSync(file, "utf8")).not.toContain("refresh-a");
  });

  it("of a version to come are left as they are, and nothing is replaced meanwhile", async () => {
    mkdirSync(join(stateDir, "codex-auth"), { mode: 0o700 });
    writeFileSync(file, '{"version":2}', { mode: 0o600 });
    const refusal = new CodexAuthError("undo-unwritable");
    await expect(createUndoRecords(stateDir).keep(recordOf("a"), "")).rejects.toThrow(refusal);
    expect(readFileSync(file, "utf8")).toBe('{"version":2}');
  });

  it("tell beforehand that nothing could be kept, and change nothing by it", async () => {
    const records = createUndoRecords(stateDir);
    await records.tryOut();
    expect(existsSync(file)).toBe(false);
    mkdirSync(`${file}.lock`);
    writeFileSync(join(`${file}.lock`, "x"), "");
    await expect(records.tryOut()).rejects.toThrow(new CodexAuthError("undo-unwritable"));
    rmSync(`${file}.lock`, { recursive: true });
    writeFileSync(file, '{"version":2}', { mode: 0o600 });
    await expect(records.tryOut()).rejects.toThrow(new CodexAuthError("undo-unwritable"));
    expect(readFileSync(file, "utf8")).toBe('{"version":2}');
  });

  it.each([
    { name: "half of one", content: "{" },
    { name: "a version in text", content: '{"version":"2","records":[]}' },
    { name: "an entry without a record", content: JSON.stringify({ version: 1, records: [WITHOUT_RECORD] }) },
  ])("count a damaged file as none: $name", async ({ content }) => {
    plantRecords(content);
    expect(await createUndoRecords(stateDir).find(targetOf("shared", NOW_MS))).toBeUndefined();
  });

  it("refuse a file that others may open", async () => {
    mkdirSync(join(stateDir, "codex-auth"), { mode: 0o700 });
    writeFileSync(file, "{}", { mode: 0o644 });
    const refusal = new CodexAuthError("undo-unwritable");
    await expect(createUndoRecords(stateDir).find(targetOf("shared", NOW_MS))).rejects.toThrow(refusal);
    await expect(createUndoRecords(stateDir).keep(recordOf("a"), "")).rejects.toThrow(refusal);
  });
});
