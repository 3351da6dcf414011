import { inspect } from "node:util";
import { beforeEach, describe, expect, it } from "vitest";
import { pollSignIn, showLink, startWithCode, type PollRequest } from "../../src/actions/device.ts";
import { finishSignIn } from "../../src/actions/finish.ts";
import { cancelPending } from "../../src/actions/overview.ts";
import type { DevicePoll, Ports } from "../../src/actions/ports.ts";
import { startSignIn } from "../../src/actions/start.ts";
import { CodexAuthError } from "../../src/errors.ts";
import type { DeviceSignIn } from "../../src/rules/pending-sign-ins.ts";
import type { ProfileName } from "../../src/rules/profile-id.ts";
import { Secret } from "../../src/secret.ts";
import {
  brokenOAuth,
  brokenProfiles,
  createFakePorts,
  DANA,
  failing,
  THROWN,
  type FakePorts,
} from "../fakes/fake-ports.ts";
import { completionOf, startedLink } from "./requests.ts";

const MINUTE_MS = 60_000;

let ports: FakePorts;
let wakes: number;
beforeEach(() => {
  wakes = 0;
  ports = { ...createFakePorts(), wakePoller: () => void (wakes += 1) };
});

const askCode = (name = "work", over: Ports = ports) =>
  startWithCode(over, { binding: DANA, askedName: name as ProfileName });

/** A request for a code that is answered while the fake clock moves on. */
async function askWhileTimePasses() {
  const asked = askCode();
  for (let step = 0; step < 100; step += 1) {
    await new Promise((resolve) => setImmediate(resolve));
    ports.clock.move(1000);
  }
  return asked;
}

function pending(): DeviceSignIn {
  const [login] = ports.pending.document.logins;
  if (login?.device === undefined) throw new Error("no sign-in with a code is pending");
  return login as DeviceSignIn;
}

