import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseFinishArguments, parseSelectArguments, type Intent } from "../../src/commands/arguments.ts";
import { anyName } from "../interaction/facts.ts";

const STATE = "0123456789abcdef0123456789abcdef";
/** As long as the server's: no name of the grammar is. */
const CODE = `ac_${"Zm9vYmFyYmF6".repeat(4).slice(0, 43)}.${"c2Vjb25kcGFydA".repeat(4).slice(0, 43)}`;
const URL = `http://localhost:1455/auth/callback?code=ac_Zm9vYmFyYmF6cXV4.c2Vjb25kcGFydA&scope=openid+profile&state=${STATE}`;

/** An intent as plain data: what is sealed in a Secret, opened. */
function opened(intent: Intent): unknown {
  return "pasted" in intent ? { ...intent, pasted: intent.pasted?.text.reveal() } : intent;
}

const pick = (name: string) => ({ verb: "pick", name });
const page = (number: number) => ({ verb: "page", page: number });
const refuse = (code: string) => ({ verb: "refuse", code });
const finish = (pasted: string, name?: string) => ({ verb: "finish", pasted, ...(name === undefined ? {} : { name }) });

interface Row {
  readonly name: string;
  readonly args: string;
  readonly intent: unknown;
}

const SELECTOR: readonly Row[] = [
  { name: "nothing", args: "", intent: page(1) },
  { name: "white space", args: " \t\n ", intent: page(1) },
  { name: "a colon", args: ":", intent: page(1) },
  { name: "a colon and white space", args: " : ", intent: page(1) },
  { name: "page and a number", args: "page 2", intent: page(2) },
  { name: "page in capitals", args: "PAGE 12", intent: page(12) },
  { name: "page, a tab and a number", args: "page\t3", intent: page(3) },
  { name: "page, a line break and a number", args: "page\n3", intent: page(3) },
  { name: "page alone", args: "page", intent: page(1) },
  { name: "page and a word", args: "page x", intent: page(1) },
  { name: "page and two numbers", args: "page 2 3", intent: page(1) },
  { name: "page and a negative number", args: "page -1", intent: page(1) },
  { name: "page and a fraction", args: "page 1.5", intent: page(1) },
  { name: "page and an exponent", args: "page 1e3", intent: page(1) },
  { name: "page and a number past all counting", args: "page 99999999999999999999", intent: page(1) },
];

const SUBCOMMANDS: readonly Row[] = [
  { name: "status", args: "status", intent: { verb: "status" } },
  { name: "status of a profile", args: "status work", intent: { verb: "status", name: "work" } },
  { name: "status in capitals", args: "STATUS", intent: { verb: "status" } },
  { name: "cancel, mixed case", args: "Cancel", intent: { verb: "cancel" } },
  { name: "refresh, a command once", args: "refresh", intent: page(1) },
  { name: "refresh of a page", args: "refresh 3", intent: page(3) },
  { name: "help with spaces around", args: "  help  ", intent: { verb: "help" } },
  { name: "help after a colon", args: ": help", intent: { verb: "help" } },
  { name: "finish alone", args: "finish", intent: { verb: "finish" } },
  { name: "finish in capitals", args: "FINISH", intent: { verb: "finish" } },
];

const signOut = (name: string, isSure: boolean) => ({ verb: "signout", name, isSure });

/** How a profile that is there can be named after `show`, `prefer`, `undo` and `signout`. */
const NAMED: readonly { readonly name: string; readonly words: string; readonly profile: string }[] = [
  { name: "a name", words: "work", profile: "work" },
  { name: "a name keeps its case", words: "Work", profile: "Work" },
  { name: "a tab and white space around", words: "\t work ", profile: "work" },
  { name: "default", words: "default", profile: "default" },
  { name: "the answer's word as a name", words: "yes", profile: "yes" },
  { name: "the provider's prefix", words: "openai:work", profile: "work" },
  { name: "a subcommand by its whole id", words: "openai:status", profile: "status" },
  { name: "two words by their whole id", words: "openai:my team", profile: "my team" },
  { name: "a slash by its whole id", words: "openai:team/one", profile: "team/one" },
  { name: "the older prefix, which may mean another one", words: "openai-codex:work", profile: "openai-codex:work" },
  { name: "the older prefix in capitals", words: "OpenAI-Codex:work", profile: "openai-codex:work" },
];

