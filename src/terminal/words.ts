/** Writes text and commands for a terminal, without control characters and quoted for a shell. */
import type { Surface } from "../interaction/render.ts";
import type { Locale } from "../languages/catalogue.ts";
import { COMMANDS, TERMINAL_OPTIONS, type NamedCommand, type Takes, type TerminalOption } from "../rules/commands.ts";
import { selectorOf } from "../rules/profile-id.ts";

export interface Program {
  readonly name: string;
  readonly profileOption: "--profile" | "--profile-id";
}

export interface OutputContext {
  readonly program: Program;
  readonly locale: Locale;
  readonly warning?: "no-host";
  readonly storeOptions?: readonly string[];
  /** The sign-in server is the sandbox. Every answer says so. */
  readonly isSandbox?: boolean;
  readonly hostVersion?: string | undefined;
  readonly hostNode?: string | undefined;
  readonly failure?: string | undefined;
  /** The user who owns the profile store, if it is another one. */
  readonly storeOwner?: string | undefined;
}

interface Typing {
  readonly program: Program;
  readonly storeOptions?: readonly string[];
}

/** `lineBreak`: a space for text that must be one line. */
export function terminalSurface(typing: Typing, lineBreak = "\n"): Surface {
  return {
    kind: "terminal",
    hasCodeSpans: false,
    lineBreak,
    maxVerbatim: Infinity,
    isShort: false,
    spell: spellForTerminal(typing),
  };
}

/**
 * Control, format and direction characters in outside text could rewrite what the terminal shows (terminal escape
 * injection).
 */
const UNSHOWABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;
const printable = (text: string) => text.replace(UNSHOWABLE, "").toWellFormed();

/** Escapes the same characters in JSON, so that a program reads them and a terminal does not print them. */
export const toJson = (fields: object) => JSON.stringify(fields).replace(UNSHOWABLE, escapeUnits);

function escapeUnits(character: string): string {
  return character.replace(/[^]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** Spells a command with the profile in a form that is read back, quoted for a shell. */
export function typed({ program, storeOptions = [] }: Typing, verb: string, profileName?: string): string {
  const profile =
    profileName === undefined ? [] : [program.profileOption, quoted(printable(selectorOf(profileName) ?? profileName))];
  return [program.name, verb, ...profile, ...storeOptions.map((word) => quoted(printable(word)))].join(" ");
}

/** Returns undefined for a command that the terminal does not have, and for a name that cannot be typed. */
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

export function flagsOf(name: TerminalOption): string {
  const option = TERMINAL_OPTIONS[name];
  return "value" in option ? `--${name} ${option.value}` : `--${name}`;
}

/** Quotes a word for a POSIX shell. */
function quoted(word: string): string {
  return /^[\w.@+:/-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
