/** What a browser that comes back to this machine is shown, and what its sign-in and its user learn. */
import { describe, expect, it } from "vitest";
import { startSignIn } from "../../src/actions/start.ts";
import { answerCallback, isCallbackExpected } from "../../src/handlers/unattended.ts";
import { answerCommand, type CommandCall } from "../../src/handlers/command.ts";
import { DEFAULT_AGENT, terminalBinding } from "../../src/rules/binding.ts";
import { MAX_ATTEMPTS, SIGN_IN_TTL_MS } from "../../src/rules/pending-sign-ins.ts";
import type { ProfileName } from "../../src/rules/profile-id.ts";
import { Secret } from "../../src/secret.ts";
import { addressOf, failing } from "../fakes/fake-ports.ts";
import { SENTENCES } from "../support/english.ts";
import {
  claimMessage,
  createDoor,
  linkOf,
  OWNER,
  OWNER_CALL,
  OWNER_SENDER,
  ownerMessage,
  savedIn,
  startAndApprove,
  waitingIn,
  WEBCHAT_CALL,
  type Door,
} from "./fake-handler.ts";

const STATE = "0123456789abcdef0123456789abcdef";
const CODE = `ac_${"Q0FOQVJZ".repeat(5)}abc.${"c2Vjb25k".repeat(5)}abc`;

const bring = ({ context }: Door, address: string) => answerCallback(context, new Secret(address));
const textsIn = ({ sent }: Door) => sent.map(({ message }) => message.markdown);
const say = ({ context }: Door, args: string, call: CommandCall = OWNER_CALL) =>
  answerCommand(context, "select", { ...call, args });

/** A sign-in for `work` of the owner, and the URL on which their browser ends. */
async function approved(call: CommandCall = OWNER_CALL): Promise<Door & { address: string }> {
  const door = createDoor();
  return { ...door, address: await startAndApprove(door, call) };
}

