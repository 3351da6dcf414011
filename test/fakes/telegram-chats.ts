/** The state of Telegram's chats as the people in them see it, and the rules the Bot API refuses by. */
import { parseTelegramHtml, type TextLink } from "./telegram-html.ts";

export interface TelegramUser {
  readonly id: number;
  readonly name: string;
  readonly username?: string;
  readonly language?: string;
}

export interface InlineButton {
  readonly text: string;
  readonly callback_data?: string;
  readonly url?: string;
  readonly [field: string]: unknown;
}

export type InlineKeyboard = readonly (readonly InlineButton[])[];

/** One message as it is NOW: edits are applied in place. */
export interface FakeMessage {
  readonly id: number;
  readonly chatId: number;
  readonly threadId: number | undefined;
  /** `undefined`: the bot wrote it. */
  readonly from: TelegramUser | undefined;
  readonly replyToId: number | undefined;
  /** What a person reads: markup rendered, entities decoded. */
  text: string;
  /** What the bot sent, before rendering. */
  raw: string;
  parseMode: string | undefined;
  links: readonly TextLink[];
  code: readonly string[];
  keyboard: InlineKeyboard;
  deleted: boolean;
  edits: number;
  /** Grows with every change in any chat; see `FakeTelegram.now()`. */
  changedAt: number;
  /** Every keyboard this message ever had: a person's screen may still show an old one. */
  readonly earlierKeyboards: InlineKeyboard[];
}

export type ChatType = "private" | "group" | "supergroup";

export interface FakeChat {
  readonly id: number;
  type: ChatType;
  title: string;
  isForum: boolean;
  /** Whether the bot may delete other people's messages in this group. */
  botIsAdmin: boolean;
  readonly messages: Map<number, FakeMessage>;
}

/** A refusal the way the Bot API words it. */
export class TelegramRefusal extends Error {
  readonly status: number;
  readonly parameters: Record<string, unknown> | undefined;

  constructor(status: number, description: string, parameters?: Record<string, unknown>) {
    super(description);
    this.status = status;
    this.parameters = parameters;
  }
}

export type Fields = Record<string, unknown>;

function badRequest(text: string): TelegramRefusal {
  return new TelegramRefusal(400, `Bad Request: ${text}`);
}

interface Content {
  readonly text: string;
  readonly raw: string;
  readonly parseMode: string | undefined;
  readonly links: readonly TextLink[];
  readonly code: readonly string[];
}

/** Renders `text` + `parse_mode`, or refuses like the server. Markdown modes are not modelled. */
export function renderContent(fields: Fields): Content {
  const raw = typeof fields.text === "string" ? fields.text : "";
  const parseMode = typeof fields.parse_mode === "string" ? fields.parse_mode : undefined;
  if (parseMode !== undefined && parseMode !== "HTML")
    throw badRequest(`the fake renders parse_mode HTML only, not ${parseMode}`);
  const parsed =
    parseMode === "HTML" ? parseTelegramHtml(raw) : { kind: "text" as const, text: raw, links: [], code: [] };
  if (parsed.kind === "refused") throw badRequest(`can't parse entities: ${parsed.reason}`);
  if (parsed.text.trim() === "") throw badRequest("message text is empty");
  if (parsed.text.length > 4096) throw badRequest("message is too long");
  return { text: parsed.text, raw, parseMode, links: parsed.links, code: parsed.code };
}

/** Checks an `inline_keyboard`. A host without a dot is refused by Telegram itself (rubenlagus/TelegramBots#302). */
export function readKeyboard(markup: unknown): InlineKeyboard {
  const parsed: unknown = typeof markup === "string" ? JSON.parse(markup) : markup;
  if (typeof parsed !== "object" || parsed === null || !("inline_keyboard" in parsed)) return [];
  const rows = parsed.inline_keyboard as InlineKeyboard;
  if (rows.flat().length > 100) throw badRequest("reply markup is too long");
  for (const button of rows.flat()) checkButton(button);
  return rows.filter((row) => row.length > 0);
}

