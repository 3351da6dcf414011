/** Figure 4: `codex-auth status --json` as a whole process. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { hostEnvironment, OPENCLAW, shareCompileCache } from "../test/support/host.ts";
import { makeTempDir } from "../test/support/temp-dir.ts";
import type { MeasureFigure } from "./figure.ts";
import { runProgram, timeProgram } from "./process-time.ts";
import { ratioResult } from "./result.ts";
import { alternate } from "./samples.ts";

export const measure: MeasureFigure = async (machine) => {
  const root = makeTempDir("bench-terminal");
  const folders = { root, home: join(root, "home"), state: join(root, "state"), tmp: join(root, "tmp") };
  for (const folder of [folders.home, folders.state, folders.tmp]) mkdirSync(folder, { mode: 0o700 });
  shareCompileCache(folders);
  const place = { env: hostEnvironment(folders), cwd: root };
  const program = join(machine.pluginDir(), "dist/cli.js");
  const codexAuth = (...words: string[]) => ({ ...place, args: [program, ...words, "--json"] });

  // Something has to wait, or there is nothing to tell of. A file of its own needs no host, and so no gateway's store.
  const start = codexAuth("start", "--profile", "work", "--auth-path", join(root, "auth-profiles.json"));
  const started = await runProgram({ ...start, env: { ...place.env, PATH: "/nowhere" } });
  if (started.code !== 0) throw new Error(`start: ${started.stdout}${started.stderr}`);
  try {
    const status = () => timeProgram(codexAuth("status"), /"profile"\s*:\s*"work"/);
    const empty = () => timeProgram({ ...place, args: ["-e", "0"] }, /^$/);
    const list = () => timeProgram({ ...place, args: [OPENCLAW, "models", "auth", "list", "--json"] }, /"profiles"/);
    const byNode = await alternate({ rounds: 60, warmUps: 5 }, status, empty);
    const byHost = await alternate({ rounds: 30, warmUps: 2 }, status, list);
    return [
      ratioResult("4", "codex-auth status by node -e 0", 2, byNode),
      ratioResult("4", "codex-auth status by openclaw models auth list", 0.1, byHost),
    ];
  } finally {
    await runProgram(codexAuth("cancel"));
  }
};
