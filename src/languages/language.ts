/** Which language a person gets. */
import type { Catalogue, Language } from "./catalogue.ts";

/** Chinese without a word about its script, or in the one that the catalogue is written in. */
const SIMPLIFIED_CHINESE = /^zh(?:$|[-_](?:cn|sg|my|hans)(?:$|[-_.@]))/i;

/** The language that a tag such as `zh-Hans` or `zh_CN.UTF-8` asks for: English for every one that is not known. */
export function languageOf(tag: string): Language {
  return SIMPLIFIED_CHINESE.test(tag) || /^zh\./i.test(tag) ? "zh-CN" : "en";
}

const LOADERS: Readonly<Record<Language, () => Promise<Catalogue>>> = {
  en: async () => (await import("./en.ts")).EN,
  "zh-CN": async () => (await import("./zh.ts")).ZH,
};

/** One language alone, for a process that speaks no other and lives for a moment. */
export function loadCatalogue(language: Language): Promise<Catalogue> {
  return LOADERS[language]();
}
