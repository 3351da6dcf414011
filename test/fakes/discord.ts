/**
 * A Discord on 127.0.0.1 for `DISCORD_API_URL`: REST and Gateway, one bot, one guild with a channel and a thread. Its rules
 * are those of Discord's public documentation.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { ChatButton, ChatMessage, ChatNetwork, People, Person, SayOptions, Where } from "../channels/network.ts";
import type { JsonObject } from "../support/gateway-config.ts";
import { closeServer, listenOnLoopback, readBytes, sendJson } from "../support/loopback.ts";
import { waitUntil } from "../support/wait.ts";
import { DM, DiscordChannels, type DiscordChannel, type DiscordMessage, type DiscordUser } from "./discord-channels.ts";
import { buttonRows, DiscordRefusal, markdownOf, type Component, type Fields } from "./discord-content.ts";
import { DIRECT_MESSAGES, DiscordGateway, GUILD_MESSAGES, MESSAGE_CONTENT } from "./discord-gateway.ts";
import { DiscordInteractions } from "./discord-interactions.ts";
import { DiscordRest, failedChange, type ChangeKind } from "./discord-rest.ts";
import { shownText } from "./discord-text.ts";

const API_PATH = "/api/v10";

/** The package knows a button only some time after its message is up, and says "expired" before. A person reads first. */
const READING_MS = 1000;

/**
 * `allowlist`: owners and the allowed person. `open`: everybody, strangers too. `pairing`: nobody until
 * `openclaw pairing approve discord <code>`.
 */
export type DmPolicy = "allowlist" | "open" | "pairing";

export interface DiscordOptions {
  readonly dmPolicy?: DmPolicy;
}

export interface DiscordNetwork extends ChatNetwork {
  /** Sends a slash command once the bot has it. A command without input is sent without its option. */
  slash(person: Person, command: string, input?: string, where?: Where): Promise<void>;
  /** How many slash commands and taps the bot has not answered: "… is thinking", or soon "This interaction failed". */
  unanswered(): number;
  /** The person no longer takes direct messages of the bot, or takes them again. */
  takeDirect(person: Person, takes: boolean): void;
  /** Breaks the connection to the bot, which may resume. */
  cut(): void;
}

export async function startDiscord(options: DiscordOptions = {}): Promise<DiscordNetwork> {
  const discord = new Discord(options.dmPolicy ?? "allowlist");
  await discord.listen();
  return discord;
}

class Discord implements DiscordNetwork {
  readonly channel = "discord";
  readonly people: People;
  readonly #dmPolicy: DmPolicy;
  readonly #channels = new DiscordChannels("codex-auth-test", ["Dana", "Robin", "Alex", "Mallory"]);
  readonly #interactions = new DiscordInteractions(this.#channels);
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  /** As Discord makes them: the id of the bot, a time, a digest. */
  readonly #token = [Buffer.from(this.#channels.bot.id).toString("base64url"), randomText(4), randomText(28)].join(".");
  readonly #gateway: DiscordGateway;
  readonly #record: string[] = [];
  readonly #failures: Record<ChangeKind, number> = { send: 0, edit: 0 };
  readonly #closedTo = new Set<string>();
  /** Buttons that were tapped, which an edit may have taken away. */
  readonly #tapped = new Map<string, Component>();
  #rest: DiscordRest | undefined;
  #port = 0;

