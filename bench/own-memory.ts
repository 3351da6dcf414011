/**
 * Figure 7a: what the plugin itself keeps of 1,000 sign-ins, in a process without a host, code included. In a gateway (figure
 * 7b) what the host keeps of its own varies by more than the limit.
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { makeTempDir } from "../test/support/temp-dir.ts";
import type { MeasureFigure } from "./figure.ts";
import { runProgram } from "./process-time.ts";
import type { Result } from "./result.ts";
import { median } from "./statistics.ts";

const CHILD = fileURLToPath(new URL("./own-memory-child.ts", import.meta.url));
const SIGN_INS = 1000;
/** As the child takes them. */
const STEP = 10;
const SAMPLES = 30;
/** Half a KB for each sign-in: less than one record of it that is kept. */
const GROWTH_LIMIT = 0.25;

export const measure: MeasureFigure = async (machine) => {
  const folder = makeTempDir("bench-own-memory");
  const args = ["--expose-gc", CHILD, join(machine.pluginDir(), "dist"), String(SIGN_INS + SAMPLES * STEP)];
  const { code: status, stdout, stderr } = await runProgram({ args, env: { TMPDIR: folder }, cwd: folder });
  if (status !== 0) throw new Error(stderr);
  const { code, values } = JSON.parse(stdout) as { readonly code: number; readonly values: readonly number[] };
  const before = values[0] ?? Number.NaN;
  const kept = (signIns: number) => median(values.slice(signIns / STEP, signIns / STEP + SAMPLES)) - before;
  const shown = (signIns: number) => `${kept(signIns).toFixed(2)} MB after ${signIns}`;
  const result = { figure: "7a", unit: "MB", count: SAMPLES, samples: { ours: values, base: [before] } } as const;
  const results: Result[] = [
    {
      ...result,
      name: `what the plugin itself adds with ${SIGN_INS} sign-ins`,
      value: code + kept(SIGN_INS),
      limit: 5,
      note: `its code and that of its libraries ${code.toFixed(2)} MB, kept ${shown(SIGN_INS)}`,
    },
    {
      ...result,
      name: `growth of that over ${SIGN_INS / 2} sign-ins`,
      value: kept(SIGN_INS) - kept(SIGN_INS / 2),
      limit: GROWTH_LIMIT,
      note: `${shown(SIGN_INS / 2)}, ${shown(SIGN_INS)}`,
    },
  ];
  return results;
};
