/**
 * Repairs a profile without a new sign-in: asks OpenAI whether a cooldown of the host is still right, and lets the host
 * renew an old sign-in once more.
 */
import { hasFailedRenewal, isHeld, type Refusal, type RetriedProfile, type RevivedProfile } from "../rules/results.ts";
import { hasRoom } from "../rules/usage.ts";
import type { Ports } from "./ports.ts";
import { changeProfile, type ProfileRequest } from "./profiles.ts";
import { askNumbers } from "./usage.ts";

/** Ends the host's cooldown of a profile, only if OpenAI says now that the account has room. Never throws. */
export function retryProfile(ports: Ports, request: ProfileRequest): Promise<RetriedProfile | Refusal> {
  return changeProfile<RetriedProfile>(ports, request, "retry", async (target, profile) => {
    const refused = (code: Refusal["code"]) => ({ kind: "refused", code, profileName: profile.name }) as const;
    if (!isHeld(profile)) return refused("retry-not-held");
    if (!target.isAllowed()) return refused("not-allowed");
    const numbers = await askNumbers(ports, target);
    if (numbers === undefined) return refused("retry-unanswered");
    if (!hasRoom(numbers, ports.clock.nowMs())) return refused("retry-limit-reached");
    const ended = await ports.profiles.endCooldown(target);
    if (ended.kind === "refused") return refused(ended.code);
    ports.log.info("cooldown ended");
    return { kind: "retried", profileName: profile.name, activation: ended.activation };
  });
}

/** Never throws. */
export function reviveProfile(ports: Ports, request: ProfileRequest): Promise<RevivedProfile | Refusal> {
  return changeProfile<RevivedProfile>(ports, request, "revive", async (target, profile) => {
    const refused = (code: Refusal["code"]) => ({ kind: "refused", code, profileName: profile.name }) as const;
    if (!hasFailedRenewal(profile)) return refused("revive-not-failed");
    if (profile.canRevive !== true) return refused("revive-forgotten");
    if (!target.isAllowed()) return refused("not-allowed");
    // A renewal that fails for want of a network would leave the profile as it is now.
    if (!(await ports.oauth.isReachable())) return refused("revive-offline");
    const revived = await ports.profiles.revive(target);
    if (revived.kind === "refused") return refused(revived.code);
    ports.log.info("old sign-in renewed");
    return { kind: "revived", profileName: profile.name };
  });
}
