/** How Slack's apps write what a person types, and show what a bot wrote (docs.slack.dev/messaging/formatting-message-text). */

export type Fields = Readonly<Record<string, unknown>>;

export interface Named {
  readonly id: string;
  readonly name: string;
}

interface Typed {
  readonly text: string;
  /** The `rich_text` block that the apps send beside the text. */
  readonly blocks: readonly Fields[];
}

const URL_PATTERN = String.raw`https?:\/\/[^\s<>"${"`"}]*[^\s<>"${"`"}.,;:!?)'\]]`;
const EMAIL_PATTERN = String.raw`[\w.+-]+@[\w-]+(?:\.[\w-]+)+`;
const MENTION_PATTERN = String.raw`(?<![\w/])@[a-z][\w.-]*\w`;

/** URLs and e-mail addresses become links, names of people mentions, and `&`, `<` and `>` entities. */
export function typedText(text: string, people: readonly Named[]): Typed {
  const special = new RegExp(`(${URL_PATTERN}|${EMAIL_PATTERN}|${MENTION_PATTERN})`, "u");
  const written: string[] = [];
  const elements: Fields[] = [];
  for (const [at, part] of text.split(special).entries()) {
    const mentioned = people.find(({ name }) => part === `@${name}`);
    if (mentioned) {
      written.push(`<@${mentioned.id}>`);
      elements.push({ type: "user", user_id: mentioned.id });
    } else if (at % 2 === 0 || part.startsWith("@")) {
      written.push(escapeEntities(part));
      if (part !== "") elements.push({ type: "text", text: part });
    } else if (part.startsWith("http")) {
      written.push(`<${escapeEntities(part)}>`);
      elements.push({ type: "link", url: part });
    } else {
      written.push(`<mailto:${part}|${part}>`);
      elements.push({ type: "link", url: `mailto:${part}`, text: part, unsafe: true });
    }
  }
  return {
    text: written.join(""),
    blocks: [{ type: "rich_text", elements: [{ type: "rich_text_section", elements }] }],
  };
}

export function escapeEntities(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

export function decodeEntities(text: string): string {
  return text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
}

/** What a person reads of mrkdwn: styles gone, code without its backticks, a link with its URL. */
export function shownMrkdwn(text: string, people: readonly Named[]): string {
  const parts = text.split(/(```[^]*?```|`[^`\n]+`|<[^<>\n]+>)/u);
  return parts.map((part, at) => (at % 2 === 0 ? withoutStyles(part) : shownSpan(part, people))).join("");
}

function shownSpan(span: string, people: readonly Named[]): string {
  if (span.startsWith("`")) return shownLinks(span.replace(/^(`+)\n?([^]*?)\n?\1$/u, "$2"), people);
  return shownLink(span.slice(1, -1), people);
}

function shownLinks(text: string, people: readonly Named[]): string {
  const parts = text.split(/(<[^<>\n]+>)/u);
  return parts.map((part, at) => (at % 2 === 0 ? decodeEntities(part) : shownLink(part.slice(1, -1), people))).join("");
}

function shownLink(inside: string, people: readonly Named[]): string {
  const [target = "", label] = inside.split("|", 2).map(decodeEntities);
  if (target.startsWith("@")) return `@${people.find(({ id }) => target === `@${id}`)?.name ?? target.slice(1)}`;
  if (target.startsWith("#")) return `#${label ?? target.slice(1)}`;
  if (target.startsWith("!")) return label ?? `@${target.slice(1)}`;
  return label === undefined || target.endsWith(label) ? target.replace(/^mailto:/u, "") : `${label} (${target})`;
}

function withoutStyles(text: string): string {
  let plain = text;
  for (const mark of ["\\*", "_", "~"])
    plain = plain.replace(
      new RegExp(`(?<![\\w${mark}])${mark}(?=\\S)([^\\n${mark}]+)(?<=\\S)${mark}(?![\\w${mark}])`, "gu"),
      "$1",
    );
  return decodeEntities(plain);
}
