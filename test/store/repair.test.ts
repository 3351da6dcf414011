/** Old sign-ins that are remembered, put back and renewed, over a host that leaves placeholders behind. */
import { inspect } from "node:util";
import { beforeEach, describe, expect, it } from "vitest";
import type { ProfileStore, ProfileTarget } from "../../src/actions/ports.ts";
import { createProfileStore } from "../../src/store/profile-store.ts";
import type { ProfileId } from "../../src/rules/profile-id.ts";
import { RememberedSignIns } from "../../src/store/remembered-sign-ins.ts";
import { createSqliteAuthStore } from "../../src/store/sqlite-auth-store.ts";
import { systemEntropy } from "../../src/system.ts";
import { FailingHost, fenceOver } from "./failing-host.ts";
import { credential, NOW_MS, partsOver, saveRequest } from "./profile-store-requests.ts";

const WORK = "openai:work" as ProfileId;
const TEAM = "openai:team";
const BEFORE = credential("work");
const refused = (code: string) => ({ kind: "refused", code });

let host: FailingHost;
let remembered: RememberedSignIns;
let store: ProfileStore;

beforeEach(() => {
  host = new FailingHost();
  remembered = new RememberedSignIns();
  host.seed({ profiles: { [WORK]: BEFORE, [TEAM]: credential("team") } });
  store = createProfileStore({ ...partsOver(createSqliteAuthStore(host)), remembered });
});

const look = (...agents: readonly string[]) => {
  const documents = ["main", ...agents].map((agent) => host.read(host.agentDirOf(agent)));
  remembered.see(documents, "openai", systemEntropy);
};
const put = (record = fenceOver(WORK, BEFORE), agentId = "main") =>
  host.seed({ ...host.stored(agentId), profiles: { ...host.stored(agentId).profiles, [WORK]: record } }, agentId);
/** The watch sees a working login, and then the host's renewal fails. */
function failRenewal(): void {
  look();
  put();
  look();
}
const target = (change: Partial<ProfileTarget> = {}): ProfileTarget => ({
  profileId: WORK,
  agentId: "main",
  isAllowed: () => true,
  ...change,
});
const canRevive = async () => (await store.list("main")).map((profile) => [profile.profileId, profile.canRevive]);

describe("a sign-in whose renewal failed", () => {
  it("is offered, renewed once and no longer remembered; the other profile keeps its record", async () => {
    failRenewal();
    expect(await canRevive()).toEqual([
      [WORK, true],
      [TEAM, undefined],
    ]);
    expect(await store.revive(target())).toEqual({ kind: "revived" });
    expect(host.renewals).toBe(1);
    expect(host.stored().profiles).toEqual({
      [WORK]: { ...BEFORE, access: "access-renewed", refresh: "refresh-renewed" },
      [TEAM]: credential("team"),
    });
    put();
    expect(await store.revive(target())).toEqual(refused("revive-forgotten"));
  });

  it("is free of the failures that its renewal caused", async () => {
    failRenewal();
    host.seed({ ...host.stored(), usageStats: { [WORK]: { cooldownUntil: NOW_MS + 1, lastUsed: 5 } } });
    await store.revive(target());
    expect(host.stored().usageStats).toEqual({ [WORK]: { lastUsed: 5, errorCount: 0 } });
  });

  it("is renewed once if two owners ask at the same time", async () => {
    failRenewal();
    expect(await Promise.all([store.revive(target()), store.revive(target())])).toEqual([
      { kind: "revived" },
      { kind: "revived" },
    ]);
    expect(host.renewals).toBe(1);
  });

  it("is renewed once if the second owner asks in the middle", async () => {
    failRenewal();
    let second: Promise<unknown> | undefined;
    host.meanwhile = async () => void (second = store.revive(target()));
    expect(await store.revive(target())).toEqual({ kind: "revived" });
    expect(await second).toEqual({ kind: "revived" });
    expect(host.renewals).toBe(1);
  });

  it("is refused for good, and forgotten, if OpenAI refuses it; the host's mark is there again", async () => {
    failRenewal();
    host.network = "spent";
    expect(await store.revive(target())).toEqual(refused("revive-rejected"));
    expect(host.stored().profiles[WORK]).toEqual(fenceOver(WORK, BEFORE));
    expect(await canRevive()).toContainEqual([WORK, undefined]);
  });

  it("stays remembered if the network fails again", async () => {
    failRenewal();
    host.network = "down";
    expect(await store.revive(target())).toEqual(refused("revive-failed"));
    look();
    host.network = "up";
    expect(await store.revive(target())).toEqual({ kind: "revived" });
  });

  it("counts as failed if the host answered with another profile", async () => {
    failRenewal();
    host.network = "other";
    expect(await store.revive(target())).toEqual(refused("revive-failed"));
  });

  it.each([
    { name: "for somebody who is not an owner any more", isAllowed: () => false, code: "not-allowed" },
    { name: "if the right ends before the write", isAllowed: asked(1), code: "not-allowed" },
  ])("is not put back $name", async ({ isAllowed, code }) => {
    failRenewal();
    expect(await store.revive(target({ isAllowed }))).toEqual(refused(code));
    expect(host.renewals).toBe(0);
    expect(host.stored().profiles[WORK]).toEqual(fenceOver(WORK, BEFORE));
  });

  it("of an agent's own copy is put back there", async () => {
    const own = credential("own");
    host.seed({ profiles: { [WORK]: own } }, "second");
    look("second");
    put(fenceOver(WORK, own), "second");
    look("second");
    expect(await store.revive(target({ agentId: "second" }))).toEqual({ kind: "revived" });
    expect(host.stored("second").profiles[WORK]).toMatchObject({ access: "access-renewed" });
    expect(host.stored().profiles[WORK]).toEqual(BEFORE);
  });
});