  constructor(dmPolicy: DmPolicy) {
    this.#dmPolicy = dmPolicy;
    const person = (index: number): Person => {
      const { id = "", name = "" } = this.#channels.users[index] ?? {};
      return { id, name, ownerEntry: `discord:${id}` };
    };
    this.people = { owner: person(1), secondOwner: person(2), allowed: person(3), stranger: person(4) };
    this.#gateway = new DiscordGateway(this.#server, {
      token: this.#token,
      onText: (text) => void this.#record.push(text),
      greet: (sessionId) => this.#greeting(sessionId),
    });
  }

  async listen(): Promise<void> {
    this.#port = await listenOnLoopback(this.#server);
    this.#rest = new DiscordRest({
      gatewayUrl: this.#gatewayUrl,
      channels: this.#channels,
      interactions: this.#interactions,
      beforeChange: (kind) => this.#failIfAsked(kind),
      onMessage: (event, message) => this.#announce(event, message),
      takesDirect: ({ id }) => !this.#closedTo.has(id),
    });
  }

  get #gatewayUrl(): string {
    return `ws://127.0.0.1:${this.#port}`;
  }

  get env(): Readonly<Record<string, string>> {
    return { DISCORD_API_URL: `http://127.0.0.1:${this.#port}${API_PATH}` };
  }

  get config(): JsonObject {
    const { owner, secondOwner, allowed } = this.people;
    const listed = this.#dmPolicy === "allowlist" ? [owner.id, secondOwner.id, allowed.id] : ["*"];
    return {
      channels: {
        discord: {
          enabled: true,
          token: this.#token,
          dmPolicy: this.#dmPolicy,
          ...(this.#dmPolicy === "pairing" ? {} : { allowFrom: listed }),
          groupPolicy: "open",
          guilds: { [this.#channels.guildId]: { requireMention: false } },
          joinIntro: false,
          voice: { enabled: false },
        },
      },
    };
  }

  isConnected(): boolean {
    return this.#gateway.isReady;
  }

  now(): number {
    return this.#channels.clock;
  }

  record(): readonly string[] {
    return this.#record;
  }

  async close(): Promise<void> {
    this.#gateway.close();
    await closeServer(this.#server);
  }

  // ---- what people do

  async say(person: Person, text: string, { where = "direct", replyTo }: SayOptions = {}): Promise<void> {
    if ([...text].length > 2000) throw new Error("the app sends a text of over 2000 characters as a file");
    const author = this.#user(person);
    const reference = replyTo ? { message_reference: { message_id: replyTo.id } } : {};
    const draft = { channel: this.#place(author, where), author };
    this.#announce("MESSAGE_CREATE", this.#channels.add(draft, { content: text, ...reference }).message);
  }

  async tap(person: Person, message: ChatMessage, label: string): Promise<void> {
    const user = this.#user(person);
    const found = this.#channels.find(message.id);
    const isSeen = found !== undefined && this.#channels.seenBy(user, found.channel).includes(found);
    if (!isSeen || (found.channel.recipient ?? user) !== user)
      throw new Error(`${person.name} does not see message ${message.id}`);
    const buttons = buttonRows(found.content.components).flat();
    const button = buttons.find((one) => labelOf(one) === label && one.url === undefined && one.disabled !== true);
    if (button?.custom_id === undefined)
      throw new Error(`no button "${label}" to tap; there are ${JSON.stringify(buttons.map(labelOf))}`);
    this.#tapped.set(`${message.id} ${label}`, button);
    await this.#sendTap(user, found, button);
  }

  async tapAnyway(person: Person, { id }: ChatMessage, label: string, where: Where = "direct"): Promise<void> {
    const user = this.#user(person);
    const found = this.#channels.find(id);
    const known = buttonRows(found?.content.components ?? []).flat();
    const button = this.#tapped.get(`${id} ${label}`) ?? known.find((one) => labelOf(one) === label);
    if (!found || !button) throw new Error(`message ${id} never had a button "${label}"`);
    const channel = this.#place(user, where);
    await this.#sendTap(user, found.channel === channel ? found : this.#forward(button, channel), button);
  }

  #forward(button: Component, channel: DiscordChannel): DiscordMessage {
    const components = [{ type: 1, components: [button] }];
    return this.#channels.add({ channel, author: this.#channels.bot }, { content: "forwarded", components }).message;
  }

  async #sendTap(user: DiscordUser, message: DiscordMessage, { custom_id: customId = "" }: Component): Promise<void> {
    await waitUntil(`${user.name} to have read`, () => Date.now() >= message.shownAtMs + READING_MS);
    this.#gateway.dispatch("INTERACTION_CREATE", this.#interactions.tap(user, message, customId));
  }

  async slash(person: Person, command: string, input = "", where: Where = "direct"): Promise<void> {
    const user = this.#user(person);
    const known = await waitUntil(`the bot to have the command /${command}`, () =>
      [...(this.#rest?.commands.values() ?? [])].find((one) => one["name"] === command),
    );
    const [option] = (known["options"] ?? []) as readonly { readonly name: string; readonly type: number }[];
    if (input !== "" && option?.type !== 3) throw new Error(`/${command} takes no text`);
    const options = input === "" ? [] : [{ name: option?.name, type: 3, value: input }];
    const data = { id: known["id"], name: command, type: 1, options };
    this.#gateway.dispatch("INTERACTION_CREATE", this.#interactions.command(user, this.#place(user, where), data));
  }

  takeDirect(person: Person, takes: boolean): void {
    if (takes) this.#closedTo.delete(person.id);
    else this.#closedTo.add(person.id);
  }

  // ---- what tests look at

  messages(person: Person, where: Where = "direct"): readonly ChatMessage[] {
    const user = this.#user(person);
    return this.#channels.seenBy(user, this.#place(user, where)).map((message) => this.#shown(message));
  }

  unanswered(): number {
    return this.#interactions.waiting;
  }

  failNext(kind: ChangeKind, times = 1): void {
    this.#failures[kind] = times;
  }

  cut(): void {
    this.#gateway.cut();
  }

  #shown({ id, author, content, changedAt }: DiscordMessage): ChatMessage {
    return {
      id,
      text: shownText(markdownOf(content), (userId) => this.#channels.user(userId)?.name),
      buttons: buttonRows(content.components).map((row) => row.map(shownButton)),
      isByBot: author.isBot,
      changedAt,
    };
  }

  #user(person: Person): DiscordUser {
    const found = this.#channels.user(person.id);
    if (!found) throw new Error(`${person.name} is not on this Discord`);
    return found;
  }

  #place(user: DiscordUser, where: Where): DiscordChannel {
    if (where === "direct") return this.#channels.direct(user);
    return where === "group" ? this.#channels.group : this.#channels.thread;
  }

  // ---- the wire

  #greeting(sessionId: string): { readonly type: string; readonly data: Fields }[] {
    const { bot, guildId } = this.#channels;
    const ready = {
      v: 10,
      user: this.#channels.wireUser(bot),
      session_id: sessionId,
      resume_gateway_url: this.#gatewayUrl,
      session_type: "normal",
      private_channels: [],
      guilds: [{ id: guildId, unavailable: true }],
      application: { id: bot.id, flags: 0 },
      shard: [0, 1],
    };
    return [
      { type: "READY", data: ready },
      { type: "GUILD_CREATE", data: this.#channels.wireWholeGuild() },
    ];
  }

  /** The bot hears of its own messages too. A guild's texts are empty to a bot without the intent for them. */
  #announce(event: string, message: DiscordMessage): void {
    const { channel, author } = message;
    const wire = this.#channels.wireMessage(message);
    if (channel.type === DM) return this.#gateway.dispatch(event, wire, DIRECT_MESSAGES);
    const isReadable = author.isBot || (this.#gateway.intents & MESSAGE_CONTENT) !== 0;
    const { user: _user, ...member } = this.#channels.wireMember(author);
    const guild = { guild_id: this.#channels.guildId, member, ...(isReadable ? {} : { content: "" }) };
    this.#gateway.dispatch(event, { ...wire, ...guild }, GUILD_MESSAGES);
  }

  #failIfAsked(kind: ChangeKind): void {
    if (this.#failures[kind] === 0) return;
    this.#failures[kind] -= 1;
    throw failedChange(kind);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const method = request.method ?? "GET";
    const url = new URL(request.url ?? "/", this.env["DISCORD_API_URL"]);
    const bytes = await readBytes(request, 64 * 1024 * 1024);
    this.#record.push(`${method} ${url.pathname}${url.search} ${bytes.toString("utf8")}`);
    try {
      const path = url.pathname.startsWith(`${API_PATH}/`) ? url.pathname.slice(API_PATH.length) : "";
      // The token in these paths is the permission.
      const isByToken = /^\/(?:webhooks|interactions)\//u.test(path);
      if (!isByToken && request.headers.authorization !== `Bot ${this.#token}`)
        throw new DiscordRefusal(401, 0, "401: Unauthorized");
      const body = await readFields(request.headers["content-type"] ?? "", bytes);
      const answer = this.#rest?.answer(method, path, url.searchParams, body);
      if (answer !== undefined) return sendJson(response, 200, answer);
      response.writeHead(204);
      response.end();
    } catch (error) {
      const refusal = error instanceof DiscordRefusal ? error : new DiscordRefusal(500, 0, `500: ${String(error)}`);
      const { status, code, message, errors } = refusal;
      sendJson(response, status, { message, code, ...(errors ? { errors } : {}) });
    }
  }
}

function shownButton(button: Component): ChatButton {
  return { label: labelOf(button), ...(button.url === undefined ? {} : { url: button.url }) };
}

function labelOf({ label = "", emoji }: Component): string {
  const { name = "" } = (emoji ?? {}) as { readonly name?: string };
  return [name, label].filter((part) => part !== "").join(" ");
}

/** JSON, or the JSON part of a message with files. */
async function readFields(contentType: string, bytes: Buffer): Promise<Fields> {
  if (bytes.length === 0) return {};
  if (!contentType.startsWith("multipart/form-data")) return parseJson(bytes.toString("utf8"));
  const form = await new Response(new Uint8Array(bytes), { headers: { "content-type": contentType } }).formData();
  return parseJson(String(form.get("payload_json") ?? "{}"));
}

function parseJson(text: string): Fields {
  try {
    return JSON.parse(text) as Fields;
  } catch {
    throw new DiscordRefusal(400, 50_109, "The request body contains invalid JSON.");
  }
}

function randomText(bytes: number): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(bytes))).toString("base64url");
}
