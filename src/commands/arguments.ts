/**
 * The grammar of the chat: reads typed text as an intent, and spells a command as it is typed. It does not decide who
 * may use a command.
 */
import type { Style, Surface } from "../interaction/render.ts";
import type { IntentOf } from "../interaction/screen.ts";
import { Paste } from "../rules/callback-url.ts";
import {
  chatVerbOf,
  COMMANDS,
  nearChatVerbOf,
  type ButtonVerb,
  type ChatSurface,
  type ChatVerb,
  type NamedCommand,
  type Takes,
} from "../rules/commands.ts";
import { parseSelector, parseStoredSelector, selectorOf, type ParsedSelector } from "../rules/profile-id.ts";

export type Intent = IntentOf<ButtonVerb | ChatVerb> | RefusedArguments;

export interface RefusedArguments {
  readonly verb: "refuse";
  readonly code: "bad-selector" | "profile-missing" | "reserved-word";
  /** The command that the user may have meant. */
  readonly near?: ChatVerb | undefined;
}

function typedText(args: string): string {
  return args.replace(/^[\s:]+/, "").trimEnd();
}

function splitFirst(args: string): { readonly first: string; readonly rest: string } {
  const text = typedText(args);
  const end = text.search(/\s/);
  return end === -1 ? { first: text, rest: "" } : { first: text.slice(0, end), rest: text.slice(end).trimStart() };
}

/**
 * Reads the text after `/codex_auth`: nothing, a command, a profile, or a callback URL, because users paste it there.
 */
export function parseSelectArguments(args: string): Intent {
  const { first, rest } = splitFirst(args);
  if (first === "") return { verb: "page", page: 1 };
  const verb = chatVerbOf(first);
  if (verb !== undefined) return parseTaken(verb, rest);
  const intent = parseTaken("pick", typedText(args));
  const paste = new Paste(args);
  const { likelihood } = paste;
  // A long name with a dot could be a code. If both are possible, it is a name.
  const isPaste = likelihood === "certain" || (likelihood === "possible" && intent.verb === "refuse");
  if (isPaste) return parseFinishArguments(args, paste);
  // A name alone is accepted, and its card has the hint.
  const near = intent.verb === "refuse" ? nearChatVerbOf(first) : undefined;
  return intent.verb === "refuse" && near !== undefined ? { ...intent, near } : intent;
}

/**
 * Reads the text after `/codex_auth_finish`. A first word that could be a profile's name is one, if something follows
 * it.
 */
export function parseFinishArguments(args: string, paste: Paste = new Paste(args)): Intent {
  const { first, rest } = splitFirst(args);
  if (first === "") return { verb: "finish" };
  const selector = parseSelector(first);
  const isNamed = selector.kind === "selector" && rest !== "";
  if (isNamed) return { verb: "finish", pasted: new Paste(rest), name: selector.name };
  return { verb: "finish", pasted: paste };
}

/** Reads the text after `/codex_usage`: a profile, or nothing or `all` for all of them. */
export function parseUsageArguments(args: string): Intent {
  const text = typedText(args);
  return /^all$/i.test(text) ? { verb: "usage" } : parseTaken("usage", text);
}

const OWN_PARSERS = { codex_auth_finish: parseFinishArguments, codex_usage: parseUsageArguments } as const;

function parseTaken(verb: ChatVerb, text: string): Intent {
  const { takes } = COMMANDS[verb].chat;
  return takes === "callback URL" ? parseFinishArguments(text) : intentOf(verb, PARSERS[takes](text));
}

type ParsedFields = { readonly fields: object } | RefusedArguments;

const PARSERS: Readonly<Record<Exclude<Takes, "callback URL">, (text: string) => ParsedFields>> = {
  nothing: () => ({ fields: {} }),
  anything: () => ({ fields: {} }),
  page: (text) => ({ fields: { page: /^\d{1,6}$/.test(text) ? Number(text) : 1 } }),
  profile: (text) => named(text, parseStoredSelector),
  "profile?": (text) => (text === "" ? { fields: {} } : named(text, parseStoredSelector)),
  name: (text) => named(text, parseSelector),
  "name?": (text) => (text === "" ? { fields: {} } : named(text, parseSelector)),
  // A stored name may have several words, so only the last word can be the confirmation.
  "profile yes?": (text) => {
    const isSure = /\syes$/i.test(text);
    return named(isSure ? text.slice(0, -"yes".length).trimEnd() : text, parseStoredSelector, { isSure });
  },
};

function named(text: string, parse: (text: string) => ParsedSelector, others: object = {}): ParsedFields {
  if (text === "") return { verb: "refuse", code: "profile-missing" };
  const selector = parse(text);
  if (selector.kind === "refused") return { verb: "refuse", code: selector.code };
  return { fields: { name: selector.name, ...others } };
}

/** `PARSERS` returns the fields of the verb's entry in `COMMANDS`, which the compiler cannot follow. */
const intentOf = (verb: ChatVerb, parsed: ParsedFields): Intent =>
  "fields" in parsed ? ({ verb, ...parsed.fields } as Intent) : parsed;

const USAGE: Readonly<Record<Takes, string>> = {
  nothing: "",
  anything: "",
  page: " [page <n>]",
  profile: " <profile>",
  "profile?": " [profile]",
  name: " <profile>",
  "name?": " [profile]",
  "profile yes?": " <profile> [yes]",
  "callback URL": " <callback URL>",
};

/**
 * Spells a command as it is typed in a chat, such as `/codex_auth use work`. Returns undefined if no typed text would
 * be read back as this command with this profile.
 */
export function spellForChat({ command, profile, page, isSure, isUsage }: NamedCommand): string | undefined {
  const entry = COMMANDS[command];
  if (!("chat" in entry)) return undefined;
  const { word, takes, own }: ChatSurface = entry.chat;
  const start = own ?? ["codex_auth", word].filter((part) => part !== "").join(" ");
  const typed = (rest: string) => `/${start}${rest && ` ${rest}`}`;
  const parse = own === undefined ? parseSelectArguments : OWN_PARSERS[own];
  if (takes === "callback URL") return typed(USAGE[takes].trimStart());
  if (takes === "page" && isUsage) return `/codex_auth${USAGE[takes]}`;
  if (takes === "page") return page === undefined ? "/codex_auth" : typed(String(page));
  if (isUsage) return typed(USAGE[takes].trimStart());
  if (profile === undefined) return typed("");
  const confirmation = isSure === true ? " yes" : "";
  const isRead = (selector: string) => {
    const intent = parse(typed(selector + confirmation).slice(`/${own ?? "codex_auth"}`.length));
    const isMeant = intent.verb === command && "name" in intent && intent.name === profile;
    return isMeant && (!("isSure" in intent) || intent.isSure === (isSure === true));
  };
  // Users copy the code span, and a backtick would end it.
  const selector = profile.includes("`") ? undefined : selectorOf(profile, isRead);
  return selector === undefined ? undefined : typed(selector + confirmation);
}

export const inChat = (style: Style): Surface => ({ ...style, spell: spellForChat });
