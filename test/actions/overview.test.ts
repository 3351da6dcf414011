import { inspect } from "node:util";
import { beforeEach, describe, expect, it, vi } from "vitest";
import { concernsSignIn, finishSignIn } from "../../src/actions/finish.ts";
import {
  cancelPending,
  claimExpiredLogins,
  explainChoice,
  inspect as inspectGateway,
  listProfiles,
  nextAfter,
  readChangeLog,
  readStatus,
} from "../../src/actions/overview.ts";
import type { ChatPins, PendingPorts, Ports, ProfileChoice } from "../../src/actions/ports.ts";
import { preferProfile, useProfile } from "../../src/actions/profiles.ts";
import { CodexAuthError } from "../../src/errors.ts";
import { terminalBinding } from "../../src/rules/binding.ts";
import { Paste } from "../../src/rules/callback-url.ts";
import { SIGN_IN_TTL_MS } from "../../src/rules/pending-sign-ins.ts";
import type { ProfileName } from "../../src/rules/profile-id.ts";
import type { FinishRefusal } from "../../src/rules/results.ts";
import {
  addressOf,
  brokenProfiles,
  createFakePorts,
  DANA,
  failing,
  type FakePorts,
  OTHERS,
  THROWN,
} from "../fakes/fake-ports.ts";
import { asked, completionOf, startedLink } from "./requests.ts";

let ports: FakePorts;
beforeEach(() => {
  ports = createFakePorts();
});

const begin = (name = "work") => startedLink(ports, name);

async function finish(name = "work"): Promise<string> {
  const address = ports.oauth.approve(await begin(name), `${name}@example.com`);
  await finishSignIn(ports, completionOf(address));
  return address;
}

const withPending = (error: unknown): Ports => ({
  ...ports,
  pending: { read: failing(error), update: failing(error) },
});

describe("listProfiles", () => {
  it("lists the profiles in the store's order, and what is pending", async () => {
    ports.profiles.has("openai:b", "openai:a");
    await begin("work");
    ports.clock.move(60_000);
    const list = await listProfiles(ports, DANA);
    expect(list).toMatchObject({ kind: "profiles", profiles: [{ name: "b" }, { name: "a" }] });
    expect(list).toMatchObject({ pending: [{ profileName: "work", expiresInMs: SIGN_IN_TTL_MS - 60_000 }] });
  });

  it.each(OTHERS)("shows no pending sign-in to $name", async ({ binding }) => {
    await begin();
    expect(await listProfiles(ports, binding)).toMatchObject({ pending: [] });
  });

  it.each(THROWN)("does not throw or repeat $name", async ({ error, code }) => {
    const broken = { ...ports, profiles: brokenProfiles(failing(error)) };
    expect(await listProfiles(broken, DANA)).toEqual({ kind: "refused", code });
    expect(ports.log.lines.join()).not.toContain("canary");
  });
});

it("uses a recent list unless a fresh one is wanted", async () => {
  ports.profiles.has("openai:work");
  ports.profiles.recentList = () => Promise.resolve([]);
  expect(await listProfiles(ports, DANA)).toMatchObject({ profiles: [] });
  expect(await listProfiles(ports, DANA, { isFresh: true })).toMatchObject({ profiles: [{ name: "work" }] });
});

