/** Records under a profile id that exist in the host's file, but that we cannot read: nothing replaces them. */
import { readFileSync, rmSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { ProfileId, ProfileName } from "../../src/rules/profile-id.ts";
import { startSignIn } from "../../src/actions/start.ts";
import { finishSignIn } from "../../src/actions/finish.ts";
import { keepSignIn } from "../../src/actions/account-question.ts";
import type { Ports, ProfileStore } from "../../src/actions/ports.ts";
import { undoChange } from "../../src/actions/profiles.ts";
import { createFileAuthStore } from "../../src/store/file-auth-store.ts";
import type { HostAuthStore } from "../../src/store/profiles-document.ts";
import { createProfileStore, type ProfileStoreParts } from "../../src/store/profile-store.ts";
import type { ProfilesDocument } from "../../src/store/profiles-document.ts";
import { createSqliteAuthStore } from "../../src/store/sqlite-auth-store.ts";
import { createFakePorts, DANA } from "../fakes/fake-ports.ts";
import { asked, completionOf, startedLink } from "../actions/requests.ts";
import { fileHost, FLAVOURS, namesIn, newRoot, plant, profilesIn, seedFiles, storedIn } from "./file-host.ts";
import { MemoryHostAuthStore } from "./memory-host-auth-store.ts";
import { credential as credentialOf, partsOver, saveRequest } from "./profile-store-requests.ts";

const FLAVOUR = FLAVOURS[1];
const { provider } = FLAVOUR;
const ID = `${provider}:work` as ProfileId;
const OTHER = `${provider}:other` as ProfileId;
const credential = (name: string) => credentialOf(name, { provider });
const UNREADABLE = { kind: "refused", code: "store-unreadable" };

const oauth = { ...credential("boss"), accountId: "workspace-boss" };
const { type: _type, ...typeless } = oauth;
const { provider: _provider, ...providerless } = oauth;

const RECORDS: readonly { readonly name: string; readonly record: unknown }[] = [
  { name: "mode for type", record: { mode: "oauth", ...typeless } },
  { name: "neither type nor mode", record: typeless },
  { name: "a type of null", record: { ...oauth, type: null } },
  { name: "a type that is a number", record: { ...oauth, type: 7 } },
  { name: "no provider", record: providerless },
  { name: "a plan of null", record: { ...oauth, chatgptPlanType: null } },
  { name: "an e-mail of null", record: { ...oauth, email: null } },
  { name: "an access token of null", record: { ...oauth, access: null } },
  { name: "a refresh token that is a number", record: { ...oauth, refresh: 7 } },
  { name: "an empty object", record: {} },
  { name: "null", record: null },
  { name: "a string", record: "canary" },
  { name: "a number", record: 7 },
  { name: "false", record: false },
  { name: "a list", record: [oauth] },
];

interface Place {
  readonly name: string;
  /** Whose profile is wanted. */
  readonly agentId: string;
  /** Whose file holds the record. */
  readonly holder: string;
  /** What main's file holds under the id where the record is in another file. */
  readonly hidden?: ProfilesDocument["profiles"];
}

const PLACES: readonly Place[] = [
  { name: "in main's file, for main", agentId: "main", holder: "main" },
  { name: "in main's file, for another agent", agentId: "second", holder: "main" },
  { name: "in an agent's own file", agentId: "second", holder: "second" },
  {
    name: "in an agent's own file, before a good one of main",
    agentId: "second",
    holder: "second",
    hidden: { [ID]: credential("main") },
  },
];

/** Every record in the first place, and the first record in every place. */
const ROWS = PLACES.flatMap((place, index) =>
  RECORDS.slice(0, index === 0 ? RECORDS.length : 1).map(({ name, record }) => ({
    ...place,
    record,
    name: `${name}, ${place.name}`,
  })),
);
type Row = (typeof ROWS)[number];

let root: string;
let host: HostAuthStore;
let parts: ProfileStoreParts;
let store: ProfileStore;
let ports: Ports & Pick<ReturnType<typeof createFakePorts>, "oauth">;

beforeEach(() => {
  root = newRoot();
  host = createFileAuthStore(fileHost(root, FLAVOUR), 400);
  parts = partsOver(host);
  store = createProfileStore(parts);
  ports = { ...createFakePorts(), profiles: store };
});

afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Every file, as parsed text, so that the order of keys counts and `__proto__` would too. */
const contents = () =>
  namesIn(root).map((name) => [name, JSON.stringify(JSON.parse(readFileSync(`${root}/${name}`, "utf8")))]);

/** A good profile in the holder's file, and another under the wanted id if one is asked for. */
function seedGood({ holder, agentId, hidden = {} }: Row, work?: string): void {
  const mine = { [OTHER]: credential("other"), ...(work === undefined ? {} : { [ID]: credential(work) }) };
  seedFiles(root, FLAVOUR, { profiles: holder === "main" ? mine : hidden }, "main");
  if (holder !== "main") seedFiles(root, FLAVOUR, { profiles: mine }, agentId);
}

/** Puts the record in place, as another program does that knows nothing of us. */
function plantRecord({ holder, record }: Row): void {
  const { profiles } = storedIn(root, holder);
  plant(profilesIn(root, holder), JSON.stringify({ version: 1, profiles: { ...profiles, [ID]: record } }));
}

function seedOdd(row: Row): void {
  seedGood(row);
  plantRecord(row);
}

/** A store whose host gets the record between our last look at it and the lock, once. */
function lateStore(row: Row): ProfileStore {
  let isPlanted = false;
  const update: HostAuthStore["update"] = async (request) => {
    if (!isPlanted) plantRecord(row);
    isPlanted = true;
    await host.update(request);
  };
  return createProfileStore({ ...parts, host: { ...host, update } });
}

const target = ({ agentId }: Row, profileId = ID) => ({ profileId, agentId, isAllowed: () => true });
const bindingOf = ({ agentId }: Row) => ({ ...DANA, agentId });
const work = "work" as ProfileName;

function save(over: ProfileStore, row: Row, profileId = ID) {
  const { credential: draft, ...request } = saveRequest(profileId, "new", { agentId: row.agentId });
  return over.save({ ...request, credential: { ...draft, provider } });
}

// What is unreadable is one question; each flow asks it, so two records in each place are enough for those.
const FEW = ROWS.filter(({ name, holder }) => holder !== "main" || /^(?:mode|null|neither)/.test(name));

describe.each(FEW)("an unreadable record: $name", (row) => {
  it("stops a start before there is a link", async () => {
    seedOdd(row);
    const before = contents();
    expect(await startSignIn(ports, bindingOf(row), work)).toMatchObject(UNREADABLE);
    expect((await ports.pending.read()).logins).toEqual([]);
    expect(contents()).toEqual(before);
  });

  it("stops a finish before the code is sent, so that it can be used later", async () => {
    seedGood(row);
    const binding = bindingOf(row);
    const url = ports.oauth.approve(await startedLink(ports, "work", binding));
    plantRecord(row);
    const before = contents();
    const refusal = { ...UNREADABLE, profileName: "work", isOver: false };
    expect(await finishSignIn(ports, completionOf(url, { binding }))).toEqual(refusal);
    expect([ports.oauth.exchanges, contents()]).toEqual([[], before]);
    seedGood({ ...row, hidden: {} });
    expect(await finishSignIn(ports, completionOf(url, { binding }))).toMatchObject({ kind: "saved" });
  });

  it("stops the write of a finish if it appears after the exchange", async () => {
    seedGood(row);
    const binding = bindingOf(row);
    const url = ports.oauth.approve(await startedLink(ports, "work", binding));
    const gate = ports.oauth.hold();
    const finishing = finishSignIn(ports, completionOf(url, { binding, ifOtherAccount: "replace" }));
    await gate.entered;
    plantRecord(row);
    const before = contents();
    gate.open();
    expect(await finishing).toMatchObject(UNREADABLE);
    expect(contents()).toEqual(before);
  });

  it("stops the answer to a question, which can be repeated with another name", async () => {
    seedGood(row, "boss");
    const binding = bindingOf(row);
    const url = ports.oauth.approve(await startedLink(ports, "other", binding), "eli@example.com");
    expect(await finishSignIn(ports, completionOf(url, { binding }))).toMatchObject({ kind: "question" });
    plantRecord(row);
    const before = contents();
    const answer = await keepSignIn(ports, asked("work", { binding }));
    // A good record of main under the same id belongs to another account, which is refused first.
    const code = row.hidden === undefined ? "store-unreadable" : "profile-of-other-account";
    expect(answer).toMatchObject({ kind: "refused", code, isOver: false });
    expect(contents()).toEqual(before);
    expect(await keepSignIn(ports, asked("eli", { binding }))).toMatchObject({ kind: "saved", profileName: "eli" });
    expect(storedIn(root, row.holder).profiles[ID]).toEqual(row.record);
  });

  it("is not replaced by an undo of an earlier change", async () => {
    seedGood(row, "boss");
    expect(await save(store, row)).toMatchObject({ kind: "saved", isUndoable: true });
    plantRecord(row);
    const before = contents();
    expect(await undoChange(ports, asked("work", { binding: bindingOf(row) }))).toMatchObject(UNREADABLE);
    expect(contents()).toEqual(before);
  });
});

describe.each(ROWS)("every unreadable record: $name", (row) => {
  it("is neither replaced, removed nor preferred", async () => {
    seedOdd(row);
    const before = contents();
    expect(await save(store, row)).toEqual(UNREADABLE);
    expect(await store.remove(target(row))).toEqual(UNREADABLE);
    expect(await store.prefer(target(row))).toEqual(UNREADABLE);
    expect(await store.obstacle({ ...target(row), isAboutToSave: true })).toBe("store-unreadable");
    expect(contents()).toEqual(before);
  });

  it("stays while other profiles change", async () => {
    seedOdd(row);
    expect(await save(store, row, OTHER)).toMatchObject({ kind: "saved", isUndoable: true });
    expect(await store.undo(target(row, OTHER))).toMatchObject({ kind: "saved" });
    expect(await store.prefer(target(row, OTHER))).toMatchObject({ kind: "preferred" });
    expect(await store.remove(target(row, OTHER))).toMatchObject({ kind: "saved" });
    expect(await save(store, row, `${provider}:new` as ProfileId)).toMatchObject({ kind: "saved" });
    expect(JSON.stringify(storedIn(root, row.holder).profiles[ID])).toBe(JSON.stringify(row.record));
  });
});

describe.each(FEW)("a record that becomes unreadable right before the write: $name", (row) => {
  let late: ProfileStore;

  beforeEach(() => {
    late = lateStore(row);
  });

  afterEach(() => {
    expect(storedIn(root, row.holder).profiles[ID]).toEqual(row.record);
    expect(storedIn(root, row.holder).profiles[OTHER]).toEqual(credential("other"));
    expect(storedIn(root, row.holder).order).toBeUndefined();
  });

  it("is not replaced if a good one was there", async () => {
    seedGood(row, "boss");
    expect(await save(late, row)).toEqual(UNREADABLE);
  });

  it.skipIf(row.hidden !== undefined)("is not replaced if nothing was there", async () => {
    seedGood(row);
    expect(await save(late, row)).toEqual(UNREADABLE);
  });

  it("is not removed", async () => {
    seedGood(row, "boss");
    expect(await late.remove(target(row))).toEqual(UNREADABLE);
  });

  it("is not preferred", async () => {
    seedGood(row, "boss");
    expect(await late.prefer(target(row))).toEqual(UNREADABLE);
  });

  it("is not replaced by an undo of a profile that was replaced", async () => {
    seedGood(row, "boss");
    expect(await save(store, row)).toMatchObject({ kind: "saved", isUndoable: true });
    expect(await late.undo(target(row))).toEqual(UNREADABLE);
  });
});

it("an unreadable record is not replaced by an undo of a removed profile", async () => {
  const row = ROWS[0] as Row;
  seedGood(row, "boss");
  expect(await store.remove(target(row))).toMatchObject({ kind: "saved", isUndoable: true });
  plantRecord(row);
  expect(await store.undo(target(row))).toEqual(UNREADABLE);
  seedGood(row);
  expect(await lateStore(row).undo(target(row))).toEqual(UNREADABLE);
  expect(storedIn(root).profiles[ID]).toEqual(row.record);
});

it("an unreadable record under another spelling of the id does not stop a sign-in", async () => {
  const id = "openai:work";
  plant(profilesIn(root), JSON.stringify({ version: 1, profiles: { [id]: { mode: "oauth" } } }));
  const url = ports.oauth.approve(await startedLink(ports));
  expect(await finishSignIn(ports, completionOf(url))).toMatchObject({ kind: "saved", profileId: ID });
  expect(storedIn(root).profiles[id]).toEqual({ mode: "oauth" });
});

describe("a host that passes on unreadable records", () => {
  it.each(RECORDS.filter(({ record }) => typeof record !== "object" || record === null))(
    "keeps them: $name",
    async ({ record }) => {
      const memory = new MemoryHostAuthStore();
      memory.seed({ profiles: { "openai:work": record as never } });
      const sqlite = createProfileStore(partsOver(createSqliteAuthStore(memory)));
      expect(await sqlite.save(saveRequest("openai:work", "new"))).toEqual(UNREADABLE);
      expect(memory.stored().profiles["openai:work"]).toEqual(record);
    },
  );
});
