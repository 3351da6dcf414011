import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cleanPastedText, findUrls, findQuery, joinLines, withoutSentenceEnd } from "../../src/rules/pasted-text.ts";
import { CALLBACK_URL, PASTES, WRAPPERS } from "../vectors/pastes.ts";

const inputs = Object.values(PASTES).flatMap((rows) => rows.map(({ input }) => input));
const RUNS = { numRuns: 2000 };

interface Cleaning {
  readonly name: string;
  readonly input: string;
  readonly expect: string;
}

const CLEANINGS: readonly Cleaning[] = [
  { name: "nothing", input: "", expect: "" },
  { name: "white space around", input: " \t\r\na b\u3000\u00A0\n", expect: "a b" },
  { name: "white space inside, as it is", input: "a \t b\r\nc", expect: "a \t b\r\nc" },
  { name: "line and paragraph separators", input: "a\u2028b\u2029c\u0085d", expect: "a\nb\nc\nd" },
  { name: "zero-width characters", input: "a\u200Bb\u200Cc\u200Dd\u2060e\uFEFFf", expect: "abcdef" },
  { name: "soft hyphens", input: "lo\u00ADcal\u00ADhost", expect: "localhost" },
  { name: "direction marks", input: "\u200Ea\u200F\u202Ab\u202C\u2066c\u2069", expect: "abc" },
  { name: "variation selectors", input: "a\uFE0Fb\uFE0E", expect: "ab" },
  { name: "full-width signs", input: "ａ＝１＆ｂ？", expect: "a=1&b?" },
  {
    name: "letters of any script, as they are",
    input: "größe 链接 ссылка 👍 — … “x”",
    expect: "größe 链接 ссылка 👍 — … “x”",
  },
  { name: "named entities", input: "&amp;&lt;&gt;&quot;&apos;&AMP;", expect: "&<>\"'&" },
  { name: "numbered entities", input: "&#38;&#038;&#x26;&#X26;&#47;", expect: "&&&&/" },
  { name: "entities twice over", input: "a&amp;amp;b&amp;#38;c", expect: "a&b&c" },
  {
    name: "other entities, as they are",
    input: "&copy; &nosuch; &; &#; &#x; &#99999;",
    expect: "&copy; &nosuch; &; &#; &#x; &#99999;",
  },
  {
    name: "keys of every object, as they are",
    input: "&constructor; &__proto__;",
    expect: "&constructor; &__proto__;",
  },
  { name: "Markdown escapes", input: "a\\_b\\.c\\&d\\\\e", expect: "a_b.c&d\\e" },
  { name: "backslashes before letters, as they are", input: "C:\\new\\temp", expect: "C:\\new\\temp" },
  {
    name: "an encoded address",
    input: "http%3A%2F%2Flocalhost%3A1455%2Fa%3Fb%3Dc%26d",
    expect: "http://localhost:1455/a?b=c&d",
  },
  { name: "an encoded host", input: "so localhost%3A1455%2Fa%3Fb ok", expect: "so localhost:1455/a?b ok" },
  {
    name: "an encoded parameter, as it is",
    input: "https://a.example/?u=http%3A%2F%2Fb",
    expect: "https://a.example/?u=http%3A%2F%2Fb",
  },
  { name: "an encoded scheme with one slash, as it is", input: "http%3A%2Fa", expect: "http%3A%2Fa" },
  { name: "a code and its state in italics", input: "_a#b_ _a_", expect: "a#b _a_" },
  { name: "an address in italics", input: "_http://a.example/b_ c", expect: "http://a.example/b c" },
  {
    name: "underscores at the start of a word and inside it, as they are",
    input: "_http://a.example/b_c",
    expect: "_http://a.example/b_c",
  },
  { name: "an address encoded badly, as far as it goes", input: "http%3A%2F%2Fa%ZZ", expect: "http://a%ZZ" },
  { name: "other percent signs, as they are", input: "50%3A50 100%", expect: "50%3A50 100%" },
];

