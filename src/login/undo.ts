/** Puts back what a profile held before it was last replaced. */
import type { Refusal, UndoneLogin } from "../flow/answers.ts";
import type { LoginBinding } from "../flow/binding.ts";
import { resolveSelector, type ProfileName } from "../flow/profile-id.ts";
import type { LoginPorts } from "./ports.ts";
import { refusalOf } from "./refusal.ts";

export interface UndoRequest {
  readonly binding: LoginBinding;
  readonly askedName: ProfileName;
  /** Throws when the person may no longer do this; asked again right before the write. */
  readonly assertAllowed: () => void;
}

/** Never throws. */
export async function undoLogin(
  ports: LoginPorts,
  { binding: { agentId }, askedName, assertAllowed }: UndoRequest,
): Promise<UndoneLogin | Refusal> {
  try {
    const ids = (await ports.profiles.list(agentId)).map((profile) => profile.profileId);
    const profile = resolveSelector(askedName, ports.profiles.provider, ids);
    if (profile.kind === "refused") return profile;
    const { profileId, name: profileName } = profile;
    const undone = await ports.profiles.undo({ profileId, agentId, assertAllowed });
    if (undone.kind === "refused") return { ...undone, profileName };
    ports.log.info("profile put back");
    const { isSelectable, activation } = undone;
    return { kind: "undone", profileId, profileName, isSelectable, activation };
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}
