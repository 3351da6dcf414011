/** `npm run test:faults`: what a machine and a network can do to a sign-in. Arguments go to vitest. */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const { status } = spawnSync("vitest", ["run", "--project", "faults", ...process.argv.slice(2)], {
  cwd: fileURLToPath(new URL("../../", import.meta.url)),
  stdio: "inherit",
});
process.exitCode = status ?? 1;
