/**
 * iMessage as `imsg` shows it on a Mac without the private API: chats by row id, JSON-RPC over stdio, sends through
 * AppleScript. After https://github.com/steipete/imsg (docs/rpc.md, docs/json.md). Attachments, tapbacks and delivery
 * receipts are not modelled.
 */
import { randomUUID } from "node:crypto";
import type { ChatMessage, ChatNetwork, People, Person, SayOptions, Where } from "../channels/network.ts";
import type { JsonObject } from "../support/gateway-config.ts";
import { startImsgProgram, type ImsgProgram, type ImsgRun } from "./imsg-program.ts";

type Fields = Record<string, unknown>;

interface Chat {
  readonly id: number;
  /** `<service>;-;<handle>` or `<service>;+;<name>`; macOS 26 writes `any` where older ones name the service. */
  readonly guid: string;
  readonly identifier: string;
  readonly name: string;
  readonly participants: readonly string[];
  readonly rows: Row[];
}

interface Row {
  readonly id: number;
  readonly guid: string;
  readonly chat: Chat;
  readonly text: string;
  /** Absent: this Mac's own account wrote it. */
  readonly from: Person | undefined;
  readonly replyTo: Row | undefined;
  readonly at: Date;
}

interface Subscription {
  readonly id: number;
  readonly run: ImsgRun;
  readonly chatId: number | undefined;
}

/** A refusal of `imsg rpc`: the JSON-RPC error's code, and its data. */
class RpcRefusal extends Error {
  readonly code: number;

  constructor(code: number, data: string) {
    super(data);
    this.code = code;
  }
}

const TITLES: Readonly<Record<number, string>> = {
  [-32700]: "Parse error",
  [-32601]: "Method not found",
  [-32602]: "Invalid params",
  [-32603]: "Internal error",
};
const invalid = (why: string) => new RpcRefusal(-32602, why);

// Numbers that Germany keeps for films.
const BOT = "+491713920000";
const person = (name: string, id: string): Person => ({ id, name, ownerEntry: `imessage:${id}` });
const PEOPLE: People = {
  owner: person("Dana", "+491713920001"),
  secondOwner: person("Robin", "+491713920002"),
  allowed: person("Ada", "+491713920003"),
  stranger: person("Mallory", "+491713920004"),
};

const STATUS = {
  version: "0.13.4",
  basic_features: true,
  advanced_features: false,
  v2_ready: false,
  message: "IMCore bridge is not running. Run imsg launch.",
  selectors: {},
  rpc_methods: ["chats.list", "messages.history", "watch.subscribe", "watch.unsubscribe", "send"],
};

export async function startIMessage(): Promise<ChatNetwork> {
  const network = new IMessage();
  await network.start();
  return network;
}

class IMessage implements ChatNetwork {
  readonly channel = "imessage";
  readonly people = PEOPLE;
  readonly env = {};
  readonly #directs = new Map<string, Chat>([
    [PEOPLE.owner.id, this.#newChat(3, `any;-;${PEOPLE.owner.id}`)],
    [PEOPLE.secondOwner.id, this.#newChat(5, `iMessage;-;${PEOPLE.secondOwner.id}`)],
    [PEOPLE.allowed.id, this.#newChat(6, `SMS;-;${PEOPLE.allowed.id}`)],
    [PEOPLE.stranger.id, this.#newChat(8, `iMessage;-;${PEOPLE.stranger.id}`)],
  ]);
  readonly #group = this.#newChat(11, "any;+;chat704418332951", "Workshop");
  readonly #rows: Row[] = [];
  readonly #subscriptions = new Set<Subscription>();
  readonly #record: string[] = [];
  #failures = 0;
  #nextSubscription = 1;
  #program: ImsgProgram | undefined;

  async start(): Promise<void> {
    this.#program = await startImsgProgram((run) => this.#serve(run));
  }

  get config(): JsonObject {
    const { owner, secondOwner, allowed } = PEOPLE;
    const allowFrom = [owner.id, secondOwner.id, allowed.id];
    return {
      channels: {
        imessage: {
          enabled: true,
          cliPath: this.#program?.cliPath,
          dmPolicy: "allowlist",
          allowFrom,
          groupPolicy: "open",
          // Who may use commands in a group.
          groupAllowFrom: allowFrom,
          groups: { [this.#group.id]: { requireMention: false } },
        },
      },
    };
  }

  isConnected(): boolean {
    return this.#subscriptions.size > 0;
  }

  now(): number {
    return this.#rows.length;
  }

  async say(from: Person, text: string, { where = "direct", replyTo }: SayOptions = {}): Promise<void> {
    if (text.trim() === "") throw new Error("a person cannot send an empty message");
    const chat = this.#chatOf(from, where);
    if (chat === undefined) throw new Error("iMessage has no threads beside a chat; give replyTo");
    this.#add(
      chat,
      from,
      text,
      chat.rows.find(({ guid }) => guid === replyTo?.id),
    );
  }

  async tap(_person: Person, message: ChatMessage, label: string): Promise<void> {
    throw new Error(`message ${message.id} has no button "${label}": iMessage has none`);
  }

  tapAnyway(from: Person, message: ChatMessage, label: string): Promise<void> {
    return this.tap(from, message, label);
  }

  messages(of: Person, where: Where = "direct"): readonly ChatMessage[] {
    return (this.#chatOf(of, where)?.rows ?? []).map(({ guid, text, from, id }) => ({
      id: guid,
      text,
      buttons: [],
      isByBot: from === undefined,
      changedAt: id,
    }));
  }

  failNext(kind: "send" | "edit", times = 1): void {
    if (kind === "edit") throw new Error("without the private API nobody can edit an iMessage from here");
    this.#failures = times;
  }

  record(): readonly string[] {
    return this.#record;
  }

  async close(): Promise<void> {
    await this.#program?.close();
  }

  // ---- the chats

  #newChat(id: number, guid: string, name = ""): Chat {
    const [, kind, identifier = ""] = guid.split(";");
    const participants = kind === "+" ? Object.values(PEOPLE).map((one: Person) => one.id) : [identifier];
    return { id, guid, identifier, name, participants, rows: [] };
  }

