/** The functions with which a host itself changes its profiles, of whichever version. Runs in child processes. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { loadSdkPart } from "../../src/terminal/installed-host.ts";
import type { StoredCredential } from "../../src/store/host-records.ts";
import type { ProfilesDocument } from "../../src/store/profiles-document.ts";

type Updater = (document: ProfilesDocument) => boolean;
type Update = (request: { sharedStoreWrite: true; updater: Updater }) => Promise<ProfilesDocument | null>;
type Upsert = (request: { profileId: string; credential: StoredCredential }) => Promise<ProfilesDocument | null | void>;

/** Locks, loads, lets `updater` change the store, saves. Null where that failed. */
export async function findUpdate(root: string): Promise<Update> {
  const update = await findHostFunction(root, "updateAuthProfileStoreWithLock", ["provider-auth"]);
  if (update === undefined) throw new Error("this host has no updateAuthProfileStoreWithLock");
  return update as Update;
}

export type Add = (profileId: string, credential: StoredCredential) => Promise<boolean>;

/** What that version's own plugins add a profile with: false where the host says that it did not happen. */
export async function findAdd(root: string): Promise<Add> {
  const isExported = typeof (await sdkFunction(root, "updateAuthProfileStoreWithLock", "provider-auth")) === "function";
  const upsert = isExported ? undefined : await sdkFunction(root, "upsertAuthProfileWithLock", "agent-runtime");
  if (upsert !== undefined) {
    return async (profileId, credential) => (await (upsert as Upsert)({ profileId, credential })) !== null;
  }
  const update = await findUpdate(root);
  return async (profileId, credential) => {
    const updater: Updater = ({ profiles }) => Object.assign(profiles, { [profileId]: credential }) !== null;
    return (await update({ sharedStoreWrite: true, updater })) !== null;
  };
}

/** A function of the SDK, else of the program's own parts: those have names that change with every build. */
export async function findHostFunction(root: string, name: string, parts: readonly string[]): Promise<unknown> {
  for (const part of parts) {
    const found = await sdkFunction(root, name, part);
    if (found !== undefined) return found;
  }
  const dist = join(root, "dist");
  const isExport = new RegExp(`export \\{[^}]*\\b${name}\\b[^}]*\\}(?! from)`);
  for (const file of partsWithoutEntry(dist).filter((one) => isExport.test(readFileSync(join(dist, one), "utf8")))) {
    const found = Object.values((await import(pathToFileURL(join(dist, file)).href)) as object).find(
      (value: unknown) => typeof value === "function" && value.name === name,
    );
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The program's entry is a part like any other, and begins to run when it or a part that imports it is loaded. */
function partsWithoutEntry(dist: string): readonly string[] {
  const files = readdirSync(dist).filter((one) => one.endsWith(".js"));
  const imports = new Map(files.map((file) => [file, importsOf(readFileSync(join(dist, file), "utf8"))] as const));
  const running = new Set(["entry.js"]);
  for (let before = 0; before < running.size;) {
    before = running.size;
    for (const [file, imported] of imports) if (imported.some((one) => running.has(one))) running.add(file);
  }
  return files.filter((file) => !running.has(file));
}

const importsOf = (code: string) => [...code.matchAll(/\bfrom ?"\.\/([^"]+)"/g)].map(([, file = ""]) => file);

async function sdkFunction(root: string, name: string, part: string): Promise<unknown> {
  return (await loadSdkPart({ root, version: "" }, part))?.[name];
}
