/** A plugin that does nothing at each of our doors but say what ours would: what the host alone takes for the same way. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeTempDir } from "../test/support/temp-dir.ts";
import { noopAnswers } from "./noop-answers.ts";

export const NOOP_COMMAND = "/bench_noop";
/** Answers with the gateway's own memory, after a collection. */
export const MEMORY_COMMAND = "/bench_memory";
/** What its hook claims: an address with this code. As long as a real one, and of its shape. */
const NOOP_CODE = `ac_${"N".repeat(43)}.${"N".repeat(43)}`;
export const NOOP_ADDRESS = `http://localhost:1455/auth/callback?code=${NOOP_CODE}&scope=openid+profile+email+offline_access&state=${"0".repeat(32)}`;

/** `count`: how many profiles its list is of. */
const sourceFor = (count: number) => `
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { definePluginEntry } from "openclaw/plugin-sdk/plugin-entry";

const { list, card, saved } = ${JSON.stringify(noopAnswers(count))};
const DATA = "bench_noop:1";
const blocksOf = ({ labels }) =>
  labels.map((row) => ({
    type: "buttons",
    buttons: row.map((label) => ({ label, action: { type: "callback", value: DATA } })),
  }));
const replyOf = (answer) => ({ text: answer.markdown, presentation: { blocks: blocksOf(answer) } });
const rowsOf = ({ labels }) => labels.map((row) => row.map((text) => ({ text, callback_data: DATA })));
let isCard = false;

function collectedMemory() {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc");
  collect();
  collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  return JSON.stringify({ heapUsed, external, rss });
}

export default definePluginEntry({
  id: "bench-noop",
  name: "Nothing",
  description: "Does nothing",
  register(api) {
    const command = (name, handler) =>
      api.registerCommand({ name, description: "Does nothing", acceptsArgs: true, handler });
    command("bench_noop", async () => replyOf(list));
    command("bench_memory", async () => ({ text: collectedMemory() }));
    api.registerInteractiveHandler({
      channel: "telegram",
      namespace: "bench_noop",
      async handler({ respond }) {
        isCard = !isCard;
        const answer = isCard ? card : list;
        await respond.editMessage({ text: answer.plainText, buttons: rowsOf(answer) });
        return { handled: true };
      },
    });
    api.on(
      "before_dispatch",
      ({ content }) => (content.includes(${JSON.stringify(NOOP_CODE)}) ? { handled: true, text: saved.markdown } : undefined),
      { priority: 1000 },
    );
  },
});
`;

/** Writes it into a folder of its own, which goes with the process. */
export function makeNoopPlugin(count: number): string {
  const folder = join(makeTempDir("bench-noop"), "bench-noop");
  mkdirSync(folder);
  const manifest = { id: "bench-noop", name: "Nothing", description: "Does nothing", version: "1.0.0" };
  const configSchema = { type: "object", additionalProperties: false, properties: {} };
  const write = (name: string, value: object) => writeFileSync(join(folder, name), JSON.stringify(value));
  write("openclaw.plugin.json", { ...manifest, activation: { onStartup: true }, configSchema });
  write("package.json", {
    name: manifest.id,
    version: manifest.version,
    type: "module",
    openclaw: { extensions: ["./index.js"] },
  });
  writeFileSync(join(folder, "index.js"), sourceFor(count));
  return folder;
}
