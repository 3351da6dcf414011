// Runs a script of this folder on the pinned Node, installing the packages first where they are missing or old.
// Plain JavaScript: it is what a shell with Node 20 can start.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, statSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const installed = `${root}node_modules/.package-lock.json`;
const pinnedNode = `${root}node_modules/.bin/node`;

function isInstalled() {
  if (!existsSync(installed) || !existsSync(pinnedNode)) return false;
  return statSync(installed).mtimeMs >= statSync(`${root}package-lock.json`).mtimeMs;
}

if (!isInstalled()) {
  console.log("Installing packages (about a minute, once)…");
  const result = spawnSync("npm", ["ci"], { cwd: root, stdio: "inherit" });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

const [script, ...args] = process.argv.slice(2);
const child = spawn(pinnedNode, [`${root}scripts/${script}`, ...args], {
  cwd: root,
  stdio: "inherit",
  env: { ...process.env, PATH: `${root}node_modules/.bin:${process.env.PATH}` },
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
// npm dies of a signal without passing it on; without a parent nobody could stop what runs here.
const parent = process.ppid;
setInterval(() => process.ppid !== parent && child.kill("SIGTERM"), 1000).unref();
child.on("exit", (code, signal) => process.exit(code ?? (signal === "SIGINT" ? 130 : 1)));
