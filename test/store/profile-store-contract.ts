/** What the host store promises, whichever host is behind it: run over the fake, over the real SDK and over files. */
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CodexAuthError } from "../../src/errors.ts";
import type { ProfileStore, ProfileTarget, SaveRequest } from "../../src/actions/ports.ts";
import { type HostAuthStore } from "../../src/store/profiles-document.ts";
import { createProfileStore } from "../../src/store/profile-store.ts";
import type { StoredCredential } from "../../src/store/host-records.ts";
import type { ProfilesDocument } from "../../src/store/profiles-document.ts";
import { credential as credentialOf, NOW_MS, partsOver, saveRequest } from "./profile-store-requests.ts";
import type { AuthConfig, StoreTrouble } from "./memory-host-auth-store.ts";

/** One host with nothing in it, and the means to look at it and to spoil it. */
export interface HostBench {
  readonly host: HostAuthStore;
  configure(auth: AuthConfig): void;
  /** Puts a document into the shared store, or into an agent's own. */
  seed(document: ProfilesDocument, agentId?: string): Promise<void>;
  /** What lies there now, read past the code under test. */
  stored(agentId?: string): ProfilesDocument;
  /** From now on; a lock is let go after one try of ours where `tries` is 1. */
  trouble(kind: StoreTrouble, tries?: 1): Promise<void>;
  /** Names of the files the host has by now. */
  files(): readonly string[];
  close(): Promise<void>;
}

/** Longer than two tries on a locked store take. */
const TIMEOUT_MS = 40_000;
const HEX = "0123456789abcdef";
const fence = (part: string) => `openclaw-oauth-refresh-fence:v1:${HEX}${HEX}:${part}:${HEX.repeat(4)}`;

const SAVED = { kind: "saved", isSelectable: true, isUndoable: false, activation: "live" };
export const REPLACED = { ...SAVED, isUndoable: true };
const refused = (code: string) => ({ kind: "refused", code });

/** What is the host's own way: how it names its provider, and what it keeps on the disk. */
export interface HostFacts {
  readonly provider: "openai" | "openai-codex";
  readonly troubles: readonly StoreTrouble[];
  /** Whether a file may be there, by its path below the state directory. */
  readonly mayHold: (file: string) => boolean;
}

const SQLITE: HostFacts = {
  provider: "openai",
  troubles: ["locked", "unreadable", "migration-required"],
  // Beside an SQLite store such a file stops all of the gateway's sign-ins; none but the planted one may be there.
  mayHold: (file) => !file.includes("auth-profiles.json") || file.startsWith("legacy:"),
};

/** The tests' words in the host's own: ids, records, and what `saveRequest` leaves in the store. */
function wordsFor(provider: HostFacts["provider"]) {
  const id = (name: string) => `${provider}:${name}`;
  const credential = (name: string, change: Partial<StoredCredential> = {}) =>
    credentialOf(name, { provider, ...change });
  const request = (profileId: string, token: string, change?: Partial<SaveRequest>): SaveRequest => {
    const { credential: draft, ...others } = saveRequest(profileId, token, change);
    return { ...others, credential: { ...draft, provider } };
  };
  const target = (profileId: string, change: Partial<ProfileTarget> = {}) => request(profileId, "", change);
  const saved = (token: string) => ({
    type: "oauth",
    provider,
    access: `access-${token}`,
    refresh: `refresh-${token}`,
    expires: NOW_MS + 864_000_000,
    email: "new@example.com",
    accountId: "workspace-1",
    chatgptPlanType: "plus",
  });
  const two: ProfilesDocument = { profiles: { [id("a")]: credential("a"), [id("b")]: credential("b") } };
  return { id, credential, request, target, saved, two };
}

/** Somebody who stops being an owner between the first question and the one inside the write. */
function allowedOnce(): () => boolean {
  let asked = 0;
  return () => {
    asked += 1;
    return asked === 1;
  };
}

