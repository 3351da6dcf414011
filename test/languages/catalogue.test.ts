/** Every language says all that English says, with the same values in it, and nothing that a renderer could misread. */
import { describe, expect, it } from "vitest";
import { ERROR_CODES } from "../../src/errors.ts";
import { button, say } from "../../src/interaction/screen.ts";
import { CATALOGUES, languageOf, Locale, localeOf, type Language } from "../../src/languages/catalogue.ts";
import { EN, translation, type SentenceKey } from "../../src/languages/en.ts";
import { REFUSALS } from "../support/english.ts";

const LANGUAGES = Object.keys(CATALOGUES) as Language[];
const KEYS = Object.keys(EN) as SentenceKey[];

/** The keys whose sentences break a rule. */
const keysWhere = (breaks: (key: SentenceKey) => boolean) => KEYS.filter(breaks);

/** Words with a character of markup that have to be there: names of variables, and the grammar of a profile name. */
const UNAVOIDABLE = [
  "HTTPS_PROXY",
  "https_proxy",
  "NODE_USE_ENV_PROXY",
  "NODE_EXTRA_CA_CERTS",
  "CODEX_AUTH_SANDBOX",
  "CODEX_AUTH_OPENCLAW",
  "CLAWDBOT_STATE_DIR",
  "OPENCLAW_STATE_DIR",
  ". _ @ + -",
];
const bare = (sentence: string) =>
  UNAVOIDABLE.reduce((text, word) => text.replaceAll(word, ""), sentence.replaceAll(/\{\w+\}/g, ""));

/** Words to type and names of files and settings: a person copies them as they are. */
const copiedIn = (sentence: string): readonly string[] =>
  sentence.match(/--[a-z-]+|[a-z]+\.(?:json|order|profiles|ownerAllowFrom)|openclaw (?:doctor|gateway|secrets)/gi) ??
  [];

