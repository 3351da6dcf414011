/** A plugin that only says what ours would say: the time that the host itself takes for a command and a tap. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeTempDir } from "../test/support/temp-dir.ts";
import type * as NoopAnswers from "./noop-answers.ts";

export const NOOP_COMMAND = "/bench_noop";

const sourceFor = (answers: object) => `
import { definePluginEntry } from "openclaw/plugin-sdk/plugin-entry";

const { list, card } = ${JSON.stringify(answers)};
const DATA = "bench_noop:1";
const blocksOf = ({ labels }) =>
  labels.map((row) => ({
    type: "buttons",
    buttons: row.map((label) => ({ label, action: { type: "callback", value: DATA } })),
  }));
const replyOf = (answer) => ({ text: answer.markdown, presentation: { blocks: blocksOf(answer) } });
const rowsOf = ({ labels }) => labels.map((row) => row.map((text) => ({ text, callback_data: DATA })));
let isCard = false;

export default definePluginEntry({
  id: "bench-noop",
  name: "Nothing",
  description: "Does nothing",
  register(api) {
    const handler = async () => replyOf(list);
    api.registerCommand({ name: "bench_noop", description: "Does nothing", acceptsArgs: true, handler });
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
  },
});
`;

/** Writes it into a folder of its own, with the answers of that checkout, and returns the folder. */
export async function makeNoopPlugin(checkout: string, profiles: number): Promise<string> {
  const { noopAnswers } = (await import(join(checkout, "bench/noop-answers.ts"))) as typeof NoopAnswers;
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
  writeFileSync(join(folder, "index.js"), sourceFor(noopAnswers(profiles)));
  return folder;
}
