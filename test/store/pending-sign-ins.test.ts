/** Pending logins as they lie on disk. */
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CodexAuthError } from "../../src/errors.ts";
import {
  cancelSignIns,
  claimSignIn,
  EMPTY_DOCUMENT,
  SIGN_IN_TTL_MS,
  pendingSignInsOf,
  addSignIn,
  type PendingDocument,
  type PendingSignIn,
} from "../../src/rules/pending-sign-ins.ts";
import type { PendingStore } from "../../src/actions/ports.ts";
import { createPendingStore, PENDING_FILE } from "../../src/store/pending-sign-ins.ts";
import { makeTempDir } from "../support/temp-dir.ts";

const NOW_MS = 1_795_000_000_000;
const BINDING = {
  gateway: "gateway-1",
  channel: "telegram",
  channelAccountId: "default",
  conversationId: "4242",
  senderId: "4242",
  agentId: "main",
};
const LOGIN: PendingSignIn = {
  binding: BINDING,
  profileId: "openai:work",
  profileName: "work",
  storeId: "openai",
  askedName: "work",
  stateDigest: "digest-1",
  state: "canary-state",
  codeVerifier: "canary-verifier",
  redirectUri: "http://localhost:1455/auth/callback",
  createdAtMs: NOW_MS,
  expiresAtMs: NOW_MS + SIGN_IN_TTL_MS,
  attempts: 0,
};
const WAITING: PendingDocument = { version: 1, logins: [LOGIN], receipts: [] };

const RECEIPT = {
  binding: BINDING,
  profileId: "openai:work",
  profileName: "work",
  stateDigest: "digest-1",
  outcome: "saved",
  atMs: NOW_MS,
};

let base: string;
let folder: string;
let path: string;
let store: PendingStore;

beforeEach(() => {
  base = makeTempDir("pending");
  folder = join(base, "private");
  path = join(folder, PENDING_FILE);
  store = createPendingStore(folder);
});

afterEach(() => rmSync(base, { recursive: true, force: true }));

const put = (document: PendingDocument) => store.update(() => ({ result: undefined, next: document }));

function plant(content: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  writeFileSync(path, content, { mode: 0o600 });
}

const planted = (document: unknown) => plant(JSON.stringify(document));
const edited = (change: Readonly<Record<string, unknown>>) => ({ ...WAITING, logins: [{ ...LOGIN, ...change }] });

describe("the pending file", () => {
  it("has the original's name", () => {
    expect(PENDING_FILE).toBe("codex-auth-pending.json");
  });

  it("starts as no logins", async () => {
    expect(await store.read()).toEqual(EMPTY_DOCUMENT);
  });

  it("is not made by reading", async () => {
    await store.read();
    expect(readdirSync(base)).toEqual([]);
  });

  it("is private, in a private folder", async () => {
    await put(WAITING);
    expect([lstatSync(folder).mode & 0o777, lstatSync(path).mode & 0o777]).toEqual([0o700, 0o600]);
  });

  it("gives an edit what the last one wrote, and the caller its result", async () => {
    await put(WAITING);
    expect(await store.update((document) => ({ result: document.logins.length }))).toBe(1);
  });

  it("is not written by an edit that changes nothing", async () => {
    await put(WAITING);
    const before = lstatSync(path).ino;
    await store.update(() => ({ result: undefined }));
    expect(lstatSync(path).ino).toBe(before);
  });

  it("is shared by two stores over one folder, as by two gateways", async () => {
    await put(WAITING);
    expect(await createPendingStore(folder).read()).toEqual(WAITING);
  });

  it("has no verifier and no state left after the claim, and no copy of them beside it", async () => {
    await put(WAITING);
    expect(readFileSync(path, "utf8")).toContain("canary-verifier");
    await store.update((document) => claimSignIn(document, { binding: BINDING, stateDigest: "digest-1" }, NOW_MS));
    const texts = readdirSync(folder).map((name) => readFileSync(join(folder, name), "utf8"));
    expect(texts.join()).not.toContain("canary");
  });

  it("passes on what an edit throws, and is untouched", async () => {
    await put(WAITING);
    const failing = store.update(() => {
      throw new CodexAuthError("internal");
    });
    await expect(failing).rejects.toThrow(new CodexAuthError("internal"));
    expect(await store.read()).toEqual(WAITING);
  });

  it("is refused if others could have written it", async () => {
    planted(WAITING);
    chmodSync(path, 0o666);
    await expect(store.read()).rejects.toThrow(new CodexAuthError("pending-insecure"));
    await expect(put(WAITING)).rejects.toThrow(new CodexAuthError("pending-insecure"));
  });
});

interface ForeignRow {
  readonly name: string;
  readonly content: string;
}

const foreign = (name: string, document: unknown): ForeignRow => ({ name, content: JSON.stringify(document) });

const FOREIGN: readonly ForeignRow[] = [
  { name: "nothing", content: "" },
  { name: "white space", content: " \n" },
  { name: "half a document", content: JSON.stringify(WAITING).slice(0, 200) },
  { name: "two documents", content: JSON.stringify(WAITING).repeat(2) },
  { name: "bytes", content: "\0\u0001\u0002" },
  { name: "a page", content: "<html></html>" },
  foreign("null", null),
  foreign("a list", []),
  foreign("an empty object", {}),
  foreign("the original's own document", { pending: { state: "x", verifier: "y", profile: "work" } }),
  foreign("a version in text", { ...WAITING, version: "1" }),
  foreign("no version", { logins: [LOGIN], receipts: [] }),
  foreign("logins that are no list", { ...WAITING, logins: { 0: LOGIN } }),
  foreign("a login without a verifier", edited({ codeVerifier: undefined })),
  foreign("a login without a binding", edited({ binding: undefined })),
  foreign("a login with half a binding", edited({ binding: { ...BINDING, senderId: undefined } })),
  foreign("a login with a number for its sender", edited({ binding: { ...BINDING, senderId: 4242 } })),
  foreign("a login with a time in text", edited({ expiresAtMs: String(NOW_MS) })),
  foreign("a login with no time", edited({ createdAtMs: null })),
  foreign("a login with half an attempt", edited({ attempts: 0.5 })),
  foreign("a login with a state past all bounds", edited({ state: "s".repeat(513) })),
  foreign("a login of a folder past all bounds", edited({ binding: { ...BINDING, gateway: "g".repeat(4097) } })),
  { name: "a document behind a prototype key", content: `{"__proto__":${JSON.stringify(WAITING)}}` },
];

