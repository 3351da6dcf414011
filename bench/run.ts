/**
 * `npm run bench [-- <figure> …] [--before <dir>]`: measures all figures or those named, and writes reports/bench.json.
 * `--before` names an older checkout with its packages; both builds are then measured in turns, in one run.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "../scripts/run.ts";
import { isOver, lineOf, stageBuild, type MeasureFigure, type Result } from "./measure.ts";

/** Quick ones first: the last two start gateways and take a quarter of an hour. */
const FIGURES = new Map<string, () => Promise<{ readonly measure: MeasureFigure }>>([
  ["package", () => import("./package.ts")],
  ["poll", () => import("./poll.ts")],
  ["terminal", () => import("./terminal.ts")],
  ["store", () => import("./file-store.ts")],
  ["listener", () => import("./listener.ts")],
  ["chat", () => import("./commands.ts")],
  ["usage", () => import("./usage.ts")],
  ["start", () => import("./gateway-start.ts")],
]);

const { values, positionals } = parseArgs({ options: { before: { type: "string" } }, allowPositionals: true });
const unknown = positionals.find((name) => !FIGURES.has(name));
if (unknown !== undefined) throw new Error(`no figure ${unknown}; there are ${[...FIGURES.keys()].join(", ")}`);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => process.exit(130));

const builds = [stageBuild("now", ROOT)];
if (values.before !== undefined) builds.push(stageBuild("before", resolve(values.before)));

const results: Result[] = [];
const failures: string[] = [];
for (const [name, load] of FIGURES) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  console.log(`\n${name}`);
  try {
    const measured = await (await load()).measure(builds);
    results.push(...measured);
    for (const result of measured) console.log(lineOf(result));
  } catch (error) {
    // The other figures still count; the run as a whole has failed.
    failures.push(name);
    console.error(error);
  }
}

mkdirSync(`${ROOT}reports`, { recursive: true });
const about = { at: new Date().toISOString(), node: process.version, cpus: cpus().length, load: loadavg() };
writeFileSync(`${ROOT}reports/bench.json`, `${JSON.stringify({ ...about, failures, results }, null, 1)}\n`);
const over = results.filter(isOver).length;
console.log(`\n${results.length - over} ok, ${over} over, ${failures.length} not measured`);
process.exit(over + failures.length === 0 ? 0 : 1);
