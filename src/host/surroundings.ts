/** What lies around a gateway that may get in this plugin's way. Looks, and changes nothing. */
import { join } from "node:path";
import type { Surroundings } from "../actions/ports.ts";
import { fileExists } from "../store/private-file.ts";

export interface InstallationCheckRequest {
  readonly stateDir: string;
  /** Where the agent's own files lie; the host's default where the config names none. */
  readonly workspace: string | undefined;
  /** `commands.ownerAllowFrom` of the config; undefined where that cannot be read from here. */
  readonly owners: () => Promise<readonly unknown[] | undefined>;
}

/** The name of the skill that this plugin grew from, in the folders where the host looks for skills. */
const OLD_SKILL = "skills/codex-auth";

export function createInstallationCheck({ stateDir, workspace, owners }: InstallationCheckRequest): Surroundings {
  const folders = [stateDir, workspace ?? join(stateDir, "workspace")].map((folder) => join(folder, OLD_SKILL));
  return {
    async oldSkills() {
      const found = await Promise.all(folders.map((folder) => fileExists(join(folder, "SKILL.md"))));
      return folders.filter((_folder, at) => found[at] === true);
    },
    async hasOwner() {
      const list = await owners().catch(() => undefined);
      return list === undefined ? undefined : list.length > 0;
    },
  };
}
