/** Looks for what around the plugin keeps it from working: older skills, open disks and a config without an owner. */
import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import type { InstallationCheck, Log } from "../actions/ports.ts";
import { logFailure } from "../errors.ts";
import { readHostFile } from "./host-file.ts";
import { PENDING_FILE } from "./pending-sign-ins.ts";
import { isOnOpenDisk } from "./private-file.ts";
import { UNDO_FILE } from "./undo.ts";

export interface InstallationFolders {
  readonly log: Log;
  readonly stateDir: string;
  readonly tempFolder: string;
  readonly workspace: string | undefined;
  /** `commands.ownerAllowFrom` of the config; undefined if it cannot be read from here. */
  readonly owners: () => Promise<readonly unknown[] | undefined>;
}

export function createInstallationCheck(parts: InstallationFolders): InstallationCheck {
  const { log, stateDir, tempFolder, workspace = join(stateDir, "workspace"), owners } = parts;
  const skillFolders = [stateDir, join(workspace, ".agents"), workspace].map((folder) => join(folder, "skills"));
  return {
    async oldSkills() {
      const found = await Promise.all(skillFolders.map((folder) => oldSkillsIn(folder, log)));
      return found.flat();
    },
    async isOnOpenDisk() {
      const files = [join(stateDir, UNDO_FILE), join(tempFolder, PENDING_FILE)];
      return (await Promise.all(files.map(isOnOpenDisk))).includes(true);
    },
    async hasOwner() {
      try {
        const list = await owners();
        return list === undefined ? undefined : list.length > 0;
      } catch (error) {
        logFailure(log, "reading the owners", error);
        return undefined;
      }
    },
  };
}

/**
 * The commands that a skill must not have: the plugin's own, which the host would give to the skill, and that of the
 * skill that changes the same profiles with scripts.
 */
const TAKEN: ReadonlySet<string> = new Set(["codex_auth", "codex_auth_finish", "codex_usage", "codex_profiler"]);
const MAX_SKILL_BYTES = 256 * 1024;

async function oldSkillsIn(folder: string, log: Log): Promise<readonly string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const skills = entries
    .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
    .map(({ name }) => join(folder, name))
    .toSorted();
  const taking = await Promise.all(skills.map((skill) => takesCommand(skill, log)));
  return skills.filter((_skill, at) => taking[at] === true);
}

async function takesCommand(skill: string, log: Log): Promise<boolean> {
  try {
    const content = await readHostFile(join(skill, "SKILL.md"), MAX_SKILL_BYTES);
    const command = content && commandOf(content.toString("utf8"), basename(skill));
    return command !== undefined && TAKEN.has(command);
  } catch (error) {
    logFailure(log, "reading a skill", error);
    return false;
  }
}

const FRONT_MATTER = /^\uFEFF?---[ \t]*\r?\n([^]*?)\r?\n---/;
const NAME = /^name:[ \t]*([^\r\n#]*)/m;
const NOT_TYPED = /^user-invocable:[ \t]*["']?(?:false|no|off|0)\b/im;
const MAX_COMMAND = 32;

/** The command that the host makes of a skill's name, or else of its folder's. Undefined if users cannot type it. */
function commandOf(content: string, folderName: string): string | undefined {
  const fields = FRONT_MATTER.exec(content)?.[1] ?? "";
  if (NOT_TYPED.test(fields)) return undefined;
  const name = NAME.exec(fields)?.[1]?.trim() ?? "";
  const words = (name === "" ? folderName : name).toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return words.join("_").slice(0, MAX_COMMAND);
}
