/**
 * The listener of a real gateway: when its port is open, and what a browser on the gateway's machine, another program
 * there and a second gateway can do.
 */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { SANDBOX_PORT_VARIABLE, SANDBOX_VARIABLE } from "../../src/environment.ts";
import type { FakeMessage } from "../fakes/telegram-bot-api.ts";
import { answerTo, dial, isTaken, occupy, send } from "../loopback/http.ts";
import { SENTENCES } from "../support/english.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import type { JsonObject } from "../support/gateway-config.ts";
import { closeServer, freePort } from "../support/loopback.ts";
import { storedProfiles } from "../support/stored-profiles.ts";
import { waitUntil } from "../support/wait.ts";
import {
  accountOf,
  createWorld,
  linkIn,
  linkOf,
  LISTENING,
  OWNER,
  untilAllAnswered,
  type World,
} from "../support/world.ts";

const ON_THIS_MACHINE = "ssh -L 1455:127.0.0.1:1455";
let world: World;
let port: number;

beforeAll(async () => {
  port = await freePort();
  world = await createWorld({ pluginDir: inject("pluginDir"), callbackPort: port });
});
afterAll(() => world?.close());

const say = async (text: string, gateway: Gateway = world.gateway) => (await (await gateway.client()).chat(text)).text;
const profileIds = (gateway: Gateway = world.gateway) => Object.keys(storedProfiles(gateway).profiles);
const isOpen = () => isTaken(port);
const exchanges = () => world.signIn.tokenRequests().length;

/** What a browser asks for once its user has approved. */
const targetOf = (address: string) => address.slice(address.indexOf("/auth/callback"));

/** Starts a sign-in that the user approves. Returns what their browser then asks for. */
async function startAndApprove(profile: string, gateway?: Gateway): Promise<string> {
  const card = await say(`/codex_auth ${profile}`, gateway);
  expect(card).toContain(ON_THIS_MACHINE);
  return targetOf(world.signIn.approve(linkIn(card), accountOf(profile)));
}

/** Brings it as the browser does. Returns where the browser is led. */
const bring = async (target: string) => (await send(port, target)).headers["location"];

describe("the listener of a gateway", () => {
  it("is closed until a sign-in starts, and not opened by the board", async () => {
    expect(await say("/codex_auth")).toContain("This gateway has no Codex profile yet");
    expect(await isOpen()).toBe(false);
  });

  it("finishes a sign-in with nothing pasted, and shows the page again", async () => {
    const target = await startAndApprove("one");
    expect(await bring(target)).toBe("/done#saved");
    expect(await bring(target)).toBe("/done#saved");
    expect((await send(port, "/done")).body).toContain(SENTENCES["page.saved"]);
    expect(profileIds()).toEqual(["openai:one"]);
    expect(await say("/codex_auth status")).toContain("Last saved: `one`");
    expect(exchanges()).toBe(1);
  });

  it("refuses what no browser on its way back sends, and leaves the sign-in pending", async () => {
    const target = await startAndApprove("two");
    const Host = "evil.test:1455";
    expect((await send(port, target, { headers: { Host } })).status).toBe(421);
    expect((await send(port, `http://localhost:1455${target}`)).status).toBe(400);
    expect((await send(port, target, { method: "HEAD" })).status).toBe(405);
    expect((await send(port, target, { headers: { "Sec-Fetch-Mode": "cors" } })).status).toBe(403);
    const other = await send(port, target.replace(/state=\w{4}/, "state=0000"));
    expect([other.status, other.body.includes(SENTENCES["page.unknown"])]).toEqual([400, true]);
    expect(await bring(target)).toBe("/done#saved");
  });

  it("ends a connection that sends one byte and waits, and answers others until then", async () => {
    const target = await startAndApprove("slow");
    const slow = dial(port);
    const ended = answerTo(slow);
    slow.write("G");
    expect((await send(port, "/done")).status).toBe(200);
    expect(await say("/codex_auth status")).toContain("`slow`: waiting");
    expect((await ended).status).toBe(408);
    expect(await bring(target)).toBe("/done#saved");
  });

  it("survives 300 requests at once, and the sign-in is then finished by its browser", async () => {
    const target = await startAndApprove("stormed");
    const strange = target.replace(/state=\w{4}/, "state=0000");
    const answers = await Promise.all(Array.from({ length: 300 }, () => send(port, strange)));
    const statuses = new Set(answers.map(({ status }) => status));
    expect([...statuses].filter((status) => status !== 400 && status !== 0)).toEqual([]);
    expect(await say("/codex_auth status")).toContain("`stormed`: waiting");
    // After 200 requests the port is free. The next sign-in opens it again.
    await startAndApprove("calm");
    expect(await bring(target)).toBe("/done#saved");
    expect(await say("/codex_auth cancel")).toContain("calm");
  });

  it("frees the port after too many requests, and the URL can still be pasted", async () => {
    const card = await say("/codex_auth flooded");
    const address = world.signIn.approve(linkIn(card), accountOf("flooded"));
    await waitUntil("the end of the listener", async () => (await send(port, "/x")).status === 0 && !(await isOpen()));
    expect(await say(address)).toContain("profile `flooded` now uses");
  });

  it("opens again after a restart for a sign-in that was pending, and is closed while the gateway is down", async () => {
    const target = await startAndApprove("three");
    await world.gateway.stop();
    expect(await isOpen()).toBe(false);
    await world.gateway.start();
    await waitUntil("the listener", isOpen);
    expect(await bring(target)).toBe("/done#saved");
  });

  it("gives the port to the Codex CLI, and the URL can still be pasted", async () => {
    const card = await say("/codex_auth four");
    const address = world.signIn.approve(linkIn(card), accountOf("four"));
    expect((await send(port, "/cancel", { headers: { Host: `127.0.0.1:${port}` } })).status).toBe(200);
    expect(await isOpen()).toBe(false);
    expect(await say(address)).toContain("profile `four` now uses");
  });

  it.each([
    { host: "127.0.0.1", profile: "five" },
    { host: "::1", profile: "six" },
  ])("is silent while another program has the port on $host, and the URL is pasted", async ({ host, profile }) => {
    const other = await occupy(port, host);
    const card = await say(`/codex_auth ${profile}`);
    expect(card).not.toContain(ON_THIS_MACHINE);
    expect(await isTaken(port, host === "::1" ? "127.0.0.1" : "::1")).toBe(false);
    const address = world.signIn.approve(linkIn(card), accountOf(profile));
    expect(await say(address)).toContain(`profile \`${profile}\` now uses`);
    await closeServer(other);
  });
});

