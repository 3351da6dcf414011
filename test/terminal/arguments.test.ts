import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COMMANDS, TERMINAL_VERBS } from "../../src/rules/commands.ts";
import { parseArguments, toRequest, type TerminalRequest } from "../../src/terminal/arguments.ts";
import { anyName } from "../interaction/facts.ts";

const WORDS = TERMINAL_VERBS.map((verb) => COMMANDS[verb].terminal.word);

const request = (fields: Partial<Record<keyof TerminalRequest, unknown>>) => ({
  kind: "request",
  request: { queueApply: false, json: false, ...fields },
});
const refused = (code: string, json = false) => ({ kind: "refused", code, json });
const invalid = (kind: string, name?: string | number, json = false) => ({
  ...refused("usage-option", json),
  invalid: { kind, ...(typeof name === "number" ? { place: name } : name === undefined ? {} : { name }) },
});

interface Row {
  readonly name: string;
  readonly argv: readonly string[];
  readonly expected: unknown;
}

const URL = "http://localhost:1455/auth/callback?code=ac_x&state=y";

const UNDERSTOOD: readonly Row[] = [
  { name: "nothing as a call for help", argv: [], expected: request({ verb: "help" }) },
  { name: "options alone as a call for help", argv: ["--json"], expected: request({ verb: "help", json: true }) },
  { name: "--help before all else", argv: ["start", "--help", "work"], expected: request({ verb: "help" }) },
  { name: "-h", argv: ["-h"], expected: request({ verb: "help" }) },
  {
    name: "--help beside things that are wrong",
    argv: ["nonsense", "too", "many", "--profile", "..", "--agent", "../x", "--help"],
    expected: request({ verb: "help" }),
  },
  { name: "--version", argv: ["--version"], expected: request({ verb: "version" }) },
  { name: "-V", argv: ["-V", "--json"], expected: request({ verb: "version", json: true }) },
  { name: "help as a word", argv: ["help"], expected: request({ verb: "help" }) },
  { name: "start without a profile", argv: ["start"], expected: request({ verb: "start", profileName: "default" }) },
  { name: "undo without a profile", argv: ["undo"], expected: request({ verb: "undo" }) },
  { name: "status of all", argv: ["status"], expected: request({ verb: "status" }) },
  { name: "cancel of all", argv: ["cancel"], expected: request({ verb: "cancel" }) },
  { name: "list", argv: ["list"], expected: request({ verb: "list" }) },
  {
    name: "--profile",
    argv: ["start", "--profile", "work"],
    expected: request({ verb: "start", profileName: "work" }),
  },
  { name: "--profile=", argv: ["start", "--profile=work"], expected: request({ verb: "start", profileName: "work" }) },
  {
    name: "--profile-id",
    argv: ["status", "--profile-id", "work"],
    expected: request({ verb: "status", profileName: "work" }),
  },
  { name: "a bare profile", argv: ["undo", "work"], expected: request({ verb: "undo", profileName: "work" }) },
  {
    name: "options before the verb",
    argv: ["--json", "--profile", "work", "cancel"],
    expected: request({ verb: "cancel", profileName: "work", json: true }),
  },
  {
    name: "a whole id",
    argv: ["start", "openai-codex:work"],
    expected: request({ verb: "start", profileName: "work" }),
  },
  {
    name: "a stored name that no profile is created under",
    argv: ["start", "openai:my team's"],
    expected: request({ verb: "start", profileName: "my team's" }),
  },
  {
    name: "finish with standard input",
    argv: ["finish", "--callback-url", "-"],
    expected: request({ verb: "finish", callbackUrl: "-" }),
  },
  {
    name: "finish with all there is",
    argv: ["finish", "work", `--callback-url=${URL}`, "--queue-apply", "--replace", "--json"],
    expected: request({
      verb: "finish",
      profileName: "work",
      callbackUrl: URL,
      queueApply: true,
      replace: true,
      json: true,
    }),
  },
  {
    name: "an agent, a file and a host",
    argv: ["list", "--agent", "ops_2-b", "--auth-path", "/x/auth-profiles.json", "--openclaw", "/y"],
    expected: request({ verb: "list", agentId: "ops_2-b", authPath: "/x/auth-profiles.json", openclaw: "/y" }),
  },
  {
    name: "the last of an option that is given twice",
    argv: ["start", "--profile", "a", "--profile", "b"],
    expected: request({ verb: "start", profileName: "b" }),
  },
  {
    name: "words behind -- as words",
    argv: ["--json", "--", "start", "work"],
    expected: request({ verb: "start", profileName: "work", json: true }),
  },
  { name: "-- with nothing behind it", argv: ["status", "--"], expected: request({ verb: "status" }) },
  ...["constructor", "toString", "hasOwnProperty", "valueOf"].map((word) => ({
    name: `a word of every object as a profile: ${word}`,
    argv: ["start", "--profile", word],
    expected: request({ verb: "start", profileName: word }),
  })),
];

