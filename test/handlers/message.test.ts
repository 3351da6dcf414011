import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { answerCommand } from "../../src/handlers/command.ts";
import type { HandlerContext } from "../../src/handlers/context.ts";
import { withholdFromTranscript, type ChatMessage, type Claim } from "../../src/handlers/transcript.ts";
import { CodexAuthError } from "../../src/errors.ts";
import { Paste } from "../../src/rules/callback-url.ts";
import { REFUSALS, SENTENCES } from "../support/english.ts";
import { COPIERS } from "../vectors/pastes.ts";
import {
  claimMessage,
  BROKEN,
  CANARY,
  createDoor,
  GROUP,
  OWNER_SENDER,
  OWNER_CALL,
  savedIn,
  startAndApprove,
  STRANGER,
  UNTOUCHABLE,
  waitingIn,
  WEBCHAT_CALL,
  ownerMessage as message,
  type Door,
} from "./fake-handler.ts";

/** The real function, whose calls are counted. */
/** How often a text is read: each reading begins by removing invisible characters from it. */
function countReadings(text: string): () => number {
  const replace = vi.spyOn(RegExp.prototype, Symbol.replace);
  return () =>
    replace.mock.calls.filter(
      ([read], at) => read === text && (replace.mock.contexts[at] as RegExp).source.startsWith("\\p{Cf}|"),
    ).length;
}

const STATE = "0123456789abcdef0123456789abcdef";
const CERTAIN = `http://localhost:1455/auth/callback?code=${CANARY}.c2Vjb25kcGFydA&scope=openid&state=${STATE}`;
const SUCCESS_PAGE = "http://localhost:1455/success?id_token=eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0.c2ln&plan_type=plus";
/** Could be an address without its beginning, could be anything. */
const POSSIBLE = `code=0123456789abcdef&state=${STATE}`;

const IN_GROUP = { conversationId: GROUP, isGroup: true, sessionKey: `agent:main:telegram:group:${GROUP}` };
const OF_STRANGER = { senderId: STRANGER, conversationId: STRANGER };
const IN_WEBCHAT: Partial<ChatMessage> = {
  channelId: "webchat",
  accountId: undefined,
  senderId: undefined,
  conversationId: "agent:main:main",
};

/** A door at which a sign-in for `work` waits in the owner's direct chat, and the address that ends it. */
async function waiting(overrides: Partial<HandlerContext> = {}): Promise<Door & { address: string }> {
  const door = createDoor(overrides);
  return { ...door, address: await startAndApprove(door) };
}

/** What the person reads: the claim's own text, or the message that was sent at once. */
function answerOf(claim: Claim | undefined, { sent }: Door): string {
  return claim?.text ?? sent.map((one) => one.message.markdown).join("\n");
}

const ORDINARY = [
  { name: "nothing", text: "" },
  { name: "a greeting", text: "hello" },
  { name: "a question about the sign-in", text: "how do I sign in to codex with localhost:1455?" },
  { name: "words that are parameters", text: "the state of the code is fine, error=0" },
  { name: "a link to a web page", text: "see https://github.com/openclaw/openclaw/pull/1455?state=open" },
  { name: "a command of the host", text: "/status" },
  { name: "a very long text", text: "lorem ipsum ".repeat(5000) },
  { name: "source code", text: "const url = new URL(`/auth/callback?${params}`, origin); // code and state" },
];

const OTHER_APPS = [
  { name: "a callback of another local program", text: `http://localhost:8080/callback?code=abc123&state=${STATE}` },
  { name: "a callback on another loopback port", text: `http://127.0.0.1:3000/auth/callback?code=abc&state=${STATE}` },
  { name: "a callback of a web site", text: `https://app.example.com/auth/callback?code=abc123&state=${STATE}` },
  { name: "a GitHub code", text: "https://example.com/login/oauth?code=e72e16c7e42f292c6912" },
];

