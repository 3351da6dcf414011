/**
 * A Telegram Bot API on 127.0.0.1 for `channels.telegram.apiRoot`: keeps the chats, hands out updates by
 * long polling, and refuses what the real one refuses. Delays and rate limits are not modelled.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { closeServer, listenOnLoopback, readBody, sendJson } from "../support/loopback.ts";
import { waitUntil } from "../support/wait.ts";
import {
  readKeyboard,
  renderContent,
  TelegramChats,
  TelegramRefusal,
  type ChatType,
  type FakeChat,
  type FakeMessage,
  type Fields,
  type InlineButton,
  type TelegramUser,
} from "./telegram-chats.ts";

export type { ChatType, FakeMessage, InlineButton, InlineKeyboard, TelegramUser } from "./telegram-chats.ts";

export interface RecordedCall {
  readonly method: string;
  readonly fields: Fields;
  readonly atMs: number;
  readonly ok: boolean;
  /** The refusal's text, when refused. */
  readonly description?: string;
}

export interface SendTextOptions {
  /** Default: the sender's private chat. Negative ids are groups. */
  readonly chatId?: number;
  readonly chatType?: ChatType;
  readonly threadId?: number;
  readonly replyTo?: FakeMessage;
  /** The message arrives as forwarded from this user. */
  readonly forward?: TelegramUser;
}

/** A button by its label (on the message now or earlier), or by the data a stale screen would send. */
export type ButtonChoice = string | { readonly data: string };

export interface FakeTelegram {
  readonly url: string;
  readonly token: string;
  readonly botUsername: string;
  /** Whether the bot is waiting for updates right now. */
  readonly polling: boolean;
  readonly calls: readonly RecordedCall[];
  /** Told of each call as it arrives, before it is answered. */
  onCall: ((call: Pick<RecordedCall, "method" | "fields">) => void) | undefined;
  callsTo(method: string): RecordedCall[];
  /** A person writes. Texts over 4096 units are split as the apps do; the last part is returned. */
  sendText(from: TelegramUser, text: string, options?: SendTextOptions): FakeMessage;
  /** A person taps. A url button gives its url; any other the id of the callback query. */
  tap(
    from: TelegramUser,
    message: FakeMessage,
    button: ButtonChoice,
  ): { readonly url: string } | { readonly callbackId: string };
  /** `sendText`, then the bot's next message (or edit) in that chat. */
  ask(from: TelegramUser, text: string, options?: SendTextOptions): Promise<FakeMessage>;
  /** `tap`, then the bot's next message (or edit) in that chat. */
  press(from: TelegramUser, message: FakeMessage, button: ButtonChoice): Promise<FakeMessage>;
  /** The first message of the bot that fits, already there or to come; `after` is a `now()` taken before. */
  waitForMessage(fits: (message: FakeMessage) => boolean, after?: number): Promise<FakeMessage>;
  /** The change counter; see `FakeMessage.changedAt`. */
  now(): number;
  /** All messages of a chat that are not deleted, people's included, oldest first. */
  messages(chatId: number): FakeMessage[];
  message(chatId: number, id: number): FakeMessage | undefined;
  /** Button labels by row, as they are now. */
  keyboard(message: FakeMessage): string[][];
  button(message: FakeMessage, label: string): InlineButton | undefined;
  /** Opens or changes a group. */
  group(chatId: number, change?: { title?: string; type?: ChatType; isForum?: boolean; botIsAdmin?: boolean }): void;
  /** The next `times` calls of this method fail as given. */
  failNext(method: string, failure: { status: number; description: string; retryAfter?: number }, times?: number): void;
  close(): Promise<void>;
}

interface Update {
  readonly update_id: number;
  readonly [kind: string]: unknown;
}

interface Poll {
  readonly finish: (updates: readonly Update[] | TelegramRefusal) => void;
}

const BOT = { id: 7_000_001, username: "codex_auth_test_bot", first_name: "Codex Auth Test" };

export async function startFakeTelegram(): Promise<FakeTelegram> {
  const telegram = new TelegramServer();
  await telegram.listen();
  return telegram;
}

class TelegramServer implements FakeTelegram {
  readonly token = `${BOT.id}:${Buffer.from(crypto.getRandomValues(new Uint8Array(24))).toString("base64url")}`;
  readonly botUsername = BOT.username;
  readonly calls: RecordedCall[] = [];
  onCall: FakeTelegram["onCall"];
  readonly #chats = new TelegramChats();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #updates: Update[] = [];
  readonly #failures = new Map<string, { refusal: TelegramRefusal; times: number }>();
  readonly #openQueries = new Set<string>();
  #poll: Poll | undefined;
  #nextUpdateId = 5000;
  #nextQueryId = 1;
  url = "";

