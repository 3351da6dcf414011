/**
 * A Mattermost server on 127.0.0.1 for `channels.mattermost.baseUrl`: the parts of its API v4 that a bot uses, and its
 * WebSocket. Rate limits, files, slash commands of its own and the callbacks of buttons are not modelled.
 */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { ChatMessage, ChatNetwork, People, Person, SayOptions, Where } from "../channels/network.ts";
import type { JsonObject } from "../support/gateway-config.ts";
import { closeServer, listenOnLoopback, readBody, sendJson } from "../support/loopback.ts";
import { serveWebSockets, type WebSocketPeer, type WebSocketServer } from "../support/websocket-server.ts";
import {
  MattermostChats,
  MattermostRefusal,
  MAX_POST,
  newId,
  type MattermostChannel,
  type MattermostPost,
  type MattermostUser,
  type Props,
} from "./mattermost-chats.ts";

/** `roomType`: the bot's package calls `O` a channel and `P` a group. */
export async function startMattermost(roomType: "O" | "P" = "O"): Promise<ChatNetwork> {
  const server = new MattermostServer(roomType);
  await server.listen();
  return server;
}

interface Request {
  readonly query: URLSearchParams;
  readonly body: Readonly<Record<string, unknown>>;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

type Route = readonly [method: string, path: RegExp, answer: (id: string, request: Request) => Answer];

class MattermostServer implements ChatNetwork {
  readonly channel = "mattermost";
  readonly env = {};
  readonly people: People;
  readonly #token = newId();
  readonly #teamId = newId();
  readonly #chats = new MattermostChats();
  readonly #bot = this.#chats.addUser("codex-bot", true);
  readonly #room: MattermostChannel;
  readonly #thread: MattermostPost;
  readonly #record: string[] = [];
  readonly #failures = { send: 0, edit: 0 };
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #sockets: WebSocketServer;
  /** The number of the next event of each connection that has shown the token. */
  readonly #listeners = new Map<WebSocketPeer, number>();
  #url = "";

  constructor(roomType: "O" | "P") {
    const person = (username: string): Person => {
      const { id } = this.#chats.addUser(username);
      return { id, name: username, ownerEntry: `mattermost:${id}` };
    };
    this.people = {
      owner: person("dana"),
      secondOwner: person("sam"),
      allowed: person("lee"),
      stranger: person("mallory"),
    };
    this.#room = this.#chats.addRoom(roomType, "studio", "Studio", this.#teamId);
    this.#thread = this.#chats.add(this.people.allowed.id, this.#room.id, "Accounts, please discuss here");
    this.#sockets = serveWebSockets(this.#server, (peer) => this.#greet(peer));
  }

  async listen(): Promise<void> {
    this.#url = `http://127.0.0.1:${await listenOnLoopback(this.#server)}`;
  }

  async close(): Promise<void> {
    this.#sockets.close();
    await closeServer(this.#server);
  }

  get config(): JsonObject {
    const { owner, secondOwner, allowed } = this.people;
    return {
      channels: {
        mattermost: {
          enabled: true,
          baseUrl: this.#url,
          botToken: this.#token,
          network: { dangerouslyAllowPrivateNetwork: true },
          dmPolicy: "allowlist",
          allowFrom: [owner.id, secondOwner.id, allowed.id],
          groupPolicy: "open",
          requireMention: false,
        },
      },
    };
  }

  isConnected(): boolean {
    return this.#listeners.size > 0;
  }

  now(): number {
    return this.#chats.clock;
  }

  async say(person: Person, text: string, { where = "direct", replyTo }: SayOptions = {}): Promise<void> {
    if (text.trim() === "") throw new Error("the app does not send an empty message");
    if ([...text].length > MAX_POST) throw new Error(`the app refuses a message of more than ${MAX_POST} characters`);
    // The app takes it for one of the server's commands, and says so below the text field.
    if (text.startsWith("/")) throw new Error(`Command with a trigger of '${text.split(/\s/u)[0] ?? ""}' not found.`);
    const channel = where === "direct" ? this.#chats.direct(person.id, this.#bot.id) : this.#room;
    const thread = where === "thread" ? this.#thread.id : "";
    this.#posted(this.#chats.add(person.id, channel.id, text, replyTo ? this.#rootOf(replyTo) : thread));
  }

  /** A reply is a post in the thread of the other. */
  #rootOf({ id }: ChatMessage): string {
    return this.#chats.post(id).rootId || id;
  }

  tap(_: Person, { id }: ChatMessage, label: string): Promise<void> {
    return Promise.reject(new Error(`the fake of Mattermost has no taps: "${label}" on ${id}`));
  }

  tapAnyway(from: Person, message: ChatMessage, label: string): Promise<void> {
    return this.tap(from, message, label);
  }

  messages(person: Person, where: Where = "direct"): readonly ChatMessage[] {
    return this.#posts(person, where).map((post) => this.#chats.shown(post));
  }

