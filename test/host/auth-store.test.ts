/**
 * The look at the sign-ins, with the real host. It takes seconds, because the host is loaded in a process of its own:
 * it reads its folders from the environment.
 */
import { execFile } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { NODE } from "../support/host.ts";
import { makeTempDir } from "../support/temp-dir.ts";

const here = new URL(".", import.meta.url).pathname;

let home: string;
beforeEach(() => {
  home = makeTempDir("look");
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

async function look(): Promise<unknown> {
  const args = ["--import", join(here, "sdk-alias.ts"), join(here, "auth-store-child.ts")];
  const places = { HOME: home, TMPDIR: home, OPENCLAW_HOME: home, OPENCLAW_STATE_DIR: home };
  const { stdout } = await promisify(execFile)(NODE, args, { env: { PATH: "/usr/bin:/bin", ...places } });
  return JSON.parse(/^answer (.*)$/m.exec(stdout)?.[1] ?? "null");
}

describe("a look at the sign-ins of all agents", () => {
  it("remembers those of the other agents if the store of one is damaged", async () => {
    const folder = join(home, "agents/work/agent");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "openclaw-agent.sqlite"), "not a database\n".repeat(300));
    const failure = expect.stringMatching(/^codex-auth: looking at the logins of another agent failed/) as string;
    expect(await look()).toEqual({ remembered: 1, warnings: [failure] });
  });
});
