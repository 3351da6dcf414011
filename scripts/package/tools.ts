/** The tools that judge a package before it is published; each gives what it has to say against it. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { output, ROOT } from "../run.ts";

/** The host that package.json pins: told where it lies, the tools download none of their own. */
const HOST = `${ROOT}node_modules/@openclaw/plugin-sdk`;

/** The shape of the package for whoever imports it. */
export function publint(tarball: string): readonly string[] {
  return complaints("publint", ["run", "--strict", tarball]);
}

/** Whether its types say what its code is. It is a module of today only: no `require`. */
export function areTheTypesWrong(tarball: string): readonly string[] {
  return complaints("attw", [tarball, "--profile", "esm-only", "--no-emoji", "--no-color"]);
}

function complaints(program: string, args: readonly string[]): readonly string[] {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: ROOT, encoding: "utf8" });
  return status === 0 ? [] : [`${stdout}${stderr}`];
}

interface Report {
  readonly status: string;
  readonly summary: Readonly<
    Record<"breakageCount" | "warningCount" | "deprecationWarningCount" | "issueCount", number>
  >;
  readonly issues: readonly { readonly severity: string; readonly title: string }[];
}

/** ClawHub's own validation. Its exit code is 0 with warnings too, so the report is what counts. */
export function validateForClawHub(folder: string, out: string): readonly string[] {
  output("clawhub", ["package", "validate", folder, "--openclaw", HOST, "--out", out]);
  const { status, summary, issues } = readJson<Report>(join(out, "plugin-inspector-report.json"));
  const findings = issues.map(({ severity, title }) => `${severity} ${title}`);
  const isClean = status === "pass" && Object.values(summary).every((count) => count === 0);
  return isClean || findings.length > 0 ? findings : [JSON.stringify(summary)];
}

interface Capture {
  readonly summary: { readonly capturedCount: number; readonly failedCount: number };
  readonly results: readonly {
    readonly captured: readonly { readonly name: string; readonly arguments: readonly { readonly name?: string }[] }[];
  }[];
}

/**
 * The plugin inspector, which loads the plugin over a host that it mocks. `packageFolder` has its dependencies beside
 * it. Findings without a remedy for an author tell what the inspector cannot see, and are left to it.
 */
export function inspectPlugin(packageFolder: string, out: string): readonly string[] {
  const how = ["--runtime", "--mock-sdk", "--allow-execute", "--author-facing"];
  output("plugin-inspector", ["ci", "--plugin-root", packageFolder, "--openclaw", HOST, ...how, "--out", out]);
  const { issues } = readJson<Report>(join(out, "plugin-inspector-report.json"));
  const { summary, results } = readJson<Capture>(join(out, "plugin-inspector-runtime-capture.json"));
  const captured = results.flatMap((result) => result.captured);
  const commands = captured.filter(({ name }) => name === "registerCommand").map((one) => one.arguments[0]?.name);
  const wanted = readJson<{ commands: { name: string }[] }>(join(packageFolder, "skill.json")).commands;
  return [
    ...issues.filter(({ severity }) => severity !== "P2").map(({ severity, title }) => `${severity} ${title}`),
    ...(summary.capturedCount === 1 && summary.failedCount === 0 ? [] : ["the plugin could not be loaded"]),
    ...(commands.join() === wanted.map(({ name }) => name).join() ? [] : [`registers the commands ${commands.join()}`]),
    ...(captured.some(({ name }) => name === "registerCli") ? [] : ["registers no command for the terminal"]),
  ];
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}
