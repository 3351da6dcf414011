/** A sign-in with a device code through the handlers: asked for in words and by a tap, and ended while nobody waits. */
import { beforeEach, describe, expect, it } from "vitest";
import { DevicePoller } from "../../src/actions/device-poller.ts";
import { answerCommand, type CommandCall } from "../../src/handlers/command.ts";
import type { Message } from "../../src/handlers/context.ts";
import { answerTap } from "../../src/handlers/tap.ts";
import { createPollerHost } from "../../src/handlers/unattended.ts";
import { REFUSALS, SENTENCES } from "../support/english.ts";
import {
  CANARY,
  claimMessage,
  createDoor,
  linkOf,
  OWNER,
  OWNER_CALL,
  OWNER_SENDER,
  ownerMessage,
  savedIn,
  waitingIn,
  WEBCHAT_CALL,
  type Door,
} from "./fake-handler.ts";
import { Secret } from "../../src/secret.ts";

let door: Door;
beforeEach(() => {
  door = createDoor();
});

const type = (args: string, call: CommandCall = OWNER_CALL) => answerCommand(door.context, "select", { ...call, args });

interface Tapped {
  readonly edits: readonly Message[];
  readonly replies: readonly Message[];
}

async function tap(message: Message, label: string): Promise<Tapped> {
  const buttons = message.rows.flat().flatMap((one) => ("callbackData" in one && one.label === label ? [one] : []));
  const [edits, replies]: [Message[], Message[]] = [[], []];
  await answerTap(door.context, {
    channel: "telegram",
    accountId: "default",
    conversationId: OWNER,
    senderId: OWNER,
    isGroup: false,
    payload: buttons[0]?.callbackData.split(":")[1] ?? "",
    edit: async (edited) => void edits.push(edited),
    reply: async (reply) => void replies.push(reply),
  });
  return { edits, replies };
}

const labelsOf = ({ rows }: Message) => rows.map((row) => row.map(({ label }) => label));
const lastSent = () => door.sent.at(-1)?.message as Message;

/** Lets every poll that is due be sent and answered. */
async function poll(): Promise<void> {
  const poller = new DevicePoller();
  const host = createPollerHost(door.context);
  poller.start(host);
  await poller.look();
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  door.ports.clock.move(7000);
  for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  poller.stop(host);
}

