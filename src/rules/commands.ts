/**
 * Every command of the chat and the terminal, as data: its word and its arguments on each surface, and whether a
 * button can ask for it. The parsers, both help texts, the host's command line and docs/commands.md are made from it.
 */

/**
 * The arguments of a command. A `profile` must be stored. A `name` may be new, and a provider before it is dropped.
 * The question mark makes it optional.
 */
export type Takes =
  | "nothing"
  | "anything"
  | "page"
  | "profile"
  | "profile?"
  | "name"
  | "name?"
  | "profile yes?"
  | "callback URL";

export interface ChatSurface {
  /** Empty if there is none. */
  readonly word: string;
  readonly takes: Takes;
  /** The slash command of its own that takes the same. Screens name it in place of the word. */
  readonly own?: "codex_auth_finish" | "codex_usage";
}

type Surface = Pick<ChatSurface, "takes" | "word">;

interface Command {
  readonly chat?: ChatSurface;
  readonly terminal?: Surface;
  readonly hasButton?: true;
}

/** In the order of the help texts. A chat word is reserved: no profile can be created with that name. */
export const COMMANDS = {
  page: { chat: { word: "page", takes: "page" }, terminal: { word: "list", takes: "nothing" }, hasButton: true },
  /** The chat has no word for it: the name alone starts the sign-in. */
  pick: { chat: { word: "", takes: "name" }, terminal: { word: "start", takes: "name?" }, hasButton: true },
  login: { terminal: { word: "login", takes: "name?" } },
  code: { chat: { word: "code", takes: "name?" }, hasButton: true },
  finish: {
    chat: { word: "finish", takes: "callback URL", own: "codex_auth_finish" },
    terminal: { word: "finish", takes: "callback URL" },
  },
  status: { chat: { word: "status", takes: "name?" }, terminal: { word: "status", takes: "name?" } },
  cancel: { chat: { word: "cancel", takes: "name?" }, terminal: { word: "cancel", takes: "name?" }, hasButton: true },
  show: { chat: { word: "show", takes: "profile" }, hasButton: true },
  use: { chat: { word: "use", takes: "profile" }, hasButton: true },
  unuse: { chat: { word: "unuse", takes: "profile?" }, hasButton: true },
  usage: {
    chat: { word: "usage", takes: "profile?", own: "codex_usage" },
    terminal: { word: "usage", takes: "name?" },
    hasButton: true,
  },
  why: { chat: { word: "why", takes: "profile?" } },
  prefer: { chat: { word: "prefer", takes: "profile" }, hasButton: true },
  signout: { chat: { word: "signout", takes: "profile yes?" }, hasButton: true },
  retry: { chat: { word: "retry", takes: "profile" }, terminal: { word: "retry", takes: "name?" }, hasButton: true },
  /** Only the gateway remembers old sign-ins, so the terminal does not have it. */
  revive: { chat: { word: "revive", takes: "profile" }, hasButton: true },
  quiet: { chat: { word: "quiet", takes: "profile" }, hasButton: true },
  undo: { chat: { word: "undo", takes: "profile" }, terminal: { word: "undo", takes: "name?" }, hasButton: true },
  keep: { chat: { word: "keep", takes: "name" }, hasButton: true },
  log: { chat: { word: "log", takes: "anything" }, terminal: { word: "log", takes: "nothing" } },
  audit: { chat: { word: "audit", takes: "anything" }, terminal: { word: "audit", takes: "nothing" } },
  help: { chat: { word: "help", takes: "anything" }, terminal: { word: "help", takes: "anything" } },
  version: { terminal: { word: "version", takes: "anything" } },
  /** Shows the link of the sign-in that also has a code. */
  link: { hasButton: true },
  new: { hasButton: true },
  close: { hasButton: true },
} as const satisfies Readonly<Record<string, Command>>;

type Commands = typeof COMMANDS;
export type Verb = keyof Commands;
type VerbWith<Part> = { [V in Verb]: Commands[V] extends Part ? V : never }[Verb];
export type ChatVerb = VerbWith<{ readonly chat: Surface }>;
export type TerminalVerb = VerbWith<{ readonly terminal: Surface }>;
export type TerminalWord = Commands[TerminalVerb]["terminal"]["word"];
/** The verbs of callback data. Messages in existing chats carry them, so they must not be renamed. */
export type ButtonVerb = VerbWith<{ readonly hasButton: true }>;
export type TakenBy<V extends Verb> = Commands[V] extends { readonly chat: { readonly takes: infer T extends Takes } }
  ? T
  : "nothing";

export const VERBS = Object.keys(COMMANDS) as readonly Verb[];
const has =
  (part: keyof Command) =>
  (verb: Verb): boolean =>
    part in COMMANDS[verb];
