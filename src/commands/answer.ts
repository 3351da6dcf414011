/**
 * Maps each command to the action that it runs and the screen that answers it. Typed commands, buttons and pasted
 * messages all come through here.
 */
import { keepSignIn } from "../actions/account-question.ts";
import { finishSignIn } from "../actions/finish.ts";
import {
  cancelPending,
  explainChoice,
  nextAfter,
  inspect,
  isEmptyStatus,
  listProfiles,
  readChangeLog,
  readStatus,
  refuseUnknownName,
} from "../actions/overview.ts";
import type { Ports } from "../actions/ports.ts";
import {
  preferProfile,
  retryProfile,
  reviveProfile,
  showProfile,
  signOut,
  stopUsingProfile,
  undoChange,
  useProfile,
  type ProfileRequest,
} from "../actions/profiles.ts";
import { quietProfile } from "../actions/nudge.ts";
import { startSignIn } from "../actions/start.ts";
import { askUsage } from "../actions/usage.ts";
import { inspectionScreen, logScreen, whyScreen } from "../interaction/diagnosis-screens.ts";
import {
  pinnedScreen,
  preferredScreen,
  profileScreen,
  retriedScreen,
  revivedScreen,
  questionScreen,
  signedOutScreen,
  signOutScreen,
  undoneScreen,
} from "../interaction/profile-screens.ts";
import type { IntentOf, Screen } from "../interaction/screen.ts";
import { cardScreen } from "../interaction/login-screens.ts";
import {
  cancelledScreen,
  closedScreen,
  finishHelpScreen,
  helpScreen,
  newProfileScreen,
  refusalScreen,
  savedScreen,
  selectorScreen,
  statusScreen,
} from "../interaction/screens.ts";
import { quietScreen } from "../interaction/notice-screens.ts";
import { usageScreen } from "../interaction/usage-screens.ts";
import type { ProfileName } from "../rules/profile-id.ts";
import type { FinishRefusal, NextStep, Refusal, SavedSignIn } from "../rules/results.ts";
import { judgeAccess, type Caller } from "./access.ts";
import type { Intent } from "./arguments.ts";

/** Refuses a caller without access before anything is loaded or read. Throws only what `loadPorts` throws. */
export async function answer(loadPorts: () => Promise<Ports>, caller: Caller, intent: Intent): Promise<Screen> {
  const code = judgeAccess(caller);
  if (code !== undefined) return refuse(caller, { kind: "refused", code }, "none");
  // The row of a verb accepts the intents of that verb, which the compiler cannot follow.
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
    screenOrRefusal(caller, await listProfiles(ports, caller.binding, { isFresh }), (list) =>
      selectorScreen(list, page),
    ),
  pick: async (ports, caller, { name }) => {
    const { binding, senderId } = caller;
    return screenOrRefusal(caller, await startSignIn(ports, { binding, askedName: name, senderId }), cardScreen);
  },
  code: async (ports, caller, intent) => (await import("./code.ts")).answerWithCode(ports, caller, intent),
  link: async (ports, caller, intent) => (await import("./code.ts")).answerWithLink(ports, caller, intent),
  finish,
  status,
  cancel,
  show: async (ports, caller, { name }) =>
    screenOrRefusal(caller, await showProfile(ports, requestOf(caller, name)), profileScreen),
  use: async (ports, caller, { name, profileId }) =>
    screenOrRefusal(caller, await useProfile(ports, requestOf(caller, name, profileId)), pinnedScreen),
  unuse: async (ports, caller, { name, profileId }) =>
    screenOrRefusal(caller, await stopUsingProfile(ports, requestOf(caller, name, profileId)), pinnedScreen),
  usage: answerUsage,
  why: async (ports, caller, { name }) =>
    screenOrRefusal(caller, await explainChoice(ports, requestOf(caller, name)), whyScreen),
  prefer: async (ports, caller, { name, profileId }) =>
    screenOrRefusal(caller, await preferProfile(ports, requestOf(caller, name, profileId)), preferredScreen),
  signout: async (ports, caller, { name, profileId, isSure }) =>
    isSure
      ? screenOrRefusal(caller, await signOut(ports, requestOf(caller, name, profileId)), signedOutScreen)
      : screenOrRefusal(caller, await showProfile(ports, requestOf(caller, name, profileId)), signOutScreen),
  retry: async (ports, caller, { name, profileId }) =>
    screenOrRefusal(caller, await retryProfile(ports, requestOf(caller, name, profileId)), retriedScreen),
  revive: async (ports, caller, { name, profileId }) =>
    screenOrRefusal(caller, await reviveProfile(ports, requestOf(caller, name, profileId)), revivedScreen),
  quiet: async (ports, caller, { name, profileId }) =>
    screenOrRefusal(caller, await quietProfile(ports, requestOf(caller, name, profileId)), quietScreen),
  undo: async (ports, caller, { name, profileId }) =>
    screenOrRefusal(caller, await undoChange(ports, requestOf(caller, name, profileId)), undoneScreen),
  keep: async (ports, caller, { name, questionId }) =>
    savedOrRefusal(caller, await keepSignIn(ports, { ...requestOf(caller, name), questionId })),
  log: async (ports, caller) => screenOrRefusal(caller, await readChangeLog(ports), logScreen),
  audit: async (ports, { binding }) => inspectionScreen(await inspect(ports, binding.agentId)),
  help: async () => helpScreen(),
  new: async (ports, caller) =>
    screenOrRefusal(caller, await listProfiles(ports, caller.binding), ({ profiles }) =>
      newProfileScreen(profiles.map((profile) => profile.name)),
    ),
  close: async () => closedScreen(),
  refuse: async (_ports, caller, { code, near }) => refuse(caller, { kind: "refused", code, near }, "none"),
} as const satisfies Answers;

