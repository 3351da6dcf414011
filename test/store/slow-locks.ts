/**
 * Imported first by a process of its own: now and then it is put aside just before it acts on what it has seen of a
 * lock, as by a busy machine, so that others come between. What happens once in a day of tests then happens in each.
 */
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

/** How often, and for how long: mostly a moment, sometimes longer than another's whole wait before it tries again. */
const SHARE = 0.3;
const SHORT_MS = 3;
const LONG_SHARE = 0.3;
const LONG_MS = 50;

const cell = new Int32Array(new SharedArrayBuffer(4));

function putAside(): void {
  if (Math.random() > SHARE) return;
  Atomics.wait(cell, 0, 0, Math.random() * (Math.random() < LONG_SHARE ? LONG_MS : SHORT_MS));
}

for (const name of ["lstatSync", "mkdirSync", "rmdirSync", "unlinkSync"] as const) {
  const real = fs[name] as (...values: readonly unknown[]) => unknown;
  const slow = (...values: readonly unknown[]) => {
    if (String(values[0]).includes(".lock")) putAside();
    return real(...values);
  };
  Object.assign(fs, { [name]: slow });
}
syncBuiltinESMExports();