describe("a message without a callback URL", () => {
  it.each([...ORDINARY, ...OTHER_APPS])("passes, and loads nothing: $name", async ({ text }) => {
    for (const place of [{}, IN_GROUP, OF_STRANGER, IN_WEBCHAT]) {
      const { context, loads } = createDoor({ ports: () => Promise.resolve(UNTOUCHABLE) });
      expect(await claimMessage(context, message(text, place))).toBeUndefined();
      expect(loads()).toBe(0);
    }
  });

  it.each([5, { text: CERTAIN }, [CERTAIN], null])(
    "passes if its text or its quote is not a string: %j",
    async (other) => {
      const { context } = await waiting();
      const strange = { content: other, replyToBody: other } as unknown as ChatMessage;
      expect(await claimMessage(context, { ...message(""), ...strange })).toBeUndefined();
    },
  );

  it("passes without a text, as a picture", async () => {
    const { context } = await waiting();
    expect(await claimMessage(context, message("", { content: undefined }))).toBeUndefined();
  });

  it.each(ORDINARY)("passes while a sign-in is pending: $name", async ({ text }) => {
    const { context, ports } = await waiting();
    expect(await claimMessage(context, message(text))).toBeUndefined();
    expect(waitingIn(ports)).toBe(1);
  });
});

describe("a message that is possibly a callback URL", () => {
  it("is what these tests use", () => {
    expect(new Paste(POSSIBLE).likelihood).toBe("possible");
  });

  it.each([
    { name: "in a private chat", place: {} },
    { name: "in the web chat", place: IN_WEBCHAT },
    { name: "of a stranger", place: OF_STRANGER },
  ])("passes without a pending sign-in: $name", async ({ place }) => {
    const { context } = createDoor();
    expect(await claimMessage(context, message(POSSIBLE, place))).toBeUndefined();
  });

  it("passes in a group, and loads nothing", async () => {
    const { context, loads } = createDoor({ ports: () => Promise.resolve(UNTOUCHABLE) });
    expect(await claimMessage(context, message(POSSIBLE, IN_GROUP))).toBeUndefined();
    expect(loads()).toBe(0);
  });

  it("is claimed while the sender's sign-in is pending", async () => {
    const door = await waiting();
    const claim = await claimMessage(door.context, message(POSSIBLE));
    expect(claim?.handled).toBe(true);
    expect(answerOf(claim, door)).toContain("You still have a pending sign-in");
  });

  it.each([
    { name: "another sender's", extra: OF_STRANGER },
    { name: "in another chat of theirs", extra: { accountId: "second-bot" } },
    { name: "with another agent", extra: { sessionKey: "agent:research:main" } },
  ])("passes if the pending sign-in belongs elsewhere: $name", async ({ extra }) => {
    const { context } = await waiting();
    expect(await claimMessage(context, message(POSSIBLE, extra))).toBeUndefined();
  });
});

/** Texts with a URL of the sign-in page or of the port, and no answer in them. */
const SIGN_IN_URLS = [
  { name: "the short success page", text: "http://localhost:1455/success", says: REFUSALS["callback-taken"] },
  { name: "the same without scheme", text: "localhost:1455/success", says: REFUSALS["callback-taken"] },
  {
    name: "OpenAI's error page",
    text: "https://auth.openai.com/error?payload=eyJraW5kIjoiQXV0aEFwaUZhaWx1cmUifQ==",
    says: REFUSALS["callback-is-error-page"],
  },
  {
    name: "the words of that page",
    text: "An error occurred during authentication (invalid_state). Please try again.",
    says: REFUSALS["callback-is-error-page"],
  },
  { name: "the port", text: "I only see http://localhost:1455/", says: REFUSALS["callback-not-found"] },
  { name: "a bare callback", text: "http://127.0.0.1:1455/auth/callback", says: REFUSALS["state-missing"] },
  { name: "the consent page", text: "https://auth.openai.com/consent", says: REFUSALS["callback-not-found"] },
  {
    name: "a long text about the port",
    text: `${"words ".repeat(2000)} https://localhost:1455`,
    says: REFUSALS["callback-too-long"],
  },
];

