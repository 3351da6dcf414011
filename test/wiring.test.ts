import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MemoryLog } from "./fakes/fake-ports.ts";
import { createInstallationCheck } from "../src/wiring.ts";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "codex-auth-around-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function putSkill(folder: string, name = "codex-auth"): string {
  const skill = join(folder, "skills", name);
  mkdirSync(skill, { recursive: true });
  writeFileSync(join(skill, "SKILL.md"), `---\nname: ${name}\n---\n`);
  return skill;
}

const around = (owners: readonly unknown[] | undefined = [], workspace?: string) =>
  createInstallationCheck({
    log: new MemoryLog(),
    stateDir: join(root, "state"),
    tempFolder: join(root, "tmp"),
    workspace,
    owners: () => Promise.resolve(owners),
  });

describe("the installation check", () => {
  it("finds an older skill of the same name in the host's skill folders", async () => {
    expect(await around().oldSkills()).toEqual([]);
    const shared = putSkill(join(root, "state"));
    const own = putSkill(join(root, "state/workspace"));
    const elsewhere = putSkill(join(root, "elsewhere"));
    expect(await around().oldSkills()).toEqual([shared, own]);
    expect(await around([], join(root, "elsewhere")).oldSkills()).toEqual([shared, elsewhere]);
  });

  it.each(["codex-usage", "codex_usage", "codex-profiler"])(
    "finds an older skill for /codex_usage: %s",
    async (name) => {
      const skill = putSkill(join(root, "state"), name);
      putSkill(join(root, "state"), "codex-other");
      expect(await around().oldSkills()).toEqual([skill]);
    },
  );

  it("ignores a folder of that name without a skill", async () => {
    mkdirSync(join(root, "state/skills/codex-auth"), { recursive: true });
    expect(await around().oldSkills()).toEqual([]);
  });

  it("says whether an owner is configured, and undefined if the config fails", async () => {
    expect(await around(["telegram:1"]).hasOwner()).toBe(true);
    expect(await around([]).hasOwner()).toBe(false);
    const log = new MemoryLog();
    const unknown = {
      log,
      stateDir: root,
      tempFolder: root,
      workspace: undefined,
      owners: () => Promise.reject(new Error("canary")),
    };
    expect(await createInstallationCheck(unknown).hasOwner()).toBeUndefined();
    expect(log.lines).toEqual(["warn: reading the owners failed (Error)"]);
  });
});