/** Text that holds nothing to decode: no entity, no backslash, no percent sign; and no word in italics. */
const PLAIN = /^[^&\\%]*$/;
const ITALICS = /(?<!\S)_\S+_(?!\S)/;
const isPlain = (text: string) => PLAIN.test(text) && !ITALICS.test(text);
const plainTexts = fc
  .oneof(
    fc.string({ unit: "binary-ascii" }),
    fc.string({ unit: "grapheme" }),
    fc.string({
      unit: fc.constantFrom("a", " ", "\n", "\u200B", "\u2028", "ａ", "？", "\uFE0F", "。", "👍", "\uFEFF", "="),
    }),
  )
  .filter((text) => isPlain(text.normalize("NFKC")));

describe("cleanPastedText", () => {
  it.each(CLEANINGS)("cleans $name", ({ input, expect: cleaned }) => {
    expect(cleanPastedText(input)).toBe(cleaned);
  });

  it("changes nothing a second time, for all that people paste", () => {
    const changed = inputs.filter((input) => cleanPastedText(cleanPastedText(input)) !== cleanPastedText(input));
    expect(changed).toEqual([]);
  });

  it("changes nothing a second time where nothing is encoded", () => {
    fc.assert(
      fc.property(plainTexts, (text) => {
        const cleaned = cleanPastedText(text);
        expect(cleanPastedText(cleaned)).toBe(cleaned);
      }),
      RUNS,
    );
  });

  it("leaves an ordinary address as it is", () => {
    const addresses = fc
      .webUrl({ withQueryParameters: true, withFragments: true })
      .filter((url) => !/&[^&]*;/.test(url));
    fc.assert(
      fc.property(addresses, (url) => {
        expect(cleanPastedText(url)).toBe(url);
      }),
      RUNS,
    );
    expect(cleanPastedText(CALLBACK_URL)).toBe(CALLBACK_URL);
  });

  it("leaves plain ASCII as it is, but for the ends", () => {
    const ascii = fc.string({ unit: "grapheme-ascii" }).filter(isPlain);
    fc.assert(
      fc.property(ascii, (text) => {
        expect(cleanPastedText(text)).toBe(text.trim());
      }),
      RUNS,
    );
  });

  const SOUP = [
    "&",
    "amp;",
    "#38;",
    "#x26;",
    "lt;",
    "\\",
    "_",
    "http%3A%2F%2F",
    "%E4%BD%A0",
    "%26amp%3B",
    "%",
    "ａ",
    " ",
    "a",
  ];
  const soups = fc.array(fc.constantFrom(...SOUP), { maxLength: 30 }).map((parts) => parts.join(""));

  it("never makes a text longer", () => {
    fc.assert(
      fc.property(fc.oneof(soups, fc.string({ unit: "binary" })), (text) => {
        expect(cleanPastedText(text).length).toBeLessThanOrEqual(text.length);
      }),
      RUNS,
    );
  });

  it("leaves no invisible or full-width sign where nothing is percent-encoded", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(cleanPastedText(text.replaceAll("%", ""))).not.toMatch(
          /[\p{Cf}\p{Variation_Selector}\uFF01-\uFF5E\u2028]/u,
        );
      }),
      RUNS,
    );
  });

  it("takes off what invisible characters were put into any text", () => {
    const invisible = fc.constantFrom("\u200B", "\u00AD", "\u2060", "\uFEFF", "\u200E", "\uFE0F", "\u2066");
    fc.assert(
      fc.property(fc.constantFrom(...inputs), fc.nat(), invisible, (text, place, sign) => {
        const at = place % (text.length + 1);
        const isBetweenSurrogates = /[\uD800-\uDBFF]$/.test(text.slice(0, at));
        fc.pre(!isBetweenSurrogates);
        expect(cleanPastedText(text.slice(0, at) + sign + text.slice(at))).toBe(cleanPastedText(text));
      }),
      RUNS,
    );
  });
});

describe("joinLines", () => {
  it.each([
    { input: "a \nb\r\n c", expected: "abc" },
    { input: "> a\n> > b\n| c", expected: "> abc" },
    { input: "a\nb > c | d", expected: "ab > c | d" },
  ])("makes '$expected' of $input", ({ input, expected }) => {
    expect(joinLines(input)).toBe(expected);
  });
});

describe("withoutSentenceEnd", () => {
  it.each([
    { input: "", expected: "" },
    { input: "a.b", expected: "a.b" },
    { input: "a.b.,;:!?*", expected: "a.b" },
    { input: "...", expected: "" },
  ])("leaves '$expected' of '$input'", ({ input, expected }) => {
    expect(withoutSentenceEnd(input)).toBe(expected);
  });
});

