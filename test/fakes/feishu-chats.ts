/** The chats of one Feishu tenant as their members see them, and the rules of the message and card entity APIs. */
import { randomBytes } from "node:crypto";
import type { Person } from "../channels/network.ts";
import {
  asFields,
  checkCard,
  drawCard,
  drawText,
  FeishuRefusal,
  invalid,
  parseObject,
  readContent,
  type Drawing,
  type Fields,
} from "./feishu-cards.ts";

export interface FeishuChat {
  readonly id: string;
  readonly mode: "p2p" | "group";
  readonly name: string;
  readonly members: readonly Person[];
}

export interface FeishuMessage {
  readonly id: string;
  readonly chat: FeishuChat;
  /** `undefined`: the bot wrote it. */
  readonly sender: Person | undefined;
  readonly rootId: string | undefined;
  readonly parentId: string | undefined;
  readonly createdAtMs: number;
  threadId: string | undefined;
  type: string;
  content: string;
  /** The card entity that it shows. */
  readonly card: CardEntity | undefined;
  readonly reactions: Map<string, string>;
  isRecalled: boolean;
  edits: number;
  changedAt: number;
}

interface CardEntity {
  readonly id: string;
  json: Fields;
  sequence: number;
  isSent: boolean;
}

interface Placing {
  readonly parent?: FeishuMessage | undefined;
  readonly inThread?: boolean;
}

const EDITS_OF_A_TEXT = 20;

export function randomId(prefix: string, bytes = 16): string {
  return `${prefix}${randomBytes(bytes).toString("hex")}`;
}

export class FeishuChats {
  readonly group: FeishuChat;
  readonly #people: readonly Person[];
  readonly #direct = new Map<string, FeishuChat>();
  readonly #messages = new Map<string, FeishuMessage>();
  readonly #cards = new Map<string, CardEntity>();
  #clock = 0;

  constructor(people: readonly Person[]) {
    this.#people = people;
    this.group = { id: randomId("oc_"), mode: "group", name: "Studio", members: people };
  }

  get clock(): number {
    return this.#clock;
  }

  person(openId: string): Person {
    const found = this.#people.find(({ id }) => id === openId);
    if (!found) throw new FeishuRefusal(99992351, notAnId("open_id", openId));
    return found;
  }

  /** The person's chat with the bot. */
  direct(person: Person): FeishuChat {
    let chat = this.#direct.get(person.id);
    if (!chat) {
      chat = { id: randomId("oc_"), mode: "p2p", name: "", members: [person] };
      this.#direct.set(person.id, chat);
    }
    return chat;
  }

