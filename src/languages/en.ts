/**
 * Every sentence that people read, in English. `{name}` marks a place that a value fills. No sentence holds markup, so
 * that it reads the same on every surface, and none stands twice.
 */
import type { ErrorCode } from "../errors.ts";
import type { AuditedAction, ProfileHealth } from "../rules/results.ts";

type RequiredKey = `refusal.${ErrorCode}` | `health.${ProfileHealth}` | `action.${AuditedAction}`;

export const EN = {
  sandbox: "SANDBOX: this talks to a stand-in sign-in server. No real account is involved.",

  "selector.title": "Codex profiles on this gateway",
  "selector.empty": "There is no Codex profile on this gateway yet.",
  "selector.profile": "• {name}: {facts}",
  "selector.default": "• {name} (tried first): {facts}",
  "selector.pinned": "• {name} (this chat): {facts}",
  "selector.pinned-default": "• {name} (this chat, tried first): {facts}",
  "selector.more": "For one profile, with what can be done with it: {command}",
  "selector.refresh": "To look again: {command}",
  "selector.page": "Page {page} of {pages}. Another page: {command}",
  "selector.choose":
    "To sign in, type {command}, the name being {choices}; for example {example}. A new name makes a new profile.",
  "selector.first": "To sign in, type {command}. To name the profile, type {example} with a name of yours.",
  "pending.more": "…and {count} more.",
  "selector.pending": "Waiting for the address of: {name} ({time} left). To stop: {command}",

  "new.title": "Name the new profile: type {command} with a name of yours.",
  "new.suggested": "Or tap one of these.",
  "new.grammar": "A name starts with a letter or digit and may hold letters, digits and . _ @ + - (64 at most).",

  "card.title": "Sign in to the new profile {name}",
  "card.title.again": "Sign in again to profile {name}",
  "card.stand-in": "There is no profile named default, so this is your first Codex profile, {name}.",
  "card.open": "1. Open this link on any device and approve. Approve only because you asked for it here yourself:",
  "card.page": "2. Your browser will end on a localhost page that cannot load: that is right.",
  "card.paste": "3. Copy its address and send it here.",
  "card.run": "3. Copy its address, run {command} and paste it there (end with Enter and Ctrl-D).",
  "card.quiet": "More private: sent as {command} it leaves the least behind in this chat.",
  "card.time": "Time left: {time}. To stop: {command}",

  "saved.title": "Signed in: profile {name} now holds {account}.",
  "saved.live": "It is live: the next message can use it, no restart needed.",
  "saved.left-out":
    "It is saved, but the gateway's own settings leave it out: add it to auth.order or auth.profiles in openclaw.json.",
  "saved.restart":
    "It is saved, but a running gateway of this OpenClaw version uses it only after a restart: run openclaw gateway restart on the server.",
  "saved.undo": "What the profile held before is kept for 24 hours: {command} puts it back.",
  "saved.delete": "Please delete your message with the address. It is used up, but it still belongs to you alone.",
  "account.plan": "{account}, plan {plan}",
  "account.unknown": "the account you approved",
  "saved.same-account": "Profile {name} holds the same account.",

  "question.differs": "Not saved yet: you approved {account}, but profile {name} holds {held}.",
  "question.has-profile":
    "Not saved yet: the account you approved ({account}) has the profile {held} already. You were signing in to {name}.",
  "question.new": "To save it as a profile of its own: {command}",
  "question.replace": "To replace what {name} holds: {command}",
  "question.update": "To update {name} with it: {command}",
  "question.leave": "To drop it: {command}",
  "question.unknown": "an account whose e-mail cannot be shown",
  "question.time": "It waits in memory for {time}.",

  "profile.title": "Codex profile {name}: {facts}",
  "profile.default": "It is the default: tried first where nothing else is asked for.",
  "profile.pinned": "This chat uses it before all others.",
  "profile.pick": "To sign in again: {command}",
  "profile.use": "To use it in this chat: {command}",
  "profile.unuse": "To let this chat go from it: {command}",
  "profile.prefer": "To make it the default: {command}",
  "profile.signout": "To sign it out: {command}",
  "profile.undo": "To put back what the last change to it replaced: {command}",
  "profile.list": "For the list of profiles: {command}",

  "prefer.done": "Done: {name} is tried first now. The others stay in their order behind it.",
  "prefer.defeated":
    "{name} is first in the stored order now, but another profile is still tried first: auth.order in openclaw.json may say so, the profile may be paused, or, if it is named default, OpenClaw takes a newer sign-in of the same account instead.",

  "prefer.kept": "This chat goes on with {other}, which the gateway chose for it before. To move it: {command}",

  "pin.done": "This chat uses {name} from its next message on.",
  "pin.paused": "But it cannot be used right now ({facts}), so the gateway may answer with another one or not at all.",
  "unpin.done": "This chat no longer asks for {name}: the gateway uses what it tries first.",

  "why.next": "The next message of this chat uses {name}.",
  "why.nothing": "No Codex profile can be used right now.",
  "why.decides.pin": "What decides: this chat asks for it.",
  "why.decides.kept": "What decides: the gateway chose it for this chat before, and stays with it.",
  "why.decides.stored-order": "What decides: the stored order.",
  "why.decides.config-order": "What decides: auth.order in openclaw.json.",
  "why.decides.allow-list": "What decides: auth.profiles in openclaw.json lists what may be used.",
  "why.decides.host": "What decides: the gateway's own rule, as nothing else is set.",
  "why.pin": "• This chat asks for {name}.",
  "why.pin-unusable": "• This chat asks for {name}, which cannot be used right now. To let go: {command}",
  "why.kept": "• The gateway stays with {name} in this chat.",
  "why.stored-order": "• Stored order: {names}",
  "why.config-order": "• auth.order: {names}",
  "why.allow-list": "• auth.profiles: {names}",
  "why.own-copy": "• This agent has a copy of its own, which counts before the shared one.",
  "why.place": "{name} is number {place} of those that are tried.",
  "why.no-place": "{name} is not among those that are tried.",
  "list.more": "{count} more",

  "log.title": "The last changes, newest first",
  "log.none": "Nothing was changed here yet.",
  "log.line": "• {ago}, {who}: {action} {name}: {outcome}",
  "log.done": "done",
  "log.refused": "refused ({code})",
  "action.sign-in": "sign in to",
  "action.sign-out": "sign out",
  "action.prefer": "make default",
  "action.undo": "undo",
  "action.use": "use in this chat",
  "action.unuse": "stop using in this chat",

  "audit.none": "Nothing is wrong that can be seen from here.",
  "audit.title": "What is wrong, and how to mend it",
  "finding.pending-insecure":
    "• The file of waiting sign-ins can be read by others, is not yours, or is a link. Remove {file} from OpenClaw's temporary folder on the server.",
  "finding.log-insecure":
    "• The log of changes can be read by others, is not yours, is a link or has grown too large, so nothing is noted. Remove {file} from the gateway's state folder.",
  "finding.legacy-file":
    "• An old auth-profiles.json lies beside the gateway's SQLite store and stops its sign-ins. Stop the gateway and run openclaw doctor --fix on the server.",
  "finding.store-unreadable": "• The gateway's profile store cannot be read. Run openclaw doctor on the server.",
  "finding.no-owner":
    "• No owner is configured. Put your own entry, such as telegram:4242001, under commands.ownerAllowFrom in openclaw.json.",
  "finding.old-skill": "• An older codex-auth skill lies in {folder} and may write a file of its own. Remove it.",
  "finding.profile-failing": "• {name}: {facts}. To sign in again: {command}",

  "notice.title": "Codex profile {name} needs a new sign-in: the gateway can no longer renew it.",
  "notice.pinned": "This chat asks for it, so its messages may fail until then. To let go: {command}",
  "notice.details": "For what is known of it: {command}",
  "notice.off": "To get no such messages, set notify to false in this plugin's config.",
  "notice.line": "Codex profile {name} needs a new sign-in: {command}",

  "signout.ask": "Sign out {name}? The gateway will no longer use it. Other profiles stay as they are.",
  "signout.confirm": "To do it: {command}",
  "signout.leave": "To leave it as it is: {command}",
  "signout.done":
    "Signed out: {name} is no longer on this gateway. At OpenAI the sign-in itself stays until it ends there.",

  "undo.done": "Put back: profile {name} holds what it held before.",

  "status.title": "Sign-ins in this chat",
  "status.none": "No sign-in is waiting.",
  "status.pending": "• {name}: waiting for its address, {time} left",
  "status.parked":
    "• {name}: approved with another account, waits for your choice, {time} left. To choose: {command}; to drop it: {cancel}",
  "status.saved": "Last saved: {name}, {ago}",
  "status.stop": "To stop: {command}",
  "status.finish": "To finish: {command}",
  "status.next": "To sign in: {command}",

  "cancel.done": "Cancelled: {name}. Nothing was changed.",
  "cancel.none": "No sign-in is waiting. Nothing was changed.",
  "close.done": "Closed. Nothing was changed.",

  "finish.help": "Send the address of the localhost page after the command: {command}",

  "help.title": "Sign in to ChatGPT/Codex accounts for OpenClaw",
  "help.line": "{command}: {about}",
  "help.page": "list your profiles",
  "help.pick": "sign in to a profile, new or again",
  "help.finish": "finish a sign-in with its callback URL",
  "help.status": "list pending sign-ins and the last saved one",
  "help.cancel": "cancel all pending sign-ins, or one profile's",
  "help.show": "show a profile and what you can do with it",
  "help.use": "use a profile in this chat",
  "help.unuse": "stop using a profile in this chat",
  "help.why": "explain which profile this chat uses next",
  "help.prefer": "make a profile the default",
  "help.signout": "remove a profile from this gateway; without yes it only asks",
  "help.undo": "put back what the last sign-in or sign-out replaced (24 hours)",
  "help.keep": "choose where to save a sign-in that came back with another account",
  "help.log": "list the last changes",
  "help.audit": "list problems and how to fix them",
  "help.help": "show this help",
  "help.version": "print the version of codex-auth",
  "help.paste": "While a sign-in is waiting, the address can also be sent as a plain message.",
  "option.profile": "The profile, such as work",
  "option.callback-url": "The callback URL, or - to read it from standard input",
  "option.replace": "Let another account replace the one that the profile holds",
  "option.queue-apply": "Restart the gateway if it needs that to see the change",
  "option.agent": "The agent whose profiles are meant",
  "option.auth-path": "The auth-profiles.json to work on, on a host that keeps profiles in one",
  "option.json": "Print one JSON object",

  "group.withheld":
    "That address belongs to a sign-in and should not be in a group. It was kept from the agent. Delete it, and sign in from a private chat.",

  "quoted.withheld":
    "The message you answered holds a sign-in address, so this was kept from the agent. Delete that message, and ask again without answering it.",

  "owners.entry":
    "Owners of this gateway are listed under commands.ownerAllowFrom in openclaw.json; the entry for you would be {sender}.",

  "owners.scope": "Here that takes a client with the scope operator.admin.",

  "transcript.withheld": "(a sign-in address, kept out of this transcript by codex-auth)",

  "time.moment": "less than a minute",
  "time.while": "a few minutes",

  "health.until": "{health} until {time}, {left} from now",
  "health.because": "{health}: {reason}",
  "reason.renewal-failed": "its renewal failed",
  "reason.no-token": "it holds no token",
  "reason.refused": "OpenAI no longer accepts it",
  "reason.usage-limit": "the plan's usage limit",
  "reason.billing": "a billing problem",
  "reason.rate-limit": "too many requests",
  "health.signed-in": "signed in, renews itself",
  "health.refreshing": "signed in, being renewed right now",
  "health.needs-sign-in": "needs sign-in",
  "health.cooling-down": "cooling down",
  "health.disabled": "disabled by the gateway",

  "button.new": "New profile",
  "button.cancel": "Cancel",
  "button.previous": "Previous",
  "button.next": "Next",
  "button.open": "Open the sign-in page",
  "button.again": "Start again",
  "button.sign-in": "Sign in again",
  "button.again-as": "Sign in again as {name}",
  "button.details": "Details",
  "button.use": "Use in this chat",
  "button.unuse": "Stop using",
  "button.refresh": "Refresh",
  "button.keep-new": "Save as {name}",
  "button.keep-over": "Replace {name}",
  "button.keep-update": "Update {name}",
  "button.prefer": "Make default",
  "button.sign-out": "Sign out",
  "button.sign-out-sure": "Yes, sign out",
  "button.undo": "Undo",
  "button.back": "Back",

  "next.again": "To start again: {command}",
  "next.still-waiting": "A sign-in of yours is still waiting for its address.",
  "next.begin": "To begin: {command}",
  "next.withheld": "The address was kept from the agent.",

  "refusal.not-allowed": "Only an owner of this gateway may do that.",
  "refusal.not-private": "Sign-ins are private. Please open a private chat with me and send {command} there.",
  "refusal.profile-missing": "Say which profile, by its name. To see those there are, type {command}.",
  "refusal.bad-selector":
    "That is not a profile name. A name starts with a letter or digit and may hold letters, digits and . _ @ + - (64 at most). For example: {example}",
  "refusal.reserved-word":
    "That word is a command of mine and cannot be a profile name. Please choose another, for example {example}",
  "refusal.no-pending-login": "No sign-in of yours is waiting for this address, so it cannot be used.",
  "refusal.login-expired": "That sign-in has expired: its 15 minutes are over.",
  "refusal.login-cancelled": "That sign-in was cancelled, so its address cannot be used any more.",
  "refusal.login-replaced":
    "That address is from an older link: a newer sign-in of yours has taken its place (five can wait at once). Use the newest link.",
  "refusal.login-already-used": "That address was already used. Each one works once.",
  "refusal.login-of-other-profile":
    "That address belongs to the sign-in for {name}, not to the profile you named. Paste it without a profile name to finish {name}.",
  "refusal.too-many-attempts": "Too many addresses of other sign-ins were sent, so the waiting sign-in was ended.",
  "refusal.account-differs":
    "The account you approved is not the one that profile {name} holds, so nothing was saved. Sign in under another name, or start again and finish with --replace.",
  "refusal.account-has-profile": "That account has a profile already, so nothing was saved. Choose where it is to go.",
  "refusal.nothing-parked":
    "No sign-in waits for that choice of yours: it was saved or dropped, a newer one took its place, or its 5 minutes are over. To start again, type {command}.",
  "refusal.profile-of-other-account":
    "Profile {name} holds another account and stays as it is. Choose another name for the one you approved.",
  "refusal.pin-missing": "This chat does not ask for that profile. To see what it uses, type {why}.",
  "refusal.pin-other-model":
    "This chat's model is not one that a Codex profile serves, so the gateway would drop the choice. Choose an OpenAI model with /model first, then try again.",
  "refusal.pin-unavailable":
    "The gateway did not keep that choice for this chat. Nothing was changed. Send any message, then try again.",
  "refusal.stale-button": "That button is from an older screen.",
  "refusal.callback-empty":
    "There was no address in that. Copy the whole address of the localhost page and paste it again.",
  "refusal.callback-too-long":
    "That is too long to be the address of the localhost page. Copy just the address and paste it again.",
  "refusal.callback-not-found":
    "No sign-in address was found in that. It starts with http://localhost:1455/auth/callback and is in your browser's address bar after you approve.",
  "refusal.callback-is-sign-in-link":
    "That is the sign-in link itself. Open it in a browser and approve; then paste the address of the localhost page that follows.",
  "refusal.callback-taken":
    "Another program on your computer (the Codex CLI or an editor, listening on port 1455) took this sign-in. Close it, start again and paste the localhost address.",
  "refusal.callback-ambiguous": "There are two different addresses in that. Paste only the newest one.",
  "refusal.callback-wrong-redirect":
    "That address is not from this sign-in: it must start with http://localhost:1455/auth/callback. Nothing was opened or sent.",
  "refusal.callback-duplicate-parameter":
    "That address holds the same part twice, so it cannot be trusted. Copy it again from the address bar.",
  "refusal.callback-wrong-issuer":
    "That address comes from another sign-in service. Open the newest sign-in link and approve there.",
  "refusal.state-missing":
    "Part of the address is missing (the state). Copy the whole address of the localhost page, to its very end.",
  "refusal.state-mismatch":
    "That address belongs to another sign-in, perhaps an older one. Use the newest sign-in link.",
  "refusal.code-missing": "Part of the address is missing (the code). Copy the whole address of the localhost page.",
  "refusal.code-malformed":
    "The address was shortened or changed on its way. Copy it again from the address bar and paste all of it.",
  "refusal.authorization-denied": "Access was denied on the sign-in page, so nothing was saved.",
  "refusal.authorization-failed": "The sign-in page reported a problem, so nothing was saved.",
  "refusal.workspace-not-entitled":
    "Codex is not enabled for that ChatGPT workspace. Ask its administrator, or approve with another workspace.",
  "refusal.token-rejected":
    "The sign-in server did not accept this address: it is too old or was already used elsewhere.",
  "refusal.client-rejected":
    "The sign-in server no longer accepts this program. Please update the codex-auth plugin, then try again.",
  "refusal.region-unsupported":
    "OpenAI does not serve the country or network this gateway runs in, even if your own browser works. Give the gateway a proxy (HTTPS_PROXY) in a supported country and restart it.",
  "refusal.provider-blocked":
    "The sign-in server's protection page (Cloudflare) blocked this gateway's network. Try from another network or through a proxy (HTTPS_PROXY).",
  "refusal.provider-rate-limited":
    "The sign-in server is limiting requests from this gateway. Wait {wait}, then start again.",
  "refusal.provider-failed": "The sign-in server has a problem of its own right now. Wait a few minutes.",
  "refusal.provider-timeout": "The sign-in server did not answer within 30 seconds. Check the gateway's network.",
  "refusal.provider-unreachable":
    "The gateway could not reach auth.openai.com. Check its network, DNS and proxy (HTTPS_PROXY).",
  "refusal.provider-certificate":
    "The connection to auth.openai.com could not be trusted: its certificate does not check out. Look for a proxy that opens TLS, or a wrong clock on the gateway.",
  "refusal.token-response-invalid":
    "The sign-in server answered in a way that cannot be trusted, so nothing was saved.",
  "refusal.identity-missing":
    "The sign-in worked, but names no ChatGPT account, so nothing was saved. Approve with an account that has Codex.",
  "refusal.no-status": "No sign-in is waiting, and none was saved in the last 24 hours. To begin: {example}",
  "refusal.usage-verb":
    "There is no such command. The commands are start, finish, status, cancel, list, undo, log, audit and help.",
  "refusal.usage-option":
    "Those options are not understood. For an example: {example}. The help command lists them all.",
  "refusal.usage-address":
    "The address is missing: add --callback-url and the address, or --callback-url - and send it to standard input.",
  "refusal.host-not-found":
    "No OpenClaw was found on this machine's PATH. Install it, or name the profile file to work on with --auth-path.",
  "refusal.host-unknown":
    "This OpenClaw is not one codex-auth knows how to write for, so nothing was changed. Update codex-auth or OpenClaw.",
  "refusal.host-needs-other-node":
    "The OpenClaw on this machine does not load on this version of Node. Run codex-auth with the Node that OpenClaw itself runs on: openclaw --version says which it needs.",
  "refusal.host-config-unreadable":
    "OpenClaw's openclaw.json cannot be read from here: it is damaged, or put together from other files or variables. So it is not certain where its profiles lie, and nothing was changed. Name the profile file with --auth-path, or run openclaw doctor.",
  "refusal.host-uses-sqlite":
    "This OpenClaw keeps its profiles in SQLite, and an auth-profiles.json would break its gateway. Nothing was written. Leave --auth-path out and try again.",
  "refusal.store-ambiguous":
    "There is a newer SQLite profile store beside auth-profiles.json, so it is not certain which OpenClaw runs here. Nothing was changed. Put the openclaw that the gateway runs first on the PATH and try again.",
  "refusal.auth-path-invalid":
    "The option --auth-path must name a file called auth-profiles.json. Correct it and try again.",
  "refusal.store-locked": "The gateway's profile store is busy. Nothing was changed. Try again in a minute.",
  "refusal.store-unreadable":
    "The gateway's profile store cannot be read, so nothing was changed. Run openclaw doctor on the server, then try again.",
  "refusal.store-migration-required":
    "The gateway's profiles must be migrated first: an old auth-profiles.json is in the way. Stop the gateway, run openclaw doctor --fix on the server, then try again. Nothing was changed.",
  "refusal.store-write-failed":
    "The gateway did not keep the new sign-in. Its disk may be full or read-only. Nothing else was changed.",
  "refusal.profile-unknown": "There is no profile named {name}. To see those there are, use {command}.",
  "refusal.profile-not-codex":
    "The name {name} belongs to another kind of credential on this gateway, such as an API key, and stays as it is. Choose another name, for example {example}",
  "refusal.agent-unknown":
    "There is no agent of that name. Leave --agent out, or name one that openclaw agents list shows.",
  "refusal.login-of-other-store":
    "That sign-in was started for another profile store. Finish it where it was started, with the same --auth-path and the same openclaw on the PATH.",
  "refusal.undo-missing":
    "There is nothing to undo for {name}: what a sign-in replaces is kept for 24 hours, and only the last one. To sign in, type {again}",
  "refusal.undo-changed":
    "Profile {name} has changed since then, so nothing was undone. To see what it holds now, type {command}.",
  "refusal.undo-unwritable":
    "What the profile holds now could not be kept for an undo, so nothing was changed. Check the disk and the folder {folder} in the gateway's state directory.",
  "refusal.pending-locked": "The file of waiting sign-ins is busy. Nothing was changed. Try again in a minute.",
  "refusal.pending-insecure":
    "The file of waiting sign-ins is not safe to use: another user owns or can read it, or it is a link. Remove {file} from OpenClaw's temporary folder on the server.",
  "refusal.log-insecure":
    "The log of changes cannot be used: another user owns or can read it, it is a link, or it has grown too large. Remove {log} from the gateway's state folder.",
  "refusal.pending-unwritable":
    "The file of waiting sign-ins cannot be written. Check the disk and OpenClaw's temporary folder on the server.",
  "refusal.manifest-invalid": "This plugin's own manifest is damaged. Install codex-auth again.",
  "refusal.config-invalid":
    "CODEX_AUTH_SANDBOX must name a loopback address such as http://127.0.0.1:4000. Correct or unset it and restart the gateway.",
  "refusal.host-unsupported":
    "This OpenClaw is too old for the codex-auth plugin. Update OpenClaw to 2026.6.1 or newer, or use the program codex-auth in a terminal.",
  "refusal.internal":
    "Something went wrong inside codex-auth, and nothing was saved. Try again; if it stays so, the gateway's log has a line about it.",

  "saved.not-queued": "This OpenClaw needs no restart, so nothing was queued.",
  "saved.restarted": "The gateway was restarted and answers again: the change is live.",
  "host.seen": "The version found here is {version}.",
  "warning.no-host":
    "No OpenClaw was found on this machine, so only the file you named was changed. Restart its gateway for it to count.",
} as const satisfies Readonly<Record<RequiredKey, string> & Record<string, string>>;

export type SentenceKey = keyof typeof EN;
export type Catalogue = Readonly<Record<SentenceKey, string>>;

/** The names of the places in a sentence. */
export type PlacesIn<Sentence extends string> = Sentence extends `${string}{${infer Place}}${infer Rest}`
  ? Place | PlacesIn<Rest>
  : never;

export type PlacesOf<Key extends SentenceKey> = PlacesIn<(typeof EN)[Key]>;

type HasSamePlaces<One, Other> = [One, Other] extends [Other, One] ? true : false;

/** A translation with each sentence whose places differ from those of the English one replaced by these places. */
type Translated<Sentences> = {
  readonly [Key in keyof Sentences]: Key extends SentenceKey
    ? HasSamePlaces<PlacesIn<Sentences[Key] & string>, PlacesOf<Key>> extends true
      ? Sentences[Key]
      : { readonly places: PlacesOf<Key> }
    : never;
};

/** Another language. It does not compile if a sentence, or a place in one, is missing, misspelt or surplus. */
export function translation<const Sentences extends Catalogue>(
  sentences: Sentences & Translated<Sentences>,
): Catalogue {
  return sentences;
}
