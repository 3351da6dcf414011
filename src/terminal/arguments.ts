/** Reads the arguments of the terminal program as a request, or as a usage error with its own sentence. */
import {
  COMMANDS,
  nearTerminalVerbOf,
  TERMINAL_OPTIONS,
  terminalVerbOf,
  type TerminalVerb,
  type TerminalWord,
} from "../rules/commands.ts";
import { DEFAULT_PROFILE_NAME, parseSelector, type ProfileName } from "../rules/profile-id.ts";
import type { InvalidArgument } from "../rules/results.ts";

/** Not an import, because an import of `node:util` loads all its parts, which takes a fifth of Node's own start. */
const { parseArgs } = process.getBuiltinModule("node:util");

export interface TerminalRequest {
  readonly verb: TerminalWord;
  /** If absent, `start` and `login` mean `default`, `undo` the profile that was saved last, and the others every profile. */
  readonly profileName?: ProfileName;
  /** The pasted callback URL, or `-` for standard input. */
  readonly callbackUrl?: string;
  readonly queueApply: boolean;
  readonly replace?: true;
  /** Signs in with a device code. */
  readonly device?: true;
  readonly json: boolean;
  /** The agent whose store is used. Absent for the host's default agent. */
  readonly agentId?: string;
  readonly authPath?: string;
  /** The file or the folder of the host. */
  readonly openclaw?: string;
}

export type UsageError = "usage-verb" | "usage-option" | "usage-address" | "bad-selector" | "reserved-word";

export type ParsedArguments =
  | { readonly kind: "request"; readonly request: TerminalRequest }
  | {
      readonly kind: "refused";
      readonly code: UsageError;
      readonly json: boolean;
      /** The command that the user may have meant. */
      readonly near?: TerminalVerb;
      readonly invalid?: InvalidArgument;
    };

/** The host's own form of an agent's id. Other text, such as `../other`, could name another folder. */
const AGENT_ID = /^[a-z0-9][a-z0-9_-]{0,63}$/;

export interface TerminalOptions {
  readonly profile?: string | undefined;
  readonly callbackUrl?: string | undefined;
  readonly queueApply?: boolean | undefined;
  readonly replace?: boolean | undefined;
  readonly device?: boolean | undefined;
  readonly json?: boolean | undefined;
  readonly agent?: string | undefined;
  readonly authPath?: string | undefined;
  readonly openclaw?: string | undefined;
}

type ParseArgsOption = { readonly type: "boolean" | "string"; readonly short?: string };

const OPTIONS = {
  profile: { type: "string" },
  "profile-id": { type: "string" },
  help: { type: "boolean", short: "h" },
  version: { type: "boolean", short: "V" },
  ...(Object.fromEntries(
    Object.entries(TERMINAL_OPTIONS).map(([name, option]) => [
      name,
      { type: "value" in option ? "string" : "boolean" } satisfies ParseArgsOption,
    ]),
  ) as {
    readonly [Name in keyof typeof TERMINAL_OPTIONS]: {
      readonly type: (typeof TERMINAL_OPTIONS)[Name] extends { readonly value: string } ? "string" : "boolean";
    };
  }),
} as const satisfies Readonly<Record<string, ParseArgsOption>>;

export function parseArguments(argv: readonly string[]): ParsedArguments {
  const config = { args: [...argv], options: OPTIONS, allowPositionals: true, tokens: true } as const;
  let parsed;
  try {
    parsed = parseArgs(config);
  } catch {
    // The error has the name of the option in its message only, beside what was typed.
    const [invalid] = parseArgs({ ...config, strict: false }).tokens.flatMap(invalidOptionOf);
    return refusedArgument(invalid, argv.includes("--json"));
  }
  const { values, positionals, tokens } = parsed;
  const [verb = "help", bareProfile] = positionals;
  if (values.help === true) return toRequest("help", { json: values.json });
  if (values.version === true) return toRequest("version", { json: values.json });
  const profiles = [values.profile, values["profile-id"], bareProfile].filter((name) => name !== undefined);
  const words = tokens.filter((token) => token.kind === "positional");
  const surplus = words[profiles.length > 1 ? 1 : 2];
  if (surplus !== undefined) return refusedArgument(invalidWord(surplus), values.json === true);
  if (profiles.length > 1) return refusedArgument({ kind: "option", name: "--profile-id" }, values.json === true);
  return toRequest(verb, {
    profile: profiles[0],
    callbackUrl: values["callback-url"],
    queueApply: values["queue-apply"],
    replace: values.replace,
    device: values.device,
    json: values.json,
    agent: values.agent,
    authPath: values["auth-path"],
    openclaw: values.openclaw,
  });
}

