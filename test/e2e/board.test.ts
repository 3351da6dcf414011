/** The board in a gateway whose turns run on the profiles themselves: what a chat uses, why, and when that ends. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { CodexBackend } from "../fakes/codex-backend.ts";
import { SignInServer } from "../fakes/sign-in-server.ts";
import { startFakeTelegram, type FakeMessage, type FakeTelegram } from "../fakes/telegram-bot-api.ts";
import { startTlsProxy, type TlsProxy } from "../fakes/tls-proxy.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { expireProfile, storedProfiles } from "../support/stored-profiles.ts";
import { waitUntil } from "../support/wait.ts";
import { accountOf, linkOf, OWNER, SECOND_OWNER } from "../support/world.ts";

const [WORK, TEAM] = [accountOf("work"), accountOf("team")];
const signIn = new SignInServer([WORK, TEAM]);
const backend = new CodexBackend((token) => signIn.accountOf(token));
let telegram: FakeTelegram;
let proxy: TlsProxy;
let gateway: Gateway;

beforeAll(async () => {
  telegram = await startFakeTelegram();
  proxy = await startTlsProxy({ "auth.openai.com": signIn.handle, "chatgpt.com": backend.handle });
  gateway = await startGateway({
    pluginDir: inject("pluginDir"),
    telegram: { server: telegram, owner: OWNER, allowed: [SECOND_OWNER] },
    config: {
      plugins: { allow: ["codex-auth", "openai", "telegram"], entries: { openai: { enabled: true } } },
      commands: { ownerAllowFrom: [`telegram:${OWNER.id}`] },
    },
    // A stand-in on loopback: the watch then looks every other second.
    env: { ...proxy.env, CODEX_AUTH_SANDBOX: await signIn.listen() },
  });
});
afterAll(async () => {
  await gateway?.dispose();
  await Promise.all([telegram?.close(), proxy?.close(), signIn.close()]);
});

const ask = (text: string, who = OWNER) => telegram.ask(who, text, { timeoutMs: 60_000 });
const say = async (text: string) => (await (await gateway.client()).chat(text, { timeoutMs: 60_000 })).text;
const press = (message: FakeMessage, label: string) => telegram.press(OWNER, message, label, 15_000);
const cardOf = async (name: string) => press(await ask("/codex_auth"), name);
const stored = () => storedProfiles(gateway);

async function signInTo(name: string, account = accountOf(name)): Promise<string> {
  const card = await ask(`/codex_auth ${name}`);
  return (await ask(`/codex_auth_finish ${signIn.approve(linkOf(card), account)}`)).text;
}

/** What the host's own CLI says of its profiles. */
async function hostIds(): Promise<readonly unknown[]> {
  const { stdout } = await gateway.openclaw(["models", "auth", "list", "--json"]);
  return (JSON.parse(stdout) as { profiles: { id: string }[] }).profiles.map(({ id }) => id);
}

describe("what a chat uses", () => {
  it("is the first profile at first, and why says what decides it", async () => {
    expect(await signInTo("work")).toContain("profile work now holds work@example.com");
    expect(await signInTo("team")).toContain("profile team now holds team@example.com");
    expect((await ask("who am I?")).text).toContain("work@example.com");
    const why = (await ask("/codex_auth why")).text;
    expect(why).toContain("The next message of this chat uses work.");
    expect(why).toContain("the gateway chose it for this chat before");
    expect((await ask("/codex_auth why team")).text).toContain("team is number 2 of those that are tried.");
  }, 120_000);

  it("is another one from the next message on after a tap, with no profile changed", async () => {
    const before = stored();
    const pinned = await press(await cardOf("team"), "Use in this chat");
    expect(pinned.text).toContain("This chat uses team from its next message on.");
    expect(telegram.keyboard(pinned)).toEqual([["Stop using", "Back"]]);
    expect(stored()).toEqual(before);
    expect((await ask("and now?")).text).toContain("team@example.com");
    expect((await ask("/codex_auth why")).text).toContain("What decides: this chat asks for it.");
    expect((await ask("/codex_auth")).text).toContain("• team (this chat): team@example.com");
    expect(telegram.keyboard(await cardOf("team"))[0]).toEqual(["Sign in again", "Stop using"]);
  }, 120_000);

  it("is let go with a word, and then what the gateway tries first", async () => {
    expect((await ask("/codex_auth unuse work")).text).toContain("This chat does not ask for that profile.");
    expect((await ask("/codex_auth unuse")).text).toContain("This chat no longer asks for team");
    expect((await ask("once more?")).text).toContain("work@example.com");
  }, 120_000);

  it("stays where the gateway has put it when another is made the default, and the answer says so", async () => {
    const preferred = await press(await cardOf("team"), "Make default");
    expect(preferred.text).toContain("Done: team is tried first now.");
    expect(preferred.text).toContain("This chat goes on with work");
    expect((await ask("still?")).text).toContain("work@example.com");
    expect((await ask("/codex_auth use team")).text).toContain("This chat uses team");
    expect((await ask("moved?")).text).toContain("team@example.com");
  }, 120_000);

  it("ends with the sign-out of that profile, and the host's own list has lost that one alone", async () => {
    const before = await hostIds();
    expect((await ask("/codex_auth signout team yes")).text).toContain("Signed out: team");
    expect(await hostIds()).toEqual(before.filter((id) => id !== "openai:team"));
    expect((await ask("who now?")).text).toContain("work@example.com");
    expect((await ask("/codex_auth why")).text).not.toContain("asks for team");
    expect((await ask("/codex_auth undo team")).text).toContain("Put back");
    expect((await hostIds()).toSorted()).toEqual(before.toSorted());
  }, 180_000);
});