describe("a browser that comes back with the code of a pending sign-in", () => {
  it("is told that it is saved, and so is the user, without advice about a message that they never sent", async () => {
    const door = await approved();
    expect(await bring(door, door.address)).toBe("saved");
    expect(savedIn(door.ports)).toEqual(["openai:work"]);
    expect(door.sent.map(({ sender }) => sender)).toEqual([OWNER_SENDER]);
    expect(textsIn(door).join()).toContain("profile `work` now uses `dana@example.com`");
    expect(textsIn(door).join()).not.toContain(SENTENCES["saved.delete"]);
  });

  it("finishes a sign-in of the web chat, whose user finds it with the status", async () => {
    const door = await approved(WEBCHAT_CALL);
    expect(await bring(door, door.address)).toBe("saved");
    expect(door.sent).toEqual([]);
    expect((await say(door, "status", WEBCHAT_CALL)).markdown).toContain("Last saved: `work`");
  });

  it("finishes each of several sign-ins of several users", async () => {
    const door = createDoor();
    door.owners.add("telegram:7");
    const other = { ...OWNER_CALL, senderId: "7", from: "telegram:7" };
    const addresses = [];
    for (const [call, name] of [
      [OWNER_CALL, "one"],
      [WEBCHAT_CALL, "two"],
      [other, "three"],
    ] as const)
      addresses.push(door.ports.oauth.approve(new Secret(linkOf(await say(door, name, call))), `${name}@example.com`));
    for (const address of addresses.toReversed()) expect(await bring(door, address)).toBe("saved");
    expect(savedIn(door.ports)).toEqual(["openai:three", "openai:two", "openai:one"]);
    expect(door.sent.map(({ sender }) => sender.senderId)).toEqual(["7", OWNER]);
  });

  it("is told the same if it comes twice at once, for one token request", async () => {
    const door = await approved();
    const gate = door.ports.oauth.hold();
    const first = bring(door, door.address);
    await gate.entered;
    expect(await bring(door, door.address)).toBe("saving");
    gate.open();
    expect([await first, await bring(door, door.address)]).toEqual(["saved", "saved"]);
    expect(door.ports.oauth.exchanges).toHaveLength(1);
  });

  it.each(["paste", "browser"] as const)("races the pasted URL for one token request: %s first", async (first) => {
    const door = await approved();
    const gate = door.ports.oauth.hold();
    const ways = {
      paste: () => claimMessage(door.context, ownerMessage(door.address)),
      browser: () => bring(door, door.address),
    };
    const winner = ways[first]();
    await gate.entered;
    const loser = await ways[first === "paste" ? "browser" : "paste"]();
    gate.open();
    await winner;
    expect(first === "paste" ? loser : await winner).toBe(first === "paste" ? "saving" : "saved");
    expect(door.ports.oauth.exchanges).toHaveLength(1);
    expect(savedIn(door.ports)).toEqual(["openai:work"]);
    const already = textsIn(door).filter((text) => text.includes(SENTENCES["refusal.login-already-used"]));
    expect(already).toHaveLength(first === "paste" ? 0 : 1);
  });

  it("is told that a paste won if the file says so only when it claims", async () => {
    const door = await approved();
    const { pending } = door.ports;
    const before = await pending.read();
    await claimMessage(door.context, ownerMessage(door.address));
    const [read, reads] = [pending.read.bind(pending), [before]];
    pending.read = async () => reads.pop() ?? (await read());
    expect(await bring(door, door.address)).toBe("saved");
    expect(door.ports.oauth.exchanges).toHaveLength(1);
  });

  it("is sent to the question if another account was approved, which is also asked in the chat", async () => {
    const door = createDoor();
    door.ports.profiles.holds("openai:work", { workspaceId: "workspace-2", email: "other@example.com" });
    expect(await bring(door, await startAndApprove(door))).toBe("question");
    expect(textsIn(door).join()).toContain("Not saved yet. You approved `dana@example.com`");
    expect(savedIn(door.ports)).toEqual([]);
  });

  it("is told that it failed if the user declined, which ends the sign-in as a paste does", async () => {
    const door = createDoor();
    const link = new Secret(linkOf(await say(door, "work")));
    expect(await bring(door, door.ports.oauth.deny(link))).toBe("failed");
    expect(waitingIn(door.ports)).toBe(0);
    expect(textsIn(door).join()).toContain(SENTENCES["refusal.authorization-denied"]);
    expect(door.ports.pending.document.receipts.at(-1)).toMatchObject({
      outcome: "failed",
      code: "authorization-denied",
    });
  });

  it("finishes a sign-in that a terminal started, and tells nobody", async () => {
    const door = createDoor();
    const here = terminalBinding(door.context.gateway, DEFAULT_AGENT);
    const started = await startSignIn(door.ports, { binding: here, askedName: "work" as ProfileName });
    if (started.kind === "refused") throw new Error(started.code);
    expect(await bring(door, door.ports.oauth.approve(started.authorizationUrl))).toBe("saved");
    expect(door.sent).toEqual([]);
  });

  it("replaces no account for a terminal, which nobody asks", async () => {
    const door = createDoor();
    door.ports.profiles.holds("openai:work", { workspaceId: "workspace-2", email: "other@example.com" });
    const here = terminalBinding(door.context.gateway, DEFAULT_AGENT);
    const started = await startSignIn(door.ports, { binding: here, askedName: "work" as ProfileName });
    if (started.kind === "refused") throw new Error(started.code);
    expect(await bring(door, door.ports.oauth.approve(started.authorizationUrl))).toBe("failed");
    expect(savedIn(door.ports)).toEqual([]);
  });

  it("keeps the URL while the profile store is busy, and can bring it again", async () => {
    const door = await approved();
    door.ports.profiles.inTheWay = "store-locked";
    expect(await bring(door, door.address)).toBe("later");
    expect(door.sent).toEqual([]);
    door.ports.profiles.inTheWay = undefined;
    expect(await bring(door, door.address)).toBe("saved");
  });
});

