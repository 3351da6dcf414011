/** Signing in with another account than was there: asked before anything is saved, and saved as the person says. */
import { beforeEach, describe, expect, it, vi } from "vitest";
import { InMemoryParkedSignIns, type KeepRequest, keepSignIn } from "../../src/actions/account-question.ts";
import { type FinishRequest, finishSignIn, PARKED_TTL_MS } from "../../src/actions/finish.ts";
import { cancelPending, readStatus } from "../../src/actions/overview.ts";
import type { ParkedSignIn } from "../../src/actions/ports.ts";
import type { ProfileName } from "../../src/rules/profile-id.ts";
import type { AccountQuestion } from "../../src/rules/results.ts";
import { CodexAuthError } from "../../src/errors.ts";
import { Secret } from "../../src/secret.ts";
import { brokenProfiles, createFakePorts, DANA, failing, type FakePorts, OTHERS } from "../fakes/fake-ports.ts";
import { asked, completionOf, startedLink } from "./requests.ts";

const OLD = "dana@example.com";
const NEW = "eli@example.com";

let ports: FakePorts;
beforeEach(() => {
  ports = createFakePorts();
});

async function signIn(name: string, email: string, change: Partial<FinishRequest> = {}) {
  const address = ports.oauth.approve(await startedLink(ports, name), email);
  return finishSignIn(ports, completionOf(address, change));
}

/** Work is Dana's; Eli comes back. */
async function ask(): Promise<AccountQuestion> {
  await signIn("work", OLD);
  const question = await signIn("work", NEW);
  if (question.kind !== "question") throw new Error(question.kind);
  return question;
}

const keep = (name: string, change: Partial<KeepRequest> = {}) => keepSignIn(ports, asked(name, change));
const refuseOwner = () => false;
const savedTo = () => ports.profiles.saves.map(({ profileId, credential }) => [profileId, credential.email]);

