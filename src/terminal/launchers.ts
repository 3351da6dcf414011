/**
 * Reads which files a launcher script may start, without running it. A part of a word that only a run could tell, such as
 * `$(dirname "$0")`, mostly is the script's own folder, so the rest of the word is looked for there and above.
 */
import { dirname, isAbsolute, resolve } from "node:path";

export interface Launcher {
  readonly text: string;
  /** As it was called, and with all links followed. */
  readonly path: string;
  readonly realPath: string;
  /** Returns a variable of the environment. */
  readonly variable: (name: string) => string | undefined;
}

/** A launcher has a few. The limit bounds the work for a script that was made to take long. */
const MAX_PATHS = 256;

/**
 * Returns absolute paths, which need not exist. Returns none if the launcher leads elsewhere, because the profiles that this
 * process would find are not those of its host.
 */
export function pathsIn(launcher: Launcher): readonly string[] {
  const dialect = dialectOf(launcher.text);
  const found = new Set<string>();
  const paths = pathsOf(launcher, dialect);
  const text = cleaned(launcher.text, dialect);
  let isElsewhere = SETS_BY_NAME.test(text) || (dialect === "cmd" && CALLS.test(text));
  const onWord: OnWord = (word, place) => {
    isElsewhere ||= leadsElsewhere(word, place, launcher, dialect);
    paths(word).forEach((path) => found.size < MAX_PATHS && found.add(path));
  };
  readWords({ text, at: 0, nesting: 0, ...wordReader(launcher, dialect, onWord) });
  return isElsewhere ? [] : [...found];
}

/** Programs that start a command as another user, in a container, on another machine or with other variables. */
const STARTER_NAMES = [
  "sudo doas su runuser runas pkexec gosu su-exec setpriv chpst systemd-run machinectl nsenter unshare chroot schroot",
  "docker docker-compose podman podman-compose podman-remote nerdctl ctr crictl kubectl oc distrobox distrobox-enter",
  "toolbox lxc lxc-attach incus limactl lima colima orb multipass vagrant apptainer singularity udocker flatpak wsl",
  "proot proot-distro bwrap firejail ssh autossh mosh tsh dotenv dotenvx direnv doppler op infisical chamber sops envdir",
].flatMap((names) => names.split(" "));
const STARTERS = new RegExp(String.raw`^(?:[^\0]*[\\/])?(?:${STARTER_NAMES.join("|")})(?:\.exe)?$`);
/** The host's options that name another state folder. */
const STATE_OPTIONS = /^--(?:dev|profile(?:=[^]*)?)$/;
/** The variables that decide where the host keeps its profiles, with what they mean if they are not set. */
const PLACES: ReadonlyMap<string, string> = new Map([
  ["HOME", ""],
  ["USERPROFILE", ""],
  ["OPENCLAW_HOME", ""],
  ["OPENCLAW_STATE_DIR", ".openclaw"],
  ["CLAWDBOT_STATE_DIR", ".openclaw"],
  ["OPENCLAW_CONFIG_PATH", ".openclaw/openclaw.json"],
  ["OPENCLAW_AGENT_DIR", ".openclaw/agents/main/agent"],
  ["PI_CODING_AGENT_DIR", ".openclaw/agents/main/agent"],
  ["OPENCLAW_OAUTH_DIR", ".openclaw/credentials"],
]);
const PLACE_NAMES = [...PLACES.keys()].join("|");
const NAMES_PLACE = String.raw`(?<![\w/\\-])(?:${PLACE_NAMES})(?![\w-])`;
/** Windows does not distinguish variables by case. */
const forDialects = (source: string): Readonly<Record<Dialect, RegExp>> => ({
  sh: new RegExp(source),
  JavaScript: new RegExp(source),
  cmd: new RegExp(source, "i"),
  PowerShell: new RegExp(source, "i"),
});
const NAMES_IN_WORD = forDialects(NAMES_PLACE);
/** A quoted text of several words may be a message, so it counts only if it sets a variable: `HOME=`, `["HOME"] =`. */
const NAMES_IN_TEXT = forDialects(String.raw`${NAMES_PLACE}["'\]]*[ \t]*[+?|]{0,2}=(?!=)`);

/** How PowerShell sets one of these variables. */
const SETS_BY_NAME = new RegExp(String.raw`\$env:(?:${PLACE_NAMES})[ \t]*(?:\?\?|\+)?=(?!=)`, "i");

