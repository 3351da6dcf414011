/** From an intent to the screen that answers it: the one way in for commands, taps and pasted messages alike. */
import { keepSignIn } from "../actions/account-question.ts";
import { finishSignIn } from "../actions/finish.ts";
import {
  inspect,
  readChangeLog,
  cancelPending,
  hasPending,
  listProfiles,
  readStatus,
  explainChoice,
} from "../actions/overview.ts";
import type { Ports } from "../actions/ports.ts";
import {
  preferProfile,
  showProfile,
  signOut,
  stopUsingProfile,
  useProfile,
  type ProfileRequest,
  undoChange,
} from "../actions/profiles.ts";
import { startSignIn } from "../actions/start.ts";
import { inspectionScreen, logScreen, whyScreen } from "../interaction/diagnosis-screens.ts";
import {
  pinnedScreen,
  preferredScreen,
  profileScreen,
  questionScreen,
  signedOutScreen,
  signOutScreen,
  undoneScreen,
} from "../interaction/profile-screens.ts";
import type { Screen } from "../interaction/screen.ts";
import {
  cancelledScreen,
  cardScreen,
  closedScreen,
  finishHelpScreen,
  helpScreen,
  newProfileScreen,
  refusalScreen,
  savedScreen,
  selectorScreen,
  statusScreen,
} from "../interaction/screens.ts";
import type { ProfileName } from "../rules/profile-id.ts";
import type { FinishRefusal, Refusal, SavedSignIn } from "../rules/results.ts";
import { judgeAccess, type Caller } from "./access.ts";
import type { Intent } from "./arguments.ts";

/**
 * A caller who may not is refused before anything is loaded or read. Throws only what `loadPorts` throws.
 */
export async function answer(loadPorts: () => Promise<Ports>, caller: Caller, intent: Intent): Promise<Screen> {
  const code = judgeAccess(caller);
  if (code !== undefined) return refuse(caller, { kind: "refused", code }, "none");
  return answerAllowed(await loadPorts(), caller, intent);
}

async function answerAllowed(ports: Ports, caller: Caller, intent: Intent): Promise<Screen> {
  const { binding, isAllowed } = caller;
  switch (intent.verb) {
    case "page":
      return told(caller, await listProfiles(ports, binding, intent), (list) => selectorScreen(list, intent.page));
    case "new":
      return told(caller, await listProfiles(ports, binding), ({ profiles }) =>
        newProfileScreen(profiles.map((profile) => profile.name)),
      );
    case "pick":
      return told(caller, await startSignIn(ports, binding, intent.name), cardScreen);
    case "finish":
      return finish(ports, caller, intent);
    case "keep":
      return kept(
        caller,
        await keepSignIn(ports, { ...requestOf(caller, intent.name), questionId: intent.questionId }),
      );
    case "status":
      return told(caller, await readStatus(ports, binding), statusScreen);
    case "cancel":
      return told(caller, await cancelPending(ports, binding, intent.profileName), ({ profileNames }) =>
        cancelledScreen(profileNames),
      );
    case "show":
      return told(caller, await showProfile(ports, { binding, askedName: intent.name }), profileScreen);
    case "use":
      return told(caller, await useProfile(ports, requestOf(caller, intent.name)), pinnedScreen);
    case "unuse":
      return told(caller, await stopUsingProfile(ports, { binding, isAllowed, askedName: intent.name }), pinnedScreen);
    case "prefer":
      return told(caller, await preferProfile(ports, requestOf(caller, intent.name)), preferredScreen);
    case "signout":
      return intent.isSure
        ? told(caller, await signOut(ports, requestOf(caller, intent.name)), signedOutScreen)
        : told(caller, await showProfile(ports, { binding, askedName: intent.name }), signOutScreen);
    case "undo":
      return told(caller, await undoChange(ports, requestOf(caller, intent.name)), undoneScreen);
    case "why":
      return told(caller, await explainChoice(ports, { binding, askedName: intent.name }), whyScreen);
    case "log":
      return told(caller, await readChangeLog(ports), logScreen);
    case "audit":
      return inspectionScreen(await inspect(ports, binding.agentId));
    case "close":
      return closedScreen();
    case "finish-help":
      return finishHelpScreen();
    case "help":
      return helpScreen();
    case "refuse":
      return refuse(caller, { kind: "refused", code: intent.code }, "none");
  }
}

function requestOf({ binding, isAllowed }: Caller, askedName: ProfileName): ProfileRequest {
  return { binding, askedName, isAllowed };
}

/** What was answered, on its screen; or why it was not. */
function told<Answer extends { readonly kind: string }>(
  caller: Caller,
  result: Answer | Refusal,
  screenOf: (answer: Answer) => Screen,
): Screen {
  return result.kind === "refused" ? refuse(caller, result as Refusal, "none") : screenOf(result as Answer);
}

async function finish(
  ports: Ports,
  caller: Caller,
  { pastedText, profileName }: Extract<Intent, { verb: "finish" }>,
): Promise<Screen> {
  const { binding, isAllowed } = caller;
  const request = { binding, pastedText, profileName, isAllowed, ifOtherAccount: "ask" } as const;
  const completed = await finishSignIn(ports, request);
  if (completed.kind === "saved") return savedScreen(completed, caller.chatKeeps);
  if (completed.kind === "question") return questionScreen(completed);
  if (completed.isOver) return refuse(caller, completed, "again");
  return refuse(caller, completed, (await hasPending(ports, binding)) ? "still-waiting" : "again");
}

/** A choice that cannot be done leaves the others: only a sign-in that is over has to be started again. */
function kept(caller: Caller, result: SavedSignIn | FinishRefusal): Screen {
  if (result.kind === "saved") return savedScreen(result, caller.chatKeeps);
  const isOver = result.isOver && result.code !== "nothing-parked";
  return refuse(caller, result, isOver ? "again" : "none");
}

function refuse(
  { binding }: Caller,
  refusal: Refusal & Partial<FinishRefusal>,
  next: "again" | "still-waiting" | "none",
): Screen {
  const { code, profileName, retryAfterSeconds } = refusal;
  return refusalScreen({
    code,
    next,
    sender: binding.senderId === "" ? "" : `${binding.channel}:${binding.senderId}`,
    ...(profileName === undefined ? {} : { profileName }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}
