/** What Telegram makes of `parse_mode: "HTML"`: the visible text, its links and code spans, or a refusal. */

export interface TextLink {
  readonly text: string;
  readonly url: string;
}

export type ParsedHtml =
  | {
      readonly kind: "text";
      readonly text: string;
      readonly links: readonly TextLink[];
      readonly code: readonly string[];
    }
  | { readonly kind: "refused"; readonly reason: string };

const TAGS = new Set([
  "b",
  "strong",
  "i",
  "em",
  "u",
  "ins",
  "s",
  "strike",
  "del",
  "span",
  "tg-spoiler",
  "a",
  "tg-emoji",
  "code",
  "pre",
  "blockquote",
  "tg-time",
]);
const ENTITIES: Record<string, string> = { lt: "<", gt: ">", amp: "&", quot: '"' };

/** Decodes the five entities Telegram knows; anything else stays as it was typed. */
export function decodeEntities(text: string): string {
  return text.replace(/&(#x[0-9a-f]+|#\d+|[a-z]+);/giu, (whole, name: string) => {
    if (name.startsWith("#")) {
      const code =
        name[1]?.toLowerCase() === "x" ? Number.parseInt(name.slice(2), 16) : Number.parseInt(name.slice(1), 10);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
    }
    return ENTITIES[name] ?? whole;
  });
}

interface OpenTag {
  readonly name: string;
  readonly start: number;
  readonly href: string | undefined;
}

export function parseTelegramHtml(html: string): ParsedHtml {
  const open: OpenTag[] = [];
  const links: TextLink[] = [];
  const code: string[] = [];
  let text = "";
  let at = 0;
  while (at < html.length) {
    const next = html.indexOf("<", at);
    text += decodeEntities(html.slice(at, next === -1 ? html.length : next));
    if (next === -1) break;
    const tag = /^<(\/?)([A-Za-z][A-Za-z0-9-]*)((?:\s+[A-Za-z-]+(?:=(?:"[^"]*"|'[^']*'|[^\s>]+))?)*)\s*>/u.exec(
      html.slice(next),
    );
    if (!tag)
      return refuse(`Unsupported start tag "${html.slice(next + 1, next + 12)}" at byte offset ${offset(html, next)}`);
    const [whole, slash, rawName = "", attributes = ""] = tag;
    const name = rawName.toLowerCase();
    at = next + whole.length;
    if (slash === "") {
      if (!TAGS.has(name)) return refuse(`Unsupported start tag "${name}" at byte offset ${offset(html, next)}`);
      const href = /\shref=(?:"([^"]*)"|'([^']*)'|([^\s>]+))/iu.exec(attributes);
      open.push({
        name,
        start: text.length,
        href: href ? decodeEntities(href[1] ?? href[2] ?? href[3] ?? "") : undefined,
      });
      continue;
    }
    const last = open.pop();
    if (last?.name !== name) {
      return refuse(
        last
          ? `Unmatched end tag at byte offset ${offset(html, next)}, expected "</${last.name}>", found "</${name}>"`
          : `Unexpected end tag at byte offset ${offset(html, next)}`,
      );
    }
    const inner = text.slice(last.start);
    if (name === "a" && last.href !== undefined) links.push({ text: inner, url: last.href });
    if (name === "code" || name === "pre") code.push(inner);
  }
  const unclosed = open.pop();
  if (unclosed) return refuse(`Can't find end tag corresponding to start tag "${unclosed.name}"`);
  return { kind: "text", text, links, code };
}

function refuse(reason: string): ParsedHtml {
  return { kind: "refused", reason };
}

function offset(html: string, index: number): number {
  return Buffer.byteLength(html.slice(0, index));
}
