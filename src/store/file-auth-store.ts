/**
 * The store of a host that keeps profiles in `auth-profiles.json` (OpenClaw 2026.1.29 to 2026.6.1), under that host's
 * own lock. A file that cannot be read is never written, because those hosts would put an empty store in its place.
 */
import { join } from "node:path";
import type { Log } from "../actions/ports.ts";
import { codeOf, CodexAuthError } from "../errors.ts";
import type { RecordRules } from "../rules/host-versions.ts";
import { isObject, type JsonObject } from "../rules/parse.ts";
import type { Activation } from "../rules/results.ts";
import { systemClock } from "../system.ts";
import {
  applyEdit,
  copyOf,
  importsIn,
  mergeDocuments,
  parseOlderFile,
  parseProfilesFile,
  parseStateFile,
  recordInFiles,
  renderFile,
  viewOf,
  type HostFiles,
} from "./host-document.ts";
import { assertReplaceable, keepCorruptCopy, readHostFile, underHostLock, type ReplaceHostFiles } from "./host-file.ts";
import { readRecord, type StoredCredential } from "./host-records.ts";
import { MAX_WAIT_MS } from "./lock.ts";
import {
  configuredIdsOf,
  hasTokens,
  heldUntilMs,
  timeOf,
  type ConfiguredIds,
  type HostAuthStore,
  type HostChange,
  type HostUpdate,
  type ProfilesDocument,
} from "./profiles-document.ts";

const PROFILES_FILE = "auth-profiles.json";
const STATE_FILE = "auth-state.json";
const OLDER_FILE = "auth.json";
const MAX_BYTES = 16 * 1024 * 1024;
/** Hosts up to 2026.4.2 write in place and sometimes without a lock, so a file may be incomplete for a moment. */
const READ_ATTEMPTS = 6;
const READ_RETRY_MS = 50;

export interface FileHost {
  readonly log: Log;
  readonly provider: "openai" | "openai-codex";
  /** A folder up to 2026.2.12, a file that names its holder from 2026.2.17. */
  readonly lock: "folder" | "file";
  /** The file with the order and the statistics. The second file exists from 2026.4.7, and has precedence. */
  readonly state: "same-file" | "auth-state.json";
  readonly records: RecordRules;
  agentDirOf(agentId: string): string;
  mainAgentDir(): string;
  /** A file with sign-ins that the host imports if there is no `auth-profiles.json`. */
  readonly oauthFile: string;
  configured(): ConfiguredIds;
  /**
   * Runs before the lock is released, for hosts whose next write would start from their memory. Must end within 30
   * seconds and never throws.
   */
  readonly whileLocked?: () => Promise<void>;
  /** Makes the running gateway read the change, after the lock is released. Never throws. */
  publish(change: HostChange): Promise<Activation>;
}

/** Longer than the lock of a dead holder can last, which is 30 seconds for a folder. */
const WAIT_MS = { file: MAX_WAIT_MS, folder: 35_000 } as const;

export function createFileAuthStore(host: FileHost, waitMs: number = WAIT_MS[host.lock]): HostAuthStore {
  const viewIn = async (agentDir: string) => viewOf(await readFiles(agentDir, host), host.records);
  const read = async (agentDir: string) => mergeDocuments(await viewIn(host.mainAgentDir()), await viewIn(agentDir));
  /** The record as the agent would use it, and the folder of its file. An unreadable one does not hide a good one. */
  const find = async (agentDir: string, profileId: string) => {
    const dirs = [...new Set([agentDir, host.mainAgentDir()])];
    const found = await Promise.all(
      dirs.map(async (dir) => ({ dir, record: recordInFiles(await readFiles(dir, host), profileId, host.records) })),
    );
    const isGood = ({ record }: (typeof found)[number]) => record?.kind === "credential";
    return found.find(isGood) ?? found.find(({ record }) => record !== undefined);
  };
  const update = async ({ agentDir = host.mainAgentDir(), edit }: Pick<HostUpdate, "agentDir" | "edit">) => {
    const path = join(agentDir, PROFILES_FILE);
    await underHostLock({ path, lock: host.lock, waitMs }, (replace) => updateFiles(agentDir, host, edit, replace));
  };
  /** Keeps a copy of a file that cannot be read, because the host's next write would drop its bytes. */
  const keepingUnreadable = async <Result>(agentDir: string, work: () => Promise<Result>): Promise<Result> => {
    try {
      return await work();
    } catch (error) {
      if (codeOf(error) !== "store-unreadable") throw error;
      for (const dir of new Set([agentDir, host.mainAgentDir()])) {
        // The update copies the file, and then fails as the read did.
        await readFiles(dir, host).catch(() => update({ agentDir: dir, edit: () => false }).catch(() => undefined));
      }
      throw error;
    }
  };
  const ownerOf = async (agentDir: string, profileId: string) => {
    const found = await find(agentDir, profileId);
    if (found !== undefined) return found.dir;
    return (await readFiles(agentDir, host)).profiles === undefined ? host.mainAgentDir() : agentDir;
  };
  return {
    provider: host.provider,
    waitsForOthers: true,
    agentDirOf: (agentId) => host.agentDirOf(agentId),
    sharedDir: () => host.mainAgentDir(),
    configured: () => host.configured(),
    async assertWritable(agentDir = host.mainAgentDir()) {
      for (const name of [PROFILES_FILE, STATE_FILE]) await assertReplaceable(join(agentDir, name));
    },
    read: (agentDir) => keepingUnreadable(agentDir, () => read(agentDir)),
    ownerOf: (agentDir, profileId) => keepingUnreadable(agentDir, () => ownerOf(agentDir, profileId)),
    persisted: async (agentDir, profileId) => (await find(agentDir, profileId))?.record,
    readRecord: (raw) => readRecord(raw, host.records),
    selectableIds: async (agentDir, document) => selectableIn(document ?? (await read(agentDir)), host),
    update,
    activate: (change) => host.publish(change),
  };
}