/** True that many times. */
function asked(times: number): () => boolean {
  let count = 0;
  return () => (count += 1) <= times;
}

describe("a sign-in is not put back", () => {
  it.each([
    { name: "that was never seen", change: () => put() },
    {
      name: "if another sign-in came in between and failed too",
      change() {
        look();
        put(fenceOver(WORK, credential("newer")));
      },
    },
    {
      name: "if only its access token was replaced",
      change() {
        look();
        put(fenceOver(WORK, { ...BEFORE, access: "access-other" }));
      },
    },
    {
      name: "after the stop of the gateway's service",
      change() {
        failRenewal();
        remembered.clear();
      },
    },
    {
      name: "after a sign-out that was seen",
      change() {
        look();
        host.seed({ profiles: {} });
        look();
        put();
      },
    },
    {
      name: "after a sign-in that was seen",
      change() {
        look();
        put(credential("newer"));
        look();
        put();
      },
    },
    {
      name: "over a mark of another form",
      change() {
        failRenewal();
        put({ ...fenceOver(WORK, BEFORE), refresh: "openclaw-oauth-refresh-fence:v2:0:failed:refresh:0" });
      },
    },
  ])("$name", async ({ change }) => {
    change();
    const before = host.stored();
    expect(await canRevive()).toContainEqual([WORK, undefined]);
    expect(await store.revive(target())).toEqual(refused("revive-forgotten"));
    expect(host.stored()).toEqual(before);
    expect(host.renewals).toBe(0);
  });

  it.each([
    { name: "a sign-out", change: () => store.remove(target()) },
    { name: "a sign-in", change: () => store.save(saveRequest(WORK, "newer")) },
  ])("after $name of this plugin, even before the next look", async ({ change }) => {
    look();
    expect(await change()).toMatchObject({ kind: "saved" });
    put();
    expect(await store.revive(target())).toEqual(refused("revive-forgotten"));
    expect(remembered.size).toBe(1);
  });

  it("over a sign-in that came after the offer", async () => {
    failRenewal();
    await store.save(saveRequest(WORK, "newer"));
    expect(await store.revive(target())).toEqual(refused("revive-forgotten"));
    expect(host.stored().profiles[WORK]?.refresh).toBe("refresh-newer");
  });

  it("over a sign-in that comes between the look and the lock", async () => {
    failRenewal();
    const racing = createSqliteAuthStore(host);
    const late = createProfileStore({
      ...partsOver({
        ...racing,
        async update(request) {
          put(credential("newer"));
          await racing.update(request);
        },
      }),
      remembered,
    });
    expect(await late.revive(target())).toEqual(refused("revive-changed"));
    expect(host.stored().profiles[WORK]).toEqual(credential("newer"));
    expect(host.renewals).toBe(0);
  });

  it("while the host still renews it", async () => {
    look();
    put(fenceOver(WORK, BEFORE, "pending"));
    expect(await store.revive(target())).toEqual(refused("revive-not-failed"));
  });

  it("if the profile is gone or the store cannot be read", async () => {
    failRenewal();
    host.seed({ profiles: {} });
    expect(await store.revive(target())).toEqual(refused("profile-unknown"));
    put();
    host.trouble("unreadable");
    expect(await store.revive(target())).toEqual(refused("store-unreadable"));
  });

  it("in a terminal, which remembers nothing", async () => {
    failRenewal();
    const terminal = createProfileStore(partsOver(createSqliteAuthStore(host)));
    expect((await terminal.list("main"))[0]?.canRevive).toBeUndefined();
    expect(await terminal.revive(target())).toEqual(refused("revive-forgotten"));
  });
});

describe("what is remembered", () => {
  it("is bounded", () => {
    const many = Object.fromEntries(Array.from({ length: 300 }, (_, at) => [`openai:p${at}`, credential(`p${at}`)]));
    host.seed({ profiles: many });
    look();
    expect(remembered.size).toBe(200);
  });

  it("leaves out profiles without tokens and those of other providers", () => {
    host.seed({
      profiles: {
        [WORK]: credential("work", { refresh: undefined }),
        [TEAM]: credential("team", { access: undefined }),
        "anthropic:x": credential("x", { provider: "anthropic" }),
        "openai:key": { type: "api_key", provider: "openai", key: "sk-canary" },
      },
    });
    look();
    expect(remembered.size).toBe(0);
  });

  it("shows no token when it is logged", () => {
    look();
    expect(remembered.size).toBe(2);
    expect(inspect(remembered, { depth: 9, showHidden: true })).not.toMatch(/access-work|refresh-work/);
    expect(JSON.stringify(remembered.get(fenceOver(WORK, BEFORE)))).toBe('"[redacted]"');
  });
});
