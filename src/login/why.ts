/** Which profile the next turn of a chat uses, and what decides it. */
import type { ExplainedChoice, ListedProfile, Refusal } from "../flow/answers.ts";
import type { LoginBinding } from "../flow/binding.ts";
import { isUsable } from "../flow/health.ts";
import { profileNameOf, storedIdOf, type ProfileName } from "../flow/profile-id.ts";
import type { ChatPin, LoginPorts, ProfileChoice } from "./ports.ts";
import { refusalOf } from "./refusal.ts";

export interface WhyRequest {
  readonly binding: LoginBinding;
  /** Asked about, where one is. */
  readonly askedName?: ProfileName | undefined;
}

/** Never throws. */
export async function explainChoice(
  ports: LoginPorts,
  { binding, askedName }: WhyRequest,
): Promise<ExplainedChoice | Refusal> {
  try {
    const profiles = await ports.profiles.list(binding.agentId);
    const choice = await ports.profiles.choice(binding.agentId);
    const pin = await ports.pins.read(binding).catch(() => undefined);
    const ids = profiles.map(({ profileId }) => profileId);
    const askedId = askedName && storedIdOf(askedName, ports.profiles.provider, ids);
    if (askedName !== undefined && askedId === undefined) {
      return { kind: "refused", code: "profile-unknown", profileName: askedName };
    }
    return explain({ profiles, choice, pin, askedId, nowMs: ports.clock.nowMs() });
  } catch (error) {
    return refusalOf(error, ports.log);
  }
}

interface Facts {
  readonly profiles: readonly ListedProfile[];
  readonly choice: ProfileChoice;
  readonly pin: ChatPin | undefined;
  readonly askedId: string | undefined;
  readonly nowMs: number;
}

function explain({ profiles, choice, pin, askedId, nowMs }: Facts): ExplainedChoice {
  const nameOf = (id: string) => profiles.find(({ profileId }) => profileId === id)?.name ?? profileNameOf(id);
  const { tried } = choice;
  const pinned = profiles.find(({ profileId }) => profileId === pin?.profileId);
  const isPinUsable = pinned !== undefined && isUsable(pinned);
  const nextId = isPinUsable ? pinned.profileId : tried[0];
  const place = askedId === undefined ? -1 : tried.indexOf(askedId);
  return {
    kind: "choice",
    decides: isPinUsable ? (pin?.by === "person" ? "pin" : "kept") : decidingList(choice),
    ...(nextId === undefined ? {} : { next: nameOf(nextId) }),
    ...(pin === undefined ? {} : { pin: { profileName: nameOf(pin.profileId), by: pin.by, isUsable: isPinUsable } }),
    storedOrder: choice.storedOrder.map(nameOf),
    configOrder: choice.configOrder.map(nameOf),
    allowList: choice.allowList.map(nameOf),
    paused: profiles.filter((profile) => !isUsable(profile)),
    isOwnCopy: choice.isOwnCopy,
    ...(askedId === undefined
      ? {}
      : { asked: { profileName: nameOf(askedId), ...(place === -1 ? {} : { place: place + 1 }) } }),
    nowMs,
  };
}

/** The host's own precedence: the stored order, the config's order, the config's list, its own rule. */
function decidingList({ storedOrder, configOrder, allowList }: ProfileChoice): ExplainedChoice["decides"] {
  if (storedOrder.length > 0) return "stored-order";
  if (configOrder.length > 0) return "config-order";
  return allowList.length > 0 ? "allow-list" : "host";
}
