/** Ends a sign-in while its user is not waiting for an answer: asks whether they are still an owner, and tells them. */
import type { DeviceOutcome } from "../actions/device.ts";
import type { PollerHost } from "../actions/device-poller.ts";
import { codeEndScreen } from "../interaction/code-screens.ts";
import { questionScreen } from "../interaction/profile-screens.ts";
import type { Screen } from "../interaction/screen.ts";
import { savedScreen } from "../interaction/screens.ts";
import { senderOf, type PendingSignIn } from "../rules/pending-sign-ins.ts";
import type { FinishRefusal } from "../rules/results.ts";
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
export async function ownerQuestionOf(context: HandlerContext, login: PendingSignIn): Promise<() => boolean> {
  const sender = senderOf(login);
  if (sender.senderId === "") return () => true;
  const isOwner = await context.loadOwnerCheck();
  return () => isStillOwner(context, isOwner, sender);
}

/** Sends a screen to the chat of a sign-in, if a message can be sent there. Never throws. */
export async function tellUser(context: HandlerContext, login: PendingSignIn, screen: Screen): Promise<void> {
  const sender = senderOf(login);
  if (await canBeTold(context, sender)) await sendScreen(context, { who: login.binding, sender }, screen);
}

/** The screen for a user who has sent nothing: no message of the chat contains a callback URL. */
export function screenOf(result: DeviceOutcome, endScreen: (refusal: FinishRefusal) => Screen): Screen {
  switch (result.kind) {
    case "saved":
      return savedScreen(result, false);
    case "question":
      return questionScreen(result);
    case "refused":
      return endScreen(result);
  }
}
