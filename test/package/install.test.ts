/** The tarball in a fresh gateway without a registry: installed, used for one sign-in, uninstalled. */
import { globSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { packInto } from "../../scripts/build.ts";
import { SANDBOX_VARIABLE } from "../../src/environment.ts";
import { startFakeModel, type FakeModel } from "../fakes/model-server.ts";
import { SignInServer } from "../fakes/sign-in-server.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { storedProfiles } from "../support/stored-profiles.ts";
import { makeTempDir } from "../support/temp-dir.ts";
import { linkIn, listedProfiles, PERSONAL } from "../support/world.ts";

interface State {
  readonly files: readonly string[];
  readonly plugins: unknown;
}

/** The host keeps copies of its config whenever a command of its own writes it. */
const CONFIG_COPIES = /^openclaw\.json\.(?:bak(?:\.\d)?|last-good)$/;

const folder = makeTempDir("package");
const tarball = packInto(folder);
const signIn = new SignInServer([PERSONAL]);
let model: FakeModel;
let gateway: Gateway;
let before: State;

/** Only of a gateway that is at rest: a running one has files open, and makes and removes others. */
function readState(): State {
  const files = globSync("**/*", { cwd: gateway.stateDir, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name).slice(gateway.stateDir.length + 1))
    .filter((path) => !CONFIG_COPIES.test(path) && !/\.sqlite-(?:shm|wal)$/.test(path));
  const config = JSON.parse(readFileSync(join(gateway.stateDir, "openclaw.json"), "utf8")) as {
    readonly plugins: unknown;
  };
  return { files: files.toSorted(), plugins: config.plugins };
}

/** Nothing answers at the registry, and nothing was downloaded before. */
function withoutRegistry(): Record<string, string> {
  const cache = join(folder, "npm-cache");
  mkdirSync(cache);
  return { npm_config_registry: "http://127.0.0.1:9/", npm_config_cache: cache, npm_config_fetch_retries: "0" };
}

async function say(message: string): Promise<string> {
  return (await (await gateway.client()).chat(message)).text;
}

async function plugins(...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await gateway.openclaw(["plugins", ...words]);
  expect(`${code} ${stdout}${stderr}`).toMatch(/^0 /);
  return stdout;
}

beforeAll(async () => {
  model = await startFakeModel();
  gateway = await startGateway({
    model,
    env: { ...withoutRegistry(), [SANDBOX_VARIABLE]: await signIn.listen() },
  });
  // What a gateway makes at its first message is not the plugin's.
  await say("hello");
  await gateway.stop();
  before = readState();
  await gateway.start();
});
afterAll(async () => {
  await gateway?.dispose();
  await Promise.all([signIn.close(), model?.close()]);
});

describe("the tarball in a fresh gateway", () => {
  it("is installed while the gateway runs, and is loaded", async () => {
    expect(await say("/codex_auth")).toBe(model.answer);
    await plugins("install", `npm-pack:${tarball}`, "--force", "--accept-capabilities");
    await plugins("enable", "codex-auth");
    const inspected = JSON.parse(await plugins("inspect", "codex-auth", "--runtime", "--json")) as object;
    expect(inspected).toMatchObject({ plugin: { status: "loaded" } });
  });

  it("signs in", async () => {
    const address = signIn.approve(linkIn(await say("/codex_auth work")), PERSONAL);
    expect(await say(address)).toContain("profile `work` now uses `dana@example.com`");
    expect((await listedProfiles(gateway)).map(({ id }) => id)).toEqual(["openai:work"]);
  });

  it("is uninstalled while the gateway runs, and answers no more", async () => {
    await plugins("uninstall", "codex-auth", "--force");
    expect(await say("/codex_auth")).toBe(model.answer);
  });

  it("leaves the state folder as it was, but for the profile and the log of what was done to it", async () => {
    await gateway.stop();
    const after = readState();
    // The log has no secret, and outlives the plugin as the profiles do: the host tells no plugin that it is leaving.
    expect(after.files.filter((path) => !before.files.includes(path))).toEqual(["codex-auth/audit.jsonl"]);
    expect(before.files.filter((path) => !after.files.includes(path))).toEqual([]);
    // The host's own note that the plugin is off.
    expect(after.plugins).toEqual({ ...(before.plugins as object), entries: { "codex-auth": { enabled: false } } });
    expect(storedProfiles(gateway)).toMatchObject({ profiles: { "openai:work": { type: "oauth" } } });
    expect(Object.keys(storedProfiles(gateway).profiles)).toEqual(["openai:work"]);
  });
});
