/** The results of the actions, as plain facts. Screens are built from nothing else. */
import type { ErrorCode } from "../errors.ts";
import type { Secret } from "../secret.ts";
import type { ProfileId, ProfileName } from "./profile-id.ts";
import type { Activation, AuditEntry, AuditedAction, Binding } from "./stored-records.ts";

export type { Activation, AuditEntry, AuditedAction };

/** How usable a profile is, as far as the host knows. */
export type ProfileHealth = "signed-in" | "refreshing" | "needs-sign-in" | "cooling-down" | "disabled";

export interface ListedProfile {
  readonly profileId: ProfileId;
  readonly name: ProfileName;
  /** Untrusted text: the account holder or the server chose it. */
  readonly email?: string;
  readonly plan?: string;
  readonly health: ProfileHealth;
  /** When the gateway tries it again, if it is in a cooldown or disabled: Unix time in milliseconds. */
  readonly unusableUntilMs?: number;
  /** Why it is in a cooldown, disabled or needs a sign-in, in the host's words, such as `auth_permanent`. */
  readonly reason?: string;
  /** First in the order in force: a turn of a chat without a pin tries it first. */
  readonly isDefault?: boolean;
  /** This chat is pinned to it. */
  readonly isPinned?: boolean;
}

/** A sign-in that waits for its callback URL, or for a choice. */
export interface PendingSummary {
  readonly profileName: string;
  readonly expiresInMs: number;
}

export interface ProfileList {
  readonly kind: "profiles";
  /** Approved with another account. They wait for a choice. */
  readonly parked?: readonly PendingSummary[];
  readonly nowMs: number;
  readonly profiles: readonly ListedProfile[];
  readonly pending: readonly PendingSummary[];
}

export interface SignInStatus {
  readonly kind: "status";
  /** Approved with another account. They wait for a choice. */
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
  /** `default` was asked for, and this first profile stands for it. */
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
  /** Another profile of the same account. */
  readonly sameAccountAs?: string;
  /** The host's own resolver now finds the profile for new turns of this agent. */
  readonly isSelectable: boolean;
  /** The replaced record is kept for a day. */
  readonly isUndoable: boolean;
  readonly activation: Activation;
}

/**
 * Another account came back than the profile holds, or one that has a profile already. The user is asked before it is
 * saved.
 */
export interface AccountQuestion {
  readonly kind: "question";
  /** Identifies the question: the buttons of an older one must not answer a newer one. */
  readonly questionId: string;
  readonly code: "account-differs" | "account-has-profile";
  /** The profile that was to be signed in. */
  readonly profileName: string;
  readonly came: { readonly email?: string; readonly plan?: string };
  /** The profile that the question is about: the one to be signed in, or the one that has the account already. */
  readonly there: { readonly profileName: string; readonly email?: string };
  /** The name of a new profile for this account. */
  readonly newName: ProfileName;
  readonly expiresInMs: number;
}

export interface UndoneChange {
  readonly kind: "undone";
  readonly profileId: string;
  readonly profileName: string;
  /** The record until now is kept for a day too. */
  readonly isUndoable: boolean;
  readonly isSelectable: boolean;
  readonly activation: Activation;
}

/**
 * The turns of this chat use that profile from now on, or, if the pin was removed, the one that the gateway tries
 * first.
 */
export interface PinnedProfile {
  readonly kind: "pinned" | "unpinned";
  readonly profile: ListedProfile;
  readonly nowMs: number;
}

/** Why the next turn of this chat uses a profile. */
export interface ExplainedChoice {
  readonly kind: "choice";
  readonly decides: "pin" | "kept" | "stored-order" | "config-order" | "allow-list" | "host";
  /** The profile of the next turn. Absent if none can be used. */
  readonly next?: string;
  readonly pin?: { readonly profileName: string; readonly by: "person" | "host"; readonly isUsable: boolean };
  /** Names, in order. Empty if there is none. */
  readonly storedOrder: readonly string[];
  readonly configOrder: readonly string[];
  readonly allowList: readonly string[];
  readonly paused: readonly ListedProfile[];
  /** The next profile is in this agent's own store, which wins over the shared one. */
  readonly isOwnCopy: boolean;
  /**
   * The profile that was asked about, if one was, and its place among those that are tried. No place if it is not
   * tried.
   */
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
  /** The profile that the gateway itself keeps this chat with for now, if that is another one. */
  readonly kept?: string;
  /** False if another profile is still first, because of the config's order or a failure of this one. */
  readonly isFirst: boolean;
  readonly activation: Activation;
}

export interface SignedOutProfile {
  readonly kind: "signed-out";
  readonly profileName: string;
  readonly isUndoable: boolean;
  readonly activation: Activation;
}

/** A problem of this gateway that can be fixed. */
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
  /** The sign-in is over. If false, it still waits for its callback URL. */
  readonly isOver: boolean;
}

/** A user as the audit log names them. */
export function actorOf({ channel, senderId }: Binding): string {
  return senderId === "" ? channel : `${channel}:${senderId}`;
}

/** A profile may be named after an e-mail address: enough of it is left to distinguish two. */
export function withoutEmail(name: string): string {
  return name.replaceAll(/([^\s@])\S*@([^\s@]+)/g, "$1…@$2");
}

type Condition = Pick<ListedProfile, "health">;

/** A turn can use it now. The host waits for a refresh that is under way. */
export function isUsable({ health }: Condition): boolean {
  return health === "signed-in" || health === "refreshing";
}

/** Only a new sign-in helps. */
export function needsSignIn({ health }: Condition): boolean {
  return health === "needs-sign-in";
}

/** It has a problem that does not pass by itself, as a cooldown does. */
export function isFailing({ health }: Condition): boolean {
  return health === "needs-sign-in" || health === "disabled";
}
