/** One screen, three ways to show it: Markdown text, plain text, and buttons. Each text is complete without buttons. */
import { encodeCallbackData } from "./callback-data.ts";
import type { Action, Button, Line, LinkButton, Screen, Segment } from "./screen.ts";

/** Control, format (direction, zero width) and line-separating characters, and what would end a code span. */
const UNSHOWABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}`]/gu;
const MAX_VERBATIM = 120;
/** The label of a button whose name has nothing to show: the host takes no empty one. */
const NAMELESS = "?";

function showable(text: string): string {
  const clean = text.replace(UNSHOWABLE, "").toWellFormed();
  return clean.length > MAX_VERBATIM ? `${clean.slice(0, MAX_VERBATIM).toWellFormed()}…` : clean;
}

/** Outside text goes into a code span, where neither Markdown nor Telegram's HTML gives any character a meaning. */
function toMarkdownSegment(segment: Segment): string {
  if (typeof segment === "string") return segment;
  if ("link" in segment) return segment.link.reveal();
  const text = showable(segment.verbatim);
  return text === "" ? "" : `\`${text}\``;
}

function toPlainSegment(segment: Segment): string {
  if (typeof segment === "string") return segment;
  return "link" in segment ? segment.link.reveal() : showable(segment.verbatim);
}

const joinLines = (lines: readonly Line[], show: (segment: Segment) => string, separator: string) =>
  lines.map((line) => line.map(show).join("")).join(separator);

/** For chats that read Markdown. A blank line between lines keeps each its own paragraph in every renderer. */
export function toMarkdown(screen: Screen): string {
  return joinLines(screen.lines, toMarkdownSegment, "\n\n");
}

/** For places without markup, such as an edited Telegram message. */
export function toPlainText(screen: Screen): string {
  return joinLines(screen.lines, toPlainSegment, "\n\n");
}

/** A button with its address or its wire data. */
export type WireButton = { readonly label: string; readonly callbackData: string } | LinkButton;

/** Longer addresses are refused as a button's by some chat networks (Discord's is the lowest limit known). */
const MAX_LINK_BUTTON = 512;

const isLinkButton = (button: Button): button is LinkButton => "link" in button;

/** The buttons that only open a link, row by row, for chats that hand no tap back. */
export function linkRows(screen: Screen): readonly (readonly WireButton[])[] {
  return screen.rows
    .map((row) => row.filter(isLinkButton).filter(({ link }) => link.reveal().length <= MAX_LINK_BUTTON))
    .filter((row) => row.length > 0);
}

/** The screen's buttons row by row, each action as callback data that points into the remembered screen. */
export function toWireButtons(screen: Screen, prefix: string, screenId: string): readonly (readonly WireButton[])[] {
  let index = 0;
  const dataOf = (action: Action) => encodeCallbackData(prefix, action.verb, { screenId, index: index++ });
  return screen.rows.map((row) =>
    row.map((button) =>
      "link" in button ? button : { label: showable(button.label) || NAMELESS, callbackData: dataOf(button.action) },
    ),
  );
}
