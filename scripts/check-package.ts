/**
 * `npm run check:package`: judges the package as it would be published. Its files, its chunks, the four tools that judge
 * packages and plugins, and a real gateway that installs it without a registry, signs in and uninstalls it.
 */
import { spawnSync } from "node:child_process";
import { globSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { packInto } from "./build.ts";
import { output, ROOT } from "./run.ts";

/** The host that package.json pins. The tools would download one of their own otherwise. */
const HOST = `${ROOT}node_modules/@openclaw/plugin-sdk`;

const REQUIRED = [
  "LICENSE",
  "README.md",
  "RISK.md",
  "SKILL.md",
  "dist/cli.js",
  "dist/index.d.ts",
  "dist/index.js",
  "dist/licences.txt",
  "dist/skills/codex-auth/RISK.md",
  "dist/skills/codex-auth/SKILL.md",
  "openclaw.plugin.json",
  "package.json",
  "skill.json",
];
/** The names of the other chunks follow from the code. Each must be directly in `dist`: the manifest is read at `../`. */
const CHUNK = /^dist\/[a-z][a-z0-9-]*\.js$/;
/** The chunks that a gateway loads when it starts. */
const START = new Set(["environment.js", "index.js", "rolldown-runtime.js", "start.js"]);

const folder = mkdtempSync(join(tmpdir(), "codex-auth-package-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const tarball = packInto(folder);
const unpacked = join(folder, "package");
const read = (path: string) => readFileSync(join(unpacked, path), "utf8");

function judgeFiles(files: readonly string[]): readonly string[] {
  return [
    ...REQUIRED.filter((path) => !files.includes(path)).map((path) => `missing: ${path}`),
    ...files.filter((path) => !REQUIRED.includes(path) && !CHUNK.test(path)).map((path) => `not expected: ${path}`),
  ];
}

/**
 * ClawHub's moderation scan judges file by file when a package is published, and no tool runs it offline. The lint rules
 * keep these apart in `src`; only here can be seen that no chunk has brought them together again.
 */
function judgeChunks(files: readonly string[]): readonly string[] {
  const chunks = files.filter((path) => CHUNK.test(path)).map((path) => ({ path, text: read(path) }));
  const sends = /\bfetch\s*\(|\bhttps?\.request\s*\(/;
  return [
    ...chunks.filter(({ text }) => text.includes("child_process")).map(({ path }) => `${path} starts programs`),
    ...chunks
      .filter(({ text }) => sends.test(text) && /process\.env\b|acquireLock/.test(text))
      .map(({ path }) => `${path} has the network together with the environment or the store`),
  ];
}

/** The chunks that the entry loads before anything runs. */
function judgeStart(): readonly string[] {
  const loaded = new Set(["index.js"]);
  for (const name of loaded)
    for (const [, next = ""] of read(`dist/${name}`).matchAll(/^(?:import|export)\b.*"\.\/(.*)";$/gm)) loaded.add(next);
  return [...loaded].filter((name) => !START.has(name)).map((name) => `the entry loads ${name}`);
}

function run(program: string, args: readonly string[]): readonly string[] {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd: ROOT, encoding: "utf8" });
  return status === 0 ? [] : [`${stdout}${stderr}`];
}

interface Report {
  readonly status: string;
  readonly issues: readonly { readonly severity: string; readonly title: string }[];
}

function findings(out: string, severities: RegExp): readonly string[] {
  const { status, issues } = JSON.parse(readFileSync(join(out, "plugin-inspector-report.json"), "utf8")) as Report;
  const found = issues.filter(({ severity }) => severities.test(severity));
  return [...(status === "pass" ? [] : [`status ${status}`]), ...found.map((one) => `${one.severity} ${one.title}`)];
}

/** ClawHub's own validation. Its exit code is 0 with warnings too, so the report is what counts. */
function validateForClawHub(): readonly string[] {
  const out = join(folder, "clawhub");
  output("clawhub", ["package", "validate", unpacked, "--openclaw", HOST, "--out", out]);
  return findings(out, /./);
}

/** Loads the plugin over a mocked host. P2 findings are about what the inspector itself cannot see. */
function inspectPlugin(): readonly string[] {
  const out = join(folder, "inspector");
  const how = ["--runtime", "--mock-sdk", "--allow-execute", "--author-facing"];
  output("plugin-inspector", ["ci", "--plugin-root", unpacked, "--openclaw", HOST, ...how, "--out", out]);
  return findings(out, /^P[01]$/);
}

let failures = 0;

function report(what: string, wrong: readonly string[]): void {
  console.log(`${wrong.length === 0 ? "ok    " : "FAILED"} ${what}`);
  for (const line of wrong) console.log(`       ${line}`);
  failures += wrong.length;
}

const files = globSync("**/*", { cwd: unpacked, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath, entry.name).slice(unpacked.length + 1));
const bytes = files.reduce((sum, path) => sum + Buffer.byteLength(read(path)), 0);

report(`files: ${files.length}, ${bytes.toLocaleString("en")} bytes`, judgeFiles(files));
report("chunks: no programs; the network apart from the environment and the store", judgeChunks(files));
report("start: the entry and what it shares", judgeStart());
report("publint --strict", run("publint", ["run", "--strict", tarball]));
report("attw --profile esm-only", run("attw", [tarball, "--profile", "esm-only", "--no-emoji", "--no-color"]));
report("clawhub package validate", validateForClawHub());
report("plugin-inspector ci --runtime --mock-sdk", inspectPlugin());
const { status } = spawnSync("vitest", ["run", "--config", "test/package/vitest.config.ts"], {
  cwd: ROOT,
  stdio: "inherit",
});
report("a gateway installs it without a registry, signs in and uninstalls it", status === 0 ? [] : ["see above"]);
process.exitCode = failures === 0 ? 0 : 1;
