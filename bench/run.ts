/** `npm run bench [-- <figure> …]`: measures all figures or those named, prints a table, writes reports/bench.json. */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { join } from "node:path";
import { ROOT } from "../scripts/run.ts";
import { stage } from "../scripts/stage.ts";
import { makeTempDir } from "../test/support/temp-dir.ts";
import type { Machine, MeasureFigure } from "./figure.ts";
import { isOk, renderTable, type Result } from "./result.ts";

/** Cheap ones first: what starts gateways takes minutes. */
const FIGURES = new Map<string, () => Promise<{ readonly measure: MeasureFigure }>>([
  ["6", () => import("./parser.ts")],
  ["4", () => import("./terminal.ts")],
  ["3b", () => import("./entry.ts")],
  ["5", () => import("./file-store.ts")],
  ["1", () => import("./command.ts")],
  ["2", () => import("./tap-and-paste.ts")],
  ["3c", () => import("./loaded-modules.ts")],
  ["7a", () => import("./own-memory.ts")],
  ["7b", () => import("./memory.ts")],
  ["3a", () => import("./gateway-start.ts")],
]);

function createMachine(): Machine {
  let staged: string | undefined;
  return {
    pluginDir() {
      if (staged !== undefined) return staged;
      staged = join(makeTempDir("bench"), "codex-auth");
      stage(staged);
      return staged;
    },
  };
}

const asked = process.argv.slice(2);
const names = [...FIGURES.keys()].filter((name) => asked.length === 0 || asked.some((one) => name.startsWith(one)));
if (names.length === 0) throw new Error(`no such figure; there are ${[...FIGURES.keys()].join(", ")}`);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

const machine = createMachine();
const results: Result[] = [];
const failures: string[] = [];
for (const name of names) {
  console.log(`Measuring ${name}…`);
  try {
    const { measure } = (await FIGURES.get(name)?.()) ?? {};
    const measured = (await measure?.(machine)) ?? [];
    results.push(...measured);
    console.log(renderTable(measured));
  } catch (error) {
    // The others still count; the run as a whole has failed.
    failures.push(name);
    console.error(error);
  }
}

mkdirSync(`${ROOT}reports`, { recursive: true });
const about = { at: new Date().toISOString(), node: process.version, cpus: cpus().length, load: loadavg() };
writeFileSync(`${ROOT}reports/bench.json`, `${JSON.stringify({ ...about, failures, results }, null, 1)}\n`);
const sorted = results.toSorted((one, other) => one.figure.localeCompare(other.figure));
console.log(`\n${renderTable(sorted)}\n`);
const over = results.filter((result) => !isOk(result));
console.log(`${results.length - over.length} ok, ${over.length} over, ${failures.length} not measured`);
process.exit(over.length + failures.length === 0 ? 0 : 1);
