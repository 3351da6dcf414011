/**
 * `npm test`: types, lint, format, manifest, and the tests that need no network. `-- --coverage` measures and judges
 * what they run of `src/`; other arguments go to vitest.
 *
 * `npm run test:all`: all that, and then every host version, faults, the browser, long runs of the properties, and the
 * package as it is published.
 */
import { spawnSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { COVERAGE_OPTIONS, coverageReport } from "./coverage.ts";
import { ROOT, run } from "./run.ts";

const RESULTS = `${ROOT}reports/tests.json`;
const LOCAL_PROJECTS = ["--project=unit", "--project=e2e"];
const REPORTERS = ["--reporter=default", "--reporter=json", `--outputFile.json=${RESULTS}`];
const ALL_REPORTERS = [...REPORTERS, "--reporter=./test/hosts/report.ts"];

interface Results {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
}

function runTests(args: readonly string[], env: NodeJS.ProcessEnv = process.env): number {
  rmSync(RESULTS, { force: true });
  const { status } = spawnSync("vitest", ["run", ...args], { cwd: ROOT, stdio: "inherit", env });
  return status ?? 1;
}

/** One plain line, the last of the log. */
function printCounts(): void {
  const { numPassedTests, numFailedTests, numPendingTests } = JSON.parse(readFileSync(RESULTS, "utf8")) as Results;
  console.log(`${numPassedTests} passed, ${numFailedTests} failed, ${numPendingTests} skipped`);
}

function runLocally(args: readonly string[]): number {
  const isCovered = args.includes("--coverage");
  const others = args.filter((arg) => arg !== "--coverage");
  const status = runTests([...LOCAL_PROJECTS, ...REPORTERS, ...(isCovered ? COVERAGE_OPTIONS : []), ...others]);
  if (isCovered) for (const line of coverageReport()) console.log(line);
  printCounts();
  return status;
}

function runAll(args: readonly string[]): number {
  const env = { ...process.env, CODEX_AUTH_HOSTS: process.env["CODEX_AUTH_HOSTS"] || "all", CODEX_AUTH_RUNS: "20" };
  const status = runTests([...ALL_REPORTERS, ...args], env);
  // Of some tests only, the package is not one.
  const isWhole = args.length === 0;
  const packaged = isWhole
    ? spawnSync("node", ["scripts/check-package.ts"], { cwd: ROOT, stdio: "inherit" })
    : undefined;
  printCounts();
  return status || (packaged?.status ?? 0);
}

run("tsc", ["-p", "tsconfig.json"]);
run("oxlint", ["--deny-warnings", "src", "test", "scripts", "bench"]);
run("oxfmt", ["--check", "src", "test", "scripts", "bench"]);
run("node", ["scripts/manifest.ts", "--check"]);
const [first, ...rest] = process.argv.slice(2);
process.exitCode = first === "--all" ? runAll(rest) : runLocally(process.argv.slice(2));
