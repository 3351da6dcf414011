/**
 * Slack on 127.0.0.1 for `SLACK_API_URL`: the Web API, `response_url`, and the socket of Socket Mode. Slack's three
 * seconds to acknowledge, rate limits, and the half hour of a `response_url` are not modelled.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { ChatMessage, ChatNetwork, People, Person, SayOptions, Where } from "../channels/network.ts";
import type { JsonObject } from "../support/gateway-config.ts";
import { closeServer, listenOnLoopback, readBody, sendJson } from "../support/loopback.ts";
import type { ShownElement } from "./slack-blocks.ts";
import { SlackSocketMode } from "./slack-socket-mode.ts";
import { escapeEntities, typedText, type Fields } from "./slack-text.ts";
import { answerWebApi, contentOf } from "./slack-web-api.ts";
import {
  BOT,
  SlackRefusal,
  SlackWorkspace,
  TEAM,
  type Message,
  type Room,
  type SlackMessage,
} from "./slack-workspace.ts";

export type { SlackMessage } from "./slack-workspace.ts";

export interface SlackNetwork extends ChatNetwork {
  messages(person: Person, where?: Where): readonly SlackMessage[];
  /** Sends a slash command of the app: `/openclaw` with `/codex_auth …` as its text, or `/codex_auth`. Rejects in a thread. */
  slash(person: Person, command: string, text: string, where?: Where): Promise<void>;
  /** Opens a link button and returns its URL. Slack tells the bot of it. */
  open(person: Person, message: ChatMessage, label: string): Promise<string>;
  /** Ends the socket with a `disconnect` message, as Slack does every few hours. */
  refreshConnection(): void;
}

const APP_ID = "A0OPENCLAW";
const CHANNEL = "C0GENERAL1";
/** The bot is not in it. */
const OTHER_CHANNEL = "C0RANDOM01";
const MAX_RESPONSES = 5;

const people: People = {
  owner: person("U0DANA0001", "dana"),
  secondOwner: person("U0EREN0002", "eren"),
  allowed: person("U0FINN0003", "finn"),
  stranger: person("U0GWEN0004", "gwen"),
};

/** Where a `response_url` leads. */
interface ResponseUrl {
  readonly room: Room;
  readonly person: Person;
  /** The tapped message. */
  readonly message?: Message;
  uses: number;
}

export async function startSlack(): Promise<SlackNetwork> {
  const slack = new SlackServer();
  await slack.listen();
  return slack;
}

