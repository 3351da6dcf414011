/**
 * `/codex_usage` with ten accounts against a plugin in the same gateway that makes ten such requests, two at once; and the
 * board with numbers in memory against the board without.
 */
import { fillStore, openChat, WITHOUT_WATCH, type Chat } from "./chat.ts";
import { ratio, takeTurns, type Build, type MeasureFigure, type Result } from "./measure.ts";
import { FORGET_COMMAND, NOOP_REQUESTS, NOOP_TOKEN, NOOP_USAGE_COMMAND } from "./noop-plugin.ts";
import { PERSONAL } from "../test/support/world.ts";

const USAGE_LIMIT = 1.15;
const BOARD_LIMIT = 1.05;
const ROUNDS = { rounds: 30, warmUps: 3 };

async function forget(chat: Chat): Promise<void> {
  const { text } = await chat.ask(FORGET_COMMAND);
  // After a start of the gateway there is nothing to forget before the first command.
  if (!text.startsWith("forgotten by")) throw new Error(text);
}

/** Asks OpenAI, and does not answer from memory. */
async function timeUsage(chat: Chat): Promise<number> {
  await forget(chat);
  const before = chat.signIn.usage.requests.length;
  const ms = await chat.timeMessage("/codex_usage");
  const asked = chat.signIn.usage.requests.length - before;
  if (asked !== NOOP_REQUESTS) throw new Error(`it made ${asked} requests`);
  return ms;
}

async function timeBoard(chat: Chat, hasNumbers: boolean): Promise<number> {
  if (hasNumbers) await chat.ask("/codex_usage");
  else await forget(chat);
  return chat.timeMessage("/codex_auth");
}

async function measureBuild(build: Build): Promise<readonly Result[]> {
  const chat = await openChat({ build, profiles: NOOP_REQUESTS, config: WITHOUT_WATCH });
  try {
    chat.signIn.adopt(NOOP_TOKEN, PERSONAL);
    await fillStore(chat, NOOP_REQUESTS);
    const [usage, noop, withNumbers, without] = await takeTurns(ROUNDS, [
      () => timeUsage(chat),
      () => chat.timeMessage(NOOP_USAGE_COMMAND),
      () => timeBoard(chat, true),
      () => timeBoard(chat, false),
    ]);
    return [
      ratio(
        `/codex_usage by a no-op with as many requests, ${NOOP_REQUESTS} accounts, ${build.name}`,
        USAGE_LIMIT,
        usage,
        noop,
      ),
      ratio(`the board with numbers in memory by the board without, ${build.name}`, BOARD_LIMIT, withNumbers, without),
    ];
  } finally {
    await chat.close();
  }
}

/** Of the build of now alone: an older one may not have the command. */
export const measure: MeasureFigure = async ([now]) => (now === undefined ? [] : measureBuild(now));
