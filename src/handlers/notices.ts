/** Notifies owners of expired logins, and adds advice to the host's own messages. */
import { claimNudge, type NudgeMemory } from "../actions/nudge.ts";
import { claimExpiredLogins, readPin } from "../actions/overview.ts";
import { logFailure } from "../errors.ts";
import { noticeLine, noticeScreen, nudgeScreen } from "../interaction/notice-screens.ts";
import type { Screen } from "../interaction/screen.ts";
import { allowFromLine, ownersLine } from "../interaction/screens.ts";
import type { Locale } from "../languages/catalogue.ts";
import { WEBCHAT } from "../rules/binding.ts";
import { needsSignIn } from "../rules/results.ts";
import { needsAllowFrom, ownerEntryOf, recipientOf, type SentPlace } from "./channels.ts";
import { present, presentLine, type HandlerContext, type Owner } from "./context.ts";
import { hostNoticeIn } from "./transcript.ts";

/** Notifies each owner of each expired login, once a day at most. Never throws. */
export async function notifyOwners(context: HandlerContext, agentId: string): Promise<void> {
  try {
    const ports = await context.ports();
    const owners = await context.ownersToNotify();
    if (owners.length === 0) return;
    for (const profile of await claimExpiredLogins(ports, agentId)) {
      for (const owner of owners) {
        const pin = await readPin(ports, owner.who);
        const isPinned = pin?.by === "person" && pin.profileId === profile.profileId;
        await notify(context, owner, noticeScreen({ profile, isPinned }));
      }
    }
  } catch (error) {
    logFailure(context.log, "notifying owners of expired logins", error);
  }
}

/** Tells each owner that the account in use is nearly used up, once for each level of each window. Never throws. */
export async function nudgeOwners(context: HandlerContext, agentId: string, memory: NudgeMemory): Promise<void> {
  try {
    const owners = await context.ownersToNotify();
    const nudge = owners.length === 0 ? undefined : await claimNudge(await context.ports(), agentId, memory);
    if (nudge === undefined) return;
    for (const owner of owners) await notify(context, owner, nudgeScreen(nudge));
  } catch (error) {
    logFailure(context.log, "looking whether the account in use is used up", error);
  }
}

async function notify(context: HandlerContext, { who, sender }: Owner, screen: Screen): Promise<void> {
  try {
    const isSent = await context.sendNow(sender, await present(context, who, screen));
    if (!isSent) context.log.warn("sending a notice failed");
  } catch (error) {
    logFailure(context.log, "sending a notice", error);
  }
}

/**
 * Adds to the reply of a failed turn how to sign in again. Returns undefined if no login has expired, and for
 * every other message.
 */
export async function explainFailedTurn(
  context: HandlerContext,
  content: string,
  sent: SentPlace,
): Promise<string | undefined> {
  const sender = recipientOf(sent);
  if (hostNoticeIn(content) !== "failed-turn" || sender === undefined) return undefined;
  try {
    if (!(await context.loadOwnerCheck())(sender)) return undefined;
    const expired = (await (await context.ports()).profiles.list(context.agentOf(sender))).find(needsSignIn);
    if (expired === undefined) return undefined;
    return `${content}\n\n${presentLine(context.locale(), noticeLine(expired))}`;
  } catch (error) {
    logFailure(context.log, "explaining a failed turn", error);
    return undefined;
  }
}

/** Returns the message with advice, or undefined to leave it unchanged. */
export async function explain(context: HandlerContext, content: string, sent: SentPlace): Promise<string | undefined> {
  return explainHostRefusal(context.locale(), content, sent) ?? (await explainFailedTurn(context, content, sent));
}

/**
 * The host refuses a sender who is not an owner before it asks a plugin, and does not say what to configure. Adds
 * that to the refusal of any command, because it is true for each. Returns undefined for every other message.
 */
export function explainHostRefusal(locale: Locale, content: string, sent: SentPlace): string | undefined {
  const channel = sent.channelId;
  if (hostNoticeIn(content) !== "refused-command" || channel === WEBCHAT) return undefined;
  const lines = [ownersLine(ownerEntryOf(recipientOf(sent) ?? { channel, senderId: "<your id>" }))];
  if (needsAllowFrom(channel)) lines.push(allowFromLine(channel));
  return [content, ...lines.map((line) => presentLine(locale, line))].join("\n\n");
}
