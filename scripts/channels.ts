/**
 * `npm run test:channels`: drives the real gateway with the real package of each chat network, against a fake of that
 * network. Arguments go to vitest: `-- slack discord` for these two.
 */
import { spawnSync } from "node:child_process";
import { ROOT } from "./run.ts";

const { status } = spawnSync("vitest", ["run", "--project", "channels", ...process.argv.slice(2)], {
  cwd: ROOT,
  stdio: "inherit",
});
process.exitCode = status ?? 1;
