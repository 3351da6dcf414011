/**
 * The audit log, one JSON line for each change, and the notices, both in private files of the plugin's state folder.
 */
import { join } from "node:path";
import type { AuditLog, Clock, Log, Notices, UsedMethods } from "../actions/ports.ts";
import { logFailure } from "../errors.ts";
import { actorOf } from "../rules/results.ts";
import { auditEntry, notice, nudged, usedMethod, type AuditEntry, type UsedMethod } from "../rules/stored-records.ts";
import { parseOwnDocument } from "./own-document.ts";
import { createPrivateReader, failingInState, readPrivateFile, updatePrivateFile } from "./private-file.ts";

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

const METHODS_FILE = "codex-auth/methods.json";
const MAX_METHODS_BYTES = 256 * 1024;
const MAX_METHODS = 500;

interface MethodParts {
  readonly stateDir: string;
  readonly log: Log;
  readonly clock: Clock;
}

const methodsIn = (content: string | undefined) => parseOwnDocument(content, { methods: usedMethod });

const isOf = (who: string, id: string) => (one: UsedMethod) => one.who === who && one.profileId === id;

/** A sign-in by link is the normal case, so the file contains only the others. */
export function createUsedMethods({ stateDir, log, clock }: MethodParts): UsedMethods {
  const path = join(stateDir, METHODS_FILE);
  const read = createPrivateReader(path, MAX_METHODS_BYTES, (content) => methodsIn(content).records.methods);
  return {
    async last(binding, profileId) {
      try {
        return (await read()).find(isOf(actorOf(binding), profileId))?.method;
      } catch (error) {
        logFailure(log, "reading how a user signed in", error);
        return undefined;
      }
    },
    async note(binding, profileId, method) {
      const who = actorOf(binding);
      if ((await this.last(binding, profileId)) === (method === "link" ? undefined : method)) return;
      try {
        await updatePrivateFile(path, MAX_METHODS_BYTES, (content) => {
          const own = methodsIn(content);
          const nowMs = clock.nowMs();
          const others = own.records.methods.filter((one) => !isOf(who, profileId)(one));
          const noted = method === "link" ? [] : [{ who, profileId, method, atMs: nowMs }];
          const methods = [...others, ...noted].slice(-MAX_METHODS);
          return { result: undefined, next: own.render({ methods }, { maxBytes: MAX_METHODS_BYTES, nowMs }) };
        });
      } catch (error) {
        logFailure(log, "noting how a user signed in", error);
      }
    },
  };
}
