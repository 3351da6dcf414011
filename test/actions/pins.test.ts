/** What a chat uses: pinned, let go, explained, and noted. */
import { beforeEach, describe, expect, it } from "vitest";
import { CodexAuthError } from "../../src/errors.ts";
import type { ProfileName } from "../../src/rules/profile-id.ts";
import { inspect, readChangeLog } from "../../src/actions/overview.ts";
import { preferProfile, signOut, stopUsingProfile, useProfile } from "../../src/actions/profiles.ts";
import { claimExpiredLogins } from "../../src/actions/overview.ts";
import { listProfiles } from "../../src/actions/overview.ts";
import type { ChatPins, Ports, ProfileChoice } from "../../src/actions/ports.ts";
import { explainChoice } from "../../src/actions/overview.ts";
import { brokenProfiles, createFakePorts, DANA, failing, THROWN, type FakePorts } from "../fakes/fake-ports.ts";
import { asked } from "./requests.ts";

let ports: FakePorts;
beforeEach(() => {
  ports = createFakePorts();
  ports.profiles.has("openai:work", "openai:team");
});

const released = (name?: string) =>
  stopUsingProfile(ports, { ...asked(""), askedName: name as ProfileName | undefined });
const pinned = async () => (await ports.pins.read(DANA))?.profileId;
const why = (name?: string) => explainChoice(ports, { binding: DANA, askedName: name as ProfileName | undefined });
const codes = async (over: Ports = ports) => (await inspect(over, "main")).findings.map(({ code }) => code);
/** A host whose session store cannot be read. */
const withoutPins = (): ChatPins => {
  const fail = failing(new Error("canary"));
  return { read: fail, pin: fail, unpin: fail, release: fail };
};
const refuseOwner = () => false;

