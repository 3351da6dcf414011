/** What was typed after a command, as an intent. Pure; decides nothing about who may. */
import type { Action } from "../interaction/screen.ts";
import { classifyPastedText } from "../rules/callback-url.ts";
import {
  parseSelector,
  parseStoredSelector,
  subcommandOf,
  type ParsedSelector,
  type ProfileName,
  type Subcommand,
} from "../rules/profile-id.ts";
import { Secret } from "../secret.ts";

export type Intent =
  | Action
  | { readonly verb: "finish"; readonly pastedText: Secret; readonly profileName?: ProfileName }
  | { readonly verb: "finish-help" }
  | { readonly verb: "status" }
  /** Which profile this chat uses next, and one profile's part in it where one is named. */
  | { readonly verb: "why"; readonly name?: ProfileName }
  | { readonly verb: "log" }
  | { readonly verb: "audit" }
  | { readonly verb: "help" }
  | { readonly verb: "refuse"; readonly code: "profile-missing" | "bad-selector" | "reserved-word" };

interface Words {
  readonly first: string;
  readonly rest: string;
}

/** What was typed, without the colon that some keyboards put after a command. */
function typedText(args: string): string {
  return args.replace(/^[\s:]+/, "").trimEnd();
}

/** The first word and all after it, as typed. */
function splitFirst(args: string): Words {
  const text = typedText(args);
  const end = text.search(/\s/);
  return end === -1 ? { first: text, rest: "" } : { first: text.slice(0, end), rest: text.slice(end).trimStart() };
}

/** `/codex_auth …`: nothing, a subcommand, a profile, or (because people do) the address itself. */
export function parseSelectArguments(args: string): Intent {
  const words = splitFirst(args);
  if (words.first === "") return { verb: "page", page: 1 };
  const subcommand = subcommandOf(words.first);
  if (subcommand !== undefined) return intentOf(subcommand, words.rest);
  const selector = parseSelector(typedText(args));
  const likelihood = classifyPastedText(args);
  // A long name with a dot in it could be a code; where both are possible, the command's own meaning wins.
  const isPaste = likelihood === "certain" || (likelihood === "possible" && selector.kind === "refused");
  if (isPaste) return parseFinishArguments(args);
  return selector.kind === "refused" ? { verb: "refuse", code: selector.code } : { verb: "pick", name: selector.name };
}

function pageOf(rest: string): number {
  return /^\d{1,6}$/.test(rest) ? Number(rest) : 1;
}

function intentOf(subcommand: Subcommand, rest: string): Intent {
  switch (subcommand) {
    case "finish":
      return parseFinishArguments(rest);
    case "page":
      return { verb: "page", page: pageOf(rest) };
    case "refresh":
      return { verb: "page", page: pageOf(rest), isFresh: true };
    case "cancel":
      return parseCancelArguments(rest);
    case "show":
    case "use":
    case "prefer":
    case "undo":
      return withName(rest, parseStoredSelector, (name) => ({ verb: subcommand, name }));
    case "keep":
      return withName(rest, parseSelector, (name) => ({ verb: subcommand, name }));
    case "unuse":
    case "why":
      if (rest === "") return { verb: subcommand };
      return withName(rest, parseStoredSelector, (name) => ({ verb: subcommand, name }));
    case "signout":
      return parseSignOutArguments(rest);
    case "status":
    case "log":
    case "audit":
    case "help":
      return { verb: subcommand };
  }
}

function withName(text: string, parse: (text: string) => ParsedSelector, build: (name: ProfileName) => Intent): Intent {
  if (text === "") return { verb: "refuse", code: "profile-missing" };
  const selector = parse(text);
  return selector.kind === "refused" ? { verb: "refuse", code: selector.code } : build(selector.name);
}

/** `/codex_auth signout <profile> [yes]`: without the last word it only asks. A stored name may be several words. */
function parseSignOutArguments(rest: string): Intent {
  const isSure = /\syes$/i.test(rest);
  const name = isSure ? rest.slice(0, -"yes".length).trimEnd() : rest;
  return withName(name, parseStoredSelector, (profile) => ({ verb: "signout", name: profile, isSure }));
}

function parseCancelArguments(rest: string): Intent {
  if (rest === "") return { verb: "cancel" };
  return withName(rest, parseSelector, (profileName) => ({ verb: "cancel", profileName }));
}

/** `/codex_auth_finish [profile] <address>`: a first word that could be a name is one, if something follows it. */
export function parseFinishArguments(args: string): Intent {
  const { first, rest } = splitFirst(args);
  if (first === "") return { verb: "finish-help" };
  const selector = parseSelector(first);
  const isNamed = selector.kind === "selector" && rest !== "";
  if (isNamed) return { verb: "finish", pastedText: new Secret(rest), profileName: selector.name };
  return { verb: "finish", pastedText: new Secret(args) };
}