/**
 * Commands and options that read other text as commands or as variables, which may name another host or another state
 * folder. The other text is not read, because it may be different at the next start.
 */
const READS_COMMANDS: ReadonlySet<string> = new Set([".", "source", "eval", "iex", "invoke-expression"]);
const READS_VARIABLES = /^--env-file(?:-if-exists)?(?:=|$)|\b(?:loadEnvFile|load_dotenv|dotenvx?)\b/;
/** `call :label` stays in this script, and `call openclaw.cmd` is followed. */
const CALLS = /\bcall[ \t]{1,9}"?(?!:)[^"\r\n]{0,260}(?<!openclaw)\.(?:bat|cmd)\b/i;
const SETS_VARIABLES: ReadonlySet<string> = new Set(["export", "env", "set", "setenv", "declare", "typeset"]);

/** In cmd an `@` before a command hides its line. */
const withoutAt = (word: string) => word.replace(/^@/, "");

/** Returns false for a variable that is set to what this process has too. */
function leadsElsewhere(
  word: string,
  { command, before, isQuoted }: WordPlace,
  { variable }: Pick<Launcher, "variable">,
  dialect: Dialect,
): boolean {
  // In JavaScript a starter is always quoted. Other words are names of its own, such as `op` or `su`.
  if (STARTERS.test(withoutAt(word)) && (isQuoted || dialect !== "JavaScript")) return true;
  if (READS_VARIABLES.test(word)) return true;
  if (command === undefined && READS_COMMANDS.has(word.toLowerCase())) return true;
  // Only a run could show which variables these are.
  if (SETS_VARIABLES.has(withoutAt(before).toLowerCase()) && /^[\0%]/.test(word)) return true;
  if (STATE_OPTIONS.test(word)) return variable("OPENCLAW_STATE_DIR") === undefined;
  const names = /\s/.test(word) ? NAMES_IN_TEXT : NAMES_IN_WORD;
  if (!names[dialect].test(word)) return false;
  const [, name = "", value] = /^(\w+)(?:=([^]*))?$/.exec(word) ?? [];
  const below = PLACES.get(name.toUpperCase());
  if (below === undefined) return before !== "export";
  if (value === undefined) return before !== "export" && !isOnlyRead(command, before);
  if (value === "") return false;
  return resolve(value) !== resolve(variable(name) || `${variable("HOME") ?? ""}/${below}`);
}

/** `[` separates words, so the command of `[ -v HOME ]` is its option. */
function isOnlyRead(command = "", before: string): boolean {
  return /^(?:@?echo|test|-[nvz])$/i.test(command) || before.toLowerCase() === "defined";
}

type Dialect = "sh" | "cmd" | "PowerShell" | "JavaScript";

function dialectOf(text: string): Dialect {
  if (/%~dp0|%dp0%|^@echo off/im.test(text)) return "cmd";
  if (/\$(?:PSScriptRoot|MyInvocation|args)\b/i.test(text)) return "PowerShell";
  return /^#!.*\b(?:node|bun|deno)\b/.test(text) ? "JavaScript" : "sh";
}

/** Stands for a part that only a run of the script could tell. No path contains this character. */
const UNKNOWN = "\0";

function cleaned(text: string, dialect: Dialect): string {
  const plain = text.replaceAll(UNKNOWN, " ");
  return dialect === "cmd" ? plain.replaceAll(/^\s*(?:::|@?rem\b).*$/gim, "") : plain;
}

function pathsOf({ path, realPath }: Launcher, dialect: Dialect): (word: string) => readonly string[] {
  const own = [...new Set([dirname(path), dirname(realPath)])];
  const around = own.flatMap((folder) => ["", "..", "../.."].map((up) => resolve(folder, up)));
  return (word) => {
    // A path may stand behind an option or a name, such as `--import=/x`, and behind the `@` of cmd.
    const named = withoutAt(word.slice(word.indexOf("=") + 1));
    const behindUnknown = /^\0+(?:\/|(?=\.\.?\/))([^\0]+)$/.exec(named)?.[1];
    if (behindUnknown !== undefined) return around.map((folder) => resolve(folder, behindUnknown));
    if (named.includes(UNKNOWN)) return [];
    if (isAbsolute(named)) return [resolve(named)];
    return dialect === "JavaScript" && /^\.\.?\//.test(named) ? [resolve(dirname(realPath), named)] : [];
  };
}

