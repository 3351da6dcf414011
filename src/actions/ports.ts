/**
 * The ports of the actions: one interface for each part of the outside world. Adapters are in `store`, `oauth` and
 * `host`, fakes in the tests.
 */
import type { AccountConflict, ProfileAccount, CredentialDraft, Identity, TokenSet } from "../rules/account.ts";
import type { Binding } from "../rules/binding.ts";
import type { Decided, Nudged } from "../rules/nudge.ts";
import type { HttpAnswer } from "../rules/parse.ts";
import type { Edit, PendingDocument, PendingSignIn } from "../rules/pending-sign-ins.ts";
import type { ProfileId } from "../rules/profile-id.ts";
import type { ProxyFacts, ProxyVariable } from "../rules/proxy.ts";
import type { AccountQuestion, Activation, ListedProfile, AuditEntry, SignInMethod } from "../rules/results.ts";
import type { ProfileUsage, UsageNumbers } from "../rules/usage.ts";
import type { Secret } from "../secret.ts";

export interface Clock {
  /** Unix time in milliseconds. */
  nowMs(): number;
}

export interface Timers {
  /** Resolves after that time, or as soon as the signal aborts. It keeps the process alive until then. */
  wait(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface RandomBytes {
  toBase64Url(): string;
  toHex(): string;
}

export interface Entropy {
  bytes(length: number): RandomBytes;
  /** SHA-256 of a text, base64url without padding. */
  digest(text: string): string;
}

/** The gateway's log. Pass codes and profile names only, never text that a user or a server sent. */
export interface Log {
  info(event: string): void;
  warn(event: string): void;
}

/** A server, and the only URLs of it that a request may have. */
export interface Destination {
  readonly hostname: string;
  /** True for the sandbox on a loopback address. Every screen says so. */
  readonly isSandbox: boolean;
  readonly urls: readonly string[];
}

export interface OutgoingRequest {
  readonly url: string;
  readonly method: "GET" | "POST";
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  /** Ends the request early. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Sends one request to the one server it was made for, and returns the whole answer, bounded in size. Follows no
 * redirect. Throws only `CodexAuthError` (`provider-*`, `token-response-invalid`).
 */
export type GuardedFetch = (request: OutgoingRequest) => Promise<HttpAnswer>;

export interface AuthorizationRequest {
  /** Contains the state and the challenge, so it is shown once and only to the user who asked. */
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

/** What redeems a code: the code, and what it was issued for. */
export type ClaimedGrant = Omit<AuthorizationGrant, "state">;

/** What any request to the sign-in server can end with. */
type ServerRefusal =
  | "region-unsupported"
  | "provider-blocked"
  | "provider-rate-limited"
  | "provider-failed"
  | "provider-timeout"
  | "provider-unreachable"
  | "provider-certificate"
  | "token-response-invalid";

export type ExchangeRefusal =
  | ServerRefusal
  | "token-rejected"
  | "account-refused"
  | "client-rejected"
  | "identity-missing";

export type ExchangeResult =
  | { readonly kind: "exchanged"; readonly tokens: TokenSet; readonly identity: Identity }
  | ({
      readonly kind: "refused";
      readonly code: ExchangeRefusal;
      readonly retryAfterSeconds?: number;
      /** The name and the code of the error behind it, for the log. */
      readonly because?: string;
    } & ProxyFacts);

export type DeviceCodeRefusal = ServerRefusal | "device-code-refused";

export type DeviceCodeResult =
  | {
      readonly kind: "issued";
      /** Where the user types the code. It contains no secret. */
      readonly verificationUri: string;
      readonly deviceAuthId: Secret;
      readonly userCode: Secret;
      /** The shortest time between two polls. */
      readonly intervalMs: number;
      /** Unix time in milliseconds, if the server names one that can be read. */
      readonly expiresAtMs?: number | undefined;
    }
  | ({
      readonly kind: "refused";
      readonly code: DeviceCodeRefusal;
      readonly retryAfterSeconds?: number | undefined;
      readonly because?: string | undefined;
    } & ProxyFacts);

/** What a poller remembers of earlier answers: how long it waits, and how many answers in a row were useless. */
export interface PollingPace {
  readonly intervalMs: number;
  readonly blocked?: number;
  readonly rejected?: number;
  readonly unanswered?: number;
}

export type DevicePoll =
  /** The server hands this out once, with a verifier of its own. */
  | { readonly kind: "approved"; readonly grant: ClaimedGrant }
  | { readonly kind: "waiting"; readonly waitMs: number; readonly pace: PollingPace }
  | {
      readonly kind: "ended";
      readonly code:
        | "authorization-denied"
        | "device-code-off"
        | "device-code-expired"
        | "region-unsupported"
        | "provider-blocked"
        | "account-refused"
        | "client-rejected"
        | "token-response-invalid";
    };

export interface NetworkObstacle {
  readonly code: "config-invalid" | "proxy-malformed" | "proxy-socks" | "proxy-needs-other-node";
  readonly variable?: ProxyVariable;
}

/** No call throws for a failure of the network or the server. */
export interface OAuthClient {
  /** Returns why no token request can be sent, as far as the environment shows it before a code is spent. */
  obstacle(): NetworkObstacle | undefined;
  buildAuthorizationRequest(): Promise<AuthorizationRequest>;
  /** Builds the sign-in link of a pending sign-in again. */
  authorizationUrlOf(request: Pick<AuthorizationRequest, "codeVerifier" | "state">): Promise<Secret>;
  /** Asks for one device code, once. */
  requestDeviceCode(): Promise<DeviceCodeResult>;
  /** Asks once whether the code was approved. */
  pollDevice(
    device: { readonly deviceAuthId: Secret; readonly userCode: Secret },
    pace: PollingPace,
  ): Promise<DevicePoll>;
  /** Looks whether the sign-in server answers, within five seconds. Sends it nothing. */
  isReachable(): Promise<boolean>;
  /** Sends one token request for one claimed code, and never repeats it. */
  exchange(grant: AuthorizationGrant): Promise<ExchangeResult>;
}

/** Both calls throw `CodexAuthError` (`pending-*`) if the file cannot be trusted or locked. */
export interface PendingStore {
  read(): Promise<PendingDocument>;
  update<Result>(edit: (document: PendingDocument) => Edit<Result>): Promise<Result>;
}

export interface ProfileTarget {
  readonly profileId: ProfileId;
  readonly agentId: string;
  /**
   * Asked before the change and again right before the write. Never throws: it returns false if the host cannot say.
   */
  readonly isAllowed: () => boolean;
}

export interface ObstacleRequest extends Pick<ProfileTarget, "agentId" | "profileId"> {
  /** Also takes and releases the store's lock, and so waits for other holders. */
  readonly isAboutToSave: boolean;
}

export interface SaveRequest extends ProfileTarget {
  readonly credential: CredentialDraft;
  /** Digest of the unreadable record that the user agreed to replace. No other one is replaced. */
  readonly mayReplace?: string | undefined;
}

export type SaveRefusal =
  | "not-allowed"
  | "store-locked"
  | "store-unreadable"
  | "store-migration-required"
  | "store-import-required"
  | "store-write-failed"
  | "store-read-only"
  | "store-of-other-user"
  | "state-of-other-user"
  | "profile-not-codex"
  | "profile-unreadable"
  | "undo-unwritable";

export interface Saved {
  readonly kind: "saved";
  /** The host's own resolver finds the profile for new turns of this agent. */
  readonly isSelectable: boolean;
  readonly isUndoable: boolean;
  /** After an undo: the host does not use the record that was put back. */
  readonly isUnreadable?: true;
  readonly activation: Activation;
}

export type SaveResult = Saved | { readonly kind: "refused"; readonly code: SaveRefusal };

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
  readonly tried: readonly string[];
  /** True if the first of them is in the agent's own store and not in the shared one. */
  readonly isOwnCopy: boolean;
}

export type CooldownResult =
  | { readonly kind: "ended"; readonly activation: Activation }
  | { readonly kind: "refused"; readonly code: SaveRefusal | "profile-unknown" | "retry-not-held" };

export type ReviveRefusal =
  | "revive-not-failed"
  | "revive-forgotten"
  | "revive-changed"
  | "revive-rejected"
  | "revive-failed";

export type ReviveResult =
  | { readonly kind: "revived" }
  | { readonly kind: "refused"; readonly code: SaveRefusal | ReviveRefusal | "profile-unknown" };

/** A stored access token, which may have expired. */
export interface StoredToken {
  readonly profileId: ProfileId;
  readonly access: Secret;
  readonly chatgptAccountId?: string | undefined;
  /** As in the profile's `ListedProfile`. */
  readonly expiresAtMs?: number | undefined;
}

export interface ListWithTokens {
  readonly profiles: readonly ListedProfile[];
  /** Leaves out profiles whose token is being renewed, is missing or is stored elsewhere. */
  readonly tokens: readonly StoredToken[];
}

export interface ProfileStore {
  readonly provider: string;
  /** Identifies the store. A sign-in is finished only in the store that it was started for. */
  readonly storeId: string;
  /** Returns true also for another spelling of the store's path. */
  isStore(storeId: string): boolean;
  /**
   * Returns why a sign-in to that profile could not be saved, as far as that is known before its code is spent. Returns
   * `profile-unreadable` last: the sign-in can be saved if the user agrees.
   */
  obstacle(request: ObstacleRequest): Promise<SaveRefusal | undefined>;
  /**
   * All Codex OAuth profiles of the agent in the store's order, then the unreadable records that may be one. Throws
   * `CodexAuthError` (`store-*`).
   */
  list(agentId: string): Promise<readonly ListedProfile[]>;
  /** As `list`, but a long list may be ten seconds old. It always has the changes that were made through this port. */
  recentList(agentId: string): Promise<readonly ListedProfile[]>;
  /** Throws `CodexAuthError` (`store-*`). */
  choice(agentId: string): Promise<ProfileChoice>;
  /** Throws `CodexAuthError` (`store-*`). */
  accounts(agentId: string): Promise<readonly ProfileAccount[]>;
  /** As `list`, with the tokens of the same moment. */
  listWithTokens(agentId: string): Promise<ListWithTokens>;
  save(request: SaveRequest): Promise<SaveResult>;
  /** Removes one profile and its place in the order. Its record can be put back for a day. */
  remove(target: ProfileTarget): Promise<ChangeResult>;
  /** Puts one profile first in the stored order; all others stay in it. */
  prefer(target: ProfileTarget): Promise<PreferResult>;
  /** Removes the cooldown and the block of one profile, and nothing else. */
  endCooldown(target: ProfileTarget): Promise<CooldownResult>;
  /**
   * Puts back the sign-in that the host could not renew, if the host's placeholder for its tokens is still stored, and
   * lets the host renew it once. Two calls at the same time share one renewal.
   */
  revive(target: ProfileTarget): Promise<ReviveResult>;
  /** Puts back the record before the last `save` or `remove`, if nothing else has changed the profile since. */
  undo(target: ProfileTarget): Promise<ChangeResult>;
  /**
   * Returns false if `undo` has nothing to put back. It looks at one small file only, so `undo` can still refuse. Throws
   * `CodexAuthError` (`undo-unwritable`).
   */
  hasUndo(profileId: string): Promise<boolean>;
}

/** Both calls may reject. */
export interface AuditLog {
  note(entry: AuditEntry): Promise<void>;
  /** The newest last. */
  last(count: number): Promise<readonly AuditEntry[]>;
}

export interface ChatPin {
  readonly profileId: string;
  /** The host itself pins a profile that worked. A user's pin has precedence. */
  readonly by: "person" | "host";
}

export interface ChatPins {
  /** Returns undefined if the chat has no pin, or no session. */
  read(chat: Binding): Promise<ChatPin | undefined>;
  /** Returns false if the chat's model is of a provider that no Codex profile serves. */
  hasCodexModel(chat: Binding): Promise<boolean>;
  /** `other-model`: `hasCodexModel` is false, and the host would drop the pin. */
  pin(chat: Binding, profileId: ProfileId): Promise<"done" | "failed" | "other-model">;
  unpin(chat: Binding): Promise<"done" | "failed">;
  release(profileId: ProfileId): Promise<void>;
}

export interface InstallationCheck {
  /** Returns the folders of the skills that take a command of this plugin, or do the same with scripts. Never throws. */
  oldSkills(): Promise<readonly string[]>;
  /** Returns undefined if the config cannot be read. Never throws. */
  hasOwner(): Promise<boolean | undefined>;
  /** Returns true if a folder of the plugin's files is on a disk that keeps no modes. Never throws. */
  isOnOpenDisk(): Promise<boolean>;
}

/** A sign-in that was approved with another account than the profile has, and waits for the user's decision. */
export interface ParkedSignIn {
  readonly questionId: string;
  /** Already claimed: its state and its verifier are spent. */
  readonly login: PendingSignIn;
  readonly exchanged: Extract<ExchangeResult, { kind: "exchanged" }>;
  readonly method: SignInMethod;
  readonly conflict: AccountConflict;
  /** As it was asked. */
  readonly question: AccountQuestion;
  /** Unix time in milliseconds. */
  readonly expiresAtMs: number;
}

/** An implementation must not write them to disk, because they contain tokens. */
export interface ParkedSignIns {
  /** Replaces the one of that user in this chat for the same profile. */
  park(binding: Binding, parked: ParkedSignIn, nowMs: number): void;
  /** The oldest first. */
  list(binding: Binding, nowMs: number): readonly ParkedSignIn[];
  /** Removes and returns the one of the question, or the newest. */
  take(binding: Binding, nowMs: number, questionId?: string): ParkedSignIn | undefined;
}

/** Remembers how a user last signed in to a profile. No call throws. */
export interface UsedMethods {
  last(binding: Binding, profileId: string): Promise<SignInMethod | undefined>;
  note(binding: Binding, profileId: string, method: SignInMethod): Promise<void>;
}

export interface UsageInquiry {
  /** The state now. Every profile that was asked about has an entry. */
  usageOf(profileId: ProfileId): ProfileUsage;
  /** Resolves when nothing is awaited any more, after 12 seconds at most. Never rejects. */
  readonly settled: Promise<void>;
}

/** Never renews a token and never changes the store, whatever OpenAI answers. */
export interface Usage {
  /**
   * Returns the numbers in memory that OpenAI reported for the profile's present token, however old. Sends no request.
   */
  remembered(profile: Pick<ListedProfile, "expiresAtMs" | "profileId">): UsageNumbers | undefined;
  /** Returns nothing before the first request. Never throws. */
  proxyFacts(): ProxyFacts;
  /** Asks OpenAI, once a minute at most for each token. */
  ask(tokens: readonly StoredToken[]): UsageInquiry;
}

export interface Notices {
  /** Returns the profiles that were not reported in the last day, and records them as reported. */
  claim(profileIds: readonly string[], nowMs: number): Promise<readonly string[]>;
  /** Passes the messages about the usage that were sent before to the rule, and stores those that it returns. */
  nudged(decide: (said: readonly Nudged[]) => Decided, nowMs: number): Promise<Decided["due"]>;
}

/** Receives callback URLs from browsers on this machine (`loopback/`). */
export interface CallbackListener {
  /** Call it once a sign-in with a link is pending. Returns whether it listens. Never rejects. */
  open(): Promise<boolean>;
}

export interface Ports {
  readonly listener: CallbackListener;
  readonly notices: Notices;
  readonly methods: UsedMethods;
  /** Wakes the poller of device codes. Does nothing in a terminal. */
  readonly wakePoller: () => void;
  /** Whether the setting `nudge` is on. Returns false in a terminal. */
  readonly isNudgeOn: () => boolean;
  readonly installation: InstallationCheck;
  readonly audit: AuditLog;
  readonly parked: ParkedSignIns;
  readonly pins: ChatPins;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly entropy: Entropy;
  readonly log: Log;
  readonly oauth: OAuthClient;
  readonly pending: PendingStore;
  readonly profiles: ProfileStore;
  readonly usage: Usage;
}

export type PendingPorts = Pick<Ports, "clock" | "log" | "parked" | "pending">;