function checkButton(button: InlineButton): void {
  if (typeof button.text !== "string" || button.text === "") {
    throw badRequest('can\'t parse inline keyboard button: Field "text" must be of type String');
  }
  if (button.callback_data !== undefined) {
    const bytes = Buffer.byteLength(button.callback_data);
    if (bytes === 0 || bytes > 64) throw badRequest("BUTTON_DATA_INVALID");
    return;
  }
  if (button.url === undefined) {
    if (Object.keys(button).some((key) => key !== "text" && key !== "style")) return;
    throw badRequest("can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard");
  }
  const url = URL.canParse(button.url) ? new URL(button.url) : undefined;
  const wrong = (why: string): TelegramRefusal =>
    badRequest(`inline keyboard button URL '${button.url ?? ""}' is invalid: ${why}`);
  if (!url) throw wrong("Wrong HTTP URL");
  if (!["http:", "https:", "tg:", "ton:"].includes(url.protocol)) throw wrong("Unsupported URL protocol");
  if (url.protocol.startsWith("http") && !url.hostname.includes(".") && !url.hostname.startsWith("["))
    throw wrong("Wrong HTTP URL");
}

export class TelegramChats {
  readonly #chats = new Map<number, FakeChat>();
  #clock = 0;
  #nextMessageId = 100;
  /** Called after every change. */
  onChange: (message: FakeMessage) => void = () => {};

  get clock(): number {
    return this.#clock;
  }

  chat(id: number): FakeChat {
    const found = this.#chats.get(id);
    if (!found) throw badRequest("chat not found");
    return found;
  }

  /** The chat, opened if nobody wrote there yet. Only people open chats; a bot cannot. */
  open(id: number, type?: ChatType, title = ""): FakeChat {
    let chat = this.#chats.get(id);
    if (!chat) {
      chat = {
        id,
        type: type ?? (id > 0 ? "private" : "supergroup"),
        title,
        isForum: false,
        botIsAdmin: false,
        messages: new Map(),
      };
      this.#chats.set(id, chat);
    }
    return chat;
  }

  messages(chatId: number): FakeMessage[] {
    return [...(this.#chats.get(chatId)?.messages.values() ?? [])].filter((message) => !message.deleted);
  }

  all(): FakeMessage[] {
    return [...this.#chats.values()]
      .flatMap((chat) => [...chat.messages.values()])
      .filter((message) => !message.deleted);
  }

  add(
    chatId: number,
    from: TelegramUser | undefined,
    content: Content,
    keyboard: InlineKeyboard,
    threadId?: number,
    replyToId?: number,
  ): FakeMessage {
    const chat = this.chat(chatId);
    const message: FakeMessage = {
      id: this.#nextMessageId++,
      chatId,
      threadId,
      from,
      replyToId,
      ...content,
      links: content.links,
      keyboard,
      deleted: false,
      edits: 0,
      changedAt: 0,
      earlierKeyboards: [],
    };
    chat.messages.set(message.id, message);
    this.#changed(message);
    return message;
  }

  /** The bot's own message, for an edit. */
  editable(chatId: number, messageId: number): FakeMessage {
    const message = this.chat(chatId).messages.get(messageId);
    if (!message || message.deleted) throw badRequest("message to edit not found");
    if (message.from) throw badRequest("message can't be edited");
    return message;
  }

  edit(message: FakeMessage, content: Content | undefined, keyboard: InlineKeyboard): FakeMessage {
    const sameText = content === undefined || (content.text === message.text && content.raw === message.raw);
    if (sameText && JSON.stringify(keyboard) === JSON.stringify(message.keyboard)) {
      throw badRequest(
        "message is not modified: specified new message content and reply markup are exactly the same as a current content and reply markup of the message",
      );
    }
    message.earlierKeyboards.push(message.keyboard);
    if (content) Object.assign(message, content);
    message.keyboard = keyboard;
    message.edits += 1;
    this.#changed(message);
    return message;
  }

  delete(chatId: number, messageId: number): void {
    const chat = this.chat(chatId);
    const message = chat.messages.get(messageId);
    if (!message || message.deleted) throw badRequest("message to delete not found");
    if (message.from && chat.type !== "private" && !chat.botIsAdmin) throw badRequest("message can't be deleted");
    message.deleted = true;
    this.#changed(message);
  }

  #changed(message: FakeMessage): void {
    this.#clock += 1;
    message.changedAt = this.#clock;
    this.onChange(message);
  }
}
