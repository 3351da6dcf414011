/**
 * Another process at a host's files, as its arguments tell; each task begins `<task> <root> <flavour>`:
 * `save … <prefix> <count>` saves so many profiles of its own; `host … <prefix> <count>` adds them as the host does;
 * `serve …` saves one for each line of its input and says its id or a code; `hold …` says `held` under the lock and
 * never lets go; `once … <profile> <length>` saves one with an access token so long, and ends by saying the result.
 */
import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { lock } from "proper-lockfile";
import { Secret } from "../../src/secret.ts";
import { createFileAuthStore } from "../../src/store/file-auth-store.ts";
import { createProfileStore } from "../../src/store/profile-store.ts";
import { fileHost, flavourOf, lockIn, profilesIn } from "./file-host.ts";
import { credential, partsOver, saveRequest } from "./profile-store-requests.ts";

const [task, root = "", name, first = "", second = ""] = process.argv.slice(2);
const flavour = flavourOf(name);
const host = createFileAuthStore(fileHost(root, flavour));
const store = createProfileStore(partsOver(host));
const idOf = (index: number) => `${flavour.provider}:${first}-${index}`;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function saveOne(profileId: string, access: string): Promise<string> {
  const { credential: draft, ...request } = saveRequest(profileId, "x");
  const result = await store.save({
    ...request,
    credential: { ...draft, provider: flavour.provider, access: new Secret(access) },
  });
  return result.kind === "saved" ? "saved" : result.code;
}

async function save(): Promise<string> {
  for (let index = 0; index < Number(second); index += 1) {
    const said = await saveOne(idOf(index), `access-${idOf(index)}`);
    if (said !== "saved") return said;
  }
  return "done";
}

/** The host's writer: its own lock, its own judgement of a dead one, and a file that is written in place. */
async function actAsHost(): Promise<string> {
  for (let index = 0; index < Number(second); index += 1) {
    const release = flavour.lock === "folder" ? await lockAsFolder() : await lockAsFile();
    const document = JSON.parse(readFileSync(profilesIn(root), "utf8"));
    document.profiles[idOf(index)] = credential(idOf(index), { provider: flavour.provider });
    await pause(1);
    writeFileSync(profilesIn(root), JSON.stringify(document, null, 2));
    await release();
  }
  return "done";
}

const lockAsFolder = () =>
  lock(profilesIn(root), { retries: { retries: 200, minTimeout: 5, maxTimeout: 20 }, stale: 30_000 });

async function lockAsFile(): Promise<() => void> {
  for (;;) {
    try {
      const descriptor = openSync(lockIn(root), "wx");
      await pause(1);
      writeFileSync(descriptor, JSON.stringify({ pid: process.pid, createdAt: new Date().toISOString() }, null, 2));
      closeSync(descriptor);
      return () => rmSync(lockIn(root), { force: true });
    } catch (error) {
      if ((error as { code?: string }).code !== "EEXIST") throw error;
      await pause(5);
    }
  }
}

async function serve(): Promise<string> {
  let index = 0;
  for await (const _line of createInterface({ input: process.stdin })) {
    index += 1;
    const said = await saveOne(idOf(index), `access-${idOf(index)}`);
    process.stdout.write(`${said === "saved" ? idOf(index) : said}\n`);
  }
  return "done";
}

function holdForEver(): never {
  process.stdout.write("held\n");
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
}

const hold = () => host.update({ agentDir: undefined, keepInOrder: [], edit: holdForEver }).then(() => "done");

// Node gives this signal back its deadly default; with a handler, a write past the limit fails like one on a full disk.
process.on("SIGXFSZ", () => undefined);

const TASKS: Readonly<Record<string, () => Promise<string>>> = {
  save,
  host: actAsHost,
  serve,
  hold,
  once: () => saveOne(first, "x".repeat(Number(second))),
};
process.stdout.write(`${await TASKS[task ?? ""]?.()}\n`);
