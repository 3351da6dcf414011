/**
 * The third door: an ordinary message that holds the address. It sees every message of every chat, so it lets all
 * through that is not plainly its own, and never lets an error out: the host would hand the message to the model.
 */
import { WEBCHAT } from "../flow/binding.ts";
import { weighPastedText } from "../flow/callback-url.ts";
import { Secret } from "../secret.ts";
import type { DoorContext } from "./context.ts";
import { OWN_COMMAND } from "./own-command.ts";
import type { ChatMessage, Claim } from "./paste.ts";

/** A claim, or undefined for a message that is none of ours: for those, nothing more is loaded. Never throws. */
export async function claimPastedMessage(context: DoorContext, message: ChatMessage): Promise<Claim | undefined> {
  try {
    // Other channels mask nothing, and number their messages as they like: theirs could bear the same number.
    const original = message.channelId === WEBCHAT ? context.originals.take(message.messageId) : undefined;
    const text = original?.text ?? new Secret(textIn(message.content));
    const quoted = new Secret(textIn(message.replyToBody));
    const weights = { own: weighPastedText(text.reveal()), quoted: weighPastedText(quoted.reveal()) };
    if (weights.own === "none" && weights.quoted === "none") return undefined;
    // The host shows a command, and the message that it answers, to no model.
    if (OWN_COMMAND.test(text.reveal()) && context.areTextCommandsOn()) return undefined;
    const { answerPaste } = await import("./paste.ts");
    return await answerPaste(context, message, { text, quoted, weights, original });
  } catch {
    // What would say so could not even be loaded: silence is better than the address before the model.
    return { handled: true };
  }
}

/** Whatever a host may call a message. */
const textIn = (content: unknown) => (typeof content === "string" ? content : "");
