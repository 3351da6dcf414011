/**
 * Our own store over one host as another process: `<task> <root> <version> <stateDir> …`.
 * `write <prefix> <count>` saves so many profiles, and says the codes of those that were refused. It repeats each one that
 * waited too long for a lock, as a user would.
 * `hold` says `held` inside an update of ours, and never ends.
 */
import { writeSync } from "node:fs";
import type { ProfileId } from "../../src/rules/profile-id.ts";
import { Secret } from "../../src/secret.ts";
import { openProfileStore, openStore } from "./our-store.ts";

const [task, root = "", version = "", stateDir = "", first = "", second = ""] = process.argv.slice(2);

async function write(): Promise<string> {
  const store = await openProfileStore(root, version, stateDir);
  const refused: string[] = [];
  for (let index = 0; index < Number(second); index += 1) {
    const profileId = `${first}-${index}` as ProfileId;
    const request = { profileId, agentId: "main", isAllowed: () => true, credential: draftOf(profileId) };
    let result = await store.save(request);
    while (result.kind === "refused" && result.code === "store-locked") {
      writeSync(2, `${profileId} was refused: ${result.code}\n`);
      result = await store.save(request);
    }
    if (result.kind === "refused") refused.push(`${profileId} ${result.code}`);
  }
  return JSON.stringify({ refused });
}

function draftOf(profileId: string) {
  return {
    type: "oauth" as const,
    provider: profileId.split(":")[0] ?? "",
    access: new Secret(`access-${profileId}`),
    refresh: new Secret(`refresh-${profileId}`),
    expires: 1_900_000_000_000,
    accountId: "account-of-ours",
  };
}

async function hold(): Promise<string> {
  const host = await openStore(root, version, stateDir);
  await host.update({
    agentDir: undefined,
    keepInOrder: [],
    edit(): never {
      writeSync(1, "held\n");
      for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    },
  });
  return "{}";
}

writeSync(1, `${await (task === "write" ? write() : hold())}\n`);
process.exit(0);
