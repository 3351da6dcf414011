/** What each host came to, check by check: `reports/hosts.json`, and a table for the README at the end of the run. */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { Reporter, TestCase, TestModule } from "vitest/node";
import { HOST_VERSIONS } from "./versions.ts";

const REPORT = fileURLToPath(new URL("../../reports/hosts.json", import.meta.url));
const SUITE = "OpenClaw ";

interface Outcome {
  readonly state: "passed" | "failed" | "skipped";
  readonly ms: number;
  /** Why it was skipped, or a fact that the test noted. */
  readonly note?: string;
}

export default class HostReport implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    const versions: Record<string, Record<string, Outcome>> = {};
    for (const test of modules.flatMap((module) => [...module.children.allTests()])) {
      const place = placeOf(test);
      if (place === undefined) continue;
      const [version, check] = place;
      versions[version] = { ...versions[version], [check]: outcomeOf(test) };
    }
    mkdirSync(dirname(REPORT), { recursive: true });
    writeFileSync(REPORT, `${JSON.stringify({ at: new Date().toISOString(), versions }, null, 2)}\n`);
    console.log(`\n${tableOf(versions)}\n\n${REPORT}`);
  }
}

/** The version and the check's name; undefined for a test that is not about one version. */
function placeOf(test: TestCase): readonly [version: string, check: string] | undefined {
  const [suite = "", ...check] = test.fullName.split(" > ");
  const version = HOST_VERSIONS.find((known) => suite.endsWith(`${SUITE}${known}`));
  if (version === undefined) return undefined;
  const outer = suite.slice(0, -`${SUITE}${version}`.length);
  return [version, `${outer}${check.join(": ")}`];
}

function outcomeOf(test: TestCase): Outcome {
  const result = test.result();
  const note = result.state === "skipped" ? result.note : test.meta().note;
  const state = result.state === "pending" ? "skipped" : result.state;
  return { state, ms: Math.round(test.diagnostic()?.duration ?? 0), ...(note === undefined ? {} : { note }) };
}

const MARKS = { passed: "yes", failed: "NO", skipped: "skipped" } as const;

const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;

/** Markdown: a row for each check, a column for each version. */
function tableOf(versions: Readonly<Record<string, Readonly<Record<string, Outcome>>>>): string {
  const columns = HOST_VERSIONS.filter((version) => versions[version] !== undefined);
  const checks = [...new Set(columns.flatMap((version) => Object.keys(versions[version] ?? {})))];
  const cell = (version: string, check: string) => {
    const outcome = versions[version]?.[check];
    if (outcome === undefined) return "-";
    return outcome.state === "skipped" ? `skipped (${outcome.note ?? "not asked"})` : MARKS[outcome.state];
  };
  const rows = checks.map((check) => [check, ...columns.map((version) => cell(version, check))]);
  return [line(["OpenClaw", ...columns]), line(["---", ...columns.map(() => "---")]), ...rows.map(line)].join("\n");
}
