/** A gateway with our plugin and the no-op one beside it, its owner's Telegram, and a stopwatch between the two ends. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SANDBOX_VARIABLE } from "../src/environment.ts";
import { accessTokenClaims, fakeAccount, jwtOf } from "../test/fakes/sign-in-accounts.ts";
import { SignInServer } from "../test/fakes/sign-in-server.ts";
import { startFakeTelegram, type FakeMessage, type FakeTelegram } from "../test/fakes/telegram-bot-api.ts";
import { startGateway, type Gateway } from "../test/support/gateway.ts";
import { merge, type JsonObject } from "../test/support/gateway-config.ts";
import { storedProfiles } from "../test/support/stored-profiles.ts";
import { waitUntil } from "../test/support/wait.ts";
import { linkOf, OWNER, PERSONAL } from "../test/support/world.ts";
import type { Build } from "./measure.ts";
import { makeNoopPlugin } from "./noop-plugin.ts";

/**
 * Between two messages to one gateway. The host sends two messages to one chat a second apart at least, so that two in a
 * row take a second whichever plugin answers, and any ratio of them is 1. A user's message finds the gateway idle too.
 */
const QUIET_MS = 1_150;
const STORE_KEY = "authProfiles.store";

export class Chat {
  readonly gateway: Gateway;
  readonly telegram: FakeTelegram;
  readonly signIn: SignInServer;
  #answeredAt = 0;

  constructor(gateway: Gateway, telegram: FakeTelegram, signIn: SignInServer) {
    this.gateway = gateway;
    this.telegram = telegram;
    this.signIn = signIn;
  }

  async ask(text: string): Promise<FakeMessage> {
    const message = await this.telegram.ask(OWNER, text);
    this.#answeredAt = performance.now();
    return message;
  }

  /** From the update that the gateway receives to the message that it sends. */
  timeMessage(text: string): Promise<number> {
    return this.#time(() => void this.telegram.sendText(OWNER, text), "sendMessage");
  }

  /** From the tap that the gateway receives to the message that it edits. */
  timeTap(message: FakeMessage, button: string): Promise<number> {
    return this.#time(() => void this.telegram.tap(OWNER, message, button), "editMessageText");
  }

  async close(): Promise<void> {
    await this.gateway.dispose();
    await Promise.all([this.telegram.close(), this.signIn.close()]);
  }

  async #time(act: () => void, method: string): Promise<number> {
    const polls = () => waitUntil("the gateway to poll", () => this.telegram.polling);
    await polls();
    const waitMs = Math.max(0, this.#answeredAt + QUIET_MS - performance.now());
    await new Promise((resolve) => setTimeout(resolve, waitMs));
    this.#answeredAt = 0;
    const others: unknown[] = [];
    this.telegram.onCall = (call) => {
      const { text } = call.fields;
      // An answer of either plugin has the list or a card; an error has neither.
      if (call.method === method && String(text).includes("p0")) this.#answeredAt ||= performance.now();
      else if (text !== undefined) others.push(text);
    };
    const since = performance.now();
    act();
    await waitUntil(
      () => `${method} with p0; there was ${JSON.stringify(others)}`,
      () => this.#answeredAt > 0,
    );
    this.telegram.onCall = undefined;
    await polls();
    return this.#answeredAt - since;
  }
}

/** Without the watch for expired logins, which looks every other second if the sign-in server is on loopback. */
export const WITHOUT_WATCH: JsonObject = {
  plugins: { entries: { "codex-auth": { enabled: true, config: { notify: false } } } },
};

export async function openChat(options: {
  readonly build: Build;
  /** How many profiles the no-op's list has. */
  readonly profiles: number;
  readonly config: JsonObject;
  readonly env?: Readonly<Record<string, string>>;
}): Promise<Chat> {
  const { build, profiles, config, env = {} } = options;
  const [telegram, signIn] = [await startFakeTelegram(), new SignInServer([PERSONAL])];
  const gateway = await startGateway({
    pluginDir: build.pluginDir,
    extraPlugins: [await makeNoopPlugin(build.root, profiles)],
    telegram: { server: telegram, owner: OWNER },
    config: merge({ commands: { ownerAllowFrom: [`telegram:${OWNER.id}`] } }, config),
    env: { [SANDBOX_VARIABLE]: await signIn.listen(), ...env },
  });
  return new Chat(gateway, telegram, signIn);
}

/** Signs in once, and makes that record so many, each of another person. Restarts the gateway. */
export async function fillStore(chat: Chat, count: number): Promise<void> {
  const { gateway, signIn } = chat;
  const address = signIn.approve(linkOf(await chat.ask("/codex_auth p0")), PERSONAL);
  await chat.ask(`/codex_auth_finish ${address}`);
  const [template] = Object.values(storedProfiles(gateway).profiles) as object[];
  if (template === undefined) throw new Error("the first sign-in failed");
  await gateway.stop();
  const database = new DatabaseSync(join(gateway.stateDir, "state/openclaw.sqlite"));
  try {
    const row = database.prepare("select value_json from config_machine_state where state_key = ?").get(STORE_KEY);
    const document = JSON.parse(String(row?.["value_json"])) as { profiles: Record<string, object> };
    for (let index = 1; index < count; index += 1) {
      const { account, record } = person(index);
      signIn.adopt(record.access, account);
      document.profiles[`openai:p${index}`] = { ...template, ...record };
    }
    const text = JSON.stringify(document);
    database.prepare("update config_machine_state set value_json = ? where state_key = ?").run(text, STORE_KEY);
  } finally {
    database.close();
  }
  await gateway.start();
}

function person(index: number) {
  const account = fakeAccount(`person-${index}@example.com`);
  const access = jwtOf(accessTokenClaims(account, Math.floor(Date.now() / 1000), 864_000));
  const refresh = `rt_${index}_${"r".repeat(80)}`;
  return { account, record: { access, refresh, email: account.email, accountId: account.accountId } };
}