describe("startWithCode", () => {
  it("gives the code, the page and the time to live, and prints no secret", async () => {
    const started = await askCode();
    expect(started).toEqual({
      kind: "code",
      stateDigest: ports.pending.document.logins[0]?.stateDigest,
      profileId: "openai:work",
      profileName: "work",
      isDefaultFallback: false,
      isNewProfile: true,
      userCode: expect.any(Secret) as Secret,
      verificationUri: "https://auth.openai.com/codex/device",
      expiresInMs: 15 * MINUTE_MS,
    });
    expect(inspect(started)).not.toContain("CODE-1");
  });

  it("stores one sign-in with a link and a code, and wakes the poller", async () => {
    await startWithCode(ports, { binding: DANA, askedName: "work" as ProfileName, senderId: "U0ABC" });
    expect(ports.pending.document.logins).toMatchObject([
      {
        binding: DANA,
        profileId: "openai:work",
        senderId: "U0ABC",
        state: expect.stringMatching(/^[0-9a-f]{32}$/) as string,
        device: { deviceAuthId: expect.stringMatching(/^deviceauth_/) as string, userCode: "CODE-1", intervalMs: 5000 },
      },
    ]);
    expect(wakes).toBe(1);
  });

  it.each([
    { name: "an end that the server states", inMs: 10 * MINUTE_MS, expect: 10 * MINUTE_MS },
    { name: "an end that is too near", inMs: 30_000, expect: 15 * MINUTE_MS },
    { name: "an end that is too far", inMs: 60 * MINUTE_MS, expect: 15 * MINUTE_MS },
    { name: "an end in the past", inMs: -MINUTE_MS, expect: 15 * MINUTE_MS },
  ])("lives 15 minutes at most with $name", async ({ inMs, expect: expiresInMs }) => {
    ports.oauth.codeExpiresAtMs = ports.clock.nowMs() + inMs;
    expect(await askCode()).toMatchObject({ expiresInMs });
  });

  it("replaces an earlier sign-in once its code was issued", async () => {
    const url = ports.oauth.approve(await startedLink(ports));
    await askCode();
    expect(await finishSignIn(ports, completionOf(url))).toMatchObject({ code: "login-replaced" });
    expect(ports.oauth.exchanges).toEqual([]);
  });

  it("keeps the earlier sign-in, and shows its link, if no code is issued", async () => {
    const link = await startedLink(ports);
    ports.clock.move(MINUTE_MS);
    ports.oauth.codeRefusals.push({ code: "device-code-refused" });
    const refused = await askCode();
    expect(refused).toMatchObject({
      kind: "refused",
      code: "device-code-refused",
      profileName: "work",
      link: { kind: "started", profileName: "work", expiresInMs: 14 * MINUTE_MS },
    });
    expect(refused.kind === "refused" && refused.link?.authorizationUrl.reveal()).toBe(link.reveal());
    expect(await finishSignIn(ports, completionOf(ports.oauth.approve(link)))).toMatchObject({ kind: "saved" });
  });

  it("shows no link if none was pending", async () => {
    ports.oauth.codeRefusals.push({ code: "provider-blocked", because: "canary" });
    expect(await askCode()).toMatchObject({ kind: "refused", code: "provider-blocked", link: undefined });
    expect(ports.pending.document.logins).toEqual([]);
    expect(wakes).toBe(0);
  });

  it.each<{ code: "provider-rate-limited" | "provider-failed" | "provider-timeout" | "provider-unreachable" }>([
    { code: "provider-rate-limited" },
    { code: "provider-failed" },
    { code: "provider-timeout" },
    { code: "provider-unreachable" },
  ])("asks three times after $code", async ({ code }) => {
    ports.oauth.codeRefusals.push({ code }, { code });
    expect(await askWhileTimePasses()).toMatchObject({ kind: "code" });
    expect(ports.oauth.codeRequests).toBe(3);
  });

  it("gives up after three requests", async () => {
    const refusal = { code: "provider-failed" } as const;
    ports.oauth.codeRefusals.push(refusal, refusal, refusal, refusal);
    expect(await askWhileTimePasses()).toMatchObject({ kind: "refused", code: "provider-failed" });
    expect(ports.oauth.codeRequests).toBe(3);
  });

  it("waits as long as the server says if that fits into 20 seconds", async () => {
    ports.oauth.codeRefusals.push({ code: "provider-rate-limited", retryAfterSeconds: 15 });
    const asked = askCode();
    await expect.poll(() => ports.clock.waitsMs).toEqual([15_000]);
    ports.clock.move(15_000);
    expect(await asked).toMatchObject({ kind: "code" });
  });

  it("does not ask again if the server says to wait longer, and passes the time on", async () => {
    ports.oauth.codeRefusals.push({ code: "provider-rate-limited", retryAfterSeconds: 120 });
    expect(await askCode()).toMatchObject({ code: "provider-rate-limited", retryAfterSeconds: 120 });
    expect(ports.oauth.codeRequests).toBe(1);
  });

  it.each<{ code: "device-code-refused" | "provider-blocked" | "region-unsupported" }>([
    { code: "device-code-refused" },
    { code: "provider-blocked" },
    { code: "region-unsupported" },
  ])("asks once if the answer is $code", async ({ code }) => {
    ports.oauth.codeRefusals.push({ code });
    expect(await askCode()).toMatchObject({ code });
    expect(ports.oauth.codeRequests).toBe(1);
  });

  it("asks for no code if the profile cannot be saved", async () => {
    ports.profiles.inTheWay = "store-migration-required";
    expect(await askCode()).toMatchObject({ code: "store-migration-required" });
    expect(ports.oauth.codeRequests).toBe(0);
  });

  it.each(THROWN)("answers with a code if $name is thrown", async ({ error, code }) => {
    const broken = [
      { ...ports, profiles: brokenProfiles(failing(error)) },
      { ...ports, oauth: brokenOAuth(failing(error)) },
      { ...ports, pending: { read: failing(error), update: failing(error) } },
    ];
    for (const over of broken) expect(await askCode("work", over)).toEqual({ kind: "refused", code });
    expect(ports.log.lines.join(" ")).not.toContain("canary");
  });
});

const show = (name = "work") => showLink(ports, DANA, name as ProfileName);

