import { describe, expect, it } from "vitest";
import type { HandlerContext, Message } from "../../src/handlers/context.ts";
import { answerCommand } from "../../src/handlers/command.ts";
import { answerTap, tapOf, type HostTap, type Tap } from "../../src/handlers/tap.ts";
import type { ProfileId } from "../../src/rules/profile-id.ts";
import { REFUSALS, SENTENCES } from "../support/english.ts";
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
} from "./fake-handler.ts";

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
async function showSelector(context: HandlerContext): Promise<Record<string, string>> {
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

interface Shown extends Door {
  readonly chat: Chat;
  /** The payload of the profile's button in the selector. */
  readonly show: string;
}

async function createShown(overrides: Partial<HandlerContext> = {}): Promise<Shown> {
  const door = createDoor(overrides);
  return { ...door, chat: new Chat(), show: (await showSelector(door.context))["work"] ?? "" };
}

/** Taps a button of the message as the last tap left it. */
async function tapNext({ context, chat }: Pick<Shown, "chat" | "context">, label: string): Promise<Message> {
  const payload = payloadsOf(chat.edits.at(-1)?.rows ?? [])[label];
  if (payload === undefined) throw new Error(`there is no button ${label}`);
  await answerTap(context, chat.tap(payload));
  return chat.edits.at(-1) as Message;
}

interface Carded extends Shown {
  /** The payloads of the card's buttons by label. */
  readonly payloads: Record<string, string>;
}

/** The card of one of two profiles, by a tap on the selector. */
async function createCarded(overrides: Partial<HandlerContext> = {}): Promise<Carded> {
  const door = createDoor(overrides);
  door.ports.profiles.has("openai:team");
  door.ports.profiles.undoable.add("openai:team");
  const chat = new Chat();
  await answerTap(door.context, chat.tap((await showSelector(door.context))["team"] ?? ""));
  const payloads = payloadsOf(chat.edits[0]?.rows ?? []);
  chat.edits.length = 0;
  return { ...door, chat, show: "", payloads };
}

const labelsOf = ({ rows }: Message) => rows.map((row) => row.map(({ label }) => label));

describe("a tap", () => {
  it("turns the selector into the profile's card, and starts nothing", async () => {
    const { context, chat, show, ports } = await createShown();
    await answerTap(context, chat.tap(show));
    expect(chat.seen()).toMatchObject({ edits: 1, replies: 0 });
    expect(chat.seen().text).toContain("Codex profile work: signed in");
    expect(waitingIn(ports)).toBe(0);
  });

  it("turns the profile's card into the sign-in card, link button and all", async () => {
    const { context, chat, show } = await createShown();
    await answerTap(context, chat.tap(show));
    const card = await tapNext({ context, chat }, "Sign in again");
    expect({ edits: chat.edits.length, replies: chat.replies.length }).toEqual({ edits: 2, replies: 0 });
    expect(card.plainText).toContain("Sign in again to profile work");
    expect(labelsOf(card)).toEqual([["Open the sign-in page"], ["Use a code instead", "Cancel"]]);
  });

  it("shows the sign-in card for a new name", async () => {
    const { context, chat, ports } = await createShown();
    await answerTap(context, chat.tap((await showSelector(context))["New profile"] ?? ""));
    const card = await tapNext({ context, chat }, "team");
    expect(card.plainText).toContain("Sign in to the new profile team");
    expect(waitingIn(ports)).toBe(1);
  });

  it("goes on with the agent that the selector was shown for", async () => {
    const { context, chat, show, ports } = await createShown();
    await answerTap(context, chat.tap(show));
    await tapNext({ context, chat }, "Sign in again");
    expect(ports.pending.document.logins.map(({ binding }) => binding.agentId)).toEqual(["research"]);
  });

  it("on cancel ends the sign-in that the card was for", async () => {
    const { context, chat, show, ports } = await createShown();
    await answerTap(context, chat.tap(show));
    await tapNext({ context, chat }, "Sign in again");
    expect((await tapNext({ context, chat }, "Cancel")).plainText).toBe("Cancelled: work. Nothing was changed.");
    expect(waitingIn(ports)).toBe(0);
  });

  it("on close leaves one line and no button", async () => {
    const { context, chat } = await createShown();
    await answerTap(context, chat.tap((await showSelector(context))["Cancel"] ?? ""));
    expect(chat.edits).toMatchObject([{ plainText: SENTENCES["close.done"], rows: [] }]);
  });

  it("on a screen that was answered does nothing at all", async () => {
    const { context, chat, payloads, ports } = await createCarded();
    await answerTap(context, chat.tap(payloads["Sign in again"] ?? ""));
    await answerTap(context, chat.tap(payloads["Sign in again"] ?? ""));
    expect(chat.seen()).toMatchObject({ edits: 1, replies: 0 });
    expect(waitingIn(ports)).toBe(1);
  });

  it("twice at the same moment starts one sign-in", async () => {
    const { context, chat, payloads, ports } = await createCarded();
    const tap = () => answerTap(context, chat.tap(payloads["Sign in again"] ?? ""));
    await Promise.all([tap(), tap()]);
    expect(chat.seen()).toMatchObject({ edits: 1, replies: 0 });
    expect(waitingIn(ports)).toBe(1);
  });
});

const idsIn = async ({ ports }: Pick<Door, "ports">) =>
  (await ports.profiles.list("main")).map(({ profileId }) => profileId);

describe("a tap on a profile's card", () => {
  it("makes it the default, and goes back to a list that says so", async () => {
    const { context, chat, payloads, ports } = await createCarded();
    await answerTap(context, chat.tap(payloads["Make default"] ?? ""));
    expect(chat.seen().text).toContain("team is now the default profile.");
    expect(ports.profiles.preferred).toBe("openai:team");
    expect((await tapNext({ context, chat }, "Back")).plainText).toContain("• team (used by default): ");
  });

  it("asks before it signs out, and then removes only that profile", async () => {
    const carded = await createCarded();
    const { context, chat, payloads } = carded;
    await answerTap(context, chat.tap(payloads["Sign out"] ?? ""));
    expect(chat.seen().text).toContain("Sign out team?");
    expect(await idsIn(carded)).toEqual(["openai:work", "openai:team"]);
    const done = await tapNext({ context, chat }, "Yes, sign out");
    expect(done.plainText).toContain("Signed out: team is no longer");
    expect(await idsIn(carded)).toEqual(["openai:work"]);
  });

  it("puts back what was signed out", async () => {
    const carded = await createCarded();
    const { context, chat, payloads } = carded;
    await answerTap(context, chat.tap(payloads["Sign out"] ?? ""));
    await tapNext({ context, chat }, "Yes, sign out");
    expect((await tapNext({ context, chat }, "Undo")).plainText).toContain("Undone: profile team");
    expect(await idsIn(carded)).toEqual(["openai:work", "openai:team"]);
  });

  it("leads back from the question to the card, and from there to the list, with nothing changed", async () => {
    const carded = await createCarded();
    const { context, chat, payloads } = carded;
    await answerTap(context, chat.tap(payloads["Sign out"] ?? ""));
    expect((await tapNext({ context, chat }, "Back")).plainText).toContain("Codex profile team");
    expect((await tapNext({ context, chat }, "Back")).plainText).toContain(SENTENCES["selector.title"]);
    expect(await idsIn(carded)).toEqual(["openai:work", "openai:team"]);
  });

  it("signs out once if it is tapped twice together", async () => {
    const carded = await createCarded();
    const { context, chat, payloads } = carded;
    await answerTap(context, chat.tap(payloads["Sign out"] ?? ""));
    const sure = payloadsOf(chat.edits[0]?.rows ?? [])["Yes, sign out"] ?? "";
    await Promise.all([answerTap(context, chat.tap(sure)), answerTap(context, chat.tap(sure))]);
    expect(chat.edits).toHaveLength(2);
    expect(chat.edits[1]?.plainText).toContain("Signed out: team");
  });

  it("is refused if the profile is gone", async () => {
    const { context, chat, payloads, ports } = await createCarded();
    await ports.profiles.remove({ profileId: "openai:team" as ProfileId, agentId: "main", isAllowed: () => true });
    await answerTap(context, chat.tap(payloads["Make default"] ?? ""));
    expect(chat.seen().text).toBe("There is no profile named team. To see all profiles, type /codex_auth");
  });
});

const CARD_BUTTONS = ["Sign in again", "Make default", "Sign out", "Undo", "Back"] as const;

/** What a tap could have changed. */
async function stateOf({ ports }: Door) {
  const { preferred, undoable } = ports.profiles;
  return { profiles: await ports.profiles.list("main"), preferred, undoable: [...undoable], waiting: waitingIn(ports) };
}

interface Situation {
  readonly name: string;
  readonly extra?: Partial<Tap>;
  readonly arrange?: (carded: Carded) => void;
  readonly seen: object;
}

const SELECTOR = { edits: 1, replies: 0, text: expect.stringContaining(SENTENCES["selector.title"]) };
const SITUATIONS: readonly Situation[] = [
  { name: "after an hour", arrange: ({ ports }) => ports.clock.move(60 * 60_000), seen: SELECTOR },
  {
    name: "for another owner",
    extra: { senderId: "4242002", conversationId: "4242002" },
    arrange: ({ owners }) => void owners.add("telegram:4242002"),
    seen: SELECTOR,
  },
  { name: "for a stranger", extra: ofStranger, seen: { edits: 1, text: notAllowed(`telegram:${STRANGER}`) } },
  {
    name: "for an owner who was removed",
    arrange: ({ owners }) => owners.clear(),
    seen: { edits: 1, text: notAllowed(`telegram:${OWNER}`) },
  },
  {
    name: "in a group",
    extra: IN_GROUP,
    seen: { edits: 0, replies: 1, text: REFUSALS["not-private"].replace("{command}", "/codex_auth") },
  },
];

describe.each(CARD_BUTTONS)("the button %s of a profile's card", (label) => {
  it.each(SITUATIONS)("changes nothing $name", async ({ extra, arrange, seen }) => {
    const carded = await createCarded();
    const { context, chat, payloads } = carded;
    const before = await stateOf(carded);
    arrange?.(carded);
    await answerTap(context, chat.tap(payloads[label] ?? "", extra));
    expect(chat.seen()).toMatchObject(seen);
    expect(await stateOf(carded)).toEqual(before);
  });
});

describe("a card", () => {
  it("still works for its owner after another owner tapped it", async () => {
    const carded = await createCarded();
    const { context, chat, payloads, owners } = carded;
    owners.add("telegram:4242002");
    await answerTap(
      context,
      chat.tap(payloads["Make default"] ?? "", { senderId: "4242002", conversationId: "4242002" }),
    );
    await answerTap(context, chat.tap(payloads["Make default"] ?? ""));
    expect(carded.ports.profiles.preferred).toBe("openai:team");
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
    await tapNext({ context, chat }, "work");
    expect((await tapNext({ context, chat }, "Sign in again")).plainText).toContain("Sign in again to profile work");
  });

  it.each(["main", "research"])(
    "starts a sign-in that the callback URL finishes in the same chat: agent %s",
    async (agentId) => {
      const { context, chat, ports } = await createShown({ agentOf: () => agentId });
      await answerTap(context, chat.tap("unknown.0"));
      await tapNext({ context, chat }, "work");
      const link =
        (await tapNext({ context, chat }, "Sign in again")).plainText
          .split("\n\n")
          .find((line) => line.startsWith("https://")) ?? "";
      await answerCommand(context, "finish", { ...OWNER_CALL, agentId, args: ports.oauth.approve(new Secret(link)) });
      expect(savedIn(ports)).toEqual(["openai:work"]);
    },
  );
});

describe("a tap without ownership", () => {
  it("is refused without a sender", async () => {
    const { context, chat, show } = await createShown();
    await answerTap(context, chat.tap(show, { senderId: undefined }));
    expect(chat.seen().text).toContain("Only an owner of this gateway");
  });
});

describe("a tap in a group", () => {
  it.each([
    { name: "by the owner", extra: IN_GROUP, code: "not-private" },
    { name: "in a topic", extra: { conversationId: `${GROUP}:topic:5`, isGroup: true }, code: "not-private" },
    { name: "by a stranger", extra: { ...IN_GROUP, senderId: STRANGER }, code: "not-allowed" },
  ] as const)("leaves the message as it is, and answers one sentence: $name", async ({ extra, code }) => {
    const { context, chat, show, ports } = await createShown();
    await answerTap(context, chat.tap(show, extra));
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
  it("gets the answer as a new message, with its buttons", async () => {
    const { context, chat, show, sent } = await createShown();
    await answerTap(context, chat.tap(show, { edit: rejects }));
    expect(chat.seen()).toMatchObject({ edits: 0, replies: 0 });
    expect(sent.map(({ sender, message }) => [sender.senderId, labelsOf(message)])).toEqual([
      [OWNER, [["Sign in again", "Use in this chat"], ["Sign out"], ["Back"]]],
    ]);
  });

  it("gets the answer as a reply if a new message cannot be sent", async () => {
    const { context, chat, show } = await createShown({ sendNow: () => Promise.resolve(false) });
    await answerTap(context, chat.tap(show, { edit: rejects }));
    expect(chat.seen()).toMatchObject({ edits: 0, replies: 1 });
    expect(chat.seen().text).toContain("Codex profile work");
  });

  it.each([
    { name: "edit and reply reject", extra: { edit: rejects, reply: rejects } },
    { name: "edit and reply throw", extra: { edit: throws, reply: throws } },
    { name: "a reply in a group rejects", extra: { ...IN_GROUP, reply: rejects } },
    { name: "a reply in a group throws", extra: { ...IN_GROUP, reply: throws } },
  ])("does not make the handler throw if it takes no message: $name", async ({ extra }) => {
    const { context, chat, show } = await createShown();
    await expect(answerTap(context, chat.tap(show, extra))).resolves.toBeUndefined();
  });
});

describe("a second tap on a message that kept its buttons", () => {
  it.each([
    { name: "nothing was delivered", overrides: { sendNow: () => Promise.resolve(false) }, extra: { reply: rejects } },
    { name: "the answer was a new message", overrides: {}, extra: {} },
    { name: "the answer was a reply", overrides: { sendNow: () => Promise.resolve(false) }, extra: {} },
    { name: "the answer could not be made", overrides: { ports: () => Promise.reject(new Error(CANARY)) }, extra: {} },
  ])("gets the list of profiles: $name", async ({ overrides, extra }) => {
    const shown = await createShown();
    const context = { ...shown.context, ...overrides };
    await answerTap(context, shown.chat.tap(shown.show, { edit: rejects, ...extra }));
    const again = new Chat();
    await answerTap(shown.context, again.tap(shown.show));
    expect(again.seen()).toMatchObject(SELECTOR);
  });

  it("does not sign out twice, although the answer was not delivered", async () => {
    const carded = await createCarded();
    const { context, chat, payloads, ports } = carded;
    await answerTap(context, chat.tap(payloads["Sign out"] ?? ""));
    const sure = payloadsOf(chat.edits[0]?.rows ?? [])["Yes, sign out"] ?? "";
    const mute = { ...context, sendNow: () => Promise.resolve(false) };
    await answerTap(mute, chat.tap(sure, { edit: rejects, reply: rejects }));
    ports.profiles.has("openai:team");
    const again = new Chat();
    await answerTap(context, again.tap(sure));
    expect(again.seen()).toMatchObject(SELECTOR);
    expect(await idsIn(carded)).toContain("openai:team");
  });

  it("is without an answer while the first one is being answered", async () => {
    const { context, chat, show } = await createShown({ sendNow: () => Promise.resolve(false) });
    const delivery = Promise.withResolvers<void>();
    const first = answerTap(context, chat.tap(show, { edit: rejects, reply: () => delivery.promise }));
    const again = new Chat();
    await answerTap(context, again.tap(show));
    expect(again.seen()).toMatchObject({ edits: 0, replies: 0 });
    delivery.resolve();
    await first;
  });

  it("leaves the owner's buttons as they are if a stranger's tap is not answered", async () => {
    const { context, chat, show } = await createShown({ sendNow: () => Promise.resolve(false) });
    await answerTap(context, chat.tap(show, { ...ofStranger, edit: rejects, reply: rejects }));
    await answerTap(context, chat.tap(show));
    expect(chat.seen().text).toContain("Codex profile work");
  });
});

describe("a tap never throws into the host, which would retry it", () => {
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
    const { context, chat, show } = await createShown({ isSandbox: true });
    await answerTap(context, chat.tap(show, extra));
    expect(chat.seen().text.startsWith(SENTENCES.sandbox)).toBe(true);
  });
});

/** A tap as the host gives it on a channel, and what it was asked to do. */
function hostTap(payload: string, extra: Partial<HostTap> = {}) {
  const edits: object[] = [];
  const replies: object[] = [];
  const tap: HostTap = {
    accountId: "default",
    conversationId: `user:${OWNER}`,
    senderId: OWNER,
    interaction: { payload },
    respond: {
      editMessage: (message) => Promise.resolve(void edits.push(message)),
      reply: (message) => Promise.resolve(void replies.push(message)),
    },
    ...extra,
  };
  return { tap, edits, replies };
}

const callOn = (channel: string) => ({
  ...CALL,
  channel,
  from: `${channel}:${OWNER}`,
  to: channel === "telegram" ? `telegram:${OWNER}` : `user:${OWNER}`,
});

async function tapOn(channel: string, extra: Partial<HostTap> = {}) {
  const door = createDoor();
  door.owners.add(`slack:${OWNER}`);
  const board = await answerCommand(door.context, "select", callOn(channel));
  const tapped = hostTap(payloadsOf(board.rows)["work"] ?? "", extra);
  await answerTap(door.context, tapOf(door.context, channel, tapped.tap));
  return { ...door, ...tapped };
}

describe("a tap on a channel", () => {
  it("turns the message into the next screen with Telegram's buttons", async () => {
    const { edits, sent } = await tapOn("telegram", { conversationId: OWNER, isGroup: false });
    expect(edits).toMatchObject([{ text: expect.stringContaining("Codex profile work"), buttons: { length: 3 } }]);
    expect(sent).toEqual([]);
  });

  it("turns the message into the next screen with Slack's blocks", async () => {
    const { edits, sent } = await tapOn("slack", { conversationId: "D0OWNER" });
    expect(edits).toMatchObject([{ blocks: [{ text: expect.stringContaining("Codex profile") }] }]);
    expect(sent).toEqual([]);
  });

  it("sends the next screen on Discord, and the tapped message keeps its words and loses its buttons", async () => {
    const { edits, sent } = await tapOn("discord");
    expect(sent.map(({ message }) => message.plainText)).toEqual([expect.stringContaining("Codex profile work")]);
    const content = expect.stringContaining(SENTENCES["selector.title"]) as string;
    expect(edits).toEqual([{ components: [{ type: 17, components: [{ type: 10, content }] }] }]);
  });

  it.each([
    { channel: "slack", extra: { conversationId: "C0TEAM" } },
    { channel: "discord", extra: { conversationId: "channel:8", guildId: "9" } },
  ] as const)(
    "in a group is answered with one sentence, and the message stays: $channel",
    async ({ channel, extra }) => {
      const { edits, sent, replies } = await tapOn(channel, extra);
      expect([edits, sent]).toEqual([[], []]);
      expect(replies).toMatchObject([{ text: REFUSALS["not-private"].replace("{command}", "/codex_auth") }]);
    },
  );
});
