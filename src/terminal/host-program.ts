/**
 * Adds the commands to the host's own program, as `openclaw codex-auth …`. It runs at the host's start, so it loads
 * nothing until a command runs.
 */
import { EN } from "../languages/en.ts";
import { COMMANDS, TERMINAL_VERBS, terminalOptionsOf } from "../rules/commands.ts";
import type { TerminalOptions } from "./arguments.ts";
import { flagsOf, type Program } from "./words.ts";

export interface CommandBuilder {
  command(nameAndArguments: string): CommandBuilder;
  description(text: string): CommandBuilder;
  option(flags: string, description: string): CommandBuilder;
  action(handler: (...values: unknown[]) => Promise<void>): CommandBuilder;
}

/** There `--profile` is the host's own option, which selects another state folder. */
export const HOST_PROGRAM: Program = { name: "openclaw codex-auth", profileOption: "--profile-id" };

export type RunTerminal = (verb: string, options: TerminalOptions) => Promise<void>;

/** There help and version are the host's own. */
const VERBS = TERMINAL_VERBS.filter((verb) => verb !== "help" && verb !== "version");

export function buildHostProgram(program: CommandBuilder, name: string, description: string, run: RunTerminal): void {
  const root = program.command(name).description(`${description}\n\n${EN["help.no-revive"]}`);
  for (const verb of VERBS) {
    const { word, takes } = COMMANDS[verb].terminal;
    const hasProfile = takes !== "nothing";
    const command = root.command(hasProfile ? `${word} [profile]` : word).description(EN[`help.${verb}`]);
    if (hasProfile) command.option(`${HOST_PROGRAM.profileOption} <profile>`, EN["option.profile"]);
    // There the host is the program itself.
    for (const option of terminalOptionsOf(verb).filter((known) => known !== "openclaw")) {
      command.option(flagsOf(option), EN[`option.${option}`]);
    }
    command.action(async (...values) => {
      const [bareProfile, options] = hasProfile ? [values[0], values[1]] : [undefined, values[0]];
      await run(word, optionsOf(bareProfile, options));
    });
  }
}

const textOf = (value: unknown) => (typeof value === "string" ? value : undefined);

function optionsOf(bareProfile: unknown, raw: unknown): TerminalOptions {
  const options = (raw ?? {}) as Readonly<Record<string, unknown>>;
  return {
    profile: textOf(options["profileId"]) ?? textOf(bareProfile),
    callbackUrl: textOf(options["callbackUrl"]),
    queueApply: options["queueApply"] === true,
    ...(options["replace"] === true ? { replace: true } : {}),
    ...(options["device"] === true ? { device: true } : {}),
    json: options["json"] === true,
    agent: textOf(options["agent"]),
    authPath: textOf(options["authPath"]),
  };
}
