import { beforeEach, describe, expect, it } from "vitest";
import { listProfiles } from "../../src/actions/overview.ts";
import type { ChatPins, Ports, ProfileStore, ProfileTarget } from "../../src/actions/ports.ts";
import {
  preferProfile,
  retryProfile,
  reviveProfile,
  showProfile,
  signOut,
  stopUsingProfile,
  undoChange,
  useProfile,
} from "../../src/actions/profiles.ts";
import { CodexAuthError } from "../../src/errors.ts";
import type { ProfileName } from "../../src/rules/profile-id.ts";
import type { ListedProfile } from "../../src/rules/results.ts";
import type { UsageOutcome } from "../../src/rules/usage.ts";
import { createFakePorts, DANA, failing, type FakePorts, THROWN, usageNumbers } from "../fakes/fake-ports.ts";
import { asked } from "./requests.ts";

let ports: FakePorts;
beforeEach(() => {
  ports = createFakePorts();
});

const storedIds = async () => (await ports.profiles.list("main")).map(({ profileId }) => profileId);
const unknown = (profileName: string) => ({ kind: "refused", code: "profile-unknown", profileName });

const refuseOwner = () => false;

const ACTS = [
  { name: "showProfile", act: showProfile },
  { name: "preferProfile", act: preferProfile },
  { name: "signOut", act: signOut },
] as const;
/** Those that write. */
const CHANGES = [
  { name: "preferProfile", act: preferProfile },
  { name: "signOut", act: signOut },
  { name: "undoChange", act: undoChange },
] as const;

/** The ports over a store whose calls are noted before they go on; what a test breaks is broken. */
function watched(broken: Partial<ProfileStore> = {}): Ports & { readonly targets: ProfileTarget[] } {
  const targets: ProfileTarget[] = [];
  const noting =
    <Result>(call: (target: ProfileTarget) => Promise<Result>) =>
    (target: ProfileTarget) => {
      targets.push(target);
      return call(target);
    };
  const { profiles } = ports;
  const store: ProfileStore = {
    provider: profiles.provider,
    storeId: profiles.storeId,
    isStore: profiles.isStore,
    obstacle: () => profiles.obstacle(),
    list: (agentId) => profiles.list(agentId),
    recentList: (agentId) => profiles.recentList(agentId),
    choice: (agentId) => profiles.choice(agentId),
    accounts: (agentId) => profiles.accounts(agentId),
    listWithTokens: (agentId) => profiles.listWithTokens(agentId),
    save: (request) => profiles.save(request),
    remove: noting((target) => profiles.remove(target)),
    prefer: noting((target) => profiles.prefer(target)),
    endCooldown: noting((target) => profiles.endCooldown(target)),
    revive: noting((target) => profiles.revive(target)),
    undo: noting((target) => profiles.undo(target)),
    hasUndo: (profileId) => profiles.hasUndo(profileId),
    ...broken,
  };
  return { ...ports, profiles: store, targets };
}

