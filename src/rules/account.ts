/**
 * Which ChatGPT account a sign-in belongs to: a user in a workspace. A user may have several workspaces, and several
 * users share one.
 */
import type { ErrorCode } from "../errors.ts";
import type { Secret } from "../secret.ts";

export interface Account {
  /** `chatgpt_account_user_id`, or the user's own id if the token has no such claim. Absent for opaque tokens. */
  readonly personId?: string;
  /** `chatgpt_account_id`. */
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
}

/**
 * Whether both are the same user in the same workspace. Returns undefined if they have nothing to compare. Two users of
 * a team share a workspace, and one e-mail may have two, so neither is enough by itself.
 */
export function isSameAccount(a: Account, b: Account): boolean | undefined {
  const workspace = agree(a.workspaceId, b.workspaceId);
  if (workspace === false) return false;
  const marks = new Set([agree(a.personId, b.personId), agree(a.email?.toLowerCase(), b.email?.toLowerCase())]);
  // An e-mail may change, and a token may name its user in another claim than before: one that agrees is enough.
  if (marks.has(true)) return true;
  return marks.has(false) ? false : workspace;
}

function agree(one: string | undefined, other: string | undefined): boolean | undefined {
  return one === undefined || other === undefined ? undefined : one === other;
}

/** Why the user is asked before a sign-in is saved, and the profile that the question is about. */
export interface AccountConflict {
  readonly code: Extract<ErrorCode, "account-differs" | "account-has-profile">;
  readonly held: ProfileAccount;
}

/** `account-differs`: the profile has another account; `account-has-profile`: the new account has a profile already. */
export function conflictOf(
  profileId: string,
  came: Account,
  held: readonly ProfileAccount[],
): AccountConflict | undefined {
  const there = held.find((other) => other.profileId === profileId);
  if (there !== undefined) {
    return isSameAccount(there.account, came) === false ? { code: "account-differs", held: there } : undefined;
  }
  const same = held.find(({ account }) => isSameAccount(account, came) === true);
  return same === undefined ? undefined : { code: "account-has-profile", held: same };
}

/** A free name for the new profile of an account: its e-mail, as the host's own sign-in names one. */
export function nameForAccount({ email }: Account, wanted: string, isFree: (name: string) => boolean): string {
  const stems = email === undefined ? [wanted] : [email, wanted];
  const names = stems.flatMap((stem) => [stem, ...Array.from({ length: 98 }, (_, at) => `${stem}-${at + 2}`)]);
  return names.find(isFree) ?? `codex-${names.length}`;
}

/** The three things a usable answer of the token endpoint must hold (RFC 6749 section 5.1). */
export interface TokenSet {
  readonly accessToken: Secret;
  readonly refreshToken: Secret;
  /** `expires_in`: lifetime of the access token in seconds, greater than 0. */
  readonly expiresInSeconds: number;
}

/**
 * Who signed in, from the claims of the access token. Untrusted text, bounded in length: escape it before showing it.
 */
export interface Identity {
  /** The workspace, not the user: two users of a team share it. */
  readonly chatgptAccountId: string;
  /** The user, in that workspace if the token says so. */
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