describe("by words in the web chat", () => {
  it("is the same board", async () => {
    const before = stored();
    expect(await say("/codex_auth use team")).toContain("This chat uses `team` from its next message on.");
    expect(await say("who am I here?")).toContain("team@example.com");
    expect(await say("/codex_auth why work")).toContain("`work` is number 2 of those that are tried.");
    expect(await say("/codex_auth")).toContain("• `team` (this chat, tried first): `team@example.com`");
    expect(await say("/codex_auth unuse team")).toContain("This chat no longer asks for `team`");
    expect(await say("/codex_auth log")).toContain("webchat`: use in this chat `team`: done");
    expect(await say("/codex_auth audit")).toContain("Nothing is wrong that can be seen from here.");
    expect(stored()).toEqual(before);
  }, 120_000);
});

describe("another account than the profile holds", () => {
  it("is not saved before the person has said where to, and then there and nowhere else", async () => {
    const before = stored();
    const card = await ask("/codex_auth work");
    const question = await ask(signIn.approve(linkOf(card), accountOf("third")));
    expect(question.text).toContain(
      "Not saved yet: you approved third@example.com, plan plus, but profile work holds work@example.com.",
    );
    expect(telegram.keyboard(question)).toEqual([["Save as third@example.com"], ["Replace work"], ["Cancel"]]);
    expect(stored()).toEqual(before);
    expect((await press(question, "Save as third@example.com")).text).toContain("profile third@example.com now holds");
    const { "openai:third@example.com": third, ...others } = stored().profiles;
    expect(third).toMatchObject({ email: "third@example.com" });
    expect(others).toEqual(before.profiles);
    expect((await ask("/codex_auth keep work")).text).toContain("No sign-in waits for that choice of yours");
    await ask("/codex_auth signout third@example.com yes");
  }, 120_000);

  it("is dropped with Cancel, and nobody else can choose for it", async () => {
    const before = stored();
    const question = await ask(signIn.approve(linkOf(await ask("/codex_auth work")), accountOf("third")));
    expect((await ask("/codex_auth keep work", SECOND_OWNER)).text).not.toContain("now holds");
    expect((await press(question, "Cancel")).text).toContain("Cancelled: work");
    expect((await ask("/codex_auth keep work")).text).toContain("No sign-in waits for that choice of yours");
    expect(stored()).toEqual(before);
  }, 120_000);
});

describe("a sign-in that ends", () => {
  it("is told to its owner once, with the way back; a failed turn leads there too", async () => {
    await ask("/codex_auth use work");
    signIn.behave("invalid-grant", "always");
    const since = telegram.now();
    expireProfile(gateway, "openai:work");
    // A gateway works with what it has in memory until it writes itself: this makes it see what was done beside it.
    await ask("/codex_auth prefer work");
    // The turn that needs the token finds out; the host may answer it with another profile.
    await ask("hello?");
    const notice = await telegram.waitForMessage(
      (m) => m.text.includes("needs a new sign-in: the gateway"),
      30_000,
      since,
    );
    expect(notice.chatId).toBe(OWNER.id);
    expect(notice.text).toContain("Codex profile work needs a new sign-in");
    expect(telegram.keyboard(notice)).toEqual([["Sign in again as work"], ["Details"]]);
    const list = (await ask("/codex_auth")).text;
    expect(list).toMatch(/• work \(this chat[^)]*\): work@example\.com, plus, needs sign-in: its renewal failed/);
    expect(list).not.toContain("1970");
    const failed = await ask("are you there?");
    expect(failed.text).toContain("Codex profile work needs a new sign-in: /codex_auth show work");
    expect((await ask("/codex_auth audit")).text).toContain("• work: needs sign-in: its renewal failed.");
    const told = telegram.messages(OWNER.id).filter((m) => m.text.includes("needs a new sign-in: the gateway"));
    expect(told.length).toBe(1);
  }, 180_000);

  it("is mended from the message itself", async () => {
    signIn.behave("well");
    const notice = telegram.messages(OWNER.id).findLast((m) => m.text.includes("needs a new sign-in: the gateway"));
    if (notice === undefined) throw new Error("nothing was told");
    const card = await press(notice, "Sign in again as work");
    expect((await ask(signIn.approve(linkOf(card), WORK))).text).toContain("profile work now holds work@example.com");
    expect((await ask("back again?")).text).toContain("work@example.com");
    expect((await ask("/codex_auth audit")).text).toContain("Nothing is wrong that can be seen from here.");
  }, 120_000);
});

describe("what was done", () => {
  it("is in the log, newest first, without an address or a token", async () => {
    const log = (await ask("/codex_auth log")).text;
    expect(log).toContain(`telegram:${OWNER.id}: sign in to work: done`);
    expect(log).toContain("use in this chat work: done");
    expect(log).not.toContain("third@example.com");
    const file = readFileSync(join(gateway.stateDir, "codex-auth/audit.jsonl"), "utf8");
    expect(file).not.toContain("third@example.com");
    expect(signIn.secrets().filter((secret) => file.includes(secret))).toEqual([]);
  });

  it("is told in the language of the config from then on", async () => {
    const path = join(gateway.stateDir, "openclaw.json");
    const config = JSON.parse(readFileSync(path, "utf8")) as { plugins: { entries: Record<string, object> } };
    config.plugins.entries["codex-auth"] = { ...config.plugins.entries["codex-auth"], config: { language: "zh-CN" } };
    writeFileSync(path, JSON.stringify(config, null, 2));
    await waitUntil("the gateway to speak Chinese", async () => /配置/.test((await ask("/codex_auth")).text));
    const card = await cardOf("team");
    expect(card.text).toMatch(/Codex 配置/);
    expect(telegram.keyboard(card).flat().join()).toMatch(/^[^a-z]*$/);
  }, 120_000);
});
