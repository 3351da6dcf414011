/** Figure 5: what the lock and the care cost the store of hosts that keep profiles in a file. */
import { open, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { createFileAuthStore } from "../src/store/file-auth-store.ts";
import { accessTokenClaims, fakeAccount, jwtOf } from "../test/fakes/sign-in-accounts.ts";
import { makeTempDir } from "../test/support/temp-dir.ts";
import { agentDirIn, fileHost, FLAVOURS, plant, profilesIn, readJson, seedFiles } from "../test/store/file-host.ts";
import type { MeasureFigure } from "./figure.ts";
import { ratioResult, type Result } from "./result.ts";
import { alternate, stopwatch } from "./samples.ts";
import { openWorkers } from "./file-store-workers.ts";

/** The newest host that keeps a file. */
const FLAVOUR = FLAVOURS[2];
const SIZES = [1, 10, 100, 1000];
const LIMIT = 1.5;
const PROCESSES = 8;
const UPDATES = 100;

/** As long as a real one: the access token alone has about 1.9 KB. */
function record(index: number) {
  const email = `person-${index}@example.com`;
  const access = jwtOf(accessTokenClaims(fakeAccount(email), 1_795_000_000, 864_000));
  return { type: "oauth", provider: FLAVOUR.provider, access, refresh: `rt_${"r".repeat(87)}`, expires: index, email };
}

function seed(root: string, count: number): void {
  const ids = Array.from({ length: count }, (_, index) => `${FLAVOUR.provider}:p${index}`);
  seedFiles(root, FLAVOUR, { profiles: Object.fromEntries(ids.map((id, index) => [id, record(index)])) });
}

/** What the care is measured against: a new file beside the old one, on the disk, then in its place. */
async function replaceUnlocked(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await open(`${path}.tmp`, "w", 0o600);
  await handle.writeFile(bytes);
  await handle.sync();
  await handle.close();
  await rename(`${path}.tmp`, path);
}

async function measureUpdate(count: number): Promise<Result> {
  const root = makeTempDir("bench-store");
  seed(root, count);
  const store = createFileAuthStore(fileHost(root, FLAVOUR));
  let generation = 0;
  const update = () =>
    store.update({
      agentDir: agentDirIn(root),
      keepInOrder: [],
      edit(document) {
        const id = `${FLAVOUR.provider}:p${generation % count}`;
        generation += 1;
        document.profiles[id] = { ...document.profiles[id], expires: 1_795_000_000_000 + generation } as never;
        return true;
      },
    });
  await update();
  const bytes = await readFile(profilesIn(root));
  const unlocked = join(agentDirIn(root, "unlocked"), "auth-profiles.json");
  plant(unlocked, bytes);
  const samples = await alternate(
    { rounds: 100, warmUps: 10 },
    () => stopwatch(update),
    () => stopwatch(() => replaceUnlocked(unlocked, bytes)),
  );
  const written = Object.values(readJson(profilesIn(root))["profiles"] ?? {}) as { readonly expires?: number }[];
  if (!written.some(({ expires }) => expires === 1_795_000_000_000 + generation)) throw new Error("an update was lost");
  const name = `locked update by an unlocked replacement, ${count} profile${count === 1 ? "" : "s"}`;
  return ratioResult("5", name, LIMIT, samples, `${Math.round(bytes.length / 1024)} KB`);
}

/** All updates of all processes, from the word to the last answer. */
async function measureProcesses(): Promise<readonly Result[]> {
  const root = makeTempDir("bench-store");
  seed(root, PROCESSES);
  const many = await openWorkers(root, PROCESSES);
  const [one] = await openWorkers(root, 1);
  let asked = 0;
  const work = (workers: typeof many, updates: number) => async () => {
    asked += workers.length * updates;
    return stopwatch(() => Promise.all(workers.map((worker, index) => worker.update(`p${index}`, updates))));
  };
  try {
    const samples = await alternate(
      { rounds: 30, warmUps: 1 },
      work(many, UPDATES),
      work(one === undefined ? [] : [one], PROCESSES * UPDATES),
    );
    const total = Object.values(readJson(profilesIn(root))["profiles"] ?? {}) as { readonly updates?: number }[];
    const lost = asked - total.reduce((sum, { updates = 0 }) => sum + updates, 0);
    const name = `${PROCESSES} processes with ${UPDATES} updates each`;
    return [
      ratioResult("5", `${name} by one with ${PROCESSES * UPDATES}`, LIMIT, samples),
      { figure: "5", name: `${name}, lost`, value: lost, unit: "lost", limit: 0, count: asked, note: "", samples: {} },
    ];
  } finally {
    for (const worker of [...many, ...(one === undefined ? [] : [one])]) worker.close();
  }
}

export const measure: MeasureFigure = async () => {
  const results: Result[] = [];
  for (const count of SIZES) results.push(await measureUpdate(count));
  return [...results, ...(await measureProcesses())];
};
