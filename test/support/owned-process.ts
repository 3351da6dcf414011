/** Child processes that cannot outlive the test process, whether it returns, throws or is killed. */
import { spawn, type ChildProcess, type ChildProcessWithoutNullStreams } from "node:child_process";

const owned = new Set<ChildProcess>();
process.on("exit", () => {
  for (const child of owned) killTree(child);
});

/** Spawns in a process group of its own, so that its children go with it. */
export function spawnOwned(
  file: string,
  args: readonly string[],
  options: { readonly env: Record<string, string>; readonly cwd: string; readonly uid?: number; readonly gid?: number },
): ChildProcessWithoutNullStreams {
  const child = spawn(file, args, { ...options, detached: true, stdio: "pipe" });
  owned.add(child);
  // No exit handler runs when the test process is killed. Then this pipe ends, `read` returns, and the group goes.
  const guard = spawn("/bin/sh", ["-c", `read -r _; kill -9 -${child.pid}`], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
  });
  guard.unref();
  guard.stdin.on("error", () => {});
  (guard.stdin as unknown as { unref(): void }).unref();
  child.once("exit", () => {
    owned.delete(child);
    guard.kill("SIGKILL");
  });
  return child;
}

/** Kills the child and everything it started. Only groups made by `spawnOwned` may be given. */
export function killTree(child: ChildProcess): void {
  if (child.pid === undefined || !owned.has(child)) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // Already gone.
  }
}
