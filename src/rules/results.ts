/** What the login shell answers, as plain facts: the screens are built from these and nothing else. */
import type { ErrorCode } from "../errors.ts";
import type { Secret } from "../secret.ts";
import type { ProfileId, ProfileName } from "./profile-id.ts";
import type { Activation, AuditEntry, AuditedAction, Binding } from "./stored-records.ts";

export type { Activation, AuditEntry, AuditedAction };

/** What the host knows of a profile's usability. */
export type ProfileHealth = "signed-in" | "refreshing" | "needs-sign-in" | "cooling-down" | "disabled";

export interface ListedProfile {
  readonly profileId: ProfileId;
  readonly name: ProfileName;
  /** Untrusted text: whatever the account holder or the server chose. */
  readonly email?: string;
  readonly plan?: string;
  readonly health: ProfileHealth;
  /** When the gateway tries it again: Unix time in milliseconds, where it is paused. */
  readonly unusableUntilMs?: number;
  /** Why it is paused or needs a sign-in, in the host's own words, such as `auth_permanent`. */
  readonly reason?: string;
  /** First in the order in force: what a turn without a wish of its own tries first. */
  readonly isDefault?: boolean;
  /** What this chat asks for before all others. */
  readonly isPinned?: boolean;
}

/** A sign-in that waits: for its address, or for a choice. */
export interface PendingSummary {
  readonly profileName: string;
  readonly expiresInMs: number;
}

export interface ProfileList {
  readonly kind: "profiles";
  /** Approved with another account: they wait for a choice. */
  readonly parked?: readonly PendingSummary[];
  readonly nowMs: number;
  readonly profiles: readonly ListedProfile[];
  readonly pending: readonly PendingSummary[];
}

export interface SignInStatus {
  readonly kind: "status";
  /** Approved with another account: they wait for a choice. */
  readonly parked?: readonly PendingSummary[];
  readonly pending: readonly PendingSummary[];
  readonly lastSaved?: {
    readonly profileName: string;
    readonly profileId: string;
    readonly agoMs: number;
    readonly activation: Activation;
  };
}

export interface StartedSignIn {
  readonly kind: "started";
  readonly profileId: ProfileId;
  readonly profileName: ProfileName;
  /** `default` was asked for and this first discovered profile stands in for it. */
  readonly isDefaultFallback: boolean;
  readonly isNewProfile: boolean;
  readonly authorizationUrl: Secret;
  readonly redirectUri: string;
  readonly expiresInMs: number;
}

export interface CancelledSignIns {
  readonly kind: "cancelled";
  readonly profileNames: readonly string[];
}

export interface SavedSignIn {
  readonly kind: "saved";
  readonly profileId: string;
  readonly profileName: string;
  /** The ChatGPT workspace. */
  readonly accountId: string;
  /** Unix time in milliseconds at which the access token expires; the host renews it. */
  readonly expiresAtMs: number;
  readonly email?: string;
  readonly plan?: string;
  /** Another profile that holds the same account. */
  readonly sameAccountAs?: string;
  /** The host's own resolver now finds the profile for new turns of this agent. */
  readonly isSelectable: boolean;
  /** What the profile held before is kept for a day. */
  readonly isUndoable: boolean;
  readonly activation: Activation;
}

/** Another account came back than was there, or one that has a profile already: the person is asked before it is saved. */
export interface AccountQuestion {
  readonly kind: "question";
  /** Which question: an older one's buttons must not answer a newer. */
  readonly questionId: string;
  readonly code: "account-differs" | "account-has-profile";
  /** The profile that was to be signed in. */
  readonly profileName: string;
  readonly came: { readonly email?: string; readonly plan?: string };
  /** The profile it is about: the one to be signed in, or the one that holds the account already. */
  readonly there: { readonly profileName: string; readonly email?: string };
  /** The name it would get as a profile of its own. */
  readonly newName: ProfileName;
  readonly expiresInMs: number;
}

export interface UndoneChange {
  readonly kind: "undone";
  readonly profileId: string;
  readonly profileName: string;
  /** What it held until now is kept in turn. */
  readonly isUndoable: boolean;
  readonly isSelectable: boolean;
  readonly activation: Activation;
}

/** This chat's turns use that profile from now on; or, let go, whichever the gateway tries first. */
export interface PinnedProfile {
  readonly kind: "pinned" | "unpinned";
  readonly profile: ListedProfile;
  readonly nowMs: number;
}

/** What decides which profile a turn of this chat uses. */
export interface ExplainedChoice {
  readonly kind: "choice";
  readonly decides: "pin" | "kept" | "stored-order" | "config-order" | "allow-list" | "host";
  /** What the next turn uses; absent where nothing can be used. */
  readonly next?: string;
  readonly pin?: { readonly profileName: string; readonly by: "person" | "host"; readonly isUsable: boolean };
  /** Names, in order; empty where there is none. */
  readonly storedOrder: readonly string[];
  readonly configOrder: readonly string[];
  readonly allowList: readonly string[];
  readonly paused: readonly ListedProfile[];
  /** The next one lies in this agent's own store, before the one that all agents share. */
  readonly isOwnCopy: boolean;
  /** The profile that was asked about, where one was, and its place among those that are tried; absent where it is not. */
  readonly asked?: { readonly profileName: string; readonly place?: number };
  readonly nowMs: number;
}

export interface ShownProfile {
  readonly kind: "profile";
  readonly nowMs: number;
  readonly profile: ListedProfile;
}

export interface PreferredProfile {
  readonly kind: "preferred";
  readonly profileName: string;
  /** The profile that the gateway itself keeps this chat with for now, where that is another one. */
  readonly kept?: string;
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

/** Something that is wrong with this gateway, and can be mended. */
export type Finding =
  | { readonly code: "pending-insecure" | "log-insecure" | "legacy-file" | "store-unreadable" | "no-owner" }
  | { readonly code: "old-skill"; readonly folder: string }
  | { readonly code: "profile-failing"; readonly profile: ListedProfile };

export interface Inspection {
  readonly kind: "inspection";
  readonly findings: readonly Finding[];
  readonly nowMs: number;
}

export interface ChangeLog {
  readonly kind: "log";
  /** The newest first. */
  readonly entries: readonly AuditEntry[];
  readonly nowMs: number;
}

export interface Refusal {
  readonly kind: "refused";
  readonly code: ErrorCode;
  readonly profileName?: string;
}

export interface FinishRefusal extends Refusal {
  readonly retryAfterSeconds?: number;
  /** The sign-in was taken and is over; without it, it still waits for its address. */
  readonly isOver: boolean;
}

/** A person as the audit log names them. */
export function actorOf({ channel, senderId }: Binding): string {
  return senderId === "" ? channel : `${channel}:${senderId}`;
}

/** A profile may be named after an e-mail address: enough of it is left to tell two apart. */
export function withoutEmail(name: string): string {
  return name.replaceAll(/([^\s@])\S*@([^\s@]+)/g, "$1…@$2");
}

/** What a profile's health means for its use. Pure, and light: the look around once a minute loads it. */

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
