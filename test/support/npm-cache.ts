/** The cache outside the repository, and the installers that fill it. */
import { spawn } from "node:child_process";
import { homedir } from "node:os";
import { dirname, join } from "node:path";
import { NODE } from "./host.ts";

/** The folder of this project in the user's cache. */
export const CACHE = join(process.env["XDG_CACHE_HOME"] || join(homedir(), ".cache"), "codex-auth");

const LIMIT_MS = 10 * 60_000;

/** Runs an installer with the machine's own settings: its certificates, proxies and registry. Throws what it printed. */
export async function runInstaller(
  program: string,
  args: readonly string[],
  { cwd, env = {} }: { readonly cwd: string; readonly env?: Readonly<Record<string, string>> },
): Promise<void> {
  const path = { PATH: `${dirname(NODE)}:${process.env["PATH"] ?? ""}` };
  const child = spawn(program, args, {
    cwd,
    env: { ...process.env, ...env, ...path },
    stdio: ["ignore", "pipe", "pipe"],
    timeout: LIMIT_MS,
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (said += String(chunk)));
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.once("close", resolve);
  if ((await promise) !== 0) throw new Error(`${args.join(" ")} failed in ${cwd}:\n${said.slice(-2000)}`);
}
