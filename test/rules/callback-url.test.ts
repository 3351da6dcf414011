import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Paste, PASTE_LIMIT, type PastedText } from "../../src/rules/callback-url.ts";
import {
  CALLBACK,
  CALLBACK_URL,
  CODE,
  OTHER_CODE,
  OTHER_STATE,
  PASTES,
  STATE,
  WRAPPERS,
  type Verdict,
} from "../vectors/pastes.ts";

interface Pair {
  readonly code: string;
  readonly state: string;
}

const OURS: Pair = { code: CODE, state: STATE };

/** What a result says, in one word; `another-code` is what no paste may ever come to. */
function verdictOf(result: PastedText, pair = OURS): Verdict | "another-code" {
  if (result.kind === "refused") return result.code;
  if (result.state.reveal() !== pair.state) return "another-state";
  const { outcome } = result;
  switch (outcome.kind) {
    case "code":
      return outcome.code.reveal() === pair.code ? "code" : "another-code";
    case "error":
      return `error:${outcome.error}`;
    case "refused":
      return outcome.code;
  }
}

const judge = (text: string, pair = OURS) => verdictOf(new Paste(text).parsed, pair);

/** Every way the result could print, with all that an inspector can be made to show. */
const printed = (result: PastedText) =>
  [inspect(result, { depth: null, showHidden: true, customInspect: false }), inspect(result), JSON.stringify(result)]
    .concat(Object.values(result).map(String))
    .join("\n");

describe.each(Object.entries(PASTES))("%s", (_, rows) => {
  it.each(rows)("$name: is read as it should be", ({ input, expect: verdicts }) => {
    expect(verdicts).toContain(judge(input));
  });

  it.each(rows)("$name: weighs what it should", ({ input, likelihood }) => {
    expect(new Paste(input).likelihood).toBe(likelihood);
  });

  it.each(rows)("$name: prints neither code nor state", ({ input }) => {
    const text = printed(new Paste(input).parsed);
    for (const secret of [CODE, STATE, CODE.slice(3, 15), CODE.slice(-12), OTHER_CODE, OTHER_STATE]) {
      expect(text).not.toContain(secret);
    }
  });
});

const letters = (alphabet: string, length: number) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: length, maxLength: length });
const BASE64URL = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const pairs: fc.Arbitrary<Pair> = fc.record({
  code: fc.tuple(letters(BASE64URL, 43), letters(BASE64URL, 43)).map(([one, two]) => `ac_${one}.${two}`),
  state: letters("0123456789abcdef", 32),
});
const urlOf = ({ code, state }: Pair) =>
  `${CALLBACK}?code=${code}&scope=openid+profile+email+offline_access&state=${state}`;

/** Pieces of real pastes in any order, glued or apart: what a table does not think of. */
const PIECES = `http:// https:// localhost:1455 127.0.0.1:1455 [::1]:1455 evil.example /auth/callback /success?id_token=
  ? & # . @ < > | ( ) … *** \\ %3D &amp; \` code= state= error=access_denied iss= scope=openid thanks`.split(/\s+/);
const pieces = fc.constantFrom(
  ...PIECES.concat(["\n", " ", "\n> ", "\u200B", CALLBACK, CALLBACK_URL, CODE, STATE, OTHER_CODE, OTHER_STATE]),
  ...PIECES.concat([CODE.slice(0, 20), CODE.slice(20), STATE.slice(0, 9), STATE.slice(9)]),
);
const mosaics = fc.array(pieces, { maxLength: 16 }).map((parts) => parts.join(""));
const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({ unit: "grapheme", maxLength: 300 }),
  mosaics,
  fc.tuple(fc.string({ unit: "binary" }), mosaics, fc.string({ unit: "binary" })).map((parts) => parts.join("")),
);

const KINDS = ["response", "refused"];
const LIKELIHOODS = ["certain", "possible", "none"];
const RUNS = { numRuns: 2000 };

