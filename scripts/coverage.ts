/** How much of `src/` the tests run. Vitest fails below the thresholds; raise them when the share has risen. */
import { existsSync, readFileSync } from "node:fs";
import { ROOT } from "./run.ts";

const FOLDER = `${ROOT}reports/coverage`;
const SUMMARY = `${FOLDER}/coverage-summary.json`;
const THRESHOLDS = { lines: 93.3, branches: 95.7 };
/** A file with less than this is named in the report. */
const MARK = 95;

export const COVERAGE_OPTIONS = [
  "--coverage.enabled",
  "--coverage.include=src/**",
  "--coverage.reporter=json-summary",
  `--coverage.reportsDirectory=${FOLDER}`,
  ...Object.entries(THRESHOLDS).map(([what, percent]) => `--coverage.thresholds.${what}=${percent}`),
];

interface Share {
  readonly pct: number;
}
type Summary = Readonly<Record<string, { readonly lines: Share; readonly branches: Share }>>;

const line = (name: string, { lines, branches }: { readonly lines: Share; readonly branches: Share }) =>
  `${name}: lines ${lines.pct} %, branches ${branches.pct} %`;

/** One line for all of `src/`, and one for each file below the mark. Empty if a test failed: nothing was measured then. */
export function coverageReport(): readonly string[] {
  if (!existsSync(SUMMARY)) return [];
  const { total, ...files } = JSON.parse(readFileSync(SUMMARY, "utf8")) as Summary & { total: Summary[string] };
  const below = Object.entries(files)
    .filter(([, { lines, branches }]) => Math.min(lines.pct, branches.pct) < MARK)
    .toSorted(([, one], [, other]) => one.lines.pct - other.lines.pct);
  return [
    line("coverage of src/", total),
    ...below.map(([path, shares]) => `  ${line(path.replace(ROOT, ""), shares)}`),
  ];
}
