/** What a profile's health means for its use. Pure, and light: the look around once a minute loads it. */
import type { ListedProfile } from "./answers.ts";

type Condition = Pick<ListedProfile, "health">;

/** A turn can use it now; a renewal that is under way is waited for. */
export function isUsable({ health }: Condition): boolean {
  return health === "signed-in" || health === "refreshing";
}

/** Over for good: nothing but a new sign-in mends it. */
export function needsSignIn({ health }: Condition): boolean {
  return health === "needs-sign-in";
}

/** Something is wrong with it that does not pass by itself, as a cooldown does. */
export function isFailing({ health }: Condition): boolean {
  return health === "needs-sign-in" || health === "disabled";
}
