/** Runs one of the host's own commands in a thread of this process: no shell, and no other program. */
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { readHostCommandEnvironment } from "../environment.ts";
import type { InstalledHost } from "./installed-host.ts";

/** True when it ended well in time. Never throws; what the host prints is dropped, it may name more than it should. */
export async function runHostCommand(
  host: InstalledHost,
  words: readonly string[],
  timeoutMs: number,
): Promise<boolean> {
  return new Promise((resolve) => {
    const worker = new Worker(join(host.root, "openclaw.mjs"), {
      argv: [...words],
      env: readHostCommandEnvironment(),
      execArgv: [],
      stdout: true,
      stderr: true,
    });
    const finish = (isDone: boolean) => {
      clearTimeout(timer);
      resolve(isDone);
      void worker.terminate();
    };
    const timer = setTimeout(() => finish(false), timeoutMs);
    worker.stdout.resume();
    worker.stderr.resume();
    worker.on("error", () => finish(false));
    worker.on("exit", (code) => finish(code === 0));
  });
}
