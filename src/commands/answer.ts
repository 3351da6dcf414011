/** From an intent to the screen that answers it: the one way in for commands, taps and pasted messages alike. */
import type { CompletionRefusal, Refusal } from "../flow/answers.ts";
import type { ProfileName } from "../flow/profile-id.ts";
import {
  preferredScreen,
  profileScreen,
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
import { beginLogin } from "../login/begin.ts";
import { completeLogin } from "../login/complete.ts";
import { preferProfile, showProfile, signOut, type ProfileRequest } from "../login/manage.ts";
import { cancelPending, hasPending, listProfiles, readStatus } from "../login/overview.ts";
import { undoLogin } from "../login/undo.ts";
import type { LoginPorts } from "../login/ports.ts";
import { judgeAccess, type Caller } from "./access.ts";
import type { Intent } from "./arguments.ts";

/**
 * A caller who may not is refused before anything is loaded or read. Throws only what `loadPorts` throws.
 */
export async function answer(loadPorts: () => Promise<LoginPorts>, caller: Caller, intent: Intent): Promise<Screen> {
  const code = judgeAccess(caller);
  if (code !== undefined) return refuse(caller, { kind: "refused", code }, "none");
  return answerAllowed(await loadPorts(), caller, intent);
}

async function answerAllowed(ports: LoginPorts, caller: Caller, intent: Intent): Promise<Screen> {
  const { binding } = caller;
  switch (intent.verb) {
    case "page": {
      const list = await listProfiles(ports, binding);
      return list.kind === "refused" ? refuse(caller, list, "none") : selectorScreen(list, intent.page);
    }
    case "new": {
      const list = await listProfiles(ports, binding);
      if (list.kind === "refused") return refuse(caller, list, "none");
      return newProfileScreen(list.profiles.map((profile) => profile.name));
    }
    case "pick": {
      const started = await beginLogin(ports, binding, intent.name);
      return started.kind === "refused" ? refuse(caller, started, "none") : cardScreen(started);
    }
    case "finish":
      return finish(ports, caller, intent);
    case "status": {
      const status = await readStatus(ports, binding);
      return status.kind === "refused" ? refuse(caller, status, "none") : statusScreen(status);
    }
    case "cancel": {
      const cancelled = await cancelPending(ports, binding, intent.profileName);
      return cancelled.kind === "refused" ? refuse(caller, cancelled, "none") : cancelledScreen(cancelled.profileNames);
    }
    case "show": {
      const shown = await showProfile(ports, { binding, askedName: intent.name });
      return shown.kind === "refused" ? refuse(caller, shown, "none") : profileScreen(shown.profile);
    }
    case "prefer": {
      const preferred = await preferProfile(ports, requestOf(caller, intent.name));
      return preferred.kind === "refused" ? refuse(caller, preferred, "none") : preferredScreen(preferred);
    }
    case "signout": {
      if (!intent.isSure) return askSignOut(ports, caller, intent.name);
      const signedOut = await signOut(ports, requestOf(caller, intent.name));
      return signedOut.kind === "refused" ? refuse(caller, signedOut, "none") : signedOutScreen(signedOut);
    }
    case "undo": {
      const undone = await undoLogin(ports, requestOf(caller, intent.name));
      return undone.kind === "refused" ? refuse(caller, undone, "none") : undoneScreen(undone);
    }
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

function requestOf({ binding, assertAllowed }: Caller, askedName: ProfileName): ProfileRequest {
  return { binding, askedName, assertAllowed };
}

async function askSignOut(ports: LoginPorts, caller: Caller, askedName: ProfileName): Promise<Screen> {
  const shown = await showProfile(ports, { binding: caller.binding, askedName });
  return shown.kind === "refused" ? refuse(caller, shown, "none") : signOutScreen(shown.profile);
}

async function finish(
  ports: LoginPorts,
  caller: Caller,
  { pastedText, profileName }: Extract<Intent, { verb: "finish" }>,
): Promise<Screen> {
  const { binding, assertAllowed } = caller;
  const named = profileName === undefined ? {} : { profileName };
  const completed = await completeLogin(ports, { binding, pastedText, assertAllowed, ...named });
  if (completed.kind === "saved") return savedScreen(completed, caller.chatKeeps);
  if (completed.isOver) return refuse(caller, completed, "again");
  return refuse(caller, completed, (await hasPending(ports, binding)) ? "still-waiting" : "again");
}

function refuse(
  { binding }: Caller,
  refusal: Refusal & Partial<CompletionRefusal>,
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
