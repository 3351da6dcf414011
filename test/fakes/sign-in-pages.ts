/** The HTML pages of the fake sign-in server. */
import type { FakeAccount } from "./sign-in-accounts.ts";

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;margin:0;background:#f4f4f2;color:#1d1d1b;display:grid;place-items:center;min-height:100vh}
main{background:#fff;padding:2rem;border-radius:14px;max-width:26rem;width:calc(100% - 2rem);box-sizing:border-box;box-shadow:0 1px 12px #0001}
h1{font-size:1.3rem;margin:0 0 .25rem}p{margin:.25rem 0 1.25rem;color:#5c5c58}
button{font:inherit;display:block;width:100%;text-align:left;margin:.5rem 0;padding:.8rem 1rem;border:1px solid #d5d5d0;border-radius:10px;background:#fff;cursor:pointer}
input{font:inherit;width:100%;box-sizing:border-box;padding:.8rem 1rem;margin:.5rem 0;border:1px solid #d5d5d0;border-radius:10px}
button:hover,button:focus-visible{border-color:#1d1d1b}button b{display:block;font-weight:600}button small{color:#5c5c58}button.deny{text-align:center;color:#9b1c1c}`;

export function consentPage(requestId: string, accounts: readonly FakeAccount[]): string {
  const buttons = accounts
    .map(
      (account, index) =>
        `<button name="account" value="${index}"><b>${escapeHtml(account.email)}</b><small>${escapeHtml(account.plan)} plan</small></button>`,
    )
    .join("\n");
  return page(
    "Sign in (test server)",
    `<h1>Sign in to Codex</h1><p>Test server. Choose the account OpenClaw may use.</p>
<form method="post" action="/oauth/consent"><input type="hidden" name="request" value="${escapeHtml(requestId)}">
${buttons}
<button class="deny" name="deny" value="1">Deny</button></form>`,
  );
}

/** Where a person types a device code. */
export function devicePage(accounts: readonly FakeAccount[], problem = ""): string {
  const buttons = accounts.map(
    ({ email, plan }, index) =>
      `<button name="account" value="${index}"><b>${escapeHtml(email)}</b><small>${escapeHtml(plan)} plan</small></button>`,
  );
  return page(
    "Sign in with a code (test server)",
    `<h1>Sign in to Codex with a code</h1><p>Test server. Type the code, then choose the account OpenClaw may use.</p>
<p><b>${escapeHtml(problem)}</b></p>
<form method="post" action="/codex/device"><input name="user_code" autofocus autocomplete="off" placeholder="XXXX-XXXXX">
${buttons.join("\n")}
<button class="deny" name="deny" value="1">Deny</button></form>`,
  );
}

/** Where a person makes the next token answer go wrong. */
export function sandboxPage(modes: readonly string[], current: string | undefined): string {
  const buttons = modes.map(
    (mode) => `<button name="mode" value="${escapeHtml(mode)}"><b>${escapeHtml(mode)}</b></button>`,
  );
  return page(
    "Sandbox",
    `<h1>Sandbox</h1><p>The next sign-in will end with: <b>${escapeHtml(current ?? "success")}</b>. Choose how it should go:</p>
<form method="post" action="/sandbox"><button name="mode" value="well"><b>success</b></button>
${buttons.join("\n")}</form>`,
  );
}

export function errorPage(code: string): string {
  return page(
    "Authentication error (test server)",
    `<h1>Authentication error</h1><p>An error occurred during authentication (<code>${escapeHtml(code)}</code>). Please try again.</p>`,
  );
}

export function page(title: string, body: string): string {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta name="referrer" content="no-referrer"><title>${escapeHtml(title)}</title><style>${STYLE}</style></head><body><main>${body}</main></body></html>`;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/gu, (character) => `&#${character.charCodeAt(0)};`);
}
