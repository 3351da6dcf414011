/** Another plugin of the same gateway: its buttons under our names, and messages that no chat would send. */
import { describe, expect, it } from "vitest";
import { answerCommand } from "../../src/handlers/command.ts";
import type { Message } from "../../src/handlers/context.ts";
import type { ChatMessage } from "../../src/handlers/transcript.ts";
import { answerTap, type Tap } from "../../src/handlers/tap.ts";
import { withholdFromTranscript } from "../../src/handlers/transcript.ts";
import {
  claimMessage,
  createDoor,
  OWNER,
  OWNER_CALL,
  ownerMessage,
  savedIn,
  startAndApprove,
  STRANGER,
  waitingIn,
  WEBCHAT_CALL,
  type Door,
} from "../handlers/fake-handler.ts";
import { requireSilence } from "./law.ts";

const SECOND_OWNER = "4242002";

/** All that a tap or a message could change here. */
const stateOf = ({ ports }: Door) =>
  JSON.stringify([ports.pending.text, savedIn(ports), ports.profiles.preferred, ports.pins.all, ports.audit.entries]);

interface Seen {
  readonly door: Door;
  /** The payload of the only button that acts at once on the owner's last screen. */
  readonly payload: string;
  tap(payload: unknown, who?: Partial<Tap>): Promise<readonly Message[]>;
}

/** The owner looks at the card of `team`, which is not the default. */
async function showCard(): Promise<Seen> {
  const door = createDoor();
  door.owners.add(`telegram:${SECOND_OWNER}`);
  door.ports.profiles.has("openai:team");
  const { rows } = await answerCommand(door.context, "select", { ...OWNER_CALL, args: "show team" });
  const button = rows.flat().find(({ label }) => label === "Make default");
  const payload = button !== undefined && "callbackData" in button ? (button.callbackData.split(":")[1] ?? "") : "";
  if (payload === "") throw new Error("the card has no such button");
  return {
    door,
    payload,
    async tap(data, who = {}) {
      const seen: Message[] = [];
      const take = async (message: Message) => void seen.push(message);
      const place = {
        channel: "telegram",
        accountId: "default",
        conversationId: OWNER,
        senderId: OWNER,
        isGroup: false,
      };
      await answerTap(door.context, { ...place, payload: data as string, edit: take, reply: take, ...who });
      return seen;
    },
  };
}

const THEIRS = [
  { name: "a screen that was never shown", payload: "AAAAAAAA.0" },
  { name: "a button past the last of a screen", payload: "S0.99" },
  { name: "a screen's name in another case", payload: "s0.2" },
  { name: "nothing", payload: "" },
  { name: "a profile, as the first version had it", payload: "work" },
  { name: "an action in words", payload: '{"verb":"signout","name":"work","isSure":true}' },
  { name: "a key of every object as a screen", payload: "constructor.0" },
  { name: "a megabyte", payload: `S0.${"0".repeat(1_000_000)}` },
  { name: "a line break behind a good one", payload: "S0.2\n" },
  { name: "no text", payload: undefined },
  { name: "an object that cannot be text", payload: { toString: 7 } },
] as const;

describe("a button under our name that another plugin has made", () => {
  it.each(THEIRS)("changes nothing and answers with the list, as any old button: $name", async ({ payload }) => {
    const { door, tap } = await showCard();
    const before = stateOf(door);
    expect(await tap(payload)).toHaveLength(1);
    expect(stateOf(door)).toBe(before);
  });

  it("acts once if it is sent many times", async () => {
    const { door, payload, tap } = await showCard();
    expect(await tap(payload)).toHaveLength(1);
    const after = stateOf(door);
    for (let round = 0; round < 20; round += 1) expect(await tap(payload)).toEqual([]);
    expect(stateOf(door)).toBe(after);
    expect(door.ports.audit.entries).toHaveLength(1);
  });

  it.each([
    { name: "another owner", who: { senderId: SECOND_OWNER, conversationId: SECOND_OWNER } },
    { name: "a stranger", who: { senderId: STRANGER, conversationId: STRANGER } },
    { name: "a stranger in the owner's chat", who: { senderId: STRANGER } },
    { name: "the owner at another bot", who: { accountId: "second" } },
    { name: "nobody", who: { senderId: "" } },
  ])("does nothing of what was shown to the owner for $name, and stays the owner's", async ({ who }) => {
    const { door, payload, tap } = await showCard();
    const before = stateOf(door);
    await tap(payload, who);
    expect(stateOf(door)).toBe(before);
    await tap(payload);
    expect(door.ports.profiles.preferred).toBe("openai:team");
  });

  it("is never repeated", async () => {
    const { door, tap } = await showCard();
    const canary = `Q7W8E9R1T2Y3U4I5${"O6P7".repeat(10)}`;
    for (const payload of [canary, `${canary}.1`, `S0.${canary}`]) requireSilence([canary], await tap(payload));
    requireSilence([canary], [door.ports.log.lines, door.ports.audit.entries]);
  });
});

