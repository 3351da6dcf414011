/** From what the token endpoint gave to what the host stores. */
import type { Secret } from "../secret.ts";

/** The three things a usable answer of the token endpoint must hold (RFC 6749 section 5.1). */
export interface TokenSet {
  readonly accessToken: Secret;
  readonly refreshToken: Secret;
  /** `expires_in`: lifetime of the access token in seconds, greater than 0. */
  readonly expiresInSeconds: number;
}

/** Who signed in, from the claims of the access token. Untrusted text, cut to length: escape before showing. */
export interface Identity {
  /** The workspace, not the person: two people of one team share it. */
  readonly chatgptAccountId: string;
  /** The person, in that workspace where the token says so. */
  readonly personId?: string;
  readonly email?: string;
  readonly plan?: string;
}

/** The host's OAuth credential with its own field names; `access` and `refresh` stay sealed until the write. */
export interface CredentialDraft {
  readonly type: "oauth";
  readonly provider: string;
  readonly access: Secret;
  readonly refresh: Secret;
  /** Unix time in milliseconds at which the access token expires. */
  readonly expires: number;
  readonly email?: string;
  readonly accountId: string;
  readonly chatgptPlanType?: string;
}

export function buildCredential(
  tokens: TokenSet,
  identity: Identity,
  provider: string,
  nowMs: number,
): CredentialDraft {
  return {
    type: "oauth",
    provider,
    access: tokens.accessToken,
    refresh: tokens.refreshToken,
    expires: nowMs + Math.floor(tokens.expiresInSeconds) * 1000,
    ...(identity.email === undefined ? {} : { email: identity.email }),
    accountId: identity.chatgptAccountId,
    ...(identity.plan === undefined ? {} : { chatgptPlanType: identity.plan }),
  };
}
