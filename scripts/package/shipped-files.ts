/** What the tarball has to hold, told from the sources: a file more is a leak, a file less a plugin that does not load. */
import { globSync } from "node:fs";
import { ROOT } from "../run.ts";

const BESIDE_THE_CODE = [
  "LICENSE",
  "README.md",
  "RISK.md",
  "SKILL.md",
  "dist/index.d.ts",
  "dist/skills/codex-auth/RISK.md",
  "dist/skills/codex-auth/SKILL.md",
  "openclaw.plugin.json",
  "package.json",
  "skill.json",
];

/** Each module of `src` ships as its code, the entry with its types, and nothing else of `src` ships. */
export function expectedFiles(): readonly string[] {
  const modules = globSync("**/*", { cwd: `${ROOT}src`, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => `${entry.parentPath}/${entry.name}`.slice(`${ROOT}src/`.length));
  const strange = modules.filter((path) => !/^(?!.*\.(?:test|d)\.ts$)[a-z0-9/-]+\.ts$/.test(path));
  if (strange.length > 0) throw new Error(`src holds what is no module: ${strange.join(", ")}`);
  const compiled = modules.map((path) => `dist/${path.replace(/\.ts$/, ".js")}`);
  return [...BESIDE_THE_CODE, ...compiled].toSorted();
}

/** What is wrong with these files, one line each. */
export function judgeFiles(files: readonly string[]): readonly string[] {
  const expected = expectedFiles();
  return [
    ...expected.filter((path) => !files.includes(path)).map((path) => `missing: ${path}`),
    ...files.filter((path) => !expected.includes(path)).map((path) => `not expected: ${path}`),
  ];
}
