/** Runs a program to its end with this terminal; throws when it fails. */
import { spawnSync } from "node:child_process";

export const ROOT = new URL("..", import.meta.url).pathname;

export function run(program: string, args: readonly string[]): void {
  const result = spawnSync(program, args, { cwd: ROOT, stdio: "inherit" });
  if (result.status !== 0) throw new Error(`${program} ${args.join(" ")} failed`);
}
