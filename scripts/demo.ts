/**
 * `npm start`: a real gateway in a throw-away folder with the plugin, a sandbox sign-in server, and a terminal chat.
 * `--real` signs in at the real server; `--telegram` adds your bot (TELEGRAM_BOT_TOKEN, TELEGRAM_OWNER_ID).
 */
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SANDBOX_VARIABLE } from "../src/environment.ts";
import { startFakeModel } from "../test/fakes/model-server.ts";
import { SignInServer } from "../test/fakes/sign-in-server.ts";
import { Gateway } from "../test/support/gateway.ts";
import { merge, type JsonObject } from "../test/support/gateway-config.ts";
import { freePort } from "../test/support/loopback.ts";
import { hostEnvironment, NODE, OPENCLAW } from "../test/support/host.ts";
import { stage } from "./stage.ts";

const isReal = process.argv.includes("--real");
const isTelegram = process.argv.includes("--telegram");

interface TelegramSetting {
  readonly botToken: string;
  readonly owner: string;
  readonly apiRoot: string;
}

function refuse(why: string): never {
  console.error(why);
  process.exit(2);
}

/** The person's own bot, asked who it is before anything is started. */
async function readTelegramSetting(): Promise<TelegramSetting | undefined> {
  if (!isTelegram) return undefined;
  const botToken = process.env["TELEGRAM_BOT_TOKEN"];
  const owner = process.env["TELEGRAM_OWNER_ID"];
  if (!botToken || !owner || !/^\d+$/.test(owner)) {
    refuse("--telegram needs TELEGRAM_BOT_TOKEN (your bot's token) and TELEGRAM_OWNER_ID (your own numeric id).");
  }
  const apiRoot = process.env["TELEGRAM_API_ROOT"] ?? "https://api.telegram.org";
  const answer = await fetch(`${apiRoot}/bot${botToken}/getMe`).catch(() => undefined);
  if (answer === undefined) refuse("Telegram could not be reached from here.");
  if (!answer.ok) refuse(`Telegram refused the bot's token (${answer.status}).`);
  const { result } = (await answer.json()) as { result: { username: string } };
  console.log(`Your bot is @${result.username}. Write to it once the gateway is up.`);
  return { botToken, owner, apiRoot };
}

function telegramConfig(setting: TelegramSetting | undefined): JsonObject {
  if (setting === undefined) return {};
  const { botToken, owner, apiRoot } = setting;
  return {
    plugins: {
      allow: ["codex-auth", "telegram"],
      entries: { "codex-auth": { enabled: true }, telegram: { enabled: true } },
    },
    channels: { telegram: { enabled: true, botToken, dmPolicy: "allowlist", allowFrom: [owner], apiRoot } },
    commands: { ownerAllowFrom: [`telegram:${owner}`] },
  };
}

const LISTENING: JsonObject = {
  gateway: { controlUi: { enabled: true } },
  plugins: { entries: { "codex-auth": { config: { loopback: "auto" } } } },
};

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
The gateway is up. Type /codex_auth in the chat, open the link, approve, and send the callback URL.
Or type /codex_auth code work, open the page and type the code.

  web chat   http://127.0.0.1:${gateway.port}/chat/main#token=${gateway.authToken}
             (easier than the terminal: the link is clickable there)
  sign-in    ${sandbox ?? "https://auth.openai.com (the real one)"}
${sandbox === undefined ? "" : `  to make the next sign-in go wrong, open ${sandbox}/sandbox\n`}
The terminal chat opens now (up to a minute the first time). /exit stops everything.
`);
}

const telegram = await readTelegramSetting();
const folder = mkdtempSync(join(tmpdir(), "codex-auth-demo-"));
const signIn = new SignInServer();
const model = await startFakeModel("I am the demo's stand-in agent. Type /codex_auth to sign in.");
let gateway: Gateway | undefined;
let isStopping = false;

async function stop(): Promise<never> {
  isStopping = true;
  await gateway?.stop();
  await Promise.all([signIn.close(), model.close()]);
  rmSync(folder, { recursive: true, force: true });
  process.exit(0);
}
process.on("SIGINT", () => void stop());
process.on("SIGTERM", () => void stop());

stage(join(folder, "plugin"));
const sandbox = isReal ? undefined : await signIn.listen();
console.log("Starting a gateway (10 to 40 seconds)…");
gateway = new Gateway(
  {
    pluginDir: join(folder, "plugin"),
    root: join(folder, "gateway"),
    model,
    config: merge(LISTENING, telegramConfig(telegram)),
    env: { ...networkEnvironment(), ...(sandbox === undefined ? {} : { [SANDBOX_VARIABLE]: sandbox }) },
  },
  await freePort(),
);
try {
  await gateway.start();
} catch (error) {
  // Stopped while it was starting: `stop` ends the process once it has tidied up.
  if (isStopping) await new Promise(() => undefined);
  throw error;
}
introduce(gateway, sandbox);
await openChat(gateway);
await stop();
