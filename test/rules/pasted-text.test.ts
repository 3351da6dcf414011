import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cleanText,
  findUrls,
  findQueries,
  joinLines,
  textOfBytes,
  visibleText,
  withoutSentenceEnd,
} from "../../src/rules/pasted-text.ts";
import { Paste } from "../../src/rules/callback-url.ts";
import { CALLBACK_URL, PASTES, WRAPPERS } from "../vectors/pastes.ts";

const cleanPastedText = (text: string) => cleanText(visibleText(text));

const inputs = Object.values(PASTES).flatMap((rows) => rows.map(({ input }) => input));
const RUNS = { numRuns: 500 };

const CLEANINGS: readonly (readonly [name: string, input: string, cleaned: string])[] = [
  ["nothing", "", ""],
  ["white space around", " \t\r\na b\u3000\u00A0\n", "a b"],
  ["line and paragraph separators", "a\u2028b\u2029c\u0085d", "a\nb\nc\nd"],
  ["zero-width characters", "a\u200Bb\u200Cc\u200Dd\u2060e\uFEFFf", "abcdef"],
  ["soft hyphens", "lo\u00ADcal\u00ADhost", "localhost"],
  ["direction marks", "\u200Ea\u200F\u202Ab\u202C\u2066c\u2069", "abc"],
  ["variation selectors", "a\uFE0Fb\uFE0E", "ab"],
  ["full-width signs", "ａ＝１＆ｂ？", "a=1&b?"],
  ["named entities", "&amp;&lt;&gt;&quot;&apos;&AMP;", "&<>\"'&"],
  ["numbered entities", "&#38;&#038;&#x26;&#X26;&#47;", "&&&&/"],
  ["entities twice over", "a&amp;amp;b&amp;#38;c", "a&b&c"],
  ["Markdown escapes", "a\\_b\\.c\\&d\\\\e", "a_b.c&d\\e"],
  ["an encoded address", "http%3A%2F%2Flocalhost%3A1455%2Fa%3Fb%3Dc%26d", "http://localhost:1455/a?b=c&d"],
  ["an encoded host", "so localhost%3A1455%2Fa%3Fb ok", "so localhost:1455/a?b ok"],
  ["a code and its state in italics", "_a#b_ _a_", "a#b _a_"],
  ["an address in italics", "_http://a.example/b_ c", "http://a.example/b c"],
  ["an address encoded badly, as far as it goes", "http%3A%2F%2Fa%ZZ", "http://a%ZZ"],
];

