/**
 * `npm run check:package`: what is published, judged as it is published. Its files, every tool that judges packages
 * and plugins, a static scan, what it installs, and a real gateway that installs it, signs in and uninstalls it.
 */
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { knownHoles } from "./package/audit.ts";
import { installInto } from "./package/installed.ts";
import { judgeFiles } from "./package/shipped-files.ts";
import { scan } from "./package/static-scan.ts";
import { packInto, TARBALL_VARIABLE } from "./package/tarball.ts";
import { areTheTypesWrong, inspectPlugin, publint, validateForClawHub } from "./package/tools.ts";
import { ROOT } from "./run.ts";

let failures = 0;

function report(what: string, wrong: readonly string[]): void {
  console.log(`${wrong.length === 0 ? "ok    " : "FAILED"} ${what}`);
  for (const line of wrong) console.log(`       ${line}`);
  failures += wrong.length;
}

const kilobytes = (bytes: number) => `${Math.ceil(bytes / 1024).toLocaleString("en")} kB`;

const folder = mkdtempSync(join(tmpdir(), "codex-auth-package-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));

const tarball = packInto(folder);
const project = join(folder, "project");
mkdirSync(project);
const installed = installInto(project, tarball.path);
const { length } = tarball.files;

report(
  `files: the ${length} expected ones, packed ${kilobytes(tarball.packedBytes)}`,
  judgeFiles(tarball.files.map(({ path }) => path)),
);
report("publint --strict", publint(tarball.path));
report("attw --profile esm-only", areTheTypesWrong(tarball.path));
report("clawhub package validate: no finding", validateForClawHub(tarball.folder, join(folder, "clawhub")));
report("plugin-inspector ci --runtime --mock-sdk", inspectPlugin(installed.folder, join(folder, "inspector")));
report("static scan", scan(tarball.files));
report(`installed: ${kilobytes(installed.bytes)}, ${installed.dependencies.length} dependencies`, installed.wrong);
console.log(`       ${installed.dependencies.join(", ")}`);
const holes = knownHoles(project);
if (holes === undefined) console.log("ASK BY HAND: npm audit --omit=dev; this registry tells of no holes");
else report("npm audit --omit=dev", holes);

const { status } = spawnSync("vitest", ["run", "--config", "test/package/vitest.config.ts"], {
  cwd: ROOT,
  stdio: "inherit",
  env: { ...process.env, [TARBALL_VARIABLE]: tarball.path },
});
report("a gateway installs it, signs in and uninstalls it", status === 0 ? [] : ["see above"]);
process.exitCode = failures === 0 ? 0 : 1;
