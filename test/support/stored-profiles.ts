/** What lies in a gateway's own profile store, tokens included: the host's CLI tells less, and takes 20 seconds to. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Gateway } from "./gateway.ts";
import { HANG_MS } from "./wait.ts";

export interface StoredProfiles {
  /** Each record as it is stored, by profile id. */
  readonly profiles: Readonly<Record<string, unknown>>;
  /** The stored order of Codex profiles; undefined where there is none. */
  readonly order: readonly string[] | undefined;
}

/** Read-only, and beside the running gateway: it sees what was committed. */
function read<Result>(gateway: Gateway, query: (database: DatabaseSync) => Result): Result {
  const database = new DatabaseSync(join(gateway.stateDir, "state/openclaw.sqlite"), { readOnly: true });
  try {
    return query(database);
  } finally {
    database.close();
  }
}

export function storedProfiles(gateway: Gateway): StoredProfiles {
  return read(gateway, (database) => {
    const { profiles = {} } = documentIn(database, "authProfiles.store");
    return { profiles, order: documentIn(database, "authProfiles.state").order?.["openai"] };
  });
}

/** What the host notes of the use of each profile, by profile id. It notes a turn some time after it answered. */
export function storedStats(gateway: Gateway): Readonly<Record<string, object>> {
  return read(gateway, (database) => documentIn(database, "authProfiles.state").usageStats ?? {});
}

/** The bytes of the store: the records, the order and the statistics. */
export function storedText(gateway: Gateway): string {
  const query = "select * from config_machine_state where state_key like 'authProfiles%' order by 1";
  return read(gateway, (database) => JSON.stringify(database.prepare(query).all()));
}

/** The host's own temporary folder, whatever TMPDIR says: all gateways of this machine share it. */
export const PENDING_FILE = "/tmp/openclaw/codex-auth-pending.json";

/** The sign-ins that were started on this gateway and are not over. */
export function pendingSignIns({ stateDir }: Gateway): readonly unknown[] {
  const { logins } = JSON.parse(readFileSync(PENDING_FILE, "utf8")) as {
    readonly logins: readonly { readonly binding: { readonly gateway: string } }[];
  };
  return logins.filter(({ binding }) => binding.gateway === stateDir);
}

interface AuthDocument {
  readonly profiles?: Record<string, unknown>;
  readonly order?: Record<string, string[]>;
  readonly usageStats?: Record<string, object>;
}

function documentIn(database: DatabaseSync, key: string): AuthDocument {
  const row = database.prepare("select value_json from config_machine_state where state_key = ?").get(key);
  return row === undefined ? {} : (JSON.parse(String(row["value_json"])) as AuthDocument);
}

/** Lets a profile's access token run out, so that the host has to renew it at its next use. */
export function expireProfile(gateway: Gateway, profileId: string): void {
  editDocument(gateway, "authProfiles.store", ({ profiles }) => {
    const record = profiles?.[profileId] as object;
    return { profiles: { ...profiles, [profileId]: { ...record, expires: Date.now() - 60_000 } } };
  });
}

/** Notes of a profile what the host notes when its plan's limit is reached. */
export function pauseProfile(gateway: Gateway, profileId: string, untilMs: number): void {
  noteOfProfile(gateway, profileId, { blockedUntil: untilMs, blockedReason: "subscription_limit" });
}

/** Notes of a profile what the host notes when OpenAI refused one look at its usage. */
export function refuseProfile(gateway: Gateway, profileId: string, untilMs: number): void {
  const cooldown = { cooldownReason: "auth", cooldownClassification: "wham_token_expired" };
  noteOfProfile(gateway, profileId, { cooldownUntil: untilMs, ...cooldown });
}

function noteOfProfile(gateway: Gateway, profileId: string, notes: object): void {
  editDocument(gateway, "authProfiles.state", ({ usageStats }) => ({
    // The host looks at a held profile itself, and at once if it has not looked in the last five minutes.
    usageStats: { ...usageStats, [profileId]: { ...usageStats?.[profileId], ...notes, lastProbeAt: Date.now() } },
  }));
}

/** Beside the running gateway, which may take its time to see it. */
function editDocument(gateway: Gateway, key: string, edit: (document: AuthDocument) => AuthDocument): void {
  const database = new DatabaseSync(join(gateway.stateDir, "state/openclaw.sqlite"), { timeout: HANG_MS });
  try {
    const document = documentIn(database, key);
    const text = JSON.stringify({ ...document, ...edit(document) });
    const { changes } = database
      .prepare("update config_machine_state set value_json = ? where state_key = ?")
      .run(text, key);
    if (changes !== 1) throw new Error(`the gateway has no ${key} yet`);
  } finally {
    database.close();
  }
}
