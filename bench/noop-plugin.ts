/** A plugin that only says what ours would say: the time that the host itself takes for a command and a tap. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SANDBOX_VARIABLE } from "../src/environment.ts";
import { accessTokenClaims, jwtOf } from "../test/fakes/sign-in-accounts.ts";
import { USAGE_PATH } from "../test/fakes/usage-endpoint.ts";
import { makeTempDir } from "../test/support/temp-dir.ts";
import { PERSONAL } from "../test/support/world.ts";
import type * as NoopAnswers from "./noop-answers.ts";

export const NOOP_COMMAND = "/bench_noop";
/** Makes ten requests, two at once, and says what `/codex_usage` would. */
export const NOOP_USAGE_COMMAND = "/bench_usage";
/** Lets our plugin forget what OpenAI told, so that its next command asks again. */
export const FORGET_COMMAND = "/bench_forget";
/** The access token of the no-op's requests, as long as a real one. */
export const NOOP_TOKEN = jwtOf(accessTokenClaims(PERSONAL, Math.floor(Date.now() / 1000), 864_000));
export const NOOP_REQUESTS = 10;

/** Those of `/codex_usage`. */
const HEADERS = {
  Authorization: `Bearer ${NOOP_TOKEN}`,
  Accept: "application/json",
  originator: "openclaw",
  "User-Agent": "openclaw/bench",
  "ChatGPT-Account-Id": PERSONAL.accountId,
};

const sourceFor = (answers: object) => `
import { definePluginEntry } from "openclaw/plugin-sdk/plugin-entry";

const { list, card, usage } = ${JSON.stringify(answers)};
const DATA = "bench_noop:1";
const blocksOf = ({ labels }) =>
  labels.map((row) => ({
    type: "buttons",
    buttons: row.map((label) => ({ label, action: { type: "callback", value: DATA } })),
  }));
const replyOf = (answer) => ({ text: answer.markdown, presentation: { blocks: blocksOf(answer) } });
const rowsOf = ({ labels }) => labels.map((row) => row.map((text) => ({ text, callback_data: DATA })));
let isCard = false;

async function request(fetchWithSsrFGuard) {
  const { response, release } = await fetchWithSsrFGuard({
    url: process.env.${SANDBOX_VARIABLE} + "${USAGE_PATH}",
    init: { method: "GET", headers: ${JSON.stringify(HEADERS)} },
    signal: AbortSignal.timeout(10_000),
    maxRedirects: 0,
    capture: false,
    auditContext: "bench",
    policy: { hostnameAllowlist: ["127.0.0.1"], allowPrivateNetwork: true },
  });
  await response.text();
  await release();
}

async function requestAll() {
  const { fetchWithSsrFGuard } = await import("openclaw/plugin-sdk/ssrf-runtime");
  let left = ${NOOP_REQUESTS};
  const worker = async () => {
    while (left-- > 0) await request(fetchWithSsrFGuard);
  };
  await Promise.all([worker(), worker()]);
}

function forget() {
  const shared = Object.getOwnPropertySymbols(globalThis).filter((key) => /^codex-auth@.*:usage$/.test(key.description));
  for (const key of shared) {
    const memory = globalThis[key];
    memory.answers = new memory.answers.constructor({ ttlMs: 86_400_000, size: 500 });
  }
  return shared.length;
}

export default definePluginEntry({
  id: "bench-noop",
  name: "Nothing",
  description: "Does nothing",
  register(api) {
    const handler = async () => replyOf(list);
    api.registerCommand({ name: "bench_noop", description: "Does nothing", acceptsArgs: true, handler });
    const command = (name, run) =>
      api.registerCommand({ name, description: "Does nothing", acceptsArgs: true, handler: run });
    command("bench_usage", async () => {
      await requestAll();
      return replyOf(usage);
    });
    command("bench_forget", async () => ({ text: "forgotten by " + forget() }));
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
