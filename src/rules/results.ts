/** The results of the actions, as plain facts. Screens are built from nothing else. */
import type { ErrorCode } from "../errors.ts";
import type { Secret } from "../secret.ts";
import type { Verb } from "./commands.ts";
import type { ProfileId, ProfileName } from "./profile-id.ts";
import type { ProxyFacts } from "./proxy.ts";
import type { Activation, AuditEntry, AuditedAction, Binding, SignInMethod } from "./stored-records.ts";
import { hasRoom, type ProfileUsage, type UsageNumbers, type UsageWindow } from "./usage.ts";

export type { Activation, AuditEntry, AuditedAction, SignInMethod };

export type ProfileHealth = "signed-in" | "refreshing" | "needs-sign-in" | "cooling-down" | "disabled" | "unreadable";

export interface ListedProfile {
  readonly profileId: ProfileId;
  readonly name: ProfileName;
  /** Untrusted text: the account holder or the server chose it. */
  readonly email?: string;
  readonly plan?: string;
  readonly health: ProfileHealth;
  /** Unix time in milliseconds at which its cooldown or its block ends. */
  readonly unusableUntilMs?: number;
  /** Why it is in a cooldown, disabled or needs a sign-in, in the host's words, such as `auth_permanent`. */
  readonly reason?: string;
  /** Unix time in milliseconds at which OpenAI refused it, if that is why it is in a cooldown. */
  readonly refusedAtMs?: number;
  /** Its renewal failed, and this gateway remembers the sign-in that could not be renewed. */
  readonly canRevive?: true;
  /** Unix time in milliseconds of its last turn. */
  readonly lastUsedMs?: number;
  readonly isDefault?: boolean;
  readonly isPinned?: boolean;
  /**
   * Unix time in milliseconds at which its access token expires. Each sign-in and each renewal changes it, so it also
   * tells whether the profile still has the token that something was read with.
   */
  readonly expiresAtMs?: number;
  /** OpenAI's numbers in memory, which may be old. Only for screens. */
  readonly usage?: UsageNumbers;
}

export interface PendingSummary {
  readonly profileName: string;
  readonly expiresInMs: number;
  /** It waits for its callback URL or for its device code. */
  readonly hasCode?: true;
}

export interface ProfileList {
  readonly kind: "profiles";
  readonly parked?: readonly PendingSummary[];
  readonly nowMs: number;
  readonly profiles: readonly ListedProfile[];
  readonly pending: readonly PendingSummary[];
}

export interface SignInStatus {
  readonly kind: "status";
  /** The one profile that was asked about. */
  readonly askedName?: ProfileName;
  /** The other profiles with a pending sign-in, if the asked one has none. */
  readonly others?: readonly string[];
  readonly parked?: readonly PendingSummary[];
  readonly pending: readonly PendingSummary[];
  readonly lastSaved?: {
    readonly profileName: string;
    readonly profileId: string;
    readonly agoMs: number;
    readonly activation: Activation;
  };
  /** A newer sign-in that failed while nobody waited for an answer. */
  readonly lastFailed?: { readonly profileName: string; readonly agoMs: number; readonly code: ErrorCode };
  /** The newest question about another account. */
  readonly question?: AccountQuestion;
}

export interface StartedSignIn {
  readonly kind: "started";
  /** Names this sign-in. Not a secret. */
  readonly stateDigest: string;
  readonly profileId: ProfileId;
  readonly profileName: ProfileName;
  readonly isDefaultFallback: boolean;
  readonly isNewProfile: boolean;
  readonly authorizationUrl: Secret;
  readonly redirectUri: string;
  readonly expiresInMs: number;
  /** A browser on this machine finishes the sign-in by itself. */
  readonly isListening: boolean;
  /** How the user last signed in to this profile, if it is remembered. */
  readonly lastMethod?: SignInMethod | undefined;
}

/** A started sign-in that has a device code beside its link. */
export interface StartedWithCode extends Omit<
  StartedSignIn,
  "authorizationUrl" | "isListening" | "kind" | "redirectUri"
> {
  readonly kind: "code";
  readonly userCode: Secret;
  /** Where the user types the code. */
  readonly verificationUri: string;
}

/** No code was issued. The link of the pending sign-in, if there is one, still works. */
export interface CodeRefusal extends Refusal {
  readonly retryAfterSeconds?: number | undefined;
  readonly link?: StartedSignIn | undefined;
}

/** The pages to which a browser is led away from a callback URL that cannot be used again. */
export const DONE_PAGES = ["saved", "saving", "question", "failed", "over"] as const;

