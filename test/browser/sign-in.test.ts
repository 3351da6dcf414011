/**
 * A whole sign-in by mouse and keyboard: the web chat of a real gateway in a real browser, to the localhost page that
 * cannot load, and back. With CODEX_AUTH_PICTURES it takes the README's pictures and puts them into that folder.
 */
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Page } from "playwright-core";
import { SANDBOX_PORT_VARIABLE, SANDBOX_VARIABLE } from "../../src/environment.ts";
import { startFakeModel, type FakeModel } from "../fakes/model-server.ts";
import { REDIRECT_URI, SignInServer, type FakeAccount } from "../fakes/sign-in-server.ts";
import { startChromium, type Chromium } from "../support/chromium.ts";
import { startGateway, type Gateway } from "../support/gateway.ts";
import { freePort } from "../support/loopback.ts";
import { pauseProfile, storedProfiles } from "../support/stored-profiles.ts";
import { waitUntil } from "../support/wait.ts";
import { addressBarOf, WebChat } from "../support/web-chat.ts";
import { accountOf, linkIn, PERSONAL, STUDIO } from "../support/world.ts";

const [WORK, FRESH] = [accountOf("work"), accountOf("fresh")];
const PICTURES = process.env["CODEX_AUTH_PICTURES"];

const signIn = new SignInServer([WORK, PERSONAL, STUDIO, FRESH]);
let model: FakeModel;
let gateway: Gateway;
let chromium: Chromium;
let chat: WebChat;
let tab: Page;
let address: URL;

beforeAll(async () => {
  // The first of all: it says at once what a machine lacks.
  const callbackPort = await freePort();
  chromium = await startChromium({ callbackPort });
  // Without a model the first visit ends on the host's own set-up page.
  model = await startFakeModel();
  gateway = await startGateway({
    pluginDir: inject("pluginDir"),
    model,
    config: { gateway: { controlUi: { enabled: true } } },
    env: { [SANDBOX_VARIABLE]: await signIn.listen(), [SANDBOX_PORT_VARIABLE]: String(callbackPort) },
  });
  await signInBeside("personal", PERSONAL);
  await signInBeside("team", STUDIO);
  await sayBeside("/codex_auth prefer personal");
  pauseProfile(gateway, "openai:team", Date.now() + 90 * 60_000);
  chat = await WebChat.open(chromium.browser, gateway);
});
afterAll(async () => {
  await chromium?.close();
  await gateway?.dispose();
  await Promise.all([model?.close(), signIn.close()]);
});

/** From another client, in a conversation of its own. */
async function sayBeside(text: string): Promise<string> {
  return (await (await gateway.client()).chat(text, { sessionKey: "agent:main:beside" })).text;
}

async function signInBeside(profile: string, account: FakeAccount): Promise<void> {
  const link = linkIn(await sayBeside(`/codex_auth ${profile}`));
  expect(await sayBeside(`/codex_auth_finish ${signIn.approve(link, account)}`)).toContain("now uses");
}

async function picture(name: string): Promise<void> {
  if (PICTURES !== undefined) await chat.picture(join(PICTURES, `${name}.png`));
}

const valueOf = (name: string) => address.searchParams.get(name) ?? "none";

