/** Figure 6: how long the slowest text takes to read, and that twice the text takes twice as long. */
import { Paste, PASTE_LIMIT } from "../src/rules/callback-url.ts";
import type { MeasureFigure } from "./figure.ts";
import { hostileTexts } from "./hostile-texts.ts";
import type { Result } from "./result.ts";
import { median } from "./statistics.ts";

const SIZES = [1024, 2048, 4096, PASTE_LIMIT];
const LIMIT_MS = 1;
/** Twice the text in twice the time, and a quarter for what the clock cannot see; a square would be four times. */
const LINEAR_LIMIT = 2.5;
const ROUNDS = 101;
/** How many of the slowest are measured with care. */
const CHOSEN = 12;

const READERS = {
  parsePastedText: (text: string) => new Paste(text).parsed,
  classifyPastedText: (text: string) => new Paste(text).likelihood,
} as const;

interface Slow {
  readonly name: string;
  readonly ms: number;
}

function timeOnce(read: (text: string) => unknown, text: string): number {
  const since = performance.now();
  read(text);
  return performance.now() - since;
}

/** The quickest of a few: what is slow even then is slow, and not merely disturbed. */
function roughly(read: (text: string) => unknown, text: string): number {
  return Math.min(timeOnce(read, text), timeOnce(read, text), timeOnce(read, text));
}

/** In turns, so that what disturbs one length disturbs all. */
function carefully(read: (text: string) => unknown, texts: readonly string[]): readonly (readonly number[])[] {
  const samples = texts.map(() => [] as number[]);
  for (let round = -20; round < ROUNDS; round += 1) {
    for (const [at, text] of texts.entries()) {
      const ms = timeOnce(read, text);
      if (round >= 0) samples[at]?.push(ms);
    }
  }
  return samples;
}

function measureReader(name: keyof typeof READERS): readonly Result[] {
  const read = READERS[name];
  const texts = hostileTexts();
  const rough: Slow[] = [...texts].map(([text, make]) => ({ name: text, ms: roughly(read, make(PASTE_LIMIT)) }));
  const slowest = rough.toSorted((one, other) => other.ms - one.ms).slice(0, CHOSEN);
  const measured = slowest.map((slow) => {
    const make = texts.get(slow.name) ?? String;
    const samples = carefully(
      read,
      SIZES.map((size) => make(size)),
    );
    return { ...slow, samples, medians: samples.map((one) => median(one)) };
  });
  const at8 = (one: (typeof measured)[number]) => one.medians.at(-1) ?? Number.NaN;
  const [worst] = measured.toSorted((one, other) => at8(other) - at8(one));
  const growth = (one: (typeof measured)[number]) => at8(one) / (one.medians.at(-2) ?? Number.NaN);
  const [steepest] = measured.toSorted((one, other) => growth(other) - growth(one));
  if (worst === undefined || steepest === undefined) throw new Error("no text was measured");
  const shown = ({ name: text, medians }: typeof worst) =>
    `${medians.map((ms) => ms.toFixed(3)).join(", ")} ms at 1, 2, 4, 8 KB: ${JSON.stringify(text)}`;
  return [
    {
      figure: "6",
      name: `${name}, the slowest 8 KB of ${texts.size} texts`,
      value: at8(worst),
      unit: "ms",
      limit: LIMIT_MS,
      count: ROUNDS,
      note: shown(worst),
      samples: { ms: worst.samples.at(-1) ?? [] },
    },
    {
      figure: "6",
      name: `${name}, 8 KB by 4 KB of the steepest of these`,
      value: growth(steepest),
      unit: "",
      limit: LINEAR_LIMIT,
      count: ROUNDS,
      note: shown(steepest),
      samples: Object.fromEntries(SIZES.map((size, index) => [`${size}`, steepest.samples[index] ?? []])),
    },
  ];
}

export const measure: MeasureFigure = async () => [
  ...measureReader("parsePastedText"),
  ...measureReader("classifyPastedText"),
];
