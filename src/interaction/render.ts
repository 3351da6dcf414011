/** One screen in one language, three ways to show it: Markdown, plain text, and buttons. Each text is complete alone. */
import type { Catalogue } from "../languages/catalogue.ts";
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

/** What is left of a segment once its language is known. */
type Spelled = Exclude<Segment, Sentence>;

/** A line in one language. Values keep apart from the words around them, and are never read for places of their own. */
function spell(line: Line, words: Catalogue): readonly Spelled[] {
  return line.flatMap((segment) => (isSentence(segment) ? spellSentence(segment, words) : [segment]));
}

const isSentence = (segment: Segment): segment is Sentence => typeof segment === "object" && "values" in segment;

function spellSentence(sentence: Sentence, words: Catalogue): readonly Spelled[] {
  const template = "refusal" in sentence ? words.refusals[sentence.refusal] : words.chat[sentence.sentence];
  return template.split(/(\{\w+\})/).flatMap((part): readonly Spelled[] => {
    const name = /^\{(\w+)\}$/.exec(part)?.[1];
    if (name === undefined) return part === "" ? [] : [part];
    const value = sentence.values[name] ?? "";
    return spell(Array.isArray(value) ? (value as Line) : [value as Segment], words);
  });
}

/** Outside text goes into a code span, where neither Markdown nor Telegram's HTML gives any character a meaning. */
function toMarkdownSegment(segment: Spelled): string {
  if (typeof segment === "string") return segment;
  if ("link" in segment) return segment.link.reveal();
  const text = showable(segment.verbatim);
  return text === "" ? "" : `\`${text}\``;
}

function toPlainSegment(segment: Spelled): string {
  if (typeof segment === "string") return segment;
  return "link" in segment ? segment.link.reveal() : showable(segment.verbatim);
}

const joinLines = (lines: readonly Line[], words: Catalogue, show: (segment: Spelled) => string) =>
  lines.map((line) => spell(line, words).map(show).join("")).join("\n\n");

/** For chats that read Markdown. A blank line between lines keeps each its own paragraph in every renderer. */
export function toMarkdown(screen: Screen, words: Catalogue): string {
  return joinLines(screen.lines, words, toMarkdownSegment);
}

/** For places without markup, such as an edited Telegram message. */
export function toPlainText(screen: Screen, words: Catalogue): string {
  return joinLines(screen.lines, words, toPlainSegment);
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
  return spell([label], words).map(toPlainSegment).join("") || NAMELESS;
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
