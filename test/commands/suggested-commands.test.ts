/** The law of every screen: what it tells to type is accepted where it is told, and means just that profile. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { inChat, spellForChat } from "../../src/commands/arguments.ts";
import { intentOfTyped } from "../support/typed.ts";
import { MARKDOWN, toText, type Surface } from "../../src/interaction/render.ts";
import type { ScreenLine } from "../../src/interaction/screen.ts";
import { Paste } from "../../src/rules/callback-url.ts";
import { CHAT_VERBS, COMMANDS, terminalVerbOf, type NamedCommand, type Verb } from "../../src/rules/commands.ts";
import { profileNameOf, type ProfileName } from "../../src/rules/profile-id.ts";
import { parseArguments } from "../../src/terminal/arguments.ts";
import { HOST_PROGRAM } from "../../src/terminal/host-program.ts";
import { spellForTerminal, terminalSurface } from "../../src/terminal/words.ts";
import { screensAbout } from "../interaction/facts.ts";
import { ENGLISH } from "../support/english.ts";

/** What hosts' own tools have stored: any id goes in. */
const AWKWARD = [
  "work",
  "my work",
  "my  work",
  " work",
  "work ",
  "work\u00a0",
  "status",
  "STATUS",
  "refresh",
  "cancel",
  "keep",
  "page 2",
  "show work",
  "a:b",
  ":work",
  "openai:x",
  "openai-codex:x",
  "OpenAI:x",
  "openai:",
  "yes",
  "work yes",
  "work YES",
  "yes yes",
  "-work",
  "--json",
  "default",
  "default | <profile>",
  "büro",
  "名前",
  "😀",
  "a".repeat(64),
  "a".repeat(65),
  "ü".repeat(128),
  "ü".repeat(129),
  "it's",
  '"quoted"',
  "“curly”",
  '"',
  'a" yes',
  "a`b",
  "$(rm -rf ~)",
  "a\\b",
  "a/b",
  "a\nb",
  "wo\u200brk",
  "\u202ekrow",
  "a\uD83Db",
  "constructor",
  "__proto__",
  `ac_${"Zm9vYmFyYmF6".repeat(4)}.${"c2Vjb25kcGFydA".repeat(4)}`,
  "ac_x#0123456789abcdef0123456789abcdef",
  "http://localhost:1455/auth/callback?code=ac_x&state=y",
  "<profile>",
  "acme:work",
];

const storedName = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(...AWKWARD) },
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 20 }),
  fc.string({ unit: fc.constantFrom(..."yesYork\"“”'`: \\$-"), minLength: 1, maxLength: 12 }),
  fc.tuple(fc.constantFrom(...AWKWARD), fc.constantFrom(" yes", '"', "'", " ", ":")).map((parts) => parts.join("")),
);
/** Names as the screens get them: none begins with a prefix unless it is a whole id. */
const shownName = fc
  .tuple(fc.constantFrom("openai:", "openai-codex:", ""), storedName)
  .map(([prefix, name]) => profileNameOf(prefix + name));

/** The words as a shell hands them on; it knows single quotes and the backslash, as POSIX has it. */
function shellWords(line: string): readonly string[] {
  return [...line.matchAll(/(?:'[^']*'|\\.|[^\s'\\])+/g)].map(([word]) =>
    word.replaceAll(/'([^']*)'|\\(.)/g, (_match, quoted: string | undefined, escaped: string) => quoted ?? escaped),
  );
}

interface Meaning {
  readonly verb: Verb | "refuse";
  readonly profile?: string | undefined;
  readonly page?: number | undefined;
  readonly isSure?: boolean | undefined;
}

function meaningInChat(text: string): Meaning {
  const intent = intentOfTyped(text);
  return {
    verb: intent.verb,
    ...("name" in intent && intent.name !== undefined ? { profile: intent.name } : {}),
    ...("page" in intent && intent.page !== 1 ? { page: intent.page } : {}),
    ...("isSure" in intent && intent.isSure ? { isSure: true } : {}),
  };
}

const TERMINALS = [{ name: "codex-auth", profileOption: "--profile" }, HOST_PROGRAM] as const;

/** Inside the host's own program commander reads the line; it takes an option's value as `parseArgs` does. */
function meaningInTerminal(text: string, { name }: (typeof TERMINALS)[number]): Meaning {
  const words = shellWords(text);
  const program = name.split(" ");
  expect(words.slice(0, program.length)).toEqual(program);
  const parsed = parseArguments(words.slice(program.length));
  if (parsed.kind === "refused") return { verb: "refuse" };
  const { verb: word, profileName } = parsed.request;
  const profile = profileName === undefined ? {} : { profile: profileName };
  return { verb: terminalVerbOf(word) ?? "refuse", ...profile, page: undefined };
}

function meant({ command, profile, page, isSure }: NamedCommand): Meaning {
  return {
    verb: command,
    ...(profile === undefined ? {} : { profile }),
    ...(page === undefined || page === 1 ? {} : { page }),
    ...(isSure === true ? { isSure } : {}),
  };
}