describe("a URL of the sign-in page or of its port", () => {
  it.each(SIGN_IN_URLS)("is kept from the model while a sign-in is pending: $name", async ({ text, says }) => {
    const door = await waiting();
    const claim = await claimMessage(door.context, message(text));
    expect(claim?.handled).toBe(true);
    expect(answerOf(claim, door)).toContain(says);
    expect(answerOf(claim, door)).toContain("You still have a pending sign-in");
    expect((await claimMessage(door.context, message("why?", { replyToBody: text })))?.handled).toBe(true);
    expect(waitingIn(door.ports)).toBe(1);
  });

  it.each(SIGN_IN_URLS)("passes without a pending sign-in, and of a stranger: $name", async ({ text }) => {
    expect(await claimMessage(createDoor().context, message(text))).toBeUndefined();
    expect(await claimMessage((await waiting()).context, message(text, OF_STRANGER))).toBeUndefined();
  });

  it("is kept from the model in any copy and any words", async () => {
    const urls = SIGN_IN_URLS.filter(({ text }) => text.length < 100 && !text.includes(" "));
    const copies = fc.constantFrom(...Object.entries(COPIERS).filter(([name]) => !/twice|three/.test(name)));
    const words = fc.constantFrom("", "I see ", "what is this: ", "\n> ", "(");
    const door = await waiting();
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...urls), copies, words, async ({ text }, [, copy], before) => {
        expect((await claimMessage(door.context, message(copy(`${before}${text}`))))?.handled).toBe(true);
      }),
    );
  });
});

describe("a callback URL in the chat of its pending sign-in", () => {
  it("is claimed, saved and answered", async () => {
    const door = await waiting();
    const claim = await claimMessage(door.context, message(door.address));
    expect(claim).toEqual({ handled: true });
    expect(answerOf(claim, door)).toContain("Signed in: profile `work`");
    expect(savedIn(door.ports)).toEqual(["openai:work"]);
  });

  it("is answered into the chat it came from", async () => {
    const { context, address, sent } = await waiting();
    await claimMessage(context, message(address));
    expect(sent.map(({ sender }) => sender)).toEqual([OWNER_SENDER]);
  });

  it.each([
    { name: "the channel cannot send", canSendNow: () => Promise.resolve(false) },
    { name: "the host cannot say whether it can", canSendNow: () => Promise.reject(new Error(CANARY)) },
  ])("is answered by the text of the hook if $name", async ({ canSendNow }) => {
    const { context, address } = await waiting({ canSendNow });
    const claim = await claimMessage(context, message(address));
    expect(claim?.text).toContain("Signed in: profile `work`");
  });

  it.each([
    { name: "does not arrive", sendNow: () => Promise.resolve(false) },
    { name: "fails", sendNow: () => Promise.reject(new Error(CANARY)) },
  ])("is withheld from the model after a second try if the sending $name", async ({ sendNow }) => {
    let tries = 0;
    const counting = (): Promise<boolean> => {
      tries += 1;
      return sendNow();
    };
    const { context, address } = await waiting({ sendNow: counting });
    expect(await claimMessage(context, message(address))).toEqual({ handled: true });
    expect(tries).toBe(2);
  });

  it("ends the hook before the exchange, which would block the chat", async () => {
    const tasks: (() => Promise<void>)[] = [];
    const { context, address, ports, sent } = await waiting({ inBackground: (task) => void tasks.push(task) });
    expect(await claimMessage(context, message(address))).toEqual({ handled: true });
    expect(ports.oauth.exchanges).toEqual([]);
    await tasks[0]?.();
    expect(sent.at(-1)?.message.plainText).toContain("Signed in: profile work");
  });

  it.each([
    { name: "an ordinary message", content: "what is this?" },
    { name: "a picture", content: undefined },
    { name: "a possible callback URL, after the sign-in ended,", content: POSSIBLE, isOver: true },
    { name: "the same in a group", content: POSSIBLE, place: IN_GROUP },
  ])(
    "is withheld when $name only quotes it, and nothing is done with it",
    async ({ content, isOver = false, place = {} }) => {
      const { context, address, ports } = await waiting();
      if (isOver) await answerCommand(context, "select", { ...OWNER_CALL, args: "cancel" });
      const claim = await claimMessage(context, message("", { ...place, content, replyToBody: address }));
      expect(claim?.text).toContain("contains a callback URL");
      expect(ports.oauth.exchanges).toEqual([]);
    },
  );

  it("is withheld if a possible one is quoted while the sign-in is pending", async () => {
    const { context, ports } = await waiting();
    const quoting = message("what is this?", { replyToBody: POSSIBLE });
    expect((await claimMessage(context, quoting))?.text).toContain("contains a callback URL");
    expect(await claimMessage(context, { ...quoting, ...IN_GROUP })).toBeUndefined();
    await answerCommand(context, "select", { ...OWNER_CALL, args: "cancel" });
    expect(await claimMessage(context, quoting)).toBeUndefined();
    expect(ports.oauth.exchanges).toEqual([]);
  });

  it("is read as sent if the web chat has a message with the same id", async () => {
    const door = await waiting();
    door.context.originals.set("17", { paste: new Paste("hello"), isOwner: true }, door.context.nowMs());
    const claim = await claimMessage(door.context, message(door.address, { messageId: "17" }));
    expect(answerOf(claim, door)).toContain("Signed in: profile `work`");
  });

  it("is saved once if it is pasted twice together", async () => {
    const door = await waiting();
    const paste = message(door.address);
    await Promise.all([claimMessage(door.context, paste), claimMessage(door.context, paste)]);
    const texts = door.sent.map((one) => one.message.plainText).toSorted();
    expect(texts).toMatchObject([expect.stringContaining("Signed in"), expect.stringContaining("already used")]);
    expect(door.ports.oauth.exchanges.length).toBe(1);
  });

  it("is refused and withheld after the sender was removed from the owners", async () => {
    const door = await waiting();
    door.owners.clear();
    const claim = await claimMessage(door.context, message(door.address));
    expect(claim?.handled).toBe(true);
    expect(answerOf(claim, door)).toContain("Only an owner of this gateway");
    expect({ exchanges: door.ports.oauth.exchanges.length, saved: savedIn(door.ports) }).toEqual({
      exchanges: 0,
      saved: [],
    });
  });
});

