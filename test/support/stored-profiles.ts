/** What lies in a gateway's own profile store, tokens included: the host's CLI tells less, and takes 20 seconds to. */
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Gateway } from "./gateway.ts";

export interface StoredProfiles {
  /** Each record as it is stored, by profile id. */
  readonly profiles: Readonly<Record<string, unknown>>;
  /** The stored order of Codex profiles; undefined where there is none. */
  readonly order: readonly string[] | undefined;
}

/** Read-only, and beside the running gateway: it sees what was committed. */
export function storedProfiles(gateway: Gateway): StoredProfiles {
  const database = new DatabaseSync(join(gateway.stateDir, "state/openclaw.sqlite"), { readOnly: true });
  try {
    const { profiles = {} } = documentIn(database, "authProfiles.store");
    return { profiles, order: documentIn(database, "authProfiles.state").order?.["openai"] };
  } finally {
    database.close();
  }
}

interface AuthDocument {
  readonly profiles?: Record<string, unknown>;
  readonly order?: Record<string, string[]>;
}

function documentIn(database: DatabaseSync, key: string): AuthDocument {
  const row = database.prepare("select value_json from config_machine_state where state_key = ?").get(key);
  return row === undefined ? {} : (JSON.parse(String(row["value_json"])) as AuthDocument);
}

/** Lets a profile's access token run out, so that the host has to renew it at its next use. */
export async function expireProfile(gateway: Gateway, profileId: string): Promise<void> {
  const database = new DatabaseSync(join(gateway.stateDir, "state/openclaw.sqlite"), { timeout: 5_000 });
  try {
    const document = documentIn(database, "authProfiles.store");
    const record = document.profiles?.[profileId] as object;
    const profiles = { ...document.profiles, [profileId]: { ...record, expires: Date.now() - 60_000 } };
    const text = JSON.stringify({ ...document, profiles });
    database
      .prepare("update config_machine_state set value_json = ? where state_key = ?")
      .run(text, "authProfiles.store");
  } finally {
    database.close();
  }
}