  get polling(): boolean {
    return this.#poll !== undefined;
  }

  async listen(): Promise<void> {
    this.url = `http://127.0.0.1:${await listenOnLoopback(this.#server)}`;
  }

  async close(): Promise<void> {
    this.#poll?.finish([]);
    await closeServer(this.#server);
  }

  callsTo(method: string): RecordedCall[] {
    return this.calls.filter((call) => call.method === method);
  }

  // ---- what people do

  sendText(from: TelegramUser, text: string, options: SendTextOptions = {}): FakeMessage {
    const chatId = options.chatId ?? from.id;
    const chat = this.#chats.open(chatId, options.chatType, `chat ${chatId}`);
    if (options.threadId !== undefined && chat.type !== "private") chat.isForum = true;
    const parts = text.match(/[\s\S]{1,4096}/gu) ?? [];
    if (parts.length === 0) throw new Error("a person cannot send an empty message");
    let last: FakeMessage | undefined;
    for (const part of parts) {
      last = this.#chats.add(chatId, from, renderContent({ text: part }), [], options.threadId, options.replyTo?.id);
      this.#push({
        message: {
          ...this.#wireMessage(last),
          ...(options.replyTo ? { reply_to_message: this.#wireMessage(options.replyTo) } : {}),
          ...(options.forward
            ? { forward_origin: { type: "user", sender_user: wireUser(options.forward), date: seconds() } }
            : {}),
        },
      });
    }
    return last as FakeMessage;
  }

  tap(from: TelegramUser, message: FakeMessage, button: ButtonChoice): { url: string } | { callbackId: string } {
    const chosen = typeof button === "string" ? this.#shownButton(message, button) : undefined;
    if (chosen?.url !== undefined) return { url: chosen.url };
    const callbackId = String(4_000_000_000_000 + this.#nextQueryId++);
    this.#openQueries.add(callbackId);
    const data = typeof button === "string" ? chosen?.callback_data : button.data;
    this.#push({
      callback_query: {
        id: callbackId,
        from: wireUser(from),
        message: this.#wireMessage(message),
        chat_instance: String(message.chatId),
        data,
      },
    });
    return { callbackId };
  }

  async ask(from: TelegramUser, text: string, options: SendTextOptions = {}): Promise<FakeMessage> {
    const sent = this.sendText(from, text, options);
    return this.waitForMessage((message) => message.chatId === sent.chatId, sent.changedAt);
  }

  async press(from: TelegramUser, message: FakeMessage, button: ButtonChoice): Promise<FakeMessage> {
    const before = this.now();
    this.tap(from, message, button);
    return this.waitForMessage((candidate) => candidate.chatId === message.chatId, before);
  }

