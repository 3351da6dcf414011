/** The start of a gateway with the plugin against the start without it, up to its first request for Telegram's messages. */
import { startFakeTelegram } from "../test/fakes/telegram-bot-api.ts";
import { Gateway } from "../test/support/gateway.ts";
import type { JsonObject } from "../test/support/gateway-config.ts";
import { freePort } from "../test/support/loopback.ts";
import { OWNER } from "../test/support/world.ts";
import { ratio, takeTurns, type MeasureFigure } from "./measure.ts";

const LIMIT = 1.05;
const ROUNDS = { rounds: 30, warmUps: 2 };

/** The same config in everything but the plugin. */
const WITHOUT: JsonObject = {
  plugins: { allow: ["telegram"], load: { paths: [] }, entries: { "codex-auth": undefined } },
};

async function open(pluginDir: string, config: JsonObject = {}) {
  const telegram = await startFakeTelegram();
  const gateway = new Gateway({ pluginDir, telegram: { server: telegram, owner: OWNER }, config }, await freePort());
  return {
    async start() {
      await gateway.start();
      await gateway.stop();
      return gateway.startMs.ready;
    },
    async close() {
      await gateway.dispose();
      await telegram.close();
    },
  };
}

export const measure: MeasureFigure = async (builds) => {
  const without = await open(builds[0]?.pluginDir ?? "", WITHOUT);
  const gateways = await Promise.all(builds.map(({ pluginDir }) => open(pluginDir)));
  try {
    const starts = [without, ...gateways].map(({ start }) => start);
    const [base, ...ours] = await takeTurns(ROUNDS, starts);
    return builds.map(({ name }, at) =>
      ratio(`gateway start with by without the plugin, ${name}`, LIMIT, ours[at], base),
    );
  } finally {
    await Promise.all([without, ...gateways].map(({ close }) => close()));
  }
};