describe("acting on a profile", () => {
  it.each(ACTS)("refuses an unknown name, and changes no other: $name", async ({ act }) => {
    ports.profiles.has("openai:team", "openai:Work", "acme:work");
    expect(await act(ports, asked("work"))).toEqual(unknown("work"));
    expect(await storedIds()).toEqual(["openai:team", "openai:Work", "acme:work"]);
  });

  it.each(ACTS)("replaces a missing default with no other profile: $name", async ({ act }) => {
    ports.profiles.has("openai:first", "openai:second");
    expect(await act(ports, asked("default"))).toEqual(unknown("default"));
    expect(await storedIds()).toEqual(["openai:first", "openai:second"]);
  });

  it.each(ACTS)("refuses names that cannot be created: $name", async ({ act }) => {
    ports.profiles.has("openai:work");
    for (const name of ["status", "my team", ""]) expect(await act(ports, asked(name))).toEqual(unknown(name));
  });

  it.each([
    { name: "today's id", ids: ["openai:team", "openai:work"], asks: "work", id: "openai:work" },
    { name: "an older host's id", ids: ["openai-codex:work"], asks: "work", id: "openai-codex:work" },
    { name: "an id without a prefix", ids: ["my team"], asks: "my team", id: "my team" },
    { name: "a name that is a command", ids: ["openai:status"], asks: "status", id: "openai:status" },
    { name: "today's of two namesakes", ids: ["openai-codex:work", "openai:work"], asks: "work", id: "openai:work" },
    {
      name: "the older of two namesakes",
      ids: ["openai:work", "openai-codex:work"],
      asks: "openai-codex:work",
      id: "openai-codex:work",
    },
  ])("means the stored profile of exactly that name: $name", async ({ ids, asks, id }) => {
    ports.profiles.has(...ids);
    expect(await showProfile(ports, asked(asks))).toMatchObject({ kind: "profile", profile: { profileId: id } });
    const over = watched();
    await preferProfile(over, asked(asks));
    await signOut(over, asked(asks));
    expect(over.targets.map(({ profileId }) => profileId)).toEqual([id, id]);
    expect(await storedIds()).toEqual(ids.filter((other) => other !== id));
  });

  it.each(CHANGES)("is done for the agent of the chat: $name", async ({ act }) => {
    ports.profiles.has("openai:work");
    const over = watched();
    await act(over, asked("work", { binding: { ...DANA, agentId: "research" } }));
    expect(new Set(over.targets.map(({ agentId }) => agentId))).toEqual(new Set(["research"]));
  });

  it.each(CHANGES)("changes nothing for a user who is no longer allowed: $name", async ({ act }) => {
    ports.profiles.has("openai:work", "openai:team");
    ports.profiles.undoable.add("openai:work");
    const before = await ports.profiles.list("main");
    expect(await act(ports, asked("work", { isAllowed: refuseOwner }))).toMatchObject({
      kind: "refused",
      code: "not-allowed",
    });
    expect(await ports.profiles.list("main")).toEqual(before);
    expect(ports.profiles.undoable.has("openai:work")).toBe(true);
    expect(ports.log.lines).toEqual([]);
  });

  it.each(CHANGES)("gives the refusal of the store, with the profile's name: $name", async ({ act }) => {
    ports.profiles.has("openai:work");
    ports.profiles.refuse("store-locked");
    expect(await act(ports, asked("work"))).toEqual({ kind: "refused", code: "store-locked", profileName: "work" });
    expect(await storedIds()).toEqual(["openai:work"]);
  });

  it.each(CHANGES)("is noted in the log without a name: $name", async ({ act }) => {
    ports.profiles.has("openai:canary");
    ports.profiles.undoable.add("openai:canary");
    await act(ports, asked("canary"));
    expect(ports.log.lines).toHaveLength(1);
    expect(ports.log.lines.join()).not.toContain("canary");
  });
});

describe("acting on a profile never throws", () => {
  const failuresOf = (acts: readonly ((typeof ACTS)[number] | (typeof CHANGES)[number])[]) =>
    acts.flatMap(({ name, act }) =>
      THROWN.map(({ name: thrown, error, code }) => ({ name, act, thrown, error, code })),
    );

  it.each(failuresOf([{ name: "showProfile", act: showProfile }, ...CHANGES]))(
    "if the list fails with $thrown, and does not repeat it: $name",
    async ({ act, error, code }) => {
      const over = watched({ list: failing(error) });
      expect(await act(over, asked("work"))).toEqual({ kind: "refused", code });
      expect(over.targets).toEqual([]);
      expect(ports.log.lines.join()).not.toContain("canary");
    },
  );

  it.each(failuresOf(CHANGES))(
    "if the change fails with $thrown, and does not repeat it: $name",
    async ({ act, error, code }) => {
      ports.profiles.has("openai:work");
      const over = watched({ remove: failing(error), prefer: failing(error), undo: failing(error) });
      expect(await act(over, asked("work"))).toEqual({ kind: "refused", code });
      expect(ports.log.lines.join()).not.toContain("canary");
    },
  );
});

