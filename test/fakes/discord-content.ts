/** What a Discord message may hold: the fields of a create or an edit, judged as the API judges them. */

export type Fields = Readonly<Record<string, unknown>>;

/** Message flags. */
export const EPHEMERAL = 1 << 6;
export const LOADING = 1 << 7;
export const COMPONENTS_V2 = 1 << 15;

/** Component types. */
const ROW = 1;
export const BUTTON = 2;
const STRING_SELECT = 3;
const LAST_SELECT = 8;
const SECTION = 9;
const TEXT_DISPLAY = 10;
const LINK_STYLE = 5;

/** A refusal as the API words it. */
export class DiscordRefusal extends Error {
  readonly status: number;
  readonly code: number;
  readonly errors: Fields | undefined;

  constructor(status: number, code: number, message: string, errors?: Fields) {
    super(message);
    this.status = status;
    this.code = code;
    this.errors = errors;
  }
}

export const unknownChannel = () => new DiscordRefusal(404, 10_003, "Unknown Channel");
export const unknownMessage = () => new DiscordRefusal(404, 10_008, "Unknown Message");

type Path = readonly (string | number)[];

function invalidForm(path: Path, code: string, message: string): DiscordRefusal {
  let errors: Fields = { _errors: [{ code, message }] };
  for (const key of path.toReversed()) errors = { [key]: errors };
  return new DiscordRefusal(400, 50_035, "Invalid Form Body", errors);
}

export interface Component {
  readonly type: number;
  readonly style?: number;
  readonly label?: string;
  readonly url?: string;
  readonly custom_id?: string;
  readonly disabled?: boolean;
  readonly content?: string;
  readonly emoji?: unknown;
  readonly options?: readonly Fields[];
  readonly components?: readonly Component[];
  readonly accessory?: Component;
}

export interface Content {
  readonly content: string;
  readonly embeds: readonly Fields[];
  readonly components: readonly Component[];
  readonly isV2: boolean;
}

/**
 * Reads a create, or an edit of `before`: an absent field stays as it was, `null` empties it. The flag of Components V2
 * cannot be taken back.
 */
export function readContent(fields: Fields, before?: Content): Content {
  const pick = <K extends "content" | "embeds" | "components">(key: K, empty: Content[K]): Content[K] => {
    const given = fields[key] as Content[K] | null | undefined;
    return given === undefined ? (before?.[key] ?? empty) : (given ?? empty);
  };
  const isV2 = before?.isV2 === true || (Number(fields["flags"] ?? 0) & COMPONENTS_V2) !== 0;
  const content: Content = {
    content: pick("content", ""),
    embeds: pick("embeds", []),
    components: pick("components", []),
    isV2,
  };
  if (isV2) refuseLegacyFields(content);
  if ([...content.content].length > 2000) throw tooLong(["content"], 2000);
  if (content.embeds.length > 10) throw tooLong(["embeds"], 10);
  checkComponents(content);
  const isEmpty = content.content.trim() === "" && content.embeds.length + content.components.length === 0;
  const hasMore = ["attachments", "sticker_ids", "poll"].some((key) => fields[key] !== undefined);
  if (isEmpty && !hasMore) throw new DiscordRefusal(400, 50_006, "Cannot send an empty message");
  return content;
}

function refuseLegacyFields({ content, embeds }: Content): void {
  const legacy = content === "" ? (embeds.length > 0 ? "embeds" : undefined) : "content";
  if (legacy !== undefined)
    throw invalidForm(
      [legacy],
      "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2",
      `The '${legacy}' field cannot be used when using MessageFlags.IS_COMPONENTS_V2`,
    );
}

function tooLong(path: Path, limit: number): DiscordRefusal {
  return invalidForm(path, "BASE_TYPE_MAX_LENGTH", `Must be ${limit} or fewer in length.`);
}

function required(path: Path): DiscordRefusal {
  return invalidForm(path, "BASE_TYPE_REQUIRED", "This field is required");
}

function checkComponents({ components, isV2 }: Content): void {
  const all = flatten(components);
  if (isV2) {
    if (all.length > 40) throw tooLong(["components"], 40);
    const shown = all.reduce(
      (sum, { type, content = "" }) => sum + (type === TEXT_DISPLAY ? [...content].length : 0),
      0,
    );
    if (shown > 4000)
      throw invalidForm(
        ["components"],
        "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
        "Total displayable text in components exceeds maximum size of 4000",
      );
  } else {
    if (components.length > 5) throw tooLong(["components"], 5);
    const other = components.findIndex(({ type }) => type !== ROW);
    if (other >= 0)
      throw invalidForm(
        ["components", other, "type"],
        "BASE_TYPE_CHOICES",
        'Value of field "type" must be one of (1,).',
      );
  }
  components.forEach((component, index) => checkComponent(component, ["components", index]));
  const ids = all.flatMap(({ custom_id: id }) => (id === undefined ? [] : [id]));
  if (new Set(ids).size < ids.length)
    throw invalidForm(["components"], "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated");
}