const REFUSED: readonly Row[] = [
  { name: "an unknown verb", argv: ["signin"], expected: refused("usage-verb") },
  { name: "a verb in capitals", argv: ["START"], expected: { ...refused("usage-verb"), near: "pick" } },
  { name: "a verb with a typing error", argv: ["stauts"], expected: { ...refused("usage-verb"), near: "status" } },
  { name: "an empty verb", argv: [""], expected: refused("usage-verb") },
  { name: "a word of every object as a verb", argv: ["constructor"], expected: refused("usage-verb") },
  { name: "another one", argv: ["__proto__", "--json"], expected: refused("usage-verb", true) },
  { name: "an unknown option", argv: ["start", "--force"], expected: invalid("option", "--force") },
  { name: "an unknown short option", argv: ["start", "-p", "work"], expected: invalid("option", "-p") },
  {
    name: "a word of every object as an option",
    argv: ["start", "--constructor"],
    expected: invalid("option", "--constructor"),
  },
  { name: "one with a value", argv: ["start", "--__proto__=x"], expected: invalid("place", 2) },
  { name: "a value that no flag takes", argv: ["start", "--json=yes"], expected: invalid("takes-no-value", "--json") },
  { name: "the denial of a flag", argv: ["start", "--no-json"], expected: invalid("option", "--no-json") },
  { name: "an option without its value", argv: ["start", "--profile"], expected: invalid("needs-value", "--profile") },
  {
    name: "an option in place of a value",
    argv: ["start", "--profile", "--json"],
    expected: invalid("needs-value", "--profile", true),
  },
  { name: "a third word", argv: ["start", "work", "home", "--json"], expected: invalid("word", "home", true) },
  { name: "a second profile", argv: ["start", "home", "--profile=work"], expected: invalid("word", "home") },
  {
    name: "a second profile as an option",
    argv: ["start", "--profile=a", "--profile-id=b"],
    expected: invalid("option", "--profile-id"),
  },
  { name: "a callback URL as a third word", argv: ["finish", "work", URL], expected: invalid("place", 3) },
  { name: "a code as a third word", argv: ["finish", "work", `ac_${"x".repeat(80)}`], expected: invalid("place", 3) },
  { name: "a state as a third word", argv: ["status", "work", "a".repeat(43)], expected: invalid("place", 3) },
  {
    name: "a device code as a third word",
    argv: ["login", "--device", "work", "ABCD-12345"],
    expected: invalid("place", 4),
  },
  { name: "a callback URL as an option", argv: ["finish", `--${URL}`], expected: invalid("place", 2) },
  { name: "a state as an option", argv: ["finish", `--${"a".repeat(41)}`], expected: invalid("place", 2) },
  {
    name: "a code with a dash in front as the value",
    argv: ["finish", "--callback-url", "-ac_x"],
    expected: invalid("needs-value", "--callback-url"),
  },
  { name: "an option behind --", argv: ["start", "--", "--json"], expected: refused("bad-selector") },
  { name: "an empty profile", argv: ["start", "--profile", ""], expected: refused("bad-selector") },
  { name: "an empty profile of status", argv: ["status", "--profile="], expected: refused("bad-selector") },
  { name: "a profile of blanks", argv: ["status", "  "], expected: refused("bad-selector") },
  { name: "a path as a profile", argv: ["start", "../work"], expected: refused("bad-selector") },
  { name: "__proto__ as a profile", argv: ["start", "__proto__"], expected: refused("bad-selector") },
  {
    name: "a verb of the chat as a profile",
    argv: ["start", "--profile", "finish"],
    expected: refused("reserved-word"),
  },
  { name: "a profile with a line break", argv: ["start", "openai:a\nb"], expected: refused("bad-selector") },
  { name: "a profile for the list", argv: ["list", "--profile", "work"], expected: invalid("profile") },
  { name: "finish without a callback URL", argv: ["finish"], expected: refused("usage-address") },
  { name: "finish with an empty one", argv: ["finish", "--callback-url="], expected: refused("usage-address") },
  {
    name: "finish with the callback URL as a bare argument",
    argv: ["finish", URL, "--json"],
    expected: refused("usage-address", true),
  },
  ...["", "Ops", "../x", "a/b", ".", "-x", "a".repeat(65), "a b", "é", "a\n"].map((agent) => ({
    name: `an agent called ${JSON.stringify(agent).slice(0, 20)}`,
    argv: ["list", `--agent=${agent}`],
    expected: invalid("value", "--agent"),
  })),
];