describe("showProfile", () => {
  it("gives the entry of the list, with its default mark", async () => {
    ports.profiles.has("openai:work", "openai:team");
    const list = await ports.profiles.list("main");
    const common = { kind: "profile", nowMs: ports.clock.nowMs(), isUndoable: false };
    expect(await showProfile(ports, asked("work"))).toEqual({ ...common, profile: list[0] });
    expect(await showProfile(ports, asked("team"))).toEqual({ ...common, profile: list[1] });
    expect(list.map(({ isDefault }) => isDefault)).toEqual([true, undefined]);
  });

  it("says whether there is something to undo, and that there may be if it cannot be read", async () => {
    ports.profiles.has("openai:work", "openai:team");
    ports.profiles.undoable.add("openai:work");
    expect(await showProfile(ports, asked("work"))).toMatchObject({ isUndoable: true });
    expect(await showProfile(ports, asked("team"))).toMatchObject({ isUndoable: false });
    const over = watched({ hasUndo: failing(new CodexAuthError("undo-unwritable")) });
    expect(await showProfile(over, asked("team"))).toMatchObject({ isUndoable: true });
    expect(ports.log.lines).toEqual(["warn: looking for something to undo failed (CodexAuthError undo-unwritable)"]);
  });

  it("looks into the recent list, and reads the store again for a name that is not there", async () => {
    ports.profiles.has("openai:work", "openai:team");
    const [work] = await ports.profiles.list("main");
    const over = watched({ recentList: async () => [{ ...(work as ListedProfile), email: "recent@example.com" }] });
    expect(await showProfile(over, asked("work"))).toMatchObject({ profile: { email: "recent@example.com" } });
    expect(await showProfile(over, asked("team"))).toMatchObject({ profile: { profileId: "openai:team" } });
    ports.profiles.has("openai-codex:work");
    expect(await showProfile(over, asked("openai-codex:work"))).toMatchObject({
      profile: { profileId: "openai-codex:work" },
    });
  });

  it("reads a missing id of an older host as the profile of today", async () => {
    ports.profiles.has("openai:work");
    expect(await showProfile(ports, asked("openai-codex:work"))).toMatchObject({
      profile: { profileId: "openai:work" },
    });
  });

  it.each([...CHANGES])("is the only action that does: $name does not change the profile of today", async ({ act }) => {
    ports.profiles.has("openai:other", "openai:work");
    ports.profiles.undoable.add("openai:work");
    const before = await ports.profiles.list("main");
    expect(await act(ports, asked("openai-codex:work"))).toMatchObject({ kind: "refused" });
    expect(await ports.profiles.list("main")).toEqual(before);
    expect(ports.profiles.undoable.has("openai:work")).toBe(true);
  });

  it("writes nothing", async () => {
    ports.profiles.has("openai:work");
    const over = watched();
    await showProfile(over, asked("work"));
    expect(over.targets).toEqual([]);
  });
});

describe("preferProfile", () => {
  it("makes it the default, and changes no other", async () => {
    ports.profiles.has("openai:work", "openai:team", "openai:play");
    expect(await preferProfile(ports, asked("team"))).toEqual({
      kind: "preferred",
      profileName: "team",
      isFirst: true,
      activation: "live",
    });
    const list = await ports.profiles.list("main");
    expect(list.map(({ name, isDefault }) => [name, isDefault])).toEqual([
      ["work", undefined],
      ["team", true],
      ["play", undefined],
    ]);
  });

  it("says if the host still uses another one first", async () => {
    ports.profiles.has("openai:work");
    ports.profiles.isSelectable = false;
    expect(await preferProfile(ports, asked("work"))).toMatchObject({ kind: "preferred", isFirst: false });
  });

  it("says that a restart is needed", async () => {
    ports.profiles.has("openai:work");
    const over = watched({ prefer: async () => ({ kind: "preferred", isFirst: true, activation: "restart" }) });
    expect(await preferProfile(over, asked("work"))).toMatchObject({ activation: "restart" });
  });
});

