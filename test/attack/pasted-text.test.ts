/** What is pasted: read alone, as a message, as a command's argument, and by the transcript hook. */
import fc from "fast-check";
import { describe, it } from "vitest";
import { parseSelectArguments } from "../../src/commands/arguments.ts";
import { answerCommand } from "../../src/handlers/command.ts";
import type { ChatMessage } from "../../src/handlers/transcript.ts";
import { withholdFromTranscript } from "../../src/handlers/transcript.ts";
import { Paste } from "../../src/rules/callback-url.ts";
import {
  claimMessage,
  createDoor,
  OWNER,
  OWNER_CALL,
  savedIn,
  startAndApprove,
  STRANGER,
  type Door,
} from "../handlers/fake-handler.ts";
import { COPIERS } from "../vectors/pastes.ts";
import { assertLaws, must, requireSilence } from "./law.ts";

// The fakes draw the same numbers in every run, so that this is the address that waits at every door made here.
const ADDRESS = await startAndApprove(createDoor());
const { searchParams } = new URL(ADDRESS);
const CODE = searchParams.get("code") ?? "";
const STATE = searchParams.get("state") ?? "";
const SECRETS = [CODE, STATE];

const message = (content: string, senderId: string): ChatMessage => ({
  channelId: "telegram",
  accountId: "default",
  conversationId: senderId,
  senderId,
  sessionKey: "agent:main:main",
  isGroup: false,
  messageId: "17",
  content,
});

interface Watched extends Door {
  /** All that has left this door, and what stays written behind it. */
  outputs(): unknown;
}

async function openDoor(): Promise<Watched> {
  const door = createDoor();
  await startAndApprove(door);
  const { ports, sent } = door;
  return { ...door, outputs: () => [sent, ports.log.lines, ports.audit.entries, ports.pending.document.receipts] };
}

async function feedAlone(input: string): Promise<void> {
  const likelihood = new Paste(input).likelihood;
  requireSilence(SECRETS, new Paste(input).parsed);
  const { context } = createDoor();
  const entry = { role: "user", content: input, idempotencyKey: "17:user" };
  const written = withholdFromTranscript(context, entry);
  if (likelihood === "certain") must(written !== undefined, "keeps what is certain out of the transcript");
  if (written !== undefined) requireSilence(SECRETS, written);
}

async function feedAsMessage(input: string): Promise<void> {
  const door = await openDoor();
  const { pending } = door.ports;
  const before = pending.text;
  const ofStranger = await claimMessage(door.context, message(input, STRANGER));
  requireSilence(SECRETS, [ofStranger, door.outputs()]);
  must(pending.text === before, "changes nothing for a stranger");
  const claim = await claimMessage(door.context, message(input, OWNER));
  requireSilence(SECRETS, [claim, door.outputs()]);
  if (claim === undefined) must(pending.text === before, "writes nothing for a message that is none of ours");
  requireRightCode(door);
}

async function feedAsCommand(input: string, handler: "finish" | "select"): Promise<void> {
  const door = await openDoor();
  const intent = handler === "select" ? parseSelectArguments(input) : undefined;
  const answer = await answerCommand(door.context, handler, { ...OWNER_CALL, args: input });
  // A word that is a profile's name is one, whatever it was cut from, and is shown as one.
  const isName = intent !== undefined && intent.verb !== "finish" && intent.verb !== "refuse";
  if (!isName) requireSilence(SECRETS, [answer, door.outputs()]);
  requireRightCode(door);
}

/** Whatever was repaired: saved is saved by the very code and state that the server gave. */
function requireRightCode({ ports }: Door): void {
  const codes = ports.oauth.exchanges.map(({ code }) => code.reveal());
  must(codes.length <= 1, "sends one code at most");
  must(savedIn(ports).length <= codes.filter((code) => code === CODE).length, "saves for the right code alone");
}

const SEEDS = [
  ADDRESS,
  `Here it is: <${ADDRESS}> thanks!`,
  `work ${ADDRESS}`,
  ADDRESS.replaceAll("&", "&amp;"),
  `\`\`\`\n${ADDRESS.slice(0, 90)}\n${ADDRESS.slice(90)}\n\`\`\``,
  `https://slack-redir.net/link?url=${encodeURIComponent(ADDRESS)}`,
  `code=${CODE}&state=${STATE}`,
  `${CODE}#${STATE}`,
  CODE,
  `http://localhost:1455/auth/callback?error=access_denied&error_description=${CODE}&state=${STATE}`,
  `http://localhost:1455/success?id_token=eyJhbGciOiJub25lIn0.${CODE}`,
  `https://auth.openai.com/oauth/authorize?state=${STATE}&redirect_uri=http%3A%2F%2Flocalhost%3A1455%2Fauth%2Fcallback`,
  `ａｄｄｒｅｓｓ：${ADDRESS.replace("?", "？")}`,
  ...Object.values(COPIERS).map((copy) => copy(ADDRESS)),
];
const WORDS = [
  ADDRESS,
  "http://localhost:1455/auth/callback?",
  "http://[::1]:1455",
  "https://auth.openai.com@evil.example/",
  `&code=${CODE}`,
  `&state=${STATE}`,
  "&iss=https://auth.openai.com",
  "&error=access_denied",
  "#",
  "\n> ",
  "%3Fcode%3D",
  "ac_",
  "^&code=",
  "\\u0026state=",
  "=3D",
  "=\r\n",
  "\u001B]8;;",
  " │\n│ ",
  "?url=http%3A%2F%2Flocalhost%3A1455%2Fauth%2Fcallback%3Fcode%3D",
  "/codex_auth_finish ",
  "/codex_usage ",
  "work ",
  "cancel ",
];

/** Pieces of the callback URL of the pending sign-in, in any order, with words and signs between. */
const near = fc
  .array(fc.oneof(fc.constantFrom(...SEEDS, ...WORDS), fc.string({ unit: "binary", maxLength: 20 })), { maxLength: 6 })
  .chain((parts) => fc.constantFrom("", " ", "\n", "\u200B").map((separator) => parts.join(separator)));

describe("any text that is pasted while a sign-in is pending", () => {
  it("saves only with the right code, and no answer repeats a piece of it", async () => {
    await assertLaws({ seeds: SEEDS, words: WORDS, near }, 150, async (input) => {
      await feedAlone(input);
      await feedAsMessage(input);
      await feedAsCommand(input, "finish");
      await feedAsCommand(input, "select");
    });
  });
});
