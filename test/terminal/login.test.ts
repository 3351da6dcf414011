/** The command that waits: whatever comes first finishes the sign-in, and nothing stays pending. */
import { beforeEach, describe, expect, it } from "vitest";
import { finishSignIn } from "../../src/actions/finish.ts";
import { startSignIn } from "../../src/actions/start.ts";
import { terminalBinding } from "../../src/rules/binding.ts";
import { cancelSignIns, SIGN_IN_TTL_MS } from "../../src/rules/pending-sign-ins.ts";
import type { ProfileName } from "../../src/rules/profile-id.ts";
import type { StartedSignIn, StartedWithCode } from "../../src/rules/results.ts";
import type { Secret } from "../../src/secret.ts";
import type { TerminalRequest } from "../../src/terminal/arguments.ts";
import type { TerminalAnswer, TerminalContext } from "../../src/terminal/context.ts";
import { runRequest } from "../../src/terminal/run.ts";
import { completionOf } from "../actions/requests.ts";
import { addressOf, createFakePorts, DANA, failing, type FakePorts } from "../fakes/fake-ports.ts";
import { waitUntil } from "../support/wait.ts";
import { FakeLive } from "./fake-live.ts";

const HERE = terminalBinding(DANA.gateway, "main");
const STATE = "0123456789abcdef0123456789abcdef";
const CODE = `ac_${"Q0FOQVJZ".repeat(5)}abc.${"c2Vjb25k".repeat(5)}abc`;

let ports: FakePorts;
let live: FakeLive;
beforeEach(() => {
  ports = createFakePorts();
  ports.profiles.has("openai:work");
  live = new FakeLive();
});

const context: TerminalContext = {
  binding: HERE,
  pendingPorts: async () => ports,
  ports: async () => ports,
  readStandardInput: async () => "",
  get live() {
    return live;
  },
};

interface Waiting {
  readonly result: Promise<TerminalAnswer>;
  readonly link: Secret;
  /** The URL on which the browser of the user ends. */
  readonly address: string;
}

/** A login that has printed its link and waits. */
async function begin(options: Partial<TerminalRequest> = {}): Promise<Waiting> {
  const request = { verb: "login", queueApply: false, json: false, profileName: "work" as ProfileName, ...options };
  const result = runRequest(context, request as TerminalRequest);
  // Awaited by the test, once it has done what it wants.
  result.catch(() => undefined);
  const { authorizationUrl } = await waitUntil("the link", startedHere);
  return { result, link: authorizationUrl, address: ports.oauth.approve(authorizationUrl) };
}

function startedHere(): StartedSignIn | undefined {
  const [answer] = live.printed;
  return answer?.kind === "login" && answer.started.kind === "started" ? answer.started : undefined;
}

function codeStartedHere(): StartedWithCode | undefined {
  const [answer] = live.printed;
  return answer?.kind === "login" && answer.started.kind === "code" ? answer.started : undefined;
}

const receiptOutcomes = () => ports.pending.document.receipts.map(({ outcome }) => outcome);
const expectNothingPending = () => expect([ports.pending.document.logins, live.isListening]).toEqual([[], false]);

/** Time passes until the command has an answer. */
async function passTime(result: Promise<TerminalAnswer>, stepMs = 1000): Promise<TerminalAnswer> {
  let answer: TerminalAnswer | undefined;
  void result.then((given) => (answer = given));
  return waitUntil("the answer", () => {
    ports.clock.move(stepMs);
    return answer;
  });
}

