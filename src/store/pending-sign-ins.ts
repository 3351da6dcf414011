/** Keeps pending sign-ins in one private file, which several gateways and terminals may share. */
import { join } from "node:path";
import type { Log, ParkedSignIns, PendingPorts, PendingStore } from "../actions/ports.ts";
import { pendingSignIn, receipt, type PendingDocument } from "../rules/stored-records.ts";
import { systemClock } from "../system.ts";
import { parseOwnDocument } from "./own-document.ts";
import { createPrivateReader, updatePrivateFile } from "./private-file.ts";

export const PENDING_FILE = "codex-auth-pending.json";
const MAX_BYTES = 4 * 1024 * 1024;

const parse = (content: string | undefined) => parseOwnDocument(content, { logins: pendingSignIn, receipts: receipt });
const documentIn = (content: string | undefined): PendingDocument => ({ version: 1, ...parse(content).records });

export function createPendingStore(folder: string): PendingStore {
  const path = join(folder, PENDING_FILE);
  return {
    read: createPrivateReader(path, MAX_BYTES, documentIn),
    update: (edit) =>
      updatePrivateFile(path, MAX_BYTES, (content) => {
        const own = parse(content);
        const { result, next } = edit({ version: 1, ...own.records });
        if (next === undefined) return { result };
        return { result, next: own.render(next, { maxBytes: MAX_BYTES, nowMs: systemClock.nowMs() }) };
      }),
  };
}

export interface PendingParts {
  readonly tempFolder: string;
  readonly log: Log;
  readonly parked: ParkedSignIns;
}

export function createPendingPorts({ tempFolder, log, parked }: PendingParts): PendingPorts {
  return { clock: systemClock, log, pending: createPendingStore(tempFolder), parked };
}
