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

/** What the tests' own processes do not run, though other tests do: a gateway and a program of its own are counted by no one. */
const IN_A_GATEWAY = "runs inside a real gateway alone: test/e2e";

const BOUNDS = "values that only the compiler thinks may be missing";

/** Why a file is below the mark: what is left, and which test runs that if any does. */
const REASONS: Readonly<Record<string, string>> = {
  "src/host/auth-store.ts": IN_A_GATEWAY,
  "src/host/chat.ts": IN_A_GATEWAY,
  "src/host/owners.ts": IN_A_GATEWAY,
  "src/host/pins.ts": IN_A_GATEWAY,
  "src/host/sdk.ts": IN_A_GATEWAY,
  "src/index.ts": IN_A_GATEWAY,
  "src/plugin.ts": IN_A_GATEWAY,
  "src/system.ts": IN_A_GATEWAY,
  "src/cli.ts": "the rest runs as a program of its own: test/e2e/terminal.test.ts, test/hosts",
  "src/store/private-file.ts":
    "a disk that is full half-way, in processes of their own: test/store/private-file.test.ts",
  "src/rules/host-versions.ts": BOUNDS,
  "src/rules/pasted-text.ts": BOUNDS,
};

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
