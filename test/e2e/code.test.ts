/** Signing in with a device code on Telegram: on a gateway of its own, which is restarted in between. */
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { FakeMessage, TelegramUser } from "../fakes/telegram-bot-api.ts";
import { storedProfiles } from "../support/stored-profiles.ts";
import { waitUntil } from "../support/wait.ts";
import { accountOf, createWorld, linkOf, OWNER, SECOND_OWNER, type World } from "../support/world.ts";
import { scanForLeaks } from "./leak-scan.ts";

let world: World;

beforeAll(async () => {
  world = await createWorld({ pluginDir: inject("pluginDir") });
});
afterAll(() => world?.close());

const ask = (text: string, who = OWNER) => world.telegram.ask(who, text);
/** In the web chat. */
const say = async (message: string) => (await (await world.gateway.client()).chat(message)).text;
const profiles = () => Object.keys(storedProfiles(world.gateway).profiles);
const exchanges = () => world.signIn.tokenRequests("authorization_code").length;
const newestCode = () => world.signIn.devices.userCodes().at(-1) ?? "";

/** The message that the bot sends without being asked. */
function told(about: RegExp, after: number, who: TelegramUser = OWNER): Promise<FakeMessage> {
  return world.telegram.waitForMessage(({ chatId, text }) => chatId === who.id && about.test(text), after);
}

/** Waits for so many polls from now on, so that what must not happen has had its chance. */
async function afterPolls(count: number): Promise<void> {
  const before = world.signIn.polls().length;
  await waitUntil("polls", () => world.signIn.polls().length >= before + count);
}

