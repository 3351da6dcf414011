/**
 * The audit log, one JSON line for each change, and the notices, both in private files of the plugin's state folder.
 */
import { join } from "node:path";
import type { AuditLog, Notices } from "../actions/ports.ts";
import { auditEntry, notice, nudged, type AuditEntry } from "../rules/stored-records.ts";
import { parseOwnDocument } from "./own-document.ts";
import { failingInState, readPrivateFile, updatePrivateFile } from "./private-file.ts";

const AUDIT_FILE = "codex-auth/audit.jsonl";
const MAX_LOG_BYTES = 1024 * 1024;
const ROTATE_AT = 128 * 1024;

/** Skips a line that a user edited or a later version wrote. */
function entriesIn(content: string): readonly AuditEntry[] {
  return content.split("\n").flatMap((line) => {
    try {
      return [auditEntry.parse(JSON.parse(line))];
    } catch {
      return [];
    }
  });
}

function rotated(content: string): string {
  if (content.length <= ROTATE_AT) return content;
  return content.slice(content.indexOf("\n", content.length - ROTATE_AT / 2) + 1);
}

/** Ends an incomplete last line, so that the next entry stays readable. */
const ended = (content: string) => (content === "" || content.endsWith("\n") ? content : `${content}\n`);

const inLogFile = <Result>(work: () => Promise<Result>) => failingInState("log-insecure", work);

export function createAuditLog(stateDir: string): AuditLog {
  const path = join(stateDir, AUDIT_FILE);
  return {
    note: (noted) =>
      inLogFile(() =>
        updatePrivateFile(path, MAX_LOG_BYTES, (content = "") => ({
          result: undefined,
          next: `${ended(rotated(content))}${JSON.stringify(noted)}\n`,
        })),
      ),
    last: (count) => inLogFile(async () => entriesIn((await readPrivateFile(path, MAX_LOG_BYTES)) ?? "").slice(-count)),
  };
}

const NOTICES_FILE = "codex-auth/notices.json";
const MAX_NOTICES_BYTES = 256 * 1024;
const QUIET_MS = 24 * 60 * 60_000;

const documentIn = (content: string | undefined) => parseOwnDocument(content, { notices: notice, nudges: nudged });

export function createNotices(stateDir: string): Notices {
  const path = join(stateDir, NOTICES_FILE);
  return {
    nudged: (decide, nowMs) =>
      updatePrivateFile(path, MAX_NOTICES_BYTES, (content) => {
        const own = documentIn(content);
        const { due, said } = decide(own.records.nudges);
        if (JSON.stringify(said) === JSON.stringify(own.records.nudges)) return { result: due };
        return {
          result: due,
          next: own.render({ ...own.records, nudges: said }, { maxBytes: MAX_NOTICES_BYTES, nowMs }),
        };
      }),
    claim: (profileIds, nowMs) =>
      updatePrivateFile(path, MAX_NOTICES_BYTES, (content) => {
        const own = documentIn(content);
        const recent = own.records.notices.filter(({ atMs }) => Math.abs(nowMs - atMs) < QUIET_MS);
        const due = profileIds.filter((id) => !recent.some(({ profileId }) => profileId === id));
        if (due.length === 0) return { result: due };
        const notices = [...recent, ...due.map((profileId) => ({ profileId, atMs: nowMs }))];
        return { result: due, next: own.render({ ...own.records, notices }, { maxBytes: MAX_NOTICES_BYTES, nowMs }) };
      }),
  };
}