interface WordPlace {
  /** The name of the command that it belongs to. Absent if the word itself is that name. */
  readonly command?: string | undefined;
  /** The word before it in the same command, or empty text. */
  readonly before: string;
  /** Also true in a text in backticks. */
  readonly isQuoted: boolean;
}

type OnWord = (word: string, place: WordPlace) => void;

interface Reader {
  readonly dialect: Dialect;
  /** Returns undefined if it is not known. */
  readonly valueOf: (name: string) => string | undefined;
  readonly onWord: OnWord;
}

interface Reading extends Reader {
  readonly text: string;
  at: number;
  readonly nesting: number;
}

/** Longer than any path, and an end for variables that double with each line. */
const MAX_VALUE = 4096;

function wordReader({ variable }: Launcher, dialect: Dialect, onWord: OnWord): Reader {
  const assigned = new Map<string, string>();
  return {
    dialect,
    valueOf: (name) => assigned.get(name) ?? (variable(name) || undefined),
    onWord(word, place) {
      if (word.length > MAX_VALUE) return;
      const [, name, value = ""] = /^([A-Za-z_]\w*)=([^]*)$/.exec(word) ?? [];
      const wasKnown = name !== undefined && assigned.get(name)?.includes(UNKNOWN) === false;
      // A branch for other systems often assigns it again.
      if (name !== undefined && !(wasKnown && value.includes(UNKNOWN))) assigned.set(name, value);
      onWord(word, place);
    },
  };
}

const SEPARATORS = /[\s;&|<>(){},[\]]/;
const COMMAND_STARTS = /[\n;&|(){}\]]/;
/** Words before the name of a command. */
const BEFORE_COMMAND = /^(?:then|do|else|elif|if|while|until|!|exec|command|builtin|[A-Za-z_]\w*=[^]*)$/;
/** Deeper than any launcher, and an end for one that was made to be deep. */
const MAX_NESTING = 20;

/** The comments of cmd are lines of their own. */
const COMMENTS = {
  sh: /#[^\n]*/y,
  PowerShell: /#[^\n]*/y,
  JavaScript: /\/\/[^\n]*|\/\*[^]*?(?:\*\/|$)/y,
  cmd: /(?!)/y,
} as const;
const INTERPRETER = /#![^\n]*/y;

/** Returns where the match ends, or undefined if there is none at this place. */
function endAt(pattern: RegExp, { text, at }: Pick<Reading, "text" | "at">): number | undefined {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

const START: Pick<WordPlace, "command" | "before"> = { before: "" };

/** Reads up to the character that closes a substitution, or to the end. */
function readWords(reading: Reading, closing?: ")" | "`"): void {
  const { text, dialect, nesting, onWord } = reading;
  let word: string | undefined;
  let isQuoted = false;
  let parentheses = 0;
  let place = START;
  const finish = () => {
    if (word === undefined) return;
    onWord(word, { ...place, isQuoted });
    const command = place.command ?? (BEFORE_COMMAND.test(word) ? undefined : word);
    place = { command, before: word };
    word = undefined;
  };
  while (reading.at < text.length) {
    const char = text[reading.at] as string;
    if (char === closing && parentheses === 0) break;
    const comment = (word === undefined ? endAt(COMMENTS[dialect], reading) : undefined) ?? endAt(INTERPRETER, reading);
    if (comment !== undefined) {
      finish();
      reading.at = comment;
    } else if (SEPARATORS.test(char)) {
      finish();
      if (COMMAND_STARTS.test(char)) place = START;
      if (char === "(") parentheses += 1;
      if (char === ")") parentheses = Math.max(0, parentheses - 1);
      reading.at += 1;
    } else {
      const isFirst = word === undefined || word.endsWith("=");
      if (word === undefined) isQuoted = char === "'" || char === '"' || nesting > 0;
      word = (word ?? "") + (isFirst && text.startsWith("~/", reading.at) ? readHome(reading) : readPart(reading));
    }
  }
  reading.at += 1;
  finish();
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf("\n", from);
  return end === -1 ? text.length : end;
}

function readHome(reading: Reading): string {
  reading.at += 1;
  return reading.valueOf("HOME") ?? "~";
}

/** Reads a quoted text, an expansion or one character. A quote that its line does not close is a character. */
function readPart(reading: Reading): string {
  const { text, dialect } = reading;
  const char = text[reading.at] as string;
  if (char === "'" || char === '"') {
    const end = char === "'" ? text.indexOf("'", reading.at + 1) : endOfQuote(text, reading.at + 1);
    if (end !== -1 && end < endOfLine(text, reading.at)) return readQuoted(reading, end, char);
  }
  if (char === "`" && dialect !== "PowerShell") return readSubstitution(reading, 1, "`");
  if (char === "$") return readExpansion(reading);
  if (char === "%" && dialect === "cmd") return readPercent(reading);
  if (char === "\\") return readBackslash(reading);
  reading.at += 1;
  return char;
}

/** Quotes may be nested in a substitution: `"$(dirname "$0")"`. */
function endOfQuote(text: string, from: number): number {
  let depth = 0;
  for (let at = from; at < text.length && text[at] !== "\n"; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text.startsWith("$(", at)) depth += 1;
    else if (text[at] === ")") depth = Math.max(0, depth - 1);
    else if (text[at] === '"' && depth === 0) return at;
  }
  return -1;
}

