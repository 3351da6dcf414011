/** Which ChatGPT account a sign-in is: a person in a workspace. One person may have several workspaces, and they share. */
import type { ErrorCode } from "../errors.ts";
import type { Secret } from "../secret.ts";

export interface Account {
  /** `chatgpt_account_user_id`, or the person's own id where the token has no such claim. Absent for opaque tokens. */
  readonly personId?: string;
  /** `chatgpt_account_id`. */
  readonly workspaceId?: string;
  readonly email?: string;
}

/** As much of an identity as a token, or a record beside it, tells. */
type Claims = { readonly [Name in "chatgptAccountId" | "email" | "personId"]?: Identity[Name] | undefined };

export function accountOf({ chatgptAccountId, personId, email }: Claims): Account {
  return {
    ...(personId === undefined ? {} : { personId }),
    ...(chatgptAccountId === undefined ? {} : { workspaceId: chatgptAccountId }),
    ...(email === undefined ? {} : { email }),
  };
}

/** A profile, and whose it is as far as its record tells. */
export interface ProfileAccount {
  readonly profileId: string;
  readonly profileName: string;
  readonly account: Account;
}

/**
 * Whether two are the same person in the same workspace; undefined where they tell nothing that could be compared. Two
 * people of one team share a workspace, and one e-mail may have two, so neither alone makes them the same.
 */
export function isSameAccount(a: Account, b: Account): boolean | undefined {
  const workspace = agree(a.workspaceId, b.workspaceId);
  if (workspace === false) return false;
  const marks = new Set([agree(a.personId, b.personId), agree(a.email?.toLowerCase(), b.email?.toLowerCase())]);
  // An address may change, and a token may name its person in another claim than it used to: one that agrees is enough.
  if (marks.has(true)) return true;
  return marks.has(false) ? false : workspace;
}

function agree(one: string | undefined, other: string | undefined): boolean | undefined {
  return one === undefined || other === undefined ? undefined : one === other;
}

/** Why a sign-in asks before it is saved, and the profile that it is about. */
export interface AccountConflict {
  readonly code: Extract<ErrorCode, "account-differs" | "account-has-profile">;
  readonly held: ProfileAccount;
}

/** `account-differs`: the profile is somebody else's; `account-has-profile`: the new one's account has a profile already. */
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

/** A free name for an account that gets a profile of its own: its e-mail, as the host's own sign-in names one. */
export function nameForAccount({ email }: Account, wanted: string, isFree: (name: string) => boolean): string {
  const stems = email === undefined ? [wanted] : [email, wanted];
  const names = stems.flatMap((stem) => [stem, ...Array.from({ length: 98 }, (_, at) => `${stem}-${at + 2}`)]);
  return names.find(isFree) ?? `codex-${names.length}`;
}

/** From what the token endpoint gave to what the host stores. */

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
