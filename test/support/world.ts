/** A gateway and all that it talks to: Telegram, a model, and the sign-in server behind its real name. */
import { SANDBOX_PORT_VARIABLE, SANDBOX_VARIABLE } from "../../src/environment.ts";
import { CodexBackend } from "../fakes/codex-backend.ts";
import { startFakeModel, type FakeModel } from "../fakes/model-server.ts";
import { fakeAccount, SignInServer } from "../fakes/sign-in-server.ts";
import {
  startFakeTelegram,
  type FakeMessage,
  type FakeTelegram,
  type TelegramUser,
} from "../fakes/telegram-bot-api.ts";
import { startTlsProxy, type TlsProxy } from "../fakes/tls-proxy.ts";
import { startGateway, type Gateway, type GatewayOptions } from "./gateway.ts";
import { merge, type JsonObject } from "./gateway-config.ts";

export const OWNER: TelegramUser = { id: 4_242_001, name: "Dana" };
export const SECOND_OWNER: TelegramUser = { id: 4_242_002, name: "Robin" };
export const ALLOWED: TelegramUser = { id: 4_242_003, name: "Alex" };
export const STRANGER: TelegramUser = { id: 4_242_666, name: "Mallory" };
export const GROUP_ID = -1_001_234_567_890;

export const PERSONAL = fakeAccount("dana@example.com", "plus");
export const STUDIO = fakeAccount("dana@studio.example", "team");
/** An account of its own for a profile: one that has a profile already is asked about before it gets a second one. */
export const accountOf = (profile: string) => fakeAccount(`${profile}@example.com`);

export interface World {
  readonly telegram: FakeTelegram;
  readonly model: FakeModel;
  readonly backend: CodexBackend;
  readonly signIn: SignInServer;
  readonly proxy: TlsProxy;
  readonly gateway: Gateway;
  /** The bodies of all requests to a model, whichever of the two answers. */
  modelBodies(): readonly string[];
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly pluginDir: string;
  /**
   * What answers an agent's turn. `codex`: the host's own OpenAI provider, with the stored profiles; the sign-in server is
   * then on loopback, so that the watch for expired logins looks every other second.
   */
  readonly answers?: "fake-model" | "codex";
  /** Opens the listener, on this port. The sign-in server is then on loopback, because no other sign-in may name a port. */
  readonly callbackPort?: number;
  /** Another host than the one that package.json pins; see `GatewayOptions`. */
  readonly host?: Pick<GatewayOptions, "isOldConfig" | "openclaw">;
}

const CONFIG: JsonObject = {
  commands: { ownerAllowFrom: [`telegram:${OWNER.id}`, `telegram:${SECOND_OWNER.id}`] },
  // The widest open a group can be: strangers reach the plugin's hook there.
  channels: { telegram: { groupPolicy: "open" } },
};

const CODEX_CONFIG: JsonObject = {
  plugins: { allow: ["codex-auth", "openai", "telegram"], entries: { openai: { enabled: true } } },
  // Two agents: the host then spreads a plugin's hooks over two instances of its modules.
  agents: { entries: { main: {}, work: {} } },
};

export const LISTENING: JsonObject = { plugins: { entries: { "codex-auth": { config: { loopback: "auto" } } } } };

export async function createWorld(options: WorldOptions): Promise<World> {
  const { pluginDir, answers = "fake-model", callbackPort, host } = options;
  const [telegram, model] = await Promise.all([startFakeTelegram(), startFakeModel()]);
  const signIn = new SignInServer([PERSONAL, STUDIO]);
  const backend = new CodexBackend((token) => signIn.accountOf(token), signIn.usage);
  const proxy = await startTlsProxy({ "auth.openai.com": signIn.handle, "chatgpt.com": backend.handle });
  telegram.group(GROUP_ID, { title: "Team", type: "supergroup", isForum: true });
  const isCodex = answers === "codex";
  const isListening = callbackPort !== undefined;
  const gateway = await startGateway({
    pluginDir,
    telegram: {
      server: telegram,
      owner: OWNER,
      allowed: [SECOND_OWNER, ALLOWED],
      groups: { "*": { requireMention: false } },
    },
    ...(isCodex ? {} : { model }),
    ...host,
    config: merge(merge(CONFIG, isCodex ? CODEX_CONFIG : {}), isListening ? LISTENING : {}),
    env: {
      ...proxy.env,
      ...(isCodex || isListening ? { [SANDBOX_VARIABLE]: await signIn.listen() } : {}),
      ...(isListening ? { [SANDBOX_PORT_VARIABLE]: String(callbackPort) } : {}),
    },
  });
  return {
    telegram,
    model,
    backend,
    signIn,
    proxy,
    gateway,
    modelBodies: () => [...model.requests, ...backend.requests].map(({ body }) => body),
    close: async () => {
      await gateway.dispose();
      await Promise.all([telegram.close(), model.close(), signIn.close(), proxy.close()]);
    },
  };
}

/** The sign-in link on a card: of its button, else the one in its text. */
export function linkOf(card: FakeMessage): string {
  const button = card.keyboard.flat().find(({ url }) => url !== undefined);
  return button?.url ?? linkIn(card.text);
}

export function linkIn(text: string): string {
  const link = /https?:\/\/\S+\/oauth\/authorize\?[^\s)]+/.exec(text)?.[0];
  if (link === undefined) throw new Error(`no sign-in link in: ${text}`);
  return link;
}

/**
 * Waits until the bot has answered everything that was asked before. A change of the config can restart the channel in the
 * middle of an answer, which then comes twice: the answer to one question would be taken for that to the next.
 */
export async function untilAllAnswered({ telegram }: World, who: TelegramUser): Promise<void> {
  const name = `last-${telegram.now()}`;
  const { changedAt } = telegram.sendText(who, `/codex_auth show ${name}`);
  await telegram.waitForMessage(({ chatId, text }) => chatId === who.id && text.includes(name), changedAt);
}

/** What the host's own CLI says is in its profile store. */
export async function listedProfiles(gateway: Gateway): Promise<readonly Record<string, unknown>[]> {
  const { stdout } = await gateway.openclaw(["models", "auth", "list", "--json"]);
  return (JSON.parse(stdout) as { profiles: Record<string, unknown>[] }).profiles;
}