function checkComponent(component: Component, path: Path): void {
  const inner = component.components ?? [];
  if (component.type === BUTTON) checkButton(component, path);
  if (component.type >= STRING_SELECT && component.type <= LAST_SELECT && component.type !== 4)
    checkSelect(component, path);
  if (component.type === ROW) checkRow(inner, path);
  if (component.type === SECTION && (inner.length < 1 || inner.length > 3))
    throw invalidForm([...path, "components"], "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 3 in length.");
  if (component.type === TEXT_DISPLAY && (component.content ?? "") === "") throw required([...path, "content"]);
  inner.forEach((one, index) => checkComponent(one, [...path, "components", index]));
  if (component.accessory) checkComponent(component.accessory, [...path, "accessory"]);
}

function checkRow(inner: readonly Component[], path: Path): void {
  const isFull = inner.some(({ type }) => type !== BUTTON) ? inner.length > 1 : inner.length > 5;
  if (isFull)
    throw invalidForm(
      [...path, "components"],
      "COMPONENT_LAYOUT_WIDTH_EXCEEDED",
      "The specified component exceeds the maximum width",
    );
  if (inner.length === 0)
    throw invalidForm([...path, "components"], "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 5 in length.");
}

function checkButton({ style, label = "", emoji, url, custom_id: id }: Component, path: Path): void {
  if (style === undefined) throw required([...path, "style"]);
  if ([...label].length > 80) throw tooLong([...path, "label"], 80);
  if (label === "" && emoji === undefined)
    throw invalidForm(path, "BUTTON_COMPONENT_LABEL_OR_EMOJI_REQUIRED", "A label or an emoji is required");
  if (url !== undefined && id !== undefined)
    throw invalidForm(path, "COMPONENT_CUSTOM_ID_AND_URL", "A custom id and url cannot both be specified");
  if (style !== LINK_STYLE) return checkCustomId(id, path);
  if (url === undefined) throw invalidForm(path, "BUTTON_COMPONENT_URL_REQUIRED", "A url is required");
  if (url.length > 512) throw tooLong([...path, "url"], 512);
  if (!URL.canParse(url)) throw invalidForm([...path, "url"], "URL_TYPE_INVALID_URL", "Not a well formed URL.");
  const scheme = new URL(url).protocol.slice(0, -1);
  if (!["http", "https", "discord"].includes(scheme))
    throw invalidForm(
      [...path, "url"],
      "URL_TYPE_INVALID_SCHEME",
      `Scheme "${scheme}" is not supported. Scheme must be one of ('http', 'https', 'discord').`,
    );
}

function checkCustomId(id: string | undefined, path: Path): void {
  if (id === undefined || id === "") throw required([...path, "custom_id"]);
  if (id.length > 100) throw tooLong([...path, "custom_id"], 100);
}

function checkSelect({ type, custom_id: id, options = [] }: Component, path: Path): void {
  checkCustomId(id, path);
  if (type !== STRING_SELECT) return;
  if (options.length < 1 || options.length > 25)
    throw invalidForm([...path, "options"], "BASE_TYPE_BAD_LENGTH", "Must be between 1 and 25 in length.");
  options.forEach((option, index) => {
    for (const key of ["label", "value"])
      if (String(option[key] ?? "").length > 100) throw tooLong([...path, "options", index, key], 100);
  });
}

/** Every component, the outer before its inner ones. */
export function flatten(components: readonly Component[]): Component[] {
  return components.flatMap((one) => [
    one,
    ...flatten(one.components ?? []),
    ...(one.accessory ? flatten([one.accessory]) : []),
  ]);
}

/** Rows of buttons from top to bottom. A button beside a section is a row of its own. */
export function buttonRows(components: readonly Component[]): Component[][] {
  return components.flatMap((one) => {
    if (one.type === ROW) return [(one.components ?? []).filter(({ type }) => type === BUTTON)];
    return [...buttonRows(one.components ?? []), ...(one.accessory?.type === BUTTON ? [[one.accessory]] : [])];
  });
}

/** All text, as Markdown: the content, the embeds, and the text displays of Components V2. */
export function markdownOf({ content, embeds, components }: Content): string {
  const embedded = embeds.flatMap(({ title, description }) => [title, description]);
  const displayed = flatten(components).map((one) => (one.type === TEXT_DISPLAY ? one.content : undefined));
  return [content, ...embedded, ...displayed].filter((part) => typeof part === "string" && part !== "").join("\n");
}
