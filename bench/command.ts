/** Figure 1: `/codex_auth` in Telegram against a command that only says the same, in the same gateway. */
import { fillStore, openChat, WITHOUT_WATCH } from "./chat.ts";
import type { MeasureFigure } from "./figure.ts";
import { NOOP_COMMAND } from "./noop-plugin.ts";
import { ratioResult, type Result } from "./result.ts";
import { alternate } from "./samples.ts";

const SIZES = [
  { count: 1, limit: 1.1 },
  { count: 100, limit: 1.1 },
  { count: 1000, limit: 1.25 },
];

export const measure: MeasureFigure = async (machine) => {
  const results: Result[] = [];
  for (const { count, limit } of SIZES) {
    const chat = await openChat({ pluginDir: machine.pluginDir(), profiles: count, config: WITHOUT_WATCH });
    try {
      await fillStore(chat, count);
      const samples = await alternate(
        { rounds: 40, warmUps: 5 },
        () => chat.timeMessage("/codex_auth", "Codex profiles on this gateway"),
        () => chat.timeMessage(NOOP_COMMAND, "nothing"),
      );
      const name = `/codex_auth by a no-op command, ${count} profile${count === 1 ? "" : "s"}`;
      results.push(ratioResult("1", name, limit, samples));
    } finally {
      await chat.close();
    }
  }
  return results;
};