function readQuoted(reading: Reading, end: number, quote: "'" | '"'): string {
  const { text, dialect } = reading;
  reading.at += 1;
  let value = "";
  while (reading.at < end) {
    if (quote === '"') value += readPart(reading);
    else value += text[reading.at++];
  }
  reading.at = Math.max(reading.at, end) + 1;
  return dialect === "sh" || quote === '"' ? value : value.replaceAll("\\", "/");
}

function readSubstitution(reading: Reading, start: number, closing: ")" | "`"): string {
  reading.at += start;
  if (reading.nesting >= MAX_NESTING) return UNKNOWN;
  const inner: Reading = { ...reading, nesting: reading.nesting + 1 };
  readWords(inner, closing);
  reading.at = inner.at;
  return UNKNOWN;
}

/** Names of the script itself, such as `$0`, are not known: they lead to its own folder. */
function readExpansion(reading: Reading): string {
  const { text, valueOf } = reading;
  if (text.startsWith("$(", reading.at)) return readSubstitution(reading, 2, ")");
  if (text.startsWith("${", reading.at)) return readBraces(reading);
  const [all = "$", environment, name, special] =
    /^\$(?:env:(\w+)|([A-Za-z_]\w*)|([0-9@*#?!$-]))/iy.exec(text.slice(reading.at, reading.at + 128)) ?? [];
  reading.at += all.length;
  if (special !== undefined) return UNKNOWN;
  const named = environment ?? name;
  return named === undefined ? "" : (valueOf(named) ?? UNKNOWN);
}

function readBraces(reading: Reading): string {
  const { text, valueOf, nesting } = reading;
  const end = endOfBraces(text, reading.at + 2);
  const body = text.slice(reading.at + 2, end);
  reading.at = end + 1;
  const [, name, hasDefault, otherwise = ""] = /^(?:env:)?([A-Za-z_]\w*)(?:(:?[-=])([^]*))?$/i.exec(body) ?? [];
  const value = name === undefined ? undefined : valueOf(name);
  if (value !== undefined || hasDefault === undefined || nesting >= MAX_NESTING) return value ?? UNKNOWN;
  let word = "";
  const onWord: OnWord = (one) => {
    word = one;
    reading.onWord(one, { command: "", before: "", isQuoted: true });
  };
  readWords({ ...reading, text: otherwise, at: 0, nesting: nesting + 1, onWord });
  return word;
}

function endOfBraces(text: string, from: number): number {
  let depth = 1;
  for (let at = from; at < text.length && text[at] !== "\n"; at += 1) {
    if (text[at] === "{") depth += 1;
    if (text[at] === "}") depth -= 1;
    if (depth === 0) return at;
  }
  return endOfLine(text, from);
}

/** `%~dp0` and `%dp0%` are the script's own folder. */
function readPercent(reading: Reading): string {
  const [all = "%", name] = /^%(?:~\w+|(\w+)%)/.exec(reading.text.slice(reading.at, reading.at + 128)) ?? [];
  reading.at += all.length;
  if (all === "%") return all;
  return (name === undefined ? undefined : reading.valueOf(name)) ?? UNKNOWN;
}

/** A backslash separates folders on Windows, and quotes the next character elsewhere. */
function readBackslash(reading: Reading): string {
  const { text, dialect } = reading;
  if (dialect === "cmd" || dialect === "PowerShell") {
    reading.at += 1;
    return "/";
  }
  const quoted = text[reading.at + 1] ?? "";
  reading.at += 2;
  return quoted === "\n" ? "" : quoted;
}
