/** The last changes made here, one JSON line each, in a small private file of the plugin's own state directory. */
import { join } from "node:path";
import { failingAs } from "../errors.ts";
import { AUDITED_ACTIONS, type AuditEntry } from "../flow/audit-entry.ts";
import type { AuditLog } from "../login/ports.ts";
import * as z from "../schema.ts";
import { readPrivateFile, updatePrivateFile } from "./private-file.ts";

const AUDIT_FILE = "codex-auth/audit.jsonl";
const MAX_BYTES = 1024 * 1024;
/** Past this the older half is dropped: some hundreds of changes are left. */
const ROTATE_AT = 128 * 1024;

const entry = z.strictObject({
  atMs: z.number(),
  who: z.string(),
  action: z.enum(AUDITED_ACTIONS),
  profileName: z.string(),
  outcome: z.string(),
});

/** A line that cannot be read is passed over: somebody may have edited the file. */
function entriesIn(content: string): readonly AuditEntry[] {
  return content.split("\n").flatMap((line) => {
    try {
      return [entry.parse(JSON.parse(line)) as AuditEntry];
    } catch {
      return [];
    }
  });
}

function rotated(content: string): string {
  if (content.length <= ROTATE_AT) return content;
  return content.slice(content.indexOf("\n", content.length - ROTATE_AT / 2) + 1);
}

/** A last line that was cut short or edited must not swallow the next. */
const ended = (content: string) => (content === "" || content.endsWith("\n") ? content : `${content}\n`);

/** Whatever fails with the file is said of this file, and not of another that is kept alike. */
const trusted = <Result>(work: () => Promise<Result>) => failingAs("log-insecure", work);

/** `stateDir`: the gateway's own. */
export function createAuditLog(stateDir: string): AuditLog {
  const path = join(stateDir, AUDIT_FILE);
  return {
    note: (noted) =>
      trusted(() =>
        updatePrivateFile(path, MAX_BYTES, (content = "") => ({
          result: undefined,
          next: `${ended(rotated(content))}${JSON.stringify(noted)}\n`,
        })),
      ),
    last: (count) => trusted(async () => entriesIn((await readPrivateFile(path, MAX_BYTES)) ?? "").slice(-count)),
  };
}
