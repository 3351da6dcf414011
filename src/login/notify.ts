/** Which sign-ins have ended for good, and which of them their owner has yet to hear of. */
import type { ListedProfile } from "../flow/answers.ts";
import { needsSignIn } from "../flow/health.ts";
import type { LoginPorts } from "./ports.ts";

/** Each profile once a day at most. Throws what the store's ports throw. */
export async function claimDeadLogins(ports: LoginPorts, agentId: string): Promise<readonly ListedProfile[]> {
  const dead = (await ports.profiles.list(agentId)).filter(needsSignIn);
  if (dead.length === 0) return [];
  const ids = dead.map(({ profileId }) => profileId);
  const due = await ports.notices.claim(ids, ports.clock.nowMs());
  return dead.filter(({ profileId }) => due.includes(profileId));
}
