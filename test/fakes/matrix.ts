/**
 * A Matrix homeserver on 127.0.0.1 with the client-server API for one bot; people act without it. After
 * https://spec.matrix.org/latest/client-server-api/ and Synapse's refusals. No encryption, media, push or federation.
 */
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { ChatMessage, ChatNetwork, People, Person, SayOptions, Where } from "../channels/network.ts";
import type { JsonObject } from "../support/gateway-config.ts";
import { closeServer, listenOnLoopback, readBody, sendJson } from "../support/loopback.ts";
import {
  matrixId,
  MatrixRefusal,
  MatrixRooms,
  relationOf,
  wireEvent,
  type Fields,
  type MatrixEvent,
  type MatrixRoom,
} from "./matrix-rooms.ts";

interface Call {
  readonly method: string;
  /** Decoded, after `/_matrix/client/<version>/`. */
  readonly path: readonly string[];
  readonly query: URLSearchParams;
  readonly body: Fields;
}

interface AccountData {
  readonly content: Fields;
  readonly position: number;
}

const person = (localpart: string, name: string): Person => {
  const id = matrixId(localpart);
  return { id, name, ownerEntry: `matrix:${id}` };
};
const BOT = person("codex-auth-test", "Codex Auth Test");
const PEOPLE: People = {
  owner: person("dana", "Dana"),
  secondOwner: person("robin", "Robin"),
  allowed: person("ada", "Ada"),
  stranger: person("mallory", "Mallory"),
};
const EVERYONE: readonly Person[] = Object.values(PEOPLE);

export async function startMatrix(): Promise<ChatNetwork> {
  const network = new Homeserver();
  await network.listen();
  return network;
}

