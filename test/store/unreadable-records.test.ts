/**
 * Records of other forms in the host's file. Those that the host uses are profiles like any other. Those that it leaves
 * out are listed, are replaced only if the user agrees, and can be put back.
 */
import { readFileSync, rmSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { keepSignIn } from "../../src/actions/account-question.ts";
import { finishSignIn } from "../../src/actions/finish.ts";
import { listProfiles } from "../../src/actions/overview.ts";
import type { Ports, ProfileStore } from "../../src/actions/ports.ts";
import { preferProfile, signOut, undoChange, useProfile } from "../../src/actions/profiles.ts";
import { startSignIn } from "../../src/actions/start.ts";
import type { ProfileId, ProfileName } from "../../src/rules/profile-id.ts";
import { createFileAuthStore } from "../../src/store/file-auth-store.ts";
import type { HostAuthStore, ProfilesDocument } from "../../src/store/profiles-document.ts";
import { createProfileStore, type ProfileStoreParts } from "../../src/store/profile-store.ts";
import { createSqliteAuthStore } from "../../src/store/sqlite-auth-store.ts";
import { asked, completionOf, startedLink } from "../actions/requests.ts";
import { createFakePorts, DANA } from "../fakes/fake-ports.ts";
import { fileHost, FLAVOURS, namesIn, newRoot, plant, profilesIn, seedFiles, storedIn } from "./file-host.ts";
import { MemoryHostAuthStore } from "./memory-host-auth-store.ts";
import { credential as credentialOf, partsOver, saveRequest } from "./profile-store-requests.ts";

const [TYPE_ONLY, FLAVOUR] = FLAVOURS;
const { provider } = FLAVOUR;
const ID = `${provider}:work` as ProfileId;
const OTHER = `${provider}:other` as ProfileId;
const credential = (name: string) => credentialOf(name, { provider });
const refused = (code: string) => ({ kind: "refused", code });

const oauth = { ...credential("boss"), accountId: "workspace-boss" };
const { type: _type, ...typeless } = oauth;
const { provider: _provider, ...providerless } = oauth;
const BLANK = { ...oauth, provider: " " };
const { access: _access, refresh: _refresh, ...tokenless } = oauth;
const oauthRef = { source: "openclaw-credentials", provider: "openai-codex", id: "0123456789abcdef".repeat(2) };

interface RecordRow {
  readonly name: string;
  readonly record: unknown;
}

/** Records that this host uses. */
const USED: readonly RecordRow[] = [
  { name: "mode for type", record: { mode: "oauth", ...typeless } },
  { name: "mode beside type", record: { mode: "api_key", ...oauth } },
  { name: "a plan of null", record: { ...oauth, chatgptPlanType: null } },
  { name: "an e-mail of null", record: { ...oauth, email: null } },
  { name: "an account that is a number", record: { ...oauth, accountId: 7 } },
  { name: "an access token of null", record: { ...oauth, access: null } },
  { name: "a refresh token that is a number", record: { ...oauth, refresh: 7 } },
  { name: "a provider in capitals", record: { ...oauth, provider: "OpenAI-Codex" } },
  { name: "a provider with spaces", record: { ...oauth, provider: " openai-codex\n" } },
  { name: "tokens in a sidecar", record: { ...tokenless, oauthRef } },
  { name: "an expiry in text, and unknown fields", record: { ...oauth, expires: "tomorrow", foo: { bar: [null] } } },
];

/** Records that this host leaves out. */
const LEFT_OUT: readonly RecordRow[] = [
  { name: "neither type nor mode", record: typeless },
  { name: "a type of null beside a mode", record: { ...oauth, type: null, mode: "oauth" } },
  { name: "a type that is a number", record: { ...oauth, type: 7 } },
  { name: "a type in capitals", record: { ...oauth, type: "OAuth" } },
  { name: "no provider", record: providerless },
  { name: "a provider of null", record: { ...oauth, provider: null } },
  { name: "a blank provider", record: BLANK },
  { name: "the provider of other versions", record: { ...oauth, provider: "openai" } },
  { name: "another spelling of the provider", record: { ...oauth, provider: "codex" } },
  { name: "an empty object", record: {} },
  { name: "null", record: null },
  { name: "a string", record: "canary" },
  { name: "a number", record: 7 },
  { name: "false", record: false },
  { name: "a list", record: [oauth] },
];

const PLACES = [
  { place: "in main's file, for main", agentId: "main", holder: "main" },
  { place: "in main's file, for another agent", agentId: "second", holder: "main" },
  { place: "in an agent's own file", agentId: "second", holder: "second" },
] as const;

interface Row extends RecordRow {
  /** Whose profile is wanted. */
  readonly agentId: string;
  /** Whose file contains the record. */
  readonly holder: string;
}

/** Every record in the first place, and the first record in every place. */
const inPlaces = (records: readonly RecordRow[]): readonly Row[] =>
  PLACES.flatMap(({ place, ...where }, index) =>
    records.slice(0, index === 0 ? records.length : 1).map(({ name, record }) => ({
      ...where,
      record,
      name: `${name}, ${place}`,
    })),
  );

let root: string;
let host: HostAuthStore;
let parts: ProfileStoreParts;
let store: ProfileStore;
let ports: Ports & Pick<ReturnType<typeof createFakePorts>, "oauth">;

function open(flavour: Parameters<typeof fileHost>[1]): void {
  host = createFileAuthStore(fileHost(root, flavour), 400);
  parts = partsOver(host);
  store = createProfileStore(parts);
  ports = { ...createFakePorts(), profiles: store };
}

beforeEach(() => {
  root = newRoot();
  open(FLAVOUR);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Every file, as parsed text, so that the order of keys counts and `__proto__` would too. */
const contents = () =>
  namesIn(root).map((name) => [name, JSON.stringify(JSON.parse(readFileSync(`${root}/${name}`, "utf8")))]);

/** A good profile in the holder's file, and another under the wanted id if one is asked for. */
function seedGood({ holder, agentId }: Row, work?: string): void {
  const mine = { [OTHER]: credential("other"), ...(work === undefined ? {} : { [ID]: credential(work) }) };
  seedFiles(root, FLAVOUR, { profiles: holder === "main" ? mine : {} }, "main");
  if (holder !== "main") seedFiles(root, FLAVOUR, { profiles: mine }, agentId);
}

/** Puts the record in place, as another program does. */
function plantRecord({ holder, record }: Row): void {
  const { profiles } = storedIn(root, holder);
  plant(profilesIn(root, holder), JSON.stringify({ version: 1, profiles: { ...profiles, [ID]: record } }));
}

function seedOdd(row: Row): void {
  seedGood(row);
  plantRecord(row);
}

const target = ({ agentId }: Row, profileId = ID) => ({ profileId, agentId, isAllowed: () => true });
const bindingOf = ({ agentId }: Row) => ({ ...DANA, agentId });
const work = "work" as ProfileName;
const storedJson = ({ holder }: Row) => JSON.stringify(storedIn(root, holder).profiles[ID]);

function save(over: ProfileStore, row: Row, profileId = ID, mayReplace?: string) {
  const { credential: draft, ...request } = saveRequest(profileId, "new", { agentId: row.agentId });
  return over.save({ ...request, mayReplace, credential: { ...draft, provider } });
}

const listed = async ({ agentId }: Row) => (await store.list(agentId)).find(({ profileId }) => profileId === ID);

describe.each(inPlaces(USED))("a record that the host uses: $name", (row) => {
  it("is listed as a profile", async () => {
    seedOdd(row);
    expect(await listed(row)).toMatchObject({ name: "work" });
    expect((await listed(row))?.health).not.toBe("unreadable");
  });

  it("is replaced by a sign-in, and an undo puts it back unchanged", async () => {
    seedOdd(row);
    expect(await store.obstacle({ ...target(row), isAboutToSave: true })).toBeUndefined();
    expect(await save(store, row)).toMatchObject({ kind: "saved", isUndoable: true });
    expect(await listed(row)).toMatchObject({ health: "signed-in", email: "new@example.com" });
    expect(await store.undo(target(row))).toMatchObject({ kind: "saved" });
    expect(storedJson(row)).toBe(JSON.stringify(row.record));
  });

  it("stays unchanged while other profiles change", async () => {
    seedOdd(row);
    await changeOthers(row);
    expect(storedJson(row)).toBe(JSON.stringify(row.record));
  });
});

it("a working sign-in of another account with mode for type is asked about", async () => {
  seedOdd(inPlaces(USED)[0] as Row);
  const url = ports.oauth.approve(await startedLink(ports));
  const answer = await finishSignIn(ports, completionOf(url));
  expect(answer).toMatchObject({ kind: "question", code: "account-differs" });
});

it("tokens in a sidecar make a profile usable only on the hosts that read sidecars", async () => {
  const row = { ...PLACES[0], name: "", record: { ...tokenless, oauthRef } };
  seedOdd(row);
  expect(await listed(row)).toMatchObject({ health: "needs-sign-in" });
  open({ ...FLAVOUR, records: { ...FLAVOUR.records, hasSidecars: true } });
  expect(await listed(row)).toMatchObject({ health: "signed-in" });
  plantRecord({ ...row, record: { ...tokenless, oauthRef: { ...oauthRef, id: "../../etc" } } });
  expect(await listed(row)).toMatchObject({ health: "needs-sign-in" });
});

it("mode for type is left out on the hosts that do not read it", async () => {
  open(TYPE_ONLY);
  const row = inPlaces(USED)[0] as Row;
  seedOdd(row);
  expect(await listed(row)).toMatchObject({ health: "unreadable" });
});

it("a blank provider hides the shared record only on the hosts that count it as a provider", async () => {
  const row = { ...PLACES[2], name: "", record: BLANK };
  seedFiles(root, FLAVOUR, { profiles: { [ID]: credential("shared") } }, "main");
  seedFiles(root, FLAVOUR, { profiles: {} }, row.agentId);
  plantRecord(row);
  expect(await listed(row)).toMatchObject({ health: "signed-in", email: "shared@example.com" });
  open(TYPE_ONLY);
  expect(await listed(row)).toMatchObject({ health: "unreadable" });
  expect(await save(store, row)).toEqual(refused("profile-unreadable"));
  expect(storedJson(row)).toBe(JSON.stringify(row.record));
});

async function changeOthers(row: Row): Promise<void> {
  expect(await save(store, row, OTHER)).toMatchObject({ kind: "saved", isUndoable: true });
  expect(await store.undo(target(row, OTHER))).toMatchObject({ kind: "saved" });
  expect(await store.prefer(target(row, OTHER))).toMatchObject({ kind: "preferred" });
  expect(await store.remove(target(row, OTHER))).toMatchObject({ kind: "saved" });
  expect(await save(store, row, `${provider}:new` as ProfileId)).toMatchObject({ kind: "saved" });
}

const UNREADABLE = refused("profile-unreadable");

describe.each(inPlaces(LEFT_OUT))("an unreadable record: $name", (row) => {
  it("is listed, and is not changed by an action on the profile", async () => {
    seedOdd(row);
    const before = contents();
    expect(await listed(row)).toMatchObject({ name: "work", health: "unreadable" });
    for (const action of [preferProfile, signOut, useProfile]) {
      expect(await action(ports, asked("work", { binding: bindingOf(row) }))).toEqual({
        ...UNREADABLE,
        profileName: "work",
      });
    }
    expect(await store.remove(target(row))).toEqual(UNREADABLE);
    expect(await store.prefer(target(row))).toEqual(UNREADABLE);
    expect(await save(store, row)).toEqual(UNREADABLE);
    expect(await save(store, row, ID, "digest of another record")).toEqual(UNREADABLE);
    expect(await store.obstacle({ ...target(row), isAboutToSave: true })).toBe("profile-unreadable");
    expect(contents()).toEqual(before);
  });

  it("stays unchanged while other profiles change", async () => {
    seedOdd(row);
    await changeOthers(row);
    expect(storedJson(row)).toBe(JSON.stringify(row.record));
  });

  it("is replaced in a chat only after the user agrees, and an undo puts it back unchanged", async () => {
    seedOdd(row);
    const binding = bindingOf(row);
    const before = contents();
    const started = await startSignIn(ports, { binding, askedName: work });
    expect(started).toMatchObject({ kind: "started", profileId: ID, isNewProfile: false });
    if (started.kind === "refused") return;
    const url = ports.oauth.approve(started.authorizationUrl);
    const question = await finishSignIn(ports, completionOf(url, { binding }));
    expect(question).toMatchObject({ kind: "question", code: "profile-unreadable", profileName: "work" });
    expect(contents()).toEqual(before);
    expect(await keepSignIn(ports, asked("work", { binding }))).toMatchObject({ kind: "saved", isUndoable: true });
    expect(await listed(row)).toMatchObject({ health: "signed-in" });
    const undone = await undoChange(ports, asked("work", { binding }));
    expect(undone).toMatchObject({ kind: "undone", isUnreadable: true, isUndoable: true });
    expect(storedJson(row)).toBe(JSON.stringify(row.record));
    expect(await undoChange(ports, asked("work", { binding }))).toMatchObject({ kind: "undone" });
    expect(await listed(row)).toMatchObject({ health: "signed-in" });
  });

  it("stops the finish of a terminal before the code is sent, unless it may be replaced", async () => {
    seedOdd(row);
    const binding = bindingOf(row);
    const url = ports.oauth.approve(await startedLink(ports, "work", binding));
    const before = contents();
    const refusal = { ...UNREADABLE, profileName: "work", isOver: false };
    expect(await finishSignIn(ports, completionOf(url, { binding, ifOtherAccount: "refuse" }))).toEqual(refusal);
    expect([ports.oauth.exchanges, contents()]).toEqual([[], before]);
    const replaced = await finishSignIn(ports, completionOf(url, { binding, ifOtherAccount: "replace" }));
    expect(replaced).toMatchObject({ kind: "saved", isUndoable: true });
    expect(await undoChange(ports, asked("work", { binding }))).toMatchObject({ kind: "undone", isUnreadable: true });
    expect(storedJson(row)).toBe(JSON.stringify(row.record));
  });
});

/** Every place once, because each flow asks the same question about a record. */
const FEW = inPlaces(LEFT_OUT).filter(({ name, holder, agentId }) => name.startsWith("neither") || holder !== agentId);

describe.each(FEW)("an unreadable record that appears late: $name", (row) => {
  it("is asked about if it appears after the exchange", async () => {
    seedGood(row);
    const binding = bindingOf(row);
    const url = ports.oauth.approve(await startedLink(ports, "work", binding));
    const gate = ports.oauth.hold();
    const finishing = finishSignIn(ports, completionOf(url, { binding }));
    await gate.entered;
    plantRecord(row);
    const before = contents();
    gate.open();
    expect(await finishing).toMatchObject({ kind: "question", code: "profile-unreadable" });
    expect(contents()).toEqual(before);
  });

  it("is not replaced by the answer to a question about another record", async () => {
    seedOdd({ ...row, record: { access: "another" } });
    const binding = bindingOf(row);
    const url = ports.oauth.approve(await startedLink(ports, "work", binding));
    expect(await finishSignIn(ports, completionOf(url, { binding }))).toMatchObject({ code: "profile-unreadable" });
    plantRecord(row);
    const before = contents();
    const answer = await keepSignIn(ports, asked("work", { binding }));
    expect(answer).toMatchObject({ ...UNREADABLE, isOver: false });
    expect(contents()).toEqual(before);
    expect(await keepSignIn(ports, asked("eli", { binding }))).toMatchObject({ kind: "saved", profileName: "eli" });
    expect(storedJson(row)).toBe(JSON.stringify(row.record));
  });

  it("is not replaced by the answer to a question about an account", async () => {
    seedGood(row, "boss");
    const binding = bindingOf(row);
    const url = ports.oauth.approve(await startedLink(ports, "work", binding));
    expect(await finishSignIn(ports, completionOf(url, { binding }))).toMatchObject({ code: "account-differs" });
    plantRecord(row);
    expect(await keepSignIn(ports, asked("work", { binding }))).toMatchObject({ ...UNREADABLE, isOver: false });
    expect(storedJson(row)).toBe(JSON.stringify(row.record));
  });

  it("is not replaced by an undo of an earlier change", async () => {
    seedGood(row, "boss");
    expect(await save(store, row)).toMatchObject({ kind: "saved", isUndoable: true });
    plantRecord(row);
    const before = contents();
    expect(await undoChange(ports, asked("work", { binding: bindingOf(row) }))).toMatchObject(refused("undo-changed"));
    expect(contents()).toEqual(before);
  });

  describe("right before the write", () => {
    let late: ProfileStore;

    beforeEach(() => {
      let isPlanted = false;
      const update: HostAuthStore["update"] = async (request) => {
        if (!isPlanted) plantRecord(row);
        isPlanted = true;
        await host.update(request);
      };
      late = createProfileStore({ ...parts, host: { ...host, update } });
    });

    afterEach(() => {
      expect(storedJson(row)).toBe(JSON.stringify(row.record));
      expect(storedIn(root, row.holder).profiles[OTHER]).toEqual(credential("other"));
      expect(storedIn(root, row.holder).order).toBeUndefined();
    });

    it.each(["boss", undefined])("is not replaced, whether a profile was there or not: %s", async (name) => {
      seedGood(row, name);
      expect(await save(late, row)).toEqual(UNREADABLE);
    });

    it.each(["remove", "prefer"] as const)("is not changed: %s", async (action) => {
      seedGood(row, "boss");
      expect(await late[action](target(row))).toEqual(UNREADABLE);
    });

    it("is not replaced by an undo", async () => {
      seedGood(row, "boss");
      expect(await save(store, row)).toMatchObject({ kind: "saved", isUndoable: true });
      expect(await late.undo(target(row))).toEqual(refused("undo-changed"));
    });
  });
});

describe("an unreadable record in an agent's own file", () => {
  const row: Row = { ...PLACES[2], name: "", record: typeless };

  it("does not hide a good one of main, which a sign-in renews", async () => {
    seedFiles(root, FLAVOUR, { profiles: { [ID]: credential("main") } });
    seedFiles(root, FLAVOUR, { profiles: { [OTHER]: credential("other") } }, "second");
    plantRecord(row);
    expect(await listed(row)).toMatchObject({ health: "signed-in", email: "main@example.com" });
    expect(await save(store, row)).toMatchObject({ kind: "saved", isUndoable: true });
    expect(storedIn(root).profiles[ID]).toMatchObject({ refresh: "refresh-new" });
    expect(storedJson(row)).toBe(JSON.stringify(row.record));
  });
});

describe("an unreadable record under another id", () => {
  it.each(["openai:work", "custom:work"])("does not stop a sign-in to that name: %s", async (id) => {
    const record = { provider: "openai-codex", access: "canary" };
    plant(profilesIn(root), JSON.stringify({ version: 1, profiles: { [id]: record } }));
    expect(await store.list("main")).toMatchObject([{ profileId: id, name: id, health: "unreadable" }]);
    const url = ports.oauth.approve(await startedLink(ports));
    expect(await finishSignIn(ports, completionOf(url))).toMatchObject({ kind: "saved", profileId: ID });
    expect(storedIn(root).profiles[id]).toEqual(record);
  });

  it("is not used in place of a default profile that does not exist", async () => {
    plant(profilesIn(root), JSON.stringify({ version: 1, profiles: { [ID]: null } }));
    const started = await startSignIn(ports, { binding: DANA, askedName: "default" as ProfileName });
    expect(started).toMatchObject({ profileId: `${provider}:default`, isDefaultFallback: false, isNewProfile: true });
  });

  it("is not listed if neither its id nor its provider is one of OpenAI", async () => {
    const profiles = { "anthropic:default": null, x: "text", "openai-compatible:x": { mode: 7, provider: "vllm" } };
    plant(profilesIn(root), JSON.stringify({ version: 1, profiles }));
    expect(await listProfiles(ports, DANA)).toMatchObject({ kind: "profiles", profiles: [] });
  });
});

describe("a credential of another kind", () => {
  it.each([
    { type: "api_key", provider: "openai", key: "canary" },
    { mode: "token", provider: "OpenAI-Codex", token: "canary" },
    { type: "oauth", provider: "anthropic", access: "canary" },
  ])("is neither listed nor replaced: %j", async (record) => {
    const row: Row = { ...PLACES[0], name: "", record };
    seedOdd(row);
    expect(await listed(row)).toBeUndefined();
    expect(await startSignIn(ports, { binding: DANA, askedName: work })).toMatchObject(refused("profile-not-codex"));
    expect(await save(store, row)).toEqual(refused("profile-not-codex"));
    expect(storedJson(row)).toBe(JSON.stringify(record));
  });
});

describe("a host that passes on unreadable records", () => {
  it.each(LEFT_OUT.filter(({ record }) => typeof record !== "object" || record === null))(
    "keeps them: $name",
    async ({ record }) => {
      const memory = new MemoryHostAuthStore();
      memory.seed({ profiles: { "openai:work": record } as unknown as ProfilesDocument["profiles"] });
      const sqlite = createProfileStore(partsOver(createSqliteAuthStore(memory)));
      expect(await sqlite.list("main")).toMatchObject([{ profileId: "openai:work", health: "unreadable" }]);
      expect(await sqlite.save(saveRequest("openai:work", "new"))).toEqual(UNREADABLE);
      expect(memory.stored().profiles["openai:work"]).toEqual(record);
    },
  );
});
