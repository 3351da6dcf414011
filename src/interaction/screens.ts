/**
 * The screens of lists, results and refusals, built from the results of the actions. The same facts give the same
 * screen in every chat.
 */
import type { ErrorCode } from "../errors.ts";
import type { Privacy } from "../rules/binding.ts";
import { TYPED_VERBS, type Verb } from "../rules/commands.ts";
import { DEFAULT_PROFILE_NAME, type ProfileName } from "../rules/profile-id.ts";
import { DEFAULT_PROXY_VARIABLE } from "../rules/proxy.ts";
import type {
  CancelledSignIns,
  InvalidArgument,
  ListedProfile,
  NextStep,
  SignInStatus,
  PendingSummary,
  ProfileList,
  SavedSignIn,
} from "../rules/results.ts";
import { questionScreen } from "./profile-screens.ts";
import {
  button,
  command,
  effectLines,
  factsOf,
  inChats,
  inRows,
  inTerminal,
  nameButton,
  namesOf,
  nearLine,
  say,
  restartLines,
  typedName,
  usage,
  verbatim,
  type Button,
  type Line,
  type Screen,
  type ScreenLine,
} from "./screen.ts";
import { rememberedOf } from "./usage-screens.ts";

export const PAGE_SIZE = 8;
const PENDING_SHOWN = 5;
/** Offered as buttons, so that a new profile's name is one tap away. */
const SUGGESTED_NAMES = ["default", "work", "personal", "team"] as ProfileName[];

function profileLine(profile: ListedProfile, nowMs: number): Line {
  const remembered = rememberedOf(profile, nowMs);
  const facts = remembered === undefined ? [] : [remembered];
  return say(profileKeyOf(profile), { name: typedName(profile.name), facts: factsOf(profile, nowMs, facts) });
}

function profileKeyOf({ isDefault, isPinned }: ListedProfile) {
  if (isPinned === true) return isDefault === true ? "selector.pinned-default" : "selector.pinned";
  return isDefault === true ? "selector.default" : "selector.profile";
}

/** The newest first. */
function pendingLines(key: "selector.pending" | "status.pending", pending: readonly PendingSummary[]): Line[] {
  const newest = pending.toReversed();
  const lines = newest.slice(0, PENDING_SHOWN).map((login) =>
    say(key === "status.pending" && login.hasCode === true ? "status.pending-code" : key, {
      name: verbatim(login.profileName),
      time: { durationMs: login.expiresInMs },
      command: command("cancel", login.profileName),
    }),
  );
  const more = newest.length - lines.length;
  return more > 0 ? [...lines, say("pending.more", { count: more })] : lines;
}

function parkedLines(parked: readonly PendingSummary[]): Line[] {
  return parked.slice(-PENDING_SHOWN).map(({ profileName, expiresInMs }) =>
    say("status.parked", {
      name: verbatim(profileName),
      time: { durationMs: expiresInMs },
      command: usage("keep"),
      cancel: command("cancel", profileName),
    }),
  );
}

/** `page` counts from 1. A page that does not exist becomes the nearest one. */
export function selectorScreen(list: ProfileList, page: number, pageSize = PAGE_SIZE): Screen {
  const { profiles, pending, parked = [], nowMs } = list;
  if (profiles.length === 0) return emptySelectorScreen(pending);
  const pages = Math.ceil(profiles.length / pageSize);
  const current = Math.min(Math.max(page, 1), pages);
  const shown = profiles.slice((current - 1) * pageSize, current * pageSize);
  const lines: ScreenLine[] = [say("selector.title"), ...shown.map((profile) => profileLine(profile, nowMs))];
  if (pages > 1) lines.push(pageLine(current, pages));
  const example = shown[0]?.name ?? DEFAULT_PROFILE_NAME;
  lines.push(
    say("selector.choose", {
      command: usage("pick"),
      example: command("pick", example),
    }),
  );
  lines.push(
    say("selector.more", { command: command("show", example) }),
    say("selector.usage", { command: command("usage") }),
    inChats(say("selector.refresh", { command: { command: "page", page: current === 1 ? undefined : current } })),
  );
  lines.push(...pendingLines("selector.pending", pending), ...parkedLines(parked));
  return { lines, rows: selectorRows(shown, current, pages) };
}

