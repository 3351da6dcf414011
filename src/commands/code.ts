/** The answers of a sign-in with a device code. Loaded with the first of them. */
import { showLink, startWithCode } from "../actions/device.ts";
import type { Ports } from "../actions/ports.ts";
import { startSignIn } from "../actions/start.ts";
import { codeRefusalScreen, codeScreen } from "../interaction/code-screens.ts";
import type { IntentOf, Screen } from "../interaction/screen.ts";
import { cardScreen } from "../interaction/login-screens.ts";
import { refusalScreen } from "../interaction/screens.ts";
import { DEFAULT_PROFILE_NAME, type ProfileName } from "../rules/profile-id.ts";
import type { Caller } from "./access.ts";

export async function answerWithCode(ports: Ports, caller: Caller, { name }: IntentOf<"code">): Promise<Screen> {
  const { binding, senderId, ownerEntry } = caller;
  const askedName = name ?? (DEFAULT_PROFILE_NAME as ProfileName);
  const started = await startWithCode(ports, { binding, askedName, senderId });
  if (started.kind === "refused") return codeRefusalScreen(started, ownerEntry);
  return codeScreen(started, await caller.canBeTold());
}

/** If the sign-in has ended, its link no longer works, so a new sign-in is started. */
export async function answerWithLink(ports: Ports, caller: Caller, { name }: IntentOf<"link">): Promise<Screen> {
  const { binding, senderId, ownerEntry } = caller;
  const shown = await showLink(ports, binding, name);
  const isOver = shown.kind === "refused" && shown.code === "no-pending-login";
  const started = isOver ? await startSignIn(ports, { binding, askedName: name, senderId }) : shown;
  if (started.kind === "started") return cardScreen(started);
  return refusalScreen({ profileName: name, ...started, sender: ownerEntry, next: "again" });
}
