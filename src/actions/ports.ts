/** What the actions need of the outside world, one interface for each part of it. */
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

/** Lines for the gateway's log: codes and names of profiles, and no text that a user or a server sent. */
export interface Log {
  info(event: string): void;
  warn(event: string): void;
}

export interface AuthorizationRequest {
  /** Shown once, to the user who asked: it holds the state and the challenge. */
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

/** The file of pending sign-ins. Both calls throw `CodexAuthError` (`pending-*`) if it cannot be trusted or locked. */
export interface PendingStore {
  read(): Promise<PendingDocument>;
  update<Result>(edit: (document: PendingDocument) => Edit<Result>): Promise<Result>;
}

export interface ProfileTarget {
  readonly profileId: ProfileId;
  readonly agentId: string;
  /** Asked before anything is done and again right before the write. Never throws: a question that cannot be answered is answered with false. */
  readonly isAllowed: () => boolean;
}

export interface ObstacleRequest extends Pick<ProfileTarget, "agentId" | "profileId"> {
  /** The store's lock is taken and released too, which may take as long as others hold it. */
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
  /** The replaced record is kept for a day. */
  readonly isUndoable: boolean;
  readonly activation: Activation;
}

export type SaveResult = Saved | { readonly kind: "refused"; readonly code: SaveRefusal };

/** The result of removing a profile, or of putting its replaced record back. */
export type ChangeResult =
  | Saved
  | {
      readonly kind: "refused";
      readonly code: SaveRefusal | "profile-unknown" | "undo-missing" | "undo-changed";
    };

export type PreferResult =
  | {
      readonly kind: "preferred";
      /** False if another profile is still first, because of the config's order or a failure of this one. */
      readonly isFirst: boolean;
      readonly activation: Activation;
    }
  | { readonly kind: "refused"; readonly code: SaveRefusal | "profile-unknown" };

export interface ProfileChoice {
  readonly storedOrder: readonly string[];
  readonly configOrder: readonly string[];
  readonly allowList: readonly string[];
  /** The profiles that the host would try, in its order. */
  readonly tried: readonly string[];
  /** Whether the first of them is in the agent's own store, on a host that has a shared one. */
  readonly isOwnCopy: boolean;
}

export interface ProfileStore {
  /** The provider id of Codex profiles on this host, such as `openai`. */
  readonly provider: string;
  /** Which store this is, if a machine has several. A sign-in is finished in the store that it was started for. */
  readonly storeId: string;
  /** Why a sign-in to that profile could not be saved, as far as that is known before its code is spent. */
  obstacle(request: ObstacleRequest): Promise<SaveRefusal | undefined>;
  /** All Codex OAuth profiles the agent can use, in the store's order. Throws `CodexAuthError` (`store-*`). */
  list(agentId: string): Promise<readonly ListedProfile[]>;
  /** As `list`, but a long list may be ten seconds old. A change that was made through this port is always in it. */
  recentList(agentId: string): Promise<readonly ListedProfile[]>;
  /** What the store, the config and the host say about which profile is used. Throws `CodexAuthError` (`store-*`). */
  choice(agentId: string): Promise<ProfileChoice>;
  /** The account of each of those profiles, as far as it is known. Throws `CodexAuthError` (`store-*`). */
  accounts(agentId: string): Promise<readonly ProfileAccount[]>;
  save(request: SaveRequest): Promise<SaveResult>;
  /** Removes one profile and its place in the order. Its record can be put back for a day. */
  remove(target: ProfileTarget): Promise<ChangeResult>;
  /** Puts one profile first in the stored order; all others stay in it. */
  prefer(target: ProfileTarget): Promise<PreferResult>;
  /** Puts back the record before the last `save` or `remove`, if nothing else has changed the profile since. */
  undo(target: ProfileTarget): Promise<ChangeResult>;
}

/** The last changes made here. Both calls may reject. */
export interface AuditLog {
  note(entry: AuditEntry): Promise<void>;
  /** The newest last. */
  last(count: number): Promise<readonly AuditEntry[]>;
}

/** The profile that the turns of a chat use, in the host's own session store. */
export interface ChatPin {
  readonly profileId: string;
  /** The host pins by itself too, to stay with a profile that worked. A user's pin wins. */
  readonly by: "person" | "host";
}

export interface ChatPins {
  /** Returns undefined if the chat has no pin, or no session. */
  read(chat: Binding): Promise<ChatPin | undefined>;
  /** `other-model`: the chat's model is of a provider that no Codex profile serves, and the host would drop the pin. */
  pin(chat: Binding, profileId: ProfileId): Promise<"done" | "failed" | "other-model">;
  unpin(chat: Binding): Promise<"done" | "failed">;
  /** Removes the pin of every chat that is pinned to the profile. Never throws. */
  release(profileId: ProfileId): Promise<void>;
}

export interface Surroundings {
  /** The folders that hold an older skill of the same name. Never throws. */
  oldSkills(): Promise<readonly string[]>;
  /** Whether the config names an owner. Returns undefined if that is not known here. Never throws. */
  hasOwner(): Promise<boolean | undefined>;
}

/** A sign-in that waits for the user's decision, because another account came back than the profile holds. */
export interface ParkedSignIn {
  /** Ties a button to the question that it was shown under. */
  readonly questionId: string;
  /** The claimed sign-in. Its state and verifier are spent. */
  readonly login: PendingSignIn;
  readonly exchanged: Extract<ExchangeResult, { kind: "exchanged" }>;
  readonly conflict: AccountConflict;
  /** Unix time in milliseconds. */
  readonly expiresAtMs: number;
}

/** In memory only, because it holds tokens. One for each profile of a user in a chat. */
export interface ParkedSignIns {
  /** Replaces the one of that user in this chat for the same profile. */
  park(binding: Binding, parked: ParkedSignIn, nowMs: number): void;
  /** The oldest first. */
  list(binding: Binding, nowMs: number): readonly ParkedSignIn[];
  /** Returns one and forgets it: that of the question, or the newest. Returns undefined if there is none. */
  take(binding: Binding, nowMs: number, questionId?: string): ParkedSignIn | undefined;
}

/** The profiles about which owners were told. */
export interface Notices {
  /** Returns the profiles about which no owner was told for a day. They count as told from now on. */
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

/** What it takes to know which sign-ins are pending: no profile store, and so nothing of the host. */
export type PendingPorts = Pick<Ports, "clock" | "log" | "parked" | "pending">;