/** What another plugin hands on need not be text. */
const message = (content: unknown, extra: object = {}): ChatMessage => ownerMessage(content as string, extra);

const throwing = {
  toString(): never {
    throw new Error("canary");
  },
};

const ODD: readonly { readonly name: string; readonly odd: ChatMessage }[] = [
  { name: "no text", odd: message(undefined) },
  { name: "null", odd: message(null) },
  { name: "a number that looks like our port", odd: message(1455) },
  {
    name: "an object that prints as an address",
    odd: message({ toString: () => "localhost:1455/auth/callback?code=x" }),
  },
  { name: "an object that cannot be printed", odd: message(throwing) },
  { name: "a list", odd: message(["http://localhost:1455/auth/callback?code=x&state=y"]) },
  { name: "a reply to no text", odd: message("hello", { replyToBody: 1455 }) },
  { name: "a reply to what cannot be printed", odd: message("hello", { replyToBody: throwing }) },
  {
    name: "a sender that is no text",
    odd: message("http://localhost:1455/auth/callback?code=x&state=y", { senderId: 7 }),
  },
  {
    name: "a chat that is no text",
    odd: message("http://localhost:1455/auth/callback?code=x&state=y", { conversationId: {} }),
  },
  {
    name: "a session that cannot be printed",
    odd: message("http://localhost:1455/auth/callback?code=x", { sessionKey: throwing }),
  },
  { name: "a message's name of every object", odd: message("hello", { messageId: "__proto__" }) },
  { name: "a megabyte", odd: message("http://localhost:1455 ".repeat(50_000)) },
];

describe("a message that no chat would send", () => {
  it.each(ODD)("neither throws into the host nor changes anything: $name", async ({ odd }) => {
    const door = createDoor();
    await startAndApprove(door);
    const before = stateOf(door);
    const claim = await claimMessage(door.context, odd);
    expect(JSON.stringify([claim, door.sent, door.ports.log.lines])).not.toContain("canary");
    expect([stateOf(door), waitingIn(door.ports)]).toEqual([before, 1]);
  });

  it.each([
    { name: "no text", key: undefined },
    { name: "a number", key: 7 },
    { name: "what cannot be printed", key: throwing },
    { name: "a key of every object", key: "__proto__:user" },
  ])("withholds a callback URL from the transcript if its key is $name", async ({ key }) => {
    const door = createDoor();
    const address = await startAndApprove(door, WEBCHAT_CALL);
    const written = withholdFromTranscript(door.context, { role: "user", content: address, idempotencyKey: key });
    expect(written).toBeDefined();
    requireSilence([new URL(address).searchParams.get("code") ?? ""], written?.content);
  });
});

describe("a message with the id of the owner's", () => {
  it("saves nothing for another sender", async () => {
    const door = createDoor();
    const address = await startAndApprove(door, WEBCHAT_CALL);
    const entry = { role: "user", content: address, idempotencyKey: "17:user", __openclaw: { senderIsOwner: true } };
    withholdFromTranscript(door.context, entry);
    const stranger = message("[masked]", { senderId: STRANGER, conversationId: STRANGER });
    const claims = [await claimMessage(door.context, stranger), await claimMessage(door.context, stranger)];
    requireSilence([new URL(address).searchParams.get("code") ?? ""], [claims, door.sent, door.ports.log.lines]);
    expect([savedIn(door.ports), waitingIn(door.ports)]).toEqual([[], 1]);
    expect(claims[1]).toBeUndefined();
  });
});
