/** What went wrong and what to do next, for each code a person can meet, in English. */
import type { ErrorCode } from "../errors.ts";

export const EN_REFUSALS = {
  "not-allowed": "Only an owner of this gateway may do that.",
  "not-private": "Sign-ins are private. Please open a private chat with me and send {command} there.",
  "profile-missing": "Say which profile, by its name. To see those there are, type {command}.",
  "bad-selector":
    "That is not a profile name. A name starts with a letter or digit and may hold letters, digits and . _ @ + - (64 at most). For example: {example}",
  "reserved-word":
    "That word is a command of mine and cannot be a profile name. Please choose another, for example {example}",
  "no-pending-login":
    "No sign-in of yours is waiting in this chat, so this address cannot be used. It was kept from the agent.",
  "login-expired": "That sign-in has expired: its 15 minutes are over.",
  "login-cancelled": "That sign-in was cancelled, so its address cannot be used any more.",
  "login-replaced":
    "That address is from an older link: a newer sign-in of yours has taken its place (five can wait at once). Use the newest link.",
  "login-already-used": "That address was already used. Each one works once.",
  "login-of-other-profile":
    "That address belongs to the sign-in for {name}, not to the profile you named. Send it without a profile name to finish {name}.",
  "too-many-attempts": "Too many addresses of other sign-ins were sent, so the waiting sign-in was ended.",
  "account-differs":
    "The account you approved is not the one that profile {name} holds, so nothing was saved. Sign in under another name, or start again and finish with --replace.",
  "account-has-profile": "That account has a profile already, so nothing was saved. Choose where it is to go.",
  "nothing-parked":
    "No sign-in waits for that choice of yours: it was saved or dropped, a newer one took its place, or its 5 minutes are over. To start again, type {command}.",
  "profile-of-other-account":
    "Profile {name} holds another account and stays as it is. Choose another name for the one you approved.",
  "pin-missing": "This chat does not ask for that profile. To see what it uses, type {why}.",
  "pin-other-model":
    "This chat's model is not one that a Codex profile serves, so the gateway would drop the choice. Choose an OpenAI model with /model first, then try again.",
  "pin-unavailable":
    "The gateway did not keep that choice for this chat. Nothing was changed. Send any message, then try again.",
  "stale-button": "That button is from an older screen.",
  "callback-empty":
    "There was no address in your message. Copy the whole address of the localhost page and send it here.",
  "callback-too-long":
    "That is too long to be the address of the localhost page. Copy just the address and send it here.",
  "callback-not-found":
    "I found no sign-in address in your message. It starts with http://localhost:1455/auth/callback and is in your browser's address bar after you approve.",
  "callback-is-sign-in-link":
    "That is the sign-in link itself. Open it in a browser and approve; then send the address of the localhost page that follows.",
  "callback-taken":
    "Another program on your computer (the Codex CLI or an editor, listening on port 1455) took this sign-in. Close it, start again here, and send the localhost address.",
  "callback-ambiguous": "There are two different addresses in your message. Send only the newest one.",
  "callback-wrong-redirect":
    "That address is not from this sign-in: it must start with http://localhost:1455/auth/callback. Nothing was opened or sent.",
  "callback-duplicate-parameter":
    "That address holds the same part twice, so it cannot be trusted. Copy it again from the address bar.",
  "callback-wrong-issuer":
    "That address comes from another sign-in service. Open the link I sent you and approve there.",
  "state-missing":
    "Part of the address is missing (the state). Copy the whole address of the localhost page, to its very end.",
  "state-mismatch": "That address belongs to another sign-in, perhaps an older one. Use the newest link I sent you.",
  "code-missing": "Part of the address is missing (the code). Copy the whole address of the localhost page.",
  "code-malformed":
    "The address was shortened or changed on its way. Copy it again from the address bar and send it whole.",
  "authorization-denied": "Access was denied on the sign-in page, so nothing was saved.",
  "authorization-failed": "The sign-in page reported a problem, so nothing was saved.",
  "workspace-not-entitled":
    "Codex is not enabled for that ChatGPT workspace. Ask its administrator, or approve with another workspace.",
  "token-rejected": "The sign-in server did not accept this address: it is too old or was already used elsewhere.",
  "client-rejected":
    "The sign-in server no longer accepts this program. Please update the codex-auth plugin, then try again.",
  "region-unsupported":
    "OpenAI does not serve the country or network this gateway runs in, even if your own browser works. Give the gateway a proxy (HTTPS_PROXY) in a supported country and restart it.",
  "provider-blocked":
    "The sign-in server's protection page (Cloudflare) blocked this gateway's network. Try from another network or through a proxy (HTTPS_PROXY).",
  "provider-rate-limited": "The sign-in server is limiting requests from this gateway. Wait {wait}, then start again.",
  "provider-failed": "The sign-in server has a problem of its own right now. Wait a few minutes.",
  "provider-timeout": "The sign-in server did not answer within 30 seconds. Check the gateway's network.",
  "provider-unreachable":
    "The gateway could not reach auth.openai.com. Check its network, DNS and proxy (HTTPS_PROXY).",
  "provider-certificate":
    "The connection to auth.openai.com could not be trusted: its certificate does not check out. Look for a proxy that opens TLS, or a wrong clock on the gateway.",
  "token-response-invalid": "The sign-in server answered in a way that cannot be trusted, so nothing was saved.",
  "identity-missing":
    "The sign-in worked, but names no ChatGPT account, so nothing was saved. Approve with an account that has Codex.",
  "no-status": "No sign-in is waiting, and none was saved in the last 24 hours. To begin: {example}",
  "usage-verb":
    "There is no such command. The commands are start, finish, status, cancel, list, undo, log, audit and help.",
  "usage-option": "Those options are not understood. For an example: {example}. The help command lists them all.",
  "usage-address":
    "The address is missing: add --callback-url and the address, or --callback-url - and send it to standard input.",
  "host-not-found":
    "No OpenClaw was found on this machine's PATH. Install it, or name the profile file to work on with --auth-path.",
  "host-unknown":
    "This OpenClaw is not one codex-auth knows how to write for, so nothing was changed. Update codex-auth or OpenClaw.",
  "host-needs-other-node":
    "The OpenClaw on this machine does not load on this version of Node. Run codex-auth with the Node that OpenClaw itself runs on: openclaw --version says which it needs.",
  "host-config-unreadable":
    "OpenClaw's openclaw.json cannot be read from here: it is damaged, or put together from other files or variables. So it is not certain where its profiles lie, and nothing was changed. Name the profile file with --auth-path, or run openclaw doctor.",
  "host-uses-sqlite":
    "This OpenClaw keeps its profiles in SQLite, and an auth-profiles.json would break its gateway. Nothing was written. Leave --auth-path out and try again.",
  "store-ambiguous":
    "There is a newer SQLite profile store beside auth-profiles.json, so it is not certain which OpenClaw runs here. Nothing was changed. Put the openclaw that the gateway runs first on the PATH and try again.",
  "auth-path-invalid": "The option --auth-path must name a file called auth-profiles.json. Correct it and try again.",
  "store-locked": "The gateway's profile store is busy. Nothing was changed. Try again in a minute.",
  "store-unreadable":
    "The gateway's profile store cannot be read, so nothing was changed. Run openclaw doctor on the server, then try again.",
  "store-migration-required":
    "The gateway's profiles must be migrated first: an old auth-profiles.json is in the way. Stop the gateway, run openclaw doctor --fix on the server, then try again. Nothing was changed.",
  "store-write-failed":
    "The gateway did not keep the new sign-in. Its disk may be full or read-only. Nothing else was changed.",
  "profile-unknown": "There is no profile named {name}. To see those there are, use {command}.",
  "profile-not-codex":
    "The name {name} belongs to another kind of credential on this gateway, such as an API key, and stays as it is. Choose another name, for example {example}",
  "agent-unknown": "There is no agent of that name. Leave --agent out, or name one that openclaw agents list shows.",
  "login-of-other-store":
    "That sign-in was started for another profile store. Finish it where it was started, with the same --auth-path and the same openclaw on the PATH.",
  "undo-missing":
    "There is nothing to undo for {name}: what a sign-in replaces is kept for 24 hours, and only the last one. To sign in, type {again}",
  "undo-changed":
    "Profile {name} has changed since then, so nothing was undone. To see what it holds now, type {command}.",
  "undo-unwritable":
    "What the profile holds now could not be kept for an undo, so nothing was changed. Check the disk and the folder {folder} in the gateway's state directory.",
  "pending-locked": "The file of waiting sign-ins is busy. Nothing was changed. Try again in a minute.",
  "pending-insecure":
    "The file of waiting sign-ins is not safe to use: another user owns or can read it, or it is a link. Remove {file} from OpenClaw's temporary folder on the server.",
  "log-insecure":
    "The log of changes cannot be used: another user owns or can read it, it is a link, or it has grown too large. Remove {log} from the gateway's state folder.",
  "pending-unwritable":
    "The file of waiting sign-ins cannot be written. Check the disk and OpenClaw's temporary folder on the server.",
  "manifest-invalid": "This plugin's own manifest is damaged. Install codex-auth again.",
  "config-invalid":
    "CODEX_AUTH_SANDBOX must name a loopback address such as http://127.0.0.1:4000. Correct or unset it and restart the gateway.",
  "host-unsupported":
    "This OpenClaw is too old for the codex-auth plugin. Update OpenClaw to 2026.6.1 or newer, or use the program codex-auth in a terminal.",
  internal:
    "Something went wrong inside codex-auth, and nothing was saved. Try again; if it stays so, the gateway's log has a line about it.",
} as const satisfies Record<ErrorCode, string>;