type Way = "paste" | "code" | "listener";
const WAYS: readonly Way[] = ["paste", "code", "listener"];

/** One sign-in in Telegram that is approved on its link and with its code, while a poll of the code is on its way. */
async function startEveryWay(profile: string) {
  const { devices } = world.signIn;
  const label = "Use the link instead";
  // A message of the sign-in before, which nobody asked for, may still come.
  const shown = (fits: (message: FakeMessage) => boolean) =>
    world.telegram.waitForMessage((message) => message.chatId === OWNER.id && fits(message), asked);
  const { changedAt: asked } = world.telegram.sendText(OWNER, `/codex_auth code ${profile}`);
  const code = await shown((message) => world.telegram.button(message, label) !== undefined);
  const poll = holdNext("poll");
  world.telegram.tap(OWNER, code, label);
  const card = await shown((message) => JSON.stringify(message).includes("/oauth/authorize?"));
  const address = world.signIn.approve(linkOf(card), accountOf(profile));
  await poll.arrived();
  devices.approve(devices.userCodes().at(-1) ?? "", accountOf(profile));
  let page: Promise<string | undefined> = Promise.resolve(undefined);
  return {
    start: {
      paste: () => void world.telegram.sendText(OWNER, address),
      code: () => poll.release(),
      listener: () => void (page = bring(targetOf(address))),
    } satisfies Record<Way, () => void>,
    page: () => page,
  };
}

/** The server answers its next request there only once it is told to. */
function holdNext(endpoint: "poll" | "token") {
  const requests = () => (endpoint === "poll" ? world.signIn.polls().length : exchanges());
  const before = requests();
  const { promise, resolve } = Promise.withResolvers<void>();
  world.signIn.behave({ kind: "held", until: promise }, 1, endpoint);
  return {
    arrived: () => waitUntil(`a request of ${endpoint}`, () => requests() > before),
    release: () => resolve(),
  };
}

function told(about: RegExp, after: number): Promise<FakeMessage> {
  return world.telegram.waitForMessage(({ chatId, text }) => chatId === OWNER.id && about.test(text), after);
}

