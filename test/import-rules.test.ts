/** Whether the linter, as it is configured, finds a planted import. Each plant stands for a way to import. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { makeTempDir } from "./support/temp-dir.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** The complaints about these files of `src`, one a line. */
function lint(files: Readonly<Record<string, string>>): readonly string[] {
  const folder = makeTempDir("lint");
  for (const path of [".oxlintrc.json", "scripts/import-rules.ts"])
    cpSync(join(ROOT, path), join(folder, path), { recursive: true });
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, "src", path)), { recursive: true });
    writeFileSync(join(folder, "src", path), text);
  }
  const oxlint = join(ROOT, "node_modules/.bin/oxlint");
  const { stdout } = spawnSync(oxlint, ["--format", "unix", "src"], { cwd: folder, encoding: "utf8" });
  return stdout.split("\n");
}

const FORBIDDEN = "must not import store/lock.ts";

const PLANTED: readonly { readonly name: string; readonly text: string; readonly expect: string }[] = [
  { name: "an import", text: 'import { a } from "../store/lock.ts";\nexport const b = a;', expect: FORBIDDEN },
  { name: "a type import", text: 'import type { A } from "../store/lock.ts";\nexport type B = A;', expect: FORBIDDEN },
  { name: "a type in the middle", text: 'export type B = import("../store/lock.ts").A;', expect: FORBIDDEN },
  { name: "an import()", text: 'export const load = () => import("../store/lock.ts");', expect: FORBIDDEN },
  { name: "a re-export", text: 'export { a } from "../store/lock.ts";', expect: FORBIDDEN },
  { name: "a part of Node", text: 'export { readFile } from "node:fs/promises";', expect: "node:fs/promises" },
  { name: "the environment", text: "export const home = process.env;", expect: "'process'" },
  { name: "the clock", text: "export const now = () => Date.now();", expect: "'Date'" },
  { name: "the network", text: "export const send = (url: string) => fetch(url);", expect: "'fetch'" },
  { name: "a default export", text: "export default 1;", expect: "no-default-export" },
];

const planted = (index: number) => `rules/planted-${index}.ts`;

// One run for all of them, because each run starts a linter with its plugin.
const complaints = lint({
  ...Object.fromEntries(PLANTED.map(({ text }, index) => [planted(index), text])),
  "rules/cycle-one.ts": 'import type { Two } from "./cycle-two.ts";\nexport type One = Two[];',
  "rules/cycle-two.ts": 'import type { One } from "./cycle-one.ts";\nexport type Two = One[];',
  "actions/allowed.ts": 'import type { One } from "../rules/cycle-one.ts";\nexport type Allowed = One;',
});
const complaintsAbout = (path: string) => complaints.filter((line) => line.startsWith(`src/${path}:`)).join("\n");

describe("the linter", () => {
  it.each(PLANTED.map((one, index) => ({ ...one, path: planted(index) })))(
    "reports $name in a pure file",
    ({ path, expect: complaint }) => {
      expect(complaintsAbout(path)).toContain(complaint);
    },
  );

  it("reports a cycle of types", () => {
    expect(complaintsAbout("rules/cycle-one.ts")).toContain("no-cycle");
  });

  it("accepts an import along the arrows", () => {
    expect(complaintsAbout("actions/allowed.ts")).toBe("");
  });
});
