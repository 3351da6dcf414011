/** Answers a slash command. The host has checked the owner already, and is asked again before the write. */
import type { Caller } from "../commands/access.ts";
import { answer } from "../commands/answer.ts";
import { parseFinishArguments, parseSelectArguments, parseUsageArguments, type Intent } from "../commands/arguments.ts";
import { logFailure } from "../errors.ts";
import type { HandlerId } from "../manifest.ts";
import type { Sender } from "../rules/binding.ts";
import { keepsCallbackUrl, ownerEntryOf, placeOfCommand, type CommandPlace } from "./channels.ts";
import {
  canBeTold,
  errorMessage,
  isStillOwner,
  present,
  sendScreen,
  type HandlerContext,
  type Message,
} from "./context.ts";

const COMMAND_PARSERS = {
  select: parseSelectArguments,
  finish: parseFinishArguments,
  usage: parseUsageArguments,
} as const satisfies Record<HandlerId, (args: string) => Intent>;

export interface CommandCall extends CommandPlace {
  readonly args?: string | undefined;
  readonly senderIsOwner?: boolean | undefined;
  readonly gatewayClientScopes?: readonly string[] | undefined;
  readonly assertOwnerCurrent?: (() => void) | undefined;
}

const ADMIN_SCOPE = "operator.admin";

/** Never throws, and always answers with text, because the host treats an empty answer as a failure. */
export async function answerCommand(context: HandlerContext, handler: HandlerId, call: CommandCall): Promise<Message> {
  try {
    const caller = await callerOf(context, call);
    const screen = await answer(() => context.ports(), caller, COMMAND_PARSERS[handler](call.args ?? ""));
    return await present(context, caller.binding, screen);
  } catch (error) {
    return errorMessage(context, error);
  }
}

async function callerOf(context: HandlerContext, call: CommandCall): Promise<Caller> {
  const { who, sender, privacy: claimed } = placeOfCommand(context.gateway, call);
  // A slash command can also be typed in the chat of two other users, where only the typist may see the answer.
  const isPublic = call.to?.startsWith("slash:") === true && context.areSlashAnswersPublic(sender);
  const privacy = isPublic && claimed === "private" ? "group" : claimed;
  const isOwner = call.senderIsOwner === true || call.gatewayClientScopes?.includes(ADMIN_SCOPE) === true;
  return {
    binding: who,
    privacy,
    ownerEntry: ownerEntryOf(sender),
    keepsCallbackUrl: keepsCallbackUrl(call.channel),
    senderId: sender.senderId,
    canBeTold: () => canBeTold(context, sender),
    isOwner,
    isAllowed: await questionOf(context, call, sender, isOwner),
    // The answer to a command cannot be edited, so a second message completes it if the channel accepts one.
    completion: {
      isPossible: () => canBeTold(context, sender),
      show: (screen) => void context.inBackground(() => sendScreen(context, { who, sender }, screen)),
    },
  };
}

/** Uses the host's own check if it gives one (2026.9.6), else its owner rule if it names a sender, else none (web chat). */
async function questionOf(
  context: HandlerContext,
  call: CommandCall,
  sender: Sender,
  isOwner: boolean,
): Promise<() => boolean> {
  const { assertOwnerCurrent } = call;
  const hasRule = assertOwnerCurrent === undefined && isOwner && sender.senderId !== "";
  const rule = hasRule ? await context.loadOwnerCheck() : () => true;
  return () => hostAgrees(context, assertOwnerCurrent) && isStillOwner(context, rule, sender);
}

/** The host refuses by throwing. */
function hostAgrees({ log }: HandlerContext, assertOwnerCurrent: CommandCall["assertOwnerCurrent"]): boolean {
  try {
    assertOwnerCurrent?.();
    return true;
  } catch (error) {
    logFailure(log, "the host's owner check", error);
    return false;
  }
}
