/**
 * One locked update of our file store, without its undo record, against the same update by the host's own writer: in one
 * process, over two copies of one file. The hosts are installed into the cache of `npm run test:hosts`.
 */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { installHost } from "../test/hosts/install-host.ts";
import { ranWell } from "../test/hosts/bench.ts";
import { hostEnvironment, NODE } from "../test/support/host.ts";
import { spawnOwned } from "../test/support/owned-process.ts";
import { makeTempDir } from "../test/support/temp-dir.ts";
import { ratio, type MeasureFigure, type Result } from "./measure.ts";

const CHILD = fileURLToPath(new URL("./file-store-child.ts", import.meta.url));
const VERSIONS = ["2026.5.28", "2026.6.1"];
const SIZES = [1, 100];
const LIMIT = 1.25;

export const measure: MeasureFigure = async (builds) => {
  const results: Result[] = [];
  for (const version of VERSIONS) {
    const host = await installHost(version);
    for (const count of SIZES) {
      const root = makeTempDir("bench-store");
      const folders = { root, home: join(root, "home"), state: join(root, "state"), tmp: join(root, "tmp") };
      for (const folder of [folders.home, folders.state, folders.tmp]) mkdirSync(folder, { mode: 0o700 });
      const args = [CHILD, host, version, root, String(count), ...builds.map((build) => build.root)];
      const child = spawnOwned(NODE, args, { env: hostEnvironment(folders), cwd: root });
      const { samples } = (await ranWell(child)) as unknown as { readonly samples: readonly number[][] };
      const [base, ...ours] = samples;
      const what = `file store update by that of ${version}, ${count} profile${count === 1 ? "" : "s"}`;
      results.push(...builds.map(({ name }, at) => ratio(`${what}, ${name}`, LIMIT, ours[at], base)));
    }
  }
  return results;
};
