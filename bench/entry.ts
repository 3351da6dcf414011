/** Figure 3b: loading the built entry against loading an empty module, in a process that has the host's SDK loaded. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { hostEnvironment, OPENCLAW } from "../test/support/host.ts";
import { makeTempDir } from "../test/support/temp-dir.ts";
import type { MeasureFigure } from "./figure.ts";
import { runProgram } from "./process-time.ts";
import { spread, type Result } from "./result.ts";
import { alternate } from "./samples.ts";
import { median } from "./statistics.ts";

const CHILD = fileURLToPath(new URL("./entry-child.ts", import.meta.url));
const LIMIT_MS = 25;

export const measure: MeasureFigure = async (machine) => {
  const root = makeTempDir("bench-entry");
  const pluginDir = machine.pluginDir();
  // The plugin names the SDK as the host does; beside the staged folder stands the host that package.json pins.
  const modules = join(dirname(pluginDir), "node_modules");
  mkdirSync(modules, { recursive: true });
  symlinkSync(dirname(OPENCLAW), join(modules, "openclaw"));
  writeFileSync(join(dirname(pluginDir), "empty.mjs"), "export default undefined;\n");
  const folders = { root, home: root, state: root, tmp: root };
  const time = async (file: string): Promise<number> => {
    const args = [CHILD, pathToFileURL(file).href, join(pluginDir, "dist/index.js")];
    const { code, stdout, stderr } = await runProgram({ args, env: hostEnvironment(folders), cwd: root });
    if (code !== 0) throw new Error(`loading ${file}: ${stderr}`);
    return Number(stdout);
  };
  const samples = await alternate(
    { rounds: 40, warmUps: 3 },
    () => time(join(pluginDir, "dist/index.js")),
    () => time(join(dirname(pluginDir), "empty.mjs")),
  );
  const result: Result = {
    figure: "3b",
    name: "loading the entry, more than an empty module",
    value: median(samples.ours) - median(samples.base),
    unit: "ms",
    limit: LIMIT_MS,
    count: samples.ours.length,
    note: `${spread(samples.ours)} against ${spread(samples.base)} ms`,
    samples: { ours: samples.ours, base: samples.base },
  };
  return [result];
};
