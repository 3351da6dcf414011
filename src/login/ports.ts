/** What the login shell needs of the outside world, one interface per thing. */
import type { ListedProfile } from "../flow/answers.ts";
import type { CredentialDraft, Identity, TokenSet } from "../flow/credential.ts";
import type { Edit, PendingDocument } from "../flow/pending-login.ts";
import type { ProfileId } from "../flow/profile-id.ts";
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
  readonly isSandbox: boolean;
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

export interface SaveRequest {
  readonly profileId: ProfileId;
  readonly agentId: string;
  readonly credential: CredentialDraft;
  /** Called last, right before the write. It throws when the person may no longer do this. */
  readonly assertAllowed: () => void;
}

export type SaveRefusal =
  | "not-allowed"
  | "store-locked"
  | "store-unreadable"
  | "store-migration-required"
  | "store-write-failed";

export type SaveResult =
  /** `isSelectable`: the host's own resolver now finds the profile for new turns of this agent. */
  { readonly kind: "saved"; readonly isSelectable: boolean } | { readonly kind: "refused"; readonly code: SaveRefusal };

export interface ProfileStore {
  /** The provider id of Codex profiles on this host, such as `openai`. */
  readonly provider: string;
  /** All Codex OAuth profiles the agent can use, in the store's order. Throws `CodexAuthError` (`store-*`). */
  list(agentId: string): Promise<readonly ListedProfile[]>;
  save(request: SaveRequest): Promise<SaveResult>;
}

export interface LoginPorts {
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly log: Log;
  readonly oauth: OAuthClient;
  readonly pending: PendingStore;
  readonly profiles: ProfileStore;
}
