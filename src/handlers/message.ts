/** Answers a message that contains a callback URL, may contain one, or quotes one. Loaded with the first such message. */
import { concernsSignIn } from "../actions/finish.ts";
import type { Caller } from "../commands/access.ts";
import { answer } from "../commands/answer.ts";
import { finishHelpScreen, quotedScreen, withheldScreen } from "../interaction/screens.ts";
import type { Paste } from "../rules/callback-url.ts";
import type { PendingDocument } from "../rules/pending-sign-ins.ts";
import type { Binding } from "../rules/binding.ts";
import { placeOfMessage, type Place } from "./channels.ts";
import {
  callerByRule,
  canBeTold,
  errorMessage,
  present,
  presentText,
  sendTwice,
  type HandlerContext,
  type Message,
} from "./context.ts";
import type { ChatMessage, Claim, PastedMessage } from "./transcript.ts";

type PendingFile = () => Promise<PendingDocument>;

/** Returns undefined for a message that does not concern a sign-in here. Never throws. */
export async function answerPaste(
  context: HandlerContext,
  message: ChatMessage,
  pasted: PastedMessage,
): Promise<Claim | undefined> {
  let document: Promise<PendingDocument> | undefined;
  const file = () => (document ??= context.ports().then(({ pending }) => pending.read()));
  try {
    return (await claim(context, message, pasted, file)) ?? (await withholdQuoted(context, message, pasted, file));
  } catch (error) {
    return { handled: true, text: errorMessage(context, error).markdown };
  }
}

async function claim(
  context: HandlerContext,
  message: ChatMessage,
  { own, original }: PastedMessage,
  file: PendingFile,
): Promise<Claim | undefined> {
  if (own.likelihood === "none") return undefined;
  const isCertain = own.likelihood === "certain";
  const place = placeOfMessage(context.gateway, message);
  const { who, privacy } = place;
  if (privacy !== "private") {
    return isCertain ? { handled: true, text: presentText(context, withheldScreen(privacy)).markdown } : undefined;
  }
  if (!isCertain && !(await concernsSignIn(await context.ports(), who, own, file))) return undefined;
  // The web chat names no sender. Without the transcript hook's original it is not known who sent the message.
  if (original === undefined && who.senderId === "") {
    return { handled: true, text: presentText(context, finishHelpScreen()).markdown };
  }
  const isOwner = original === undefined ? await context.loadOwnerCheck() : () => original.isOwner;
  return finish(context, place, callerByRule(context, place, isOwner), own, file);
}

/** Keeps a message from the model if it answers or quotes a callback URL, because the host would show that URL too. */
async function withholdQuoted(
  context: HandlerContext,
  message: ChatMessage,
  { quoted }: PastedMessage,
  file: PendingFile,
): Promise<Claim | undefined> {
  if (quoted.likelihood === "none") return undefined;
  if (quoted.likelihood === "possible") {
    const { who, privacy } = placeOfMessage(context.gateway, message);
    if (privacy !== "private" || !(await concernsSignIn(await context.ports(), who, quoted, file))) return undefined;
  }
  return { handled: true, text: presentText(context, quotedScreen()).markdown };
}

/**
 * If the channel accepts messages that are not replies, the hook ends first and the exchange runs afterwards. Until the
 * hook ends, the host delays all other messages of the chat, and a config change that may remove the owner.
 */
async function finish(
  context: HandlerContext,
  { sender }: Place<Binding>,
  caller: Caller,
  pasted: Paste,
  file: PendingFile,
): Promise<Claim> {
  const reply = async (): Promise<Message> => {
    const pending = pasted.likelihood === "certain" ? undefined : await file();
    const screen = await answer(() => context.ports(), caller, { verb: "finish", pasted, pending });
    return present(context, caller.binding, screen);
  };
  if (!(await canBeTold(context, sender))) return { handled: true, text: (await reply()).markdown };
  await context.inBackground(async () => {
    const message = await reply().catch((error: unknown) => errorMessage(context, error));
    // Do not return it as the hook's own text instead: the host would begin a turn with it and show the URL to the
    // model.
    await sendTwice(context, sender, message);
  });
  return { handled: true };
}
