/** Links that come and go between a check and its use, made by another process as fast as it can. */
import { once } from "node:events";
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CodexAuthError } from "../../src/errors.ts";
import { EMPTY_DOCUMENT, addSignIn } from "../../src/rules/pending-sign-ins.ts";
import { updatePrivateFile } from "../../src/store/private-file.ts";
import { createPendingStore, PENDING_FILE } from "../../src/store/pending-sign-ins.ts";
import { createUndoRecords } from "../../src/store/undo.ts";
import { DANA } from "../fakes/fake-ports.ts";
import { NODE } from "../support/host.ts";
import { killTree, spawnOwned } from "../support/owned-process.ts";
import { credential, NOW_MS } from "../store/profile-store-requests.ts";
import { requireSilence } from "./law.ts";
import { makeTempDir } from "../support/temp-dir.ts";

const CHILD = new URL("./raced-links-child.ts", import.meta.url).pathname;
const CANARY = `V1C2T3I4M5${"Z9Y8".repeat(8)}`;
const IS_ROOT = process.getuid?.() === 0;
const NOBODY = 65_534;
const RACED_MS = 500;

let base: string;
/** What must stay as it is, and unread. */
let victim: string;
let racer: ReturnType<typeof spawnOwned> | undefined;

beforeEach(() => {
  base = makeTempDir("race");
  chmodSync(base, 0o755);
  mkdirSync(join(base, "theirs"), { mode: 0o700 });
  victim = join(base, "theirs", "victim.json");
  writeFileSync(victim, CANARY, { mode: 0o600 });
});

afterEach(async () => {
  if (racer !== undefined) {
    const ended = once(racer, "exit");
    killTree(racer);
    await ended;
  }
  racer = undefined;
  rmSync(base, { recursive: true, force: true });
});

async function race(what: string, path: string, target: string, uid?: number): Promise<void> {
  const who = uid === undefined ? {} : { uid, gid: uid };
  racer = spawnOwned(NODE, [CHILD, what, path, target], { env: { PATH: "/usr/bin:/bin" }, cwd: "/", ...who });
  await once(racer.stdout, "data");
}

interface Outcome {
  readonly done: number;
  readonly refused: ReadonlySet<string>;
}

/** Longer where a busy machine has let the other process do nothing yet. */
const MOST_MS = 20_000;

/** The same work again and again while the other process races it; the victim is looked at after each. */
async function workOn(
  work: () => Promise<unknown>,
  isRaced: (outcome: Outcome) => boolean = () => true,
): Promise<Outcome> {
  const before = lstatSync(victim);
  const refused = new Set<string>();
  const startedMs = performance.now();
  const pastMs = () => performance.now() - startedMs;
  let done = 0;
  while (pastMs() < RACED_MS || (pastMs() < MOST_MS && !isRaced({ done, refused }))) {
    try {
      requireSilence([CANARY], await work());
      done += 1;
    } catch (error) {
      requireSilence([CANARY], error);
      if (!(error instanceof CodexAuthError)) throw error;
      refused.add(error.code);
    }
    expect(readFileSync(victim, "utf8")).toBe(CANARY);
  }
  const { ino, mode, mtimeMs, size } = lstatSync(victim);
  expect({ ino, mode, mtimeMs, size }).toEqual({
    ino: before.ino,
    mode: before.mode,
    mtimeMs: before.mtimeMs,
    size: before.size,
  });
  expect(done + refused.size).toBeGreaterThan(0);
  return { done, refused };
}

const LOGIN = {
  binding: DANA,
  profileId: "openai:work",
  profileName: "work",
  askedName: "work",
  stateDigest: "digest",
  state: "state",
  codeVerifier: "verifier",
  redirectUri: "http://localhost:1455/auth/callback",
  createdAtMs: NOW_MS,
  expiresAtMs: NOW_MS + 1000,
  attempts: 0,
};
const RECORD = {
  place: "shared",
  profileId: "openai:work",
  record: credential("old"),
  replacedBy: "mark",
  atMs: NOW_MS,
};

