/**
 * `<host> <version> <root> <count> <checkout> …`: updates a profile in turns by the host's own writer and by the store of
 * each checkout, each in folders of its own below `root`. Its last line is the samples, the host's first.
 */
import { join } from "node:path";
import { findUpdate } from "../test/hosts/host-functions.ts";
import { accessTokenClaims, fakeAccount, jwtOf } from "../test/fakes/sign-in-accounts.ts";
import { hostTraitsOf } from "../src/rules/host-versions.ts";
import type * as FileAuthStore from "../src/store/file-auth-store.ts";
import { agentDirIn, fileHost, profilesIn, readJson, seedFiles } from "../test/store/file-host.ts";
import { stopwatch, takeTurns } from "./measure.ts";

const [hostRoot = "", version = "", root = "", count = "1", ...checkouts] = process.argv.slice(2);
const traits = hostTraitsOf(version);
if (traits?.medium !== "file") throw new Error(`${version} keeps no file`);
const flavour = { ...traits, name: version };
const FIRST_MS = 1_795_000_000_000;
const FOR_EVER_MS = FIRST_MS * 2;

/** As long as a real one: the access token has about 1.9 KB. */
function record(index: number) {
  const email = `person-${index}@example.com`;
  const access = jwtOf(accessTokenClaims(fakeAccount(email), FIRST_MS / 1000, 864_000));
  const refresh = `rt_${"r".repeat(87)}`;
  return { type: "oauth", provider: flavour.provider, access, refresh, expires: FOR_EVER_MS, email };
}

const ids = Array.from({ length: Number(count) }, (_, index) => `${flavour.provider}:p${index}`);
const seeded = { profiles: Object.fromEntries(ids.map((id, index) => [id, record(index)])) };

let generation = 0;
function edit(document: { profiles: object }): true {
  const id = ids[generation % ids.length] ?? "";
  generation += 1;
  const profiles = document.profiles as Record<string, object>;
  profiles[id] = { ...profiles[id], expires: FOR_EVER_MS + generation };
  return true;
}

/** Throws if the last update is not in the file: what is not written would pass for speed. */
function requireWritten(place: string): void {
  const written = Object.values(readJson(profilesIn(place))["profiles"] ?? {}) as { readonly expires?: number }[];
  if (!written.some(({ expires }) => expires === FOR_EVER_MS + generation)) throw new Error(`no update in ${place}`);
}

const timed = (place: string, update: () => Promise<unknown>) => async () => {
  const ms = await stopwatch(update);
  requireWritten(place);
  return ms;
};

const hostPlace = join(root, "state");
seedFiles(hostPlace, flavour, seeded);
const updateOfHost = await findUpdate(hostRoot);
const sides = [timed(hostPlace, () => updateOfHost({ sharedStoreWrite: true, updater: edit }))];
for (const [at, checkout] of checkouts.entries()) {
  const place = join(root, `ours-${at}`);
  seedFiles(place, flavour, seeded);
  const path = join(checkout, "src/store/file-auth-store.ts");
  const { createFileAuthStore } = (await import(path)) as typeof FileAuthStore;
  const store = createFileAuthStore(fileHost(place, flavour));
  sides.push(timed(place, () => store.update({ agentDir: agentDirIn(place), keepInOrder: [], edit })));
}
const samples = await takeTurns({ rounds: 100, warmUps: 10 }, sides);
process.stdout.write(`\n${JSON.stringify({ samples })}\n`);
process.exit(0);
