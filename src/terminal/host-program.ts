/** The same commands inside the host's own program: `openclaw codex-auth …`. Loads nothing until one of them runs. */
import type { TerminalOptions } from "./arguments.ts";
import type { Program } from "./words.ts";

/** The part of the host's command line builder (commander) that is used here. */
export interface CommandBuilder {
  command(nameAndArguments: string): CommandBuilder;
  description(text: string): CommandBuilder;
  option(flags: string, description: string): CommandBuilder;
  action(handler: (...values: unknown[]) => Promise<void>): CommandBuilder;
}

/** `--profile` would be the host's own option there: it picks another state folder. */
export const HOST_PROGRAM: Program = { name: "openclaw codex-auth", profileOption: "--profile-id" };

const COMMANDS = [
  { verb: "start", takes: " [profile]", description: "Begin a sign-in and print its link" },
  { verb: "finish", takes: " [profile]", description: "Finish a sign-in with the address of the localhost page" },
  { verb: "status", takes: " [profile]", description: "What is waiting, what was last saved" },
  { verb: "cancel", takes: " [profile]", description: "Stop what is waiting" },
  { verb: "list", takes: "", description: "The Codex profiles of this OpenClaw" },
  { verb: "undo", takes: " [profile]", description: "Put back what the last sign-in to a profile replaced" },
  { verb: "log", takes: "", description: "The last changes" },
  { verb: "audit", takes: "", description: "What is wrong here, and how to mend it" },
] as const;

export type RunTerminal = (verb: string, options: TerminalOptions) => Promise<void>;

export function buildHostProgram(program: CommandBuilder, name: string, description: string, run: RunTerminal): void {
  const root = program.command(name).description(description);
  for (const { verb, takes, description: about } of COMMANDS) {
    const command = root
      .command(`${verb}${takes}`)
      .description(about)
      .option("--agent <id>", "The agent whose store is meant")
      .option("--auth-path <file>", "An auth-profiles.json to work on, where the host keeps profiles in one")
      .option("--json", "One JSON object");
    if (takes !== "") command.option("--profile-id <profile>", "The profile, such as work");
    if (verb === "finish")
      command.option("--callback-url <address>", "The address, or - to read it from standard input");
    if (verb === "finish") command.option("--replace", "Let another account take the profile over");
    if (verb === "finish" || verb === "undo") {
      command.option("--queue-apply", "Restart the gateway where that is what it takes");
    }
    command.action(async (...values) => {
      const [bareProfile, options] = takes === "" ? [undefined, values[0]] : [values[0], values[1]];
      await run(verb, optionsOf(bareProfile, options));
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
    json: options["json"] === true,
    agent: textOf(options["agent"]),
    authPath: textOf(options["authPath"]),
  };
}
