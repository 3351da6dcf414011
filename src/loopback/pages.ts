/**
 * The pages of the listener. They are made of sentences only: no account, no profile and no part of the request is in
 * them, because another user of the machine can ask for them. They load nothing.
 */
import type { Locale } from "../languages/catalogue.ts";
import type { SentenceKey } from "../languages/en.ts";
import { DONE_PAGES } from "../rules/results.ts";

/** Keeps every page from caches, from other sites and from the `Referer` of later requests. */
export const HEADERS = {
  "Cache-Control": "no-store",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Resource-Policy": "same-origin",
  Connection: "close",
} as const;

const NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
export const STYLE_POLICY = `${NOTHING}; style-src 'unsafe-inline'`;

/** The fragment, which no request contains, chooses the sentence. Without one the last sentence is shown. */
const STYLE =
  "body{font:16px/1.5 system-ui,sans-serif;max-width:36em;margin:15vh auto;padding:0 1em;color-scheme:light dark}" +
  "[id]{display:none}[id]:target{display:block}:target~.else{display:none}";

/** The same for every sign-in, so that a browser which shows it again learns nothing new. */
export function donePage(locale: Locale, statusCommand: string): string {
  const say = (key: SentenceKey) => sentence(locale, key).replace("{command}", () => escaped(statusCommand));
  const results = DONE_PAGES.map((page) => `<p id="${page}">${say(`page.${page}`)}</p>`);
  return document(locale, `${results.join("")}<p class="else">${say("page.done")}</p>`);
}

/** The browser keeps the URL that it brought, because the user may have to reload or copy it. */
export function urlPage(locale: Locale, page: "unknown" | "later"): string {
  return document(locale, `<p>${sentence(locale, `page.${page}`)}</p>`);
}

/** The empty icon keeps the browser from asking for one. */
function document(locale: Locale, body: string): string {
  const title = sentence(locale, "page.title");
  return (
    `<!doctype html><html lang="${locale.language}"><head><meta charset="utf-8"><title>${title}</title>` +
    '<meta name="viewport" content="width=device-width"><link rel="icon" href="data:,">' +
    `<style>${STYLE}</style></head><body><h1>${title}</h1>${body}</body></html>`
  );
}

const escaped = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
const sentence = (locale: Locale, key: SentenceKey) => escaped(locale.sentence(key));