export const CHAT_VERBS = VERBS.filter(has("chat")) as readonly ChatVerb[];
export const TERMINAL_VERBS = VERBS.filter(has("terminal")) as readonly TerminalVerb[];
export const TYPED_VERBS = VERBS.filter((verb) => has("chat")(verb) || has("terminal")(verb)) as readonly (
  | ChatVerb
  | TerminalVerb
)[];
export const BUTTON_VERBS = VERBS.filter(has("hasButton")) as readonly ButtonVerb[];

/** Former commands. Users still type them, and no profile can be created with these names. */
const FORMER_WORDS: ReadonlyMap<string, ChatVerb> = new Map([["refresh", "page"]]);

const CHAT_WORDS: ReadonlyMap<string, ChatVerb> = new Map([
  ...CHAT_VERBS.map((verb) => [COMMANDS[verb].chat.word, verb] as const).filter(([word]) => word !== ""),
  ...FORMER_WORDS,
]);

const NEEDING: ReadonlySet<Takes> = new Set(["name", "profile", "profile yes?"]);

/** Returns true if the command means nothing in a chat without a profile's name. */
export function needsProfile(verb: Verb): boolean {
  const { chat }: Command = COMMANDS[verb];
  return chat !== undefined && NEEDING.has(chat.takes);
}

/** In lower case. A stored profile with such a name must be typed with its whole id. */
export const RESERVED_NAMES: readonly string[] = [...CHAT_WORDS.keys()];

export function chatVerbOf(word: string): ChatVerb | undefined {
  return CHAT_WORDS.get(word.toLowerCase());
}

export function terminalVerbOf(word: string): TerminalVerb | undefined {
  return TERMINAL_VERBS.find((verb) => COMMANDS[verb].terminal.word === word);
}

/** Shorter words are within one edit of too many names: `sue` of `use`, and with more than a swap `codex` of `code`. */
const SHORTEST_HINTED = { swap: 4, anyEdit: 5 };

/**
 * Returns the command that the user may have meant by a word that is not a command: one letter is inserted, left out,
 * replaced, or swapped with its neighbour. It is only a hint, because the word may be a name.
 */
export const nearChatVerbOf = (word: string): ChatVerb | undefined =>
  CHAT_VERBS.find((verb) => isTypingErrorOf(COMMANDS[verb].chat.word, word.toLowerCase()));

export const nearTerminalVerbOf = (word: string): TerminalVerb | undefined =>
  TERMINAL_VERBS.find((verb) => isTypingErrorOf(COMMANDS[verb].terminal.word, word.toLowerCase()));

function isTypingErrorOf(word: string, typed: string): boolean {
  const different = [...word].findIndex((letter, at) => letter !== typed[at]);
  const start = different === -1 ? word.length : different;
  const [rest, typedRest] = [word.slice(start), typed.slice(start)];
  const swapped = rest.length < 2 ? rest : `${rest[1]}${rest[0]}${rest.slice(2)}`;
  if (word.length >= SHORTEST_HINTED.swap && typed !== word && swapped === typedRest) return true;
  if (word.length < SHORTEST_HINTED.anyEdit) return false;
  const isLeftOut = rest.slice(1) === typedRest;
  const isInserted = rest === typedRest.slice(1);
  const isReplaced = rest.slice(1) === typedRest.slice(1);
  return isLeftOut || isInserted || isReplaced;
}

interface Option {
  readonly value?: string;
  /** The commands that have it. Absent if all have it. */
  readonly of?: readonly TerminalVerb[];
}

/** The options of the terminal except the profile's, which has another name inside the host's own program. */
export const TERMINAL_OPTIONS = {
  "callback-url": { value: "<callback URL>", of: ["finish"] },
  replace: { of: ["finish", "login"] },
  "queue-apply": { of: ["finish", "login", "undo"] },
  device: { of: ["login"] },
  agent: { value: "<id>" },
  "auth-path": { value: "<file>" },
  openclaw: { value: "<path>" },
  json: {},
} as const satisfies Readonly<Record<string, Option>>;

export type TerminalOption = keyof typeof TERMINAL_OPTIONS;

export function terminalOptionsOf(verb: TerminalVerb): readonly TerminalOption[] {
  return (Object.keys(TERMINAL_OPTIONS) as TerminalOption[]).filter((name) => {
    const option: Option = TERMINAL_OPTIONS[name];
    return option.of?.includes(verb) ?? true;
  });
}

/**
 * A command as a screen names it. Each surface spells it, or leaves out its line if the surface does not have the
 * command.
 */
export interface NamedCommand {
  readonly command: Verb;
  readonly profile?: string | undefined;
  readonly page?: number | undefined;
  readonly isSure?: true | undefined;
  readonly isUsage?: true | undefined;
}
