/**
 * Figure 7b: what 1,000 sign-ins leave in the gateway's memory, against one where the same messages meet a no-op that saves
 * as many credentials by the host's own writer: the host keeps a part of its whole store for each (2026.9.6: the catalogs of
 * models that it prepares anew).
 */
import type { TelegramUser } from "../test/fakes/telegram-bot-api.ts";
import { accountOf } from "../test/support/world.ts";
import { openChat, WITHOUT_WATCH, type Chat } from "./chat.ts";
import type { MeasureFigure } from "./figure.ts";
import { MEMORY_COMMAND, NOOP_ADDRESS, NOOP_COMMAND } from "./noop-plugin.ts";
import type { Result } from "./result.ts";
import { median } from "./statistics.ts";

const SIGN_INS = 1000;
/** The host sends one message a second to a chat; so many people at once are served as fast as it can. */
const OWNERS = Array.from({ length: 10 }, (_, index) => ({ id: 4_250_000 + index, name: `Owner ${index}` }));
/** One sign-in of each. */
const STEP = OWNERS.length;
const SAMPLES = 30;
const MB = 1024 * 1024;
/** Half a KB for each sign-in: less than one record of it that is kept. */
const GROWTH_LIMIT = 0.25;

/** What is alive in the gateway, in MB. */
async function memoryOf(chat: Chat): Promise<number> {
  const { text } = await chat.ask(MEMORY_COMMAND);
  const { heapUsed, external } = JSON.parse(text) as { heapUsed: number; external: number };
  return (heapUsed + external) / MB;
}

/** The no-op's gateway has no plugin of ours at all. */
const NOOP_ONLY = { plugins: { allow: ["bench-noop", "telegram"], entries: { "codex-auth": { enabled: false } } } };

async function signIn(chat: Chat, who: TelegramUser): Promise<void> {
  const account = accountOf(`work-${who.id}`);
  const saved = await chat.ask(await chat.begin(`work-${who.id}`, account, who), who);
  if (!saved.text.includes("now holds")) throw new Error(`a sign-in failed: ${saved.text}`);
}

async function doNothing(chat: Chat, who: TelegramUser): Promise<void> {
  await chat.ask(NOOP_COMMAND, who);
  await chat.ask(NOOP_ADDRESS, who);
}

/** At most one median's worth of samples, from the sign-in of that number on. */
const window = (values: readonly number[], from: number) => values.slice(from / STEP, from / STEP + SAMPLES);

export const measure: MeasureFigure = async (machine) => {
  const pluginDir = machine.pluginDir();
  const ours = await openChat({ pluginDir, owners: OWNERS, config: WITHOUT_WATCH });
  const base = await openChat({ pluginDir, owners: OWNERS, config: NOOP_ONLY, noopSaves: true });
  const values = { ours: [] as number[], base: [] as number[] };
  try {
    for (let done = 0; done < SIGN_INS + SAMPLES * STEP; done += STEP) {
      await Promise.all(OWNERS.flatMap((who) => [signIn(ours, who), doNothing(base, who)]));
      values.ours.push(await memoryOf(ours));
      values.base.push(await memoryOf(base));
    }
  } finally {
    await Promise.all([ours.close(), base.close()]);
  }
  const added = values.ours.map((mb, at) => mb - (values.base[at] ?? Number.NaN));
  const [half, end] = [window(added, SIGN_INS / 2), window(added, SIGN_INS)];
  const shown = (from: number) => `${median(window(values.ours, from)).toFixed(1)} MB`;
  const result = { figure: "7b", unit: "MB", count: SAMPLES, samples: values } as const;
  const results: Result[] = [
    {
      ...result,
      name: `added to the gateway after ${SIGN_INS} sign-ins`,
      value: median(end),
      limit: 5,
      note: `${shown(SIGN_INS)} by ${median(window(values.base, SIGN_INS)).toFixed(1)} MB`,
    },
    {
      ...result,
      name: `growth of that over ${SIGN_INS / 2} sign-ins`,
      value: median(end) - median(half),
      limit: GROWTH_LIMIT,
      note: `${shown(SIGN_INS / 2)} then ${shown(SIGN_INS)} in the gateway as a whole`,
    },
  ];
  return results;
};
