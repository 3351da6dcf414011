/** Who may do anything here at all. Pure, and closed: whatever is not known to be true counts as false. */
import type { Binding } from "../rules/binding.ts";

/** The sender of a command, a tap or a message, as the host describes them. */
export interface Caller {
  readonly binding: Binding;
  readonly isOwner: boolean;
  readonly isPrivate: boolean;
  /** What stays readable of a pasted callback URL once it is used: the web chat's transcript keeps nothing of it. */
  readonly chatKeeps: "address" | "nothing";
  /** Whether the sender is an owner at this moment; asked again right before each write. Never throws. */
  readonly isAllowed: () => boolean;
}

/** Ownership comes first, so that a stranger in a group learns nothing of what a private chat could do. */
export function judgeAccess(caller: Pick<Caller, "isOwner" | "isPrivate">): "not-allowed" | "not-private" | undefined {
  if (caller.isOwner !== true) return "not-allowed";
  if (caller.isPrivate !== true) return "not-private";
  return undefined;
}