  get #chats(): readonly Chat[] {
    return [...this.#directs.values(), this.#group];
  }

  #chatOf(of: Person, where: Where): Chat | undefined {
    if (where === "thread") return undefined;
    return where === "group" ? this.#group : this.#directs.get(of.id);
  }

  #add(chat: Chat, from: Person | undefined, text: string, replyTo?: Row): Row {
    const row: Row = {
      id: this.#rows.length + 1,
      guid: randomUUID().toUpperCase(),
      chat,
      text,
      from,
      replyTo,
      at: new Date(),
    };
    this.#rows.push(row);
    chat.rows.push(row);
    for (const subscription of this.#subscriptions) notify(subscription, row);
    return row;
  }

  // ---- the command

  async #serve(run: ImsgRun): Promise<void> {
    this.#record.push(`imsg ${run.args.join(" ")}`);
    const [command, ...rest] = run.args;
    if (command === "rpc" && !rest.includes("--help")) return this.#serveRpc(run);
    if (command === "status") run.print(JSON.stringify(STATUS));
    else if (command === "rpc") run.print("imsg rpc: run JSON-RPC 2.0 over stdin and stdout");
    else run.print(`Unknown command: ${command ?? ""}`);
    run.exit(command === "status" || command === "rpc" ? 0 : 64);
  }

  async #serveRpc(run: ImsgRun): Promise<void> {
    for await (const line of run.lines) {
      if (line.trim() === "") continue;
      this.#record.push(line);
      let id: unknown = null;
      try {
        const request = parseRequest(line);
        id = request.id;
        run.print(JSON.stringify({ jsonrpc: "2.0", id, result: this.#call(run, request.method, request.params) }));
        if (request.method === "watch.subscribe") this.#replay(run, request.params);
      } catch (error) {
        const { code, message: data } = error instanceof RpcRefusal ? error : new RpcRefusal(-32603, String(error));
        run.print(JSON.stringify({ jsonrpc: "2.0", id, error: { code, message: TITLES[code], data } }));
      }
    }
    for (const subscription of this.#subscriptions)
      if (subscription.run === run) this.#subscriptions.delete(subscription);
  }

  #call(run: ImsgRun, method: string, params: Fields): unknown {
    switch (method) {
      case "chats.list":
        return { chats: this.#listChats(Number(params.limit ?? 20)) };
      case "messages.history":
        return { messages: this.#history(params) };
      case "watch.subscribe": {
        const chatId = params.chat_id === undefined ? undefined : Number(params.chat_id);
        const subscription = { id: this.#nextSubscription++, run, chatId };
        this.#subscriptions.add(subscription);
        return { subscription: subscription.id };
      }
      case "watch.unsubscribe":
        for (const subscription of this.#subscriptions)
          if (subscription.id === params.subscription) this.#subscriptions.delete(subscription);
        return { ok: true };
      case "send":
        return this.#send(params);
      case "typing":
      case "read":
        throw new RpcRefusal(-32603, "IMCore bridge is not running. Run imsg launch.");
      default:
        throw new RpcRefusal(-32601, method);
    }
  }

  /** Rows after `since_rowid` come first, so that nothing is lost over a restart of the gateway. */
  #replay(run: ImsgRun, params: Fields): void {
    const since = params.since_rowid === undefined ? Infinity : Number(params.since_rowid);
    const subscription = [...this.#subscriptions].find((one) => one.run === run);
    if (subscription) for (const row of this.#rows.filter(({ id }) => id > since)) notify(subscription, row);
  }

  #listChats(limit: number): readonly unknown[] {
    return this.#chats
      .toSorted((one, other) => lastRowId(other) - lastRowId(one))
      .slice(0, limit)
      .map((chat) => ({
        id: chat.id,
        name: chat.name,
        identifier: chat.identifier,
        guid: chat.guid,
        service: chat.guid.startsWith("SMS") ? "SMS" : "iMessage",
        last_message_at: (chat.rows.at(-1)?.at ?? new Date(0)).toISOString(),
        is_group: isGroup(chat),
        participants: chat.participants,
      }));
  }

  #history(params: Fields): readonly unknown[] {
    if (params.chat_id === undefined) throw invalid("chat_id is required");
    const start = typeof params.start === "string" ? Date.parse(params.start) : 0;
    const chat = this.#chats.find(({ id }) => id === Number(params.chat_id));
    const rows = (chat?.rows ?? []).filter(({ at }) => at.getTime() >= start);
    return rows
      .toReversed()
      .slice(0, Number(params.limit ?? 50))
      .map(payload);
  }

  #send(params: Fields): unknown {
    const text = typeof params.text === "string" ? params.text : "";
    const chat = this.#target(params);
    if (text === "" && !params.file) throw invalid("text or file is required");
    if (!["auto", "imessage", "sms"].includes(String(params.service ?? "auto"))) throw invalid("invalid service");
    if (params.transport === "bridge") throw new RpcRefusal(-32603, "IMCore bridge is not running. Run imsg launch.");
    if (params.reply_to !== undefined) throw invalid("reply_to requires bridge transport");
    if (this.#failures > 0) {
      this.#failures -= 1;
      throw new RpcRefusal(-32603, "AppleScript failed: Messages got an error: AppleEvent timed out. (-1712)");
    }
    const row = this.#add(chat, undefined, text);
    return { ok: true, transport: "applescript", id: row.id, guid: row.guid };
  }

  #target(params: Fields): Chat {
    const to = typeof params.to === "string" ? params.to : "";
    const { chat_id: id, chat_identifier: identifier, chat_guid: guid } = params;
    const isChat = id !== undefined || Boolean(identifier) || Boolean(guid);
    if (isChat && to !== "") throw invalid("use to or chat_*; not both");
    if (!isChat && to === "") throw invalid("to is required for direct sends");
    if (!isChat) {
      const direct = this.#directs.get(to);
      if (!direct) throw new RpcRefusal(-32603, `AppleScript failed: Can’t get participant "${to}". (-1728)`);
      return direct;
    }
    const found = this.#chats.find(
      (chat) => chat.id === Number(id) || chat.guid === guid || chat.identifier === identifier,
    );
    if (!found) throw invalid(id === undefined ? "missing chat identifier or guid" : `unknown chat_id ${Number(id)}`);
    return found;
  }
}

function parseRequest(line: string): { readonly id: unknown; readonly method: string; readonly params: Fields } {
  try {
    const { id, method, params } = JSON.parse(line) as Fields;
    return { id, method: String(method), params: (params ?? {}) as Fields };
  } catch (error) {
    throw new RpcRefusal(-32700, error instanceof SyntaxError ? "invalid JSON" : String(error));
  }
}

function lastRowId(chat: Chat): number {
  return chat.rows.at(-1)?.id ?? 0;
}

function isGroup(chat: Chat): boolean {
  return chat.guid.includes(";+;");
}

function notify({ id, run, chatId }: Subscription, row: Row): void {
  if (chatId !== undefined && chatId !== row.chat.id) return;
  const params = { subscription: id, message: payload(row) };
  run.print(JSON.stringify({ jsonrpc: "2.0", method: "message", params }));
}

/** Own messages are in the stream too, as on a Mac. */
function payload({ id, guid, chat, text, from, replyTo, at }: Row): unknown {
  return {
    id,
    chat_id: chat.id,
    guid,
    ...(replyTo
      ? {
          reply_to_guid: replyTo.guid,
          thread_originator_guid: replyTo.guid,
          reply_to_text: replyTo.text,
          reply_to_sender: replyTo.from?.id ?? BOT,
        }
      : {}),
    sender: from?.id ?? BOT,
    ...(from ? { sender_name: from.name } : {}),
    is_from_me: from === undefined,
    text,
    created_at: at.toISOString(),
    attachments: [],
    reactions: [],
    destination_caller_id: BOT,
    chat_identifier: chat.identifier,
    chat_guid: chat.guid,
    chat_name: chat.name,
    participants: chat.participants,
    is_group: isGroup(chat),
  };
}
