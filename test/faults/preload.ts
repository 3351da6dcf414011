/**
 * Loaded into the terminal program before itself (`node --import`): shows its steps, ends it at one of them as a power
 * cut would, and takes from it what a machine can take. What it is told is in the environment:
 * `FAULT_SHOW_STEPS`: each step is named in a line on standard error.
 * `FAULT_KILL_AT`: SIGKILL right before the step of this number, counted from 0; a write is cut in half first.
 * `FAULT_DNS`: no name is known. `FAULT_CLOCK_MS`: the clock is so far off; with `FAULT_CLOCK_AT_FETCH` only from the
 * token request on. A disk that is full fails a write here, as it does anywhere; Node would die of the limit instead.
 * In every process the temp folder that all builds of the machine share is hidden, so that TMPDIR decides.
 */
import dns from "node:dns";
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import sqlite from "node:sqlite";

const SHARED_TEMP = "/tmp/openclaw";
const { writeSync } = fs;
const killAt = Number(process.env["FAULT_KILL_AT"] ?? "-1");
const showsSteps = process.env["FAULT_SHOW_STEPS"] !== undefined;
let steps = 0;

type Anything = (...args: unknown[]) => unknown;
type Methods = Record<string, Anything>;

/** One step of what the program does to the world; `half` is what is left of one that is cut in the middle. */
function step(name: string, half?: () => void): void {
  if (showsSteps) writeSync(2, `${name}\n`);
  if (steps === killAt) {
    half?.();
    process.kill(process.pid, "SIGKILL");
    // The signal is on its way: nothing more may be done.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  }
  steps += 1;
}

function wrap(holder: object, names: readonly string[], halve?: (self: unknown, content: string) => void): void {
  const methods = holder as Methods;
  for (const name of names) {
    const original = methods[name];
    if (original === undefined) throw new Error(`no ${name} to wrap`);
    methods[name] = function wrapped(this: unknown, ...args: unknown[]) {
      const content = args.find((arg) => typeof arg === "string");
      step(name, halve && (() => halve(this, content?.slice(0, content.length / 2) ?? "")));
      return original.apply(this, args);
    };
  }
}

function wrapFileHandles(): void {
  const { open } = fs.promises;
  let isWrapped = false;
  fs.promises.open = async (...args) => {
    const isNew = args[1] === "wx";
    if (isNew) step("open");
    const handle = await open(...args);
    if (!isWrapped) {
      isWrapped = true;
      wrap(Object.getPrototypeOf(handle) as object, ["writeFile"], (self, half) => {
        writeSync((self as { fd: number }).fd, half);
      });
      wrap(Object.getPrototypeOf(handle) as object, ["sync"]);
    }
    return handle;
  };
}

function wrapFetch(): void {
  const { fetch } = globalThis;
  globalThis.fetch = async (...args) => {
    step("fetch");
    if (process.env["FAULT_CLOCK_AT_FETCH"] !== undefined) moveClock();
    const response = await fetch(...args);
    step("response");
    return response;
  };
}

function hideSharedTemp(): void {
  const { lstat } = fs.promises;
  const nobodys = { isDirectory: () => false };
  fs.promises.lstat = ((path: string, ...rest: []) =>
    path === SHARED_TEMP ? Promise.resolve(nobodys) : lstat(path, ...rest)) as typeof lstat;
}

function loseNames(): void {
  dns.lookup = ((...args: unknown[]) => {
    const done = args.at(-1) as (error: Error) => void;
    setImmediate(() => done(Object.assign(new Error("getaddrinfo EAI_AGAIN"), { code: "EAI_AGAIN" })));
  }) as unknown as typeof dns.lookup;
}

function moveClock(): void {
  const byMs = Number(process.env["FAULT_CLOCK_MS"]);
  const { now } = Date;
  Date.now = () => now() + byMs;
}

process.on("SIGXFSZ", () => undefined);
hideSharedTemp();
if (process.env["FAULT_CLOCK_MS"] !== undefined && process.env["FAULT_CLOCK_AT_FETCH"] === undefined) moveClock();
if (process.env["FAULT_DNS"] !== undefined) loseNames();
wrapFetch();
if (showsSteps || killAt >= 0) {
  wrap(fs, ["writeFileSync", "mkdirSync", "renameSync", "unlinkSync", "rmdirSync", "linkSync"]);
  wrap(fs.promises, ["mkdir", "rm", "chmod"]);
  wrap(sqlite.DatabaseSync.prototype, ["exec"]);
  wrap(sqlite.StatementSync.prototype, ["run"]);
  wrapFileHandles();
}
syncBuiltinESMExports();
