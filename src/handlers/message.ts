/** What is done with a message that holds an address, might hold one, or quotes one. */
import { concernsSignIn } from "../actions/finish.ts";
import { succeeds } from "../attempt.ts";
import type { Caller } from "../commands/access.ts";
import { finishHelpScreen, quotedScreen, withheldScreen } from "../interaction/screens.ts";
import type { PasteLikelihood } from "../rules/callback-url.ts";
import type { Secret } from "../secret.ts";
import { placeOfMessage, type MessagePlace } from "./channels.ts";
import { callerByRule, errorMessage, present, presentText, type HandlerContext, type Message } from "./context.ts";
import type { OriginalMessage } from "./transcript.ts";

export interface ChatMessage extends MessagePlace {
  readonly messageId?: string | undefined;
  /** As the host shows it to hooks: the web chat has masked it by now. A picture or a voice may come without. */
  readonly content: string | undefined;
  /** The message this one answers or quotes: the host shows it to the model too. */
  readonly replyToBody?: string | undefined;
}

/** Keeps the message from the model; `text` is the answer, absent where it was already sent. */
export interface Claim {
  readonly handled: true;
  readonly text?: string;
}

export interface Paste {
  readonly text: Secret;
  /** The message that this one answers or quotes. */
  readonly quoted: Secret;
  readonly weights: { readonly own: PasteLikelihood; readonly quoted: PasteLikelihood };
  readonly original: OriginalMessage | undefined;
}

/** A claim, or undefined for a message that is none of ours after all. Never throws. */
export async function answerPaste(
  context: HandlerContext,
  message: ChatMessage,
  paste: Paste,
): Promise<Claim | undefined> {
  try {
    return (await claim(context, message, paste)) ?? (await withholdQuoted(context, message, paste));
  } catch (error) {
    return { handled: true, text: errorMessage(context, error).markdown };
  }
}

async function claim(
  context: HandlerContext,
  message: ChatMessage,
  { text, weights, original }: Paste,
): Promise<Claim | undefined> {
  if (weights.own === "none") return undefined;
  const isCertain = weights.own === "certain";
  const { who, isPrivate } = placeOfMessage(context.gateway, message);
  if (!isPrivate) {
    return isCertain ? { handled: true, text: presentText(context, withheldScreen()).markdown } : undefined;
  }
  if (!isCertain && !(await concernsSignIn(await context.ports(), who, text))) return undefined;
  // The web chat names no sender, and does not say who may what of a message that looks like some command.
  if (original === undefined && who.senderId === "") {
    return { handled: true, text: presentText(context, finishHelpScreen()).markdown };
  }
  const isOwner = original === undefined ? await context.loadOwnerCheck() : () => original.isOwner;
  return finish(context, callerByRule(context, { who, isPrivate }, isOwner), text);
}

/** An ordinary message that answers or quotes one with an address: with it the address would reach the model. */
async function withholdQuoted(
  context: HandlerContext,
  message: ChatMessage,
  { quoted, weights }: Paste,
): Promise<Claim | undefined> {
  if (weights.quoted === "none") return undefined;
  if (weights.quoted === "possible") {
    const { who, isPrivate } = placeOfMessage(context.gateway, message);
    if (!isPrivate || !(await concernsSignIn(await context.ports(), who, quoted))) return undefined;
  }
  return { handled: true, text: presentText(context, quotedScreen()).markdown };
}

/**
 * Where the channel takes messages of our own, the hook ends before the exchange begins: while it lasts the host holds
 * back every other message of the chat, and the very config change that may take the person's ownership away.
 */
async function finish(context: HandlerContext, caller: Caller, pastedText: Secret): Promise<Claim> {
  const reply = async (): Promise<Message> => {
    const screen = await context.answer(caller, { verb: "finish", pastedText });
    return present(context, caller.binding, screen);
  };
  if (!(await context.canSendNow(caller.binding))) return { handled: true, text: (await reply()).markdown };
  await context.inBackground(async () => {
    const message = await reply().catch((error: unknown) => errorMessage(context, error));
    const send = () => context.sendNow(caller.binding, message);
    // Never as the hook's own text instead: the host would begin a turn with it, and show the address to the model.
    if (!(await succeeds(send))) await succeeds(send);
  });
  return { handled: true };
}
