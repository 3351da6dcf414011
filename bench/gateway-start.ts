/**
 * Figure 3a: the start of a gateway with the plugin against without it, to its first look for Telegram's messages; and against
 * one with a plugin that does nothing, for what the host takes for any plugin from outside.
 */
import { startFakeTelegram } from "../test/fakes/telegram-bot-api.ts";
import { Gateway } from "../test/support/gateway.ts";
import type { JsonObject } from "../test/support/gateway-config.ts";
import { freePort } from "../test/support/loopback.ts";
import { OWNER } from "../test/support/world.ts";
import type { MeasureFigure } from "./figure.ts";
import { makeNoopPlugin } from "./noop-plugin.ts";
import { ratioResult } from "./result.ts";
import { takeTurns } from "./samples.ts";

/** The same config but for the plugin. */
const WITHOUT: JsonObject = {
  plugins: { allow: ["telegram"], load: { paths: [] }, entries: { "codex-auth": undefined } },
};

const withNoop = (): JsonObject => ({
  plugins: {
    allow: ["bench-noop", "telegram"],
    load: { paths: [makeNoopPlugin({ profiles: 1, saves: false })] },
    entries: { "codex-auth": undefined, "bench-noop": { enabled: true } },
  },
});

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
  const gateways = [await open({}), await open(WITHOUT), await open(withNoop())];
  try {
    const starts = gateways.map(({ start }) => start);
    const [ours = [], without = [], noop = []] = await takeTurns({ rounds: 30, warmUps: 2 }, starts);
    return [
      ratioResult("3a", "gateway start with the plugin by without", 1.02, { ours, base: without }),
      ratioResult("3a", "the same by one with a plugin that does nothing", 1.02, { ours, base: noop }),
    ];
  } finally {
    await Promise.all(gateways.map(({ close }) => close()));
  }
};