describe("signOut", () => {
  it("removes only that profile", async () => {
    ports.profiles.has("openai:work", "openai:team", "openai:play");
    const [work, , play] = await ports.profiles.list("main");
    expect(await signOut(ports, asked("team"))).toEqual({
      kind: "signed-out",
      profileName: "team",
      profileId: "openai:team",
      isUndoable: true,
      activation: "live",
    });
    expect(await ports.profiles.list("main")).toEqual([work, play]);
  });

  it("refuses the second time", async () => {
    ports.profiles.has("openai:work");
    await signOut(ports, asked("work"));
    expect(await signOut(ports, asked("work"))).toEqual(unknown("work"));
  });

  it("says that nothing can be put back, and that a restart is needed", async () => {
    ports.profiles.has("openai:work");
    const over = watched({
      remove: async () => ({ kind: "saved", isSelectable: false, isUndoable: false, activation: "restart" }),
    });
    expect(await signOut(over, asked("work"))).toMatchObject({ isUndoable: false, activation: "restart" });
  });

  it("refuses if the profile was removed in between", async () => {
    ports.profiles.has("openai:work");
    const over = watched({ remove: async () => ({ kind: "refused", code: "profile-unknown" }) });
    expect(await signOut(over, asked("work"))).toEqual(unknown("work"));
  });
});

it.each([
  { name: "signOut", act: signOut },
  { name: "useProfile", act: useProfile },
  { name: "preferProfile", act: preferProfile },
  { name: "showProfile", act: showProfile },
  { name: "undoChange", act: undoChange },
])("$name by a button does not change another profile of that name", async ({ act }) => {
  ports.profiles.has("openai-codex:work");
  ports.profiles.undoable.add("openai-codex:work");
  const before = await ports.profiles.list("main");
  expect(await act(ports, asked("work", { profileId: "openai:work" }))).toMatchObject({ kind: "refused" });
  expect(await ports.profiles.list("main")).toEqual(before);
  expect(ports.profiles.undoable.has("openai-codex:work")).toBe(true);
});

describe("undoChange", () => {
  it("puts back what a profile held, once", async () => {
    ports.profiles.has("openai:work");
    ports.profiles.undoable.add("openai:work");
    expect(await undoChange(ports, asked("work"))).toEqual({
      kind: "undone",
      profileId: "openai:work",
      profileName: "work",
      isSelectable: true,
      isUndoable: true,
      activation: "live",
    });
    expect(await undoChange(ports, asked("work"))).toEqual({
      kind: "refused",
      code: "undo-missing",
      profileName: "work",
    });
  });

  it("affects only the profile of that name", async () => {
    ports.profiles.has("openai:work", "openai:team");
    ports.profiles.undoable.add("openai:team");
    expect(await undoChange(ports, asked("work"))).toMatchObject({ code: "undo-missing" });
    expect(ports.profiles.undoable.has("openai:team")).toBe(true);
  });

  it("replaces a removed default with no other profile", async () => {
    ports.profiles.has("openai:first", "openai:default");
    ports.profiles.undoable.add("openai:first");
    await signOut(ports, asked("default"));
    expect(await undoChange(ports, asked("default"))).toMatchObject({ kind: "undone", profileId: "openai:default" });
    expect(ports.profiles.undoable.has("openai:first")).toBe(true);
  });

  it.each([
    { name: "today's id", id: "openai:work", asks: "work" },
    { name: "an older host's id", id: "openai-codex:work", asks: "work" },
    { name: "an id without a prefix", id: "team", asks: "team" },
    { name: "a name of two words", id: "openai:my team", asks: "my team" },
    { name: "a name that is a command", id: "openai:status", asks: "status" },
  ])("finds a removed profile by its listed name: $name", async ({ id, asks }) => {
    ports.profiles.has("openai:other", id);
    const out = await signOut(ports, asked(asks));
    expect(out).toMatchObject({ kind: "signed-out", profileName: asks });
    expect(await storedIds()).toEqual(["openai:other"]);
    expect(await undoChange(ports, asked(asks))).toMatchObject({ kind: "undone", profileId: id });
    expect((await storedIds()).toSorted()).toEqual(["openai:other", id].toSorted());
  });

  it("distinguishes a removed profile of an older host from its namesake", async () => {
    ports.profiles.has("openai:work", "openai-codex:work");
    ports.profiles.undoable.add("openai:work");
    await signOut(ports, asked("openai-codex:work"));
    expect(await undoChange(ports, asked("openai-codex:work"))).toMatchObject({ profileId: "openai-codex:work" });
    expect(ports.profiles.undoable.has("openai:work")).toBe(true);
  });

  it("puts back today's profile of the name, not its namesake of an older host", async () => {
    ports.profiles.has("openai:work", "openai-codex:work");
    ports.profiles.undoable.add("openai-codex:work");
    await signOut(ports, asked("work"));
    expect(await undoChange(ports, asked("work"))).toMatchObject({ profileId: "openai:work" });
    expect(ports.profiles.undoable.has("openai-codex:work")).toBe(true);
  });

  it("does not overwrite a profile that was signed in again since", async () => {
    ports.profiles.has("openai:work");
    await signOut(ports, asked("work"));
    ports.profiles.has("openai:work");
    expect(await undoChange(ports, asked("work"))).toEqual({
      kind: "refused",
      code: "undo-changed",
      profileName: "work",
    });
  });

  it.each(["nobody", "status", "my team", ""])("refuses a profile that never existed: '%s'", async (name) => {
    expect(await undoChange(ports, asked(name))).toEqual({ kind: "refused", code: "undo-missing", profileName: name });
  });
});

