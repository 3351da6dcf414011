/**
 * The host refuses a command to a person who is no owner before any plugin is asked, and does not say what to
 * configure. The missing sentence is added to that refusal, whichever command it answers: it is true for each.
 */
import { hostRefusalLine } from "../interaction/screens.ts";
import { toMarkdown } from "../interaction/render.ts";

const HOST_REFUSAL = "⚠️ This command requires gateway scope: operator.admin.";

/** The refusal with its missing half, or undefined for every other message. */
export function explainHostRefusal(content: string, channel: string, conversationId: string): string | undefined {
  if (content !== HOST_REFUSAL || channel === "webchat") return undefined;
  const isPrivate = /^\d+$/.test(conversationId);
  const line = hostRefusalLine(`${channel}:${isPrivate ? conversationId : "<your id>"}`);
  return `${content}\n\n${toMarkdown({ lines: [line], rows: [] })}`;
}