/** What names none. */
const NAMING_NOTHING: readonly Row[] = [
  { name: "nothing", args: "", intent: refuse("profile-missing") },
  { name: "white space", args: " \n ", intent: refuse("profile-missing") },
  { name: "two words", args: "work team", intent: refuse("bad-selector") },
  { name: "a slash", args: "a/b", intent: refuse("bad-selector") },
  { name: "a prefix alone", args: "openai-codex:", intent: refuse("bad-selector") },
  { name: "another provider's prefix", args: "anthropic:work", intent: refuse("bad-selector") },
  { name: "a subcommand", args: "status", intent: refuse("reserved-word") },
  { name: "the placeholder of the help text", args: "<profile>", intent: refuse("bad-selector") },
  { name: "an address", args: URL, intent: refuse("bad-selector") },
];

/** Only the one word at the very end is an answer. */
const SIGN_OUT: readonly Row[] = [
  { name: "a name alone", args: "work", intent: signOut("work", false) },
  { name: "a name and yes", args: "work yes", intent: signOut("work", true) },
  { name: "yes in capitals", args: "work YES", intent: signOut("work", true) },
  { name: "white space between", args: "work \t\n yes", intent: signOut("work", true) },
  { name: "a profile called yes", args: "yes", intent: signOut("yes", false) },
  { name: "a profile called yes, and yes", args: "yes yes", intent: signOut("yes", true) },
  { name: "a name that ends so", args: "eyes", intent: signOut("eyes", false) },
  { name: "a name with a dash before it", args: "work-yes", intent: signOut("work-yes", false) },
  { name: "a stored name of two words", args: "openai:my team", intent: signOut("my team", false) },
  { name: "a stored name of two words, and yes", args: "openai:my team yes", intent: signOut("my team", true) },
  { name: "an older id, and yes", args: "openai-codex:work yes", intent: signOut("openai-codex:work", true) },
  { name: "no", args: "work no", intent: refuse("bad-selector") },
  { name: "more than yes", args: "work yes please", intent: refuse("bad-selector") },
  { name: "another word for it", args: "work y", intent: refuse("bad-selector") },
  { name: "yes first", args: "yes work", intent: refuse("bad-selector") },
  { name: "a subcommand and yes", args: "status yes", intent: refuse("reserved-word") },
];

const PROFILES: readonly Row[] = [
  { name: "a name", args: "work", intent: pick("work") },
  { name: "default", args: "default", intent: pick("default") },
  { name: "a name keeps its case", args: "Work", intent: pick("Work") },
  { name: "a colon before the name", args: ": work", intent: pick("work") },
  { name: "a colon at the name", args: ":work", intent: pick("work") },
  { name: "white space around", args: "\t work \n", intent: pick("work") },
  { name: "the provider's prefix", args: "openai:work", intent: pick("work") },
  { name: "the older prefix", args: "openai-codex:work", intent: pick("work") },
  { name: "a prefix in capitals", args: "OpenAI:work", intent: pick("work") },
  { name: "an e-mail address", args: "me+codex@example.com", intent: pick("me+codex@example.com") },
  { name: "a name of all its characters", args: "0._@+-", intent: pick("0._@+-") },
  { name: "sixty-four characters", args: "a".repeat(64), intent: pick("a".repeat(64)) },
  { name: "a name that begins as a subcommand", args: "page2", intent: pick("page2") },
  { name: "a word of every object", args: "constructor", intent: pick("constructor") },
  { name: "another word of every object", args: "toString", intent: pick("toString") },
  { name: "a third word of every object", args: "hasOwnProperty", intent: pick("hasOwnProperty") },
  { name: "a long name that is no code", args: "imac_studio.office-2", intent: pick("imac_studio.office-2") },
  { name: "a long name with a port in it", args: "gateway1455.example.org", intent: pick("gateway1455.example.org") },
];

/** Names that no profile is created under, but the host's own tools may have: whole ids reach them. */
const STORED_NAMES: readonly Row[] = [
  { name: "a subcommand", args: "openai:status", intent: pick("status") },
  { name: "a subcommand with the older prefix", args: "openai-codex:FINISH", intent: pick("FINISH") },
  { name: "two words", args: "openai:my work", intent: pick("my work") },
  { name: "two words after a colon", args: ": openai:my work ", intent: pick("my work") },
  { name: "a slash", args: "openai:team/one", intent: pick("team/one") },
  { name: "a colon", args: "openai:team:one", intent: pick("team:one") },
  { name: "a letter of another script", args: "openai:büro", intent: pick("büro") },
];

