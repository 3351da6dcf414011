/** Which sign-ins have ended for good, and which of them their owner has yet to hear of. */
import type { ListedProfile } from "../flow/answers.ts";
import type { LoginPorts } from "./ports.ts";

export const isDead = ({ health }: Pick<ListedProfile, "health">): boolean => health === "needs-sign-in";

/** Each profile once a day at most. Throws what the store's ports throw. */
export async function claimDeadLogins(ports: LoginPorts, agentId: string): Promise<readonly ListedProfile[]> {
  const dead = (await ports.profiles.list(agentId)).filter(isDead);
  if (dead.length === 0) return [];
  const ids = dead.map(({ profileId }) => profileId);
  const due = await ports.notices.claim(ids, ports.clock.nowMs());
  return dead.filter(({ profileId }) => due.includes(profileId));
}