const released = (name?: string) =>
  stopUsingProfile(ports, { ...asked(""), askedName: name as ProfileName | undefined });
const pinned = async () => (await ports.pins.read(DANA))?.profileId;
/** A host whose session store cannot be read. */
const withoutPins = (): ChatPins => {
  const fail = failing(new Error("canary"));
  return { read: fail, hasCodexModel: fail, pin: fail, unpin: fail, release: fail };
};
describe("using a profile in a chat", () => {
  beforeEach(() => ports.profiles.has("openai:work", "openai:team"));

  it("pins the chat to it, and marks it only on the list of that chat", async () => {
    expect(await useProfile(ports, asked("team"))).toMatchObject({ kind: "pinned", profile: { name: "team" } });
    const marks = async (binding = DANA) => {
      const list = await listProfiles(ports, binding);
      return list.kind === "profiles" ? list.profiles.map(({ isPinned }) => isPinned) : [];
    };
    expect(await marks()).toEqual([undefined, true]);
    expect(await marks({ ...DANA, conversationId: "6666" })).toEqual([undefined, undefined]);
  });

  it.each([
    { outcome: "failed", code: "pin-unavailable" },
    { outcome: "other-model", code: "pin-other-model" },
  ] as const)("is refused if the host does not store it: $outcome", async ({ outcome, code }) => {
    ports.pins.outcome = outcome;
    expect(await useProfile(ports, asked("team"))).toMatchObject({ kind: "refused", code, profileName: "team" });
    expect(await pinned()).toBeUndefined();
  });

  it("changes nothing for a user who is no longer allowed, or for an unknown profile", async () => {
    expect(await useProfile(ports, asked("team", { isAllowed: refuseOwner }))).toMatchObject({ code: "not-allowed" });
    expect(await useProfile(ports, asked("nobody"))).toMatchObject({ code: "profile-unknown" });
    expect(await pinned()).toBeUndefined();
  });

  it("lists all profiles without a mark if the session store fails", async () => {
    const silent: Ports = { ...ports, pins: withoutPins() };
    const list = await listProfiles(silent, DANA);
    expect(list).toMatchObject({ kind: "profiles", profiles: [{ name: "work" }, { name: "team" }] });
    expect(list.kind === "profiles" && list.profiles.some(({ isPinned }) => isPinned)).toBe(false);
  });

  it("ends with unuse, with or without the name", async () => {
    await useProfile(ports, asked("team"));
    expect(await released("work")).toMatchObject({ kind: "refused", code: "pin-missing" });
    expect(await pinned()).toBe("openai:team");
    expect(await released("team")).toMatchObject({ kind: "unpinned", profile: { name: "team" } });
    await useProfile(ports, asked("team"));
    expect(await released()).toMatchObject({ kind: "unpinned" });
    expect(await released()).toMatchObject({ kind: "refused", code: "pin-missing" });
  });

  it("does not remove the host's own choice", async () => {
    ports.pins.keep(DANA, { profileId: "openai:work", by: "host" });
    expect(await released()).toMatchObject({ code: "pin-missing" });
    expect(await pinned()).toBe("openai:work");
  });

  it("ends for every chat with the sign-out of that profile", async () => {
    const other = { ...DANA, conversationId: "7", senderId: "7" };
    await useProfile(ports, asked("team"));
    await useProfile(ports, asked("team", { binding: other }));
    await useProfile(ports, asked("work", { binding: { ...DANA, conversationId: "8", senderId: "8" } }));
    await signOut(ports, asked("team"));
    expect(Object.values(ports.pins.all)).toEqual([{ profileId: "openai:work", by: "person" }]);
  });
});

