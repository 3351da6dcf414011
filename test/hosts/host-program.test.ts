/** `openclaw codex-auth …` inside the program of the pinned host. Each call takes 10 to 40 seconds. */
import { afterAll, beforeAll, expect, inject, it } from "vitest";
import type { RunOptions } from "../support/gateway.ts";
import { accountOf, createWorld, type World } from "../support/world.ts";

let world: World;

beforeAll(async () => {
  world = await createWorld({ pluginDir: inject("pluginDir") });
});
afterAll(() => world?.close());

async function codexAuth(
  args: readonly string[],
  options: RunOptions = {},
): Promise<Readonly<Record<string, unknown>>> {
  const { stdout, stderr } = await world.gateway.openclaw(["codex-auth", ...args, "--json"], options);
  // The host copies what a plugin loads, and at the end waits five seconds for the removal of the copy.
  expect(stderr).not.toContain("cleanup timed out");
  return JSON.parse(stdout.slice(stdout.indexOf("{"))) as Readonly<Record<string, unknown>>;
}

it("gives the same answers as the program of its own, and is in the host's help without being loaded", async () => {
  const { stdout: help } = await world.gateway.openclaw(["--help"]);
  expect(help).toMatch(/^\s+codex-auth\b/m);
  const started = await codexAuth(["start", "inside"]);
  const input = world.signIn.approve(String(started["login_url"]), accountOf("inside"));
  expect(started).toMatchObject({ status_command: "openclaw codex-auth status --profile-id inside" });
  const saved = await codexAuth(["finish", "--profile-id", "inside", "--callback-url", "-"], { input });
  expect(saved).toMatchObject({ ok: true, profile: "inside", restart_required: false });
  expect(world.signIn.secrets().filter((secret) => JSON.stringify(saved).includes(secret))).toEqual([]);
  expect((await (await world.gateway.client()).chat("/codex_auth")).text).toContain("`inside`");
});
