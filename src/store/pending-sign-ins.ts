/** Keeps pending sign-ins in one private file, which several gateways and terminals may share. */
import { join } from "node:path";
import type { Log, ParkedSignIns, PendingPorts, PendingStore } from "../actions/ports.ts";
import { pendingSignIn, receipt, type Binding, type PendingDocument } from "../rules/stored-records.ts";
import { systemClock } from "../system.ts";
import { parseOwnDocument } from "./own-document.ts";
import { createPrivateReader, isSamePlace, updatePrivateFile } from "./private-file.ts";

export const PENDING_FILE = "codex-auth-pending.json";
const MAX_BYTES = 4 * 1024 * 1024;

const parse = (content: string | undefined) => parseOwnDocument(content, { logins: pendingSignIn, receipts: receipt });

/** `gateway` is the state folder, as this process spells it. */
export function createPendingStore(folder: string, gateway = ""): PendingStore {
  const path = join(folder, PENDING_FILE);
  const documentOf = ({ records }: ReturnType<typeof parse>) => spelled({ version: 1, ...records }, gateway);
  return {
    read: createPrivateReader(path, MAX_BYTES, (content) => documentOf(parse(content))),
    update: (edit) =>
      updatePrivateFile(path, MAX_BYTES, (content) => {
        const own = parse(content);
        const { result, next } = edit(documentOf(own));
        if (next === undefined) return { result };
        return { result, next: own.render(next, { maxBytes: MAX_BYTES, nowMs: systemClock.nowMs() }) };
      }),
  };
}

/** The gateway and a terminal may reach one state folder by two paths, and are one gateway then. */
function spelled(document: PendingDocument, gateway: string): PendingDocument {
  const others = [...document.logins, ...document.receipts].map(({ binding }) => binding.gateway);
  const aliases = new Set([...new Set(others)].filter((one) => one !== gateway && isSamePlace(one, gateway)));
  if (aliases.size === 0) return document;
  const ofGateway = <Kept extends { readonly binding: Binding }>(one: Kept): Kept =>
    aliases.has(one.binding.gateway) ? { ...one, binding: { ...one.binding, gateway } } : one;
  return { ...document, logins: document.logins.map(ofGateway), receipts: document.receipts.map(ofGateway) };
}

export interface PendingParts {
  readonly stateDir: string;
  readonly tempFolder: string;
  readonly log: Log;
  readonly parked: ParkedSignIns;
}

export function createPendingPorts({ stateDir, tempFolder, log, parked }: PendingParts): PendingPorts {
  return { clock: systemClock, log, pending: createPendingStore(tempFolder, stateDir), parked };
}
