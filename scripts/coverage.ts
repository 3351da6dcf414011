/** How much of `src/` the tests run, and each file that is short of the mark, with its reason. */
import { readFileSync } from "node:fs";
import { ROOT } from "./run.ts";

const SUMMARY = `${ROOT}reports/coverage/coverage-summary.json`;
const MARK = 95;

export const COVERAGE_OPTIONS = [
  "--coverage.enabled",
  "--coverage.include=src/**",
  "--coverage.reporter=json-summary",
  `--coverage.reportsDirectory=${ROOT}reports/coverage`,
];

interface Share {
  readonly pct: number;
}
type Summary = Readonly<Record<string, { readonly lines: Share; readonly branches: Share }>>;

/** Measured in this process alone: what only a gateway of its own runs is counted by no one. */
const REASONS: Readonly<Record<string, string>> = {};

const line = (name: string, lines: number, branches: number) => `${name}: lines ${lines} %, branches ${branches} %`;

/** A line for all of it, and one for each file below the mark. */
export function coverageReport(): readonly string[] {
  const { total, ...files } = JSON.parse(readFileSync(SUMMARY, "utf8")) as Summary & { total: Summary[string] };
  const below = Object.entries(files)
    .map(([path, { lines, branches }]) => ({ path: path.replace(ROOT, ""), lines: lines.pct, branches: branches.pct }))
    .filter(({ lines, branches }) => Math.min(lines, branches) < MARK)
    .toSorted((one, other) => one.lines - other.lines);
  return [
    line("coverage of src/", total.lines.pct, total.branches.pct),
    ...below.map(
      ({ path, lines, branches }) => `  ${line(path, lines, branches)} (${REASONS[path] ?? "no reason given"})`,
    ),
  ];
}
