/**
 * Loads the plugin's entry and sends it commands as the gateway's web chat does, for the test that started it, one for
 * each line of its input. Tells what each has loaded. A process of its own, because modules are loaded once in a process.
 */
import { registerHooks } from "node:module";
import { createInterface } from "node:readline";
import type { CommandCall } from "../src/handlers/command.ts";
import type { OpenClawPluginApi } from "../src/host/sdk.ts";

export interface Told {
  readonly text: string;
  /** The modules of `src` that are loaded by now. */
  readonly loaded: readonly string[];
}

const SRC = new URL("../src/", import.meta.url).href;
const loaded: string[] = [];

registerHooks({
  load(url, context, nextLoad) {
    if (url.startsWith(SRC)) loaded.push(url.slice(SRC.length));
    return nextLoad(url, context);
  },
});

const { default: entry } = await import("../src/index.ts");

type Answer = (call: CommandCall) => Promise<{ readonly text: string }>;

let answer: Answer | undefined;
const api = {
  logger: { info: (line: string) => console.error(line), warn: (line: string) => console.error(line) },
  runtime: {
    version: "2026.9.6",
    config: { current: () => ({}) },
    state: { resolveStateDir: () => process.env["OPENCLAW_STATE_DIR"] ?? "" },
    agent: { session: { getSessionEntry: () => undefined } },
  },
  registerCommand({ name, handler }: { readonly name: string; readonly handler: Answer }): void {
    if (name === "codex_auth") answer = handler;
  },
  registerInteractiveHandler: () => undefined,
  registerCli: () => undefined,
  registerService: () => undefined,
  on: () => undefined,
};
entry.register(api as unknown as OpenClawPluginApi);
tell("");

for await (const args of createInterface({ input: process.stdin })) {
  const call = { channel: "webchat", sessionKey: "agent:main:main", gatewayClientScopes: ["operator.admin"], args };
  tell((await answer?.(call))?.text ?? "no command was registered");
}

function tell(text: string): void {
  const told: Told = { text, loaded };
  process.stdout.write(`${JSON.stringify(told)}\n`);
}