async function updateFiles(
  agentDir: string,
  host: FileHost,
  edit: HostUpdate["edit"],
  replace: ReplaceHostFiles,
): Promise<void> {
  const files = await readFiles(agentDir, host, (path, bytes) => keepCorruptCopy(path, bytes, host.log));
  const before = viewOf(files, host.records);
  const after = copyOf(before);
  // An edit that is async by mistake returns a promise, which is truthy but has changed nothing yet.
  if (edit(after) !== true) return;
  const keepsStateApart = host.state === "auth-state.json" || files.state !== undefined;
  const { profiles, state } = applyEdit(files, { before, after }, keepsStateApart);
  const written = [
    { path: join(agentDir, STATE_FILE), file: state },
    { path: join(agentDir, PROFILES_FILE), file: profiles },
  ];
  // A removal writes the profiles first, everything else last: if the second write fails, the order names a profile that
  // is not there, which is harmless. The host would not use a profile that its order omits.
  const isRemoval = Object.keys(before.profiles).some((id) => !Object.hasOwn(after.profiles, id));
  const changed = (isRemoval ? written.toReversed() : written).flatMap(({ path, file }) =>
    file === undefined ? [] : [{ path, content: renderFile(file) }],
  );
  if (changed.some(({ content }) => Buffer.byteLength(content) > MAX_BYTES)) {
    throw new CodexAuthError("store-write-failed");
  }
  if (changed.length === 0) return;
  await replace(changed);
  await host.whileLocked?.();
}

type OnCorrupt = (path: string, bytes: Uint8Array) => Promise<void>;

/** Throws `store-import-required` if the host would still import its older files. */
async function readFiles(agentDir: string, host: FileHost, onCorrupt?: OnCorrupt): Promise<HostFiles> {
  const profiles = await readFile(join(agentDir, PROFILES_FILE), parseProfilesFile, onCorrupt);
  const state = await readFile(join(agentDir, STATE_FILE), parseStateFile, onCorrupt);
  if (!isObject(profiles?.["profiles"])) await assertImported(agentDir, host);
  return { profiles, state };
}

/**
 * A first store in the shared folder would stop the import. One that another agent's folder still waits for would hide a
 * profile of the shared store.
 */
async function assertImported(agentDir: string, host: FileHost): Promise<void> {
  const auth = await readOlderFile(join(agentDir, OLDER_FILE));
  const imports = importsIn(auth, await readOlderFile(host.oauthFile), host.records);
  const isShared = agentDir === host.mainAgentDir();
  if (imports.some((provider) => isShared || provider === host.provider)) {
    throw new CodexAuthError("store-import-required");
  }
}

/** As the host, leaves out a file that cannot be read. */
async function readOlderFile(path: string): Promise<JsonObject | undefined> {
  const bytes = await readHostFile(path, MAX_BYTES).catch(() => undefined);
  return bytes && parseOlderFile(bytes);
}

/**
 * Returns undefined if there is no file. Throws `store-unreadable` if it still cannot be read after several attempts.
 */
async function readFile(
  path: string,
  parse: (bytes: Uint8Array) => JsonObject | undefined,
  onCorrupt: OnCorrupt = async () => undefined,
): Promise<JsonObject | undefined> {
  for (let attempt = 1; ; attempt += 1) {
    const bytes = await readHostFile(path, MAX_BYTES);
    const content = bytes && parse(bytes);
    if (bytes === undefined || content !== undefined) return content;
    if (attempt >= READ_ATTEMPTS) {
      await onCorrupt(path, bytes);
      throw new CodexAuthError("store-unreadable");
    }
    await new Promise((resolve) => setTimeout(resolve, READ_RETRY_MS));
  }
}

/**
 * Chooses as those hosts do: the stored order, else the order of the config, else every profile of the provider, the one
 * that was not used for the longest time first. Profiles without tokens are left out, and those in a cooldown come last.
 */
function selectableIn(document: ProfilesDocument, host: FileHost): readonly string[] {
  const profiles = new Map(Object.entries(document.profiles));
  const stats = new Map(Object.entries(document.usageStats ?? {}));
  const nowMs = systemClock.nowMs();
  const isOurs = (id: string) => {
    const credential = profiles.get(id);
    return credential?.provider === host.provider && (credential.type !== "oauth" || hasTokens(credential));
  };
  const stored = document.order?.[host.provider] ?? [];
  const wanted = stored.length > 0 ? stored : configuredIdsOf(host.configured());
  const ids = wanted.length > 0 ? [...new Set(wanted)] : [...profiles.keys()].filter((id) => isOAuth(profiles.get(id)));
  const lastUsed = (id: string) => (wanted.length > 0 ? 0 : timeOf(stats.get(id)?.lastUsed));
  const heldUntil = (id: string) => {
    const untilMs = heldUntilMs(stats.get(id));
    return untilMs > nowMs ? untilMs : 0;
  };
  return ids.filter(isOurs).toSorted((a, b) => heldUntil(a) - heldUntil(b) || lastUsed(a) - lastUsed(b));
}

const isOAuth = (credential: StoredCredential | undefined) => credential?.type === "oauth";
