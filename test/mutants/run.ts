/**
 * `npm run test:mutants`: changes `src/flow`, `src/oauth` and `src/store` in one place at a time and looks whether a unit test
 * fails; writes `docs/mutants.md`. Fails itself on a survivor that has no reason in `survivors-*.ts`, and on a reason that
 * nothing needs. `-- --mutate src/flow/binding.ts` asks about some files alone, and the others stand as they were last found;
 * `--incremental` asks about what has changed since, code or tests; `--report` asks nothing.
 */
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { Stryker } from "@stryker-mutator/core";
import { ROOT } from "../../scripts/run.ts";
import { readMutants, type Results } from "./mutant.ts";
import { faultsOf, renderReport } from "./report.ts";

const MUTATED = "src/{flow,oauth,store}/**/*.ts";
const FOUND = "reports/mutants-incremental.json";

const { values } = parseArgs({
  options: {
    mutate: { type: "string", multiple: true },
    concurrency: { type: "string", default: "2" },
    incremental: { type: "boolean", default: false },
    report: { type: "boolean", default: false },
  },
});

async function ask(): Promise<void> {
  // The tests' files lie in memory where that can be: every write waits for its disk, hundreds of times over.
  const memory = existsSync("/dev/shm") ? mkdtempSync("/dev/shm/codex-auth-mutants-") : undefined;
  if (memory !== undefined) process.env["TMPDIR"] = memory;
  try {
    await new Stryker({
      mutate: values.mutate ?? [MUTATED],
      concurrency: Number(values.concurrency),
      testRunner: "vitest",
      vitest: { configFile: "test/mutants/vitest.config.ts" },
      coverageAnalysis: "perTest",
      incremental: true,
      incrementalFile: FOUND,
      force: !values.incremental,
      // Stryker would read it with the compiler of TypeScript 5, and nothing here is compiled: a name that no file has.
      tsconfigFile: "none",
      tempDirName: "reports/mutants",
      allowConsoleColors: false,
      ignorePatterns: ["/dist", "/docs", "/bench", "/reports"],
      reporters: ["progress-append-only"],
    }).runMutationTest();
  } finally {
    if (memory !== undefined) rmSync(memory, { recursive: true, force: true });
  }
}

if (!values.report) await ask();
const results = JSON.parse(readFileSync(ROOT + FOUND, "utf8")) as Results;
const mutants = readMutants(results, (file) => (existsSync(ROOT + file) ? readFileSync(ROOT + file, "utf8") : ""));
const asked = new Set(mutants.map(({ file }) => file));
const unasked = globSync(MUTATED, { cwd: ROOT }).filter((file) => !asked.has(file) && !(file in results.files));
for (const fault of faultsOf(mutants)) console.log(fault);
writeFileSync(`${ROOT}docs/mutants.md`, renderReport(mutants, unasked));
process.exitCode = faultsOf(mutants).length === 0 ? 0 : 1;
