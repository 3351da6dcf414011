/** The languages: every sentence that people read, one catalogue for each, and which of them a person gets. */
import type { ErrorCode } from "../errors.ts";
import type { ProfileHealth } from "../flow/answers.ts";
import { EN_CHAT } from "./en-chat.ts";
import { EN_REFUSALS } from "./en-refusals.ts";
import { EN_TERMINAL } from "./en-terminal.ts";
import { ZH_CHAT } from "./zh-chat.ts";
import { ZH_REFUSALS } from "./zh-refusals.ts";
import { ZH_TERMINAL } from "./zh-terminal.ts";

export type ChatKey = keyof typeof EN_CHAT;
export type TerminalKey = keyof typeof EN_TERMINAL;

/** One language. A value stands where its `{name}` does; the sentences around it hold no markup. */
export interface Catalogue {
  readonly chat: Readonly<Record<ChatKey | `health.${ProfileHealth}`, string>>;
  readonly refusals: Readonly<Record<ErrorCode, string>>;
  readonly terminal: Readonly<Record<TerminalKey, string>>;
}

export const CATALOGUES = {
  en: { chat: EN_CHAT, refusals: EN_REFUSALS, terminal: EN_TERMINAL },
  "zh-CN": { chat: ZH_CHAT, refusals: ZH_REFUSALS, terminal: ZH_TERMINAL },
} as const satisfies Record<string, Catalogue>;

export type Language = keyof typeof CATALOGUES;

/** Chinese without a word about its script, or in the one that the catalogue is written in. */
const SIMPLIFIED_CHINESE = /^zh(?:$|[-_](?:cn|sg|my|hans)(?:$|[-_.@]))/i;

/** The language that a tag such as `zh-Hans` or `zh_CN.UTF-8` asks for: English for every one that is not known. */
export function languageOf(tag: string): Language {
  return SIMPLIFIED_CHINESE.test(tag) || /^zh\./i.test(tag) ? "zh-CN" : "en";
}

export function catalogueOf(language: Language): Catalogue {
  return CATALOGUES[language];
}
