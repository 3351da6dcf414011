import { inspect } from "node:util";
import { beforeEach, describe, expect, it } from "vitest";
import { CodexAuthError } from "../../src/errors.ts";
import { SIGN_IN_TTL_MS } from "../../src/rules/pending-sign-ins.ts";
import type { ProfileName } from "../../src/rules/profile-id.ts";
import { finishSignIn } from "../../src/actions/finish.ts";
import { concernsSignIn } from "../../src/actions/finish.ts";
import { cancelPending, hasPending, listProfiles, readStatus } from "../../src/actions/overview.ts";
import type { Ports } from "../../src/actions/ports.ts";
import { Paste } from "../../src/rules/callback-url.ts";
import {
  addressOf,
  brokenProfiles,
  createFakePorts,
  DANA,
  failing,
  OTHERS,
  THROWN,
  type FakePorts,
} from "../fakes/fake-ports.ts";
import { completionOf, startedLink } from "./requests.ts";

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

  it.each(OTHERS)("tells $name nothing of what is pending", async ({ binding }) => {
    await begin();
    expect(await listProfiles(ports, binding)).toMatchObject({ pending: [] });
  });

  it.each(THROWN)("never throws, and tells nothing of $name", async ({ error, code }) => {
    const broken = { ...ports, profiles: brokenProfiles(failing(error)) };
    expect(await listProfiles(broken, DANA)).toEqual({ kind: "refused", code });
    expect(ports.log.lines.join()).not.toContain("canary");
  });
});

it("takes a list that may be some seconds old, unless it is asked to look anew", async () => {
  ports.profiles.has("openai:work");
  ports.profiles.recentList = () => Promise.resolve([]);
  expect(await listProfiles(ports, DANA)).toMatchObject({ profiles: [] });
  expect(await listProfiles(ports, DANA, { isFresh: true })).toMatchObject({ profiles: [{ name: "work" }] });
});

describe("readStatus", () => {
  it("knows of nothing at first", async () => {
    expect(await readStatus(ports, DANA)).toEqual({ kind: "status", pending: [] });
  });

  it("tells what is pending and what was last saved, and how long ago", async () => {
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

  it("tells of one profile alone where it is named", async () => {
    await finish("first");
    await finish("second");
    await begin("first");
    await begin("third");
    expect(await readStatus(ports, DANA, "first" as ProfileName)).toMatchObject({
      pending: [{ profileName: "first" }],
      lastSaved: { profileName: "first" },
    });
  });

  it("leaves out what has expired", async () => {
    await begin();
    ports.clock.move(SIGN_IN_TTL_MS);
    expect(await readStatus(ports, DANA)).toEqual({ kind: "status", pending: [] });
  });

  it("does not call a failed sign-in saved", async () => {
    ports.oauth.refuse("token-rejected");
    await finish();
    expect(await readStatus(ports, DANA)).toEqual({ kind: "status", pending: [] });
  });

  it.each(OTHERS)("tells $name nothing", async ({ binding }) => {
    await finish();
    await begin();
    expect(await readStatus(ports, binding)).toEqual({ kind: "status", pending: [] });
  });

  it.each(THROWN)("never throws, and tells nothing of $name", async ({ error, code }) => {
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
  it("ends the person's sign-ins in this chat and names them", async () => {
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

  it("names nothing where nothing waits", async () => {
    expect(await cancelPending(ports, DANA)).toEqual({ kind: "cancelled", profileNames: [] });
  });

  it.each(OTHERS)("ends nothing for $name", async ({ binding }) => {
    await begin();
    expect(await cancelPending(ports, binding)).toEqual({ kind: "cancelled", profileNames: [] });
    expect(ports.pending.document.logins).toHaveLength(1);
  });

  it("stops an exchange that is under way: its answer is thrown away", async () => {
    const address = ports.oauth.approve(await begin());
    const gate = ports.oauth.hold();
    const completing = finishSignIn(ports, completionOf(address));
    await gate.entered;
    expect(await cancelPending(ports, DANA)).toEqual({ kind: "cancelled", profileNames: ["work"] });
    gate.open();
    expect(await completing).toMatchObject({ kind: "refused", code: "login-cancelled" });
    expect(ports.profiles.saves).toEqual([]);
  });

  it("leaves a newer start alone that made an exchange under way an older one, whose answer is thrown away", async () => {
    const address = ports.oauth.approve(await begin());
    const gate = ports.oauth.hold();
    const completing = finishSignIn(ports, completionOf(address));
    await gate.entered;
    await begin();
    gate.open();
    expect(await completing).toMatchObject({ kind: "refused", code: "login-replaced" });
    expect(ports.pending.document.logins).toHaveLength(1);
  });

  it.each(THROWN)("never throws, and tells nothing of $name", async ({ error, code }) => {
    expect(await cancelPending(withPending(error), DANA)).toEqual({ kind: "refused", code });
    expect(ports.log.lines.join()).not.toContain("canary");
  });
});

describe("hasPending", () => {
  it("is true while the person has a sign-in waiting in this chat", async () => {
    await begin();
    expect(await hasPending(ports, DANA)).toBe(true);
  });

  it.each(OTHERS)("is false for $name", async ({ binding }) => {
    await begin();
    expect(await hasPending(ports, binding)).toBe(false);
  });

  it("is false after the time is over", async () => {
    await begin();
    ports.clock.move(SIGN_IN_TTL_MS);
    expect(await hasPending(ports, DANA)).toBe(false);
  });

  it.each(THROWN)("is false where it cannot be told: $name", async ({ error }) => {
    expect(await hasPending(withPending(error), DANA)).toBe(false);
  });
});

const concerns = (text: string, binding = DANA) => concernsSignIn(ports, binding, new Paste(text));

describe("concernsSignIn", () => {
  it("takes any such text of a person who has a sign-in waiting", async () => {
    await begin();
    expect(await concerns("code=abc&state=defghijk")).toBe(true);
  });

  it("takes an address of a sign-in that is over, so that a late paste is kept from the model", async () => {
    expect(await concerns(await finish())).toBe(true);
  });

  it("lets an address of nobody through where nothing waits", async () => {
    expect(await concerns(addressOf({ code: "ac_x", state: "0".repeat(32) }))).toBe(false);
  });

  it("lets a text through in which there is no address", async () => {
    await finish();
    expect(await concerns("hello")).toBe(false);
  });

  it.each(OTHERS)("lets $name's paste through, whose sign-in it is not", async ({ binding }) => {
    const address = await finish();
    expect(await concerns(address, binding)).toBe(false);
  });

  it("passes on a pending file that cannot be trusted, so that its door can say so", async () => {
    const broken = withPending(new CodexAuthError("pending-insecure"));
    const asked = concernsSignIn(broken, DANA, new Paste(addressOf({ code: "ac_x", state: "0".repeat(32) })));
    await expect(asked).rejects.toThrow(new CodexAuthError("pending-insecure"));
  });

  it("counts no attempt and ends nothing by asking", async () => {
    await begin();
    const before = ports.pending.text;
    for (let time = 0; time < 10; time += 1) await concerns(addressOf({ code: "ac_x", state: "0".repeat(32) }));
    expect(ports.pending.text).toBe(before);
  });
});