const BAD_NAMES: readonly Row[] = [
  { name: "the prototype", args: "__proto__", intent: refuse("bad-selector") },
  { name: "a line break behind the prefix", args: "openai:my\nwork", intent: refuse("bad-selector") },
  { name: "a direction override behind the prefix", args: "openai:\u202Ekrow", intent: refuse("bad-selector") },
  { name: "far too long a name behind the prefix", args: `openai:${"a".repeat(129)}`, intent: refuse("bad-selector") },
  { name: "a prefix without a name", args: "openai:", intent: refuse("bad-selector") },
  { name: "two prefixes", args: "openai:openai:work", intent: refuse("bad-selector") },
  { name: "another provider's prefix", args: "anthropic:work", intent: refuse("bad-selector") },
  { name: "two words", args: "my work", intent: refuse("bad-selector") },
  { name: "a slash", args: "a/b", intent: refuse("bad-selector") },
  { name: "a leading dash", args: "-work", intent: refuse("bad-selector") },
  { name: "a leading dot", args: ".work", intent: refuse("bad-selector") },
  { name: "sixty-five characters", args: "a".repeat(65), intent: refuse("bad-selector") },
  { name: "a letter of another script", args: "wörk", intent: refuse("bad-selector") },
  { name: "a zero-width space within", args: "wo\u200Brk", intent: refuse("bad-selector") },
  { name: "the placeholder of the help text", args: "<profile>", intent: refuse("bad-selector") },
  { name: "the grammar line of the selector", args: "default | <profile>", intent: refuse("bad-selector") },
];

/** What follows `/codex_auth finish` and `/codex_auth_finish` alike. */
const FINISH: readonly Row[] = [
  { name: "the address", args: URL, intent: finish(URL) },
  { name: "a profile and the address", args: `work ${URL}`, intent: finish(URL, "work") },
  { name: "a prefixed profile and the address", args: `openai-codex:work ${URL}`, intent: finish(URL, "work") },
  { name: "a profile, a line break and the address", args: `work\n${URL}`, intent: finish(URL, "work") },
  { name: "a profile, a tab and the address", args: `work\t${URL}`, intent: finish(URL, "work") },
  { name: "an e-mail as the profile", args: `me@example.com ${URL}`, intent: finish(URL, "me@example.com") },
  { name: "a word of every object as the profile", args: `constructor ${URL}`, intent: finish(URL, "constructor") },
  { name: "a profile and words that are no address", args: "work hello", intent: finish("hello", "work") },
  { name: "code and state", args: `ac_Zm9v.YmFy#${STATE}`, intent: finish(`ac_Zm9v.YmFy#${STATE}`) },
  {
    name: "a query alone",
    args: `?code=ac_Zm9v.YmFy&state=${STATE}`,
    intent: finish(`?code=ac_Zm9v.YmFy&state=${STATE}`),
  },
  { name: "an address in angle brackets", args: `<${URL}>`, intent: finish(`<${URL}>`) },
  {
    name: "an address that a line break cut in two",
    args: URL.replace("&scope", "\n&scope"),
    intent: finish(URL.replace("&scope", "\n&scope")),
  },
  { name: "one word that is no address", args: "work", intent: finish("work") },
  { name: "a code alone, which is no profile name", args: `${CODE} thanks`, intent: finish(`${CODE} thanks`) },
];

