/** The second gateway of `npm test`: the web chat, and the terminal beside it. */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { createWorld, OWNER, type World } from "../support/world.ts";
import { scanForLeaks } from "./leak-scan.ts";
import { terminalBesideGateway } from "./terminal.ts";
import { signInFromWebchat } from "./webchat-sign-in.ts";

let world: World;
const worldOf = () => world;

beforeAll(async () => {
  world = await createWorld({ pluginDir: inject("pluginDir") });
});
afterAll(() => world?.close());

signInFromWebchat(worldOf);
terminalBesideGateway(worldOf);

describe("a profile file that the host has not migrated", () => {
  it("stops a sign-in before it starts, with what to run, and stays unchanged", async () => {
    const agentDir = join(world.gateway.stateDir, "agents/main/agent");
    mkdirSync(agentDir, { recursive: true });
    const legacy = join(agentDir, "auth-profiles.json");
    const record = { type: "oauth", provider: "openai-codex" };
    const content = JSON.stringify({ version: 1, profiles: { "openai-codex:old": record } });
    writeFileSync(legacy, content, { mode: 0o600 });
    onTestFinished(() => rmSync(legacy));
    const answer = await world.telegram.ask(OWNER, "/codex_auth work");
    expect(answer.text).toContain("openclaw doctor --fix");
    expect(answer.text).not.toContain("auth.openai.com");
    expect(readFileSync(legacy, "utf8")).toBe(content);
  });
});

scanForLeaks(worldOf, { chat: "webchat", connects: ["auth.openai.com:443", "chatgpt.com:443"] });
