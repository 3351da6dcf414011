/** From a real-looking input to one that a careless reader stumbles over. Nothing random but what the seed gives. */
import { randomOf, type Random } from "../faults/random.ts";
import { changeTree, PROTOTYPE_KEYS, renderTree, treeOf } from "./json-tree.ts";
import type { Surface } from "./surface.ts";

const SIGNS = [
  ..."\u0000\u0007\u001B\u0085\u00AD\u200B\u200E\u202E\u2028\u2066\uFEFF\uFE0F\u0301\uFF05\u3000",
  // Halves of pairs, and (see `bytesOf`) bytes that are no UTF-8.
  "\uD800",
  "\uDFFF",
  "\uDCFF",
  "\uDCC0",
  "\u{1F600}",
  "\u{E0041}",
  "\u001B[31m",
  "\r\n",
  ..."\"'`\\<>&%#?=:;,{}[]()*_~|@/.",
];

const WORDS = [
  "%00",
  "%0A",
  "%ff",
  "%u0041",
  "%2525252525",
  "&amp;amp;",
  "&#x26;",
  "\\u0000",
  "\\ud800",
  "1e999",
  "-0",
  "null",
  "[x](tg://user?id=1)",
  "@everyone",
  "<!channel>",
  "<b>",
  "${x}",
  "{name}",
  "../../",
  ...PROTOTYPE_KEYS,
];

/** Long enough to hurt what is not linear, short enough for many a second. */
const MAX_LENGTH = 120_000;

type Change = (text: string, random: Random, words: readonly string[]) => string;

const pick = <T>(random: Random, list: readonly T[]): T => list[random.below(list.length)] as T;

/** Two places in a text, in order, mostly near each other. */
function spanIn(text: string, random: Random): readonly [number, number] {
  const start = random.below(text.length + 1);
  const length = random.below(random.below(3) === 0 ? text.length + 1 : 12);
  return [start, Math.min(text.length, start + length)];
}

function replaceSpan(text: string, random: Random, replace: (span: string) => string): string {
  const [start, end] = spanIn(text, random);
  return text.slice(0, start) + replace(text.slice(start, end)) + text.slice(end);
}

const encoded = (text: string) =>
  [...text].map((sign) => `%${(sign.codePointAt(0) ?? 0).toString(16).padStart(2, "0")}`).join("");

const CHANGES: readonly Change[] = [
  (text, random) => replaceSpan(text, random, () => pick(random, SIGNS)),
  (text, random) => replaceSpan(text, random, (span) => pick(random, SIGNS) + span),
  (text, random, words) => replaceSpan(text, random, () => pick(random, words)),
  (text, random, words) => replaceSpan(text, random, (span) => span + pick(random, words)),
  (text, random) => replaceSpan(text, random, () => ""),
  (text, random) => replaceSpan(text, random, (span) => span + span),
  (text, random) => replaceSpan(text, random, (span) => span.repeat(2 ** random.below(13))),
  (text, random) => replaceSpan(text, random, encoded),
  (text, random) => replaceSpan(text, random, (span) => span.toUpperCase()),
  (text, random) => replaceSpan(text, random, (span) => [...span].toReversed().join("")),
  (text, random) => text.slice(0, random.below(text.length + 1)),
  (text, random) => text.slice(random.below(text.length + 1)),
  (text, random) => pick(random, SIGNS) + text,
  (text, random) => text + pick(random, SIGNS).repeat(2 ** random.below(14)),
  (text, random) => {
    const [start, end] = spanIn(text, random);
    return replaceSpan(text, random, () => text.slice(start, end));
  },
];

/** The input of one iteration: the same for the same surface, seed and number, whatever was fed before. */
export function inputOf(surface: Surface, seed: number, iteration: number): string {
  const random = randomOf(Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) + Math.imul(iteration + 1, 0xc2b2ae35));
  const words = [...WORDS, ...surface.words];
  let text = pick(random, surface.seeds);
  const changes = 1 + random.below(4);
  if (surface.kind === "json" && random.below(4) > 0) {
    text = changedAsJson(text, random, changes, words);
    // Most of these stay JSON: what is refused at its first byte tells nothing of what is behind.
    if (random.below(4) > 0) return text;
  }
  for (let done = 0; done < changes; done += 1) text = pick(random, CHANGES)(text, random, words).slice(0, MAX_LENGTH);
  return text;
}

function changedAsJson(text: string, random: Random, changes: number, words: readonly string[]): string {
  const tree = treeOf(JSON.parse(text));
  for (let done = 0; done < changes; done += 1) changeTree(tree, random, words);
  return renderTree(tree);
}
