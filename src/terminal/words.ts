/** Words as the terminal prints them: harmless to it, and ready to be typed back. Pure. */
import type { Surface } from "../interaction/render.ts";
import type { Locale } from "../languages/catalogue.ts";
import { COMMANDS, TERMINAL_OPTIONS, type NamedCommand, type Takes, type TerminalOption } from "../rules/commands.ts";
import { selectorOf } from "../rules/profile-id.ts";

/** How the person would type this program, and which of its options names a profile there. */
export interface Program {
  readonly name: string;
  readonly profileOption: "--profile" | "--profile-id";
}

/** Facts beside the answer that a person has to know: where no host was asked, and what was seen of one. */
export interface Surroundings {
  readonly program: Program;
  readonly locale: Locale;
  readonly warning?: "no-host";
  /** What the person typed to name a store: every command that is printed names it again. */
  readonly storeOptions?: readonly string[];
  /** The sign-in server is a stand-in: everything printed says so. */
  readonly isSandbox?: boolean;
  readonly hostVersion?: string;
}

/** What every command to type is made of. */
interface Typing {
  readonly program: Program;
  readonly storeOptions?: readonly string[];
}

/** `lineBreak`: a space for a text that has to be one line. */
export function terminalSurface(typing: Typing, lineBreak = "\n"): Surface {
  return {
    kind: "terminal",
    hasCodeSpans: false,
    hasNamedLinks: false,
    lineBreak,
    maxVerbatim: Infinity,
    spell: spellForTerminal(typing),
  };
}

/** Control, format and direction characters of outside text could rewrite what the terminal shows. */
const UNSHOWABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const shown = (text: string) => text.replace(UNSHOWABLE, "").toWellFormed();

/** JSON in which the same characters are escaped: a program reads them as they were, a terminal prints none of them. */
export const toJson = (fields: object) => JSON.stringify(fields).replace(UNSHOWABLE, escapeUnits);

function escapeUnits(character: string): string {
  return character.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** A command to type, its profile in the form that is understood, quoted where a shell needs it. */
export function typed({ program, storeOptions = [] }: Typing, verb: string, profileName?: string): string {
  const profile =
    profileName === undefined ? [] : [program.profileOption, quoted(shown(selectorOf(profileName) ?? profileName))];
  return [program.name, verb, ...profile, ...storeOptions.map((word) => quoted(shown(word)))].join(" ");
}

/** How a screen's commands are typed in this program; undefined for those that it lacks, or a name that nobody can type. */
export function spellForTerminal(typing: Typing): (named: NamedCommand) => string | undefined {
  const { program } = typing;
  return ({ command, profile, isUsage }) => {
    const entry = COMMANDS[command];
    if (!("terminal" in entry)) return undefined;
    const { word, takes } = entry.terminal;
    if (isUsage === true) return `${program.name} ${word}${usageOf(takes, program)}`;
    if (profile !== undefined && selectorOf(profile) === undefined) return undefined;
    const behind = takes === "callback URL" ? " --callback-url -" : "";
    return typed(typing, word, takes === "nothing" ? undefined : profile) + behind;
  };
}

function usageOf(takes: Takes, { profileOption }: Program): string {
  if (takes === "nothing" || takes === "anything") return "";
  const profile = ` [${profileOption} <name>]`;
  return takes === "callback URL" ? ` ${flagsOf("callback-url")}${profile}` : profile;
}

/** An option as help texts and the host's command line name it. */
export function flagsOf(name: TerminalOption): string {
  const option = TERMINAL_OPTIONS[name];
  return "value" in option ? `--${name} ${option.value}` : `--${name}`;
}

/** As a shell takes it for one word. */
function quoted(word: string): string {
  return /^[\w.@+:/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