describe("a sign-in with a code", () => {
  it("is asked for on the card, which then says that its link is replaced", async () => {
    const card = await ask("/codex_auth tapped");
    const link = linkOf(card);
    const before = world.telegram.now();
    world.telegram.tap(OWNER, card, "Use a code instead");
    const code = await told(/Type this code there/, before);
    expect(code.id).not.toBe(card.id);
    expect(code.code).toContain(newestCode());
    expect(code.text).toContain("https://auth.openai.com/codex/device");
    expect(world.telegram.keyboard(code)).toEqual([["Open the page"], ["Use the link instead", "Cancel"]]);
    const edited = await told(/the link that was here no longer works/, before);
    expect([edited.id, world.telegram.keyboard(edited)]).toEqual([card.id, []]);

    const refused = await ask(world.signIn.approve(link, accountOf("tapped")));
    expect(refused.text).toContain("A newer sign-in of yours replaced this one");
    const approvedAt = world.telegram.now();
    world.signIn.devices.approve(newestCode(), accountOf("tapped"));
    expect((await told(/Signed in/, approvedAt)).text).toContain("profile tapped now uses tapped@example.com");
    expect(profiles()).toContain("openai:tapped");
    expect(world.telegram.keyboard(await ask("/codex_auth tapped"))).toEqual([
      ["Use a code instead"],
      ["Open the sign-in page"],
      ["Cancel"],
    ]);
  });

  it("is asked for in words", async () => {
    const before = world.telegram.now();
    expect((await ask("/codex_auth code typed")).text).toContain(newestCode());
    world.signIn.devices.approve(newestCode(), accountOf("typed"));
    await told(/Signed in: profile typed/, before);
  });

  it("shows the link of the same sign-in, which can be pasted instead", async () => {
    const code = await ask("/codex_auth code either");
    const card = await world.telegram.press(OWNER, code, "Use the link instead");
    const before = exchanges();
    const saved = await ask(world.signIn.approve(linkOf(card), accountOf("either")));
    expect(saved.text).toContain("Signed in: profile either");
    expect(exchanges()).toBe(before + 1);
  });

  it("sends one token request if its paste and its code race", async () => {
    const code = await ask("/codex_auth code race");
    const card = await world.telegram.press(OWNER, code, "Use the link instead");
    const address = world.signIn.approve(linkOf(card), accountOf("race"));
    const before = { exchanges: exchanges(), now: world.telegram.now() };
    world.signIn.devices.approve(newestCode(), accountOf("race"));
    await afterPolls(1);
    world.telegram.sendText(OWNER, address);
    await told(/Signed in: profile race|was already used/, before.now);
    await told(/Signed in: profile race/, before.now);
    expect(exchanges()).toBe(before.exchanges + 1);
    expect(profiles().filter((id) => id.includes("race"))).toEqual(["openai:race"]);
  });

  it("is for two people at once, each with their own code", async () => {
    await ask("/codex_auth code mine");
    const mine = newestCode();
    await ask("/codex_auth code theirs", SECOND_OWNER);
    const theirs = newestCode();
    const before = world.telegram.now();
    world.signIn.devices.approve(theirs, accountOf("theirs"));
    world.signIn.devices.approve(mine, accountOf("mine"));
    await told(/Signed in: profile theirs/, before, SECOND_OWNER);
    await told(/Signed in: profile mine/, before);
  });

  it("asks about another account with buttons, and saves what is chosen", async () => {
    await ask("/codex_auth code typed");
    const before = world.telegram.now();
    world.signIn.devices.approve(newestCode(), accountOf("other"));
    const question = await told(/Not saved yet/, before);
    expect(question.text).toContain("Choose within 15 min");
    const saved = await world.telegram.press(OWNER, question, "Replace typed");
    expect(saved.text).toContain("profile typed now uses other@example.com");
  });

  it("ends if the person declines", async () => {
    await ask("/codex_auth code declined");
    const before = world.telegram.now();
    world.signIn.devices.deny(newestCode());
    const ended = await told(/access was denied/, before);
    expect(world.telegram.keyboard(ended)).toEqual([["New code", "Use the link instead"]]);
    expect(profiles()).not.toContain("openai:declined");
  });

  it("ends if the server says that the code expired, and a tap brings a new one", async () => {
    await ask("/codex_auth code expired");
    const before = world.telegram.now();
    world.signIn.devices.expire(newestCode());
    const ended = await told(/The code expired before/, before);
    expect(ended.text).toContain("Enable device code authorization for Codex");
    const again = await world.telegram.press(OWNER, ended, "New code");
    const [code, at] = [newestCode(), world.telegram.now()];
    expect((await told(/Type this code there/, before)).text).toContain(code);
    expect(again.chatId).toBe(OWNER.id);
    world.signIn.devices.approve(code, accountOf("expired"));
    await told(/Signed in: profile expired/, at);
  });

  it("says how to turn codes on if they are turned off, which no poll shows", async () => {
    world.signIn.devices.settings.mode = "off";
    const code = await ask("/codex_auth code off");
    expect(code.text).toContain("If the page says that codes are turned off");
    expect(() => world.signIn.devices.approve(newestCode(), accountOf("off"))).toThrow("turned off");
    await afterPolls(2);
    world.signIn.devices.settings.mode = "on";
    expect((await ask("/codex_auth status")).text).toContain("off: waiting for the code to be approved");
    expect((await world.telegram.press(OWNER, code, "Cancel")).text).toContain("Cancelled: off");
  });

  it("is not begun, and its link goes on, if the server issues no code", async () => {
    world.signIn.devices.settings.mode = "refused";
    const card = await ask("/codex_auth refused");
    const answer = await world.telegram.press(OWNER, card, "Use a code instead");
    world.signIn.devices.settings.mode = "on";
    expect(answer.text).toContain("OpenAI did not issue a code.");
    expect(linkOf(answer)).toBe(linkOf(card));
    const saved = await ask(world.signIn.approve(linkOf(card), accountOf("refused")));
    expect(saved.text).toContain("Signed in: profile refused");
  });

  it.each([
    { mode: "cloudflare-403" as const, says: "Cloudflare" },
    { mode: "unsupported-country" as const, says: "does not support the country" },
    { mode: { kind: "rate-limited", retryAfter: "120" } as const, says: "Wait 2 min" },
  ])("says why no code is issued: $says", async ({ mode, says }) => {
    world.signIn.behave(mode, "always", "code");
    const answer = await ask("/codex_auth code none");
    world.signIn.behave("well", 1, "code");
    expect(answer.text).toContain(says);
  });

  it("waits longer after a poll that was too many and after an error", async () => {
    await ask("/codex_auth code slow");
    world.signIn.behave({ kind: "rate-limited" }, 1, "poll");
    await afterPolls(1);
    world.signIn.behave("server-error-500", 1, "poll");
    await afterPolls(1);
    const before = world.telegram.now();
    world.signIn.devices.approve(newestCode(), accountOf("slow"));
    await told(/Signed in: profile slow/, before);
    expect(world.signIn.devices.earlyPolls).toBe(0);
  });

  it("goes on a minute after a page of Cloudflare, and is then finished", async () => {
    world.signIn.behave("cloudflare-403", 1, "poll");
    await ask("/codex_auth code blocked");
    const [code, before] = [newestCode(), world.telegram.now()];
    const pollsOfCode = () => world.signIn.polls().filter(({ body }) => new Map(body).get("user_code") === code);
    await waitUntil("the blocked poll", () => pollsOfCode().length > 0);
    world.signIn.devices.approve(code, accountOf("blocked"));
    await told(/Signed in: profile blocked/, before);
    const [first, second, ...more] = pollsOfCode().map(({ atMs }) => atMs);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(60_000);
    expect(more).toEqual([]);
  });

  it("ends if the server refuses the country of the gateway", async () => {
    await ask("/codex_auth code region");
    const before = world.telegram.now();
    world.signIn.behave("unsupported-country", 1, "poll");
    await told(/does not support the country/, before);
  });

  it("drops the approval of a sign-in that is cancelled", async () => {
    const code = await ask("/codex_auth code dropped");
    const before = exchanges();
    world.signIn.devices.approve(newestCode(), accountOf("dropped"));
    expect((await world.telegram.press(OWNER, code, "Cancel")).text).toContain("Cancelled: dropped");
    await ask("/codex_auth code other");
    await afterPolls(1);
    expect(exchanges()).toBe(before);
    expect(profiles()).not.toContain("openai:dropped");
    await ask("/codex_auth cancel");
  });

  it("drops an approval that arrives after the sign-in was cancelled during the poll", async () => {
    const code = await ask("/codex_auth code late");
    const before = { exchanges: exchanges(), polls: world.signIn.polls().length };
    const held = Promise.withResolvers<void>();
    world.signIn.behave({ kind: "held", until: held.promise }, 1, "poll");
    world.signIn.devices.approve(newestCode(), accountOf("late"));
    await waitUntil("the poll", () => world.signIn.polls().length > before.polls);
    expect((await world.telegram.press(OWNER, code, "Cancel")).text).toContain("Cancelled: late");
    held.resolve();
    await ask("/codex_auth code other");
    await afterPolls(1);
    expect(exchanges()).toBe(before.exchanges);
    await ask("/codex_auth cancel");
  });

  it("saves nothing if it is replaced during the exchange", async () => {
    await ask("/codex_auth code replaced");
    const before = exchanges();
    const held = Promise.withResolvers<void>();
    world.signIn.behave({ kind: "held", until: held.promise });
    world.signIn.devices.approve(newestCode(), accountOf("first"));
    await waitUntil("the exchange", () => exchanges() > before);
    await ask("/codex_auth code replaced");
    held.resolve();
    const at = world.telegram.now();
    world.signIn.devices.approve(newestCode(), accountOf("second"));
    expect((await told(/Signed in: profile replaced/, at)).text).toContain("second@example.com");
    expect(exchanges()).toBe(before + 2);
  });

  it("is finished after a restart of the gateway, if it was approved meanwhile", async () => {
    await ask("/codex_auth code restarted");
    const before = world.telegram.now();
    await world.gateway.stop();
    world.signIn.devices.approve(newestCode(), accountOf("restarted"));
    await world.gateway.start();
    await told(/Signed in: profile restarted/, before);
  });

  it("is dropped, and nothing is said, for an owner who is removed", async () => {
    await ask("/codex_auth code removed", SECOND_OWNER);
    const code = newestCode();
    const before = { exchanges: exchanges(), now: world.telegram.now() };
    world.gateway.changeConfig({ commands: { ownerAllowFrom: [`telegram:${OWNER.id}`] } });
    await waitUntil("the removal of the owner", async () =>
      /commands\.ownerAllowFrom|authorization/.test((await ask("/codex_auth help", SECOND_OWNER)).text),
    );
    world.signIn.devices.approve(code, accountOf("removed"));
    await ask("/codex_auth code witness");
    await afterPolls(2);
    expect(exchanges()).toBe(before.exchanges);
    const toThem = world.telegram.messages(SECOND_OWNER.id).filter(({ changedAt }) => changedAt > before.now);
    expect(toThem.filter(({ text }) => text.includes("removed"))).toEqual([]);
    expect(profiles()).not.toContain("openai:removed");
    await ask("/codex_auth cancel");
  });
});

describe("a sign-in with a code in the web chat", () => {
  it("says how to ask for the result, which status then has", async () => {
    const card = await say("/codex_auth code web");
    expect(card).toContain(`Type this code there: \`${newestCode()}\``);
    expect(card).toContain("Then send `/codex_auth status` to see the result.");
    world.signIn.devices.approve(newestCode(), accountOf("web"));
    await waitUntil("the profile", () => profiles().includes("openai:web"));
    await waitUntil("the result", async () => (await say("/codex_auth status")).includes("Last saved: `web`"));
  });

  it("has the question about another account in its status", async () => {
    await say("/codex_auth code web");
    world.signIn.devices.approve(newestCode(), accountOf("another"));
    await waitUntil("the question", async () => (await say("/codex_auth status")).includes("Not saved yet"));
    expect(await say("/codex_auth keep web")).toContain("profile `web` now uses `another@example.com`");
  });

  it("has the reason in its status if it was declined", async () => {
    await say("/codex_auth code web");
    world.signIn.devices.deny(newestCode());
    await waitUntil("the reason", async () => (await say("/codex_auth status")).includes("access was denied"));
  });
});

scanForLeaks(() => world, { chat: "both", connects: ["auth.openai.com:443"] });
