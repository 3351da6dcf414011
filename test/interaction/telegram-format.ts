/** The real host's way from Markdown to what Telegram is sent, and from there to what a person sees. */

interface TelegramFormat {
  markdownToTelegramHtmlChunks(markdown: string, limit: number): string[];
  readonly TELEGRAM_TEXT_CHUNK_LIMIT: number;
}

/** The host's bundled channel by its stable file name; it is no part of the SDK and so has no published import. */
const MODULE = "../../node_modules/@openclaw/plugin-sdk/dist/extensions/telegram/api.js";

export interface TelegramMessage {
  readonly html: string;
  /** Names of all tags in the message, each once. */
  readonly tags: readonly string[];
  /** What is read on the screen. */
  readonly visible: string;
  readonly links: readonly string[];
}

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" };

function unescape(html: string): string {
  return html.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ENTITIES[name] ?? "");
}

export async function loadTelegramFormat(): Promise<(markdown: string) => readonly TelegramMessage[]> {
  const host = (await import(new URL(MODULE, import.meta.url).href)) as TelegramFormat;
  return (markdown) =>
    host.markdownToTelegramHtmlChunks(markdown, host.TELEGRAM_TEXT_CHUNK_LIMIT).map((html) => ({
      html,
      tags: [...new Set([...html.matchAll(/<\/?([a-z][a-z0-9-]*)/gi)].map(([, name]) => name ?? ""))].toSorted(),
      visible: unescape(html.replaceAll(/<[^>]*>/g, "")),
      links: [...html.matchAll(/<a href="([^"]*)">/g)].map(([, href]) => unescape(href ?? "")),
    }));
}