describe("making one the default", () => {
  beforeEach(() => ports.profiles.has("openai:work", "openai:team"));

  it("names the profile that the host keeps in this chat", async () => {
    ports.pins.keep(DANA, { profileId: "openai:work", by: "host" });
    expect(await preferProfile(ports, asked("team"))).toMatchObject({ kind: "preferred", kept: "work" });
    expect(await preferProfile(ports, asked("work"))).not.toHaveProperty("kept");
  });
});

const WORK = "openai:work";
const request = { binding: DANA, askedName: "work" as ProfileName, isAllowed: () => true };
const refused = (code: string) => ({ kind: "refused", code, profileName: "work" });
const healthOf = async (id: string) => (await ports.profiles.list("main")).find((one) => one.profileId === id)?.health;
const outcomes = () => ports.audit.entries.map(({ action, outcome }) => `${action} ${outcome}`);
const numbers = (extra: object) =>
  ({ kind: "numbers", numbers: { ...usageNumbers(ports.clock.nowMs()), ...extra } }) as UsageOutcome;

describe("a repair without a new sign-in", () => {
  beforeEach(() => ports.profiles.has(WORK, "openai:team"));

  describe("a cooldown that OpenAI does not know of", () => {
    const HELD: Partial<ListedProfile> = {
      health: "cooling-down",
      reason: "subscription_limit",
      unusableUntilMs: 9e15,
    };
    beforeEach(() => ports.profiles.becomes(WORK, HELD));

    it("ends after OpenAI was asked, is noted, and no other profile is asked about", async () => {
      expect(await retryProfile(ports, request)).toEqual({ kind: "retried", profileName: "work", activation: "live" });
      expect(ports.usageServer.asked).toEqual([WORK]);
      expect(await healthOf(WORK)).toBe("signed-in");
      expect(outcomes()).toEqual(["retry done"]);
    });

    it.each([
      { name: "after one refused look", condition: { health: "cooling-down", reason: "refused" } },
      { name: "of a disablement for its billing", condition: { health: "disabled", reason: "billing" } },
    ] as const)("ends $name too", async ({ condition }) => {
      ports.profiles.becomes(WORK, condition);
      expect(await retryProfile(ports, request)).toMatchObject({ kind: "retried" });
    });

    const reached = { limit: { isReached: true, windows: [{ seconds: 18_000 }] } };
    const REFUSALS: readonly { name: string; answer: () => UsageOutcome; code: string }[] = [
      { name: "the limit is reached", answer: () => numbers(reached), code: "retry-limit-reached" },
      { name: "there are no credits", answer: () => numbers({ stop: "credits" }), code: "retry-limit-reached" },
      {
        name: "it tells of no window",
        answer: () => numbers({ limit: { isReached: false, windows: [] } }),
        code: "retry-unanswered",
      },
      {
        name: "it tells a window without a number",
        answer: () => numbers({ limit: { isReached: false, windows: [{ seconds: 18_000 }] } }),
        code: "retry-unanswered",
      },
      {
        name: "it refuses the token",
        answer: () => ({ kind: "untold", reason: "unauthorized", status: 401 }),
        code: "retry-unanswered",
      },
      {
        name: "it cannot be reached",
        answer: () => ({ kind: "untold", reason: "unreachable" }),
        code: "retry-unanswered",
      },
    ];
    it.each(REFUSALS)("stays if $name", async ({ answer, code }) => {
      ports.usageServer.answers.set(WORK, answer());
      expect(await retryProfile(ports, request)).toEqual(refused(code));
      expect(await healthOf(WORK)).toBe("cooling-down");
      expect(outcomes()).toEqual([`retry ${code}`]);
    });

    it("stays if the answer in memory is older than a minute and nothing newer comes", async () => {
      await retryProfile(ports, request);
      ports.profiles.becomes(WORK, HELD);
      ports.clock.move(61_000);
      ports.usageServer.answers.set(WORK, { kind: "untold", reason: "rate-limited", status: 429 });
      expect(await retryProfile(ports, request)).toEqual(refused("retry-unanswered"));
    });

    it("stays if its token cannot be sent, and nothing is asked", async () => {
      ports.profiles.becomes(WORK, { expiresAtMs: ports.clock.nowMs() + 5 * 60_000 });
      expect(await retryProfile(ports, request)).toEqual(refused("retry-unanswered"));
      expect(ports.usageServer.asked).toEqual([]);
    });

    it("stays if the user may not do it, and nothing is asked", async () => {
      expect(await retryProfile(ports, { ...request, isAllowed: () => false })).toEqual(refused("not-allowed"));
      expect(ports.usageServer.asked).toEqual([]);
    });

    it("stays if the store refuses", async () => {
      ports.profiles.refuse("store-locked");
      expect(await retryProfile(ports, request)).toEqual(refused("store-locked"));
    });

    it.each([
      { health: "signed-in" },
      { health: "needs-sign-in", reason: "auth_permanent" },
      { health: "disabled", reason: "auth_permanent" },
    ] as const)("is not found in $health ($reason)", async (condition) => {
      ports.profiles.becomes(WORK, { reason: undefined, ...condition } as Partial<ListedProfile>);
      expect(await retryProfile(ports, request)).toEqual(refused("retry-not-held"));
      expect(ports.usageServer.asked).toEqual([]);
    });
  });

  describe("an old sign-in", () => {
    beforeEach(() =>
      ports.profiles.becomes(WORK, { health: "needs-sign-in", reason: "renewal-failed", canRevive: true }),
    );

    it("is renewed, and that is noted", async () => {
      expect(await reviveProfile(ports, request)).toEqual({ kind: "revived", profileName: "work" });
      expect(await healthOf(WORK)).toBe("signed-in");
      expect(outcomes()).toEqual(["revive done"]);
    });

    it("stays as it is while the sign-in server does not answer", async () => {
      ports.oauth.isReached = false;
      expect(await reviveProfile(ports, request)).toEqual(refused("revive-offline"));
      expect(await healthOf(WORK)).toBe("needs-sign-in");
    });

    it.each(["rejected", "failed", "changed"] as const)("can be %s", async (renewal) => {
      ports.profiles.renewal = renewal;
      expect(await reviveProfile(ports, request)).toEqual(refused(`revive-${renewal}`));
      expect(outcomes()).toEqual([`revive revive-${renewal}`]);
    });

    it("is not tried for somebody who may not", async () => {
      expect(await reviveProfile(ports, { ...request, isAllowed: () => false })).toEqual(refused("not-allowed"));
    });

    it("is not tried if it is not remembered, or if no renewal failed", async () => {
      ports.profiles.becomes(WORK, { canRevive: undefined } as unknown as Partial<ListedProfile>);
      expect(await reviveProfile(ports, request)).toEqual(refused("revive-forgotten"));
      ports.profiles.becomes(WORK, { reason: "no-token" });
      expect(await reviveProfile(ports, request)).toEqual(refused("revive-not-failed"));
    });
  });
});
