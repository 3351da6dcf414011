/** Block Kit: what Slack refuses of it (docs.slack.dev/reference/block-kit), and what a person sees. */
import type { ChatButton } from "../channels/network.ts";
import { decodeEntities, shownMrkdwn, type Fields, type Named } from "./slack-text.ts";

export interface Block extends Fields {
  readonly type: string;
  readonly block_id: string;
}

/** What a person can tap, with what Slack sends then. */
export interface ShownElement extends ChatButton {
  readonly blockId: string;
  readonly element: Fields;
  /** The choice in a menu. */
  readonly option?: Fields;
}

export interface ShownBlocks {
  readonly text: string;
  readonly rows: readonly (readonly ShownElement[])[];
}

const MAX_BLOCKS = 50;
const MAX_ACTIONS = 25;
const MAX_CONTEXT = 10;
const MAX_FIELDS = 10;
const MAX_OPTIONS = 100;
const MAX_LABEL = 75;
const MAX_VALUE = 2000;
const MAX_URL = 3000;
const MAX_OPTION_VALUE = 150;
const MAX_ID = 255;
const MAX_SECTION = 3000;
const MAX_FIELD = 2000;
const MAX_HEADER = 150;
const MAX_MARKDOWN = 12_000;
const BLOCK_TYPES = new Set(
  "actions context context_actions data_table data_visualization divider header image markdown plan rich_text section table task_card video".split(
    " ",
  ),
);

/** Why Slack refuses these blocks; empty if it does not. */
export function blockErrors(blocks: readonly Fields[]): string[] {
  const errors: string[] = [];
  const say = (why: string, path: string) => errors.push(`[ERROR] ${why} [json-pointer:${path}]`);
  if (blocks.length > MAX_BLOCKS) say(`no more than ${MAX_BLOCKS} items allowed`, "/blocks");
  const ids = blocks.flatMap(({ block_id: id }) => (typeof id === "string" ? [id] : []));
  if (new Set(ids).size < ids.length) say("block_id already exists", "/blocks");
  for (const [at, block] of blocks.entries()) checkBlock(block, `/blocks/${at}`, say);
  return errors;
}

type Say = (why: string, path: string) => void;

function checkBlock(block: Fields, path: string, say: Say): void {
  const { type } = block;
  if (typeof type !== "string" || !BLOCK_TYPES.has(type))
    return say(`unsupported type: ${String(type)}`, `${path}/type`);
  checkLength(block.block_id, MAX_ID, `${path}/block_id`, say);
  if (type === "section") {
    if (block.text === undefined && block.fields === undefined) say("missing required field: text", path);
    if (block.text !== undefined) checkText(block.text, MAX_SECTION, `${path}/text`, say);
    const fields = list(block.fields);
    checkCount(fields, MAX_FIELDS, `${path}/fields`, say);
    for (const [at, field] of fields.entries()) checkText(field, MAX_FIELD, `${path}/fields/${at}`, say);
    if (block.accessory !== undefined) checkElement(block.accessory as Fields, `${path}/accessory`, say);
  }
  if (type === "header") checkText(block.text, MAX_HEADER, `${path}/text`, say, ["plain_text"]);
  if (type === "markdown") checkLength(block.text, MAX_MARKDOWN, `${path}/text`, say);
  if (type === "context") {
    checkCount(list(block.elements), MAX_CONTEXT, `${path}/elements`, say);
    for (const [at, element] of list(block.elements).entries())
      if (element.type !== "image") checkText(element, MAX_SECTION, `${path}/elements/${at}`, say);
  }
  if (type === "actions") {
    const elements = list(block.elements);
    if (elements.length === 0) say("must have at least 1 item", `${path}/elements`);
    checkCount(elements, MAX_ACTIONS, `${path}/elements`, say);
    const ids = elements.flatMap(({ action_id: id }) => (typeof id === "string" ? [id] : []));
    if (new Set(ids).size < ids.length) say("`action_id` already exists", `${path}/elements`);
    for (const [at, element] of elements.entries()) checkElement(element, `${path}/elements/${at}`, say);
  }
}