describe("/codex_auth", () => {
  it.each(SELECTOR)("opens the list of profiles: $name", ({ args, intent }) => {
    expect(opened(parseSelectArguments(args))).toEqual(intent);
  });

  it.each(SUBCOMMANDS)("understands its subcommands: $name", ({ args, intent }) => {
    expect(opened(parseSelectArguments(args))).toEqual(intent);
  });

  it.each(NAMED)("shows, prefers and puts back the profile that is named: $name", ({ words, profile }) => {
    for (const verb of ["show", "prefer", "undo"]) {
      expect(parseSelectArguments(`${verb} ${words}`)).toEqual({ verb, name: profile });
      expect(parseSelectArguments(`${verb.toUpperCase()}\n${words}`)).toEqual({ verb, name: profile });
    }
  });

  it.each(NAMED)("asks before it signs out the profile that is named: $name", ({ words, profile }) => {
    expect(parseSelectArguments(`signout ${words}`)).toEqual(signOut(profile, false));
    expect(parseSelectArguments(`SIGNOUT\n${words} yes`)).toEqual(signOut(profile, true));
  });

  it.each(NAMING_NOTHING)("shows and changes nothing without a profile: $name", ({ args, intent }) => {
    for (const verb of ["show", "prefer", "undo", "signout"]) {
      expect(parseSelectArguments(`${verb} ${args}`)).toEqual(intent);
    }
  });

  it.each(SIGN_OUT)("confirms a sign-out only by yes: $name", ({ args, intent }) => {
    expect(parseSelectArguments(`signout ${args}`)).toEqual(intent);
  });

  it("is never sure of a sign-out unless yes was typed", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."workyes :-\n\t") }), (words) => {
        const intent = parseSelectArguments(`signout ${words}`);
        if (intent.verb === "signout" && intent.isSure) expect(words).toMatch(/\syes\s*$/i);
      }),
    );
  });

  it.each(PROFILES)("picks a profile: $name", ({ args, intent }) => {
    expect(opened(parseSelectArguments(args))).toEqual(intent);
  });

  it.each(STORED_NAMES)("picks by its whole id what the host stored: $name", ({ args, intent }) => {
    expect(opened(parseSelectArguments(args))).toEqual(intent);
  });

  it.each(BAD_NAMES)("refuses what cannot be a profile name: $name", ({ args, intent }) => {
    expect(opened(parseSelectArguments(args))).toEqual(intent);
  });

  it.each([
    { args: "shwo work", intent: { ...refuse("bad-selector"), near: "show" } },
    { args: "signot work yes", intent: { ...refuse("bad-selector"), near: "signout" } },
    { args: "hello work", intent: refuse("bad-selector") },
    { args: "stauts", intent: pick("stauts") },
  ])("names the command that a mistyped one with a profile may mean: $args", ({ args, intent }) => {
    expect(parseSelectArguments(args)).toEqual(intent);
  });

  it.each(FINISH)("finishes with what follows the word finish: $name", ({ args, intent }) => {
    expect(opened(parseSelectArguments(`finish ${args}`))).toEqual(intent);
    expect(opened(parseSelectArguments(`FINISH\n${args}`))).toEqual(intent);
  });

  it.each(FINISH.filter(({ args }) => args.includes("ac_") && !args.startsWith("ac_")))(
    "finishes without the word finish: $name",
    ({ args, intent }) => {
      expect(opened(parseSelectArguments(args))).toEqual(intent);
    },
  );

  it.each([
    { name: "a colon before the address", args: `: ${URL}` },
    { name: "a colon after finish", args: `finish: ${URL}` },
    { name: "a subcommand before the address", args: `finish status ${URL}` },
  ])("always reads a callback URL as one: $name", ({ args }) => {
    const intent = parseSelectArguments(args);
    expect(intent).toMatchObject({ verb: "finish" });
    expect("pasted" in intent && intent.pasted?.text.reveal()).toContain(URL);
    expect(intent).not.toHaveProperty("name");
  });

  it("picks any name of the grammar, prefix or not", () => {
    fc.assert(
      fc.property(anyName, fc.constantFrom("", "openai:", "openai-codex:"), (name, prefix) => {
        expect(parseSelectArguments(`${prefix}${name}`)).toEqual(pick(name));
      }),
    );
  });

  it("never throws for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (args) => {
        expect(parseSelectArguments(args).verb).toBeTypeOf("string");
      }),
    );
  });
});

describe("/codex_auth_finish", () => {
  it.each(["", "  ", "\n", ":", " : "])("without a callback URL says what to send: %j", (args) => {
    expect(parseFinishArguments(args)).toEqual({ verb: "finish" });
  });

  it.each(FINISH)("reads a named profile, and the rest as the callback URL: $name", ({ args, intent }) => {
    expect(opened(parseFinishArguments(args))).toEqual(intent);
  });

  it("never reads a part of a callback URL as a profile name", () => {
    const separator = fc.constantFrom(" ", "\n", "\r\n", "\t");
    fc.assert(
      fc.property(fc.integer({ min: "http:".length, max: URL.length - 1 }), separator, (at, space) => {
        const broken = `${URL.slice(0, at)}${space}${URL.slice(at)}`;
        expect(parseFinishArguments(broken)).not.toHaveProperty("name");
      }),
    );
  });

  it("does not print the callback URL", () => {
    expect(JSON.stringify(parseFinishArguments(`work ${URL}`))).not.toContain("ac_");
  });

  it("never throws for any text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (args) => {
        expect(parseFinishArguments(args).verb).toMatch(/^finish/);
      }),
    );
  });
});