function pageLine(page: number, pages: number): Line {
  const other = page < pages ? page + 1 : 1;
  return say("selector.page", { page, pages, command: { command: "page", page: other } });
}

function selectorRows(shown: readonly ListedProfile[], page: number, pages: number): Button[][] {
  const picks = shown.map(({ name }) => nameButton(name, { verb: "show", name }));
  const turns: Button[] = [];
  if (page > 1) turns.push(button("button.previous", { verb: "page", page: page - 1 }));
  if (page < pages) turns.push(button("button.next", { verb: "page", page: page + 1 }));
  const refresh = button("button.refresh", { verb: "page", page, isFresh: true });
  const last = [button("button.new", { verb: "new" }), button("button.cancel", { verb: "close" })];
  return [...inRows(picks), [...turns, refresh, button("button.usage", { verb: "usage" })], last];
}

function emptySelectorScreen(pending: readonly PendingSummary[]): Screen {
  const name = DEFAULT_PROFILE_NAME as ProfileName;
  return {
    lines: [
      say("selector.empty"),
      say("selector.first", { command: command("pick", name), example: usage("pick") }),
      ...pendingLines("selector.pending", pending),
    ],
    rows: [
      [nameButton(name, { verb: "pick", name })],
      [button("button.new", { verb: "new" }), button("button.cancel", { verb: "close" })],
    ],
  };
}

export function newProfileScreen(takenNames: readonly string[]): Screen {
  // If any profile exists, `default` means the first one.
  const isFree = (name: string) =>
    !takenNames.includes(name) && (name !== DEFAULT_PROFILE_NAME || takenNames.length === 0);
  const picks = SUGGESTED_NAMES.filter(isFree).map((name) => nameButton(name, { verb: "pick", name }));
  return {
    lines: [
      say("new.title", { command: usage("pick") }),
      say("new.grammar"),
      ...(picks.length > 0 ? [say("new.suggested")] : []),
    ],
    rows: [...inRows(picks), [button("button.cancel", { verb: "close" })]],
  };
}

export function savedScreen(saved: SavedSignIn, keepsCallbackUrl: boolean): Screen {
  const email = saved.email === undefined ? say("account.unknown") : verbatim(saved.email);
  const account =
    saved.plan === undefined ? email : say("account.plan", { account: email, plan: verbatim(saved.plan) });
  return {
    lines: [
      say("saved.title", { name: verbatim(saved.profileName), account }),
      ...effectLines(saved),
      ...(saved.sameAccountAs === undefined
        ? []
        : [say("saved.same-account", { name: verbatim(saved.sameAccountAs) })]),
      ...(saved.isUndoable ? [say("saved.undo", { command: command("undo", saved.profileName) })] : []),
      ...(keepsCallbackUrl ? [say("saved.delete")] : []),
    ],
    rows: [],
  };
}

export function statusScreen(status: SignInStatus): Screen {
  const pending: ScreenLine[] = [
    ...pendingLines("status.pending", status.pending),
    ...status.pending.map(({ profileName }) =>
      inTerminal(say("status.finish", { command: command("finish", profileName) })),
    ),
    ...parkedLines((status.parked ?? []).filter(({ profileName }) => profileName !== status.question?.profileName)),
  ];
  const asked = status.question === undefined ? undefined : questionScreen(status.question);
  const { askedName, others } = status;
  if (pending.length > 0) pending.push(cancelLine(askedName));
  const lines: ScreenLine[] = [
    inChats(say("status.title")),
    ...(pending.length > 0 ? pending : [nonePendingLine(askedName)]),
  ];
  lines.push(...othersLines(others));
  if (status.lastSaved !== undefined) {
    const { profileName, agoMs, activation } = status.lastSaved;
    lines.push(say("status.saved", { name: verbatim(profileName), ago: { agoMs } }));
    if (activation === "restart") lines.push(...restartLines());
  }
  if (status.lastFailed !== undefined) {
    const { profileName, agoMs, code } = status.lastFailed;
    lines.push(
      say("status.failed", { name: verbatim(profileName), ago: { agoMs } }),
      refusalLine({ code, profileName }),
    );
  }
  const nextCommand = askedName === undefined ? command("page") : command("pick", askedName);
  if (asked !== undefined) return { lines: [...lines, ...asked.lines], rows: asked.rows };
  if (pending.length === 0)
    return { lines: [...lines, inChats(say("status.next", { command: nextCommand }))], rows: [] };
  return {
    lines,
    rows: [
      [button("button.cancel", askedName === undefined ? { verb: "cancel" } : { verb: "cancel", name: askedName })],
    ],
  };
}