describe("any text at all", () => {
  it("is read and weighed without an error", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(KINDS).toContain(new Paste(text).parsed.kind);
        expect(LIKELIHOODS).toContain(new Paste(text).likelihood);
      }),
      RUNS,
    );
  });

  it("prints no code and no state once it is read", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const output = printed(new Paste(text).parsed);
        for (const secret of [CODE, STATE, OTHER_CODE, OTHER_STATE]) expect(output).not.toContain(secret);
      }),
      RUNS,
    );
  });

  it.each([
    {
      name: "an error's description",
      text: `${CALLBACK}?error=access_denied&error_description=no\n${CODE}&state=${STATE}`,
    },
    { name: "an error's name", text: `${CALLBACK}?error=${CODE}&state=${STATE}` },
    {
      name: "an address in an error's description",
      text: `${CALLBACK}?error=access_denied&error_description=${encodeURIComponent(CALLBACK_URL)}&state=${STATE}`,
    },
  ])("prints no code that ran into $name", ({ text }) => {
    expect(printed(new Paste(text).parsed)).not.toContain(CODE.slice(3, 15));
  });

  it.each([
    { name: "what the server said", query: "error_description=not+now&", said: "not now" },
    { name: "nothing where the server said nothing", query: "", said: "" },
    { name: "500 characters and no more", query: `error_description=${"d".repeat(501)}&`, said: "d".repeat(500) },
  ])("keeps of an error's description $name", ({ query, said }) => {
    const result = new Paste(`${CALLBACK}?error=access_denied&${query}state=${STATE}`).parsed;
    const outcome = result.kind === "response" ? result.outcome : undefined;
    expect(outcome?.kind === "error" && outcome.description.reveal()).toBe(said);
  });

  it("is held back while a sign-in waits, where the parts alone are the server's, up to the limit", () => {
    const answer = `?error=access_denied&state=${STATE} `;
    const padded = (length: number) => answer + "x".repeat(length - answer.length);
    expect(new Paste(padded(PASTE_LIMIT)).likelihood).toBe("possible");
    expect(new Paste(padded(PASTE_LIMIT + 1)).likelihood).toBe("none");
  });

  it("gives only what a server could have sent: an alphabet, a length, and never white space", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const result = new Paste(text).parsed;
        if (result.kind === "refused") return;
        expect(result.state.reveal()).toMatch(/^[\w.~-]{1,512}$/);
        if (result.outcome.kind === "code") expect(result.outcome.code.reveal()).toMatch(/^[\w.~-]{1,2048}$/);
        if (result.outcome.kind === "error") expect(result.outcome.error).toMatch(/^[\w.-]{0,64}$/);
      }),
      RUNS,
    );
  });

  it("is refused beyond the limit and never because of white space around it", () => {
    fc.assert(
      fc.property(pairs, fc.nat(9000), fc.nat(9000), (pair, before, after) => {
        expect(judge(" ".repeat(before) + urlOf(pair) + "\n".repeat(after), pair)).toBe("code");
      }),
      { numRuns: 20 },
    );
    expect(judge("x".repeat(PASTE_LIMIT))).toBe("callback-not-found");
    expect(judge("x".repeat(PASTE_LIMIT + 1))).toBe("callback-too-long");
  });
});