describe.each(LANGUAGES)("the catalogue of %s", (language) => {
  const catalogue: Readonly<Record<SentenceKey, string>> = CATALOGUES[language];

  it("has every sentence, in the order of English", () => {
    expect(Object.keys(catalogue)).toEqual(KEYS);
  });

  it("holds no markup, and nothing that could steer a terminal", () => {
    expect(keysWhere((key) => /[*_[\]<>`~|\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u.test(bare(catalogue[key])))).toEqual([]);
  });

  it("begins no sentence with what Markdown takes for a heading, a quote or a bullet", () => {
    expect(keysWhere((key) => /^\s*(?:[#>+-]|={3,})/.test(catalogue[key]))).toEqual([]);
  });

  it("has no white space to spare", () => {
    expect(keysWhere((key) => catalogue[key] !== catalogue[key].replaceAll(/\s+/g, " ").trim())).toEqual([]);
  });
});

describe.each(LANGUAGES)("the first sentence of a refusal in %s", (language) => {
  const locale = new Locale(language, "UTC");

  it("ends, and suggests no command", () => {
    // These two are refusals of the terminal's arguments and of a look, so they are never in the log.
    const logged = ERROR_CODES.filter((code) => code !== "usage-option" && code !== "no-status");
    const broken = logged
      .map((code) => locale.firstSentence(`refusal.${code}`))
      .filter((sentence) => !/[.。]$/.test(sentence) || /\{(?!name|variable|folder|file)/.test(sentence));
    expect(broken).toEqual([]);
  });
});

it.each([
  { key: "refusal.identity-missing", en: "The sign-in worked but names no ChatGPT account, so nothing was saved." },
  { key: "refusal.provider-unreachable", en: "The gateway's machine could not reach auth.openai.com." },
  { key: "refusal.store-migration-required", en: REFUSALS["store-migration-required"].split(" Stop")[0] },
] as const)("the first sentence of $key ends at its own full stop", ({ key, en }) => {
  expect(localeOf("en", "UTC").firstSentence(key)).toBe(en);
});

describe.each(LANGUAGES.filter((language) => language !== "en"))("the translation into %s", (language) => {
  const other: Readonly<Record<SentenceKey, string>> = CATALOGUES[language];

  it("has words of its own in each sentence", () => {
    expect(keysWhere((key) => /[a-z]{3}/i.test(bare(EN[key])) && other[key] === EN[key])).toEqual([]);
  });

  it("leaves what people copy as it is", () => {
    expect(keysWhere((key) => !copiedIn(EN[key]).every((word) => copiedIn(other[key]).includes(word)))).toEqual([]);
  });
});

it("no English sentence stands twice", () => {
  const sentences: readonly string[] = Object.values(EN);
  expect(KEYS.filter((key) => sentences.indexOf(EN[key]) !== sentences.lastIndexOf(EN[key]))).toEqual([]);
});

/** Read by the compiler only. */
export function doesNotCompile(): void {
  const name = { verbatim: "work" };
  const { sandbox, ...others } = EN;
  // @ts-expect-error a value is missing
  say("card.title");
  // @ts-expect-error a value is misspelt
  say("card.title", { nmae: name });
  // @ts-expect-error a value is surplus
  say("card.title", { name, command: name });
  // @ts-expect-error a value for a sentence without places
  say("card.open", { name });
  // @ts-expect-error no such sentence
  say("card.headline", { name });
  // @ts-expect-error a value of a refusal is missing
  say("refusal.profile-unknown", { name });
  // @ts-expect-error a value of a label is missing
  button("button.again-as", { verb: "close" });
  // @ts-expect-error a sentence is missing
  translation(others);
  // @ts-expect-error a sentence is surplus
  translation({ ...EN, sandbox, surplus: "words" });
  // @ts-expect-error a place is missing
  translation({ ...EN, "card.title": "words" });
  // @ts-expect-error a place is misspelt
  translation({ ...EN, "card.title": "words {nmae}" });
  // @ts-expect-error a place is surplus
  translation({ ...EN, "card.open": "words {name}" });
  translation({ ...EN, "card.title": "other words {name}" });
}

describe("the language of a person", () => {
  it.each([
    { tag: "en", language: "en" },
    { tag: "zh-CN", language: "zh-CN" },
    { tag: "zh_CN.UTF-8", language: "zh-CN" },
    { tag: "zh-Hans-SG", language: "zh-CN" },
    { tag: "ZH", language: "zh-CN" },
    { tag: "zh.UTF-8", language: "zh-CN" },
    { tag: "zh-TW", language: "en" },
    { tag: "zh-Hant", language: "en" },
    { tag: "zha", language: "en" },
    { tag: "C.UTF-8", language: "en" },
    { tag: "de_DE", language: "en" },
    { tag: "", language: "en" },
  ])("is found by its tag: $tag", ({ tag, language }) => {
    expect(languageOf(tag)).toBe(language);
  });

  it("is one locale for each tag and zone, so that its formatters are made once", () => {
    expect(localeOf("zh-CN", "UTC")).toBe(localeOf("zh", "UTC"));
    expect(localeOf("en", "UTC")).not.toBe(localeOf("en", "Europe/Berlin"));
  });
});

const listed = (locale: Locale, count: number, isWhole: boolean) =>
  locale
    .list(count, isWhole)
    .map((part) => ("item" in part ? part.item : part.separator))
    .join("");

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const english = new Locale("en", "UTC");
const chinese = new Locale("zh-CN", "UTC");

describe("a locale", () => {
  it.each([
    { ms: 0, en: "less than a minute", zh: "不到 1 分钟" },
    { ms: 59_999, en: "less than a minute", zh: "不到 1 分钟" },
    { ms: 60_000, en: "1 min", zh: "1分钟" },
    { ms: 60_001, en: "2 min", zh: "2分钟" },
    { ms: 119 * MINUTE_MS, en: "119 min", zh: "119分钟" },
    { ms: 120 * MINUTE_MS, en: "2 hr", zh: "2小时" },
    { ms: 100 * HOUR_MS, en: "100 hr", zh: "100小时" },
  ])("writes how long $ms ms are", ({ ms, en, zh }) => {
    expect([english.duration(ms), chinese.duration(ms)]).toEqual([en, zh]);
  });

  it.each([
    { ms: -5, en: "now", zh: "现在" },
    { ms: 59_999, en: "now", zh: "现在" },
    { ms: MINUTE_MS, en: "1 minute ago", zh: "1分钟前" },
    { ms: 119 * MINUTE_MS, en: "1 hour ago", zh: "1小时前" },
    { ms: 23 * HOUR_MS, en: "23 hours ago", zh: "23小时前" },
    { ms: 24 * HOUR_MS, en: "yesterday", zh: "昨天" },
    { ms: 240 * HOUR_MS, en: "10 days ago", zh: "10天前" },
  ])("writes how long ago $ms ms were", ({ ms, en, zh }) => {
    expect([english.ago(ms), chinese.ago(ms)]).toEqual([en, zh]);
  });

  it.each([
    { ms: 0, en: "1m", zh: "1分钟" },
    { ms: 48 * MINUTE_MS + 59_999, en: "48m", zh: "48分钟" },
    { ms: HOUR_MS, en: "1h", zh: "1小时" },
    { ms: 4 * HOUR_MS + 29 * MINUTE_MS, en: "4h 29m", zh: "4小时 29分钟" },
    { ms: 24 * HOUR_MS, en: "1d", zh: "1天" },
    { ms: 24 * HOUR_MS + 5 * MINUTE_MS, en: "1d", zh: "1天" },
    { ms: 141 * HOUR_MS, en: "5d 21h", zh: "5天 21小时" },
  ])("writes a span of $ms ms in two units at most", ({ ms, en, zh }) => {
    expect([english.span(ms), chinese.span(ms)]).toEqual([en, zh]);
  });

  it.each([
    { zone: "Europe/Berlin", name: "Europe/Berlin" },
    { zone: "Mars/Olympus", name: new Intl.DateTimeFormat().resolvedOptions().timeZone },
  ])("names its zone: $zone", ({ zone, name }) => {
    expect(new Locale("en", zone).zone()).toBe(name);
  });

  it.each([
    { name: "the hour before clocks go back", atMs: Date.UTC(2026, 9, 25, 0, 30), expected: "Oct 25, 02:30 GMT+2" },
    { name: "the same hour again", atMs: Date.UTC(2026, 9, 25, 1, 30), expected: "Oct 25, 02:30 GMT+1" },
    { name: "the hour that is left out", atMs: Date.UTC(2027, 2, 28, 1, 30), expected: "Mar 28, 03:30 GMT+2" },
  ])("tells $name by its offset", ({ atMs, expected }) => {
    expect(new Locale("en", "Europe/Berlin").time(atMs, Date.UTC(2026, 9, 24, 12))).toBe(expected);
  });

  const NOON_MS = Date.UTC(2026, 10, 18, 12);
  it.each([8.64e15 + 1, Number.MAX_VALUE])("writes a time that no date can have as the last date: %d", (atMs) => {
    expect(new Locale("en", "UTC").time(atMs, NOON_MS)).toBe(new Locale("en", "UTC").time(8.64e15, NOON_MS));
  });

  const ownZone = () => new Locale("en").time(NOON_MS, NOON_MS);

  it.each([
    { name: "today", zone: "UTC", atMs: NOON_MS + 20 * MINUTE_MS, expected: "12:20 UTC" },
    { name: "at midnight", zone: "UTC", atMs: NOON_MS + 12 * HOUR_MS, expected: "Nov 19, 00:00 UTC" },
    { name: "in winter", zone: "Europe/Berlin", atMs: NOON_MS, expected: "13:00 GMT+1" },
    { name: "in summer", zone: "Europe/Berlin", atMs: Date.UTC(2026, 6, 1, 12), expected: "Jul 1, 14:00 GMT+2" },
    {
      name: "on the next day of that zone",
      zone: "Asia/Tokyo",
      atMs: NOON_MS + 4 * HOUR_MS,
      expected: "Nov 19, 01:00 GMT+9",
    },
  ])("writes a time with its zone, and its date unless it is today's: $name", ({ zone, atMs, expected }) => {
    expect(new Locale("en", zone).time(atMs, NOON_MS)).toBe(expected);
  });

  it.each(["Mars/Olympus", "", "+25:99", "__proto__"])(
    "uses the zone of the process if there is none named %j",
    (zone) => {
      expect(new Locale("en", zone).time(NOON_MS, NOON_MS)).toBe(ownZone());
    },
  );

  it.each([
    { count: 0, isWhole: true, en: "", zh: "" },
    { count: 1, isWhole: true, en: "0", zh: "0" },
    { count: 2, isWhole: true, en: "0 and 1", zh: "0和1" },
    { count: 3, isWhole: true, en: "0, 1, and 2", zh: "0、1和2" },
    { count: 1, isWhole: false, en: "0", zh: "0" },
    { count: 3, isWhole: false, en: "0, 1, 2", zh: "0、1、2" },
  ])("separates $count items, isWhole: $isWhole", ({ count, isWhole, en, zh }) => {
    expect([listed(english, count, isWhole), listed(chinese, count, isWhole)]).toEqual([en, zh]);
  });

  it("writes numbers", () => {
    expect([english.number(7), english.number(1234)]).toEqual(["7", "1,234"]);
  });
});
