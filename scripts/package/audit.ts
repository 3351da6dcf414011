/** Known holes in what an installation of the package brings along. */
import { spawnSync } from "node:child_process";

interface Audit {
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string; readonly range: string }>>;
}

/** Undefined where the registry cannot be asked: a mirror may have no such service. Nothing is known then, good or bad. */
export function knownHoles(project: string): readonly string[] | undefined {
  const flags = ["--omit=dev", "--omit=peer", "--json"];
  const { stdout } = spawnSync("npm", ["audit", ...flags], { cwd: project, encoding: "utf8" });
  const { vulnerabilities } = JSON.parse(stdout || "{}") as Audit;
  if (vulnerabilities === undefined) return undefined;
  return Object.entries(vulnerabilities).map(([name, { severity, range }]) => `${severity}: ${name} ${range}`);
}
