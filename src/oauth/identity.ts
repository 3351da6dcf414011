/**
 * Reads the account in an access token. The signature is not checked: the token came over TLS from the token
 * endpoint, and the claims only name the account and grant nothing.
 */
import type { Identity } from "../rules/account.ts";
import { parseJson } from "../rules/parse.ts";
import * as z from "zod/mini";

const MAX_TOKEN_LENGTH = 64 * 1024;

/** The account holder chooses this text, so it is one line of bounded length or left out. */
const claimText = z.catch(
  z.optional(z.string().check(z.maxLength(320), z.regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+$/u))),
  undefined,
);

const accessTokenClaims = z.object({
  iss: claimText,
  sub: claimText,
  email: claimText,
  "https://api.openai.com/auth": z.catch(
    z.optional(
      z.object({
        chatgpt_account_id: z.catch(z.optional(z.string().check(z.regex(/^[A-Za-z0-9._:-]{1,128}$/))), undefined),
        chatgpt_account_user_id: claimText,
        chatgpt_user_id: claimText,
        user_id: claimText,
        chatgpt_plan_type: claimText,
      }),
    ),
    undefined,
  ),
  "https://api.openai.com/profile": z.catch(z.optional(z.object({ email: claimText })), undefined),
});

type Claims = z.infer<typeof accessTokenClaims>;

function decodePayload(token: string): unknown {
  const parts = token.split(".");
  if (parts.length !== 3 || token.length > MAX_TOKEN_LENGTH) return undefined;
  return parseJson(Buffer.from(parts[1] ?? "", "base64url").toString("utf8"));
}

function claimsOf(token: string): Claims | undefined {
  const claims = accessTokenClaims.safeParse(decodePayload(token));
  return claims.success ? claims.data : undefined;
}

/** Prefers the claims in the host's order, so that two tokens of one user give the same text. */
function personOf({ iss, sub, ...claims }: Claims): string | undefined {
  const auth = claims["https://api.openai.com/auth"];
  const named = auth?.chatgpt_account_user_id ?? auth?.chatgpt_user_id ?? auth?.user_id;
  // A subject never equals one of these ids. In a token with few claims it would make two records of one user differ.
  const hasSubject = auth?.chatgpt_account_id !== undefined && iss !== undefined && sub !== undefined;
  return named ?? (hasSubject ? `${iss}|${sub}` : undefined);
}

/** Returns the user, whichever workspace the token is for. */
export function readUserId(accessToken: string): string | undefined {
  const auth = claimsOf(accessToken)?.["https://api.openai.com/auth"];
  return auth?.chatgpt_user_id ?? auth?.user_id;
}

/** Returns the claims that the token has, and nothing if it is not a JWT. */
export function readAccount(accessToken: string): Partial<Identity> {
  const claims = claimsOf(accessToken);
  if (claims === undefined) return {};
  const auth = claims["https://api.openai.com/auth"];
  const email = claims["https://api.openai.com/profile"]?.email ?? claims.email;
  const [chatgptAccountId, plan] = [auth?.chatgpt_account_id, auth?.chatgpt_plan_type];
  const personId = personOf(claims);
  return {
    ...(chatgptAccountId === undefined ? {} : { chatgptAccountId }),
    ...(personId === undefined ? {} : { personId }),
    ...(email === undefined ? {} : { email }),
    ...(plan === undefined ? {} : { plan }),
  };
}

/** Returns undefined if the token is not a JWT or names no account. */
export function readIdentity(accessToken: string): Identity | undefined {
  const { chatgptAccountId, ...others } = readAccount(accessToken);
  return chatgptAccountId === undefined ? undefined : { chatgptAccountId, ...others };
}
