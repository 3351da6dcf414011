/** The listener of a real gateway: when its port is open, and what a browser on the gateway's machine can do there. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { SANDBOX_PORT_VARIABLE, SANDBOX_VARIABLE } from "../../src/environment.ts";
import { startFakeModel, type FakeModel } from "../fakes/model-server.ts";
import { SignInServer } from "../fakes/sign-in-server.ts";
import { occupy, send } from "../loopback/http.ts";
import { SENTENCES } from "../support/english.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { closeServer, freePort } from "../support/loopback.ts";
import { storedProfiles } from "../support/stored-profiles.ts";
import { waitUntil } from "../support/wait.ts";
import { accountOf, linkIn, PERSONAL } from "../support/world.ts";

const ON_THIS_MACHINE = "ssh -L 1455:127.0.0.1:1455";
const signIn = new SignInServer([PERSONAL, ...["one", "two", "three", "four", "five"].map((name) => accountOf(name))]);
let model: FakeModel;
let gateway: Gateway;
let port: number;

beforeAll(async () => {
  model = await startFakeModel();
  port = await freePort();
  gateway = await startGateway({
    pluginDir: inject("pluginDir"),
    model,
    config: { plugins: { entries: { "codex-auth": { config: { loopback: "auto" } } } } },
    env: { [SANDBOX_VARIABLE]: await signIn.listen(), [SANDBOX_PORT_VARIABLE]: String(port) },
  });
});
afterAll(async () => {
  await gateway?.dispose();
  await Promise.all([model?.close(), signIn.close()]);
});

const say = async (text: string) => (await (await gateway.client()).chat(text)).text;
const profileIds = () => Object.keys(storedProfiles(gateway).profiles);
const isOpen = async () => (await send(port, "/done")).status === 200;

/** What a browser asks for once its user has approved. */
async function targetOf(card: string, name: string): Promise<string> {
  const address = signIn.approve(linkIn(card), accountOf(name));
  return address.slice(address.indexOf("/auth/callback"));
}

describe("the listener of a gateway", () => {
  it("is closed until a sign-in starts, and not opened by the board", async () => {
    expect(await say("/codex_auth")).toContain("This gateway has no Codex profile yet");
    expect(await isOpen()).toBe(false);
  });

  it("finishes a sign-in with nothing pasted, and shows the page again", async () => {
    const card = await say("/codex_auth one");
    expect(card).toContain(ON_THIS_MACHINE);
    const target = await targetOf(card, "one");
    expect((await send(port, target)).headers["location"]).toBe("/done#saved");
    expect((await send(port, target)).headers["location"]).toBe("/done#saved");
    expect((await send(port, "/done")).body).toContain(SENTENCES["page.saved"]);
    expect(profileIds()).toEqual(["openai:one"]);
    expect(await say("/codex_auth status")).toContain("Last saved: `one`");
    expect(signIn.tokenRequests()).toHaveLength(1);
  });

  it("refuses what no browser on its way back sends, and leaves the sign-in pending", async () => {
    const target = await targetOf(await say("/codex_auth two"), "two");
    const Host = "evil.test:1455";
    expect((await send(port, target, { headers: { Host } })).status).toBe(421);
    expect((await send(port, `http://localhost:1455${target}`)).status).toBe(400);
    expect((await send(port, target, { method: "HEAD" })).status).toBe(405);
    expect((await send(port, target, { headers: { "Sec-Fetch-Mode": "cors" } })).status).toBe(403);
    const other = await send(port, target.replace(/state=\w{4}/, "state=0000"));
    expect([other.status, other.body.includes(SENTENCES["page.unknown"])]).toEqual([400, true]);
    expect((await send(port, target)).headers["location"]).toBe("/done#saved");
  });

  it("opens again after a restart for a sign-in that was pending, and is closed while the gateway is down", async () => {
    const target = await targetOf(await say("/codex_auth three"), "three");
    await gateway.stop();
    expect(await isOpen()).toBe(false);
    await gateway.start();
    await waitUntil("the listener", isOpen);
    expect((await send(port, target)).headers["location"]).toBe("/done#saved");
  });

  it("gives the port to the Codex CLI, and the URL can still be pasted", async () => {
    const card = await say("/codex_auth four");
    const address = signIn.approve(linkIn(card), accountOf("four"));
    expect((await send(port, "/cancel", { headers: { Host: `127.0.0.1:${port}` } })).status).toBe(200);
    expect(await isOpen()).toBe(false);
    expect(await say(address)).toContain("profile `four` now uses");
  });

  it("is silent while another program has the port, and the URL is pasted", async () => {
    const other = await occupy(port, "::1");
    const card = await say("/codex_auth five");
    expect(card).not.toContain(ON_THIS_MACHINE);
    expect(await say(signIn.approve(linkIn(card), accountOf("five")))).toContain("profile `five` now uses");
    await closeServer(other);
  });

  it("frees the port within seconds if the setting is turned off", async () => {
    expect(await say("/codex_auth six")).toContain(ON_THIS_MACHINE);
    expect(await isOpen()).toBe(true);
    gateway.changeConfig({ plugins: { entries: { "codex-auth": { config: { loopback: "off" } } } } });
    await waitUntil("the port to be free", async () => !(await isOpen()));
    expect(await say("/codex_auth six")).not.toContain(ON_THIS_MACHINE);
  });

  it("leaves no code in the gateway's log", () => {
    expect(signIn.secrets().filter((secret) => gateway.logText().includes(secret))).toEqual([]);
  });
});
