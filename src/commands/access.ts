/** Who asks, and whether they may. */
import type { Screen } from "../interaction/screen.ts";
import type { Binding, Privacy } from "../rules/binding.ts";

export interface Caller {
  readonly binding: Binding;
  readonly isOwner: boolean;
  readonly privacy: Privacy;
  /** The entry in `commands.ownerAllowFrom` that names the user. Empty for the web chat. */
  readonly ownerEntry: string;
  /** Whether a used callback URL stays readable in the chat. The web chat's transcript keeps nothing of it. */
  readonly keepsCallbackUrl: boolean;
  /** The user as the network spells them. Empty in the web chat. */
  readonly senderId: string;
  /** Whether the result of a sign-in can be sent to this chat later. Never throws. */
  canBeTold(): Promise<boolean>;
  /** Asked again right before each write. Never throws. */
  readonly isAllowed: () => boolean;
  /** Absent if the caller shows one screen only. */
  readonly completion?: Completion | undefined;
}

/** Shows another screen after the answer. */
export interface Completion {
  /** Never throws. */
  isPossible(): Promise<boolean>;
  /** The screen never rejects. */
  show(screen: Promise<Screen>): void;
}

/** Checks ownership first, so that a stranger in a group does not learn what a private chat could do. */
export function judgeAccess(
  caller: Pick<Caller, "isOwner" | "privacy">,
): "not-allowed" | "not-private" | "chat-unsupported" | undefined {
  if (caller.isOwner !== true) return "not-allowed";
  if (caller.privacy === "private") return undefined;
  return caller.privacy === "elsewhere" ? "chat-unsupported" : "not-private";
}
