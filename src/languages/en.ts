/**
 * Every sentence that users read, in English. `{name}` marks a place that a value fills. No sentence holds markup, so
 * that it reads the same on every surface, and none stands twice.
 */
import type { ErrorCode } from "../errors.ts";
import type { AuditedAction, ProfileHealth } from "../rules/results.ts";

type RequiredKey = `refusal.${ErrorCode}` | `health.${ProfileHealth}` | `action.${AuditedAction}`;

export const EN = {
  sandbox: "SANDBOX: sign-ins go to a test server. No real account is involved.",

  "selector.title": "Codex profiles on this gateway",
  "selector.empty": "This gateway has no Codex profile yet.",
  "selector.profile": "• {name}: {facts}",
  "selector.default": "• {name} (used by default): {facts}",
  "selector.pinned": "• {name} (used in this chat): {facts}",
  "selector.pinned-default": "• {name} (used in this chat and by default): {facts}",
  "selector.more": "See one profile and its actions: {command}",
  "selector.usage": "See what is left of each account: {command}",
  "selector.refresh": "Refresh this list: {command}",
  "selector.page": "Page {page} of {pages}. Another page: {command}",
  "selector.choose": "To sign in, type {command}, for example {example}. A new name creates a new profile.",
  "selector.first": "To sign in, type {command}. To name the profile yourself, type {example}",
  "pending.more": "…and {count} more",
  "selector.pending": "Pending sign-in: {name}, {time} left. Cancel: {command}",

  "new.title": "To create a profile, type {command} with a name of your choice.",
  "new.suggested": "Or tap a name below.",
  "new.grammar":
    "A name starts with a letter or a digit. It can contain letters, digits and . _ @ + - (64 characters at most).",

  "card.title": "Sign in to the new profile {name}",
  "card.title.again": "Sign in again to profile {name}",
  "card.stand-in": "No profile has the name default, so this sign-in is for {name}.",
  "card.open": "1. Open this link on any device and approve. Approve only if you started this sign-in yourself:",
  "card.listening":
    "If the browser runs on the gateway's machine, or reaches it with ssh -L 1455:127.0.0.1:1455, the sign-in is then finished. To see the result, use {command}. Otherwise:",
  "card.page": "2. Your browser then shows a localhost page that cannot load. This is expected.",
  "card.paste": "3. Copy the full URL of this page (the callback URL) from the address bar and send it here.",
  "card.run":
    "3. Copy the full URL of this page (the callback URL). Run {command} and paste the URL. Then press Enter and Ctrl-D (on Windows: Ctrl-Z and Enter).",
  "card.quiet": "More private: {command} leaves the least behind in this chat.",
  "card.time": "Time left: {time}. Cancel: {command}",

  "card.code": "If you cannot copy this URL, use a code instead: {command}",

  "code.title": "Sign in with a code: profile {name}",
  "code.open": "1. Open this page on any device and sign in:",
  "code.type": "2. Type this code there: {code}",
  "code.told": "3. Then you are done. The result appears here by itself.",
  "code.ask": "3. Then send {command} to see the result.",
  "code.warning":
    "Type the code only because you asked for it here yourself. Never send it to anyone: nobody from OpenAI, OpenClaw or this plugin asks for it.",
  "code.off":
    "If the page says that codes are turned off: in ChatGPT, open Settings, then Security, and turn on “Enable device code authorization for Codex”. In a workspace, only its admin can do that. Then get a new code.",
  "code.link": "Or use the sign-in link: {command}",
  "code.ended": "The sign-in with a code to profile {name} has ended.",
  "code.again": "Get a new code: {command}",
  "code.replaces": "A code was issued for profile {name}, so the link that was here no longer works.",
  "code.link-works": "The sign-in link still works:",

  "login.listening":
    "If the browser runs on this machine, or reaches it with ssh -L 1455:127.0.0.1:1455, you are then done. Otherwise:",
  "login.paste": "3. Copy the full URL of this page (the callback URL), paste it here and press Enter.",
  "login.time": "Time left: {time}. To cancel, press Ctrl-C.",

  "page.title": "Codex sign-in",
  "page.done":
    "This page belongs to a Codex sign-in on this machine. You can close it. To see the result, use {command}",
  "page.saved": "You are signed in. You can close this page.",
  "page.saving": "The sign-in is being saved. You can close this page. To see the result, use {command}",
  "page.question":
    "Nothing is saved yet, because there is a question about the account. To answer it, use {command} where you started the sign-in.",
  "page.failed":
    "The sign-in did not work, so nothing was saved. To see why, use {command} where you started it. Then start again.",
  "page.over":
    "This sign-in was cancelled, replaced or expired, so nothing was saved. Start a new one where you started it.",
  "page.unknown":
    "No sign-in on this machine is waiting for this page, so nothing was done. Copy the full URL of this page and paste it where you started the sign-in.",
  "page.later":
    "The sign-in cannot be finished right now, so nothing was saved. Wait a minute and reload this page, or copy its full URL and paste it where you started the sign-in.",

  "saved.title": "Signed in: profile {name} now uses {account}.",
  "saved.live": "The next message can use it. No restart is needed.",
  "saved.left-out":
    "It is saved, but the settings in openclaw.json leave it out. Add it to auth.order or auth.profiles there.",
  "saved.restart":
    "The change is saved, but a running gateway uses it only after a restart. On the gateway's machine, run openclaw gateway restart",
  "saved.none-running": "If no gateway is running, nothing is needed.",
  "saved.undo": "Undo within 24 hours: {command}",
  "saved.delete": "Delete your message with the callback URL. The URL cannot be used again, but it is still private.",
  "account.plan": "{account} (plan: {plan})",
  "account.unknown": "the account you approved",
  "saved.same-account": "Profile {name} uses the same account.",

  "question.differs": "Not saved yet. You approved {account}, but profile {name} uses {held}.",
  "question.has-profile":
    "Not saved yet. You approved {account}. Profile {held} already uses this account. You were signing in to {name}.",
  "question.unreadable":
    "Not saved yet. You approved {account}. The record that is stored for {name} has a form that this OpenClaw does not use for Codex, and this sign-in would replace it.",
  "question.new": "Save it as a new profile: {command}",
  "question.replace": "Replace the account of {name}: {command}",
  "question.over": "Replace the record of {name}: {command}",
  "question.update": "Update {name} with this sign-in: {command}",
  "question.leave": "Discard this sign-in: {command}",
  "question.unknown": "an account without a known e-mail address",
  "question.time": "Choose within {time}. Until then, the sign-in is kept in memory only.",

  "profile.title": "Codex profile {name}: {facts}",
  "profile.default": "Used by default: OpenClaw tries this profile first.",
  "profile.pinned": "Used in this chat, before all other profiles.",
  "profile.unreadable":
    "This OpenClaw does not use the record. A sign-in can replace it, asks you first, and can be undone.",
  "profile.pick": "Sign in again: {command}",
  "profile.use": "Use in this chat: {command}",
  "profile.unuse": "Stop using in this chat: {command}",
  "profile.prefer": "Make it the default: {command}",
  "profile.signout": "Sign out: {command}",
  "profile.undo": "Undo the last change: {command}",
  "profile.retry": "Let OpenClaw try it again: {command}",
  "profile.revive": "Try the old sign-in again: {command}",
  "retry.has-room": "OpenAI says that this account has usage left.",
  "retry.done": "OpenClaw can use {name} again, from the next message on. OpenAI says that the account has usage left.",
  "revive.forgotten":
    "The old sign-in cannot be tried again, because this gateway has not seen it working since it started.",
  "revive.done": "The old sign-in of {name} works again: OpenClaw has renewed it. The next message can use it.",
  "profile.list": "All profiles: {command}",

  "prefer.done": "{name} is now the default profile. The other profiles keep their order.",
  "prefer.defeated":
    "{name} is now first in the stored order, but OpenClaw still tries another profile first. There are three possible causes: auth.order in openclaw.json names another profile first; {name} is in cooldown or disabled; or {name} is the profile named default and OpenClaw uses a newer sign-in to the same account.",

  "prefer.kept": "This chat still uses {other}, because the gateway chose it here before. Change this chat: {command}",

  "pin.done": "This chat uses {name} from the next message on.",
  "pin.paused": "It cannot be used right now: {facts}. The gateway may use another profile, or may not answer.",
  "unpin.done": "This chat no longer prefers {name}. The gateway uses the default profile.",

  "why.next": "The next message in this chat uses {name}.",
  "why.other-model":
    "The model of this chat cannot use a Codex profile, so the next message uses none. To use one, choose an OpenAI model with /model.",
  "why.next-then": "With an OpenAI model, the next message in this chat uses {name}.",
  "why.nothing": "No Codex profile can be used right now. To see all profiles, type {command}",
  "why.decides.pin": "Reason: it was chosen for this chat.",
  "why.decides.kept": "Reason: the gateway chose it for this chat before and keeps it.",
  "why.decides.stored-order": "Reason: the stored order.",
  "why.decides.config-order": "Reason: auth.order in openclaw.json.",
  "why.decides.allow-list": "Reason: auth.profiles in openclaw.json lists the profiles that can be used.",
  "why.decides.host": "Reason: the gateway's own rule, because nothing else is set.",
  "why.pin": "• Used in this chat: {name}",
  "why.pin-unusable": "• Chosen for this chat: {name}. It cannot be used right now. Stop using it here: {command}",
  "why.kept": "• The gateway keeps using {name} in this chat.",
  "why.stored-order": "• Stored order: {names}",
  "why.config-order": "• auth.order: {names}",
  "why.allow-list": "• auth.profiles: {names}",
  "why.own-copy": "• This agent uses its own copy of the profile, not the shared one.",
  "why.place": "{name} is number {place} of the profiles that the gateway tries.",
  "why.no-place": "The gateway does not try {name}. To see its state, type {command}",
  "list.more": "{count} more",

  "usage.title": "Codex usage",
  "usage.name": "• {name}",
  "usage.in-use": "used in this chat",
  "usage.default": "used by default",
  "usage.best": "most left",
  "usage.asked": "asked {ago}",
  "usage.awaited": "OpenAI has not answered yet",
  "usage.window": "{window}: {state}",
  "usage.window-until": "{window}: {state}, full again in {time} ({at})",
  "usage.brief": "{window} {state}",
  "usage.brief-until": "{window} {state} (full again in {time})",
  "usage.brief-at": "{window} {state} (full again in {time}, {at})",
  "usage.state": "{left} {bar}",
  "usage.left": "{count}% left",
  "usage.left-little": "less than 1% left",
  "usage.used-up": "used up",
  "usage.was-reset": "reset since then",
  "usage.not-told": "not reported",
  "usage.week": "week",
  "usage.month": "month",
  "usage.days": "{count} days",
  "usage.hours": "{count} h",
  "usage.minutes": "{count} min",
  "usage.no-limit": "OpenAI names no limit.",
  "usage.reached": "OpenAI says that the limit is reached.",
  "usage.stop.credits": "The workspace has no credits left. Its owner can add some.",
  "usage.stop.workspace-limit": "The workspace has reached its own limit. Its owner can raise it.",
  "usage.stop.spend-limit": "The spending limit is reached. The workspace's owner can raise it.",
  "usage.other": "{name}: {facts}",
  "usage.credits": "Credits: {count}",
  "usage.credits-unlimited": "Credits: unlimited",
  "usage.resets": "Unused resets: {count}",
  "usage.partial": "The other answers follow.",
  "usage.use": "Use {name} in this chat: {command}",
  "usage.more": "{count} more profiles are not shown. See one of them, or any other in detail: {command}",
  "usage.note": "{names}: {note}",
  "usage.fresh": "Asked within the last minute, unless another time is named.",
  "usage.limit-reached": "limit reached",
  "usage.one": "See one profile in detail: {command}",
  "usage.again": "Look again: {command}",
  "usage.zone": "Time zone: {zone}",
  "usage.remembered": "{facts} ({ago})",
  "untold.unauthorized": "OpenAI did not report its usage ({status}). The sign-in is not affected. Look again later.",
  "untold.sign-in-ended": "OpenAI has ended this sign-in.",
  "untold.workspace-gone": "OpenAI says that the workspace is deactivated. Ask its owner.",
  "untold.no-access": "OpenAI says that the account has no access to Codex in this workspace.",
  "untold.challenge":
    "OpenAI's protection page (Cloudflare) blocks the gateway's machine, so OpenAI is not asked again for 15 minutes. Use another network or a proxy ({variable}).",
  "untold.region":
    "OpenAI does not support the country or network of the gateway's machine. Use a proxy in a supported country ({variable}).",
  "untold.rate-limited": "OpenAI was asked too often about this account. Look again in a few minutes.",
  "untold.failed": "OpenAI has a problem right now. Look again in a minute.",
  "untold.unreadable": "The answer of OpenAI could not be read. Update codex-auth.",
  "untold.other-account": "The answer of OpenAI is for another account, so it is not shown. Look again in a minute.",
  "untold.unreachable":
    "The gateway's machine could not reach chatgpt.com. Check its network, DNS and proxy ({variable}).",
  "untold.late": "OpenAI did not answer in time. Look again.",
  "untold.token-old":
    "Not asked, because its access token must be renewed first. OpenClaw does that when it next uses the profile.",
  "untold.renewing": "Not asked, because OpenClaw is renewing its access token. Look again in a minute.",
  "untold.no-token": "Not asked, because no access token is stored for it.",

  "log.title": "Last changes, newest first",
  "log.none": "There are no changes yet.",
  "log.done": "• {ago}, {who}: {action} {name} (done)",
  "log.refused": "• {ago}, {who}: {action} {name} (refused). {why}",
  "action.retry": "let OpenClaw try again:",
  "action.revive": "try the old sign-in again:",
  "action.quiet": "no more usage messages about",
  "action.sign-in": "sign in to",
  "action.sign-out": "sign out",
  "action.prefer": "set the default to",
  "action.undo": "undo the last change to",
  "action.use": "use in a chat:",
  "action.unuse": "stop using in a chat:",

  "audit.none": "This check found no problem.",
  "audit.title": "Problems and how to fix them",
  "finding.pending-insecure":
    "• The file of pending sign-ins is not private. Another user can read it, or it is a link. On the gateway's machine, delete {file} from OpenClaw's temporary folder.",
  "finding.pending-of-other-user":
    "• OpenClaw's temporary folder, or {file} in it, belongs to another user of the gateway's machine. Delete {file}, or set TMPDIR to a folder of the user that runs OpenClaw.",
  "finding.state-of-other-user":
    "• The gateway's state folder, or {file} in it, belongs to another user of its machine, so changes cannot be undone or logged. Give it to the user that runs OpenClaw.",
  "finding.open-disk":
    "• The disk of OpenClaw's state folder or temporary folder keeps no file permissions. Other users of the gateway's machine may read the tokens that are kept there for an undo. If there are other users, move the folder to another disk.",
  "finding.log-insecure":
    "• The log of changes cannot be used, so new changes are not logged. Another user can read it, or it is a link or too large. Delete {file} from the gateway's state folder.",
  "finding.legacy-file":
    "• An old auth-profiles.json beside the gateway's SQLite store blocks sign-ins. Stop the gateway, then run openclaw doctor --fix on its machine.",
  "finding.import-required":
    "• OpenClaw has not yet imported the sign-ins in its older files (auth.json, credentials/oauth.json), and a new one would hide them. Run openclaw models status on the gateway's machine, which imports them. For another agent, add --agent and its name.",
  "finding.store-unreadable":
    "• The gateway's profile store cannot be read. Run openclaw doctor on the gateway's machine.",
  "finding.no-owner":
    "• No owner is configured. Add yourself to commands.ownerAllowFrom in openclaw.json, for example telegram:4242001.",
  "finding.old-skill":
    "• An older skill is in {folder}. It may take a command of this plugin, or write a file of its own. Delete this folder.",
  "finding.profile-failing": "• {name}: {facts}. Sign in again: {command}",

  "notice.title": "Codex profile {name} cannot be used: OpenClaw could not renew its login.",
  "notice.pinned":
    "It is used in this chat, so messages here may fail until it is repaired. Stop using it here: {command}",
  "notice.details": "Details: {command}",
  "notice.off": "To turn off these messages, set notify to false in this plugin's config.",
  "notice.line": "Codex profile {name} cannot be used. To repair it: {command}",

  "nudge.title": "Codex profile {name} is in use and nearly used up: {facts}",
  "nudge.others": "See how much the other accounts have left: {command}",
  "nudge.prefer": "Make {name} the default: {command}",
  "nudge.quiet": "No more of these messages until it is full again: {command}",
  "nudge.off": "To turn off all of these messages, set nudge to false in this plugin's config.",
  "quiet.done": "There will be no more messages about the usage of {name} until it is full again.",
  "quiet.off":
    "Messages about the usage are off, because nudge is not true in this plugin's config. If you turn them on, there will be none about {name} until it is full again.",
  "signout.ask": "Sign out {name}? The gateway will no longer use it. Other profiles stay as they are.",
  "signout.confirm": "Yes, sign out: {command}",
  "signout.leave": "No, keep it: {command}",
  "signout.done": "Signed out: {name} is no longer on this gateway. At OpenAI the login stays valid until it expires.",

  "undo.done": "Undone: profile {name} is as it was before.",
  "undo.unreadable": "This OpenClaw does not use its record.",

  "status.title": "Your sign-ins in this chat",
  "status.none": "No sign-in is pending.",
  "status.none-of": "No sign-in to {name} is pending.",
  "status.others": "Pending sign-ins to other profiles: {names}. See them: {command}",
  "status.pending": "• {name}: waiting for the callback URL, {time} left",
  "status.pending-code": "• {name}: waiting for the code to be approved, {time} left",
  "status.failed": "Last failed: {name}, {ago}",
  "status.parked": "• {name}: approved but not saved, {time} left. Save it: {command}; discard it: {cancel}",
  "status.saved": "Last saved: {name}, {ago}",
  "status.stop": "Cancel all: {command}",
  "status.stop-one": "Cancel it: {command}",
  "status.finish": "Finish: {command}",
  "status.next": "Sign in: {command}",

  "cancel.done": "Cancelled: {name}. Nothing was changed.",
  "cancel.none": "No sign-in is pending. Nothing was changed.",
  "cancel.none-of": "No sign-in to {name} is pending. Nothing was changed.",
  "close.done": "Closed. Nothing was changed.",

  "finish.help": "To finish a sign-in, send the URL of the localhost page with {command}",

  "help.title": "Sign in to ChatGPT/Codex accounts for OpenClaw",
  "help.line": "{command}: {about}",
  "help.page": "list your profiles",
  "help.pick": "sign in to a profile, new or again",
  "help.code": "sign in with a code in place of a link",
  "help.login": "sign in to a profile, and wait until it is done",
  "help.finish": "finish a sign-in with its callback URL",
  "help.status": "list pending sign-ins and the last saved profile",
  "help.cancel": "cancel all pending sign-ins, or one profile's",
  "help.show": "show a profile and its actions",
  "help.use": "use a profile in this chat",
  "help.unuse": "stop using a profile in this chat",
  "help.usage": "show what is left of each account, or of one",
  "help.why": "show which profile this chat uses next, and why",
  "help.prefer": "make a profile the default",
  "help.signout": "remove a profile from this gateway; without yes it asks first",
  "help.retry": "end a cooldown early, if OpenAI says that the account has usage left",
  "help.revive": "try the old sign-in again after a failed renewal",
  "help.quiet": "stop the messages about the usage of a profile until it is full again",
  "help.undo": "undo the last sign-in or sign-out, within 24 hours",
  "help.keep": "choose where to save a sign-in to another account",
  "help.log": "list the last changes",
  "help.audit": "list problems and how to fix them",
  "help.help": "list all commands",
  "help.version": "print the version of codex-auth",
  "help.no-revive":
    "A terminal cannot try an old sign-in again after a failed renewal, because only the running gateway remembers it. Use the chat for that.",
  "help.paste": "While a sign-in is pending, you can also send the callback URL as a plain message.",
  "option.profile": "the profile, such as work",
  "option.callback-url": "the callback URL, or - to read it from standard input",
  "option.replace": "let the sign-in replace another account, or a record that OpenClaw does not use",
  "option.queue-apply": "restart the gateway if the change needs a restart",
  "option.device": "use a code in place of the link",
  "option.agent": "use the profiles of this agent",
  "option.auth-path": "use this auth-profiles.json, if the host keeps profiles in a file",
  "option.openclaw": "use this OpenClaw: its file or its folder",
  "option.json": "print one JSON object",

  "group.withheld":
    "Your message contains a callback URL, which is private. The agent did not get it. Delete the message. Use a private chat to sign in.",

  "quoted.withheld":
    "The message that you replied to contains a callback URL, so the agent did not get your message. Delete that message, then ask again without a reply to it.",

  "owners.entry": "To become an owner, add this to commands.ownerAllowFrom in openclaw.json: {sender}",

  "owners.allow-from": "This channel also needs your id in {setting}. Add every owner there.",

  "owners.scope": "Use a client with the scope operator.admin.",

  "transcript.withheld": "(callback URL, withheld from this transcript by codex-auth)",

  "time.moment": "less than a minute",
  "time.while": "a few minutes",

  "health.until": "{health} until {time}, {left} left",
  "health.because": "{health} ({reason})",
  "cooldown.refused": "OpenAI refused it",
  "cooldown.refused-at": "OpenAI refused it at {time}",
  "cooldown.again": "{refused}; OpenClaw tries again after {time}",
  "reason.renewal-failed": "renewal failed",
  "reason.no-token": "no token",
  "reason.refused": "no longer accepted by OpenAI",
  "reason.usage-limit": "usage limit of the plan",
  "reason.billing": "billing problem",
  "reason.rate-limit": "too many requests",
  "health.signed-in": "signed in, renewed automatically",
  "health.refreshing": "signed in, renewing now",
  "health.needs-sign-in": "needs a new sign-in",
  "health.cooling-down": "in cooldown",
  "health.disabled": "disabled by the gateway",
  "health.unreadable": "stored in a form that this OpenClaw does not use for Codex",

  "button.new": "New profile",
  "button.cancel": "Cancel",
  "button.previous": "Previous",
  "button.next": "Next",
  "button.code": "Use a code instead",
  "button.code-again": "New code",
  "button.device-page": "Open the page",
  "button.link": "Use the link instead",
  "button.open": "Open the sign-in page",
  "button.again": "Start again",
  "button.sign-in": "Sign in again",
  "button.again-as": "Sign in to {name} again",
  "button.details": "Details",
  "button.use": "Use in this chat",
  "button.unuse": "Stop using",
  "button.usage": "Usage",
  "button.use-named": "Use {name} here",
  "button.look-again": "Look again",
  "button.accounts": "Accounts",
  "button.refresh": "Refresh",
  "button.keep-new": "Save as {name}",
  "button.keep-over": "Replace {name}",
  "button.keep-update": "Update {name}",
  "button.prefer": "Make default",
  "button.retry": "Let OpenClaw try it again",
  "button.revive": "Try the old sign-in again",
  "button.prefer-named": "Make {name} default",
  "button.quiet": "Quiet until it is full again",
  "button.sign-out": "Sign out",
  "button.sign-out-sure": "Yes, sign out",
  "button.undo": "Undo",
  "button.back": "Back",

  "next.again": "Start again: {command}",
  "next.still-waiting": "You still have a pending sign-in: {command}",
  "next.near": "Did you mean {command}?",
  "next.saved": "It has already signed in profile {name}, so there is nothing left to do.",
  "next.begin": "Start a sign-in: {command}",
  "next.withheld": "The agent did not get the URL.",
  "next.log": "If it fails again, check the gateway's log.",
  "next.failure": "The error was: {failure}",
  "next.restart": "A running gateway then needs a restart.",
  "next.semicolon": "{variable} contains a semicolon, but only commas and spaces separate its names.",

  "invalid.any": "An option or a word is not valid.",
  "invalid.option": "The option {name} is not valid here.",
  "invalid.needs-value": "The option {name} needs a value.",
  "invalid.takes-no-value": "The option {name} takes no value.",
  "invalid.value": "The value of the option {name} is not valid.",
  "invalid.word": "The word {name} is not valid here.",
  "invalid.place": "Argument number {place} is not valid here.",
  "invalid.profile": "This command takes no profile.",

  "refusal.not-allowed": "Only an owner of this gateway can do this.",
  "refusal.not-private": "Sign-ins and usage are private. Send {command} in a private chat with the bot.",
  "refusal.chat-unsupported":
    "OpenClaw cannot tell here whether this chat is private, so you cannot sign in here. Use Telegram, Slack, Discord or the web chat.",
  "refusal.profile-missing": "The name of the profile is missing. To see all profiles, type {command}",
  "refusal.bad-selector":
    "This is not a valid profile name. A name starts with a letter or a digit. It can contain the letters a to z, digits and . _ @ + -, but no spaces (64 characters at most). For example: {example}",
  "refusal.reserved-word":
    "This word is a command, so it cannot be a profile name. Choose another name, for example {example}",
  "refusal.no-pending-login": "You have no pending sign-in for this callback URL.",
  "refusal.login-expired": "This sign-in expired after 15 minutes.",
  "refusal.login-cancelled": "This sign-in was cancelled, so its callback URL cannot be used.",
  "refusal.login-replaced":
    "A newer sign-in of yours replaced this one. At most five can be pending. Use the newest sign-in link.",
  "refusal.login-already-used": "This callback URL was already used. Each one works once.",
  "refusal.login-interrupted":
    "It was approved, but not finished: the gateway stopped, or no account was chosen in time. To see all profiles, type {command}",
  "refusal.login-of-other-profile":
    "This callback URL belongs to the sign-in for {name}, not to the profile that you named. To finish {name}, send the URL without a profile name.",
  "refusal.too-many-attempts": "Too many callback URLs of other sign-ins were sent, so your pending sign-in was ended.",
  "refusal.account-differs":
    "The account that you approved is not the account of profile {name}, so nothing was saved. To keep the account of {name}, start again with another profile name. To replace it, start again with this name and finish with the option --replace.",
  "refusal.account-has-profile":
    "Another profile already uses this account, so nothing was saved. Start again with the name of that profile.",
  "refusal.nothing-parked":
    "No sign-in waits for this choice. It was saved, discarded or replaced, or its time is over. To start again, type {command}",
  "refusal.profile-of-other-account":
    "Profile {name} uses another account, so it was not changed. Choose another profile name.",
  "refusal.pin-missing": "This profile is not set for this chat. To see which profile this chat uses, type {why}",
  "refusal.pin-other-model":
    "The model of this chat cannot use a Codex profile, so the gateway would drop the choice. Choose an OpenAI model with /model, then try again.",
  "refusal.pin-unavailable":
    "The gateway did not keep the choice for this chat, so nothing was changed. Send any message, then try again.",
  "refusal.retry-not-held":
    "{name} is not in cooldown, so nothing was changed. To see the state of all profiles, type {command}",
  "refusal.retry-limit-reached":
    "OpenAI says that the limit of {name} is reached, so nothing was changed. To see when it is full again, type {usage}",
  "refusal.retry-unanswered":
    "OpenAI did not say whether {name} has usage left, so nothing was changed. Try again in a minute, or sign in again: {again}",
  "refusal.revive-not-failed":
    "No renewal of {name} has failed, so nothing was changed. To see the state of all profiles, type {command}",
  "refusal.revive-forgotten":
    "This gateway does not remember a sign-in of {name}. It remembers a sign-in only if it worked after the gateway's last start and was not replaced. Sign in again: {again}",
  "refusal.revive-changed":
    "Profile {name} has changed since its renewal failed, so nothing was put back. To see its state now, type {command}",
  "refusal.revive-offline":
    "The gateway's machine could not reach auth.openai.com, so nothing was tried. Check its network and proxy, then try again: {revive}",
  "refusal.revive-rejected": "OpenAI no longer accepts the old sign-in of {name}. Sign in again: {again}",
  "refusal.revive-failed":
    "OpenClaw could not renew the old sign-in of {name} this time either. Try again in a few minutes: {revive}, or sign in again: {again}",
  "refusal.usage-unknown":
    "No message about the usage of {name} was sent, and OpenAI does not tell its numbers now, so there is nothing to be quiet about. To see why, type {usage}",
  "refusal.callback-empty":
    "There is no callback URL in the text. Copy the full URL of the localhost page and try again.",
  "refusal.callback-too-long":
    "The text is too long to be a callback URL. Copy only the URL of the localhost page and try again.",
  "refusal.callback-not-found":
    "No callback URL was found. After you approve, copy the URL that starts with http://localhost:1455/auth/callback from your browser's address bar.",
  "refusal.callback-is-sign-in-link":
    "This is the sign-in link, not the callback URL. Open it in a browser and approve. Then copy the URL of the localhost page.",
  "refusal.callback-is-error-page":
    "This is an error page of OpenAI, so you have not approved yet. Open the full sign-in link again in a private window and approve there.",
  "refusal.callback-taken":
    "Another program on your computer took this sign-in on port 1455, such as the Codex CLI or an editor. Close that program, then start again.",
  "refusal.callback-ambiguous":
    "The text contains two different callback URLs. Copy the newest one again from the address bar, without any other text.",
  "refusal.callback-wrong-redirect":
    "This is not the callback URL of the sign-in, so it was not opened or sent. Copy the URL that starts with http://localhost:1455/auth/callback instead.",
  "refusal.callback-duplicate-parameter":
    "A part of the callback URL appears twice, so the URL was not used. Copy it again from the address bar.",
  "refusal.callback-wrong-issuer":
    "This callback URL comes from another sign-in service. Open the newest sign-in link and approve there.",
  "refusal.state-missing":
    "The state is missing from the callback URL, or a part of it is. Copy the full URL of the localhost page, up to its very end and without other text.",
  "refusal.state-mismatch":
    "This callback URL belongs to another sign-in, perhaps an older one. Use the newest sign-in link.",
  "refusal.code-missing": "The code is missing from the callback URL. Copy the full URL of the localhost page.",
  "refusal.code-malformed": "The callback URL was shortened or changed. Copy the full URL again from the address bar.",
  "refusal.authorization-denied":
    "The sign-in page reported that access was denied, so nothing was saved. It also reports this if you approve the same link twice. Start again, and approve the new link once.",
  "refusal.authorization-failed": "The sign-in page reported a problem, so nothing was saved.",
  "refusal.workspace-not-entitled":
    "Codex is not enabled for this ChatGPT workspace. Ask its administrator, or approve with another workspace.",
  "refusal.device-code-refused": "OpenAI did not issue a code.",
  "refusal.device-code-off": "Codes are turned off for this ChatGPT account, so nothing was saved.",
  "refusal.device-code-expired": "The code expired before the sign-in was finished, so nothing was saved.",
  "refusal.token-rejected":
    "The sign-in server did not accept the sign-in. Its callback URL or code is probably too old, or was already used elsewhere.",
  "refusal.account-refused":
    "The sign-in server refused this account or this request, and codex-auth cannot tell why. Sign in at chatgpt.com with the same account. If that works, start again. If not, approve with another account.",
  "refusal.client-rejected": "The sign-in server no longer accepts this version of codex-auth. Update codex-auth.",
  "refusal.region-unsupported":
    "OpenAI does not support the country or network of the gateway's machine, even if your own browser works. Set {variable} to a proxy in a supported country. A running gateway then needs a restart.",
  "refusal.provider-blocked":
    "The protection page of the sign-in server (Cloudflare) blocked the network of the gateway's machine. Use another network or a proxy ({variable}).",
  "refusal.provider-rate-limited":
    "The sign-in server limits requests from the gateway's machine. Wait {wait}, then start again.",
  "refusal.provider-failed": "The sign-in server has a problem right now. Wait a few minutes.",
  "refusal.provider-timeout":
    "The sign-in server did not answer within 30 seconds. Check the network of the gateway's machine.",
  "refusal.provider-unreachable":
    "The gateway's machine could not reach auth.openai.com. Check its network, DNS and proxy ({variable}).",
  "refusal.provider-certificate":
    "The certificate of auth.openai.com could not be verified. Check the clock of the gateway's machine. If a proxy opens TLS, set NODE_EXTRA_CA_CERTS to the file of its certificate.",
  "refusal.proxy-malformed":
    "{variable} cannot be read as the URL of a proxy. Write it as http://host:port, or unset it. If it has a password, write %40 for @, %2F for /, %3F for ?, %23 for # and %25 for %.",
  "refusal.proxy-socks":
    "{variable} names a SOCKS proxy, which codex-auth cannot use. Set https_proxy to an HTTP proxy, such as http://127.0.0.1:7890. Most local proxies have a port for both.",
  "refusal.proxy-needs-other-node":
    "This version of Node does not use {variable}, so a sign-in would go past the proxy. Run codex-auth with Node 24.16 or newer. Node 22.21 and newer also use it with NODE_USE_ENV_PROXY=1, if https_proxy has the form http://host:port.",
  "refusal.token-response-invalid":
    "The answer of the sign-in server cannot be trusted, so nothing was saved. A proxy or a login page of the network may have answered instead. Check the network of the gateway's machine.",
  "refusal.identity-missing":
    "The sign-in worked but names no ChatGPT account, so nothing was saved. Approve with an account that has Codex.",
  "refusal.no-status": "{none} None was saved in the last 24 hours either. Start a sign-in: {again}",
  "refusal.usage-verb": "There is no such command. To see all commands, run {help}",
  "refusal.usage-option": "{invalid} To see all commands and options, run {help}",
  "refusal.usage-address":
    "The callback URL is missing. Add --callback-url and the URL, or add --callback-url - and send the URL to standard input.",
  "refusal.usage-address-cut":
    "The shell cut the callback URL at its first &. Put the URL in double quotes, or use --callback-url - and paste the URL.",
  "refusal.host-not-found":
    "No OpenClaw was found on the PATH of this machine. Install OpenClaw, name it with the option --openclaw, or name the file of its profiles with the option --auth-path.",
  "refusal.host-launcher":
    "The openclaw on the PATH is a launcher, such as one of asdf, mise, nodenv or Volta, and codex-auth cannot tell which OpenClaw it starts. Name the file of OpenClaw with the option --openclaw or the variable CODEX_AUTH_OPENCLAW. To find the file, run asdf which openclaw, or the same with mise, nodenv or volta. If the launcher, or a file that it reads, names a state folder or a profile of OpenClaw, set OPENCLAW_STATE_DIR to that folder too. If it starts a container, another user's OpenClaw or another machine, run codex-auth there.",
  "refusal.host-state-folder":
    "This version of OpenClaw does not read the state folder that was found, because only CLAWDBOT_STATE_DIR names it, or because its name is .moltbot or .moldbot. Set OPENCLAW_STATE_DIR to the state folder of this OpenClaw.",
  "refusal.host-path-invalid":
    "There is no OpenClaw at the path that --openclaw or CODEX_AUTH_OPENCLAW names. Name the file openclaw.mjs, or the folder that npm root -g prints.",
  "refusal.host-path-denied":
    "This user cannot read the path that --openclaw or CODEX_AUTH_OPENCLAW names. Run codex-auth as the user who runs OpenClaw, or name an OpenClaw that this user can read.",
  "refusal.host-unknown":
    "codex-auth does not know how this OpenClaw keeps its profiles, so nothing was changed. Update codex-auth or OpenClaw.",
  "refusal.host-needs-other-node":
    "The OpenClaw on this machine does not load on this version of Node. Run codex-auth with the version of Node that OpenClaw runs on.",
  "refusal.host-config-unreadable":
    "openclaw.json cannot be read from here, so it is not certain where the profiles are. Nothing was changed. If it is damaged, run openclaw doctor. If it takes its agents or its auth settings from another file or a variable, name the file of the profiles with the option --auth-path.",
  "refusal.host-uses-sqlite":
    "This OpenClaw keeps its profiles in SQLite. An auth-profiles.json would break its gateway, so nothing was written. Try again without the option --auth-path.",
  "refusal.store-ambiguous":
    "There is a newer SQLite store beside auth-profiles.json, so it is not certain which OpenClaw runs here. Nothing was changed. Name the openclaw of the gateway with the option --openclaw.",
  "refusal.auth-path-invalid":
    "The option --auth-path must name a file called auth-profiles.json. Correct it and try again.",
  "refusal.store-locked": "The profile store is busy, so nothing was changed. Try again in a minute.",
  "refusal.store-unreadable":
    "The profile store cannot be read, so nothing was changed. Run openclaw doctor on the gateway's machine, then try again. If that does not help, restore the store's file from a backup, or move it away and sign in again.",
  "refusal.store-migration-required":
    "An old auth-profiles.json blocks the gateway's profile store, so nothing was changed. Stop the gateway, run openclaw doctor --fix on its machine, then try again.",
  "refusal.store-import-required":
    "OpenClaw has not yet imported the sign-ins in its older files (auth.json, credentials/oauth.json), so nothing was changed. Run openclaw models status on the gateway's machine, which imports them, then try again. For another agent, add --agent and its name.",
  "refusal.store-write-failed":
    "The profile store did not keep the change. Nothing else was changed. Check whether its disk is full or read-only.",
  "refusal.store-read-only":
    "The file of the profiles can be read but not replaced, so nothing was changed. It is read-only, or it is mounted by itself. Make it writable, or mount its folder in its place.",
  "refusal.store-of-other-user":
    "The profile store belongs to another user of the gateway's machine, so nothing was changed. Run OpenClaw and codex-auth as the user that owns it.",
  "refusal.profile-unknown": "There is no profile named {name}. To see all profiles, type {command}",
  "refusal.profile-not-codex":
    "On this gateway, {name} is another kind of credential, such as an API key, so it was not changed. Choose another name, for example {example}",
  "refusal.profile-unreadable":
    "The record of profile {name} is stored in a form that this OpenClaw does not use for Codex, so it was not changed. To replace it, sign in to {name}: a chat asks you first, and a terminal needs finish with the option --replace. Undo puts it back.",
  "refusal.agent-unknown":
    "There is no agent with this name. Name an agent that openclaw agents list shows, or leave out the option --agent.",
  "refusal.login-of-other-store":
    "This sign-in was started for another profile store. Finish it where it was started, with the same openclaw and the same --auth-path.",
  "refusal.undo-missing":
    "There is nothing to undo for {name}. An undo puts back a sign-in that was replaced or removed in the last 24 hours. To sign in again, type {again}",
  "refusal.undo-changed":
    "Profile {name} is no longer as its last change left it, so nothing was undone. To see its state now, type {command}",
  "refusal.undo-unwritable":
    "The current profile could not be kept for an undo, so nothing was changed. Check the disk and the folder {folder} in the gateway's state folder.",
  "refusal.state-of-other-user":
    "The gateway's state folder, or {folder} in it, belongs to another user of its machine, so nothing was changed. Give it to the user that runs OpenClaw, then try again.",
  "refusal.pending-locked": "The file of pending sign-ins is busy, so nothing was changed. Try again in a minute.",
  "refusal.pending-insecure":
    "The file of pending sign-ins is not safe to use. Another user can read it, or it is a link. On the gateway's machine, delete {file} from OpenClaw's temporary folder.",
  "refusal.pending-of-other-user":
    "OpenClaw's temporary folder, or {file} in it, belongs to another user of the gateway's machine. Delete {file}, or set TMPDIR to a folder of the user that runs OpenClaw.",
  "refusal.log-insecure":
    "The log of changes cannot be used. Another user can read it, or it is a link or too large. Delete {log} from the gateway's state folder.",
  "refusal.pending-unwritable":
    "The file of pending sign-ins cannot be written. Check the disk of the gateway's machine. If its temporary folder cannot be written, set TMPDIR to another folder, for OpenClaw and for codex-auth.",
  "refusal.manifest-invalid": "The manifest of codex-auth is damaged. Install codex-auth again.",
  "refusal.config-invalid":
    "CODEX_AUTH_SANDBOX must be a loopback URL such as http://127.0.0.1:4000. Correct it or unset it. A running gateway then needs a restart.",
  "refusal.host-unsupported":
    "This OpenClaw is too old for the codex-auth plugin. Update OpenClaw to 2026.6.1 or newer, or use the program codex-auth in a terminal.",
  "refusal.internal":
    "An unexpected error stopped this. List the profiles to see whether something was changed, then try again.",

  "saved.not-queued": "No restart was queued.",
  "saved.restarted": "The gateway was restarted and answers again. The next message can use the change.",
  "owner.seen": "That user is {name}.",
  "host.seen": "The version found is {version}.",
  "host.node": "It names these versions of Node: {range}",
  "warning.no-host":
    "No OpenClaw was found on this machine. Only the named file is used, and no gateway is notified of a change.",
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
