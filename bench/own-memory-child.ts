/**
 * Says as JSON how many MB are alive in this process: before anything of the plugin's is there, with its built modules loaded, and
 * then, with a test's host and sign-in server there too, before and after each ten of so many sign-ins through its doors.
 * Arguments: the folder of the built modules, the number of sign-ins.
 */
import { globSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [built = "", signIns = ""] = process.argv.slice(2);
const PEOPLE = 10;
const MB = 1024 * 1024;
/** What a gateway loads for a sign-in: neither the terminal nor what asks the host's SDK. */
const ELSEWHERE = /^(?:terminal|host)\/|^(?:cli|index|plugin)\.js$/;

function aliveMb(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / MB;
}

/** Of Node itself, what our libraries ask for and no gateway is without: it is there before any plugin. */
const NODES_OWN = ["assert", "crypto", "events", "fs/promises", "http", "os", "path", "stream", "url", "util"];
for (const name of NODES_OWN) await import(`node:${name}`);

const empty = aliveMb();
for (const name of globSync("**/*.js", { cwd: built })) {
  if (!ELSEWHERE.test(name)) await import(pathToFileURL(join(built, name)).href);
}
const loaded = aliveMb();
const { createSignIns } = await import("./own-memory-door.ts");
const signIn = await createSignIns();
const values = [aliveMb()];
for (let done = 0; done < Number(signIns); done += PEOPLE) {
  for (let person = 0; person < PEOPLE; person += 1) await signIn(String(4_250_000 + person));
  values.push(aliveMb());
}
process.stdout.write(JSON.stringify({ code: loaded - empty, values }));
