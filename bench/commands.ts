/** `/codex_auth` and a tap in Telegram, each against a plugin in the same gateway that only says the same. */
import { fillStore, openChat, WITHOUT_WATCH, type Chat } from "./chat.ts";
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
async function openTaps(chat: Chat, command: string) {
  const message = await chat.ask(command);
  let isList = true;
  return () => {
    const labels = chat.telegram.keyboard(chat.telegram.message(message.chatId, message.id) ?? message).flat();
    const label = (isList ? labels.find((one) => one.includes("p0")) : labels.at(-1)) ?? "";
    isList = !isList;
    return chat.timeTap(message, label);
  };
}

/** Our command, the other plugin's, our tap, the other's: of each build. */
async function sidesOf(chat: Chat) {
  return [
    () => chat.timeMessage("/codex_auth"),
    () => chat.timeMessage(NOOP_COMMAND),
    await openTaps(chat, "/codex_auth"),
    await openTaps(chat, NOOP_COMMAND),
  ];
}

async function measureSize(builds: readonly Build[], count: number, limit: number): Promise<readonly Result[]> {
  console.log(`with ${count} profiles, which takes some minutes …`);
  const chats: Chat[] = [];
  try {
    for (const build of builds) {
      const chat = await openChat({ build, profiles: count, config: WITHOUT_WATCH });
      chats.push(chat);
      await fillStore(chat, count);
    }
    const sides = await Promise.all(chats.map(sidesOf));
    // The builds alternate, so that one gateway rests while the other works.
    const samples = await takeTurns(
      ROUNDS,
      [0, 1, 2, 3].flatMap((at) => sides.flatMap((side) => side[at] ?? [])),
    );
    const size = `${count} profile${count === 1 ? "" : "s"}`;
    return builds.flatMap(({ name }, at) => {
      const [command, noop, tap, noopTap] = samples.filter((_, side) => side % builds.length === at);
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