/** The callback URL without its beginning: only the pending file tells it from another text. */
const withoutBeginning = (address: string) => address.slice(address.indexOf("code="));

describe("the work for one paste", () => {
  it.each([
    { name: "a callback URL", paste: (address: string) => address, extra: {} },
    { name: "a part of one", paste: withoutBeginning, extra: {} },
    { name: "a part of one that answers another", paste: withoutBeginning, extra: { replyToBody: POSSIBLE } },
  ])("reads the text once, and the pending file once before the claim: $name", async ({ paste, extra }) => {
    const { context, ports, address } = await waiting();
    const gate = ports.oauth.hold();
    ports.pending.reads = 0;
    const text = paste(address);
    const readings = countReadings(text);
    const claimed = claimMessage(context, message(text, extra));
    await gate.entered;
    expect({ reads: ports.pending.reads, readings: readings() }).toEqual({ reads: 1, readings: 1 });
    gate.open();
    await claimed;
    expect(savedIn(ports)).toEqual(["openai:work"]);
  });

  it("reads a text of the web chat once for its transcript and its hook", async () => {
    const door = createDoor();
    const address = await startAndApprove(door, WEBCHAT_CALL);
    const readings = countReadings(address);
    const entry = { role: "user", content: address, idempotencyKey: "17:user", __openclaw: { senderIsOwner: true } };
    withholdFromTranscript(door.context, entry);
    await claimMessage(door.context, message("[masked]", { ...IN_WEBCHAT, sessionKey: "agent:main:main" }));
    expect(savedIn(door.ports)).toEqual(["openai:work"]);
    expect(readings()).toBe(1);
  });
});

describe("ownership is checked again before the write", () => {
  it("and a user who lost it during the exchange saves nothing", async () => {
    const door = await waiting();
    const exchange = door.ports.oauth.hold();
    const claim = claimMessage(door.context, message(door.address));
    await exchange.entered;
    door.owners.clear();
    exchange.open();
    expect(answerOf(await claim, door)).toContain("Only an owner of this gateway");
    expect(savedIn(door.ports)).toEqual([]);
  });
});