describe("a file that is not ours, or not whole", () => {
  it("keeps its logins without the other list, which an older version may not know", async () => {
    plant(JSON.stringify({ version: 1, logins: [LOGIN] }));
    expect(await store.read()).toEqual({ ...EMPTY_DOCUMENT, logins: [LOGIN] });
  });

  it.each(FOREIGN)("counts as no logins: $name", async ({ content }) => {
    plant(content);
    expect(await store.read()).toEqual(EMPTY_DOCUMENT);
  });

  it.each(FOREIGN)("does not stop the next sign-in: $name", async ({ content }) => {
    plant(content);
    await store.update((document) => addSignIn(document, { ...LOGIN, stateDigest: "digest-2" }, NOW_MS));
    expect((await store.read()).logins.map((login) => login.stateDigest)).toEqual(["digest-2"]);
  });
});

const text = fc.string({ unit: "grapheme", maxLength: 40 });
const anyLogin: fc.Arbitrary<PendingSignIn> = fc.record({
  binding: fc.record({
    gateway: text,
    channel: text,
    channelAccountId: text,
    conversationId: text,
    senderId: text,
    agentId: text,
  }),
  profileId: text,
  profileName: text,
  storeId: text,
  askedName: text,
  stateDigest: text,
  state: text,
  codeVerifier: text,
  redirectUri: text,
  createdAtMs: fc.nat(2 ** 43),
  expiresAtMs: fc.nat(2 ** 43),
  attempts: fc.nat(5),
});

describe("whatever is written", () => {
  it("is read back the same", async () => {
    const receipt = fc
      .tuple(anyLogin, fc.constantFrom("claimed", "saved", "failed", "cancelled", "replaced", "expired", "given-up"))
      .map(([{ binding, profileId, profileName, stateDigest, createdAtMs }, outcome]) => ({
        binding,
        profileId,
        profileName,
        stateDigest,
        outcome: outcome as "claimed",
        atMs: createdAtMs,
      }));
    const documents = fc.record({
      version: fc.constant(1 as const),
      logins: fc.array(anyLogin, { maxLength: 5 }),
      receipts: fc.array(receipt, { maxLength: 5 }),
    });
    await fc.assert(
      fc.asyncProperty(documents, async (document) => {
        await put(document);
        expect(await store.read()).toEqual(document);
      }),
      { numRuns: 60 },
    );
  });

  it.each(["live", "restarted", "restart"] as const)(
    "is read back the same with a change that counts: %s",
    async (activation) => {
      const receipts = [{ ...RECEIPT, outcome: "saved" as const, activation }];
      await put({ ...WAITING, receipts });
      expect(await store.read()).toEqual({ ...WAITING, receipts });
    },
  );

  it("is refused if it could not be read back", async () => {
    const long = { ...LOGIN, state: "s".repeat(513) };
    await expect(put({ ...WAITING, logins: [long] })).rejects.toThrow(new CodexAuthError("pending-unwritable"));
  });

  it("is read back the same with a chat id of 600 characters, and takes nobody else's login with it", async () => {
    const long = { ...LOGIN, stateDigest: "digest-2", binding: { ...BINDING, conversationId: "c".repeat(600) } };
    await put(WAITING);
    await store.update((document) => addSignIn(document, long, NOW_MS)).catch(() => undefined);
    expect(pendingSignInsOf(await store.read(), BINDING, NOW_MS)).toEqual([LOGIN]);
  });

  it("is read back with the longest folder that a system has", async () => {
    const deep = { ...WAITING, logins: [{ ...LOGIN, binding: { ...BINDING, gateway: "g".repeat(4096) } }] };
    await put(deep);
    expect(await store.read()).toEqual(deep);
  });

  it("is seen as stopped by a reader that has read it before", async () => {
    const other = createPendingStore(folder);
    await put(WAITING);
    vi.useFakeTimers({ now: Date.now() + 60_000, toFake: ["Date"] });
    expect([await store.read(), await store.read()]).toEqual([WAITING, WAITING]);
    await other.update((document) => cancelSignIns(document, BINDING, NOW_MS));
    expect((await store.read()).logins).toEqual([]);
    vi.useRealTimers();
  });

  it("can be read again when it is as full as the bounds allow", async () => {
    const id = "i".repeat(200);
    const binding = { ...BINDING, conversationId: id, senderId: id, channelAccountId: id, agentId: id };
    const full = Array.from({ length: 200 }, (_, index) => ({
      ...LOGIN,
      binding,
      profileId: `openai:${index}`,
      profileName: id,
      askedName: id,
    }));
    const ended = full.map(({ profileId, profileName, stateDigest }) => ({
      binding,
      profileId,
      profileName,
      stateDigest,
      outcome: "replaced" as const,
      atMs: NOW_MS,
    }));
    await put({ version: 1, logins: full, receipts: ended });
    expect((await store.read()).logins).toHaveLength(200);
  });
});
