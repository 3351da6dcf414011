/** `describe` for each selected host, with a new bench for each test. */
import { describe, onTestFinished } from "vitest";
import { HostBench } from "./bench.ts";
import { SELECTED_VERSIONS } from "./versions.ts";

declare module "vitest" {
  interface TaskMeta {
    /** A fact for the report, beside passed or failed. */
    note?: string;
  }
}

export function describeHosts(body: (version: string, open: () => Promise<HostBench>) => void): void {
  describe.each(SELECTED_VERSIONS)("OpenClaw %s", (version) => {
    body(version, async () => {
      const bench = await new HostBench(version).open();
      onTestFinished(() => bench.close());
      return bench;
    });
  });
}