class SlackServer implements SlackNetwork {
  readonly channel = "slack";
  readonly people = people;
  readonly #appToken = `xapp-1-${APP_ID}-${secret()}`;
  readonly #botToken = `xoxb-${secret()}`;
  readonly #workspace = new SlackWorkspace(Object.values(people), rooms());
  readonly #threadTs: string;
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #socketMode = new SlackSocketMode(this.#server, APP_ID, {
    received: (text) => this.#requests.push(`SOCKET ${text}`),
    answered: (command, answer) => this.#answerCommand(command, answer),
  });
  readonly #responseUrls = new Map<string, ResponseUrl>();
  /** Buttons that were tapped, which an edit may have taken away. */
  readonly #tapped = new Map<string, ShownElement>();
  readonly #requests: string[] = [];
  readonly #failures = { send: 0, edit: 0 };
  #url = "";

  constructor() {
    const placement = { room: this.#workspace.room(CHANNEL), user: people.owner.id };
    this.#threadTs = this.#workspace.post(placement, { text: "Let us talk in this thread." }).ts;
  }

  get config(): JsonObject {
    const { owner, secondOwner, allowed } = people;
    return {
      channels: {
        slack: {
          enabled: true,
          mode: "socket",
          botToken: this.#botToken,
          appToken: this.#appToken,
          dmPolicy: "allowlist",
          allowFrom: [owner.id, secondOwner.id, allowed.id],
          groupPolicy: "open",
          channels: { [CHANNEL]: { requireMention: false } },
          slashCommand: { enabled: true },
        },
      },
    };
  }

  get env(): Readonly<Record<string, string>> {
    return { SLACK_API_URL: `${this.#url}/api/` };
  }

  async listen(): Promise<void> {
    this.#url = `http://127.0.0.1:${await listenOnLoopback(this.#server)}`;
  }

  async close(): Promise<void> {
    this.#socketMode.close();
    await closeServer(this.#server);
  }

  // ---- what people do

  async say(from: Person, text: string, { where = "direct", replyTo }: SayOptions = {}): Promise<void> {
    if (text.startsWith("/"))
      throw new Error(`Slack's apps take "${text}" as a slash command: put a space in front, or use slash()`);
    const room = this.#roomOf(from, where);
    const typed = typedText(text, this.#workspace.names);
    const threadTs = replyTo ? this.#rootOf(replyTo) : where === "thread" ? this.#threadTs : undefined;
    const message = this.#workspace.post({ room, user: from.id, threadTs }, { text: typed.text, blocks: typed.blocks });
    this.#sendMessageEvent(message);
    if (!room.isDirect && typed.text.includes(`<@${BOT.id}>`)) this.#sendMessageEvent(message, "app_mention");
  }

  async slash(from: Person, command: string, text: string, where: Where = "direct"): Promise<void> {
    if (where === "thread") throw new Error(`${command} is not supported in threads. Sorry!`);
    const room = this.#roomOf(from, where);
    this.#socketMode.send("slash_commands", {
      ...this.#appFields(),
      team_domain: TEAM.domain,
      channel_id: room.id,
      channel_name: room.name,
      user_id: from.id,
      user_name: from.name,
      command,
      text: escapeEntities(text),
      is_enterprise_install: "false",
      response_url: this.#newResponseUrl("commands", { room, person: from, uses: 0 }),
      trigger_id: triggerId(),
    });
  }

  async tap(from: Person, message: ChatMessage, label: string): Promise<void> {
    const { stored, shown } = this.#button(from, message, label);
    if (shown.url !== undefined) throw new Error(`"${label}" is a link: ${shown.url}`);
    this.#tapped.set(`${message.id} ${label}`, shown);
    this.#sendBlockAction(from, stored, shown);
  }

  async tapAnyway(from: Person, { id }: ChatMessage, label: string, where: Where = "direct"): Promise<void> {
    const stored = this.#workspace.messages.find((one) => one.ts === id);
    const known = stored && this.#workspace.elements(stored).find((button) => button.label === label);
    const shown = this.#tapped.get(`${id} ${label}`) ?? known;
    if (!stored || !shown) throw new Error(`the message ${id} never had a button "${label}"`);
    const room = this.#roomOf(from, where);
    this.#sendBlockAction(from, stored.room === room ? stored : this.#forward(shown, room), shown);
  }

  #forward({ element, blockId }: ShownElement, room: Room): Message {
    const blocks = [{ type: "actions", block_id: blockId, elements: [element] }];
    return this.#workspace.post({ room, user: BOT.id }, { text: "forwarded", blocks });
  }

  async open(from: Person, message: ChatMessage, label: string): Promise<string> {
    const { stored, shown } = this.#button(from, message, label);
    if (shown.url === undefined) throw new Error(`"${label}" is not a link`);
    this.#sendBlockAction(from, stored, shown);
    return shown.url;
  }

  #button(from: Person, { id }: ChatMessage, label: string): { stored: Message; shown: ShownElement } {
    const stored = this.#workspace.messages.find((one) => one.ts === id);
    if (
      !stored ||
      !this.#workspace.seenBy(from, stored.room).includes(stored) ||
      !stored.room.members.includes(from.id)
    )
      throw new Error(`${from.name} does not see the message ${id}`);
    const buttons = this.#workspace.elements(stored);
    const shown = buttons.find((button) => button.label === label);
    if (!shown)
      throw new Error(`the message has no button "${label}", but ${JSON.stringify(buttons.map((one) => one.label))}`);
    return { stored, shown };
  }

  #roomOf(from: Person, where: Where): Room {
    return where === "direct" ? this.#workspace.directRoom(from.id) : this.#workspace.room(CHANNEL);
  }

  #rootOf({ id }: ChatMessage): string {
    const stored = this.#workspace.messages.find((one) => one.ts === id);
    if (!stored || stored.onlyFor !== undefined) throw new Error(`nobody can reply to the message ${id}`);
    return stored.threadTs ?? stored.ts;
  }

  // ---- what tests look at

  isConnected(): boolean {
    return this.#socketMode.isConnected;
  }

  now(): number {
    return this.#workspace.clock;
  }

  messages(from: Person, where: Where = "direct"): readonly SlackMessage[] {
    const isInThread = ({ ts, threadTs }: Message) => ts === this.#threadTs || threadTs === this.#threadTs;
    const all = this.#workspace.seenBy(from, this.#roomOf(from, where));
    const wanted = where === "direct" ? all : all.filter((one) => isInThread(one) === (where === "thread"));
    return wanted.map((one) => this.#workspace.shown(one));
  }

  failNext(kind: "send" | "edit", times = 1): void {
    this.#failures[kind] = times;
  }

  record(): readonly string[] {
    return this.#requests;
  }

  refreshConnection(): void {
    this.#socketMode.refresh();
  }

  // ---- what the app is told

  #answerCommand(command: Fields, answer: Fields): void {
    if (typeof answer.text !== "string") return;
    const onlyFor = answer.response_type === "in_channel" ? undefined : String(command.user_id);
    this.#workspace.post({ room: this.#workspace.room(command.channel_id), user: BOT.id, onlyFor }, contentOf(answer));
  }

  #sendMessageEvent(message: Message, type: "message" | "app_mention" = "message"): void {
    const { room, user } = message;
    const event = {
      ...this.#workspace.wire(message),
      ...(user === BOT.id ? {} : { client_msg_id: crypto.randomUUID() }),
      ...(type === "message" ? { channel_type: room.isDirect ? "im" : "channel" } : {}),
      type,
      channel: room.id,
      event_ts: message.ts,
    };
    this.#sendEvent(event);
  }

  #sendChangeEvent(message: Message): void {
    const { room } = message;
    const ts = this.#workspace.nextTs();
    this.#sendEvent({
      type: "message",
      subtype: "message_changed",
      hidden: true,
      channel: room.id,
      channel_type: room.isDirect ? "im" : "channel",
      message: this.#workspace.wire(message),
      ts,
      event_ts: ts,
    });
  }

  #sendEvent(event: Fields): void {
    this.#socketMode.send("events_api", {
      ...this.#appFields(),
      event,
      type: "event_callback",
      event_id: `Ev${secret().slice(0, 9).toUpperCase()}`,
      event_time: Math.floor(Date.now() / 1000),
      authorizations: [
        { enterprise_id: null, team_id: TEAM.id, user_id: BOT.id, is_bot: true, is_enterprise_install: false },
      ],
      is_ext_shared_channel: false,
    });
  }

  #sendBlockAction(from: Person, message: Message, { blockId, element, option, label }: ShownElement): void {
    const { room } = message;
    const isEphemeral = message.onlyFor !== undefined;
    this.#socketMode.send("interactive", {
      type: "block_actions",
      ...this.#appFields(),
      user: { id: from.id, username: from.name, name: from.name, team_id: TEAM.id },
      container: {
        type: "message",
        message_ts: message.ts,
        channel_id: room.id,
        is_ephemeral: isEphemeral,
        ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
      },
      trigger_id: triggerId(),
      team: { id: TEAM.id, domain: TEAM.domain },
      enterprise: null,
      is_enterprise_install: false,
      channel: { id: room.id, name: room.name },
      ...(isEphemeral ? {} : { message: this.#workspace.wire(message) }),
      state: { values: {} },
      response_url: this.#newResponseUrl("actions", { room, person: from, message, uses: 0 }),
      actions: [
        {
          type: element.type,
          action_id: element.action_id,
          block_id: blockId,
          ...(option
            ? { selected_option: option }
            : { text: { type: "plain_text", text: label, emoji: true }, value: element.value, url: element.url }),
          action_ts: this.#workspace.nextTs(),
        },
      ],
    });
  }

  #appFields(): Fields {
    return { token: "verification", team_id: TEAM.id, api_app_id: APP_ID };
  }

  // ---- HTTP

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "/";
    const body = await readBody(request);
    const fields = parseFields(request.headers["content-type"] ?? "", body);
    this.#requests.push(`${request.method} ${path} ${JSON.stringify(fields)}`);
    const method = /^\/api\/([\w.]+)$/u.exec(path)?.[1];
    try {
      if (method === undefined) return this.#respond(path, fields, response);
      sendJson(response, 200, { ok: true, ...this.#answer(method, fields, request.headers.authorization) });
    } catch (error) {
      if (!(error instanceof SlackRefusal)) throw error;
      const details = error.details.length > 0 ? { response_metadata: { messages: error.details } } : {};
      const status = error.code === "internal_error" ? 500 : 400;
      sendJson(response, method === undefined ? status : 200, { ok: false, error: error.code, ...details });
    }
  }

  #answer(method: string, fields: Fields, authorization = `Bearer ${String(fields.token)}`): Fields {
    const token = authorization.replace(/^Bearer /u, "");
    if (token !== this.#appToken && token !== this.#botToken) throw new SlackRefusal("invalid_auth");
    const isConnect = method === "apps.connections.open";
    if (isConnect !== (token === this.#appToken)) throw new SlackRefusal("not_allowed_token_type");
    if (isConnect) return { url: `${this.#url.replace("http", "ws")}${this.#socketMode.newPath()}` };
    if (method === "chat.postMessage" || method === "chat.postEphemeral") this.#failIfAsked("send");
    if (method === "chat.update") this.#failIfAsked("edit");
    return answerWebApi(this.#workspace, method, fields, {
      posted: (message) => this.#sendMessageEvent(message),
      changed: (message) => this.#sendChangeEvent(message),
    });
  }

  #failIfAsked(kind: "send" | "edit"): void {
    if (this.#failures[kind] <= 0) return;
    this.#failures[kind] -= 1;
    throw new SlackRefusal("internal_error");
  }

  /** A `response_url`: a new message, or the tapped one in another form, even if it is ephemeral. */
  #respond(path: string, fields: Fields, response: ServerResponse): void {
    const found = this.#responseUrls.get(path);
    if (!found || found.uses >= MAX_RESPONSES)
      return sendJson(response, 404, { ok: false, error: found ? "used_url" : "expired_url" });
    found.uses += 1;
    const { message } = found;
    if (message && fields.delete_original === true) this.#workspace.delete(message);
    else if (message && fields.replace_original === true) {
      this.#failIfAsked("edit");
      this.#workspace.update(message, contentOf(fields));
      if (message.onlyFor === undefined) this.#sendChangeEvent(message);
    } else {
      this.#failIfAsked("send");
      const isForAll = fields.response_type === "in_channel";
      const threadTs = typeof fields.thread_ts === "string" ? fields.thread_ts : message?.threadTs;
      const onlyFor = isForAll ? undefined : found.person.id;
      const sent = this.#workspace.post({ room: found.room, user: BOT.id, threadTs, onlyFor }, contentOf(fields));
      if (isForAll) this.#sendMessageEvent(sent);
    }
    response.writeHead(200, { "content-type": "text/plain" });
    response.end("ok");
  }

  #newResponseUrl(kind: "commands" | "actions", found: ResponseUrl): string {
    const path = `/${kind}/${TEAM.id}/${secret()}`;
    this.#responseUrls.set(path, found);
    return `${this.#url}${path}`;
  }
}

function person(id: string, name: string): Person {
  return { id, name, ownerEntry: `slack:${id}` };
}

function rooms(): Room[] {
  const everybody = Object.values(people).map(({ id }) => id);
  return [
    { id: CHANNEL, name: "general", isDirect: false, members: [...everybody, BOT.id] },
    { id: OTHER_CHANNEL, name: "random", isDirect: false, members: everybody },
    ...everybody.map((id) => ({
      id: id.replace("U", "D"),
      name: "directmessage",
      isDirect: true,
      members: [id, BOT.id],
    })),
  ];
}

function parseFields(contentType: string, body: string): Fields {
  if (contentType.includes("application/json")) return JSON.parse(body || "{}") as Fields;
  return Object.fromEntries(new URLSearchParams(body));
}

function triggerId(): string {
  return `${Date.now()}.${secret().slice(0, 12)}`;
}

function secret(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(18))).toString("hex");
}