/**
 * What a browser that brings a callback URL is shown. `unknown`: no sign-in here has its state. `later`: the same URL
 * can still be used.
 */
export type CallbackPage = (typeof DONE_PAGES)[number] | "unknown" | "later";

export interface CancelledSignIns {
  readonly kind: "cancelled";
  readonly profileNames: readonly string[];
  /** The profile that was asked about, if it had no sign-in. Sign-ins to others may be pending. */
  readonly askedName?: string;
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
  readonly sameAccountAs?: string;
  /** The host's own resolver now finds the profile for new turns of this agent. */
  readonly isSelectable: boolean;
  readonly isUndoable: boolean;
  readonly activation: Activation;
}

/**
 * Asks the user before the sign-in is saved, because another account came back than the profile has, the account has a
 * profile already, or the host cannot use the record that would be replaced.
 */
export interface AccountQuestion {
  readonly kind: "question";
  /** Keeps a button of an older question from answering a newer one. */
  readonly questionId: string;
  readonly code: "account-differs" | "account-has-profile" | "profile-unreadable";
  readonly profileName: string;
  readonly newAccount: { readonly email?: string; readonly plan?: string };
  /** The profile to be signed in, or the one that has the account already. */
  readonly existingProfile: { readonly profileName: string; readonly email?: string };
  readonly newName: ProfileName;
  readonly expiresInMs: number;
}

export interface UndoneChange {
  readonly kind: "undone";
  readonly profileId: string;
  readonly profileName: string;
  readonly isUndoable: boolean;
  readonly isSelectable: boolean;
  /** The host does not use the record that was put back. */
  readonly isUnreadable?: true;
  readonly activation: Activation;
}

export interface PinnedProfile {
  readonly kind: "pinned" | "unpinned";
  readonly profile: ListedProfile;
  readonly nowMs: number;
}

export interface ExplainedChoice {
  readonly kind: "choice";
  readonly decides: "pin" | "kept" | "stored-order" | "config-order" | "allow-list" | "host";
  /** The profile of the next turn. Absent if none can be used. */
  readonly next?: string;
  /** The chat's model uses no Codex profile, so the choice applies to an OpenAI model only. */
  readonly isOtherModel?: true;
  readonly pin?: { readonly profileName: string; readonly by: "person" | "host"; readonly isUsable: boolean };
  readonly storedOrder: readonly string[];
  readonly configOrder: readonly string[];
  readonly allowList: readonly string[];
  readonly paused: readonly ListedProfile[];
  readonly isOwnCopy: boolean;
  /** The profile that the user asked about. `place` is absent if the host does not try it. */
  readonly asked?: { readonly profileName: string; readonly place?: number };
  readonly nowMs: number;
}

export interface ShownProfile {
  readonly kind: "profile";
  readonly nowMs: number;
  readonly profile: ListedProfile;
  /** False if there is nothing to undo. */
  readonly isUndoable: boolean;
}

export interface PreferredProfile {
  readonly kind: "preferred";
  readonly profileName: string;
  readonly kept?: string;
  /** False if another profile is still first, because of the config's order or a failure of this one. */
  readonly isFirst: boolean;
  readonly activation: Activation;
}

/** OpenClaw no longer leaves the profile out. */
export interface RetriedProfile {
  readonly kind: "retried";
  readonly profileName: string;
  readonly activation: Activation;
}

/** The old sign-in was put back, and OpenClaw renewed it. */
export interface RevivedProfile {
  readonly kind: "revived";
  readonly profileName: string;
}

/** The account in use is nearly used up. */
export interface UsageNudge {
  readonly profile: ListedProfile;
  readonly numbers: UsageNumbers;
  /** The windows that have just fallen below a level. At least one. */
  readonly due: readonly UsageWindow[];
  /** Another profile, with the most left of those whose numbers are known. */
  readonly best?: ListedProfile;
  readonly nowMs: number;
}

/** No more messages about its usage are sent until it is reset. */
export interface QuietProfile {
  readonly kind: "quiet";
  readonly profileName: string;
  /** The setting `nudge` is off, so there are no messages about any profile. */
  readonly isOff?: true;
}

export interface SignedOutProfile {
  readonly kind: "signed-out";
  readonly profileName: string;
  readonly profileId: string;
  readonly isUndoable: boolean;
  readonly activation: Activation;
}

export type Finding =
  | {
      readonly code:
        | "pending-insecure"
        | "pending-of-other-user"
        | "log-insecure"
        | "state-of-other-user"
        | "open-disk"
        | "legacy-file"
        | "import-required"
        | "store-unreadable"
        | "no-owner";
    }
  | { readonly code: "old-skill"; readonly folder: string }
  | { readonly code: "profile-failing"; readonly profile: ListedProfile };