describe("a certain callback URL", () => {
  it.each([
    { name: "the callback", text: CERTAIN },
    { name: "the success page with its token", text: SUCCESS_PAGE },
    { name: "the callback among words", text: `here it is: <${CERTAIN}> thanks` },
  ])("is withheld from the model without a pending sign-in: $name", async ({ text }) => {
    const door = createDoor();
    const claim = await claimMessage(door.context, message(text));
    expect(claim?.handled).toBe(true);
    expect(answerOf(claim, door).length).toBeGreaterThan(20);
    expect(answerOf(claim, door)).not.toContain(CANARY);
  });

  it("of a stranger is withheld from the model and refused", async () => {
    const door = createDoor({ ports: () => Promise.resolve(UNTOUCHABLE) });
    const claim = await claimMessage(door.context, message(CERTAIN, OF_STRANGER));
    expect(claim?.handled).toBe(true);
    expect(answerOf(claim, door)).toContain("Only an owner of this gateway");
  });

  it.each([
    { name: "group", place: IN_GROUP },
    { name: "topic", place: { ...IN_GROUP, conversationId: `${GROUP}:topic:9` } },
    { name: "group of a stranger", place: { ...IN_GROUP, senderId: STRANGER } },
    { name: "group of another channel", place: { channelId: "discord", conversationId: "channel:999", isGroup: true } },
    { name: "group that the host does not mark", place: { ...IN_GROUP, isGroup: undefined } },
    { name: "chat without a sender", place: { senderId: undefined } },
  ])("in a $name is withheld with a warning, and loads nothing", async ({ place }) => {
    const { context, loads } = createDoor({ ports: () => Promise.resolve(UNTOUCHABLE) });
    const claim = await claimMessage(context, message(CERTAIN, place));
    expect(claim).toEqual({ handled: true, text: SENTENCES["group.withheld"] });
    expect(loads()).toBe(0);
  });

  it("in a group neither ends nor uses the pending sign-in", async () => {
    const { context, ports, address } = await waiting();
    await claimMessage(context, message(address, IN_GROUP));
    expect({ waiting: waitingIn(ports), exchanges: ports.oauth.exchanges.length }).toEqual({
      waiting: 1,
      exchanges: 0,
    });
  });
});

/** As the transcript hook leaves it: the whole text under the message's id, and the host's owner mark. */
function keepOriginal({ context }: Door, text: string, isOwner: boolean): void {
  context.originals.set("17", { paste: new Paste(text), isOwner }, context.nowMs());
}

/** The same in the web chat. */
async function waitingInWebchat(): Promise<Door & { address: string }> {
  const door = createDoor();
  return { ...door, address: await startAndApprove(door, WEBCHAT_CALL) };
}

describe("the web chat, which masks a message before it asks", () => {
  it("is finished with the original text", async () => {
    const door = await waitingInWebchat();
    keepOriginal(door, door.address, true);
    const masked = door.address.replace(/code=[^&]*/, "code=ac_Q0F…***");
    await claimMessage(door.context, message(masked, IN_WEBCHAT));
    expect(savedIn(door.ports)).toEqual(["openai:work"]);
  });

  it.each([
    { name: "the host says that the sender is not an owner", keep: true, says: "Only an owner of this gateway" },
    { name: "the host left no mark", keep: false, says: "/codex_auth_finish <callback URL>" },
  ])("changes nothing and withholds it from the model if $name", async ({ keep, says }) => {
    const door = await waitingInWebchat();
    if (keep) keepOriginal(door, door.address, false);
    const claim = await claimMessage(door.context, message(door.address, IN_WEBCHAT));
    expect(answerOf(claim, door)).toContain(says);
    expect(door.ports.oauth.exchanges.length).toBe(0);
  });

  it("names no owner entry, because the web chat has none", async () => {
    const door = await waitingInWebchat();
    keepOriginal(door, door.address, false);
    const claim = await claimMessage(door.context, message(door.address, IN_WEBCHAT));
    expect(answerOf(claim, door)).not.toContain("webchat:");
  });

  it("uses an original once", async () => {
    const door = await waitingInWebchat();
    keepOriginal(door, door.address, true);
    await claimMessage(door.context, message("hello", IN_WEBCHAT));
    expect(await claimMessage(door.context, message("hello", IN_WEBCHAT))).toBeUndefined();
  });
});

