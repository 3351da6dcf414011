/** The gateway's own web chat in a real browser: typed into, pasted into, clicked and read as a person does. */
import type { Browser, Page, WebSocket } from "playwright-core";
import type { Gateway } from "./gateway.ts";
import { HANG_MS, waitUntil } from "./wait.ts";

/** Around a picture, in CSS pixels. */
const MARGIN = 12;

interface Frame {
  readonly type?: string;
  readonly id?: string;
  readonly method?: string;
  readonly ok?: boolean;
}

export class WebChat {
  readonly page: Page;
  #isListening = false;

  private constructor(page: Page) {
    this.page = page;
    page.on("websocket", (socket) => this.#watch(socket));
  }

  static async open(browser: Browser, gateway: Gateway): Promise<WebChat> {
    const origin = `http://127.0.0.1:${gateway.port}`;
    const context = await browser.newContext({ viewport: { width: 1100, height: 1000 }, deviceScaleFactor: 1.25 });
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin });
    const chat = new WebChat(await context.newPage());
    await chat.#load(() => chat.page.goto(`${origin}/chat/main#token=${gateway.authToken}`));
    return chat;
  }

  async reload(): Promise<void> {
    await this.#load(() => this.page.reload());
  }

  /** Types a message, sends it, and gives the answer's Markdown once that is the last message and contains `until`. */
  async say(text: string, until: string): Promise<string> {
    await this.#box.fill(text);
    return this.#send(until);
  }

  /** The same by way of the clipboard: to the page a paste is another event than typing. */
  async paste(text: string, until: string): Promise<string> {
    await this.page.bringToFront();
    await this.page.evaluate(writeClipboard, text);
    await this.#box.focus();
    await this.page.keyboard.press("ControlOrMeta+V");
    return this.#send(until);
  }

  /** Clicks a link of the conversation that opens a tab, and gives that tab. */
  async follow(hrefPart: string): Promise<Page> {
    const tab = this.page.waitForEvent("popup");
    await this.page.locator(`.chat-thread a[href*="${hrefPart}"]`).last().click();
    return tab;
  }

  /** All that the page holds of the conversation and of itself: its whole document, and what is in the box. */
  async contents(): Promise<string> {
    return `${await this.page.content()}\n${await this.#box.inputValue()}`;
  }

  /** What the page has put away in this browser. */
  async storage(): Promise<string> {
    return this.page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])");
  }

  /** A picture of the last messages, without what the mouse has brought up. */
  async picture(path: string, messages = 2): Promise<void> {
    await this.page.mouse.move(0, 0);
    await this.page.locator(".chat-reading-indicator").waitFor({ state: "detached" });
    const groups = await this.page.locator(".chat-group").all();
    const boxes = await Promise.all(groups.slice(-messages).map((group) => group.boundingBox()));
    const edges = boxes.filter((box) => box !== null);
    const left = Math.min(...edges.map(({ x }) => x)) - MARGIN;
    const top = Math.min(...edges.map(({ y }) => y)) - MARGIN;
    const right = Math.max(...edges.map(({ x, width }) => x + width)) + MARGIN;
    const bottom = Math.max(...edges.map(({ y, height }) => y + height)) + MARGIN;
    await this.page.screenshot({
      path,
      animations: "disabled",
      clip: { x: left, y: top, width: right - left, height: bottom - top },
    });
  }

  get #box() {
    return this.page.locator("textarea").last();
  }

  async #send(until: string): Promise<string> {
    // The first Enter may only take what the page proposes for a command that is being typed.
    await waitUntil("the message to leave the box", async () => {
      await this.#box.press("Enter");
      return (await this.#box.inputValue()) === "";
    });
    let last = "";
    await waitUntil(
      () => `an answer with "${until}"; the last message: ${last}`,
      async () => {
        const group = this.page.locator(".chat-group").last();
        last = (await group.locator("[data-message-text]").last().getAttribute("data-message-text")) ?? "";
        return last.includes(until) && (await group.and(this.page.locator(".assistant")).count()) === 1;
      },
    );
    return last;
  }

  /** The page shows its box before it hears what happens in the conversation; an answer from before that is lost. */
  async #load(go: () => Promise<unknown>): Promise<void> {
    this.#isListening = false;
    await go();
    await waitUntil("the web chat to listen to its conversation", () => this.#isListening);
    await this.#box.waitFor({ timeout: HANG_MS });
  }

  #watch(socket: WebSocket): void {
    const asked = new Set<string | undefined>();
    socket.on("framesent", ({ payload }) => {
      const { id, method } = JSON.parse(String(payload)) as Frame;
      if (method === "sessions.messages.subscribe") asked.add(id);
    });
    socket.on("framereceived", ({ payload }) => {
      const { type, id, ok } = JSON.parse(String(payload)) as Frame;
      if (type === "res" && ok === true && asked.has(id)) this.#isListening = true;
    });
  }
}

/** Runs in the page. */
function writeClipboard(text: string): Promise<void> {
  const { clipboard } = navigator as unknown as { clipboard: { writeText(text: string): Promise<void> } };
  return clipboard.writeText(text);
}

/** What the browser's address bar shows. Of a page that could not load, `page.url()` tells the error page's own address. */
export async function addressBarOf(tab: Page): Promise<string> {
  const session = await tab.context().newCDPSession(tab);
  const { currentIndex, entries } = await session.send("Page.getNavigationHistory");
  await session.detach();
  return entries[currentIndex]?.url ?? "";
}
