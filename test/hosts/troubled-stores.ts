/** Stores that something is wrong with: how to spoil a good one, and what the terminal has to say of it then. */
import { spawnSync } from "node:child_process";
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  statfsSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { onTestFinished } from "vitest";
import { plant, type HostBench } from "./bench.ts";
import { hostRecord } from "./records.ts";

const SOMEBODY_ELSE = 54_321;

export interface Trouble {
  readonly name: string;
  /** Makes the trouble, and gives the files whose bytes must be the same afterwards. Throws `Unsupported`. */
  readonly make: (bench: HostBench) => readonly string[];
  /** `saved`: no trouble at all to whom it is asked to work with it. */
  readonly answers: readonly string[];
  /** Whether the bytes that cannot be read must lie beside the store as well. */
  readonly isCopied?: true;
  /** Hosts whose own SDK takes it for an empty store. */
  readonly startsAnewOn?: readonly string[];
}

/** This machine cannot make the trouble. */
export class Unsupported extends Error {}

/** A store with one profile that is not ours, laid down without the host: it is the same on all that keep files. */
export function plantFile(bench: HostBench): void {
  const id = bench.idOf("before");
  plant(bench.storeFile, JSON.stringify({ version: 1, profiles: { [id]: hostRecord(id) } }, null, 2));
}

function rewrite(change: (text: string) => string) {
  return ({ storeFile }: HostBench): readonly string[] => {
    writeFileSync(storeFile, change(readFileSync(storeFile, "utf8")));
    return [storeFile];
  };
}

const UNREADABLE = ["store_unreadable"];
/** Where the host's SDK says no more than that it did not write. */
const UNWRITTEN = ["store_unreadable", "store_locked", "store_write_failed"];
/** Their SDK reads a row that it cannot parse as an empty store, tells nobody, and writes over it. */
const READS_NOTHING = ["2026.6.5", "2026.7.35"];

export const FILE_TROUBLES: readonly Trouble[] = [
  { name: "corrupt", make: rewrite((text) => `${text}\0garbage`), answers: UNREADABLE, isCopied: true },
  { name: "empty", make: rewrite(() => ""), answers: UNREADABLE, isCopied: true },
  { name: "truncated", make: rewrite((text) => text.slice(0, 99)), answers: UNREADABLE, isCopied: true },
  {
    name: "of another owner",
    make({ storeFile }) {
      asRoot(() => chownSync(storeFile, SOMEBODY_ELSE, SOMEBODY_ELSE));
      return [storeFile];
    },
    answers: ["store_of_other_user"],
  },
  {
    name: "read-only",
    make: ({ storeFile }) => freeze([storeFile]),
    answers: ["store_read_only"],
  },
  {
    name: "on a full disk",
    make(bench) {
      const text = readFileSync(bench.storeFile);
      mountSmall(bench.agentDir, "64k");
      plant(bench.storeFile, text);
      fill(bench.agentDir);
      return [bench.storeFile];
    },
    answers: ["store_write_failed"],
  },
  {
    name: "behind a link",
    make({ storeFile, folders }) {
      const target = join(folders.home, "kept-elsewhere.json");
      renameSync(storeFile, target);
      symlinkSync(target, storeFile);
      return [];
    },
    answers: ["saved"],
  },
];

/** The database that holds the profiles: the shared one by 2026.8.1, the agent's before. */
function databaseOf({ agentDir, folders, version }: HostBench): string {
  const shared = join(folders.state, "state/openclaw.sqlite");
  return version >= "2026.8" ? shared : join(agentDir, "openclaw-agent.sqlite");
}

const filesOf = (database: string) => ["", "-wal", "-shm"].map((end) => database + end).filter(existsSync);

function execute(bench: HostBench, sql: string): readonly string[] {
  const database = databaseOf(bench);
  const open = new DatabaseSync(database);
  open.exec(`${sql}; PRAGMA wal_checkpoint(TRUNCATE)`);
  open.close();
  return [database];
}

