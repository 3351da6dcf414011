/**
 * The third door: an ordinary message that holds the address. It sees every message of every chat, so it lets all
 * through that is not plainly its own, and never lets an error out: the host would hand the message to the model.
 */
import { answer } from "../commands/answer.ts";
import { weighPastedText } from "../flow/callback-url.ts";
import { toMarkdown } from "../interaction/render.ts";
import { withheldScreen } from "../interaction/screens.ts";
import { concernsLogin } from "../login/overview.ts";
import { Secret } from "../secret.ts";
import { callerByRule, errorScreen, present, type DoorContext } from "./context.ts";
import { placeOfMessage, type MessagePlace } from "./place.ts";

export interface ChatMessage extends MessagePlace {
  readonly content: string;
}

/** Keeps the message from the model; `text` is the answer, absent where it was already sent. */
export interface Claim {
  readonly handled: true;
  readonly text?: string;
}

/** A command of ours on the host's text path: the host runs it next, with the owner checked. */
const OWN_COMMAND = /^\/codex[_-]auth(?:[_-]finish)?(?:@\w+)?(?:\s|$)/i;
const WEBCHAT = "webchat";

/** A claim, or undefined for a message that is none of ours. Never throws. */
export async function claimPastedMessage(context: DoorContext, message: ChatMessage): Promise<Claim | undefined> {
  const likelihood = weighPastedText(message.content);
  if (likelihood === "none") return undefined;
  if (context.areTextCommandsOn() && OWN_COMMAND.test(message.content)) return undefined;
  const { who, isPrivate } = placeOfMessage(context.gateway, message);
  const isCertain = likelihood === "certain";
  if (!isPrivate) return isCertain ? { handled: true, text: toMarkdown(withheldScreen()) } : undefined;
  const pastedText = new Secret(message.content);
  try {
    const ports = await context.ports();
    if (!isCertain && !(await concernsLogin(ports, who, pastedText))) return undefined;
    const isOwner = who.channel === WEBCHAT ? () => true : await context.loadOwnerCheck();
    const caller = callerByRule(who, isPrivate, isOwner);
    const reply = await present(context, who, await answer(ports, caller, { verb: "finish", pastedText }));
    // The host holds a hook's own text back while the agent is busy; a message of its own is delivered at once.
    const isSent = await context.sendNow(who, reply).catch(() => false);
    return isSent ? { handled: true } : { handled: true, text: reply.markdown };
  } catch (error) {
    return { handled: true, text: toMarkdown(errorScreen(error)) };
  }
}
