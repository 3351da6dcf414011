/** What the login shell needs of the outside world, one interface per thing. */
import type { AccountConflict, ProfileAccount, CredentialDraft, Identity, TokenSet } from "../rules/account.ts";
import type { Binding } from "../rules/binding.ts";
import type { Edit, PendingDocument, PendingSignIn } from "../rules/pending-sign-ins.ts";
import type { ProfileId } from "../rules/profile-id.ts";
import type { Activation, ListedProfile, AuditEntry } from "../rules/results.ts";
import type { Secret } from "../secret.ts";

export interface Clock {
  /** Unix time in milliseconds. */
  nowMs(): number;
}

export interface RandomBytes {
  toBase64Url(): string;
  toHex(): string;
}

export interface Entropy {
  /** Bytes of a cryptographic random source. */
  bytes(length: number): RandomBytes;
  /** SHA-256 of a text, base64url without padding. */
  digest(text: string): string;
}

/** Lines for the gateway's log. Codes and names of profiles only: no text that a person or a server sent. */
export interface Log {
  info(event: string): void;
  warn(event: string): void;
}

export interface AuthorizationRequest {
  /** Shown once, to the person who asked: it holds state and challenge. */
  readonly authorizationUrl: Secret;
  readonly state: Secret;
  readonly codeVerifier: Secret;
  readonly redirectUri: string;
}

export interface AuthorizationGrant {
  readonly code: Secret;
  readonly state: Secret;
  readonly codeVerifier: Secret;
  readonly redirectUri: string;
}

export type ExchangeRefusal =
  | "token-rejected"
  | "client-rejected"
  | "region-unsupported"
  | "provider-blocked"
  | "provider-rate-limited"
  | "provider-failed"
  | "provider-timeout"
  | "provider-unreachable"
  | "provider-certificate"
  | "token-response-invalid"
  | "identity-missing";

export type ExchangeResult =
  | { readonly kind: "exchanged"; readonly tokens: TokenSet; readonly identity: Identity }
  | { readonly kind: "refused"; readonly code: ExchangeRefusal; readonly retryAfterSeconds?: number };

/** The sign-in server. Neither call throws for anything the network or the server does. */
export interface OAuthClient {
  buildAuthorizationRequest(): Promise<AuthorizationRequest>;
  /** One token request for one claimed code; never repeated, whatever happens. */
  exchange(grant: AuthorizationGrant): Promise<ExchangeResult>;
}

/** The file of pending logins. Both calls throw `CodexAuthError` (`pending-*`) when it cannot be trusted or locked. */
export interface PendingStore {
  read(): Promise<PendingDocument>;
  /** Locks, reads, applies the pure edit, writes what it returned, unlocks. */
  update<Result>(edit: (document: PendingDocument) => Edit<Result>): Promise<Result>;
}

/** Whose profile is to change, for whom. */
export interface ProfileTarget {
  readonly profileId: ProfileId;
  readonly agentId: string;
  /** Asked before anything is done and again right before the write. Never throws: a question that cannot be answered is answered with false. */
  readonly isAllowed: () => boolean;
}

export interface ObstacleRequest extends Pick<ProfileTarget, "agentId" | "profileId"> {
  /** The store's lock is tried too, which may take as long as others hold it. */
  readonly isAboutToSave: boolean;
}

export interface SaveRequest extends ProfileTarget {
  readonly credential: CredentialDraft;
}

export type SaveRefusal =
  | "not-allowed"
  | "store-locked"
  | "store-unreadable"
  | "store-migration-required"
  | "store-write-failed"
  | "profile-not-codex"
  | "undo-unwritable";

export interface Saved {
  readonly kind: "saved";
  /** The host's own resolver now finds the profile for new turns of this agent. */
  readonly isSelectable: boolean;
  /** What it held before is kept for a day. */
  readonly isUndoable: boolean;
  readonly activation: Activation;
}

export type SaveResult = Saved | { readonly kind: "refused"; readonly code: SaveRefusal };

/** What came of taking a profile out, or of putting back what it held. */
export type ChangeResult =
  | Saved
  | {
      readonly kind: "refused";
      readonly code: SaveRefusal | "profile-unknown" | "undo-missing" | "undo-changed";
    };

export type PreferResult =
  | {
      readonly kind: "preferred";
      /** False where the config's own order, or a failure of the profile, puts another one first all the same. */
      readonly isFirst: boolean;
      readonly activation: Activation;
    }
  | { readonly kind: "refused"; readonly code: SaveRefusal | "profile-unknown" };