/** Our private files, each in a folder of its own, with what reads and writes them. */
const FILES = [
  {
    name: "the file of waiting sign-ins",
    path: () => join(base, "tmp", PENDING_FILE),
    work: () => {
      const store = createPendingStore(join(base, "tmp"));
      return async () => [
        await store.read(),
        await store.update((document) => ({ ...addSignIn(document, LOGIN, NOW_MS), result: document })),
      ];
    },
  },
  {
    name: "the undo file",
    path: () => join(base, "state", "codex-auth", "undo.json"),
    work: () => {
      mkdirSync(join(base, "state"), { recursive: true, mode: 0o700 });
      const undo = createUndoRecords(join(base, "state"));
      return async () => [
        await undo.keep(RECORD, "current"),
        await undo.find({ place: "shared", profileId: "openai:work", current: "mark", nowMs: NOW_MS }),
      ];
    },
  },
] as const;

describe.each(FILES)("$name, raced", ({ path, work }) => {
  const SWAPS = [
    { name: "the file itself", what: "link", at: (file: string) => file },
    { name: "its half-written next", what: "squat", at: (file: string) => `${file}.${process.pid}.tmp` },
    { name: "its lock", what: "squat", at: (file: string) => `${file}.lock` },
    {
      name: "its half-written lock",
      what: "squat",
      at: (file: string) => `${file}.codex-auth-lock-${process.pid}.tmp`,
    },
    { name: "its folder, by a file", what: "folder", at: (file: string) => join(file, "..") },
  ] as const;

  it.each(SWAPS)("leads to nothing behind a link: $name", async ({ what, at }) => {
    const file = path();
    const doing = work();
    await doing();
    await race(what, at(file), victim);
    await workOn(doing);
  });
});

describe("a folder that somebody else wants to be there first", () => {
  it.runIf(IS_ROOT)("is ours or refused, in a folder in which every user may write", async () => {
    const shared = join(base, "shared");
    mkdirSync(shared);
    chmodSync(shared, 0o1777);
    const folder = join(shared, "openclaw");
    // Were the link followed, this is the very file that would be read and replaced.
    const twin = join(base, "theirs", PENDING_FILE);
    writeFileSync(twin, JSON.stringify({ ...EMPTY_DOCUMENT, receipts: [] }), { mode: 0o600 });
    const before = [readFileSync(twin, "utf8"), lstatSync(twin).ino];
    await race("stranger", folder, join(base, "theirs"), NOBODY);
    const store = createPendingStore(folder);
    const { done, refused } = await workOn(async () => {
      await store.update((document) => addSignIn(document, LOGIN, NOW_MS));
      const document = await store.read();
      // Theirs comes again only where ours is gone.
      rmSync(folder, { recursive: true, force: true });
      return document;
    });
    expect([readFileSync(twin, "utf8"), lstatSync(twin).ino]).toEqual(before);
    expect(readdirSync(join(base, "theirs")).toSorted()).toEqual([PENDING_FILE, "victim.json"].toSorted());
    expect(done > 0 || refused.size > 0).toBe(true);
  });
});

describe("a link in a private folder", () => {
  it("is replaced by the next write, and what it led to stays", async () => {
    const path = join(base, "private", "file.json");
    await updatePrivateFile(path, 1024, () => ({ result: undefined, next: "{}" }));
    await race("link", path, victim);
    const { done, refused } = await workOn(
      () => updatePrivateFile(path, 1024, (content) => ({ result: content, next: "ours" })),
      (outcome) => outcome.done > 0 && outcome.refused.has("pending-insecure"),
    );
    // Both happen, or nothing was raced.
    expect(done).toBeGreaterThan(0);
    expect([...refused]).toContain("pending-insecure");
  });
});
