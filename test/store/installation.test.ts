import { mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { readManifest } from "../../src/manifest.ts";
import { createInstallationCheck } from "../../src/store/installation.ts";
import { MemoryLog } from "../fakes/fake-ports.ts";
import { makeTempDir } from "../support/temp-dir.ts";

let root: string;
beforeEach(() => {
  log.lines.length = 0;
  root = makeTempDir("around");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

/** Puts a skill into a folder for skills, and returns its own folder. */
function putSkill(skills: string, name = "codex-auth", content = `---\nname: ${name}\n---\n`): string {
  const skill = join(skills, name);
  mkdirSync(skill, { recursive: true });
  writeFileSync(join(skill, "SKILL.md"), content);
  return skill;
}

const skill = (...fields: readonly string[]) => `---\n${fields.join("\n")}\n---\n\n# Skill\n`;

const log = new MemoryLog();
const around = (owners: readonly unknown[] | undefined = [], workspace?: string) =>
  createInstallationCheck({
    log,
    stateDir: join(root, "state"),
    tempFolder: join(root, "tmp"),
    workspace,
    owners: () => Promise.resolve(owners),
  });

describe("the installation check", () => {
  it("looks for older skills in the folders of the gateway and of its workspace", async () => {
    expect(await around().oldSkills()).toEqual([]);
    const shared = putSkill(join(root, "state/skills"));
    const own = putSkill(join(root, "state/workspace/skills"));
    const ofAgents = putSkill(join(root, "elsewhere/.agents/skills"));
    const elsewhere = putSkill(join(root, "elsewhere/skills"));
    expect(await around().oldSkills()).toEqual([shared, own]);
    expect(await around([], join(root, "elsewhere")).oldSkills()).toEqual([shared, ofAgents, elsewhere]);
  });

  it.each<{ name: string; folder: string; content: string; isOld: boolean }>([
    ...readManifest().commands.map(({ name }) => ({
      name: `takes /${name}`,
      folder: "any",
      content: skill(`name: ${name.replaceAll("_", "-")}`, "description: Codex"),
      isOld: true,
    })),
    { name: "does the same with scripts", folder: "any", content: skill("name: codex-profiler"), isOld: true },
    { name: "has the name in quotes", folder: "any", content: skill('name: "Codex Usage" # old'), isOld: true },
    {
      name: "has lines that end as on Windows",
      folder: "any",
      content: "---\r\nname: codex_usage\r\n---",
      isOld: true,
    },
    { name: "has no name but its folder's", folder: "codex-usage", content: skill("description: Codex"), isOld: true },
    { name: "has no front matter", folder: "codex_auth", content: "# Codex\n", isOld: true },
    { name: "has another name than its folder", folder: "codex-usage", content: skill("name: notes"), isOld: false },
    { name: "has a longer name", folder: "any", content: skill("name: codex-usage-report"), isOld: false },
    { name: "names us in its text", folder: "any", content: `${skill("name: any")}name: codex-auth\n`, isOld: false },
    {
      name: "cannot be typed by users",
      folder: "codex-auth",
      content: skill("name: codex-auth", "user-invocable: false"),
      isOld: false,
    },
    { name: "is not a skill", folder: "codex-auth", content: "x".repeat(300_000), isOld: false },
  ])("judges a skill that $name", async ({ folder, content, isOld }) => {
    const found = putSkill(join(root, "state/skills"), folder, content);
    expect(await around().oldSkills()).toEqual(isOld ? [found] : []);
  });

  it("finds an older skill behind a link, and ignores files and folders without a skill", async () => {
    const skills = join(root, "state/skills");
    mkdirSync(join(skills, "codex-auth"), { recursive: true });
    writeFileSync(join(skills, "codex-usage"), "");
    symlinkSync(putSkill(join(root, "elsewhere")), join(skills, "linked"));
    expect(await around().oldSkills()).toEqual([join(skills, "linked")]);
    expect(log.lines).toEqual([]);
  });

  it("says whether an owner is configured, and undefined if the config fails", async () => {
    expect(await around(["telegram:1"]).hasOwner()).toBe(true);
    expect(await around([]).hasOwner()).toBe(false);
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