function requestOf<Name extends ProfileName | undefined>(
  { binding, isAllowed }: Caller,
  askedName: Name,
  profileId?: string,
) {
  return { binding, askedName, profileId, isAllowed } satisfies Omit<ProfileRequest, "askedName"> & { askedName: Name };
}

function screenOrRefusal<Answer extends { readonly kind: string }>(
  caller: Caller,
  result: Answer | Refusal,
  screenOf: (answer: Answer) => Screen,
): Screen {
  return result.kind === "refused" ? refuse(caller, result as Refusal, "none") : screenOf(result as Answer);
}

async function status(ports: Ports, caller: Caller, { name }: IntentOf<"status">): Promise<Screen> {
  const found = await readStatus(ports, caller.binding, name);
  if (found.kind === "refused") return refuse(caller, found, "none");
  const unknown = isEmptyStatus(found) ? await refuseUnknown(ports, caller, name) : undefined;
  return unknown === undefined ? statusScreen(found) : refuse(caller, { ...unknown, others: found.others }, "none");
}

async function cancel(ports: Ports, caller: Caller, { name }: IntentOf<"cancel">): Promise<Screen> {
  const cancelled = await cancelPending(ports, caller.binding, name);
  if (cancelled.kind === "refused") return refuse(caller, cancelled, "none");
  const unknown = cancelled.profileNames.length === 0 ? await refuseUnknown(ports, caller, name) : undefined;
  return unknown === undefined ? cancelledScreen(cancelled) : refuse(caller, unknown, "none");
}

function refuseUnknown(ports: Ports, { binding }: Caller, askedName: ProfileName | undefined) {
  const { log } = ports;
  return refuseUnknownName({ askedName, log, openPorts: async () => ports, agentId: () => binding.agentId });
}

async function finish(ports: Ports, caller: Caller, { pasted, name, pending }: IntentOf<"finish">): Promise<Screen> {
  if (pasted === undefined) return finishHelpScreen();
  const { binding, isAllowed } = caller;
  const request = { binding, pasted, profileName: name, pending, isAllowed, ifOtherAccount: "ask" } as const;
  const result = await finishSignIn(ports, request);
  if (result.kind === "saved") return savedScreen(result, caller.keepsCallbackUrl);
  if (result.kind === "question") return questionScreen(result);
  return refuse(caller, result, await nextAfter(ports, binding, result));
}

/** An answer that takes longer is sent with what there is, and is completed. */
const PROMPT_MS = 3_000;

async function answerUsage(ports: Ports, caller: Caller, { name }: IntentOf<"usage">): Promise<Screen> {
  const inquiry = await askUsage(ports, requestOf(caller, name));
  if (inquiry.kind === "refused") return refuse(caller, inquiry, "none");
  const screen = () => usageScreen(inquiry.report());
  const isPrompt = await inquiry.settlesWithin(PROMPT_MS);
  const isPossible = !isPrompt && (await caller.completion?.isPossible()) === true;
  // The last answer of OpenAI may have come while the host was asked.
  if (isPossible && inquiry.report().isPartial) {
    caller.completion?.show(inquiry.settled.then(screen));
  } else {
    await inquiry.settled;
  }
  return screen();
}

/** If the choice cannot be saved, the other choices stay: only a lost sign-in has to be started again. */
function savedOrRefusal(caller: Caller, result: SavedSignIn | FinishRefusal): Screen {
  if (result.kind === "saved") return savedScreen(result, caller.keepsCallbackUrl);
  return refuse(caller, result, result.isOver ? "again" : "none");
}

function refuse({ ownerEntry }: Caller, refusal: Refusal & Partial<FinishRefusal>, next: NextStep): Screen {
  const { code, profileName, retryAfterSeconds, variable, noProxy, near, others } = refusal;
  return refusalScreen({
    code,
    near,
    others,
    next,
    sender: ownerEntry,
    ...(profileName === undefined ? {} : { profileName }),
    ...(variable === undefined ? {} : { variable }),
    ...(noProxy === undefined ? {} : { noProxy }),
    ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }),
  });
}
