/** Known holes in what an installation of the package brings along, and in what is built into it. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { output, ROOT } from "../run.ts";

/** See `scripts/build.ts`: no dependency, so a registry would not be asked about it. */
const BUILT_IN = "zod";

interface Audit {
  readonly vulnerabilities?: Readonly<Record<string, { readonly severity: string; readonly range: string }>>;
}

/** Undefined where the registry cannot be asked: a mirror may have no such service. Nothing is known then, good or bad. */
export function knownHoles(project: string): readonly string[] | undefined {
  const { devDependencies } = JSON.parse(readFileSync(`${ROOT}package.json`, "utf8")) as {
    readonly devDependencies: Readonly<Record<string, string>>;
  };
  const builtIn = `${BUILT_IN}@${devDependencies[BUILT_IN]}`;
  output("npm", ["install", builtIn, "--package-lock-only", "--ignore-scripts", "--prefer-offline"], project);
  const flags = ["--omit=dev", "--omit=peer", "--json"];
  const { stdout } = spawnSync("npm", ["audit", ...flags], { cwd: project, encoding: "utf8" });
  const { vulnerabilities } = JSON.parse(stdout || "{}") as Audit;
  if (vulnerabilities === undefined) return undefined;
  return Object.entries(vulnerabilities).map(([name, { severity, range }]) => `${severity}: ${name} ${range}`);
}
