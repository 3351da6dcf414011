/** Chooses a language, and writes numbers, times and lists in it. */
import { type Catalogue, EN, type SentenceKey } from "./en.ts";
import { ZH_CN } from "./zh-cn.ts";

export const CATALOGUES = { en: EN, "zh-CN": ZH_CN } as const satisfies Record<string, Catalogue>;

export type Language = keyof typeof CATALOGUES;

/** Chinese in simplified script, or without a named script. */
const SIMPLIFIED_CHINESE = /^zh(?:$|[-_](?:cn|sg|my|hans)(?:$|[-_.@]))/i;

/** Reads a tag such as `zh-Hans` or `zh_CN.UTF-8`. English is the language of every unknown tag. */
export function languageOf(tag: string): Language {
  return SIMPLIFIED_CHINESE.test(tag) || /^zh\./i.test(tag) ? "zh-CN" : "en";
}

export type ListPart = { readonly item: number } | { readonly separator: string };

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** ECMA-262, "Time Values and Time Range": formatting a later time throws. */
const LAST_DATE_MS = 8.64e15;

/**
 * One language in one time zone. The formatters are made when they are first used, because the first one of a process
 * loads the data of `Intl`, which takes as long as half a start of Node.
 */
export class Locale {
  readonly #language: Language;
  readonly #timeZone: string | undefined;
  readonly #formats = new Map<string, unknown>();

  /** `timeZone`: an IANA name. The zone of the process is used without one, and if the name is not known. */
  constructor(language: Language, timeZone?: string) {
    this.#language = language;
    this.#timeZone = timeZone;
  }

  get language(): Language {
    return this.#language;
  }

  sentence(key: SentenceKey): string {
    return CATALOGUES[this.#language][key];
  }

  /** The first sentence of an entry of several. A full stop inside a name, such as `openclaw.json`, does not end a sentence. */
  firstSentence(key: SentenceKey): string {
    return this.sentence(key).split(/(?<=。)|(?<=\.) /, 1)[0] ?? "";
  }

  number(value: number): string {
    return this.#format("number", (language) => new Intl.NumberFormat(language)).format(value);
  }

  /** Rounds minutes up, so that remaining time never reads as none. From two hours on it shows whole hours. */
  duration(ms: number): string {
    if (ms < MINUTE_MS) return this.sentence("time.moment");
    const minutes = Math.ceil(ms / MINUTE_MS);
    return minutes < 120 ? this.#unit("minute", minutes) : this.#unit("hour", Math.floor(minutes / 60));
  }

  /** Shows two units and rounds down, so that a time until something never reads as longer than it is. */
  span(ms: number): string {
    const minutes = Math.max(1, Math.floor(ms / MINUTE_MS));
    const parts = [
      { unit: "day", value: Math.floor(minutes / 1440) },
      { unit: "hour", value: Math.floor(minutes / 60) % 24 },
      { unit: "minute", value: minutes % 60 },
    ] as const;
    const first = parts.findIndex(({ value }) => value > 0);
    const shown = parts.slice(first, first + 2).filter(({ value }) => value > 0);
    return shown.map(({ unit, value }) => this.#narrow(unit, value)).join(" ");
  }

  /** An IANA name. */
  zone(): string {
    return this.#dateFormat("time", TIME).resolvedOptions().timeZone;
  }

  ago(ms: number): string {
    const format = this.#format("ago", (language) => new Intl.RelativeTimeFormat(language, { numeric: "auto" }));
    if (ms < MINUTE_MS) return format.format(0, "second");
    if (ms < HOUR_MS) return format.format(-Math.floor(ms / MINUTE_MS), "minute");
    if (ms < DAY_MS) return format.format(-Math.floor(ms / HOUR_MS), "hour");
    return format.format(-Math.floor(ms / DAY_MS), "day");
  }

  /** Adds the zone, and the date unless it is today's. */
  time(storedMs: number, nowMs: number): string {
    const atMs = Math.min(storedMs, LAST_DATE_MS);
    const day = this.#dateFormat("day", { dateStyle: "short" });
    if (day.format(atMs) === day.format(nowMs)) return this.#dateFormat("time", TIME).format(atMs);
    return this.#dateFormat("date and time", { month: "short", day: "numeric", ...TIME }).format(atMs);
  }

  /** `isWhole`: the last two items are joined by a word such as "and". */
  list(count: number, isWhole: boolean): readonly ListPart[] {
    const places = Array.from({ length: count }, (_, item) => String(item));
    if (isWhole) {
      const parts = this.#format("list", listFormat).formatToParts(places);
      return parts.map(({ type, value }) => (type === "element" ? { item: +value } : { separator: value }));
    }
    // Kept, because a board has a dozen such lists.
    const separator = this.#format(
      "separator",
      (language) => listFormat(language).formatToParts(["a", "b", "c"])[1]?.value ?? "",
    );
    return places.flatMap((_, item): ListPart[] => (item === 0 ? [{ item }] : [{ separator }, { item }]));
  }

  #narrow(unit: "day" | "hour" | "minute", value: number): string {
    const options = { style: "unit", unit, unitDisplay: "narrow" } as const;
    return this.#format(`narrow ${unit}`, (language) => new Intl.NumberFormat(language, options)).format(value);
  }

  #unit(unit: "hour" | "minute", value: number): string {
    const options = { style: "unit", unit, unitDisplay: "short" } as const;
    return this.#format(unit, (language) => new Intl.NumberFormat(language, options)).format(value);
  }

  #dateFormat(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
    const make = (language: Language) =>
      new Intl.DateTimeFormat(language, { ...options, timeZone: knownZone(this.#timeZone) });
    return this.#format(name, make);
  }

  #format<Format>(name: string, make: (language: Language) => Format): Format {
    const made = this.#formats.get(name) ?? make(this.#language);
    this.#formats.set(name, made);
    return made as Format;
  }
}

const listFormat = (language: Language) => new Intl.ListFormat(language, { type: "conjunction" });

const TIME = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZoneName: "short" } as const;

/** Returns undefined, which means the zone of the process, for an unknown name. */
function knownZone(name: string | undefined): string | undefined {
  try {
    return new Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

const LOCALES = new Map<string, Locale>();
/** A config names few zones in the life of a process, so the map stays small without an order of eviction. */
const MAX_LOCALES = 16;

/** Returns the same locale for the same arguments, because its formatters take long to make. */
export function localeOf(tag: string, timeZone?: string): Locale {
  const language = languageOf(tag);
  const name = `${language} ${timeZone ?? ""}`;
  const locale = LOCALES.get(name) ?? new Locale(language, timeZone);
  if (LOCALES.size >= MAX_LOCALES) LOCALES.clear();
  LOCALES.set(name, locale);
  return locale;
}
