/**
 * Everything that must hold before a change lands: types, lint, format, manifest, tests. Arguments go to vitest; without
 * any, what the tests run of src is measured and printed. All tests but the faults (`npm run test:faults`), which take
 * their time, and the browser's (`npm run test:browser`), which takes the README's pictures too.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { COVERAGE_OPTIONS, coverageReport } from "./coverage.ts";
import { ROOT, run } from "./run.ts";

const RESULTS = `${ROOT}reports/tests.json`;

interface Results {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
}

function runTests(args: readonly string[]): number {
  rmSync(RESULTS, { force: true });
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${RESULTS}`];
  // Of a part of the tests it would say nothing.
  const isCovered = args.length === 0;
  const coverage = isCovered ? COVERAGE_OPTIONS : [];
  const { status } = spawnSync(
    "vitest",
    ["run", "--project=!faults", "--project=!browser", ...reporters, ...coverage, ...args],
    {
      cwd: ROOT,
      stdio: "inherit",
    },
  );
  const results = JSON.parse(readFileSync(RESULTS, "utf8")) as Results;
  if (isCovered && results.numFailedTests === 0) for (const line of coverageReport()) console.log(line);
  // One plain line for whoever reads the log, last of all.
  console.log(`${results.numPassedTests} passed, ${results.numFailedTests} failed, ${results.numPendingTests} skipped`);
  return status ?? 1;
}

run("tsc", ["-p", "tsconfig.json"]);
run("oxlint", ["--deny-warnings", "src", "test", "scripts", "bench"]);
run("oxfmt", ["--check", "src", "test", "scripts", "bench"]);
run("node", ["scripts/manifest.ts", "--check"]);
process.exitCode = runTests(process.argv.slice(2));