function checkElement(element: Fields, path: string, say: Say): void {
  checkLength(element.action_id, MAX_ID, `${path}/action_id`, say);
  if (element.type === "button") {
    checkText(element.text, MAX_LABEL, `${path}/text`, say, ["plain_text"]);
    checkLength(element.value, MAX_VALUE, `${path}/value`, say);
    checkLength(element.url, MAX_URL, `${path}/url`, say);
    if (element.url !== undefined && !URL.canParse(String(element.url))) say("invalid url", `${path}/url`);
    const { style } = element;
    if (style !== undefined && style !== "primary" && style !== "danger") say("invalid value", `${path}/style`);
  } else if (element.type === "static_select" || element.type === "overflow") {
    const options = list(element.options);
    checkCount(options, element.type === "overflow" ? 5 : MAX_OPTIONS, `${path}/options`, say);
    for (const [at, option] of options.entries()) {
      checkText(option.text, MAX_LABEL, `${path}/options/${at}/text`, say);
      checkLength(option.value, MAX_OPTION_VALUE, `${path}/options/${at}/value`, say);
    }
  }
}

function checkText(value: unknown, limit: number, path: string, say: Say, types = ["plain_text", "mrkdwn"]): void {
  const text = (value ?? {}) as Fields;
  if (typeof text.type !== "string" || !types.includes(text.type)) return say("unsupported type", `${path}/type`);
  if (typeof text.text !== "string" || text.text === "") return say("must be more than 0 characters", `${path}/text`);
  checkLength(text.text, limit, `${path}/text`, say);
}

function checkLength(value: unknown, limit: number, path: string, say: Say): void {
  if (value === undefined) return;
  if (typeof value !== "string") return say("must be a string", path);
  if (value.length > limit) say(`must be less than ${limit + 1} characters`, path);
}

function checkCount(items: readonly unknown[], limit: number, path: string, say: Say): void {
  if (items.length > limit) say(`no more than ${limit} items allowed`, path);
}

/** Slack gives an id to each block and element that came without one. */
export function withIds(blocks: readonly Fields[]): Block[] {
  return blocks.map((block) => ({
    block_id: shortId(),
    ...block,
    type: String(block.type),
    ...(block.type === "actions" ? { elements: list(block.elements).map(withActionId) } : {}),
    ...(block.accessory === undefined ? {} : { accessory: withActionId(block.accessory as Fields) }),
  }));
}

export function shownBlocks(blocks: readonly Block[], people: readonly Named[]): ShownBlocks {
  const lines: string[] = [];
  const rows: (readonly ShownElement[])[] = [];
  for (const block of blocks) {
    const text = blockText(block, people);
    if (text !== "") lines.push(text);
    const elements = block.type === "actions" ? list(block.elements) : [block.accessory as Fields | undefined];
    const row = elements.flatMap((element) => (element ? shownElements(element, block.block_id) : []));
    if (row.length > 0) rows.push(row);
  }
  return { text: lines.join("\n"), rows };
}

function shownElements(element: Fields, blockId: string): ShownElement[] {
  const { type, url } = element;
  if (type === "button")
    return [{ label: plain(element.text), blockId, element, ...(typeof url === "string" ? { url } : {}) }];
  if (type !== "static_select" && type !== "overflow") return [];
  return list(element.options).map((option) => ({ label: plain(option.text), blockId, element, option }));
}

function blockText(block: Block, people: readonly Named[]): string {
  switch (block.type) {
    case "section": {
      const texts = [block.text as Fields | undefined, ...list(block.fields)];
      return texts.flatMap((text) => (text ? [shownText(text, people)] : [])).join("\n");
    }
    case "header":
      return plain(block.text);
    case "markdown":
      return String(block.text);
    case "context":
      return list(block.elements)
        .map((element) => shownText(element, people))
        .join(" ");
    case "rich_text":
      return richText(block, people);
    default:
      return "";
  }
}

function richText(part: Fields, people: readonly Named[]): string {
  if (part.type === "user") return `@${people.find(({ id }) => id === part.user_id)?.name ?? ""}`;
  if (part.type === "link") return shownMrkdwn(`<${String(part.url)}|${String(part.text ?? part.url)}>`, people);
  if (typeof part.text === "string") return part.text;
  return list(part.elements)
    .map((one) => richText(one, people))
    .join(part.type === "rich_text" || part.type === "rich_text_list" ? "\n" : "");
}

function shownText(text: Fields, people: readonly Named[]): string {
  if (text.type === "image") return String(text.alt_text);
  return text.type === "mrkdwn" ? shownMrkdwn(String(text.text), people) : plain(text);
}

function plain(text: unknown): string {
  return decodeEntities(String((text as Fields | undefined)?.text ?? ""));
}

function withActionId(element: Fields): Fields {
  return isInteractive(element) ? { action_id: shortId(), ...element } : element;
}

function isInteractive(element: Fields): boolean {
  return ["button", "static_select", "overflow"].includes(String(element.type));
}

function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? (value as readonly Fields[]) : [];
}

function shortId(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(4)))
    .toString("base64url")
    .slice(0, 5);
}
