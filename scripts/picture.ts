/** Takes the README's picture: the web chat of a running gateway in a real browser, through a whole sign-in. */
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Page } from "playwright-core";
import { SANDBOX_VARIABLE } from "../src/environment.ts";
import { startFakeModel } from "../test/fakes/model-server.ts";
import { SignInServer } from "../test/fakes/sign-in-server.ts";
import { startGateway } from "../test/support/gateway.ts";
import { ROOT } from "./run.ts";
import { stage } from "./stage.ts";

const CHROMIUM = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].find(existsSync);
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"];

async function say(page: Page, text: string, until: string): Promise<void> {
  const box = page.locator("textarea").last();
  await box.fill(text);
  await box.press("Enter");
  await page.getByText(until).last().waitFor({ timeout: 60_000 });
}

/** Approves in a second tab as a person would, and gives the address that tab ends on. */
async function approve(page: Page, link: string): Promise<string> {
  const tab = await page.context().newPage();
  await tab.goto(link);
  const landed = tab.waitForRequest((request) => request.url().startsWith("http://localhost:1455/"));
  await tab.getByText("dana@example.com").click();
  const address = (await landed).url();
  await tab.close();
  return address;
}

if (CHROMIUM === undefined) throw new Error("no Chromium found: install it first (Debian: apt-get install chromium)");
const folder = mkdtempSync(join(tmpdir(), "codex-auth-picture-"));
stage(join(folder, "plugin"));
const signIn = new SignInServer();
const model = await startFakeModel();
const gateway = await startGateway({
  pluginDir: join(folder, "plugin"),
  // Without a model the first visit ends on the host's own set-up page.
  model,
  config: { gateway: { controlUi: { enabled: true } } },
  env: { [SANDBOX_VARIABLE]: await signIn.listen() },
});
const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS });
try {
  const context = await browser.newContext({ viewport: { width: 1100, height: 1000 } });
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${gateway.port}/chat/main#token=${gateway.authToken}`);
  // The page shows its box before its connection stands; what is sent until then is lost.
  await page.getByText("Type a message below").waitFor({ timeout: 60_000 });
  await page.waitForTimeout(3_000);
  await say(page, "/codex_auth work", "Time left");
  const link = await page.locator('a[href*="/oauth/authorize?"]').last().getAttribute("href");
  if (link === null) throw new Error("the card shows no link");
  mkdirSync(join(ROOT, "docs"), { recursive: true });
  await say(page, await approve(page, link), "now holds");
  await page.screenshot({ path: join(ROOT, "docs/saved.png") });
} finally {
  await browser.close();
  await gateway.dispose();
  await signIn.close();
  await model.close();
  rmSync(folder, { recursive: true, force: true });
}
console.log("docs/saved.png is new");
