/** `/codex_auth` and a tap in Telegram, each against a plugin in the same gateway that only says the same. */
import type { TelegramUser } from "../test/fakes/telegram-bot-api.ts";
import { fillStore, openChat, OWNERS, WITHOUT_WATCH, type Chat } from "./chat.ts";
import { ratio, takeTurns, type Build, type MeasureFigure, type Result } from "./measure.ts";
import { NOOP_COMMAND } from "./noop-plugin.ts";

/** With a thousand profiles the list must be right first of all. */
const SIZES = [
  { count: 1, limit: 1.15 },
  { count: 100, limit: 1.25 },
  { count: 1000, limit: 3 },
];
const ROUNDS = { rounds: 40, warmUps: 5 };

/** A profile's card and the way back to the list, in turns. */
async function openTaps(chat: Chat, who: TelegramUser, command: string) {
  const message = await chat.ask(who, command);
  let isList = true;
  return () => {
    const labels = chat.telegram.keyboard(chat.telegram.message(message.chatId, message.id) ?? message).flat();
    const label = (isList ? labels.find((one) => one.includes("p0")) : labels.at(-1)) ?? "";
    isList = !isList;
    return chat.timeTap(who, message, label);
  };
}

/** Our command, the other plugin's, our tap, the other's: each in a chat of its own. */
async function sidesOf(chat: Chat) {
  const [one, two, three, four] = OWNERS as [TelegramUser, TelegramUser, TelegramUser, TelegramUser];
  return [
    () => chat.timeMessage(one, "/codex_auth"),
    () => chat.timeMessage(two, NOOP_COMMAND),
    await openTaps(chat, three, "/codex_auth"),
    await openTaps(chat, four, NOOP_COMMAND),
  ];
}

async function measureSize(builds: readonly Build[], count: number, limit: number): Promise<readonly Result[]> {
  const chats: Chat[] = [];
  try {
    for (const build of builds) {
      const chat = await openChat({ build, profiles: count, config: WITHOUT_WATCH });
      chats.push(chat);
      await fillStore(chat, count);
    }
    const sides = await Promise.all(chats.map(sidesOf));
    const samples = await takeTurns(ROUNDS, sides.flat());
    const size = `${count} profile${count === 1 ? "" : "s"}`;
    return builds.flatMap(({ name }, at) => {
      const [command, noop, tap, noopTap] = samples.slice(at * 4, at * 4 + 4);
      return [
        ratio(`/codex_auth by a no-op command, ${size}, ${name}`, limit, command, noop),
        ratio(`a tap by a no-op's tap, ${size}, ${name}`, limit, tap, noopTap),
      ];
    });
  } finally {
    await Promise.all(chats.map((chat) => chat.close()));
  }
}

export const measure: MeasureFigure = async (builds) => {
  const results: Result[] = [];
  for (const { count, limit } of SIZES) results.push(...(await measureSize(builds, count, limit)));
  return results;
};
