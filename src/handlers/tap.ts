/** The second door: a tapped button. The host tells no owner mark here, and retries a handler that throws for ever. */
import { succeeds } from "../attempt.ts";
import type { Intent } from "../commands/arguments.ts";
import { decodePayload, type TapBinding } from "../interaction/buttons.ts";
import { placeOfTap, type TapPlace } from "./channels.ts";
import { callerByRule, errorMessage, present, type HandlerContext, type Message } from "./context.ts";

export interface Tap extends TapPlace {
  readonly payload: string;
  /** Turns the tapped message into another one. May reject; a message that is gone or unchanged is no error here. */
  edit(message: Message): Promise<void>;
  /** Sends a new message into the chat. May reject. */
  reply(message: Message): Promise<void>;
}

/**
 * Answers a tap by turning its message into the next screen, so that no live button of the old one stays behind.
 * Never throws.
 */
export async function answerTap(context: HandlerContext, tap: Tap): Promise<void> {
  // In a group the message is everybody's: it stays as it is, and the answer says where to go instead.
  let canEdit = false;
  let message: Message | undefined;
  try {
    const { who, isPrivate } = placeOfTap(context.gateway, tap);
    canEdit = isPrivate;
    message = await messageFor(context, tap, who, isPrivate);
  } catch (error) {
    message = errorMessage(context, error);
  }
  if (message !== undefined) await deliver(tap, message, canEdit);
}

/** The next screen; undefined for a second tap on a screen that was already answered. */
async function messageFor(
  context: HandlerContext,
  tap: Tap,
  who: TapBinding,
  isPrivate: boolean,
): Promise<Message | undefined> {
  const used = context.screens.use(decodePayload(tap.payload), who, context.nowMs());
  if (used.kind === "used") return undefined;
  // A stale button tells no agent, so the host is asked whose chat this is; the answer is a fresh selector.
  const binding = used.kind === "action" ? used.binding : { ...who, agentId: context.agentOf(who) };
  const intent: Intent = used.kind === "action" ? used.action : { verb: "page", page: 1 };
  const caller = callerByRule(context, { who: binding, isPrivate }, await context.loadOwnerCheck());
  return present(context, binding, await context.answer(caller, intent));
}

/** Edits fail for messages that are too old, deleted or unchanged; the answer must still arrive if it can. */
async function deliver(tap: Tap, message: Message, canEdit: boolean): Promise<void> {
  const isEdited = canEdit && (await succeeds(() => tap.edit(message)));
  if (!isEdited) await succeeds(() => tap.reply(message));
}
