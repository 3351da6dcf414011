/** The claims of an access token: an account holder chose some of them, and nobody has checked a signature. */
import { accountOf, nameForAccount } from "../../../src/rules/account.ts";
import { newIdOf, type ProfileName } from "../../../src/rules/profile-id.ts";
import { savedScreen } from "../../../src/interaction/screens.ts";
import { readIdentity } from "../../../src/oauth/identity.ts";
import { accountsInDocument } from "../../../src/store/profiles-document.ts";
import { SAVED } from "../../interaction/facts.ts";
import { toMarkdown, toPlainText } from "../../support/english.ts";
import { bytesOf, canary, must, requireSilence, variantOf, type Attack, type Surface } from "../surface.ts";

const SECRETS = ["session", "token id", "signature"].map((name) => canary(name, 40));
const [SESSION = "", TOKEN_ID = "", SIGNATURE = ""] = SECRETS;

const CLAIMS = {
  aud: ["https://api.openai.com/v1"],
  client_id: "app_EMoamEEZ73f0CkXaXp7hrann",
  exp: 1_795_864_000,
  iat: 1_795_000_000,
  iss: "https://auth.openai.com",
  jti: TOKEN_ID,
  session_id: SESSION,
  sub: "auth0|user-1",
  "https://api.openai.com/auth": {
    chatgpt_account_id: "3f0e1b5c-workspace",
    chatgpt_account_user_id: "user-1__3f0e1b5c-workspace",
    chatgpt_plan_type: "plus",
    chatgpt_user_id: "user-1",
    user_id: "user-1",
    amr: ["pwd", "otp"],
  },
  "https://api.openai.com/profile": { email: "dana@example.com", email_verified: true },
};

/** Most are claims in a good token; some are the token's own form gone wrong. */
function tokenOf(input: string): string {
  const payload = bytesOf(input).toString("base64url");
  switch (variantOf(input, 10)) {
    case 0:
      return input;
    case 1:
      return `${payload}.${payload}`;
    case 2:
      return `e30.${bytesOf(input).toString("base64")}.${SIGNATURE}`;
    default:
      return `e30.${payload}.${SIGNATURE}`;
  }
}

const ONE_LINE = /^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]{1,320}$/u;

async function feed(input: string): Promise<void> {
  const token = tokenOf(input);
  const identity = readIdentity(token);
  const record = { type: "oauth", provider: "openai", access: token };
  const [held] = accountsInDocument({ profiles: { "openai:work": record } }, "openai", readIdentity);
  must(held?.account.workspaceId === identity?.chatgptAccountId, "reads a stored token as it reads a new one");
  if (identity === undefined) return;
  const { chatgptAccountId, personId, email, plan } = identity;
  must(/^[A-Za-z0-9._:-]{1,128}$/.test(chatgptAccountId), "names an account that can be one");
  for (const text of [email, plan]) must(text === undefined || ONE_LINE.test(text), "gives lines, and short ones");
  const known = Object.values(identity).join("\n");
  requireSilence(SECRETS, identity, known);
  const screen = savedScreen({ ...SAVED, email: email ?? "", plan: plan ?? "" }, "address");
  requireSilence(SECRETS, [toMarkdown(screen), toPlainText(screen), personId], known);
  const name = nameForAccount(accountOf(identity), "work", () => true) as ProfileName;
  const made = newIdOf(name, "openai");
  must(
    made.kind === "refused" || /^openai:[A-Za-z0-9][A-Za-z0-9._@+-]{0,63}$/.test(made.profileId),
    "makes no odd name",
  );
}

const attack: Attack = { feed, close: () => undefined };

export const jwtClaims: Surface = {
  name: "jwt-claims",
  kind: "json",
  seeds: [JSON.stringify(CLAIMS), JSON.stringify({ ...CLAIMS, "https://api.openai.com/profile": {} }), "{}"],
  words: [
    "https://api.openai.com/auth",
    "https://api.openai.com/profile",
    "chatgpt_account_id",
    "email",
    "dana@example.com\u202E",
    "[x](tg://user?id=1)",
    TOKEN_ID,
  ],
  open: async () => attack,
};
