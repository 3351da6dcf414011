/** Finishes the sign-in of a callback URL that a browser brought to the listener, and tells the user in their chat. */
import { findCallback, pageAfter } from "../actions/callback.ts";
import { finishSignIn } from "../actions/finish.ts";
import type { Ports } from "../actions/ports.ts";
import { logFailure } from "../errors.ts";
import { refusalScreen } from "../interaction/screens.ts";
import { isTerminal } from "../rules/binding.ts";
import { Paste } from "../rules/callback-url.ts";
import { hasPendingSignIn } from "../rules/pending-sign-ins.ts";
import type { CallbackPage, FinishRefusal } from "../rules/results.ts";
import type { Secret } from "../secret.ts";
import type { HandlerContext } from "./context.ts";
import { ownerQuestionOf, screenOf, tellUser } from "./unattended.ts";

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
  if (result.kind !== "refused" || result.isOver)
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