describe("showLink", () => {
  it("shows the link of the sign-in with a code, which then finishes it", async () => {
    await askCode();
    ports.clock.move(MINUTE_MS);
    const shown = await show();
    expect(shown).toMatchObject({ kind: "started", profileName: "work", expiresInMs: 14 * MINUTE_MS });
    const link = shown.kind === "started" ? shown.authorizationUrl : new Secret("");
    expect(await finishSignIn(ports, completionOf(ports.oauth.approve(link)))).toMatchObject({ kind: "saved" });
    expect(ports.oauth.codeRequests).toBe(1);
  });

  it("refuses if no sign-in is pending", async () => {
    expect(await show()).toEqual({ kind: "refused", code: "no-pending-login", profileName: "work" });
  });

  it("passes on why the profile cannot be saved", async () => {
    ports.profiles.inTheWay = "store-read-only";
    expect(await show()).toMatchObject({ kind: "refused", code: "store-read-only" });
  });

  it("answers with a code if the file cannot be read", async () => {
    const broken = { ...ports, pending: { read: failing(new CodexAuthError("pending-insecure")), update: failing(0) } };
    expect(await showLink(broken, DANA, "work" as ProfileName)).toEqual({ kind: "refused", code: "pending-insecure" });
  });
});

const receipts = () => ports.pending.document.receipts;