const wordy = fc.oneof(fc.constantFrom(...inputs), fc.string({ unit: "binary" }));

describe("findUrls", () => {
  it("finds none in a text without any", () => {
    expect(["", "hello", "a.b/c?d=e", "localhost", "localhost is down", "1455"].map(findUrls)).toEqual(
      Array.from({ length: 6 }, () => []),
    );
  });

  it("finds each address of a text, in order", () => {
    const found = findUrls("see https://a.example/x?y, (http://b.example) and localhost:1455/c or [::1]:1455/d!");
    expect(found.map(([first]) => first)).toEqual([
      "https://a.example/x?y,",
      "http://b.example",
      "localhost:1455/c",
      "[::1]:1455/d!",
    ]);
  });

  it.each(Object.entries(WRAPPERS))("finds where an address starts in %s", (_, [before, after = before]) => {
    const found = findUrls(cleanPastedText(`${before}${CALLBACK_URL}${after}`));
    expect(found.some(([first]) => first?.startsWith(CALLBACK_URL))).toBe(true);
  });

  it("never reads on over another address", () => {
    const found = findUrls("http://a.example/1 http://b.example/2 localhost:1455/3");
    expect(found).toEqual([["http://a.example/1"], ["http://b.example/2"], ["localhost:1455/3"]]);
  });

  it("reads on over words that can be the rest of an address, and over no other", () => {
    expect(findUrls("http://a.example/1 two, größe three")).toEqual([["http://a.example/1", "http://a.example/1two,"]]);
    expect(findUrls("http://a.example/1 auth.openai.com/oauth/authorize?x")).toEqual([
      ["http://a.example/1"],
      ["auth.openai.com/oauth/authorize?x"],
    ]);
    expect(findUrls("[::1]:1455/auth/call back")).toEqual([["[::1]:1455/auth/call", "[::1]:1455/auth/callback"]]);
  });

  it("reads 24 pieces of an address and no more", () => {
    expect(findUrls(`http://a.example/${" b".repeat(100)}`).map((readings) => readings.length)).toEqual([24]);
  });

  it("puts nothing to an address of 1,536 characters", () => {
    const texts = [1534, 1535, 1536, 1537].map((length) => `${"http://a.example/".padEnd(length, "x")} b c`);
    expect(texts.map((text) => findUrls(text)[0]?.length)).toEqual([3, 2, 1, 1]);
  });

  it("reads on over a word that merely ends like the start of an address", () => {
    expect(findUrls("http://a.example/1 my-localhost:")).toEqual([
      ["http://a.example/1", "http://a.example/1my-localhost:"],
    ]);
    expect(findUrls("http://a.example/1 localhost:")).toEqual([["http://a.example/1"]]);
  });

  it("makes each reading out of the one before and a word behind it, and few of them", () => {
    fc.assert(
      fc.property(wordy, (text) => {
        for (const readings of findUrls(cleanPastedText(text))) {
          expect(readings.length).toBeGreaterThan(0);
          expect(readings.length).toBeLessThanOrEqual(64);
          for (const [index, reading] of readings.entries()) {
            expect(reading).not.toMatch(/\s/);
            expect(reading.startsWith(readings[Math.max(0, index - 1)] ?? "")).toBe(true);
          }
        }
      }),
    );
  });
});

describe("findQuery", () => {
  it.each([
    { input: "?code=a&state=b", first: "code=a&state=b" },
    { input: "state=b", first: "state=b" },
    { input: "here: /auth/callback?error=x", first: "error=x" },
    { input: "(code=a)", first: "code=a" },
  ])("finds the parameters in $input", ({ input, first }) => {
    expect(findQuery(input)?.[0]).toBe(first);
  });

  it.each(["", "hello", "barcode=7", "estate=x", "https://a.example/?code=a", "http://localhost:3000/x?state=b"])(
    "finds none in %j",
    (input) => {
      expect(findQuery(input)).toBeUndefined();
    },
  );

  it("never finds those of an address that has a host", () => {
    const addresses = fc.webUrl({ withQueryParameters: false, validSchemes: ["http", "https", "ftp", "ws", "myapp"] });
    fc.assert(
      fc.property(addresses, (url) => {
        expect(findQuery(`${url}?code=a&state=b`)).toBeUndefined();
      }),
      RUNS,
    );
  });
});