describe("using a profile in a chat", () => {
  it("pins the chat to it, and marks it on the list of that chat alone", async () => {
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
  ] as const)("says so where the host does not keep it: $outcome", async ({ outcome, code }) => {
    ports.pins.outcome = outcome;
    expect(await useProfile(ports, asked("team"))).toMatchObject({ kind: "refused", code, profileName: "team" });
    expect(await pinned()).toBeUndefined();
  });

  it("changes nothing for somebody who may not any more, nor for a profile that is not there", async () => {
    expect(await useProfile(ports, asked("team", { isAllowed: refuseOwner }))).toMatchObject({ code: "not-allowed" });
    expect(await useProfile(ports, asked("nobody"))).toMatchObject({ code: "profile-unknown" });
    expect(await pinned()).toBeUndefined();
  });

  it("marks nothing, and lists all, where the host cannot tell", async () => {
    const silent: Ports = { ...ports, pins: withoutPins() };
    const list = await listProfiles(silent, DANA);
    expect(list).toMatchObject({ kind: "profiles", profiles: [{ name: "work" }, { name: "team" }] });
    expect(list.kind === "profiles" && list.profiles.some(({ isPinned }) => isPinned)).toBe(false);
  });

  it("ends with a word, with or without the name", async () => {
    await useProfile(ports, asked("team"));
    expect(await released("work")).toMatchObject({ kind: "refused", code: "pin-missing" });
    expect(await pinned()).toBe("openai:team");
    expect(await released("team")).toMatchObject({ kind: "unpinned", profile: { name: "team" } });
    await useProfile(ports, asked("team"));
    expect(await released()).toMatchObject({ kind: "unpinned" });
    expect(await released()).toMatchObject({ kind: "refused", code: "pin-missing" });
  });

  it("leaves a choice of the host's own alone", async () => {
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
  it("tells of the profile that the host stays with in this chat", async () => {
    ports.pins.keep(DANA, { profileId: "openai:work", by: "host" });
    expect(await preferProfile(ports, asked("team"))).toMatchObject({ kind: "preferred", kept: "work" });
    expect(await preferProfile(ports, asked("work"))).not.toHaveProperty("kept");
  });
});

/** What the store, the config and the host say, where it is not what the profiles alone make of it. */
function chosen(choice: Partial<ProfileChoice>): void {
  const nothing = { storedOrder: [], configOrder: [], allowList: [], isOwnCopy: false };
  ports.profiles.choice = async () => ({ ...nothing, tried: ["openai:work", "openai:team"], ...choice });
}

describe("why", () => {
  it("is the host's own rule where nothing is set", async () => {
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

  it("is the chat's own wish, and the host's choice for it", async () => {
    ports.pins.keep(DANA, { profileId: "openai:team", by: "host" });
    expect(await why()).toMatchObject({ decides: "kept", next: "team" });
    await useProfile(ports, asked("team"));
    expect(await why()).toMatchObject({ decides: "pin", next: "team", pin: { by: "person", isUsable: true } });
  });

  it("is not a wish for what cannot be used", async () => {
    await useProfile(ports, asked("team"));
    ports.profiles.becomes("openai:team", { health: "needs-sign-in", reason: "renewal-failed" });
    expect(await why()).toMatchObject({
      decides: "host",
      next: "work",
      pin: { profileName: "team", isUsable: false },
      paused: [{ name: "team" }],
    });
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

  it("names no next one where the host would try none", async () => {
    chosen({ tried: [] });
    expect(await why()).not.toHaveProperty("next");
  });

  it("gives no place to a profile that the host leaves out", async () => {
    chosen({ tried: ["openai:work"] });
    expect(await why("team")).toMatchObject({ asked: { profileName: "team" } });
    expect(await why("team")).not.toHaveProperty("asked.place");
  });

  it("tells of no wish where the host cannot tell one", async () => {
    const silent: Ports = { ...ports, pins: withoutPins() };
    const explained = await explainChoice(silent, { binding: DANA });
    expect(explained).toMatchObject({ kind: "choice", decides: "host", next: "work" });
    expect(explained).not.toHaveProperty("pin");
  });

  it.each(THROWN)("never throws, and tells nothing of $name", async ({ error, code }) => {
    const broken: Ports = { ...ports, profiles: brokenProfiles(failing(error)) };
    expect(await explainChoice(broken, { binding: DANA })).toEqual({ kind: "refused", code });
    expect(ports.log.lines.join()).not.toContain("canary");
  });

  it("is asked of no profile that is not there", async () => {
    expect(await why("nobody")).toEqual({ kind: "refused", code: "profile-unknown", profileName: "nobody" });
  });
});

describe("the log of changes", () => {
  it("names who did what to which profile and how it went, newest first", async () => {
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

  it("that cannot be written stops no change", async () => {
    const broken = { ...ports, audit: { note: failing(new Error("canary")), last: failing(new Error("canary")) } };
    expect(await preferProfile(broken, asked("team"))).toMatchObject({ kind: "preferred" });
    expect(await readChangeLog(broken)).toEqual({ kind: "refused", code: "internal" });
    expect(ports.log.lines.join()).not.toContain("canary");
  });
});

describe("an inspection", () => {
  it("finds nothing where nothing is wrong", async () => {
    expect(await codes()).toEqual([]);
  });

  it("finds what is wrong, and each profile that fails", async () => {
    ports.installation.owner = false;
    ports.installation.skills = ["/state/skills/codex-auth"];
    ports.profiles.becomes("openai:team", { health: "disabled" });
    expect(await codes()).toEqual(["no-owner", "old-skill", "profile-failing"]);
  });

  it.each([
    { name: "a pending file that others can read", port: "pending", code: "pending-insecure" },
    { name: "an older host's file", port: "profiles", code: "store-migration-required", finding: "legacy-file" },
    { name: "a damaged store", port: "profiles", code: "store-unreadable" },
    { name: "a log that others can write", port: "audit", code: "log-insecure" },
  ] as const)("finds $name", async ({ port, code, ...rest }) => {
    const fail = failing(new CodexAuthError(code));
    const broken = { ...ports, [port]: { ...ports[port], read: fail, list: fail, last: fail } };
    expect(await codes(broken as unknown as FakePorts)).toEqual(["finding" in rest ? rest.finding : code]);
  });

  it("calls nothing wrong that it has no word for, and still finds the rest", async () => {
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

  it("says nothing of owners where that cannot be told", async () => {
    ports.installation.owner = undefined;
    expect(await codes()).toEqual([]);
  });
});

describe("sign-ins that have ended", () => {
  it("are told of once each, and live ones never", async () => {
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
