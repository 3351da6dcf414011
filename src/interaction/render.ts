/** One screen in one language, three ways to show it: Markdown, plain text, and buttons. Each text is complete alone. */
import type { Catalogue } from "../languages/catalogue.ts";
import type { NamedCommand } from "../rules/commands.ts";
import type { Secret } from "../secret.ts";
import { encodeCallbackData } from "./buttons.ts";
import type { Action, Button, Line, LinkButton, Screen, Segment, Sentence } from "./screen.ts";

/** Control, format (direction, zero width) and line-separating characters, and what would end a code span. */
const UNSHOWABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}`]/gu;
const MAX_VERBATIM = 120;
/** The label of a button whose name has nothing to show. */
const NAMELESS = "?";

function showable(text: string): string {
  const clean = text.replace(UNSHOWABLE, "").toWellFormed();
  return clean.length > MAX_VERBATIM ? `${clean.slice(0, MAX_VERBATIM).toWellFormed()}…` : clean;
}

/** Where a screen is read: in which language, and how a command is typed there. */
export interface Surface {
  readonly words: Catalogue;
  /** Undefined for a command that cannot be typed there: the screen's line with it is then left out. */
  readonly spell: (command: NamedCommand) => string | undefined;
}

/** What is left of a segment once its surface is known. A command is shown whole, however long its profile's name. */
type Spelled = Exclude<Segment, NamedCommand | Sentence> | { readonly typed: string };

/** A line on one surface. Values keep apart from the words around them, and are never read for places of their own. */
function spell(line: Line, surface: Surface): readonly Spelled[] {
  return line.flatMap((segment): readonly Spelled[] => {
    if (isSentence(segment)) return spellSentence(segment, surface);
    return isCommand(segment) ? [spellCommand(segment, surface)] : [segment];
  });
}

const isSentence = (segment: Segment): segment is Sentence => typeof segment === "object" && "values" in segment;
const isCommand = (segment: Segment): segment is NamedCommand => typeof segment === "object" && "command" in segment;

/** A refusal is said in any case: the list of profiles then takes the place of what cannot be typed. */
function spellCommand(command: NamedCommand, surface: Surface): Spelled {
  return { typed: surface.spell(command) ?? surface.spell({ command: "page" }) ?? "" };
}

/** Whether all that a line tells to type can be typed there. */
function canBeTyped(line: Line, surface: Surface): boolean {
  return line.every((segment) => {
    if (isCommand(segment)) return surface.spell(segment) !== undefined;
    if (!isSentence(segment) || "refusal" in segment) return true;
    const places = [...surface.words.chat[segment.sentence].matchAll(/\{(\w+)\}/g)];
    return places.every(([, name = ""]) => canBeTyped(asLine(segment.values[name] ?? ""), surface));
  });
}

const asLine = (value: Segment | Line): Line => (Array.isArray(value) ? (value as Line) : [value as Segment]);

function spellSentence(sentence: Sentence, surface: Surface): readonly Spelled[] {
  const { words } = surface;
  const template = "refusal" in sentence ? words.refusals[sentence.refusal] : words.chat[sentence.sentence];
  return template.split(/(\{\w+\})/).flatMap((part): readonly Spelled[] => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined) return part === "" ? [] : [part];
    return spell(asLine(sentence.values[name] ?? ""), surface);
  });
}

/** Outside text goes into a code span, where neither Markdown nor Telegram's HTML gives any character a meaning. */
function toMarkdownSegment(segment: Spelled): string {
  if (typeof segment === "string") return segment;
  if ("link" in segment) return segment.link.reveal();
  const text = "typed" in segment ? segment.typed : showable(segment.verbatim);
  return text === "" ? "" : `\`${text}\``;
}

function toPlainSegment(segment: Spelled): string {
  if (typeof segment === "string") return segment;
  if ("typed" in segment) return segment.typed;
  return "link" in segment ? segment.link.reveal() : showable(segment.verbatim);
}

const joinLines = (lines: readonly Line[], surface: Surface, show: (segment: Spelled) => string) =>
  lines
    .filter((line) => canBeTyped(line, surface))
    .map((line) => spell(line, surface).map(show).join(""))
    .join("\n\n");

/** For chats that read Markdown. A blank line between lines keeps each its own paragraph in every renderer. */
export function toMarkdown(screen: Screen, surface: Surface): string {
  return joinLines(screen.lines, surface, toMarkdownSegment);
}

/** For places without markup, such as an edited Telegram message. */
export function toPlainText(screen: Screen, surface: Surface): string {
  return joinLines(screen.lines, surface, toPlainSegment);
}

/** A button with its address or its wire data. */
export type WireButton =
  | { readonly label: string; readonly callbackData: string }
  | { readonly label: string; readonly link: Secret };

/** Longer addresses are refused as a button's by some chat networks (Discord's is the lowest limit known). */
const MAX_LINK_BUTTON = 512;

const isLinkButton = (button: Button): button is LinkButton => "link" in button;
const isShort = ({ link }: LinkButton) => link.reveal().length <= MAX_LINK_BUTTON;

/** The buttons that only open a link, row by row, for chats that hand no tap back. */
export function linkRows(screen: Screen, words: Catalogue): readonly (readonly WireButton[])[] {
  return screen.rows
    .map((row) => row.filter(isLinkButton).filter(isShort))
    .filter((row) => row.length > 0)
    .map((row) => row.map(({ label, link }) => ({ label: labelOf(label, words), link })));
}

/** A button's text: the host takes no empty one. */
function labelOf(label: Button["label"], words: Catalogue): string {
  return (
    spell([label], { words, spell: () => undefined })
      .map(toPlainSegment)
      .join("") || NAMELESS
  );
}

/** The screen's buttons row by row, each action as callback data that points into the remembered screen. */
export function toWireButtons(
  screen: Screen,
  words: Catalogue,
  { prefix, screenId }: { readonly prefix: string; readonly screenId: string },
): readonly (readonly WireButton[])[] {
  let index = 0;
  const dataOf = (action: Action) => encodeCallbackData(prefix, action.verb, { screenId, index: index++ });
  return screen.rows.map((row) =>
    row.map((button) => {
      const label = labelOf(button.label, words);
      return isLinkButton(button) ? { label, link: button.link } : { label, callbackData: dataOf(button.action) };
    }),
  );
}
