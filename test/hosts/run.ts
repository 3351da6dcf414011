/** `npm run test:hosts`: every host unless CODEX_AUTH_HOSTS names some, and a table at the end. Arguments go to vitest. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const { status } = spawnSync(
  "vitest",
  ["run", "--project", "hosts", "--reporter=default", "--reporter=./test/hosts/report.ts", ...process.argv.slice(2)],
  {
    cwd: fileURLToPath(new URL("../../", import.meta.url)),
    stdio: "inherit",
    env: { ...process.env, CODEX_AUTH_HOSTS: process.env["CODEX_AUTH_HOSTS"] || "all" },
  },
);
process.exitCode = status ?? 1;
