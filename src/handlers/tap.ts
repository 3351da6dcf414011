/**
 * Answers a tapped button. The host does not say whether the sender is an owner, and repeats a tap whose handler
 * failed.
 */
import { answer } from "../commands/answer.ts";
import type { Intent } from "../commands/arguments.ts";
import { logFailure } from "../errors.ts";
import { decodePayload, type TapBinding } from "../interaction/buttons.ts";
import { placeOfTap, type TapPlace } from "./channels.ts";
import {
  callerByRule,
  errorMessage,
  present,
  toTelegramRows,
  type HandlerContext,
  type Message,
  type TelegramButton,
} from "./context.ts";

export interface Tap extends TapPlace {
  readonly payload: string;
  /** May reject if the message is deleted, too old or unchanged. */
  edit(message: Message): Promise<void>;
  /** May reject. */
  reply(message: Message): Promise<void>;
}

/** Replaces the tapped message by the next screen, so that no button of the old one stays active. Never throws. */
export async function answerTap(context: HandlerContext, tap: Tap): Promise<void> {
  // A message in a group is not replaced, because it may be someone else's. The answer says where to go instead.
  let canEdit = false;
  let message: Message | undefined;
  try {
    const { who, isPrivate } = placeOfTap(context.gateway, tap);
    canEdit = isPrivate;
    message = await messageFor(context, tap, who, isPrivate);
  } catch (error) {
    message = errorMessage(context, error);
  }
  if (message !== undefined) await deliver(context, tap, message, canEdit);
}

/** Returns undefined for a second tap on the same screen. */
async function messageFor(
  context: HandlerContext,
  tap: Tap,
  who: TapBinding,
  isPrivate: boolean,
): Promise<Message | undefined> {
  const used = context.screens.use(decodePayload(tap.payload), who, context.nowMs());
  if (used.kind === "used") return undefined;
  // A stale button names no agent, so the host is asked for it. The answer is the list of profiles.
  const binding = used.kind === "action" ? used.binding : { ...who, agentId: context.agentOf(who) };
  const intent: Intent = used.kind === "action" ? used.action : { verb: "page", page: 1 };
  const caller = callerByRule(context, { who: binding, isPrivate }, await context.loadOwnerCheck());
  return present(context, binding, await answer(() => context.ports(), caller, intent));
}

/** The edit may fail, and the answer must still arrive. */
async function deliver(context: HandlerContext, tap: Tap, message: Message, canEdit: boolean): Promise<void> {
  if (canEdit && (await tryStep(context, "editing a message", () => tap.edit(message)))) return;
  await tryStep(context, "answering a tap", () => tap.reply(message));
}

async function tryStep({ log }: HandlerContext, what: string, send: () => Promise<void>): Promise<boolean> {
  try {
    await send();
    return true;
  } catch (error) {
    logFailure(log, what, error);
    return false;
  }
}

/** The part of the host's interactive context that is used here, which the host types as unknown. */
export interface HostTap {
  readonly accountId: string;
  readonly conversationId: string;
  readonly senderId?: string;
  readonly isGroup: boolean;
  readonly callback: { readonly payload: string };
  readonly respond: {
    editMessage(message: { text: string; buttons: TelegramButton[][] }): Promise<void>;
    reply(message: { text: string; buttons: TelegramButton[][] }): Promise<void>;
  };
}

export function tapOf(channel: string, tap: HostTap): Tap {
  const { accountId, conversationId, senderId, isGroup, callback, respond } = tap;
  return {
    channel,
    accountId,
    conversationId,
    senderId,
    isGroup,
    payload: callback.payload,
    edit: ({ plainText, rows }) => respond.editMessage({ text: plainText, buttons: toTelegramRows(rows) }),
    reply: ({ plainText, rows }) => respond.reply({ text: plainText, buttons: toTelegramRows(rows) }),
  };
}
