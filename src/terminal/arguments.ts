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
  let parsed;
  try {
    parsed = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
  } catch {
    return { kind: "refused", code: "usage-option", json: argv.includes("--json") };
  }
  const { values, positionals } = parsed;
  const [verb = "help", bareProfile, ...more] = positionals;
  if (values.help === true) return toRequest("help", { json: values.json });
  if (values.version === true) return toRequest("version", { json: values.json });
  const profiles = [values.profile, values["profile-id"], bareProfile].filter((name) => name !== undefined);
  if (more.length > 0 || profiles.length > 1)
    return { kind: "refused", code: "usage-option", json: values.json === true };
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
  if (takes === "nothing" && options.profile !== undefined) return refused("usage-option");
  if (options.agent !== undefined && !AGENT_ID.test(options.agent)) return refused("usage-option");
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
