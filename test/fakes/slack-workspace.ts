/** One Slack workspace: its people, rooms and messages, and the errors by which the Web API refuses. */
import type { ChatMessage, Person } from "../channels/network.ts";
import { blockErrors, shownBlocks, withIds, type Block, type ShownElement } from "./slack-blocks.ts";
import { decodeEntities, shownMrkdwn, type Fields, type Named } from "./slack-text.ts";

export const TEAM = { id: "T0STUDIO1", domain: "studio-test", name: "Studio" };
export const BOT = { id: "U0OPENCLAW", name: "openclaw", botId: "B0OPENCLAW" };

// The Web API cuts a longer text of chat.postMessage; a channel package that relies on that loses words, so: refused.
const MAX_TEXT = 40_000;
/** Bytes. The package has the same figure. */
const MAX_EDIT = 4000;

/** An answer with `ok: false`. */
export class SlackRefusal extends Error {
  readonly code: string;
  readonly details: readonly string[];

  constructor(code: string, details: readonly string[] = []) {
    super(code);
    this.code = code;
    this.details = details;
  }
}

export interface Room {
  /** `C…` is a channel, `D…` the direct chat of one person with the bot. */
  readonly id: string;
  readonly name: string;
  readonly isDirect: boolean;
  readonly members: readonly string[];
}

export interface Message {
  readonly ts: string;
  readonly room: Room;
  readonly user: string;
  readonly threadTs: string | undefined;
  /** The only reader of an ephemeral message. No method of the Web API finds such a message again. */
  readonly onlyFor: string | undefined;
  text: string;
  isMrkdwn: boolean;
  blocks: readonly Block[];
  metadata: unknown;
  changedAt: number;
  isDeleted: boolean;
}

export interface Content {
  readonly text?: string | undefined;
  readonly blocks?: readonly Fields[] | undefined;
  readonly isMrkdwn?: boolean;
  readonly metadata?: unknown;
}

export interface Placement {
  readonly room: Room;
  readonly user: string;
  readonly threadTs?: string | undefined;
  readonly onlyFor?: string | undefined;
}

export interface SlackMessage extends ChatMessage {
  /** Only one person sees it, and only until the app is reloaded. */
  readonly isEphemeral: boolean;
}

export class SlackWorkspace {
  readonly people: readonly Person[];
  readonly rooms: readonly Room[];
  readonly messages: Message[] = [];
  clock = 0;
  #lastTs = 0;

  constructor(people: readonly Person[], rooms: readonly Room[]) {
    this.people = people;
    this.rooms = rooms;
  }

  get names(): readonly Named[] {
    return [...this.people, BOT];
  }

  /** The ids of Slack are case-sensitive. */
  room(id: unknown): Room {
    const found = this.rooms.find((room) => room.id === id);
    if (!found) throw new SlackRefusal("channel_not_found");
    return found;
  }

  directRoom(userId: unknown): Room {
    const found = this.rooms.find((room) => room.isDirect && room.members.includes(String(userId)));
    if (!found) throw new SlackRefusal("user_not_found");
    return found;
  }

  /** A room in which the bot may write. */
  botRoom(id: unknown): Room {
    const room = this.room(id);
    if (!room.members.includes(BOT.id)) throw new SlackRefusal("not_in_channel");
    return room;
  }

  post(placement: Placement, content: Content): Message {
    const { text = "", blocks = [] } = content;
    if (text === "" && blocks.length === 0) throw new SlackRefusal("no_text");
    if (text.length > MAX_TEXT) throw new SlackRefusal("msg_too_long");
    const message: Message = {
      ts: this.nextTs(),
      room: placement.room,
      user: placement.user,
      threadTs: placement.threadTs,
      onlyFor: placement.onlyFor,
      text,
      isMrkdwn: content.isMrkdwn ?? true,
      blocks: checkedBlocks(blocks),
      metadata: content.metadata,
      changedAt: 0,
      isDeleted: false,
    };
    this.messages.push(message);
    this.#changed(message);
    return message;
  }

  /** The bot's own message that everybody of the room sees. */
  ownMessage(room: Room, ts: unknown, refusal: string): Message {
    const message = this.messages.find((one) => one.ts === ts && one.room === room && !one.isDeleted);
    if (!message || message.onlyFor !== undefined) throw new SlackRefusal("message_not_found");
    if (message.user !== BOT.id) throw new SlackRefusal(refusal);
    return message;
  }

  update(message: Message, { text, blocks, metadata }: Content): void {
    if (text === undefined && blocks === undefined) throw new SlackRefusal("no_text");
    if (text !== undefined && Buffer.byteLength(text) > MAX_EDIT) throw new SlackRefusal("msg_too_long");
    const checked = blocks && checkedBlocks(blocks);
    if (text !== undefined) message.text = text;
    // Slack's docs say both for a call with a text and no blocks: that the old blocks stay, and that they go
    // (slack-go/slack#1214 saw them stay in 2023). Staying is the worse case: the text is then not seen at all.
    if (checked) message.blocks = checked;
    if (metadata !== undefined) message.metadata = metadata;
    this.#changed(message);
  }

  delete(message: Message): void {
    message.isDeleted = true;
    this.#changed(message);
  }

  /** What this person sees of a room, oldest first. */
  seenBy(person: Person, room: Room): readonly Message[] {
    return this.messages.filter(
      (one) => one.room === room && !one.isDeleted && (one.onlyFor === undefined || one.onlyFor === person.id),
    );
  }

  shown(message: Message): SlackMessage {
    const { text, rows } = shownBlocks(message.blocks, this.names);
    const plain = () => (message.isMrkdwn ? shownMrkdwn(message.text, this.names) : decodeEntities(message.text));
    return {
      id: message.ts,
      text: message.blocks.length > 0 ? text : plain(),
      buttons: rows.map((row) => row.map(({ label, url }) => (url === undefined ? { label } : { label, url }))),
      isByBot: message.user === BOT.id,
      changedAt: message.changedAt,
      isEphemeral: message.onlyFor !== undefined,
    };
  }

  elements(message: Message): readonly ShownElement[] {
    return shownBlocks(message.blocks, this.names).rows.flat();
  }

  /** As history, events and taps carry it. */
  wire(message: Message): Fields {
    const isByBot = message.user === BOT.id;
    return {
      type: "message",
      user: message.user,
      ...(isByBot ? { bot_id: BOT.botId } : {}),
      text: message.text,
      team: TEAM.id,
      ts: message.ts,
      ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
      ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
      ...(message.metadata === undefined ? {} : { metadata: message.metadata }),
    };
  }

  /** Grows, and no two messages of the workspace have the same. */
  nextTs(): string {
    this.#lastTs = Math.max(this.#lastTs + 1, Date.now() * 1000);
    const digits = String(this.#lastTs);
    return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
  }

  #changed(message: Message): void {
    this.clock += 1;
    message.changedAt = this.clock;
  }
}

function checkedBlocks(blocks: readonly Fields[]): readonly Block[] {
  const errors = blockErrors(blocks);
  if (errors.length > 0) throw new SlackRefusal("invalid_blocks", errors);
  return withIds(blocks);
}
