/** A whole small world for one test file: chat, model, sign-in server behind its real name, and the gateway. */
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
  readonly signIn: SignInServer;
  readonly proxy: TlsProxy;
  readonly gateway: Gateway;
  close(): Promise<void>;
}

export interface WorldOptions {
  readonly pluginDir: string;
  readonly extraPlugins?: readonly string[];
  readonly config?: JsonObject;
  readonly env?: Readonly<Record<string, string>>;
  /** Another host than the one that package.json pins; see `GatewayOptions`. */
  readonly host?: Pick<GatewayOptions, "isOldConfig" | "openclaw">;
}

const CONFIG: JsonObject = {
  commands: { ownerAllowFrom: [`telegram:${OWNER.id}`, `telegram:${SECOND_OWNER.id}`] },
  // The widest open a group can be: strangers reach the plugin's hook there.
  channels: { telegram: { groupPolicy: "open" } },
};

export async function createWorld(options: WorldOptions): Promise<World> {
  const [telegram, model] = await Promise.all([startFakeTelegram(), startFakeModel()]);
  const signIn = new SignInServer([PERSONAL, STUDIO]);
  const proxy = await startTlsProxy({ "auth.openai.com": signIn.handle });
  telegram.group(GROUP_ID, { title: "Team", type: "supergroup", isForum: true });
  const gateway = await startGateway({
    pluginDir: options.pluginDir,
    ...(options.extraPlugins === undefined ? {} : { extraPlugins: options.extraPlugins }),
    telegram: {
      server: telegram,
      owner: OWNER,
      allowed: [SECOND_OWNER, ALLOWED],
      groups: { "*": { requireMention: false } },
    },
    model,
    ...options.host,
    config: merge(CONFIG, options.config ?? {}),
    env: { ...proxy.env, ...options.env },
  });
  return {
    telegram,
    model,
    signIn,
    proxy,
    gateway,
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

/** What the host's own CLI says is in its profile store. */
export async function listedProfiles(gateway: Gateway): Promise<readonly Record<string, unknown>[]> {
  const { stdout } = await gateway.openclaw(["models", "auth", "list", "--json"]);
  return (JSON.parse(stdout) as { profiles: Record<string, unknown>[] }).profiles;
}
