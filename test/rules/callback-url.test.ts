/** 800 rows and properties over a parser that tries many readings: the file takes more than 10 seconds under load. */
import { inspect } from "node:util";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Paste, PASTE_LIMIT, type PastedText } from "../../src/rules/callback-url.ts";
import {
  CALLBACK,
  CALLBACK_URL,
  CODE,
  COPIERS,
  OLD_URL,
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

/** A result in one word; `another-code` must never happen. */
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

/** The result if only this pair's sign-in is pending. */
const judgeFor = (text: string, pair = OURS) =>
  verdictOf(
    new Paste(text).parsedFor((state) => state.reveal() === pair.state),
    pair,
  );

/** Every way the result could print, with all that an inspector can be made to show. */
const printed = (result: PastedText) =>
  [inspect(result, { depth: null, showHidden: true, customInspect: false }), inspect(result), JSON.stringify(result)]
    .concat(Object.values(result).map(String))
    .join("\n");

describe.each(Object.entries(PASTES))("%s", (_, rows) => {
  it.each(rows)(
    "$name: has its outcome and likelihood, and prints no secret",
    ({ input, expect: verdicts, likelihood }) => {
      const paste = new Paste(input);
      expect(verdicts).toContain(judge(input));
      expect(paste.likelihood).toBe(likelihood);
      const text = printed(paste.parsed);
      for (const secret of [CODE, STATE, CODE.slice(3, 15), CODE.slice(-12), OTHER_CODE, OTHER_STATE]) {
        expect(text).not.toContain(secret);
      }
    },
  );
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

/** Pieces of real pastes in any order, glued or apart. */
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

const LIKELIHOODS = ["certain", "possible", "none"];
const RUNS = { numRuns: 500 };

describe("any text", () => {
  it("is parsed without an error into values that a server can send, and prints no secret", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const paste = new Paste(text);
        expect(LIKELIHOODS).toContain(paste.likelihood);
        const result = paste.parsed;
        const output = printed(result);
        for (const secret of [CODE, STATE, OTHER_CODE, OTHER_STATE]) expect(output).not.toContain(secret);
        if (result.kind === "refused") return;
        expect(result.state.reveal()).toMatch(/^[\w.~-]{1,512}$/);
        if (result.outcome.kind === "code") expect(result.outcome.code.reveal()).toMatch(/^[\w.~-]{1,2048}$/);
        if (result.outcome.kind === "error") expect(result.outcome.error).toMatch(/^[\w.-]{0,64}$/);
      }),
      { numRuns: 1000 },
    );
  });

  it.each([
    ["an error's description", `error=access_denied&error_description=no\n${CODE}`],
    ["an error's name", `error=${CODE}`],
    ["a callback URL in it", `error=access_denied&error_description=${encodeURIComponent(CALLBACK_URL)}`],
  ])("prints no code that is part of %s", (_, query) => {
    expect(printed(new Paste(`${CALLBACK}?${query}&state=${STATE}`).parsed)).not.toContain(CODE.slice(3, 15));
  });

  it.each([
    { name: "what the server said", query: "error_description=not+now&", said: "not now" },
    { name: "nothing where the server said nothing", query: "", said: "" },
    { name: "500 characters and no more", query: `error_description=${"d".repeat(501)}&`, said: "d".repeat(500) },
  ])("keeps $name of an error's description", ({ query, said }) => {
    const result = new Paste(`${CALLBACK}?error=access_denied&${query}state=${STATE}`).parsed;
    const outcome = result.kind === "response" ? result.outcome : undefined;
    expect(outcome?.kind === "error" && outcome.description.reveal()).toBe(said);
  });

  it("is a possible callback up to the limit if only its parameters are the server's", () => {
    const answer = `?error=access_denied&state=${STATE} `;
    const padded = (length: number) => answer + "x".repeat(length - answer.length);
    expect(new Paste(padded(PASTE_LIMIT)).likelihood).toBe("possible");
    expect(new Paste(padded(PASTE_LIMIT + 1)).likelihood).toBe("none");
  });

  it("is refused beyond the limit, of which white space around it is no part", () => {
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

describe("a callback URL with any code and state", () => {
  it.each([
    { name: "an address", text: `${CALLBACK}?code=another-shape&state=${STATE}`, likelihood: "certain" },
    { name: "a query", text: `?code=another-shape&state=${STATE}`, likelihood: "possible" },
  ])("gives a code of another shape from $name in one piece", ({ text, likelihood }) => {
    expect(judge(text, { code: "another-shape", state: STATE })).toBe("code");
    expect(new Paste(text).likelihood).toBe(likelihood);
  });

  it.each([
    { name: "before a state of another shape", query: "error=access_denied&state=\nopen1234" },
    { name: "behind a state of another shape", query: "state=open1234&\nerror=access_denied" },
  ])("gives the error of a text broken $name", ({ query }) => {
    expect(judge(`${CALLBACK}?${query}`, { code: CODE, state: "open1234" })).toBe("error:access_denied");
  });

  it.each(Object.entries(WRAPPERS))("gives both from %s", (_, [before, after = before]) => {
    fc.assert(
      fc.property(pairs, (pair) => {
        expect(judge(`${before}${urlOf(pair)}${after}`, pair)).toBe("code");
      }),
      { numRuns: 20 },
    );
  });

  const FEW = ["round brackets", "double quotes", "backticks", "bold", "strikethrough", "angle brackets"] as const;

  it("gives both from one wrapper inside another", () => {
    fc.assert(
      fc.property(pairs, fc.array(fc.constantFrom(...FEW), { minLength: 2, maxLength: 4 }), (pair, names) => {
        const text = names.reduce((inner, name) => {
          const [before, after]: readonly [string, string?] = WRAPPERS[name];
          return `${before}${inner}${after ?? before}`;
        }, urlOf(pair));
        expect(judge(text, pair)).toBe("code");
      }),
    );
  });

  // 12,000 texts, which take seconds.
  it("never gives the code if one character of code or state is another, missing or doubled", () => {
    const printable = Array.from({ length: 95 }, (_, index) => String.fromCharCode(32 + index));
    const changes = [CODE, STATE].flatMap((secret) =>
      [...secret].flatMap((original, at) =>
        ["", original + original, ...printable.filter((character) => character !== original)].map((character) =>
          CALLBACK_URL.replace(secret, secret.slice(0, at) + character + secret.slice(at + 1)),
        ),
      ),
    );
    expect(changes.length).toBe((CODE.length + STATE.length) * 96);
    expect(changes.filter((text) => judge(text) === "code")).toEqual([]);
  });
});

const BREAKS = ["\n", "\r\n  ", "\n> ", "\n\n", " ", "\u2028", "\n>", "\n> > ", "\n>> ", "\n| "];
const breakAt = (text: string, at: number, sep: string) => text.slice(0, at) + sep + text.slice(at);
/** Where the break is, to read in a failure. */
const placeOf = (text: string, at: number) => `${at}: ${text.slice(Math.max(0, at - 5), at)}|${text.slice(at, at + 5)}`;
const ERROR_URL = `${CALLBACK}?error=access_denied&error_description=no+access&state=${STATE}`;

describe("a callback URL broken at any position", () => {
  const positions = Array.from({ length: CALLBACK_URL.length - 1 }, (_, index) => index + 1);

  const stateFirst = `${CALLBACK}?state=${STATE}&code=${CODE}`;

  it.each(BREAKS)("by %j is certain to be a callback and gives its code, or no code", (sep) => {
    const failing = positions.filter((at) => {
      const broken = breakAt(CALLBACK_URL, at, sep);
      const other = breakAt(stateFirst, at, sep);
      const wrong = [other, `${other}\nthanks`, `so ${other} ok`, `so ${broken} ok`].map((text) => judge(text));
      const isRight = [broken, `${broken}\nthanks a lot`].every((text) => judge(text) === "code");
      return !isRight || wrong.includes("another-code") || new Paste(broken).likelihood !== "certain";
    });
    expect(failing.map((at) => placeOf(CALLBACK_URL, at))).toEqual([]);
  });

  it.each(["\n", "\r\n", " \n> ", "\u2028"])(
    "with a code of another shape is certain to be a callback too, by %j",
    (sep) => {
      const url = `${CALLBACK}?code=another-shape&state=${STATE}`;
      const leaking = Array.from({ length: CALLBACK.length + 5 }, (_, index) => index + 1).filter((at) => {
        const texts = [breakAt(url, at, sep), breakAt(breakAt(url, at + 4, sep), at, sep)];
        return texts.some((text) => new Paste(text).likelihood !== "certain");
      });
      expect(leaking.map((at) => placeOf(url, at))).toEqual([]);
    },
  );

  it.each(["\n", "\r\n  ", "\n> "])("gives the server's error, by %j", (sep) => {
    const all = Array.from({ length: ERROR_URL.length - 1 }, (_, index) => index + 1);
    const failing = all.filter((at) => judge(breakAt(ERROR_URL, at, sep)) !== "error:access_denied");
    expect(failing.map((at) => placeOf(ERROR_URL, at))).toEqual([]);
  });

  it.each([
    { name: "the code", url: CALLBACK_URL },
    { name: "the state", url: stateFirst },
  ])("gives code and state in more pieces than are tried one by one, with $name first", ({ url }) => {
    const [host, query] = [url.slice(0, CALLBACK.length), url.slice(CALLBACK.length)];
    expect(judge(host + query.replaceAll(/.{4}/g, "$&\n"))).toBe("code");
  });

  it("gives any code and state with up to four breaks behind the host", () => {
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

describe("a shortened code", () => {
  const MARKS = ["...", "…", "***", "*", "..", "—", "•••", "[…]", "(…)", "[REDACTED]", "<cut>"];
  it.each(MARKS)("is never sent if the mark is %s", (mark) => {
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

/** A target in parts, so that the test judges it without the code under test. */
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

describe("the target of a callback URL", () => {
  it("gives a code only if it is our loopback address", () => {
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

  it("gives no code of another target in any wrapper", () => {
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

  it("is certain to be a callback in any message and wrapper", () => {
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
      { numRuns: 40 },
    );
  });

  it("is certain to be a callback if its code is accepted", () => {
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
      { numRuns: 40 },
    );
  });

  it("is certain to be a callback in a long text", () => {
    const padding = "some more words of a long story. ".repeat(2000);
    const text = `${padding}${disguise(CALLBACK_URL)} ${padding}`;
    expect(new Paste(text).likelihood).toBe("certain");
  });
});

/** What is done to the URL first, what to the text that it is in, and what to that text on its way. */
const names = Object.keys(COPIERS) as (keyof typeof COPIERS)[];
const AROUND: readonly (readonly [before: string, after: string])[] = [
  ["", ""],
  ["here: ", " thanks"],
  ["<", ">"],
  ["[here](", ")"],
  ["```\n", "\n```"],
];
const inLinks = (text: string, depth: number): string =>
  depth === 0
    ? text
    : inLinks(`https://eur01.safelinks.protection.outlook.com/?url=${encodeURIComponent(text)}&data=05&s=1`, depth - 1);

describe("a copy of a callback URL", () => {
  it.each(names)("gives its code through %s, in link checkers and wrappers", (name) => {
    fc.assert(
      fc.property(pairs, fc.constantFrom(0, 1, 2), fc.constantFrom(...AROUND), (pair, depth, [before, after]) => {
        const text = `${before}${COPIERS[name](inLinks(urlOf(pair), depth))}${after}`;
        expect({ judged: judge(text, pair), likelihood: new Paste(text).likelihood }).toEqual({
          judged: "code",
          likelihood: "certain",
        });
      }),
      { numRuns: 15 },
    );
  });

  it("gives its code or no code through two of them, and is never left to the model if it can be read", () => {
    fc.assert(
      fc.property(pairs, fc.constantFrom(...names), fc.constantFrom(...names), (pair, one, two) => {
        const text = COPIERS[two](COPIERS[one](urlOf(pair)));
        const judged = judgeFor(text, pair);
        expect(judged).not.toBe("another-code");
        if (judged === "code") expect(new Paste(text).likelihood).toBe("certain");
      }),
      RUNS,
    );
  });

  it("is not read if a character of its code was lost", () => {
    fc.assert(
      fc.property(pairs, fc.constantFrom(...names), fc.nat(89), (pair, name, at) => {
        const short = pair.code.slice(0, at) + pair.code.slice(at + 1);
        expect(judgeFor(COPIERS[name](urlOf({ ...pair, code: short })), pair)).not.toBe("code");
      }),
      RUNS,
    );
  });
});

describe("a text with several callback URLs", () => {
  const TWO = [
    { name: "the old one first", text: `${OLD_URL}\n${CALLBACK_URL}` },
    { name: "the new one first", text: `${CALLBACK_URL} ${OLD_URL}` },
    {
      name: "three of them",
      text: `${OLD_URL}\n${OLD_URL.replace(OTHER_STATE, STATE.replaceAll("a", "b"))}\n${CALLBACK_URL}`,
    },
    {
      name: "an old one that was denied",
      text: `${CALLBACK}?error=access_denied&state=${OTHER_STATE}\n${CALLBACK_URL}`,
    },
    { name: "the new one in a safe link", text: `${OLD_URL}\n${inLinks(CALLBACK_URL, 1)}` },
    { name: "the new one behind carets", text: `${OLD_URL}\n${CALLBACK_URL.replaceAll("&", "^&")}` },
    { name: "the new one in a box", text: `${OLD_URL}\n${COPIERS["a box"](CALLBACK_URL)}` },
    {
      name: "both in one encoded text",
      text: `https://wa.me/?text=${encodeURIComponent(`${OLD_URL} ${CALLBACK_URL}`)}`,
    },
    { name: "both without address", text: `?${OLD_URL.split("?")[1]}\n?${CALLBACK_URL.split("?")[1]}` },
    { name: "both in mail", text: COPIERS["quoted-printable mail"](`${OLD_URL}\n${CALLBACK_URL}`) },
    { name: "both in one quote", text: `> ${OLD_URL}\n> ${CALLBACK_URL}` },
    { name: "the new one twice", text: `${CALLBACK_URL}\n${OLD_URL}\n${CALLBACK_URL}` },
  ];

  it.each(TWO)("gives the code of the pending sign-in: $name", ({ text }) => {
    expect(judgeFor(text)).toBe("code");
    expect(judgeFor(text, { code: OTHER_CODE, state: STATE })).toBe("another-code");
    expect(new Paste(text).parsedFor(() => false)).toEqual({ kind: "refused", code: "callback-ambiguous" });
    expect(new Paste(text).likelihood).toBe("certain");
  });

  const PARAMETERS = CALLBACK_URL.slice(CALLBACK_URL.indexOf("?") + 1);
  /** The callback URL without its start, as a user may send it beside another one. */
  const WITHOUT_START = [
    { name: "its query", text: `?${PARAMETERS}` },
    { name: "its parameters", text: PARAMETERS },
    { name: "its path and query", text: `/auth/callback?${PARAMETERS}` },
    { name: "its request line", text: `GET /auth/callback?${PARAMETERS} HTTP/1.1` },
    { name: "its query on two lines", text: `?${PARAMETERS.slice(0, 60)}\n${PARAMETERS.slice(60)}` },
    { name: "its code and state", text: `${CODE}#${STATE}` },
  ];

  it.each(WITHOUT_START)("gives the code of the pending sign-in, which has no start: $name", ({ text }) => {
    expect(judgeFor(`${OLD_URL}\n${text}`)).toBe("code");
    expect(judgeFor(`${text}\n${OLD_URL}`)).toBe("code");
  });

  it.each(WITHOUT_START)("is refused if a URL gives another code for the pending state: $name", ({ text }) => {
    for (const texts of [
      [CALLBACK_URL.replace(CODE, OTHER_CODE), text],
      [...Array<string>(5).fill(`?${PARAMETERS.replace(CODE, OTHER_CODE)}`), text],
    ])
      for (const joined of [texts.join("\n"), texts.toReversed().join("\n")])
        expect(["code", "another-code"]).not.toContain(judgeFor(joined));
  });

  it.each([
    { name: "both sign-ins are pending", text: `${OLD_URL}\n${CALLBACK_URL}`, pending: [STATE, OTHER_STATE] },
    {
      name: "the pending one has two codes",
      text: `${OLD_URL}\n${CALLBACK_URL}\n${CALLBACK_URL.replace(CODE, OTHER_CODE)}`,
      pending: [STATE],
    },
    {
      name: "the pending one has two codes, one of another shape",
      text: `${CALLBACK_URL}\n${CALLBACK}?code=another-shape&state=${STATE}`,
      pending: [STATE],
    },
    {
      name: "the fragment of its URL has another code",
      text: `${CALLBACK_URL}#code=another-shape`,
      pending: [STATE],
    },
    {
      name: "the pending one has a code and an error",
      text: `${OLD_URL}\n${CALLBACK_URL}\n${CALLBACK}?error=access_denied&state=${STATE}`,
      pending: [STATE],
    },
  ])("is refused if $name", ({ text, pending }) => {
    const result = new Paste(text).parsedFor((state) => pending.includes(state.reveal()));
    expect(result).toEqual({ kind: "refused", code: "callback-ambiguous" });
  });

  it("is refused if two copies give different codes for the pending state", () => {
    fc.assert(
      fc.property(pairs, pairs, fc.constantFrom(...names), fc.boolean(), (pair, other, name, isFirst) => {
        const copy = COPIERS[name](urlOf({ ...pair, code: other.code }));
        const texts = isFirst ? [copy, urlOf(pair)] : [urlOf(pair), copy];
        expect(["code", "another-code"]).not.toContain(judgeFor(texts.join("\n\n"), pair));
      }),
      RUNS,
    );
  });
});

describe("a callback URL that the shell cut", () => {
  it.each([
    { name: "after the code", text: `${CALLBACK}?code=${CODE}`, isCut: true },
    { name: "after a code of another shape", text: `${CALLBACK}?code=another-shape`, isCut: true },
    { name: "after the state", text: `${CALLBACK}?state=${STATE}`, isCut: true },
    { name: "after an error", text: `${CALLBACK}?error=access_denied`, isCut: true },
    { name: "without its scheme", text: `localhost:1455/auth/callback?code=${CODE}`, isCut: true },
    { name: "not at all", text: CALLBACK_URL, isCut: false },
    { name: "later, after &", text: `${CALLBACK}?code=${CODE}&scope=openid`, isCut: false },
    { name: "before its parameters", text: CALLBACK, isCut: false },
    { name: "with words behind", text: `${CALLBACK}?code=${CODE} thanks`, isCut: false },
    { name: "and of another host", text: `https://evil.example/auth/callback?code=${CODE}`, isCut: false },
  ])("is recognised: $name", ({ text, isCut }) => {
    expect(new Paste(text).endsAtAmpersand).toBe(isCut);
  });
});

describe("a text that is certain to be a callback", () => {
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

  it("has a callback URL with parameters, a success page with a token, or a code", () => {
    fc.assert(
      fc.property(fc.array(words, { maxLength: 12 }), (list) => {
        const text = list.join(" and ");
        if (!SIGNS.some((sign) => sign.test(text))) expect(new Paste(text).likelihood).not.toBe("certain");
      }),
      RUNS,
    );
  });

  it("is not an ordinary sentence of a chat", () => {
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

/** Shapes that make a careless pattern start again at every character. */
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
  "escape keys": (length) => "\u001B".repeat(length),
  "hyperlinks that never end": (length) => "\u001B]8;;".repeat(length / 5),
  "hyperlinks in carets": (length) => "^[]8;".repeat(length / 5),
  "colours that never end": (length) => "\u001B[0000".repeat(length / 6),
  "code units": (length) => "\\u0026=".repeat(length / 7),
  "percent signs of percent signs": (length) => `=%${"25".repeat(length / 2)}`,
  "encoded callbacks": (length) => "http%3A%2F%2Flocalhost%3A1455%2Fauth%2Fcallback%3F".repeat(length / 50),
  "Proofpoint's callbacks": (length) => "http-3A__localhost-3A1455_auth_callback-3F".repeat(length / 42),
  "bars behind spaces": (length) => `=|${" ".repeat(length)}x`,
  "bars between spaces": (length) => "= | ".repeat(length / 4),
  "asterisks on lines": (length) => "=\n * ".repeat(length / 5),
  "soft breaks": (length) => "=\n".repeat(length / 2),
  "lines that go on": (length) => "^\n=".repeat(length / 3),
  "NUL after each letter": (length) => "=\0".repeat(length / 2),
  boxes: (length) => "│=\n".repeat(length / 3),
  "ruled lines": (length) => "===--- ".repeat(length / 7),
  "callbacks behind carets": (length) => `${CALLBACK}?code=ac_a^&state=${STATE} `.repeat(length / 90),
  "callbacks in mail": (length) => `${CALLBACK}?code=3Dac_a&state=3D${STATE}\n`.repeat(length / 92),
  "callbacks under all signs": (length) =>
    `│ http://localhost:1455/auth/call \n│ back?code=3Dac_a^&sta\n│ te=3D${STATE}%26 x\\u0026 y\n`.repeat(length / 120),
  "pieces under all signs": (length) =>
    `localhost:1455/auth/callback?state=${STATE}&code=ac_a${" b^ %41 =3D │".repeat(length / 12 - 10)}`,
  "Proofpoint's pieces": (length) => "https-3A__a_b c d e f g h ".repeat(length / 25),
  "Proofpoint's pieces on quoted lines": (length) => "http-3A__a\n> > b\n> > c\n".repeat(length / 26),
  "names of signs": (length) => "&equals;&amp;lowbar;".repeat(length / 20),
  "queries on lines": (length) => `code=a&state=${STATE}\n`.repeat(length / 46),
  "octal codes": (length) => "\\046=".repeat(length / 5),
  "keys as less shows them": (length) => "=ESC]8;;ESC[".repeat(length / 12),
  "breaks of HTML": (length) => "=<wbr> <br>".repeat(length / 11),
  "backslashes before signs": (length) => "\\\\\\/=".repeat(length / 5),
  "words for authentication": (length) => "authentifica ".repeat(length / 13),
  "words with underscores": (length) => "a_b".repeat(length / 3),
  "dots and letters": (length) => "a.".repeat(length / 2),
};

// No clock here: the readings take milliseconds if the work is linear, and many seconds if it is not.
it.each(Object.entries(ADVERSARIAL))("text made of %s is read in linear time", (_, shape) => {
  const text = shape(PASTE_LIMIT - 300);
  for (let round = 0; round < 20; round++) {
    const paste = new Paste(text);
    expect([paste.parsed.kind, LIKELIHOODS.includes(paste.likelihood)]).toEqual([expect.any(String), true]);
  }
  expect(LIKELIHOODS).toContain(new Paste(shape(PASTE_LIMIT * 30)).likelihood);
});
