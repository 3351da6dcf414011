/**
 * One project of the tests that `npm test` leaves out: `hosts` (every version unless CODEX_AUTH_HOSTS names some, and a
 * table at the end), `faults`, or `browser` (with `--pictures` it takes the README's pictures on its way). Other
 * arguments go to vitest.
 */
import { spawnSync } from "node:child_process";
import { ROOT } from "./run.ts";

const [project = "", ...rest] = process.argv.slice(2);
const args = rest.filter((arg) => arg !== "--pictures");

const PROJECTS: Readonly<Record<string, { readonly env?: NodeJS.ProcessEnv; readonly options?: readonly string[] }>> = {
  hosts: {
    env: { CODEX_AUTH_HOSTS: process.env["CODEX_AUTH_HOSTS"] || "all" },
    options: ["--reporter=default", "--reporter=./test/hosts/report.ts"],
  },
  faults: {},
  browser: rest.includes("--pictures") ? { env: { CODEX_AUTH_PICTURES: `${ROOT}docs` } } : {},
};

const chosen = PROJECTS[project];
if (chosen === undefined) throw new Error(`no such project: ${project}`);
const { status } = spawnSync("vitest", ["run", "--project", project, ...(chosen.options ?? []), ...args], {
  cwd: ROOT,
  stdio: "inherit",
  env: { ...process.env, ...chosen.env },
});
process.exitCode = status ?? 1;
