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
  "https://api.openai.com/auth": z.object({
    chatgpt_account_id: z.string().check(z.regex(/^[A-Za-z0-9._:-]{1,128}$/)),
    chatgpt_account_user_id: claimText,
    chatgpt_user_id: claimText,
    user_id: claimText,
    chatgpt_plan_type: claimText,
  }),
  "https://api.openai.com/profile": z.catch(z.optional(z.object({ email: claimText })), undefined),
});

function decodePayload(token: string): unknown {
  const parts = token.split(".");
  if (parts.length !== 3 || token.length > MAX_TOKEN_LENGTH) return undefined;
  return parseJson(Buffer.from(parts[1] ?? "", "base64url").toString("utf8"));
}

/** Prefers the claims in the host's order, so that two tokens of one user give the same text. */
function personOf({ iss, sub, ...claims }: z.infer<typeof accessTokenClaims>): string | undefined {
  const auth = claims["https://api.openai.com/auth"];
  const named = auth.chatgpt_account_user_id ?? auth.chatgpt_user_id ?? auth.user_id;
  return named ?? (iss === undefined || sub === undefined ? undefined : `${iss}|${sub}`);
}

/** Returns the user, whichever workspace the token is for. */
export function readUserId(accessToken: string): string | undefined {
  const claims = accessTokenClaims.safeParse(decodePayload(accessToken));
  const auth = claims.success ? claims.data["https://api.openai.com/auth"] : undefined;
  return auth?.chatgpt_user_id ?? auth?.user_id;
}

/** Returns undefined if the token is not a JWT or names no account. */
export function readIdentity(accessToken: string): Identity | undefined {
  const claims = accessTokenClaims.safeParse(decodePayload(accessToken));
  if (!claims.success) return undefined;
  const auth = claims.data["https://api.openai.com/auth"];
  const email = claims.data["https://api.openai.com/profile"]?.email;
  const plan = auth.chatgpt_plan_type;
  const personId = personOf(claims.data);
  return {
    chatgptAccountId: auth.chatgpt_account_id,
    ...(personId === undefined ? {} : { personId }),
    ...(email === undefined ? {} : { email }),
    ...(plan === undefined ? {} : { plan }),
  };
}