describe("login", () => {
  it("prints the link and whether it listens, and shows the time that is left", async () => {
    const { result } = await begin();
    expect(startedHere()).toMatchObject({ profileName: "work", isListening: true });
    await waitUntil("the time", () => live.timesLeft.length > 0);
    expect(live.timesLeft[0]).toBe(SIGN_IN_TTL_MS);
    live.pressCtrlC();
    await result;
  });

  it("is finished by the browser on this machine, and frees the port", async () => {
    const { result, address } = await begin();
    expect(await live.bring(address)).toBe("saved");
    expect(await result).toMatchObject({ kind: "saved", profileName: "work", email: "dana@example.com" });
    expectNothingPending();
  });

  it("is finished by a pasted URL, although another program has the port", async () => {
    live.isPortTaken = true;
    const { result, address } = await begin();
    expect(startedHere()).toMatchObject({ isListening: false });
    live.type(` ${address}\n`);
    expect(await result).toMatchObject({ kind: "saved" });
    expectNothingPending();
  });

  it("says why a text cannot be used, ignores empty lines, and goes on reading", async () => {
    const { result, address } = await begin();
    for (const text of ["\n", "hello\n", addressOf({ code: CODE, state: STATE }), address]) live.type(text);
    expect(await result).toMatchObject({ kind: "saved" });
    expect(live.warned.map(({ code }) => code)).toEqual(["callback-not-found", "state-mismatch"]);
  });

  it("goes on without an input that has ended", async () => {
    const { result, address } = await begin();
    live.endInput();
    expect(await live.bring(address)).toBe("saved");
    expect(await result).toMatchObject({ kind: "saved" });
  });

  it("redeems the code once if the browser and a paste race", async () => {
    const { result, address } = await begin();
    const gate = ports.oauth.hold();
    const page = live.bring(address);
    await gate.entered;
    live.type(address);
    await waitUntil("the refusal of the paste", () => live.warned.length === 1);
    gate.open();
    expect([await page, (await result).kind, ports.oauth.exchanges.length]).toEqual(["saved", "saved", 1]);
    expect(live.warned).toMatchObject([{ code: "login-already-used" }]);
  });

  it("ends with a refusal of the server, and says to start again", async () => {
    const { result, address } = await begin();
    ports.oauth.refuse("token-rejected");
    expect(await live.bring(address)).toBe("failed");
    expect(await result).toMatchObject({ kind: "refused", code: "token-rejected", next: "again" });
    expectNothingPending();
  });

  it("ends if the user declines", async () => {
    const { result, link } = await begin();
    live.type(ports.oauth.deny(link));
    expect(await result).toMatchObject({ kind: "refused", code: "authorization-denied" });
  });

  it("replaces another account only if it was told to", async () => {
    ports.profiles.holds("openai:work", { workspaceId: "workspace-2", email: "other@example.com" });
    const first = await begin();
    expect(await live.bring(first.address)).toBe("failed");
    expect(await first.result).toMatchObject({ kind: "refused", code: "account-differs" });
    live = new FakeLive();
    const second = await begin({ replace: true });
    expect(await live.bring(second.address)).toBe("saved");
    expect(await second.result).toMatchObject({ kind: "saved" });
  });

  it("starts nothing that cannot be saved", async () => {
    ports.profiles.inTheWay = "store-locked";
    const request = { verb: "login", queueApply: false, json: false } as const;
    expect(await runRequest(context, request)).toMatchObject({ kind: "refused", code: "store-locked" });
    expect([live.printed, live.isListening]).toEqual([[], false]);
  });
});

describe("a browser that brings another URL to login", () => {
  it.each([
    { name: "of no sign-in", change: {} },
    { name: "without a state", change: { state: "" } },
  ])("$name is told that nothing waits for it", async ({ change }) => {
    const { result, address } = await begin();
    expect(await live.bring(addressOf({ code: CODE, state: STATE, ...change }))).toBe("unknown");
    expect(await live.bring(address)).toBe("saved");
    await result;
  });

  it("of a chat's sign-in leaves it to that chat", async () => {
    const { result, address } = await begin();
    const other = await startSignIn(ports, { binding: DANA, askedName: "play" as ProfileName });
    if (other.kind !== "started") throw new Error(other.kind);
    expect(await live.bring(ports.oauth.approve(other.authorizationUrl))).toBe("unknown");
    expect(ports.pending.document.logins).toHaveLength(2);
    expect(await live.bring(address)).toBe("saved");
    expect(await live.bring(address)).toBe("saved");
    await result;
  });

  it("is asked to come again while the file cannot be read", async () => {
    const { result, address } = await begin();
    const { read } = ports.pending;
    ports.pending.read = failing(new Error("canary"));
    expect(await live.bring(address)).toBe("later");
    ports.pending.read = read;
    live.pressCtrlC();
    await result;
  });
});

