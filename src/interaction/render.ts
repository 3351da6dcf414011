/** Writes a screen in one language for one surface: its text, which is complete without buttons, and its buttons. */
import type { Locale } from "../languages/catalogue.ts";
import type { NamedCommand } from "../rules/commands.ts";
import type { Secret } from "../secret.ts";
import { encodeCallbackData } from "./buttons.ts";
import type { Action, Button, Fact, Line, Optional, Screen, Segment, Sentence } from "./screen.ts";

export interface Style {
  readonly kind: "chat" | "terminal";
  /**
   * Text from outside is put in code spans, in which neither Markdown nor Telegram's HTML gives a character a
   * meaning.
   */
  readonly hasCodeSpans: boolean;
  readonly lineBreak: string;
  /** Longer text from outside is cut, so that a screen fits one message. In UTF-16 units. */
  readonly maxVerbatim: number;
  /** True for a message that would be too long with all of the screen. */
  readonly isShort: boolean;
}

export interface Surface extends Style {
  /** Returns undefined if the surface does not have the command. The line that names it is then left out. */
  readonly spell: (command: NamedCommand) => string | undefined;
}

/** Two line breaks start a paragraph in every Markdown renderer. */
const CHAT = { kind: "chat", lineBreak: "\n\n", maxVerbatim: 120, isShort: false } as const;
export const MARKDOWN: Style = { ...CHAT, hasCodeSpans: true };
export const PLAIN: Style = { ...CHAT, hasCodeSpans: false };
/** In a short message names are as long as it takes to recognise a profile or an e-mail address. */
export const shortOf = (style: Style): Style => ({ ...style, maxVerbatim: 40, isShort: true });
const LABEL: Surface = { ...PLAIN, spell: () => undefined };

/**
 * Control, format and line-separating characters in a profile's name could rewrite the text around it (direction
 * overrides, hidden text).
 */
const UNSHOWABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const BACKTICK = /`/g;
const NAMELESS = "?";

interface Target {
  readonly locale: Locale;
  readonly surface: Surface;
}

export function toText(screen: Screen, locale: Locale, surface: Surface): string {
  const lines = screen.lines
    .filter((line) => !("only" in line) || line.only === surface.kind)
    .map((line) => writeLine("only" in line ? line.line : line, { locale, surface }));
  return lines.filter((line) => line !== undefined).join(surface.lineBreak);
}

function writeLine(line: Line, target: Target): string | undefined {
  return joined(line.map((segment) => writeSegment(segment, target)));
}

const joined = (parts: readonly (string | undefined)[]) => (parts.includes(undefined) ? undefined : parts.join(""));

function writeSegment(segment: Segment, target: Target): string | undefined {
  if (typeof segment === "number") return target.locale.number(segment);
  if ("verbatim" in segment)
    return asCode(cut(cleaned(segment.verbatim, target.surface), target.surface), target.surface);
  if ("command" in segment) return writeCommand(segment, target.surface);
  if ("link" in segment) return segment.link.reveal();
  if ("sentence" in segment) return writeSentence(segment, target);
  if ("full" in segment) return writeOptional(segment, target);
  return writeFact(segment, target);
}

function writeOptional({ full, short }: Optional, target: Target): string | undefined {
  const line = target.surface.isShort ? short : full;
  return line && writeLine(line, target);
}

function cleaned(text: string, { kind }: Surface): string {
  const clean = text.replace(UNSHOWABLE, "").toWellFormed();
  return kind === "chat" ? clean.replace(BACKTICK, "") : clean;
}

function cut(text: string, { maxVerbatim }: Surface): string {
  return text.length > maxVerbatim ? `${text.slice(0, maxVerbatim).toWellFormed()}…` : text;
}

const asCode = (text: string, { hasCodeSpans }: Surface) => (hasCodeSpans && text !== "" ? `\`${text}\`` : text);

/** Never cut, because users copy it. */
function writeCommand(command: NamedCommand, surface: Surface): string | undefined {
  const typed = surface.spell(command);
  return typed === undefined ? undefined : asCode(cleaned(typed, surface), surface);
}

/** Values are written separately from the sentence, so that a `{place}` inside a name is not replaced. */
function writeSentence({ sentence, values, isFirstOnly }: Sentence, target: Target): string | undefined {
  const isRefusal = sentence.startsWith("refusal.");
  const writeValue = (place: string) => {
    const value = writeLine([values[place] ?? []].flat(), target);
    // A refusal must not be left out, so the list of profiles takes the place of a command that the surface does not
    // have.
    return value === undefined && isRefusal ? writeCommand({ command: "page" }, target.surface) : value;
  };
  const text = isFirstOnly === true ? target.locale.firstSentence(sentence) : target.locale.sentence(sentence);
  const parts = text.split(/\{(\w+)\}/);
  return joined(parts.map((part, at) => (at % 2 === 0 ? part : writeValue(part))));
}

