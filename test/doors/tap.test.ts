import { describe, expect, it } from "vitest";
import type { DoorContext, Message } from "../../src/doors/context.ts";
import { answerCommand } from "../../src/doors/command.ts";
import { answerTap, type Tap } from "../../src/doors/tap.ts";
import { REFUSALS, SENTENCES } from "../../src/interaction/sentences.ts";
import { Secret } from "../../src/secret.ts";
import {
  BROKEN,
  CANARY,
  createDoor,
  GROUP,
  notAllowed,
  OWNER,
  OWNER_CALL,
  savedIn,
  STRANGER,
  waitingIn,
  type Door,
} from "./fake-door.ts";

/** A tapped message that can be turned into another, as long as the chat lets it. */
class Chat {
  readonly edits: Message[] = [];
  readonly replies: Message[] = [];

  tap(payload: string, extra: Partial<Tap> = {}): Tap {
    return {
      channel: "telegram",
      accountId: "default",
      conversationId: OWNER,
      senderId: OWNER,
      isGroup: false,
      payload,
      edit: (message) => Promise.resolve(void this.edits.push(message)),
      reply: (message) => Promise.resolve(void this.replies.push(message)),
      ...extra,
    };
  }

  /** What became of the chat: how many of each, and the text of the only one. */
  seen(): { edits: number; replies: number; text: string } {
    const [message] = [...this.edits, ...this.replies];
    return { edits: this.edits.length, replies: this.replies.length, text: message?.plainText ?? "" };
  }
}

const CALL = { ...OWNER_CALL, agentId: "research" };
const IN_GROUP = { conversationId: GROUP, isGroup: true };
const ofStranger = { senderId: STRANGER, conversationId: STRANGER };

/** Shows the selector; answers the payloads of its buttons by label. */
async function showSelector(context: DoorContext): Promise<Record<string, string>> {
  const { rows } = await answerCommand(context, "select", CALL);
  return payloadsOf(rows);
}

function payloadsOf(rows: Message["rows"]): Record<string, string> {
  return Object.fromEntries(
    rows
      .flat()
      .flatMap((button) => ("callbackData" in button ? [[button.label, button.callbackData.split(":")[1] ?? ""]] : [])),
  );
}

async function createShown(overrides: Partial<DoorContext> = {}): Promise<Door & { chat: Chat; pick: string }> {
  const door = createDoor(overrides);
  return { ...door, chat: new Chat(), pick: (await showSelector(door.context))["work"] ?? "" };
}

describe("a tap", () => {
  it("turns the selector into the sign-in card, link button and all", async () => {
    const { context, chat, pick } = await createShown();
    await answerTap(context, chat.tap(pick));
    expect(chat.seen()).toMatchObject({ edits: 1, replies: 0 });
    expect(chat.seen().text).toContain("Sign in again to profile work");
    expect(chat.edits[0]?.rows.flat().map((button) => button.label)).toEqual(["Open the sign-in page", "Cancel"]);
  });

  it("goes on with the agent that the selector was shown for", async () => {
    const { context, chat, pick, ports } = await createShown();
    await answerTap(context, chat.tap(pick));
    expect(ports.pending.document.logins.map(({ binding }) => binding.agentId)).toEqual(["research"]);
  });

  it("on cancel ends the sign-in that the card was for", async () => {
    const { context, chat, pick, ports } = await createShown();
    await answerTap(context, chat.tap(pick));
    await answerTap(context, chat.tap(payloadsOf(chat.edits[0]?.rows ?? [])["Cancel"] ?? ""));
    expect(chat.edits[1]?.plainText).toBe("Cancelled: work. Nothing was changed.");
    expect(waitingIn(ports)).toBe(0);
  });

  it("on close leaves one line and no button", async () => {
    const { context, chat } = await createShown();
    await answerTap(context, chat.tap((await showSelector(context))["Cancel"] ?? ""));
    expect(chat.edits).toMatchObject([{ plainText: SENTENCES["close.done"], rows: [] }]);
  });

  it("on a screen that was answered does nothing at all", async () => {
    const { context, chat, pick, ports } = await createShown();
    await answerTap(context, chat.tap(pick));
    await answerTap(context, chat.tap(pick));
    expect(chat.seen()).toMatchObject({ edits: 1, replies: 0 });
    expect(waitingIn(ports)).toBe(1);
  });

  it("twice at the same moment starts one sign-in", async () => {
    const { context, chat, pick, ports } = await createShown();
    await Promise.all([answerTap(context, chat.tap(pick)), answerTap(context, chat.tap(pick))]);
    expect(chat.seen()).toMatchObject({ edits: 1, replies: 0 });
    expect(waitingIn(ports)).toBe(1);
  });
});