/** `value`: SQL over the column that it replaces, `json`. */
function setRow(value: string) {
  return (bench: HostBench): readonly string[] => {
    const isShared = bench.version >= "2026.8";
    const [table, column] = isShared ? ["config_machine_state", "value_json"] : ["auth_profile_store", "store_json"];
    const where = isShared ? "state_key = 'authProfiles.store'" : "store_key = 'primary'";
    return execute(bench, `UPDATE ${table} SET ${column} = ${value.replace("json", column)} WHERE ${where}`);
  };
}

export const SQLITE_TROUBLES: readonly Trouble[] = [
  { name: "corrupt", make: setRow(`json || '~'`), answers: UNREADABLE, startsAnewOn: READS_NOTHING },
  { name: "empty", make: setRow("''"), answers: UNREADABLE, startsAnewOn: READS_NOTHING },
  { name: "truncated", make: setRow("substr(json, 1, 99)"), answers: UNREADABLE, startsAnewOn: READS_NOTHING },
  { name: "of a newer version", make: (bench) => execute(bench, "PRAGMA user_version = 9999"), answers: UNWRITTEN },
  {
    name: "no database at all, but bytes",
    make(bench) {
      const [database = ""] = execute(bench, "SELECT 1");
      writeFileSync(database, "not a database ".repeat(1000));
      return [database];
    },
    answers: UNWRITTEN,
  },
  {
    name: "of another owner",
    make(bench) {
      const files = filesOf(databaseOf(bench));
      asRoot(() => files.forEach((file) => chownSync(file, SOMEBODY_ELSE, SOMEBODY_ELSE)));
      return [];
    },
    answers: ["saved", "store_of_other_user"],
  },
  {
    name: "read-only",
    make(bench) {
      execute(bench, "SELECT 1");
      return freeze(filesOf(databaseOf(bench))).slice(0, 1);
    },
    answers: [...UNWRITTEN, "store_read_only"],
  },
  {
    name: "on a full disk",
    make(bench) {
      const [database = ""] = execute(bench, "SELECT 1");
      const folder = dirname(database);
      const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isFile());
      const files = names.map(({ name }) => ({ path: join(folder, name), bytes: readFileSync(join(folder, name)) }));
      const size = files.reduce((sum, { bytes }) => sum + bytes.length + 4096, 0);
      mountSmall(folder, String(size));
      for (const { path, bytes } of files) writeFileSync(path, bytes, { mode: 0o600 });
      fill(folder);
      return [database];
    },
    answers: UNWRITTEN,
  },
  {
    name: "behind a link",
    make(bench) {
      const [database = ""] = execute(bench, "SELECT 1");
      const target = join(bench.folders.home, "kept-elsewhere.sqlite");
      renameSync(database, target);
      symlinkSync(target, database);
      return [];
    },
    answers: ["saved"],
  },
  {
    name: "beside a file of an older host",
    make({ storeFile }) {
      const id = "openai-codex:before";
      plant(storeFile, JSON.stringify({ version: 1, profiles: { [id]: hostRecord(id) } }));
      return [storeFile];
    },
    answers: ["store_migration_required"],
  },
];

function asRoot(work: () => void): void {
  if (process.getuid?.() !== 0) throw new Unsupported("needs root");
  work();
}

/** Root may write to every file but one that is immutable. */
function freeze(files: readonly string[]): readonly string[] {
  const set = (flag: string) => spawnSync("chattr", [flag, ...files]).status === 0;
  onTestFinished(() => void set("-i"));
  if (!set("+i")) throw new Unsupported("chattr +i is not possible here");
  return files;
}

function mountSmall(folder: string, size: string): void {
  mkdirSync(folder, { recursive: true });
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${size},mode=700`, "tmpfs", folder]);
  if (mounted.status !== 0) throw new Unsupported("mount -t tmpfs is not possible here");
  onTestFinished(() => void spawnSync("umount", ["-l", folder]));
}

function fill(folder: string): void {
  const { bavail, bsize } = statfsSync(folder);
  writeFileSync(join(folder, "ballast"), Buffer.alloc(bavail * bsize));
}

const isCopy = (name: string) => name.includes(".codex-auth-corrupt-");

/** Copies that the terminal laid beside a store it could not read. */
export function copiesOf({ agentDir }: HostBench): readonly string[] {
  return readdirSync(agentDir)
    .filter(isCopy)
    .map((name) => readFileSync(join(agentDir, name), "latin1"));
}
