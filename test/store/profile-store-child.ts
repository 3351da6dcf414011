/**
 * Another process at the real host's store, as its arguments tell: `save <agent> <prefix> <count>` saves so many
 * profiles of its own; `hold <database> <ms>` says `held` and keeps the database from every writer for so long.
 */
import { DatabaseSync } from "node:sqlite";
import { bindAuthStoreSdk, loadRunningAuthSdk } from "../../src/host/auth-store.ts";
import { createProfileStore } from "../../src/store/profile-store.ts";
import { createSqliteAuthStore } from "../../src/store/sqlite-auth-store.ts";
import { partsOver, saveRequest } from "./profile-store-requests.ts";

const [task, first = "", second = "", third = ""] = process.argv.slice(2);

async function save(): Promise<void> {
  const sdk = bindAuthStoreSdk(await loadRunningAuthSdk(), () => ({}));
  const store = createProfileStore(partsOver(createSqliteAuthStore(sdk)));
  for (let index = 0; index < Number(third); index += 1) {
    const result = await store.save(saveRequest(`openai:${second}-${index}`, `${second}-${index}`, { agentId: first }));
    if (result.kind !== "saved") throw new Error(result.code);
  }
}

function hold(): void {
  const database = new DatabaseSync(first);
  database.exec("BEGIN IMMEDIATE");
  process.stdout.write("held\n");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, Number(second));
  database.exec("ROLLBACK");
  database.close();
}

if (task === "save") await save();
else hold();
process.stdout.write("done\n");
process.exit(0);
