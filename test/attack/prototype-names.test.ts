/** Profiles named like what every object has: through the doors, and in both kinds of store. */
import { rmSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { answerCommand } from "../../src/handlers/command.ts";
import { answerTap } from "../../src/handlers/tap.ts";
import type { Message } from "../../src/handlers/context.ts";
import type { ProfileId } from "../../src/rules/profile-id.ts";
import type { ProfileStore } from "../../src/actions/ports.ts";
import { createFileAuthStore } from "../../src/store/file-auth-store.ts";
import type { HostAuthStore } from "../../src/store/profiles-document.ts";
import { createProfileStore } from "../../src/store/profile-store.ts";
import type { ProfilesDocument } from "../../src/store/profiles-document.ts";
import { createSqliteAuthStore } from "../../src/store/sqlite-auth-store.ts";
import {
  claimMessage,
  createDoor,
  OWNER,
  OWNER_CALL,
  savedIn,
  startAndApprove,
  waitingIn,
  WEBCHAT_CALL,
} from "../handlers/fake-handler.ts";
import { fileHost, FLAVOURS, newRoot, seedFiles, storedIn } from "../store/file-host.ts";
import { MemoryHostAuthStore } from "../store/memory-host-auth-store.ts";
import { credential, partsOver, saveRequest } from "../store/profile-store-requests.ts";
import { REFUSALS } from "../support/english.ts";

const KEYS = [
  "__proto__",
  "constructor",
  "prototype",
  "toString",
  "valueOf",
  "hasOwnProperty",
  "then",
  "__defineGetter__",
];
/** Those that a person can make a profile of: a name begins with a letter or a digit. */
const NAMES = KEYS.filter((key) => !key.startsWith("_"));
const CALLS = [
  { door: "Telegram", call: OWNER_CALL },
  { door: "the web chat", call: WEBCHAT_CALL },
];

/** Nothing was put on what all objects share. */
const UNTOUCHED = Object.getOwnPropertyNames(Object.prototype).toSorted();
afterEach(() => expect(Object.getOwnPropertyNames(Object.prototype).toSorted()).toEqual(UNTOUCHED));

describe.each(CALLS)("a command of $door", ({ call }) => {
  const VERBS = ["show", "use", "prefer", "signout", "undo", "why", "keep", "cancel"];

  it.each(KEYS)("finds no profile %s that does not exist", async (key) => {
    const { context, ports } = createDoor();
    for (const verb of VERBS) {
      for (const args of [`${verb} ${key}`, `${verb} openai:${key}`, `${verb} ${key} yes`]) {
        const { plainText } = await answerCommand(context, "select", { ...call, args });
        expect(plainText).not.toContain(REFUSALS.internal);
        expect(plainText).not.toMatch(/\[object|function|native code/);
      }
    }
    expect([savedIn(ports), waitingIn(ports), ports.pins.all, ports.profiles.preferred]).toEqual([
      [],
      0,
      {},
      undefined,
    ]);
  });

  it.each(NAMES)("signs in to a profile %s", async (name) => {
    const door = createDoor();
    const card = await answerCommand(door.context, "select", { ...call, args: name });
    expect(card.plainText).toContain(name);
    await answerCommand(door.context, "select", { ...call, args: "cancel constructor" });
    expect(waitingIn(door.ports)).toBe(name === "constructor" ? 0 : 1);
  });

  it("refuses a name that begins with an underscore", async () => {
    const { context, ports } = createDoor();
    const { plainText } = await answerCommand(context, "select", { ...call, args: "__proto__" });
    expect(plainText).toContain(REFUSALS["bad-selector"].split("{")[0]);
    expect(waitingIn(ports)).toBe(0);
  });

  it.each(NAMES)("finishes no other sign-in by the name %s", async (name) => {
    const door = createDoor();
    const address = await startAndApprove(door, call);
    await answerCommand(door.context, "finish", { ...call, args: `${name} ${address}` });
    expect([savedIn(door.ports), waitingIn(door.ports)]).toEqual([[], 1]);
  });
});

describe.each(KEYS)("a profile that is there under the name %s", (key) => {
  it("is tapped, shown, preferred, signed out and put back like any other", async () => {
    const { context, ports } = createDoor();
    ports.profiles.has(`openai:${key}`);
    const shown: Message[] = [];
    const take = async (message: Message) => void shown.push(message);
    const place = { channel: "telegram", accountId: "default", conversationId: OWNER, senderId: OWNER };
    const tap = async (label: string) => {
      const buttons = shown.at(-1)?.rows.flat() ?? [];
      const data = buttons.flatMap((one) =>
        "callbackData" in one && (one.label.startsWith(label) || one.callbackData.startsWith(`codex_auth_${label}:`))
          ? [one.callbackData]
          : [],
      );
      await answerTap(context, { ...place, payload: data[0]?.split(":")[1] ?? "", edit: take, reply: take });
    };
    for (const labels of [
      [key, "prefer"],
      [key, "signout", "signout", "undo"],
    ]) {
      shown.push(await answerCommand(context, "select", OWNER_CALL));
      for (const label of labels) await tap(label);
    }
    expect(shown.at(-1)?.plainText).toContain(key);
    expect(ports.audit.entries.map(({ action, outcome }) => `${action} ${outcome}`)).toEqual([
      "prefer done",
      "sign-out done",
      "undo done",
    ]);
    expect((await ports.profiles.list("main")).map(({ profileId }) => profileId)).toEqual([
      "openai:work",
      `openai:${key}`,
    ]);
  });
});

describe("a callback URL for such a profile", () => {
  it.each(NAMES)("is saved there: %s", async (name) => {
    const door = createDoor();
    const card = await answerCommand(door.context, "select", { ...OWNER_CALL, args: name });
    const link = card.rows.flat().flatMap((button) => ("link" in button ? [button.link] : []))[0];
    if (link === undefined) throw new Error("no link");
    const place = { channelId: "telegram", conversationId: OWNER, senderId: OWNER, sessionKey: "agent:main:main" };
    await claimMessage(door.context, { ...place, content: door.ports.oauth.approve(link) });
    expect(savedIn(door.ports)).toEqual([`openai:${name}`]);
  });
});

interface Bench {
  readonly host: HostAuthStore;
  seed(document: ProfilesDocument): void;
  stored(): ProfilesDocument;
}

let root: string;
beforeEach(() => void (root = newRoot()));
afterEach(() => rmSync(root, { recursive: true, force: true }));

const BENCHES: readonly { readonly name: string; readonly open: () => Bench }[] = [
  {
    name: "a host that keeps SQLite",
    open() {
      const host = new MemoryHostAuthStore();
      return {
        host: createSqliteAuthStore(host),
        seed: (document) => host.seed(document),
        stored: () => host.stored(),
      };
    },
  },
  ...FLAVOURS.filter(({ provider }) => provider === "openai").map((flavour) => ({
    name: flavour.name,
    open: () => ({
      host: createFileAuthStore(fileHost(root, flavour)),
      seed: (document: ProfilesDocument) => seedFiles(root, flavour, document),
      stored: () => storedIn(root),
    }),
  })),
];

const OTHER = credential("other");
/** As JSON gives it: `__proto__` is a key there like any other. */
const recordOf = (id: string, value: unknown) =>
  JSON.parse(`{${JSON.stringify(id)}:${JSON.stringify(value)}}`) as Record<string, never>;
const entriesOf = ({ profiles }: ProfilesDocument) => new Map(Object.entries(profiles));
const target = (id: string) => ({ profileId: id as ProfileId, agentId: "main", isAllowed: () => true });

describe.each(BENCHES)("in $name", ({ open }) => {
  const ids = [...KEYS, ...KEYS.map((key) => `openai:${key}`)];

  /** One such profile beside another. */
  function opened(id: string): { readonly store: ProfileStore; readonly bench: Bench } {
    const bench = open();
    const stats = { ...recordOf(id, { errorCount: 1 }) };
    bench.seed({ profiles: { ...recordOf(id, credential("old")), "openai:other": OTHER }, usageStats: stats });
    return { store: createProfileStore(partsOver(bench.host)), bench };
  }

  it.each(ids)("a profile %s is listed, and its account is its own", async (id) => {
    const { store } = opened(id);
    expect((await store.list("main")).map(({ profileId, email }) => [profileId, email])).toContainEqual([
      id,
      "old@example.com",
    ]);
    expect((await store.accounts("main")).map(({ profileId, account }) => [profileId, account.email])).toContainEqual([
      id,
      "old@example.com",
    ]);
  });

  it.each(ids)("replaces only the profile %s, and puts it back", async (id) => {
    const { store, bench } = opened(id);
    expect(await store.save(saveRequest(id, "new"))).toMatchObject({ kind: "saved", isUndoable: true });
    expect(entriesOf(bench.stored()).get(id)).toMatchObject({ access: "access-new" });
    expect(entriesOf(bench.stored()).get("openai:other")).toEqual(OTHER);
    expect(await store.undo(target(id))).toMatchObject({ kind: "saved" });
    expect(entriesOf(bench.stored()).get(id)).toEqual(credential("old"));
  });

  it.each(ids)("prefers, removes and puts back only the profile %s", async (id) => {
    const { store, bench } = opened(id);
    expect(await store.prefer(target(id))).toMatchObject({ kind: "preferred", isFirst: true });
    expect(await store.remove(target(id))).toMatchObject({ kind: "saved", isUndoable: true });
    expect([...entriesOf(bench.stored()).keys()]).toEqual(["openai:other"]);
    expect(await store.undo(target(id))).toMatchObject({ kind: "saved" });
    expect(entriesOf(bench.stored()).get(id)).toEqual(credential("old"));
    expect(entriesOf(bench.stored()).get("openai:other")).toEqual(OTHER);
  });

  it.each(KEYS.map((key) => `openai:${key}`))("refuses a profile %s that does not exist", async (id) => {
    const bench = open();
    bench.seed({ profiles: { "openai:other": OTHER } });
    const store = createProfileStore(partsOver(bench.host));
    expect(await store.remove(target(id))).toEqual({ kind: "refused", code: "profile-unknown" });
    expect(await store.prefer(target(id))).toEqual({ kind: "refused", code: "profile-unknown" });
    expect(await store.undo(target(id))).toEqual({ kind: "refused", code: "undo-missing" });
    expect(await store.save(saveRequest(id, "new"))).toMatchObject({ kind: "saved", isUndoable: false });
    expect([...entriesOf(bench.stored()).keys()].toSorted()).toEqual([id, "openai:other"].toSorted());
  });
});
