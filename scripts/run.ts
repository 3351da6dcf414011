/** Runs other programs to their end. */
import { spawnSync } from "node:child_process";

export const ROOT = new URL("..", import.meta.url).pathname;

/** With this terminal; throws when it fails. */
export function run(program: string, args: readonly string[]): void {
  const result = spawnSync(program, args, { cwd: ROOT, stdio: "inherit" });
  if (result.status !== 0) throw new Error(`${program} ${args.join(" ")} failed`);
}

/** What a program prints; throws with all it said where it fails. */
export function output(program: string, args: readonly string[], cwd: string = ROOT): string {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (status !== 0) throw new Error(`${program} ${args.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}
