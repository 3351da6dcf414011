/** Message contents as Feishu's clients draw them, and the rules that the open platform refuses a card by. */
import type { ChatButton } from "../channels/network.ts";

export type Fields = Record<string, unknown>;

/** A refusal as the open platform words it. */
export class FeishuRefusal extends Error {
  readonly code: number;
  readonly status: number;

  constructor(code: number, message: string, status = 400) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

export interface DrawnButton extends ChatButton {
  /** What a tap sends to the app. */
  readonly value?: unknown;
}

export interface Drawing {
  readonly text: string;
  readonly buttons: readonly (readonly DrawnButton[])[];
}

const CARD_AND_POST_BYTES = 30 * 1024;
const TEXT_BYTES = 150 * 1024;
const CARD_ELEMENTS = 200;
const CARD_TABLES = 5;

/** Parses the `content` of a message of this type, or refuses it. */
export function readContent(type: string, content: unknown): Fields {
  if (typeof content !== "string" || content === "") throw invalid("content is empty");
  const limit = type === "text" ? TEXT_BYTES : CARD_AND_POST_BYTES;
  if (Buffer.byteLength(content) > limit)
    throw new FeishuRefusal(230025, "The length of the message content reaches its limit.");
  const parsed = parseObject(content);
  if (type === "interactive") {
    if (!parsed) throw cardRefusal(200621, "parse card json err, please check whether the card json is correct");
    if (parsed["type"] !== "card") checkCard(parsed);
    return parsed;
  }
  if (!parsed) throw invalid("content is not a string in json format");
  if (!["text", "post"].includes(type)) throw invalid("the fake has no messages of this type");
  return parsed;
}

export function checkCard(card: Fields): void {
  const isNew = card["schema"] === "2.0";
  const tags = tagsIn(card);
  if (tags.length > CARD_ELEMENTS) throw cardRefusal(11310, "element exceeds the limit");
  const old = isNew ? tags.find((tag) => tag === "action" || tag === "note") : undefined;
  if (old)
    throw cardRefusal(
      200861,
      `cards of schema V2 no longer support this capability; ErrorValue: unsupported tag ${old}`,
    );
  if (!isNew && card["body"] !== undefined) throw cardRefusal(200621, "parse card json err");
  const tables = tags.filter((tag) => tag === "table").length + countTables(JSON.stringify(card));
  if (tables > CARD_TABLES) throw cardRefusal(11310, "card table number over limit; ErrorValue: table");
}

/** A card of either schema: its header is its first line. */
export function drawCard(card: Fields): Drawing {
  const lines: string[] = [];
  const buttons: DrawnButton[][] = [];
  const title = asFields(asFields(card["header"])["title"])["content"];
  if (typeof title === "string" && title !== "") lines.push(title);
  const body = card["schema"] === "2.0" ? asFields(card["body"]) : card;
  for (const element of asList(body["elements"])) drawElement(element, lines, buttons);
  return { text: lines.join("\n"), buttons };
}

export function drawText(type: string, content: Fields): string {
  if (type === "text") return renderMentions(String(content["text"] ?? ""));
  // A post names its languages; the clients show the reader's, and the bot sends one.
  const post = asFields(Object.values(content)[0]);
  const paragraphs = asList(post["content"]).map((paragraph) =>
    (paragraph as unknown as readonly Fields[]).map(drawPostElement).join(""),
  );
  const title = typeof post["title"] === "string" ? [post["title"]] : [];
  return [...title, ...paragraphs].join("\n");
}

function drawPostElement(element: Fields): string {
  const text = String(element["text"] ?? "");
  switch (element["tag"]) {
    case "md":
      return renderMarkdown(text);
    case "a":
      return `${text} (${String(element["href"])})`;
    case "at":
      return `@${String(element["user_name"] ?? element["user_id"])} `;
    default:
      return text;
  }
}

function drawElement(element: Fields, lines: string[], buttons: DrawnButton[][]): void {
  switch (element["tag"]) {
    case "markdown":
    case "lark_md":
      lines.push(renderMarkdown(String(element["content"] ?? "")));
      return;
    case "plain_text":
      lines.push(String(element["content"] ?? ""));
      return;
    case "div":
      drawElement(asFields(element["text"]), lines, buttons);
      return;
    case "button":
      buttons.push([drawButton(element)]);
      return;
    case "action":
      buttons.push(asList(element["actions"]).map(drawButton));
      return;
    case "column_set": {
      const row: DrawnButton[][] = [];
      for (const column of asList(element["columns"]))
        for (const inner of asList(column["elements"])) drawElement(inner, lines, row);
      if (row.length > 0) buttons.push(row.flat());
      return;
    }
    default:
      for (const inner of asList(element["elements"])) drawElement(inner, lines, buttons);
  }
}

function drawButton(element: Fields): DrawnButton {
  const behaviors = asList(element["behaviors"]);
  const link = behaviors.find(({ type }) => type === "open_url");
  const url = link?.["default_url"] ?? element["url"];
  return {
    label: String(asFields(element["text"])["content"] ?? ""),
    ...(typeof url === "string" ? { url } : {}),
    value: behaviors.find(({ type }) => type === "callback")?.["value"] ?? element["value"],
  };
}

const MARKS = [
  String.raw`${"```"}[^\n]*\n(?<block>[\s\S]*?)${"```"}`,
  "`(?<code>[^`]+)`",
  String.raw`!?\[(?<label>(?:\\.|[^\]\\])*)\]\((?<href>[^)\s]+)\)`,
  String.raw`(?<url>https?://[^\s<>)]+)`,
  String.raw`\\(?<escaped>[\\${"`"}*_{}[\]()#+\-!|>~])`,
  String.raw`<at (?:user_)?id="?(?<at>[^">]+)"?>(?<name>[^<]*)</at>`,
  String.raw`(?<newline><br ?/?>)`,
  String.raw`(?<tag></?(?:font|text_tag)\b[^>]*>)`,
  String.raw`\*\*(?<bold>[^*]+)\*\*`,
  String.raw`\*(?=\S)(?<italic>[^*\n]+)(?<=\S)\*`,
  "~~(?<struck>[^~]+)~~",
].join("|");

/** A link shows its text, then its URL. */
export function renderMarkdown(source: string): string {
  const lines = source.replaceAll(/^(?:#{1,6}|>) +/gmu, "");
  return decodeEntities(renderMarks(lines));
}

function renderMarks(source: string): string {
  return source.replaceAll(new RegExp(MARKS, "gu"), (...parts: unknown[]) => {
    const found = parts.at(-1) as Record<string, string | undefined>;
    const verbatim = found["block"] ?? found["code"] ?? found["url"] ?? found["escaped"];
    if (verbatim !== undefined) return verbatim;
    if (found["href"] !== undefined) return `${renderMarks(found["label"] ?? "")} (${found["href"]})`;
    if (found["at"] !== undefined) return `@${found["name"] || found["at"]}`;
    if (found["newline"] !== undefined) return "\n";
    if (found["tag"] !== undefined) return "";
    return renderMarks(found["bold"] ?? found["italic"] ?? found["struck"] ?? "");
  });
}

function renderMentions(text: string): string {
  return text.replaceAll(/<at user_id="([^"]+)">([^<]*)<\/at>/gu, (_all, id: string, name: string) => `@${name || id}`);
}

function decodeEntities(text: string): string {
  return text
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll(/&#(\d+);/gu, (_all, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll("&amp;", "&");
}

function tagsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(tagsIn);
  if (typeof value !== "object" || value === null) return [];
  const { tag } = value as Fields;
  return [...(typeof tag === "string" ? [tag] : []), ...Object.values(value).flatMap(tagsIn)];
}

function countTables(json: string): number {
  return json.match(/\\n\|?(?: *:?-{3,}:? *\|)+/gu)?.length ?? 0;
}

function cardRefusal(code: number, why: string): FeishuRefusal {
  return new FeishuRefusal(230099, `Failed to create card content, ext=ErrCode: ${code}; ErrMsg: ${why}; `);
}

export function invalid(ext: string): FeishuRefusal {
  return new FeishuRefusal(230001, `Your request contains an invalid request parameter, ext=${ext}`);
}

export function parseObject(json: string): Fields | undefined {
  try {
    const parsed: unknown = JSON.parse(json);
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed) ? (parsed as Fields) : undefined;
  } catch {
    return undefined;
  }
}

export function asFields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? (value as Fields) : {};
}

function asList(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? (value as readonly Fields[]) : [];
}