describe("another account than the profile holds", () => {
  it("is not saved: the answer names both, and a name of its own", async () => {
    expect(await ask()).toEqual({
      kind: "question",
      questionId: expect.any(String),
      code: "account-differs",
      profileName: "work",
      newAccount: { email: NEW, plan: "plus" },
      existingProfile: { profileName: "work", email: OLD },
      newName: NEW,
      expiresInMs: PARKED_TTL_MS,
    });
    expect(savedTo()).toEqual([["openai:work", OLD]]);
  });

  it("is asked about without e-mail addresses, and is offered a name made from the profile's", async () => {
    ports.profiles.has("openai:work");
    ports.profiles.holds("openai:work", { workspaceId: "workspace-2" });
    ports.oauth.plan = undefined;
    expect(await signIn("work", NEW)).toMatchObject({
      code: "account-differs",
      newAccount: {},
      existingProfile: { profileName: "work" },
      newName: "work-2",
    });
    expect(savedTo()).toEqual([]);
  });

  it("is saved as a profile of its own, beside the other", async () => {
    await ask();
    expect(await keep(NEW)).toMatchObject({ kind: "saved", profileName: NEW, email: NEW });
    expect(savedTo()).toEqual([
      ["openai:work", OLD],
      [`openai:${NEW}`, NEW],
    ]);
    expect(await readStatus(ports, DANA)).toMatchObject({
      lastSaved: { profileName: NEW, profileId: `openai:${NEW}` },
    });
  });

  it("replaces the account of the profile if the user chooses so", async () => {
    await ask();
    expect(await keep("work")).toMatchObject({ kind: "saved", profileName: "work", email: NEW });
    expect(savedTo()).toEqual([
      ["openai:work", OLD],
      ["openai:work", NEW],
    ]);
  });

  it("is dropped if the user cancels or starts again", async () => {
    await ask();
    expect(await cancelPending(ports, DANA)).toEqual({ kind: "cancelled", profileNames: ["work"] });
    expect(await keep("work")).toMatchObject({ kind: "refused", code: "nothing-parked" });
    await signIn("work", NEW);
    await startedLink(ports);
    expect(await keep("work")).toMatchObject({ kind: "refused", code: "login-replaced", isOver: true });
    expect(savedTo()).toEqual([["openai:work", OLD]]);
  });

  it("is saved once if three choices arrive together", async () => {
    await ask();
    const both = await Promise.all([keep("work"), keep("work"), keep(NEW)]);
    expect(both.map(({ kind }) => kind).toSorted()).toEqual(["refused", "refused", "saved"]);
    expect(savedTo().length).toBe(2);
  });

  it("expires after five minutes", async () => {
    await ask();
    ports.clock.move(PARKED_TTL_MS);
    expect(await keep("work")).toMatchObject({ kind: "refused", code: "nothing-parked" });
  });

  it("is removed from memory after that time", async () => {
    vi.useFakeTimers();
    try {
      await ask();
      vi.advanceTimersByTime(PARKED_TTL_MS);
      expect(await keep("work")).toMatchObject({ code: "nothing-parked" });
    } finally {
      vi.useRealTimers();
    }
  });

  it.each(OTHERS)("is not found by $name", async ({ binding }) => {
    await ask();
    expect(await keep("work", { binding })).toMatchObject({ kind: "refused", code: "nothing-parked" });
    expect(await keep("work")).toMatchObject({ kind: "saved" });
  });

  it("does not replace a third profile, and stays pending", async () => {
    ports.profiles.has("openai:team");
    ports.profiles.holds("openai:team", { workspaceId: "workspace-1", email: "third@example.com" });
    await ask();
    expect(await keep("team")).toMatchObject({ code: "profile-of-other-account", profileName: "team", isOver: false });
    expect(await keep("status")).toMatchObject({ code: "reserved-word" });
    expect(await keep(NEW)).toMatchObject({ kind: "saved" });
  });

  it("is saved by the buttons of its own question", async () => {
    const first = await ask();
    await signIn("team", "third@example.com", { ifOtherAccount: "replace" });
    const second = await signIn("team", "fourth@example.com");
    if (second.kind !== "question") throw new Error(second.kind);
    expect(await keep(first.newName, { questionId: first.questionId })).toMatchObject({ kind: "saved", email: NEW });
    expect(await keep(first.newName, { questionId: first.questionId })).toMatchObject({ code: "nothing-parked" });
    expect(await keep("team", { questionId: second.questionId })).toMatchObject({ email: "fourth@example.com" });
  });

  it("is not saved by the buttons of an older question", async () => {
    const first = await ask();
    const second = await signIn("work", "third@example.com");
    if (second.kind !== "question") throw new Error(second.kind);
    expect(await keep("work", { questionId: first.questionId })).toMatchObject({ code: "nothing-parked" });
    expect(await keep("work", { questionId: second.questionId })).toMatchObject({ email: "third@example.com" });
  });

  it("replaces the account only while the profile holds the account of the question", async () => {
    await ask();
    ports.profiles.holds("openai:work", { workspaceId: "workspace-1", email: "somebody@example.com" });
    expect(await keep("work")).toMatchObject({ code: "profile-of-other-account", isOver: false });
    expect(await keep(NEW)).toMatchObject({ kind: "saved" });
  });

  it.each(["pending", "profiles"] as const)("stays pending if a port fails before the save: %s", async (port) => {
    await ask();
    const fail = failing(new Error("canary"));
    const broken = { pending: { read: fail, update: fail }, profiles: brokenProfiles(fail) };
    expect(await keepSignIn({ ...ports, [port]: broken[port] }, asked("work"))).toMatchObject({
      kind: "refused",
      code: "internal",
      isOver: false,
    });
    expect(await keep("work")).toMatchObject({ kind: "saved", email: NEW });
  });

  it("does not replace a newer question if it stays pending", async () => {
    const older = await ask();
    let newer: AccountQuestion | undefined;
    const profiles = { ...brokenProfiles(failing(new CodexAuthError("store-locked"))) };
    profiles.accounts = async () => {
      newer = await ask();
      throw new CodexAuthError("store-locked");
    };
    const { questionId } = older;
    expect(await keepSignIn({ ...ports, profiles }, asked("work", { questionId }))).toMatchObject({ kind: "refused" });
    expect(ports.parked.list(DANA, ports.clock.nowMs()).map((one) => one.questionId)).toEqual([newer?.questionId]);
  });

  it("is part of the status until it is saved", async () => {
    await ask();
    expect(await readStatus(ports, DANA)).toMatchObject({
      parked: [{ profileName: "work", expiresInMs: PARKED_TTL_MS }],
    });
    await keep("work");
    expect(await readStatus(ports, DANA)).not.toHaveProperty("parked");
  });

  it("is interrupted in the status once nobody can choose any more", async () => {
    await signIn("work", OLD);
    ports.clock.move(1);
    await signIn("work", NEW);
    ports.clock.move(PARKED_TTL_MS - 1);
    expect(await readStatus(ports, DANA)).not.toHaveProperty("lastFailed");
    ports.clock.move(1);
    expect(await readStatus(ports, DANA)).toMatchObject({
      lastFailed: { profileName: "work", agoMs: PARKED_TTL_MS, code: "login-interrupted" },
    });
  });

  it("is not called interrupted after the user cancelled it", async () => {
    await signIn("work", OLD);
    ports.clock.move(1);
    await signIn("work", NEW);
    ports.clock.move(PARKED_TTL_MS - 1);
    await cancelPending(ports, DANA);
    ports.clock.move(PARKED_TTL_MS);
    expect(await readStatus(ports, DANA)).not.toHaveProperty("lastFailed");
  });

  it("is shown and cancelled by the name of its profile", async () => {
    await ask();
    await signIn("team", "third@example.com", { ifOtherAccount: "replace" });
    await signIn("team", "fourth@example.com");
    const team = "team" as ProfileName;
    expect(await readStatus(ports, DANA, team)).toMatchObject({ parked: [{ profileName: "team" }] });
    expect(await cancelPending(ports, DANA, team)).toEqual({ kind: "cancelled", profileNames: ["team"] });
    expect(await readStatus(ports, DANA)).toMatchObject({ parked: [{ profileName: "work" }] });
    expect(await keep("work")).toMatchObject({ kind: "saved", email: NEW });
  });

  it("is not saved for a user who is no longer allowed", async () => {
    await ask();
    expect(await keep("work", { isAllowed: refuseOwner })).toMatchObject({ kind: "refused", code: "not-allowed" });
    expect(savedTo()).toEqual([["openai:work", OLD]]);
  });

  it("leaves no token in the pending file", async () => {
    await ask();
    expect(ports.pending.text).not.toContain("canary");
  });

  it("is refused without a question, and saved with --replace", async () => {
    await signIn("work", OLD);
    expect(await signIn("work", NEW, { ifOtherAccount: "refuse" })).toMatchObject({
      code: "account-differs",
      isOver: true,
    });
    expect(savedTo()).toEqual([["openai:work", OLD]]);
    expect(await signIn("work", NEW, { ifOtherAccount: "replace" })).toMatchObject({ kind: "saved" });
    expect(savedTo()).toEqual([
      ["openai:work", OLD],
      ["openai:work", NEW],
    ]);
  });
});