describe("an address of any code and state", () => {
  it.each([
    { name: "an address", text: `${CALLBACK}?code=another-shape&state=${STATE}`, likelihood: "certain" },
    { name: "a query", text: `?code=another-shape&state=${STATE}`, likelihood: "possible" },
  ])("gives back a code of another shape out of $name in one piece", ({ text, likelihood }) => {
    expect(judge(text, { code: "another-shape", state: STATE })).toBe("code");
    expect(new Paste(text).likelihood).toBe(likelihood);
  });

  it.each([
    { name: "before a state of another shape", query: "error=access_denied&state=\nopen1234" },
    { name: "behind a state of another shape", query: "state=open1234&\nerror=access_denied" },
  ])("gives the error of two lines, broken $name", ({ query }) => {
    expect(judge(`${CALLBACK}?${query}`, { code: CODE, state: "open1234" })).toBe("error:access_denied");
  });

  it("gives them back", () => {
    fc.assert(
      fc.property(pairs, (pair) => {
        expect(judge(urlOf(pair), pair)).toBe("code");
      }),
    );
  });

  it.each(Object.entries(WRAPPERS))("gives them back out of %s", (_, [before, after = before]) => {
    fc.assert(
      fc.property(pairs, (pair) => {
        expect(judge(`${before}${urlOf(pair)}${after}`, pair)).toBe("code");
      }),
    );
  });

  const FEW_WRAPPERS = [
    "round brackets",
    "double quotes",
    "backticks",
    "bold",
    "strikethrough",
    "angle brackets",
  ] as const;

  it("gives them back out of one wrapper in another", () => {
    fc.assert(
      fc.property(pairs, fc.array(fc.constantFrom(...FEW_WRAPPERS), { minLength: 2, maxLength: 4 }), (pair, names) => {
        const text = names.reduce((inner, name) => {
          const [before, after]: readonly [string, string?] = WRAPPERS[name];
          return `${before}${inner}${after ?? before}`;
        }, urlOf(pair));
        expect(judge(text, pair)).toBe("code");
      }),
    );
  });

  it("never gives them once any one character of them is another", () => {
    const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
    const changes = [CODE, STATE].flatMap((secret) =>
      [...secret].flatMap((original, at) =>
        printable
          .filter((character) => character !== original)
          .map((character) => CALLBACK_URL.replace(secret, secret.slice(0, at) + character + secret.slice(at + 1))),
      ),
    );
    expect(changes.length).toBe((CODE.length + STATE.length) * 94);
    expect(changes.filter((text) => judge(text) === "code")).toEqual([]);
  });

  it("never gives them once any one character of them is missing or doubled", () => {
    const changes = [CODE, STATE].flatMap((secret) =>
      [...secret].flatMap((character, at) => [
        CALLBACK_URL.replace(secret, secret.slice(0, at) + secret.slice(at + 1)),
        CALLBACK_URL.replace(secret, secret.slice(0, at) + character + secret.slice(at)),
      ]),
    );
    expect(changes.filter((text) => judge(text) === "code")).toEqual([]);
  });
});

const BREAKS = ["\n", "\r\n  ", "\n> ", "\n\n", " ", "\u2028", "\n>", "\n> > ", "\n>> ", "\n| "];
const breakAt = (text: string, at: number, sep: string) => text.slice(0, at) + sep + text.slice(at);
/** Where the break is, to read in a failure. */
const placeOf = (text: string, at: number) => `${at}: ${text.slice(Math.max(0, at - 5), at)}|${text.slice(at, at + 5)}`;
const ERROR_URL = `${CALLBACK}?error=access_denied&error_description=no+access&state=${STATE}`;