function writeFact(fact: Exclude<Fact, number>, target: Target): string | undefined {
  const { locale } = target;
  if ("durationMs" in fact) return locale.duration(fact.durationMs);
  if ("agoMs" in fact) return locale.ago(fact.agoMs);
  if ("spanMs" in fact) return locale.span(fact.spanMs);
  if ("zone" in fact) return locale.zone();
  if ("atMs" in fact) return locale.time(fact.atMs, fact.nowMs);
  const items = fact.items.map((item) => writeLine(item, target));
  const parts = locale.list(items.length, fact.isWhole);
  return joined(parts.map((part) => ("item" in part ? items[part.item] : part.separator)));
}

export type WireButton =
  | { readonly label: string; readonly callbackData: string }
  | { readonly label: string; readonly command: string }
  | { readonly label: string; readonly link: Secret };

export type WireRows = readonly (readonly WireButton[])[];

/** What a chat can show, and what its buttons send. Without `tap` and `spell` only links are written. */
export interface ButtonTarget {
  readonly limits: {
    readonly maxButtons: number;
    readonly maxRows: number;
    readonly maxPerRow: number;
    readonly maxLabel: number;
    readonly maxUrl: number;
  };
  readonly tap?: { readonly prefix: string; readonly screenId: string };
  readonly spell?: Surface["spell"];
}

export function toWireButtons(screen: Screen, locale: Locale, target: ButtonTarget): WireRows {
  let index = 0;
  const write = (button: Button): WireButton[] => {
    const label = labelOf(button.label, locale, target.limits.maxLabel);
    if ("link" in button)
      return button.link.reveal().length > target.limits.maxUrl ? [] : [{ label, link: button.link }];
    const { tap, spell } = target;
    if (tap !== undefined) {
      const place = { screenId: tap.screenId, index: index++ };
      return [{ label, callbackData: encodeCallbackData(tap.prefix, button.action.verb, place) }];
    }
    const typed = commandOf(button.action);
    const command = typed && spell?.(typed);
    return command === undefined ? [] : [{ label, command }];
  };
  return packed(
    screen.rows.map((row) => row.flatMap(write)).filter((row) => row.length > 0),
    target.limits,
  );
}

/**
 * The typed form of an action for a button that never expires and can be tapped twice: it may show something, open a
 * question or start a sign-in. Undefined for every other action.
 */
function commandOf(action: Action): NamedCommand | undefined {
  if (action.verb === "page") return { command: "page", page: action.page === 1 ? undefined : action.page };
  if (action.verb === "link") return { command: "pick", profile: action.name };
  if (action.verb === "code" || action.verb === "pick" || action.verb === "show" || action.verb === "usage")
    return { command: action.verb, profile: action.name };
  return action.verb === "signout" && !action.isSure ? { command: "signout", profile: action.name } : undefined;
}

const isLink = (button: WireButton): boolean => "link" in button;

/** Keeps the screen's rows if they fit. Else links are kept first, then the first other buttons. */
function packed(rows: WireRows, { maxButtons, maxRows, maxPerRow }: ButtonTarget["limits"]): WireRows {
  const all = rows.flat();
  const isFitting = rows.length <= maxRows && rows.every((row) => row.length <= maxPerRow);
  if (isFitting && all.length <= maxButtons) return rows;
  const room = Math.min(maxButtons, maxRows * maxPerRow);
  const links = all.filter(isLink).slice(0, room);
  const others = all.filter((button) => !isLink(button)).slice(0, room - links.length);
  const shown = new Set([...links, ...others]);
  const kept = all.filter((button) => shown.has(button));
  const isStartOfRow = (at: number) => at % maxPerRow === 0;
  return kept.flatMap((_, at) => (isStartOfRow(at) ? [kept.slice(at, at + maxPerRow)] : []));
}

/** The host rejects an empty label. */
function labelOf(label: Button["label"], locale: Locale, maxLabel: number): string {
  const text = writeSegment(label, { locale, surface: LABEL }) || NAMELESS;
  return text.length > maxLabel ? `${text.slice(0, maxLabel - 1).toWellFormed()}…` : text;
}
