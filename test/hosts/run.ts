/** `npm run test:hosts`: every host unless CODEX_AUTH_HOSTS names some, and a table at the end. Arguments go to vitest. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

/** The terminal inside the host's own program goes with them: its calls take too long for `npm test`. */
const EVERYTHING = ["test/hosts/", "test/e2e/terminal.test.ts"];
const asked = process.argv.slice(2);
const projects = ["--project", "hosts", "--project", "e2e"];
const reporters = ["--reporter=default", "--reporter=./test/hosts/report.ts"];

const { status } = spawnSync("vitest", ["run", ...projects, ...reporters, ...(asked.length > 0 ? asked : EVERYTHING)], {
  cwd: fileURLToPath(new URL("../../", import.meta.url)),
  stdio: "inherit",
  env: { ...process.env, CODEX_AUTH_HOSTS: process.env["CODEX_AUTH_HOSTS"] || "all" },
});
process.exitCode = status ?? 1;