describe("an address broken at any position", () => {
  const positions = Array.from({ length: CALLBACK_URL.length - 1 }, (_, index) => index + 1);

  it.each(BREAKS)("gives the same code and state, by %j", (sep) => {
    const failing = positions.filter((at) => judge(breakAt(CALLBACK_URL, at, sep)) !== "code");
    expect(failing.map((at) => placeOf(CALLBACK_URL, at))).toEqual([]);
  });

  it.each(BREAKS)("gives the same code and state before a line of thanks, by %j", (sep) => {
    const failing = positions.filter((at) => judge(`${breakAt(CALLBACK_URL, at, sep)}\nthanks a lot`) !== "code");
    expect(failing.map((at) => placeOf(CALLBACK_URL, at))).toEqual([]);
  });

  it.each(BREAKS)("never gives another code for the same state, by %j", (sep) => {
    const stateFirst = `${CALLBACK}?state=${STATE}&code=${CODE}`;
    const texts = positions.flatMap((at) => [CALLBACK_URL, stateFirst].map((url) => breakAt(url, at, sep)));
    const wrong = texts.flatMap((text) => [text, `${text}\nthanks`, `so ${text} ok`]).map((text) => judge(text));
    expect(wrong).not.toContain("another-code");
  });

  it.each(BREAKS)("is always kept from the model, by %j", (sep) => {
    const leaking = positions.filter((at) => new Paste(breakAt(CALLBACK_URL, at, sep)).likelihood !== "certain");
    expect(leaking.map((at) => placeOf(CALLBACK_URL, at))).toEqual([]);
  });

  it.each(["\n", "\r\n", " \n> ", "\u2028"])(
    "is kept from the model with a code of another shape too, by %j",
    (sep) => {
      const url = `${CALLBACK}?code=another-shape&state=${STATE}`;
      const leaking = Array.from({ length: CALLBACK.length + 5 }, (_, index) => index + 1).filter((at) => {
        const texts = [breakAt(url, at, sep), breakAt(breakAt(url, at + 4, sep), at, sep)];
        return texts.some((text) => new Paste(text).likelihood !== "certain");
      });
      expect(leaking.map((at) => placeOf(url, at))).toEqual([]);
    },
  );

  it.each(["\n", "\r\n  ", "\n> "])("keeps saying what the server said, by %j", (sep) => {
    const all = Array.from({ length: ERROR_URL.length - 1 }, (_, index) => index + 1);
    const failing = all.filter((at) => judge(breakAt(ERROR_URL, at, sep)) !== "error:access_denied");
    expect(failing.map((at) => placeOf(ERROR_URL, at))).toEqual([]);
  });

  it.each([
    { name: "the code", url: CALLBACK_URL },
    { name: "the state", url: `${CALLBACK}?state=${STATE}&code=${CODE}` },
  ])("gives the same code and state in more pieces than are tried one by one, with $name first", ({ url }) => {
    const [host, query] = [url.slice(0, CALLBACK.length), url.slice(CALLBACK.length)];
    expect(judge(host + query.replaceAll(/.{4}/g, "$&\n"))).toBe("code");
  });

  it("gives the same code and state for any code and up to four breaks behind the host", () => {
    const cuts = fc.uniqueArray(fc.integer({ min: "http://localhost:1455".length, max: 211 }), { maxLength: 4 });
    fc.assert(
      fc.property(pairs, cuts, fc.constantFrom("\n", "\r\n  ", "\n> "), (pair, at, sep) => {
        const text = at.toSorted((one, other) => other - one).reduce((url, cut) => breakAt(url, cut, sep), urlOf(pair));
        expect(judge(text, pair)).toBe("code");
      }),
      RUNS,
    );
  });
});

