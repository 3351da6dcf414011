/** What an owner does in a private chat of Telegram, for tests in which a notice can come before the answer. */
import type { FakeMessage } from "../fakes/telegram-bot-api.ts";
import { FIVE_HOURS, WEEK, type UsageScript } from "../fakes/usage-endpoint.ts";
import { accountOf, linkOf, OWNER, type World } from "../support/world.ts";

/** So many percent are used of five hours and of the week. */
export function used(fiveHours: number, week = 1): UsageScript {
  const windows = [
    { seconds: FIVE_HOURS, usedPercent: fiveHours, resetAfterSeconds: 7_200 },
    { seconds: WEEK, usedPercent: week, resetAfterSeconds: 300_000 },
  ];
  return { kind: "used", windows };
}

export function ownerChatOf(worldOf: () => World) {
  /** Waits for the message with that text. */
  const told = (part: string, after: number, who = OWNER) =>
    worldOf().telegram.waitForMessage(({ chatId, text }) => chatId === who.id && text.includes(part), after);
  const ask = (question: string, part: string, who = OWNER) =>
    told(part, worldOf().telegram.sendText(who, question).changedAt, who);
  /** Starts a sign-in and approves it. Returns its callback URL. */
  async function approved(name: string): Promise<string> {
    const card = await ask(`/codex_auth ${name}`, `profile ${name}`);
    return worldOf().signIn.approve(linkOf(card), accountOf(name));
  }
  return {
    told,
    ask,
    press: (message: FakeMessage, label: string, who = OWNER) => worldOf().telegram.press(who, message, label),
    approved,
    async signIn(name: string): Promise<void> {
      await ask(`/codex_auth_finish ${await approved(name)}`, `profile ${name} now uses`);
    },
  };
}
