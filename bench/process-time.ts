/** Whole processes of the pinned Node, from their start to their end. */
import { spawn } from "node:child_process";
import { NODE } from "../test/support/host.ts";
import { stopwatch } from "./samples.ts";

export interface ProgramRun {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
}

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export async function runProgram({ args, env, cwd }: ProgramRun): Promise<Ended> {
  const child = spawn(NODE, args, { env, cwd, stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.on("data", (chunk: Buffer) => (stdout += chunk.toString("utf8")));
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString("utf8")));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return { code, stdout, stderr };
}

/** How long it ran. Throws where it did not say what it should: a failure is quick, and would pass for speed. */
export async function timeProgram(run: ProgramRun, says: RegExp): Promise<number> {
  let ended: Ended | undefined;
  const ms = await stopwatch(async () => (ended = await runProgram(run)));
  if (ended?.code !== 0 || !says.test(ended.stdout)) {
    throw new Error(`${run.args.join(" ")} ended with ${ended?.code}: ${ended?.stdout}\n${ended?.stderr}`);
  }
  return ms;
}
