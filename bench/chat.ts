/** A gateway with our plugin and the no-op one beside it, its owner's Telegram, and a stopwatch between the two ends. */
import { createServer } from "node:http";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SANDBOX_VARIABLE } from "../src/environment.ts";
import { accessTokenClaims, fakeAccount, jwtOf } from "../test/fakes/sign-in-accounts.ts";
import { SignInServer } from "../test/fakes/sign-in-server.ts";
import {
  startFakeTelegram,
  type ButtonChoice,
  type FakeMessage,
  type FakeTelegram,
  type TelegramUser,
} from "../test/fakes/telegram-bot-api.ts";
import { startGateway, type Gateway } from "../test/support/gateway.ts";
import { merge, type JsonObject } from "../test/support/gateway-config.ts";
import { closeServer, listenOnLoopback } from "../test/support/loopback.ts";
import { waitUntil } from "../test/support/wait.ts";
import { linkOf, OWNER, PERSONAL } from "../test/support/world.ts";
import { makeNoopPlugin } from "./noop-plugin.ts";

/**
 * Before each measured message. The host holds each message back until a second after the last one of the same chat, so
 * that two in a row take a second whoever answers, and any ratio of them is 1.
 */
const QUIET_MS = 1_150;
const ANSWER_LIMIT_MS = 60_000;

export interface ChatOptions {
  readonly pluginDir: string;
  /** How many profiles the no-op's list is of. */
  readonly profiles?: number;
  /** Whether the no-op's hook saves a credential, as the host itself would. */
  readonly noopSaves?: boolean;
  readonly config?: JsonObject;
  /** Others who own the gateway too. */
  readonly owners?: readonly TelegramUser[];
  readonly env?: Readonly<Record<string, string>>;
}

export class Chat {
  readonly gateway: Gateway;
  readonly telegram: FakeTelegram;
  readonly signIn: SignInServer;
  readonly #closeSignIn: () => Promise<void>;
  readonly #spent: () => number;

  constructor(parts: {
    readonly gateway: Gateway;
    readonly telegram: FakeTelegram;
    readonly signIn: SignInServer;
    readonly closeSignIn: () => Promise<void>;
    readonly spent: () => number;
  }) {
    this.gateway = parts.gateway;
    this.telegram = parts.telegram;
    this.signIn = parts.signIn;
    this.#closeSignIn = parts.closeSignIn;
    this.#spent = parts.spent;
  }

  /** Milliseconds that the sign-in server has taken so far, from each request's arrival to the end of its answer. */
  get signInServerMs(): number {
    return this.#spent();
  }

  ask(text: string, who = OWNER): Promise<FakeMessage> {
    return this.telegram.ask(who, text, { timeoutMs: ANSWER_LIMIT_MS });
  }

  press(message: FakeMessage, button: ButtonChoice): Promise<FakeMessage> {
    return this.telegram.press(OWNER, message, button, ANSWER_LIMIT_MS);
  }

  /** From the update that the gateway receives to the message that it sends. */
  timeMessage(text: string, says: string): Promise<number> {
    return this.#time(() => void this.telegram.sendText(OWNER, text), "sendMessage", says);
  }

  /** From the tap that the gateway receives to the message that it edits. */
  timeTap(message: FakeMessage, button: ButtonChoice, says: string): Promise<number> {
    return this.#time(() => void this.telegram.tap(OWNER, message, button), "editMessageText", says);
  }

  /** Starts a sign-in of this profile, and gives the address at which the person's browser ends. */
  async begin(profile: string, account = PERSONAL, who = OWNER): Promise<string> {
    return this.signIn.approve(linkOf(await this.ask(`/codex_auth ${profile}`, who)), account);
  }

  async close(): Promise<void> {
    await this.gateway.dispose();
    await Promise.all([this.telegram.close(), this.#closeSignIn()]);
  }

  async #time(act: () => void, method: string, says: string): Promise<number> {
    await waitUntil("the gateway to poll", () => this.telegram.polling, ANSWER_LIMIT_MS);
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    const heard = Promise.withResolvers<number>();
    this.telegram.onCall = (call) => {
      if (call.method === method && String(call.fields["text"]).includes(says)) heard.resolve(performance.now());
    };
    const timer = setTimeout(() => heard.reject(new Error(`no ${method} with: ${says}`)), ANSWER_LIMIT_MS);
    const since = performance.now();
    act();
    try {
      return (await heard.promise) - since;
    } finally {
      clearTimeout(timer);
      this.telegram.onCall = undefined;
      await waitUntil("the gateway to poll", () => this.telegram.polling, ANSWER_LIMIT_MS);
    }
  }
}

export async function openChat({
  pluginDir,
  profiles = 1,
  noopSaves = false,
  config = {},
  owners = [],
  env = {},
}: ChatOptions): Promise<Chat> {
  const telegram = await startFakeTelegram();
  const signIn = new SignInServer([PERSONAL]);
  let spentMs = 0;
  const server = createServer((request, response) => {
    const since = performance.now();
    response.once("finish", () => (spentMs += performance.now() - since));
    void signIn.handle(request, response);
  });
  const origin = `http://127.0.0.1:${await listenOnLoopback(server)}`;
  const gateway = await startGateway({
    pluginDir,
    extraPlugins: [makeNoopPlugin({ profiles, saves: noopSaves })],
    telegram: { server: telegram, owner: OWNER, allowed: owners },
    config: merge({ commands: { ownerAllowFrom: [OWNER, ...owners].map(({ id }) => `telegram:${id}`) } }, config),
    env: { [SANDBOX_VARIABLE]: origin, ...env },
  });
  return new Chat({ gateway, telegram, signIn, closeSignIn: () => closeServer(server), spent: () => spentMs });
}

/** Without the watch for ended sign-ins, which looks every other second where the sign-in server is a stand-in. */
export const WITHOUT_WATCH: JsonObject = {
  plugins: { entries: { "codex-auth": { enabled: true, config: { notify: false } } } },
};

/** Signs in once, and makes that record so many, each of a person of its own. Restarts the gateway. */
export async function fillStore(chat: Chat, count: number): Promise<void> {
  const { gateway } = chat;
  const saved = await chat.ask(await chat.begin("p0"));
  if (!saved.text.includes("now holds")) throw new Error(`the first sign-in failed: ${saved.text}`);
  await gateway.stop();
  const database = new DatabaseSync(join(gateway.stateDir, "state/openclaw.sqlite"), { timeout: 5_000 });
  try {
    const row = database.prepare("select value_json from config_machine_state where state_key = ?").get(STORE_KEY);
    const document = JSON.parse(String(row?.["value_json"])) as { profiles: Record<string, object> };
    const [template = {}] = Object.values(document.profiles);
    for (let index = 1; index < count; index += 1) {
      const account = fakeAccount(`person-${index}@example.com`);
      const access = jwtOf(accessTokenClaims(account, Math.floor(Date.now() / 1000), 864_000));
      const person = {
        access,
        refresh: `rt_${index}_${"r".repeat(80)}`,
        email: account.email,
        accountId: account.accountId,
      };
      document.profiles[`openai:p${index}`] = { ...template, ...person };
    }
    const text = JSON.stringify(document);
    database.prepare("update config_machine_state set value_json = ? where state_key = ?").run(text, STORE_KEY);
  } finally {
    database.close();
  }
  await gateway.start();
}

const STORE_KEY = "authProfiles.store";
