/** `codex-auth status --json` with a pending sign-in, as a whole process, against `node -e 0`. */
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { hostEnvironment, NODE, shareCompileCache } from "../test/support/host.ts";
import { makeTempDir } from "../test/support/temp-dir.ts";
import { ratio, stopwatch, takeTurns, type Build, type MeasureFigure } from "./measure.ts";

const LIMIT = 2.5;

interface Place {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

async function run({ env, cwd }: Place, args: readonly string[]): Promise<string> {
  const child = spawn(NODE, args, { env, cwd, stdio: ["ignore", "pipe", "inherit"] });
  let stdout = "";
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString("utf8")));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}: ${stdout}`);
  return stdout;
}

/** Folders of their own for each build, with a pending sign-in. */
async function openStatus({ pluginDir }: Build) {
  const root = makeTempDir("bench-terminal");
  const folders = { root, home: join(root, "home"), state: join(root, "state"), tmp: join(root, "tmp") };
  for (const folder of [folders.home, folders.state, folders.tmp]) mkdirSync(folder, { mode: 0o700 });
  shareCompileCache(folders);
  const place = { env: { ...hostEnvironment(folders), PATH: "/nowhere" }, cwd: root };
  const program = join(pluginDir, "dist/cli.js");
  // A file of its own needs no host.
  const file = ["--auth-path", join(root, "auth-profiles.json")];
  await run(place, [program, "start", "--profile", "bench", ...file, "--json"]);
  return {
    status: () =>
      stopwatch(async () => {
        // A failure would be quick, and pass for speed.
        const said = await run(place, [program, "status", "--json"]);
        if (!/"profile"\s*:\s*"bench"/.test(said)) throw new Error(`status: ${said}`);
      }),
    empty: () => stopwatch(() => run(place, ["-e", "0"])),
    close: () => run(place, [program, "cancel", "--profile", "bench", "--json"]),
  };
}

export const measure: MeasureFigure = async (builds) => {
  const opened = await Promise.all(builds.map(openStatus));
  try {
    const [empty = [], ...status] = await takeTurns({ rounds: 60, warmUps: 5 }, [
      () => opened[0]?.empty() ?? Number.NaN,
      ...opened.map((one) => one.status),
    ]);
    return builds.map(({ name }, at) => ratio(`codex-auth status by node -e 0, ${name}`, LIMIT, status[at], empty));
  } finally {
    for (const one of opened) await one.close();
  }
};