function cancelLine(askedName: string | undefined): Line {
  return askedName === undefined
    ? say("status.stop", { command: command("cancel") })
    : say("status.stop-one", { command: command("cancel", askedName) });
}

function nonePendingLine(askedName: string | undefined): Line {
  return askedName === undefined ? say("status.none") : say("status.none-of", { name: verbatim(askedName) });
}

function othersLines(others: readonly string[] = []): Line[] {
  return others.length === 0 ? [] : [say("status.others", { names: namesOf(others), command: command("status") })];
}

export function cancelledScreen({ profileNames, askedName }: Omit<CancelledSignIns, "kind">): Screen {
  if (profileNames.length === 0) {
    const none = askedName === undefined ? say("cancel.none") : say("cancel.none-of", { name: verbatim(askedName) });
    return { lines: [none], rows: [] };
  }
  const name = { items: profileNames.map((profile) => [verbatim(profile)]), isWhole: true };
  return { lines: [say("cancel.done", { name })], rows: [] };
}

export function closedScreen(): Screen {
  return { lines: [say("close.done")], rows: [] };
}

export function finishHelpScreen(): Screen {
  return { lines: [say("finish.help", { command: usage("finish") })], rows: [] };
}

export function helpScreen(): Screen {
  const lines = TYPED_VERBS.map((verb) => say("help.line", { command: usage(verb), about: say(`help.${verb}`) }));
  const ends = [inChats(say("help.paste")), inTerminal(say("help.no-revive"))];
  return { lines: [say("help.title"), ...lines, ...ends], rows: [] };
}

export function withheldScreen(privacy: Exclude<Privacy, "private">): Screen {
  const where = privacy === "elsewhere" ? [say("refusal.chat-unsupported")] : [];
  return { lines: [say("group.withheld"), ...where], rows: [] };
}

export function quotedScreen(): Screen {
  return { lines: [say("quoted.withheld")], rows: [] };
}

export interface RefusalFacts {
  readonly code: ErrorCode;
  readonly profileName?: string;
  /** The owner entry that the sender would need, such as `telegram:4242001`. Empty in the web chat, which has none. */
  readonly sender: string;
  readonly retryAfterSeconds?: number;
  readonly hostVersion?: string | undefined;
  /** The user who owns the profile store, if it is not the user of the terminal. */
  readonly storeOwner?: string | undefined;
  /** The versions of Node that the host names. */
  readonly hostNode?: string | undefined;
  readonly variable?: string;
  readonly noProxy?: string;
  /** The command that the user may have meant. */
  readonly near?: Verb | undefined;
  readonly invalid?: InvalidArgument | undefined;
  /** The other profiles with a pending sign-in. */
  readonly others?: readonly string[] | undefined;
  /** The name and the code of an error that is not a `CodexAuthError`. Only a terminal shows it, because it has no log. */
  readonly failure?: string | undefined;
  readonly next: NextStep;
}

/** What happened, without the ways on. */
export function refusalLine(facts: Omit<RefusalFacts, "next" | "sender">): Line {
  const wait =
    facts.retryAfterSeconds === undefined ? say("time.while") : { durationMs: facts.retryAfterSeconds * 1000 };
  return say(`refusal.${facts.code}`, {
    command: command("page"),
    example: command("pick", exampleBeside(facts.profileName)),
    why: command("why"),
    help: usage("help"),
    again: command("pick", facts.profileName ?? "work"),
    revive: command("revive", facts.profileName ?? "work"),
    usage: command("usage", facts.profileName),
    name: verbatim(facts.profileName ?? ""),
    file: verbatim("codex-auth-pending.json"),
    log: verbatim("codex-auth/audit.jsonl"),
    folder: verbatim("codex-auth"),
    invalid: invalidLine(facts.invalid),
    none: nonePendingLine(facts.profileName),
    variable: verbatim(facts.variable ?? DEFAULT_PROXY_VARIABLE),
    wait,
  });
}