describe("our command as text", () => {
  const COMMANDS = [
    { name: "finish", text: `/codex_auth_finish ${CERTAIN}` },
    { name: "finish, dashes", text: `/codex-auth-finish ${CERTAIN}` },
    { name: "finish, capitals", text: `/Codex_Auth_Finish ${CERTAIN}` },
    { name: "finish, line break", text: `/codex_auth_finish\n${CERTAIN}` },
    { name: "finish, a colon after it", text: `/codex_auth_finish: ${CERTAIN}` },
    { name: "the subcommand", text: `/codex_auth finish work ${CERTAIN}` },
  ];

  it.each(COMMANDS)("passes, because the host runs it next: $name", async ({ text }) => {
    const { context, loads } = createDoor({ ports: () => Promise.resolve(UNTOUCHABLE) });
    expect(await claimMessage(context, message(text))).toBeUndefined();
    expect(loads()).toBe(0);
  });

  it("passes as a reply to a callback URL, because the host runs the command", async () => {
    const { context } = createDoor();
    expect(await claimMessage(context, message("/Codex_Auth", { replyToBody: CERTAIN }))).toBeUndefined();
  });

  it.each(COMMANDS)("is claimed if text commands are off, because the model would read it: $name", async ({ text }) => {
    const door = createDoor({ areTextCommandsOn: () => false });
    expect((await claimMessage(door.context, message(text)))?.handled).toBe(true);
  });

  it.each([
    { name: "a command of some bot, which the web chat does not know", text: `/codex_auth_finish@my_bot ${CERTAIN}` },
    { name: "a longer word", text: `/codex_authority ${CERTAIN}` },
    { name: "no slash", text: `codex_auth_finish ${CERTAIN}` },
    { name: "in the middle", text: `please run /codex_auth_finish ${CERTAIN}` },
  ])("is no command, and claimed, as $name", async ({ text }) => {
    const door = createDoor();
    expect((await claimMessage(door.context, message(text)))?.handled).toBe(true);
  });
});

describe("the hook never throws, because the host would give the text to the model", () => {
  const UNSENDABLE = BROKEN.filter(({ name }) => name.startsWith("the sending"));

  it.each(UNSENDABLE)("when this fails: $name", async ({ overrides }) => {
    const door = createDoor(overrides);
    expect(await claimMessage(door.context, message(CERTAIN))).toEqual({ handled: true });
  });

  it.each(BROKEN.filter((broken) => !UNSENDABLE.includes(broken)))("when this fails: $name", async ({ overrides }) => {
    const door = createDoor(overrides);
    const claim = await claimMessage(door.context, message(CERTAIN));
    expect(claim?.handled).toBe(true);
    expect(answerOf(claim, door).length).toBeGreaterThan(20);
    expect(answerOf(claim, door)).not.toContain(CANARY);
  });

  it.each([
    { name: "a known failure", error: new CodexAuthError("config-invalid"), code: "config-invalid" },
    { name: "an unknown one", error: new Error(CANARY), code: "internal" },
  ] as const)("and says $name of the login shell in a sentence", async ({ error, code }) => {
    const door = createDoor({ ports: () => Promise.reject(error) });
    const [sentence] = answerOf(await claimMessage(door.context, message(CERTAIN)), door).split("\n\n");
    expect(sentence).toBe(REFUSALS[code]);
  });
});

describe("a pasted message in a sandbox", () => {
  it.each([
    { name: "an answer", overrides: {}, place: {} },
    { name: "a refusal", overrides: {}, place: OF_STRANGER },
    { name: "a group", overrides: {}, place: IN_GROUP },
    { name: "an error", overrides: { ports: () => Promise.reject(new Error("x")) }, place: {} },
  ])("is answered with that said first: $name", async ({ overrides, place }) => {
    const door = createDoor({ isSandbox: true, ...overrides });
    const claim = await claimMessage(door.context, message(CERTAIN, place));
    expect(answerOf(claim, door).startsWith(SENTENCES.sandbox)).toBe(true);
  });
});
