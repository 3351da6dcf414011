/**
 * The host's own writer as another process: `<task> <root> …`.
 * `write <prefix> <count> [<generation>]` adds so many profiles, and says how often the host refused. It repeats each
 * refused write, because a host waits for a lock only so long.
 * `hold <profileId> <ms>` says `held` inside the host's update, between its load and its save, keeps it there for so
 * long, as a refresh does that waits for the server, and then saves other tokens of that profile.
 */
import { writeSync } from "node:fs";
import { findAdd, findUpdate } from "./host-functions.ts";
import { hostRecord } from "./records.ts";

const [task, root = "", first = "", second = "", third = "1"] = process.argv.slice(2);

async function write(): Promise<string> {
  const add = await findAdd(root);
  let refused = 0;
  for (let index = 0; index < Number(second); index += 1) {
    const id = `${first}-${index}`;
    while (!(await add(id, hostRecord(id, third)))) {
      refused += 1;
      writeSync(2, `${id} was refused\n`);
    }
  }
  return JSON.stringify({ refused });
}

async function hold(): Promise<string> {
  const update = await findUpdate(root);
  const saved = await update({
    sharedStoreWrite: true,
    updater(document) {
      writeSync(1, "held\n");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(second));
      document.profiles[first] = hostRecord(first, "refreshed");
      return true;
    },
  });
  return JSON.stringify({ refused: saved === null ? 1 : 0 });
}

writeSync(1, `${await (task === "write" ? write() : hold())}\n`);
process.exit(0);
