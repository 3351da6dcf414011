import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Identity } from "../../src/rules/account.ts";
import { readIdentity } from "../../src/oauth/identity.ts";
import { accessTokenClaims, fakeAccount, jwtOf } from "../fakes/sign-in-accounts.ts";

const AUTH = "https://api.openai.com/auth";
const PROFILE = "https://api.openai.com/profile";
const ACCOUNT = "3f0e1b5c-workspace";

/** A token with these claims, parsed as the server sent them: `__proto__` in the text is a key like any other. */
function tokenOf(claims: string): string {
  return `e30.${Buffer.from(claims).toString("base64url")}.c2ln`;
}

const claimsText = (auth: string, profile?: string) =>
  `{${JSON.stringify(AUTH)}:${auth}${profile === undefined ? "" : `,${JSON.stringify(PROFILE)}:${profile}`}}`;

const withAuth = (auth: Record<string, unknown>) =>
  tokenOf(claimsText(JSON.stringify({ chatgpt_account_id: ACCOUNT, ...auth })));
const withEmail = (email: unknown) =>
  tokenOf(claimsText(JSON.stringify({ chatgpt_account_id: ACCOUNT }), JSON.stringify({ email })));

const NOBODY: Identity = { chatgptAccountId: ACCOUNT };
const mail = (email: string): Identity => ({ ...NOBODY, email });
const plan = (text: string): Identity => ({ ...NOBODY, plan: text });

interface Row {
  readonly name: string;
  readonly token: string;
  readonly expect: Identity | undefined;
}

const KNOWN: readonly Row[] = [
  {
    name: "account, e-mail and plan",
    token: tokenOf(
      claimsText(`{"chatgpt_account_id":"${ACCOUNT}","chatgpt_plan_type":"team"}`, '{"email":"d@example.com"}'),
    ),
    expect: { ...NOBODY, email: "d@example.com", plan: "team" },
  },
  { name: "an account alone", token: withAuth({}), expect: NOBODY },
  { name: "an account without a profile claim", token: withAuth({ chatgpt_plan_type: "pro" }), expect: plan("pro") },
  { name: "a plan nobody has heard of", token: withAuth({ chatgpt_plan_type: "quantum" }), expect: plan("quantum") },
  { name: "an international e-mail", token: withEmail("dana@büro.example"), expect: mail("dana@büro.example") },
  { name: "an e-mail of 320 characters", token: withEmail("a".repeat(320)), expect: mail("a".repeat(320)) },
  {
    name: "an account id of 128 characters",
    token: withAuth({ chatgpt_account_id: "a".repeat(128) }),
    expect: { chatgptAccountId: "a".repeat(128) },
  },
  {
    name: "claims that nobody asked for",
    token: withAuth({ groups: [{}], amr: null, toString: "x", constructor: 1 }),
    expect: NOBODY,
  },
];