describe("a browser that comes with anything else", () => {
  it.each([
    { name: "the state of no sign-in", address: addressOf({ code: CODE, state: STATE }) },
    { name: "no state", address: addressOf({ code: CODE }) },
    { name: "nothing", address: addressOf({}) },
    { name: "an error of no sign-in", address: addressOf({ error: "access_denied", state: STATE }) },
  ])("ends no sign-in and counts as no attempt: $name", async ({ address }) => {
    const door = await approved();
    for (let sent = 0; sent <= MAX_ATTEMPTS; sent += 1) expect(await bring(door, address)).toBe("unknown");
    expect(door.ports.pending.updates).toBe(1);
    expect(await bring(door, door.address)).toBe("saved");
  });

  it("is not answered for a sign-in of another gateway in the same file", async () => {
    const other = createDoor({ gateway: "gateway-2" });
    const address = await startAndApprove(other);
    const door = { ...other, context: { ...other.context, gateway: "gateway-1" } };
    expect(await bring(door, address)).toBe("unknown");
    expect(waitingIn(other.ports)).toBe(1);
  });

  it.each([
    { name: "without a code", change: { code: "" } },
    { name: "with a shortened code", change: { code: "ac_...x" } },
    { name: "of another issuer", change: { code: CODE, iss: "https://evil.test" } },
  ])("with the right state, but $name, leaves the sign-in pending", async ({ change }) => {
    const door = await approved();
    const state = new URL(door.address).searchParams.get("state") ?? "";
    expect(await bring(door, addressOf({ ...change, state }))).toBe("unknown");
    expect(await bring(door, door.address)).toBe("saved");
  });

  it.each([
    { name: "cancelled", end: (door: Door) => say(door, "cancel") },
    { name: "replaced", end: (door: Door) => say(door, "work") },
    { name: "expired", end: async (door: Door) => door.ports.clock.move(SIGN_IN_TTL_MS) },
  ])("is told that the sign-in has ended if it was $name", async ({ end }) => {
    const door = await approved();
    await end(door);
    expect(await bring(door, door.address)).toBe("over");
    expect(door.ports.oauth.exchanges).toEqual([]);
    expect(door.sent).toEqual([]);
  });

  it("learns nothing of a user who is no longer an owner, and the sign-in stays", async () => {
    const door = await approved();
    door.owners.clear();
    expect(await bring(door, door.address)).toBe("unknown");
    expect([waitingIn(door.ports), door.ports.oauth.exchanges]).toEqual([1, []]);
    expect(door.ports.log.lines).toContain("warn: a callback URL of a user who is no longer an owner");
  });

  it("is refused before the write if the user loses their ownership during the exchange", async () => {
    const door = await approved();
    const gate = door.ports.oauth.hold();
    const page = bring(door, door.address);
    await gate.entered;
    door.owners.clear();
    gate.open();
    expect(await page).toBe("failed");
    expect([savedIn(door.ports), door.sent]).toEqual([[], []]);
  });
});

it("a user who cancels during the exchange is not told again that the sign-in was cancelled", async () => {
  const door = await approved();
  const gate = door.ports.oauth.hold();
  const page = bring(door, door.address);
  await gate.entered;
  await say(door, "cancel");
  gate.open();
  expect(await page).toBe("failed");
  expect([savedIn(door.ports), door.sent]).toEqual([[], []]);
});

describe("a gateway in trouble", () => {
  it("asks the browser to come again if the file cannot be read, and logs it without the URL", async () => {
    const door = await approved();
    door.ports.pending.read = failing(new Error(door.address));
    expect(await bring(door, door.address)).toBe("later");
    expect(door.ports.log.lines).toContain("warn: answering a browser failed (Error)");
    expect(door.ports.log.lines.join()).not.toContain("ac_");
  });

  it.each([
    {
      name: "cannot be asked",
      change: { canSendNow: failing(new Error("canary")) },
      line: "asking whether a message can be sent",
    },
    { name: "refuses the message", change: { sendNow: async () => false }, line: "sending an answer failed twice" },
  ])("saves the profile although the chat $name", async ({ change, line }) => {
    const door = createDoor(change);
    expect(await bring(door, await startAndApprove(door))).toBe("saved");
    expect(door.ports.log.lines.join()).toContain(line);
    expect(savedIn(door.ports)).toEqual(["openai:work"]);
  });
});

describe("the listener", () => {
  it("is needed while a sign-in of this gateway is pending", async () => {
    const door = createDoor();
    expect(await isCallbackExpected(door.context)).toBe(false);
    await say(door, "work");
    expect(await isCallbackExpected(door.context)).toBe(true);
    expect(await isCallbackExpected({ ...door.context, gateway: "gateway-2" })).toBe(false);
    door.ports.clock.move(SIGN_IN_TTL_MS);
    expect(await isCallbackExpected(door.context)).toBe(false);
  });

  it("is not needed while the file cannot be read", async () => {
    const door = await approved();
    door.ports.pending.read = failing(new Error("canary"));
    expect(await isCallbackExpected(door.context)).toBe(false);
    expect(door.ports.log.lines.at(-1)).toBe("warn: looking for pending sign-ins failed (Error)");
  });
});
