/** Finishes the sign-in of a callback URL that a browser brought to the listener, and tells the user in their chat. */
import { findCallback, pageAfter } from "../actions/callback.ts";
import { finishSignIn } from "../actions/finish.ts";
import type { Ports } from "../actions/ports.ts";
import { finishedScreen, type Caller } from "../commands/answer.ts";
import { logFailure } from "../errors.ts";
import { isTerminal, type Sender } from "../rules/binding.ts";
import { Paste } from "../rules/callback-url.ts";
import { hasPendingSignIn, senderOf, type PendingSignIn } from "../rules/pending-sign-ins.ts";
import type { AccountQuestion, CallbackPage, FinishRefusal, SavedSignIn } from "../rules/results.ts";
import type { Secret } from "../secret.ts";
import { callerByRule, deliver, present, type HandlerContext } from "./context.ts";

/** Never rejects. */
export async function answerCallback(context: HandlerContext, callbackUrl: Secret): Promise<CallbackPage> {
  try {
    return await finishCallback(context, await context.ports(), new Paste(callbackUrl.reveal()));
  } catch (error) {
    logFailure(context.log, "answering a browser", error);
    return "later";
  }
}

async function finishCallback(context: HandlerContext, ports: Ports, pasted: Paste): Promise<CallbackPage> {
  const found = await findCallback(ports, context.gateway, pasted);
  if (found.kind === "ended") return found.page;
  const { binding } = found.login;
  const caller = await callerOf(context, found.login);
  if (!caller.isOwner) {
    context.log.warn("a callback URL of a user who is no longer an owner");
    return "unknown";
  }
  const { isAllowed } = caller;
  // Nobody reads a terminal that has printed its link and ended.
  const ifOtherAccount = isTerminal(binding) ? "refuse" : "ask-later";
  const result = await finishSignIn(ports, { binding, pasted, pending: found.document, isAllowed, ifOtherAccount });
  const page = await pageAfter(ports, context.gateway, pasted, result);
  if (result.kind !== "refused" || result.isOver)
    await context.inBackground(() => tell(context, ports, { caller, sender: senderOf(found.login), result }));
  return page;
}

/** The chat was private when the sign-in was started in it, and its user is asked for again. */
async function callerOf(context: HandlerContext, login: PendingSignIn): Promise<Caller> {
  const sender = senderOf(login);
  const isOwner = sender.senderId === "" ? () => true : await context.loadOwnerCheck();
  // No message of the chat holds the callback URL.
  return {
    ...callerByRule(context, { who: login.binding, sender, privacy: "private" }, isOwner),
    keepsCallbackUrl: false,
  };
}

interface Finished {
  readonly caller: Caller;
  readonly sender: Sender;
  readonly result: SavedSignIn | AccountQuestion | FinishRefusal;
}

/** The web chat and the terminal accept no message that is not a reply. There the page and the status say it. */
async function tell(context: HandlerContext, ports: Ports, { caller, sender, result }: Finished): Promise<void> {
  try {
    if (sender.senderId === "" || !(await context.canSendNow(sender))) return;
    const screen = await finishedScreen(ports, caller, result);
    await deliver(context, sender, await present(context, caller.binding, screen));
  } catch (error) {
    logFailure(context.log, "telling the result of a sign-in", error);
  }
}

/** Returns whether the listener is needed. Never rejects. */
export async function isCallbackExpected(context: HandlerContext): Promise<boolean> {
  try {
    const document = await (await context.ports()).pending.read();
    return hasPendingSignIn(document, context.gateway, context.nowMs());
  } catch (error) {
    logFailure(context.log, "looking for pending sign-ins", error);
    return false;
  }
}
