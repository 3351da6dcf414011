/** `npm run test:browser`; with `--pictures` (`npm run picture`) it takes the README's pictures on its way. Other arguments go to vitest. */
import { spawnSync } from "node:child_process";
import { ROOT } from "../../scripts/run.ts";

const asked = process.argv.slice(2);
const pictures = asked.includes("--pictures") ? { CODEX_AUTH_PICTURES: `${ROOT}docs` } : {};
const words = asked.filter((word) => word !== "--pictures");

const { status } = spawnSync("vitest", ["run", "--project", "browser", ...words], {
  cwd: ROOT,
  stdio: "inherit",
  env: { ...process.env, ...pictures },
});
process.exitCode = status ?? 1;
