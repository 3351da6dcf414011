/**
 * For a sign-in that ends while its user waits for no answer: checks that the user is still an owner, and sends the
 * result to their chat.
 */
import { findCallback, pageAfter } from "../actions/callback.ts";
import type { DeviceOutcome } from "../actions/device.ts";
import type { PollerHost } from "../actions/device-poller.ts";
import { finishSignIn, needsAnswer } from "../actions/finish.ts";
import type { Ports } from "../actions/ports.ts";
import { logFailure } from "../errors.ts";
import { codeEndScreen } from "../interaction/code-screens.ts";
import { questionScreen } from "../interaction/profile-screens.ts";
import type { Screen } from "../interaction/screen.ts";
import { refusalScreen, savedScreen } from "../interaction/screens.ts";
import { isTerminal } from "../rules/binding.ts";
import { Paste } from "../rules/callback-url.ts";
import { hasPendingSignIn, senderOf, type PendingSignIn } from "../rules/pending-sign-ins.ts";
import type { CallbackPage, FinishRefusal } from "../rules/results.ts";
import type { Secret } from "../secret.ts";
import { canBeTold, isStillOwner, sendScreen, type HandlerContext } from "./context.ts";

export function createPollerHost(context: HandlerContext): PollerHost {
  return {
    gateway: context.gateway,
    log: context.log,
    ports: () => context.ports(),
    ownerQuestion: (login) => ownerQuestionOf(context, login),
    tell: (login, result) => tellUser(context, login, screenOf(result, codeEndScreen)),
  };
}

/** The web chat names no sender, so no host can check it again. Throws if the host's rule cannot be loaded. */
async function ownerQuestionOf(context: HandlerContext, login: PendingSignIn): Promise<() => boolean> {
  const sender = senderOf(login);
  if (sender.senderId === "") return () => true;
  const isOwner = await context.loadOwnerCheck();
  return () => isStillOwner(context, isOwner, sender);
}

/** Sends a screen to the chat of a sign-in, if a message can be sent there. Never throws. */
async function tellUser(context: HandlerContext, login: PendingSignIn, screen: Screen): Promise<void> {
  const sender = senderOf(login);
  if (await canBeTold(context, sender)) await sendScreen(context, { who: login.binding, sender }, screen);
}

/** The screen for a user who has sent nothing: no message of the chat contains a callback URL. */
function screenOf(result: DeviceOutcome, endScreen: (refusal: FinishRefusal) => Screen): Screen {
  switch (result.kind) {
    case "saved":
      return savedScreen(result, false);
    case "question":
      return questionScreen(result);
    case "refused":
      return endScreen(result);
  }
}

/**
 * Finishes the sign-in of a callback URL that a browser brought to the listener, and tells the user in their chat. Never
 * rejects.
 */
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
  const { login, document } = found;
  const isAllowed = await ownerQuestionOf(context, login);
  if (!isAllowed()) {
    context.log.warn("a callback URL of a user who is no longer an owner");
    return "unknown";
  }
  const { binding } = login;
  // Nobody reads a terminal that has printed its link and ended.
  const ifOtherAccount = isTerminal(binding) ? "refuse" : "ask-later";
  const result = await finishSignIn(ports, { binding, pasted, pending: document, isAllowed, ifOtherAccount });
  const page = await pageAfter(ports, context.gateway, pasted, result);
  if (needsAnswer(result) && (result.kind !== "refused" || result.isOver))
    await context.inBackground(() => tellUser(context, login, screenOf(result, linkEndScreen)));
  return page;
}

const linkEndScreen = (refusal: FinishRefusal) => refusalScreen({ ...refusal, sender: "", next: "again" });

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
