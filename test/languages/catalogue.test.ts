/** Every language says all that English says, with the same values in it, and nothing that a renderer could misread. */
import fc from "fast-check";
import { inChat } from "../../src/commands/arguments.ts";
import { describe, expect, it } from "vitest";
import { toMarkdown, toPlainText, toWireButtons } from "../../src/interaction/render.ts";
import { CATALOGUES, catalogueOf, type Language } from "../../src/languages/catalogue.ts";
import { languageOf, loadCatalogue } from "../../src/languages/catalogue.ts";
import { print } from "../../src/terminal/output.ts";
import { anyHostileScreen, anyScreen, ERROR_CODES, sampleScreens, SAVED, started } from "../interaction/facts.ts";

const OTHERS = Object.keys(CATALOGUES).filter((language) => language !== "en") as Language[];
const GROUPS = ["chat", "refusals", "terminal"] as const;
type Sentences = Readonly<Record<string, string>>;

const placesIn = (sentence: string) => [...new Set(sentence.match(/\{\w+\}/g))].toSorted();
const UNAVOIDABLE = ["HTTPS_PROXY", "CODEX_AUTH_SANDBOX", ". _ @ + -"];
const bare = (sentence: string) =>
  UNAVOIDABLE.reduce((text, word) => text.replaceAll(word, ""), sentence.replaceAll(/\{\w+\}/g, ""));
/** Words to type and names of files and settings: a person copies them as they are. */
const copiedIn = (sentence: string) =>
  sentence.match(/--[a-z-]+|[a-z]+\.(?:json|order|profiles|ownerAllowFrom)|openclaw (?:doctor|gateway|secrets)/gi) ??
  [];

it.each(Object.keys(CATALOGUES) as Language[])("%s is chosen by its own tag, and is the same alone", async (tag) => {
  expect(languageOf(tag)).toBe(tag);
  expect(await loadCatalogue(tag)).toBe(CATALOGUES[tag]);
});

describe.each(OTHERS)("the catalogue of %s", (language) => {
  describe.each(GROUPS)("%s", (group) => {
    const english: Sentences = CATALOGUES.en[group];
    const other: Sentences = CATALOGUES[language][group];
    const keys = Object.keys(english);

    it("has every sentence, and no other", () => {
      expect(Object.keys(other)).toEqual(keys);
    });

    it("has the same values in each", () => {
      for (const key of keys) expect([key, placesIn(other[key] ?? "")]).toEqual([key, placesIn(english[key] ?? "")]);
    });

    it("is another language: words of its own in each", () => {
      const same = keys.filter((key) => /[a-z]{3}/i.test(bare(english[key] ?? "")) && other[key] === english[key]);
      expect(same).toEqual([]);
    });

    it("leaves what people copy as it is", () => {
      const lost = keys.filter((key) => {
        const copied = new Set(copiedIn(other[key] ?? ""));
        return copiedIn(english[key] ?? "").some((word) => !copied.has(word));
      });
      expect(lost).toEqual([]);
    });

    it("holds no markup, no control character and no white space to spare", () => {
      for (const key of keys.filter((one) => one !== "help")) {
        const sentence = other[key] ?? "";
        expect([key, bare(sentence)]).not.toEqual([
          key,
          expect.stringMatching(/[*_[\]<>`~|\\\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u),
        ]);
        expect([key, sentence]).toEqual([key, sentence.replaceAll(/\s+/g, " ").trim()]);
      }
    });
  });

  const words = catalogueOf(language);

  it("fills every place on every screen", () => {
    for (const { screen } of sampleScreens()) expect(toPlainText(screen, inChat(words))).not.toMatch(/\{\w*\}/);
    fc.assert(
      fc.property(anyScreen, ({ screen }) => {
        expect(toPlainText(screen, inChat(words))).not.toMatch(/\{\w*\}/);
        for (const { label } of toWireButtons(screen, words, { prefix: "codex_auth_", screenId: "S" }).flat()) {
          expect(label.length).toBeGreaterThan(0);
        }
      }),
    );
  });

  it("keeps all outside text in code spans, whatever it is", () => {
    fc.assert(
      fc.property(anyHostileScreen, ({ screen }) => {
        expect(
          toMarkdown(screen, inChat(words))
            .replaceAll(/`[^`\n]*`/g, "")
            .replaceAll(/https:\S+/g, ""),
        ).not.toMatch(/[`<>*]/);
      }),
    );
  });

  it("is what the terminal speaks too, codes and fields as they are", () => {
    const program = { name: "codex-auth", profileOption: "--profile" } as const;
    for (const code of ERROR_CODES) {
      const refusal = { kind: "refused", code, profileName: "work" } as const;
      const { text } = print(refusal, { json: true, queueApply: false }, { program, words });
      expect(JSON.parse(text)).toMatchObject({ ok: false, profile: "work" });
      expect(text).not.toMatch(/\{\w+\}/);
    }
    for (const answer of [started(), SAVED]) {
      expect(print(answer, { json: false, queueApply: true }, { program, words }).text).toMatch(/[\u4e00-\u9fff]/);
    }
  });

  it("takes a value that looks like a place for what it is", () => {
    const screen = {
      lines: [[{ sentence: "profile.title", values: { name: { verbatim: "{facts}" }, facts: ["x"] } }]],
      rows: [],
    } as const;
    expect(toPlainText(screen, inChat(words))).toContain("{facts}");
  });
});

describe("the language of a person", () => {
  it.each([
    { tag: "zh-CN", language: "zh-CN" },
    { tag: "zh_CN.UTF-8", language: "zh-CN" },
    { tag: "zh-Hans-SG", language: "zh-CN" },
    { tag: "ZH", language: "zh-CN" },
    { tag: "zh.UTF-8", language: "zh-CN" },
    { tag: "zh-TW", language: "en" },
    { tag: "zh-Hant", language: "en" },
    { tag: "zha", language: "en" },
    { tag: "C.UTF-8", language: "en" },
    { tag: "de_DE", language: "en" },
    { tag: "", language: "en" },
  ])("is found by its tag: $tag", ({ tag, language }) => {
    expect(languageOf(tag)).toBe(language);
  });
});