describe("readStatus", () => {
  it("is empty at first", async () => {
    expect(await readStatus(ports, DANA)).toEqual({ kind: "status", pending: [] });
  });

  it("gives pending sign-ins, the last saved one and its age", async () => {
    await finish("first");
    await finish("second");
    ports.clock.move(5000);
    await begin("third");
    expect(await readStatus(ports, DANA)).toEqual({
      kind: "status",
      pending: [{ profileName: "third", expiresInMs: SIGN_IN_TTL_MS }],
      lastSaved: { profileName: "second", profileId: "openai:second", agoMs: 5000, activation: "live" },
    });
  });

  it("gives only the named profile", async () => {
    await finish("first");
    await finish("second");
    await begin("first");
    await begin("third");
    expect(await readStatus(ports, DANA, "first" as ProfileName)).toMatchObject({
      pending: [{ profileName: "first" }],
      lastSaved: { profileName: "first" },
    });
  });

  it("names the other profiles with a sign-in if the named one has none", async () => {
    await begin("team");
    await begin("home");
    const [work, home] = ["work", "home"] as ProfileName[];
    expect(await readStatus(ports, DANA, work)).toEqual({
      kind: "status",
      pending: [],
      askedName: "work",
      others: ["team", "home"],
    });
    expect(await readStatus(ports, DANA, home)).not.toHaveProperty("others");
  });

  it.each(OTHERS)("names no sign-in of another profile to $name", async ({ binding }) => {
    await begin("team");
    const askedName = "work" as ProfileName;
    expect(await readStatus(ports, binding, askedName)).toEqual({ kind: "status", pending: [], askedName });
  });

  it("leaves out what has expired", async () => {
    await begin();
    ports.clock.move(SIGN_IN_TTL_MS);
    expect(await readStatus(ports, DANA)).toEqual({ kind: "status", pending: [] });
  });

  it("gives a sign-in whose gateway stopped during the exchange, two minutes later", async () => {
    const address = ports.oauth.approve(await begin(), "work@example.com");
    ports.oauth.exchange = () => new Promise(() => {});
    void finishSignIn(ports, completionOf(address));
    await vi.waitFor(() => expect(ports.pending.document.receipts).toMatchObject([{ outcome: "claimed" }]));
    ports.clock.move(119_999);
    expect(await readStatus(ports, DANA)).toEqual({ kind: "status", pending: [] });
    ports.clock.move(1);
    expect(await readStatus(ports, DANA)).toMatchObject({
      lastFailed: { profileName: "work", agoMs: 120_000, code: "login-interrupted" },
    });
    expect(await readStatus(ports, terminalBinding(DANA.gateway, "main"))).not.toHaveProperty("lastFailed");
  });

  it("does not call a failed sign-in saved", async () => {
    ports.oauth.refuse("token-rejected");
    await finish();
    expect(await readStatus(ports, DANA)).toEqual({ kind: "status", pending: [] });
  });

  it.each(OTHERS)("gives nothing to $name", async ({ binding }) => {
    await finish();
    await begin();
    expect(await readStatus(ports, binding)).toEqual({ kind: "status", pending: [] });
  });

  it.each(THROWN)("does not throw or repeat $name", async ({ error, code }) => {
    expect(await readStatus(withPending(error), DANA)).toEqual({ kind: "refused", code });
    expect(ports.log.lines.join()).not.toContain("canary");
  });

  it("holds no link, no state, no verifier", async () => {
    await begin();
    const login = ports.pending.document.logins[0];
    const text = inspect(await readStatus(ports, DANA), { depth: null, showHidden: true });
    expect([login?.state, login?.codeVerifier].filter((secret) => text.includes(secret ?? ""))).toEqual([]);
  });
});

describe("cancelPending", () => {
  it("ends the sender's sign-ins in this chat and names them", async () => {
    await begin("work");
    await begin("play");
    expect(await cancelPending(ports, DANA)).toEqual({ kind: "cancelled", profileNames: ["work", "play"] });
    expect(ports.pending.document.logins).toEqual([]);
  });

  it("ends only the sign-in of the profile that is named", async () => {
    await begin("work");
    await begin("play");
    expect(await cancelPending(ports, DANA, "play" as ProfileName)).toEqual({
      kind: "cancelled",
      profileNames: ["play"],
    });
    expect(ports.pending.document.logins).toMatchObject([{ profileName: "work" }]);
  });

  it("names nothing if no sign-in is pending", async () => {
    expect(await cancelPending(ports, DANA)).toEqual({ kind: "cancelled", profileNames: [] });
  });

  it("names the asked profile if only others have a sign-in", async () => {
    await begin("work");
    const askedName = "play" as ProfileName;
    expect(await cancelPending(ports, DANA, askedName)).toEqual({ kind: "cancelled", profileNames: [], askedName });
    expect(ports.pending.document.logins).toHaveLength(1);
  });

  it.each(OTHERS)("ends nothing for $name", async ({ binding }) => {
    await begin();
    expect(await cancelPending(ports, binding)).toEqual({ kind: "cancelled", profileNames: [] });
    expect(ports.pending.document.logins).toHaveLength(1);
  });

  it("discards the answer of a running exchange", async () => {
    const address = ports.oauth.approve(await begin());
    const gate = ports.oauth.hold();
    const completing = finishSignIn(ports, completionOf(address));
    await gate.entered;
    expect(await cancelPending(ports, DANA)).toEqual({ kind: "cancelled", profileNames: ["work"] });
    gate.open();
    expect(await completing).toMatchObject({ kind: "refused", code: "login-cancelled" });
    expect(ports.profiles.saves).toEqual([]);
  });

  it("does not end a newer start, whose older exchange is discarded", async () => {
    const address = ports.oauth.approve(await begin());
    const gate = ports.oauth.hold();
    const completing = finishSignIn(ports, completionOf(address));
    await gate.entered;
    await begin();
    gate.open();
    expect(await completing).toMatchObject({ kind: "refused", code: "login-replaced" });
    expect(ports.pending.document.logins).toHaveLength(1);
  });

  it.each(THROWN)("does not throw or repeat $name", async ({ error, code }) => {
    expect(await cancelPending(withPending(error), DANA)).toEqual({ kind: "refused", code });
    expect(ports.log.lines.join()).not.toContain("canary");
  });
});

