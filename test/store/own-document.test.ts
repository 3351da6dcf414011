/** The plugin's own files across versions: what this one does not understand is neither used nor lost. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CodexAuthError } from "../../src/errors.ts";
import { addSignIn, cancelSignIns, claimSignIn, settleSignIn } from "../../src/rules/pending-sign-ins.ts";
import { createPendingStore, PENDING_FILE } from "../../src/store/pending-sign-ins.ts";
import { createNotices } from "../../src/store/records.ts";
import { createUndoRecords } from "../../src/store/undo.ts";
import { createFakePorts } from "../fakes/fake-ports.ts";
import { credential } from "./profile-store-requests.ts";
import { makeTempDir } from "../support/temp-dir.ts";

/** The pending store takes the time of the machine for records that it does not understand. */
const NOW_MS = Date.now();
const DAY_MS = 24 * 60 * 60_000;

const BINDING = {
  gateway: "/srv/dana/.openclaw",
  channel: "telegram",
  channelAccountId: "default",
  conversationId: "4242",
  senderId: "4242",
  agentId: "main",
};
/** A sign-in, a receipt and an undo record with exactly the fields of 0.1.0. The secrets are made here. */
const OLD_LOGIN = {
  binding: BINDING,
  profileId: "openai:work",
  profileName: "work",
  storeId: "openai",
  askedName: "default",
  stateDigest: createFakePorts().entropy.digest("old-state"),
  state: "old-state",
  codeVerifier: "old-verifier",
  redirectUri: "http://localhost:1455/auth/callback",
  createdAtMs: NOW_MS,
  expiresAtMs: NOW_MS + 15 * 60_000,
  attempts: 0,
};
const OLD_RECEIPT = {
  binding: BINDING,
  profileId: "openai:home",
  profileName: "home",
  stateDigest: "digest-2",
  outcome: "saved",
  atMs: NOW_MS,
  activation: "restart",
};
const OLD_UNDO = {
  place: "shared",
  profileId: "openai:work",
  record: credential("old"),
  orderIndex: 1,
  replacedBy: "digest-of-new",
  atMs: NOW_MS,
};
const OLD_NOTICE = { profileId: "openai:work", atMs: NOW_MS };

