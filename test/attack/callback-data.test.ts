/** What a tapped button carries, as the host splits it: at the first colon, for the namespaces that were registered. */
import fc from "fast-check";
import { describe, it } from "vitest";
import { answerCommand } from "../../src/handlers/command.ts";
import type { Message } from "../../src/handlers/context.ts";
import { answerTap, type Tap } from "../../src/handlers/tap.ts";
import { BUTTON_VERBS } from "../../src/rules/commands.ts";
import { decodePayload, namespacesOf } from "../../src/interaction/buttons.ts";
import { createDoor, GROUP, OWNER, OWNER_CALL, STRANGER, type Door } from "../handlers/fake-handler.ts";
import { assertLaws, canary, must, requireSilence } from "./law.ts";

const PREFIX = "codex_auth_";
const NAMESPACES = new Set(namespacesOf(PREFIX).map(({ namespace }) => namespace));
/** In what another plugin might put there: never to be said back. */
const THEIRS = canary("another plugin's button", 40);

interface Shown extends Door {
  readonly data: readonly string[];
}

/** A selector and a profile's card as its owner sees them; their screens are numbered alike in every run. */
async function showScreens(): Promise<Shown> {
  const door = createDoor();
  door.ports.profiles.has("openai:team");
  const messages: Message[] = [];
  for (const args of ["", "show team"]) {
    messages.push(await answerCommand(door.context, "select", { ...OWNER_CALL, args }));
  }
  const buttons = messages.flatMap(({ rows }) => rows.flat());
  return { ...door, data: buttons.flatMap((button) => ("callbackData" in button ? [button.callbackData] : [])) };
}

/** All that a tap could change. */
function stateOf({ ports }: Door): string {
  const { pending, profiles, pins, audit } = ports;
  return JSON.stringify([pending.text, profiles.saves.length, profiles.preferred, pins.all, audit.entries]);
}

async function tap(door: Door, payload: string, who: Partial<Tap>): Promise<readonly Message[]> {
  const seen: Message[] = [];
  const take = async (message: Message) => void seen.push(message);
  const place = { channel: "telegram", accountId: "default", conversationId: OWNER, senderId: OWNER, isGroup: false };
  await answerTap(door.context, { ...place, payload, edit: take, reply: take, ...who });
  requireSilence([THEIRS], [seen, door.sent, door.ports.log.lines]);
  return seen;
}

async function feed(input: string): Promise<void> {
  const at = input.indexOf(":");
  // What has another namespace is another plugin's, and comes to nobody here.
  const payload = at === -1 ? input : input.slice(at + 1);
  const isOurs = NAMESPACES.has(input.slice(0, Math.max(0, at)));
  const door = await showScreens();
  const before = stateOf(door);
  for (const who of [
    { senderId: STRANGER, conversationId: STRANGER },
    { conversationId: GROUP, isGroup: true },
  ]) {
    const answers = await tap(door, payload, who);
    must(answers.length === 1 && answers[0]?.rows.length === 0, "gives others one answer and no button");
    must(!JSON.stringify(answers).includes("team"), "names no profile to others");
  }
  must(stateOf(door) === before, "changes nothing for others");
  const place = decodePayload(payload);
  const isShown = door.data.some((data) => data.slice(data.indexOf(":") + 1) === payload);
  must(place !== undefined || !isShown, "reads what it wrote");
  must((await tap(door, payload, {})).length === 1, "answers an owner's tap once");
  if (!isShown) must(stateOf(door) === before, "changes nothing for a button that was not shown");
  const after = stateOf(door);
  const again = await tap(door, payload, {});
  must(stateOf(door) === after, "changes nothing for the same button again");
  if (isShown && isOurs) must(again.length === 0, "answers the same button once");
}

const SEEDS = [
  ...(await showScreens()).data,
  `codex_auth_pick:${THEIRS}`,
  `other_plugin:${THEIRS}.1`,
  "codex_auth_pick:work",
];
const WORDS = [...NAMESPACES, "S0", "S1", ".0", ".99", ".-1", ".1e1", "١", "openai:work", THEIRS, ":"];

const near = fc
  .tuple(
    fc.constantFrom(...BUTTON_VERBS, "", "admin"),
    fc.oneof(fc.constantFrom("S0", "S1", "S2"), fc.string({ maxLength: 20 })),
    fc.oneof(fc.nat(120).map(String), fc.constantFrom("-1", "00", "1e1", "0x1", "١", " 1", "1\n")),
  )
  .map(([verb, screen, index]) => `codex_auth_${verb}:${screen}.${index}`);

describe("any data that a tapped button carries", () => {
  it("does what was shown to the user who taps it, once, or nothing", async () => {
    await assertLaws({ seeds: SEEDS, words: WORDS, near }, 150, feed);
  });
});
