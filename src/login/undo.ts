/** Puts back what a profile held before it was last replaced or taken out. */
import type { Refusal, UndoneLogin } from "../flow/answers.ts";
import { formerIdsOf, storedIdOf } from "../flow/profile-id.ts";
import { audited } from "./audit.ts";
import type { ProfileRequest } from "./manage.ts";
import type { LoginPorts } from "./ports.ts";
import { refusalOf } from "./refusal.ts";

/** Never throws. */
export async function undoLogin(ports: LoginPorts, request: ProfileRequest): Promise<UndoneLogin | Refusal> {
  const { binding, askedName, assertAllowed } = request;
  try {
    for (const profileId of await idsOf(ports, request)) {
      const undone = await ports.profiles.undo({ profileId, agentId: binding.agentId, assertAllowed });
      if (undone.kind === "refused" && undone.code === "undo-missing") continue;
      if (undone.kind === "refused") {
        await audited(ports, { binding, action: "undo", profileName: askedName, outcome: undone.code });
        return { ...undone, profileName: askedName };
      }
      ports.log.info("profile put back");
      await audited(ports, { binding, action: "undo", profileName: askedName, outcome: "done" });
      const { isSelectable, isUndoable, activation } = undone;
      return { kind: "undone", profileId, profileName: askedName, isSelectable, isUndoable, activation };
    }
    return { kind: "refused", code: "undo-missing", profileName: askedName };
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}

/** The stored id of that name; every id it can have had where none is: the profile may be the one that was taken out. */
async function idsOf(ports: LoginPorts, { binding, askedName }: ProfileRequest) {
  const { provider } = ports.profiles;
  const ids = (await ports.profiles.list(binding.agentId)).map((profile) => profile.profileId);
  const stored = storedIdOf(askedName, provider, ids);
  return stored === undefined ? formerIdsOf(askedName, provider) : [stored];
}
