/** What a person reads of `formatted_body`, with the URL of each link that does not show it. */
import { decodeEntities } from "./telegram-html.ts";

const BLOCKS = /^(?:p|div|h[1-6]|ul|ol|li|pre|blockquote|table|thead|tbody|tr|hr|br|details|summary)$/;
/** After the mark of an item, too. */
const AT_LINE_START = /(?:^|\n)(?:- |\d+\. )?$/;
const TAG = /<(\/?)([A-Za-z][A-Za-z0-9]*)([^>]*)>/g;

export function renderMatrixHtml(html: string): string {
  const links: { readonly href: string; readonly start: number }[] = [];
  /** Of each open list the number of its next item; none of a bullet list. */
  const lists: (number | undefined)[] = [];
  let [text, at, preformatted] = ["", 0, 0];
  const write = (part: string) => {
    const shown = decodeEntities(preformatted > 0 ? part : part.replaceAll(/\s+/g, " "));
    text += AT_LINE_START.test(text) && preformatted === 0 ? shown.trimStart() : shown;
  };
  for (const tag of html.matchAll(TAG)) {
    const [whole, slash, written = "", attributes = ""] = tag;
    const [name, isEnd] = [written.toLowerCase(), slash === "/"];
    write(html.slice(at, tag.index));
    at = tag.index + whole.length;
    if (name === "pre") preformatted += isEnd ? -1 : 1;
    if (name === "br") text += "\n";
    else if (BLOCKS.test(name) && !AT_LINE_START.test(text)) text += "\n";
    if (name === "p" && isEnd && lists.length === 0) text += "\n";
    if (name === "ol" || name === "ul") {
      if (isEnd) lists.pop();
      else lists.push(name === "ol" ? Number(/\bstart="(\d+)"/.exec(attributes)?.[1] ?? 1) : undefined);
    }
    if (name === "li" && !isEnd) text += itemMark(lists);
    if (name === "td" && isEnd) text += " ";
    if (name !== "a") continue;
    if (!isEnd) links.push({ href: hrefOf(attributes), start: text.length });
    const link = isEnd ? links.pop() : undefined;
    if (link && link.href !== "" && text.slice(link.start).trim() !== link.href) text += ` (${link.href})`;
  }
  write(html.slice(at));
  return text.trim();
}

function itemMark(lists: (number | undefined)[]): string {
  const number = lists.pop();
  lists.push(number === undefined ? undefined : number + 1);
  return number === undefined ? "- " : `${number}. `;
}

function hrefOf(attributes: string): string {
  const found = /\bhref=(?:"([^"]*)"|'([^']*)')/i.exec(attributes);
  return decodeEntities(found?.[1] ?? found?.[2] ?? "");
}