/** Hostile or broken text in what is only shown: the account is still named, the text is not. */
const LEFT_OUT: readonly Row[] = [
  { name: "an e-mail with a line break", token: withEmail("d@example.com\nSigned in: admin"), expect: NOBODY },
  { name: "an e-mail with a carriage return", token: withEmail("d@example.com\rx"), expect: NOBODY },
  { name: "an e-mail with a NUL", token: withEmail("d\0@example.com"), expect: NOBODY },
  { name: "an e-mail with an escape sequence", token: withEmail("\u001b[31md@example.com"), expect: NOBODY },
  { name: "an e-mail with a C1 control", token: withEmail("d\u009b@example.com"), expect: NOBODY },
  { name: "an e-mail with a line separator", token: withEmail("d\u2028@example.com"), expect: NOBODY },
  { name: "an e-mail with a paragraph separator", token: withEmail("d\u2029@example.com"), expect: NOBODY },
  { name: "an e-mail with a bidi override", token: withEmail("d\u202emoc.elpmaxe@"), expect: NOBODY },
  { name: "an e-mail with a bidi isolate", token: withEmail("\u2066d@example.com\u2069"), expect: NOBODY },
  { name: "an e-mail with a zero-width space", token: withEmail("d\u200b@example.com"), expect: NOBODY },
  { name: "an e-mail with a byte order mark", token: withEmail("\ufeffd@example.com"), expect: NOBODY },
  { name: "an e-mail with a soft hyphen", token: withEmail("d\u00ad@example.com"), expect: NOBODY },
  { name: "an e-mail with a tag character", token: withEmail("d\u{e0041}@example.com"), expect: NOBODY },
  { name: "an e-mail of 321 characters", token: withEmail("a".repeat(321)), expect: NOBODY },
  { name: "an e-mail of 10 KB", token: withEmail("a".repeat(10_240)), expect: NOBODY },
  { name: "an empty e-mail", token: withEmail(""), expect: NOBODY },
  { name: "an e-mail that is null", token: withEmail(null), expect: NOBODY },
  { name: "an e-mail that is a number", token: withEmail(1), expect: NOBODY },
  { name: "an e-mail that is a list", token: withEmail(["d@example.com"]), expect: NOBODY },
  { name: "an e-mail that is an object", token: withEmail({ toString: "d@example.com" }), expect: NOBODY },
  {
    name: "a profile claim that is text",
    token: tokenOf(claimsText(`{"chatgpt_account_id":"${ACCOUNT}"}`, '"d@example.com"')),
    expect: NOBODY,
  },
  {
    name: "a profile claim that is null",
    token: tokenOf(claimsText(`{"chatgpt_account_id":"${ACCOUNT}"}`, "null")),
    expect: NOBODY,
  },
  {
    name: "a profile claim that is a list",
    token: tokenOf(claimsText(`{"chatgpt_account_id":"${ACCOUNT}"}`, "[]")),
    expect: NOBODY,
  },
  {
    name: "an e-mail behind a prototype key",
    token: tokenOf(claimsText(`{"chatgpt_account_id":"${ACCOUNT}"}`, '{"__proto__":{"email":"d@example.com"}}')),
    expect: NOBODY,
  },
  { name: "a plan with a line break", token: withAuth({ chatgpt_plan_type: "plus\n\nSystem:" }), expect: NOBODY },
  { name: "a plan with a bidi override", token: withAuth({ chatgpt_plan_type: "\u202esulp" }), expect: NOBODY },
  { name: "a plan of 10 KB", token: withAuth({ chatgpt_plan_type: "p".repeat(10_240) }), expect: NOBODY },
  { name: "a plan that is a number", token: withAuth({ chatgpt_plan_type: 3 }), expect: NOBODY },
];

const NO_IDENTITY: readonly Row[] = [
  { name: "an empty token", token: "", expect: undefined },
  { name: "an opaque token", token: "opaque-9f1b", expect: undefined },
  { name: "two parts", token: withAuth({}).split(".").slice(0, 2).join("."), expect: undefined },
  { name: "four parts", token: `${withAuth({})}.x`, expect: undefined },
  { name: "five parts, an encrypted token", token: "a.b.c.d.e", expect: undefined },
  { name: "dots alone", token: "..", expect: undefined },
  { name: "a payload that is no base64url", token: "e30.%%%.c2ln", expect: undefined },
  { name: "a payload that is no JSON", token: tokenOf("{"), expect: undefined },
  {
    name: "a payload that is no UTF-8",
    token: `e30.${Buffer.from([0xff, 0xfe]).toString("base64url")}.c2ln`,
    expect: undefined,
  },
  { name: "a payload that is text", token: tokenOf('"claims"'), expect: undefined },
  { name: "a payload that is null", token: tokenOf("null"), expect: undefined },
  { name: "a payload that is a list", token: tokenOf("[]"), expect: undefined },
  { name: "no claims", token: tokenOf("{}"), expect: undefined },
  { name: "an auth claim that is null", token: tokenOf(claimsText("null")), expect: undefined },
  { name: "an auth claim that is text", token: tokenOf(claimsText('"x"')), expect: undefined },
  { name: "an auth claim that is a list", token: tokenOf(claimsText("[]")), expect: undefined },
  {
    name: "an auth claim without an account",
    token: tokenOf(claimsText('{"chatgpt_plan_type":"plus"}')),
    expect: undefined,
  },
  {
    name: "an account at the top level only",
    token: tokenOf(`{"chatgpt_account_id":"${ACCOUNT}"}`),
    expect: undefined,
  },
  { name: "an account that is null", token: withAuth({ chatgpt_account_id: null }), expect: undefined },
  { name: "an account that is a number", token: withAuth({ chatgpt_account_id: 12 }), expect: undefined },
  { name: "an account that is a list", token: withAuth({ chatgpt_account_id: [ACCOUNT] }), expect: undefined },
  { name: "an empty account", token: withAuth({ chatgpt_account_id: "" }), expect: undefined },
  { name: "an account of 129 characters", token: withAuth({ chatgpt_account_id: "a".repeat(129) }), expect: undefined },
  { name: "an account with a space", token: withAuth({ chatgpt_account_id: "a b" }), expect: undefined },
  {
    name: "an account with a line break at its end",
    token: withAuth({ chatgpt_account_id: `${ACCOUNT}\n` }),
    expect: undefined,
  },
  {
    name: "an account with a header in it",
    token: withAuth({ chatgpt_account_id: "a\r\nx-admin: 1" }),
    expect: undefined,
  },
  { name: "an account with markup", token: withAuth({ chatgpt_account_id: "<b>a</b>" }), expect: undefined },
  { name: "an account with an umlaut", token: withAuth({ chatgpt_account_id: "büro" }), expect: undefined },
  {
    name: "an account behind a prototype key",
    token: tokenOf(claimsText(`{"__proto__":{"chatgpt_account_id":"${ACCOUNT}"}}`)),
    expect: undefined,
  },
  {
    name: "claims behind a prototype key",
    token: tokenOf(`{"__proto__":${claimsText(`{"chatgpt_account_id":"${ACCOUNT}"}`)}}`),
    expect: undefined,
  },
  { name: "a token of more than 64 KB", token: withAuth({ padding: "x".repeat(64 * 1024) }), expect: undefined },
];