export interface ProfileChoice {
  readonly storedOrder: readonly string[];
  readonly configOrder: readonly string[];
  readonly allowList: readonly string[];
  /** What the host itself would try, in its order. */
  readonly tried: readonly string[];
  /** Whether the first of those lies in the agent's own store where another is shared. */
  readonly isOwnCopy: boolean;
}

export interface ProfileStore {
  /** The provider id of Codex profiles on this host, such as `openai`. */
  readonly provider: string;
  /** Which store this is, where a machine has several: a sign-in is finished in the one it was started for. */
  readonly storeId: string;
  /** Why a sign-in to that profile could not be saved, as far as it can be told before its code is spent. */
  obstacle(request: ObstacleRequest): Promise<SaveRefusal | undefined>;
  /** All Codex OAuth profiles the agent can use, in the store's order. Throws `CodexAuthError` (`store-*`). */
  list(agentId: string): Promise<readonly ListedProfile[]>;
  /** As `list`, but up to ten seconds old where it is long; a change made through this port is in it at once. */
  recentList(agentId: string): Promise<readonly ListedProfile[]>;
  /** What the store, the config and the host say about which one is used. Throws `CodexAuthError` (`store-*`). */
  choice(agentId: string): Promise<ProfileChoice>;
  /** Whose each of those profiles is, as far as it tells. Throws `CodexAuthError` (`store-*`). */
  accounts(agentId: string): Promise<readonly ProfileAccount[]>;
  save(request: SaveRequest): Promise<SaveResult>;
  /** Takes one profile out, with its place in the order; what it held can be put back for a day. */
  remove(target: ProfileTarget): Promise<ChangeResult>;
  /** Puts one profile first in the stored order; all others stay in it. */
  prefer(target: ProfileTarget): Promise<PreferResult>;
  /** Puts back what the profile held before the last `save`, if nothing else has changed it since. */
  undo(target: ProfileTarget): Promise<ChangeResult>;
}

/** The last changes made here. Both calls may reject. */
export interface AuditLog {
  note(entry: AuditEntry): Promise<void>;
  /** The newest last. */
  last(count: number): Promise<readonly AuditEntry[]>;
}

/** What a chat asks its turns to use, in the host's own session store. */
export interface ChatPin {
  readonly profileId: string;
  /** The host pins by itself too, to stay with what worked; a person's word goes before that. */
  readonly by: "person" | "host";
}

export interface ChatPins {
  /** Undefined where the chat asks for nothing, or has no session. */
  read(chat: Binding): Promise<ChatPin | undefined>;
  /** `other-model`: the chat's model is of a provider that no Codex profile serves, and the host would drop the pin. */
  pin(chat: Binding, profileId: ProfileId): Promise<"done" | "failed" | "other-model">;
  unpin(chat: Binding): Promise<"done" | "failed">;
  /** Lets every chat go that asks for the profile. Never throws. */
  release(profileId: ProfileId): Promise<void>;
}

/** What can be seen of the gateway's surroundings. Neither call throws. */
export interface Surroundings {
  /** Folders in which an older skill of the same name lies. */
  oldSkills(): Promise<readonly string[]>;
  /** Whether the config names an owner; undefined where that cannot be told from here. */
  hasOwner(): Promise<boolean | undefined>;
}

/** A sign-in that waits for the person's word, because another account came back than was there. */
export interface ParkedSignIn {
  /** Ties a button to the question it was shown under. */
  readonly questionId: string;
  /** The claimed login; its state and verifier are spent. */
  readonly login: PendingSignIn;
  readonly exchanged: Extract<ExchangeResult, { kind: "exchanged" }>;
  readonly conflict: AccountConflict;
  /** Unix time in milliseconds. */
  readonly expiresAtMs: number;
}

/** In memory alone: it holds tokens. One for each profile of a person in a chat. */
export interface ParkedSignIns {
  /** Takes the place of what that person had waiting here for the same profile. */
  park(binding: Binding, parked: ParkedSignIn, nowMs: number): void;
  /** What waits, the oldest first. */
  list(binding: Binding, nowMs: number): readonly ParkedSignIn[];
  /** Gives one out, once: that of the question, or the newest; undefined where there is none. */
  take(binding: Binding, nowMs: number, questionId?: string): ParkedSignIn | undefined;
}

/** Which profiles their owners have been told about. */
export interface Notices {
  /** Those of which nobody was told for a day; they count as told from now on. */
  claim(profileIds: readonly string[], nowMs: number): Promise<readonly string[]>;
}

export interface Ports {
  readonly notices: Notices;
  readonly surroundings: Surroundings;
  readonly audit: AuditLog;
  readonly parked: ParkedSignIns;
  readonly pins: ChatPins;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
  readonly oauth: OAuthClient;
  readonly pending: PendingStore;
  readonly profiles: ProfileStore;
}
