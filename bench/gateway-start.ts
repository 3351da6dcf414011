/** Figure 3a: the start of a gateway with the plugin against without it, to its first look for Telegram's messages. */
import { startFakeTelegram } from "../test/fakes/telegram-bot-api.ts";
import { Gateway } from "../test/support/gateway.ts";
import type { JsonObject } from "../test/support/gateway-config.ts";
import { freePort } from "../test/support/loopback.ts";
import { OWNER } from "../test/support/world.ts";
import type { MeasureFigure } from "./figure.ts";
import { ratioResult } from "./result.ts";
import { alternate } from "./samples.ts";

/** The same config but for the plugin. */
const WITHOUT: JsonObject = {
  plugins: { allow: ["telegram"], load: { paths: [] }, entries: { "codex-auth": undefined } },
};

export const measure: MeasureFigure = async (machine) => {
  const pluginDir = machine.pluginDir();
  const open = async (config: JsonObject) => {
    const telegram = await startFakeTelegram();
    const gateway = new Gateway({ pluginDir, telegram: { server: telegram, owner: OWNER }, config }, await freePort());
    const start = async () => {
      await gateway.start();
      await gateway.stop();
      return gateway.startMs.ready;
    };
    const close = async () => {
      await gateway.dispose();
      await telegram.close();
    };
    return { start, close };
  };
  const [withPlugin, without] = [await open({}), await open(WITHOUT)];
  try {
    const samples = await alternate({ rounds: 30, warmUps: 2 }, withPlugin.start, without.start);
    return [ratioResult("3a", "gateway start with the plugin by without", 1.02, samples)];
  } finally {
    await Promise.all([withPlugin.close(), without.close()]);
  }
};