describe("pollSignIn", () => {
  let login: DeviceSignIn;
  beforeEach(async () => {
    await askCode();
    login = pending();
  });

  const poll = (change: Partial<PollRequest> = {}, over: Ports = ports) =>
    pollSignIn(over, {
      login,
      pace: { intervalMs: 5000 },
      isAllowed: () => true,
      ifOtherAccount: "ask-later",
      ...change,
    });
  it("waits until the code is approved", async () => {
    expect(await poll()).toEqual({ kind: "waiting", waitMs: 5000, pace: { intervalMs: 5000 } });
    expect(ports.pending.document.logins).toHaveLength(1);
  });

  it("saves the profile of an approved code, and remembers how", async () => {
    ports.oauth.approveCode("CODE-1");
    expect(await poll()).toMatchObject({ kind: "over", result: { kind: "saved", profileName: "work" } });
    expect(receipts()).toMatchObject([{ outcome: "saved", profileName: "work" }]);
    expect(await ports.methods.last(DANA, "openai:work")).toBe("code");
    expect(await startSignIn(ports, { binding: DANA, askedName: "work" as ProfileName })).toMatchObject({
      lastMethod: "code",
    });
  });

  it("redeems with the server's verifier, and with the redirect URI of device codes", async () => {
    ports.oauth.approveCode("CODE-1");
    await poll();
    const [exchange, ...others] = ports.oauth.exchanges;
    expect(others).toEqual([]);
    expect(exchange?.redirectUri).toBe("https://auth.openai.com/deviceauth/callback");
    expect(exchange?.codeVerifier.reveal()).not.toBe(login.codeVerifier);
  });

  it("erases every secret before the exchange", async () => {
    ports.oauth.approveCode("CODE-1");
    const { entered, open } = ports.oauth.hold();
    const polled = poll();
    await entered;
    const { deviceAuthId, userCode } = login.device;
    for (const secret of [deviceAuthId, userCode, login.state, login.codeVerifier])
      expect(ports.pending.text).not.toContain(secret);
    expect(receipts()).toMatchObject([{ outcome: "claimed" }]);
    open();
    await polled;
  });

  it("never repeats an exchange", async () => {
    ports.oauth.approveCode("CODE-1");
    ports.oauth.refuse("provider-timeout");
    expect(await poll()).toMatchObject({ result: { kind: "refused", code: "provider-timeout", isOver: true } });
    expect(await poll()).toEqual({ kind: "over" });
    expect(ports.oauth.exchanges).toHaveLength(1);
    expect(receipts()).toMatchObject([{ outcome: "failed", code: "provider-timeout" }]);
  });

  it("gives the paste of the same sign-in the answer that it was used", async () => {
    const shown = await showLink(ports, DANA, "work" as ProfileName);
    const url = ports.oauth.approve(shown.kind === "started" ? shown.authorizationUrl : new Secret(""));
    ports.oauth.approveCode("CODE-1");
    await poll();
    expect(await finishSignIn(ports, completionOf(url))).toMatchObject({ code: "login-already-used" });
    expect(ports.oauth.exchanges).toHaveLength(1);
  });

  it("sends one token request if a paste and a code race", async () => {
    const shown = await showLink(ports, DANA, "work" as ProfileName);
    const url = ports.oauth.approve(shown.kind === "started" ? shown.authorizationUrl : new Secret(""));
    ports.oauth.approveCode("CODE-1");
    const results = await Promise.all([finishSignIn(ports, completionOf(url)), poll()]);
    expect(ports.oauth.exchanges).toHaveLength(1);
    expect(ports.profiles.saves).toHaveLength(1);
    expect(JSON.stringify(results).match(/"saved"/g)).toHaveLength(1);
  });

  const ENDS: readonly Extract<DevicePoll, { kind: "ended" }>["code"][] = [
    "authorization-denied",
    "device-code-off",
    "device-code-expired",
    "region-unsupported",
    "provider-blocked",
    "client-rejected",
    "token-response-invalid",
  ];
  it.each(ENDS)("ends the sign-in if the server says %s", async (code) => {
    ports.oauth.pollAnswers.push({ kind: "ended", code });
    expect(await poll()).toEqual({
      kind: "over",
      result: { kind: "refused", code, profileName: "work", isOver: true },
    });
    expect(ports.pending.document.logins).toEqual([]);
    expect(receipts()).toMatchObject([{ outcome: "failed", code }]);
  });

  it("keeps the longer interval of a server that is asked too often", async () => {
    ports.oauth.pollAnswers.push({ kind: "waiting", waitMs: 30_000, pace: { intervalMs: 10_000 } });
    expect(await poll()).toMatchObject({ kind: "waiting", waitMs: 30_000 });
    expect(pending().device.intervalMs).toBe(10_000);
  });

  it("polls on if the longer interval cannot be written", async () => {
    ports.oauth.pollAnswers.push({ kind: "waiting", waitMs: 30_000, pace: { intervalMs: 10_000 } });
    const over = { ...ports, pending: { read: () => ports.pending.read(), update: failing(new Error("canary")) } };
    expect(await poll({}, over)).toMatchObject({ kind: "waiting", waitMs: 30_000, pace: { intervalMs: 10_000 } });
  });

  it("tells that the time is over, and erases the secrets", async () => {
    ports.clock.move(15 * MINUTE_MS);
    expect(await poll()).toMatchObject({ kind: "over", result: { code: "device-code-expired" } });
    expect(ports.oauth.polls).toEqual([]);
    expect(ports.pending.text).not.toContain(login.device.deviceAuthId);
    expect(receipts()).toMatchObject([{ outcome: "expired", code: "device-code-expired" }]);
  });

  it("tells that the time is over if another write has swept the sign-in", async () => {
    ports.clock.move(15 * MINUTE_MS);
    await startSignIn(ports, { binding: DANA, askedName: "play" as ProfileName });
    expect(await poll()).toMatchObject({ kind: "over", result: { code: "device-code-expired" } });
  });

  it("ends if the clock was set back", async () => {
    ports.clock.move(-2 * MINUTE_MS);
    expect(await poll()).toMatchObject({ kind: "over", result: { code: "device-code-expired" } });
  });

  it("sends nothing for a sign-in that was cancelled or replaced", async () => {
    await cancelPending(ports, DANA);
    expect(await poll()).toEqual({ kind: "over" });
    await askCode();
    const older = pending();
    await askCode();
    expect(await poll({ login: older })).toEqual({ kind: "over" });
    expect(ports.oauth.polls).toEqual([]);
  });

  it("drops an approved code of a sign-in that was cancelled during the poll", async () => {
    ports.oauth.approveCode("CODE-1");
    const { entered, open } = ports.oauth.holdPoll();
    const polled = poll();
    await entered;
    await cancelPending(ports, DANA);
    open();
    expect(await polled).toEqual({ kind: "over" });
    expect(ports.oauth.exchanges).toEqual([]);
  });

  it("ends without an answer if the server ends one that was cancelled during the poll", async () => {
    const { entered, open } = ports.oauth.holdPoll();
    const polled = poll();
    await entered;
    await cancelPending(ports, DANA);
    ports.oauth.pollAnswers.push({ kind: "ended", code: "authorization-denied" });
    open();
    expect(await polled).toEqual({ kind: "over" });
  });

  it("tells that the time was over when the approved code arrived", async () => {
    ports.oauth.approveCode("CODE-1");
    const { entered, open } = ports.oauth.holdPoll();
    const polled = poll();
    await entered;
    ports.clock.move(15 * MINUTE_MS);
    open();
    expect(await polled).toMatchObject({ result: { code: "device-code-expired" } });
    expect(ports.oauth.exchanges).toEqual([]);
  });

  it("saves nothing for a sign-in that was replaced during the exchange", async () => {
    ports.oauth.approveCode("CODE-1");
    const { entered, open } = ports.oauth.hold();
    const polled = poll();
    await entered;
    await askCode();
    open();
    expect(await polled).toEqual({ kind: "over" });
    expect(ports.profiles.saves).toEqual([]);
  });

  it("drops the sign-in of a user who is no longer an owner before the poll", async () => {
    expect(await poll({ isAllowed: () => false })).toEqual({ kind: "over" });
    expect(ports.oauth.polls).toEqual([]);
    expect(receipts()).toMatchObject([{ outcome: "failed", code: "not-allowed" }]);
  });

  it.each([1, 2])("saves nothing if the user loses the ownership after question %i", async (allowed) => {
    let asked = 0;
    ports.oauth.approveCode("CODE-1");
    expect(await poll({ isAllowed: () => (asked += 1) <= allowed })).toEqual({ kind: "over" });
    expect(ports.profiles.saves).toEqual([]);
  });

  it("keeps the question about another account for 15 minutes", async () => {
    ports.profiles.has("openai:work");
    ports.profiles.holds("openai:work", { workspaceId: "another", email: "robin@example.com" });
    ports.oauth.approveCode("CODE-1");
    const polled = await poll();
    expect(polled).toMatchObject({
      result: { kind: "question", code: "account-differs", expiresInMs: 15 * MINUTE_MS },
    });
    ports.clock.move(14 * MINUTE_MS);
    expect(ports.parked.list(DANA, ports.clock.nowMs())).toHaveLength(1);
  });

  it("spends no code if the profile cannot be saved", async () => {
    ports.oauth.approveCode("CODE-1");
    ports.profiles.inTheWay = "store-locked";
    expect(await poll()).toMatchObject({ result: { code: "store-locked", isOver: true } });
    expect(ports.oauth.exchanges).toEqual([]);
  });

  it("polls later if the file of pending sign-ins cannot be read", async () => {
    const over = { ...ports, pending: { read: failing(new Error("canary")), update: failing(new Error("canary")) } };
    expect(await poll({}, over)).toMatchObject({ kind: "waiting", waitMs: 5000 });
    ports.clock.move(15 * MINUTE_MS);
    expect(await poll({}, over)).toMatchObject({ kind: "over", result: { code: "device-code-expired" } });
    expect(ports.log.lines.join(" ")).not.toContain("canary");
  });

  it.each(THROWN)("answers if $name is thrown at the claim", async ({ error, code }) => {
    ports.oauth.approveCode("CODE-1");
    const over = { ...ports, pending: { read: () => ports.pending.read(), update: failing(error) } };
    expect(await poll({}, over)).toMatchObject({ kind: "over", result: { kind: "refused", code } });
    expect(ports.oauth.exchanges).toEqual([]);
  });

  it("logs no secret", async () => {
    ports.oauth.approveCode("CODE-1");
    await poll();
    const secrets = [login.device.deviceAuthId, login.device.userCode, login.state, login.codeVerifier];
    for (const secret of secrets) expect(ports.log.lines.join("\n")).not.toContain(secret);
  });
});