describe("parseArguments", () => {
  it.each(UNDERSTOOD)("understands $name", ({ argv, expected }) => {
    expect(parseArguments(argv)).toEqual(expected);
  });

  it.each(REFUSED)("refuses $name", ({ argv, expected }) => {
    expect(parseArguments(argv)).toEqual(expected);
  });

  it.each(WORDS)("knows %s, and keeps to it", (verb) => {
    const address = verb === "finish" ? ["--callback-url", "-"] : [];
    expect(parseArguments([verb, ...address])).toMatchObject({ kind: "request", request: { verb } });
  });

  it("reads any name of the grammar in all three forms alike", () => {
    fc.assert(
      fc.property(anyName, (name) => {
        const forms = [["--profile", name], [`--profile-id=${name}`], [name]];
        for (const form of forms) {
          expect(parseArguments(["status", ...form])).toEqual(request({ verb: "status", profileName: name }));
        }
      }),
    );
  });

  it("passes any callback URL unchanged", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", minLength: 1 }), (text) => {
        expect(parseArguments(["finish", `--callback-url=${text}`])).toEqual(
          request({ verb: "finish", callbackUrl: text }),
        );
      }),
    );
  });

  it("never throws, and repeats in a refusal only what cannot be a secret", () => {
    const word = fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "--",
        "-",
        "--json",
        "--profile",
        "--callback-url",
        "--agent=x",
        "start",
        "finish",
        "--help",
        "-hx",
      ),
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 6 }), (argv) => {
        const parsed = parseArguments(argv);
        if (parsed.kind === "refused") {
          const { near: _near, invalid: named, ...others } = parsed;
          expect(Object.keys(others).toSorted()).toEqual(["code", "json", "kind"]);
          if (named !== undefined && "name" in named) expect(named.name).toMatch(/^[-A-Za-z0-9._@+]{1,22}$/);
        } else expect(WORDS).toContain(parsed.request.verb);
      }),
    );
  });
});

describe("toRequest", () => {
  it("leaves out what was not given", () => {
    const options = { profile: undefined, callbackUrl: undefined, agent: undefined, authPath: undefined };
    const parsed = toRequest("status", options);
    expect(parsed.kind === "request" && Object.keys(parsed.request).toSorted()).toEqual(["json", "queueApply", "verb"]);
  });

  it("does not set a flag that is undefined", () => {
    expect(toRequest("list", { json: undefined, queueApply: undefined })).toEqual(request({ verb: "list" }));
  });
});
