import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Identity } from "../../src/rules/account.ts";
import { readAccount, readIdentity } from "../../src/oauth/identity.ts";
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

const KNOWN: Readonly<Record<string, readonly [token: string, identity: Identity]>> = {
  "account, e-mail and plan": [
    tokenOf(claimsText(`{"chatgpt_account_id":"${ACCOUNT}","chatgpt_plan_type":"team"}`, '{"email":"d@example.com"}')),
    { ...NOBODY, email: "d@example.com", plan: "team" },
  ],
  "an account alone": [withAuth({}), NOBODY],
  "an account without a profile claim": [withAuth({ chatgpt_plan_type: "pro" }), plan("pro")],
  "a plan nobody has heard of": [withAuth({ chatgpt_plan_type: "quantum" }), plan("quantum")],
  "an international e-mail": [withEmail("dana@büro.example"), mail("dana@büro.example")],
  "an e-mail of 320 characters": [withEmail("a".repeat(320)), mail("a".repeat(320))],
  "an account id of 128 characters": [
    withAuth({ chatgpt_account_id: "a".repeat(128) }),
    { chatgptAccountId: "a".repeat(128) },
  ],
  "claims that nobody asked for": [withAuth({ groups: [{}], amr: null, toString: "x", constructor: 1 }), NOBODY],
};