function refusedArgument(invalid: InvalidArgument | undefined, json: boolean): ParsedArguments {
  return { kind: "refused", code: "usage-option", json, ...(invalid === undefined ? {} : { invalid }) };
}

type Token = NonNullable<ReturnType<typeof parseArgs>["tokens"]>[number];

/** A pasted code or state is longer, or has capitals. */
const SHOWN_OPTION = /^(?:-[A-Za-z]|--[a-z][a-z-]{0,19})$/;
const SHOWN_WORD = /^[a-z][a-z0-9._@+-]{0,19}$/;

/** Applies the rules of the strict parser to one token. */
function invalidOptionOf(token: Token): readonly InvalidArgument[] {
  if (token.kind !== "option") return [];
  const { name, rawName, value, inlineValue, index } = token;
  if (!Object.hasOwn(OPTIONS, name)) {
    return [SHOWN_OPTION.test(rawName) ? { kind: "option", name: rawName } : { kind: "place", place: index + 1 }];
  }
  if (OPTIONS[name as keyof typeof OPTIONS].type === "boolean")
    return value === undefined ? [] : [{ kind: "takes-no-value", name: rawName }];
  const isMissing = value === undefined || (!inlineValue && value.length > 1 && value.startsWith("-"));
  return isMissing ? [{ kind: "needs-value", name: rawName }] : [];
}

function invalidWord({ value, index }: { readonly value: string; readonly index: number }): InvalidArgument {
  return SHOWN_WORD.test(value) ? { kind: "word", name: value } : { kind: "place", place: index + 1 };
}

export function toRequest(word: string, options: TerminalOptions): ParsedArguments {
  const json = options.json === true;
  const refused = (code: UsageError) => ({ kind: "refused", code, json }) as const;
  const verb = terminalVerbOf(word);
  if (verb === undefined) {
    const near = nearTerminalVerbOf(word);
    return { ...refused("usage-verb"), ...(near === undefined ? {} : { near }) };
  }
  const { takes } = COMMANDS[verb].terminal;
  if (takes === "callback URL" && (options.callbackUrl ?? "") === "") return refused("usage-address");
  if (takes === "nothing" && options.profile !== undefined) return refusedArgument({ kind: "profile" }, json);
  if (options.agent !== undefined && !AGENT_ID.test(options.agent))
    return refusedArgument({ kind: "value", name: "--agent" }, json);
  const selector = selectorOf(verb, options.profile);
  if (selector?.kind === "refused") return refused(selector.code);
  return {
    kind: "request",
    request: {
      verb: COMMANDS[verb].terminal.word,
      queueApply: options.queueApply === true,
      ...(options.replace === true ? { replace: true } : {}),
      ...(options.device === true ? { device: true } : {}),
      json,
      ...(selector === undefined ? {} : { profileName: selector.name }),
      ...(options.callbackUrl === undefined ? {} : { callbackUrl: options.callbackUrl }),
      ...(options.agent === undefined ? {} : { agentId: options.agent }),
      ...(options.authPath === undefined ? {} : { authPath: options.authPath }),
      ...(options.openclaw === undefined ? {} : { openclaw: options.openclaw }),
    },
  };
}

function selectorOf(verb: TerminalVerb, profile: string | undefined) {
  if (profile !== undefined) return parseSelector(profile);
  return verb === "pick" || verb === "login" ? parseSelector(DEFAULT_PROFILE_NAME) : undefined;
}
