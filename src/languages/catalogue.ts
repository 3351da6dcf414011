/** The languages: every sentence that people read, one catalogue for each. */
import type { ErrorCode } from "../errors.ts";
import type { ProfileHealth } from "../flow/answers.ts";
import type { EN_CHAT } from "./en-chat.ts";
import type { EN_TERMINAL } from "./en-terminal.ts";
import { EN } from "./en.ts";
import { ZH } from "./zh.ts";

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
