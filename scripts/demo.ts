/**
 * `npm start`: a real gateway in a throw-away folder with the plugin, a sandbox sign-in server, and a terminal chat.
 * `--real` signs in at the real server; `--telegram` adds your bot (TELEGRAM_BOT_TOKEN, TELEGRAM_OWNER_ID).
 */
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { SANDBOX_VARIABLE } from "../src/environment.ts";
import { startFakeModel } from "../test/fakes/model-server.ts";
import { SignInServer } from "../test/fakes/sign-in-server.ts";
import { startGateway, type Gateway } from "../test/support/gateway.ts";
import type { JsonObject } from "../test/support/gateway-config.ts";
import { hostEnvironment, NODE, OPENCLAW } from "../test/support/host.ts";
import { ROOT } from "./run.ts";
import { stage } from "./stage.ts";

const DEMO = join(ROOT, ".demo");
const isReal = process.argv.includes("--real");
const isTelegram = process.argv.includes("--telegram");

function requireVariable(name: string): string {
  const value = process.env[name];
  if (value) return value;
  console.error(`--telegram needs ${name} in the environment (the bot's token, and your own numeric Telegram id).`);
  process.exit(2);
}

function telegramConfig(): JsonObject {
  if (!isTelegram) return {};
  const botToken = requireVariable("TELEGRAM_BOT_TOKEN");
  const owner = requireVariable("TELEGRAM_OWNER_ID");
  const apiRoot = process.env["TELEGRAM_API_ROOT"];
  return {
    plugins: {
      allow: ["codex-auth", "telegram"],
      entries: { "codex-auth": { enabled: true }, telegram: { enabled: true } },
    },
    channels: {
      telegram: { enabled: true, botToken, dmPolicy: "allowlist", allowFrom: [owner], ...(apiRoot ? { apiRoot } : {}) },
    },
    commands: { ownerAllowFrom: [`telegram:${owner}`] },
  };
}

/** The gateway's way out for `--real` and `--telegram` is the person's own: their proxy and certificates. */
function networkEnvironment(): Record<string, string> {
  const names = ["HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "NODE_EXTRA_CA_CERTS"];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

async function openChat(gateway: Gateway): Promise<void> {
  if (!process.stdin.isTTY) {
    console.log("No terminal here: use the web chat. Ctrl-C stops everything.");
    return new Promise(() => undefined);
  }
  const url = `ws://127.0.0.1:${gateway.port}`;
  const tui = spawn(NODE, [OPENCLAW, "tui", "--url", url, "--token", gateway.authToken], {
    stdio: "inherit",
    cwd: gateway.folders.root,
    env: { ...hostEnvironment(gateway.folders), TERM: process.env["TERM"] ?? "xterm" },
  });
  await new Promise((resolve) => tui.once("exit", resolve));
}

function introduce(gateway: Gateway, sandbox: string | undefined): void {
  console.log(`
The gateway is up. Type /codex_auth in the chat, open the link, approve, and paste the address you end on.

  web chat   http://127.0.0.1:${gateway.port}/chat/main#token=${gateway.authToken}
  sign-in    ${sandbox ?? "https://auth.openai.com (the real one)"}
${sandbox === undefined ? "" : `  to make the next sign-in go wrong, open ${sandbox}/sandbox\n`}`);
}

stage(join(DEMO, "plugin"));
const root = join(DEMO, "gateway");
rmSync(root, { recursive: true, force: true });
const signIn = new SignInServer();
const sandbox = isReal ? undefined : await signIn.listen();
const model = await startFakeModel("I am the demo's stand-in agent. Type /codex_auth to sign in.");
console.log("Starting a gateway (10 to 30 seconds)…");
const gateway = await startGateway({
  pluginDir: join(DEMO, "plugin"),
  root,
  model,
  config: { gateway: { controlUi: { enabled: true } }, ...telegramConfig() },
  env: { ...networkEnvironment(), ...(sandbox === undefined ? {} : { [SANDBOX_VARIABLE]: sandbox }) },
});

async function stop(): Promise<never> {
  await gateway.dispose();
  await Promise.all([signIn.close(), model.close()]);
  rmSync(DEMO, { recursive: true, force: true });
  process.exit(0);
}
process.on("SIGINT", () => void stop());
process.on("SIGTERM", () => void stop());

introduce(gateway, sandbox);
await openChat(gateway);
await stop();