let folder: string;
beforeEach(() => {
  folder = makeTempDir("own");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function plant(file: string, document: unknown): void {
  const path = join(folder, file);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, typeof document === "string" ? document : JSON.stringify(document), { mode: 0o600 });
}

const textOf = (file: string) => readFileSync(join(folder, file), "utf8");
const stored = (file: string) => JSON.parse(textOf(file)) as Record<string, readonly Record<string, unknown>[]>;

/** One change of each file, its lists, a record of today, and a change that this version makes to the file. */
const FILES = [
  {
    file: PENDING_FILE,
    list: "logins",
    rest: { receipts: [] },
    record: OLD_LOGIN,
    refusal: "pending-unwritable",
    change: () =>
      createPendingStore(folder).update((document) =>
        addSignIn(document, { ...OLD_LOGIN, profileId: "openai:new", stateDigest: "new" }, NOW_MS),
      ),
  },
  {
    file: PENDING_FILE,
    list: "receipts",
    rest: { logins: [OLD_LOGIN] },
    record: OLD_RECEIPT,
    refusal: "pending-unwritable",
    change: () => createPendingStore(folder).update((document) => cancelSignIns(document, BINDING, NOW_MS)),
  },
  {
    file: "codex-auth/undo.json",
    list: "records",
    rest: {},
    record: OLD_UNDO,
    refusal: "undo-unwritable",
    change: () =>
      createUndoRecords(folder).keep({ ...OLD_UNDO, profileId: "openai:new", record: credential("new") }, ""),
  },
  {
    file: "codex-auth/notices.json",
    list: "notices",
    rest: {},
    record: OLD_NOTICE,
    refusal: "pending-unwritable",
    change: () => createNotices(folder).claim(["openai:new"], NOW_MS),
  },
] as const;

describe.each(FILES)("$list of $file", ({ file, list, rest, record, refusal, change }) => {
  const withRecords = (...records: readonly unknown[]) => ({ version: 1, ...rest, [list]: records });

  it("keep fields that this version does not know, in the file and in a record", async () => {
    plant(file, { ...withRecords({ ...record, later: { of: "a record" } }), later: ["of the file"] });
    await change();
    expect(stored(file)).toMatchObject({ version: 1, later: ["of the file"] });
    expect(stored(file)[list]).toContainEqual({ ...record, later: { of: "a record" } });
    expect(stored(file)[list]?.length).toBe(2);
  });

  it.each([
    { name: "of another form", unknown: { kind: "later" } },
    { name: "with a field of another type", unknown: { ...record, profileId: 7 } },
    { name: "that is no object", unknown: "later" },
  ])("keep a record $name beside a good one", async ({ unknown }) => {
    plant(file, withRecords(unknown, record));
    await change();
    expect(stored(file)[list]).toEqual(expect.arrayContaining([unknown, record]));
  });

  it("keep a record that they do not understand for a day, and 200 of them", async () => {
    const old = { kind: "later", atMs: NOW_MS - DAY_MS - 60_000 };
    const many = Array.from({ length: 201 }, (_, at) => ({ kind: "later", at }));
    plant(file, withRecords(old, ...many));
    await change();
    const kept = stored(file)[list]?.filter(({ kind }) => kind === "later") ?? [];
    expect([kept.length, kept[0]]).toEqual([200, { kind: "later", at: 1 }]);
  });

  it("are written without the unknown fields if those nest too deep to be written", async () => {
    const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`;
    plant(file, JSON.stringify({ ...withRecords(record), later: 0 }).replace('"later":0', `"later":${deep}`));
    await change();
    expect(stored(file)).not.toHaveProperty("later");
    expect(stored(file)[list]).toContainEqual(record);
  });

  it("of a later version are refused and never overwritten", async () => {
    plant(file, { version: 2, [list]: { in: "another form" } });
    const before = textOf(file);
    await expect(change()).rejects.toThrow(new CodexAuthError(refusal));
    expect(textOf(file)).toBe(before);
  });
});

it("a file that unknown fields make too long is written without them", async () => {
  const known = { version: 1, logins: [OLD_LOGIN], receipts: [] };
  const room = 4 * 1024 * 1024 - JSON.stringify(known).length;
  const document = { ...known, later: "x".repeat(room - 100) };
  plant(PENDING_FILE, document);
  const added = { ...OLD_LOGIN, profileId: "openai:new", stateDigest: "new" };
  await createPendingStore(folder).update((current) => addSignIn(current, added, NOW_MS));
  expect(stored(PENDING_FILE)).toEqual({ version: 1, logins: [OLD_LOGIN, added], receipts: [] });
});

describe("the files of 0.1.0", () => {
  it("hold a pending sign-in that can be claimed, and settled", async () => {
    plant(PENDING_FILE, { version: 1, logins: [OLD_LOGIN], receipts: [OLD_RECEIPT] });
    const store = createPendingStore(folder);
    const presented = { binding: BINDING, stateDigest: OLD_LOGIN.stateDigest };
    const claimed = await store.update((document) => claimSignIn(document, presented, NOW_MS));
    expect(claimed).toEqual({ kind: "found", login: OLD_LOGIN });
    await store.update((document) => settleSignIn(document, OLD_LOGIN.stateDigest, { outcome: "saved" }, NOW_MS));
    expect(stored(PENDING_FILE)).toEqual({
      version: 1,
      logins: [],
      receipts: [OLD_RECEIPT, expect.objectContaining({ outcome: "saved", profileName: "work" })],
    });
    expect(textOf(PENDING_FILE)).not.toMatch(/old-(?:state|verifier)/);
  });

  it("hold what an undo puts back", async () => {
    plant("codex-auth/undo.json", { version: 1, records: [OLD_UNDO] });
    const target = { place: "shared", profileId: "openai:work", current: "digest-of-new", nowMs: NOW_MS };
    expect(await createUndoRecords(folder).find(target)).toEqual(OLD_UNDO);
  });

  it("hold the notices of the last day", async () => {
    plant("codex-auth/notices.json", { version: 1, notices: [OLD_NOTICE] });
    expect(await createNotices(folder).claim(["openai:work"], NOW_MS)).toEqual([]);
  });
});