describe("a login that ends elsewhere", () => {
  it("is the status if another program of the gateway saved it", async () => {
    const { result, address } = await begin();
    await finishSignIn(ports, completionOf(address, { binding: DANA }));
    expect(await passTime(result)).toMatchObject({ kind: "status", lastSaved: { profileName: "work" } });
    expectNothingPending();
  });

  it("waits for the result while another program redeems the code", async () => {
    const { result, address } = await begin();
    const gate = ports.oauth.hold();
    const other = finishSignIn(ports, completionOf(address, { binding: DANA }));
    await gate.entered;
    const before = ports.pending.reads;
    await waitUntil("three looks", () => {
      ports.clock.move(1000);
      return ports.pending.reads >= before + 3;
    });
    gate.open();
    await other;
    expect(await passTime(result)).toMatchObject({ kind: "status" });
  });

  it("is refused if it was cancelled elsewhere", async () => {
    const { result } = await begin();
    await ports.pending.update((document) => cancelSignIns(document, HERE, ports.clock.nowMs()));
    expect(await passTime(result)).toMatchObject({ kind: "refused", code: "login-cancelled", profileName: "work" });
    expectNothingPending();
  });

  it("is refused once its time is over", async () => {
    const { result } = await begin();
    expect(await passTime(result, 60_000)).toMatchObject({ kind: "refused", code: "login-expired" });
    expect(live.isListening).toBe(false);
  });

  it("is refused if nothing is known of it any more", async () => {
    const { result } = await begin();
    await ports.pending.update(() => ({ result: undefined, next: { version: 1, logins: [], receipts: [] } }));
    expect(await passTime(result)).toMatchObject({ kind: "refused", code: "login-expired" });
  });

  it("is refused if the file can no longer be read", async () => {
    const { result } = await begin();
    ports.pending.read = failing(new Error("canary"));
    expect(await passTime(result)).toMatchObject({ kind: "refused", code: "internal" });
    expect(live.isListening).toBe(false);
  });
});

describe("Ctrl-C", () => {
  it("cancels this sign-in and no other", async () => {
    await startSignIn(ports, { binding: DANA, askedName: "work" as ProfileName });
    const { result, address } = await begin();
    live.pressCtrlC();
    expect(await result).toEqual({ kind: "cancelled", profileNames: ["work"] });
    expect([ports.pending.document.logins.length, receiptOutcomes(), live.isListening]).toEqual([
      1,
      ["cancelled"],
      false,
    ]);
    expect(await finishSignIn(ports, completionOf(address, { binding: HERE }))).toMatchObject({
      code: "login-cancelled",
    });
  });

  it("during the exchange keeps the account from being saved", async () => {
    const { result, address } = await begin();
    const gate = ports.oauth.hold();
    const page = live.bring(address);
    await gate.entered;
    live.pressCtrlC();
    expect(await result).toMatchObject({ kind: "cancelled" });
    gate.open();
    expect(await page).toBe("failed");
    expect(ports.profiles.saves).toEqual([]);
  });
});

async function beginWithCode() {
  const request = { verb: "login", device: true, queueApply: false, json: false, profileName: "work" as ProfileName };
  const result = runRequest(context, request as TerminalRequest);
  result.catch(() => undefined);
  return { result, started: await waitUntil("the code", codeStartedHere) };
}

describe("login --device", () => {
  it("is polled here, and finished once the code is approved", async () => {
    const { result, started } = await beginWithCode();
    ports.oauth.approveCode(started.userCode.reveal());
    expect(await passTime(result)).toMatchObject({ kind: "saved", profileName: "work" });
    expectNothingPending();
  });

  it("ends with what the server says of the code", async () => {
    const { result } = await beginWithCode();
    ports.oauth.pollAnswers.push({ kind: "ended", code: "authorization-denied" });
    expect(await passTime(result)).toMatchObject({ kind: "refused", code: "authorization-denied", next: "again" });
  });

  it("ends with its time, and polls no more", async () => {
    const { result } = await beginWithCode();
    expect(await passTime(result, 60_000)).toMatchObject({ kind: "refused" });
    const polls = ports.oauth.polls.length;
    ports.clock.move(60_000);
    await Promise.resolve();
    expect(ports.oauth.polls.length).toBe(polls);
  });

  it("is cancelled by Ctrl-C", async () => {
    const { result } = await beginWithCode();
    live.pressCtrlC();
    expect(await result).toMatchObject({ kind: "cancelled" });
    expectNothingPending();
  });

  it("is refused if no code is issued", async () => {
    ports.oauth.codeRefusals.push({ code: "device-code-refused" });
    const request = { verb: "login", device: true, queueApply: false, json: false } as const;
    expect(await runRequest(context, request)).toMatchObject({ kind: "refused", code: "device-code-refused" });
    expect(ports.pending.document.logins).toEqual([]);
  });
});
