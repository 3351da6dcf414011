/** What is added to a message of the host's that leaves out what a person can do about it. */
import { explainHostRefusal } from "./host-refusal.ts";
import { explainFailedTurn } from "./notice.ts";
import type { DoorContext } from "./context.ts";
import { placeOfReply, type SentPlace } from "./place.ts";

/** The message with its missing half, or undefined for every other message. */
export async function explain(context: DoorContext, content: string, sent: SentPlace): Promise<string | undefined> {
  const place = placeOfReply(sent);
  return explainHostRefusal(context.words(), content, place) ?? (await explainFailedTurn(context, content, place));
}
