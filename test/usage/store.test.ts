/**
 * The whole of `/codex_usage` over a real file store and one server that stands for both of OpenAI's: whatever it
 * answers, the files keep their bytes, and the sign-in server hears nothing.
 */
import { readFileSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { InMemoryParkedSignIns } from "../../src/actions/account-question.ts";
import { askUsage } from "../../src/actions/usage.ts";
import type { Ports } from "../../src/actions/ports.ts";
import { usageScreen } from "../../src/interaction/usage-screens.ts";
import { createFileAuthStore } from "../../src/store/file-auth-store.ts";
import { createPlainSend } from "../../src/terminal/network.ts";
import { print } from "../../src/terminal/output.ts";
import { createPorts } from "../../src/wiring.ts";
import { DANA, MemoryLog, MemoryPins } from "../fakes/fake-ports.ts";
import { accessTokenClaims, fakeAccount, jwtOf } from "../fakes/sign-in-accounts.ts";
import { UsageEndpoint, type UsageScript } from "../fakes/usage-endpoint.ts";
import { fileHost, FLAVOURS, namesIn, newRoot, seedFiles } from "../store/file-host.ts";
import { ENGLISH, toMarkdown } from "../support/english.ts";
import { closeServer, listenOnLoopback } from "../support/loopback.ts";

const FLAVOUR = FLAVOURS[2];
const FENCE = "openclaw-oauth-refresh-fence:v1:0123456789abcdef0123456789abcdef";
const ACCOUNT = fakeAccount("work@example.com");

let root: string;
let log: MemoryLog;
let paths: string[];
let endpoint: UsageEndpoint;
let ports: Ports;
const tokens = new Map<string, typeof ACCOUNT>();
const server = createServer((request, response) => {
  paths.push(`${request.method} ${request.url}`);
  return endpoint.handle(request, response);
});

function recordOf(name: string, extra: object = {}): never {
  const account = fakeAccount(`${name}@example.com`);
  const nowS = Math.floor(Date.now() / 1000);
  const access = jwtOf(accessTokenClaims(account, nowS, 864_000));
  tokens.set(access, account);
  const stored = { accountId: account.accountId, expires: (nowS + 864_000) * 1000, email: account.email };
  return { type: "oauth", provider: "openai", access, refresh: `rt_canary_${name}`, ...stored, ...extra } as never;
}

beforeEach(async () => {
  root = newRoot();
  log = new MemoryLog();
  paths = [];
  tokens.clear();
  endpoint = new UsageEndpoint((token) => tokens.get(token));
  seedFiles(root, FLAVOUR, {
    profiles: {
      "openai:work": recordOf("work"),
      "openai:old": recordOf("old", { expires: Date.now() - 60_000 }),
      "openai:soon": recordOf("soon", { expires: Date.now() + 4 * 60_000 }),
      "openai:renewing": recordOf("renewing", { access: FENCE, refresh: FENCE }),
      "openai:failed": recordOf("failed", { access: `${FENCE}:failed:x`, refresh: `${FENCE}:failed:x` }),
      "openai:odd": recordOf("odd", { expires: "tomorrow" }),
      "openai:key": { type: "api_key", provider: "openai", key: "sk-canary" } as never,
    },
    usageStats: { "openai:work": { lastUsed: 1, errorCount: 2, cooldownUntil: 4e12, cooldownReason: "rate_limit" } },
  });
  const origin = `http://127.0.0.1:${await listenOnLoopback(server)}`;
  ports = createPorts({
    log,
    host: createFileAuthStore(fileHost(root, FLAVOUR)),
    pins: new MemoryPins(),
    parked: new InMemoryParkedSignIns(),
    tempFolder: join(root, "tmp"),
    stateDir: root,
    workspace: undefined,
    hostVersion: "2026.6.1",
    owners: async () => [],
    sandboxOrigin: () => origin,
    network: { createSend: createPlainSend, obstacle: () => undefined, proxyFacts: () => ({}) },
  });
});
afterEach(async () => {
  await closeServer(server);
  rmSync(root, { recursive: true, force: true });
});

const filesIn = () => Object.fromEntries(namesIn(root).map((name) => [name, readFileSync(join(root, name), "utf8")]));

async function report() {
  const inquiry = await askUsage(ports, { binding: DANA });
  if (inquiry.kind === "refused") throw new Error(inquiry.code);
  await inquiry.settled;
  return inquiry.report();
}

const status = (code: number, body: object, headers = {}): UsageScript => ({
  kind: "status",
  status: code,
  body: JSON.stringify(body),
  headers,
});

const ANSWERS: readonly { readonly name: string; readonly script: UsageScript; readonly told: string }[] = [
  { name: "numbers", script: { kind: "used", windows: [] }, told: "numbers" },
  {
    name: "a reached limit",
    script: { kind: "used", windows: [], extra: { rate_limit: { limit_reached: true } } },
    told: "numbers",
  },
  {
    name: "another user",
    script: { kind: "used", windows: [], extra: { user_id: "user-other" } },
    told: "other-account",
  },
  { name: "401", script: status(401, { detail: "Unauthorized" }), told: "unauthorized" },
  { name: "a dead token", script: status(401, { error: { code: "token_invalidated" } }), told: "sign-in-ended" },
  { name: "402", script: status(402, { detail: { code: "deactivated_workspace" } }), told: "workspace-gone" },
  { name: "403", script: status(403, { detail: { code: "invalid_workspace_selected" } }), told: "no-access" },
  { name: "a challenge", script: status(403, {}, { "cf-mitigated": "challenge" }), told: "challenge" },
  { name: "429", script: status(429, {}, { "retry-after": "9" }), told: "rate-limited" },
  { name: "500", script: status(500, {}), told: "failed" },
  {
    name: "a redirect to the sign-in server",
    script: status(302, {}, { location: "/oauth/token" }),
    told: "unreadable",
  },
];

describe("a look at the usage", () => {
  it.each(ANSWERS)("leaves store, log and sign-in server alone after $name", async ({ script, told }) => {
    endpoint.script(ACCOUNT, script);
    const before = filesIn();
    const found = await report();
    expect(
      Object.fromEntries(
        found.profiles.map(({ profile, usage }) => [profile.name, usage.kind === "untold" ? usage.reason : usage.kind]),
      ),
    ).toEqual({
      work: told,
      old: "token-old",
      soon: "token-old",
      renewing: "renewing",
      failed: "no-token",
      odd: "token-old",
    });
    expect(filesIn()).toEqual(before);
    expect(paths).toEqual(["GET /backend-api/wham/usage"]);
    expect(endpoint.requests.map(({ accountId }) => accountId)).toEqual([ACCOUNT.accountId]);
  });

  it("has no token and no id of an account in its texts, its JSON and its log", async () => {
    const secrets = [...tokens.keys(), "canary", ACCOUNT.accountId, ACCOUNT.userId];
    for (const { script } of ANSWERS) {
      endpoint.script(ACCOUNT, script);
      const found = await report();
      const program = { name: "codex-auth", profileOption: "--profile" } as const;
      const printed = [true, false].map(
        (json) => print(found, { json, queueApply: false }, { program, locale: ENGLISH }).text,
      );
      const text = [toMarkdown(usageScreen(found)), ...printed, JSON.stringify(found), ...log.lines].join("\n");
      expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
    }
  });
});
