/** What every fake of a chat network can do, so that one set of tests drives them all. */
import type { JsonObject } from "../support/gateway-config.ts";
import { waitUntil } from "../support/wait.ts";
import type { PackagedChannel } from "./packages.ts";

export interface Person {
  /** As the network spells it. */
  readonly id: string;
  readonly name: string;
  /** The entry in `commands.ownerAllowFrom` that makes this person an owner. */
  readonly ownerEntry: string;
}

export interface People {
  readonly owner: Person;
  readonly secondOwner: Person;
  /** May write to the bot, and is no owner. */
  readonly allowed: Person;
  readonly stranger: Person;
}

/** `group`: a room in which all people and the bot are. `thread`: a thread of that room. */
export type Where = "direct" | "group" | "thread";

export interface ChatButton {
  readonly label: string;
  /** Absent if a tap sends something to the bot. */
  readonly url?: string;
}

/** A message as the network shows it now. */
export interface ChatMessage {
  readonly id: string;
  /** What a person reads, link buttons aside. A link in the text has its URL in it. */
  readonly text: string;
  readonly buttons: readonly (readonly ChatButton[])[];
  readonly isByBot: boolean;
  /** The counter of `now()` when it was sent or last edited. */
  readonly changedAt: number;
}

export interface SayOptions {
  readonly where?: Where;
  readonly replyTo?: ChatMessage;
}

export interface ChatNetwork {
  readonly channel: PackagedChannel;
  readonly people: People;
  /** Merged into openclaw.json. Owner, second owner and allowed may write to the bot; the group is open. */
  readonly config: JsonObject;
  readonly env: Readonly<Record<string, string>>;
  /** Whether the gateway receives messages now. */
  isConnected(): boolean;
  /** A counter of changes, to wait for what comes after it. */
  now(): number;
  /** A person writes, in the way in which the network's apps send it (Slack: `<` and `&` as entities, …). */
  say(person: Person, text: string, options?: SayOptions): Promise<void>;
  /** Taps a button that is not a link. Rejects if there is no such button. */
  tap(person: Person, message: ChatMessage, label: string): Promise<void>;
  /**
   * Taps a button that this message has, or had when it was tapped, although the network's apps do not let this person
   * do so. In a room that is not the message's own, the button is on a copy, as if the message was forwarded there.
   */
  tapAnyway(person: Person, message: ChatMessage, label: string, where?: Where): Promise<void>;
  /** The messages of a room, oldest first. `direct` is the chat of that person with the bot. */
  messages(person: Person, where?: Where): readonly ChatMessage[];
  /** The next calls of this kind fail as the network fails. */
  failNext(kind: "send" | "edit", times?: number): void;
  /** Every request of the gateway, as it came, for the leak scan. */
  record(): readonly string[];
  close(): Promise<void>;
}

/** The host says it by itself, before the next answer, after a message that the network refused. */
const HOST_NOTICE = /I couldn't confirm whether my previous reply reached this chat/;

/** The first message of the bot in that room after `after`, there or to come. */
export function nextMessage(
  network: ChatNetwork,
  person: Person,
  after: number,
  where: Where = "direct",
  fits: (message: ChatMessage) => boolean = () => true,
): Promise<ChatMessage> {
  return waitUntil(
    () =>
      `an answer to ${person.name} on ${network.channel} (${where}); the last: ${lastWords(network, person, where)}`,
    () =>
      network
        .messages(person, where)
        .find((one) => one.isByBot && one.changedAt > after && !HOST_NOTICE.test(one.text) && fits(one)),
  );
}

function lastWords(network: ChatNetwork, person: Person, where: Where): string {
  return network
    .messages(person, where)
    .slice(-3)
    .map(({ text }) => text.slice(0, 200))
    .join(" | ");
}

/** Writes, and waits for the bot's next new message there. */
export function ask(
  network: ChatNetwork,
  person: Person,
  text: string,
  options: SayOptions = {},
): Promise<ChatMessage> {
  return answerTo(network, person, options.where, () => network.say(person, text, options));
}

/** Acts, and waits for the bot's next new message: an older one may be edited meanwhile. */
export async function answerTo(
  network: ChatNetwork,
  person: Person,
  where: Where | undefined,
  act: () => Promise<void>,
): Promise<ChatMessage> {
  const [after, isNew] = [network.now(), newTo(network, person, where)];
  await act();
  return nextMessage(network, person, after, where, isNew);
}

/** There the answer to a tap is a new message, and the tapped one only loses its buttons. */
const LEAVES_TAPPED: ReadonlySet<PackagedChannel> = new Set(["discord"]);

/** Taps, and waits for what follows in the direct chat: the tapped message as edited, or a new one. */
export async function press(
  network: ChatNetwork,
  person: Person,
  message: ChatMessage,
  label: string,
): Promise<ChatMessage> {
  const [after, isNew] = [network.now(), newTo(network, person, "direct")];
  await network.tap(person, message, label);
  const isAnswer = LEAVES_TAPPED.has(network.channel)
    ? isNew
    : (one: ChatMessage) => isNew(one) || one.id === message.id;
  return nextMessage(network, person, after, "direct", isAnswer);
}

function newTo(network: ChatNetwork, person: Person, where: Where | undefined): (message: ChatMessage) => boolean {
  const known = new Set(network.messages(person, where).map(({ id }) => id));
  return ({ id }) => !known.has(id);
}