describe("an account that has a profile already", () => {
  it("is asked about, and updates the first profile if the user chooses so", async () => {
    await signIn("work", OLD);
    expect(await signIn("second", OLD)).toMatchObject({
      kind: "question",
      code: "account-has-profile",
      existingProfile: { profileName: "work" },
      newName: "second",
    });
    expect(await keep("work")).toMatchObject({ kind: "saved", profileName: "work" });
    expect(savedTo()).toEqual([
      ["openai:work", OLD],
      ["openai:work", OLD],
    ]);
  });

  it("gets no second one under a name that another account took since", async () => {
    await signIn("work", OLD);
    await signIn("second", OLD);
    ports.profiles.has("openai:second");
    ports.profiles.holds("openai:second", { workspaceId: "workspace-1", email: NEW });
    expect(await keep("second")).toMatchObject({ code: "profile-of-other-account", isOver: false });
  });

  it("gets a second one if the user chooses so", async () => {
    await signIn("work", OLD);
    await signIn("second", OLD);
    expect(await keep("second")).toMatchObject({ kind: "saved", profileName: "second" });
  });

  it("is saved and mentioned if no question is possible", async () => {
    await signIn("work", OLD);
    expect(await signIn("second", OLD, { ifOtherAccount: "refuse" })).toMatchObject({
      kind: "saved",
      sameAccountAs: "work",
    });
  });

  it("is not asked about when it signs in again, in other letters", async () => {
    await signIn("work", OLD);
    expect(await signIn("work", OLD.toUpperCase())).toMatchObject({ kind: "saved" });
  });
});