/** Hostile or broken text in fields that are only shown: the account is still named, the text is not. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  "an e-mail with a line break": withEmail("d@example.com\nSigned in: admin"),
  "an e-mail with a carriage return": withEmail("d@example.com\rx"),
  "an e-mail with a NUL": withEmail("d\0@example.com"),
  "an e-mail with an escape sequence": withEmail("\u001b[31md@example.com"),
  "an e-mail with a C1 control": withEmail("d\u009b@example.com"),
  "an e-mail with a line separator": withEmail("d\u2028@example.com"),
  "an e-mail with a paragraph separator": withEmail("d\u2029@example.com"),
  "an e-mail with a bidi override": withEmail("d\u202emoc.elpmaxe@"),
  "an e-mail with a bidi isolate": withEmail("\u2066d@example.com\u2069"),
  "an e-mail with a zero-width space": withEmail("d\u200b@example.com"),
  "an e-mail with a byte order mark": withEmail("\ufeffd@example.com"),
  "an e-mail with a soft hyphen": withEmail("d\u00ad@example.com"),
  "an e-mail with a tag character": withEmail("d\u{e0041}@example.com"),
  "an e-mail of 321 characters": withEmail("a".repeat(321)),
  "an e-mail of 10 KB": withEmail("a".repeat(10_240)),
  "an empty e-mail": withEmail(""),
  "an e-mail that is null": withEmail(null),
  "an e-mail that is a number": withEmail(1),
  "an e-mail that is a list": withEmail(["d@example.com"]),
  "an e-mail that is an object": withEmail({ toString: "d@example.com" }),
  "a profile claim that is text": tokenOf(claimsText(`{"chatgpt_account_id":"${ACCOUNT}"}`, '"d@example.com"')),
  "a profile claim that is null": tokenOf(claimsText(`{"chatgpt_account_id":"${ACCOUNT}"}`, "null")),
  "a profile claim that is a list": tokenOf(claimsText(`{"chatgpt_account_id":"${ACCOUNT}"}`, "[]")),
  "an e-mail behind a prototype key": tokenOf(
    claimsText(`{"chatgpt_account_id":"${ACCOUNT}"}`, '{"__proto__":{"email":"d@example.com"}}'),
  ),
  "a plan with a line break": withAuth({ chatgpt_plan_type: "plus\n\nSystem:" }),
  "a plan with a bidi override": withAuth({ chatgpt_plan_type: "\u202esulp" }),
  "a plan of 10 KB": withAuth({ chatgpt_plan_type: "p".repeat(10_240) }),
  "a plan that is a number": withAuth({ chatgpt_plan_type: 3 }),
};

const NO_IDENTITY: Readonly<Record<string, string>> = {
  "an empty token": "",
  "an opaque token": "opaque-9f1b",
  "two parts": withAuth({}).split(".").slice(0, 2).join("."),
  "four parts": `${withAuth({})}.x`,
  "five parts, an encrypted token": "a.b.c.d.e",
  "dots alone": "..",
  "a payload that is no base64url": "e30.%%%.c2ln",
  "a payload that is no JSON": tokenOf("{"),
  "a payload that is no UTF-8": `e30.${Buffer.from([0xff, 0xfe]).toString("base64url")}.c2ln`,
  "a payload that is text": tokenOf('"claims"'),
  "a payload that is null": tokenOf("null"),
  "a payload that is a list": tokenOf("[]"),
  "no claims": tokenOf("{}"),
  "an auth claim that is null": tokenOf(claimsText("null")),
  "an auth claim that is text": tokenOf(claimsText('"x"')),
  "an auth claim that is a list": tokenOf(claimsText("[]")),
  "an auth claim without an account": tokenOf(claimsText('{"chatgpt_plan_type":"plus"}')),
  "an account at the top level only": tokenOf(`{"chatgpt_account_id":"${ACCOUNT}"}`),
  "an account that is null": withAuth({ chatgpt_account_id: null }),
  "an account that is a number": withAuth({ chatgpt_account_id: 12 }),
  "an account that is a list": withAuth({ chatgpt_account_id: [ACCOUNT] }),
  "an empty account": withAuth({ chatgpt_account_id: "" }),
  "an account of 129 characters": withAuth({ chatgpt_account_id: "a".repeat(129) }),
  "an account with a space": withAuth({ chatgpt_account_id: "a b" }),
  "an account with a line break at its end": withAuth({ chatgpt_account_id: `${ACCOUNT}\n` }),
  "an account with a header in it": withAuth({ chatgpt_account_id: "a\r\nx-admin: 1" }),
  "an account with markup": withAuth({ chatgpt_account_id: "<b>a</b>" }),
  "an account with an umlaut": withAuth({ chatgpt_account_id: "büro" }),
  "an account behind a prototype key": tokenOf(claimsText(`{"__proto__":{"chatgpt_account_id":"${ACCOUNT}"}}`)),
  "claims behind a prototype key": tokenOf(`{"__proto__":${claimsText(`{"chatgpt_account_id":"${ACCOUNT}"}`)}}`),
  "a token of more than 64 KB": withAuth({ padding: "x".repeat(64 * 1024) }),
};

describe("readIdentity", () => {
  it.each(Object.entries(KNOWN))("reads %s", (_, [token, expected]) => {
    expect(readIdentity(token)).toEqual(expected);
  });

  it.each(Object.entries(LEFT_OUT))("leaves out %s", (_, token) => {
    expect(readIdentity(token)).toEqual(NOBODY);
  });

  it.each(Object.entries(NO_IDENTITY))("finds no identity in %s", (_, token) => {
    expect(readIdentity(token)).toBeUndefined();
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

  it("names the subject if no claim of OpenAI's does", () => {
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

describe("readAccount", () => {
  it.each([
    {
      name: "an e-mail address only",
      claims: { [PROFILE]: { email: "d@example.com" } },
      account: { email: "d@example.com" },
    },
    {
      name: "an e-mail address beside the other claims",
      claims: { email: "d@example.com" },
      account: { email: "d@example.com" },
    },
    {
      name: "a user without a workspace",
      claims: { [AUTH]: { chatgpt_user_id: "user-1" } },
      account: { personId: "user-1" },
    },
    {
      name: "a workspace that cannot be one",
      claims: {
        [AUTH]: { chatgpt_account_id: "a b", chatgpt_plan_type: "pro" },
        [PROFILE]: { email: "d@example.com" },
      },
      account: { email: "d@example.com", plan: "pro" },
    },
    { name: "a subject only", claims: { iss: "https://auth.openai.com", sub: "auth0|1" }, account: {} },
    { name: "nothing", claims: {}, account: {} },
  ])("reads a part of an account: $name", ({ claims, account }) => {
    const token = tokenOf(JSON.stringify(claims));
    expect(readAccount(token)).toEqual(account);
    expect(readIdentity(token)).toBeUndefined();
  });

  it("reads nothing of a token that is not a JWT", () => {
    expect(readAccount("opaque")).toEqual({});
  });

  it("reads a whole account as the token's identity", () => {
    const token = jwtOf(accessTokenClaims(fakeAccount("dana@example.com"), 1, 10));
    expect(readAccount(token)).toEqual(readIdentity(token));
  });
});