class Homeserver implements ChatNetwork {
  readonly channel = "matrix";
  readonly people = PEOPLE;
  readonly env = {};
  readonly #token = `syt_${randomBytes(24).toString("base64url")}`;
  readonly #device = randomBytes(5).toString("hex").toUpperCase();
  readonly #rooms = new MatrixRooms();
  readonly #directs = new Map(EVERYONE.map((one) => [one.id, this.#rooms.create(one, [BOT])]));
  readonly #group = this.#rooms.create(PEOPLE.owner, [BOT, ...EVERYONE.slice(1)], "Workshop");
  readonly #threadRoot = this.#rooms.add(this.#group, PEOPLE.owner.id, "m.room.message", {
    msgtype: "m.text",
    body: "Shall we talk in a thread?",
  });
  readonly #accountData = new Map<string, AccountData>();
  readonly #filters: Fields[] = [];
  readonly #sentBy = new Map<string, MatrixEvent>();
  readonly #failures = { send: 0, edit: 0 };
  readonly #record: string[] = [];
  readonly #polls = new Set<() => void>();
  readonly #server = createServer((request, response) => void this.#serve(request, response));
  #url = "";

  async listen(): Promise<void> {
    const direct = Object.fromEntries([...this.#directs].map(([id, room]) => [id, [room.id]]));
    this.#setAccountData("m.direct", direct);
    this.#rooms.onEvent = () => this.#wake();
    this.#url = `http://127.0.0.1:${await listenOnLoopback(this.#server)}`;
  }

  get config(): JsonObject {
    const { owner, secondOwner, allowed } = PEOPLE;
    const allowFrom = [owner.id, secondOwner.id, allowed.id];
    return {
      // If two direct rooms share a session, the package says so in the room before the answer.
      session: { dmScope: "per-channel-peer" },
      channels: {
        matrix: {
          enabled: true,
          homeserver: this.#url,
          network: { dangerouslyAllowPrivateNetwork: true },
          userId: BOT.id,
          accessToken: this.#token,
          dm: { policy: "allowlist", allowFrom },
          groupPolicy: "open",
          // Who may use commands in a room.
          groupAllowFrom: allowFrom,
          groups: { "*": { requireMention: false } },
        },
      },
    };
  }

  isConnected(): boolean {
    return this.#polls.size > 0;
  }

  now(): number {
    return this.#rooms.position;
  }

  async say(from: Person, text: string, { where = "direct", replyTo }: SayOptions = {}): Promise<void> {
    if (text.trim() === "") throw new Error("a person cannot send an empty message");
    const room = this.#roomOf(from, where);
    const reply = replyTo ? { "m.in_reply_to": { event_id: replyTo.id } } : undefined;
    const relation = where === "thread" ? this.#threadRelation(reply) : reply;
    this.#rooms.add(room, from.id, "m.room.message", {
      msgtype: "m.text",
      body: text,
      ...(relation ? { "m.relates_to": relation } : {}),
    });
  }

  async tap(_person: Person, message: ChatMessage, label: string): Promise<void> {
    throw new Error(`message ${message.id} has no button "${label}": Matrix has none`);
  }

  tapAnyway(from: Person, message: ChatMessage, label: string): Promise<void> {
    return this.tap(from, message, label);
  }

  messages(of: Person, where: Where = "direct"): readonly ChatMessage[] {
    return this.#roomOf(of, where).messages(BOT.id, where === "thread" ? this.#threadRoot.event_id : undefined);
  }

  failNext(kind: "send" | "edit", times = 1): void {
    this.#failures[kind] = times;
  }

  record(): readonly string[] {
    return this.#record;
  }

  async close(): Promise<void> {
    this.#wake();
    await closeServer(this.#server);
  }

  // ---- the rooms

  #roomOf(of: Person, where: Where): MatrixRoom {
    return where === "direct" ? (this.#directs.get(of.id) as MatrixRoom) : this.#group;
  }

  /** Apps name the thread's last event as the one replied to, for those that know no threads. */
  #threadRelation(reply: Fields | undefined): Fields {
    const root = this.#threadRoot.event_id;
    const last = this.#group.related(root, "m.thread").at(-1)?.event_id ?? root;
    return {
      rel_type: "m.thread",
      event_id: root,
      is_falling_back: reply === undefined,
      ...(reply ?? { "m.in_reply_to": { event_id: last } }),
    };
  }

  #setAccountData(type: string, content: Fields): void {
    this.#accountData.set(type, { content, position: this.#rooms.nextPosition() });
    this.#wake();
  }

  #wake(): void {
    for (const finish of this.#polls) finish();
  }

  // ---- the wire

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", "http://127.0.0.1");
    const written = await readBody(request).catch(() => "");
    this.#record.push(`${request.method} ${request.url} ${written}`);
    try {
      const [, , version, ...rest] = url.pathname.slice(1).split("/");
      if (version === "versions") return sendJson(response, 200, { versions: ["v1.1", "v1.6", "v1.11"] });
      if (request.headers.authorization !== `Bearer ${this.#token}`)
        throw new MatrixRefusal(401, "M_UNKNOWN_TOKEN", "Unrecognised access token");
      const path = [rest[0] ?? "", ...rest.slice(1)].map(decodeURIComponent);
      const call = { method: request.method ?? "GET", path, query: url.searchParams, body: parseBody(written) };
      const answer = path[0] === "sync" ? await this.#sync(call.query, response) : this.#answer(call);
      sendJson(response, 200, answer);
    } catch (error) {
      const refusal =
        error instanceof MatrixRefusal ? error : new MatrixRefusal(500, "M_UNKNOWN", "Internal server error");
      sendJson(response, refusal.status, { errcode: refusal.code, error: refusal.message });
    }
  }

  #answer(call: Call): Fields {
    const [resource, id = ""] = call.path;
    switch (resource) {
      case "account":
        return { user_id: BOT.id, device_id: this.#device, is_guest: false };
      case "capabilities":
        return { capabilities: { "m.room_versions": { default: "11", available: { "11": "stable" } } } };
      case "pushrules":
        return { global: { override: [], content: [], room: [], sender: [], underride: [] } };
      case "joined_rooms":
        return { joined_rooms: this.#joined().map((room) => room.id) };
      case "profile":
        return this.#profile(id);
      case "user":
        return this.#userData(call);
      case "rooms":
        return this.#roomCall(call, this.#rooms.roomFor(BOT.id, id));
      default:
        throw unrecognized();
    }
  }

  #joined(): readonly MatrixRoom[] {
    return this.#rooms.all.filter((room) => room.members().includes(BOT.id));
  }

  #profile(id: string): Fields {
    const found = [BOT, ...EVERYONE].find((one) => one.id === id);
    if (!found) throw new MatrixRefusal(404, "M_NOT_FOUND", "Profile was not found");
    return { displayname: found.name };
  }

  #userData({ method, path: [, user, resource, key = ""], body }: Call): Fields {
    if (user !== BOT.id) throw new MatrixRefusal(403, "M_FORBIDDEN", "Cannot access data of other users");
    if (resource === "filter" && method === "POST") return { filter_id: String(this.#filters.push(body) - 1) };
    if (resource === "filter") return known(this.#filters[Number(key)], "No such filter");
    if (resource !== "account_data") throw unrecognized();
    if (method === "GET") return known(this.#accountData.get(key), "Account data not found").content;
    this.#setAccountData(key, body);
    return {};
  }

  #roomCall(call: Call, room: MatrixRoom): Fields {
    const { method, path, query } = call;
    const [, , action, first = "", second = "", third = ""] = path;
    switch (`${method} ${action}`) {
      case "PUT send":
        return { event_id: this.#send(call, room).event_id };
      case "PUT redact":
        return { event_id: this.#rooms.redact(room, BOT.id, first, call.body["reason"]).event_id };
      case "GET joined_members":
        return {
          joined: Object.fromEntries(
            room.members().map((id) => [id, { display_name: this.#profile(id)["displayname"] }]),
          ),
        };
      case "GET members":
        return { chunk: room.state("m.room.member").map(wireEvent) };
      case "GET state":
        return first === "" ? (room.state().map(wireEvent) as unknown as Fields) : room.stateContent(first, second);
      case "GET event":
        return wireEvent(room.event(first));
      case "GET messages":
        return {
          start: "end",
          chunk: room.events
            .toReversed()
            .slice(0, Number(query.get("limit") ?? 10))
            .map(wireEvent),
        };
      case "GET relations":
        return {
          chunk: room
            .related(first, second)
            .filter(({ type }) => third === "" || type === third)
            .toReversed()
            .map(wireEvent),
        };
      case "PUT typing":
      case "POST receipt":
      case "POST read_markers":
        return {};
      default:
        throw unrecognized();
    }
  }

  #send({ path: [, , , type = "", transaction = ""], body }: Call, room: MatrixRoom): MatrixEvent {
    const key = `${room.id} ${type} ${transaction}`;
    // A repeated request is answered like the first.
    const before = this.#sentBy.get(key);
    if (before) return before;
    const kind = relationOf(body)["rel_type"] === "m.replace" ? "edit" : "send";
    if (type === "m.room.message" && this.#failures[kind] > 0) {
      this.#failures[kind] -= 1;
      throw new MatrixRefusal(403, "M_FORBIDDEN", "You don't have permission to post that to the room.");
    }
    const sent = this.#rooms.add(room, BOT.id, type, body, { unsigned: { transaction_id: transaction } });
    this.#sentBy.set(key, sent);
    return sent;
  }

  async #sync(query: URLSearchParams, response: ServerResponse): Promise<Fields> {
    const since = query.get("since");
    const from = since === null ? -1 : Number(since.slice(1));
    const timeoutMs = Number(query.get("timeout") ?? 0);
    if (since !== null && from >= this.#rooms.position && timeoutMs > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, timeoutMs);
      this.#polls.add(resolve);
      response.once("close", resolve);
      await promise;
      clearTimeout(timer);
      this.#polls.delete(resolve);
    }
    return this.#changesAfter(from);
  }

  #changesAfter(from: number): Fields {
    const join: Record<string, Fields> = {};
    for (const room of this.#joined()) {
      const fresh = room.events.filter(({ position }) => position > from);
      if (fresh.length === 0) continue;
      const isFirst = from < 0;
      join[room.id] = {
        // State that is older than the timeline: all of it at first, none later.
        state: { events: isFirst ? room.state().map(wireEvent) : [] },
        timeline: {
          events: fresh.filter((event) => !isFirst || event.state_key === undefined).map(wireEvent),
          limited: false,
          prev_batch: `s${Math.max(from, 0)}`,
        },
        ephemeral: { events: [] },
        account_data: { events: [] },
        unread_notifications: {},
        summary: {},
      };
    }
    const accountData = [...this.#accountData].filter(([, { position }]) => position > from);
    return {
      next_batch: `s${this.#rooms.position}`,
      account_data: { events: accountData.map(([type, { content }]) => ({ type, content })) },
      rooms: { join, invite: {}, leave: {} },
    };
  }
}

function parseBody(written: string): Fields {
  if (written === "") return {};
  try {
    return JSON.parse(written) as Fields;
  } catch {
    throw new MatrixRefusal(400, "M_NOT_JSON", "Content not JSON.");
  }
}

function known<T>(found: T | undefined, otherwise: string): T {
  if (found === undefined) throw new MatrixRefusal(404, "M_NOT_FOUND", otherwise);
  return found;
}

function unrecognized(): MatrixRefusal {
  return new MatrixRefusal(404, "M_UNRECOGNIZED", "Unrecognized request");
}