const NOW_MS = 1_795_000_000_000;
const EXPIRES_AT_MS = NOW_MS + 60_000;

/** A question about one profile; its id is the profile's name. */
function parkedAs(name: string): ParkedSignIn {
  const profileId = `openai:${name}`;
  return {
    questionId: name,
    method: "link",
    question: {
      kind: "question",
      questionId: name,
      code: "account-differs",
      profileName: name,
      newAccount: {},
      existingProfile: { profileName: name },
      newName: "new" as ProfileName,
      expiresInMs: EXPIRES_AT_MS - NOW_MS,
    },
    login: {
      binding: DANA,
      profileId,
      profileName: name,
      askedName: name,
      stateDigest: "digest",
      state: "",
      codeVerifier: "",
      redirectUri: "http://localhost:1455/auth/callback",
      createdAtMs: NOW_MS,
      expiresAtMs: NOW_MS,
      attempts: 0,
    },
    exchanged: {
      kind: "exchanged",
      tokens: { accessToken: new Secret("access"), refreshToken: new Secret("refresh"), expiresInSeconds: 3600 },
      identity: { chatgptAccountId: "workspace-1" },
    },
    conflict: { code: "account-differs", profile: { profileId, profileName: name, account: {} } },
    expiresAtMs: EXPIRES_AT_MS,
  };
}

/** Holds these, the oldest first. */
function holding(...names: readonly string[]): InMemoryParkedSignIns {
  const parked = new InMemoryParkedSignIns();
  for (const name of names) parked.park(DANA, parkedAs(name), NOW_MS);
  return parked;
}

const listed = (parked: InMemoryParkedSignIns, nowMs = NOW_MS) =>
  parked.list(DANA, nowMs).map(({ questionId }) => questionId);

describe("parked sign-ins", () => {
  it("are fifty at most, and one more drops the oldest", () => {
    const names = Array.from({ length: 51 }, (_, at) => `p${at}`);
    const parked = holding(...names);
    expect(listed(parked)).toEqual(names.slice(1));
    expect(parked.take(DANA, NOW_MS, "p0")).toBeUndefined();
  });

  it.each([
    { name: "before they expire", nowMs: EXPIRES_AT_MS - 1, there: ["work"] },
    { name: "after that", nowMs: EXPIRES_AT_MS, there: [] },
  ])("are listed and returned $name: $there", ({ nowMs, there }) => {
    const parked = holding("work");
    expect(listed(parked, nowMs)).toEqual(there);
    expect([parked.take(DANA, nowMs)].flatMap((one) => one?.questionId ?? [])).toEqual(there);
  });

  it("are returned once, and the newest if no question is named", () => {
    const parked = holding("first", "second", "third");
    expect(parked.take(DANA, NOW_MS, "first")?.questionId).toBe("first");
    expect(parked.take(DANA, NOW_MS)?.questionId).toBe("third");
    expect(listed(parked)).toEqual(["second"]);
  });
});
