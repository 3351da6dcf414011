/** What the login shell answers, as plain facts: the screens are built from these and nothing else. */
import type { ErrorCode } from "../errors.ts";
import type { Secret } from "../secret.ts";
import type { ProfileId, ProfileName } from "./profile-id.ts";

/** What the host knows of a profile's usability. */
export type ProfileHealth = "signed-in" | "refreshing" | "needs-sign-in" | "cooling-down" | "disabled";

export interface ListedProfile {
  readonly profileId: ProfileId;
  readonly name: ProfileName;
  /** Untrusted text: whatever the account holder or the server chose. */
  readonly email?: string;
  readonly plan?: string;
  readonly health: ProfileHealth;
  /** First in the order in force: what a turn without a wish of its own tries first. */
  readonly isDefault?: boolean;
}

/**
 * When a change counts: at once; at once, after a restart that was asked for; or once the running gateway, which holds
 * the old state in memory, is started anew.
 */
export type Activation = "live" | "restarted" | "restart";

export interface PendingSummary {
  readonly profileName: string;
  readonly expiresInMs: number;
}

export interface ProfileList {
  readonly kind: "profiles";
  readonly profiles: readonly ListedProfile[];
  readonly pending: readonly PendingSummary[];
}

export interface LoginStatus {
  readonly kind: "status";
  readonly pending: readonly PendingSummary[];
  readonly lastSaved?: {
    readonly profileName: string;
    readonly profileId: string;
    readonly agoMs: number;
    readonly activation: Activation;
  };
}

export interface StartedLogin {
  readonly kind: "started";
  readonly profileId: ProfileId;
  readonly profileName: ProfileName;
  /** `default` was asked for and this first discovered profile stands in for it. */
  readonly standsInForDefault: boolean;
  readonly isNewProfile: boolean;
  readonly authorizationUrl: Secret;
  readonly redirectUri: string;
  readonly expiresInMs: number;
}

export interface CancelledLogins {
  readonly kind: "cancelled";
  readonly profileNames: readonly string[];
}

export interface SavedLogin {
  readonly kind: "saved";
  readonly profileId: string;
  readonly profileName: string;
  /** The ChatGPT workspace. */
  readonly accountId: string;
  /** Unix time in milliseconds at which the access token expires; the host renews it. */
  readonly expiresAtMs: number;
  readonly email?: string;
  readonly plan?: string;
  /** The host's own resolver now finds the profile for new turns of this agent. */
  readonly isSelectable: boolean;
  /** What the profile held before is kept for a day. */
  readonly isUndoable: boolean;
  readonly activation: Activation;
}

export interface UndoneLogin {
  readonly kind: "undone";
  readonly profileId: string;
  readonly profileName: string;
  /** What it held until now is kept in turn. */
  readonly isUndoable: boolean;
  readonly isSelectable: boolean;
  readonly activation: Activation;
}

export interface ShownProfile {
  readonly kind: "profile";
  readonly profile: ListedProfile;
}

export interface PreferredProfile {
  readonly kind: "preferred";
  readonly profileName: string;
  /** False where the config's own order, or a failure of the profile, puts another one first all the same. */
  readonly isFirst: boolean;
  readonly activation: Activation;
}

export interface SignedOutProfile {
  readonly kind: "signed-out";
  readonly profileName: string;
  readonly isUndoable: boolean;
  readonly activation: Activation;
}

export interface Refusal {
  readonly kind: "refused";
  readonly code: ErrorCode;
  readonly profileName?: string;
}

export interface CompletionRefusal extends Refusal {
  readonly retryAfterSeconds?: number;
  /** The sign-in was taken and is over; without it, it still waits for its address. */
  readonly isOver: boolean;
}
