/**
 * The third door: an ordinary message that holds the address. It sees every message of every chat, so it lets all
 * through that is not plainly its own, and never lets an error out: the host would hand the message to the model.
 */
import type { Caller } from "../commands/access.ts";
import { answer } from "../commands/answer.ts";
import { weighPastedText } from "../flow/callback-url.ts";
import { withheldScreen } from "../interaction/screens.ts";
import { concernsLogin } from "../login/overview.ts";
import { Secret } from "../secret.ts";
import { callerByRule, errorMessage, present, presentText, type DoorContext } from "./context.ts";
import type { OriginalMessage } from "./originals.ts";
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
  try {
    return await claim(context, message, { text: pastedText, isCertain: likelihood === "certain", original });
  } catch (error) {
    return { handled: true, text: errorMessage(context, error).markdown };
  }
}

interface Paste {
  readonly text: Secret;
  readonly isCertain: boolean;
  readonly original: OriginalMessage | undefined;
}

async function claim(context: DoorContext, message: ChatMessage, paste: Paste): Promise<Claim | undefined> {
  if (OWN_COMMAND.test(paste.text.reveal()) && context.areTextCommandsOn()) return undefined;
  const { who, isPrivate } = placeOfMessage(context.gateway, message);
  if (!isPrivate) {
    return paste.isCertain ? { handled: true, text: presentText(context, withheldScreen()).markdown } : undefined;
  }
  if (!paste.isCertain && !(await concernsLogin(await context.ports(), who, paste.text))) return undefined;
  const { original } = paste;
  const isOwner = original === undefined ? await context.loadOwnerCheck() : () => original.isOwner;
  return finish(context, callerByRule(who, isPrivate, isOwner), paste.text);
}

async function finish(context: DoorContext, caller: Caller, pastedText: Secret): Promise<Claim> {
  const screen = await answer(context.ports, caller, { verb: "finish", pastedText });
  const reply = await present(context, caller.binding, screen);
  // The host holds a hook's own text back while the agent is busy; a message of its own is delivered at once.
  const isSent = await context.sendNow(caller.binding, reply).catch(() => false);
  return isSent ? { handled: true } : { handled: true, text: reply.markdown };
}
