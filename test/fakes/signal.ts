/**
 * Signal behind the HTTP daemon of signal-cli, for `channels.signal.transport` of the kind `external-native`: JSON-RPC
 * and the stream of received messages. Attachments, receipts and expiring messages are not modelled.
 */
import { randomBytes, randomInt, randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { ChatMessage, ChatNetwork, People, Person, SayOptions, Where } from "../channels/network.ts";
import type { JsonObject } from "../support/gateway-config.ts";
import { closeServer, listenOnLoopback, readBody, sendJson } from "../support/loopback.ts";

export interface SignalNetwork extends ChatNetwork {
  /** An owner who hides the number: the bot learns only the UUID. */
  readonly hiddenOwner: Person;
}

export async function startSignal(): Promise<SignalNetwork> {
  const server = new SignalServer();
  await server.listen();
  return server;
}

interface Account {
  readonly uuid: string;
  /** Absent if the bot may not see it. */
  readonly number?: string;
}

interface Message {
  /** Signal names a message by its author and the millisecond. */
  readonly timestamp: number;
  readonly author: Account;
  /** The uuid of the person, or the group's id. */
  readonly room: string;
  readonly text: string;
  readonly changedAt: number;
}

type Params = Readonly<Record<string, unknown>>;

class RpcError extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor(code: number, message: string, data: unknown = null) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

/** The codes of signal-cli and of JSON-RPC. */
const USER_ERROR = -1;
const INVALID_PARAMS = -32_602;
const METHOD_NOT_FOUND = -32_601;
const INTERNAL_ERROR = -32_603;

/** Of a text, in UTF-8. The apps send more than 2000 bytes as an attachment, which signal-cli puts back into the text. */
const MAX_BYTES = 64 * 1024;

class SignalServer implements SignalNetwork {
  readonly channel = "signal";
  readonly env = {};
  readonly people: People;
  readonly hiddenOwner: Person;
  readonly #bot: Account = { uuid: randomUUID(), number: newNumber() };
  readonly #accounts = new Map<string, Account>();
  readonly #group = { id: randomBytes(32).toString("base64"), name: "Studio" };
  readonly #messages: Message[] = [];
  readonly #record: string[] = [];
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  readonly #streams = new Set<ServerResponse>();
  /** Signal keeps what a device has not fetched yet. */
  #pending: object[] = [];
  #failures = 0;
  #clock = 0;
  #lastTimestamp = 0;
  #url = "";

  constructor() {
    this.people = {
      owner: this.#person("Dana"),
      secondOwner: this.#person("Sam"),
      allowed: this.#person("Lee"),
      stranger: this.#person("Mallory"),
    };
    this.hiddenOwner = this.#hiddenPerson("Robin");
  }

  #person(name: string): Person {
    const number = newNumber();
    this.#accounts.set(number, { uuid: randomUUID(), number });
    return { id: number, name, ownerEntry: `signal:${number}` };
  }

  #hiddenPerson(name: string): Person {
    const uuid = randomUUID();
    this.#accounts.set(uuid, { uuid });
    return { id: uuid, name, ownerEntry: `signal:uuid:${uuid}` };
  }

  async listen(): Promise<void> {
    this.#url = `http://127.0.0.1:${await listenOnLoopback(this.#server)}`;
  }

  async close(): Promise<void> {
    await closeServer(this.#server);
  }

  get config(): JsonObject {
    const { owner, secondOwner, allowed } = this.people;
    const owners = [owner, secondOwner, this.hiddenOwner].map(({ ownerEntry }) => ownerEntry);
    return {
      channels: {
        signal: {
          enabled: true,
          account: this.#bot.number,
          accountUuid: this.#bot.uuid,
          transport: { kind: "external-native", url: this.#url },
          dmPolicy: "allowlist",
          allowFrom: [owner.id, secondOwner.id, allowed.id, `uuid:${this.hiddenOwner.id}`],
          groupPolicy: "open",
          groups: { "*": { requireMention: false } },
        },
      },
      // Without `allowFrom`, the package lets nobody run a command that is not one of the host's own.
      commands: { ownerAllowFrom: owners, allowFrom: { signal: owners } },
    };
  }

  isConnected(): boolean {
    return this.#streams.size > 0;
  }

  now(): number {
    return this.#clock;
  }

  async say(person: Person, text: string, { where = "direct", replyTo }: SayOptions = {}): Promise<void> {
    if (text.trim() === "") throw new Error("the app does not send an empty message");
    if (Buffer.byteLength(text) > MAX_BYTES) throw new Error(`the app refuses a text of more than ${MAX_BYTES} bytes`);
    const author = this.#account(person);
    const { timestamp } = this.#add(author, this.#room(person, where), text);
    const quoted = replyTo ? this.#messages.find((message) => idOf(message) === replyTo.id) : undefined;
    this.#deliver({
      envelope: {
        source: author.number ?? author.uuid,
        sourceNumber: author.number ?? null,
        sourceUuid: author.uuid,
        sourceName: person.name,
        sourceDevice: 1,
        timestamp,
        serverReceivedTimestamp: timestamp + 1,
        serverDeliveredTimestamp: timestamp + 2,
        dataMessage: {
          timestamp,
          message: text,
          expiresInSeconds: 0,
          isExpirationUpdate: false,
          viewOnce: false,
          ...(quoted ? { quote: wireQuote(quoted) } : {}),
          ...(where === "group" ? { groupInfo: this.#wireGroup() } : {}),
        },
      },
      account: this.#bot.number,
    });
  }

  tap(_: Person, { id }: ChatMessage, label: string): Promise<void> {
    return Promise.reject(new Error(`Signal has no buttons: "${label}" on ${id}`));
  }

  tapAnyway(from: Person, message: ChatMessage, label: string): Promise<void> {
    return this.tap(from, message, label);
  }

  messages(person: Person, where: Where = "direct"): readonly ChatMessage[] {
    const room = this.#room(person, where);
    return this.#messages
      .filter((message) => message.room === room)
      .map((message) => ({
        id: idOf(message),
        text: message.text,
        buttons: [],
        isByBot: message.author === this.#bot,
        changedAt: message.changedAt,
      }));
  }

  /** The bot cannot edit through this daemon: nothing asks for it. */
  failNext(kind: "send" | "edit", times = 1): void {
    if (kind === "send") this.#failures = times;
  }

  record(): readonly string[] {
    return this.#record;
  }

  #account({ id }: Person): Account {
    const found = this.#accounts.get(id);
    if (!found) throw new Error(`nobody here has the id ${id}`);
    return found;
  }

  #room(person: Person, where: Where): string {
    if (where === "thread") throw new Error("Signal has no threads");
    return where === "group" ? this.#group.id : this.#account(person).uuid;
  }

  #add(author: Account, room: string, text: string): Message {
    this.#clock += 1;
    this.#lastTimestamp = Math.max(Date.now(), this.#lastTimestamp + 1);
    const message = { timestamp: this.#lastTimestamp, author, room, text, changedAt: this.#clock };
    this.#messages.push(message);
    return message;
  }

  #wireGroup(): object {
    return { groupId: this.#group.id, groupName: this.#group.name, revision: 1, type: "DELIVER" };
  }

  // ---- the daemon

  #deliver(event: object): void {
    if (this.#streams.size === 0) this.#pending.push(event);
    for (const stream of this.#streams) writeEvent(stream, event);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = "", url = "/" } = request;
    const text = await readBody(request);
    this.#record.push(`${method} ${url}\n${text}`);
    const { pathname, searchParams } = new URL(url, this.#url);
    const asked = `${method} ${pathname}`;
    if (asked === "GET /api/v1/check") response.writeHead(200).end();
    else if (asked === "GET /api/v1/events") this.#openStream(searchParams.get("account"), response);
    else if (asked === "POST /api/v1/rpc") this.#answer(text, response);
    else response.writeHead(404).end();
  }

  #openStream(account: string | null, response: ServerResponse): void {
    if (account !== null && account !== this.#bot.number) {
      response.writeHead(400).end();
      return;
    }
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(":\n");
    this.#streams.add(response);
    response.once("close", () => this.#streams.delete(response));
    for (const event of this.#pending.splice(0)) writeEvent(response, event);
  }

  #answer(text: string, response: ServerResponse): void {
    const { id, method, params = {} } = JSON.parse(text) as { id: string; method: string; params?: Params };
    try {
      sendJson(response, 200, { jsonrpc: "2.0", result: this.#call(method, params), id });
    } catch (error) {
      const { code, message, data } =
        error instanceof RpcError ? error : new RpcError(INTERNAL_ERROR, `the fake failed: ${String(error)}`);
      sendJson(response, 200, { jsonrpc: "2.0", error: { code, message, data }, id });
    }
  }

  #call(method: string, params: Params): unknown {
    if (method === "version") return { version: "0.14.0" };
    if (params["account"] !== undefined && params["account"] !== this.#bot.number)
      throw new RpcError(INVALID_PARAMS, "Specified account does not exist");
    switch (method) {
      case "send":
        return this.#send(params);
      case "sendTyping":
      case "sendReceipt":
      case "sendReaction":
        return { timestamp: Date.now(), results: this.#recipients(params).map(toSuccess) };
      case "listGroups":
        return [{ id: this.#group.id, name: this.#group.name, isMember: true, isBlocked: false }];
      default:
        throw new RpcError(METHOD_NOT_FOUND, "Method not implemented");
    }
  }

  #send(params: Params): unknown {
    const text = typeof params["message"] === "string" ? params["message"] : "";
    if (text === "")
      throw new RpcError(
        USER_ERROR,
        "Sending empty message is not allowed, either a message, attachment or sticker must be given.",
      );
    checkStyles(params["text-style"]);
    const recipients = this.#recipients(params);
    if (this.#failures > 0) {
      this.#failures -= 1;
      throw new RpcError(INTERNAL_ERROR, "Failed to send message: Connection reset (IOException)");
    }
    const rooms = params["groupId"] === undefined ? recipients.map(({ uuid }) => uuid) : [this.#group.id];
    const sent = rooms.map((room) => this.#add(this.#bot, room, text));
    return { timestamp: sent.at(-1)?.timestamp, results: recipients.map(toSuccess) };
  }

  #recipients({ groupId, recipient = [], username }: Params): Account[] {
    if (groupId !== undefined) {
      if (groupId !== this.#group.id) throw new RpcError(USER_ERROR, `Group not found: "${String(groupId)}"`);
      return [...this.#accounts.values()];
    }
    if (username !== undefined) throw new RpcError(USER_ERROR, "The fake knows no usernames");
    const names = [recipient].flat().map(String);
    if (names.length === 0) throw new RpcError(USER_ERROR, "No recipients given");
    return names.map((name) => this.#registered(name));
  }

  /** By number or UUID. A number is no way to a person who hides it. */
  #registered(name: string): Account {
    const found = [...this.#accounts.values()].find(({ uuid, number }) => name === uuid || name === number);
    if (found) return found;
    if (!/^\+\d{7,15}$/u.test(name) && !/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/u.test(name))
      throw new RpcError(USER_ERROR, `Invalid phone number '${name}'`);
    const results = [{ recipientAddress: { number: name }, type: "UNREGISTERED_FAILURE" }];
    throw new RpcError(USER_ERROR, "Failed to send message", { response: { results, timestamp: Date.now() } });
  }
}

const idOf = ({ author, timestamp }: Message): string => `${author.uuid}/${timestamp}`;
const newNumber = (): string => `+49151${randomInt(10_000_000, 99_999_999)}`;

function writeEvent(stream: ServerResponse, event: object): void {
  stream.write(`event:receive\ndata:${JSON.stringify(event)}\n\n`);
}

function wireQuote({ timestamp, author, text }: Message): object {
  const { number, uuid } = author;
  return {
    id: timestamp,
    author: number ?? uuid,
    authorNumber: number ?? null,
    authorUuid: uuid,
    text,
    attachments: [],
  };
}

function toSuccess({ uuid, number }: Account): object {
  return { recipientAddress: { uuid, number: number ?? null }, type: "SUCCESS" };
}

function checkStyles(styles: unknown): void {
  for (const style of styles === undefined ? [] : [styles].flat().map(String)) {
    const [, start, length, name = ""] = /^(\d+):(\d+):(.+)$/u.exec(style) ?? [];
    if (start === undefined || length === undefined)
      throw new RpcError(USER_ERROR, `Invalid textStyle syntax (${style}) expected 'start:length:STYLE'`);
    if (!/^(?:BOLD|ITALIC|SPOILER|STRIKETHROUGH|MONOSPACE)$/u.test(name))
      throw new RpcError(USER_ERROR, `Invalid style: ${name}`);
  }
}
