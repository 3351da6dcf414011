/** Figure 2: a tap and a paste, each against the same by a plugin that only says the same, in the same gateway. */
import { fillStore, openChat, WITHOUT_WATCH, type Chat } from "./chat.ts";
import type { MeasureFigure } from "./figure.ts";
import { NOOP_ADDRESS, NOOP_COMMAND } from "./noop-plugin.ts";
import { ratioResult, type Result } from "./result.ts";
import { alternate } from "./samples.ts";

async function measureTap(chat: Chat): Promise<Result> {
  const [board, noop] = [await chat.ask("/codex_auth"), await chat.ask(NOOP_COMMAND)];
  let isCard = false;
  const tap = () => {
    isCard = !isCard;
    return isCard
      ? chat.timeTap(board, "p0", "Codex profile p0")
      : chat.timeTap(board, "Back", "Codex profiles on this gateway");
  };
  let isNoopCard = false;
  const noopTap = () => {
    isNoopCard = !isNoopCard;
    return chat.timeTap(noop, isNoopCard ? "p0" : "Back", "nothing");
  };
  const samples = await alternate({ rounds: 40, warmUps: 6 }, tap, noopTap);
  return ratioResult("2", "a tap by a no-op's tap", 1.1, samples, "a profile's card and back, in turns");
}

async function measurePaste(chat: Chat): Promise<Result> {
  let signInServerMs = 0;
  const paste = async () => {
    const address = await chat.begin("p0");
    const before = chat.signInServerMs;
    const ms = await chat.timeMessage(address, "now holds");
    const spent = chat.signInServerMs - before;
    signInServerMs += spent;
    return ms - spent;
  };
  const samples = await alternate({ rounds: 40, warmUps: 5 }, paste, () => chat.timeMessage(NOOP_ADDRESS, "nothing"));
  const note = `${(signInServerMs / 45).toFixed(1)} ms of the sign-in server taken off`;
  return ratioResult("2", 'a paste to "saved" by a no-op hook\'s answer', 1.25, samples, note);
}

export const measure: MeasureFigure = async (machine) => {
  const chat = await openChat({ pluginDir: machine.pluginDir(), config: WITHOUT_WATCH });
  try {
    await fillStore(chat, 1);
    return [await measureTap(chat), await measurePaste(chat)];
  } finally {
    await chat.close();
  }
};
