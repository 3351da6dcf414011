/** `/codex_auth <profile>` in Telegram with the listener opened for it, against the same without, in one gateway. */
import { SANDBOX_PORT_VARIABLE } from "../src/environment.ts";
import { send } from "../test/loopback/http.ts";
import { freePort } from "../test/support/loopback.ts";
import { waitUntil } from "../test/support/wait.ts";
import { fillStore, openChat, WITHOUT_WATCH, type Chat } from "./chat.ts";
import { ratio, takeTurns, type MeasureFigure } from "./measure.ts";

/** Blocks of one kind, because a gateway takes seconds to read a changed config. */
const BLOCKS = 4;
const ROUNDS = { rounds: 10, warmUps: 1 };
const COMMAND = "/codex_auth p0";

async function setListener(chat: Chat, loopback: "auto" | "off"): Promise<void> {
  chat.gateway.changeConfig({ plugins: { entries: { "codex-auth": { config: { loopback } } } } });
  await waitUntil(`the setting ${loopback}`, async () => {
    const { text } = await chat.ask(COMMAND);
    return text.includes("ssh -L") === (loopback === "auto");
  });
}

/** The Codex CLI's request frees the port, so that each sign-in has to open it. */
function timeStart(chat: Chat, port: number) {
  return async () => {
    await send(port, "/cancel");
    return chat.timeMessage(COMMAND);
  };
}

export const measure: MeasureFigure = async ([build]) => {
  if (build === undefined) return [];
  const port = await freePort();
  const env = { [SANDBOX_PORT_VARIABLE]: String(port) };
  const chat = await openChat({ build, profiles: 1, config: WITHOUT_WATCH, env });
  const samples = { auto: [] as number[], off: [] as number[] };
  try {
    await fillStore(chat, 1);
    for (let block = 0; block < BLOCKS; block += 1) {
      for (const loopback of ["off", "auto"] as const) {
        await setListener(chat, loopback);
        const [taken = []] = await takeTurns(ROUNDS, [timeStart(chat, port)]);
        samples[loopback].push(...taken);
      }
    }
  } finally {
    await chat.close();
  }
  return [
    ratio("/codex_auth <profile> with the listener opened, by the same without", 1.05, samples.auto, samples.off),
  ];
};
