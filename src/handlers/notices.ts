/** What is said unasked: that a sign-in has ended for good. To owners alone, in their own chat. */
import { inChat } from "../commands/arguments.ts";
import { claimExpiredLogins } from "../actions/overview.ts";
import { succeeds } from "../attempt.ts";
import { noticeLine, noticeScreen } from "../interaction/notice-screens.ts";
import { toMarkdown } from "../interaction/render.ts";
import type { Screen } from "../interaction/screen.ts";
import { ownersLine } from "../interaction/screens.ts";
import type { Catalogue } from "../languages/catalogue.ts";
import { type Binding, WEBCHAT } from "../rules/binding.ts";
import { needsSignIn } from "../rules/results.ts";
import { type ReplyPlace, placeOfReply, type SentPlace } from "./channels.ts";
import { present, type HandlerContext } from "./context.ts";

/** Tells each owner of each profile that needs a new sign-in, once a day at most. Never throws. */
export async function notifyOwners(context: HandlerContext, agentId: string): Promise<void> {
  await succeeds(async () => {
    const ports = await context.ports();
    const owners = await context.ownersToNotify();
    if (owners.length === 0) return;
    for (const profile of await claimExpiredLogins(ports, agentId)) {
      for (const owner of owners) {
        const pin = await ports.pins.read(owner).catch(() => undefined);
        const isPinned = pin?.by === "person" && pin.profileId === profile.profileId;
        await tell(context, owner, noticeScreen({ profile, isPinned }));
      }
    }
  });
}

async function tell(context: HandlerContext, owner: Binding, screen: Screen): Promise<void> {
  const message = await present(context, owner, screen);
  await succeeds(() => context.sendNow(owner, message));
}

/** How the host words a turn that failed for want of a sign-in, in the versions that take this plugin. */
const FAILED_TURN =
  /^⚠️ .*(?:authentication failed|needs a new login|model login (?:failed|expired)|something went wrong while processing your request)/i;

/** A failed turn's reply with the way to a new sign-in, where one is needed; undefined for every other message. */
export async function explainFailedTurn(
  context: HandlerContext,
  content: string,
  place: ReplyPlace,
): Promise<string | undefined> {
  const senderId = place.conversationId.replace(`${place.channel}:`, "");
  // A private chat bears its one person's own number; of any other, nobody knows here who reads it.
  if (!FAILED_TURN.test(content) || !/^\d+$/.test(senderId)) return undefined;
  try {
    const person = { gateway: context.gateway, ...place, conversationId: senderId, senderId };
    if (!(await context.loadOwnerCheck())(person)) return undefined;
    const dead = (await (await context.ports()).profiles.list(context.agentOf(person))).find(needsSignIn);
    if (dead === undefined) return undefined;
    return `${content}\n\n${toMarkdown({ lines: [noticeLine(dead)], rows: [] }, inChat(context.words()))}`;
  } catch {
    return undefined;
  }
}

/** What is added to a message of the host's that leaves out what a person can do about it. */

/** The message with its missing half, or undefined for every other message. */
export async function explain(context: HandlerContext, content: string, sent: SentPlace): Promise<string | undefined> {
  const place = placeOfReply(sent);
  return explainHostRefusal(context.words(), content, place) ?? (await explainFailedTurn(context, content, place));
}

/**
 * The host refuses a command to a person who is no owner before any plugin is asked, and does not say what to
 * configure. The missing sentence is added to that refusal, whichever command it answers: it is true for each.
 */

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
  return `${content}\n\n${toMarkdown({ lines: [line], rows: [] }, inChat(words))}`;
}
