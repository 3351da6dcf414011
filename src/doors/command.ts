/** The first door: a slash command. The host has checked the owner already; this asks it again before the write. */
import type { Caller } from "../commands/access.ts";
import { answer } from "../commands/answer.ts";
import { parseFinishArguments, parseSelectArguments, type Intent } from "../commands/arguments.ts";
import { CodexAuthError } from "../errors.ts";
import type { HandlerId } from "../manifest.ts";
import { errorMessage, present, type DoorContext, type Message } from "./context.ts";
import { keptBy, placeOfCommand, type CommandPlace } from "./place.ts";

/** The handlers that `skill.json` binds its commands to by id. */
const COMMAND_PARSERS = {
  select: parseSelectArguments,
  finish: parseFinishArguments,
} as const satisfies Record<HandlerId, (args: string) => Intent>;

export interface CommandCall extends CommandPlace {
  readonly args?: string | undefined;
  readonly senderIsOwner?: boolean | undefined;
  readonly gatewayClientScopes?: readonly string[] | undefined;
  readonly assertOwnerCurrent?: (() => void) | undefined;
}

const ADMIN_SCOPE = "operator.admin";

/** Answers a command. Never throws into the host, and always with text: an empty answer reads as a failure there. */
export async function answerCommand(context: DoorContext, handler: HandlerId, call: CommandCall): Promise<Message> {
  try {
    const caller = callerOf(context, call);
    const screen = await answer(context.ports, caller, COMMAND_PARSERS[handler](call.args ?? ""));
    return await present(context, caller.binding, screen);
  } catch (error) {
    return errorMessage(context, error);
  }
}

function callerOf(context: DoorContext, call: CommandCall): Caller {
  const { who, isPrivate } = placeOfCommand(context.gateway, call);
  return {
    binding: who,
    isPrivate,
    chatKeeps: keptBy(call.channel),
    isOwner: call.senderIsOwner === true || call.gatewayClientScopes?.includes(ADMIN_SCOPE) === true,
    assertAllowed: () => {
      try {
        call.assertOwnerCurrent?.();
      } catch {
        throw new CodexAuthError("not-allowed");
      }
    },
  };
}
