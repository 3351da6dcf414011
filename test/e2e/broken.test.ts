/** What protects a person when things are broken: a plugin that does not load, a store that must not be touched. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createWorld, OWNER, type World } from "../support/world.ts";

const folder = mkdtempSync(join(tmpdir(), "codex-auth-broken-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("a plugin that cannot be loaded", () => {
  let world: World;
  const address = `http://localhost:1455/auth/callback?code=ac_${"b".repeat(43)}.${"c".repeat(43)}&state=${"d".repeat(32)}`;

  beforeAll(async () => {
    const pluginDir = join(folder, "codex-auth");
    cpSync(inject("pluginDir"), pluginDir, { recursive: true });
    writeFileSync(join(pluginDir, "dist/start.js"), "throw new Error('broken on purpose');\n");
    world = await createWorld({ pluginDir });
  });
  afterAll(() => world?.close());

  it("keeps its commands from the model all the same, in Telegram and in the web chat", async () => {
    const answer = await world.telegram.ask(OWNER, `/codex_auth_finish ${address}`);
    expect(answer.text).toContain("failed to load");
    const client = await world.gateway.client();
    expect((await client.chat(`/codex_auth_finish ${address}`)).text).toContain("failed to load");
    expect(world.model.saw("ac_bbb")).toEqual([]);
  });
});

describe("a profile store that needs the host's migration", () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld({ pluginDir: inject("pluginDir") });
  });
  afterAll(() => world?.close());

  it("stops the sign-in before it starts, says what to run, and is left as it is", async () => {
    const agentDir = join(world.gateway.stateDir, "agents/main/agent");
    mkdirSync(agentDir, { recursive: true });
    const legacy = join(agentDir, "auth-profiles.json");
    const content = JSON.stringify({
      version: 1,
      profiles: { "openai-codex:old": { type: "oauth", provider: "openai-codex" } },
    });
    writeFileSync(legacy, content, { mode: 0o600 });
    const answer = await world.telegram.ask(OWNER, "/codex_auth work");
    expect(answer.text).toContain("openclaw doctor --fix");
    expect(answer.text).not.toContain("auth.openai.com");
    expect(readFileSync(legacy, "utf8")).toBe(content);
  });
});
