/**
 * What people read in a chat, in English. `{name}` marks a value that the screens put in; no sentence holds markup, so
 * that it reads the same in every chat.
 */
export const EN_CHAT = {
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
  "selector.pending": "Waiting for the address of: {name} ({minutes} left). To stop: {command}",

  "new.title": "Name the new profile: type {command} with a name of yours.",
  "new.suggested": "Or tap one of these.",
  "new.grammar": "A name starts with a letter or digit and may hold letters, digits and . _ @ + - (64 at most).",

  "card.title": "Sign in to the new profile {name}",
  "card.title.again": "Sign in again to profile {name}",
  "card.stand-in": "There is no profile named default, so this is your first Codex profile, {name}.",
  "card.open": "1. Open this link on any device and approve. Approve only because you asked for it here yourself:",
  "card.paste":
    "2. Your browser will end on a localhost page that cannot load: that is right. Copy its address and send it here.",
  "card.quiet": "More private: sent as {command} it leaves the least behind in this chat.",
  "card.time": "Time left: {minutes}. To stop: {command}",

  "saved.title": "Signed in: profile {name} now holds {account}.",
  "saved.live": "It is live in the gateway: the next message can use it, no restart needed.",
  "saved.left-out":
    "It is saved, but the gateway's own settings leave it out: add it to auth.order or auth.profiles in openclaw.json.",
  "saved.restart":
    "It is saved, but this OpenClaw shows its agents a new sign-in only after a restart: run openclaw gateway restart on the server.",
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
  "question.time": "It waits in memory for {minutes}.",

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
  "pin.undo": "To stop: {command}",
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
  "why.paused": "• {name}: {facts}",
  "why.own-copy": "• This agent has a copy of its own, which counts before the shared one.",
  "why.place": "{name} is number {place} of those that are tried.",
  "why.no-place": "{name} is not among those that are tried.",
  "list.more": "{names} and {count} more",

  "log.title": "The last changes, newest first",
  "log.none": "Nothing was changed here yet.",
  "log.line": "• {time} ago, {who}: {action} {name}: {outcome}",
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
  "notice.again": "To sign in again: {command}",
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
  "status.pending": "• {name}: waiting for its address, {minutes} left",
  "status.parked":
    "• {name}: approved with another account, waits for your choice, {minutes} left. To choose: {command}; to drop it: {cancel}",
  "status.saved": "Last saved here: {name}, {minutes} ago",
  "status.stop": "To stop: {command}",
  "status.next": "To sign in: {command}",

  "cancel.done": "Cancelled: {name}. Nothing was changed.",
  "cancel.none": "No sign-in is waiting in this chat. Nothing was changed.",
  "close.done": "Closed. Nothing was changed.",

  "finish.help": "Send the address of the localhost page after the command: {command}",

  "help.title": "Sign in to ChatGPT/Codex accounts from this chat",
  "help.select": "{command}: your profiles, and the way to a new one",
  "help.start": "{command}: sign in to that profile",
  "help.finish": "{command}: finish with the address of the localhost page",
  "help.page": "{command}: another page of your profiles",
  "help.refresh": "{command}: look at them anew",
  "help.status": "{command}: what is waiting, what was last saved",
  "help.cancel": "{command}: stop all that is waiting; {one}: only that profile's",
  "help.show": "{command}: one profile, and what can be done with it",
  "help.prefer": "{command}: make it the one that is tried first",
  "help.signout": "{command}: take it off this gateway; {sure}: without being asked first",
  "help.use": "{command}: use it in this chat; {stop}: stop that",
  "help.why": "{command}: which one this chat uses next, and why; {one}: and that profile's part in it",
  "help.log": "{command}: the last changes; {audit}: what is wrong here",
  "help.keep": "{command}: where to save a sign-in that came back with another account",
  "help.undo": "{command}: put back what that profile held before its last sign-in or sign-out (24 hours)",
  "help.paste": "While a sign-in is waiting, the address can also be sent as a plain message.",

  "group.withheld":
    "That address belongs to a sign-in and should not be in a group. It was kept from the agent. Delete it, and sign in from a private chat.",

  "quoted.withheld":
    "The message you answered holds a sign-in address, so this was kept from the agent. Delete that message, and ask again without answering it.",

  "owners.entry":
    "Owners of this gateway are listed under commands.ownerAllowFrom in openclaw.json; the entry for you would be {sender}.",

  "owners.scope": "Here that takes a client with the scope operator.admin.",

  "transcript.withheld": "(a sign-in address, kept out of this transcript by codex-auth)",

  "time.minutes": "{count} min",
  "time.moment": "less than a minute",
  "time.while": "a few minutes",
  "time.hours": "{count} h",

  "health.until": "{health} until {clock} UTC, {time} from now",
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
} as const;