const after = (binding = DANA, refusal: Partial<FinishRefusal> = {}, given: PendingPorts = ports) =>
  nextAfter(given, binding, { kind: "refused", code: "state-mismatch", isOver: false, ...refusal });

describe("what is told after a refusal", () => {
  const USED = { code: "login-already-used", profileName: "work" } as const;

  it("is that a sign-in is pending, while the sender has one in this chat", async () => {
    await begin();
    expect(await after()).toBe("still-waiting");
    expect(await after(DANA, USED)).toBe("still-waiting");
  });

  it("is to start again if the request ended the sign-in", async () => {
    await begin();
    expect(await after(DANA, { isOver: true })).toBe("again");
  });

  it.each(OTHERS)("is to start again for $name", async ({ binding }) => {
    await begin();
    expect(await after(binding)).toBe("again");
  });

  it("is to start again after the time is over", async () => {
    await begin();
    ports.clock.move(SIGN_IN_TTL_MS);
    expect(await after()).toBe("again");
  });

  it("is that nothing is left to do if the callback URL has saved the profile", async () => {
    await finish();
    expect(await after(DANA, USED)).toBe("saved");
    expect(await after(DANA, { ...USED, profileName: "home" })).toBe("again");
    expect(await after(DANA)).toBe("again");
  });

  it("is to start again if a later sign-in of the profile failed", async () => {
    await finish();
    const address = ports.oauth.approve(await begin());
    ports.oauth.exchange = failing(new CodexAuthError("provider-timeout"));
    await finishSignIn(ports, completionOf(address));
    expect(await after(DANA, USED)).toBe("again");
  });

  it.each(THROWN)("is to start again if the file fails with $name", async ({ error }) => {
    expect(await after(DANA, {}, withPending(error))).toBe("again");
  });
});

const concerns = (text: string, binding = DANA) => concernsSignIn(ports, binding, new Paste(text));

describe("concernsSignIn", () => {
  it("is true for such a text while the sender has a pending sign-in", async () => {
    await begin();
    expect(await concerns("code=abc&state=defghijk")).toBe(true);
  });

  it("is true for the URL of a finished sign-in, so that a late paste is withheld from the model", async () => {
    expect(await concerns(await finish())).toBe(true);
  });

  it("is false for an unknown URL without a pending sign-in", async () => {
    expect(await concerns(addressOf({ code: "ac_x", state: "0".repeat(32) }))).toBe(false);
  });

  it("is false for a text without a callback URL", async () => {
    await finish();
    expect(await concerns("hello")).toBe(false);
  });

  it.each(OTHERS)("is false for $name", async ({ binding }) => {
    const address = await finish();
    expect(await concerns(address, binding)).toBe(false);
  });

  it("throws if the pending file is insecure, so that the handler can say so", async () => {
    const broken = withPending(new CodexAuthError("pending-insecure"));
    const answer = concernsSignIn(broken, DANA, new Paste(addressOf({ code: "ac_x", state: "0".repeat(32) })));
    await expect(answer).rejects.toThrow(new CodexAuthError("pending-insecure"));
  });

  it("counts no attempt and ends nothing by asking", async () => {
    await begin();
    const before = ports.pending.text;
    for (let time = 0; time < 10; time += 1) await concerns(addressOf({ code: "ac_x", state: "0".repeat(32) }));
    expect(ports.pending.text).toBe(before);
  });
});

const why = (name?: string) => explainChoice(ports, { binding: DANA, askedName: name as ProfileName | undefined });
const codes = async (over: Ports = ports) => (await inspectGateway(over, "main")).findings.map(({ code }) => code);
/** A host whose session store cannot be read. */
const withoutPins = (): ChatPins => {
  const fail = failing(new Error("canary"));
  return { read: fail, hasCodexModel: fail, pin: fail, unpin: fail, release: fail };
};
const refuseOwner = () => false;