  #posts(person: Person, where: Where): MattermostPost[] {
    if (where === "direct") return this.#chats.posts(this.#chats.direct(person.id, this.#bot.id).id);
    const isThread = where === "thread";
    return this.#chats.posts(this.#room.id).filter(({ rootId }) => (rootId === this.#thread.id) === isThread);
  }

  failNext(kind: "send" | "edit", times = 1): void {
    this.#failures[kind] = times;
  }

  record(): readonly string[] {
    return this.#record;
  }

  // ---- the WebSocket

  #greet(peer: WebSocketPeer): void {
    peer.onClose = () => this.#listeners.delete(peer);
    peer.onText = (text) => {
      this.#record.push(text);
      const { seq, action, data } = JSON.parse(text) as { seq: number; action: string; data?: { token?: string } };
      if (action !== "authentication_challenge") return peer.send(JSON.stringify({ status: "OK", seq_reply: seq }));
      if (data?.token !== this.#token) return peer.close();
      this.#listeners.set(peer, 0);
      this.#publish("hello", { server_version: "11.0.0" }, { user_id: this.#bot.id }, peer);
      peer.send(JSON.stringify({ status: "OK", seq_reply: seq }));
    };
  }

  /** The bot gets the event of its own posts too. */
  #posted(post: MattermostPost): void {
    const channel = this.#chats.channel(post.channelId, this.#bot.id);
    const sender = `@${this.#chats.user(post.userId).username}`;
    this.#publish(
      "posted",
      {
        channel_display_name: channel.displayName || sender,
        channel_name: channel.name,
        channel_type: channel.type,
        post: JSON.stringify(wirePost(post)),
        sender_name: sender,
        set_online: true,
        team_id: channel.teamId,
      },
      { channel_id: channel.id },
    );
  }

  #changed(event: "post_edited" | "post_deleted", post: MattermostPost): void {
    this.#publish(event, { post: JSON.stringify(wirePost(post)) }, { channel_id: post.channelId });
  }

  #publish(event: string, data: object, broadcast: object, only?: WebSocketPeer): void {
    for (const [peer, seq] of this.#listeners) {
      if (only && peer !== only) continue;
      this.#listeners.set(peer, seq + 1);
      const to = { omit_users: null, user_id: "", channel_id: "", team_id: "", ...broadcast };
      peer.send(JSON.stringify({ event, data, broadcast: to, seq }));
    }
  }

  // ---- the API

  readonly #routes: readonly Route[] = [
    ["GET", /^\/users\/me$/u, () => ok(wireUser(this.#bot))],
    ["GET", /^\/users\/username\/([^/]+)$/u, (name) => ok(wireUser(this.#chats.userByName(name)))],
    ["GET", /^\/users\/(me|[a-z0-9]{26})\/teams$/u, () => ok([this.#wireTeam()])],
    ["GET", /^\/users\/(me|[a-z0-9]{26})\/channels$/u, () => ok(this.#chats.channels(this.#bot.id).map(wireChannel))],
    ["POST", /^\/users\/(me|[a-z0-9]{26})\/typing$/u, () => ok({ status: "OK" })],
    ["GET", /^\/users\/([a-z0-9]{26})$/u, (id) => ok(wireUser(this.#chats.user(id)))],
    ["POST", /^\/channels\/direct$/u, (_, { body }) => this.#openDirect(body)],
    ["GET", /^\/channels\/([a-z0-9]{26})$/u, (id) => ok(wireChannel(this.#chats.channel(id, this.#bot.id)))],
    ["GET", /^\/channels\/([a-z0-9]{26})\/posts$/u, (id, { query }) => this.#listPosts(id, query)],
    ["GET", /^\/teams\/[a-z0-9]{26}\/channels\/name\/([^/]+)$/u, (name) => this.#channelByName(name)],
    ["POST", /^\/posts$/u, (_, { body }) => this.#send(body)],
    ["PUT", /^\/posts\/([a-z0-9]{26})$/u, (id, { body }) => this.#edit(id, body)],
    ["DELETE", /^\/posts\/([a-z0-9]{26})$/u, (id) => this.#delete(id)],
    ["GET", /^\/posts\/([a-z0-9]{26})$/u, (id) => ok(wirePost(this.#readable(id)))],
    ["GET", /^\/posts\/([a-z0-9]{26})\/thread$/u, (id) => this.#readThread(id)],
  ];

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "/" } = request;
    const text = await readBody(request);
    this.#record.push(`${method} ${url}\n${text}`);
    try {
      if (request.headers.authorization !== `Bearer ${this.#token}`)
        throw new MattermostRefusal(
          401,
          "api.context.session_expired.app_error",
          "Invalid or expired session, please login again.",
        );
      const { status, body } = this.#answer(method, new URL(url, this.#url), text);
      sendJson(response, status, body);
    } catch (error) {
      const { status, id, message } =
        error instanceof MattermostRefusal ? error : new MattermostRefusal(500, "fake", String(error));
      sendJson(response, status, { id, message, detailed_error: "", request_id: newId(), status_code: status });
    }
  }

  #answer(method: string, { pathname, searchParams }: URL, text: string): Answer {
    const path = pathname.replace(/^\/api\/v4(?=\/)/u, "");
    const routes = path === pathname ? [] : this.#routes;
    for (const [verb, pattern, answer] of routes) {
      const match = verb === method ? pattern.exec(path) : null;
      if (!match) continue;
      const body = text === "" ? {} : (JSON.parse(text) as Request["body"]);
      return answer(decodeURIComponent(match[1] ?? ""), { query: searchParams, body });
    }
    throw new MattermostRefusal(404, "api.context.404.app_error", "Sorry, we could not find the page.");
  }

  #openDirect(body: unknown): Answer {
    const [one, other] = Array.isArray(body) && body.length === 2 ? (body as string[]) : [];
    if (one === undefined || other === undefined)
      throw new MattermostRefusal(
        400,
        "api.context.invalid_body_param.app_error",
        "Invalid or missing user_ids in request body.",
      );
    if (one !== this.#bot.id && other !== this.#bot.id)
      throw new MattermostRefusal(
        403,
        "api.context.permissions.app_error",
        "You do not have the appropriate permissions.",
      );
    return { status: 201, body: wireChannel(this.#chats.direct(one, other)) };
  }

  #channelByName(name: string): Answer {
    const found = this.#chats.channels(this.#bot.id).find((channel) => channel.name === name);
    return ok(wireChannel(this.#chats.channel(found?.id ?? "", this.#bot.id)));
  }

  #listPosts(channelId: string, query: URLSearchParams): Answer {
    const channel = this.#chats.channel(channelId, this.#bot.id);
    const newestFirst = this.#chats.posts(channel.id).toReversed();
    return ok(wireList(newestFirst.slice(0, Number(query.get("per_page") ?? 60))));
  }

  #readThread(id: string): Answer {
    const root = this.#rootOf(this.#chats.shown(this.#readable(id)));
    const posts = this.#chats.posts(this.#chats.post(root).channelId);
    return ok(wireList(posts.filter((post) => post.id === root || post.rootId === root)));
  }

  #readable(id: string): MattermostPost {
    const post = this.#chats.post(id);
    this.#chats.channel(post.channelId, this.#bot.id);
    return post;
  }

  #send({ channel_id, message, root_id, props }: Request["body"]): Answer {
    this.#failIfAsked("send", "app.post.save.app_error", "Unable to save the Post.");
    const post = this.#chats.add(this.#bot.id, asText(channel_id), asText(message), asText(root_id), asProps(props));
    this.#posted(post);
    return { status: 201, body: wirePost(post) };
  }

  #edit(id: string, { id: named, message, props }: Request["body"]): Answer {
    this.#failIfAsked("edit", "app.post.update.app_error", "Unable to update the Post.");
    if (named !== id)
      throw new MattermostRefusal(
        400,
        "api.context.invalid_body_param.app_error",
        "Invalid or missing id in request body.",
      );
    const post = this.#chats.edit(this.#bot.id, id, asText(message), asProps(props));
    this.#changed("post_edited", post);
    return ok(wirePost(post));
  }

  #delete(id: string): Answer {
    this.#changed("post_deleted", this.#chats.delete(this.#bot.id, id));
    return ok({ status: "OK" });
  }

  #failIfAsked(kind: "send" | "edit", id: string, message: string): void {
    if (this.#failures[kind] === 0) return;
    this.#failures[kind] -= 1;
    throw new MattermostRefusal(500, id, message);
  }

  #wireTeam(): object {
    return { id: this.#teamId, name: "studio", display_name: "Studio", type: "I" };
  }
}

const ok = (body: unknown): Answer => ({ status: 200, body });
const asText = (value: unknown): string => (typeof value === "string" ? value : "");
const asProps = (value: unknown): Props => (typeof value === "object" && value !== null ? (value as Props) : {});

function wireUser({ id, username, isBot }: MattermostUser): object {
  return { id, username, is_bot: isBot, update_at: 1, delete_at: 0, first_name: "", last_name: "", nickname: "" };
}

function wireChannel({ id, type, name, displayName, teamId }: MattermostChannel): object {
  return { id, type, name, display_name: displayName, team_id: teamId, delete_at: 0, header: "", purpose: "" };
}

function wirePost(post: MattermostPost): object {
  const { id, channelId, userId, rootId, message, props, createAt, updateAt, deleteAt } = post;
  return {
    id,
    channel_id: channelId,
    user_id: userId,
    root_id: rootId,
    message,
    props,
    type: "",
    create_at: createAt,
    update_at: updateAt,
    edit_at: updateAt === createAt ? 0 : updateAt,
    delete_at: deleteAt,
    hashtags: "",
    file_ids: [],
    metadata: {},
  };
}

function wireList(posts: readonly MattermostPost[]): object {
  return {
    order: posts.map(({ id }) => id),
    posts: Object.fromEntries(posts.map((post) => [post.id, wirePost(post)])),
    next_post_id: "",
    prev_post_id: "",
  };
}