export interface Inspection {
  readonly kind: "inspection";
  readonly findings: readonly Finding[];
  readonly nowMs: number;
}

/** The usage of each profile that was asked about, in the order of the list. */
/** With what the environment says of the proxy, if another one may help. */
export interface UsageReport extends ProxyFacts {
  readonly kind: "usage";
  readonly profiles: readonly { readonly profile: ListedProfile; readonly usage: ProfileUsage }[];
  /** Profiles that were not asked about, because one answer shows twenty. */
  readonly left: number;
  /** The profile of this chat's next turn. */
  readonly inUse?: ProfileId;
  /** The profile with the most left. */
  readonly best?: ListedProfile;
  /** True while an answer is awaited. */
  readonly isPartial: boolean;
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
  /** The variable of the environment that has to be corrected, or that names the proxy in force. */
  readonly variable?: string;
  /** The variable of the environment whose names are separated by semicolons, which nothing reads so. */
  readonly noProxy?: string;
  /** The command that the user may have meant. */
  readonly near?: Verb | undefined;
  readonly invalid?: InvalidArgument | undefined;
  /** The other profiles with a pending sign-in. */
  readonly others?: readonly string[] | undefined;
}

/**
 * The argument of the terminal that is not valid. `name` is an option, or a word that cannot be a secret. Any other word
 * is named only by its place, which counts from 1.
 */
export type InvalidArgument =
  | { readonly kind: "needs-value" | "option" | "takes-no-value" | "value" | "word"; readonly name: string }
  | { readonly kind: "place"; readonly place: number }
  | { readonly kind: "profile" };

export interface FinishRefusal extends Refusal {
  readonly retryAfterSeconds?: number;
  /** True if this request ended the sign-in, so that it must be started again. */
  readonly isOver: boolean;
}

/**
 * What the user can do after a refusal: start this profile again, send the right callback URL, or neither. `saved`: the
 * sign-in has already saved the profile, so there is nothing to do.
 */
export type NextStep = "again" | "still-waiting" | "saved" | "none";

export function actorOf({ channel, senderId }: Binding): string {
  return senderId === "" ? channel : `${channel}:${senderId}`;
}

/** Shortens an e-mail address in a profile's name, because the audit log must not contain one. */
export function withoutEmail(name: string): string {
  return name.replaceAll(/([^\s@])\S*@([^\s@]+)/g, "$1…@$2");
}

type Condition = Pick<ListedProfile, "health">;

/** The host waits for a refresh that is under way, so such a profile counts as usable. */
export function isUsable({ health }: Condition): boolean {
  return health === "signed-in" || health === "refreshing";
}

export function needsSignIn({ health }: Condition): boolean {
  return health === "needs-sign-in";
}

/** The reasons of the host to disable a profile that OpenAI's own numbers can refute. */
export const USAGE_REASONS_OF_HOST: ReadonlySet<string> = new Set(["billing", "rate_limit", "subscription_limit"]);

/** The host does not use the profile for a time, because of a limit or one refused request for its usage. */
export function isHeld({ health, reason = "" }: Pick<ListedProfile, "health" | "reason">): boolean {
  return health === "cooling-down" || (health === "disabled" && USAGE_REASONS_OF_HOST.has(reason));
}

/** The renewal of the login failed. On current hosts nothing but a sign-in ends that by itself. */
export function hasFailedRenewal({ health, reason }: Pick<ListedProfile, "health" | "reason">): boolean {
  return health === "needs-sign-in" && reason === "renewal-failed";
}

export type Repair = "retry" | "revive";

/**
 * What every screen of the profile offers in place of a new sign-in. A cooldown is worth a try after one refused look, or
 * if OpenAI has just said that there is room. A failed renewal is worth one if the old sign-in is remembered.
 */
export function repairOf(profile: ListedProfile, nowMs: number): Repair | undefined {
  if (profile.canRevive === true) return "revive";
  if (!isHeld(profile)) return undefined;
  return profile.reason === "refused" || hasRoom(profile.usage, nowMs) ? "retry" : undefined;
}

/** The host does not use the record, so only a question may lead to its replacement. */
export function isUnreadable({ health }: Condition): boolean {
  return health === "unreadable";
}

/** Leaves out a cooldown, because it ends by itself. */
export function isFailing({ health }: Condition): boolean {
  return health === "needs-sign-in" || health === "disabled" || health === "unreadable";
}
