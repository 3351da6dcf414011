/** A plugin of which one file cannot be loaded: its commands still do not reach the model. */
import { cpSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import { makeTempDir, removeTempDir } from "../support/temp-dir.ts";
import { createWorld, OWNER, type World } from "../support/world.ts";

const folder = makeTempDir("damaged");
const URL_OF_NOBODY = `http://localhost:1455/auth/callback?code=ac_${"b".repeat(43)}.${"c".repeat(43)}&state=${"d".repeat(32)}`;
let world: World;

beforeAll(async () => {
  const pluginDir = join(folder, "codex-auth");
  cpSync(inject("pluginDir"), pluginDir, { recursive: true });
  writeFileSync(join(pluginDir, "dist/start.js"), "throw new Error('broken on purpose');\n");
  world = await createWorld({ pluginDir });
});
afterAll(async () => {
  await world?.close();
  removeTempDir(folder);
});

it("answers a command that it failed to load, in Telegram and in the web chat, and the model sees no code", async () => {
  const answer = await world.telegram.ask(OWNER, `/codex_auth_finish ${URL_OF_NOBODY}`);
  expect(answer.text).toContain("failed to load");
  const client = await world.gateway.client();
  expect((await client.chat(`/codex_auth_finish ${URL_OF_NOBODY}`)).text).toContain("failed to load");
  expect(world.model.saw("ac_bbb")).toEqual([]);
});
