/** The languages: every sentence that people read, one catalogue for each. */
import type { ErrorCode } from "../errors.ts";
import type { ProfileHealth } from "../rules/results.ts";
import { type EN_CHAT, type EN_TERMINAL, EN } from "./en.ts";
import { ZH } from "./zh-cn.ts";

export type ChatKey = keyof typeof EN_CHAT;
export type TerminalKey = keyof typeof EN_TERMINAL;

/** One language. A value stands where its `{name}` does; the sentences around it hold no markup. */
export interface Catalogue {
  readonly chat: Readonly<Record<ChatKey | `health.${ProfileHealth}`, string>>;
  readonly refusals: Readonly<Record<ErrorCode, string>>;
  readonly terminal: Readonly<Record<TerminalKey, string>>;
}

export const CATALOGUES = {
  en: EN,
  "zh-CN": ZH,
} as const satisfies Record<string, Catalogue>;

export type Language = keyof typeof CATALOGUES;

export function catalogueOf(language: Language): Catalogue {
  return CATALOGUES[language];
}

/** Which language a person gets. */

/** Chinese without a word about its script, or in the one that the catalogue is written in. */
const SIMPLIFIED_CHINESE = /^zh(?:$|[-_](?:cn|sg|my|hans)(?:$|[-_.@]))/i;

/** The language that a tag such as `zh-Hans` or `zh_CN.UTF-8` asks for: English for every one that is not known. */
export function languageOf(tag: string): Language {
  return SIMPLIFIED_CHINESE.test(tag) || /^zh\./i.test(tag) ? "zh-CN" : "en";
}

const LOADERS: Readonly<Record<Language, () => Promise<Catalogue>>> = {
  en: async () => (await import("./en.ts")).EN,
  "zh-CN": async () => (await import("./zh-cn.ts")).ZH,
};

/** One language alone, for a process that speaks no other and lives for a moment. */
export function loadCatalogue(language: Language): Promise<Catalogue> {
  return LOADERS[language]();
}