const notAllowed = () => false;

async function idsOf(store: ProfileStore, agentId: string): Promise<string[]> {
  return (await store.list(agentId)).map((profile): string => profile.profileId).toSorted();
}

export function describeProfileStore(name: string, open: () => Promise<HostBench>, facts: HostFacts = SQLITE): void {
  const { provider } = facts;
  const otherProvider = provider === "openai" ? "openai-codex" : "openai";
  const { id, credential, request, target, saved, two } = wordsFor(provider);

  describe(`the host store over ${name}`, { timeout: TIMEOUT_MS }, () => {
    let bench: HostBench;
    let store: ProfileStore;

    beforeEach(async () => {
      bench = await open();
      store = createProfileStore(partsOver(bench.host));
    }, 300_000);

    afterEach(async () => {
      const files = bench.files();
      await bench.close();
      expect(files.filter((file) => !facts.mayHold(file))).toEqual([]);
    }, 300_000);

    const save = (profileId: string, token: string, change?: Partial<SaveRequest>) =>
      store.save(request(profileId, token, change));

    describe("saving", () => {
      it("adds the first profile", async () => {
        expect(await save(id("work"), "1")).toEqual(SAVED);
        expect(bench.stored().profiles).toEqual({ [id("work")]: saved("1") });
      });

      it("replaces a working profile, which the host's own upsert refuses", async () => {
        await save(id("work"), "1");
        expect(await save(id("work"), "2")).toEqual(REPLACED);
        expect(bench.stored().profiles).toEqual({ [id("work")]: saved("2") });
      });

      it("adds a second profile beside the first", async () => {
        await save(id("work"), "1");
        await save(id("play"), "2");
        expect(bench.stored().profiles).toEqual({ [id("work")]: saved("1"), [id("play")]: saved("2") });
      });

      it("leaves every other profile as it was, whatever its kind", async () => {
        const others = {
          [id("a")]: credential("a"),
          [`${otherProvider}:old`]: credential("old", { provider: otherProvider }),
          "anthropic:key": { type: "api_key", provider: "anthropic", key: "sk-ant-fake" } as StoredCredential,
        };
        await bench.seed({
          profiles: { ...others, [id("work")]: credential("work") },
          usageStats: { [id("a")]: { lastUsed: 5, errorCount: 2 } },
        });
        const before = bench.stored();
        await save(id("work"), "1");
        const { [id("work")]: mine, ...rest } = bench.stored().profiles;
        expect(mine).toEqual(saved("1"));
        expect(rest).toEqual(before.profiles[id("work")] && withoutKey(before.profiles, id("work")));
        expect(bench.stored().usageStats?.[id("a")]).toEqual(before.usageStats?.[id("a")]);
      });

      it.each(["constructor", "__proto__", "toString"])("takes %s for a profile like any other", async (word) => {
        const profileId = id(word);
        expect(await save(profileId, "1")).toEqual(SAVED);
        expect(Object.keys(bench.stored().profiles)).toEqual([profileId]);
      });

      it("drops what the old credential had and the new one has not", async () => {
        await bench.seed({ profiles: { [id("work")]: credential("work", { email: "old@example.com" }) } });
        const { email: _none, ...draft } = request(id("work"), "1").credential;
        await save(id("work"), "1", { credential: draft });
        expect(Object.keys(bench.stored().profiles[id("work")] ?? {})).not.toContain("email");
      });

      it.each([
        { name: "that is going on", part: "" },
        { name: "that failed for good", part: "failed:" },
      ])("replaces the fence of a refresh $name", async ({ part }) => {
        const fenced = credential("work", { access: fence(`${part}access`), refresh: fence(`${part}refresh`) });
        await bench.seed({ profiles: { [id("work")]: fenced } });
        expect(await save(id("work"), "1")).toEqual(SAVED);
        expect(bench.stored().profiles).toEqual({ [id("work")]: saved("1") });
      });

      it("forgets the failures of the profile, and no other's", async () => {
        const stats = {
          lastUsed: 1,
          errorCount: 4,
          cooldownUntil: NOW_MS * 2,
          disabledUntil: NOW_MS * 2,
          disabledReason: "auth",
        };
        await bench.seed({ ...two, usageStats: { [id("a")]: stats, [id("b")]: stats } });
        await save(id("a"), "1");
        const { usageStats } = bench.stored();
        expect(usageStats?.[id("a")]).toEqual({ lastUsed: 1, errorCount: 0 });
        expect(usageStats?.[id("b")]).toMatchObject({ errorCount: 4, cooldownUntil: NOW_MS * 2 });
      });
    });

    describe("undoing", () => {
      it("puts back what was replaced, as it was, and can itself be undone", async () => {
        await bench.seed(two);
        await save(id("a"), "1");
        expect(await store.hasUndo(id("a"))).toBe(true);
        expect(await store.undo(target(id("a")))).toEqual(REPLACED);
        expect(bench.stored().profiles).toEqual(two.profiles);
        expect(await store.undo(target(id("a")))).toEqual(REPLACED);
        expect(bench.stored().profiles[id("a")]).toEqual(saved("1"));
      });

      it("has nothing to put back if the profile was new or never changed", async () => {
        await bench.seed(two);
        await save(id("work"), "1");
        expect(await store.undo(target(id("work")))).toEqual(refused("undo-missing"));
        expect(await store.undo(target(id("b")))).toEqual(refused("undo-missing"));
        expect([await store.hasUndo(id("work")), await store.hasUndo(id("b"))]).toEqual([false, false]);
      });

      it("refuses if another program has changed the profile since", async () => {
        await bench.seed(two);
        await save(id("a"), "1");
        await bench.seed({ profiles: { ...two.profiles, [id("a")]: credential("newer") } });
        const before = bench.stored();
        expect(await store.undo(target(id("a")))).toEqual(refused("undo-changed"));
        expect(bench.stored()).toEqual(before);
      });

      it("keeps no parked tokens of a refresh: they could not be used again", async () => {
        await bench.seed({
          profiles: { [id("a")]: credential("a", { access: fence("access"), refresh: fence("refresh") }) },
        });
        expect(await save(id("a"), "1")).toEqual(SAVED);
        expect(await store.undo(target(id("a")))).toEqual(refused("undo-missing"));
      });

      it("is for those who may, and asks again inside the write", async () => {
        await bench.seed(two);
        await save(id("a"), "1");
        const before = bench.stored();
        expect(await store.undo(target(id("a"), { isAllowed: notAllowed }))).toEqual(refused("not-allowed"));
        expect(bench.stored()).toEqual(before);
      });
    });

    describe("a change that comes to nothing at the last moment", () => {
      it.each(["a sign-in", "an undo"])("leaves what an undo puts back: %s", async (what) => {
        await bench.seed(two);
        await save(id("a"), "1");
        const before = bench.stored();
        const once = target(id("a"), { isAllowed: allowedOnce() });
        const { credential: next } = saveRequest(id("a"), "2");
        const refusal = what === "an undo" ? store.undo(once) : store.save({ ...once, credential: next });
        expect(await refusal).toEqual(refused("not-allowed"));
        expect(bench.stored()).toEqual(before);
        expect(await store.undo(target(id("a")))).toEqual(REPLACED);
        expect(bench.stored().profiles[id("a")]).toEqual(two.profiles[id("a")]);
      });
    });

    describe("a name that is another kind of credential's", () => {
      const key = { type: "api_key", provider, key: "sk-fake" } as unknown as StoredCredential;

      it("is reported before a sign-in, and never replaced, removed or undone", async () => {
        await bench.seed({ profiles: { ...two.profiles, [id("key")]: key } });
        const before = bench.stored();
        expect(await store.obstacle({ ...target(id("key")), isAboutToSave: true })).toBe("profile-not-codex");
        expect(await store.obstacle({ ...target(id("a")), isAboutToSave: true })).toBeUndefined();
        expect(await store.obstacle({ ...target(id("new")), isAboutToSave: true })).toBeUndefined();
        expect(await save(id("key"), "1")).toEqual(refused("profile-not-codex"));
        expect(await store.remove(target(id("key")))).toEqual(refused("profile-not-codex"));
        expect(bench.stored()).toEqual(before);
      });
    });

    describe("taking a profile out", () => {
      it("takes that one alone, with its place in the order and its statistics, and can be undone", async () => {
        const usageStats = { [id("a")]: { lastUsed: 1 }, [id("b")]: { lastUsed: 2 } };
        await bench.seed({ ...two, order: { [provider]: [id("a"), id("b")] }, usageStats });
        expect(await store.remove(target(id("a")))).toMatchObject({ kind: "saved", isUndoable: true });
        expect(bench.stored().profiles).toEqual({ [id("b")]: credential("b") });
        expect(bench.stored().order).toEqual({ [provider]: [id("b")] });
        expect(Object.keys(bench.stored().usageStats ?? {})).toEqual([id("b")]);
        expect(await idsOf(store, "main")).toEqual([id("b")]);
        expect(await store.undo(target(id("a")))).toMatchObject({ kind: "saved" });
        expect(bench.stored().profiles).toEqual(two.profiles);
        expect(bench.stored().order).toEqual({ [provider]: [id("a"), id("b")] });
      });

      it("does nothing if there is none of that name", async () => {
        await bench.seed(two);
        const before = bench.stored();
        expect(await store.remove(target(id("none")))).toEqual(refused("profile-unknown"));
        expect(bench.stored()).toEqual(before);
      });

      it("is for those who may", async () => {
        await bench.seed(two);
        const before = bench.stored();
        expect(await store.remove(target(id("a"), { isAllowed: notAllowed }))).toEqual(refused("not-allowed"));
        expect(bench.stored()).toEqual(before);
      });
    });

    describe("preferring a profile", () => {
      const preferred = { kind: "preferred", isFirst: true, activation: "live" };

      it("puts it first and keeps the others in their order", async () => {
        const profiles = { ...two.profiles, [id("c")]: credential("c") };
        await bench.seed({ profiles, order: { [provider]: [id("a"), id("b"), id("c")] } });
        expect(await store.prefer(target(id("c")))).toEqual(preferred);
        expect(bench.stored()).toMatchObject({ profiles, order: { [provider]: [id("c"), id("a"), id("b")] } });
      });

      it("shuts none out if there was no order", async () => {
        await bench.seed(two);
        expect(await store.prefer(target(id("b")))).toEqual(preferred);
        expect(bench.stored().order).toEqual({ [provider]: [id("b"), id("a")] });
      });

      it("does nothing if there is none of that name", async () => {
        await bench.seed(two);
        expect(await store.prefer(target(id("none")))).toEqual(refused("profile-unknown"));
        expect(bench.stored().order?.[provider] ?? []).toEqual([]);
      });

      it("is for those who may, asked inside the write", async () => {
        await bench.seed(two);
        const before = bench.stored();
        expect(await store.prefer(target(id("b"), { isAllowed: notAllowed }))).toEqual(refused("not-allowed"));
        expect(bench.stored()).toEqual(before);
      });
    });

    describe("ending a cooldown", () => {
      const HELD = {
        lastUsed: 5,
        errorCount: 3,
        failureCounts: { rate_limit: 3 },
        cooldownUntil: NOW_MS + 1,
        cooldownReason: "auth_permanent",
        cooldownClassification: "wham_account_dead",
        blockedUntil: NOW_MS + 2,
        blockedReason: "subscription_limit",
      };
      const LEFT = { lastUsed: 5, errorCount: 3, failureCounts: { rate_limit: 3 } };
      const held = async (stats: object, agentId?: string) => {
        const others = { [id("b")]: { ...HELD, errorCount: 9 } };
        const order = { [provider]: [id("b"), id("a")] };
        await bench.seed({ ...two, order, usageStats: { ...others, [id("a")]: stats } } as ProfilesDocument, agentId);
        return bench.stored(agentId);
      };

      it("removes the fields of that profile, and changes neither another nor the order", async () => {
        const before = await held(HELD);
        expect(await store.endCooldown(target(id("a")))).toEqual({ kind: "ended", activation: "live" });
        expect(bench.stored()).toEqual({
          ...before,
          usageStats: { [id("a")]: LEFT, [id("b")]: { ...HELD, errorCount: 9 } },
        });
        expect((await store.list("main")).map(({ health }) => health).toSorted()).toEqual([
          "cooling-down",
          "signed-in",
        ]);
      });

      it("removes a disablement for the usage", async () => {
        await held({ lastUsed: 5, disabledUntil: NOW_MS + 1, disabledReason: "billing" });
        expect(await store.endCooldown(target(id("a")))).toMatchObject({ kind: "ended" });
        expect(bench.stored().usageStats?.[id("a")]).toEqual({ lastUsed: 5 });
      });

      it.each([
        { name: "a disablement for a refused login", stats: { disabledUntil: NOW_MS + 1, disabledReason: "auth" } },
        { name: "a cooldown that is over", stats: { cooldownUntil: NOW_MS - 1 } },
      ])("refuses $name, and writes nothing", async ({ stats }) => {
        const before = await held(stats);
        expect(await store.endCooldown(target(id("a")))).toEqual(refused("retry-not-held"));
        expect(bench.stored()).toEqual(before);
      });

      it("refuses an unknown profile, and a person who may no longer", async () => {
        const before = await held(HELD);
        expect(await store.endCooldown(target(id("none")))).toEqual(refused("profile-unknown"));
        expect(await store.endCooldown(target(id("a"), { isAllowed: notAllowed }))).toEqual(refused("not-allowed"));
        expect(bench.stored()).toEqual(before);
      });

      it("concerns the agent's own copy, and leaves the shared one", async () => {
        await bench.seed({ ...two, usageStats: { [id("a")]: HELD } });
        await bench.seed({ profiles: { [id("a")]: credential("own") }, usageStats: { [id("a")]: HELD } }, "second");
        const second = target(id("a"), { agentId: "second" });
        expect(await store.endCooldown(second)).toMatchObject({ kind: "ended" });
        expect(bench.stored("second").usageStats?.[id("a")]).toEqual(LEFT);
        expect(bench.stored().usageStats?.[id("a")]).toEqual(HELD);
      });
    });

    describe("the order", () => {
      const ids = [id("b"), id("a")];

      it("is not made if there is none, so that every profile stays usable", async () => {
        await bench.seed(two);
        await save(id("work"), "1");
        expect(bench.stored().order?.[provider] ?? []).toEqual([]);
        expect([...(await bench.host.selectableIds(bench.host.agentDirOf("main")))].toSorted()).toEqual([
          id("a"),
          id("b"),
          id("work"),
        ]);
      });

      it("is extended if there is one, and never reordered", async () => {
        await bench.seed({ ...two, order: { [provider]: ids } });
        expect(await save(id("work"), "1")).toEqual(SAVED);
        expect(bench.stored().order).toEqual({ [provider]: [...ids, id("work")] });
      });

      it("stays as it is if the profile has its place already", async () => {
        await bench.seed({ ...two, order: { [provider]: ids } });
        expect(await save(id("b"), "1")).toEqual(REPLACED);
        expect(bench.stored().order).toEqual({ [provider]: ids });
      });

      it("of another provider stays as it is", async () => {
        const profiles = { ...two.profiles, "anthropic:x": credential("x", { provider: "anthropic" }) };
        await bench.seed({ profiles, order: { [provider]: ids, anthropic: ["anthropic:x"] } });
        await save(id("work"), "1");
        expect(bench.stored().order?.anthropic).toEqual(["anthropic:x"]);
      });

      it("of the config is taken over if the store has none, with the profile at its end", async () => {
        await bench.seed(two);
        bench.configure({ order: { [provider]: ids } });
        expect(await save(id("work"), "1")).toEqual(SAVED);
        expect(bench.stored().order).toEqual({ [provider]: [...ids, id("work")] });
      });

      it("follows the config's profiles if they are an allow-list, or the new one would be shut out", async () => {
        await bench.seed(two);
        bench.configure({ profiles: { [id("a")]: { provider, mode: "oauth" } } });
        expect(await save(id("work"), "1")).toEqual(SAVED);
        expect(bench.stored().order).toEqual({ [provider]: [id("a"), id("work")] });
      });

      it("is not shut by profiles that the config has of another provider", async () => {
        await bench.seed(two);
        bench.configure({ profiles: { "anthropic:x": { provider: "anthropic", mode: "oauth" } } });
        expect(await save(id("work"), "1")).toEqual(SAVED);
        expect(bench.stored().order?.[provider] ?? []).toEqual([]);
      });

      it("keeps the place of a profile that the config names and nobody has signed in to yet", async () => {
        await bench.seed(two);
        bench.configure({ order: { [provider]: [id("later"), id("a")] } });
        expect(await save(id("work"), "1")).toEqual(SAVED);
        expect(bench.stored().order).toEqual({ [provider]: [id("later"), id("a"), id("work")] });
      });

      it("is not made if the config names the profile already", async () => {
        await bench.seed(two);
        bench.configure({ order: { [provider]: [id("work"), id("a")] } });
        expect(await save(id("work"), "1")).toEqual(SAVED);
        expect(bench.stored().order?.[provider] ?? []).toEqual([]);
      });
    });

    describe("a second agent", () => {
      const second = { agentId: "second" };

      it("renews a shared profile where it is, for all agents", async () => {
        await bench.seed(two);
        expect(await save(id("a"), "1", second)).toEqual(REPLACED);
        expect(bench.stored().profiles[id("a")]).toEqual(saved("1"));
        expect(bench.stored("second").profiles).toEqual({});
      });

      it("renews its own profile where it is, or its own old one would hide the new", async () => {
        await bench.seed(two);
        await bench.seed({ profiles: { [id("a")]: credential("own") } }, "second");
        expect(await save(id("a"), "1", second)).toEqual(REPLACED);
        expect(bench.stored("second").profiles[id("a")]).toEqual(saved("1"));
        expect(bench.stored().profiles).toEqual(two.profiles);
      });

      it("can use a new profile immediately", async () => {
        await bench.seed({ ...two, order: { [provider]: [id("a")] } });
        expect(await save(id("work"), "1", second)).toEqual(SAVED);
        expect((await store.list("second")).map((profile) => profile.profileId)).toContain(id("work"));
      });

      it("keeps the order it has from the shared store", async () => {
        await bench.seed({ ...two, order: { [provider]: [id("b"), id("a")] } });
        bench.configure({ order: { [provider]: [id("a"), id("b")] } });
        const agentDir = bench.host.agentDirOf("second");
        expect(await bench.host.selectableIds(agentDir)).toEqual([id("b"), id("a")]);
        await save(id("work"), "1", second);
        expect((await bench.host.selectableIds(agentDir)).filter((one) => one !== id("work"))).toEqual([
          id("b"),
          id("a"),
        ]);
      });

      it("can use what is added to the shared order later, though it has a profile of its own", async () => {
        await bench.seed({ ...two, order: { [provider]: [id("b"), id("a")] } });
        await save(id("work"), "1", second);
        await save(id("later"), "2");
        expect(await bench.host.selectableIds(bench.host.agentDirOf("second"))).toContain(id("later"));
      });

      it("changes nothing of the shared store with a profile of its own", async () => {
        await bench.seed({ ...two, order: { [provider]: [id("a"), id("b")] } });
        await bench.seed({ profiles: { [id("own")]: credential("own") } }, "second");
        const before = bench.stored();
        await save(id("own"), "1", second);
        expect(bench.stored()).toEqual(before);
      });
    });

    describe("a person who may no longer", () => {
      it("is refused inside the write, and nothing is written", async () => {
        await bench.seed({ ...two, order: { [provider]: [id("a")] } });
        const before = bench.stored();
        expect(await save(id("a"), "1", { isAllowed: notAllowed })).toEqual(refused("not-allowed"));
        expect(bench.stored()).toEqual(before);
      });

      it("is asked for before anything is kept, and again inside the write", async () => {
        let asked = 0;
        await save(id("a"), "1", { isAllowed: () => (asked += 1) > 0 });
        expect(asked).toBe(2);
      });
    });

    describe("trouble", () => {
      it("that lasts: a store another process holds is locked, and nothing is written", async () => {
        await bench.seed(two);
        await bench.trouble("locked");
        expect(await save(id("a"), "1")).toEqual(refused("store-locked"));
        expect(bench.stored().profiles).toEqual(two.profiles);
      });

      it("that passes: a store that is let go meanwhile takes the profile", async () => {
        await bench.seed(two);
        await bench.trouble("locked", 1);
        expect(await save(id("a"), "1")).toEqual(REPLACED);
        expect(bench.stored().profiles[id("a")]).toEqual(saved("1"));
      });

      const REFUSALS = [
        {
          name: "a file of an older host needs a migration first",
          kind: "migration-required",
          code: "store-migration-required",
        },
        { name: "what cannot be read is left alone", kind: "unreadable", code: "store-unreadable" },
      ] as const;

      it.each(REFUSALS.filter(({ kind }) => facts.troubles.includes(kind)))("$name", async ({ kind, code }) => {
        await bench.trouble(kind);
        expect(await save(id("work"), "1")).toEqual(refused(code));
        await expect(store.list("main")).rejects.toThrow(new CodexAuthError(code));
      });

      it("throws nothing of the host's own words", async () => {
        await bench.trouble("unreadable");
        const thrown: unknown = await store.list("main").catch((error: unknown) => error);
        expect(inspect(thrown, { depth: null, showHidden: true })).not.toMatch(
          /canary|openclaw doctor|openclaw\.sqlite/,
        );
      });
    });

    describe("listing", () => {
      it("lists what an agent can use: the shared profiles and its own", async () => {
        await bench.seed(two);
        await bench.seed({ profiles: { [id("own")]: credential("own") } }, "second");
        expect([await idsOf(store, "main"), await idsOf(store, "second")]).toEqual([
          [id("a"), id("b")],
          [id("a"), id("b"), id("own")],
        ]);
      });

      it("lists nothing of an empty host", async () => {
        expect(await store.list("main")).toEqual([]);
      });

      it("sees a fence as no date in 1970", async () => {
        const failed = credential("a", { access: fence("failed:access"), refresh: fence("failed:refresh") });
        await bench.seed({ profiles: { [id("a")]: failed, [id("b")]: credential("b", { access: fence("access") }) } });
        expect((await store.list("main")).map(({ profileId, health }) => [profileId, health])).toEqual([
          [id("a"), "needs-sign-in"],
          [id("b"), "refreshing"],
        ]);
      });

      it("names the provider of this host", () => {
        expect(store.provider).toBe(provider);
      });
    });
  });
}

function withoutKey(record: Record<string, unknown>, key: string): Record<string, unknown> {
  return Object.fromEntries(Object.entries(record).filter(([name]) => name !== key));
}
