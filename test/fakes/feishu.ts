/**
 * The Feishu open platform of one app on 127.0.0.1: its REST APIs over TLS for `channels.feishu.domain`, and its events
 * to the gateway's webhook. Rate limits, permissions, media and documents are not modelled.
 */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { ChatMessage, ChatNetwork, People, Person, SayOptions, Where } from "../channels/network.ts";
import { makeCa, makeLeaf } from "../support/certificates.ts";
import type { JsonObject } from "../support/gateway-config.ts";
import { closeServer, freePort, listenOnLoopback, readBody, sendJson } from "../support/loopback.ts";
import { makeTempDir, removeTempDir } from "../support/temp-dir.ts";
import { asFields, FeishuRefusal, invalid, parseObject, type DrawnButton, type Fields } from "./feishu-cards.ts";
import { FeishuChats, findElement, randomId, type FeishuChat, type FeishuMessage } from "./feishu-chats.ts";
import { FeishuEvents } from "./feishu-events.ts";

/** `chat`: look-ups of a chat, which the gateway makes to know whether a card that was tapped is in a group. */
type FeishuCall = "send" | "edit" | "chat";

export interface FakeFeishu extends ChatNetwork {
  /** What the group is called in the API. */
  readonly groupId: string;
  failNext(kind: FeishuCall, times?: number): void;
}

const BOT_NAME = "Codex Auth Test";
const WEBHOOK_PATH = "/feishu/events";

export async function startFeishu(): Promise<FakeFeishu> {
  const feishu = new FeishuServer(await freePort());
  await feishu.listen();
  return feishu;
}

class FeishuServer implements FakeFeishu {
  readonly channel = "feishu";
  readonly people: People = {
    owner: makePerson("Dana"),
    secondOwner: makePerson("Sam"),
    allowed: makePerson("Kim"),
    stranger: makePerson("Robin"),
  };
  readonly #chats = new FeishuChats(Object.values(this.people) as Person[]);
  readonly #botOpenId = randomId("ou_");
  readonly #appSecret = randomId("");
  readonly #tenantToken = randomId("t-g1", 20);
  readonly #dir = makeTempDir("feishu");
  readonly #requests: string[] = [];
  readonly #failures = new Map<FeishuCall, number>();
  /** Buttons that were tapped, which an edit may have taken away. */
  readonly #tapped = new Map<string, DrawnButton>();
  readonly #target;
  readonly #events: FeishuEvents;
  #server: Server | undefined;
  #caFile = "";
  #url = "";
  #threadRoot: FeishuMessage | undefined;

