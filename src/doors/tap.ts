/** The second door: a tapped button. The host tells no owner mark here, and retries a handler that throws for ever. */
import { answer } from "../commands/answer.ts";
import type { Intent } from "../commands/arguments.ts";
import type { LoginBinding } from "../flow/binding.ts";
import { decodePayload } from "../interaction/callback-data.ts";
import type { Tapper } from "../interaction/shown-screens.ts";
import { callerByRule, errorScreen, present, type DoorContext, type Message } from "./context.ts";
import { placeOfTap, type TapPlace } from "./place.ts";

export interface Tap extends TapPlace {
  readonly payload: string;
  /** Turns the tapped message into another one. May reject; a message that is gone or unchanged is no error here. */
  edit(message: Message): Promise<void>;
  /** Sends a new message into the chat. May reject. */
  reply(message: Message): Promise<void>;
}

/** Answers a tap by turning its message into the next screen, so that no live button of the old one stays behind. */
export async function answerTap(context: DoorContext, tap: Tap): Promise<void> {
  const { who, isPrivate } = placeOfTap(context.gateway, tap);
  const used = context.screens.use(decodePayload(tap.payload), who, context.nowMs());
  if (used.kind === "used") return;
  const binding = used.kind === "action" ? used.binding : staleBinding(who);
  const intent: Intent = used.kind === "action" ? used.action : { verb: "page", page: 1 };
  const message = await screenFor(context, binding, isPrivate, intent);
  // In a group the message is everybody's: it stays as it is, and the answer says where to go instead.
  await deliver(tap, message, isPrivate);
}

/** A stale button names no agent; its fresh selector shows the default agent's profiles. */
function staleBinding(tapper: Tapper): LoginBinding {
  return { ...tapper, agentId: "main" };
}

async function screenFor(
  context: DoorContext,
  binding: LoginBinding,
  isPrivate: boolean,
  intent: Intent,
): Promise<Message> {
  try {
    const caller = callerByRule(binding, isPrivate, await context.loadOwnerCheck());
    return await present(context, binding, await answer(await context.ports(), caller, intent));
  } catch (error) {
    return present(context, binding, errorScreen(error));
  }
}

async function deliver(tap: Tap, message: Message, canEdit: boolean): Promise<void> {
  try {
    if (!canEdit) return await tap.reply(message);
    await tap.edit(message);
  } catch {
    // Edits fail for messages that are too old or deleted; the answer must still arrive.
    if (canEdit) await tap.reply(message).catch(() => undefined);
  }
}
