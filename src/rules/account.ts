/** An account is a user in a ChatGPT workspace. A user may have several workspaces, and several users may share one. */
import type { ErrorCode } from "../errors.ts";
import type { Secret } from "../secret.ts";

export interface Account {
  /** `chatgpt_account_user_id`, or the user's own id if the token has no such claim. Absent for opaque tokens. */
  readonly personId?: string;
  readonly workspaceId?: string;
  readonly email?: string;
}

type Claims = { readonly [Name in "chatgptAccountId" | "email" | "personId"]?: Identity[Name] | undefined };

export function accountOf({ chatgptAccountId, personId, email }: Claims): Account {
  return {
    ...(personId === undefined ? {} : { personId }),
    ...(chatgptAccountId === undefined ? {} : { workspaceId: chatgptAccountId }),
    ...(email === undefined ? {} : { email }),
  };
}

export interface ProfileAccount {
  readonly profileId: string;
  readonly profileName: string;
  readonly account: Account;
  /** Digest of a record that the host does not use. Its account is not known. */
  readonly unreadable?: string;
}

/**
 * Returns undefined if the two have nothing to compare. Two users of a team share a workspace, and one e-mail address
 * may have two, so neither is enough by itself.
 */
export function isSameAccount(a: Account, b: Account): boolean | undefined {
  const workspace = agree(a.workspaceId, b.workspaceId);
  if (workspace === false) return false;
  const matches = new Set([agree(a.personId, b.personId), agree(a.email?.toLowerCase(), b.email?.toLowerCase())]);
  // An e-mail address may change, and a newer token may name its user in another claim, so one match is enough.
  if (matches.has(true)) return true;
  return matches.has(false) ? false : workspace;
}

function agree(one: string | undefined, other: string | undefined): boolean | undefined {
  return one === undefined || other === undefined ? undefined : one === other;
}

export interface AccountConflict {
  readonly code: Extract<ErrorCode, "account-differs" | "account-has-profile" | "profile-unreadable">;
  readonly profile: ProfileAccount;
}

/**
 * `account-differs`: the profile has another account; `profile-unreadable`: it may have one; `account-has-profile`: the
 * new account has a profile already.
 */
export function conflictOf(
  profileId: string,
  account: Account,
  profiles: readonly ProfileAccount[],
): AccountConflict | undefined {
  const current = profiles.find((profile) => profile.profileId === profileId);
  if (current?.unreadable !== undefined) return { code: "profile-unreadable", profile: current };
  if (current !== undefined) {
    return isSameAccount(current.account, account) === false
      ? { code: "account-differs", profile: current }
      : undefined;
  }
  const other = profiles.find((profile) => isSameAccount(profile.account, account) === true);
  return other === undefined ? undefined : { code: "account-has-profile", profile: other };
}

/**
 * Names the new profile of an account after its e-mail address, as the host's own sign-in does, or else as wanted,
 * with a number if that name is taken.
 */
export function nameForAccount({ email }: Account, wanted: string, isFree: (name: string) => boolean): string {
  const stems = email === undefined ? [wanted] : [email, wanted];
  const names = stems.flatMap((stem) => [stem, ...Array.from({ length: 98 }, (_, at) => `${stem}-${at + 2}`)]);
  return names.find(isFree) ?? `codex-${names.length}`;
}

/** The tokens of a usable answer of the token endpoint (RFC 6749 section 5.1). */
export interface TokenSet {
  readonly accessToken: Secret;
  readonly refreshToken: Secret;
  readonly expiresInSeconds: number;
}

/** The claims of an access token. They are untrusted text of bounded length: escape them before they are shown. */
export interface Identity {
  /** The workspace, not the user: two users of a team share it. */
  readonly chatgptAccountId: string;
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
