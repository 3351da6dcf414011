/** A gateway with our plugin and the no-op one beside it, its owner's Telegram, and a stopwatch between the two ends. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SANDBOX_VARIABLE } from "../src/environment.ts";
import { accessTokenClaims, fakeAccount, jwtOf } from "../test/fakes/sign-in-accounts.ts";
import { SignInServer } from "../test/fakes/sign-in-server.ts";
import {
  startFakeTelegram,
  type FakeMessage,
  type FakeTelegram,
  type TelegramUser,
} from "../test/fakes/telegram-bot-api.ts";
import { startGateway, type Gateway } from "../test/support/gateway.ts";
import { merge, type JsonObject } from "../test/support/gateway-config.ts";
import { storedProfiles } from "../test/support/stored-profiles.ts";
import { waitUntil } from "../test/support/wait.ts";
import { linkOf, OWNER, PERSONAL } from "../test/support/world.ts";
import type { Build } from "./measure.ts";
import { makeNoopPlugin } from "./noop-plugin.ts";

/**
 * Between two measured messages in one chat. The host sends two messages to one chat a second apart at least, so that two
 * in a row take a second whichever plugin answers, and any ratio of them is 1.
 */
const QUIET_MS = 1_150;
/** Owners, each with a chat: what is measured in turns need not wait for each other. */
export const OWNERS: readonly TelegramUser[] = [0, 1, 2, 3].map((at) => ({ id: OWNER.id + at, name: OWNER.name }));
const STORE_KEY = "authProfiles.store";

export class Chat {
  readonly gateway: Gateway;
  readonly telegram: FakeTelegram;
  readonly signIn: SignInServer;
  /** When the last measured message of an owner was answered. */
  readonly #answeredAt = new Map<TelegramUser, number>();

  constructor(gateway: Gateway, telegram: FakeTelegram, signIn: SignInServer) {
    this.gateway = gateway;
    this.telegram = telegram;
    this.signIn = signIn;
  }

  ask(who: TelegramUser, text: string): Promise<FakeMessage> {
    return this.telegram.ask(who, text);
  }

  /** From the update that the gateway receives to the message that it sends. */
  timeMessage(who: TelegramUser, text: string): Promise<number> {
    return this.#time(who, () => void this.telegram.sendText(who, text), "sendMessage");
  }

  /** From the tap that the gateway receives to the message that it edits. */
  timeTap(who: TelegramUser, message: FakeMessage, button: string): Promise<number> {
    return this.#time(who, () => void this.telegram.tap(who, message, button), "editMessageText");
  }

  async close(): Promise<void> {
    await this.gateway.dispose();
    await Promise.all([this.telegram.close(), this.signIn.close()]);
  }

  async #time(who: TelegramUser, act: () => void, method: string): Promise<number> {
    const polls = () => waitUntil("the gateway to poll", () => this.telegram.polling);
    await polls();
    const readyAt = (this.#answeredAt.get(who) ?? performance.now()) + QUIET_MS;
    await new Promise((resolve) => setTimeout(resolve, readyAt - performance.now()));
    let heardAt = 0;
    const others: string[] = [];
    this.telegram.onCall = (call) => {
      const text = String(call.fields["text"]);
      // An answer of either plugin has the list or a card; an error has neither.
      if (call.method === method && text.includes("p0")) heardAt ||= performance.now();
      else if (call.fields["text"] !== undefined) others.push(`${call.method}: ${text}`);
    };
    const since = performance.now();
    act();
    await waitUntil(
      () => `${method} with p0, in ${JSON.stringify(others)}`,
      () => heardAt > 0,
    );
    this.telegram.onCall = undefined;
    this.#answeredAt.set(who, performance.now());
    await polls();
    return heardAt - since;
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
}): Promise<Chat> {
  const { build, profiles, config } = options;
  const [telegram, signIn] = [await startFakeTelegram(), new SignInServer([PERSONAL])];
  const gateway = await startGateway({
    pluginDir: build.pluginDir,
    extraPlugins: [await makeNoopPlugin(build.root, profiles)],
    telegram: { server: telegram, owner: OWNER, allowed: OWNERS },
    config: merge({ commands: { ownerAllowFrom: OWNERS.map(({ id }) => `telegram:${id}`) } }, config),
    env: { [SANDBOX_VARIABLE]: await signIn.listen() },
  });
  return new Chat(gateway, telegram, signIn);
}

/** Signs in once, and makes that record so many, each of another person. Restarts the gateway. */
export async function fillStore(chat: Chat, count: number): Promise<void> {
  const { gateway, signIn } = chat;
  const address = signIn.approve(linkOf(await chat.ask(OWNER, "/codex_auth p0")), PERSONAL);
  await chat.ask(OWNER, `/codex_auth_finish ${address}`);
  const [template] = Object.values(storedProfiles(gateway).profiles) as object[];
  if (template === undefined) throw new Error("the first sign-in failed");
  await gateway.stop();
  const database = new DatabaseSync(join(gateway.stateDir, "state/openclaw.sqlite"));
  try {
    const row = database.prepare("select value_json from config_machine_state where state_key = ?").get(STORE_KEY);
    const document = JSON.parse(String(row?.["value_json"])) as { profiles: Record<string, object> };
    for (let index = 1; index < count; index += 1)
      document.profiles[`openai:p${index}`] = { ...template, ...person(index) };
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
  return { access, refresh: `rt_${index}_${"r".repeat(80)}`, email: account.email, accountId: account.accountId };
}
