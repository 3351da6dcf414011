/** The profiles as a host's own rows hold them, read from SQLite without any code of the host or of ours. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { ProfilesDocument } from "../../src/store/profiles-document.ts";

const SHARED_ROW = "SELECT value_json AS text FROM config_machine_state WHERE state_key = 'authProfiles.store'";
const AGENT_ROW = "SELECT store_json AS text FROM auth_profile_store WHERE store_key = 'primary'";

/** What all agents share, or else the first agent's own: which of the two there is depends on the version. */
export function readHostRows(stateDir: string): ProfilesDocument | undefined {
  return (
    readRow(join(stateDir, "state/openclaw.sqlite"), SHARED_ROW) ??
    readRow(join(stateDir, "agents/main/agent/openclaw-agent.sqlite"), AGENT_ROW)
  );
}

/** Undefined where there is no such database, table or row. */
function readRow(file: string, sql: string): ProfilesDocument | undefined {
  if (!existsSync(file)) return undefined;
  const database = new DatabaseSync(file, { readOnly: true });
  try {
    const row = database.prepare(sql).get() as { readonly text?: string } | undefined;
    return row?.text === undefined ? undefined : (JSON.parse(row.text) as ProfilesDocument);
  } catch (error) {
    if (String(error).includes("no such table")) return undefined;
    throw error;
  } finally {
    database.close();
  }
}