  constructor(webhookPort: number) {
    this.#target = {
      port: webhookPort,
      path: WEBHOOK_PATH,
      appId: randomId("cli_", 8),
      tenantKey: randomId("", 8),
      verificationToken: randomId(""),
      encryptKey: randomId(""),
    };
    this.#events = new FeishuEvents(this.#target);
  }

  async listen(): Promise<void> {
    const ca = await makeCa(this.#dir, "feishu");
    const leaf = await makeLeaf(this.#dir, ca, "feishu", ["127.0.0.1"]);
    this.#server = createServer(leaf, (request, response) => void this.#serve(request, response));
    this.#caFile = ca.certFile;
    this.#url = `https://127.0.0.1:${await listenOnLoopback(this.#server)}`;
  }

  async close(): Promise<void> {
    this.#events.close();
    if (this.#server) await closeServer(this.#server);
    removeTempDir(this.#dir);
  }

  get env(): Readonly<Record<string, string>> {
    return { NODE_EXTRA_CA_CERTS: this.#caFile };
  }

  get groupId(): string {
    return this.#chats.group.id;
  }

  get config(): JsonObject {
    const { owner, secondOwner, allowed } = this.people;
    return {
      channels: {
        feishu: {
          enabled: true,
          domain: this.#url,
          appId: this.#target.appId,
          appSecret: this.#appSecret,
          connectionMode: "webhook",
          verificationToken: this.#target.verificationToken,
          encryptKey: this.#target.encryptKey,
          webhookHost: "127.0.0.1",
          webhookPort: this.#target.port,
          webhookPath: this.#target.path,
          dmPolicy: "allowlist",
          allowFrom: [owner.id, secondOwner.id, allowed.id],
          groupPolicy: "open",
        },
      },
    };
  }

  isConnected(): boolean {
    return this.#events.isConnected;
  }

  now(): number {
    return this.#chats.clock;
  }

  // ---- what people do

  async say(person: Person, text: string, { where = "direct", replyTo }: SayOptions = {}): Promise<void> {
    if (text.trim() === "") throw new Error("Feishu's clients send no empty message");
    const chat = this.#room(person, where);
    const mentionsBot = chat.mode === "group" && text.includes(`@${BOT_NAME}`);
    // A mention travels as a key, whose name is beside the text.
    const content = JSON.stringify({ text: mentionsBot ? text.replace(`@${BOT_NAME}`, "@_user_1") : text });
    const parent = replyTo ? this.#chats.message(replyTo.id) : where === "thread" ? this.#rootOfThread() : undefined;
    const message = this.#chats.add(chat, person, "text", content, { parent, inThread: where === "thread" });
    await this.#events.push("im.message.receive_v1", {
      sender: { sender_id: this.#ids(person), sender_type: "user", tenant_key: this.#target.tenantKey },
      message: {
        message_id: message.id,
        ...threadFields(message),
        create_time: String(message.createdAtMs),
        update_time: String(message.createdAtMs),
        chat_id: chat.id,
        chat_type: chat.mode,
        message_type: message.type,
        content: message.content,
        ...(mentionsBot ? { mentions: [this.#mentionOfBot()] } : {}),
      },
    });
  }

  async tap(person: Person, { id }: ChatMessage, label: string): Promise<void> {
    const message = this.#chats.message(id);
    if (!message.chat.members.includes(person)) throw new Error(`${person.name} cannot see message ${id}`);
    const { buttons } = message.isRecalled ? { buttons: [] } : this.#chats.draw(message);
    const button = buttons.flat().find((one) => one.label === label && one.value !== undefined);
    if (!button)
      throw new Error(
        `message ${id} has no button "${label}" to tap; it has ${JSON.stringify(buttons.map((row) => row.map((one) => one.label)))}`,
      );
    this.#tapped.set(`${id} ${label}`, button);
    await this.#sendTap(person, message, button);
  }

  async tapAnyway(person: Person, { id }: ChatMessage, label: string, where: Where = "direct"): Promise<void> {
    const message = this.#chats.message(id);
    const known = this.#chats.draw(message).buttons.flat();
    const button = this.#tapped.get(`${id} ${label}`) ?? known.find((one) => one.label === label);
    if (button?.value === undefined) throw new Error(`message ${id} never had a button "${label}" to tap`);
    const chat = this.#room(person, where);
    await this.#sendTap(person, message.chat === chat ? message : this.#forward(button, chat), button);
  }

  #forward({ label, value }: DrawnButton, chat: FeishuChat): FeishuMessage {
    const text = { tag: "plain_text", content: label };
    const elements = [{ tag: "action", actions: [{ tag: "button", text, value }] }];
    return this.#chats.add(chat, undefined, "interactive", JSON.stringify({ elements }));
  }

  async #sendTap(person: Person, { id, chat }: FeishuMessage, { value }: DrawnButton): Promise<void> {
    await this.#events.call("card.action.trigger", {
      operator: { tenant_key: this.#target.tenantKey, ...this.#ids(person) },
      token: randomId("c-", 20),
      action: { value, tag: "button" },
      host: "im_message",
      context: { open_message_id: id, open_chat_id: chat.id },
    });
  }

  // ---- what people see

  /** A card that streams is there when it is complete, so that a test reads no half answer. */
  messages(person: Person, where: Where = "direct"): readonly ChatMessage[] {
    const chat = this.#room(person, where);
    return this.#chats
      .all()
      .filter((one) => one.chat === chat && !one.isRecalled && (one.threadId !== undefined) === (where === "thread"))
      .filter((one) => !this.#chats.isStreaming(one))
      .map((one) => ({ ...this.#chats.draw(one), message: one }))
      .map(({ text, buttons, message }) => ({
        id: message.id,
        text,
        buttons: buttons.map((row) => row.map(({ label, url }) => (url === undefined ? { label } : { label, url }))),
        isByBot: message.sender === undefined,
        changedAt: message.changedAt,
      }));
  }

  failNext(kind: FeishuCall, times = 1): void {
    this.#failures.set(kind, times);
  }

  record(): readonly string[] {
    return this.#requests;
  }

  #room(person: Person, where: Where): FeishuChat {
    return where === "direct" ? this.#chats.direct(person) : this.#chats.group;
  }

  #rootOfThread(): FeishuMessage {
    this.#threadRoot ??= this.#chats.add(this.#chats.group, this.people.owner, "text", '{"text":"A thread"}');
    return this.#threadRoot;
  }

  /** Without the permission to read them, an app gets no user_id. */
  #ids(person: Person): Fields {
    return { open_id: person.id, union_id: person.id.replace("ou_", "on_"), user_id: null };
  }

  #mentionOfBot(): Fields {
    return {
      key: "@_user_1",
      id: { open_id: this.#botOpenId, union_id: this.#botOpenId.replace("ou_", "on_"), user_id: null },
      name: BOT_NAME,
      tenant_key: this.#target.tenantKey,
    };
  }

  // ---- the wire

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request);
    const url = new URL(request.url ?? "/", this.#url);
    this.#requests.push(`${request.method} ${request.url}\n${body}`);
    try {
      const answer = this.#answer(`${request.method} ${url.pathname.replace("/open-apis/", "")}`, {
        query: url.searchParams,
        body: parseObject(body) ?? {},
        authorization: request.headers.authorization,
      });
      sendJson(response, 200, { code: 0, msg: "success", ...answer });
    } catch (error) {
      const refusal = error instanceof FeishuRefusal ? error : new FeishuRefusal(2200, `Internal Error: ${error}`, 500);
      sendJson(response, refusal.status, {
        code: refusal.code,
        msg: refusal.message,
        error: { log_id: randomId("", 17) },
      });
    }
  }

  #answer(route: string, { query, body, authorization }: ApiRequest): Fields {
    if (route === "POST auth/v3/tenant_access_token/internal") return this.#giveToken(body);
    if (authorization !== `Bearer ${this.#tenantToken}`)
      throw new FeishuRefusal(99991663, "Invalid access token for authorization. Please make a test attempt.");
    const [verb = "", api, version, resource = "", id = "", sub = "", subId = "", last = ""] = route.split(/[ /]/u);
    const kind = `${verb} ${api}/${version}/${resource}${id && "/:id"}${sub && `/${sub}`}${subId && "/:id"}${last && `/${last}`}`;
    switch (kind) {
      case "GET bot/v3/info":
        return { bot: { activate_status: 2, app_name: BOT_NAME, open_id: this.#botOpenId } };
      case "POST bot/v1/openclaw_bot/:id":
        return {};
      case "POST im/v1/messages":
        this.#failIfAsked("send");
        return this.#sent(this.#chats.receiver(query.get("receive_id_type"), body["receive_id"]), body);
      case "POST im/v1/messages/:id/reply": {
        this.#failIfAsked("send");
        const parent = this.#chats.message(id);
        return this.#sent(parent.chat, body, parent);
      }
      case "PUT im/v1/messages/:id":
        this.#failIfAsked("edit");
        return { data: this.#wireMessage(this.#chats.editText(id, body["msg_type"], body["content"])) };
      case "PATCH im/v1/messages/:id":
        this.#failIfAsked("edit");
        this.#chats.editCard(id, body["content"]);
        return {};
      case "DELETE im/v1/messages/:id":
        this.#chats.recall(id);
        return {};
      case "GET im/v1/messages/:id":
        return { data: { items: [this.#wireMessage(this.#chats.message(id))] } };
      case "GET im/v1/messages":
        return { data: this.#list(query) };
      case "POST im/v1/messages/:id/reactions":
        return { data: { reaction_id: this.#chats.react(id, asFields(body["reaction_type"])["emoji_type"]) } };
      case "DELETE im/v1/messages/:id/reactions/:id":
        this.#chats.unreact(id, subId);
        return {};
      case "GET im/v1/chats/:id":
        this.#failIfAsked("chat");
        return { data: wireChat(this.#chats.chat(id)) };
      case "GET contact/v3/users/:id": {
        const person = this.#chats.person(decodeURIComponent(id));
        return { data: { user: { ...this.#ids(person), name: person.name } } };
      }
      case "POST cardkit/v1/cards":
        return { data: { card_id: this.#chats.createCard(body["type"], body["data"]) } };
      case "PUT cardkit/v1/cards/:id/elements/:id/content":
      case "PUT cardkit/v1/cards/:id/elements/:id":
      case "PATCH cardkit/v1/cards/:id/settings":
        this.#failIfAsked("edit");
        this.#chats.changeCard(id, body["sequence"], (card) => changeCard(card, subId, body));
        return {};
      default:
        throw new FeishuRefusal(404, `the fake has no ${kind}`, 404);
    }
  }

  #giveToken(body: Fields): Fields {
    if (body["app_id"] !== this.#target.appId) throw new FeishuRefusal(10003, "invalid param", 200);
    if (body["app_secret"] !== this.#appSecret) throw new FeishuRefusal(10014, "app secret invalid", 200);
    return { msg: "ok", tenant_access_token: this.#tenantToken, expire: 7200 };
  }

  #failIfAsked(kind: FeishuCall): void {
    const times = this.#failures.get(kind) ?? 0;
    if (times <= 0) return;
    this.#failures.set(kind, times - 1);
    throw new FeishuRefusal(2200, "Internal Error", 500);
  }

  #sent(chat: FeishuChat, body: Fields, parent?: FeishuMessage): Fields {
    const inThread = body["reply_in_thread"] === true;
    const { msg_type: type, content } = body;
    if (typeof type !== "string" || typeof content !== "string") throw invalid("msg_type and content are required");
    return { data: this.#wireMessage(this.#chats.add(chat, undefined, type, content, { parent, inThread })) };
  }

  /** A history of a chat or of a thread, newest last unless asked otherwise. */
  #list(query: URLSearchParams): Fields {
    const container = query.get("container_id");
    const found = this.#chats.all().filter(({ chat, threadId }) => (threadId ?? chat.id) === container);
    const ordered = query.get("sort_type") === "ByCreateTimeDesc" ? found.toReversed() : found;
    return {
      items: ordered.slice(0, Number(query.get("page_size") ?? 20)).map((one) => this.#wireMessage(one)),
      has_more: false,
    };
  }

  #wireMessage(message: FeishuMessage): Fields {
    return {
      message_id: message.id,
      ...threadFields(message),
      msg_type: message.type,
      create_time: String(message.createdAtMs),
      update_time: String(message.createdAtMs),
      deleted: message.isRecalled,
      updated: message.edits > 0,
      chat_id: message.chat.id,
      sender: message.sender
        ? { id: message.sender.id, id_type: "open_id", sender_type: "user", tenant_key: this.#target.tenantKey }
        : { id: this.#target.appId, id_type: "app_id", sender_type: "app", tenant_key: this.#target.tenantKey },
      body: { content: message.card ? JSON.stringify(message.card.json) : message.content },
    };
  }
}

interface ApiRequest {
  readonly query: URLSearchParams;
  readonly body: Fields;
  readonly authorization: string | undefined;
}

function makePerson(name: string): Person {
  const id = randomId("ou_");
  return { id, name, ownerEntry: `feishu:${id}` };
}

function threadFields({ rootId, parentId, threadId }: FeishuMessage): Fields {
  return {
    ...(rootId === undefined ? {} : { root_id: rootId, parent_id: parentId }),
    ...(threadId === undefined ? {} : { thread_id: threadId }),
  };
}

function wireChat({ mode, name, members }: FeishuChat): Fields {
  return {
    name,
    chat_mode: mode,
    ...(mode === "group" ? { chat_type: "private" } : {}),
    user_count: String(members.length),
    bot_count: "1",
  };
}

/** Text that streams in, a whole element, or the card's settings. */
function changeCard(card: Fields, elementId: string, body: Fields): void {
  if (typeof body["content"] === "string") {
    if (asFields(card["config"])["streaming_mode"] !== true)
      throw new FeishuRefusal(300309, "ErrMsg: streaming mode is closed; ");
    findElement(card, elementId)["content"] = body["content"];
    return;
  }
  if (typeof body["element"] === "string") {
    Object.assign(findElement(card, elementId), parseObject(body["element"]));
    return;
  }
  Object.assign(asFields(card["config"]), asFields(parseObject(String(body["settings"]))?.["config"]));
}