/** What the store, the config and the host say, where it is not what the profiles alone make of it. */
function chosen(choice: Partial<ProfileChoice>): void {
  const nothing = { storedOrder: [], configOrder: [], allowList: [], isOwnCopy: false };
  ports.profiles.choice = async () => ({ ...nothing, tried: ["openai:work", "openai:team"], ...choice });
}

describe("why", () => {
  beforeEach(() => ports.profiles.has("openai:work", "openai:team"));

  it("is the host's own rule if nothing is set", async () => {
    expect(await why()).toMatchObject({ decides: "host", next: "work" });
  });

  it("is the stored order", async () => {
    await preferProfile(ports, asked("team"));
    expect(await why("work")).toMatchObject({
      decides: "stored-order",
      next: "team",
      storedOrder: ["team", "work"],
      asked: { profileName: "work", place: 2 },
    });
  });

  it("is the pin of the chat, or the host's choice", async () => {
    ports.pins.keep(DANA, { profileId: "openai:team", by: "host" });
    expect(await why()).toMatchObject({ decides: "kept", next: "team" });
    await useProfile(ports, asked("team"));
    expect(await why()).toMatchObject({ decides: "pin", next: "team", pin: { by: "person", isUsable: true } });
  });

  it("is not a pin to an unusable profile", async () => {
    await useProfile(ports, asked("team"));
    ports.profiles.becomes("openai:team", { health: "needs-sign-in", reason: "renewal-failed" });
    expect(await why()).toMatchObject({
      decides: "host",
      next: "work",
      pin: { profileName: "team", isUsable: false },
      paused: [{ name: "team" }],
    });
  });

  it("names the numbers in memory of a profile that OpenClaw holds back, and asks for none", async () => {
    const expiresAtMs = ports.clock.nowMs() + 864_000_000;
    ports.profiles.becomes("openai:team", { health: "cooling-down", reason: "subscription_limit", expiresAtMs });
    const { tokens } = await ports.profiles.listWithTokens("main");
    await ports.usage.ask(tokens).settled;
    const requests = ports.usageServer.asked.length;
    expect(await why()).toMatchObject({ paused: [{ name: "team", usage: { askedAtMs: ports.clock.nowMs() } }] });
    expect(ports.usageServer.asked).toHaveLength(requests);
  });

  it.each<{ name: string; choice: Partial<ProfileChoice>; expected: object }>([
    {
      name: "the config's order, before its list",
      choice: { configOrder: ["openai:team"], allowList: ["openai:work"] },
      expected: { decides: "config-order", configOrder: ["team"], allowList: ["work"] },
    },
    {
      name: "the config's list",
      choice: { allowList: ["openai:work"] },
      expected: { decides: "allow-list", allowList: ["work"] },
    },
    {
      name: "the stored order, before all of the config, and it may name what is gone",
      choice: { storedOrder: ["openai:gone", "openai:work"], configOrder: ["openai:team"] },
      expected: { decides: "stored-order", storedOrder: ["gone", "work"] },
    },
  ])("is $name", async ({ choice, expected }) => {
    chosen(choice);
    expect(await why()).toMatchObject({ next: "work", ...expected });
  });

  it("names no next profile if the host would use none", async () => {
    chosen({ tried: [] });
    expect(await why()).not.toHaveProperty("next");
  });

  it("gives no place to a profile that the host excludes", async () => {
    chosen({ tried: ["openai:work"] });
    expect(await why("team")).toMatchObject({ asked: { profileName: "team" } });
    expect(await why("team")).not.toHaveProperty("asked.place");
  });

  it("names no pin and no other model if the session store fails", async () => {
    const silent: Ports = { ...ports, pins: withoutPins() };
    const explained = await explainChoice(silent, { binding: DANA });
    expect(explained).toMatchObject({ kind: "choice", decides: "host", next: "work" });
    expect(explained).not.toHaveProperty("pin");
    expect(explained).not.toHaveProperty("isOtherModel");
    expect(ports.log.lines.join()).not.toContain("canary");
  });

  it.each([
    { outcome: "done", isOther: undefined },
    { outcome: "other-model", isOther: true },
  ] as const)(
    "says whether the chat's model can use a profile, as use does: $outcome",
    async ({ outcome, isOther }) => {
      ports.pins.outcome = outcome;
      const used = await useProfile(ports, asked("team"));
      expect(used).toMatchObject(isOther ? { code: "pin-other-model" } : { kind: "pinned" });
      const explained = await why();
      expect(explained.kind === "choice" && explained.isOtherModel).toBe(isOther);
    },
  );

  it.each(THROWN)("does not throw or repeat $name", async ({ error, code }) => {
    const broken: Ports = { ...ports, profiles: brokenProfiles(failing(error)) };
    expect(await explainChoice(broken, { binding: DANA })).toEqual({ kind: "refused", code });
    expect(ports.log.lines.join()).not.toContain("canary");
  });

  it("refuses an unknown profile", async () => {
    expect(await why("nobody")).toEqual({ kind: "refused", code: "profile-unknown", profileName: "nobody" });
  });
});