describe("a code", () => {
  it("is asked for in words, and shown with its page", async () => {
    const card = await type("code work");
    expect(card.markdown).toContain("Type this code there: `CODE-1`");
    expect(card.markdown).toContain("https://auth.openai.com/codex/device");
    expect(card.markdown).toContain(SENTENCES["code.told"]);
    expect(labelsOf(card)).toEqual([["Open the page"], ["Use the link instead", "Cancel"]]);
    expect(JSON.stringify(card.rows)).not.toContain("CODE-1");
  });

  it("is for the default profile without a name", async () => {
    expect((await type("code")).markdown).toContain("profile `work`");
  });

  it("is shown in the web chat with the command for the result", async () => {
    const card = await type("code work", WEBCHAT_CALL);
    expect(card.markdown).toContain("3. Then send `/codex_auth status` to see the result.");
  });

  it("is shown with that command too if the host cannot say whether it can write to the chat", async () => {
    door = createDoor({ canSendNow: () => Promise.reject(new Error(CANARY)) });
    expect((await type("code work")).markdown).toContain("`/codex_auth status`");
    expect(door.ports.log.lines.join(" ")).not.toContain(CANARY);
  });

  it("comes as a message of its own after a tap, and the tapped card loses its link and its buttons", async () => {
    const card = await type("work");
    const { edits, replies } = await tap(card, "Use a code instead");
    expect(replies).toEqual([]);
    expect(edits).toMatchObject([
      { plainText: "A code was issued for profile work, so the link that was here no longer works.", rows: [] },
    ]);
    expect(door.sent).toMatchObject([{ sender: OWNER_SENDER }]);
    expect(lastSent().markdown).toContain("`CODE-1`");
    expect(waitingIn(door.ports)).toBe(1);
    const url = door.ports.oauth.approve(new Secret(linkOf(card)));
    await claimMessage(door.context, ownerMessage(url));
    expect(lastSent().markdown).toBe(
      `${REFUSALS["login-replaced"]}\n\nYou still have a pending sign-in: \`/codex_auth status\``,
    );
  });

  it("asks for one code with each tap", async () => {
    const card = await type("work");
    await tap(card, "Use a code instead");
    await tap(card, "Use a code instead");
    expect(door.ports.oauth.codeRequests).toBe(1);
  });

  it("answers the tap with the link that still works if none is issued", async () => {
    const card = await type("work");
    door.ports.oauth.codeRefusals.push({ code: "device-code-refused" });
    const { edits } = await tap(card, "Use a code instead");
    expect(edits[0]?.plainText).toContain(`${REFUSALS["device-code-refused"]}\n\n${SENTENCES["code.link-works"]}`);
    expect(linkOf(edits[0] as Message)).toBe(linkOf(card));
    const url = door.ports.oauth.approve(new Secret(linkOf(card)));
    await claimMessage(door.context, ownerMessage(url));
    expect(savedIn(door.ports)).toEqual(["openai:work"]);
  });

  it("shows the link of the same sign-in, which finishes it", async () => {
    const card = await type("code work");
    const { edits } = await tap(card, "Use the link instead");
    expect(waitingIn(door.ports)).toBe(1);
    const url = door.ports.oauth.approve(new Secret(linkOf(edits[0] as Message)));
    await claimMessage(door.context, ownerMessage(url));
    expect(savedIn(door.ports)).toEqual(["openai:work"]);
    door.ports.oauth.approveCode("CODE-1");
    await poll();
    expect(door.ports.oauth.exchanges).toHaveLength(1);
  });

  it("begins a new sign-in with a link if its own has ended", async () => {
    const card = await type("code work");
    await type("cancel");
    const { edits } = await tap(card, "Use the link instead");
    const url = door.ports.oauth.approve(new Secret(linkOf(edits[0] as Message)));
    await claimMessage(door.context, ownerMessage(url));
    expect(savedIn(door.ports)).toEqual(["openai:work"]);
  });

  it("is refused as a link if the profile cannot be saved any more", async () => {
    const card = await type("code work");
    door.ports.profiles.inTheWay = "store-read-only";
    const { edits } = await tap(card, "Use the link instead");
    expect(edits[0]?.plainText).toContain(REFUSALS["store-read-only"]);
    expect(labelsOf(edits[0] as Message)).toEqual([["Start again"]]);
  });

  it("is cancelled with the sign-in", async () => {
    const card = await type("code work");
    await tap(card, "Cancel");
    door.ports.oauth.approveCode("CODE-1");
    await poll();
    expect([door.sent, door.ports.oauth.polls]).toEqual([[], []]);
  });

  it("is told from a link in the list of pending sign-ins", async () => {
    await type("code work");
    expect((await type("status")).markdown).toContain("waiting for the code to be approved");
  });

  it("is not asked for by a user who is not an owner", async () => {
    const answer = await type("code work", { ...OWNER_CALL, senderIsOwner: false });
    expect(answer.markdown).toContain(REFUSALS["not-allowed"]);
    expect(door.ports.oauth.codeRequests).toBe(0);
  });
});

const failing = () => {
  throw new Error(CANARY);
};