/** Behind a code that ends the address, a bracket may as well be a wrapper's. */
const BRACKET = /^[[(<]/;

describe("a code that was visibly shortened", () => {
  const MARKS = ["...", "…", "***", "*", "..", "—", "•••", "[…]", "(…)", "[REDACTED]", "<cut>"];
  it.each(MARKS)("is never sent, shortened by %s", (mark) => {
    fc.assert(
      fc.property(pairs, fc.integer({ max: 89, min: 0 }), fc.nat(12), fc.boolean(), (pair, head, tail, isLast) => {
        const short = pair.code.slice(0, head) + mark + pair.code.slice(pair.code.length - tail);
        const text =
          isLast && !BRACKET.test(mark)
            ? `${CALLBACK}?state=${pair.state}&code=${short}`
            : urlOf(pair).replace(pair.code, () => short);
        expect(judge(text, pair)).not.toBe("another-code");
      }),
    );
  });
});

/** Whether this program may take an answer from here, by other means than those under test. */
interface Target {
  readonly scheme: string;
  readonly user: string;
  readonly host: string;
  readonly port: string;
  readonly path: string;
}

const LOOPBACK = ["localhost", "LOCALHOST", "127.0.0.1", "[::1]"];
const FOREIGN = ["evil.example", "localhost.", "localhost.evil.example", "xlocalhost", "127.0.0.2", "127.1", "0.0.0.0"];
const targets: fc.Arbitrary<Target> = fc.record({
  scheme: fc.constantFrom("http://", "https://", "HTTP://", "", "ftp://", "myapp://", "file://"),
  user: fc.oneof({ weight: 3, arbitrary: fc.constant("") }, fc.constantFrom("u@", "u:p@", "localhost:1455@", "@")),
  host: fc.oneof(
    fc.constantFrom(...LOOPBACK),
    fc.constantFrom(...FOREIGN, "[::2]", "2130706433", "пример.рф"),
    fc.domain(),
  ),
  port: fc.oneof(fc.constant(":1455"), fc.constantFrom("", ":1457", ":14550", ":01455", ":8080", ":1455:1455", ":")),
  path: fc.constantFrom("/auth/callback", "/auth/callback/", "/callback", "/auth/callback2", "/AUTH/callback", "", "/"),
});
const isOurs = ({ scheme, user, host, port, path }: Target) =>
  ["http://", "https://", ""].includes(scheme.toLowerCase()) &&
  user === "" &&
  LOOPBACK.includes(host) &&
  port === ":1455" &&
  ["/auth/callback", "/auth/callback/"].includes(path);

describe("an answer's target", () => {
  it("is our loopback address, or nothing is taken from it", () => {
    fc.assert(
      fc.property(targets, pairs, (target, pair) => {
        const address = Object.values(target).join("");
        const text = urlOf(pair).replace(CALLBACK, () => address);
        expect(judge(text, pair) === "code").toBe(isOurs(target));
        expect(new Paste(text).parsed.kind).toBe(isOurs(target) ? "response" : "refused");
      }),
      RUNS,
    );
  });

  it("is the same in whatever it is wrapped", () => {
    fc.assert(
      fc.property(targets, pairs, fc.constantFrom(...Object.values(WRAPPERS)), (target, pair, wrapper) => {
        const [before, after = before]: readonly [string, string?] = wrapper;
        const text = urlOf(pair).replace(CALLBACK, () => Object.values(target).join(""));
        if (!isOurs(target)) expect(judge(`${before}${text}${after}`, pair)).not.toBe("code");
      }),
      RUNS,
    );
  });
});

const DISGUISES: Readonly<Record<string, (text: string) => string>> = {
  nothing: (text) => text,
  entities: (text) => text.replaceAll("&", "&amp;"),
  "entities of entities": (text) => text.replaceAll("&", "&amp;amp;"),
  "percent signs": encodeURIComponent,
  "percent signs, but for slashes": (text) => encodeURIComponent(text).replaceAll("%2F", "/"),
  "Markdown escapes": (text) => text.replaceAll(/[_.=&?-]/g, "\\$&"),
  "full-width signs": (text) => text.replaceAll("&", "＆").replaceAll("=", "＝").replaceAll("?", "？"),
  "zero-width spaces": (text) => text.replaceAll(/.{7}/g, "$&\u200B"),
};
const messages = fc
  .array(
    fc.constantFrom("hi", "I", "got", "this:", "thanks!", "👍", "谢谢", "\n", "> ", "https://docs.openclaw.ai", "—"),
  )
  .map((words) => words.join(" "));

describe.each(Object.entries(DISGUISES))("a callback under %s", (_, disguise) => {
  const queries = fc.constantFrom(
    (pair: Pair) => urlOf(pair),
    (pair: Pair) => `${CALLBACK}?error=access_denied&state=${pair.state}`,
    (pair: Pair) => `${CALLBACK}?code=${pair.code}`,
    (pair: Pair) => `127.0.0.1:1455/auth/callback?code=${pair.code}&state=${pair.state}`,
    (pair: Pair) => urlOf(pair).replace("1455", "1457"),
  );

  it("is kept from the model, in any message and wrapper", () => {
    fc.assert(
      fc.property(
        pairs,
        queries,
        messages,
        messages,
        fc.constantFrom(...Object.values(WRAPPERS)),
        (pair, query, before, after, wrapper) => {
          const [open, close = open]: readonly [string, string?] = wrapper;
          const text = `${before} ${open}${disguise(query(pair))}${close} ${after}`;
          expect(new Paste(text).likelihood).toBe("certain");
        },
      ),
    );
  });

  it("is kept from the model where its code is taken from it", () => {
    fc.assert(
      fc.property(
        pairs,
        messages,
        messages,
        fc.nat(230),
        fc.constantFrom("\n", "\n> ", ""),
        (pair, one, two, at, sep) => {
          const text = `${one} ${breakAt(disguise(urlOf(pair)), at, sep)} ${two}`;
          if (judge(text, pair) === "code") expect(new Paste(text).likelihood).toBe("certain");
        },
      ),
    );
  });

  it("is kept from the model however much is written around it", () => {
    const padding = "some more words of a long story. ".repeat(2000);
    const text = `${padding}${disguise(CALLBACK_URL)} ${padding}`;
    expect(new Paste(text).likelihood).toBe("certain");
  });
});

describe("a message that is kept from the model for certain", () => {
  const SIGNS = [
    /(?:localhost|127\.0\.0\.1|\[::1\]):145[57]\/auth\/callback\/?[?#](?:[^?#&]*&)*(?:code|state|error)=/i,
    /(?:localhost|127\.0\.0\.1|\[::1\])(?::\d+)?\/success\/?[?#](?:[^?#&]*&)*id_token=/i,
    /ac_[\w-]{30,}\.[\w-]{30,}/,
  ];
  const WORDS =
    `${CALLBACK} ${CALLBACK}? localhost:1455 http://localhost:1455/ https://a.example/cb?code=7&state=open1234
    code=7 state=open ?code=US&state=California error=timeout id_token= /success ac_power.unit_one what is the port 1455
    #codex /codex_auth & x=1 https://docs.example/#callback ${STATE}`.split(/\s+/);
  const words = fc.constantFrom(...WORDS);

  it("holds a callback with parameters of its own, a success page with a token, or a code", () => {
    fc.assert(
      fc.property(fc.array(words, { maxLength: 12 }), (list) => {
        const text = list.join(" and ");
        if (!SIGNS.some((sign) => sign.test(text))) expect(new Paste(text).likelihood).not.toBe("certain");
      }),
      RUNS,
    );
  });

  it("is none of a chat's ordinary sentences", () => {
    fc.assert(
      fc.property(
        fc.lorem({ mode: "sentences", maxCount: 8 }),
        fc.constantFrom("", " =", " #1", "?", " & ", " 1455"),
        (text, sign) => {
          expect(new Paste(text.replaceAll(".", `${sign}.`)).likelihood).toBe("none");
        },
      ),
    );
  });
});

/** Shapes that make a careless pattern start over at every character. */
const ADVERSARIAL: Readonly<Record<string, (length: number) => string>> = {
  spaces: (length) => `localhost:1455${" ".repeat(length)}x`,
  "dots in the state": (length) => `?code=a&state=${".".repeat(length)}x`,
  "dots in the code": (length) => `?state=${STATE}&code=${".".repeat(length)}x`,
  "dots in the code, then words": (length) => `?state=${STATE}&code=${".".repeat(length - 200)}x${" a".repeat(30)}`,
  "dots in the state of an address, then words": (length) =>
    `${CALLBACK}?error=a&state=${".".repeat(length - 200)}x${" a".repeat(30)}`,
  "asterisks in the code": (length) => `${CALLBACK}?state=${STATE}&code=${"*".repeat(length)}x`,
  "a word of dots": (length) => `http://a ${".".repeat(length)}@`,
  "words of dots": (length) => `http://a ${`${".".repeat(60)}@ `.repeat(length / 60)}`,
  "question marks": (length) => `http://a ${"?".repeat(length)}:`,
  schemes: (length) => "http://".repeat(length / 7),
  hosts: (length) => "localhost:1 ".repeat(length / 12),
  "hosts, many words": (length) => "127.0.0.1:1 a b c d e f g h i ".repeat(length / 30),
  callbacks: (length) => `${CALLBACK}?code=a `.repeat(length / 42),
  "callbacks without scheme": (length) => "localhost:1455/auth/callback?state=a&code=b c d e f ".repeat(length / 52),
  "callback targets": (length) => "localhost:1455/auth/callback?".repeat(length / 29),
  "IPv6 hosts": (length) => "[::1]:1455".repeat(length / 10),
  parameters: (length) => "code=a&".repeat(length / 7),
  "parameters on lines": (length) => "code=a\nb".repeat(length / 8),
  "equal signs": (length) => "=".repeat(length),
  "parameter names": (length) => "code=".repeat(length / 5),
  entities: (length) => "&amp;".repeat(length / 5),
  "nested entities": (length) => `&${"amp;".repeat(length / 4)}`,
  ampersands: (length) => "&".repeat(length),
  backslashes: (length) => "\\".repeat(length),
  escapes: (length) => "\\_".repeat(length / 2),
  "percent signs": (length) => "%3A".repeat(length / 3),
  "encoded schemes": (length) => "http%3A%2F%2F".repeat(length / 13),
  "one encoded address": (length) => `http%3A%2F%2F${"%E4%BD".repeat(length / 6)}`,
  "code heads": (length) => "ac_".repeat(length / 3),
  "long code heads": (length) => ` ac_${"a".repeat(30)}`.repeat(length / 34),
  "one long code": (length) => `ac_${"a".repeat(length)}`,
  "codes after hyphens": (length) => "-ac_aaaaaaaaaaaaaaaaaaaaaaa".repeat(length / 27),
  "quotes of quotes": (length) => "> ".repeat(length / 2),
  "quoted lines": (length) => "\n> a".repeat(length / 4),
  "angle brackets": (length) => "\n>".repeat(length / 2),
  bars: (length) => `http://a ${"| ".repeat(length / 2)}`,
  breaks: (length) => `http://a${"\n".repeat(length)}`,
  "breaks between hosts": (length) => `localhost:1${"\n".repeat(50)}`.repeat(length / 61),
  "zero-width spaces": (length) => "\u200B".repeat(length),
  "full-width signs": (length) => "＝".repeat(length),
  emoji: (length) => "👍".repeat(length / 2),
  tokens: (length) => "id_token=".repeat(length / 9),
  "success pages": (length) => "localhost/success?".repeat(length / 18),
  hashes: (length) => "a#".repeat(length / 2),
  "letters and a hash": (length) => `${"a".repeat(length)}#`,
  "dots and letters": (length) => "a.".repeat(length / 2),
};

// No clock here: sixty readings take milliseconds where the work is linear, and many seconds where it is not.
describe.each(Object.entries(ADVERSARIAL))("8 KB of %s", (_, shape) => {
  const text = shape(PASTE_LIMIT - 300);

  it("takes no more than a moment to read", () => {
    for (let round = 0; round < 60; round++) expect(KINDS).toContain(new Paste(text).parsed.kind);
  });

  it("takes no more than a moment to weigh", () => {
    for (let round = 0; round < 60; round++) expect(LIKELIHOODS).toContain(new Paste(text).likelihood);
  });

  it("takes no more than a moment to weigh thirty times as long", () => {
    expect(LIKELIHOODS).toContain(new Paste(shape(PASTE_LIMIT * 30)).likelihood);
  });
});
