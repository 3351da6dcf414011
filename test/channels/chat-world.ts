/** A gateway with one channel package, and all that it talks to: the fake network, a model, and the sign-in server. */
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { SANDBOX_VARIABLE } from "../../src/environment.ts";
import { startFakeModel, type FakeModel } from "../fakes/model-server.ts";
import { fakeAccount, SignInServer } from "../fakes/sign-in-server.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { merge, type JsonObject } from "../support/gateway-config.ts";
import { makeTempDir, removeTempDir } from "../support/temp-dir.ts";
import { waitUntil } from "../support/wait.ts";
import type { ChatNetwork } from "./network.ts";
import { installChannel } from "./packages.ts";

export interface ChatWorld {
  readonly network: ChatNetwork;
  readonly model: FakeModel;
  readonly signIn: SignInServer;
  readonly gateway: Gateway;
  untilConnected(): Promise<void>;
  close(): Promise<void>;
}

export const PERSONAL = fakeAccount("dana@example.com", "plus");
export const STUDIO = fakeAccount("dana@studio.example", "team");

/** The network and its config are the caller's, so that a test can change them; the world closes it. */
export async function createChatWorld(
  pluginDir: string,
  network: ChatNetwork,
  config: JsonObject = {},
): Promise<ChatWorld> {
  const database = await installChannel(network.channel);
  const model = await startFakeModel();
  const signIn = new SignInServer([PERSONAL, STUDIO]);
  const { owner, secondOwner } = network.people;
  const id = network.channel;
  const { providers } = (model.config as unknown as { models: { providers: { fake: JsonObject } } }).models;
  const base: JsonObject = {
    // A chat can use a profile only with a model of this provider.
    models: { providers: { openai: providers.fake } },
    commands: { ownerAllowFrom: [owner.ownerEntry, secondOwner.ownerEntry] },
    plugins: { allow: ["codex-auth", id], entries: { [id]: { enabled: true } } },
  };
  const root = makeTempDir("gateway");
  const state = join(root, "state", "state");
  mkdirSync(state, { recursive: true, mode: 0o700 });
  copyFileSync(database, join(state, "openclaw.sqlite"));
  const gateway = await startGateway({
    pluginDir,
    root,
    model,
    config: merge(merge(base, network.config), config),
    env: { ...network.env, [SANDBOX_VARIABLE]: await signIn.listen() },
  });
  const untilConnected = async () => {
    await waitUntil(
      () => `${network.channel} to connect; the log ends:\n${gateway.logText().slice(-3000)}`,
      () => network.isConnected(),
    );
  };
  await untilConnected();
  return {
    network,
    model,
    signIn,
    gateway,
    untilConnected,
    close: async () => {
      await gateway.dispose();
      removeTempDir(root);
      await Promise.all([network.close(), model.close(), signIn.close()]);
    },
  };
}
