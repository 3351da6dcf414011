/** Files and bytes of the plugin as it is installed. A host copies, reads and hashes each file when its gateway starts. */
import { globSync, statSync } from "node:fs";
import { join } from "node:path";
import type { MeasureFigure } from "./measure.ts";

export const measure: MeasureFigure = async (builds) =>
  builds.flatMap(({ name, pluginDir }) => {
    const files = globSync("**/*", { cwd: pluginDir })
      .map((path) => statSync(join(pluginDir, path)))
      .filter((stats) => stats.isFile());
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    return [
      { name: `files, ${name}`, value: files.length, note: "", samples: {} },
      { name: `bytes, ${name}`, value: bytes, note: "", samples: {} },
    ];
  });