/** Texts that look encoded and are not: each is left as it is. */
const AS_THEY_ARE = [
  "a \t b\r\nc",
  "größe 链接 ссылка 👍 — … “x”",
  "&copy; &nosuch; &; &#; &#x; &#99999;",
  "&constructor; &__proto__;",
  "C:\\new\\temp",
  "https://a.example/?u=http%3A%2F%2Fb",
  "http%3A%2Fa",
  "_http://a.example/b_c",
  "50%3A50 100%",
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

describe("cleanText of a visible text", () => {
  it.each(CLEANINGS)("cleans %s", (_, input, cleaned) => {
    expect(cleanPastedText(input)).toBe(cleaned);
  });

  it.each(AS_THEY_ARE)("leaves %j as it is", (text) => {
    expect(cleanPastedText(text)).toBe(text);
  });

  it("changes nothing a second time in any known paste", () => {
    // A doubled backslash is a single one the second time.
    const single = inputs.filter((input) => !input.includes("\\\\"));
    const changed = single.filter((input) => cleanPastedText(cleanPastedText(input)) !== cleanPastedText(input));
    expect(changed).toEqual([]);
  });

  it("changes nothing a second time if nothing is encoded", () => {
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

  it("leaves plain ASCII as it is, except at the ends", () => {
    const ascii = fc.string({ unit: "grapheme-ascii" }).filter(isPlain);
    fc.assert(
      fc.property(ascii, (text) => {
        expect(cleanPastedText(text)).toBe(text.trim());
      }),
      RUNS,
    );
  });

  const SOUP = "& amp; #38; #x26; lt; \\ _ http%3A%2F%2F %E4%BD%A0 %26amp%3B % ａ a".split(" ").concat(" ");
  const soups = fc.array(fc.constantFrom(...SOUP), { maxLength: 30 }).map((parts) => parts.join(""));

  it("never makes a text longer", () => {
    fc.assert(
      fc.property(fc.oneof(soups, fc.string({ unit: "binary" })), (text) => {
        expect(cleanPastedText(text).length).toBeLessThanOrEqual(text.length);
      }),
      RUNS,
    );
  });

  it("leaves no invisible or full-width character if nothing is percent-encoded", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(cleanPastedText(text.replaceAll("%", ""))).not.toMatch(
          /[\p{Cf}\p{Variation_Selector}\uFF01-\uFF5E\u2028]/u,
        );
      }),
      RUNS,
    );
  });

  it("removes invisible characters from any known paste", () => {
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

const little = (content: string) => Buffer.from(content, "utf16le");

describe("textOfBytes", () => {
  const text = `see\n${CALLBACK_URL}\r\n`;
  it.each([
    { name: "UTF-8", bytes: Buffer.from(text) },
    { name: "UTF-8 with a mark", bytes: Buffer.from(`\uFEFF${text}`) },
    { name: "UTF-16LE with a mark, as PowerShell 5.1 writes it", bytes: little(`\uFEFF${text}`) },
    { name: "UTF-16BE with a mark", bytes: little(`\uFEFF${text}`).swap16() },
    { name: "UTF-16LE without a mark", bytes: little(text) },
    { name: "UTF-16BE without a mark", bytes: little(text).swap16() },
  ])("reads $name", ({ bytes }) => {
    expect(textOfBytes(bytes)).toBe(text);
  });

  it.each([
    { name: "UTF-16 after UTF-8", bytes: [Buffer.from("note\r\n"), little(text)] },
    { name: "UTF-8 after UTF-16", bytes: [little("\uFEFFnote\r\n"), Buffer.from(text)] },
    { name: "UTF-8 after big-endian UTF-16", bytes: [little("\uFEFFnote\r\n").swap16(), Buffer.from(text)] },
    { name: "UTF-8 after UTF-16 without a mark", bytes: [little("note\r\n"), Buffer.from(text)] },
  ])("reads a file to which another program added a line: $name", ({ bytes }) => {
    expect(new Paste(textOfBytes(Buffer.concat(bytes))).parsed.kind).toBe("response");
  });

  it("reads words of another script beside the URL", () => {
    expect(textOfBytes(little(`\uFEFF链接 ${CALLBACK_URL}`))).toBe(`链接 ${CALLBACK_URL}`);
  });

  it("reads no bytes as no text, and never throws", () => {
    expect(textOfBytes(Buffer.alloc(0))).toBe("");
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(typeof textOfBytes(bytes)).toBe("string");
      }),
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

  it("does not continue over another address", () => {
    const found = findUrls("http://a.example/1 http://b.example/2 localhost:1455/3");
    expect(found).toEqual([["http://a.example/1"], ["http://b.example/2"], ["localhost:1455/3"]]);
  });

  it("continues only over words that can be the rest of an address", () => {
    expect(findUrls("http://a.example/1 two, größe three")).toEqual([["http://a.example/1", "http://a.example/1two,"]]);
    expect(findUrls("http://a.example/1 auth.openai.com/oauth/authorize?x")).toEqual([
      ["http://a.example/1"],
      ["auth.openai.com/oauth/authorize?x"],
    ]);
    expect(findUrls("[::1]:1455/auth/call back")).toEqual([["[::1]:1455/auth/call", "[::1]:1455/auth/callback"]]);
  });

  it("reads at most 24 pieces of an address", () => {
    expect(findUrls(`http://a.example/${" b".repeat(100)}`).map((readings) => readings.length)).toEqual([24]);
  });

  it("continues no address of 1,536 characters", () => {
    const texts = [1534, 1535, 1536, 1537].map((length) => `${"http://a.example/".padEnd(length, "x")} b c`);
    expect(texts.map((text) => findUrls(text)[0]?.length)).toEqual([3, 2, 1, 1]);
  });

  it("continues over a word that only ends like the start of an address", () => {
    expect(findUrls("http://a.example/1 my-localhost:")).toEqual([
      ["http://a.example/1", "http://a.example/1my-localhost:"],
    ]);
    expect(findUrls("http://a.example/1 localhost:")).toEqual([["http://a.example/1"]]);
  });

  it("makes each reading of the one before and the next word, and at most 64", () => {
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

describe("findQueries", () => {
  it.each([
    { input: "?code=a&state=b", first: "code=a&state=b" },
    { input: "state=b", first: "state=b" },
    { input: "here: /auth/callback?error=x", first: "error=x" },
    { input: "(code=a)", first: "code=a" },
  ])("finds the parameters in $input", ({ input, first }) => {
    expect(findQueries(input)[0]?.[0]).toBe(first);
  });

  it.each(["", "hello", "barcode=7", "estate=x", "https://a.example/?code=a", "http://localhost:3000/x?state=b"])(
    "finds none in %j",
    (input) => {
      expect(findQueries(input)).toEqual([]);
    },
  );

  it("finds no parameters of an address with a host", () => {
    const addresses = fc.webUrl({ withQueryParameters: false, validSchemes: ["http", "https", "ftp", "ws", "myapp"] });
    fc.assert(
      fc.property(addresses, (url) => {
        expect(findQueries(`${url}?code=a&state=b`)).toEqual([]);
      }),
      RUNS,
    );
  });
});