describe("readIdentity", () => {
  it.each(KNOWN)("reads $name", ({ token, expect: expected }) => {
    expect(readIdentity(token)).toEqual(expected);
  });

  it.each(LEFT_OUT)("leaves out $name", ({ token, expect: expected }) => {
    expect(readIdentity(token)).toEqual(expected);
  });

  it.each(NO_IDENTITY)("finds nobody in $name", ({ token, expect: expected }) => {
    expect(readIdentity(token)).toBe(expected);
  });

  it("reads what the sign-in server puts into an access token", () => {
    const account = fakeAccount("dana@studio.example", "team");
    expect(readIdentity(jwtOf(accessTokenClaims(account, 1_795_000_000, 864_000)))).toEqual({
      chatgptAccountId: account.accountId,
      personId: account.accountUserId,
      email: "dana@studio.example",
      plan: "team",
    });
  });

  it.each([
    {
      name: "the person in the workspace",
      claims: { chatgpt_account_user_id: "a", chatgpt_user_id: "b" },
      expected: "a",
    },
    { name: "the person", claims: { chatgpt_user_id: "b", user_id: "c" }, expected: "b" },
    { name: "the older claim", claims: { user_id: "c" }, expected: "c" },
  ])("names $name", ({ claims, expected }) => {
    expect(readIdentity(withAuth(claims))).toMatchObject({ personId: expected });
  });

  it("names the subject where no claim of OpenAI's does", () => {
    const token = tokenOf(
      `{"iss":"https://auth.openai.com","sub":"x",${claimsText(`{"chatgpt_account_id":"w"}`).slice(1)}`,
    );
    expect(readIdentity(token)).toMatchObject({ personId: "https://auth.openai.com|x" });
  });

  it.each(['"iss":"https://auth.openai.com"', '"sub":"x"'])("names nobody by half of a subject: %s", (half) => {
    expect(readIdentity(tokenOf(`{${half},${claimsText('{"chatgpt_account_id":"w"}').slice(1)}`))).toEqual({
      chatgptAccountId: "w",
    });
  });

  it("reads a token of exactly 64 KB", () => {
    const token = withAuth({});
    expect(readIdentity(token.padEnd(64 * 1024, "x"))).toEqual({ chatgptAccountId: ACCOUNT });
    expect(readIdentity(token.padEnd(64 * 1024 + 1, "x"))).toBeUndefined();
  });

  it("leaves a field out rather than answering undefined for it", () => {
    expect(Object.keys(readIdentity(withAuth({})) ?? {})).toEqual(["chatgptAccountId"]);
  });

  it("answers one line of bounded text or none, whatever the claims hold, and never throws", () => {
    const json = fc.oneof(fc.jsonValue(), fc.string({ unit: "binary", maxLength: 400 }));
    fc.assert(
      fc.property(json, json, json, (account, email, planType) => {
        const token = tokenOf(
          claimsText(
            JSON.stringify({ chatgpt_account_id: account, chatgpt_plan_type: planType }),
            JSON.stringify({ email }),
          ),
        );
        const identity = readIdentity(token);
        for (const text of Object.values(identity ?? {})) {
          expect(text).toMatch(/^.{1,320}$/u);
          expect(text).not.toMatch(/[\p{Cc}\p{Bidi_Control}]/u);
        }
        if (identity !== undefined) expect(account).toBe(identity.chatgptAccountId);
      }),
    );
  });

  it("never throws for any text", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.base64String().map((part) => `a.${part}.c`),
        ),
        (token) => {
          expect(readIdentity(token)).toBeUndefined();
        },
      ),
    );
  });
});
