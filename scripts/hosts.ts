/**
 * `npm run test:hosts`: drives every supported version of OpenClaw, or those that CODEX_AUTH_HOSTS names, and prints a
 * table at the end. Arguments go to vitest.
 */
import { spawnSync } from "node:child_process";
import { ROOT } from "./run.ts";

const REPORTERS = ["--reporter=default", "--reporter=./test/hosts/report.ts"];

const { status } = spawnSync("vitest", ["run", "--project", "hosts", ...REPORTERS, ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: "inherit",
  env: { ...process.env, CODEX_AUTH_HOSTS: process.env["CODEX_AUTH_HOSTS"] || "all" },
});
process.exitCode = status ?? 1;