/** Every command that a line names, wherever in it. */
function commandsOf(line: ScreenLine): readonly NamedCommand[] {
  const found: NamedCommand[] = [];
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    if ("command" in value && typeof value.command === "string") found.push(value as NamedCommand);
    else for (const part of Object.values(value)) visit(part);
  };
  visit(line);
  return found.filter(({ isUsage }) => isUsage !== true);
}

/** The commands that stand on the screens about a profile, as they are typed on one surface. */
function told(name: ProfileName, surface: Surface) {
  return screensAbout(name).flatMap((screen) => {
    const text = toText(screen, ENGLISH, surface);
    const lines = screen.lines.filter((line) => !("only" in line) || line.only === surface.kind);
    return lines.flatMap(commandsOf).flatMap((command) => {
      const typed = surface.spell(command);
      return typed !== undefined && text.includes(`\`${typed}\``) ? [{ command, typed }] : [];
    });
  });
}

/** Names that nothing typed can mean: they hold what no screen shows, or are too long. A button still works. */
const isUntypeable = (name: string) => !/^[^\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]{1,128}$/u.test(name);

describe("a suggested command", () => {
  it("means exactly that profile in the chat", () => {
    fc.assert(
      fc.property(shownName, (name) => {
        const commands = told(name, inChat(MARKDOWN));
        expect(commands.length).toBeGreaterThan(0);
        for (const { typed, command } of commands) expect(meaningInChat(typed)).toEqual(meant(command));
      }),
      // Each run renders every screen about a profile.
      { numRuns: 50 },
    );
  });

  it.each(TERMINALS)("means exactly that profile in the terminal: $name", (program) => {
    // In code spans, so that a command is told apart from the words around it.
    const surface = { ...terminalSurface({ program }), hasCodeSpans: true };
    fc.assert(
      fc.property(shownName, (name) => {
        const commands = told(name, surface);
        expect(commands.length).toBeGreaterThan(0);
        for (const { typed, command } of commands) {
          expect(meaningInTerminal(typed, program)).toEqual({ ...meant(command), page: undefined });
        }
      }),
      // Each run renders every screen about a profile.
      { numRuns: 50 },
    );
  });

  const PROFILE_VERBS = CHAT_VERBS.filter((verb) => /profile|name/.test(COMMANDS[verb].chat.takes));

  it.each(PROFILE_VERBS)("can be typed for every name that can be shown: %s", (verb) => {
    fc.assert(
      fc.property(shownName, (profile) => {
        fc.pre(!isUntypeable(profile) && !profile.includes("`"));
        fc.pre(verb !== "pick" || new Paste(profile).likelihood !== "certain");
        expect(spellForChat({ command: verb, profile })).toBeTypeOf("string");
      }),
    );
  });

  it.each([
    { name: "a line break", profile: "a\nb" },
    { name: "an invisible character", profile: "wo\u200brk" },
    { name: "129 characters", profile: "ü".repeat(129) },
    { name: "a callback URL", profile: "http://localhost:1455/auth/callback?code=ac_x&state=y" },
  ])("is left out for a name that cannot be typed: $name", ({ profile }) => {
    expect(spellForChat({ command: "pick", profile })).toBeUndefined();
  });

  it("is left out if the surface has no such command", () => {
    const spell = spellForTerminal({ program: HOST_PROGRAM });
    expect([spell({ command: "use", profile: "work" }), spellForChat({ command: "version" })]).toEqual([
      undefined,
      undefined,
    ]);
  });
});

it.each([
  { command: { command: "page" }, chat: "/codex_auth", terminal: "codex-auth list" },
  { command: { command: "page", page: 2 }, chat: "/codex_auth page 2", terminal: "codex-auth list" },
  {
    command: { command: "pick", profile: "work" },
    chat: "/codex_auth work",
    terminal: "codex-auth start --profile work",
  },
  {
    command: { command: "pick", profile: "my work" },
    chat: "/codex_auth openai:my work",
    terminal: "codex-auth start --profile 'openai:my work'",
  },
  {
    command: { command: "signout", profile: "work", isSure: true },
    chat: "/codex_auth signout work yes",
    terminal: undefined,
  },
  { command: { command: "signout", profile: "work yes" }, chat: '/codex_auth signout "work yes"', terminal: undefined },
  {
    command: { command: "pick", profile: "openai-codex:work" },
    chat: '/codex_auth "openai-codex:work"',
    terminal: "codex-auth start --profile '\"openai-codex:work\"'",
  },
  { command: { command: "unuse" }, chat: "/codex_auth unuse", terminal: undefined },
  {
    command: { command: "finish", profile: "work" },
    chat: "/codex_auth_finish <callback URL>",
    terminal: "codex-auth finish --profile work --callback-url -",
  },
] as const)("spells $chat", ({ command, chat, terminal }) => {
  expect(spellForChat(command)).toBe(chat);
  expect(spellForTerminal({ program: TERMINALS[0] })(command)).toBe(terminal);
});