describe("a stale button", () => {
  it.each([
    { name: "of before a restart", payload: "unknown.0" },
    { name: "of another program", payload: "work" },
    { name: "without a payload", payload: "" },
  ])("is turned into a fresh selector: $name", async ({ payload }) => {
    const { context, chat } = await createShown();
    await answerTap(context, chat.tap(payload));
    expect(chat.seen()).toMatchObject({ edits: 1, replies: 0 });
    expect(chat.seen().text).toContain(SENTENCES["selector.title"]);
  });

  it("becomes a selector whose buttons work", async () => {
    const { context, chat } = await createShown();
    await answerTap(context, chat.tap("unknown.0"));
    await answerTap(context, chat.tap(payloadsOf(chat.edits[0]?.rows ?? [])["work"] ?? ""));
    expect(chat.edits[1]?.plainText).toContain("Sign in again to profile work");
  });

  it.each(["main", "research"])(
    "leads to a sign-in that the address finishes in the same chat: agent %s",
    async (agentId) => {
      const { context, chat, ports } = await createShown({ agentOf: () => agentId });
      await answerTap(context, chat.tap("unknown.0"));
      await answerTap(context, chat.tap(payloadsOf(chat.edits[0]?.rows ?? [])["work"] ?? ""));
      const link = chat.edits[1]?.plainText.split("\n\n").find((line) => line.startsWith("https://")) ?? "";
      await answerCommand(context, "finish", { ...OWNER_CALL, agentId, args: ports.oauth.approve(new Secret(link)) });
      expect(savedIn(ports)).toEqual(["openai:work"]);
    },
  );

  it("is what an hour makes of a button", async () => {
    const { context, chat, pick, ports } = await createShown();
    ports.clock.move(60 * 60_000);
    await answerTap(context, chat.tap(pick));
    expect(chat.seen().text).toContain(SENTENCES["selector.title"]);
    expect(waitingIn(ports)).toBe(0);
  });

  it("is what another owner's button is, so that nobody goes on with it", async () => {
    const { context, chat, pick, owners, ports } = await createShown();
    owners.add("telegram:4242002");
    await answerTap(context, chat.tap(pick, { senderId: "4242002", conversationId: "4242002" }));
    expect(chat.seen().text).toContain(SENTENCES["selector.title"]);
    expect(waitingIn(ports)).toBe(0);
  });
});

describe("a tap of somebody who may not", () => {
  it("is refused for a stranger", async () => {
    const { context, chat, pick, ports } = await createShown();
    await answerTap(context, chat.tap(pick, ofStranger));
    expect(chat.seen().text).toBe(notAllowed(`telegram:${STRANGER}`));
    expect(waitingIn(ports)).toBe(0);
  });

  it("is refused for an owner who was removed since the selector was shown", async () => {
    const { context, chat, pick, owners, ports } = await createShown();
    owners.clear();
    await answerTap(context, chat.tap(pick));
    expect(chat.seen().text).toContain("Only an owner of this gateway");
    expect(waitingIn(ports)).toBe(0);
  });

  it("is refused for nobody in particular", async () => {
    const { context, chat, pick } = await createShown();
    await answerTap(context, chat.tap(pick, { senderId: undefined }));
    expect(chat.seen().text).toContain("Only an owner of this gateway");
  });
});

describe("a tap in a group", () => {
  it.each([
    { name: "by the owner", extra: IN_GROUP, code: "not-private" },
    { name: "in a topic", extra: { conversationId: `${GROUP}:topic:5`, isGroup: true }, code: "not-private" },
    { name: "by a stranger", extra: { ...IN_GROUP, senderId: STRANGER }, code: "not-allowed" },
  ] as const)("leaves the message as it is, and answers one sentence: $name", async ({ extra, code }) => {
    const { context, chat, pick, ports } = await createShown();
    await answerTap(context, chat.tap(pick, extra));
    expect(chat.seen()).toMatchObject({ edits: 0, replies: 1 });
    const [beginning = ""] = REFUSALS[code].split("{");
    expect(chat.seen().text.startsWith(beginning)).toBe(true);
    expect(waitingIn(ports)).toBe(0);
  });
});

const rejects = () => Promise.reject(new Error("Bad Request: message to edit not found"));
const throws = () => {
  throw new Error("Bad Request: message is not modified");
};

describe("a chat that does not let itself be edited", () => {
  it("gets the answer as a new message", async () => {
    const { context, chat, pick } = await createShown();
    await answerTap(context, chat.tap(pick, { edit: rejects }));
    expect(chat.seen()).toMatchObject({ edits: 0, replies: 1 });
    expect(chat.seen().text).toContain("Sign in again to profile work");
  });

  it.each([
    { name: "edit and reply reject", extra: { edit: rejects, reply: rejects } },
    { name: "edit and reply throw", extra: { edit: throws, reply: throws } },
    { name: "a reply in a group rejects", extra: { ...IN_GROUP, reply: rejects } },
    { name: "a reply in a group throws", extra: { ...IN_GROUP, reply: throws } },
  ])("or takes no message at all costs the host nothing: $name", async ({ extra }) => {
    const { context, chat, pick } = await createShown();
    await expect(answerTap(context, chat.tap(pick, extra))).resolves.toBeUndefined();
  });
});

describe("a tap never throws into the host, which would retry it for ever", () => {
  it.each(BROKEN)("when this fails: $name", async ({ overrides }) => {
    const { context } = createDoor(overrides);
    const chat = new Chat();
    await expect(answerTap(context, chat.tap("unknown.0"))).resolves.toBeUndefined();
    expect(chat.seen().text).not.toContain(CANARY);
  });
});

describe("a tap in a sandbox", () => {
  it.each([
    { name: "an answer", extra: {} },
    { name: "a refusal", extra: ofStranger },
    { name: "a group", extra: IN_GROUP },
  ])("says so first: $name", async ({ extra }) => {
    const { context, chat, pick } = await createShown({ isSandbox: true });
    await answerTap(context, chat.tap(pick, extra));
    expect(chat.seen().text.startsWith(SENTENCES.sandbox)).toBe(true);
  });
});
