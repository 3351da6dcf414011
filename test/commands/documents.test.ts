/** The tables of commands in docs/, made from the data. `npx vitest run test/commands/documents.test.ts -u` writes them. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { spellForChat } from "../../src/commands/arguments.ts";
import { CHAT_VERBS, TERMINAL_OPTIONS, TERMINAL_VERBS, type TerminalOption } from "../../src/rules/commands.ts";
import { flagsOf, spellForTerminal } from "../../src/terminal/words.ts";
import { SENTENCES } from "../support/english.ts";

const PROGRAM = { name: "codex-auth", profileOption: "--profile" } as const;
const inTerminal = spellForTerminal({ program: PROGRAM });

function table(first: string, rows: readonly (readonly [string | undefined, string])[]): string {
  const lines = rows.map(([words = "", text]) => `| \`${words.replaceAll("|", "\\|")}\` | ${text} |`);
  return [`| ${first} | result |`, "| --- | --- |", ...lines].join("\n");
}

const optionRows = (Object.keys(TERMINAL_OPTIONS) as TerminalOption[]).map(
  (name) => [flagsOf(name), SENTENCES[`option.${name}`]] as const,
);

const TABLES = [
  {
    file: "docs/commands.md",
    mark: "commands",
    text: table(
      "type",
      CHAT_VERBS.map((verb) => [spellForChat({ command: verb, isUsage: true }), SENTENCES[`help.${verb}`]]),
    ),
  },
  {
    file: "docs/terminal.md",
    mark: "commands",
    text: table(
      "command",
      TERMINAL_VERBS.map((verb) => [inTerminal({ command: verb, isUsage: true }), SENTENCES[`help.${verb}`]]),
    ),
  },
  {
    file: "docs/terminal.md",
    mark: "options",
    text: table("option", [["--profile <name>", SENTENCES["option.profile"]], ...optionRows]),
  },
];

describe("the tables of commands", () => {
  it.each(["docs/commands.md", "docs/terminal.md"])("are those of the data in %s", async (file) => {
    const path = fileURLToPath(new URL(`../../${file}`, import.meta.url));
    const tables = TABLES.filter((one) => one.file === file);
    const expected = tables.reduce(
      (document, { mark, text }) => {
        const place = new RegExp(`(<!-- ${mark}:[^\\n]*-->\\n)[^]*?(\\n<!-- /${mark} -->)`);
        expect(document).toMatch(place);
        return document.replace(place, (_all, start: string, end: string) => `${start}\n${text}\n${end}`);
      },
      readFileSync(path, "utf8"),
    );
    await expect(expected).toMatchFileSnapshot(path);
  });
});
