/**
 * The third door: an ordinary message that holds the address. It sees every message of every chat, so it lets all
 * through that is not plainly its own, and never lets an error out: the host would hand the message to the model.
 */
import type { Caller } from "../commands/access.ts";
import { answer } from "../commands/answer.ts";
import { weighPastedText } from "../flow/callback-url.ts";
import { toMarkdown } from "../interaction/render.ts";
import { withheldScreen } from "../interaction/screens.ts";
import { concernsLogin } from "../login/overview.ts";
import { Secret } from "../secret.ts";
import { callerByRule, errorScreen, present, type DoorContext } from "./context.ts";
import { placeOfMessage, type MessagePlace } from "./place.ts";

export interface ChatMessage extends MessagePlace {
  readonly messageId?: string | undefined;
  /** As the host shows it to hooks: the web chat has masked it by now. */
  readonly content: string;
}

/** Keeps the message from the model; `text` is the answer, absent where it was already sent. */
export interface Claim {
  readonly handled: true;
  readonly text?: string;
}

/** A command of ours on the host's text path: the host runs it next, with the owner checked. */
export const OWN_COMMAND = /^\/codex[_-]auth(?:[_-]finish)?(?:@\w+)?(?=[\s:]|$)/i;

/** A claim, or undefined for a message that is none of ours. Never throws. */
export async function claimPastedMessage(context: DoorContext, message: ChatMessage): Promise<Claim | undefined> {
  const original = context.originals.take(message.messageId);
  const pastedText = original?.text ?? new Secret(message.content);
  const likelihood = weighPastedText(pastedText.reveal());
  if (likelihood === "none") return undefined;
  if (context.areTextCommandsOn() && OWN_COMMAND.test(pastedText.reveal())) return undefined;
  const { who, isPrivate } = placeOfMessage(context.gateway, message);
  const isCertain = likelihood === "certain";
  if (!isPrivate) return isCertain ? { handled: true, text: toMarkdown(withheldScreen()) } : undefined;
  try {
    const ports = await context.ports();
    if (!isCertain && !(await concernsLogin(ports, who, pastedText))) return undefined;
    const isOwner = original === undefined ? await context.loadOwnerCheck() : () => original.isOwner;
    return await finish(context, callerByRule(who, isPrivate, isOwner), pastedText);
  } catch (error) {
    return { handled: true, text: toMarkdown(errorScreen(error)) };
  }
}

async function finish(context: DoorContext, caller: Caller, pastedText: Secret): Promise<Claim> {
  const screen = await answer(await context.ports(), caller, { verb: "finish", pastedText });
  const reply = await present(context, caller.binding, screen);
  // The host holds a hook's own text back while the agent is busy; a message of its own is delivered at once.
  const isSent = await context.sendNow(caller.binding, reply).catch(() => false);
  return isSent ? { handled: true } : { handled: true, text: reply.markdown };
}
