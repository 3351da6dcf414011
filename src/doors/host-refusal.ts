/**
 * The host refuses a command to a person who is no owner before any plugin is asked, and does not say what to
 * configure. The missing sentence is added to that refusal, whichever command it answers: it is true for each.
 */
import { WEBCHAT } from "../flow/binding.ts";
import { ownersLine } from "../interaction/screens.ts";
import { toMarkdown } from "../interaction/render.ts";
import type { Catalogue } from "../languages/catalogue.ts";
import type { ReplyPlace } from "./place.ts";

const HOST_REFUSALS: ReadonlySet<string> = new Set([
  "⚠️ This command requires gateway scope: operator.admin.",
  "⚠️ This command requires authorization.",
]);

/** The refusal with its missing half, or undefined for every other message. */
export function explainHostRefusal(
  words: Catalogue,
  content: string,
  { channel, conversationId }: Pick<ReplyPlace, "channel" | "conversationId">,
): string | undefined {
  if (!HOST_REFUSALS.has(content) || channel === WEBCHAT) return undefined;
  const isPrivate = /^\d+$/.test(conversationId);
  const line = ownersLine(`${channel}:${isPrivate ? conversationId : "<your id>"}`);
  return `${content}\n\n${toMarkdown({ lines: [line], rows: [] }, words)}`;
}
