/** Rooms and events of one Matrix homeserver, what it refuses, and what a client shows of them. */
import { randomBytes } from "node:crypto";
import type { ChatMessage, Person } from "../channels/network.ts";
import { renderMatrixHtml } from "./matrix-html.ts";

export type Fields = Readonly<Record<string, unknown>>;

export interface MatrixEvent {
  readonly event_id: string;
  readonly type: string;
  readonly sender: string;
  readonly room_id: string;
  readonly origin_server_ts: number;
  readonly state_key?: string;
  content: Fields;
  unsigned: Fields;
  /** Its place in the server's stream. */
  readonly position: number;
}

/** A refusal: the status, and the `errcode` and `error` of its body. */
export class MatrixRefusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** Events are limited to 65 KB with all that a server adds to them: hashes, signatures, parents. */
const MAX_EVENT_BYTES = 65_536;
const ADDED_BYTES = 1000;

/** All servers of one test have one name: nothing resolves it. */
const SERVER = "home.example";

export const matrixId = (localpart: string) => `@${localpart}:${SERVER}`;

export class MatrixRooms {
  readonly #rooms = new Map<string, MatrixRoom>();
  #position = 0;
  /** Called after every event. */
  onEvent: () => void = () => {};

  get position(): number {
    return this.#position;
  }

  get all(): readonly MatrixRoom[] {
    return [...this.#rooms.values()];
  }

  /** For room data that is not an event. */
  nextPosition(): number {
    this.#position += 1;
    return this.#position;
  }

  create(creator: Person, members: readonly Person[], name?: string): MatrixRoom {
    const room = new MatrixRoom(`!${randomId(18)}:${SERVER}`);
    this.#rooms.set(room.id, room);
    const state = (type: string, content: Fields, key = "", sender = creator.id) =>
      this.add(room, sender, type, content, { state_key: key });
    state("m.room.create", { room_version: "11" });
    for (const member of [creator, ...members])
      state("m.room.member", { membership: "join", displayname: member.name }, member.id, member.id);
    state("m.room.power_levels", { users: { [creator.id]: 100 }, users_default: 0, events_default: 0 });
    state("m.room.join_rules", { join_rule: "invite" });
    state("m.room.history_visibility", { history_visibility: "shared" });
    if (name !== undefined) state("m.room.name", { name });
    return room;
  }

  /** The room, for a member of it: others are not told whether there is one. */
  roomFor(user: string, id: string): MatrixRoom {
    const room = this.#rooms.get(id);
    if (!room?.members().includes(user))
      throw new MatrixRefusal(403, "M_FORBIDDEN", `User ${user} not in room ${id}, and room previews are disabled`);
    return room;
  }

  add(
    room: MatrixRoom,
    sender: string,
    type: string,
    content: Fields,
    extra: { readonly state_key?: string; readonly unsigned?: Fields } = {},
  ): MatrixEvent {
    const event: MatrixEvent = {
      event_id: `$${randomBytes(32).toString("base64url")}`,
      type,
      sender,
      room_id: room.id,
      origin_server_ts: Date.now(),
      content,
      position: this.#position + 1,
      unsigned: {},
      ...extra,
    };
    room.refuse(event);
    this.#position = event.position;
    room.events.push(event);
    this.onEvent();
    return event;
  }

  redact(room: MatrixRoom, sender: string, target: string, reason: unknown): MatrixEvent {
    const event = room.event(target);
    if (event.sender !== sender)
      throw new MatrixRefusal(403, "M_FORBIDDEN", "You don't have permission to redact events");
    const redaction = this.add(room, sender, "m.room.redaction", { redacts: target, reason });
    event.content = {};
    event.unsigned = { ...event.unsigned, redacted_because: wireEvent(redaction) };
    return redaction;
  }
}

export class MatrixRoom {
  readonly events: MatrixEvent[] = [];
  readonly id: string;

  constructor(id: string) {
    this.id = id;
  }

  members(): readonly string[] {
    return this.state("m.room.member")
      .filter(({ content }) => content["membership"] === "join")
      .map(({ state_key: key }) => key ?? "");
  }

  /** The state now, one event for each type and key. */
  state(type?: string): readonly MatrixEvent[] {
    const latest = new Map<string, MatrixEvent>();
    for (const event of this.events)
      if (event.state_key !== undefined && (type === undefined || event.type === type))
        latest.set(`${event.type} ${event.state_key}`, event);
    return [...latest.values()];
  }

  stateContent(type: string, key: string): Fields {
    const found = this.state(type).find((event) => event.state_key === key);
    if (!found) throw new MatrixRefusal(404, "M_NOT_FOUND", "Event not found.");
    return found.content;
  }

  event(id: string): MatrixEvent {
    const found = this.events.find((event) => event.event_id === id);
    if (!found) throw new MatrixRefusal(404, "M_NOT_FOUND", `Could not find event ${id}`);
    return found;
  }

  related(id: string, relation: string): readonly MatrixEvent[] {
    return this.events.filter(({ content }) => {
      const relatesTo = relationOf(content);
      return relatesTo["rel_type"] === relation && relatesTo["event_id"] === id;
    });
  }

  /** As Synapse refuses. */
  refuse(event: MatrixEvent): void {
    const { type, content } = event;
    const bytes = Buffer.byteLength(JSON.stringify(event)) + ADDED_BYTES;
    if (bytes > MAX_EVENT_BYTES) throw new MatrixRefusal(413, "M_TOO_LARGE", "event too large");
    if (type === "m.room.message")
      for (const key of ["body", "msgtype"])
        if (typeof content[key] !== "string") throw new MatrixRefusal(400, "M_BAD_JSON", `'${key}' not in content`);
    const relatesTo = relationOf(content);
    const target = this.events.find((one) => one.event_id === relatesTo["event_id"]);
    if (relatesTo["rel_type"] === "m.thread" && target && relationOf(target.content)["rel_type"] !== undefined)
      throw new MatrixRefusal(400, "M_UNKNOWN", "Cannot start threads from an event with a relation");
  }

  /** What clients show: the main timeline, or a thread without its root. */
  messages(bot: string, thread?: string): readonly ChatMessage[] {
    return this.events.flatMap((event) => {
      const relatesTo = relationOf(event.content);
      const inThread = relatesTo["rel_type"] === "m.thread" ? relatesTo["event_id"] : undefined;
      if (event.type !== "m.room.message" || event.unsigned["redacted_because"] !== undefined) return [];
      if (relatesTo["rel_type"] === "m.replace" || inThread !== thread) return [];
      // Clients ignore edits by others; a server takes them.
      const edit = this.related(event.event_id, "m.replace").findLast(({ sender }) => sender === event.sender);
      const content = (edit?.content["m.new_content"] as Fields | undefined) ?? event.content;
      return {
        id: event.event_id,
        text: textOf(content),
        buttons: [],
        isByBot: event.sender === bot,
        changedAt: (edit ?? event).position,
      };
    });
  }
}

export function relationOf(content: Fields): Fields {
  return (content["m.relates_to"] as Fields | undefined) ?? {};
}

export function wireEvent(event: MatrixEvent): Fields {
  const unsigned = { age: Date.now() - event.origin_server_ts, ...event.unsigned };
  return { ...event, position: undefined, unsigned };
}

function textOf({ format, formatted_body: html, body }: Fields): string {
  return format === "org.matrix.custom.html" && typeof html === "string" ? renderMatrixHtml(html) : String(body);
}

/** Letters in both cases: room ids are compared as they are. */
function randomId(length: number): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  return [...randomBytes(length)].map((byte) => letters[byte % letters.length]).join("");
}
