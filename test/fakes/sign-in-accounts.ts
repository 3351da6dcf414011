/** Accounts of the fake sign-in server and the tokens it makes for them at run time. */
import { createHash, randomBytes, randomUUID } from "node:crypto";

export interface FakeAccount {
  readonly email: string;
  /** The workspace (`chatgpt_account_id`); two people of one team share it. */
  readonly accountId: string;
  readonly userId: string;
  /** The person within the workspace (`chatgpt_account_user_id`). */
  readonly accountUserId: string;
  readonly plan: string;
}

export const CLIENT_ID = "app_EMoamEEZ73f0CkXaXp7hrann";
export const REDIRECT_URI = "http://localhost:1455/auth/callback";
export const SCOPE = "openid profile email offline_access";

/** Same inputs, same ids: a test may name an account twice. */
export function fakeAccount(email: string, plan = "plus", workspace = email): FakeAccount {
  const uuid = digestOf(`account:${workspace}`).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*$/u, "$1-$2-$3-$4-$5");
  const userId = `user-${digestOf(`user:${email}`).slice(0, 24)}`;
  return { email, plan, accountId: uuid, userId, accountUserId: `${userId}__${uuid}` };
}

export const DEFAULT_ACCOUNTS: readonly FakeAccount[] = [
  fakeAccount("dana@example.com", "plus"),
  fakeAccount("dana@studio.example", "team"),
];

/** A JWT in form only: three parts, RS256 in the header, a signature of noise. Nobody may trust it. */
export function jwtOf(claims: Record<string, unknown>): string {
  return `${jwtPart({ alg: "RS256", kid: "fake-key", typ: "JWT" })}.${jwtPart(claims)}.${randomBytes(256).toString("base64url")}`;
}

function jwtPart(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function digestOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

/** The claims of an access token; a negative or absurd lifetime is as good as any other here. */
export function accessTokenClaims(account: FakeAccount, issuedAtS: number, lifetimeS: number): Record<string, unknown> {
  return {
    aud: ["https://api.openai.com/v1"],
    client_id: CLIENT_ID,
    exp: issuedAtS + lifetimeS,
    "https://api.openai.com/auth": {
      amr: ["pwd", "otp"],
      chatgpt_account_id: account.accountId,
      chatgpt_account_user_id: account.accountUserId,
      chatgpt_compute_residency: "no_constraint",
      chatgpt_plan_type: account.plan,
      chatgpt_user_id: account.userId,
      localhost: true,
      poid: "org-fake",
      user_id: account.userId,
    },
    "https://api.openai.com/profile": { email: account.email, email_verified: true },
    iat: issuedAtS,
    iss: "https://auth.openai.com",
    jti: randomUUID(),
    nbf: issuedAtS,
    scp: SCOPE.split(" "),
    session_id: `authsess_${randomBytes(12).toString("base64url")}`,
    sub: `auth0|${account.userId}`,
  };
}

export function idTokenClaims(account: FakeAccount, issuedAtS: number): Record<string, unknown> {
  return {
    aud: [CLIENT_ID],
    auth_time: issuedAtS - 5,
    email: account.email,
    email_verified: true,
    exp: issuedAtS + 3600,
    "https://api.openai.com/auth": {
      chatgpt_account_id: account.accountId,
      chatgpt_plan_type: account.plan,
      chatgpt_user_id: account.userId,
      groups: [],
      organizations: [{ id: "org-fake", is_default: true, role: "owner", title: "Personal" }],
      user_id: account.userId,
    },
    iat: issuedAtS,
    iss: "https://auth.openai.com",
    jti: randomUUID(),
    sub: `auth0|${account.userId}`,
  };
}
