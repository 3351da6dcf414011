/** What each file that measures a figure exports. */
import type { Result } from "./result.ts";

export interface Machine {
  /** The plugin as it is installed; staged once for all figures. */
  pluginDir(): string;
}

export type MeasureFigure = (machine: Machine) => Promise<readonly Result[]>;