describe("the paste, the code and the browser of one sign-in", () => {
  it.each([
    { first: "paste", page: "/done#saving" },
    { first: "code", page: "/done#saving" },
    { first: "listener", page: "/done#saved" },
  ] as const)("finish it once if the others come during the exchange of the $first", async ({ first, page }) => {
    const profile = `first-${first}`;
    const ways = await startEveryWay(profile);
    const before = { exchanges: exchanges(), now: world.telegram.now() };
    const exchange = holdNext("token");
    ways.start[first]();
    await exchange.arrived();
    for (const way of WAYS) if (way !== first) ways.start[way]();
    if (first !== "paste") await told(/was already used/, before.now);
    if (first !== "listener") expect(await ways.page()).toBe(page);
    exchange.release();
    await told(new RegExp(`Signed in: profile ${profile}`), before.now);
    expect(await ways.page()).toBe(page);
    expect(exchanges()).toBe(before.exchanges + 1);
    expect(profileIds().filter((id) => id.includes(profile))).toEqual([`openai:${profile}`]);
  });

  it.each([
    { order: ["paste", "code", "listener"] },
    { order: ["listener", "code", "paste"] },
    { order: ["code", "listener", "paste"] },
  ] as const)("finish it once if they come together: $order", async ({ order }) => {
    const profile = `together-${order.join("-")}`;
    const ways = await startEveryWay(profile);
    const before = { exchanges: exchanges(), now: world.telegram.now() };
    for (const way of order) ways.start[way]();
    expect(await ways.page()).toMatch(/^\/done#sav(?:ed|ing)$/);
    await told(new RegExp(`Signed in: profile ${profile}`), before.now);
    await untilAllAnswered(world, OWNER);
    expect(exchanges()).toBe(before.exchanges + 1);
    expect(profileIds().filter((id) => id.includes(profile))).toEqual([`openai:${profile}`]);
  });
});

describe("a second gateway on the machine", () => {
  it("leaves the port to the first, pastes, and gets the port when the first ends", async () => {
    const { model, signIn } = world;
    const second = await startGateway({
      pluginDir: inject("pluginDir"),
      model,
      config: LISTENING,
      env: { [SANDBOX_VARIABLE]: await signIn.listen(), [SANDBOX_PORT_VARIABLE]: String(port) },
    });
    try {
      const target = await startAndApprove("ours");
      const card = await say("/codex_auth theirs", second);
      expect(card).not.toContain(ON_THIS_MACHINE);
      const address = signIn.approve(linkIn(card), accountOf("theirs"));
      // The browser reaches the first gateway, which does not know this sign-in.
      expect((await send(port, targetOf(address))).body).toContain(SENTENCES["page.unknown"]);
      expect(await say(address, second)).toContain("profile `theirs` now uses");
      expect(await bring(target)).toBe("/done#saved");
      expect([profileIds().includes("openai:theirs"), profileIds(second)]).toEqual([false, ["openai:theirs"]]);

      const waiting = await say("/codex_auth waiting", second);
      await world.gateway.stop();
      const later = await startAndApprove("later", second);
      expect(await bring(later)).toBe("/done#saved");
      expect(await bring(targetOf(signIn.approve(linkIn(waiting), accountOf("waiting"))))).toBe("/done#saved");
      expect(profileIds(second).toSorted()).toEqual(["openai:later", "openai:theirs", "openai:waiting"]);
    } finally {
      await second.dispose();
    }
    await world.gateway.start();
    expect(await bring(await startAndApprove("again"))).toBe("/done#saved");
  });
});

const linesWith = (text: string) => world.gateway.outputText().split(text).length;
const reloads = () => linesWith("config hot reload applied (plugins.entries.codex-auth.config");
const refusedReloads = () => linesWith("still has active retained work");

/**
 * The host reloads the plugin for a change of its settings. It refuses to while it prepares something of its own with the
 * plugin, and then forgets the change until the file is written again.
 */
async function reloadWith(settings: JsonObject): Promise<void> {
  const before = reloads();
  while (reloads() === before) {
    const refused = refusedReloads();
    world.gateway.changeConfig({ plugins: { entries: { "codex-auth": { config: settings } } } });
    await waitUntil("the reload", () => reloads() > before || refusedReloads() > refused);
  }
}

describe("a change of the plugin's settings", () => {
  it("reloads the plugin and leaves a pending sign-in to the browser, which gets its page in the new language", async () => {
    const target = await startAndApprove("reloaded");
    await reloadWith({ language: "zh-CN" });
    await waitUntil("the listener", isOpen);
    expect(await bring(target)).toBe("/done#saved");
    expect((await send(port, "/done")).body).toContain('lang="zh-CN"');
  });

  it("that turns the listener off frees the port within seconds", async () => {
    await startAndApprove("seven");
    expect(await isOpen()).toBe(true);
    await reloadWith({ loopback: "off" });
    await waitUntil("the port to be free", async () => !(await isOpen()));
    expect(await say("/codex_auth seven")).not.toContain(ON_THIS_MACHINE);
  });
});

it("no code of any sign-in is in the gateway's log", () => {
  const secrets = [...world.signIn.secrets(), ...world.signIn.devices.secrets()];
  expect(secrets.filter((secret) => world.gateway.logText().includes(secret))).toEqual([]);
});
