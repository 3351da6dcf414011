/**
 * The grammar of the chat, both ways: what was typed as an intent, and a command as it is typed. Pure; decides nothing
 * about who may.
 */
import type { Style, Surface } from "../interaction/render.ts";
import type { IntentOf } from "../interaction/screen.ts";
import { Paste } from "../rules/callback-url.ts";
import {
  chatVerbOf,
  COMMANDS,
  type ButtonVerb,
  type ChatVerb,
  type NamedCommand,
  type Takes,
} from "../rules/commands.ts";
import { parseSelector, parseStoredSelector, selectorOf, type ParsedSelector } from "../rules/profile-id.ts";

export type Intent = IntentOf<ButtonVerb | ChatVerb> | RefusedArguments;

export interface RefusedArguments {
  readonly verb: "refuse";
  readonly code: "bad-selector" | "profile-missing" | "reserved-word";
}

/** What was typed, without the colon that some keyboards put after a command. */
function typedText(args: string): string {
  return args.replace(/^[\s:]+/, "").trimEnd();
}

/** The first word and all after it, as typed. */
function splitFirst(args: string): { readonly first: string; readonly rest: string } {
  const text = typedText(args);
  const end = text.search(/\s/);
  return end === -1 ? { first: text, rest: "" } : { first: text.slice(0, end), rest: text.slice(end).trimStart() };
}

/** `/codex_auth …`: nothing, a command, a profile, or (because people do) the callback URL itself. */
export function parseSelectArguments(args: string): Intent {
  const { first, rest } = splitFirst(args);
  if (first === "") return { verb: "page", page: 1 };
  const verb = chatVerbOf(first);
  if (verb !== undefined) return parseTaken(verb, rest);
  const intent = parseTaken("pick", typedText(args));
  const paste = new Paste(args);
  const { likelihood } = paste;
  // A long name with a dot in it could be a code; where both are possible, the command's own meaning wins.
  const isPaste = likelihood === "certain" || (likelihood === "possible" && intent.verb === "refuse");
  return isPaste ? parseFinishArguments(args, paste) : intent;
}

/** `/codex_auth_finish [profile] <callback URL>`: a first word that could be a name is one, if something follows it. */
export function parseFinishArguments(args: string, paste: Paste = new Paste(args)): Intent {
  const { first, rest } = splitFirst(args);
  if (first === "") return { verb: "finish" };
  const selector = parseSelector(first);
  const isNamed = selector.kind === "selector" && rest !== "";
  if (isNamed) return { verb: "finish", pasted: new Paste(rest), name: selector.name };
  return { verb: "finish", pasted: paste };
}

/** What follows the word of a command, by what it takes. */
function parseTaken(verb: ChatVerb, text: string): Intent {
  const { takes } = COMMANDS[verb].chat;
  return takes === "callback URL" ? parseFinishArguments(text) : intentOf(verb, PARSERS[takes](text));
}

type Parsed = { readonly given: object } | RefusedArguments;

const PARSERS: Readonly<Record<Exclude<Takes, "callback URL">, (text: string) => Parsed>> = {
  nothing: () => ({ given: {} }),
  anything: () => ({ given: {} }),
  page: (text) => ({ given: { page: /^\d{1,6}$/.test(text) ? Number(text) : 1 } }),
  profile: (text) => named(text, parseStoredSelector),
  "profile?": (text) => (text === "" ? { given: {} } : named(text, parseStoredSelector)),
  name: (text) => named(text, parseSelector),
  "name?": (text) => (text === "" ? { given: {} } : named(text, parseSelector)),
  // A stored name may be several words: only the last one can be the answer.
  "profile yes?": (text) => {
    const isSure = /\syes$/i.test(text);
    return named(isSure ? text.slice(0, -"yes".length).trimEnd() : text, parseStoredSelector, { isSure });
  },
};

function named(text: string, parse: (text: string) => ParsedSelector, beside: object = {}): Parsed {
  if (text === "") return { verb: "refuse", code: "profile-missing" };
  const selector = parse(text);
  if (selector.kind === "refused") return { verb: "refuse", code: selector.code };
  return { given: { name: selector.name, ...beside } };
}

/** `PARSERS` gives each verb what its entry of `COMMANDS` says it takes; the compiler cannot follow that. */
const intentOf = (verb: ChatVerb, parsed: Parsed): Intent =>
  "given" in parsed ? ({ verb, ...parsed.given } as Intent) : parsed;

/** In place of what a command takes. */
const USAGE: Readonly<Record<Takes, string>> = {
  nothing: "",
  anything: "",
  page: " [page <n>]",
  profile: " <profile>",
  "profile?": " [profile]",
  name: " <profile>",
  "name?": " [profile]",
  "profile yes?": " <profile> [yes]",
  "callback URL": "_finish <callback URL>",
};

/**
 * A command as it is typed in a chat, such as `/codex_auth use work`. Read back it means just that command and that
 * profile; undefined if nothing typed would.
 */
export function spellForChat({ command, profile, page, isSure, isUsage }: NamedCommand): string | undefined {
  const entry = COMMANDS[command];
  if (!("chat" in entry)) return undefined;
  const { word, takes } = entry.chat;
  const typed = (rest: string) => `/codex_auth${[word, rest].map((part) => part && ` ${part}`).join("")}`;
  if (takes === "callback URL") return `/codex_auth${USAGE[takes]}`;
  if (takes === "page" && isUsage) return `/codex_auth${USAGE[takes]}`;
  if (takes === "page") return page === undefined ? "/codex_auth" : typed(String(page));
  if (isUsage) return typed(USAGE[takes].trimStart());
  if (profile === undefined) return typed("");
  const behind = isSure === true ? " yes" : "";
  const isRead = (selector: string) => {
    const intent = parseSelectArguments(typed(selector + behind).slice("/codex_auth".length));
    const isMeant = intent.verb === command && "name" in intent && intent.name === profile;
    return isMeant && (!("isSure" in intent) || intent.isSure === (isSure === true));
  };
  // A code span ends at a backtick, and what stands in it is what people copy.
  const selector = profile.includes("`") ? undefined : selectorOf(profile, isRead);
  return selector === undefined ? undefined : typed(selector + behind);
}

/** A chat, in one of its styles. */
export const inChat = (style: Style): Surface => ({ ...style, spell: spellForChat });
