import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { runHostCommand } from "../../src/terminal/installed-host.ts";
import { makeMachine, put, putHost, type Machine } from "./machine.ts";

const LIMIT_MS = 10_000;

let machine: Machine;
beforeEach(() => {
  machine = makeMachine();
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

const hostOf = (command?: string) =>
  putHost(join(machine.root, "app"), "2026.3.13", command === undefined ? {} : { "openclaw.mjs": command });

describe("runHostCommand", () => {
  it("runs the host's own program with these words", async () => {
    const host = hostOf();
    expect(await runHostCommand(host, ["secrets", "reload"], LIMIT_MS)).toBe(true);
    expect(host.calls()).toEqual([["secrets", "reload"]]);
  });

  it.each([
    { name: "ends by itself", command: "export {};", expected: true },
    { name: "ends with 0", command: "process.exit(0);", expected: true },
    { name: "ends with 1", command: "process.exit(1);", expected: false },
    { name: "sets an exit code", command: "process.exitCode = 3;", expected: false },
    { name: "throws", command: "throw new Error('canary');", expected: false },
    { name: "rejects", command: "await Promise.reject(new Error('canary'));", expected: false },
    { name: "throws later", command: "setTimeout(() => { throw new Error('canary'); }, 1);", expected: false },
    { name: "cannot be read as a program", command: "const = ;", expected: false },
  ])("is told by the end of a command that $name", async ({ command, expected }) => {
    expect(await runHostCommand(hostOf(command), [], LIMIT_MS)).toBe(expected);
  });

  it("is false where the program is not there", async () => {
    put(join(machine.root, "app/package.json"), {});
    expect(await runHostCommand({ root: join(machine.root, "app"), version: "2026.3.13" }, [], LIMIT_MS)).toBe(false);
  });

  it.each([
    { name: "waits for ever", command: "setInterval(() => undefined, 1000);" },
    { name: "never lets go of its thread", command: "for (;;);" },
  ])("is false once the time is over for a command that $name, and the command is ended", async ({ command }) => {
    expect(await runHostCommand(hostOf(command), [], 300)).toBe(false);
  });

  it("keeps what the host prints away from this program's own output", async () => {
    const written: unknown[] = [];
    for (const stream of [process.stdout, process.stderr]) {
      vi.spyOn(stream, "write").mockImplementation((chunk) => written.push(chunk) > 0);
    }
    await runHostCommand(
      hostOf("console.log('canary'); console.error('canary'); process.stdout.write('canary');"),
      [],
      LIMIT_MS,
    );
    vi.restoreAllMocks();
    expect(written.join("")).not.toContain("canary");
  });

  it("does not hold up a host that prints more than a pipe takes", async () => {
    const command = "for (let at = 0; at < 300; at += 1) console.log('x'.repeat(10_000));";
    expect(await runHostCommand(hostOf(command), [], LIMIT_MS)).toBe(true);
  });

  it("hands on the environment, and the word that keeps the host from starting itself again", async () => {
    vi.stubEnv("OPENCLAW_STATE_DIR", "/somewhere");
    const host = hostOf(`
      const { OPENCLAW_STATE_DIR, OPENCLAW_NO_RESPAWN } = process.env;
      process.exit(OPENCLAW_STATE_DIR === "/somewhere" && OPENCLAW_NO_RESPAWN === "1" ? 0 : 1);`);
    expect(await runHostCommand(host, [], LIMIT_MS)).toBe(true);
  });

  it("gives the host a copy of the environment: what it changes there changes nothing here", async () => {
    expect(await runHostCommand(hostOf("process.env.CODEX_AUTH_TEST_LEAK = '1';"), [], LIMIT_MS)).toBe(true);
    expect(process.env["CODEX_AUTH_TEST_LEAK"]).toBeUndefined();
  });
});