describe("the end of a sign-in with a code", () => {
  it("is sent to the user, and the next card begins with the code", async () => {
    await type("code work");
    door.ports.oauth.approveCode("CODE-1");
    await poll();
    expect(door.sent).toMatchObject([{ sender: OWNER_SENDER }]);
    expect(lastSent().markdown).toContain("Signed in: profile `work` now uses `dana@example.com`");
    expect(labelsOf(await type("work"))).toEqual([["Use a code instead"], ["Open the sign-in page"], ["Cancel"]]);
  });

  it("is sent in the network's own spelling of the user", async () => {
    door.owners.add("slack:U0ABC");
    const call = { ...OWNER_CALL, channel: "slack", senderId: "U0ABC", from: "slack:U0ABC", to: "user:U0ABC" };
    await type("code work", call);
    door.ports.oauth.approveCode("CODE-1");
    await poll();
    expect(door.sent).toMatchObject([{ sender: { channel: "slack", senderId: "U0ABC" } }]);
  });

  it("offers both ways again if nobody approved", async () => {
    await type("code work");
    door.ports.oauth.pollAnswers.push({ kind: "ended", code: "device-code-expired" });
    await poll();
    const { markdown } = lastSent();
    for (const sentence of [REFUSALS["device-code-expired"], SENTENCES["code.off"]])
      expect(markdown).toContain(sentence);
    expect(labelsOf(lastSent())).toEqual([["New code", "Use the link instead"]]);
    await tap(lastSent(), "New code");
    expect(lastSent().markdown).toContain("`CODE-2`");
  });

  it("asks about another account with buttons, which save it", async () => {
    door.ports.profiles.holds("openai:work", { workspaceId: "another", email: "robin@example.com" });
    await type("code work");
    door.ports.oauth.approveCode("CODE-1");
    await poll();
    expect(lastSent().markdown).toContain("Not saved yet.");
    const { edits } = await tap(lastSent(), "Replace work");
    expect(edits[0]?.plainText).toContain("Signed in: profile work");
  });

  it("is not sent to a chat that cannot be written to, where status has the result", async () => {
    await type("code work", WEBCHAT_CALL);
    door.ports.oauth.approveCode("CODE-1");
    await poll();
    expect(door.sent).toEqual([]);
    expect(savedIn(door.ports)).toEqual(["openai:work"]);
    expect((await type("status", WEBCHAT_CALL)).markdown).toContain("Last saved: `work`");
  });

  it("is shown by status if it failed", async () => {
    await type("code work", WEBCHAT_CALL);
    door.ports.oauth.pollAnswers.push({ kind: "ended", code: "region-unsupported" });
    await poll();
    const { markdown } = await type("status", WEBCHAT_CALL);
    expect(markdown).toContain("Last failed: `work`");
    expect(markdown).toContain("Set `HTTPS_PROXY` to a proxy in a supported country.");
  });

  it("is shown by status if it is a question, for 15 minutes", async () => {
    door.ports.profiles.holds("openai:work", { workspaceId: "another", email: "robin@example.com" });
    await type("code work", WEBCHAT_CALL);
    door.ports.oauth.approveCode("CODE-1");
    await poll();
    door.ports.clock.move(14 * 60_000);
    const { markdown } = await type("status", WEBCHAT_CALL);
    expect(markdown).toContain("Not saved yet. You approved `dana@example.com`");
    expect(markdown).toContain("Replace the account of `work`: `/codex_auth keep work`");
    expect((await type("keep work", WEBCHAT_CALL)).markdown).toContain("Signed in");
  });

  it("is not told to a user who is no longer an owner", async () => {
    await type("code work");
    door.ports.oauth.approveCode("CODE-1");
    door.owners.clear();
    await poll();
    expect([door.sent, savedIn(door.ports), waitingIn(door.ports)]).toEqual([[], [], 0]);
  });

  it("is logged without a secret if it cannot be sent", async () => {
    door = createDoor({ sendNow: () => Promise.reject(new Error(CANARY)) });
    await type("code work");
    door.ports.oauth.approveCode("CODE-1");
    await poll();
    expect(door.ports.log.lines).toContain("warn: sending an answer failed twice");
    expect(door.ports.log.lines.join(" ")).not.toContain(CANARY);
  });

  it("is logged without a secret if it cannot be written", async () => {
    await type("code work");
    door.ports.oauth.approveCode("CODE-1");
    Object.assign(door.context, { locale: failing });
    await poll();
    expect(door.ports.log.lines).toContain("warn: writing an answer failed (Error)");
    expect(savedIn(door.ports)).toEqual(["openai:work"]);
  });
});