/** All that the page holds, but for the card's link: that is a message of the conversation, and has the state in it. */
async function keptByPage(): Promise<string> {
  const kept = [await chat.contents(), await chat.storage()].join("\n");
  return kept.replaceAll(/\/oauth\/authorize\?[^\s"<]*/g, "");
}

describe("a sign-in in the web chat", () => {
  it("begins with the board, which does not have the profile", async () => {
    const board = await chat.say("/codex_auth", "Codex profiles on this gateway");
    expect(board).toContain("`personal`");
    expect(board).not.toContain("`work`:");
  });

  it("gives a card whose link opens the consent page in a tab of its own", async () => {
    expect(await chat.say("/codex_auth work", "Time left")).toContain("Sign in to the new profile `work`");
    await picture("card");
    tab = await chat.follow("/oauth/authorize?");
    await tab.getByRole("heading", { name: "Sign in to Codex" }).waitFor();
    expect(signIn.tokenRequests()).toHaveLength(2);
  });

  it("ends, once approved there, on a localhost page that the browser cannot load", async () => {
    const failed = tab.waitForEvent("requestfailed", (request) => request.url().startsWith(REDIRECT_URI));
    await tab.getByRole("button", { name: WORK.email }).click();
    const request = await failed;
    expect(request.failure()?.errorText).toBe("net::ERR_CONNECTION_REFUSED");
    await tab.waitForURL("chrome-error://**");
    address = new URL(await addressBarOf(tab));
    expect(address.href).toBe(request.url());
    await tab.close();
  });

  it("is saved when that address is pasted", async () => {
    const saved = await chat.paste(address.href, "now uses");
    expect(saved).toContain(`profile \`work\` now uses \`${WORK.email}\` (plan: \`${WORK.plan}\`)`);
    expect(signIn.tokenRequests()).toHaveLength(3);
  });

  // The page draws what was sent before the gateway has it, and draws it anew from the transcript.
  it("leaves neither code nor state in the page or the browser, nor the code with the model", async () => {
    await waitUntil("the page to drop the code", async () => !(await keptByPage()).includes(valueOf("code")));
    expect(await keptByPage()).toContain("(callback URL, withheld from this transcript by codex-auth)");
    await chat.reload();
    await chat.page.getByText("now uses").last().waitFor();
    await picture("saved");
    const kept = await keptByPage();
    expect(kept).not.toContain(valueOf("code"));
    expect(kept).not.toContain(valueOf("state"));
    expect(model.saw(valueOf("code"))).toEqual([]);
  });

  it("is on the board and in the gateway's own store, and the other profiles are as they were", async () => {
    const board = await chat.say("/codex_auth", "Refresh this list");
    await picture("board");
    expect(board).toContain(`• \`work\`: \`${WORK.email}\`, \`${WORK.plan}\`, signed in, renewed automatically`);
    expect(board).toContain(`• \`personal\` (used by default): \`${PERSONAL.email}\``);
    expect(board).toContain(
      `• \`team\`: \`${STUDIO.email}\`, \`${STUDIO.plan}\`, in cooldown (usage limit of the plan`,
    );
    const { profiles } = storedProfiles(gateway);
    expect(Object.keys(profiles).toSorted()).toEqual(["openai:personal", "openai:team", "openai:work"]);
    expect(signIn.accountOf((profiles["openai:work"] as { access: string }).access)).toEqual(WORK);
  });
});

describe("a sign-in in a browser on the gateway's machine", () => {
  it("begins with a card that says that approving is enough there", async () => {
    gateway.changeConfig({ plugins: { entries: { "codex-auth": { config: { loopback: "auto" } } } } });
    await waitUntil("the listener", async () =>
      (await sayBeside("/codex_auth fresh")).includes("ssh -L 1455:127.0.0.1:1455"),
    );
    const card = await chat.say("/codex_auth fresh", "Time left");
    expect(card).toContain("If the browser runs on the gateway's machine");
  });

  it("ends, once approved, on a page that says so, and whose history has no code", async () => {
    tab = await chat.follow("/oauth/authorize?");
    await tab.getByRole("button", { name: FRESH.email }).click();
    await tab.getByText("You are signed in. You can close this page.").waitFor();
    expect(await tab.locator("p:visible").allInnerTexts()).toEqual(["You are signed in. You can close this page."]);
    const session = await tab.context().newCDPSession(tab);
    const { entries } = await session.send("Page.getNavigationHistory");
    expect(entries.map(({ url }) => url).join()).not.toContain("code=");
    expect(entries.at(-1)?.url).toBe("http://localhost:1455/done#saved");
    await tab.reload();
    await tab.getByText("You are signed in. You can close this page.").waitFor();
    await tab.close();
  });

  it("is saved with nothing pasted, and the status says it", async () => {
    expect(await chat.say("/codex_auth status", "Last saved")).toContain("Last saved: `fresh`");
    const { profiles } = storedProfiles(gateway);
    expect(signIn.accountOf((profiles["openai:fresh"] as { access: string }).access)).toEqual(FRESH);
  });
});
