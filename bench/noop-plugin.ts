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

export interface NoopOptions {
  /** How many profiles its list is of. */
  readonly profiles: number;
  /** Whether its hook replaces a credential of the sender's, by the host's own writer, before it answers. */
  readonly saves: boolean;
}

const sourceFor = ({ profiles, saves }: NoopOptions) => `
import { randomBytes } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { definePluginEntry } from "openclaw/plugin-sdk/plugin-entry";
import { updateAuthProfileStoreWithLock } from "openclaw/plugin-sdk/provider-auth";

const { list, card, saved } = ${JSON.stringify(noopAnswers(profiles))};
const DATA = "bench_noop:1";
const blocksOf = ({ labels }) =>
  labels.map((row) => ({
    type: "buttons",
    buttons: row.map((label) => ({ label, action: { type: "callback", value: DATA } })),
  }));
const replyOf = (answer) => ({ text: answer.markdown, presentation: { blocks: blocksOf(answer) } });
const rowsOf = ({ labels }) => labels.map((row) => row.map((text) => ({ text, callback_data: DATA })));
let isCard = false;

/** As long as a real one. */
const credentialOf = (who) => ({
  type: "oauth",
  provider: "openai",
  access: randomBytes(960).toString("hex"),
  refresh: randomBytes(45).toString("hex"),
  expires: Date.now() + 864_000_000,
  accountId: who,
  email: "work-" + who + "@example.com",
});

async function claim({ senderId }) {
  if (${saves}) {
    // Not all at once: what the host does after a save, it does once for those that come together.
    await new Promise((resolve) => setTimeout(resolve, 1000 * Math.random()));
    await updateAuthProfileStoreWithLock({
      sharedStoreWrite: true,
      saveOptions: { filterExternalAuthProfiles: false, syncExternalCli: false, preserveOrderProfileIds: [] },
      updater(document) {
        document.profiles["openai:work-" + senderId] = credentialOf(String(senderId));
        return true;
      },
    });
  }
  return { handled: true, text: saved.markdown };
}

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
      (message) => (message.content.includes(${JSON.stringify(NOOP_CODE)}) ? claim(message) : undefined),
      { priority: 1000 },
    );
  },
});
`;

/** Writes it into a folder of its own, which goes with the process. */
export function makeNoopPlugin(options: NoopOptions): string {
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
  writeFileSync(join(folder, "index.js"), sourceFor(options));
  return folder;
}