  #shownButton(message: FakeMessage, label: string): InlineButton {
    for (const keyboard of [message.keyboard, ...message.earlierKeyboards.toReversed()]) {
      const found = keyboard.flat().find((button) => button.text === label);
      if (found) return found;
    }
    throw new Error(
      `message ${message.id} never had a button "${label}"; it has ${JSON.stringify(this.keyboard(message))}`,
    );
  }

  // ---- what tests look at

  now(): number {
    return this.#chats.clock;
  }

  async waitForMessage(fits: (message: FakeMessage) => boolean, after = 0): Promise<FakeMessage> {
    return waitUntil("a message of the bot", () =>
      this.#chats.all().find((message) => !message.from && message.changedAt > after && fits(message)),
    );
  }

  messages(chatId: number): FakeMessage[] {
    return this.#chats.messages(chatId);
  }

  message(chatId: number, id: number): FakeMessage | undefined {
    return this.#chats.messages(chatId).find((message) => message.id === id);
  }

  keyboard(message: FakeMessage): string[][] {
    return message.keyboard.map((row) => row.map((button) => button.text));
  }

  button(message: FakeMessage, label: string): InlineButton | undefined {
    return message.keyboard.flat().find((button) => button.text === label);
  }

  group(
    chatId: number,
    change: { title?: string; type?: ChatType; isForum?: boolean; botIsAdmin?: boolean } = {},
  ): void {
    Object.assign(this.#chats.open(chatId, change.type, change.title), change);
  }

  failNext(method: string, failure: { status: number; description: string; retryAfter?: number }, times = 1): void {
    const parameters = failure.retryAfter === undefined ? undefined : { retry_after: failure.retryAfter };
    this.#failures.set(method, {
      refusal: new TelegramRefusal(failure.status, failure.description, parameters),
      times,
    });
  }

  // ---- the wire

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? "/", "http://127.0.0.1").pathname;
    const match = /^\/bot([^/]+)\/([A-Za-z]+)$/u.exec(path);
    if (match?.[1] !== this.token)
      return sendJson(response, 401, { ok: false, error_code: 401, description: "Unauthorized" });
    const method = match[2] as string;
    const fields = parseFields(request.headers["content-type"] ?? "", await readBody(request, 64 * 1024 * 1024));
    for (const [key, value] of new URL(request.url ?? "/", "http://127.0.0.1").searchParams) fields[key] ??= value;
    const atMs = Date.now();
    this.onCall?.({ method, fields });
    try {
      this.#failIfAsked(method);
      const result = method === "getUpdates" ? await this.#getUpdates(fields, response) : this.#answer(method, fields);
      this.calls.push({ method, fields, atMs, ok: true });
      sendJson(response, 200, { ok: true, result });
    } catch (error) {
      const refusal =
        error instanceof TelegramRefusal ? error : new TelegramRefusal(500, `Internal Server Error: ${String(error)}`);
      this.calls.push({ method, fields, atMs, ok: false, description: refusal.message });
      const { status, message: description, parameters } = refusal;
      sendJson(response, status, { ok: false, error_code: status, description, ...(parameters ? { parameters } : {}) });
    }
  }

  #failIfAsked(method: string): void {
    const failure = this.#failures.get(method);
    if (!failure || failure.times <= 0) return;
    failure.times -= 1;
    throw failure.refusal;
  }

  #answer(method: string, fields: Fields): unknown {
    switch (method) {
      case "getMe":
        return {
          id: BOT.id,
          is_bot: true,
          first_name: BOT.first_name,
          username: BOT.username,
          can_join_groups: true,
          can_read_all_group_messages: true,
          supports_inline_queries: false,
        };
      case "sendMessage":
        return this.#sendMessage(fields);
      case "editMessageText":
        return this.#edit(fields, true);
      case "editMessageReplyMarkup":
        return this.#edit(fields, false);
      case "deleteMessage":
        this.#chats.delete(Number(fields.chat_id), Number(fields.message_id));
        return true;
      case "deleteMessages":
        for (const id of fields.message_ids as number[]) this.#chats.delete(Number(fields.chat_id), Number(id));
        return true;
      case "answerCallbackQuery":
        if (!this.#openQueries.delete(String(fields.callback_query_id))) {
          throw new TelegramRefusal(
            400,
            "Bad Request: query is too old and response timeout expired or query ID is invalid",
          );
        }
        return true;
      case "getChat":
        return wireChat(this.#chats.chat(Number(fields.chat_id)));
      case "getChatMember":
        return {
          status: this.#chats.chat(Number(fields.chat_id)).botIsAdmin ? "administrator" : "member",
          user: { id: Number(fields.user_id), is_bot: Number(fields.user_id) === BOT.id, first_name: "member" },
        };
      case "getMyCommands":
        return this.callsTo("setMyCommands").at(-1)?.fields.commands ?? [];
      case "getWebhookInfo":
        return { url: "", has_custom_certificate: false, pending_update_count: this.#updates.length };
      case "getFile":
        throw new TelegramRefusal(400, "Bad Request: invalid file_id");
      default:
        return true;
    }
  }

  #sendMessage(fields: Fields): unknown {
    const chat = this.#chats.chat(Number(fields.chat_id));
    const replyTo = replyTarget(fields);
    if (replyTo !== undefined && !replyTo.lenient && !chat.messages.has(replyTo.id))
      throw new TelegramRefusal(400, "Bad Request: message to be replied not found");
    const threadId = fields.message_thread_id === undefined ? undefined : Number(fields.message_thread_id);
    const message = this.#chats.add(
      chat.id,
      undefined,
      renderContent(fields),
      readKeyboard(fields.reply_markup),
      threadId,
      replyTo?.id,
    );
    return this.#wireMessage(message);
  }

  #edit(fields: Fields, withText: boolean): unknown {
    const message = this.#chats.editable(Number(fields.chat_id), Number(fields.message_id));
    const content = withText ? renderContent(fields) : undefined;
    return this.#wireMessage(this.#chats.edit(message, content, readKeyboard(fields.reply_markup)));
  }

  async #getUpdates(fields: Fields, response: ServerResponse): Promise<readonly Update[]> {
    this.#poll?.finish(
      new TelegramRefusal(
        409,
        "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
      ),
    );
    const offset = Number(fields.offset ?? 0);
    // An offset confirms everything before it: those updates are never handed out again.
    if (offset > 0) this.#updates.splice(0, this.#updates.filter((update) => update.update_id < offset).length);
    const limit = Number(fields.limit ?? 100);
    const timeoutMs = Number(fields.timeout ?? 0) * 1000;
    if (this.#updates.length > 0 || timeoutMs === 0) return this.#updates.slice(0, limit);
    const { promise, resolve, reject } = Promise.withResolvers<readonly Update[]>();
    const timer = setTimeout(() => poll.finish([]), timeoutMs);
    const poll: Poll = {
      finish: (outcome) => {
        clearTimeout(timer);
        if (this.#poll === poll) this.#poll = undefined;
        if (outcome instanceof TelegramRefusal) reject(outcome);
        else resolve(outcome.slice(0, limit));
      },
    };
    response.once("close", () => poll.finish([]));
    this.#poll = poll;
    return promise;
  }

  #push(body: Record<string, unknown>): void {
    this.#updates.push({ update_id: this.#nextUpdateId++, ...body });
    this.#poll?.finish([...this.#updates]);
  }

  #wireMessage(message: FakeMessage): Record<string, unknown> {
    const chat = this.#chats.chat(message.chatId);
    return {
      message_id: message.id,
      ...(message.threadId === undefined ? {} : { message_thread_id: message.threadId, is_topic_message: true }),
      from: message.from
        ? wireUser(message.from)
        : { id: BOT.id, is_bot: true, first_name: BOT.first_name, username: BOT.username },
      chat: wireChat(chat),
      date: seconds(),
      ...(message.edits > 0 ? { edit_date: seconds() } : {}),
      text: message.text,
      entities: entitiesOf(message.text),
      ...(message.keyboard.length > 0 ? { reply_markup: { inline_keyboard: message.keyboard } } : {}),
    };
  }
}

