/** Processes that update one file store, started beforehand: only their work is measured. */
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { NODE } from "../test/support/host.ts";
import { spawnOwned } from "../test/support/owned-process.ts";

const CHILD = fileURLToPath(new URL("./file-store-child.ts", import.meta.url));

export interface Worker {
  /** Counts so many up in the profile of that name, one update after the other. */
  update(name: string, times: number): Promise<void>;
  close(): void;
}

export async function openWorkers(root: string, count: number): Promise<readonly Worker[]> {
  return Promise.all(Array.from({ length: count }, () => openWorker(root)));
}

async function openWorker(root: string): Promise<Worker> {
  const child = spawnOwned(NODE, [CHILD, root], { env: { PATH: process.env["PATH"] ?? "" }, cwd: root });
  child.stderr.pipe(process.stderr);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const hear = async (word: string) => {
    const { value } = (await lines.next()) as { value?: string };
    if (value !== word) throw new Error(`a worker said ${value} instead of ${word}`);
  };
  await hear("ready");
  return {
    async update(name, times) {
      child.stdin.write(`${name} ${times}\n`);
      await hear("done");
    },
    close: () => child.stdin.end(),
  };
}
