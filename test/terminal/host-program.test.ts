import { beforeEach, describe, expect, it } from "vitest";
import { COMMANDS, TERMINAL_VERBS } from "../../src/rules/commands.ts";
import type { TerminalOptions } from "../../src/terminal/arguments.ts";
import { SENTENCES } from "../support/english.ts";
import { buildHostProgram, type CommandBuilder } from "../../src/terminal/host-program.ts";

const WORDS = TERMINAL_VERBS.map((verb) => COMMANDS[verb].terminal.word);

/** The part of commander that is used, with its rules: one action a command, the options by their camel-case names. */
class Command implements CommandBuilder {
  readonly words: string;
  readonly commands: Command[] = [];
  readonly flags: string[] = [];
  text = "";
  handler: ((...values: unknown[]) => Promise<void>) | undefined;

  constructor(words: string) {
    this.words = words;
  }

  command(words: string): Command {
    const [name] = words.split(" ");
    if (this.commands.some((command) => command.name === name)) throw new Error(`${name} is there already`);
    const command = new Command(words);
    this.commands.push(command);
    return command;
  }

  description(text: string): this {
    this.text = text;
    return this;
  }

  option(flags: string): this {
    if (this.flags.includes(flags)) throw new Error(`${flags} is there already`);
    this.flags.push(flags);
    return this;
  }

  action(handler: (...values: unknown[]) => Promise<void>): this {
    this.handler = handler;
    return this;
  }

  get name(): string {
    return this.words.split(" ")[0] ?? "";
  }

  /** As commander calls: one value for each argument of the command, then the options, then the command. */
  async run(argument: string | undefined, options: Readonly<Record<string, unknown>>): Promise<void> {
    const values = this.words.includes("[") ? [argument, options, this] : [options, this];
    await this.handler?.(...values);
  }
}

let program: Command;
let runs: { readonly verb: string; readonly options: TerminalOptions }[];
beforeEach(() => {
  program = new Command("openclaw");
  runs = [];
  buildHostProgram(program, "codex-auth", "Sign in", async (verb, options) => void runs.push({ verb, options }));
});

const root = () => program.commands[0] as Command;
const commandOf = (verb: string) => root().commands.find(({ name }) => name === verb) as Command;
const optionsOf = (command: Command) => command.flags.map((flags) => flags.split(" ")[0]);

/** Help and version are the host's own there. */
const SHARED_VERBS = WORDS.filter((verb) => verb !== "help" && verb !== "version");

const NOTHING: TerminalOptions = {
  profile: undefined,
  callbackUrl: undefined,
  queueApply: false,
  json: false,
  agent: undefined,
  authPath: undefined,
};

describe("buildHostProgram", () => {
  it("adds one command to the host's program, and does nothing else", () => {
    expect(program.commands.map(({ name }) => name)).toEqual(["codex-auth"]);
    expect(runs).toEqual([]);
  });

  it("says in its help what it is for, and that it cannot try an old sign-in again", () => {
    expect(root().text).toBe(`Sign in\n\n${SENTENCES["help.no-revive"]}`);
    expect(commandOf("revive")).toBeUndefined();
  });

  it("has every verb of the other program; help and version are the host's own", () => {
    const verbs = root().commands.map(({ name }) => name);
    expect(verbs.toSorted()).toEqual(SHARED_VERBS.toSorted());
  });

  it("describes every command", () => {
    expect(root().commands.filter(({ text }) => text.length < 10)).toEqual([]);
  });

  it("has no option --profile, which the host takes for another state folder", () => {
    const all = [root(), ...root().commands].flatMap(optionsOf);
    expect(all).toContain("--profile-id");
    expect(all).not.toContain("--profile");
  });

  it.each(SHARED_VERBS)("lets %s be given an agent, a file and JSON", (verb) => {
    expect(optionsOf(commandOf(verb))).toEqual(expect.arrayContaining(["--agent", "--auth-path", "--json"]));
  });

  it("gives --callback-url, --replace and --queue-apply to finish only", () => {
    const ofFinish = ["--callback-url", "--replace", "--queue-apply"];
    expect(optionsOf(commandOf("finish"))).toEqual(expect.arrayContaining(ofFinish));
    expect(optionsOf(commandOf("start")).filter((option) => ofFinish.includes(option ?? ""))).toEqual([]);
  });

  it.each(["start", "finish", "status", "cancel", "undo"])("passes the bare profile of %s", async (verb) => {
    await commandOf(verb).run("work", {});
    expect(runs).toEqual([{ verb, options: { ...NOTHING, profile: "work" } }]);
  });

  it("prefers --profile-id to the bare profile", async () => {
    await commandOf("start").run("bare", { profileId: "work" });
    expect(runs).toMatchObject([{ options: { profile: "work" } }]);
  });

  it("passes nothing that was not given", async () => {
    await commandOf("status").run(undefined, {});
    await commandOf("list").run(undefined, {});
    expect(runs).toEqual([
      { verb: "status", options: NOTHING },
      { verb: "list", options: NOTHING },
    ]);
  });

  it("passes all that was given", async () => {
    const options = { callbackUrl: "-", queueApply: true, replace: true, json: true, agent: "ops", authPath: "/x" };
    await commandOf("finish").run("work", options);
    expect(runs).toEqual([{ verb: "finish", options: { ...options, profile: "work" } }]);
    await commandOf("list").run(undefined, { json: true, agent: "ops" });
    expect(runs[1]).toEqual({ verb: "list", options: { ...NOTHING, json: true, agent: "ops" } });
  });

  it("accepts only strings for text and only true for a flag", async () => {
    await commandOf("finish").run(undefined, {
      profileId: true,
      callbackUrl: 1,
      json: "yes",
      queueApply: 1,
      replace: "true",
      agent: [],
    });
    expect(runs).toEqual([{ verb: "finish", options: NOTHING }]);
  });

  it("passes nothing if the builder calls without options", async () => {
    await commandOf("start").handler?.("work");
    await commandOf("log").handler?.();
    expect(runs).toEqual([
      { verb: "start", options: { ...NOTHING, profile: "work" } },
      { verb: "log", options: NOTHING },
    ]);
  });
});
