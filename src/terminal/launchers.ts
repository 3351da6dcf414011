/** Reads which files a launcher script starts, as far as the script itself names them. Runs nothing. */
import { dirname, isAbsolute, resolve } from "node:path";

export interface Launcher {
  readonly text: string;
  /** As it was called, and with all links followed. */
  readonly path: string;
  readonly realPath: string;
  /** Returns a variable of the environment. */
  readonly variable: (name: string) => string | undefined;
}

/** Returns absolute paths, which need not exist. */
export function pathsIn({ text, path, realPath, variable }: Launcher): readonly string[] {
  const assigned = new Map<string, string>();
  const shell: Shell = { self: path, realSelf: realPath, variable: (name) => assigned.get(name) ?? variable(name) };
  const scriptFolder = dirname(realPath);
  const isJavaScript = /^#!.*\b(?:node|bun|deno)\b/.test(text);
  const found = new Set<string>();
  for (const line of text.split(/\r?\n/)) {
    if (line.length > MAX_LINE || /^\s*(?:#|\/\/|::|@?rem\b)/i.test(line)) continue;
    const expanded = expand(line, shell);
    const [, name, value = ""] = ASSIGNMENT.exec(expanded) ?? [];
    if (name !== undefined) assigned.set(name, unquoted(value));
    for (const word of wordsOf(expanded)) {
      if (isAbsolute(word)) found.add(resolve(word));
      else if (isJavaScript && /^\.\.?\//.test(word)) found.add(resolve(scriptFolder, word));
    }
  }
  return [...found];
}

const ASSIGNMENT = /^\s*(?:export\s+|local\s+|readonly\s+)?([A-Za-z_]\w*)=([^;&|]*)/;

const unquoted = (text: string) => text.trim().replaceAll(/["']/g, "");

/** Quoted text and what touches it are one word. A word may stand behind an option or a name, such as `NAME=/x`. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"'()[\],;&|<>=])+/g)].map(([word]) =>
    unquoted(word).replace(/^@/, ""),
  );
}

interface Shell {
  readonly self: string;
  readonly realSelf: string;
  readonly variable: (name: string) => string | undefined;
}

const SELF = String.raw`\$(?:0|\{0\}|BASH_SOURCE|\{BASH_SOURCE(?:\[0\])?\})`;
const WORD = String.raw`"?([^"'$()\s][^"'$()]*?)"?`;

/**
 * What shells put in place of the script's own path, innermost first. `%~dp0` and `%dp0%` are those of Windows, and
 * end with a separator.
 */
const FORMS: readonly (readonly [RegExp, (shell: Shell, word: string) => string])[] = [
  [new RegExp(String.raw`\$\(\s*echo\s+"?${SELF}"?\s*\|\s*sed[^)]*\)`, "g"), ({ self }) => self],
  [/\$\{0%\/\*\}/g, ({ self }) => dirname(self)],
  [
    new RegExp(String.raw`\$\(\s*(?:readlink\s+-f|realpath)\s+(?:--\s+)?"?${SELF}"?\s*\)`, "g"),
    ({ realSelf }) => realSelf,
  ],
  [new RegExp(SELF, "g"), ({ self }) => self],
  [/%~dp0\\?|%dp0%\\?/gi, ({ self }) => `${dirname(self)}/`],
  [new RegExp(String.raw`\$\(\s*(?:readlink\s+-f|realpath)\s+(?:--\s+)?${WORD}\s*\)`, "g"), (_shell, word) => word],
  [new RegExp(String.raw`\$\(\s*dirname\s+(?:--\s+)?${WORD}\s*\)`, "g"), (_shell, word) => dirname(word)],
  // On Windows, pnpm's and npm's launchers put the path into the form of Windows.
  [new RegExp(String.raw`(?:\x60|\$\()\s*cygpath\s+-\w\s+${WORD}\s*(?:\x60|\))`, "g"), (_shell, word) => word],
  [
    new RegExp(String.raw`\$\(\s*cd\s+(?:-\w\s+|--\s+)*${WORD}\s*(?:>[^&)>]*(?:&\d\s*)?)*&&\s*pwd[^)]*\)`, "g"),
    (_shell, word) => word,
  ],
];

const VARIABLE = /\$(?:([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?::?-([^{}$]*))?\})/g;
const HOME_WORD = /(^|[\s"'=])~(?=\/)/g;
/** Longer than a line that starts a program, and an end for variables that double with each line. */
const MAX_LINE = 4096;
/** Enough for the deepest form above, and an end for a variable that names itself. */
const MAX_ROUNDS = 6;

function expand(line: string, shell: Shell): string {
  let text = line.replace(HOME_WORD, (_all, before: string) => `${before}${shell.variable("HOME") ?? "~"}`);
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const before = text;
    for (const [form, put] of FORMS) {
      text = text.replace(form, (_all: string, word: unknown) => put(shell, typeof word === "string" ? word : ""));
    }
    text = text.replace(VARIABLE, (all: string, plain?: string, braced?: string, fallback?: string) => {
      const value = shell.variable(plain ?? braced ?? "");
      return (value === "" ? undefined : value) ?? fallback ?? all;
    });
    if (text === before) break;
    if (text.length > MAX_LINE) return "";
  }
  return /%|\.cmd"?/i.test(line) ? text.replaceAll("\\", "/") : text;
}
