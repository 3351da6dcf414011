/**
 * The third door: an ordinary message that holds the address. It sees every message of every chat, so it lets all
 * through that is not plainly its own, and never lets an error out: the host would hand the message to the model.
 */
import { weighPastedText } from "../flow/callback-url.ts";
import { Secret } from "../secret.ts";
import type { DoorContext } from "./context.ts";
import type { ChatMessage, Claim } from "./paste.ts";

/** A claim, or undefined for a message that is none of ours: for those, nothing more is loaded. Never throws. */
export async function claimPastedMessage(context: DoorContext, message: ChatMessage): Promise<Claim | undefined> {
  try {
    const original = context.originals.take(message.messageId);
    const text = original?.text ?? new Secret(message.content ?? "");
    const likelihood = weighPastedText(text.reveal());
    const quotesAddress = weighPastedText(message.replyToBody ?? "") === "certain";
    if (likelihood === "none" && !quotesAddress) return undefined;
    const { answerPaste } = await import("./paste.ts");
    return await answerPaste(context, message, { text, likelihood, quotesAddress, original });
  } catch {
    // What would say so could not even be loaded: silence is better than the address before the model.
    return { handled: true };
  }
}