function invalidLine(invalid: InvalidArgument | undefined): Line {
  switch (invalid?.kind) {
    case undefined:
      return say("invalid.any");
    case "profile":
      return say("invalid.profile");
    case "place":
      return say("invalid.place", { place: invalid.place });
    case "needs-value":
    case "option":
    case "takes-no-value":
    case "value":
    case "word":
      return say(`invalid.${invalid.kind}`, { name: verbatim(invalid.name) });
  }
}

export function refusalScreen(facts: RefusalFacts): Screen {
  const lines: ScreenLine[] = [refusalLine(facts)];
  if (facts.near !== undefined) lines.push(nearLine(facts.near));
  lines.push(...othersLines(facts.others));
  if (facts.code === "not-allowed") lines.push(inChats(ownersLine(facts.sender)));
  if (facts.code === "no-pending-login") lines.push(inChats(say("next.withheld")));
  if (facts.noProxy !== undefined) lines.push(say("next.semicolon", { variable: verbatim(facts.noProxy) }));
  if (facts.code === "internal") lines.push(...failureLines(facts));
  if (facts.code === "proxy-malformed" || facts.code === "proxy-socks") lines.push(inChats(say("next.restart")));
  if (facts.code === "host-needs-other-node" && facts.hostNode !== undefined) {
    lines.push(say("host.node", { range: verbatim(facts.hostNode) }));
  }
  if (facts.hostVersion !== undefined && facts.code.startsWith("host-")) {
    lines.push(say("host.seen", { version: verbatim(facts.hostVersion) }));
  }
  if (facts.storeOwner !== undefined && facts.code === "store-of-other-user") {
    lines.push(say("owner.seen", { name: verbatim(facts.storeOwner) }));
  }
  const name = facts.profileName as ProfileName | undefined;
  return { lines: [...lines, ...nextLines(facts)], rows: name === undefined ? [] : [refusalButtons(facts, name)] };
}

/** The refusals that a new sign-in resolves. */
const SIGN_IN_HELPS: ReadonlySet<ErrorCode> = new Set([
  "retry-unanswered",
  "revive-forgotten",
  "revive-rejected",
  "revive-failed",
]);

function refusalButtons({ code, next }: RefusalFacts, name: ProfileName): Button[] {
  if (next === "again") return [button("button.again", { verb: "pick", name })];
  return [
    ...(code === "usage-unknown" ? [button("button.usage", { verb: "usage", name })] : []),
    ...(SIGN_IN_HELPS.has(code) ? [button("button.sign-in", { verb: "pick", name })] : []),
    ...(code === "revive-offline" || code === "revive-failed"
      ? [button("button.revive", { verb: "revive", name })]
      : []),
  ];
}

function failureLines({ failure }: RefusalFacts): ScreenLine[] {
  const inLog = inChats(say("next.log"));
  return failure === undefined ? [inLog] : [inLog, inTerminal(say("next.failure", { failure: verbatim(failure) }))];
}

/** Another name than the one that was just refused. */
function exampleBeside(refused: string | undefined): string {
  return /(?:^|:)work$/i.test(refused ?? "") ? "home" : "work";
}

function nextLines({ next, profileName }: RefusalFacts): ScreenLine[] {
  switch (next) {
    case "none":
      return [];
    case "still-waiting":
      return [say("next.still-waiting", { command: command("status") })];
    case "saved":
      return [say("next.saved", { name: verbatim(profileName ?? "") })];
    case "again":
      if (profileName !== undefined) return [say("next.again", { command: command("pick", profileName) })];
      return [
        inChats(say("next.again", { command: command("page") })),
        inTerminal(say("next.begin", { command: command("pick", "work") })),
      ];
  }
}

export function ownersLine(sender: string): Line {
  return sender === "" ? say("owners.scope") : say("owners.entry", { sender: verbatim(sender) });
}

export function allowFromLine(channel: string): Line {
  return say("owners.allow-from", { setting: verbatim(`commands.allowFrom.${channel}`) });
}

/** Marks every screen of the sandbox, so that nobody thinks it is a real sign-in. */
export function withSandboxNotice(screen: Screen, isSandbox: boolean): Screen {
  return isSandbox ? { ...screen, lines: [say("sandbox"), ...screen.lines] } : screen;
}
