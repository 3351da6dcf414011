/** The host's own OpenAI provider uses what was saved, at once, in the same gateway process. */
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { CodexBackend } from "../fakes/codex-backend.ts";
import { SignInServer } from "../fakes/sign-in-server.ts";
import { startTlsProxy, type TlsProxy } from "../fakes/tls-proxy.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { accountOf, linkIn, PERSONAL, STUDIO } from "../support/world.ts";

const OTHER = accountOf("other");
const signIn = new SignInServer([PERSONAL, STUDIO]);
const backend = new CodexBackend((token) => signIn.accountOf(token));
let proxy: TlsProxy;
let gateway: Gateway;

beforeAll(async () => {
  proxy = await startTlsProxy({ "auth.openai.com": signIn.handle, "chatgpt.com": backend.handle });
  gateway = await startGateway({
    pluginDir: inject("pluginDir"),
    // Two agents: the host then spreads a plugin's hooks over two instances of its modules.
    config: {
      plugins: { allow: ["codex-auth", "openai"], entries: { openai: { enabled: true } } },
      agents: { entries: { main: {}, work: {} } },
    },
    env: proxy.env,
  });
});
afterAll(async () => {
  await gateway?.dispose();
  await proxy?.close();
});

const states: string[] = [];

function approve(card: string, account = PERSONAL): string {
  const address = signIn.approve(linkIn(card), account);
  states.push(new URL(address).searchParams.get("state") ?? "");
  return address;
}

async function say(message: string, agent = "main"): Promise<string> {
  const client = await gateway.client();
  return (await client.chat(message, { sessionKey: `agent:${agent}:main`, timeoutMs: 60_000 })).text;
}

it("answers the next message with the account just signed in, and again after signing in as another one", async () => {
  const pid = gateway.pid;
  await say(approve(await say("/codex_auth work")));
  expect(await say("who am I?")).toContain("dana@example.com");
  expect(await say(approve(await say("/codex_auth work"), STUDIO))).toContain("Not saved yet");
  expect(await say("still me?")).toContain("dana@example.com");
  expect(await say("/codex_auth keep work")).toContain("now holds");
  expect(await say("and now?")).toContain("dana@studio.example");
  expect(gateway.pid).toBe(pid);
});

it("serves another agent's chat with its own sign-in, through command, paste and list", async () => {
  const card = await say("/codex_auth other", "work");
  const address = approve(card, OTHER);
  expect(await say(address, "main")).toContain("No sign-in of yours is waiting");
  expect(await say(address, "work")).toContain("profile `other` now holds `other@example.com`");
  expect(await say("/codex_auth", "work")).toMatch(/• `other`(?: \(tried first\))?: `other@example\.com`/);
});

/**
 * The web chat records a card like any answer, link and all, and the host may show it to the model later, whole or cut
 * (RISK.md part 4). In the link this follows the state; in a pasted address nothing does.
 */
const AFTER_STATE_IN_LINK = "&id_token_add_organizations=";

it("hands no code, verifier or token to the model's server, and no state but inside the card's own link", async () => {
  // The host sums up a chat for its own use a moment after each message.
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  const sent = signIn.tokenRequests().flatMap(({ body }) => body);
  const redeemed = sent.filter(([name]) => name === "code" || name === "code_verifier").map(([, value]) => value);
  const bodies = backend.requests.map(({ body }) => body);
  expect(bodies.length).toBeGreaterThan(0);
  expect([...redeemed, ...signIn.secrets()].filter((secret) => bodies.some((body) => body.includes(secret)))).toEqual(
    [],
  );
  const told = states.filter((state) =>
    bodies.some((body) =>
      body
        .split(state)
        .slice(1)
        .some((rest) => !rest.startsWith(AFTER_STATE_IN_LINK)),
    ),
  );
  expect(told).toEqual([]);
});
