/** Machines that are not a plain Linux account, as fakes with rules over this machine's own files. */
import { linkSync, renameSync, unlinkSync } from "node:fs";
import { chmod } from "node:fs/promises";
import { onTestFinished } from "vitest";
import { machine, type Machine } from "../../src/store/machine.ts";

const refuse = (code: string) => Object.assign(new Error("canary"), { code });

/** Sets members of the machine until the test is over. */
export function pretend(members: Partial<Machine>): void {
  const before = { ...machine };
  Object.assign(machine, members);
  onTestFinished(() => void Object.assign(machine, before));
}

export type Chmod = "works" | "does nothing" | "EPERM" | "EROFS" | "ENOTSUP";

function chmodOf(answer: Chmod): Machine["chmod"] {
  return async (path, mode) => {
    if (answer === "works") return chmod(path, mode);
    if (answer !== "does nothing") throw refuse(answer);
  };
}

/** A disk on which every file has the same mode, whatever it is given. */
export const diskOfMode = (mode: number, answer: Chmod = "does nothing"): Partial<Machine> => ({
  modeOf: () => mode,
  chmod: chmodOf(answer),
});

export const withoutLinks = (code: string): Partial<Machine> => ({
  link: () => {
    throw refuse(code);
  },
});

/** Refuses each call so many times, as Windows does while another program has the file open. */
export function heldOpen(times: number, code: string): Pick<Machine, "link" | "rename" | "unlink"> {
  const patient = <Words extends readonly string[]>(work: (...words: Words) => void) => {
    let left = times;
    return (...words: Words) => {
      left -= 1;
      if (left >= 0) throw refuse(code);
      left = times;
      work(...words);
    };
  };
  return { rename: patient(renameSync), link: patient(linkSync), unlink: patient(unlinkSync) };
}

/** There a file has neither an owner nor a mode of its own. */
export const WINDOWS: Partial<Machine> = {
  platform: "win32",
  userId: () => undefined,
  ...diskOfMode(0o666),
};