  chat(id: string): FeishuChat {
    if (!/^oc_[0-9a-f]{32}$/u.test(id)) throw invalid("invalid chat_id");
    const chat = [this.group, ...this.#direct.values()].find((one) => one.id === id);
    if (!chat) throw new FeishuRefusal(232006, "Your request specifies a chat_id which is invalid.");
    return chat;
  }

  /** The chat that a `receive_id` names. A bot may write to each person in its availability range first. */
  receiver(idType: unknown, id: unknown): FeishuChat {
    if (typeof id !== "string" || id === "") throw invalid("invalid receive_id");
    if (idType === "open_id") return this.direct(this.person(id));
    if (idType !== "chat_id") throw new FeishuRefusal(230034, "The receive_id is invalid.");
    if (!id.startsWith("oc_")) throw invalid("invalid receive_id");
    try {
      return this.chat(id);
    } catch {
      throw new FeishuRefusal(230002, "Bot/User can NOT be out of the chat.");
    }
  }

  all(): FeishuMessage[] {
    return [...this.#messages.values()];
  }

  message(id: string): FeishuMessage {
    const message = this.#messages.get(id);
    if (!message) throw new FeishuRefusal(99992354, notAnId("message_id", id));
    return message;
  }

  /** Whether the bot still writes it. */
  isStreaming({ card }: FeishuMessage): boolean {
    return asFields(card?.json["config"])["streaming_mode"] === true;
  }

  draw(message: FeishuMessage): Drawing {
    if (message.type !== "interactive")
      return { text: drawText(message.type, parseObject(message.content) ?? {}), buttons: [] };
    return drawCard(message.card?.json ?? parseObject(message.content) ?? {});
  }

  add(
    chat: FeishuChat,
    sender: Person | undefined,
    type: string,
    content: string,
    placing: Placing = {},
  ): FeishuMessage {
    const { parent, inThread = false } = placing;
    if (parent?.isRecalled) throw new FeishuRefusal(230011, "The message was withdrawn.");
    const parsed = readContent(type, content);
    const card = type === "interactive" ? this.#cardToSend(parsed) : undefined;
    const rootId = parent && (parent.rootId ?? parent.id);
    const message: FeishuMessage = {
      id: randomId("om_"),
      chat,
      sender,
      rootId,
      // All messages of a thread reply to its root.
      parentId: parent && (parent.threadId === undefined && !inThread ? parent.id : rootId),
      createdAtMs: Date.now(),
      threadId: parent && (parent.threadId ?? (inThread ? this.#openThread(parent) : undefined)),
      type,
      content,
      card,
      reactions: new Map(),
      isRecalled: false,
      edits: 0,
      changedAt: 0,
    };
    this.#messages.set(message.id, message);
    this.#changed(message);
    return message;
  }

  /** The root stays outside, in the chat. */
  #openThread(root: FeishuMessage): string {
    const sibling = this.all().find(({ rootId, threadId }) => rootId === root.id && threadId !== undefined);
    return sibling?.threadId ?? randomId("omt_");
  }

  /** PUT: texts and posts. */
  editText(id: string, type: unknown, content: unknown): FeishuMessage {
    const message = this.#editable(id);
    if (message.type === "interactive" || (type !== "text" && type !== "post")) throw invalid("invalid msg_type");
    if (message.edits >= EDITS_OF_A_TEXT)
      throw new FeishuRefusal(230072, "The message has reached the number of times it can be edited.");
    readContent(type, content);
    return this.#edit(message, type, content as string);
  }

  /** PATCH: cards. */
  editCard(id: string, content: unknown): FeishuMessage {
    const message = this.#editable(id);
    if (message.type !== "interactive") throw invalid("This message is NOT a card.");
    if (message.card) throw invalid("the card of this message is an entity");
    readContent("interactive", content);
    return this.#edit(message, "interactive", content as string);
  }

  recall(id: string): void {
    const message = this.message(id);
    if (message.sender) throw new FeishuRefusal(230026, "No permission to recall this message.");
    if (message.isRecalled) throw new FeishuRefusal(230011, "The message was withdrawn.");
    message.isRecalled = true;
    this.#changed(message);
  }

  react(id: string, emoji: unknown): string {
    const message = this.message(id);
    if (message.isRecalled) throw new FeishuRefusal(231003, "The message is not found.");
    if (typeof emoji !== "string" || emoji === "") throw new FeishuRefusal(231001, "reaction type is invalid.");
    const reactionId = randomId("", 32);
    message.reactions.set(reactionId, emoji);
    return reactionId;
  }

  unreact(id: string, reactionId: string): void {
    if (!this.message(id).reactions.delete(reactionId))
      throw new FeishuRefusal(231007, "The reaction is not found or is not the operator's.");
  }

  // ---- card entities, which a bot fills while its model still speaks

  createCard(type: unknown, data: unknown): string {
    const json = type === "card_json" && typeof data === "string" ? parseObject(data) : undefined;
    if (!json || json["schema"] !== "2.0") throw new FeishuRefusal(300301, "ErrMsg: card json is invalid; ");
    checkCard(json);
    const card = {
      id: String(7_000_000_000_000_000_000n + BigInt(this.#cards.size)),
      json,
      sequence: 0,
      isSent: false,
    };
    this.#cards.set(card.id, card);
    return card.id;
  }

  changeCard(id: string, sequence: unknown, change: (json: Fields) => void): void {
    const card = this.#cards.get(id);
    if (!card) throw new FeishuRefusal(300301, "ErrMsg: card id is invalid; ");
    if (typeof sequence !== "number" || sequence <= card.sequence)
      throw new FeishuRefusal(300317, "ErrMsg: sequence number compare failed; ");
    const json = structuredClone(card.json);
    change(json);
    checkCard(json);
    card.json = json;
    card.sequence = sequence;
    const shown = this.all().find((message) => message.card === card);
    if (shown) this.#changed(shown);
  }

  #cardToSend(content: Fields): CardEntity | undefined {
    if (content["type"] !== "card") return undefined;
    const card = this.#cards.get(String(asFields(content["data"])["card_id"]));
    if (!card)
      throw new FeishuRefusal(230099, "Failed to create card content, ext=ErrCode: 11310; ErrMsg: cardid is invalid; ");
    if (card.isSent)
      throw new FeishuRefusal(230099, "Failed to create card content, ext=ErrCode: 11310; ErrMsg: card is sent; ");
    card.isSent = true;
    return card;
  }

  #editable(id: string): FeishuMessage {
    const message = this.message(id);
    if (message.isRecalled) throw new FeishuRefusal(230011, "The message was withdrawn.");
    if (message.sender) throw new FeishuRefusal(230071, "The operator is not the sender of the message.");
    return message;
  }

  #edit(message: FeishuMessage, type: string, content: string): FeishuMessage {
    message.type = type;
    message.content = content;
    message.edits += 1;
    this.#changed(message);
    return message;
  }

  #changed(message: FeishuMessage): void {
    this.#clock += 1;
    message.changedAt = this.#clock;
  }
}

/** The element of a card that has this id. */
export function findElement(value: unknown, elementId: string): Fields {
  const found = search(value, elementId);
  if (!found) throw new FeishuRefusal(300313, `ErrMsg: not find elementID : ${elementId}; `);
  return found;
}

function search(value: unknown, elementId: string): Fields | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  if (!Array.isArray(value) && (value as Fields)["element_id"] === elementId) return value as Fields;
  for (const inner of Object.values(value)) {
    const found = search(inner, elementId);
    if (found) return found;
  }
  return undefined;
}

function notAnId(kind: string, id: string): string {
  return `The request you send is not a valid {${kind}} or not exists. Invalid ids: [${id}] `;
}