describe("the log of changes", () => {
  beforeEach(() => ports.profiles.has("openai:work", "openai:team"));

  it("lists sender, action, profile and outcome, newest first", async () => {
    await preferProfile(ports, asked("team"));
    ports.clock.move(1000);
    await useProfile(ports, asked("work", { isAllowed: refuseOwner }));
    const log = await readChangeLog(ports);
    expect(log.kind === "log" && log.entries).toEqual([
      { atMs: ports.clock.nowMs(), who: "telegram:4242", action: "use", profileName: "work", outcome: "not-allowed" },
      {
        atMs: ports.clock.nowMs() - 1000,
        who: "telegram:4242",
        action: "prefer",
        profileName: "team",
        outcome: "done",
      },
    ]);
  });

  it("does not stop a change if it cannot be written", async () => {
    const broken = { ...ports, audit: { note: failing(new Error("canary")), last: failing(new Error("canary")) } };
    expect(await preferProfile(broken, asked("team"))).toMatchObject({ kind: "preferred" });
    expect(await readChangeLog(broken)).toEqual({ kind: "refused", code: "internal" });
    expect(ports.log.lines.join()).not.toContain("canary");
  });
});

describe("an inspection", () => {
  beforeEach(() => ports.profiles.has("openai:work", "openai:team"));

  it("finds nothing on a healthy gateway", async () => {
    expect(await codes()).toEqual([]);
  });

  it("finds each problem and each failing profile", async () => {
    ports.installation.owner = false;
    ports.installation.skills = ["/state/skills/codex-auth"];
    ports.installation.openDisk = true;
    ports.profiles.becomes("openai:team", { health: "disabled" });
    expect(await codes()).toEqual(["open-disk", "no-owner", "old-skill", "profile-failing"]);
  });

  it.each([
    { name: "a pending file that others can read", port: "pending", code: "pending-insecure" },
    { name: "a temporary folder of another user", port: "pending", code: "pending-of-other-user" },
    { name: "a state folder of another user", port: "audit", code: "state-of-other-user" },
    { name: "an older host's file", port: "profiles", code: "store-migration-required", finding: "legacy-file" },
    { name: "sign-ins not yet imported", port: "profiles", code: "store-import-required", finding: "import-required" },
    { name: "a damaged store", port: "profiles", code: "store-unreadable" },
    { name: "a log that others can write", port: "audit", code: "log-insecure" },
  ] as const)("finds $name", async ({ port, code, ...rest }) => {
    const fail = failing(new CodexAuthError(code));
    const broken = { ...ports, [port]: { ...ports[port], read: fail, list: fail, last: fail } };
    expect(await codes(broken as unknown as FakePorts)).toEqual(["finding" in rest ? rest.finding : code]);
  });

  it("skips a check that fails, and still finds the rest", async () => {
    ports.installation.owner = false;
    const fail = failing(new Error("canary"));
    const broken: Ports = {
      ...ports,
      audit: { note: fail, last: fail },
      pending: { read: fail, update: fail },
      profiles: brokenProfiles(fail),
    };
    expect(await codes(broken)).toEqual(["no-owner"]);
  });

  it("reports nothing about owners if the config cannot be read", async () => {
    ports.installation.owner = undefined;
    expect(await codes()).toEqual([]);
  });
});

describe("expired logins", () => {
  beforeEach(() => ports.profiles.has("openai:work", "openai:team"));

  it("are claimed once each, and working ones never", async () => {
    const told = async () => (await claimExpiredLogins(ports, "main")).map(({ name }) => name);
    expect(await told()).toEqual([]);
    ports.profiles.becomes("openai:team", { health: "needs-sign-in" });
    ports.profiles.becomes("openai:work", { health: "cooling-down" });
    expect(await told()).toEqual(["team"]);
    expect(await told()).toEqual([]);
    ports.profiles.becomes("openai:work", { health: "needs-sign-in" });
    expect(await told()).toEqual(["work"]);
  });
});
