/** The plugin inside the gateway of each host that takes it: from the selector in Telegram to the host's own list. */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { OLDEST_PLUGIN_HOST } from "../../src/rules/host-versions.ts";
import {
  createWorld,
  linkIn,
  linkOf,
  listedProfiles,
  OWNER,
  PERSONAL,
  STRANGER,
  STUDIO,
  type World,
} from "../support/world.ts";
import { PINNED_VERSION, SELECTED_VERSIONS, HOST_VERSIONS } from "./versions.ts";

const versionsFrom = (version: string) => HOST_VERSIONS.slice(HOST_VERSIONS.findIndex((known) => known === version));
const TAKERS = versionsFrom(OLDEST_PLUGIN_HOST);
/** The web chat of an older host shows the message hook no more than the masked address. */
const TAKES_WEBCHAT_PASTE = versionsFrom(PINNED_VERSION);
const KNOWS_ALL_KEYS = versionsFrom("2026.8.2");

// The pinned host has its own tests in test/e2e.
const versions = SELECTED_VERSIONS.filter((version) => TAKERS.includes(version) && version !== PINNED_VERSION);

describe.each(versions)("the plugin in OpenClaw %s", (version) => {
  let world: World;

  beforeAll(async () => {
    const openclaw = join(inject("hostRoots")[version] ?? "", "openclaw.mjs");
    const host = { openclaw, isOldConfig: !KNOWS_ALL_KEYS.includes(version) };
    world = await createWorld({ pluginDir: inject("pluginDir"), host });
  });
  afterAll(() => world?.close());

  const ask = (text: string) => world.telegram.ask(OWNER, text);
  const say = async (text: string) => (await (await world.gateway.client()).chat(text)).text;

  it("goes from the selector over a tap and a pasted address to the host's own list", async () => {
    const selector = await ask("/codex_auth");
    expect(world.telegram.keyboard(selector)).toEqual([["default"], ["New profile", "Cancel"]]);
    const card = await world.telegram.press(OWNER, selector, "default");
    expect(world.telegram.keyboard(card)).toEqual([["Open the sign-in page"], ["Use a code instead", "Cancel"]]);
    const saved = await ask(world.signIn.approve(linkOf(card), PERSONAL));
    expect(saved.text).toContain("profile default now uses dana@example.com (plan: plus)");
    expect(saved.text).toContain("The next message can use it");
    expect(await listedProfiles(world.gateway)).toMatchObject([{ id: "openai:default", type: "oauth" }]);
  });

  it("signs in again over it, beside another, and puts back", async () => {
    const again = await ask("/codex_auth default");
    expect(world.telegram.keyboard(again)).toEqual([["Open the sign-in page"], ["Use a code instead", "Cancel"]]);
    const question = await ask(`/codex_auth_finish ${world.signIn.approve(linkOf(again), STUDIO)}`);
    expect(question.text).toContain("Not saved yet. You approved dana@studio.example (plan: team)");
    expect((await world.telegram.press(OWNER, question, "Replace default")).text).toContain("now uses");
    const second = await ask("/codex_auth work");
    await ask(`/codex_auth finish work ${world.signIn.approve(linkOf(second), PERSONAL)}`);
    expect((await ask("/codex_auth")).text).toMatch(
      /• default(?: \(used by default\))?: dana@studio\.example, team, signed in/,
    );
    expect((await ask("/codex_auth undo default")).text).toContain("Undone");
    const list = (await ask("/codex_auth")).text;
    expect(list).toMatch(/• default(?: \(used by default\))?: dana@example\.com/);
    expect(list).toMatch(/• work(?: \(used by default\))?: dana@example\.com/);
    expect((await listedProfiles(world.gateway)).map(({ id }) => id).toSorted()).toEqual([
      "openai:default",
      "openai:work",
    ]);
  });

  it("finishes in the web chat by command, and keeps a plain pasted address from the model", async () => {
    const address = world.signIn.approve(linkIn(await say("/codex_auth web")), STUDIO);
    const plain = await say(address);
    if (TAKES_WEBCHAT_PASTE.includes(version)) expect(plain).toContain("now uses");
    else expect(await say(`/codex_auth_finish ${address}`)).toContain("now uses");
    const code = new URL(address).searchParams.get("code") ?? "none";
    expect(world.model.saw(code)).toEqual([]);
  });

  it("refuses a stranger, and says nothing of profiles", async () => {
    world.telegram.sendText(STRANGER, "/codex_auth");
    // The gateway takes messages in their order: once it has answered this one, it is done with the stranger's.
    await ask("/codex_auth help");
    const answers = world.telegram.messages(STRANGER.id).filter(({ from }) => from === undefined);
    expect(answers.map(({ text }) => text).join("\n")).not.toMatch(/work|default|dana/);
  });
});

describe("an older host", () => {
  it("is refused by what package.json says it takes", async () => {
    const { default: manifest } = await import("../../package.json", { with: { type: "json" } });
    expect(manifest.openclaw.compat.pluginApi).toBe(`>=${OLDEST_PLUGIN_HOST}`);
    expect(manifest.openclaw.install.minHostVersion).toBe(`>=${OLDEST_PLUGIN_HOST}`);
  });
});