function parseFields(contentType: string, body: string): Fields {
  if (body === "") return {};
  if (contentType.includes("json")) return JSON.parse(body) as Fields;
  if (contentType.includes("urlencoded")) return Object.fromEntries(new URLSearchParams(body));
  return { multipart: body };
}

function replyTarget(fields: Fields): { id: number; lenient: boolean } | undefined {
  const parameters = (
    typeof fields.reply_parameters === "string" ? JSON.parse(fields.reply_parameters) : fields.reply_parameters
  ) as Fields | undefined;
  const id = parameters?.message_id ?? fields.reply_to_message_id;
  if (id === undefined) return undefined;
  return {
    id: Number(id),
    lenient: Boolean(parameters?.allow_sending_without_reply ?? fields.allow_sending_without_reply),
  };
}

function wireUser(user: TelegramUser): Record<string, unknown> {
  return {
    id: user.id,
    is_bot: false,
    first_name: user.name,
    ...(user.username === undefined ? {} : { username: user.username }),
    language_code: user.language ?? "en",
  };
}

function wireChat(chat: FakeChat): Record<string, unknown> {
  if (chat.type === "private") return { id: chat.id, type: "private", first_name: chat.title };
  return { id: chat.id, type: chat.type, title: chat.title, ...(chat.isForum ? { is_forum: true } : {}) };
}

/** Commands, mentions and links, as the servers mark them. A link needs a dot in its host. */
function entitiesOf(text: string): { type: string; offset: number; length: number }[] {
  const found: { type: string; offset: number; length: number }[] = [];
  const mark = (type: string, pattern: RegExp): void => {
    for (const match of text.matchAll(pattern)) found.push({ type, offset: match.index, length: match[0].length });
  };
  mark("bot_command", /(?<![\w/@.:?=&%-])\/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])/gu);
  mark("mention", /(?<![\w/])@[A-Za-z0-9_]{4,32}/gu);
  mark("url", /https?:\/\/[^\s/]+\.[^\s]+/gu);
  return found.toSorted((a, b) => a.offset - b.offset);
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
