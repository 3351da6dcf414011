/** What a figure came to, held against its limit; and the table of all. */
import { type Samples } from "./samples.ts";
import { median, quantile } from "./statistics.ts";

export interface Result {
  readonly figure: string;
  readonly name: string;
  /** What the limit is for: a ratio, or a number with the unit. */
  readonly value: number;
  readonly unit: "" | "MB" | "ms" | "lost" | "modules";
  readonly limit: number;
  readonly count: number;
  /** Both medians, in milliseconds, and what else a reader needs. */
  readonly note: string;
  /** Every single value, for the JSON. */
  readonly samples: Readonly<Record<string, readonly number[]>>;
}

export const isOk = ({ value, limit }: Result) => value <= limit;

/** The median of ours by the median of what it is held against. */
export function ratioResult(figure: string, name: string, limit: number, samples: Samples, note = ""): Result {
  const [ours, base] = [median(samples.ours), median(samples.base)];
  return {
    figure,
    name,
    value: ours / base,
    unit: "",
    limit,
    count: samples.ours.length,
    note: [`${spread(samples.ours)} by ${spread(samples.base)} ms`, note].filter(Boolean).join("; "),
    samples: { ours: samples.ours, base: samples.base },
  };
}

/** The median, and between which values the middle half lies. */
export function spread(values: readonly number[]): string {
  const [low, middle, high] = [0.25, 0.5, 0.75].map((part) => quantile(values, part).toFixed(1));
  return `${middle} (${low}-${high})`;
}

const COLUMNS = ["figure", "value", "limit", "", "samples", "medians (middle half)"];

export function renderTable(results: readonly Result[]): string {
  const rows = results.map((result) => [
    `${result.figure} ${result.name}`,
    shown(result.value, result.unit),
    shown(result.limit, result.unit),
    isOk(result) ? "ok" : "OVER",
    String(result.count),
    result.note,
  ]);
  const widths = COLUMNS.map((title, at) => Math.max(...[COLUMNS, ...rows].map((row) => (row[at] ?? title).length)));
  return [COLUMNS, ...rows]
    .map((row) =>
      row
        .map((cell, at) => cell.padEnd(widths[at] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function shown(value: number, unit: Result["unit"]): string {
  if (unit === "lost" || unit === "modules") return `${value} ${unit}`;
  return unit === "" ? value.toFixed(3) : `${value.toFixed(2)} ${unit}`;
}
