/** What each command runs and which screen answers it: the one way in for typed commands, buttons and pasted messages. */
import { keepSignIn } from "../actions/account-question.ts";
import { finishSignIn } from "../actions/finish.ts";
import {
  cancelPending,
  explainChoice,
  hasPending,
  inspect,
  listProfiles,
  readChangeLog,
  readStatus,
} from "../actions/overview.ts";
import type { Ports } from "../actions/ports.ts";
import {
  preferProfile,
  showProfile,
  signOut,
  stopUsingProfile,
  undoChange,
  useProfile,
  type ProfileRequest,
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
import type { IntentOf, Screen } from "../interaction/screen.ts";
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
  // The row of a verb takes the intents of that verb; the compiler cannot follow the look-up.
  const run = ANSWERS[intent.verb] as (ports: Ports, caller: Caller, intent: Intent) => Promise<Screen>;
  return run(await loadPorts(), caller, intent);
}

type Answers = {
  readonly [V in Intent["verb"]]: (
    ports: Ports,
    caller: Caller,
    intent: Extract<Intent, { verb: V }>,
  ) => Promise<Screen>;
};

const ANSWERS = {
  page: async (ports, caller, { page, isFresh }) =>
    told(caller, await listProfiles(ports, caller.binding, { isFresh }), (list) => selectorScreen(list, page)),
  pick: async (ports, caller, { name }) => told(caller, await startSignIn(ports, caller.binding, name), cardScreen),
  finish,
  status: async (ports, caller) => told(caller, await readStatus(ports, caller.binding), statusScreen),
  cancel: async (ports, caller, { name }) =>
    told(caller, await cancelPending(ports, caller.binding, name), ({ profileNames }) => cancelledScreen(profileNames)),
  show: async (ports, caller, { name }) =>
    told(caller, await showProfile(ports, requestOf(caller, name)), profileScreen),
  use: async (ports, caller, { name }) => told(caller, await useProfile(ports, requestOf(caller, name)), pinnedScreen),
  unuse: async (ports, caller, { name }) =>
    told(caller, await stopUsingProfile(ports, requestOf(caller, name)), pinnedScreen),
  why: async (ports, caller, { name }) => told(caller, await explainChoice(ports, requestOf(caller, name)), whyScreen),
  prefer: async (ports, caller, { name }) =>
    told(caller, await preferProfile(ports, requestOf(caller, name)), preferredScreen),
  signout: async (ports, caller, { name, isSure }) =>
    isSure
      ? told(caller, await signOut(ports, requestOf(caller, name)), signedOutScreen)
      : told(caller, await showProfile(ports, requestOf(caller, name)), signOutScreen),
  undo: async (ports, caller, { name }) => told(caller, await undoChange(ports, requestOf(caller, name)), undoneScreen),
  keep: async (ports, caller, { name, questionId }) =>
    kept(caller, await keepSignIn(ports, { ...requestOf(caller, name), questionId })),
  log: async (ports, caller) => told(caller, await readChangeLog(ports), logScreen),
  audit: async (ports, { binding }) => inspectionScreen(await inspect(ports, binding.agentId)),
  help: async () => helpScreen(),
  new: async (ports, caller) =>
    told(caller, await listProfiles(ports, caller.binding), ({ profiles }) =>
      newProfileScreen(profiles.map((profile) => profile.name)),
    ),
  close: async () => closedScreen(),
  refuse: async (_ports, caller, { code }) => refuse(caller, { kind: "refused", code }, "none"),
} as const satisfies Answers;

function requestOf<Name extends ProfileName | undefined>({ binding, isAllowed }: Caller, askedName: Name) {
  return { binding, askedName, isAllowed } satisfies Omit<ProfileRequest, "askedName"> & { askedName: Name };
}

/** What was answered, on its screen; or why it was not. */
function told<Answer extends { readonly kind: string }>(
  caller: Caller,
  result: Answer | Refusal,
  screenOf: (answer: Answer) => Screen,
): Screen {
  return result.kind === "refused" ? refuse(caller, result as Refusal, "none") : screenOf(result as Answer);
}

async function finish(ports: Ports, caller: Caller, { pasted, name, pending }: IntentOf<"finish">): Promise<Screen> {
  if (pasted === undefined) return finishHelpScreen();
  const { binding, isAllowed } = caller;
  const request = { binding, pasted, profileName: name, pending, isAllowed, ifOtherAccount: "ask" } as const;
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
